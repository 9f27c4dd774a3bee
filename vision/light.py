"""How the light has changed between two pictures of one scene: the whole of it, and where a cloud shades a part.

Medians all through, so that what has come or gone in less than half of a part does not count as light.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from vision.grid import Floats, Gray

_STEP = 5  # every fifth pixel both ways is enough for medians
_ROWS, _COLUMNS = 6, 8
_STILL = 2.0  # grey levels: below it, coding noise; the slow background follows by itself
_FLOOR = 6.0  # added before dividing, so that dark pixels do not make wild ratios
_EXPLAINED = 8.0
_LEAST_GAIN, _MOST_GAIN = 0.2, 4.0


@dataclass(frozen=True, slots=True)
class Light:
    """Maps the grey levels of the reference to those of the picture; `scale` is per pixel, None for everywhere 1."""

    gain: float = 1.0
    offset: float = 0.0
    scale: Floats | None = None

    @property
    def unchanged(self) -> bool:
        return self.scale is None and self.gain == 1.0 and self.offset == 0.0

    def apply(self, reference: Floats, rows: slice = slice(None), columns: slice = slice(None)) -> Floats:
        """`reference`, a part of the picture's size at `rows`, `columns`, as it would look in the picture's light."""
        if self.unchanged:
            return reference
        lit = reference * np.float32(self.gain) + np.float32(self.offset)
        if self.scale is not None:
            lit = lit * self.scale[rows, columns]
        return lit

    def remove(self, picture: Floats, rows: slice, columns: slice) -> Floats:
        """The inverse of `apply`."""
        if self.unchanged:
            return picture
        plain = picture / self.scale[rows, columns] if self.scale is not None else picture
        return np.asarray((plain - np.float32(self.offset)) / np.float32(self.gain), np.float32)


UNCHANGED = Light()


def estimate_light(picture: Gray, reference: Gray) -> Light:
    """The change of light from `reference` to `picture`, both of one shape."""
    seen, known = _samples(picture), _samples(reference)
    if float(np.abs(_row_medians(seen - known)).max()) <= _STILL:
        return UNCHANGED
    gain, offset = _line(seen.ravel(), known.ravel())
    lit = known * gain + offset
    blocks = _block_gains(seen, lit)
    if blocks is None:
        return Light(gain, offset)
    height, width = picture.shape
    scale = cv2.resize(blocks, (width, height), interpolation=cv2.INTER_LINEAR)
    return Light(gain, offset, np.asarray(scale, np.float32))


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


def _line(seen: Floats, known: Floats) -> tuple[float, float]:
    """Gain and offset through the medians of the darker and the brighter half (Tukey's resistant line)."""
    middle = float(np.median(known))
    dark = known <= middle
    bright = ~dark
    if bright.any():
        known_low, known_high = float(np.median(known[dark])), float(np.median(known[bright]))
        seen_low, seen_high = float(np.median(seen[dark])), float(np.median(seen[bright]))
        if known_high - known_low >= 16.0:
            gain = (seen_high - seen_low) / (known_high - known_low)
            if _LEAST_GAIN <= gain <= _MOST_GAIN:
                return gain, seen_low - gain * known_low
    gain = float(np.median((seen + _FLOOR) / (known + _FLOOR)))
    return min(_MOST_GAIN, max(_LEAST_GAIN, gain)), 0.0


def _block_gains(seen: Floats, lit: Floats) -> Floats | None:
    """Gain of each block beyond the line, smoothed, shape (rows, columns); None where the line says it all.

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
    if float(np.abs(grid - 1.0).max()) < 0.03:
        return None
    return grid
