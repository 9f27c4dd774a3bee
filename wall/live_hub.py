"""One upstream subscription per (camera, profile), shared by every page that shows it.

Everything here belongs to one event loop; no call blocks.
"""

import asyncio
import contextlib
import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Literal

from ingest.access_unit import Rendition
from ingest.live import Live, LiveUnit, Subscription
from ingest.parameter_sets import ParameterSetError, PictureFormat, leading_sps, read_format
from ingest.state import StreamState, StreamStatus
from runtime.clock import Clock
from wall.page_buffer import SharedBudget

logger = logging.getLogger(__name__)

ViewState = Literal["opening", "live", "stalled", "ended"]
StreamKey = tuple[str, Rendition]


@dataclass(frozen=True, slots=True)
class StreamView:
    """How a stream stands, as a page is told. `format` is None until the first key frame was read."""

    state: ViewState
    format: PictureFormat | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class HubLimits:
    linger_seconds: float = 5.0
    """The upstream stays open so long after its last viewer left: a tour comes back to its cameras."""
    stall_seconds: float = 8.0
    gop_bytes: int = 8 * 1024 * 1024
    """Largest GOP kept for a further viewer; a longer one is still passed on, but not kept."""


@dataclass(frozen=True, slots=True, eq=False)
class Viewer:
    """Two callbacks of one tile. Both must return at once."""

    on_unit: Callable[[LiveUnit], None]
    on_view: Callable[[StreamView], None]


class SharedStream:
    """One camera stream: its viewers, its GOP so far, and how it stands."""

    def __init__(self, key: StreamKey, limits: HubLimits, clock: Clock, codecs: dict[StreamKey, str]) -> None:
        self.key = key
        self._codecs = codecs
        self.viewers: list[Viewer] = []
        self.view = StreamView("opening")
        self._limits = limits
        self._clock = clock
        self._gop: list[LiveUnit] = []
        self._gop_bytes = 0
        self._sps: bytes | None = None
        self._last_unit = clock.monotonic()

    def join(self, viewer: Viewer) -> None:
        """The newcomer is told how the stream stands, then gets the GOP so far, marked as catch-up."""
        viewer.on_view(self.view)
        if self.view.state in ("live", "stalled"):
            for unit in self._gop:
                viewer.on_unit(replace(unit, catch_up=True))
        self.viewers.append(viewer)

    def leave(self, viewer: Viewer) -> None:
        with contextlib.suppress(ValueError):
            self.viewers.remove(viewer)

    def take(self, unit: LiveUnit) -> None:
        """The upstream sink."""
        self._last_unit = self._clock.monotonic()
        if unit.unit.keyframe:
            self._read_format(unit)
        if self.view.format is None:
            return  # nothing can be decoded before the first readable key frame
        self._keep(unit)
        if self.view.state != "live":
            self._show(StreamView("live", self.view.format))
        for viewer in tuple(self.viewers):
            viewer.on_unit(unit)

    def status_changed(self, status: StreamStatus) -> None:
        """A main or transcoded stream that is refused has ended: there is another to turn to. A sub-stream has not."""
        refused = status.profile != "sub" and status.state in (StreamState.REFUSED, StreamState.UNAUTHORISED)
        if refused or status.state in (StreamState.DISABLED, StreamState.UNSUPPORTED):
            self._show(replace(self.view, state="ended", reason=status.error or status.state.value))
        elif status.state is not StreamState.LIVE and self.view.state != "opening":
            self._show(replace(self.view, state="stalled", reason=status.error or status.state.value))
        elif status.state is not StreamState.LIVE and status.error:
            self._show(replace(self.view, reason=status.error))

    def check_progress(self) -> None:
        """Health by progress: no unit for long enough is a stall, whatever the worker says."""
        silent = self._clock.monotonic() - self._last_unit
        if self.view.state == "live" and silent > self._limits.stall_seconds:
            self._show(replace(self.view, state="stalled", reason=f"no picture for {silent:.0f} s"))

    def _show(self, view: StreamView) -> None:
        if view == self.view:
            return
        self.view = view
        for viewer in tuple(self.viewers):
            viewer.on_view(view)

    def _read_format(self, unit: LiveUnit) -> None:
        sps = leading_sps(unit.unit.codec, unit.unit.data)
        if sps is None or sps == self._sps:
            return
        try:
            picture_format = read_format(unit.unit.codec, sps)
        except ParameterSetError as error:
            logger.warning("%s/%s: unreadable parameter set: %s", *self.key, error)
            self._show(StreamView("stalled" if self.view.format else "opening", None, "unreadable parameter set"))
            return
        self._sps = sps
        self._codecs[self.key] = picture_format.codec
        if picture_format != self.view.format:
            self._show(StreamView("live", picture_format))

    def _keep(self, unit: LiveUnit) -> None:
        if unit.unit.keyframe:
            self._gop, self._gop_bytes = [], 0
        elif not self._gop:
            return  # no key frame to start from, or the GOP grew over its bound
        self._gop.append(unit)
        self._gop_bytes += len(unit.unit.data)
        if self._gop_bytes > self._limits.gop_bytes:
            self._gop, self._gop_bytes = [], 0


class LiveHub:
    """Hands camera streams to viewers; opens each upstream once and closes it when nobody has watched for a while."""

    def __init__(self, live: Live, clock: Clock, limits: HubLimits | None = None) -> None:
        self._live = live
        self._clock = clock
        self._limits = limits or HubLimits()
        self.budget = SharedBudget()
        self.codecs: dict[StreamKey, str] = {}
        """RFC 6381 codec string of every stream that was ever open here, as last read from it."""
        self._streams: dict[StreamKey, SharedStream] = {}
        self._upstream: dict[StreamKey, Subscription] = {}
        self._lingering: dict[StreamKey, asyncio.Task[None]] = {}
        self._watch: asyncio.Task[None] | None = None
        live.on_status(self._status_changed)

    def start(self) -> None:
        self._watch = asyncio.create_task(self._watch_progress(), name="live hub progress")

    async def stop(self) -> None:
        """Ends every stream for its viewers and closes the upstreams."""
        tasks = [task for task in (self._watch, *self._lingering.values()) if task]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        for key in tuple(self._streams):
            self._close(key)

    def watch(self, key: StreamKey, viewer: Viewer) -> None:
        """Adds a viewer; it is called back at once with the state and the GOP so far."""
        self._stop_lingering(key)
        stream = self._streams.get(key)
        if stream is None or stream.view.state == "ended":
            # What has ended does not begin again; who still holds it has been told.
            self._close(key)
            stream = self._streams[key] = SharedStream(key, self._limits, self._clock, self.codecs)
            status = self._live.status_of(key[0]) if key[1] == "sub" else None
            if status:
                stream.status_changed(status)
            stream.join(viewer)
            self._upstream[key] = self._live.subscribe(*key, stream.take)
        else:
            stream.join(viewer)

    def unwatch(self, key: StreamKey, viewer: Viewer) -> None:
        stream = self._streams.get(key)
        if stream is None or viewer not in stream.viewers:
            return
        stream.leave(viewer)
        if not stream.viewers and stream.view.state == "ended":
            self._stop_lingering(key)
            self._close(key)
        elif not stream.viewers and key not in self._lingering:
            self._lingering[key] = asyncio.create_task(self._linger(key), name=f"linger {key[0]}/{key[1]}")

    def forget(self, camera_ids: Iterable[str]) -> None:
        """What is known of these cameras' codecs: they may send others now."""
        gone = set(camera_ids)
        for key in [key for key in self.codecs if key[0] in gone]:
            del self.codecs[key]

    def open_streams(self) -> dict[StreamKey, int]:
        """Viewers per upstream now open."""
        return {key: len(stream.viewers) for key, stream in self._streams.items()}

    def sub_stream(self, camera_id: str) -> StreamStatus | None:
        """Newest known status of the camera's sub-stream."""
        return self._live.status_of(camera_id)

    def _stop_lingering(self, key: StreamKey) -> None:
        lingering = self._lingering.pop(key, None)
        if lingering:
            lingering.cancel()

    async def _linger(self, key: StreamKey) -> None:
        await self._clock.sleep(self._limits.linger_seconds)
        del self._lingering[key]
        self._close(key)

    def _close(self, key: StreamKey) -> None:
        self._streams.pop(key, None)
        upstream = self._upstream.pop(key, None)
        if upstream:
            upstream.close()

    def _status_changed(self, status: StreamStatus) -> None:
        for key, stream in tuple(self._streams.items()):
            # What is wrong with the sub-stream is wrong with what is made of it.
            source = "sub" if key[1] == "transcoded" and status.profile == "sub" else key[1]
            if (key[0], source) == (status.camera_id, status.profile):
                stream.status_changed(status)

    async def _watch_progress(self) -> None:
        while True:
            await self._clock.sleep(1.0)
            for stream in tuple(self._streams.values()):
                stream.check_progress()
