"""`python -m sim.geography --out town`: write the files of a simulated township."""

import argparse
import sys
from pathlib import Path

from sim.geography.town import generate


def main() -> int:
    """Parse the command line, make the town, say where it is."""
    parser = argparse.ArgumentParser(prog="python -m sim.geography", description=__doc__)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--cameras", type=int, default=48)
    parser.add_argument("--dwell", type=float, default=60.0, help="dwell_seconds of every zone (practice: 180 to 300)")
    parser.add_argument("--port", type=int, default=8554, help="of the simulated cameras' RTSP server")
    parser.add_argument("--domes", type=int, default=3, help="domes on towers, besides the cameras")
    parser.add_argument("--onvif-port", type=int, default=8556, help="of the domes' device services")
    parser.add_argument("--out", type=Path, required=True)
    given = parser.parse_args()
    files = generate(
        given.seed, given.cameras, given.out, dwell_seconds=given.dwell,
        rtsp_port=given.port, onvif_port=given.onvif_port, domes=given.domes,
    )  # fmt: skip
    sys.stdout.write(f"{files.cameras}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
