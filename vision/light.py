"""How the light has changed between two pictures of one scene: exposure for the whole, and where a cloud shades a part.

Medians all through, so that what has come or gone in less than half of a part does not count as light.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from vision.grid import Floats, Gray

_STEP = 6  # every sixth pixel both ways is enough for medians
_ROWS, _COLUMNS = 5, 8
_STILL = 2.0  # grey levels: below it, coding noise; the slow background follows by itself
_FLOOR = 6.0  # added before dividing, so that dark pixels do not make wild ratios
_EXPLAINED = 8.0
_LEAST_GAIN, _MOST_GAIN = 0.2, 4.0
_BIN = 16
_BINS = 256 // _BIN
_LEAST_IN_BIN = 16
_WELL = 0.9  # of the picture explained: no need to look further
_WORTH = 0.02  # a tone curve must explain that much more of the picture than none

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
    def unchanged(self) -> bool:
        return self.curve is None and self.scale is None

    def apply(self, reference: Floats, rows: slice = slice(None), columns: slice = slice(None)) -> Floats:
        """`reference`, the part of the picture at `rows`, `columns`, as it would look in the picture's light."""
        lit = reference
        if self.curve is not None:
            lit = np.interp(reference, _LEVELS, self.curve).astype(np.float32)
        if self.scale is not None:
            lit = lit * self.scale[rows, columns]
        return lit

    def remove(self, picture: Floats, rows: slice, columns: slice) -> Floats:
        """The inverse of `apply`; what was clipped stays clipped."""
        plain = picture
        if self.scale is not None:
            plain = np.minimum(plain / self.scale[rows, columns], np.float32(255.0))
        if self.curve is not None:
            plain = np.interp(plain, self.curve, _LEVELS).astype(np.float32)
        return plain

    def predict(self, reference: Gray) -> Gray:
        """The whole of `reference` in the picture's light."""
        if self.unchanged:
            return reference
        lit = reference
        if self.curve is not None:
            lit = np.asarray(cv2.LUT(reference, np.clip(np.rint(self.curve), 0, 255).astype(np.uint8)), np.uint8)
        if self.scale is None:
            return lit
        return np.asarray(cv2.convertScaleAbs(lit * self.scale), np.uint8)


UNCHANGED = Light()


def estimate_light(picture: Gray, reference: Gray) -> Light:
    """The change of light from `reference` to `picture`, both of one shape."""
    seen, known = _samples(picture), _samples(reference)
    if float(np.abs(_row_medians(seen - known)).max()) <= _STILL:
        return UNCHANGED
    gains = _block_gains(seen, known)
    share = _explained(seen, known, gains)
    if share < _WELL:
        curve = _tone_curve(seen.ravel(), known.ravel())
        curved = np.interp(known, _LEVELS, curve).astype(np.float32)
        curved_gains = _block_gains(seen, curved)
        if _explained(seen, curved, curved_gains) > share + _WORTH:
            return Light(curve, _scale(curved_gains, picture))
    return Light(None, _scale(gains, picture))


def _samples(picture: Gray) -> Floats:
    """Sparse samples by block, shape (blocks, samples of a block)."""
    sparse = picture[2::_STEP, 2::_STEP]
    rows, columns = sparse.shape[0] // _ROWS, sparse.shape[1] // _COLUMNS
    if not rows or not columns:
        return sparse.astype(np.float32).reshape(1, -1)
    cut = sparse[: rows * _ROWS, : columns * _COLUMNS].astype(np.float32)
    blocks = cut.reshape(_ROWS, rows, _COLUMNS, columns).transpose(0, 2, 1, 3)
    return np.ascontiguousarray(blocks).reshape(_ROWS * _COLUMNS, -1)


def _row_medians(values: Floats) -> Floats:
    """The upper median of each row: a third of the time `np.median` takes."""
    middle = values.shape[1] // 2
    return np.asarray(np.partition(values, middle, axis=1)[:, middle], np.float32)


def _tone_curve(seen: Floats, known: Floats) -> Floats:
    """What each level has become: the median of the samples of like level, where most of them agree."""
    bins = known.astype(np.int32) // _BIN
    shift = seen - known
    order = np.lexsort((shift, bins))
    bins, shift, known = bins[order], shift[order], known[order]
    counts = np.bincount(bins, minlength=_BINS)
    middles = np.cumsum(counts) - counts + counts // 2
    medians = shift[np.minimum(middles, shift.size - 1)]
    agree = np.bincount(bins, np.abs(shift - medians[bins]) < 2 * _EXPLAINED, minlength=_BINS)
    means = np.bincount(bins, known, minlength=_BINS) / np.maximum(counts, 1)
    good = (counts >= _LEAST_IN_BIN) & (agree >= 0.5 * counts)
    nodes_known, nodes_seen = means[good], means[good] + medians[good]
    if not nodes_known.size:
        return _LEVELS
    # Ends: black stays black and white white, unless the nearest node has moved past them.
    levels = np.interp(_LEVELS, [-16.0, *nodes_known, 271.0], [-16.0, *nodes_seen, 271.0])
    growing = np.maximum.accumulate(levels) + _LEVELS * np.float32(1e-3)
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
