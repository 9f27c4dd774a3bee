"""Two- and three-wheelers with their riders; origin on the ground at the middle, facing +y."""

import math
from itertools import pairwise

from sim.scenes.figures import Look, Stance, figure
from sim.scenes.solid import Solid, ball, box, joined, panel, rod, wheel
from sim.scenes.textures import Colour, rgb, times

DARK = rgb("#27292c")
STEEL = rgb("#a9adb0")


def ebike(
    paint: Colour, rider: Look | None = None, box_colour: Colour | None = None, helmet: Colour | None = None
) -> Solid:
    """An electric scooter; without a rider it stands parked on its stand."""
    parts = [
        wheel((0, -0.62, 0.23), 0.23, 0.1, STEEL),
        wheel((0, 0.62, 0.23), 0.23, 0.1, STEEL),
        box((-0.13, 0.13), (-0.62, -0.02), (0.36, 0.62), paint, taper=0.02),
        box((-0.14, 0.14), (-0.66, 0.0), (0.62, 0.72), DARK, taper=0.02, lift=0.03),
        box((-0.13, 0.13), (-0.1, 0.36), (0.24, 0.34), times(paint, 0.8)),
        rod((0, 0.36, 0.28), (0, 0.44, 0.86), 0.12, paint, 0.09),
        rod((0, 0.62, 0.26), (0, 0.42, 0.98), 0.045, DARK),
        rod((-0.3, 0.38, 1.0), (0.3, 0.38, 1.0), 0.025, DARK),
        ball((0, 0.52, 0.84), 0.07, rgb("#e2e4e0")),
        ball((-0.3, 0.4, 1.12), 0.045, DARK),
        ball((0.3, 0.4, 1.12), 0.045, DARK),
        box((-0.08, 0.08), (-0.72, -0.66), (0.5, 0.6), rgb("#a51d1d"), lift=0.04),
    ]
    if box_colour is not None:
        parts.append(box((-0.22, 0.22), (-0.95, -0.5), (0.74, 1.16), box_colour))
    if rider is not None:
        parts.append(_seated(rider, -0.2, 0.76, 0.72, helmet))
    return joined(parts)


def _seated(rider: Look, y: float, seat_z: float, reach: float, helmet: Colour | None) -> Solid:
    person = figure(rider, Stance(seated=True, reach=reach, bend=0.12)).moved(y=y, z=seat_z)
    if helmet is None:
        return person
    head_z = seat_z + rider.height * 0.42 + 0.05
    return joined([person, ball((0, y + 0.06, head_z), 0.135, helmet, lift=0.08)])


def bicycle(paint: Colour, rider: Look | None = None) -> Solid:
    rims = []
    for y in (-0.52, 0.52):
        ring = [
            (0.0, y + 0.33 * math.cos(a), 0.34 + 0.33 * math.sin(a)) for a in (2 * math.pi * k / 12 for k in range(13))
        ]
        rims += [rod(p, q, 0.018, DARK) for p, q in pairwise(ring)]
    parts = [
        *rims,
        rod((0, -0.52, 0.34), (0, -0.1, 0.36), 0.022, paint),
        rod((0, -0.1, 0.36), (0, -0.2, 0.82), 0.024, paint),
        rod((0, -0.1, 0.36), (0, 0.38, 0.82), 0.026, paint),
        rod((0, 0.52, 0.34), (0, 0.36, 0.98), 0.024, paint),
        rod((0, -0.2, 0.76), (0, -0.52, 0.34), 0.018, paint),
        rod((-0.26, 0.32, 1.0), (0.26, 0.32, 1.0), 0.02, DARK),
        rod((0, -0.3, 0.86), (0, -0.08, 0.86), 0.055, DARK),
        box((-0.11, 0.11), (0.44, 0.66), (0.7, 0.9), times(paint, 0.8)),
        box((-0.07, 0.07), (-0.86, -0.3), (0.68, 0.72), paint),
    ]
    if rider is not None:
        parts.append(_seated(rider, -0.18, 0.88, 0.62, None))
    return joined(parts)


def tricycle(paint: Colour, rider: Look | None = None, load: Solid | None = None) -> Solid:
    """An electric cargo tricycle; `load` stands on its bed (bed from y −1.25 to 0.15, top at z 0.55)."""
    parts = [
        wheel((-0.47, -0.8, 0.26), 0.26, 0.12, STEEL),
        wheel((0.47, -0.8, 0.26), 0.26, 0.12, STEEL),
        wheel((0, 1.0, 0.26), 0.26, 0.1, STEEL),
        box((-0.5, 0.5), (-1.28, 0.16), (0.42, 0.54), times(paint, 0.7)),
        *_bed_walls(paint),
        box((-0.2, 0.2), (0.3, 0.62), (0.4, 0.66), DARK),
        box((-0.18, 0.18), (0.16, 0.95), (0.3, 0.38), times(paint, 0.8)),
        rod((0, 1.0, 0.28), (0, 0.82, 0.98), 0.05, paint),
        box((-0.2, 0.2), (0.84, 0.94), (0.55, 0.95), paint, taper=0.03),
        rod((-0.32, 0.78, 1.0), (0.32, 0.78, 1.0), 0.025, DARK),
        ball((0, 0.98, 0.86), 0.07, rgb("#e2e4e0")),
    ]
    if load is not None:
        parts.append(load)
    if rider is not None:
        parts.append(_seated(rider, 0.42, 0.7, 0.66, None))
    return joined(parts)


def _bed_walls(paint: Colour) -> list[Solid]:
    corners = ((-0.5, -1.28), (0.5, -1.28), (0.5, 0.16), (-0.5, 0.16))
    walls = []
    for (x0, y0), (x1, y1) in zip(corners, (*corners[1:], corners[0]), strict=True):
        walls.append(panel([(x0, y0, 0.5), (x1, y1, 0.5), (x1, y1, 0.82), (x0, y0, 0.82)], paint))
    return walls
