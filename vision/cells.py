"""A zone cut into cells of a few pixels: on these its measures count."""

import cv2
import numpy as np

from config.cameras import Zone
from vision.detection import Box
from vision.grid import Floats, Gray, Grid, Mask, PixelBox

CELL = 4  # pixels of the grid: smaller than a person at half the picture's height
FEW_CELLS = 3


class ZoneCells:
    """`part`: the pixels around the zone; `inside`: a mask of it; `shares`: how much of each cell lies in the zone."""

    def __init__(self, zone: Zone, grid: Grid) -> None:
        corners = np.array([(x * grid.width, y * grid.height) for x, y in zone.polygon])
        whole = np.zeros((grid.height, grid.width), np.uint8)
        cv2.fillPoly(whole, [np.rint(corners).astype(np.int32)], (255,))
        left, top, width, height = cv2.boundingRect(whole)
        self.grid = grid
        self.part = PixelBox(left, top, max(left + width, left + 1), max(top + height, top + 1))
        self.inside: Mask = np.ascontiguousarray(whole[self.part.slices])
        self.shares: Floats = cell_means(self.inside) / np.float32(255.0)
        self.count = max(float(self.shares.sum()), 1e-6)

    def within(self, mask: Mask) -> Mask:
        """What of a mask of the grid lies in the zone."""
        return np.asarray(cv2.bitwise_and(mask[self.part.slices], self.inside), np.uint8)

    def mark(self, cells: Floats, whole: Mask) -> None:
        """Sets the pixels of `whole`, a mask of the grid, whose cells are not 0."""
        part = whole[self.part.slices]
        large = cv2.resize(cells, None, fx=CELL, fy=CELL, interpolation=cv2.INTER_NEAREST)
        part[large[: part.shape[0], : part.shape[1]] > 0] = 255

    def box(self, cells: Floats) -> Box:
        """Around the cells that are not 0; the zone's own where there are hardly any."""
        where, part = np.argwhere(cells > 0), self.part
        if len(where) < FEW_CELLS:
            return self.grid.box(part)
        (top, left), (bottom, right) = where.min(axis=0), where.max(axis=0) + 1
        return self.grid.box(
            PixelBox(
                part.left + CELL * int(left),
                part.top + CELL * int(top),
                min(part.left + CELL * int(right), part.right),
                min(part.top + CELL * int(bottom), part.bottom),
            )
        )


def cell_means(picture: Gray) -> Floats:
    """Mean grey level of each cell; beyond the picture's edge lies 0."""
    rows, columns = -(-picture.shape[0] // CELL), -(-picture.shape[1] // CELL)
    below, beside = rows * CELL - picture.shape[0], columns * CELL - picture.shape[1]
    if below or beside:
        picture = np.asarray(cv2.copyMakeBorder(picture, 0, below, 0, beside, cv2.BORDER_CONSTANT, value=0), np.uint8)
    # By two and two: by four at once takes five times as long.
    half = cv2.resize(picture, (columns * 2, rows * 2), interpolation=cv2.INTER_AREA)
    return np.asarray(cv2.resize(half, (columns, rows), interpolation=cv2.INTER_AREA), np.float32)
