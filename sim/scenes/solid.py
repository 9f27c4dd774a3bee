"""Small bodies made of flat faces and round limbs, in their own axes: x right, y ahead, z up, metres."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import numpy.typing as npt

from sim.scenes.pinhole import Floats
from sim.scenes.textures import Colour

Point3 = tuple[float, float, float]


@dataclass(frozen=True)
class Face:
    """A flat convex polygon, seen from the side where its corners run anticlockwise; `glow` shines by itself."""

    corners: tuple[Point3, ...]
    colour: Colour
    glow: float = 0.0
    both_sides: bool = False
    lift: float = 0.0
    """Metres by which it counts as nearer when faces are ordered: for what lies upon another face."""


@dataclass(frozen=True)
class Limb:
    """A round, tapering rod; with equal ends a ball."""

    start: Point3
    end: Point3
    start_radius: float
    end_radius: float
    colour: Colour
    lift: float = 0.0


@dataclass(frozen=True)
class Solid:
    faces: tuple[Face, ...] = ()
    limbs: tuple[Limb, ...] = ()

    def moved(self, x: float = 0.0, y: float = 0.0, z: float = 0.0, turn_deg: float = 0.0) -> "Solid":
        """Turned clockwise (seen from above) about its own origin, then moved."""
        sin, cos = math.sin(math.radians(turn_deg)), math.cos(math.radians(turn_deg))

        def place(point: Point3) -> Point3:
            px, py, pz = point
            return px * cos + py * sin + x, -px * sin + py * cos + y, pz + z

        faces = tuple(
            Face(tuple(place(c) for c in f.corners), f.colour, f.glow, f.both_sides, f.lift) for f in self.faces
        )
        limbs = tuple(
            Limb(place(m.start), place(m.end), m.start_radius, m.end_radius, m.colour, m.lift) for m in self.limbs
        )
        return Solid(faces, limbs)

    @cached_property
    def arrays(self) -> "Arrays":
        """The same as arrays, for drawing."""
        return _arrays(self)


@dataclass(frozen=True)
class Arrays:
    """`points` holds the corners of all faces, then both ends of every limb; `spans[i]` is where face i has its own."""

    points: Floats
    spans: tuple[tuple[int, int], ...]
    normals: Floats
    centres: Floats
    """Of faces, then of limbs."""
    lifts: Floats
    face_colours: Floats
    glow: Floats
    both_sides: npt.NDArray[np.bool_]
    radii: Floats
    """(limbs, 2)"""
    limb_colours: Floats

    @cached_property
    def extent(self) -> tuple[float, float]:
        """(metres from the origin to the farthest point seen from above, height of the highest), girth included."""
        girth = float(self.radii.max()) if len(self.radii) else 0.0
        flat = self.points[:, :2]
        return float(np.sqrt((flat * flat).sum(axis=1).max())) + girth, float(self.points[:, 2].max()) + girth

    def placed(self, x: float, y: float, turn_deg: float) -> "Arrays":
        """Turned clockwise (seen from above) about the origin, then moved."""
        sin, cos = math.sin(math.radians(turn_deg)), math.cos(math.radians(turn_deg))
        turn = np.array([[cos, -sin, 0.0], [sin, cos, 0.0], [0.0, 0.0, 1.0]])
        offset = np.array([x, y, 0.0])
        return replace(
            self, points=self.points @ turn + offset, normals=self.normals @ turn, centres=self.centres @ turn + offset
        )


def _arrays(solid: Solid) -> Arrays:
    corners = [corner for face in solid.faces for corner in face.corners]
    ends = [end for limb in solid.limbs for end in (limb.start, limb.end)]
    spans, start = [], 0
    for face in solid.faces:
        spans.append((start, start + len(face.corners)))
        start += len(face.corners)
    points = np.array(corners + ends, dtype=np.float64).reshape(-1, 3)
    middles = [points[a:b].mean(axis=0) for a, b in spans]
    limb_middles = (points[start::2] + points[start + 1 :: 2]) / 2
    return Arrays(
        points=points,
        spans=tuple(spans),
        normals=np.array([normal(face.corners) for face in solid.faces], dtype=np.float64).reshape(-1, 3),
        centres=np.concatenate([np.array(middles).reshape(-1, 3), limb_middles]),
        lifts=np.array([f.lift for f in solid.faces] + [m.lift for m in solid.limbs], dtype=np.float64),
        face_colours=np.array([face.colour for face in solid.faces], dtype=np.float64).reshape(-1, 3),
        glow=np.array([face.glow for face in solid.faces], dtype=np.float64),
        both_sides=np.array([face.both_sides for face in solid.faces], dtype=bool),
        radii=np.array([(m.start_radius, m.end_radius) for m in solid.limbs], dtype=np.float64).reshape(-1, 2),
        limb_colours=np.array([limb.colour for limb in solid.limbs], dtype=np.float64).reshape(-1, 3),
    )


def joined(parts: Iterable[Solid]) -> Solid:
    parts = list(parts)
    return Solid(tuple(f for part in parts for f in part.faces), tuple(m for part in parts for m in part.limbs))


def box(
    x: tuple[float, float],
    y: tuple[float, float],
    z: tuple[float, float],
    colour: Colour,
    *,
    taper: float = 0.0,
    lift: float = 0.0,
    glow: float = 0.0,
) -> Solid:
    """An upright box; `taper` metres narrower on every side at the top. Without its underside."""
    (x0, x1), (y0, y1), (z0, z1) = x, y, z
    low = ((x0, y0, z0), (x1, y0, z0), (x1, y1, z0), (x0, y1, z0))
    t = taper
    high = ((x0 + t, y0 + t, z1), (x1 - t, y0 + t, z1), (x1 - t, y1 - t, z1), (x0 + t, y1 - t, z1))
    sides = [Face((low[i], low[(i + 1) % 4], high[(i + 1) % 4], high[i]), colour, glow, lift=lift) for i in range(4)]
    return Solid((*sides, Face(high, colour, glow, lift=lift)))


def panel(
    corners: Sequence[Point3], colour: Colour, *, glow: float = 0.0, lift: float = 0.0, facing: Point3 | None = None
) -> Solid:
    """A flat plate seen from both sides, or only from where `facing` points: then it may be lifted high over the body
    it lies upon without showing through from behind."""
    if facing is None:
        return Solid((Face(tuple(corners), colour, glow, True, lift),))
    n = normal(corners)
    turned = n[0] * facing[0] + n[1] * facing[1] + n[2] * facing[2] < 0
    return Solid((Face(tuple(reversed(corners)) if turned else tuple(corners), colour, glow, False, lift),))


def disc(
    centre: Point3,
    radius: float,
    colour: Colour,
    *,
    axis: str = "x",
    corners: int = 12,
    lift: float = 0.0,
    facing: Point3 | None = None,
) -> Solid:
    """A round plate whose axis is x (a wheel seen from the side) or z (a table top)."""
    cx, cy, cz = centre
    angles = [2 * math.pi * i / corners for i in range(corners)]
    if axis == "x":
        ring = [(cx, cy + radius * math.cos(a), cz + radius * math.sin(a)) for a in angles]
    else:
        ring = [(cx + radius * math.cos(a), cy + radius * math.sin(a), cz) for a in angles]
    return panel(ring, colour, lift=lift, facing=facing)


def rod(
    start: Point3, end: Point3, radius: float, colour: Colour, end_radius: float | None = None, lift: float = 0.0
) -> Solid:
    return Solid((), (Limb(start, end, radius, radius if end_radius is None else end_radius, colour, lift),))


def ball(centre: Point3, radius: float, colour: Colour, lift: float = 0.0) -> Solid:
    return Solid((), (Limb(centre, centre, radius, radius, colour, lift),))


def wheel(centre: Point3, radius: float, width: float, hub: Colour = (150, 150, 150)) -> Solid:
    """A tyre with a rim, its axle along x."""
    x, y, z = centre
    plates = []
    for side in (-1, 1):
        face_x = x + side * width / 2
        plates.append(disc((face_x, y, z), radius, (30, 30, 31), lift=0.02))
        plates.append(disc((face_x + side * 0.01, y, z), radius * 0.6, hub, lift=0.03))
    return joined([rod((x - width / 2, y, z), (x + width / 2, y, z), radius * 0.96, (26, 26, 27)), *plates])


def normal(corners: Sequence[Point3]) -> Point3:
    """Unit normal of a face (Newell)."""
    nx = ny = nz = 0.0
    for (x0, y0, z0), (x1, y1, z1) in zip(corners, [*corners[1:], corners[0]], strict=True):
        nx += (y0 - y1) * (z0 + z1)
        ny += (z0 - z1) * (x0 + x1)
        nz += (x0 - x1) * (y0 + y1)
    length = math.sqrt(nx * nx + ny * ny + nz * nz) or 1.0
    return nx / length, ny / length, nz / length
