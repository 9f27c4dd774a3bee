"""One camera's analysis, or that of one view of a dome: key frames in, detections out."""

import logging
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from zoneinfo import ZoneInfo

import cv2
import numpy as np

from config.cameras import Camera, Zone
from config.dome_views import DomeView
from gis.ground import GroundModel
from gis.zone_ground import zones_in_picture
from ingest.frame import Frame
from vision import snapshot, verification
from vision.alignment import Alignment, Laid
from vision.appearance import look_of
from vision.area import Episode
from vision.areas import Areas
from vision.background import Comparison
from vision.bringer import WITHIN_SECONDS, Bringer
from vision.confirming.asking import Asking
from vision.confirming.confirmer import Confirmer
from vision.detection import Box, Detection, Phase, Point, foot_of
from vision.grid import Grid, Mask
from vision.judging import Decision, decide, detection_of, history_of
from vision.look import fiery_places
from vision.looking_back import Past
from vision.observation import Attention, ObjectView, Observation, Verdict
from vision.rules import RULES, RULES_OF_BRINGING
from vision.rules.conditions import contains
from vision.scene import Scene
from vision.sight import Kind
from vision.static_object import Announcement, StaticObject
from vision.tracker import Tracker

log = logging.getLogger(__name__)

DATING_SAMPLES = 3  # a thing seen so often is worth decoding the past for
DATING_LIMIT_SECONDS = 30.0
YOUNG_SECONDS = 30.0
SETTLED_FACTOR, SETTLED_SECONDS = 1.5, 60.0
LONGEST_WATCH_SECONDS = 600.0  # where the dwell is counted in hours, a look now and then will do
UNWANTED_SECONDS = 60.0
FIRST_SECONDS = 4.0  # what the first sample of a visit counts for, however long nobody looked
MOST_REMEMBERED = 8


class CameraAnalysis:
    """Calls come in time order, from one thread at a time. 0.65 MB once a picture has been seen.

    Of a dome's view pictures are laid over its background before they are compared; `begin_visit` comes before the
    first of them. `confirmer` is asked about what a rule is about to tell; without it rules alone decide."""

    def __init__(
        self,
        camera: Camera,
        ground: GroundModel | None,
        timezone: ZoneInfo,
        new_id: Callable[[], str],
        view: DomeView | None = None,
        confirmer: Confirmer | None = None,
    ) -> None:
        self.camera = camera
        self.view = view
        self.subject = camera.id if view is None else f"{camera.id}.{view.id}"
        self._zones: list[Zone] = []
        self._areas = Areas((), timezone, new_id)
        self._lay_zones(ground)
        self._alignment: Alignment | None = None
        self._arriving = False
        self._ground = ground
        self._timezone = timezone
        self._scene: Scene | None = None
        self._tracker = Tracker(self._concerns, new_id)
        self._asking = Asking(confirmer)
        self._remembered: list[StaticObject] = []
        self._last_at = 0.0

    def reconfigure(self, camera: Camera, ground: GroundModel | None, view: DomeView | None = None) -> None:
        """Other zones, another pose, another name of the same camera. What it knows of the scene stays: of a case told
        the leaving is told too, wherever the zones are now, and what has stood for a while has stood so long."""
        self.camera, self.view, self._ground = camera, view, ground
        self._lay_zones(ground)

    def observe(self, frame: Frame) -> Observation:
        """One more picture; one not newer than the last changes nothing. ValueError for a picture too small."""
        if not self._watches or frame.captured_at <= self._last_at:
            return Observation()
        at, last_at = frame.captured_at, self._begun_at(frame.captured_at)
        self._last_at = at
        if self._scene is None:
            self._scene = Scene(Grid.for_picture(frame.width, frame.height), frame.luma)
            return Observation()
        scene = self._scene
        laid = self._lay(scene, frame)
        displaced = laid.shift[0] / scene.grid.width, laid.shift[1] / scene.grid.height
        seen = scene.compare(laid.picture, at - last_at, laid.known)
        if seen is None:
            return Observation(objects=self._views(scene.grid), displaced=displaced)
        self._tracker.step(seen, scene, at, last_at)
        gone = [self._gone(thing, at) for thing in self._tracker.departed(at) if thing.announced and thing.has_left]
        present, attention = self._judge(seen, scene, at, frame, displaced)
        fiery = partial(fiery_places, frame, scene.grid, laid.shift)
        areas = self._areas.step(seen, scene, self._tracker.objects, at, at - last_at, fiery)
        scene.background.learn(seen, _either(self._tracker.owned(scene), areas.held), at - last_at)
        detections = (*gone, *present, *(self._detection(one, one.told, phase, at) for one, phase in areas.told))
        attention = "candidate" if areas.watch and attention == "quiet" else attention
        return Observation(
            detections=detections,
            attention="burst" if detections else attention,
            wants_past=any(self._undated(thing, at) for thing in self._tracker.objects),
            objects=self._views(scene.grid),
            displaced=displaced,
        )

    def begin_visit(self, ground: GroundModel | None) -> None:
        """The dome has come to this view; `ground` is what it sees from there."""
        self._ground = ground
        self._lay_zones(ground, arriving=True)
        self._arriving = True
        if self._alignment is not None:
            self._alignment.arrive()

    @property
    def ground(self) -> GroundModel | None:
        """What it judges places and sizes by; of a view, where the dome stood when it last came."""
        return self._ground

    @property
    def ready(self) -> bool:
        """Whether the scene has been learnt."""
        return self._scene is not None and self._scene.background.ready

    def look_back(self, frames: Sequence[Frame]) -> list[Bringer]:
        """Past key frames, oldest first: dates the placement of what `wants_past` was set for, and says who or what
        was there then, where a rule wants to know."""
        scene = self._scene
        if scene is None:
            return []
        undated = [thing for thing in self._tracker.objects if self._undated(thing, self._last_at)]
        past = Past(scene, frames, lambda frame: self._lay(scene, frame))
        past.date(undated)
        asked = [thing for thing in undated if self._asks_for_bringer(thing, scene)]
        found = [past.bringer(thing, self._tracker.objects, WITHIN_SECONDS) for thing in asked]
        return [one for one in found if one is not None]

    def verify(self, object_id: str, box: Box, frames: Sequence[Frame]) -> Verdict:
        """Whether the thing told of as `object_id` is still there, judged by the newest few key frames, oldest first.

        Changes nothing. `box` is where the case says it stood. What was told of a zone as a whole is judged by the
        samples so far."""
        if not frames:
            return Verdict("cannot_tell", verification.NO_FRAMES)
        captured_at = frames[-1].captured_at
        phase = self._areas.phase_of(object_id)
        if phase is not None:
            return Verdict(phase, verification.GOES_ON if phase == "present" else verification.HAS_ENDED, captured_at)
        scene = self._scene
        known = [thing for thing in (*self._tracker.objects, *self._remembered) if thing.object_id == object_id]
        if scene is None or not known:
            return Verdict("cannot_tell", verification.NO_MEMORY, captured_at)
        thing = known[0]
        if not verification.same_place(thing.box, scene.grid.pixels(box)):
            return Verdict("cannot_tell", verification.OTHER_PLACE, captured_at)
        if thing.scene != scene.number or scene.changed:
            return Verdict("cannot_tell", verification.MOVED, captured_at)
        pictures = [self._lay(scene, frame) for frame in frames]
        if all(scene.shows_other_view(laid.picture) for laid in pictures):
            return Verdict("cannot_tell", verification.MOVED, captured_at)
        kinds: list[Kind] = []
        for laid in pictures:
            seen = scene.glance(laid.picture, laid.known)
            kinds.append("unclear" if seen is None else thing.seen_in(seen).kind)
        return verification.verdict_of(kinds, captured_at)

    def snapshot(self) -> bytes:
        """Everything needed to go on after a restart; empty where no picture has been seen yet."""
        if self._scene is None:
            return b""
        state = snapshot.State(
            self._last_at,
            self._scene,
            self._tracker.objects,
            self._remembered,
            self._areas.episodes,
            self._areas.learnt,
        )
        return snapshot.encode(self.subject, state)

    def restore(self, data: bytes) -> None:
        """Take up a snapshot of the same camera. `snapshot.SnapshotError` when damaged or foreign; then nothing of
        it is taken and analysis starts afresh."""
        if not data:
            return
        state = snapshot.decode(self.subject, data)
        self._last_at, self._scene = state.last_at, state.scene
        self._tracker.objects, self._remembered = state.objects, state.remembered
        self._areas.restore(state.episodes, state.learnt)

    def _lay_zones(self, ground: GroundModel | None, *, arriving: bool = False) -> None:
        zones = self._watchable(ground)
        self._zones = [zone for zone in zones if zone.rule in RULES]
        (self._areas.arrive if arriving else self._areas.configure)(zones, ground)
        self._watches = bool(zones)

    def _watchable(self, ground: GroundModel | None) -> list[Zone]:
        """The zones as they lie in the picture; those on the map that it does not show are left out, with a warning.
        What a view shows is known when the dome is there."""
        zones = self.camera.zones if self.view is None else self.view.zones
        seen, problems = zones_in_picture(zones, ground)
        for problem in problems if self.view is None or ground is not None else ():
            log.warning("%s: %s; it is not watched", self.subject, problem)
        return seen

    def _begun_at(self, at: float) -> float:
        """When the time that a sample stands for began."""
        if not self._arriving:
            return self._last_at
        self._arriving = False
        away = max(0.0, at - self._last_at - FIRST_SECONDS) if self._last_at else 0.0
        self._tracker.skip(away)
        return self._last_at + away

    def _lay(self, scene: Scene, frame: Frame) -> Laid:
        picture = scene.grid.shrink(frame.luma)
        if self.view is None:
            return Laid(picture, None, (0, 0))
        if self._alignment is None:
            self._alignment = Alignment(scene.grid)
        return self._alignment.lay(picture, scene.background.known_ground())

    def _asks_for_bringer(self, thing: StaticObject, scene: Scene) -> bool:
        foot = foot_of(scene.grid.box(thing.box))
        return any(zone.rule in RULES_OF_BRINGING and contains(zone.polygon, foot) for zone in self._zones)

    def _concerns(self, foot: Point) -> bool:
        return any(contains(zone.polygon, foot) for zone in self._zones)

    def _judge(
        self, seen: Comparison, scene: Scene, at: float, frame: Frame, displaced: Point
    ) -> tuple[list[Detection], Attention]:
        detections: list[Detection] = []
        attention: Attention = "quiet"
        for thing in list(self._tracker.objects):
            if thing.scene != scene.number:
                continue
            if thing.announced is not None:
                if thing.absent_samples:
                    attention = "candidate"
                continue
            history = history_of(thing, scene.grid, self._ground, at)
            held = self._asking.held(thing.object_id, history.box, at)
            zones = [zone for zone in self._zones if zone.rule not in held]
            decision = decide(history, zones, self._timezone)
            told = decision.announcement
            if told is not None and thing.tighten(seen):
                attention = "candidate"  # another size, and perhaps another place: judged anew at the next sample
            elif told is not None and not self._tracker.is_thing(thing, seen, scene):
                self._tracker.dismiss(thing, seen, scene)
            elif told is not None and not self._tracker.join_neighbour(thing, told.zone_id, seen, scene):
                seen_as = self._asking.ask(thing.object_id, told.rule, told.box, history.busy_share, frame, displaced)
                if seen_as is not None:
                    thing.announced = told
                    look = look_of(thing, seen, scene.grid, frame, displaced)
                    found = self._detection(thing, told, "present", at)
                    detections.append(replace(found, appearance=look, seen_as=seen_as))
                elif self._asking.soon(thing.object_id, at):
                    attention = "candidate"
            elif told is None and not held and self._no_longer_wanted(thing, decision, at):
                self._tracker.dismiss(thing, seen, scene)
            elif self._asking.soon(thing.object_id, at) if held else self._worth_watching(thing, decision, at):
                attention = "candidate"
        self._asking.forget_all_but([thing.object_id for thing in self._tracker.objects])
        return detections, attention

    @staticmethod
    def _no_longer_wanted(thing: StaticObject, decision: Decision, at: float) -> bool:
        if decision.standing != "unwanted":
            thing.unwanted_since = 0.0
            return False
        thing.unwanted_since = thing.unwanted_since or at
        return at - thing.unwanted_since >= UNWANTED_SECONDS

    @staticmethod
    def _worth_watching(thing: StaticObject, decision: Decision, at: float) -> bool:
        """Something that stands for long without becoming a case (a parked car, say) is looked at sparsely."""
        if decision.standing == "wait":
            watched = min(SETTLED_FACTOR * decision.dwell_seconds, LONGEST_WATCH_SECONDS) + SETTLED_SECONDS
            return at - thing.first_seen_at <= watched
        return decision.standing == "unwanted" and at - thing.created_at <= YOUNG_SECONDS

    def _gone(self, thing: StaticObject, at: float) -> Detection:
        assert thing.announced is not None
        self._remembered = [thing, *self._remembered][:MOST_REMEMBERED]
        return self._detection(thing, thing.announced, "gone", at)

    def _detection(self, thing: StaticObject | Episode, told: Announcement, phase: Phase, at: float) -> Detection:
        view_id = self.view.id if self.view is not None else None
        return detection_of(self.camera.id, thing, told, phase, at, self._ground, view_id)

    @staticmethod
    def _undated(thing: StaticObject, at: float) -> bool:
        return (
            not thing.dated
            and not thing.unwanted_since
            and thing.present_samples >= DATING_SAMPLES
            and at - thing.created_at <= DATING_LIMIT_SECONDS
        )

    def _views(self, grid: Grid) -> tuple[ObjectView, ...]:
        return tuple(
            ObjectView(
                object_id=thing.object_id,
                state="confirmed" if thing.announced else "candidate",
                box=grid.box(thing.box),
                first_seen_at=thing.first_seen_at,
                visible=thing.visible,
            )
            for thing in self._tracker.objects
        ) + tuple(
            ObjectView(one.object_id, "confirmed", one.told.box, one.first_seen_at, True)
            for one in self._areas.episodes
        )


def _either(first: Mask | None, second: Mask | None) -> Mask | None:
    if first is None or second is None:
        return second if first is None else first
    return np.asarray(cv2.bitwise_or(first, second), np.uint8)
