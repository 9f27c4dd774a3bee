"""Heights of the ground: the interface, and an ESRI ASCII grid read into memory."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, TextIO

import numpy as np
from numpy.typing import NDArray

from gis.files import GeographyError

MAX_CELLS = 16_000_000
"""64 MB as 32-bit numbers: a county at 10 m."""
_LINE = 1 << 20
_LONGEST_NUMBER = 64
_HEADER = {"ncols", "nrows", "xllcorner", "xllcenter", "yllcorner", "yllcenter", "cellsize", "dx", "dy", "nodata_value"}
_LOWEST_M, _HIGHEST_M = -500.0, 9000.0


class Elevation(Protocol):
    """What knows how high the ground is."""

    def at(self, lon: float, lat: float) -> float | None:
        """Metres above one common level; None where it is not known."""
        ...

    def at_each(self, lon: NDArray[np.float64], lat: NDArray[np.float64]) -> NDArray[np.float64]:
        """The same of many places at once; NaN where it is not known."""
        ...


@dataclass(frozen=True, slots=True, eq=False)
class ElevationGrid:
    """Cells of equal size in degrees; between the middles of four cells the height is bilinear."""

    west: float
    """Longitude of the middle of the first column, as `north` is the latitude of the middle of the first row."""
    north: float
    step_lon: float
    step_lat: float
    metres: NDArray[np.float32]
    """Rows from north to south; NaN where the height is not known."""

    def at(self, lon: float, lat: float) -> float | None:
        rows, columns = self.metres.shape
        x, y = (lon - self.west) / self.step_lon, (self.north - lat) / self.step_lat
        # The outer half of the outer cells belongs to the grid too, and has their height.
        if not (-0.5 <= x <= columns - 0.5 and -0.5 <= y <= rows - 0.5):
            return None
        x, y = min(max(x, 0.0), columns - 1.0), min(max(y, 0.0), rows - 1.0)
        left, top = min(int(x), max(columns - 2, 0)), min(int(y), max(rows - 2, 0))
        right, bottom = min(left + 1, columns - 1), min(top + 1, rows - 1)
        fx, fy = x - left, y - top
        upper = ((top, left, (1 - fx) * (1 - fy)), (top, right, fx * (1 - fy)))
        lower = ((bottom, left, (1 - fx) * fy), (bottom, right, fx * fy))
        # A cell that has no share in the height need not be known.
        height = sum(float(self.metres[row, column]) * share for row, column, share in (*upper, *lower) if share > 0)
        return None if math.isnan(height) else height

    def at_each(self, lon: NDArray[np.float64], lat: NDArray[np.float64]) -> NDArray[np.float64]:
        rows, columns = self.metres.shape
        x, y = (lon - self.west) / self.step_lon, (self.north - lat) / self.step_lat
        inside = (x >= -0.5) & (x <= columns - 0.5) & (y >= -0.5) & (y <= rows - 0.5)
        x, y = np.clip(x, 0.0, columns - 1.0), np.clip(y, 0.0, rows - 1.0)
        left, top = x.astype(np.int64), y.astype(np.int64)
        left, top = np.clip(left, 0, max(columns - 2, 0)), np.clip(top, 0, max(rows - 2, 0))
        right, bottom = np.minimum(left + 1, columns - 1), np.minimum(top + 1, rows - 1)
        fx, fy = x - left, y - top
        height = np.zeros(x.shape)
        for row, column, share in (
            (top, left, (1 - fx) * (1 - fy)),
            (top, right, fx * (1 - fy)),
            (bottom, left, (1 - fx) * fy),
            (bottom, right, fx * fy),
        ):
            height += np.where(share > 0, self.metres[row, column] * share, 0.0)
        return np.where(inside, height, np.nan)


def read_elevation(path: Path) -> ElevationGrid:
    """An ESRI ASCII grid (.asc) in WGS 84 degrees; never more than `MAX_CELLS`. Raises GeographyError.

    GDAL makes one of any raster: `gdalwarp -t_srs EPSG:4326`, then `gdal_translate -of AAIGrid`.
    """
    try:
        with path.open(encoding="ascii", errors="strict") as file:
            return _grid(path, file)
    except (OSError, UnicodeDecodeError) as error:
        raise GeographyError(path, [f"cannot be read as an ESRI ASCII grid: {error}"]) from error
    except ValueError as error:
        raise GeographyError(path, [str(error)]) from error


def _grid(path: Path, file: TextIO) -> ElevationGrid:
    words = _words(file)
    header, first = _header(words)
    columns, rows = int(header["ncols"]), int(header["nrows"])
    if columns != header["ncols"] or rows != header["nrows"] or columns < 1 or rows < 1:
        raise ValueError("ncols and nrows must be whole numbers of at least 1")
    if columns * rows > MAX_CELLS:
        raise ValueError(f"has {columns * rows} cells; at most {MAX_CELLS} are read: cut it to the town")
    dx, dy = header.get("dx", header.get("cellsize", 0.0)), header.get("dy", header.get("cellsize", 0.0))
    if not (dx > 0 and dy > 0):
        raise ValueError("cellsize (or dx and dy) is missing or not above 0")
    west = header["xllcenter"] if "xllcenter" in header else header["xllcorner"] + dx / 2
    south = header["yllcenter"] if "yllcenter" in header else header["yllcorner"] + dy / 2
    if not (-180.5 <= west <= west + (columns - 1) * dx <= 180.5 and -90 <= south <= south + (rows - 1) * dy <= 90):
        raise ValueError("its corner and cell size are not in degrees; bring it to WGS 84 (EPSG:4326) first")
    metres = _cells(first, words, columns * rows, header.get("nodata_value", -9999.0))
    return ElevationGrid(west, south + (rows - 1) * dy, dx, dy, metres.reshape(rows, columns))


def _header(words: Iterator[str]) -> tuple[dict[str, float], str]:
    """Keys with their numbers, and the first word after them."""
    header: dict[str, float] = {}
    word = ""
    for word in words:
        key = word.lower()
        if key not in _HEADER:
            break
        if key in header:
            raise ValueError(f"names {key} twice")
        header[key] = _number(next(words, ""), f"{key} in the header")
    for needed in (("ncols",), ("nrows",), ("xllcorner", "xllcenter"), ("yllcorner", "yllcenter")):
        if not any(key in header for key in needed):
            raise ValueError(f"is no ESRI ASCII grid: {' or '.join(needed)} is missing in the header")
    return header, word


def _cells(first: str, words: Iterator[str], count: int, unknown: float) -> NDArray[np.float32]:
    metres = np.empty(count, dtype=np.float32)
    word = first
    for index in range(count):
        height = _number(word, f"cell {index + 1} of {count}")
        if height == unknown:
            height = math.nan
        elif not _LOWEST_M <= height <= _HIGHEST_M:
            raise ValueError(f"cell {index + 1} of {count} is {height:g} m, which no ground on Earth is")
        metres[index] = height
        word = next(words, "")
    if word:
        raise ValueError(f"has more than the {count} cells that its header names")
    return metres


def _number(word: str, what: str) -> float:
    try:
        number = float(word)
    except ValueError:
        raise ValueError(f"{what}: expected a number, got {word[:_LONGEST_NUMBER]!r}") from None
    if not math.isfinite(number):
        raise ValueError(f"{what}: expected a finite number, got {word[:_LONGEST_NUMBER]!r}")
    return number


def _words(file: TextIO) -> Iterator[str]:
    """Words of a file, which may have its cells in any number of lines; never more than a piece in memory."""
    rest = ""
    while piece := file.read(_LINE):
        words = (rest + piece).split()
        rest = words.pop() if words and not piece[-1].isspace() else ""
        if len(rest) > _LONGEST_NUMBER:
            raise ValueError(f"has a word of more than {_LONGEST_NUMBER} characters where a number should be")
        yield from words
    if rest:
        yield rest
