"""Smoke, as far as a picture shows it: a patch that has washed out the detail of what is behind it and keeps stirring.

Detail is taken by its brightness, and by what the picture as a whole has lost or won, so that a cloud's shadow, dusk
and fog, which leave the ratio or take it everywhere, wash nothing out. 0.01 ms where nothing differs, else 0.1 ms.
"""

from math import exp

import cv2
import numpy as np
from numpy.typing import NDArray

from vision.cells import CELL, ZoneCells, cell_means
from vision.detail import detail_of
from vision.grid import Floats
from vision.look import Look
from vision.rules.area_history import Plume

STIRRED_RATE = 0.3  # a look's share in how much a cell stirs of late
STILL_COUNTS = 0.05  # of a cell that stirs
STIRRED_LEVELS = 3.0  # of a cell's mean from look to look, of which noise is less than one
NOISE_LEVELS = 6  # at the grid's width, where noise is less than the picture's
LEAST_DETAIL = 0.08  # less cannot be told to have been washed out
WASHED = 0.6  # of the detail is left, at most
COVERED = 0.3  # of a cell differs from the background
LEARN_SECONDS = 900.0
LEARN_EVERY_SECONDS = 60.0
LEAST_WITNESSES = 20
LEAST_CELLS, LEAST_WASHED_CELLS = 10, 6
SAME_OVERLAP = 0.3  # of the smaller one: the same plume, which has moved on
MISSED_SECONDS = 12.0  # a gust hides it for a look or two


Flags = NDArray[np.bool_]


class PlumeTrack:
    """Of one zone. `cells`: 1 where the plume of the last sample lies."""

    def __init__(self, cells: ZoneCells) -> None:
        self._zone = cells
        self._picture_cells = cells.grid.width * cells.grid.height / CELL**2
        self._inside = cells.shares > 0.5
        self.forget()

    def forget(self) -> None:
        self.cells: Floats = np.zeros_like(self._zone.shares)
        self._usual: Floats | None = None
        self._stirring: Floats = np.zeros_like(self._zone.shares)
        self._brightness: Floats = np.zeros_like(self._zone.shares)
        self._unlearnt = 0.0
        self._since = self._seen_at = 0.0

    def take(self, look: Look, seconds: float) -> Plume | None:
        found = self._find(look, seconds)
        if found is None and look.at - self._seen_at > MISSED_SECONDS:
            self.cells = np.zeros_like(self.cells)
        return found

    def _find(self, look: Look, seconds: float) -> Plume | None:
        part = self._zone.part.slices
        foreground = look.seen.foreground
        if look.still is not None:
            foreground = np.asarray(cv2.subtract(foreground, look.still), np.uint8)
        differs = self._zone.within(foreground)
        self._unlearnt += seconds
        covered_any = cv2.countNonZero(differs) >= COVERED * LEAST_CELLS * CELL**2
        if not covered_any and self._unlearnt < LEARN_EVERY_SECONDS and self._usual is not None:
            return None
        detail, brightness = detail_of(np.ascontiguousarray(look.seen.picture[part]), NOISE_LEVELS)
        detail = np.asarray(cv2.blur(detail, (3, 3)), np.float32)
        stirred = np.abs(brightness - self._brightness) > STIRRED_LEVELS
        self._brightness = brightness
        self._stirring += np.float32(STIRRED_RATE) * (stirred - self._stirring)
        if self._usual is None:
            self._usual = detail.copy()
            return None
        covered = cell_means(differs) >= COVERED * 255.0
        washed = self._washed(detail)
        self._learn(detail, covered)
        plume = covered & self._inside & (washed | (self._usual < LEAST_DETAIL)) if covered_any else None
        return None if plume is None else self._track(plume, washed, stirred, look.at)

    def _washed(self, detail: Floats) -> Flags:
        assert self._usual is not None
        detailed = self._usual >= LEAST_DETAIL
        shown = detail[detailed] / self._usual[detailed]
        usual = float(np.partition(shown, shown.size // 2)[shown.size // 2]) if shown.size >= LEAST_WITNESSES else 1.0
        return np.asarray(detailed & (detail < np.float32(WASHED * usual) * self._usual))

    def _learn(self, detail: Floats, covered: Flags) -> None:
        assert self._usual is not None
        if self._unlearnt >= LEARN_EVERY_SECONDS:
            rate = 1.0 - exp(-self._unlearnt / LEARN_SECONDS)
            bare = np.where(covered | (self.cells > 0), np.uint8(0), np.uint8(255))
            cv2.accumulateWeighted(detail, self._usual, rate, mask=bare)
            self._unlearnt = 0.0

    def _track(self, plume: Flags, washed: Flags, stirred: Flags, at: float) -> Plume | None:
        count, labels, stats, _ = cv2.connectedComponentsWithStats(plume.astype(np.uint8), connectivity=8)
        if count < 2:
            return None
        veil = washed & plume
        of_each = np.bincount(labels[veil], minlength=count)
        # What stirs comes first: beside a lorry's plain side smoke is small at its beginning.
        weights = np.bincount(labels[veil], weights=STILL_COUNTS + self._stirring[veil], minlength=count)
        largest = 1 + int(weights[1:].argmax())
        _, top, _, height, area = (int(value) for value in stats[largest])
        if area < LEAST_CELLS or of_each[largest] < LEAST_WASHED_CELLS:
            return None
        now = np.asarray(labels == largest, np.float32)
        shared = float(np.vdot(now, self.cells))
        if shared < SAME_OVERLAP * min(float(area), max(1.0, float(self.cells.sum()))):
            self._since = at
        self.cells, self._seen_at = now, at
        above, tall = self._zone.part.top, self._zone.grid.height
        return Plume(
            since=self._since,
            area=area / self._picture_cells,
            washed=float(of_each[largest]) / area,
            stirring=float(np.count_nonzero(stirred & (now > 0))) / area,
            top=(above + CELL * top) / tall,
            foot=min(1.0, (above + CELL * (top + height)) / tall),
        )
