"""A camera's H.265 sub-stream as H.264, while somebody watches it whose browser cannot decode the original.

One transcoder per camera, shared by all who watch; a thread each, so that decoding holds up no event loop. How many
there may be at once is bounded, since one costs as much as receiving a hundred cameras.
"""

import asyncio
import contextlib
import logging
import queue
import threading
from collections.abc import Callable

import av.error

from ingest.access_unit import Profile
from ingest.live import LiveUnit, Subscription
from ingest.recode import Recoder
from ingest.state import StreamState, StreamStatus
from ingest.tap import Sink
from runtime.clock import Clock

log = logging.getLogger(__name__)

LIMIT_REACHED = "transcoding limit reached"
"""Begins what is said when there are as many transcoders as allowed."""
_BACKLOG_UNITS = 60
_STOP_SECONDS = 2.0

Subscribe = Callable[[str, Profile, Sink], Subscription]
StatusSink = Callable[[StreamStatus], None]


class Transcoders:
    """All transcoders of one worker. Methods belong to the event loop; `on_status` is called in it too."""

    def __init__(self, subscribe: Subscribe, limit: int, clock: Clock, on_status: StatusSink) -> None:
        self._subscribe = subscribe
        self._limit = limit
        self._clock = clock
        self._on_status = on_status
        self._running: dict[str, _Transcoder] = {}

    def __len__(self) -> int:
        return len(self._running)

    def subscribe(self, camera_id: str, sink: Sink) -> Subscription:
        """Units of the transcoded sub-stream, beginning with a key frame; starts the transcoder if need be.

        Over the limit nothing comes and the refusal is told by a status. Raises KeyError as `Estate.subscribe` does.
        """
        found = self._running.get(camera_id)
        if found is None and len(self._running) >= self._limit:
            self._refuse(camera_id, f"{LIMIT_REACHED}: {self._limit} at once in this ingest worker")
            return _Nothing()
        if found is None:
            found = _Transcoder(camera_id, lambda problem: self._failed(camera_id, problem))
            found.start(self._subscribe)
            self._running[camera_id] = found
            log.info("camera %s: transcoding begins (%d running)", camera_id, len(self._running))
        return _Viewing(self, found, sink)

    def leave(self, transcoder: "_Transcoder", sink: Sink) -> None:
        transcoder.leave(sink)
        if not transcoder.watched and self._running.get(transcoder.camera_id) is transcoder:
            self._end(transcoder)

    async def stop(self) -> None:
        """Ends all; returns when their threads have, or after a moment."""
        ending = tuple(self._running.values())
        for transcoder in ending:
            self._end(transcoder)
        for transcoder in ending:
            await asyncio.to_thread(transcoder.join, _STOP_SECONDS)

    def _end(self, transcoder: "_Transcoder") -> None:
        del self._running[transcoder.camera_id]
        transcoder.stop()
        log.info("camera %s: transcoding ends (%d running)", transcoder.camera_id, len(self._running))

    def _failed(self, camera_id: str, problem: str) -> None:
        transcoder = self._running.get(camera_id)
        if transcoder is not None:
            log.error("camera %s: transcoding failed: %s", camera_id, problem)
            self._end(transcoder)
            self._refuse(camera_id, f"transcoding failed: {problem}")

    def _refuse(self, camera_id: str, why: str) -> None:
        now = self._clock.now()
        self._on_status(StreamStatus(camera_id, "transcoded", StreamState.REFUSED, since=now, error=why))


class _Viewing:
    """Ends with `close`, which may be called more than once."""

    def __init__(self, owner: Transcoders, transcoder: "_Transcoder", sink: Sink) -> None:
        self._owner, self._transcoder = owner, transcoder
        self._sink: Sink | None = sink
        transcoder.join_in(sink)

    def close(self) -> None:
        sink, self._sink = self._sink, None
        if sink is not None:
            self._owner.leave(self._transcoder, sink)


class _Nothing:
    def close(self) -> None:
        """There is nothing to end."""


class _Transcoder:
    """The thread of one camera: coded units in, coded units out; a bounded number of them waits."""

    def __init__(self, camera_id: str, on_failure: Callable[[str], None]) -> None:
        self.camera_id = camera_id
        self._on_failure = on_failure
        self._loop = asyncio.get_running_loop()
        self._sinks: list[Sink] = []
        self._joining: list[Sink] = []
        self._work: queue.SimpleQueue[LiveUnit | None] = queue.SimpleQueue()
        self._key_wanted = threading.Event()
        self._skipping = False
        self._source: Subscription | None = None
        self._thread = threading.Thread(target=self._run, name=f"transcode {camera_id}", daemon=True)
        self._stopped = False

    @property
    def watched(self) -> bool:
        return bool(self._sinks or self._joining)

    def start(self, subscribe: Subscribe) -> None:
        self._source = subscribe(self.camera_id, "sub", self._take)
        self._thread.start()

    def stop(self) -> None:
        self._stopped = True
        if self._source is not None:
            self._source.close()
        self._work.put(None)

    def join(self, seconds: float) -> None:
        self._thread.join(seconds)

    def join_in(self, sink: Sink) -> None:
        """The sink's first unit will be a key frame, made for it."""
        self._joining.append(sink)
        self._key_wanted.set()

    def leave(self, sink: Sink) -> None:
        for sinks in (self._sinks, self._joining):
            with contextlib.suppress(ValueError):
                sinks.remove(sink)

    def _take(self, live: LiveUnit) -> None:
        waiting = self._work.qsize()
        if waiting > _BACKLOG_UNITS and not live.catch_up:
            self._skipping = True
        if self._skipping and live.unit.keyframe and waiting <= _BACKLOG_UNITS // 4:
            self._skipping = False
        if not self._skipping:
            self._work.put(live)

    def _run(self) -> None:
        recoder = Recoder()
        while (live := self._work.get()) is not None:
            if self._stopped:
                return
            # Of the group so far only its newest picture is worth coding: what follows it is not catching up.
            show = not live.catch_up or self._work.empty()
            if self._key_wanted.is_set():
                self._key_wanted.clear()
                recoder.request_key()
            try:
                coded = recoder.push(live.unit, show=show)
            except (av.error.FFmpegError, ValueError) as problem:
                self._tell(lambda text=str(problem): self._on_failure(text))  # type: ignore[misc]
                return
            for unit in coded:
                self._tell(lambda unit=unit: self._deliver(LiveUnit(unit)))  # type: ignore[misc]

    def _tell(self, call: Callable[[], None]) -> None:
        with contextlib.suppress(RuntimeError):
            # The loop is closed when the worker is.
            self._loop.call_soon_threadsafe(call)

    def _deliver(self, live: LiveUnit) -> None:
        if self._stopped:
            return
        if live.unit.keyframe and self._joining:
            self._sinks += self._joining
            self._joining = []
        for sink in tuple(self._sinks):
            sink(live)
