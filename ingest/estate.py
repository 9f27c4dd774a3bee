"""All cameras of one worker: one session a stream, shared by everybody who wants it."""

import asyncio
import random
from collections.abc import Callable, Collection, Sequence

from config.accounts import Account, MissingPassword
from config.cameras import Camera, Defaults
from ingest.access_unit import Profile
from ingest.admission import Admission, spread_seconds
from ingest.camera_stream import CameraStream
from ingest.gop import KeyFrame
from ingest.live import LiveUnit
from ingest.opening import Door, open_stream
from ingest.prompt_reader import PromptReader
from ingest.pyav_transmission import PyavTransmission
from ingest.ring import Ring
from ingest.rtsp.address import parse_networks
from ingest.state import StreamState, StreamStatus
from ingest.stream_settings import StreamSettings, stream_settings
from ingest.sweep import CYCLE_SECONDS, Sweeper
from ingest.tap import Sink
from ingest.transmission import NativeTransmission, Receiving, Transmission
from ingest.wire import ReadBuffer
from runtime.clock import Clock

STOP_SECONDS = 6.0
MAIN_LINGER_SECONDS = 3.0

Key = tuple[str, Profile]
_PROFILES: tuple[Profile, ...] = ("sub", "main")


class EstateSubscription:
    """Ends with `close()`, which may be called more than once."""

    def __init__(self, close: Callable[[], None]) -> None:
        self._close: Callable[[], None] | None = close

    def close(self) -> None:
        close, self._close = self._close, None
        if close is not None:
            close()


class Estate:
    """Receives the sub-stream of every camera all the time, main streams while somebody watches.

    All methods belong to one event loop; a `Ring` may be read from any thread. `on_keyframe` is called in the loop
    for every key frame of a sub-stream that arrived whole and must return at once (`KeyFrame.unit()` builds the
    access unit, in any thread). `on_status` is called when a stream's state, error text or picture format changes,
    for main streams too (`StreamStatus.profile`). `account_of` may raise MissingPassword: the camera is then shown
    as unauthorised and not asked. Streams nobody watches are read every `sweep_seconds`.
    """

    def __init__(
        self,
        cameras: Sequence[Camera],
        account_of: Callable[[Camera], Account | None],
        defaults: Defaults,
        allowed_networks: Sequence[str],
        clock: Clock,
        rng: random.Random,
        *,
        on_keyframe: Callable[[KeyFrame], None],
        on_status: Callable[[StreamStatus], None],
        door: Door | None = None,
        sweep_seconds: float = CYCLE_SECONDS,
    ) -> None:
        self._cameras = {camera.id: camera for camera in cameras}
        self._account_of = account_of
        self._defaults = defaults
        self._door = door or Door(parse_networks(allowed_networks), rng)
        self._clock = clock
        self._rng = rng
        self._on_keyframe = on_keyframe
        self._on_status = on_status
        self._receiving = Receiving(clock, Sweeper(clock, sweep_seconds), PromptReader(clock), ReadBuffer())
        self._streams: dict[Key, CameraStream] = {}
        self._idle: dict[str, StreamStatus] = {}
        self._waiting: dict[Key, list[Sink]] = {}
        """Watchers of what does not run: a camera switched off, or being begun anew."""
        self._leaving: dict[str, list[CameraStream]] = {}
        self._closing: set[asyncio.Task[None]] = set()
        self._sweep_task: asyncio.Task[None] | None = None
        self._admission: Admission | None = None
        self._stopped = False

    async def start(self) -> None:
        """Begins to connect, drawn out so that no host and no switch sees all cameras at once. Returns at once."""
        self._admission = Admission()
        self._sweep_task = asyncio.create_task(self._receiving.sweeper.run(), name="sweep")
        enabled = [camera for camera in self._cameras.values() if camera.enabled]
        for camera in self._cameras.values():
            if not camera.enabled:
                self._show_idle(camera, StreamState.DISABLED, "")
        spread = spread_seconds(len(enabled))
        for camera in enabled:
            self._start_stream(camera, "sub", self._rng.uniform(0.0, spread))

    async def stop(self) -> None:
        """Ends every session with its TEARDOWN; after STOP_SECONDS what is left is cut off."""
        for task in self._closing:
            task.cancel()
        self._stopped = True
        await _ended([*self._streams.values(), *(stream for streams in self._leaving.values() for stream in streams)])
        self._streams.clear()
        if self._sweep_task is not None:
            self._sweep_task.cancel()
            await asyncio.wait({self._sweep_task})
            self._sweep_task = None
        self._receiving.prompt.close()

    async def change(
        self,
        cameras: Sequence[Camera],
        defaults: Defaults | None = None,
        allowed_networks: Sequence[str] | None = None,
        account_anew: Collection[str] = (),
    ) -> None:
        """Makes these the cameras; returns when what changed has ended and begun. One change at a time.

        Streams that stay as they were are not touched. One that changed ends with its TEARDOWN, then begins anew with
        those who watch it. Watchers of a camera that goes or is switched off hear of it again when it comes back.
        `account_anew`: cameras whose password was written again, be it the same: tried at once where it was refused.
        """
        before, self._cameras = self._cameras, {camera.id: camera for camera in cameras}
        self._defaults = defaults or self._defaults
        if allowed_networks is not None:
            self._door = Door(parse_networks(allowed_networks), self._rng)
        self._idle = {id_: status for id_, status in self._idle.items() if id_ in self._cameras}
        for key, stream in tuple(self._streams.items()):
            refused = key[0] in account_anew and stream.status().state is StreamState.UNAUTHORISED
            if refused or not self._stays(stream, before[key[0]]):
                del self._streams[key]
                self._waiting.setdefault(key, []).extend(stream.fanout.sinks)
                stream.fanout.sinks.clear()
                self._leaving.setdefault(key[0], []).append(stream)
        leaving = [asyncio.create_task(self._succeed(id_)) for id_ in tuple(self._leaving)]
        for camera in cameras:
            if not camera.enabled and (camera.id not in before or before[camera.id].enabled):
                self._show_idle(camera, StreamState.DISABLED, "")
        new = [camera for camera in cameras if camera.id not in self._leaving]
        new = [camera for camera in new if camera.enabled and (camera.id, "sub") not in self._streams]
        spread = spread_seconds(len(new) - 1)
        for camera in new:
            self._begin(camera.id, self._rng.uniform(0.0, spread))
        if leaving:
            await asyncio.wait(leaving)

    async def _succeed(self, camera_id: str) -> None:
        """A camera's old streams end; then begins what it is now."""
        try:
            await _ended(self._leaving[camera_id])
        finally:
            del self._leaving[camera_id]
        self._begin(camera_id, 0.0)

    def _begin(self, camera_id: str, after_seconds: float) -> None:
        """What of a camera should run and does not: its sub-stream, and its main stream if that is waited for."""
        camera = self._cameras.get(camera_id)
        if camera is None or not camera.enabled or self._stopped:
            return
        for profile in _PROFILES:
            key = (camera_id, profile)
            if key not in self._streams and (profile == "sub" or self._waiting.get(key)):
                self._start_stream(camera, profile, after_seconds)

    def _stays(self, stream: CameraStream, before: Camera) -> bool:
        camera = self._cameras.get(stream.settings.camera_id)
        if camera is None or not camera.enabled or camera.opener != before.opener:
            return False
        try:
            return stream_settings(camera, stream.settings.profile, self._account_of(camera), self._defaults) == (
                stream.settings
            )
        except MissingPassword:
            return False

    def subscribe(self, camera_id: str, profile: Profile, sink: Sink) -> EstateSubscription:
        """Calls `sink` with the group of pictures so far (`catch_up`), then with every unit as it comes.

        A stream not connected yet is waited for, also that of a camera that is switched off or lacks its password.
        The sink must return at once. Raises KeyError for a camera that is not here, or has no such stream.
        """
        key: Key = (camera_id, profile)
        stream = self._streams.get(key)
        if stream is None or stream.stopping:
            camera = self._cameras[camera_id]
            if profile == "main" and camera.streams.main is None:
                raise KeyError(camera_id)
            runs = camera.enabled and camera_id not in self._leaving and not self._stopped
            stream = self._start_stream(camera, profile, 0.0) if runs and profile == "main" else None
        if stream is None:
            self._waiting.setdefault(key, []).append(sink)
        else:
            for unit in stream.watch():
                sink(LiveUnit(unit, catch_up=True))
            stream.fanout.sinks.append(sink)
        return EstateSubscription(lambda: self._unsubscribe(key, sink))

    def ring(self, camera_id: str) -> Ring:
        """The sub-stream's ring. Raises KeyError when the camera is not here or switched off."""
        return self._streams[camera_id, "sub"].ring

    def statuses(self) -> dict[str, StreamStatus]:
        """Every camera's sub-stream with the counters of this moment, by camera id."""
        found = dict(self._idle)
        for (camera_id, profile), stream in self._streams.items():
            if profile == "sub":
                found[camera_id] = stream.status()
        return found

    def _start_stream(self, camera: Camera, profile: Profile, after_seconds: float) -> CameraStream | None:
        admission = self._admission
        if admission is None:
            raise RuntimeError("the estate has not been started")
        try:
            settings = stream_settings(camera, profile, self._account_of(camera), self._defaults)
        except MissingPassword as problem:
            self._show_idle(camera, StreamState.UNAUTHORISED, str(problem))
            return None
        if settings is None:
            return None
        stream = CameraStream(
            settings,
            self._open_pyav if camera.opener == "pyav" else self._open_native,
            admission,
            self._clock,
            self._rng,
            on_keyframe=self._on_keyframe if profile == "sub" else _ignore,
            on_status=self._on_status,
        )
        self._streams[camera.id, profile] = stream
        stream.fanout.sinks.extend(self._waiting.pop((camera.id, profile), ()))
        if profile == "sub":
            self._idle.pop(camera.id, None)
        stream.start(after_seconds)
        return stream

    def _show_idle(self, camera: Camera, state: StreamState, error: str) -> None:
        before = self._idle.get(camera.id)
        if before is not None and (before.state, before.error) == (state, error):
            return
        status = StreamStatus(camera.id, state=state, since=self._clock.now(), error=error)
        self._idle[camera.id] = status
        self._on_status(status)

    async def _open_native(self, stream: CameraStream) -> Transmission:
        settings: StreamSettings = stream.settings
        opened = await open_stream(settings.url, settings.account, self._door)
        return NativeTransmission(
            opened,
            settings,
            stream.ring,
            stream.fanout,
            self._receiving,
            on_keyframe=stream.on_keyframe,
            on_progress=stream.on_progress,
            on_end=stream.on_end,
        )

    async def _open_pyav(self, stream: CameraStream) -> Transmission:
        return await PyavTransmission.open(
            stream.settings,
            stream.ring,
            stream.fanout,
            self._clock,
            self._door,
            on_keyframe=stream.on_keyframe,
            on_progress=stream.on_progress,
            on_end=stream.on_end,
        )

    def _unsubscribe(self, key: Key, sink: Sink) -> None:
        if sink in (waiting := self._waiting.get(key, [])):
            waiting.remove(sink)
            if not waiting:
                del self._waiting[key]
            return
        stream = self._streams.get(key)
        if stream is None or sink not in stream.fanout.sinks:
            return
        stream.fanout.sinks.remove(sink)
        if stream.fanout.sinks:
            return
        stream.unwatch()
        if stream.settings.profile == "main":
            task = asyncio.create_task(self._linger(stream), name=f"linger {stream.settings.camera_id}")
            self._closing.add(task)
            task.add_done_callback(self._closing.discard)

    async def _linger(self, stream: CameraStream) -> None:
        """A main stream nobody watches is kept a moment: operators go back and forth."""
        await self._clock.sleep(MAIN_LINGER_SECONDS)
        key: Key = (stream.settings.camera_id, stream.settings.profile)
        if not stream.fanout.sinks and not stream.stopping:
            await stream.stop()
            if self._streams.get(key) is stream:
                del self._streams[key]


async def _ended(streams: Sequence[CameraStream]) -> None:
    """All told TEARDOWN; after STOP_SECONDS what is left is cut off."""
    if not streams:
        return
    _, late = await asyncio.wait({asyncio.create_task(stream.stop()) for stream in streams}, timeout=STOP_SECONDS)
    for stream in streams:
        stream.abandon()
    if late:
        await asyncio.wait(late)


def _ignore(key: KeyFrame) -> None:
    """Main streams are for watching, not for analysis."""
