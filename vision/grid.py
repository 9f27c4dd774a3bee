"""The small picture on which everything is computed, and the way back to fractions of the real one."""

from dataclasses import dataclass
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from ingest.frame import GrayImage
from vision.detection import Box

Gray = NDArray[np.uint8]
Floats = NDArray[np.float32]
Mask = NDArray[np.uint8]
"""0 or 255, the form OpenCV takes."""

Slices = tuple[slice, slice]

MOST_PIXELS = 320 * 180
LEAST_SIDE = 32


class PixelBox(NamedTuple):
    """Whole pixels of the grid, right and bottom excluded."""

    left: int
    top: int
    right: int
    bottom: int

    @property
    def width(self) -> int:
        return self.right - self.left

    @property
    def height(self) -> int:
        return self.bottom - self.top

    @property
    def area(self) -> int:
        return self.width * self.height

    @property
    def slices(self) -> Slices:
        return slice(self.top, self.bottom), slice(self.left, self.right)

    def union(self, other: "PixelBox") -> "PixelBox":
        return PixelBox(
            min(self.left, other.left),
            min(self.top, other.top),
            max(self.right, other.right),
            max(self.bottom, other.bottom),
        )

    def touches(self, other: "PixelBox", gap: int = 0) -> bool:
        """Whether the two overlap once one is grown by `gap` on every side."""
        return (
            self.left - gap < other.right
            and other.left - gap < self.right
            and self.top - gap < other.bottom
            and other.top - gap < self.bottom
        )


@dataclass(frozen=True, slots=True)
class Grid:
    """Width and height in pixels. Fixed for a camera: another resolution of the same view lands on the same grid."""

    width: int
    height: int

    @classmethod
    def for_picture(cls, width: int, height: int) -> "Grid":
        """At most `MOST_PIXELS`, same shape, never larger than the picture. ValueError for a picture too small."""
        if width < LEAST_SIDE or height < LEAST_SIDE:
            raise ValueError(f"picture of {width}x{height} is too small to analyse: {LEAST_SIDE}x{LEAST_SIDE} at least")
        scale = min(1.0, (MOST_PIXELS / (width * height)) ** 0.5)
        return cls(max(LEAST_SIDE, int(width * scale)), max(LEAST_SIDE, int(height * scale)))

    def shrink(self, luma: GrayImage) -> Gray:
        """`luma` on this grid; each pixel is the mean of what it covers.

        By halves and then by the mean of the nearest four: means over a broken factor cost forty times as much.
        """
        while luma.shape[0] >= 3 * self.height and luma.shape[1] >= 3 * self.width:
            rows, columns = luma.shape[0] // 2, luma.shape[1] // 2
            even = luma[: 2 * rows, : 2 * columns]
            luma = np.asarray(cv2.resize(even, (columns, rows), interpolation=cv2.INTER_AREA), np.uint8)
        if luma.shape == (self.height, self.width):
            return np.ascontiguousarray(luma)
        halved = luma.shape == (2 * self.height, 2 * self.width)
        how = cv2.INTER_AREA if halved else cv2.INTER_LINEAR
        return np.asarray(cv2.resize(luma, (self.width, self.height), interpolation=how), np.uint8)

    def box(self, pixels: PixelBox) -> Box:
        return (
            pixels.left / self.width,
            pixels.top / self.height,
            pixels.width / self.width,
            pixels.height / self.height,
        )

    def pixels(self, box: Box) -> PixelBox:
        """The pixels `box` touches, cut to the picture, at least one."""
        x, y, width, height = box
        left = min(self.width - 1, max(0, int(x * self.width + 0.01)))
        top = min(self.height - 1, max(0, int(y * self.height + 0.01)))
        right = min(self.width, max(left + 1, int(np.ceil((x + width) * self.width - 0.01))))
        bottom = min(self.height, max(top + 1, int(np.ceil((y + height) * self.height - 0.01))))
        return PixelBox(left, top, right, bottom)

    def grown(self, box: PixelBox, margin: int) -> PixelBox:
        return PixelBox(
            max(0, box.left - margin),
            max(0, box.top - margin),
            min(self.width, box.right + margin),
            min(self.height, box.bottom + margin),
        )
