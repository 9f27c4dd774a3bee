"""Lays a dome's picture over the background of its view: no dome comes back to a preset exactly.

A tenth of a degree is half a pixel of the grid at the wide end and sixteen at 30×; without this the whole background
would differ. Only shifts are undone: what an error of aim turns or stretches is below a pixel.
"""

import math
from dataclasses import dataclass

import cv2
import numpy as np

from vision.grid import Floats, Gray, Grid, Mask

MOST_SHIFT = 0.08
"""Of the picture's width: beyond it the dome looks somewhere else."""
_WORTH = 0.03
"""By so much a new shift must correlate better than the one in use."""
_PULL = 0.3
_DETAIL, _STRONGEST = 3.0, 12.0
"""What is finer than this many pixels is compared, and no edge counts for more than this many grey levels: neither
light nor one large thing decides, but all of the ground."""

Shift = tuple[int, int]
"""Pixels of the grid, right and down, by which the picture lies beside the background."""


@dataclass(frozen=True, slots=True)
class Laid:
    """A picture on its background. `known`: where the picture reaches, None: everywhere; beyond it the background
    itself stands in."""

    picture: Gray
    known: Mask | None
    shift: Shift


class Alignment:
    """Of one view. Holds the shift that fitted last; a sample costs 2 to 4 ms. Not thread-safe."""

    def __init__(self, grid: Grid) -> None:
        self._grid = grid
        self._window: Floats = np.asarray(cv2.createHanningWindow((grid.width, grid.height), cv2.CV_32F), np.float32)
        self.shift: Shift = (0, 0)
        self._arriving = False

    def arrive(self) -> None:
        """The dome has been away: the shift of before says nothing."""
        self._arriving = True

    def lay(self, picture: Gray, background: Gray) -> Laid:
        """With the shift that fits best; later in a visit the one in use stays unless another is clearly better."""
        in_use = _laid(picture, background, self.shift)
        other = self._measured(picture, background)
        worth = 0.0 if self._arriving else _WORTH
        self._arriving = False
        if other is None or other == self.shift:
            return in_use
        tried = _laid(picture, background, other)
        detail = _details(background)
        if _likeness(tried, detail) < _likeness(in_use, detail) + worth:
            return in_use
        self.shift = other
        return tried

    def _measured(self, picture: Gray, background: Gray) -> Shift | None:
        """By phase correlation; None beyond what an error of aim can be."""
        known, seen = background.astype(np.float32), picture.astype(np.float32)
        (right, down), _ = cv2.phaseCorrelate(known, seen, self._window)
        most = MOST_SHIFT * self._grid.width
        if not (abs(right) <= most and abs(down) <= most):
            return None
        return _pulled(right), _pulled(down)


def _pulled(pixels: float) -> int:
    """Rounded a little towards nothing. Every visit leaves the background as far off as its rounding; in hundreds of
    visits that would wander away. As the dome errs to all sides alike, the pull keeps it where the dome is sent."""
    return round(pixels - math.copysign(min(_PULL, abs(pixels)), pixels))


def _laid(picture: Gray, background: Gray, shift: Shift) -> Laid:
    right, down = shift
    if not right and not down:
        return Laid(picture, None, shift)
    height, width = picture.shape
    onto = slice(max(0, -down), height - max(0, down)), slice(max(0, -right), width - max(0, right))
    of = slice(max(0, down), height - max(0, -down)), slice(max(0, right), width - max(0, -right))
    known = np.zeros_like(picture)
    known[onto] = 255
    moved = background.copy()
    moved[onto] = picture[of]
    return Laid(moved, known, shift)


def _details(picture: Gray) -> Floats:
    levels = picture.astype(np.float32)
    return np.asarray(np.clip(levels - cv2.GaussianBlur(levels, (0, 0), _DETAIL), -_STRONGEST, _STRONGEST), np.float32)


def _likeness(laid: Laid, background: Floats) -> float:
    """Correlation of the details, -1 to 1, where the picture reaches."""
    known = np.ones_like(background) if laid.known is None else (laid.known > 0).astype(np.float32)
    seen, ground = _details(laid.picture) * known, background * known
    return float((seen * ground).sum() / max(float(np.sqrt((seen * seen).sum() * (ground * ground).sum())), 1e-6))
