"""Whether two things look the same, by the few bytes a camera told of each (format: `vision/appearance.py`)."""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

VERSION = 1
CELLS, DIRECTIONS = 5, 6
SIZE = 4 + 13 + CELLS**2 * (1 + DIRECTIONS + 2)
MOST_BYTES = 256

ALIKE = 0.75
"""From this likeness on two things at one place are taken for the same; how often rightly: docs/design/vision.md."""
SURELY_ALIKE = 0.8
"""Where a mistake would keep something new from being told; the same thing is then known a little less often."""

_Values = NDArray[np.floating]
_EDGES, _BRIGHTNESS, _COLOURS = 0.2, 0.5, 1.2
"""What each says. The last for vivid things; of two grey ones colour says nothing."""
_VIVID = 0.12  # colour by brightness, as the root of its mean square over the thing
_EDGES_COMMON, _GREY_COMMON = 0.55, 0.4
"""What any two things have in common: by edges, and where colour says nothing."""
_REACH, _STEPS = 0.2, 7
"""How far a box may be moved, in boxes, beyond what the sizes explain; and in how many steps."""
_LEAST_SHARED = 0.5  # of the smaller thing must lie on the other
_ASIDE, _OTHER_SIZE = 0.03, 0.02
"""Taken off for the farthest move, and for twice the width or height."""
_SAME_SCALE = 1.5  # log2 of sizes: what differs more is seen from elsewhere, and its size says nothing


@dataclass(frozen=True, slots=True, eq=False)
class Look:
    """By cell, rows first: `cover` 0 to 1; `brightness` in standard deviations; `edges` (cells, directions);
    `colours` (cells, 2), None where the picture had none. `sides`: log2 of width and height."""

    cover: _Values
    brightness: _Values
    edges: _Values
    colours: _Values | None
    sides: _Values


def read(appearance: bytes | None) -> Look | None:
    """None for what is missing, of another version, or not as long as it should be."""
    if appearance is None or len(appearance) != SIZE or appearance[0] != VERSION:
        return None
    whole = np.frombuffer(appearance, np.uint8)
    values = whole.astype(np.float32)
    cells, edges, colours = CELLS**2, 17 + CELLS**2, 17 + CELLS**2 * (1 + DIRECTIONS)
    cover = np.column_stack([whole[4:17] >> 4, whole[4:17] & 15]).reshape(-1)[:cells]
    return Look(
        cover=cover.astype(np.float32) / np.float32(15),
        brightness=(values[17:edges] - np.float32(128)) / np.float32(40),
        edges=values[edges:colours].reshape(cells, DIRECTIONS) / np.float32(255),
        colours=(values[colours:].reshape(cells, 2) - np.float32(128)) / np.float32(200) if appearance[1] else None,
        sides=values[2:4] / np.float32(25),
    )


@lru_cache(maxsize=4096)
def likeness(a: bytes | None, b: bytes | None) -> float | None:
    """0 (nothing in common) to 1 (the same); None where one is missing or cannot be compared with the other. It takes
    milliseconds and is kept: intake asks once before it holds up all writers and once again while it does."""
    first, second = read(a), read(b)
    if first is None or second is None:
        return None
    return round(min(1.0, max(0.0, _best(first, second))), 3)


def _best(a: Look, b: Look) -> float:
    """The best of laying `b` over `a` at its true size, a little to all sides: a box is cut differently every day."""
    grown = a.sides - b.sides
    scale = np.exp2(grown) if float(np.abs(grown).max()) <= _SAME_SCALE else np.ones(2)
    across, down = (_laid(float(one)) for one in scale)
    weights = np.einsum("yij,xkl->yxikjl", down, across).reshape(-1, CELLS**2, CELLS**2) * b.cover
    shown = weights.sum(axis=2)
    cover = shown * a.cover
    held = cover.sum(axis=1)
    smaller = min(float(a.cover.sum()), float(b.cover.sum()) / float(np.prod(scale)))
    parts = [b.edges, b.brightness[:, None], *([] if b.colours is None else [b.colours])]
    there = (weights @ np.concatenate(parts, axis=1)) / np.maximum(shown, 1e-6)[:, :, None]
    w = cover / np.maximum(held, 1e-6)[:, None]
    edges = _edges(a.edges, there[:, :, :DIRECTIONS], w)
    bright = _brightness(a.brightness, there[:, :, DIRECTIONS], w)
    alike = vivid = np.zeros(held.shape)
    if a.colours is not None and b.colours is not None:
        alike, vivid = _colours(a.colours, there[:, :, DIRECTIONS + 1 :], w)
    total = _EDGES * edges + _BRIGHTNESS * bright + _COLOURS * vivid * alike
    mean = total / (_EDGES + _BRIGHTNESS + _COLOURS * vivid)
    common = _GREY_COMMON * (1.0 - vivid)
    offs = np.linspace(-1.0, 1.0, _STEPS)
    aside = np.hypot(*np.meshgrid(offs, offs)).reshape(-1)
    found = (mean - common) / (1.0 - common) - _ASIDE * aside - _OTHER_SIZE * float(np.abs(grown).sum())
    return float(np.where(held >= _LEAST_SHARED * smaller, found, 0.0).max())


def _laid(scale: float) -> _Values:
    """Along one side: how much of each cell of `b` lies on each of `a`, shape (steps, cells, cells), for `a` being
    `scale` times as long and moved this way and that."""
    middles = (np.arange(CELLS) + 0.5) / CELLS
    moves = np.linspace(-1.0, 1.0, _STEPS) * (_REACH + abs(1.0 - scale) / 2)
    at = (middles - 0.5) * scale + 0.5 + moves[:, None]
    inside = (at > -0.5 / CELLS) & (at < 1 + 0.5 / CELLS)
    cells = np.clip(at * CELLS - 0.5, 0.0, CELLS - 1.0)
    hats = np.clip(1.0 - np.abs(cells[:, :, None] - np.arange(CELLS)), 0.0, 1.0)
    return np.asarray(hats * inside[:, :, None])


def _edges(a: _Values, b: _Values, w: _Values) -> _Values:
    """Cosine of all cells together, less what any two things have in common."""
    shared = (w * (a * b).sum(axis=2)).sum(axis=1)
    lengths = (w * (a * a).sum(axis=1)).sum(axis=1) * (w * (b * b).sum(axis=2)).sum(axis=1)
    return np.asarray(np.clip((shared / (np.sqrt(lengths) + 1e-6) - _EDGES_COMMON) / (1 - _EDGES_COMMON), 0.0, 1.0))


def _brightness(a: _Values, b: _Values, w: _Values) -> _Values:
    """Correlation: what is the brighter in the one is in the other."""
    mine, its = a - (w * a).sum(axis=1, keepdims=True), b - (w * b).sum(axis=1, keepdims=True)
    lengths = (w * mine * mine).sum(axis=1) * (w * its * its).sum(axis=1)
    return np.asarray(np.clip((w * mine * its).sum(axis=1) / np.maximum(np.sqrt(lengths), 0.05), 0.0, 1.0))


def _colours(a: _Values, b: _Values, w: _Values) -> tuple[_Values, _Values]:
    """How far the two have the same colours in the same places, and how much that says: nothing of two grey things."""
    shared = (w * (a * b).sum(axis=2)).sum(axis=1)
    mine, its = (w * (a * a).sum(axis=1)).sum(axis=1), (w * (b * b).sum(axis=2)).sum(axis=1)
    alike = np.clip(2 * shared / (mine + its + 1e-4), 0.0, 1.0)
    return np.asarray(alike), np.asarray(np.clip(np.sqrt(np.maximum(mine, its)) / _VIVID, 0.05, 1.0))
