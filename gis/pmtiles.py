"""PMTiles version 3 (specification 3.4): tiles in one file found by directories along a Hilbert curve. Read only.

Lengths and counts of the file are bounded before anything is allocated for them.
"""

import json
import os
import struct
import threading
from bisect import bisect_right
from collections import OrderedDict
from dataclasses import dataclass
from pathlib import Path

from gis.archive_facts import ArchiveFacts, plain_text
from gis.tile import LARGEST_ZOOM, MAX_TILE_BYTES, Bounds, Tile, TileProblem, picture_tile, unpack, vector_tile

_HEADER = struct.Struct("<7sB11Q6B4i")
"""As far as the bounds; the centre that follows is not needed."""
HEADER_BYTES = 127
_MAX_DIRECTORY = 2 * 1024 * 1024
"""Unpacked. Writers keep the root below 16 kB and a leaf below some 100 kB."""
_MAX_ENTRIES = 100_000
_MAX_METADATA = 1024 * 1024
_DEEPEST = 4
"""Directories below one another: the specification knows a root and leaves, and asks readers to bear three more."""
_KEPT = 32
_NONE, _GZIP = 1, 2
_VECTOR, _PICTURES = 1, (2, 3, 4)
_WORDS = {0: "unknown", 3: "brotli", 4: "zstd"}


@dataclass(frozen=True, slots=True)
class Directory:
    """Entries in the order of `ids`. `runs`: 0 for another directory, else how many ids the entry stands for."""

    ids: list[int]
    runs: list[int]
    lengths: list[int]
    offsets: list[int]


class PmtilesFile:
    """One open file; safe to use from several threads. Raises TileProblem where it is none."""

    def __init__(self, path: Path) -> None:
        self._lock = threading.Lock()
        self._kept: OrderedDict[tuple[int, int], Directory] = OrderedDict()
        try:
            self._file = path.open("rb", buffering=0)
        except (OSError, ValueError) as error:
            raise TileProblem(f"cannot be opened: {getattr(error, 'strerror', '') or error}") from None
        try:
            self._open()
        except TileProblem:
            self._file.close()
            raise

    def _open(self) -> None:
        head = self._read(0, HEADER_BYTES)
        if head[:7] != b"PMTiles":
            raise TileProblem("is no PMTiles file")
        if head[7] != 3:
            raise TileProblem(f"is PMTiles version {head[7]}; only version 3 can be read")
        fields = _HEADER.unpack_from(head)
        root, root_length, about, about_length, self._leaves, _, self._data, _ = fields[2:10]
        _, self._inner, self._packing, form, low, high = fields[13:19]
        for what, packing in (("directories", self._inner), ("tiles", self._packing)):
            if packing not in (_NONE, _GZIP):
                raise TileProblem(f"has its {what} in {_WORDS.get(packing, packing)}; gzip or none can be read")
        if form != _VECTOR and form not in _PICTURES:
            raise TileProblem("holds neither vector tiles nor PNG, JPEG or WebP pictures")
        if not low <= high <= LARGEST_ZOOM:
            raise TileProblem(f"says its zooms are {low} to {high}")
        self._vector = form == _VECTOR
        self._root = (root, root_length)
        self._directory(*self._root)
        attribution = self._attribution(about, about_length)
        self.facts = ArchiveFacts(
            "vector" if self._vector else "raster", low, high, _bounds(fields[19:23]), attribution
        )

    def _read(self, offset: int, length: int) -> bytes:
        try:
            with self._lock:
                data = os.pread(self._file.fileno(), length, offset)
        except (OSError, OverflowError, ValueError) as error:
            raise TileProblem(f"cannot be read: {getattr(error, 'strerror', '') or error}") from None
        if len(data) != length:
            raise TileProblem("ends before what it says it holds")
        return data

    def _attribution(self, offset: int, length: int) -> str:
        if not 0 < length <= _MAX_METADATA:
            return ""
        packed = self._read(offset, length)
        try:
            told = json.loads(unpack(packed, _MAX_METADATA) if self._inner == _GZIP else packed)
        except (ValueError, RecursionError):
            return ""
        attribution = told.get("attribution") if isinstance(told, dict) else None
        return plain_text(attribution) if isinstance(attribution, str) else ""

    def _directory(self, offset: int, length: int) -> Directory:
        with self._lock:
            if found := self._kept.get((offset, length)):
                self._kept.move_to_end((offset, length))
                return found
        if not 0 < length <= _MAX_DIRECTORY:
            raise TileProblem(f"has a directory of {length} bytes; {_MAX_DIRECTORY} are allowed")
        packed = self._read(offset, length)
        directory = read_directory(unpack(packed, _MAX_DIRECTORY) if self._inner == _GZIP else packed)
        with self._lock:
            self._kept[(offset, length)] = directory
            if len(self._kept) > _KEPT:
                self._kept.popitem(last=False)
        return directory

    def tile(self, zoom: int, x: int, y: int) -> Tile | None:
        """None where there is none. Raises TileProblem."""
        wanted, where = tile_id(zoom, x, y), self._root
        for _ in range(_DEEPEST):
            directory = self._directory(*where)
            at = bisect_right(directory.ids, wanted) - 1
            if at < 0:
                return None
            offset, length = directory.offsets[at], directory.lengths[at]
            if directory.runs[at]:
                return self._body(offset, length) if wanted - directory.ids[at] < directory.runs[at] else None
            where = (self._leaves + offset, length)
        raise TileProblem(f"has directories more than {_DEEPEST} deep")

    def _body(self, offset: int, length: int) -> Tile:
        if length > MAX_TILE_BYTES:
            raise TileProblem(f"has a tile of {length} bytes; {MAX_TILE_BYTES} are allowed")
        body = self._read(self._data + offset, length)
        if self._vector:
            return vector_tile(body)
        return picture_tile(unpack(body, MAX_TILE_BYTES) if self._packing == _GZIP else body)

    def close(self) -> None:
        with self._lock:
            self._file.close()


def tile_id(zoom: int, x: int, y: int) -> int:
    """Of all tiles of smaller zooms first, then along the Hilbert curve (specification 3.4, 4.1)."""
    found = ((1 << 2 * zoom) - 1) // 3
    step = 1 << zoom >> 1
    while step:
        right, down = int(x & step > 0), int(y & step > 0)
        found += step * step * ((3 * right) ^ down)
        if not down:
            if right:
                x, y = step - 1 - (x & (step - 1)), step - 1 - (y & (step - 1))
            x, y = y, x
        step >>= 1
    return found


def read_directory(data: bytes) -> Directory:
    """From its unpacked bytes (specification 3.4, 4.2). Raises TileProblem."""
    numbers = _Varints(data)
    count = numbers.next()
    # Four numbers of at least a byte each for every entry.
    if not 0 < count <= min(_MAX_ENTRIES, len(data) // 4):
        raise TileProblem(f"has a directory of {count} entries")
    ids, last = [], 0
    for _ in range(count):
        last += numbers.next()
        ids.append(last)
    runs = [numbers.next() for _ in range(count)]
    lengths = [numbers.next() for _ in range(count)]
    offsets: list[int] = []
    for at in range(count):
        told = numbers.next()
        if not told and not at:
            raise TileProblem("has a directory whose first entry follows nothing")
        offsets.append(told - 1 if told else offsets[-1] + lengths[at - 1])
    if not all(lengths) or ids[-1] >= 1 << 62 or max(offsets) >= 1 << 62:
        raise TileProblem("has a directory with an empty or impossible entry")
    return Directory(ids, runs, lengths, offsets)


class _Varints:
    """Little-endian base 128 (protocol buffers), at most ten bytes each."""

    def __init__(self, data: bytes) -> None:
        self._data, self._at = data, 0

    def next(self) -> int:
        value, shift = 0, 0
        while shift < 70:
            if self._at >= len(self._data):
                raise TileProblem("has a directory that ends early")
            byte = self._data[self._at]
            self._at += 1
            value |= (byte & 0x7F) << shift
            if byte < 0x80:
                return value
            shift += 7
        raise TileProblem("has a directory with a number of more than ten bytes")


def _bounds(told: tuple[int, ...]) -> Bounds | None:
    west, south, east, north = (one / 1e7 for one in told)
    return (west, south, east, north) if -180 <= west < east <= 180 and -90 <= south < north <= 90 else None
