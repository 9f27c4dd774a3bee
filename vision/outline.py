"""What follows from the shape of a thing and its place alone: kept until the shape changes."""

from dataclasses import dataclass

import cv2
import numpy as np

from vision.blobs import placed
from vision.grid import Grid, Mask, PixelBox

NEAR, AROUND = 2, 4  # pixels beyond the box
_RIM = np.ones((5, 5), np.uint8)


@dataclass(frozen=True, slots=True, eq=False)
class Outline:
    """`area` counts the pixels of `mask`. `filled`: the mask with a rim of two pixels, in the box `near`; `ring`: what
    lies three and four pixels off it, in the box `around`, `ring_area` its pixels. Boxes are cut to the picture."""

    mask: Mask
    area: int
    near: PixelBox
    filled: Mask
    around: PixelBox
    ring: Mask
    ring_area: int

    def goes_on(self, foreground: Mask) -> float:
        """Share of the way round, a few pixels off, that `foreground` (the size of `around`) covers."""
        return cv2.countNonZero(cv2.bitwise_and(self.ring, foreground)) / max(1, self.ring_area)


def outline_of(mask: Mask, box: PixelBox, grid: Grid) -> Outline:
    """Of `mask`, the size of `box`."""
    near, around = grid.grown(box, NEAR), grid.grown(box, AROUND)
    filled = np.asarray(cv2.dilate(placed(mask, box, around), _RIM), np.uint8)
    ring = np.asarray(cv2.subtract(cv2.dilate(filled, _RIM), filled), np.uint8)
    top, left = near.top - around.top, near.left - around.left
    within = np.ascontiguousarray(filled[top : top + near.height, left : left + near.width])
    return Outline(mask, cv2.countNonZero(mask), near, within, around, ring, cv2.countNonZero(ring))
