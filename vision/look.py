"""One sample as the measures of zones are given it."""

from collections.abc import Callable
from dataclasses import dataclass

import cv2
import numpy as np

from ingest.frame import Frame
from vision.background import Comparison
from vision.grid import Grid, Mask

Colour = Callable[[], Mask | None]


@dataclass(frozen=True, slots=True)
class Look:
    """`scene`: number of the scene's look; `seconds`: what the sample stands for. `still`: where things stand that do
    not stir, None: nowhere. `fiery()`: where the picture is orange, on the grid; None where it has no colour."""

    seen: Comparison
    still: Mask | None
    scene: int
    at: float
    seconds: float
    fiery: Colour


ORANGE_V, ORANGE_U = 148, 112  # of 255, 128 being no colour: flames are at 140 to 200 and 50 to 100 (BT.601)


def fiery_places(frame: Frame, grid: Grid, shift: tuple[int, int]) -> Mask | None:
    """Where the picture is orange or red, on the grid; None where the frame has no colour. `shift`: pixels of the grid
    by which the picture lies beside its background."""
    if frame.chroma is None:
        return None
    blue, red = frame.chroma
    orange = cv2.bitwise_and(
        cv2.compare(red, np.full_like(red, ORANGE_V), cv2.CMP_GE),
        cv2.compare(blue, np.full_like(blue, ORANGE_U), cv2.CMP_LE),
    )
    if orange.shape != (grid.height, grid.width):
        orange = cv2.resize(orange, (grid.width, grid.height), interpolation=cv2.INTER_NEAREST)
    if shift != (0, 0):
        onto = np.array([[1.0, 0.0, -shift[0]], [0.0, 1.0, -shift[1]]])
        orange = cv2.warpAffine(orange, onto, (grid.width, grid.height), flags=cv2.INTER_NEAREST)
    return np.asarray(orange, np.uint8)
