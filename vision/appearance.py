"""How a thing looks, in some two hundred bytes: enough to know the same stall again tomorrow, nothing to draw it from.

The format, read by `incidents.appearance` (version 1, `SIZE` bytes; a grid of 5 × 5 cells is laid over the box, rows
first):

    u8 version · u8 1 where the picture has colour · u8 width, u8 height of the box: 25·log2 of 1024ths of the picture's
    13 × u8 how much of each cell shows the thing, two cells a byte, the first in the upper half
    25 × u8 brightness of each cell beside the thing's own mean, 128 + 40 a standard deviation
    25 × 6 × u8 how strong edges of each direction are in each cell, first those from 0° to 30° of the gradient
    25 × 2 × u8 blueness and redness of each cell by the thing's brightness, 128 + 200 times it

What light changes is left out: gradients count by the root of the brightness and beside each other, brightness beside
the thing's own, colour beside the picture's own cast. What stands in front is left out by cell.
"""

import math
import struct

import cv2
import numpy as np

from ingest.frame import Frame, GrayImage
from vision.background import Glimpse
from vision.detection import Box, Point
from vision.grid import Floats, Grid, Mask, PixelBox
from vision.sight import outside
from vision.static_object import STEADY_HITS, StaticObject, whole_levels

VERSION = 1
CELLS, DIRECTIONS = 5, 6
SIZE = 4 + 13 + CELLS**2 * (1 + DIRECTIONS + 2)
LEAST_SIDE = 6
"""Pixels of the picture: what is smaller has no look of its own."""
LEAST_SEEN = 0.35
"""Of the thing: where less of it is seen, it cannot be described."""

_SIDE = 40
_FINEST_WIDTH = 640.0  # a main stream is first brought to the fineness of a sub-stream
_DARK = 24.0  # added before dividing colour by brightness, so that noise in the dark has none
_LEAST_COLOUR = 4.0  # a picture whose strongest colours are weaker has none: night, infrared
_FLOOR = 0.25  # of the strongest cell, so that noise in flat cells does not look like edges
_HEAD = struct.Struct(">4B")


def look_of(thing: StaticObject, seen: Glimpse, grid: Grid, frame: Frame, displaced: Point) -> bytes | None:
    """The look of a thing in the very sample `frame`, `seen` beside its background; `displaced`: by what fraction of
    the picture the frame lies beside that. Left out are whoever stands in front and what of the thing stirs. None
    where too little of it shows."""
    steady = thing.steady_box()
    rows, columns = thing.box.slices
    lit = seen.light.predict(whole_levels(thing.appearance), rows, columns)
    shows = cv2.compare(outside(seen.picture[rows, columns], lit), seen.threshold[rows, columns], cv2.CMP_LE)
    shows = cv2.copyTo(cv2.bitwise_and(shows, thing.mask), np.asarray(thing.hits >= STEADY_HITS, np.uint8))
    inside = PixelBox(
        steady.left - thing.box.left,
        steady.top - thing.box.top,
        steady.right - thing.box.left,
        steady.bottom - thing.box.top,
    )
    part = np.ascontiguousarray(shows[inside.slices])
    if cv2.countNonZero(part) < LEAST_SEEN * cv2.countNonZero(thing.mask[inside.slices]):
        return None
    x, y, width, height = grid.box(steady)
    return describe(frame, (x + displaced[0], y + displaced[1], width, height), np.asarray(part, np.uint8))


def describe(frame: Frame, box: Box, seen: Mask) -> bytes | None:
    """The look of what stands in `box` (fractions of this very picture). `seen`: a mask of any size over the box,
    255 where the thing itself shows. None where too little of it does."""
    x, y, width, height = box
    left, top = round(x * frame.width), round(y * frame.height)
    right, bottom = round((x + width) * frame.width), round((y + height) * frame.height)
    left, top, right, bottom = max(0, left), max(0, top), min(frame.width, right), min(frame.height, bottom)
    fill = cv2.countNonZero(seen) / max(1, seen.size)
    if right - left < LEAST_SIDE or bottom - top < LEAST_SIDE or fill <= 0.0:
        return None
    cover = _resized(seen, _SIDE).astype(np.float32) / np.float32(255.0)
    levels = _patch(frame.luma, (left, top, right, bottom), frame.width)
    root = np.sqrt(levels)
    bright = float((levels * cover).sum() / max(1.0, float(cover.sum())))
    colours = _colours(frame, (left, top, right, bottom), cover, bright)
    sides = _log_side(width), _log_side(height)
    return b"".join(
        (
            _HEAD.pack(VERSION, colours is not None, *sides),
            _nibbles(_in_cells(cover[:, :, None])[:, 0]),
            _brightness(root, cover).tobytes(),
            _edges(root, cover).tobytes(),
            bytes(2 * CELLS**2) if colours is None else colours.tobytes(),
        )
    )


def _patch(plane: GrayImage, pixels: tuple[int, int, int, int], picture_width: int) -> Floats:
    """The box at a fixed size, no finer than a sub-stream shows it."""
    left, top, right, bottom = pixels
    part = plane[top:bottom, left:right]
    scale = _FINEST_WIDTH / picture_width
    if scale < 1.0:
        size = max(1, round(part.shape[1] * scale)), max(1, round(part.shape[0] * scale))
        part = np.asarray(cv2.resize(part, size, interpolation=cv2.INTER_AREA), np.uint8)
    return _resized(part, _SIDE).astype(np.float32)


def _resized(part: GrayImage, side: int) -> GrayImage:
    smaller = part.shape[0] >= side and part.shape[1] >= side
    how = cv2.INTER_AREA if smaller else cv2.INTER_LINEAR
    return np.asarray(cv2.resize(part, (side, side), interpolation=how), np.uint8)


def _in_cells(planes: Floats) -> Floats:
    """Means of the planes (side, side, n) by cell, shape (cells, n), each pixel shared between the cells around it, so
    that a shift of a few pixels changes little."""
    blurred = cv2.GaussianBlur(planes, (0, 0), _SIDE / CELLS / 2.2, borderType=cv2.BORDER_REFLECT)
    step = _SIDE // CELLS
    middles = blurred.reshape(_SIDE, _SIDE, -1)[step // 2 :: step, step // 2 :: step]
    return np.asarray(middles.reshape(CELLS * CELLS, -1), np.float32)


def _edges(root: Floats, cover: Floats) -> Floats:
    """Strength by direction, whichever side is the brighter: infrared turns dyes about."""
    across, down = cv2.Sobel(root, cv2.CV_32F, 1, 0), cv2.Sobel(root, cv2.CV_32F, 0, 1)
    strength = cv2.magnitude(across, down) * cv2.dilate(cover, np.ones((5, 5), np.uint8))
    place = np.mod(cv2.phase(across, down) / np.float32(math.pi), 1.0) * DIRECTIONS
    every = np.arange(DIRECTIONS, dtype=np.float32)
    off = np.abs(place[:, :, None] - every - 0.5)
    shares = np.clip(1.0 - np.minimum(off, DIRECTIONS - off), 0.0, 1.0)
    cells = _in_cells(np.asarray(strength[:, :, None] * shares, np.float32))
    lengths = np.linalg.norm(cells, axis=1, keepdims=True)
    floor = _FLOOR * float(lengths.max(initial=0.0)) + 1e-3
    return np.asarray(np.clip(255.0 * cells / (lengths + floor), 0, 255).astype(np.uint8))


def _brightness(root: Floats, cover: Floats) -> Floats:
    total = max(1e-3, float(cover.sum()))
    mean = float((root * cover).sum()) / total
    spread = math.sqrt(float((cover * (root - mean) ** 2).sum()) / total) + 0.2
    both = _in_cells(np.dstack([(root - np.float32(mean)) * cover, cover]))
    cells = both[:, 0] / np.maximum(both[:, 1], 0.05)
    return np.asarray(np.clip(128 + 40 * cells / spread, 0, 255).astype(np.uint8))


def _colours(frame: Frame, pixels: tuple[int, int, int, int], cover: Floats, bright: float) -> Mask | None:
    """Of each cell, None where the picture has no colour."""
    if frame.chroma is None:
        return None
    blue, red = (_less_cast(plane, pixels, frame) for plane in frame.chroma)
    if max(_strongest(frame.chroma), float(np.percentile(cv2.magnitude(blue, red), 90))) < _LEAST_COLOUR:
        return None
    cells = _in_cells(np.dstack([blue * cover, red * cover, cover]))
    colours = cells[:, :2] / np.maximum(cells[:, 2:], 0.05) / np.float32(bright + _DARK)
    return np.clip(128 + 200 * colours, 0, 255).astype(np.uint8)


def _strongest(chroma: tuple[GrayImage, GrayImage]) -> float:
    """How far the most vivid of the picture is from grey."""
    rough = [np.abs(plane[::4, ::4].astype(np.int16) - 128) for plane in chroma]
    return float(np.percentile(np.maximum(rough[0], rough[1]), 99.5))


def _less_cast(plane: GrayImage, pixels: tuple[int, int, int, int], frame: Frame) -> Floats:
    """The box's chroma beside the picture's own: dusk and lamps tint all of it."""
    rows, columns = plane.shape[0] / frame.height, plane.shape[1] / frame.width
    left, right = int(pixels[0] * columns), math.ceil(pixels[2] * columns)
    top, bottom = int(pixels[1] * rows), math.ceil(pixels[3] * rows)
    cast = float(np.median(plane[::4, ::4]))
    return _resized(plane[top:bottom, left:right], _SIDE).astype(np.float32) - np.float32(cast)


def _nibbles(shares: Floats) -> bytes:
    fifteenths = [min(15, max(0, round(15 * float(share)))) for share in shares] + [0]
    return bytes(first << 4 | second for first, second in zip(fifteenths[::2], fifteenths[1::2], strict=True))


def _log_side(share: float) -> int:
    return min(255, max(0, round(25 * math.log2(max(1.0, 1024 * share)))))
