"""The same thing once more: which earlier case at the place a new one repeats."""

from math import floor

CELLS_PER_DEGREE = 2000
"""Squares of some 55 m, by which cases at a place are found among millions."""


def place_cell(lon: float | None, lat: float | None) -> int | None:
    """Number of the square a place lies in, None without one. The migration that brought it computes the same."""
    if lon is None or lat is None:
        return None
    return floor((lat + 90) * CELLS_PER_DEGREE) * 1_000_000 + floor((lon + 180) * CELLS_PER_DEGREE)
