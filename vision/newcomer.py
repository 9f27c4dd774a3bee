"""What a patch that differs from the background and stands still really is: a thing, a gap, or only light.

Edges: a thing brings a contour with it; where something was taken away, the contour is in the background.
Light: shade keeps the ground's texture and dims it evenly.
"""

from dataclasses import dataclass
from typing import Literal

import cv2
import numpy as np
from numpy.typing import NDArray

from vision.grid import Floats, Gray, Mask

Nature = Literal["thing", "gap", "light"]

_GAP_BELOW = -0.12
_FLOOR = 6.0
_BINS = 16
_RING = np.ones((5, 5), np.uint8)
_CROSS = np.asarray(cv2.getStructuringElement(cv2.MORPH_CROSS, (3, 3)), np.uint8)

Flags = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Nativity:
    """`edge_score`: -1 a gap for certain, +1 a thing for certain."""

    nature: Nature
    edge_score: float


def judge_newcomer(picture: Gray, predicted: Gray, mask: Mask) -> Nativity:
    """`picture` and `predicted` (background in the same light) around the patch, with a margin of 4 pixels or so."""
    score = _edge_score(picture, predicted, mask)
    if _is_light(picture, predicted, mask):
        return Nativity("light", score)
    return Nativity("gap" if score < _GAP_BELOW else "thing", score)


def _edge_score(picture: Gray, predicted: Gray, mask: Mask) -> float:
    contour = (cv2.dilate(mask, _CROSS) > 0) & ~(cv2.erode(mask, _CROSS) > 0)
    now, before = float(_edges(picture)[contour].mean()), float(_edges(predicted)[contour].mean())
    edges = (now - before) / (now + before + 4.0)
    inside = cv2.erode(mask, _CROSS) > 0
    if not inside.any():
        inside = mask > 0
    ring = (cv2.dilate(mask, _RING, iterations=2) > 0) & ~(cv2.dilate(mask, _CROSS) > 0)
    if not ring.any():
        return edges
    # After a thing has left, the patch looks like its surroundings; while it stands there, it does not.
    blend = _likeness(predicted, inside, ring) - _likeness(picture, inside, ring)
    return float(np.clip(edges + 0.5 * blend, -1.0, 1.0))


def _edges(picture: Gray) -> Floats:
    across = cv2.Sobel(picture, cv2.CV_32F, 1, 0)
    down = cv2.Sobel(picture, cv2.CV_32F, 0, 1)
    return np.asarray(cv2.magnitude(across, down), np.float32)


def _likeness(picture: Gray, inside: Flags, ring: Flags) -> float:
    """Intersection of the two places' histograms, 0 to 1; bins overlap so that a small shift costs little."""
    first, second = _histogram(picture[inside]), _histogram(picture[ring])
    return float(np.minimum(first, second).sum())


def _histogram(levels: Gray) -> NDArray[np.float64]:
    counts = np.bincount(levels >> 4, minlength=_BINS).astype(np.float64)
    smooth = counts.copy()
    smooth[1:] += 0.5 * counts[:-1]
    smooth[:-1] += 0.5 * counts[1:]
    return np.asarray(smooth / smooth.sum(), np.float64)


def _is_light(picture: Gray, predicted: Gray, mask: Mask) -> bool:
    inside = mask > 0
    now = picture[inside].astype(np.float32)
    before = predicted[inside].astype(np.float32)
    ratio = float(np.median((now + _FLOOR) / (before + _FLOOR)))
    if not 0.35 <= ratio <= 2.2:
        return False
    residual = np.abs(now - ((before + _FLOOR) * ratio - _FLOOR))
    if float((residual < 7.0).mean()) < 0.85:
        return False
    texture = _texture_likeness(picture, predicted, cv2.erode(mask, _CROSS) > 0)
    if texture is not None:
        return texture > 0.55
    # Ground without texture: only evenness is left. Things are darker or brighter than shade can make them, or uneven.
    return 0.5 <= ratio <= 1.3 and float(residual.mean()) < 2.5


def _texture_likeness(picture: Gray, predicted: Gray, inside: Flags) -> float | None:
    """Correlation of the fine structure, None where the ground has none to compare."""
    if int(inside.sum()) < 12:
        return None
    now, before = _fine(picture)[inside], _fine(predicted)[inside]
    if float(before.std()) < 2.0:
        return None
    spread = float(now.std()) * float(before.std())
    if spread < 1e-3:
        return 0.0
    return float(((now - now.mean()) * (before - before.mean())).mean()) / spread


def _fine(picture: Gray) -> Floats:
    levels = picture.astype(np.float32)
    return np.asarray(levels - cv2.blur(levels, (5, 5)), np.float32)
