"""Since when a thing has stood, part by part: a vendor is there before his cart is, a bringer before what he leaves."""

import cv2
import numpy as np
from numpy.typing import NDArray

from vision.grid import Mask, PixelBox
from vision.sight import Sight

EARLIEST_PART = 0.3
"""Of its pixels must have stood there: more than a vendor has of a stall, less than a cart has of cart and sunshade."""
_OPEN_SHARE = 0.3
_MOST_HIDDEN = 4  # pictures in a row that show neither thing nor ground: what is older is not asked for

Times = NDArray[np.float64]


class Dating:
    """Unix time for each pixel of a thing's box. While the past is gone through, newest picture first, `open` are the
    pixels whose coming has not been seen yet."""

    def __init__(self, shape: tuple[int, ...], at: float) -> None:
        self.times: Times = np.full(shape, at, np.float64)
        self._open: Mask | None = None
        self._hidden = 0

    def begin(self, mask: Mask) -> None:
        self._open, self._hidden = mask.copy(), 0

    def extend_back(self, sight: Sight, at: float) -> bool:
        """A picture of the past. False once it shows the place without the thing."""
        if self._open is None:
            return False
        there = cv2.bitwise_and(self._open, sight.as_object) > 0
        self.times[there] = np.minimum(self.times[there], at)
        before = cv2.countNonZero(self._open)
        self._open = np.asarray(cv2.subtract(self._open, sight.as_background), np.uint8)
        self._hidden = 0 if sight.kind == "object" else self._hidden + 1
        if sight.kind == "background" or self._hidden >= _MOST_HIDDEN:
            return False
        return bool(cv2.countNonZero(self._open) >= _OPEN_SHARE * before)

    def earliest(self, mask: Mask) -> float:
        """Since when a good part of `mask` has stood there."""
        times = np.sort(self.times[mask > 0])
        return float(times[int(EARLIEST_PART * (times.size - 1))])

    def cut(self, part: PixelBox) -> None:
        self.times = self.times[part.slices].copy()
        self._open = None

    def joined(self, own: Mask, own_at: PixelBox, other: "Dating", its: Mask, its_at: PixelBox) -> "Dating":
        """Of both together in the box around both; where both were, this one's times."""
        box = own_at.union(its_at)
        whole = Dating((box.height, box.width), max(float(self.times.max()), float(other.times.max())))
        for times, mask, place in ((other.times, its, its_at), (self.times, own, own_at)):
            top, left = place.top - box.top, place.left - box.left
            part = whole.times[top : top + place.height, left : left + place.width]
            part[mask > 0] = times[mask > 0]
        return whole
