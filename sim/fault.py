"""`python -m sim.fault CAMERA freeze`: tells a running town's control server to make a camera misbehave."""

import argparse
import os
import sys

import httpx

from sim.picture_faults import Spoiling
from sim.rtsp.fault import NO_FAULT, Fault

CONTROL_ENV = "GRIDWATCH_SIM_CONTROL"


def main(arguments: list[str] | None = None) -> int:
    given = _parser().parse_args(arguments)
    order = {"camera": given.camera, "fault": given.fault, "seconds": given.seconds, "fraction": given.fraction}
    order |= {"width": given.width, "height": given.height, "reset": given.reset}
    order |= {"what": given.what, "strength": given.strength, "clock_error_s": given.clock_error}
    try:
        response = httpx.post(f"{given.control.rstrip('/')}/faults", json=order, trust_env=False, timeout=60.0)
    except (httpx.TransportError, httpx.InvalidURL) as error:
        sys.stderr.write(f"no town's control at {given.control}: {error}\n")
        return 1
    if not response.is_success:
        sys.stderr.write(f"{response.status_code}: {response.text[:500]}\n")
        return 1
    sys.stdout.write(f"{given.camera}: {given.fault}\n")
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m sim.fault", description=__doc__)
    parser.add_argument("camera", help="camera id, or '*' for all")
    parser.add_argument("fault", choices=[fault.value for fault in Fault])
    default = os.environ.get(CONTROL_ENV)
    parser.add_argument("--control", default=default, required=default is None, help=f"URL; default ${CONTROL_ENV}")
    parser.add_argument("--seconds", type=float, default=NO_FAULT.seconds, help="slow: before each answer")
    parser.add_argument("--fraction", type=float, default=NO_FAULT.fraction, help="lose: share of packets lost")
    parser.add_argument("--width", type=int, default=NO_FAULT.width, help="resolution")
    parser.add_argument("--height", type=int, default=NO_FAULT.height, help="resolution")
    parser.add_argument("--what", choices=[one.value for one in Spoiling], default=NO_FAULT.what.value, help="spoil")
    parser.add_argument("--strength", type=float, default=NO_FAULT.strength, help="spoil: 0 to 1")
    parser.add_argument("--clock-error", type=float, default=NO_FAULT.clock_error_s, help="clock: seconds off")
    parser.add_argument("--reset", action="store_true", help="refuse: reset the connection instead of 503")
    return parser


if __name__ == "__main__":
    sys.exit(main())
