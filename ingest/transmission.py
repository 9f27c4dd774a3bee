"""One connection to one stream while it plays, whatever opened it."""

import asyncio
import contextlib
import socket
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from ingest.access_unit import AccessUnit, Codec
from ingest.gop import KeyFrame, WireSource
from ingest.opening import Opened
from ingest.prompt_reader import PromptReader
from ingest.ring import Ring
from ingest.rtsp.message import Response, RtspError
from ingest.rtsp.nal import ParameterSets
from ingest.stream_settings import StreamSettings
from ingest.sweep import Sweeper
from ingest.tap import Fanout
from ingest.wire import ReadBuffer, WireReader
from runtime.clock import Clock

TEARDOWN_SECONDS = 2.0
_CHECK_SECONDS = 1.0
_KEEPALIVE_FRACTION = 0.4
_MAX_READS_AT_ONCE = 8


class Stalled(RtspError):
    """Connected, but no media."""


@dataclass(slots=True)
class Counters:
    """Of one connection. `*_at` are monotonic seconds."""

    pictures: int = 0
    keyframes: int = 0
    damaged_keyframes: int = 0
    received: int = 0
    packets_lost: int = 0
    gop_seconds: float = 0.0
    clock_offset_s: float | None = None
    """The camera's clock less ours by its newest RTCP sender report; None where it sends none."""
    progress_at: float = 0.0
    keyframe_at: float = 0.0


class Transmission(Protocol):
    """Ends by itself by calling what it was given for that, once, with the reason."""

    @property
    def codec(self) -> Codec: ...

    @property
    def sets(self) -> ParameterSets: ...

    def begin(self) -> None: ...

    def counters(self) -> Counters: ...

    def watch(self) -> list[AccessUnit]:
        """Somebody watches from now on: the group of pictures so far; later units go to the fan-out."""
        ...

    def unwatch(self) -> None:
        """Nobody watches any more."""
        ...

    async def close(self) -> None:
        """Says goodbye to the camera, within TEARDOWN_SECONDS. Nothing is told afterwards."""
        ...


@dataclass(frozen=True, slots=True)
class Receiving:
    """What all streams of one event loop share for reading."""

    clock: Clock
    sweeper: Sweeper
    prompt: PromptReader
    buffer: ReadBuffer


class NativeTransmission:
    """Our own client's session. Swept while nobody watches, read at once while somebody does."""

    def __init__(
        self,
        opened: Opened,
        settings: StreamSettings,
        ring: Ring,
        fanout: Fanout,
        receiving: Receiving,
        *,
        on_keyframe: Callable[[KeyFrame], None],
        on_progress: Callable[[float], None],
        on_end: Callable[[Exception], None],
    ) -> None:
        self._sock: socket.socket = opened.sock
        self._session = opened.session
        self._receiving = receiving
        self._settings = settings
        self._fanout = fanout
        self._on_progress = on_progress
        self._on_end = on_end
        self._ended = False
        self._loop = asyncio.get_running_loop()
        self._watched = False
        track, now = opened.playing.track, receiving.clock.monotonic()
        source = WireSource(
            settings.camera_id,
            settings.profile,
            track.codec,
            opened.playing.channel,
            track.payload_type,
            track.clock_rate,
        )
        self.codec: Codec = track.codec
        self._reader = WireReader(
            opened.sock,
            opened.playing,
            source,
            ring,
            fanout,
            receiving.buffer,
            on_keyframe=on_keyframe,
            on_reply=self._replied,
            now=now,
        )
        self._keepalive_every = opened.playing.timeout_seconds * _KEEPALIVE_FRACTION
        self._keepalive_at = now + self._keepalive_every
        self._check_at = now + _CHECK_SECONDS
        self._checked_at, self._checked_bytes = now - _CHECK_SECONDS, 0

    @property
    def sets(self) -> ParameterSets:
        return self._reader.sets

    def begin(self) -> None:
        clock = self._receiving.clock
        try:
            self._reader.start(clock.now(), clock.monotonic())
        except RtspError as problem:
            self._end(problem)
            return
        if self._fanout.sinks:
            self._read_at_once()
        else:
            self._receiving.sweeper.add(self)

    def counters(self) -> Counters:
        reader = self._reader
        return Counters(
            reader.pictures,
            reader.keyframes,
            reader.damaged_keyframes,
            reader.received,
            reader.packets_lost,
            reader.gop_seconds,
            reader.clock_offset_s,
            reader.progress_at,
            reader.keyframe_at,
        )

    def watch(self) -> list[AccessUnit]:
        if self._ended:
            return []
        clock = self._receiving.clock
        self.sweep(clock.now(), clock.monotonic())
        if not self._watched and not self._ended:
            self._receiving.sweeper.remove(self)
            self._read_at_once()
        return self._reader.watch()

    def unwatch(self) -> None:
        self._reader.unwatch()
        if self._watched and not self._ended:
            self._receiving.prompt.remove(self._sock)
            self._watched = False
            self._receiving.sweeper.add(self)

    def _read_at_once(self) -> None:
        self._watched = True
        self._receiving.prompt.add(self._sock, self)
        self._idle_check()

    def _idle_check(self) -> None:
        """A watched stream is not swept; its timers are looked at here, data or not."""
        if self._watched and not self._ended:
            self._loop.call_later(_CHECK_SECONDS, self._idle_check)
            self._check(self._receiving.clock.monotonic())

    def sweep(self, wall: float, now: float) -> None:
        try:
            self._reader.receive(wall, now)
        except (RtspError, OSError) as problem:
            self._end(problem)
            return
        if now >= self._check_at:
            self._check(now)

    def _check(self, now: float) -> None:
        reader = self._reader
        if not self._watched:
            self._receiving.sweeper.pace(self, (reader.received - self._checked_bytes) / (now - self._checked_at))
        self._checked_at, self._checked_bytes = now, reader.received
        self._check_at = now + _CHECK_SECONDS
        if now - reader.progress_at > self._settings.stall_seconds:
            self._end(Stalled(f"no video for {self._settings.stall_seconds:g} s"))
            return
        if reader.pictures or reader.keyframes:
            self._on_progress(reader.keyframe_at)
        if now >= self._keepalive_at:
            self._keepalive_at = now + self._keepalive_every
            self._send(self._session.keepalive())

    def _send(self, data: bytes) -> None:
        """A request is far smaller than any send buffer: one that does not fit means a camera that reads nothing."""
        try:
            sent = self._sock.send(data)
        except OSError as problem:
            self._end(problem)
            return
        if sent != len(data):
            self._end(RtspError("the camera does not read our requests"))

    def _replied(self, response: Response) -> None:
        answer = self._session.replied(response)
        if answer is not None:
            self._send(answer)

    def _end(self, problem: Exception) -> None:
        if not self._ended:
            self._stop_reading()
            self._on_end(problem)

    def _stop_reading(self) -> None:
        self._ended = True
        self._receiving.sweeper.remove(self)
        if self._watched:
            self._receiving.prompt.remove(self._sock)
            self._watched = False

    async def close(self) -> None:
        self._stop_reading()
        self._session.resume(self._reader.unread)
        try:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(TEARDOWN_SECONDS):
                    await self._session.teardown()
        finally:
            self._sock.close()
