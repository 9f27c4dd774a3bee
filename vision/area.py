"""One zone watched as a whole: who holds places in it, sample by sample. 0.05 ms a quiet sample, 0.1 ms a busy one."""

from collections import deque
from dataclasses import dataclass, field
from math import exp

import cv2
import numpy as np

from config.cameras import Zone
from gis.ground import GroundModel
from vision.background import LONGEST_STEP_SECONDS, Comparison
from vision.detection import Box
from vision.grid import Floats, Grid, Mask, PixelBox
from vision.rules.area_history import AreaHistory, AreaSample
from vision.static_object import Announcement

CELL = 4  # pixels of the grid: smaller than a person at half the picture's height
HOLD_SECONDS = 15.0
HELD = 0.45  # of the time taken, and ...
STIRRED = 0.12  # ... so much of it moving: who passes holds nothing, what stands does not stir
MOST_SECONDS, MOST_SAMPLES = 600.0, 600
PERSON_M2 = 0.85  # a silhouette of 0.6 m², and heads are measured as if they lay on the ground behind
EMPTY_CELLS = 3


@dataclass(slots=True)
class Episode:
    """Something told of the zone that has not ended."""

    object_id: str
    first_seen_at: float
    told: Announcement


@dataclass(slots=True)
class AreaWatch:
    """Of one zone on one grid. Starts anew when the picture does; what has been told goes on."""

    zone: Zone
    grid: Grid
    ground: GroundModel | None
    episode: Episode | None = None
    scene: int = 0
    samples: deque[AreaSample] = field(default_factory=deque)
    _part: PixelBox = field(init=False)
    _inside: Mask = field(init=False)
    _cells: Floats = field(init=False)
    _cell_m2: Floats | None = field(init=False)
    _taken: Floats = field(init=False)
    _stirred: Floats = field(init=False)
    _covered: float = 0.0
    _all_cells: float = field(init=False)

    def __post_init__(self) -> None:
        corners = np.array([(x * self.grid.width, y * self.grid.height) for x, y in self.zone.polygon])
        whole = np.zeros((self.grid.height, self.grid.width), np.uint8)
        cv2.fillPoly(whole, [np.rint(corners).astype(np.int32)], (255,))
        left, top, width, height = cv2.boundingRect(whole)
        self._part = PixelBox(left, top, max(left + width, left + 1), max(top + height, top + 1))
        self._inside = np.ascontiguousarray(whole[self._part.slices])
        self._cells = self._shares(self._inside)
        self._cell_m2 = (
            None if self.ground is None else _cell_areas(self._part, self._cells.shape, self.grid, self.ground)
        )
        self._all_cells = max(float(self._cells.sum()), 1e-6)
        self._forget()

    def take(self, seen: Comparison, still: Mask | None, scene: int, at: float, seconds: float) -> AreaHistory:
        """One sample that stands for `seconds`. `still`: where things stand that do not stir."""
        if scene != self.scene:
            self.scene = scene
            self._forget()
            self.samples.clear()
            self._covered = 0.0
        taken = cv2.bitwise_and(seen.foreground[self._part.slices], self._inside)
        if still is not None:
            taken = cv2.subtract(taken, still[self._part.slices])
        moving = cv2.bitwise_and(seen.restless[self._part.slices], taken)
        seconds = min(seconds, LONGEST_STEP_SECONDS)
        rate = 1.0 - exp(-seconds / HOLD_SECONDS)
        for mask, average in ((taken, self._taken), (moving, self._stirred)):
            if cv2.countNonZero(mask):
                cv2.accumulateWeighted(self._shares(np.asarray(mask, np.uint8)), average, rate)
            else:
                average *= np.float32(1.0 - rate)
        held = self.held
        people = None if self._cell_m2 is None else float(np.vdot(held * self._taken, self._cell_m2)) / PERSON_M2
        share = float(np.vdot(held, self._cells)) / self._all_cells
        self.samples.append(AreaSample(at, seconds, share, people))
        self._covered += seconds
        while len(self.samples) > MOST_SAMPLES or self._covered > MOST_SECONDS:
            self._covered -= self.samples.popleft().seconds
        return AreaHistory(tuple(self.samples), self.episode is not None)

    @property
    def held(self) -> Floats:
        """1 for the cells that somebody holds, 0 for the others."""
        return np.asarray(
            (self._taken >= HELD * self._cells) & (self._cells > 0) & (self._stirred >= STIRRED), np.float32
        )

    def mark_held(self, whole: Mask) -> None:
        """Sets the pixels of `whole`, a mask of the grid, whose cells are held."""
        part = whole[self._part.slices]
        large = cv2.resize(self.held, None, fx=CELL, fy=CELL, interpolation=cv2.INTER_NEAREST)
        part[large[: part.shape[0], : part.shape[1]] > 0] = 255

    def box(self) -> Box:
        """Around the cells that are held; the zone's own where none are."""
        where = np.argwhere(self.held > 0)
        if len(where) < EMPTY_CELLS:
            return self.grid.box(self._part)
        (top, left), (bottom, right) = where.min(axis=0), where.max(axis=0) + 1
        part = self._part
        return self.grid.box(
            PixelBox(
                part.left + CELL * int(left),
                part.top + CELL * int(top),
                min(part.left + CELL * int(right), part.right),
                min(part.top + CELL * int(bottom), part.bottom),
            )
        )

    def _forget(self) -> None:
        self._taken, self._stirred = np.zeros_like(self._cells), np.zeros_like(self._cells)

    def _shares(self, mask: Mask) -> Floats:
        """How much of each cell `mask` covers, 0 to 1."""
        rows, columns = -(-mask.shape[0] // CELL), -(-mask.shape[1] // CELL)
        padded = cv2.copyMakeBorder(
            mask, 0, rows * CELL - mask.shape[0], 0, columns * CELL - mask.shape[1], cv2.BORDER_CONSTANT, value=0
        )
        # By two and two: by four at once takes five times as long.
        half = cv2.resize(padded, (columns * 2, rows * 2), interpolation=cv2.INTER_AREA)
        small = cv2.resize(half, (columns, rows), interpolation=cv2.INTER_AREA)
        return np.asarray(small, np.float32) / np.float32(255.0)


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
