"""Reads the sockets of streams nobody watches in batches: the kernel's buffer is the queue.

Each stream is read about once a second, the streams spread evenly over the time between, so that a thousand
sockets cost one system call a camera-second and no burst of work delays the event loop.
"""

import math
from typing import Protocol

from runtime.clock import Clock

CYCLE_SECONDS = 1.0
_SLOTS = 64
_PER_SLOT = 8
# What one read should take at most: well within the receive buffer the opener asks for.
_READ_BYTES = 100_000
_MAX_TIMES = 8


class Swept(Protocol):
    def sweep(self, wall: float, now: float) -> None:
        """Reads once. Must not raise for the stream's own failures; may remove itself."""
        ...


class Sweeper:
    """A wheel of slots; a stream stands in one slot, a busy one in up to eight."""

    def __init__(self, clock: Clock, cycle_seconds: float = CYCLE_SECONDS) -> None:
        self._clock = clock
        self._cycle = cycle_seconds
        self._slots: list[list[Swept]] = [[] for _ in range(_SLOTS)]
        self._times: dict[Swept, int] = {}
        self._next_slot = 0

    def __len__(self) -> int:
        return len(self._times)

    def add(self, stream: Swept) -> None:
        self._next_slot = (self._next_slot + 37) % _SLOTS
        self._place(stream, self._next_slot, 1)

    def remove(self, stream: Swept) -> None:
        if self._times.pop(stream, None) is not None:
            for slot in self._slots:
                if stream in slot:
                    slot.remove(stream)

    def pace(self, stream: Swept, bytes_per_second: float) -> None:
        """Reads a busy stream more often than once a cycle, a calm one once."""
        wanted = min(_MAX_TIMES, max(1, math.ceil(bytes_per_second * self._cycle / _READ_BYTES)))
        times = self._times.get(stream)
        if times is not None and times != wanted:
            self.remove(stream)
            self._next_slot = (self._next_slot + 37) % _SLOTS
            self._place(stream, self._next_slot, wanted)

    def _place(self, stream: Swept, first: int, times: int) -> None:
        self._times[stream] = times
        for index in range(times):
            self._slots[(first + index * _SLOTS // times) % _SLOTS].append(stream)

    async def run(self) -> None:
        """Sweeps until cancelled."""
        position, due = 0, self._clock.monotonic()
        while True:
            # Few streams need no 128 wake-ups a second: several slots are read together.
            together = max(1, min(_SLOTS // 4, _SLOTS * _PER_SLOT // max(1, len(self._times))))
            due += together * self._cycle / _SLOTS
            now = self._clock.monotonic()
            if due < now - self._cycle:
                due = now
            await self._clock.sleep(max(0.0, due - now))
            for _ in range(together):
                self._sweep_slot(position)
                position = (position + 1) % _SLOTS

    def _sweep_slot(self, index: int) -> None:
        slot = self._slots[index]
        if slot:
            wall, now = self._clock.now(), self._clock.monotonic()
            for stream in tuple(slot):
                stream.sweep(wall, now)
