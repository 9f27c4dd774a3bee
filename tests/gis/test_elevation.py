import math
from pathlib import Path

import numpy as np
import pytest

from gis import elevation
from gis.elevation import read_elevation
from gis.files import GeographyError

GRID = """ncols 3
nrows 2
xllcorner 120.0
yllcorner 30.0
cellsize 0.5
NODATA_value -9999
10 20 30
40 50 -9999
"""


def written(folder: Path, text: str) -> Path:
    path = folder / "ground.asc"
    path.write_text(text)
    return path


def test_heights_are_those_of_the_cells_and_bilinear_between(tmp_path: Path) -> None:
    grid = read_elevation(written(tmp_path, GRID))
    assert grid.at(120.25, 30.75) == 10  # the middle of the upper left cell
    assert grid.at(120.75, 30.25) == 50
    assert grid.at(120.5, 30.5) == 30  # where four cells meet
    assert grid.at(120.01, 30.99) == 10
    assert grid.at(121.0, 30.3) is None  # beside a cell without a height
    assert grid.at(119.99, 30.5) is None
    assert grid.at(120.5, 31.01) is None


def test_lines_may_be_cut_anywhere_and_corners_given_as_centres(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(elevation, "_LINE", 3)
    text = GRID.replace("xllcorner 120.0\nyllcorner 30.0", "XLLCENTER 120.25\nYLLCENTER 30.25").replace(
        "20 30", "20\n30"
    )
    grid = read_elevation(written(tmp_path, text))
    assert (grid.at(120.25, 30.75), grid.at(120.75, 30.25)) == (10, 50)


BROKEN = {
    "no grid": ("hello", "ncols is missing"),
    "no corner": ("ncols 1 nrows 1 cellsize 1 5", "xllcorner or xllcenter is missing"),
    "no cells": (GRID.replace("cellsize 0.5", ""), "cellsize .* missing"),
    "in metres": (GRID.replace("120.0", "500000"), "not in degrees"),
    "too large": (GRID.replace("ncols 3", "ncols 30000000"), "at most 16000000 are read"),
    "half a column": (GRID.replace("ncols 3", "ncols 2.5"), "whole numbers"),
    "short": (GRID.removesuffix(" -9999\n"), "cell 6 of 6: expected a number, got ''"),
    "long": (GRID + " 7", "more than the 6 cells"),
    "a word": (GRID.replace("50", "fifty"), "cell 5 of 6: expected a number, got 'fifty'"),
    "not a number": (GRID.replace("50", "nan"), "expected a finite number"),
    "on the moon": (GRID.replace("50", "5e9"), "no ground on Earth"),
    "twice": ("ncols 3\n" + GRID, "names ncols twice"),
    "endless word": (GRID + "1" * 3_000_000, "a word of more than 64 characters"),
    "not text": ("ncols \u00e9", "cannot be read"),
}


@pytest.mark.parametrize(("text", "message"), BROKEN.values(), ids=BROKEN.keys())
def test_a_broken_grid_says_what_is_wrong(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(GeographyError, match=message):
        read_elevation(written(tmp_path, text))


def test_a_missing_file(tmp_path: Path) -> None:
    with pytest.raises(GeographyError, match="cannot be read"):
        read_elevation(tmp_path / "none.asc")


def test_many_places_at_once_are_those_one_by_one(tmp_path: Path) -> None:
    grid = read_elevation(written(tmp_path, GRID))
    lon = np.linspace(119.9, 121.6, 35)
    lat = np.linspace(29.9, 31.1, 35)[::-1].copy()
    for shift in (0.0, 0.13, 0.37):
        one_by_one = [grid.at(float(x), float(y) + shift) for x, y in zip(lon, lat, strict=True)]
        expected = np.array([math.nan if each is None else each for each in one_by_one])
        assert np.array_equal(grid.at_each(lon, lat + shift), expected, equal_nan=True)
