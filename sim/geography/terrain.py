"""The lie of the land: the town's outline, its river and brooks, ponds, hills and parks. Local metres."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.random import Generator
from shapely import LineString, Point, Polygon, union_all
from shapely.geometry.base import BaseGeometry

from sim.geography import names
from sim.geography.curve import blob, rounded, wandering
from sim.geography.names import Name

HALF_WIDTH, HALF_HEIGHT = 3450.0, 2950.0
BEYOND = 700.0
"""How far past the town's outline river, hills and trunk road go on: a town is not an island."""
BANK = 26.0
"""From the water's edge to the middle of the riverside road."""


@dataclass(frozen=True, slots=True)
class Watercourse:
    name: Name
    kind: str
    centre_line: LineString
    surface: Polygon


@dataclass(frozen=True, slots=True)
class Patch:
    """A named or nameless piece of land or still water."""

    name: Name | None
    kind: str
    outline: Polygon


@dataclass(frozen=True, slots=True)
class Terrain:
    outline: Polygon
    river: Watercourse
    brooks: tuple[Watercourse, ...]
    ponds: tuple[Patch, ...]
    green: tuple[Patch, ...]
    water: BaseGeometry
    """All open water as one shape."""
    hills: BaseGeometry
    """All hills as one shape."""


def make_terrain(rng: Generator) -> Terrain:
    """Terrain of one town around (0, 0), its old centre just north of the river."""
    outline = _outline(rng)
    river = _river(rng)
    brooks = _brooks(outline, river, rng)
    flowing = union_all([river.surface, *(brook.surface for brook in brooks)])
    hills = _hills(outline, flowing, rng)
    ponds = _ponds(outline, flowing, hills, rng)
    wet = union_all([flowing, *(pond.outline for pond in ponds)])
    woods = _woods(outline, union_all([wet.buffer(25), *(hill.outline for hill in hills)]), rng)
    green = (*hills, *woods, *_parks(river, wet, rng))
    return Terrain(outline, river, brooks, ponds, green, wet, union_all([hill.outline for hill in hills]))


def side_of_river(river: Watercourse, x: float, y: float) -> int:
    """1 on the north bank, -1 on the south."""
    coordinates = np.asarray(river.centre_line.coords)
    return 1 if y > float(np.interp(x, coordinates[:, 0], coordinates[:, 1])) else -1


def _outline(rng: Generator) -> Polygon:
    angles = np.linspace(0, 2 * math.pi, 160, endpoint=False)
    cosine, sine = np.cos(angles), np.sin(angles)
    radius = (np.abs(cosine) ** 2.7 + np.abs(sine) ** 2.7) ** (-1 / 2.7)
    for wave in range(3, 14):
        radius += 0.13 / wave * rng.normal() * np.sin(wave * angles + rng.uniform(0, 2 * math.pi))
    return Polygon(np.c_[cosine * radius * HALF_WIDTH, sine * radius * HALF_HEIGHT]).buffer(0)


def _river(rng: Generator) -> Watercourse:
    x = np.arange(-HALF_WIDTH - 1400, HALF_WIDTH + 1401, 230.0)
    far = np.clip(np.abs(x) / 1500, 0.25, 1.6)  # calm in the old centre, winding outside
    bends = 250 * np.sin(x / 760 + rng.uniform(0, 6.28)) + 120 * np.sin(x / 330 + rng.uniform(0, 6.28))
    y = -430 + bends * far + 0.045 * x + rng.normal(0, 14, len(x))
    line = LineString(rounded(np.c_[x, y], 3))
    widths = [34 + 9 * math.sin(step / 5) + (14 if step > 60 else 0) for step in range(120)]
    pieces = []
    coordinates = np.asarray(line.coords)
    for piece, width in zip(np.array_split(np.arange(len(coordinates)), len(widths)), widths, strict=True):
        if len(piece):
            pieces.append(LineString(coordinates[max(0, piece[0] - 1) : piece[-1] + 2]).buffer(width, quad_segs=4))
    surface = union_all(pieces).buffer(12, quad_segs=4).buffer(-12, quad_segs=4)
    return Watercourse(names.RIVER, "river", line, _largest(surface))


def _brooks(outline: Polygon, river: Watercourse, rng: Generator) -> tuple[Watercourse, ...]:
    """Four brooks from the edges of the town into the river."""
    sources = ((-1900, HALF_HEIGHT + 500), (1500, HALF_HEIGHT + 500), (1900, -HALF_HEIGHT - 500), (-2300, -HALF_HEIGHT))
    mouths = (-1450.0, 1250.0, 900.0, -1750.0)
    brooks = []
    for number, (source, mouth) in enumerate(zip(sources, mouths, strict=True)):
        start = (source[0] + rng.uniform(-250, 250), source[1] + 0.0)
        end = river.centre_line.interpolate(river.centre_line.project(Point(mouth + rng.uniform(-150, 150), -400)))
        line = LineString(wandering(start, (end.x, end.y), rng, sway=0.15, levels=5))
        width = float(rng.uniform(6, 9)) if number != 1 else 11.0
        kind = "canal" if number == 1 else "brook"
        brooks.append(Watercourse(names.BROOKS[number], kind, line, line.buffer(width, quad_segs=3)))
    return tuple(brooks)


def _hills(outline: Polygon, flowing: BaseGeometry, rng: Generator) -> tuple[Patch, ...]:
    places = ((-2750, -2150, 1150, 760), (-2500, 2150, 900, 620), (600, 2750, 900, 420), (3000, -2000, 800, 700),
              (-700, -2600, 620, 420))  # fmt: skip
    grown = outline.buffer(BEYOND)
    hills = []
    for name, (x, y, long, short) in zip(names.HILLS, places, strict=True):
        centre = (x + rng.uniform(-150, 150), y + rng.uniform(-150, 150))
        shape = Polygon(blob(centre, (long, short), rng, 0.3, 110)).buffer(0)
        shape = _largest(shape.intersection(grown).difference(flowing.buffer(70)))
        hills.append(Patch(name, "hill", _softened(shape)))
    return tuple(hills)


def _ponds(outline: Polygon, flowing: BaseGeometry, hills: tuple[Patch, ...], rng: Generator) -> tuple[Patch, ...]:
    valley = hills[0].outline.centroid
    reservoir = Polygon(blob((valley.x + 420, valley.y + 260), (260, 130), rng, 0.4)).buffer(0)
    near_flowing = flowing.buffer(60)
    ponds = [Patch(names.RESERVOIR, "reservoir", reservoir)]
    built = [Point(0, 150).buffer(1500), Point(2080, 1010).buffer(900)]
    while len(ponds) < 34:
        x, y = rng.uniform(-HALF_WIDTH, HALF_WIDTH), rng.uniform(-HALF_HEIGHT, HALF_HEIGHT)
        radius = float(rng.uniform(22, 75))
        shape = Polygon(blob((x, y), (radius, radius * rng.uniform(0.5, 0.9)), rng, 0.3, 28)).buffer(0)
        blocked = [near_flowing, *built, *(pond.outline.buffer(90) for pond in ponds)]
        if outline.contains(shape) and not any(shape.intersects(other) for other in blocked):
            ponds.append(Patch(None, "pond", shape))
    return tuple(ponds)


def _woods(outline: Polygon, blocked: BaseGeometry, rng: Generator) -> tuple[Patch, ...]:
    """Copses and orchards in the open country."""
    blocked = union_all([blocked, Point(0, 150).buffer(1450), Point(2080, 1010).buffer(850)])
    woods: list[Patch] = []
    while len(woods) < 26:
        x, y = rng.uniform(-HALF_WIDTH, HALF_WIDTH), rng.uniform(-HALF_HEIGHT, HALF_HEIGHT)
        radius = float(rng.uniform(45, 190))
        shape = Polygon(blob((x, y), (radius, radius * rng.uniform(0.35, 0.8)), rng, 0.35, 40)).buffer(0)
        if outline.contains(shape) and not shape.intersects(blocked):
            woods.append(Patch(None, "wood", _largest(shape)))
            blocked = union_all([blocked, shape.buffer(30)])
    return tuple(woods)


def _parks(river: Watercourse, wet: BaseGeometry, rng: Generator) -> tuple[Patch, ...]:
    """Parks of the town, and tree belts along the river outside it."""
    parks = []
    for name, (x, y, radius) in zip(
        names.PARKS, ((-620, -230, 120), (330, 560, 105), (900, -270, 150), (-2300, -350, 260)), strict=True
    ):
        shape = Polygon(blob((x, y), (radius, radius * 0.7), rng, 0.15)).buffer(0).difference(wet.buffer(6))
        parks.append(Patch(name, "park", _largest(shape)))
    belt = river.surface.buffer(BANK - 8).difference(river.surface.buffer(4))
    for piece in getattr(belt, "geoms", [belt]):
        parks.append(Patch(None, "belt", _largest(piece.difference(wet))))
    return tuple(parks)


def _softened(shape: Polygon) -> Polygon:
    return _largest(shape.buffer(-25).buffer(50).buffer(-25).simplify(4))


def _largest(shape: BaseGeometry) -> Polygon:
    parts = [part for part in getattr(shape, "geoms", [shape]) if isinstance(part, Polygon)]
    return max(parts, key=lambda part: float(part.area))
