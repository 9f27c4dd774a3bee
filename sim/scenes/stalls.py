"""Vendors' carts, their parasols and wares, and what gets dumped. Origin on the ground under the middle, facing +y."""
# ruff: noqa: RUF009 (rgb() gives an immutable tuple)

import math
from dataclasses import dataclass
from functools import cache
from typing import Literal

from sim.scenes.cycles import tricycle
from sim.scenes.figures import Look
from sim.scenes.solid import Face, Solid, ball, box, joined, panel, rod, wheel
from sim.scenes.textures import Colour, mix, rgb, times

Form = Literal["snack", "fruit", "steamer", "glass", "goods"]


@dataclass(frozen=True)
class Design:
    """One vendor's cart. `parasol` holds the two colours of its gores."""

    form: Form
    paint: Colour
    parasol: tuple[Colour, Colour]
    vendor: Look
    sign: Colour = rgb("#c8281e")


def parasol(
    colours: tuple[Colour, Colour], opening: float, foot: tuple[float, float] = (0.0, 0.0), top: float = 2.35
) -> Solid:
    """`opening` 0 (furled) to 1 (spread, 2.1 m across)."""
    x, y = foot
    reach = 0.07 + 0.98 * opening
    edge = top - 0.95 + 0.5 * opening
    gores = 8
    rim = [
        (x + reach * math.cos(2 * math.pi * k / gores), y + reach * math.sin(2 * math.pi * k / gores), edge)
        for k in range(gores)
    ]
    faces = [Face((rim[k], rim[(k + 1) % gores], (x, y, top)), colours[k % 2]) for k in range(gores)]
    under = Face(tuple(reversed(rim)), times(colours[0], 0.45))
    hem = [
        Face(((p[0], p[1], p[2] - 0.1), (q[0], q[1], q[2] - 0.1), q, p), times(colours[(k + 1) % 2], 0.92))
        for k, (p, q) in enumerate(zip(rim, [*rim[1:], rim[0]], strict=True))
    ]
    return joined(
        [rod((x, y, 0.5), (x, y, top), 0.022, rgb("#c9ccce")), Solid((*faces, *(hem if opening > 0.3 else ()), under))]
    )


def _wheels(ys: tuple[float, ...] = (-0.5, 0.5), half: float = 0.4) -> Solid:
    return joined([wheel((side * half, y, 0.2), 0.2, 0.08) for y in ys for side in (-1, 1)])


def _heap(
    x: float, y: float, z: float, colours: tuple[Colour, ...], rows: tuple[int, int], gap: float, radius: float
) -> Solid:
    fruits = []
    for i in range(rows[0]):
        for j in range(rows[1]):
            colour = times(colours[(i * 3 + j * 5) % len(colours)], 0.9 + 0.05 * ((i * 7 + j * 3) % 5))
            rise = 0.05 * (1 - abs(2 * i / max(rows[0] - 1, 1) - 1)) + 0.012 * ((i * 5 + j) % 3)
            fruits.append(
                ball((x + (i - (rows[0] - 1) / 2) * gap, y + (j - (rows[1] - 1) / 2) * gap, z + rise), radius, colour)
            )
    return joined(fruits)


def _snack(design: Design) -> Solid:
    """A steel counter on wheels with a glass case, a back board and a griddle."""
    steel = rgb("#b8bcc0")
    return joined(
        [
            _wheels(),
            box((-0.45, 0.45), (-0.8, 0.8), (0.25, 0.86), design.paint),
            box((-0.5, 0.5), (-0.85, 0.85), (0.86, 0.92), steel, lift=0.02),
            box((-0.3, 0.3), (0.1, 0.75), (0.92, 1.32), rgb("#9fb4bd"), lift=0.02),
            box((-0.32, 0.32), (0.08, 0.77), (1.32, 1.36), steel, lift=0.05),
            box((-0.25, 0.25), (-0.7, -0.1), (0.92, 0.98), rgb("#2c2d30"), lift=0.04),
            *(_board(side, design) for side in (-1, 1)),
        ]
    )


def _board(side: int, design: Design) -> Solid:
    """The menu board on the long side: a bright panel with darker strokes, as lettering looks from afar."""
    x = side * 0.46
    board = panel([(x, -0.7, 0.34), (x, 0.7, 0.34), (x, 0.7, 0.76), (x, -0.7, 0.76)], design.sign, lift=0.05)
    x = side * 0.465
    strokes = []
    for k in range(4):
        y = -0.52 + k * 0.3
        strokes.append(
            panel([(x, y, 0.46), (x, y + 0.2, 0.46), (x, y + 0.2, 0.66), (x, y, 0.66)], rgb("#f4e3a0"), lift=0.08)
        )
        strokes.append(
            panel(
                [(x, y + 0.06, 0.5), (x, y + 0.14, 0.5), (x, y + 0.14, 0.6), (x, y + 0.06, 0.6)], design.sign, lift=0.1
            )
        )
    return joined([board, *strokes])


def _glass(design: Design) -> Solid:
    """A cart with a tall glazed cabin under its own little roof."""
    frame = times(design.paint, 0.9)
    posts = [rod((x, y, 0.85), (x, y, 1.75), 0.022, frame) for x in (-0.46, 0.46) for y in (-0.72, 0.72)]
    return joined(
        [
            _wheels(),
            box((-0.48, 0.48), (-0.75, 0.75), (0.25, 0.88), design.paint),
            *(_board(side, design) for side in (-1, 1)),
            box((-0.4, 0.4), (-0.68, 0.68), (0.88, 1.18), rgb("#8b9aa0")),
            *posts,
            _heap(0, 0, 1.2, (rgb("#c98a3c"), rgb("#e0b25c"), rgb("#a65f2a")), (4, 7), 0.17, 0.075),
            box((-0.56, 0.56), (-0.84, 0.84), (1.75, 1.95), design.sign, taper=0.04, lift=0.15),
        ]
    )


def _steamer(design: Design) -> Solid:
    """A roasting drum and stacked bamboo steamers on a tricycle."""
    bamboo = rgb("#c7a26a")
    drum = [
        rod((0, -0.85, 0.85), (0, -0.85, 1.18), 0.34, rgb("#5b5148")),
        rod((0, -0.85, 1.19), (0, -0.85, 1.2), 0.26, rgb("#26211d"), lift=0.2),
    ]
    stacks = [
        rod(
            (x, -0.2, 0.84 + 0.13 * k),
            (x, -0.2, 0.94 + 0.13 * k),
            0.2,
            mix(bamboo, rgb("#8d6b3d"), 0.25 * (k % 2)),
            lift=0.05 * k,
        )
        for x in (-0.24, 0.24)
        for k in range(3)
    ]
    return tricycle(design.paint, load=joined([*drum, *stacks]))


def _fruit(design: Design) -> Solid:
    red, orange, green = rgb("#c23a2b"), rgb("#e08a2a"), rgb("#8fae4a")
    crates = [box((-0.48, 0.48), (-1.24, 0.12), (0.55, 0.84), rgb("#a8845a"))]
    wares = [
        _heap(0, -1.0, 0.9, (red, times(red, 0.85), rgb("#d8604a")), (6, 3), 0.15, 0.078),
        _heap(0, -0.55, 0.9, (orange, rgb("#f0a23c")), (6, 3), 0.15, 0.078),
        _heap(0, -0.1, 0.9, (green, rgb("#b7c95f")), (6, 3), 0.15, 0.078),
    ]
    return tricycle(design.paint, load=joined([*crates, *wares]))


def _goods(design: Design) -> Solid:
    """A folding table with clothes and a rail above it."""
    cloths = tuple(map(rgb, ("#b4475a", "#4e7ca1", "#d9c08a", "#5d8a66", "#8660a0", "#d0d0cc")))
    rail = [rod((-0.3, y, 0.1), (-0.3, y, 1.65), 0.02, rgb("#b0b4b8")) for y in (-0.95, 0.95)]
    rail.append(rod((-0.3, -0.95, 1.65), (-0.3, 0.95, 1.65), 0.02, rgb("#b0b4b8")))
    hung = [
        box((-0.36, -0.24), (-0.85 + 0.29 * k, -0.62 + 0.29 * k), (0.95, 1.62), cloths[k], taper=0.01) for k in range(6)
    ]
    piles = [
        box((0.02, 0.4), (-0.8 + 0.42 * k, -0.46 + 0.42 * k), (0.74, 0.80 + 0.03 * (k % 3)), cloths[(k + 2) % 6])
        for k in range(4)
    ]
    return joined(
        [
            _wheels((-0.7, 0.7), 0.3),
            box((-0.1, 0.5), (-0.95, 0.95), (0.2, 0.74), design.paint),
            *rail,
            *hung,
            *piles,
        ]
    )


_FORMS = {"snack": _snack, "fruit": _fruit, "steamer": _steamer, "glass": _glass, "goods": _goods}
_PARASOL_FOOT: dict[str, tuple[float, float]] = {
    "snack": (0.2, -0.1),
    "fruit": (0.0, -0.5),
    "steamer": (0.0, -0.5),
    "glass": (0.3, 0.0),
    "goods": (0.1, 0.0),
}


@cache
def cart(design: Design, opening: float) -> Solid:
    """The whole stall; `opening` of its parasol."""
    return joined([_FORMS[design.form](design), parasol(design.parasol, opening, _PARASOL_FOOT[design.form])])


Rubbish = Literal["woven", "black", "boxes", "debris"]


def rubbish(kind: Rubbish) -> Solid:
    """Something dumped, 0.5 to 1.1 m across."""
    if kind == "woven":
        cloth, band = rgb("#d7d3c4"), rgb("#5f86a8")
        return joined([_sack(-0.2, 0.0, cloth, band, 0.78), _sack(0.24, 0.08, times(cloth, 0.9), rgb("#b0604a"), 0.6)])
    if kind == "black":
        return joined([_bin_bag(-0.22, 0.05, 0.3), _bin_bag(0.22, -0.05, 0.27), _bin_bag(0.02, 0.28, 0.24)])
    if kind == "boxes":
        card = rgb("#b48a5c")
        return joined(
            [
                box((-0.45, 0.1), (-0.25, 0.25), (0, 0.42), card),
                box((0.12, 0.5), (-0.2, 0.2), (0, 0.3), times(card, 0.88)),
                box((-0.38, 0.0), (-0.2, 0.18), (0.42, 0.7), times(card, 1.08), lift=0.1),
                _bin_bag(0.3, 0.32, 0.22),
            ]
        )
    rubble = tuple(map(rgb, ("#a8a098", "#8f6a55", "#c7c2b8", "#77716a", "#b3856b")))
    lumps = []
    for k in range(26):
        angle, reach = k * 2.4, 0.5 * math.sqrt(k / 26)
        lumps.append(
            ball(
                (reach * math.cos(angle), reach * math.sin(angle), 0.05 + 0.34 * (1 - reach / 0.5)),
                0.08 + 0.025 * (k % 4),
                rubble[k % 5],
            )
        )
    plank = rod((-0.55, -0.2, 0.12), (0.45, 0.25, 0.42), 0.035, rgb("#9a7b52"), lift=0.2)
    return joined([*lumps, plank])


def _sack(x: float, y: float, cloth: Colour, band: Colour, height: float) -> Solid:
    return joined(
        [
            rod((x, y, 0.18), (x, y, height * 0.62), 0.23, cloth, 0.2),
            rod((x, y, height * 0.4), (x, y, height * 0.46), 0.225, band, 0.222, lift=0.05),
            rod((x, y, height * 0.62), (x, y, height * 0.95), 0.16, cloth, 0.03),
            ball((x + 0.03, y, height), 0.06, times(cloth, 0.9)),
        ]
    )


def _bin_bag(x: float, y: float, size: float) -> Solid:
    black = rgb("#2f3236")
    return joined(
        [
            ball((x, y, size * 0.8), size, black),
            ball((x - size * 0.4, y, size * 0.55), size * 0.6, black),
            rod((x, y, size * 1.2), (x, y, size * 1.95), size * 0.45, rgb("#3c4046"), 0.03),
            ball((x + size * 0.3, y - size * 0.3, size * 0.9), size * 0.35, rgb("#565b62"), lift=0.1),
        ]
    )
