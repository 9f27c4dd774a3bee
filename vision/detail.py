"""How much detail a place shows, whatever the light: what stands there is rich in it, smoke in front washes it out."""

import cv2
import numpy as np

from vision.cells import cell_means
from vision.grid import Floats, Gray

DARK_LEVELS = 16.0  # added before dividing, so that dark pixels make no wild contrast

_NEIGHBOURS = np.ones((3, 3), np.uint8)


def detail_of(shown: Gray, noise_levels: int) -> tuple[Floats, Floats]:
    """Of each cell of `shown`: the spread of grey levels within a pixel by its brightness, some 0.05 for paving and 0.3
    for bicycles; and the brightness. `noise_levels`: the spread of nine pixels of a bare wall."""
    spread = cv2.subtract(cv2.dilate(shown, _NEIGHBOURS), cv2.erode(shown, _NEIGHBOURS))
    spread = cv2.subtract(spread, np.array([noise_levels], np.float64))
    brightness = cell_means(shown) + np.float32(DARK_LEVELS)
    return cell_means(np.asarray(spread, np.uint8)) / brightness, brightness
