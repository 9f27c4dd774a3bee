"""The diagnosing half of an ingest worker: every camera's picture is judged now and then, faults go into the spool."""

import logging
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import cv2
import numpy as np

from config.cameras import Camera
from ingest.decode import Decoder
from ingest.frame import Frame
from ingest.gop import KeyFrame
from ingest.live import PtzReport
from runtime.clock import Clock
from runtime.spool import Spool
from vision.quality import memory
from vision.quality.camera_quality import Aim, CameraQuality, Change
from vision.quality.fault import Fault
from vision.quality.neighbours import Neighbours

log = logging.getLogger(__name__)

LATE_SECONDS = 10.0
"""A camera the analysis has not looked at for so long after it should have is decoded for this alone."""
LONGEST_WAIT_SECONDS = 60.0
"""For the analysis, however rarely it comes on an overloaded estate."""
SETTLES_SECONDS = 6.0
"""After a dome has moved: the lens focuses, and pictures of the turn are still on their way."""
ASK_SECONDS = 30.0
SAME_AIM_DEG = 0.3
HEALTHY_PICTURE_SECONDS = 3600.0
REMEMBER_SECONDS = 900.0
PICTURE_WIDTH = 640
_JPEG_QUALITY = 78
_TAKE_SECONDS = 0.25


@dataclass
class Inspected:
    quality: CameraQuality
    dome: bool
    begun_at: float
    aim: Aim | None = None
    moved_at: float = 0.0
    asked_at: float = 0.0
    clock_offset_s: float | None = None
    pictured_at: float = 0.0
    remembered_at: float = 0.0
    forgetful: bool = False
    """Nothing was known of it at the start: faults told earlier will not be ended by themselves."""
    waiting: KeyFrame | None = None


class Inspector:
    """Safe to use from any thread; one lock around all judging, which takes some 0.5 ms a picture. `run` is for a
    thread of its own and returns after `stop`.

    Every camera is judged about every 45 s, sooner while something is in doubt: by pictures the analysis decodes
    anyway (`seen`), and where those do not come by key frames decoded for it (`offer`). `ask_aim` is called where it
    matters where a dome looks, in whatever thread judges, and must return at once; `dome_moved` is the answer.
    `analysed_every` tells how many seconds lie between the analysis's pictures of a camera, 0 where it takes none.
    """

    def __init__(
        self,
        spool: Spool,
        folder: Path,
        spooled: Callable[[], None],
        timezone: ZoneInfo,
        clock: Clock,
        ask_aim: Callable[[str], None] = lambda _: None,
        analysed_every: Callable[[str], float] = lambda _: 0.0,
    ) -> None:
        self._spool, self._folder, self._spooled, self._timezone = spool, folder, spooled, timezone
        self._clock, self._ask_aim, self._analysed_every = clock, ask_aim, analysed_every
        folder.mkdir(parents=True, exist_ok=True)
        self._lock = threading.Lock()
        self._ready = threading.Condition()
        self._order: list[str] = []
        self._stopped = False
        self._cameras: Mapping[str, Inspected] = {}
        self._decoder = Decoder(deblock=False)
        self.judged = 0

    def change(self, cameras: Sequence[Camera]) -> None:
        """Makes these the cameras; what is known of those that stay is kept."""
        wanted = {camera.id: camera for camera in cameras if camera.enabled}
        places = {c.id: (c.position.lon, c.position.lat) if c.position else None for c in wanted.values()}
        with self._lock:
            neighbours = Neighbours(places)
            kept: dict[str, Inspected] = {}
            for camera_id, camera in wanted.items():
                dome = camera.ptz is not None
                known = self._cameras.get(camera_id)
                if known is not None and known.dome is dome:
                    known.quality.neighbours = neighbours
                    kept[camera_id] = known
                else:
                    kept[camera_id] = self._begin(camera_id, neighbours, dome)
            self._cameras = kept

    def offer(self, key: KeyFrame) -> None:
        """A key frame has come; cheap, called for every one of every camera."""
        camera = self._cameras.get(key.camera_id)
        if camera is None or key.received_at < self._due_alone(camera):
            return
        with self._ready:
            if camera.waiting is None:
                self._order.append(key.camera_id)
                self._ready.notify()
            camera.waiting = key

    def seen(self, frame: Frame) -> Fault | None:
        """A picture that was decoded anyway: judged when one is due. Returns why the camera cannot be judged now, if
        it cannot: then nothing in its pictures is to be believed."""
        camera = self._cameras.get(frame.camera_id)
        if camera is None:
            return None
        with self._lock:
            if frame.captured_at >= camera.quality.due_at:
                self._judge(camera, frame)
            return camera.quality.unjudgeable

    def look(self, frame: Frame) -> Fault | None:
        """As `seen`, but judged now: somebody asks."""
        camera = self._cameras.get(frame.camera_id)
        if camera is None:
            return None
        with self._lock:
            self._judge(camera, frame)
            return camera.quality.unjudgeable

    def accept(self, frame: Frame) -> None:
        """How the camera looks now is how it should look. KeyError for a camera that is not here."""
        camera = self._cameras[frame.camera_id]
        with self._lock:
            faults = camera.quality.faults
            camera.quality.accept(frame, camera.aim)
            for fault, since in faults.items():
                if fault not in camera.quality.faults:
                    self._tell(Change(frame.camera_id, fault, "ended", frame.captured_at, since), frame, camera)
            self._remember(camera)

    def healthy_picture(self, camera_id: str) -> bytes:
        """A JPEG of the camera when it was last seen well; empty where it never was."""
        path = self._healthy_path(camera_id)
        return path.read_bytes() if camera_id in self._cameras and path.exists() else b""

    def clock_of(self, camera_id: str, offset_s: float | None) -> None:
        """The camera's clock less ours, as its stream tells."""
        camera = self._cameras.get(camera_id)
        if camera is not None:
            camera.clock_offset_s = self._without_zone(offset_s)

    def dome_moved(self, report: PtzReport) -> None:
        camera = self._cameras.get(report.camera_id)
        if camera is None:
            return
        if report.pan_deg is None or report.tilt_deg is None:
            aim = None
        else:
            aim = (report.pan_deg, report.tilt_deg, report.zoom or 1.0)
        if report.moving or _elsewhere(aim, camera.aim):
            camera.moved_at = report.at
        camera.aim = aim

    def stop(self) -> None:
        with self._ready:
            self._stopped = True
            self._ready.notify_all()

    def run(self) -> None:
        while not self._stopped:
            self.look_once()
        with self._lock:
            for camera in self._cameras.values():
                self._remember(camera)

    @property
    def waiting(self) -> int:
        """Cameras with a key frame that waits to be decoded and judged."""
        return len(self._order)

    def look_once(self) -> bool:
        """Waits a moment for a key frame and judges it; whether there was one to judge."""
        key = self._take()
        unit = key.unit() if key is not None else None
        frame = self._decoder.decode(unit) if unit is not None else None
        if frame is None:
            return False
        self.seen(frame)
        return True

    def _take(self) -> KeyFrame | None:
        with self._ready:
            if not self._order and not self._stopped:
                self._ready.wait(_TAKE_SECONDS)
            if not self._order or self._stopped:
                return None
            camera = self._cameras.get(self._order.pop(0))
            if camera is None:
                return None
            key, camera.waiting = camera.waiting, None
            return key

    def _due_alone(self, camera: Inspected) -> float:
        """When it is decoded for this alone. At a start the analysis comes by soon as well: a picture decoded twice
        then made it come four times as late to each of 1677 cameras."""
        waits = min(self._analysed_every(camera.quality.camera_id), LONGEST_WAIT_SECONDS)
        if not camera.quality.judged_at:
            return camera.begun_at + (waits + LATE_SECONDS if waits else 0.0)
        return camera.quality.due_at + waits + LATE_SECONDS

    def _judge(self, camera: Inspected, frame: Frame) -> None:
        quality = camera.quality
        if camera.dome and frame.captured_at < camera.moved_at + SETTLES_SECONDS:
            return
        try:
            changes = quality.observe(frame, aim=camera.aim, clock_offset_s=camera.clock_offset_s)
        except ValueError as problem:
            log.warning("%s: picture cannot be judged: %s", frame.camera_id, problem)
            return
        self.judged += 1
        if camera.dome and (quality.doubtful or camera.aim is None):
            self._ask(camera, frame)
        for change in changes:
            self._tell(change, frame, camera)
        if quality.well and frame.captured_at - camera.pictured_at >= HEALTHY_PICTURE_SECONDS:
            camera.pictured_at = frame.captured_at
            _replace(self._healthy_path(quality.camera_id), jpeg_of(frame))
        if quality.well and camera.forgetful:
            self._tell_well(camera, frame.captured_at)
        if changes or (quality.well and frame.captured_at - camera.remembered_at >= REMEMBER_SECONDS):
            camera.remembered_at = frame.captured_at
            self._remember(camera)

    def _tell(self, change: Change, frame: Frame, camera: Inspected) -> None:
        names, blobs = [], []
        if change.turn == "began":
            names, blobs = ["picture.jpg"], [jpeg_of(frame)]
            healthy = self._healthy_path(change.camera_id)
            if healthy.exists():
                names.append("healthy.jpg")
                blobs.append(healthy.read_bytes())
        key = f"quality/{change.camera_id}/{change.fault.value}/{change.since:.3f}/{change.turn}"
        body = {
            "what": "quality",
            "key": key,
            "camera_id": change.camera_id,
            "fault": change.fault.value,
            "turn": change.turn,
            "at": change.at,
            "since": change.since,
            "blobs": names,
        }
        self._put(body, blobs)
        log.info("%s: fault %s %s", change.camera_id, change.fault.value, change.turn)

    def _ask(self, camera: Inspected, frame: Frame) -> None:
        """Somebody else may have turned it, by the device's own page or another platform."""
        if frame.captured_at - camera.asked_at >= ASK_SECONDS:
            camera.asked_at = frame.captured_at
            self._ask_aim(frame.camera_id)

    def _put(self, body: dict[str, Any], blobs: list[bytes]) -> None:
        self._spool.put(str(body["key"]), body, blobs)
        self._spooled()

    def _tell_well(self, camera: Inspected, at: float) -> None:
        camera.forgetful = False
        camera_id = camera.quality.camera_id
        key = f"quality/{camera_id}/well/{at:.3f}"
        told = {"what": "quality", "key": key, "camera_id": camera_id, "turn": "well", "at": at, "since": at}
        self._put(told, [])

    def _begin(self, camera_id: str, neighbours: Neighbours, dome: bool) -> Inspected:
        quality = CameraQuality(camera_id, neighbours, dome=dome)
        path = self._memory_path(camera_id)
        try:
            if path.exists() and path.stat().st_size <= memory.MOST_BYTES:
                known = memory.decode(camera_id, path.read_bytes())
                quality.take_up(known.looks, known.faults, known.aim)
        except (memory.UnusableMemory, OSError) as problem:
            log.warning("%s: what was known of its quality is unusable, starting afresh: %s", camera_id, problem)
            path.unlink(missing_ok=True)
        return Inspected(quality, dome, self._clock.now(), forgetful=not quality.healthy.looks)

    def _remember(self, camera: Inspected) -> None:
        if camera.quality.healthy.looks:
            _replace(self._memory_path(camera.quality.camera_id), memory.encode(camera.quality))

    def _memory_path(self, camera_id: str) -> Path:
        return self._folder / f"{camera_id}.json"

    def _healthy_path(self, camera_id: str) -> Path:
        return self._folder / f"{camera_id}.jpg"

    def _without_zone(self, offset_s: float | None) -> float | None:
        """Quirk: some cameras put their local time where UTC belongs; that clock is right."""
        if offset_s is None:
            return None
        here = datetime.fromtimestamp(self._clock.now(), self._timezone).utcoffset() or timedelta()
        shifted = offset_s - here.total_seconds()
        return shifted if abs(shifted) < abs(offset_s) else offset_s


def _elsewhere(one: Aim | None, other: Aim | None) -> bool:
    if one is None or other is None:
        return one is not other
    return any(abs(a - b) > SAME_AIM_DEG for a, b in zip(one, other, strict=True))


def jpeg_of(frame: Frame) -> bytes:
    """In colour, at most 640 pixels wide."""
    picture = frame.colour()
    if frame.width > PICTURE_WIDTH:
        size = (PICTURE_WIDTH, max(1, round(frame.height * PICTURE_WIDTH / frame.width)))
        picture = np.asarray(cv2.resize(picture, size, interpolation=cv2.INTER_AREA), np.uint8)
    ok, jpeg = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, _JPEG_QUALITY])
    return jpeg.tobytes() if ok else b""


def _replace(path: Path, data: bytes) -> None:
    half = path.with_suffix(".half")
    half.write_bytes(data)
    half.replace(path)
