"""A camera's coded pictures as an aiortc track: nothing is decoded or encoded again."""

import asyncio
from collections import deque
from collections.abc import Callable
from fractions import Fraction
from typing import Any

from aiortc import MediaStreamError, MediaStreamTrack
from av.packet import Packet

from ingest.live import LiveUnit
from runtime.clock import Clock
from wall.whep_limits import WhepLimits

TICKS = 90_000
TIME_BASE = Fraction(1, TICKS)
CATCH_UP_STEP = TICKS // 1000
"""The GOP so far is stamped a millisecond apart: a player decodes it at once and shows its newest picture."""
LONGEST_STEP = 10 * TICKS
"""A longer gap between two pictures is told as this: players give up on time stamps that leap."""


class MediaTime:
    """RTP time stamps that only grow, whatever the camera's clock does."""

    def __init__(self) -> None:
        self._last: LiveUnit | None = None
        self._ticks = 0

    def stamp(self, live_unit: LiveUnit) -> int:
        last, self._last = self._last, live_unit
        if last is not None:
            self._ticks += CATCH_UP_STEP if live_unit.catch_up else self._step(last, live_unit)
        return self._ticks

    @staticmethod
    def _step(last: LiveUnit, unit: LiveUnit) -> int:
        passed = (unit.unit.pts_us - last.unit.pts_us) / 1e6
        if unit.unit.discontinuity or passed <= 0:
            passed = unit.unit.received_at - last.unit.received_at
        return max(CATCH_UP_STEP, min(LONGEST_STEP, round(passed * TICKS)))


class CameraTrack(MediaStreamTrack):
    """Bounded in bytes: what does not fit is dropped up to the next key frame, so every picture sent is decodable."""

    kind = "video"

    def __init__(self, limits: WhepLimits, clock: Clock, unsent_bytes: Callable[[], int]) -> None:
        super().__init__()
        self.lost = 0
        self._limits = limits
        self._clock = clock
        self._unsent_bytes = unsent_bytes
        self._time = MediaTime()
        self._units: deque[LiveUnit] = deque()
        self._bytes = 0
        self._wake = asyncio.Event()
        self._wait_for_keyframe = True
        self._next_at = clock.monotonic()

    @property
    def waiting_bytes(self) -> int:
        return self._bytes

    def put(self, live_unit: LiveUnit) -> None:
        """Returns at once."""
        size = len(live_unit.unit.data)
        congested = self._unsent_bytes() > self._limits.unsent_bytes
        if congested or self._bytes + size > self._limits.queue_bytes:
            self.lost += len(self._units)
            self._units.clear()
            self._bytes = 0
            self._wait_for_keyframe = True
        if congested or (self._wait_for_keyframe and not live_unit.unit.keyframe):
            self.lost += 1
            return
        self._wait_for_keyframe = False
        self._units.append(live_unit)
        self._bytes += size
        self._wake.set()

    async def recv(self) -> "Packet[Any]":
        """The next coded picture. Raises MediaStreamError once the track has ended."""
        delay = self._next_at - self._clock.monotonic()
        if delay > 0:
            await self._clock.sleep(delay)
        while not self._units:
            if self.readyState == "ended":
                raise MediaStreamError
            self._wake.clear()
            await self._wake.wait()
        live_unit = self._units.popleft()
        size = len(live_unit.unit.data)
        self._bytes -= size
        self._next_at = self._clock.monotonic() + size / self._limits.bytes_per_second
        packet = Packet(live_unit.unit.data)
        packet.pts, packet.time_base = self._time.stamp(live_unit), TIME_BASE
        return packet

    def stop(self) -> None:
        """No picture is sent after this."""
        self._units.clear()
        self._bytes = 0
        super().stop()
        self._wake.set()
