"""Shade that a thing casts is not part of it: it would stretch the box and move the foot.

Shade dims the ground evenly and keeps its texture, and all shade in one picture dims alike: the dimming is learnt from
the patch itself where the texture shows it, then taken off all of the patch.
"""

import cv2
import numpy as np

from vision.blobs import larger_parts
from vision.grid import Floats, Gray, Mask

_FLOOR = 4.0
_DARKEST, _LIGHTEST = 0.3, 0.9
_PENUMBRA = 0.95
_LIKE = 0.09
_LEAST_SHARE = 0.12
_AGREEING = 0.45
_STEPS = 20
_DARK_GROUND = 52.0  # below it the ground shows too little to tell shade from a dark thing
_PAIR = np.ones((2, 2), np.uint8)
_CLOSE = np.ones((3, 3), np.uint8)


def without_shade(picture: Gray, predicted: Gray, mask: Mask) -> Mask:
    """`mask` less the shade in it; all zero where all of it is shade. Arguments of one shape."""
    if cv2.mean(predicted, mask)[0] + _FLOOR < _DARK_GROUND:
        return mask
    now, before = picture.astype(np.float32) + np.float32(_FLOOR), predicted.astype(np.float32) + np.float32(_FLOOR)
    inside = mask > 0
    even = inside & _dimmed_evenly(now, before)
    if np.count_nonzero(even) < max(6, _LEAST_SHARE * cv2.countNonZero(mask)):
        return mask
    ratio = now / before
    dimming = _commonest(ratio[even])
    if dimming is None:
        return mask
    shade = inside & (ratio > dimming - _LIKE) & (ratio < _PENUMBRA)
    solid = np.asarray(inside & ~shade, np.uint8) * np.uint8(255)
    solid = np.asarray(cv2.morphologyEx(solid, cv2.MORPH_OPEN, _PAIR), np.uint8)
    solid = np.asarray(cv2.morphologyEx(solid, cv2.MORPH_CLOSE, _CLOSE), np.uint8)
    return larger_parts(np.asarray(cv2.bitwise_and(solid, mask), np.uint8))


def _commonest(ratios: Floats) -> float | None:
    """The dimming most of the evenly dimmed pixels agree on, None where they do not."""
    counts = np.bincount((ratios * _STEPS).astype(np.int32), minlength=_STEPS + 1)[:_STEPS]
    near = np.convolve(counts, np.ones(3, np.int64), "same")
    at = int(near.argmax())
    if int(near[at]) < _AGREEING * ratios.size:
        return None
    return (at + 0.5) / _STEPS


def _dimmed_evenly(now: Floats, before: Floats) -> np.ndarray[tuple[int, ...], np.dtype[np.bool_]]:
    """Where the neighbourhood is darker by one factor that carries the ground's texture over."""
    factor = cv2.blur(now, (5, 5)) / cv2.blur(before, (5, 5))
    residual = np.abs(now - before * factor)
    even = (residual < 0.06 * now + 1.5) & (factor > _DARKEST) & (factor < _LIGHTEST)
    return np.asarray(even, np.bool_)
