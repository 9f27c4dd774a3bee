"""Where everybody is, told to pages in bulk: about once a second, who has moved, newest places only.

A frame is a binary message of `/api/v1/live`, told from a batch of access units by its fourth byte, which is 1.
Big-endian:

    u16 0 · u8 0 · u8 1 · u32 count · f64 now, Unix seconds · then five columns of `count`:
    f64 worker · i32 lon · i32 lat (10⁻⁷ degrees, WGS 84) · u16 age of the position · u16 accuracy (seconds, metres)

`worker` is the first twelve hexadecimal digits of the worker's id as a number. Places are absolute: whoever missed
frames loses nothing but moments.
"""

import asyncio
import struct
from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

import numpy as np

from runtime.clock import Clock

HEADER = struct.Struct(">HBBId")
KIND = 1
DEGREE = 1e7
DIGITS = 12
MOST = 65_535
"""Seconds of age and metres of accuracy that fit; more is told as this."""
GROWTH = 1024


class Moved(NamedTuple):
    """`worker_id` is random hexadecimal digits; `paths` are the area paths he belongs to."""

    worker_id: str
    paths: tuple[str, ...]
    lon: float
    lat: float
    accuracy_m: float
    at: float


def number_of(worker_id: str) -> int:
    """How frames name a worker. Raises ValueError where the id is not hexadecimal digits."""
    return int(worker_id[:DIGITS], 16)


class PositionBoard:
    """On one event loop. Listeners are called when somebody has moved, at most once in `seconds`, and return at once. A
    little less than a second: phones and radios report once a second, and no report should wait for the next or be
    overtaken by it because a beat was late."""

    def __init__(self, clock: Clock, seconds: float = 0.8) -> None:
        self._clock, self._seconds = clock, seconds
        self._rows: dict[str, int] = {}
        self._paths: list[tuple[str, ...]] = []
        self._number = np.zeros(GROWTH, np.float64)
        self._lon, self._lat = np.zeros(GROWTH, np.int32), np.zeros(GROWTH, np.int32)
        self._at, self._accuracy = np.zeros(GROWTH), np.zeros(GROWTH)
        self._changed = np.zeros(GROWTH, np.int64)
        self.tick = 0
        """Grows with each telling; what moves now is told under the next."""
        self._membership = 0
        self._masks: dict[frozenset[str], tuple[int, np.ndarray]] = {}
        self._frames: dict[tuple[frozenset[str], int], bytes] = {}
        self._listeners: list[Callable[[], None]] = []
        self._stirred = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        self._task = asyncio.create_task(self._tell(), name="positions")

    async def stop(self) -> None:
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    def listen(self, listener: Callable[[], None]) -> Callable[[], None]:
        """Call what is returned to take it off again."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    def move(self, moved: Sequence[Moved]) -> None:
        """An older position than the one known changes nothing."""
        if not moved:
            return
        rows = np.fromiter((self._row(one) for one in moved), np.int64, len(moved))
        at = np.fromiter((one.at for one in moved), np.float64, len(moved))
        newer = at >= self._at[rows]
        rows, told = rows[newer], [one for one, wanted in zip(moved, newer.tolist(), strict=True) if wanted]
        self._at[rows] = at[newer]
        self._lon[rows] = np.rint(np.fromiter((one.lon for one in told), np.float64, len(told)) * DEGREE)
        self._lat[rows] = np.rint(np.fromiter((one.lat for one in told), np.float64, len(told)) * DEGREE)
        self._accuracy[rows] = np.fromiter((one.accuracy_m for one in told), np.float64, len(told))
        self._changed[rows] = self.tick + 1
        self._stirred.set()

    def belongs(self, worker_id: str, paths: tuple[str, ...]) -> None:
        """He has other areas now; with none he is told to nobody."""
        row = self._rows.get(worker_id)
        if row is not None and self._paths[row] != paths:
            self._paths[row] = paths
            self._membership += 1

    def frame(self, prefixes: frozenset[str], since: int) -> bytes | None:
        """Those below these area paths who have moved after the tick `since` (-1: all there are); None: nobody. Pages
        that see the same and stand at the same tick share it."""
        key = (prefixes, since)
        if key not in self._frames:
            self._frames[key] = self._encode(prefixes, since)
        return self._frames[key] or None

    def _encode(self, prefixes: frozenset[str], since: int) -> bytes:
        count = len(self._paths)
        rows = np.nonzero((self._changed[:count] > since) & self._mask(prefixes))[0]
        if not len(rows):
            return b""
        now = self._clock.now()
        age = np.clip(now - self._at[rows], 0, MOST)
        columns = (
            self._number[rows].astype(">f8"),
            self._lon[rows].astype(">i4"),
            self._lat[rows].astype(">i4"),
            age.astype(">u2"),
            np.clip(self._accuracy[rows], 0, MOST).astype(">u2"),
        )
        return b"".join((HEADER.pack(0, 0, KIND, len(rows), now), *(column.tobytes() for column in columns)))

    def _mask(self, prefixes: frozenset[str]) -> np.ndarray:
        known = self._masks.get(prefixes)
        if known is None or known[0] != self._membership:
            wanted = tuple(prefixes)
            inside = (any(path.startswith(wanted) for path in paths) for paths in self._paths)
            known = self._membership, np.fromiter(inside, bool, len(self._paths))
            self._masks[prefixes] = known
        return known[1]

    def _row(self, one: Moved) -> int:
        row = self._rows.get(one.worker_id)
        if row is None:
            row = self._rows[one.worker_id] = len(self._paths)
            self._paths.append(one.paths)
            self._membership += 1
            if row >= len(self._number):
                self._grow()
            self._number[row] = number_of(one.worker_id)
        elif self._paths[row] != one.paths:
            self._paths[row] = one.paths
            self._membership += 1
        return row

    def _grow(self) -> None:
        for name in ("_number", "_lon", "_lat", "_at", "_accuracy", "_changed"):
            column: np.ndarray = getattr(self, name)
            setattr(self, name, np.concatenate([column, np.zeros_like(column)]))

    async def _tell(self) -> None:
        while True:
            await self._stirred.wait()
            self._stirred.clear()
            self.tick += 1
            self._frames.clear()
            self._forget_masks()
            for listener in tuple(self._listeners):
                listener()
            await self._clock.sleep(self._seconds)

    def _forget_masks(self) -> None:
        if len(self._masks) > GROWTH:
            self._masks.clear()


def decode(frame: bytes) -> Iterable[tuple[int, float, float, float, float]]:
    """Of a frame: (worker, lon, lat, at, accuracy_m), at in Unix seconds. Raises ValueError where it is cut off."""
    if len(frame) < HEADER.size:
        raise ValueError("the header is cut off")
    _, _, kind, count, now = HEADER.unpack_from(frame)
    if kind != KIND or len(frame) != HEADER.size + 20 * count:
        raise ValueError(f"no frame of {count} positions")
    at, columns = HEADER.size, []
    for dtype in (">f8", ">i4", ">i4", ">u2", ">u2"):
        column = np.frombuffer(frame, dtype, count, at)
        columns.append(column.tolist())
        at += column.nbytes
    for number, lon, lat, age, accuracy in zip(*columns, strict=True):
        yield int(number), lon / DEGREE, lat / DEGREE, now - age, float(accuracy)
