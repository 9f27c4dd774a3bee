"""One decoded picture."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

GrayImage = NDArray[np.uint8]
ColourImage = NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class Frame:
    """A decoded key frame (or, in a back-trace, any frame).

    `luma` is the Y plane, shape (height, width), uint8, and must not be written to.
    `colour()` converts on demand to BGR, shape (height, width, 3): dear, so for evidence only.
    `captured_at` is Unix time in seconds, the access unit's `received_at`.
    `chroma` are the U and V planes as they were sent, usually half as wide and high, 128 without colour; None where
    the picture has none or they do not lie apart.
    """

    camera_id: str
    captured_at: float
    pts_us: int
    luma: GrayImage
    colour: Callable[[], ColourImage]
    chroma: tuple[GrayImage, GrayImage] | None = None

    @property
    def width(self) -> int:
        return int(self.luma.shape[1])

    @property
    def height(self) -> int:
        return int(self.luma.shape[0])


def frame_from_gray(camera_id: str, captured_at: float, luma: GrayImage, pts_us: int = 0) -> Frame:
    """A frame from a grey picture, for rules fed from files and tests."""

    def colour() -> Any:
        return np.repeat(luma[:, :, None], 3, axis=2)

    return Frame(camera_id, captured_at, pts_us, luma, colour)
