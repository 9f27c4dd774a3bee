"""What geography costs: the figures of the map, each by one function of `FIGURES`. `python -m bench.gis --json`."""

import argparse
import json
from collections.abc import Callable

from bench.gis_browser import map_in_the_browser
from bench.gis_places import grid_of_point
from bench.gis_positions import positions_shown
from bench.gis_roads import nearest_by_road
from bench.gis_sight import geolocation, view_sheds_of_a_town

FIGURES: dict[str, Callable[[int], dict[str, float]]] = {
    "grids": grid_of_point,
    "roads": nearest_by_road,
    "sheds": view_sheds_of_a_town,
    "geolocation": geolocation,
    "positions": positions_shown,
    "browser": map_in_the_browser,
}
"""By name: takes a seed, gives its keys with their values."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", action="store_true", help="one JSON object instead of a line a figure")
    parser.add_argument("--only", nargs="+", choices=sorted(FIGURES), help="these figures and no others")
    parser.add_argument("--seed", type=int, default=1, help="of everything that is drawn by chance")
    given = parser.parse_args()
    found: dict[str, float] = {}
    for name, figure in FIGURES.items():
        if given.only is None or name in given.only:
            found |= figure(given.seed)
    print(json.dumps(found) if given.json else "\n".join(f"{key}: {value}" for key, value in found.items()))


if __name__ == "__main__":
    main()
