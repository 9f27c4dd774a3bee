"""A `Live` in the test's own process: real encoded units, replayed in real time; a small world to ask about."""

import asyncio
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import av
import cv2

from ingest.access_unit import AccessUnit, Profile
from ingest.dome_controls import DomeControls
from ingest.gop import UnitGop
from ingest.live import (
    Configuration,
    DetectionHandler,
    LiveError,
    LiveUnit,
    PtzHandler,
    PtzReport,
    Reply,
    StatusHandler,
)
from ingest.ring import Ring
from ingest.state import StreamState, StreamStatus
from tests.wall.clips import Clip
from vision.clip import clip as mp4_of
from vision.clip import parameter_sets

Sink = Callable[[LiveUnit], None]


@dataclass(eq=False)
class ReplaySubscription:
    live: "ReplayLive"
    camera_id: str
    profile: Profile
    sink: Sink

    def close(self) -> None:
        self.live.subscriptions.remove(self)


@dataclass
class ReplayLive:
    """`clips` by (camera, profile). `verdicts`: what each next `verify` answers, the last one for ever."""

    clips: dict[tuple[str, Profile], Clip]
    speed: float = 1.0
    verdicts: list[str] = field(default_factory=lambda: ["gone"])
    answers: dict[str, list[str]] = field(default_factory=dict)
    """The same for one camera."""
    subscriptions: list[ReplaySubscription] = field(default_factory=list)
    subscribed: Counter[tuple[str, Profile]] = field(default_factory=Counter)
    asked: list[tuple[str, str, dict[str, Any]]] = field(default_factory=list)
    configured: list[Configuration] = field(default_factory=list)
    ring_seconds: float = 20.0
    dome_controls: DomeControls | None = None
    """What turns the cameras that do; without it their devices do not answer."""

    def __post_init__(self) -> None:
        self._status_handlers: list[StatusHandler] = []
        self._ptz_handlers: list[PtzHandler] = []
        self._detection_handler: DetectionHandler | None = None
        self._gops: dict[tuple[str, Profile], list[AccessUnit]] = {key: [] for key in self.clips}
        self.rings = {key: Ring(self.ring_seconds, 8 * 1024 * 1024) for key in self.clips}
        self._tasks: list[asyncio.Task[None]] = []
        self.paused = asyncio.Event()
        self.spoilt = asyncio.Event()
        """While set, units come and none can be decoded."""
        self._statuses = {
            camera: StreamStatus(camera, state=StreamState.LIVE, since=time.time(), codec=clip.codec)
            for (camera, profile), clip in self.clips.items()
            if profile == "sub"
        }

    def start(self) -> None:
        self._tasks = [asyncio.create_task(self._replay(key, clip)) for key, clip in self.clips.items()]

    async def stop(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def subscribe(self, camera_id: str, profile: Profile, sink: Sink) -> ReplaySubscription:
        subscription = ReplaySubscription(self, camera_id, profile, sink)
        self.subscriptions.append(subscription)
        self.subscribed[camera_id, profile] += 1
        for unit in self._gops.get((camera_id, profile), []):
            sink(LiveUnit(unit, catch_up=True))
        return subscription

    async def request(self, camera_id: str, op: str, **arguments: Any) -> Reply:
        self.asked.append((camera_id, op, arguments))
        if op == "ptz":
            if self.dome_controls is None:
                raise LiveError("the device cannot be reached", "unreachable", "设备无法连接")
            return await self.dome_controls.request(camera_id, arguments)
        clip = self.clips.get((camera_id, "sub"))
        if clip is None or self._statuses[camera_id].state is not StreamState.LIVE:
            raise LiveError(f"camera {camera_id} is not live")
        picture = first_picture_jpeg(clip)
        if op == "snapshot":
            return Reply({"captured_at": time.time(), "width": clip.width, "height": clip.height}, (picture,))
        if op == "verify":
            answers = self.answers.get(camera_id, self.verdicts)
            result = answers.pop(0) if len(answers) > 1 else answers[0]
            reason = {"code": "replayed", "zh": "重放", "en": "replayed"}
            return Reply({"result": result, "reason": reason, "captured_at": time.time()}, (picture,))
        if op == "clip":
            return self._clip(camera_id, arguments["from_at"], arguments["to_at"])
        raise LiveError(f"no such operation: {op}")

    def _clip(self, camera_id: str, from_at: float, to_at: float) -> Reply:
        """As `api.worker_requests` cuts it."""
        units = self.rings[camera_id, "sub"].access_units(from_at, to_at)
        if not units:
            raise LiveError(f"camera {camera_id}: nothing of that time is in memory any more")
        return Reply({"from_at": units[0].received_at, "to_at": units[-1].received_at}, (mp4_of(units),))

    async def configure(self, configuration: Configuration) -> list[str]:
        self.configured.append(configuration)
        return []

    def statuses(self) -> dict[str, StreamStatus]:
        return dict(self._statuses)

    def status_of(self, camera_id: str) -> StreamStatus | None:
        return self._statuses.get(camera_id)

    def on_status(self, handler: StatusHandler) -> None:
        self._status_handlers.append(handler)

    def on_detection(self, handler: DetectionHandler) -> None:
        self._detection_handler = handler

    def on_ptz(self, handler: PtzHandler) -> None:
        self._ptz_handlers.append(handler)

    def dome_moved(self, report: PtzReport) -> None:
        for handler in self._ptz_handlers:
            handler(report)

    def set_state(self, camera_id: str, state: StreamState, error: str = "") -> None:
        status = StreamStatus(camera_id, state=state, since=time.time(), error=error)
        self._statuses[camera_id] = status
        for handler in self._status_handlers:
            handler(status)

    async def detect(self, detection: dict[str, Any], blobs: tuple[bytes, ...]) -> None:
        """Delivers a detection as a worker would; returns when the API has acknowledged it."""
        assert self._detection_handler is not None, "the API takes no detections"
        await self._detection_handler(detection, blobs)

    async def _replay(self, key: tuple[str, Profile], clip: Clip) -> None:
        count, step = 0, 1_000_000 // clip.fps
        while True:
            for keyframe, data in clip.units:
                if not self.paused.is_set():
                    sent = spoil(data, keyframe) if self.spoilt.is_set() else data
                    unit = AccessUnit(*key, clip.codec, keyframe, count * step, time.time(), sent, count == 0)
                    self._pass_on(key, unit)
                    count += 1
                await asyncio.sleep(1 / clip.fps / self.speed)

    def _pass_on(self, key: tuple[str, Profile], unit: AccessUnit) -> None:
        self._gops[key] = [unit] if unit.keyframe else [*self._gops[key], unit]
        self._keep(key, unit)
        for subscription in tuple(self.subscriptions):
            if (subscription.camera_id, subscription.profile) == key:
                subscription.sink(LiveUnit(unit))

    def _keep(self, key: tuple[str, Profile], unit: AccessUnit) -> None:
        ring = self.rings[key]
        if unit.keyframe:
            ring.begin(UnitGop(unit))
        elif isinstance(newest := ring.newest, UnitGop):
            newest.append(unit)
            ring.grown()


def spoil(data: bytes, keyframe: bool) -> bytes:
    """An H.264 unit whose parameter sets are right and whose picture no decoder can read."""
    kind = b"\x65" if keyframe else b"\x41"
    return parameter_sets("h264", data) + b"\x00\x00\x00\x01" + kind + b"\xff" * 64


def decode_units(codec: str, data: list[bytes]) -> list[av.VideoFrame]:
    """All pictures of the units, decoded by libavcodec with nothing else to go by."""
    context = av.CodecContext.create({"h264": "h264", "h265": "hevc"}[codec], "r")
    frames = [frame for unit in data for frame in context.decode(av.Packet(unit))]
    return frames + list(context.decode(None))


def first_picture_jpeg(clip: Clip) -> bytes:
    frame = decode_units(clip.codec, [clip.units[0][1]])[0]
    return bytes(cv2.imencode(".jpg", frame.to_ndarray(format="bgr24"))[1].tobytes())
