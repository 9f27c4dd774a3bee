"""A small picture in 16×9 blocks: where something shows, and where two pictures show the same."""

import cv2
import numpy as np
from numpy.typing import NDArray

from vision.grid import Floats, Gray

SMALL = (160, 90)
COLUMNS, ROWS = 16, 9
TEXTURED = 3.0
"""Standard deviation in grey levels from which a block shows something."""
ALIKE = 0.5
"""Correlation from which two blocks show the same."""

Flags = NDArray[np.bool_]


def share(flags: Flags, among: Flags | None = None) -> float:
    """How many of them are set, 0 to 1; `among` must set some."""
    if among is None:
        return int(np.count_nonzero(flags)) / flags.size
    return int(np.count_nonzero(flags & among)) / int(np.count_nonzero(among))


class Blocks:
    """Of a picture of 160×90, softened so that a shake by a pixel changes little. Arrays have the shape (9, 16)."""

    __slots__ = ("levels", "means", "variance")

    def __init__(self, small: Gray) -> None:
        self.levels: Floats = cv2.blur(small, (3, 3)).astype(np.float32)
        self.means = _means(self.levels)
        self.variance: Floats = _means(self.levels * self.levels) - self.means * self.means

    @property
    def shown(self) -> Flags:
        """Where something shows."""
        return np.asarray(self.variance >= TEXTURED * TEXTURED, np.bool_)

    def fits(self, other: "Blocks") -> Flags:
        """Which blocks show the same in both, whatever their brightness and contrast."""
        common = _means(self.levels * other.levels) - self.means * other.means
        return np.asarray(common >= ALIKE * np.sqrt(np.abs(self.variance * other.variance) + 0.1), np.bool_)

    def gross(self, other: "Blocks") -> float:
        """Correlation of the block means: what remains when all detail is gone."""
        left, right, count = self.means.ravel(), other.means.ravel(), self.means.size
        first, second = float(left.sum()), float(right.sum())
        common = float(left @ right) - first * second / count
        scale = (float(left @ left) - first * first / count) * (float(right @ right) - second * second / count)
        return float(common / scale**0.5) if scale > 1.0 else 0.0


def _means(picture: Floats) -> Floats:
    return np.asarray(cv2.resize(picture, (COLUMNS, ROWS), interpolation=cv2.INTER_AREA), np.float32)
