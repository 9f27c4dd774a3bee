"""Codes of wall layouts, checked. What they mean is drawn in `web/src/wall/layout.ts`; both read the same codes."""

import re
from dataclasses import dataclass
from functools import lru_cache

from incidents.errors import Invalid

RASTER_MAX = 48
CELLS_MAX = 64
CODE_MAX = 1000
NAMED = {
    **{str(count): count for count in (1, 4, 9, 16, 25, 36, 40, 64)},
    "1+5": 6,
    "1+7": 8,
    "1+12": 13,
    "v10": 10,
}
"""Code → number of cells."""
_CUSTOM = re.compile(r"r([1-9]\d?)x([1-9]\d?):(.+)\Z", re.ASCII)
_CELL = re.compile(r"(0|[1-9]\d?)\.(0|[1-9]\d?)\.([1-9]\d?)\.([1-9]\d?)\Z", re.ASCII)


@dataclass(frozen=True, slots=True)
class Cell:
    """In units of the raster, from its top left."""

    x: int
    y: int
    w: int
    h: int

    def overlaps(self, other: "Cell") -> bool:
        return (
            self.x < other.x + other.w
            and other.x < self.x + self.w
            and self.y < other.y + other.h
            and other.y < self.y + self.h
        )


def cells_in(code: str, where: str = "layout") -> int:
    """How many pictures fit on a page of this layout. Raises Invalid for a code that is none, saying why."""
    try:
        return _cells_in(code)
    except ValueError as problem:
        raise Invalid(f"{where}: {problem}", where) from None


@lru_cache(maxsize=512)
def _cells_in(code: str) -> int:
    if code in NAMED:
        return NAMED[code]
    match = _CUSTOM.match(code) if len(code) <= CODE_MAX else None
    if match is None:
        raise ValueError(f"no such layout; one of {', '.join(NAMED)} or r<columns>x<rows>:<x>.<y>.<w>.<h>_…")
    columns, rows = int(match[1]), int(match[2])
    if columns > RASTER_MAX or rows > RASTER_MAX:
        raise ValueError(f"a raster has at most {RASTER_MAX} columns and rows")
    cells = [_cell(word, columns, rows) for word in match[3].split("_")]
    if len(cells) > CELLS_MAX:
        raise ValueError(f"a layout has at most {CELLS_MAX} cells")
    for index, cell in enumerate(cells):
        other = next((n for n, before in enumerate(cells[:index]) if before.overlaps(cell)), None)
        if other is not None:
            raise ValueError(f"cells {other + 1} and {index + 1} overlap")
        if index and (cell.y, cell.x) < (cells[index - 1].y, cells[index - 1].x):
            raise ValueError("cells must stand in reading order, row by row from the top left")
    return len(cells)


def _cell(word: str, columns: int, rows: int) -> Cell:
    match = _CELL.match(word)
    if match is None:
        raise ValueError(f"cell {word[:20]!r} is not x.y.w.h")
    cell = Cell(*(int(number) for number in match.groups()))
    if cell.x + cell.w > columns or cell.y + cell.h > rows:
        raise ValueError(f"cell {word} reaches beyond the raster of {columns} by {rows}")
    return cell
