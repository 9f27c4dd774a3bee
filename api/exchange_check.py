"""What of the ways in and out only shows beside the town's areas: checked before it comes into force."""

from collections.abc import Iterator, Sequence
from difflib import get_close_matches
from pathlib import Path

from config.cameras import CamerasFile
from config.exchange import Destination, Exchange, Source
from config.problem import Problem
from config.sensors import Sensor
from gis.areas import AreaTree, load_areas
from gis.grid_editions import GridEditions

MOST_TOLD = 12


def exchange_problems(path: Path, file: CamerasFile) -> list[Problem]:
    """Areas that sources, destinations, sensors or the citizens' page name and the town does not have. The files of
    the town are read only where an area is named at all. Raises GeographyError."""
    named = list(_named(file.exchange))
    if not named:
        return []
    folder = path.resolve().parent
    tree, editions = load_areas(folder / file.town.files.areas), GridEditions(folder, file.town.files.grids)
    grids = [grid for edition in {editions.all[0], editions.all[-1]} for grid in editions.load(edition).grids]
    codes = {area.code for area in tree.areas} | {grid.code for grid in grids}
    files = f"{file.town.files.areas} or {file.town.files.grids}"
    return [
        Problem(path, 0, key, code, f"{who}there is no such area in {files}; {_known(code, codes, tree)}")
        for key, who, code in named
        if code not in codes
    ]


def _named(exchange: Exchange) -> Iterator[tuple[str, str, str]]:
    """(key, whose it is, code) of every area that is named."""
    lists: dict[str, Sequence[Source | Destination | Sensor]] = {
        "sources": exchange.sources,
        "destinations": exchange.destinations,
        "sensors": exchange.sensors,
    }
    for name, listed in lists.items():
        for index, one in enumerate(listed):
            if one.area is not None:
                yield f"exchange.{name}[{index}].area", f"{name.removesuffix('s')} {one.id}: ", one.area
    if exchange.citizens.on and exchange.citizens.area is not None:
        yield "exchange.citizens.area", "", exchange.citizens.area


def _known(code: str, codes: set[str], tree: AreaTree) -> str:
    """A likely slip first, else what there is, from the top down."""
    if close := get_close_matches(code, sorted(codes), n=1):
        return f"did you mean {close[0]}?"
    told = [f"{area.code} ({area.name})" for area in tree.areas[:MOST_TOLD]]
    more = len(codes) - len(told)
    return f"there are {', '.join(told)}{f' and {more} more' if more > 0 else ''}"
