"""What glows in a zone: bright in the dark, or orange in daylight, and whether it ever has the same outline twice.

0.01 ms where nothing differs from the background, else 0.05 ms.
"""

from collections import deque

import cv2
import numpy as np
from numpy.typing import NDArray

from vision.cells import ZoneCells, cell_means
from vision.grid import Floats, Mask
from vision.look import Look
from vision.rules.area_history import Glow

DARK_MEAN = 80.0  # of the zone's background: below it, whatever is bright enough may be a flame
BRIGHT, BRIGHTER_BY = 190, 50
ORANGE_BRIGHT = 110
LEAST_PIXELS, MOST_SHARE = 10, 0.1  # the sky is no flame
LAST_OUTLINES = 6
NEAR = 1.5  # of its size: where it was before
MISSED_SECONDS = 12.0

Pixels = NDArray[np.int64]


class GlowTrack:
    """Of one zone. `cells`: not 0 where the glow of the last sample lies."""

    def __init__(self, cells: ZoneCells) -> None:
        self._zone = cells
        self._picture = cells.grid.width * cells.grid.height
        self.forget()

    def forget(self) -> None:
        self.cells: Floats = np.zeros_like(self._zone.shares)
        self._outlines: deque[Pixels] = deque(maxlen=LAST_OUTLINES)
        self._since = self._seen_at = 0.0
        self._middle = (0.0, 0.0)

    def take(self, look: Look) -> Glow | None:
        found = self._find(look)
        if found is None and look.at - self._seen_at > MISSED_SECONDS:
            self._outlines.clear()
            self.cells = np.zeros_like(self.cells)
        return found

    def _find(self, look: Look) -> Glow | None:
        if look.seen.foreground_share == 0.0:
            return None
        glowing = self._glowing(look)
        total = 0 if glowing is None else cv2.countNonZero(glowing)
        if glowing is None or not LEAST_PIXELS <= total <= MOST_SHARE * self._picture:
            return None
        _, labels, stats, middles = cv2.connectedComponentsWithStats(glowing, connectivity=8)
        largest = 1 + int(stats[1:, cv2.CC_STAT_AREA].argmax())
        area, middle = int(stats[largest, cv2.CC_STAT_AREA]), (float(middles[largest][0]), float(middles[largest][1]))
        if area < LEAST_PIXELS:
            return None
        away = np.hypot(middle[0] - self._middle[0], middle[1] - self._middle[1])
        if not self._outlines or away > NEAR * area**0.5:
            self._since = look.at
            self._outlines.clear()
        pixels = np.flatnonzero(labels == largest)
        novelty = min((_difference(pixels, one) for one in self._outlines), default=0.0)
        self._outlines.append(pixels)
        self._middle, self._seen_at = middle, look.at
        self.cells = cell_means(np.asarray(np.where(labels == largest, 255, 0), np.uint8))
        left, top, wide = self._zone.part.left, self._zone.part.top, self._zone.grid.width
        return Glow(
            since=self._since,
            area=area / self._picture,
            whole=area / total,
            x=(left + middle[0]) / wide,
            y=(top + middle[1]) / wide,
            novelty=novelty,
        )

    def _glowing(self, look: Look) -> Mask | None:
        part = self._zone.part.slices
        differs = self._zone.within(look.seen.foreground)
        if cv2.countNonZero(differs) < LEAST_PIXELS:
            return None
        picture, usual = look.seen.picture[part], look.seen.predicted[part]
        if cv2.mean(usual, mask=self._zone.inside)[0] < DARK_MEAN:
            bright = cv2.compare(cv2.subtract(picture, usual), np.full_like(picture, BRIGHTER_BY), cv2.CMP_GE)
            bright = cv2.bitwise_and(bright, cv2.compare(picture, np.full_like(picture, BRIGHT), cv2.CMP_GE))
            return np.asarray(cv2.bitwise_and(bright, differs), np.uint8)
        fiery = look.fiery()
        if fiery is None:
            return None
        bright = cv2.compare(picture, np.full_like(picture, ORANGE_BRIGHT), cv2.CMP_GE)
        return np.asarray(cv2.bitwise_and(cv2.bitwise_and(fiery[part], bright), differs), np.uint8)


def _difference(one: Pixels, other: Pixels) -> float:
    """What is in one of the two only, as a share of all that is in either."""
    shared = np.intersect1d(one, other, assume_unique=True).size
    return 1.0 - shared / (one.size + other.size - shared)
