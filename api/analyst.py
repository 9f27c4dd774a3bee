"""The looking half of an ingest worker: due key frames are decoded, judged, and what is found goes into the spool."""

import contextlib
import logging
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from api.object_clips import ObjectClips
from api.visits import Visit, subject_of
from config.cameras import Camera
from config.dome_views import DomeView
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
from vision.detection import Box, Detection
from vision.observation import Attention, Observation
from vision.quality.fault import Fault
from vision.rules import RULES_OF_BRINGING
from vision.snapshot import SnapshotError

log = logging.getLogger(__name__)

_TAKE_SECONDS = 0.25


@dataclass
class Watched:
    """One camera, or one view of a dome, under analysis. The lock is held whenever the analysis is used."""

    analysis: CameraAnalysis
    lock: threading.Lock
    objects: int = 0
    attention: Attention = "quiet"
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
        visit_of: Callable[[str], Visit | None] = lambda _: None,
        inspect: Callable[[Frame], Fault | None] = lambda _: None,
    ) -> None:
        self._watched: Mapping[str, Watched] = {}
        self._ring_of = ring_of
        self._schedule = schedule
        self._spool = spool
        self._memory = memory
        self._clips = ObjectClips(memory / "clips")
        self._bringers = ObjectClips(memory / "bringers", ".jpg")
        self._spooled = spooled
        self._timezone = timezone
        self._visit_of = visit_of
        self._inspect = inspect
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
        """One more camera, or view of a dome. What an earlier analysis of it knew, were it before a restart, is taken
        up, so that nothing is told twice and nothing forgotten."""
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

    def reconfigure(self, name: str, camera: Camera, ground: GroundModel | None, view: DomeView | None = None) -> None:
        """Waits for a look that is under way."""
        watched = self._watched[name]
        with watched.lock:
            watched.analysis.reconfigure(camera, ground, view)

    def visit(self, name: str, ground: GroundModel | None) -> dict[str, Any]:
        """How the analysis of a view is; `ground` where the dome has just come there. Waits for a look under way."""
        watched = self._watched.get(name)
        if watched is None:
            return {"ready": True, "attention": "quiet", "objects": 0}
        with watched.lock:
            if ground is not None:
                watched.analysis.begin_visit(ground)
            return {"ready": watched.analysis.ready, "attention": watched.attention, "objects": watched.objects}

    def stop(self) -> None:
        self._stop.set()

    def run(self) -> None:
        while not self._stop.is_set():
            key = self._schedule.take(_TAKE_SECONDS)
            if key is not None:
                begun = time.thread_time()
                if self._look(key):
                    self._schedule.done(time.thread_time() - begun)
        for name, watched in self._watched.items():
            with watched.lock:
                self._remember(name, watched)

    def _look(self, key: KeyFrame) -> bool:
        """Whether it was worth decoding: nobody looks at what a dome shows between its views."""
        name, since = self._subject_of(key)
        watched = self._watched.get(name)
        if watched is None:
            return False
        attention: Attention = "quiet"
        unit = key.unit()
        frame = self._decoder.decode(unit) if unit is not None else None
        if frame is None:
            self.undecodable += 1
        else:
            self.looked += 1
            unbelievable = self._inspect(frame) is not None
            with watched.lock:
                if unbelievable or watched.ended or self._subject_of(key) != (name, since):
                    return True
                attention = watched.attention = self._judge(watched, frame, since)
        if since and attention == "quiet":
            attention = "candidate"  # a visit is short
        with contextlib.suppress(KeyError):  # the camera was taken away meanwhile
            self._schedule.set_level(key.camera_id, Level(attention))
        return True

    def _subject_of(self, key: KeyFrame) -> tuple[str, float]:
        """What it is a picture of, and since when the camera has shown that; no name while a dome is elsewhere."""
        if key.camera_id in self._watched:
            return key.camera_id, 0.0
        visit = self._visit_of(key.camera_id)
        if visit is None or key.received_at < visit.since:
            return "", 0.0
        return subject_of(key.camera_id, visit.view), visit.since

    def _judge(self, watched: Watched, frame: Frame, since: float) -> Attention:
        analysis = watched.analysis
        try:
            observation = analysis.observe(frame)
        except ValueError as problem:
            log.warning("%s: picture cannot be analysed: %s", frame.camera_id, problem)
            return "quiet"
        if observation.wants_past:
            self._look_back(watched, observation, frame, since)
        for kept in (self._clips, self._bringers):
            kept.forget_all_but(analysis.subject, [thing.object_id for thing in observation.objects])
        for detection in observation.detections:
            self._tell(analysis, detection, frame, observation.displaced, since)
        watched.objects = len(observation.objects)
        if observation.detections or observation.wants_past:
            self._remember(analysis.subject, watched)
        return observation.attention

    def _look_back(self, watched: Watched, observation: Observation, frame: Frame, since: float) -> None:
        """Dates what has come, while the ring still holds its coming, and keeps that piece of the ring."""
        ring, subject = self._ring_of(frame.camera_id), watched.analysis.subject
        past = [unit for unit in ring.keyframes(since) if unit.received_at < frame.captured_at]
        frames = [decoded for unit in past if (decoded := self._decoder.decode(unit)) is not None]
        for bringer in watched.analysis.look_back(frames):
            moment = evidence.moment_picture(bringer, _name_of(watched.analysis), self._timezone)
            self._bringers.keep(subject, bringer.object_id, moment)
        for thing in observation.objects:
            if not self._clips.has(subject, thing.object_id):
                self._clips.keep(subject, thing.object_id, _clip(ring, since, frame.captured_at))

    def _tell(
        self,
        analysis: CameraAnalysis,
        detection: Detection,
        frame: Frame,
        displaced: tuple[float, float],
        since: float,
    ) -> None:
        name = _name_of(analysis)
        shown = replace(detection, box=_moved(detection.box, displaced))
        names, blobs = ["picture.jpg"], [evidence.picture(frame, shown, name, self._timezone)]
        clip = self._clips.take(analysis.subject, detection.object_id) if detection.phase == "present" else b""
        clip = clip or _clip(self._ring_of(detection.camera_id), since, frame.captured_at)
        if clip:
            names.append("clip.mp4")
            blobs.append(clip)
        brought = detection.phase == "present" and detection.rule in RULES_OF_BRINGING
        if brought and (moment := self._bringers.take(analysis.subject, detection.object_id)):
            names.append("bringer.jpg")
            blobs.append(moment)
        self._spool.put(detection.key, {**detection.to_plain(), "blobs": names}, blobs)
        log.info("%s: %s %s in zone %s", analysis.subject, detection.rule, detection.phase, detection.zone_id)
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

    def analysis_of(self, name: str) -> Watched | None:
        """Of a camera, or of a dome's view (`api.visits.subject_of`)."""
        return self._watched.get(name)


def _name_of(analysis: CameraAnalysis) -> str:
    return analysis.camera.name if analysis.view is None else f"{analysis.camera.name} {analysis.view.name}"


def _moved(box: Box, by: tuple[float, float]) -> Box:
    """As it lies in the very picture, cut to it."""
    left, top = (min(max(start + shift, 0.0), 1.0) for start, shift in zip(box[:2], by, strict=True))
    return left, top, min(box[2], 1.0 - left), min(box[3], 1.0 - top)


def _clip(ring: Ring, from_at: float, to_at: float) -> bytes:
    """Empty where the ring holds nothing a clip can be made of."""
    units: Sequence[AccessUnit] = ring.access_units(from_at, to_at)
    try:
        return clip(units)
    except ClipError as problem:
        log.warning("no clip for a detection: %s", problem)
        return b""
