"""How well and how fast domes obey: `python -m bench.ptz --json`.

Pointing: real commands over ONVIF and ISAPI to simulated domes of three makers, after calibration by known places that
are off by 1 % of their distance, judged by how each dome truly stands. First move: a hand's command at the API of the
whole product to the first picture that has moved, beyond what the dome's motors need. Probe: 1677 simulated devices,
5 % of the addresses dead.
"""

import argparse
import asyncio
import json
import sys
import tempfile
from pathlib import Path
from typing import Any

from bench.ptz_first_move import measure_first_moves
from bench.ptz_pointing import CLICKS, measure_pointing
from bench.ptz_probe import measure_probe


def _say(found: dict[str, Any]) -> dict[str, Any]:
    sys.stderr.write(f"{found}\n")
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", action="store_true", help="one JSON object instead of a line a figure")
    parser.add_argument("--clicks", type=int, default=CLICKS, help="on the map, after calibration")
    parser.add_argument("--seed", type=int, default=1, help="of the places and of how the domes stand")
    parser.add_argument("--moves", type=int, default=60)
    parser.add_argument("--addresses", type=int, default=1677, help="to probe")
    parser.add_argument("--dead", type=float, default=0.05, help="share of them from which no answer comes")
    given = parser.parse_args()
    found: dict[str, Any] = {}
    found |= _say(measure_probe(given.addresses, given.dead))
    found |= _say(asyncio.run(measure_pointing(given.clicks, given.seed)))
    with tempfile.TemporaryDirectory() as scratch:
        found |= _say(asyncio.run(measure_first_moves(Path(scratch), given.moves)))
    if given.json:
        print(json.dumps(found))
    else:
        print("\n".join(f"{key}: {value}" for key, value in found.items()))


if __name__ == "__main__":
    main()
