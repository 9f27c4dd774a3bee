"""Finding cases by a rectangle of the map: by the squares it touches, whose cases are counted as they come."""

from math import floor
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, or_, select

from incidents.errors import Invalid
from incidents.store.finding_schema import case_squares
from incidents.store.schema import cases

SQUARES_PER_DEGREE = 200
"""Squares of some 550 m: a town of 400 km² has two thousand, a rectangle of a few streets touches four."""
ROW = 100_000
"""Squares of one row of latitude, more than go round the earth."""
Box = tuple[float, float, float, float]
"""West, south, east, north in degrees; west above east goes over the date line."""


def map_square(lon: float | None, lat: float | None) -> int | None:
    """Number of the square a place lies in, None without one. Migration 0022 computes the same."""
    if lon is None or lat is None:
        return None
    return _row(lat) * ROW + _column(lon)


def checked(box: Box) -> Box:
    """Raises Invalid."""
    west, south, east, north = box
    if not (-180 <= west <= 180 and -180 <= east <= 180 and -90 <= south <= north <= 90):
        raise Invalid("bbox must be west,south,east,north in degrees, south not above north", "bbox")
    return box


def around(lon: float, lat: float, north: float, east: float) -> Box:
    """The box reaching so many degrees each way, cut off where the map ends."""
    return max(-180.0, lon - east), max(-90.0, lat - north), min(180.0, lon + east), min(90.0, lat + north)


def inside(box: Box) -> ColumnElement[bool]:
    """Of a row of `cases`: it lies in the box."""
    west, south, east, north = box
    lon = cases.c.lon
    within = lon.between(west, east) if west <= east else or_(lon >= west, lon <= east)
    return and_(cases.c.lat.between(south, north), within)


def in_squares(box: Box) -> ColumnElement[bool]:
    """Of a row of `cases`: it lies in a square the box touches. What the index of squares is read by."""
    there = select(case_squares.c.square).where(_touched(box), case_squares.c.n > 0)
    return cases.c.map_square.in_(there)


def held_around(box: Box) -> Select[Any]:
    """How many cases the squares it touches hold: those in the box, and some beside it. As kept, at no cost."""
    return select(func.coalesce(func.sum(case_squares.c.n), 0)).where(_touched(box))


def _touched(box: Box) -> ColumnElement[bool]:
    west, south, east, north = box
    rows = case_squares.c.square.between(_row(south) * ROW, _row(north) * ROW + ROW - 1)
    column = case_squares.c.square % ROW
    if west <= east:
        return and_(rows, column.between(_column(west), _column(east)))
    return and_(rows, or_(column >= _column(west), column <= _column(east)))


def _row(lat: float) -> int:
    return floor((lat + 90) * SQUARES_PER_DEGREE)


def _column(lon: float) -> int:
    return floor((lon + 180) * SQUARES_PER_DEGREE)
