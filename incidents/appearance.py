"""Whether two things look the same, by the few bytes a camera told of each (format: `vision/appearance.py`)."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

VERSION = 1
CELLS, DIRECTIONS, BANDS, HUES = 5, 6, 3, 8
SIZE = 4 + 13 + CELLS**2 + CELLS**2 * DIRECTIONS + BANDS * (HUES + 1)
MOST_BYTES = 256

ALIKE = 0.62
"""From this likeness on two things at one place are taken for the same; how often rightly: docs/design/vision.md."""

_Values = NDArray[np.floating]


@dataclass(frozen=True, slots=True, eq=False)
class Look:
    """`cover` (rows, columns) 0 to 1; `brightness` the same, in standard deviations; `edges` (rows, columns,
    directions); `colours` (bands, hues and none), None where the picture had no colour."""

    cover: _Values
    brightness: _Values
    edges: _Values
    colours: _Values | None
    shape: float


def read(appearance: bytes | None) -> Look | None:
    """None for what is missing, of another version, or not as long as it should be."""
    if appearance is None or len(appearance) != SIZE or appearance[0] != VERSION:
        return None
    values = np.frombuffer(appearance, np.uint8).astype(np.float32)
    packed = np.frombuffer(appearance, np.uint8)[4:17]
    cover = np.column_stack([packed >> 4, packed & 15]).reshape(-1)[: CELLS**2].astype(np.float32) / np.float32(15)
    at = 17 + CELLS**2
    edges = values[at : at + CELLS**2 * DIRECTIONS].reshape(CELLS, CELLS, DIRECTIONS) / np.float32(255)
    colours = values[at + CELLS**2 * DIRECTIONS :].reshape(BANDS, HUES + 1) / np.float32(255)
    return Look(
        cover=cover.reshape(CELLS, CELLS),
        brightness=(values[17:at].reshape(CELLS, CELLS) - np.float32(128)) / np.float32(40),
        edges=edges,
        colours=colours if appearance[1] else None,
        shape=(float(values[2]) - 128.0) / 32.0,
    )


def likeness(a: bytes | None, b: bytes | None) -> float | None:
    """0 (nothing in common) to 1 (the same); None where one is missing or cannot be compared with the other."""
    first, second = read(a), read(b)
    if first is None or second is None:
        return None
    best = max(_laid(first, second, down, right) for down in (-1, 0, 1) for right in (-1, 0, 1))
    return round(min(1.0, max(0.0, best)), 3)


def _laid(a: Look, b: Look, down: int, right: int) -> float:
    """Likeness with `b` moved by so many cells: a box is cut a little differently every day."""
    mine = slice(max(0, down), CELLS + min(0, down)), slice(max(0, right), CELLS + min(0, right))
    other = slice(max(0, -down), CELLS + min(0, -down)), slice(max(0, -right), CELLS + min(0, -right))
    weights = np.minimum(a.cover[mine], b.cover[other])
    held = float(weights.sum())
    if held < 0.3 * min(float(a.cover.sum()), float(b.cover.sum())) or held <= 0:
        return 0.0
    weights = weights / np.float32(held)
    edges = _edges(a.edges[mine], b.edges[other], weights)
    bright = _brightness(a.brightness[mine], b.brightness[other], weights)
    parts = [(0.5, edges), (0.3, bright)]
    if a.colours is not None and b.colours is not None:
        vivid = 1.0 - min(float(a.colours[:, -1].mean()), float(b.colours[:, -1].mean()))
        parts.append((0.15 + 0.85 * vivid, _colours(a.colours, b.colours)))
    total = sum(weight * value for weight, value in parts) / sum(weight for weight, _ in parts)
    return total - 0.04 * (abs(down) + abs(right)) - 0.1 * abs(a.shape - b.shape)


def _edges(a: _Values, b: _Values, weights: _Values) -> float:
    """Cosine of the cells taken together, less what any two things have in common."""
    w = weights[:, :, None]
    shared = float((w * a * b).sum())
    lengths = float((w * a * a).sum()) * float((w * b * b).sum())
    return float(max(0.0, (shared / (lengths**0.5 + 1e-6) - 0.55) / 0.45))


def _brightness(a: _Values, b: _Values, weights: _Values) -> float:
    """Correlation; what is brighter in the one is in the other."""
    a, b = a - float((weights * a).sum()), b - float((weights * b).sum())
    shared = float((weights * a * b).sum())
    lengths = float((weights * a * a).sum()) * float((weights * b * b).sum())
    return float(max(0.0, shared / max(lengths**0.5, 0.05)))


def _colours(a: _Values, b: _Values) -> float:
    """What the bands' shares have in common."""
    return float(np.minimum(a, b).sum() / max(1e-6, min(float(a.sum()), float(b.sum()))))
