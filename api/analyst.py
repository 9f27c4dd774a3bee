"""The looking half of an ingest worker: due key frames are decoded, judged, and what is found goes into the spool."""

import contextlib
import logging
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from zoneinfo import ZoneInfo

from api.object_clips import ObjectClips
from config.cameras import Camera
from gis.ground import GroundModel
from ingest.access_unit import AccessUnit
from ingest.decode import Decoder
from ingest.frame import Frame
from ingest.gop import KeyFrame
from ingest.ring import Ring
from ingest.schedule import Level, Schedule
from runtime.spool import Spool
from vision import evidence
from vision.analysis import CameraAnalysis
from vision.clip import ClipError, clip
from vision.detection import Detection
from vision.observation import Attention, Observation
from vision.snapshot import SnapshotError

log = logging.getLogger(__name__)

_TAKE_SECONDS = 0.25


@dataclass
class Watched:
    """One camera under analysis. The lock is held whenever the analysis is used."""

    analysis: CameraAnalysis
    lock: threading.Lock
    objects: int = 0
    remembered: bool = False
    ended: bool = False


class Analyst:
    """Owns the decode-and-look thread. `run` belongs to it alone; everything else may be called from any thread."""

    def __init__(
        self,
        ring_of: Callable[[str], Ring],
        schedule: Schedule,
        spool: Spool,
        memory: Path,
        spooled: Callable[[], None],
        timezone: ZoneInfo,
    ) -> None:
        self._watched: Mapping[str, Watched] = {}
        self._ring_of = ring_of
        self._schedule = schedule
        self._spool = spool
        self._memory = memory
        self._clips = ObjectClips(memory / "clips")
        self._spooled = spooled
        self._timezone = timezone
        self._decoder = Decoder(deblock=False)
        self._stop = threading.Event()
        self.looked = 0
        self.undecodable = 0

    def _restore(self, name: str, watched: Watched) -> None:
        path = self._memory_of(name)
        if not path.exists():
            return
        try:
            watched.analysis.restore(path.read_bytes())
            watched.remembered, watched.objects = True, 1
        except (SnapshotError, OSError) as problem:
            log.warning("%s: what was remembered is unusable, starting afresh: %s", name, problem)
            path.unlink(missing_ok=True)

    def watch(self, name: str, analysis: CameraAnalysis) -> None:
        """One more camera. What an earlier analysis of it knew, were it before a restart, is taken up, so that nothing
        is told twice and nothing forgotten."""
        watched = Watched(analysis, threading.Lock())
        self._restore(name, watched)
        self._watched = {**self._watched, name: watched}

    def forget(self, name: str) -> None:
        """The camera is not looked at any more; what is known of it is kept, should it come back. Waits for a look
        that is under way."""
        watched = self._watched[name]
        self._watched = {other: kept for other, kept in self._watched.items() if other != name}
        with watched.lock:
            watched.ended = True
            self._remember(name, watched)

    def reconfigure(self, name: str, camera: Camera, ground: GroundModel | None) -> None:
        """Waits for a look that is under way."""
        watched = self._watched[name]
        with watched.lock:
            watched.analysis.reconfigure(camera, ground)

    def stop(self) -> None:
        self._stop.set()

    def run(self) -> None:
        while not self._stop.is_set():
            key = self._schedule.take(_TAKE_SECONDS)
            if key is not None:
                begun = time.thread_time()
                self._look(key)
                self._schedule.done(time.thread_time() - begun)
        for name, watched in self._watched.items():
            with watched.lock:
                self._remember(name, watched)

    def _look(self, key: KeyFrame) -> None:
        watched = self._watched.get(key.camera_id)
        if watched is None:
            return
        attention: Attention = "quiet"
        unit = key.unit()
        frame = self._decoder.decode(unit) if unit is not None else None
        if frame is None:
            self.undecodable += 1
        else:
            self.looked += 1
            with watched.lock:
                if watched.ended:
                    return
                attention = self._judge(watched, frame)
        with contextlib.suppress(KeyError):  # the camera was taken away meanwhile
            self._schedule.set_level(key.camera_id, Level(attention))

    def _judge(self, watched: Watched, frame: Frame) -> Attention:
        analysis = watched.analysis
        try:
            observation = analysis.observe(frame)
        except ValueError as problem:
            log.warning("%s: picture cannot be analysed: %s", frame.camera_id, problem)
            return "quiet"
        if observation.wants_past:
            self._look_back(watched, observation, frame)
        self._clips.forget_all_but(frame.camera_id, [thing.object_id for thing in observation.objects])
        for detection in observation.detections:
            self._tell(analysis, detection, frame)
        watched.objects = len(observation.objects)
        if observation.detections or observation.wants_past:
            self._remember(frame.camera_id, watched)
        return observation.attention

    def _look_back(self, watched: Watched, observation: Observation, frame: Frame) -> None:
        """Dates what has come, while the ring still holds its coming, and keeps that piece of the ring."""
        ring = self._ring_of(frame.camera_id)
        past = [unit for unit in ring.keyframes(0.0) if unit.received_at < frame.captured_at]
        frames = [decoded for unit in past if (decoded := self._decoder.decode(unit)) is not None]
        watched.analysis.look_back(frames)
        for thing in observation.objects:
            if not self._clips.has(frame.camera_id, thing.object_id):
                self._clips.keep(frame.camera_id, thing.object_id, _clip(ring, 0.0, frame.captured_at))

    def _tell(self, analysis: CameraAnalysis, detection: Detection, frame: Frame) -> None:
        names, blobs = ["picture.jpg"], [evidence.picture(frame, detection, analysis.camera.name, self._timezone)]
        clip = self._clips.take(detection.camera_id, detection.object_id) if detection.phase == "present" else b""
        clip = clip or _clip(self._ring_of(detection.camera_id), 0.0, frame.captured_at)
        if clip:
            names.append("clip.mp4")
            blobs.append(clip)
        self._spool.put(detection.key, {**detection.to_plain(), "blobs": names}, blobs)
        log.info("%s: %s %s in zone %s", detection.camera_id, detection.rule, detection.phase, detection.zone_id)
        self._spooled()

    def _remember(self, name: str, watched: Watched) -> None:
        """Backgrounds alone are soon learnt again; what is worth keeping is what stands there."""
        path = self._memory_of(name)
        if watched.objects:
            half = path.with_suffix(".half")
            half.write_bytes(watched.analysis.snapshot())
            half.replace(path)
            watched.remembered = True
        elif watched.remembered:
            path.unlink(missing_ok=True)
            watched.remembered = False

    def _memory_of(self, name: str) -> Path:
        return self._memory / f"{name}.state"

    def analysis_of(self, camera_id: str) -> Watched | None:
        return self._watched.get(camera_id)


def _clip(ring: Ring, from_at: float, to_at: float) -> bytes:
    """Empty where the ring holds nothing a clip can be made of."""
    units: Sequence[AccessUnit] = ring.access_units(from_at, to_at)
    try:
        return clip(units)
    except ClipError as problem:
        log.warning("no clip for a detection: %s", problem)
        return b""
