"""Squares of ten metres on the ground, as the picture and the map show them: whoever calibrates a camera sees at once
whether they lie on the street."""

import math
from collections.abc import Iterator
from dataclasses import dataclass

from gis.ground import GroundModel, PoseGround
from gis.plane import Plane

SQUARE_M = 10.0
REACH_M = 100.0
"""Farther squares run together in any picture."""
_NEAR_M, _FINE_M, _COARSE_M = 20.0, 0.5, 2.5
_BEYOND = 0.1
"""Lines go on so far beyond the picture's rim, which cuts them off."""

Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class SquareLine:
    """One line as points of the picture, and its ends (lon, lat) on the map."""

    points: tuple[Point, ...]
    ends: tuple[Point, Point]


def ground_squares(model: GroundModel, foot: Point) -> list[SquareLine]:
    """Lines to the north and to the east every ten metres from `foot` (lon, lat), as far as they are in the picture."""
    plane = Plane(*foot)
    count = math.floor(REACH_M / SQUARE_M)
    lines: list[SquareLine] = []
    for number in range(-count, count + 1):
        aside = number * SQUARE_M
        lines += _runs(model, plane, [(aside, along) for along in _steps()])
        lines += _runs(model, plane, [(along, aside) for along in _steps()])
    return lines


def horizon_of(model: GroundModel) -> list[Point]:
    """Picture points; empty for a model that knows none."""
    points = model.horizon() if isinstance(model, PoseGround) else []
    return [(round(x, 4), round(y, 4)) for x, y in points if abs(x) < 2 and abs(y) < 3]


def _steps() -> Iterator[float]:
    at = -REACH_M
    while at <= REACH_M:
        yield at
        at += _FINE_M if -_NEAR_M <= at < _NEAR_M else _COARSE_M


def _runs(model: GroundModel, plane: Plane, places: list[Point]) -> Iterator[SquareLine]:
    """The stretches of a line that are in the picture."""
    run: list[tuple[Point, Point]] = []
    for east, north in places:
        point = model.to_picture(*plane.to_degrees(east, north)) if math.hypot(east, north) <= REACH_M else None
        if point is not None and all(-_BEYOND <= value <= 1 + _BEYOND for value in point):
            run.append((point, (east, north)))
            continue
        yield from _line(plane, run)
        run = []
    yield from _line(plane, run)


def _line(plane: Plane, run: list[tuple[Point, Point]]) -> Iterator[SquareLine]:
    if len(run) > 1:
        ends = plane.to_degrees(*run[0][1]), plane.to_degrees(*run[-1][1])
        yield SquareLine(tuple((round(x, 4), round(y, 4)) for (x, y), _ in run), ends)
