"""Sends every station's frames at their time, all from one task."""

import asyncio
import heapq
from collections.abc import Callable

from runtime.clock import Clock
from sim.rtsp.station import Station

LATE_SECONDS = 0.1
LONGEST_BACKLOG_SECONDS = 1.0
LONGEST_NAP_SECONDS = 0.05
TOGETHER_SECONDS = 0.002


class Pacer:
    """`frames_per_write` is asked before each write to a shared station: how many frames may go at once."""

    def __init__(self, clock: Clock, frames_per_write: Callable[[], int]) -> None:
        self._clock, self._frames_per_write = clock, frames_per_write
        self._heap: list[tuple[float, int, Station]] = []
        self._added = 0
        self._running = asyncio.Event()
        self._running.set()
        self.late_ticks = 0

    def add(self, station: Station) -> None:
        self._added += 1
        heapq.heappush(self._heap, (station.due, self._added, station))

    @property
    def paused(self) -> bool:
        return not self._running.is_set()

    def pause(self) -> None:
        self._running.clear()

    def resume(self) -> None:
        self._running.set()

    async def run(self) -> None:
        while True:
            if self.paused:
                await self._wait_out_pause()
            self._send_due()
            nap = self._heap[0][0] - self._clock.monotonic() if self._heap else LONGEST_NAP_SECONDS
            await self._clock.sleep(min(max(nap, 0.0), LONGEST_NAP_SECONDS))

    async def _wait_out_pause(self) -> None:
        began = self._clock.monotonic()
        await self._running.wait()
        self._shift(self._clock.monotonic() - began)

    def _shift(self, seconds: float) -> None:
        for _, _, station in self._heap:
            station.skip(seconds)
        self._heap = [(station.due, n, station) for _, n, station in self._heap]
        heapq.heapify(self._heap)

    def _send_due(self) -> None:
        """A station a little late catches up; one far behind (the machine stood still) leaves the gap unsent."""
        now = self._clock.monotonic() + TOGETHER_SECONDS
        at_most = self._frames_per_write()
        while self._heap and self._heap[0][0] <= now:
            _, n, station = self._heap[0]
            late = now - station.due
            if late > LATE_SECONDS:
                self.late_ticks += 1
            if late > LONGEST_BACKLOG_SECONDS:
                station.skip(late)
            station.send(at_most if station.shared else 1)
            heapq.heapreplace(self._heap, (station.due, n, station))
