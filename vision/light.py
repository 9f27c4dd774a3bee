"""How the light has changed between two pictures of one scene: exposure for the whole, and where a cloud shades a part.

Medians all through, so that what has come or gone in less than half of a part does not count as light.
"""

from dataclasses import dataclass
from functools import cached_property, lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

from vision.grid import Floats, Gray

_FIRST, _STEP = 2, 6  # every sixth pixel both ways is enough for medians
_ROWS, _COLUMNS = 5, 8
_STILL = 3.5  # grey levels: below it, coding noise; the slow background follows by itself
_FLOOR = 6.0  # added before dividing, so that dark pixels do not make wild ratios
_EXPLAINED = 8.0
_LEAST_GAIN, _MOST_GAIN = 0.2, 4.0
_BIN_BITS = 4
_BINS = 256 >> _BIN_BITS
_SHIFTS = 512
_AGREEING = 16
_LEAST_IN_BIN = 16
_WELL = 0.9  # of the picture explained: no need to look further
_WIDELY = 0.3  # of the blocks: less is shade, not exposure
_WORTH = 0.02  # a tone curve must explain that much more of the picture than none

Shifts = NDArray[np.int16]

_LEVELS = np.arange(256, dtype=np.float32)
_CORNERS = np.arange(_BINS, dtype=np.int16) * np.int16(_SHIFTS)


@dataclass(frozen=True, eq=False)
class Light:
    """Maps the grey levels of the reference to those of the picture.

    `curve`: 256 levels, strictly growing (exposure, gamma, day to dusk), None for the identity. `scale`: per pixel,
    the size of the picture, applied after the curve (shade of clouds), None for 1 everywhere. `shifts`: by how much
    each block's median differed when it was found.
    """

    curve: Floats | None = None
    scale: Floats | None = None
    shifts: Floats | None = None

    @property
    def unchanged(self) -> bool:
        return self.curve is None and self.scale is None

    def predict(self, reference: Gray, rows: slice = slice(None), columns: slice = slice(None)) -> Gray:
        """`reference`, the part of the picture at `rows`, `columns`, as it would look in the picture's light."""
        return self._lit(reference, None if self.scale is None else self.scale[rows, columns])

    def predict_samples(self, known: Gray) -> Gray:
        """The same of `samples_of` a reference."""
        return self._lit(known, self._sampled_scale)

    def remove(self, picture: Gray, rows: slice, columns: slice) -> Gray:
        """The inverse of `predict`; what was clipped stays clipped."""
        plain = picture
        if self.scale is not None:
            plain = np.asarray(cv2.divide(plain, self.scale[rows, columns], dtype=cv2.CV_8U), np.uint8)
        if self.curve is not None:
            plain = np.asarray(cv2.LUT(plain, self._way_back), np.uint8)
        return plain

    def _lit(self, reference: Gray, scale: Floats | None) -> Gray:
        lit = reference
        if self.curve is not None:
            lit = np.asarray(cv2.LUT(lit, self._way_there), np.uint8)
        if scale is not None:
            lit = np.asarray(cv2.multiply(lit, scale, dtype=cv2.CV_8U), np.uint8)
        return lit

    @cached_property
    def _sampled_scale(self) -> Floats | None:
        return None if self.scale is None else self.scale.take(_places(self.scale.shape))

    @cached_property
    def _way_there(self) -> Gray:
        return np.clip(np.rint(_LEVELS if self.curve is None else self.curve), 0, 255).astype(np.uint8)

    @cached_property
    def _way_back(self) -> Gray:
        curve = _LEVELS if self.curve is None else self.curve
        return np.rint(np.interp(_LEVELS, curve, _LEVELS)).astype(np.uint8)


UNCHANGED = Light()


def estimate_light(picture: Gray, reference: Gray, last: Light = UNCHANGED) -> Light:
    """The change of light from `reference` to `picture`, both of one shape. `last`, of the sample before, is kept where
    it still holds: to find another costs five times as much."""
    seen_levels, known_levels = samples_of(picture), samples_of(reference)
    shifts = _shifts(seen_levels, known_levels)
    changed = _changed_share(shifts)
    if not changed:
        return UNCHANGED
    if _holds(last, seen_levels, known_levels, shifts):
        return last
    seen, known = seen_levels.astype(np.float32), known_levels.astype(np.float32)
    gains = _block_gains(seen, known)
    share = _explained(seen, known, gains)
    if share < _WELL and changed >= _WIDELY:
        curve = _tone_curve(seen_levels, known_levels)
        curved = curve[known_levels]
        curved_gains = _block_gains(seen, curved)
        if _explained(seen, curved, curved_gains) > share + _WORTH:
            return Light(curve, _scale(curved_gains, picture), shifts)
    return Light(None, _scale(gains, picture), shifts)


def _holds(last: Light, seen: Gray, known: Gray, shifts: Floats) -> bool:
    if not last.unchanged:
        return not _changed_share(_shifts(seen, last.predict_samples(known)))
    # Looked for, and nothing found: what fills so many blocks is no light. Nor is it while it stays there.
    return last.shifts is not None and not _changed_share(shifts - last.shifts)


def samples_of(picture: Gray) -> Gray:
    """Sparse samples by block, shape (blocks, samples of a block)."""
    return picture.take(_places(picture.shape))


@lru_cache(maxsize=64)
def _places(shape: tuple[int, int]) -> NDArray[np.intp]:
    """Where the samples of a picture of that shape lie in it, counted row by row."""
    sparse = np.arange(shape[0] * shape[1]).reshape(shape)[_FIRST::_STEP, _FIRST::_STEP]
    rows, columns = sparse.shape[0] // _ROWS, sparse.shape[1] // _COLUMNS
    if not rows or not columns:
        return sparse.reshape(1, -1)
    blocks = sparse[: rows * _ROWS, : columns * _COLUMNS].reshape(_ROWS, rows, _COLUMNS, columns)
    return blocks.transpose(0, 2, 1, 3).reshape(_ROWS * _COLUMNS, -1)


def _shifts(seen: Gray, known: Gray) -> Floats:
    """By how many grey levels the median of each block has moved."""
    return _row_medians(np.subtract(seen, known, dtype=np.int16))


def _changed_share(medians: Floats) -> float:
    """Share of the blocks whose light has changed, but for one or two that something fills."""
    if medians.size == _ROWS * _COLUMNS:
        medians = np.asarray(cv2.medianBlur(medians.reshape(_ROWS, _COLUMNS), 3), np.float32)
    return float(np.count_nonzero(np.abs(medians) > _STILL) / medians.size)


def _row_medians(values: Floats | Shifts) -> Floats:
    """The upper median of each row: a third of the time `np.median` takes."""
    middle = values.shape[1] // 2
    return np.partition(values, middle, axis=1)[:, middle].astype(np.float32)


def _tone_curve(seen: Gray, known: Gray) -> Floats:
    """What each level has become: the median of the samples of like level, where most of them agree."""
    bins = (known >> _BIN_BITS).ravel()
    cells = np.subtract(seen, known, dtype=np.int16).ravel() + (_SHIFTS // 2 + bins.astype(np.int16) * _SHIFTS)
    cells.sort()
    counts = np.bincount(bins, minlength=_BINS)
    middles = np.minimum(counts.cumsum() - counts + counts // 2, cells.size - 1)
    medians = np.minimum(np.maximum(cells[middles] - _CORNERS, _AGREEING), _SHIFTS - _AGREEING - 1)
    near = medians + _CORNERS
    agree = cells.searchsorted(near + _AGREEING, "right") - cells.searchsorted(near - _AGREEING, "right")
    good = (counts >= _LEAST_IN_BIN) & (agree >= 0.5 * counts)
    if not good.any():
        return _LEVELS
    means = np.bincount(bins, known.ravel(), minlength=_BINS)[good] / counts[good]
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
    explained = np.count_nonzero(residual < _EXPLAINED, axis=1)
    gains[explained < 0.6 * seen.shape[1]] = 1.0
    grid = gains.reshape(_ROWS, _COLUMNS).astype(np.float32)
    # A thing fills a block or two, a cloud many: the median of the neighbourhood keeps only what is shared.
    grid = np.asarray(cv2.medianBlur(grid, 3), np.float32)
    return None if float(np.abs(grid - 1.0).max()) < 0.03 else grid


def _explained(seen: Floats, lit: Floats, gains: Floats | None) -> float:
    if gains is not None:
        lit = lit * gains.reshape(-1, 1)
    return int(np.count_nonzero(np.abs(seen - lit) < _EXPLAINED)) / seen.size


def _scale(gains: Floats | None, picture: Gray) -> Floats | None:
    if gains is None:
        return None
    height, width = picture.shape
    return np.asarray(cv2.resize(gains, (width, height), interpolation=cv2.INTER_LINEAR), np.float32)
