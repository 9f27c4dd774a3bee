"""The ground of a picture as lines a metre or more apart, and how large people and carts are where: for whoever draws
zones on it."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from gis.ground import GroundModel
from gis.plane import Plane

PERSON_M = 1.7
STEPS_M = (1.0, 2.0, 5.0, 10.0, 20.0, 50.0, 100.0, 200.0, 500.0)
LEAST_APART = 0.03
"""Of the picture's height, between two lines across; half of it, of the width, between two lines along."""

MOST_LINES = 160
ROWS, COLUMNS = 33, 17
_SAMPLES = 9
_HALVINGS = 14
_BEYOND = 0.02

PicturePoint = tuple[float, float]


@dataclass(frozen=True, slots=True)
class RasterLine:
    """A line on the ground, as points of the picture. `metres` from the camera where it runs across, else None;
    `step_m` to the next one."""

    points: tuple[PicturePoint, ...]
    step_m: float
    metres: float | None = None


@dataclass(frozen=True, slots=True)
class Sizes:
    """What is how large, standing at a point of the picture: `person` high and a metre wide as fractions of the
    picture, `metres` away."""

    person: float
    metre: float
    metres: float


@dataclass(frozen=True, slots=True)
class Raster:
    """`sizes` by rows from the top, `ROWS` of `COLUMNS`, evenly from edge to edge; None off the ground."""

    lines: tuple[RasterLine, ...]
    sizes: tuple[tuple[Sizes | None, ...], ...]


@dataclass(frozen=True, slots=True)
class _Floor:
    """The ground in metres forward of the camera and to its right."""

    model: GroundModel
    plane: Plane
    forward: tuple[float, float]

    def at(self, fx: float, fy: float) -> tuple[float, float] | None:
        place = self.model.place_at(fx, fy)
        if place is None:
            return None
        east, north = self.plane.to_metres(*place)
        ahead = east * self.forward[0] + north * self.forward[1]
        return ahead, east * self.forward[1] - north * self.forward[0]

    def shown(self, ahead: float, right: float) -> PicturePoint | None:
        east = ahead * self.forward[0] + right * self.forward[1]
        north = ahead * self.forward[1] - right * self.forward[0]
        return self.model.to_picture(*self.plane.to_degrees(east, north))


def raster(model: GroundModel, stands: tuple[float, float] | None) -> Raster | None:
    """`stands`: (lon, lat) of the camera, from which distances count; without it they count from the ground at the
    picture's lower edge. None where the picture shows no ground."""
    floor = _floor(model, stands)
    if floor is None:
        return None
    return Raster(tuple(_lines(floor))[:MOST_LINES], _sizes(floor))


def _floor(model: GroundModel, stands: tuple[float, float] | None) -> _Floor | None:
    near = model.place_at(0.5, 1.0)
    top = _horizon(model)
    if near is None or top is None:
        return None
    far = model.place_at(0.5, top + (1.0 - top) * 0.3) or near
    plane = Plane(*(stands or near))
    (from_east, from_north), (to_east, to_north) = plane.to_metres(*near), plane.to_metres(*far)
    east, north = to_east - from_east, to_north - from_north
    length = math.hypot(east, north)
    return None if length < 1e-6 else _Floor(model, plane, (east / length, north / length))


def _horizon(model: GroundModel) -> float | None:
    """The uppermost point of the middle column where ground is seen."""
    if model.place_at(0.5, 1.0) is None:
        return None
    if model.place_at(0.5, 0.0) is not None:
        return 0.0
    low, high = 0.0, 1.0
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        low, high = (middle, high) if model.place_at(0.5, middle) is None else (low, middle)
    return high


def _lines(floor: _Floor) -> Iterator[RasterLine]:
    nearest, top = floor.at(0.5, 1.0), _horizon(floor.model)
    farthest = floor.at(0.5, top) if top is not None else None
    if nearest is None or farthest is None:
        return
    bands = list(_bands(floor, nearest[0], farthest[0]))
    for after, begins, ends, step in bands:
        count = round((ends - begins) / step)
        for number in range(count + 1 if ends == bands[-1][2] else count):
            ahead = begins + number * step
            left, right = _width(floor, ahead)
            points = _points(floor, [(ahead, left + (right - left) * n / (_SAMPLES - 1)) for n in range(_SAMPLES)])
            if len(points) > 1:
                yield RasterLine(points, step, ahead)
        left, right = _width(floor, ends)
        for number in range(math.ceil(left / step), math.floor(right / step) + 1):
            aheads = [after + (ends - after) * n / (4 * _SAMPLES) for n in range(4 * _SAMPLES + 1)]
            points = _points(floor, [(ahead, number * step) for ahead in aheads])
            if len(points) > 1:
                yield RasterLine(points, step)


def _bands(floor: _Floor, nearest: float, farthest: float) -> Iterator[tuple[float, float, float, float]]:
    """(end of the one before, from, to, step) in metres ahead: the finest step whose lines lie far enough apart in the
    picture."""
    at = nearest
    for step, coarser in zip(STEPS_M, (*STEPS_M[1:], 0.0), strict=True):
        begins = math.ceil(at / step - 1e-6) * step
        ends = begins
        while ends + step <= farthest and _apart(floor, ends, step):
            ends += step
        if coarser:  # the next band begins on one of its own lines
            shared = math.lcm(int(step), int(coarser))
            ends = math.floor(ends / shared + 1e-6) * shared
        if ends > begins:
            yield at, begins, ends, step
            at = ends


def _apart(floor: _Floor, ahead: float, step: float) -> bool:
    here, there, beside = floor.shown(ahead, 0.0), floor.shown(ahead + step, 0.0), floor.shown(ahead, step)
    if here is None or there is None or beside is None:
        return False
    return math.dist(here, there) >= LEAST_APART and math.dist(here, beside) >= LEAST_APART / 2


def _width(floor: _Floor, ahead: float) -> tuple[float, float]:
    """How far to the left (negative) and to the right ground is seen at that distance."""
    middle = floor.shown(ahead, 0.0)
    if middle is None:
        return 0.0, 0.0
    row = min(max(middle[1], 0.0), 1.0)
    ends = [at[1] for fx in (0.0, 0.02, 0.98, 1.0) if (at := floor.at(fx, row)) is not None]
    return (min(ends), max(ends)) if len(ends) > 1 else (0.0, 0.0)


def _points(floor: _Floor, places: Sequence[tuple[float, float]]) -> tuple[PicturePoint, ...]:
    """Those within the picture, with the rim about it."""
    shown = (floor.shown(*place) for place in places)
    return tuple(
        (round(point[0], 4), round(point[1], 4))
        for point in shown
        if point is not None and all(-_BEYOND <= value <= 1.0 + _BEYOND for value in point)
    )


def _sizes(floor: _Floor) -> tuple[tuple[Sizes | None, ...], ...]:
    rows, columns = range(ROWS), range(COLUMNS)
    return tuple(tuple(_size(floor, column / (COLUMNS - 1), row / (ROWS - 1)) for column in columns) for row in rows)


def _size(floor: _Floor, fx: float, fy: float) -> Sizes | None:
    at = floor.at(fx, fy)
    if at is None:
        return None
    high, wide = 0.1, 0.05
    for _ in range(3):  # what is upright is not as high in the picture as it is wide: come nearer to it
        size = floor.model.size_at((fx - wide / 2, fy - high, wide, high))
        if size is None or size[0] <= 0 or size[1] <= 0:
            return None
        high, wide = min(high * PERSON_M / size[1], 3.0), min(wide / size[0], 3.0)
    return Sizes(round(high, 5), round(wide, 5), round(math.hypot(*at), 2))
