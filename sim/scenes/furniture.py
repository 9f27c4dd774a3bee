"""Street furniture: lamps, poles, signs, railings, bins, planters, bollards, benches. Origin on the ground."""
# ruff: noqa: B008 (rgb() gives an immutable tuple)

import math

from sim.scenes.solid import Solid, ball, box, disc, joined, panel, rod
from sim.scenes.textures import Colour, rgb, times

GALVANISED = rgb("#9aa0a3")
GREEN_BIN = rgb("#2f7d4a")


def lamp_post(height: float = 7.5, arm: float = 1.8, lit: bool = False) -> Solid:
    """The arm reaches to +y."""
    head = rgb("#fff2d0") if lit else rgb("#d8dadb")
    return joined(
        [
            rod((0, 0, 0), (0, 0, 0.9), 0.1, rgb("#6e7376")),
            rod((0, 0, 0.9), (0, 0, height), 0.065, GALVANISED, 0.045),
            rod((0, 0, height - 0.3), (0, arm, height), 0.04, GALVANISED),
            box(
                (-0.12, 0.12), (arm - 0.15, arm + 0.6), (height - 0.05, height + 0.05), head, glow=0.95 if lit else 0.0
            ),
        ]
    )


def utility_pole(height: float = 8.5) -> Solid:
    grey = rgb("#8d8b86")
    return joined(
        [
            rod((0, 0, 0), (0, 0, height), 0.14, grey, 0.09),
            rod((-0.9, 0, height - 0.6), (0.9, 0, height - 0.6), 0.05, rgb("#5c6063")),
            rod((-0.7, 0, height - 1.4), (0.7, 0, height - 1.4), 0.045, rgb("#5c6063")),
            box((-0.25, 0.25), (-0.3, -0.1), (2.0, 2.7), rgb("#a8adb0")),
        ]
    )


def traffic_light(height: float = 5.6, arm: float = 4.0, colour: Colour = rgb("#27d06a")) -> Solid:
    """The mast arm reaches to +x; the lenses look to -y."""
    parts = [
        rod((0, 0, 0), (0, 0, height), 0.11, GALVANISED, 0.09),
        rod((0, 0, height - 0.2), (arm, 0, height), 0.07, GALVANISED),
    ]
    for x in (arm - 0.3, arm - 1.9):
        parts.append(box((x - 0.55, x + 0.55), (-0.12, 0.12), (height - 0.25, height + 0.2), rgb("#1f2224")))
        for k, tone in enumerate((rgb("#3a1a1a"), rgb("#3a3218"), colour)):
            lens = x - 0.35 + 0.35 * k
            parts.append(
                panel(
                    [
                        (lens - 0.12, -0.14, height - 0.15),
                        (lens + 0.12, -0.14, height - 0.15),
                        (lens + 0.12, -0.14, height + 0.1),
                        (lens - 0.12, -0.14, height + 0.1),
                    ],
                    tone,
                    glow=0.9 if k == 2 else 0,
                    lift=0.1,
                )
            )
    return joined(parts)


def railing(length: float, height: float = 1.1, paint: Colour = rgb("#d8dcde"), gap: float = 0.16) -> Solid:
    """Along x, centred."""
    half = length / 2
    parts = [rod((-half, 0, z), (half, 0, z), 0.03, paint) for z in (0.15, height)]
    parts += [
        rod((-half, 0, 0), (-half, 0, height + 0.08), 0.045, paint),
        rod((half, 0, 0), (half, 0, height + 0.08), 0.045, paint),
    ]
    count = max(1, int(length / gap))
    parts += [
        rod((-half + length * k / count, 0, 0.15), (-half + length * k / count, 0, height), 0.012, paint)
        for k in range(1, count)
    ]
    return joined(parts)


def stone_railing(length: float) -> Solid:
    """A carved balustrade along x: posts with knobs and solid panels."""
    stone, half = rgb("#b9b7ae"), length / 2
    posts = [box((x - 0.12, x + 0.12), (-0.12, 0.12), (0, 1.15), stone) for x in (-half, half)]
    knobs = [ball((x, 0, 1.24), 0.11, stone) for x in (-half, half)]
    return joined(
        [
            *posts,
            *knobs,
            box((-half, half), (-0.06, 0.06), (0.15, 0.8), times(stone, 0.95)),
            box((-half, half), (-0.08, 0.08), (0.85, 0.98), stone),
        ]
    )


def wheelie_bin(paint: Colour = GREEN_BIN) -> Solid:
    return joined(
        [
            box((-0.28, 0.28), (-0.32, 0.32), (0.08, 0.95), paint, taper=-0.03),
            box((-0.31, 0.31), (-0.36, 0.36), (0.95, 1.03), times(paint, 0.85), lift=0.05),
            panel(
                [(-0.18, -0.36, 0.45), (0.18, -0.36, 0.45), (0.18, -0.37, 0.75), (-0.18, -0.37, 0.75)],
                rgb("#dfe5dc"),
                lift=0.08,
            ),
        ]
    )


def planter(length: float = 1.6, flowers: Colour = rgb("#c0446a")) -> Solid:
    half = length / 2
    stone = box((-half, half), (-0.3, 0.3), (0, 0.45), rgb("#a49c90"))
    leaves = [
        ball((-half + 0.15 + 0.22 * k, 0.12 * math.sin(k * 2.1), 0.52 + 0.05 * (k % 3)), 0.16, rgb("#4c7a3c"))
        for k in range(int(length / 0.22))
    ]
    blooms = [
        ball((-half + 0.2 + 0.3 * k, 0.1 * math.cos(k * 1.7), 0.66), 0.055, flowers) for k in range(int(length / 0.3))
    ]
    return joined([stone, *leaves, *blooms])


def bollard() -> Solid:
    return joined(
        [
            rod((0, 0, 0), (0, 0, 0.75), 0.07, rgb("#5d6265")),
            rod((0, 0, 0.55), (0, 0, 0.65), 0.075, rgb("#e0c030"), lift=0.05),
        ]
    )


def cone() -> Solid:
    orange = rgb("#e8601c")
    return joined(
        [
            box((-0.18, 0.18), (-0.18, 0.18), (0, 0.04), rgb("#2c2c2c")),
            rod((0, 0, 0.04), (0, 0, 0.7), 0.14, orange, 0.03),
            rod((0, 0, 0.32), (0, 0, 0.42), 0.1, rgb("#eeeeea"), 0.085, lift=0.05),
        ]
    )


def bench() -> Solid:
    wood = rgb("#8a6a48")
    return joined(
        [
            *(box((x - 0.05, x + 0.05), (-0.2, 0.2), (0, 0.4), rgb("#4a4d50")) for x in (-0.6, 0.6)),
            box((-0.75, 0.75), (-0.22, 0.22), (0.4, 0.46), wood),
            box((-0.75, 0.75), (0.2, 0.25), (0.55, 0.9), wood),
        ]
    )


def road_sign(ground: Colour = rgb("#1d5fa8"), height: float = 3.0, round_plate: bool = False) -> Solid:
    """The plate faces -y."""
    pole = rod((0, 0, 0), (0, 0, height), 0.04, GALVANISED)
    if round_plate:
        ring = [
            (0.32 * math.cos(a), -0.06, height - 0.2 + 0.32 * math.sin(a))
            for a in (2 * math.pi * k / 14 for k in range(14))
        ]
        inner = [
            (0.24 * math.cos(a), -0.08, height - 0.2 + 0.24 * math.sin(a))
            for a in (2 * math.pi * k / 14 for k in range(14))
        ]
        return joined([pole, panel(ring, rgb("#c22a22"), lift=0.1), panel(inner, rgb("#eceae4"), lift=0.15)])
    plate = panel(
        [
            (-0.4, -0.06, height - 0.55),
            (0.4, -0.06, height - 0.55),
            (0.4, -0.06, height + 0.1),
            (-0.4, -0.06, height + 0.1),
        ],
        ground,
        lift=0.1,
    )
    stripe = panel(
        [
            (-0.28, -0.08, height - 0.3),
            (0.28, -0.08, height - 0.3),
            (0.28, -0.08, height - 0.18),
            (-0.28, -0.08, height - 0.18),
        ],
        rgb("#eef0f0"),
        lift=0.15,
    )
    return joined([pole, plate, stripe])


def table(x_half: float = 0.5, top: Colour = rgb("#a9885c")) -> Solid:
    legs = [
        rod((x, y, 0), (x, y, 0.7), 0.02, rgb("#77797a")) for x in (-x_half + 0.05, x_half - 0.05) for y in (-0.3, 0.3)
    ]
    return joined([*legs, box((-x_half, x_half), (-0.35, 0.35), (0.7, 0.74), top)])


def stool(paint: Colour = rgb("#c0392b")) -> Solid:
    return joined(
        [
            box((-0.15, 0.15), (-0.15, 0.15), (0, 0.42), times(paint, 0.8), taper=0.03),
            disc((0, 0, 0.44), 0.16, paint, axis="z", lift=0.05),
        ]
    )
