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
_FLOOR = np.float32(6.0)
_BIN_BITS = 4
_BINS = 256 >> _BIN_BITS
_FAINT = 40.0  # grey levels: what differs more is no soft light
_FADING = 0.4
_RING, _WIDE_RING = np.ones((5, 5), np.uint8), np.ones((9, 9), np.uint8)
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
    if _is_light(picture, predicted, mask) or _fades_out(picture, predicted, mask):
        return Nativity("light", score)
    return Nativity("gap" if score < _GAP_BELOW else "thing", score)


def _edge_score(picture: Gray, predicted: Gray, mask: Mask) -> float:
    grown, shrunk = cv2.dilate(mask, _CROSS), cv2.erode(mask, _CROSS)
    contour = np.asarray(cv2.subtract(grown, shrunk), np.uint8)
    now, before = cv2.mean(_edges(picture), contour)[0], cv2.mean(_edges(predicted), contour)[0]
    edges = (now - before) / (now + before + 1.0)
    inside = shrunk if cv2.countNonZero(shrunk) else mask
    ring = cv2.subtract(cv2.dilate(mask, _WIDE_RING), grown)
    if not cv2.countNonZero(ring):
        return float(edges)
    # After a thing has left, the patch looks like its surroundings; while it stands there, it does not.
    within, around = np.asarray(inside, np.bool_), np.asarray(ring, np.bool_)
    blend = _likeness(predicted, within, around) - _likeness(picture, within, around)
    return float(min(1.0, max(-1.0, edges + 0.5 * blend)))


def _edges(picture: Gray) -> Gray:
    return np.asarray(cv2.morphologyEx(picture, cv2.MORPH_GRADIENT, _CROSS), np.uint8)


def _likeness(picture: Gray, inside: Flags, ring: Flags) -> float:
    """Intersection of the two places' histograms, 0 to 1; bins overlap so that a small shift costs little."""
    return float(np.minimum(_histogram(picture[inside]), _histogram(picture[ring])).sum())


def _histogram(levels: Gray) -> NDArray[np.float64]:
    counts = np.bincount(levels >> _BIN_BITS, minlength=_BINS)
    smooth = counts.astype(np.float64)
    smooth[1:] += 0.5 * counts[:-1]
    smooth[:-1] += 0.5 * counts[1:]
    return np.asarray(smooth / smooth.sum(), np.float64)


def _is_light(picture: Gray, predicted: Gray, mask: Mask) -> bool:
    inside = mask > 0
    now = picture[inside].astype(np.float32) + _FLOOR
    before = predicted[inside].astype(np.float32) + _FLOOR
    ratio = float(_middle(now / before))
    if not 0.35 <= ratio <= 2.2:
        return False
    residual = np.abs(now - before * ratio)
    if np.count_nonzero(residual < 7.0) < 0.85 * residual.size:
        return False
    texture = _texture_likeness(picture, predicted, cv2.erode(mask, _CROSS) > 0)
    if texture is not None:
        return texture > 0.55
    # Ground without texture: only evenness is left. Things are darker or brighter than shade can make them, or uneven.
    return 0.5 <= ratio <= 1.3 and float(residual.mean()) < 2.5


def _fades_out(picture: Gray, predicted: Gray, mask: Mask) -> bool:
    """A reflection or a soft shade ends gradually: just outside the patch the picture differs nearly as much."""
    change = cv2.absdiff(picture, predicted)
    around = cv2.subtract(cv2.dilate(mask, _WIDE_RING), cv2.dilate(mask, _RING))
    if not cv2.countNonZero(around):
        return False
    inside = cv2.mean(change, mask)[0]
    return bool(inside < _FAINT and cv2.mean(change, around)[0] > _FADING * inside)


def _middle(values: Floats) -> np.float32:
    middle = values.size // 2
    return np.float32(np.partition(values, middle)[middle])


def _texture_likeness(picture: Gray, predicted: Gray, inside: Flags) -> float | None:
    """Correlation of the fine structure, None where the ground has none to compare."""
    if np.count_nonzero(inside) < 12:
        return None
    now, before = _fine(picture)[inside], _fine(predicted)[inside]
    now, before = now - now.mean(), before - before.mean()
    own, other = float(now @ now), float(before @ before)
    if other < 4.0 * before.size:
        return None
    spread = (own * other) ** 0.5
    return 0.0 if spread < 1e-3 * before.size else float(now @ before) / spread


def _fine(picture: Gray) -> Floats:
    levels = picture.astype(np.float32)
    return np.asarray(levels - cv2.blur(levels, (5, 5)), np.float32)
