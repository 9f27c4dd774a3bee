"""Cars, vans, trucks and buses lofted from a few cross-sections; origin on the ground at the middle, facing +y."""
# ruff: noqa: B008 (rgb() gives an immutable tuple)

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from sim.scenes.solid import Face, Point3, Solid, box, disc, joined, panel, rod
from sim.scenes.textures import Colour, mix, rgb, times

GLASS = rgb("#2a3640")
GLASS_SKY = rgb("#5d7482")
RUBBER = rgb("#26272a")


@dataclass(frozen=True)
class Section:
    """A cross-section of a body: half widths and heights at sill, waist and roof."""

    y: float
    half: float
    low: float
    waist: float
    roof_half: float
    roof: float


def _ring(section: Section) -> tuple[Point3, ...]:
    """Left sill, left bulge, left waist, left roof, right roof, right waist, right bulge, right sill."""
    s = section
    bulge = s.low + (s.waist - s.low) * 0.55
    left = (
        (-s.half + 0.04, s.y, s.low),
        (-s.half, s.y, bulge),
        (-s.half + 0.05, s.y, s.waist),
        (-s.roof_half, s.y, s.roof),
    )
    return left + tuple((-x, y, z) for x, y, z in reversed(left))


def loft(sections: Sequence[Section], paint: Colour, glazed: Sequence[bool]) -> Solid:
    """Sections from back to front; `glazed[i]` puts glass between section i and i + 1 above the waist."""
    faces: list[Face] = []
    rings = [_ring(section) for section in sections]
    for index, (back, front) in enumerate(pairwise(rings)):
        slope = abs(sections[index].roof - sections[index + 1].roof) > 0.25
        for edge in range(7):
            corners = (back[edge], back[edge + 1], front[edge + 1], front[edge])
            colour, lift = paint, 0.0
            if edge in (0, 6):
                colour = times(paint, 0.7)
            if glazed[index] and edge in (2, 4):
                colour = GLASS
            if glazed[index] and edge == 3 and slope:
                colour = mix(GLASS, GLASS_SKY, 0.6)
            faces.append(Face(corners, colour, lift=lift))
            if glazed[index] and edge in (2, 4) and not slope:
                faces.append(_reflection(corners))
                if sections[index + 1].y - sections[index].y > 0.9:
                    faces.append(_pillar(corners, paint))
    faces.append(Face(tuple(reversed(rings[0])), times(paint, 0.85)))
    faces.append(Face(tuple(rings[-1]), times(paint, 0.9)))
    return Solid(tuple(faces))


def _reflection(corners: Sequence[Point3]) -> Face:
    """The brighter upper part of a side window."""
    a, b, c, d = corners

    def between(p: Point3, q: Point3, share: float) -> Point3:
        return tuple(x + (y - x) * share for x, y in zip(p, q, strict=True))  # type: ignore[return-value]

    # Whichever pair is the upper one, the sky shows near it.
    if a[2] > b[2]:
        low_left, low_right, high_right, high_left = b, c, d, a
    else:
        low_left, low_right, high_right, high_left = a, d, c, b
    quad = (
        between(low_left, high_left, 0.55),
        between(low_right, high_right, 0.45),
        between(low_right, high_right, 0.92),
        between(low_left, high_left, 0.92),
    )
    return Face(quad, GLASS_SKY, both_sides=True, lift=0.03)


def _pillar(corners: Sequence[Point3], paint: Colour) -> Face:
    """The post between the front and the rear door."""
    a, b, c, d = corners
    low, high = [(p, q) for p, q in ((a, d), (b, c))]
    ends = []
    for (back, front), shares in ((low, (0.47, 0.53)), (high, (0.53, 0.47))):
        for share in shares:
            x, y, z = (p + (q - p) * share for p, q in zip(back, front, strict=True))
            ends.append((x, y, z))
    return Face(tuple(ends), times(paint, 0.75), both_sides=True, lift=0.05)


def _lights(y_front: float, y_back: float, half: float, z: float, lit: bool) -> Solid:
    parts = []
    for side in (-1, 1):
        inner, outer = side * (half - 0.34), side * (half - 0.06)
        lamp = rgb("#fff3d0") if lit else rgb("#d8dde0")
        tail = rgb("#ff3020") if lit else rgb("#a01c1c")
        glow = 0.9 if lit else 0.1
        for y, colour, height in ((y_front + 0.02, lamp, 0.13), (y_back - 0.02, tail, 0.16)):
            out = (0.0, 1.0 if y > 0 else -1.0, 0.0)
            parts.append(
                panel(
                    [(inner, y, z), (outer, y, z), (outer, y, z + height), (inner, y, z + height)],
                    colour,
                    glow=glow,
                    lift=2.4,
                    facing=out,
                )
            )
    return joined(parts)


def _plate(y: float, z: float, colour: Colour) -> Solid:
    out = (0.0, 1.0 if y > 0 else -1.0, 0.0)
    return panel([(-0.22, y, z), (0.22, y, z), (0.22, y, z + 0.13), (-0.22, y, z + 0.13)], colour, lift=2.5, facing=out)


def _wheels(half: float, ys: Sequence[float], radius: float, width: float = 0.2) -> Solid:
    parts = []
    for y in ys:
        for side in (-1, 1):
            outside = (float(side), 0.0, 0.0)
            inner, outer = side * (half - width), side * (half + 0.01)
            parts.append(rod((inner, y, radius), (outer - side * 0.03, y, radius), radius * 0.97, (26, 26, 27)))
            for share, colour, lift in (
                (1.17, (20, 20, 21), 2.0),
                (1.0, (38, 37, 36), 2.1),
                (0.62, (158, 156, 152), 2.2),
                (0.2, (96, 95, 94), 2.3),
            ):
                parts.append(disc((outer, y, radius), radius * share, colour, lift=lift, facing=outside))
    return joined(parts)


def _wide(*rows: tuple[float, float, float, float, float, float]) -> list[Section]:
    return [Section(*row) for row in rows]


def sedan(paint: Colour, lit: bool = False) -> Solid:
    body = _wide(
        (-2.25, 0.78, 0.38, 0.80, 0.62, 0.84),
        (-2.12, 0.88, 0.26, 0.93, 0.70, 0.98),
        (-1.45, 0.90, 0.22, 0.96, 0.72, 1.02),
        (-0.85, 0.90, 0.22, 0.95, 0.60, 1.42),
        (0.25, 0.90, 0.22, 0.94, 0.61, 1.46),
        (1.05, 0.89, 0.22, 0.92, 0.72, 0.98),
        (1.95, 0.87, 0.24, 0.78, 0.68, 0.84),
        (2.24, 0.76, 0.36, 0.62, 0.60, 0.68),
    )
    return joined(
        [
            loft(body, paint, [False, False, True, True, True, False, False]),
            _wheels(0.88, (-1.36, 1.38), 0.31),
            _lights(2.2, -2.22, 0.84, 0.62, lit),
            _plate(2.27, 0.42, rgb("#2b55b8")),
            _plate(-2.28, 0.6, rgb("#2b55b8")),
            _mirrors(0.98, 0.7),
        ]
    )


def _mirrors(z: float, y: float) -> Solid:
    return joined(
        [box((s * 0.98 - 0.08, s * 0.98 + 0.08), (y - 0.05, y + 0.05), (z, z + 0.13), RUBBER) for s in (-1, 1)]
    )


def suv(paint: Colour, lit: bool = False) -> Solid:
    body = _wide(
        (-2.22, 0.84, 0.42, 0.98, 0.66, 1.05),
        (-2.1, 0.92, 0.30, 1.04, 0.66, 1.42),
        (-1.75, 0.93, 0.28, 1.05, 0.66, 1.64),
        (0.2, 0.93, 0.28, 1.04, 0.67, 1.68),
        (1.0, 0.92, 0.28, 1.04, 0.76, 1.1),
        (1.95, 0.90, 0.30, 0.94, 0.74, 1.0),
        (2.24, 0.80, 0.42, 0.76, 0.66, 0.82),
    )
    return joined(
        [
            loft(body, paint, [True, True, True, True, False, False]),
            _wheels(0.91, (-1.35, 1.42), 0.36, 0.23),
            _lights(2.22, -2.2, 0.88, 0.74, lit),
            _plate(2.28, 0.5, rgb("#2b55b8")),
            _plate(-2.26, 0.72, rgb("#2b55b8")),
            _mirrors(1.1, 0.75),
        ]
    )


def minivan(paint: Colour, lit: bool = False) -> Solid:
    """The small bread-shaped van every township has."""
    body = _wide(
        (-2.0, 0.78, 0.40, 1.05, 0.66, 1.78),
        (-1.9, 0.80, 0.30, 1.08, 0.68, 1.86),
        (0.6, 0.80, 0.28, 1.08, 0.68, 1.88),
        (1.35, 0.80, 0.28, 1.02, 0.70, 1.14),
        (1.9, 0.78, 0.32, 0.86, 0.68, 0.94),
        (2.0, 0.72, 0.40, 0.7, 0.62, 0.78),
    )
    return joined(
        [
            loft(body, paint, [False, True, True, False, False]),
            _wheels(0.78, (-1.25, 1.25), 0.29, 0.17),
            _lights(1.98, -2.0, 0.76, 0.62, lit),
            _plate(2.03, 0.42, rgb("#2b55b8")),
            _plate(-2.04, 0.6, rgb("#2b55b8")),
            panel(
                [(-0.58, -2.02, 1.15), (0.58, -2.02, 1.15), (0.55, -2.02, 1.65), (-0.55, -2.02, 1.65)],
                GLASS,
                lift=2.2,
                facing=(0, -1, 0),
            ),
        ]
    )


def _cab(paint: Colour, y0: float, y1: float, half: float, height: float) -> Solid:
    body = _wide(
        (y0, half, 0.45, 1.25, half - 0.08, height),
        (y1 - 0.55, half, 0.45, 1.25, half - 0.08, height),
        (y1 - 0.12, half, 0.45, 1.22, half - 0.05, 1.32),
        (y1, half - 0.05, 0.45, 0.95, half - 0.1, 1.02),
    )
    return loft(body, paint, [True, True, False])


def box_truck(paint: Colour, load: Colour = rgb("#c9ccca"), lit: bool = False) -> Solid:
    cargo = box((-1.02, 1.02), (-2.9, 1.15), (0.85, 2.75), load)
    stripe = [
        panel(
            [(s * 1.03, -2.8, 1.15), (s * 1.03, 1.05, 1.15), (s * 1.03, 1.05, 1.35), (s * 1.03, -2.8, 1.35)],
            times(paint, 0.95),
            lift=2.0,
            facing=(s, 0, 0),
        )
        for s in (-1, 1)
    ]
    return joined(
        [
            box((-0.9, 0.9), (-2.8, 1.4), (0.5, 0.85), RUBBER),
            cargo,
            *stripe,
            _cab(paint, 1.25, 2.95, 0.95, 2.05),
            _wheels(0.95, (-1.8, 2.1), 0.4, 0.26),
            _lights(2.95, -2.92, 0.95, 0.6, lit),
            _plate(2.98, 0.46, rgb("#d8b020")),
        ]
    )


def dump_truck(paint: Colour, lit: bool = False) -> Solid:
    bed = box((-1.05, 1.05), (-3.0, 1.0), (0.95, 2.05), times(paint, 0.9), taper=-0.05)
    heap = box((-0.9, 0.9), (-2.8, 0.8), (2.02, 2.3), rgb("#7d6a54"), taper=0.45, lift=0.1)
    return joined(
        [
            box((-0.8, 0.8), (-2.9, 1.4), (0.5, 0.95), RUBBER),
            bed,
            heap,
            _cab(paint, 1.2, 2.9, 1.05, 2.3),
            _wheels(1.02, (-2.2, -1.2, 2.0), 0.46, 0.3),
            _lights(2.9, -3.02, 1.0, 0.6, lit),
            _plate(2.93, 0.5, rgb("#d8b020")),
        ]
    )


def bus(paint: Colour, lit: bool = False) -> Solid:
    body = _wide(
        (-4.4, 1.1, 0.5, 1.35, 1.02, 2.75),
        (-4.25, 1.16, 0.35, 1.35, 1.06, 2.88),
        (3.9, 1.16, 0.35, 1.30, 1.06, 2.9),
        (4.2, 1.14, 0.35, 1.10, 1.06, 2.72),
        (4.35, 1.08, 0.45, 1.0, 1.0, 1.2),
    )
    glass = []
    for side in (-1, 1):
        for start in (-3.9, -2.55, -1.2, 0.15, 1.5, 2.85):
            x = side * 1.13
            glass.append(
                panel(
                    [(x, start, 1.42), (x, start + 1.2, 1.42), (x, start + 1.2, 2.35), (x, start, 2.35)],
                    GLASS,
                    lift=5.0,
                    facing=(side, 0, 0),
                )
            )
    windscreen = panel(
        [(-0.98, 4.31, 1.15), (0.98, 4.31, 1.15), (1.0, 4.24, 2.4), (-1.0, 4.24, 2.4)],
        mix(GLASS, GLASS_SKY, 0.4),
        lift=4.0,
        facing=(0, 1, 0.1),
    )
    rear = panel(
        [(-0.9, -4.42, 1.6), (0.9, -4.42, 1.6), (0.9, -4.4, 2.4), (-0.9, -4.4, 2.4)], GLASS, lift=4.0, facing=(0, -1, 0)
    )
    band = [
        panel(
            [(s * 1.17, -4.2, 0.8), (s * 1.17, 3.9, 0.8), (s * 1.17, 3.9, 1.02), (s * 1.17, -4.2, 1.02)],
            rgb("#e8ebe8"),
            lift=3.0,
            facing=(s, 0, 0),
        )
        for s in (-1, 1)
    ]
    return joined(
        [
            loft(body, paint, [False, False, True, False]),
            *glass,
            windscreen,
            rear,
            *band,
            _wheels(1.15, (-2.5, 2.7), 0.48, 0.3),
            _lights(4.38, -4.42, 1.05, 0.65, lit),
        ]
    )


PAINTS = tuple(
    map(
        rgb,
        ("#d9dcdd", "#23262b", "#8e9499", "#7d1f24", "#1f3d66", "#e6e2d6", "#4a4f54", "#5a3d2b", "#b9bec2", "#24463f"),
    )
)
