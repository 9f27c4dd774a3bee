"""How the light has changed between two pictures of one scene: exposure for the whole, and where a cloud shades a part.

Medians all through, so that what has come or gone in less than half of a part does not count as light.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from vision.grid import Floats, Gray

_FIRST, _STEP = 2, 6  # every sixth pixel both ways is enough for medians
SOME = slice(_FIRST, None, _STEP), slice(_FIRST, None, _STEP)
_ROWS, _COLUMNS = 5, 8
_STILL = 3.5  # grey levels: below it, coding noise; the slow background follows by itself
_FLOOR = 6.0  # added before dividing, so that dark pixels do not make wild ratios
_EXPLAINED = 8.0
_LEAST_GAIN, _MOST_GAIN = 0.2, 4.0
_BIN = 16
_BINS = 256 // _BIN
_SHIFTS = 512
_AGREEING = 16
_LEAST_IN_BIN = 16
_WELL = 0.9  # of the picture explained: no need to look further
_WIDELY = 0.3  # of the blocks: less is shade, not exposure
_WORTH = 0.02  # a tone curve must explain that much more of the picture than none

Shifts = NDArray[np.int16]

_LEVELS = np.arange(256, dtype=np.float32)


@dataclass(frozen=True, slots=True, eq=False)
class Light:
    """Maps the grey levels of the reference to those of the picture.

    `curve`: 256 levels, strictly growing (exposure, gamma, day to dusk), None for the identity. `scale`: per pixel,
    the size of the picture, applied after the curve (shade of clouds), None for 1 everywhere.
    """

    curve: Floats | None = None
    scale: Floats | None = None

    @property
    def sparse(self) -> "Light | None":
        """The same for every sixth pixel both ways; None where nothing changes."""
        if self.unchanged:
            return None
        return Light(self.curve, None if self.scale is None else np.ascontiguousarray(self.scale[SOME]))

    def predict_sparse(self, reference: Gray) -> Gray:
        """Every sixth pixel of the whole `reference` both ways, in the picture's light."""
        return (self.sparse or self).predict(np.ascontiguousarray(reference[SOME]))

    @property
    def unchanged(self) -> bool:
        return self.curve is None and self.scale is None

    def predict(self, reference: Gray, rows: slice = slice(None), columns: slice = slice(None)) -> Gray:
        """`reference`, the part of the picture at `rows`, `columns`, as it would look in the picture's light."""
        lit = reference
        if self.curve is not None:
            lit = np.asarray(cv2.LUT(reference, np.clip(np.rint(self.curve), 0, 255).astype(np.uint8)), np.uint8)
        if self.scale is not None:
            lit = np.asarray(cv2.multiply(lit, self.scale[rows, columns], dtype=cv2.CV_8U), np.uint8)
        return lit

    def remove(self, picture: Gray, rows: slice, columns: slice) -> Gray:
        """The inverse of `predict`; what was clipped stays clipped."""
        plain = picture
        if self.scale is not None:
            plain = np.asarray(cv2.divide(plain, self.scale[rows, columns], dtype=cv2.CV_8U), np.uint8)
        if self.curve is not None:
            back = np.interp(_LEVELS, self.curve, _LEVELS)
            plain = np.asarray(cv2.LUT(plain, np.rint(back).astype(np.uint8)), np.uint8)
        return plain


UNCHANGED = Light()


def estimate_light(picture: Gray, reference: Gray, last: Light = UNCHANGED) -> Light:
    """The change of light from `reference` to `picture`, both of one shape. `last`, of the sample before, is kept where
    it still holds: to find another costs five times as much."""
    seen_levels, known_levels = _samples(picture), _samples(reference)
    changed = _changed_share(np.subtract(seen_levels, known_levels, dtype=np.int16))
    if not changed:
        return UNCHANGED
    if not last.unchanged:
        lit = _samples(last.predict_sparse(reference), 1, 0)
        if not _changed_share(np.subtract(seen_levels, lit, dtype=np.int16)):
            return last
    seen, known = seen_levels.astype(np.float32), known_levels.astype(np.float32)
    gains = _block_gains(seen, known)
    share = _explained(seen, known, gains)
    if share < _WELL and changed >= _WIDELY:
        curve = _tone_curve(seen_levels.ravel(), known_levels.ravel())
        curved = curve[known_levels]
        curved_gains = _block_gains(seen, curved)
        if _explained(seen, curved, curved_gains) > share + _WORTH:
            return Light(curve, _scale(curved_gains, picture))
    return Light(None, _scale(gains, picture))


def _changed_share(shift: Shifts) -> float:
    """Share of the blocks whose light has changed, but for one or two that something fills."""
    medians = _row_medians(shift)
    if medians.size == _ROWS * _COLUMNS:
        medians = np.asarray(cv2.medianBlur(medians.reshape(_ROWS, _COLUMNS), 3), np.float32)
    return float(np.count_nonzero(np.abs(medians) > _STILL) / medians.size)


def _samples(picture: Gray, step: int = _STEP, first: int = _FIRST) -> Gray:
    """Sparse samples by block, shape (blocks, samples of a block)."""
    sparse = picture[first::step, first::step]
    rows, columns = sparse.shape[0] // _ROWS, sparse.shape[1] // _COLUMNS
    if not rows or not columns:
        return np.ascontiguousarray(sparse).reshape(1, -1)
    blocks = sparse[: rows * _ROWS, : columns * _COLUMNS].reshape(_ROWS, rows, _COLUMNS, columns)
    return blocks.transpose(0, 2, 1, 3).reshape(_ROWS * _COLUMNS, -1)


def _row_medians(values: Floats | Shifts) -> Floats:
    """The upper median of each row: a third of the time `np.median` takes."""
    middle = values.shape[1] // 2
    return np.partition(values, middle, axis=1)[:, middle].astype(np.float32)


def _tone_curve(seen: Gray, known: Gray) -> Floats:
    """What each level has become: the median of the samples of like level, where most of them agree."""
    bins = known.astype(np.int32) // _BIN
    cells = bins * _SHIFTS + (np.subtract(seen, known, dtype=np.int32) + _SHIFTS // 2)
    table = np.bincount(cells, minlength=_BINS * _SHIFTS).reshape(_BINS, _SHIFTS).cumsum(axis=1)
    counts = table[:, -1]
    medians = (table <= counts[:, None] // 2).sum(axis=1).clip(_AGREEING, _SHIFTS - _AGREEING - 1)
    every = np.arange(_BINS)
    agree = table[every, medians + _AGREEING] - table[every, medians - _AGREEING]
    good = (counts >= _LEAST_IN_BIN) & (agree >= 0.5 * counts)
    if not good.any():
        return _LEVELS
    means = np.bincount(bins, known, minlength=_BINS)[good] / counts[good]
    nodes_seen = means + medians[good] - _SHIFTS // 2
    # Ends: black stays black and white white, unless the nearest node has moved past them.
    curve = np.interp(_LEVELS, [-16.0, *means, 271.0], [-16.0, *nodes_seen, 271.0])
    growing = np.maximum.accumulate(curve) + _LEVELS * np.float32(1e-3)
    return np.asarray(growing, np.float32)


def _block_gains(seen: Floats, lit: Floats) -> Floats | None:
    """Gain of each block beyond `lit`, smoothed, shape (rows, columns); None where there is none.

    A block's own gain counts only where it explains the block: a thing that has come has its own texture.
    """
    if seen.shape[0] != _ROWS * _COLUMNS:
        return None
    gains = np.clip(_row_medians((seen + _FLOOR) / (lit + _FLOOR)), _LEAST_GAIN, _MOST_GAIN)
    residual: NDArray[np.float32] = np.abs(seen - lit * gains[:, None])
    explained = (residual < _EXPLAINED).mean(axis=1)
    gains[explained < 0.6] = 1.0
    grid = gains.reshape(_ROWS, _COLUMNS).astype(np.float32)
    # A thing fills a block or two, a cloud many: the median of the neighbourhood keeps only what is shared.
    grid = np.asarray(cv2.medianBlur(grid, 3), np.float32)
    return None if float(np.abs(grid - 1.0).max()) < 0.03 else grid


def _explained(seen: Floats, lit: Floats, gains: Floats | None) -> float:
    if gains is not None:
        lit = lit * gains.reshape(-1, 1)
    return float((np.abs(seen - lit) < _EXPLAINED).mean())


def _scale(gains: Floats | None, picture: Gray) -> Floats | None:
    if gains is None:
        return None
    height, width = picture.shape
    return np.asarray(cv2.resize(gains, (width, height), interpolation=cv2.INTER_LINEAR), np.float32)
