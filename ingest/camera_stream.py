"""One stream of one camera: opened, kept, reopened; its state as operators see it."""

import asyncio
import os
import random
from collections.abc import Awaitable, Callable, Sequence

from ingest.access_unit import AccessUnit
from ingest.admission import Admission
from ingest.gop import KeyFrame
from ingest.parameter_sets import ParameterSetError, read_format
from ingest.ring import Ring
from ingest.rtsp.message import RtspError
from ingest.rtsp.nal import ParameterSets
from ingest.rtsp.sdp import UnsupportedStream
from ingest.rtsp.session import Unauthorised
from ingest.state import StreamState, StreamStatus
from ingest.stream_settings import StreamSettings
from ingest.tap import Fanout
from ingest.transmission import Counters, Stalled, Transmission
from ingest.wire import StreamEnded
from runtime.backoff import STAGES, UNAUTHORISED_STAGES, Backoff
from runtime.clock import Clock

NO_KEYFRAME_SECONDS = 30.0
UNSUPPORTED_STAGES = (30.0, 120.0, 600.0)

Open = Callable[["CameraStream"], Awaitable[Transmission]]
"""Opens the stream's transmission. Raises RtspError and its kinds, UnsupportedStream, OSError, TimeoutError."""


class CameraStream:
    """Runs until stopped. All methods belong to the event loop; `ring` may be read from any thread."""

    def __init__(
        self,
        settings: StreamSettings,
        open_transmission: Open,
        admission: Admission,
        clock: Clock,
        rng: random.Random,
        *,
        on_keyframe: Callable[[KeyFrame], None],
        on_status: Callable[[StreamStatus], None],
    ) -> None:
        self.settings = settings
        self.ring = Ring(settings.ring_seconds, settings.ring_bytes)
        self.fanout = Fanout()
        self._open = open_transmission
        self._admission = admission
        self._clock = clock
        self._backoff = Backoff(clock, rng)
        self._tell_keyframe = on_keyframe
        self._tell_status = on_status
        self._status = StreamStatus(settings.camera_id, settings.profile, since=clock.now())
        self._past = Counters()
        self._transmission: Transmission | None = None
        self._ended: asyncio.Future[Exception | None] | None = None
        self._known_sets: ParameterSets | None = None
        self._keyframe_at = 0.0
        self._overflows = 0
        self.stopping = False
        self._task: asyncio.Task[None] | None = None

    def start(self, after_seconds: float) -> None:
        self._task = asyncio.create_task(self._run(after_seconds), name=f"stream {self.settings.camera_id}")

    async def stop(self) -> None:
        """Ends with the camera's TEARDOWN, bounded by its transmission."""
        self.stopping = True
        self._backoff.cancel()
        task = self._task
        if task is None:
            return
        if self._ended is not None and not self._ended.done():
            self._ended.set_result(None)
        elif self._transmission is None:
            task.cancel()
        await asyncio.wait({task})
        self._task = None

    def abandon(self) -> None:
        """Cuts off what `stop` has not ended in time."""
        if self._task is not None:
            self._task.cancel()

    async def _run(self, after_seconds: float) -> None:
        delay = after_seconds
        while await self._backoff.wait(delay) and not self.stopping:
            delay = await self._run_once()

    async def _run_once(self) -> float:
        """One connection from beginning to end; seconds until the next attempt."""
        try:
            problem = await self._connect_and_play()
        except (RtspError, UnsupportedStream, OSError, TimeoutError) as error:
            problem = error
        if problem is None:
            return 0.0
        state, text, stages = _verdict(problem, self.settings)
        self._show(state, text)
        return self._backoff.failed(stages)

    async def _connect_and_play(self) -> Exception | None:
        async with self._admission.slot(self.settings.url):
            if not self._status.error:
                self._show(StreamState.CONNECTING, "")
            async with asyncio.timeout(self.settings.connect_timeout_seconds):
                transmission = await self._open(self)
        self._status.connects += 1
        self._transmission = transmission
        ended: asyncio.Future[Exception | None] = asyncio.get_running_loop().create_future()
        self._ended = ended
        if self.stopping:
            ended.set_result(None)
        try:
            self._keyframe_at = self._clock.monotonic()
            transmission.begin()
            return await ended
        finally:
            self._ended = None
            await transmission.close()
            self._add_to_past(transmission.counters())
            self._transmission = None

    def on_end(self, problem: Exception) -> None:
        """The transmission has ended by itself."""
        if self._ended is not None and not self._ended.done():
            self._ended.set_result(problem)

    def on_keyframe(self, key: KeyFrame) -> None:
        """A key frame has arrived whole."""
        self._keyframe_at = self._clock.monotonic()
        transmission = self._transmission
        if transmission is not None and transmission.sets is not self._known_sets:
            self._known_sets = transmission.sets
            self._learn_format(transmission)
        if self._status.state is not StreamState.LIVE or self._status.error:
            self._lives(self._trouble())
        self._tell_keyframe(key)

    def on_progress(self, keyframe_at: float) -> None:
        """About once a second while media arrive; `keyframe_at` is the monotonic time of the last key frame."""
        self._keyframe_at = keyframe_at
        self._lives(self._trouble())

    def _trouble(self) -> str:
        """What is wrong with a stream that plays, or nothing."""
        if self.ring.overflows != self._overflows:
            self._overflows = self.ring.overflows
            return f"a group of pictures is larger than the ring's {self.settings.ring_bytes // 1_000_000} MB"
        if self._clock.monotonic() - self._keyframe_at > NO_KEYFRAME_SECONDS:
            return f"no key frame for {NO_KEYFRAME_SECONDS:g} s"
        return ""

    def _lives(self, error: str) -> None:
        if self._status.state is not StreamState.LIVE:
            self._backoff.succeeded()
        self._show(StreamState.LIVE, error)

    def _learn_format(self, transmission: Transmission) -> None:
        status, sps = self._status, transmission.sets.sps()
        try:
            found = read_format(transmission.codec, sps) if sps is not None else None
        except ParameterSetError:
            found = None
        size = (found.width, found.height) if found is not None else (0, 0)
        if (transmission.codec, *size) != (status.codec, status.width, status.height):
            status.codec, (status.width, status.height) = transmission.codec, size
            if status.state is StreamState.LIVE:
                self._tell_status(self.status())

    def _show(self, state: StreamState, error: str) -> None:
        status = self._status
        if (status.state, status.error) == (state, error) or self.stopping:
            return
        if status.state is not state:
            status.since = self._clock.now()
        status.state, status.error = state, error
        self._tell_status(self.status())

    def status(self) -> StreamStatus:
        """A copy with the counters of this moment."""
        kept, past, newest = self._status, self._past, self.ring.newest
        now = self._transmission.counters() if self._transmission is not None else Counters()
        extra = {"damaged_keyframes": float(past.damaged_keyframes + now.damaged_keyframes)}
        if now.clock_offset_s is not None:
            extra["clock_offset_s"] = now.clock_offset_s
        return StreamStatus(
            camera_id=kept.camera_id,
            profile=kept.profile,
            state=kept.state,
            since=kept.since,
            error=kept.error,
            codec=kept.codec,
            width=kept.width,
            height=kept.height,
            connects=kept.connects,
            access_units=past.pictures + now.pictures,
            keyframes=past.keyframes + now.keyframes,
            bytes_received=past.received + now.received,
            packets_lost=past.packets_lost + now.packets_lost,
            last_unit_at=newest.last_at if newest is not None else 0.0,
            gop_seconds=now.gop_seconds or past.gop_seconds,
            ring_seconds=self.ring.seconds,
            ring_bytes=self.ring.bytes,
            extra=extra,
        )

    def _add_to_past(self, counters: Counters) -> None:
        past = self._past
        past.pictures += counters.pictures
        past.keyframes += counters.keyframes
        past.damaged_keyframes += counters.damaged_keyframes
        past.received += counters.received
        past.packets_lost += counters.packets_lost
        past.gop_seconds = counters.gop_seconds

    def watch(self) -> list[AccessUnit]:
        """Somebody watches from now on; the group of pictures so far."""
        return self._transmission.watch() if self._transmission is not None else []

    def unwatch(self) -> None:
        if self._transmission is not None:
            self._transmission.unwatch()


def _verdict(problem: Exception, settings: StreamSettings) -> tuple[StreamState, str, Sequence[float]]:
    """State to show, what to say, and how fast to try again."""
    match problem:
        case Unauthorised():
            return StreamState.UNAUTHORISED, str(problem), UNAUTHORISED_STAGES
        case UnsupportedStream():
            return StreamState.UNSUPPORTED, str(problem), UNSUPPORTED_STAGES
        case Stalled():
            return StreamState.STALLED, str(problem), STAGES
        case StreamEnded():
            return StreamState.WAITING, str(problem), STAGES
        case TimeoutError():
            return StreamState.REFUSED, f"no answer within {settings.connect_timeout_seconds:g} s", STAGES
        case OSError():
            return StreamState.REFUSED, _said_by_system(problem), STAGES
        case _:
            return StreamState.REFUSED, str(problem), STAGES


def _said_by_system(problem: OSError) -> str:
    """The system's own words, without what asyncio or libavformat put around them (addresses, URLs)."""
    return os.strerror(problem.errno) if problem.errno else "the connection failed"
