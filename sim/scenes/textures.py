"""Tileable noise and small colour arithmetic that every surface is made of."""

from functools import cache

import cv2
import numpy as np
import numpy.typing as npt

Colour = tuple[float, float, float]
"""Blue, green, red, 0–255."""
Image = npt.NDArray[np.uint8]
Plane = npt.NDArray[np.float32]

TILE = 512
"""Side of a noise tile in texels."""


@cache
def noise(cells: int, octaves: int = 3, seed: int = 0) -> Plane:
    """A seamless tile of fractal noise, zero mean and unit deviation; `cells` bumps along a side."""
    rng = np.random.default_rng(1000 * cells + 10 * octaves + seed)
    total = np.zeros((TILE, TILE), np.float32)
    for octave in range(octaves):
        side = min(cells << octave, TILE)
        grid = rng.standard_normal((side, side)).astype(np.float32)
        margin = max(4, side // 8)
        padded = np.pad(grid, margin, mode="wrap")
        scale = TILE / side
        grown = cv2.resize(padded, None, fx=scale, fy=scale, interpolation=cv2.INTER_CUBIC)
        cut = round(margin * scale)
        total += grown[cut : cut + TILE, cut : cut + TILE] * 0.55**octave
    return np.asarray((total - total.mean()) / total.std(), np.float32)


def sample(tile: Plane, u: npt.NDArray[np.floating], v: npt.NDArray[np.floating]) -> Plane:
    """The tile at (u, v) in tile units (one unit is one repeat)."""
    columns = (np.remainder(u, 1.0) * (TILE - 1)).astype(np.float32)
    rows = (np.remainder(v, 1.0) * (TILE - 1)).astype(np.float32)
    return np.asarray(cv2.remap(tile, columns, rows, cv2.INTER_LINEAR, borderMode=cv2.BORDER_WRAP), np.float32)


def mix(first: Colour, second: Colour, share: float) -> Colour:
    """`share` of the second colour in the first."""
    b, g, r = (a + (b - a) * share for a, b in zip(first, second, strict=True))
    return b, g, r


def times(colour: Colour, factor: float) -> Colour:
    b, g, r = (min(max(channel * factor, 0.0), 255.0) for channel in colour)
    return b, g, r


def rgb(code: str) -> Colour:
    """`#rrggbb` as a colour."""
    return float(int(code[5:7], 16)), float(int(code[3:5], 16)), float(int(code[1:3], 16))
