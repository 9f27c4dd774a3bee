"""Who holds places in a zone: what stays there and stirs. 0.05 ms a quiet sample, 0.1 ms a busy one."""

from math import exp

import cv2
import numpy as np

from config.cameras import Zone
from gis.ground import GroundModel
from vision.background import LONGEST_STEP_SECONDS
from vision.cells import CELL, ZoneCells, cell_means
from vision.grid import Floats, Grid, PixelBox
from vision.look import Look
from vision.rules.area_history import AreaSample

HOLD_SECONDS = 15.0
HELD = 0.45  # of the time taken, and ...
STIRRED = 0.12  # ... so much of it moving: who passes holds nothing, what stands does not stir
PERSON_M2 = 0.85  # a silhouette of 0.6 m², and heads are measured as if they lay on the ground behind


class Stirring:
    """The measure of the rule `crowd`."""

    keeps_ground = True

    def __init__(self, zone: Zone, grid: Grid, ground: GroundModel | None) -> None:
        self.cells = ZoneCells(zone, grid)
        self._cell_m2 = None if ground is None else _cell_areas(self.cells.part, self.cells.shares.shape, grid, ground)
        self.forget()

    def forget(self) -> None:
        self._taken, self._stirred = np.zeros_like(self.cells.shares), np.zeros_like(self.cells.shares)

    def take(self, look: Look) -> AreaSample:
        cells = self.cells
        taken = cells.within(look.seen.foreground)
        if look.still is not None:
            taken = np.asarray(cv2.subtract(taken, look.still[cells.part.slices]), np.uint8)
        moving = cv2.bitwise_and(look.seen.restless[cells.part.slices], taken)
        seconds = min(look.seconds, LONGEST_STEP_SECONDS)
        rate = 1.0 - exp(-seconds / HOLD_SECONDS)
        for mask, average in ((taken, self._taken), (moving, self._stirred)):
            if cv2.countNonZero(mask):
                share = cell_means(np.asarray(mask, np.uint8)) / np.float32(255.0)
                cv2.accumulateWeighted(share, average, rate)
            else:
                average *= np.float32(1.0 - rate)
        held = self.held
        people = None if self._cell_m2 is None else float(np.vdot(held * self._taken, self._cell_m2)) / PERSON_M2
        share_held = float(np.vdot(held, cells.shares)) / cells.count
        return AreaSample(look.at, seconds, stirring_share=share_held, people=people)

    @property
    def held(self) -> Floats:
        """1 for the cells that somebody holds, 0 for the others."""
        shares = self.cells.shares
        return np.asarray((self._taken >= HELD * shares) & (shares > 0) & (self._stirred >= STIRRED), np.float32)


def _cell_areas(part: PixelBox, shape: tuple[int, ...], grid: Grid, ground: GroundModel) -> Floats:
    """Square metres, upright, that a cell of each row covers; 0 where no ground is seen."""
    areas = np.zeros(shape, np.float32)
    middle = (part.left + part.right) / 2 / grid.width
    for row in range(shape[0]):
        foot = min((part.top + (row + 1) * CELL) / grid.height, 1.0)
        width, height = CELL / grid.width, CELL / grid.height
        size = ground.size_at((middle - width / 2, foot - height, width, height))
        if size is not None:
            areas[row] = size[0] * size[1]
    return areas
