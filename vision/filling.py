"""How much of a place is taken: bicycles and the like make its cells rich in detail, bare ground is plain.

Each cell learns how plain and how rich it gets (of each look of the scene, by day and in infrared, by itself), so an
empty place need not be seen at the start, nor ever as a whole: a cell that never changes, a dock or a kerb, counts for
nothing. Contrast is taken by brightness, and by what the ground around the zone has lost or won, so that light, dusk
and rain, which change both, fill and empty nothing. 0.1 ms every 9 s, 0.02 ms the samples between.
"""

import struct
import zlib
from collections import OrderedDict
from dataclasses import dataclass
from math import exp

import cv2
import numpy as np

from config.cameras import Zone
from gis.ground import GroundModel
from vision.background import LONGEST_STEP_SECONDS, Comparison
from vision.cells import CELL, ZoneCells, cell_means
from vision.detail import DARK_LEVELS, detail_of
from vision.grid import Floats, Gray, Grid, PixelBox
from vision.look import Look
from vision.rules.area_history import AreaSample

SMOOTH_SECONDS = 45.0  # pictures are averaged over so long, but for what moves: noise and pumping go, things stay
NOISE_LEVELS = 4  # the spread of nine pixels of bare wall in what noise is left
LEARN_SECONDS = 240.0  # for so long a cell must have been plainer or richer than known
FORGET_SECONDS = 14 * 86400.0
RICHER, RICHER_BY = 1.6, 0.06  # full by empty: a cell that has seen no such difference counts for nothing
TAKEN_FROM, TAKEN_AT = 0.25, 0.65  # of the way from plain to rich
LEAST_KNOWN = 0.3  # of the zone
EVERY_SECONDS = 9.0  # who takes or brings a bicycle needs longer
DARKEST_LEVELS = 28.0  # of brightness: below it detail drowns in noise
WITNESS_DETAIL, LEAST_WITNESSES = 0.1, 20
WITNESS_SECONDS = 600.0
BARE_LEVEL = 25.0  # of 255, a cell's foreground
AROUND = 4  # cells on every side of the zone are its witnesses
CLEAREST, DIMMEST = 2.5, 0.4  # what the surroundings may win or lose; beyond it nobody can tell
MOST_LOOKS = 3
_SCALE = 200.0
_HEAD = struct.Struct(">IHHB")
_LOOK = struct.Struct(">If")


@dataclass(slots=True)
class _Range:
    """What one look has shown of each cell: `low` is it bare, `high` taken. `seconds`: for how long it has learnt."""

    low: Floats
    high: Floats
    seconds: float = 0.0


class Filling:
    """The measure of the rule `occupancy`. What comes to stay there may well become background."""

    keeps_ground = False

    def __init__(self, zone: Zone, grid: Grid, ground: GroundModel | None) -> None:
        self.cells = ZoneCells(zone, grid)
        self._learning_seconds = zone.learning_hours * 3600.0
        part = self.cells.part
        above, before = min(AROUND, part.top // CELL), min(AROUND, part.left // CELL)
        right, bottom = (
            end + CELL * min(AROUND, (side - end) // CELL)
            for end, side in ((part.right, grid.width), (part.bottom, grid.height))
        )
        self._around = PixelBox(part.left - CELL * before, part.top - CELL * above, right, bottom)
        rows, columns = self.cells.shares.shape
        self._own = slice(above, above + rows), slice(before, before + columns)
        self._outside = np.ones((-(-self._around.height // CELL), -(-self._around.width // CELL)), np.bool_)
        self._outside[self._own] = self.cells.shares == 0.0
        whole = self.cells.shares > 0.5
        self._inside = whole if whole.any() else self.cells.shares > 0.0
        self._inside_count = int(np.count_nonzero(self._inside))
        self._ranges: OrderedDict[int, _Range] = OrderedDict()
        self._taken: Floats = np.zeros_like(self.cells.shares)
        self.forget()

    def forget(self) -> None:
        """Another look of the scene: the picture begins anew, what is known of each look stays."""
        self._average: Floats | None = None
        self._witness: Floats | None = None
        self._taken_share: float | None = None
        self._unmeasured = 0.0

    @property
    def held(self) -> Floats:
        return self._taken

    def take(self, look: Look) -> AreaSample:
        seconds = min(look.seconds, LONGEST_STEP_SECONDS)
        shown = self._smooth(look, seconds)
        self._unmeasured += seconds
        if self._unmeasured >= EVERY_SECONDS:
            self._taken_share, self._unmeasured = self._measure(shown, look, self._unmeasured), 0.0
        return AreaSample(look.at, seconds, taken_share=self._taken_share)

    def _measure(self, shown: Gray, look: Look, seconds: float) -> float | None:
        detail, brightness = detail_of(shown, NOISE_LEVELS)
        clearness = self._clearness(detail, look.seen, seconds)
        if clearness is None:
            return None
        return self._share(detail[self._own] / np.float32(clearness), brightness[self._own], look.scene, seconds)

    def _smooth(self, look: Look, seconds: float) -> Gray:
        """The surroundings without who passes through them."""
        shown, restless = look.seen.picture[self._around.slices], look.seen.restless[self._around.slices]
        if self._average is None:
            self._average = shown.astype(np.float32)
        else:
            rate = 1.0 - exp(-seconds / SMOOTH_SECONDS)
            cv2.accumulateWeighted(shown, self._average, rate, mask=cv2.bitwise_not(restless))
        return np.asarray(cv2.convertScaleAbs(self._average), np.uint8)

    def _clearness(self, detail: Floats, seen: Comparison, seconds: float) -> float | None:
        """What the ground around shows of its usual detail, 1: all; None where that is too much or too little."""
        if self._witness is None:
            self._witness = detail.copy()
            return 1.0
        usable = self._outside & (self._witness >= WITNESS_DETAIL)
        if seen.foreground_share > 0.0:
            usable &= cell_means(seen.foreground[self._around.slices]) < BARE_LEVEL
        if np.count_nonzero(usable) < LEAST_WITNESSES:
            clearness = 1.0
        else:
            shown = detail[usable] / self._witness[usable]
            clearness = float(np.partition(shown, shown.size // 2)[shown.size // 2])
        cv2.accumulateWeighted(detail, self._witness, 1.0 - exp(-seconds / WITNESS_SECONDS))
        return clearness if DIMMEST <= clearness <= CLEAREST else None

    def _share(self, detail: Floats, brightness: Floats, scene: int, seconds: float) -> float | None:
        if float(np.vdot(brightness, self.cells.shares)) < (DARKEST_LEVELS + DARK_LEVELS) * self.cells.count:
            return None
        known = self._range(scene, detail)
        self._learn(known, detail, seconds)
        spread = known.high - known.low
        counts = self._inside & (known.high >= RICHER * known.low) & (spread >= RICHER_BY)
        filled = (detail - known.low) / (spread + np.float32(1e-3))
        taken = (filled - np.float32(TAKEN_FROM)) * np.float32(1.0 / (TAKEN_AT - TAKEN_FROM))
        self._taken = np.minimum(np.maximum(taken, 0.0), 1.0) * counts
        count = int(np.count_nonzero(counts))
        if known.seconds < self._learning_seconds or count < LEAST_KNOWN * self._inside_count:
            return None
        return float(self._taken.sum() / count)

    def _range(self, scene: int, detail: Floats) -> _Range:
        if scene not in self._ranges:
            self._ranges[scene] = _Range(detail.copy(), detail.copy())
        self._ranges.move_to_end(scene)
        while len(self._ranges) > MOST_LOOKS:
            self._ranges.popitem(last=False)
        return self._ranges[scene]

    @staticmethod
    def _learn(known: _Range, detail: Floats, seconds: float) -> None:
        """Beyond what is known within minutes, back from it within weeks: places are rebuilt."""
        soon, late = (np.float32(1.0 - exp(-seconds / one)) for one in (LEARN_SECONDS, FORGET_SECONDS))
        for levels, beyond in ((known.low, np.minimum), (known.high, np.maximum)):
            levels += late * (detail - levels)
            levels += soon * (beyond(detail, levels) - levels)
        known.seconds += seconds

    def pack(self) -> bytes:
        """What has been learnt, some kilobytes, for `unpack` of the same zone on the same grid."""
        rows, columns = self.cells.shares.shape
        parts = [_HEAD.pack(zlib.crc32(self.cells.inside.tobytes()), rows, columns, len(self._ranges))]
        for scene, known in self._ranges.items():
            levels = [np.clip(np.rint(one * _SCALE), 0, 255).astype(np.uint8) for one in (known.low, known.high)]
            parts += [_LOOK.pack(scene, known.seconds), *(one.tobytes() for one in levels)]
        return b"".join(parts)

    def unpack(self, data: bytes) -> None:
        """Takes nothing of what was learnt of another polygon, on another grid, or is cut short."""
        rows, columns = self.cells.shares.shape
        head = _HEAD.pack(zlib.crc32(self.cells.inside.tobytes()), rows, columns, data[_HEAD.size - 1] if data else 0)
        if data[: _HEAD.size] != head or not 0 < data[_HEAD.size - 1] <= MOST_LOOKS:
            return
        size = _LOOK.size + 2 * rows * columns
        body = data[_HEAD.size :]
        if len(body) != data[_HEAD.size - 1] * size:
            return
        for start in range(0, len(body), size):
            scene, seconds = _LOOK.unpack_from(body, start)
            levels = np.frombuffer(body, np.uint8, 2 * rows * columns, start + _LOOK.size).astype(np.float32)
            low, high = (levels / np.float32(_SCALE)).reshape(2, rows, columns)
            self._ranges[scene] = _Range(low.copy(), high.copy(), seconds)
