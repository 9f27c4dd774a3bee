"""Plates: pillars standing in the town with the same code on all four sides, read back from a dome's picture.

The code is an ArUco marker (4 by 4 cells, the first fifty), so that any OpenCV can read it; below it stands the number.
"""

from dataclasses import dataclass
from functools import cache

import cv2
import numpy as np
import numpy.typing as npt

from sim.scenes.lettering import write

Image = npt.NDArray[np.uint8]
MOST_PLATES = 50
SIDE_M, HEIGHT_M, FOOT_M = 3.0, 3.75, 0.25
"""Width of a side, height of its board, and how far above the ground that begins."""
_CELLS = 8  # 6 of the marker with its border, and a white one on either side
_PIXELS = 256


@dataclass(frozen=True, slots=True)
class Plate:
    """`x`, `y` of its foot in local metres; `turned_deg` clockwise from north of one of its sides."""

    code: int
    x: float
    y: float
    turned_deg: float = 0.0

    @property
    def text(self) -> str:
        return f"QD {self.code:02d}"


@cache
def _dictionary() -> cv2.aruco.Dictionary:
    return cv2.aruco.getPredefinedDictionary(cv2.aruco.DICT_4X4_50)


@cache
def board(code: int) -> tuple[Image, ...]:
    """The board's picture and smaller ones, each half as large as the one before."""
    cell = _PIXELS // _CELLS
    image = np.full((round(_PIXELS * HEIGHT_M / SIDE_M), _PIXELS, 3), 235, np.uint8)
    marker = cv2.aruco.generateImageMarker(_dictionary(), code, 6 * cell)
    image[cell : 7 * cell, cell : 7 * cell] = np.clip(marker, 20, 235)[:, :, None]
    strip = image[_PIXELS:]
    strip[:] = (150, 70, 20)
    write(image, f"QD {code:02d}", (0, _PIXELS, _PIXELS, strip.shape[0]), (240, 240, 240))
    sizes = [image]
    while sizes[-1].shape[1] > 8:
        half = (sizes[-1].shape[1] // 2, sizes[-1].shape[0] // 2)
        sizes.append(cv2.resize(sizes[-1], half, interpolation=cv2.INTER_AREA).astype(np.uint8))
    return tuple(sizes)


def read_plates(picture: npt.NDArray[np.uint8]) -> dict[int, tuple[float, float]]:
    """Codes that can be read from a picture (grey, or BGR), each with the middle of its marker as fractions of it."""
    grey = picture if picture.ndim == 2 else cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY)
    parameters = cv2.aruco.DetectorParameters()
    parameters.minMarkerPerimeterRate = 0.02
    corners, codes, _ = cv2.aruco.ArucoDetector(_dictionary(), parameters).detectMarkers(grey)
    if codes is None:
        return {}
    height, width = grey.shape
    middles = [np.asarray(found).reshape(-1, 2).mean(axis=0) / (width, height) for found in corners]
    return {int(code): (float(x), float(y)) for code, (x, y) in zip(codes.flatten(), middles, strict=True)}
