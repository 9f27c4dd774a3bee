"""Zones tried out before they hold: on what a camera has in mind and its ring still shows. Nothing is told, and the
analysis that runs goes on as it is."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any
from zoneinfo import ZoneInfo

from config.cameras import Camera, Zone
from config.dome_views import DomeView
from gis.ground import GroundModel
from gis.zone_ground import zones_in_picture
from ingest.frame import Frame
from vision.analysis import CameraAnalysis
from vision.detection import Box, Point
from vision.explanation import Outcome, outcome_of_area, outcomes_of
from vision.grid import Grid
from vision.judging import history_of
from vision.rules.history import ObjectHistory
from vision.static_object import StaticObject

MOST_FRAMES = 40


@dataclass(frozen=True, slots=True)
class TriedThing:
    """`told`: it has been told of already, by the zones that hold. `outcomes` is empty where it stands in no zone."""

    object_id: str
    box: Box
    foot: Point
    first_seen_at: float
    size_m: tuple[float, float] | None
    told: bool
    outcomes: tuple[Outcome, ...]

    def to_plain(self) -> dict[str, Any]:
        return {
            "id": self.object_id,
            "box": [round(value, 5) for value in self.box],
            "foot": [round(value, 5) for value in self.foot],
            "first_seen_at": self.first_seen_at,
            "size_m": None if self.size_m is None else [round(value, 2) for value in self.size_m],
            "told": self.told,
            "outcomes": [plain_outcome(one) for one in self.outcomes],
        }


@dataclass(frozen=True, slots=True)
class Trial:
    """`learnt`: the scene is known, so that what is new can be told from what was always there."""

    learnt: bool
    things: tuple[TriedThing, ...] = ()
    areas: tuple[Outcome, ...] = ()
    unseen: tuple[str, ...] = ()
    """Zones on the map that the picture does not show, each with why."""

    def to_plain(self) -> dict[str, Any]:
        return {
            "learnt": self.learnt,
            "things": [thing.to_plain() for thing in self.things],
            "areas": [plain_outcome(one) for one in self.areas],
            "unseen": list(self.unseen),
        }


class TrialAnalysis(CameraAnalysis):
    """An analysis nobody hears of, that says of every thing it knows what the zones make of it."""

    def __init__(
        self,
        camera: Camera,
        ground: GroundModel | None,
        timezone: ZoneInfo,
        view: DomeView | None = None,
        new_id: Callable[[], str] | None = None,
    ) -> None:
        count = iter(range(1, 1_000_000))
        super().__init__(camera, ground, timezone, new_id or (lambda: f"trial-{next(count)}"), view)
        zones = camera.zones if view is None else view.zones
        self.zones, problems = zones_in_picture(zones, ground)
        self.unseen = tuple(problems)

    def rewind(self, at: float) -> None:
        """Pictures after `at` count as not seen yet."""
        self._last_at = min(self._last_at, at)

    def things(self) -> list[StaticObject]:
        return list(self._tracker.objects)

    def tried(self, things: Sequence[StaticObject], now: float) -> list[TriedThing]:
        """What the zones make of each at `now`, not before the analysis last looked."""
        scene = self._scene
        if scene is None:
            return []
        here = [thing for thing in things if thing.scene == scene.number]
        return [self._tried(thing, scene.grid, max(now, self._last_at)) for thing in here]

    def areas(self, now: float) -> tuple[Outcome, ...]:
        """What the rules of areas make of each zone by the pictures seen so far."""
        found = self._areas.histories()
        return tuple(outcome_of_area(history, zone, self._timezone, now) for history, zone in found)

    def _tried(self, thing: StaticObject, grid: Grid, now: float) -> TriedThing:
        history: ObjectHistory = history_of(thing, grid, self._ground, now)
        return TriedThing(
            object_id=thing.object_id,
            box=history.box,
            foot=history.foot,
            first_seen_at=thing.first_seen_at,
            size_m=history.size_m,
            told=thing.announced is not None,
            outcomes=outcomes_of(history, self.zones, self._timezone),
        )


def try_zones(
    camera: Camera,
    view: DomeView | None,
    ground: GroundModel | None,
    timezone: ZoneInfo,
    remembered: bytes,
    frames: Sequence[Frame],
) -> Trial:
    """What the zones of `camera`, or of `view`, would tell now. `remembered` is a snapshot of the analysis that runs,
    empty where there is none; `frames` the ring's key frames, oldest first. Raises `vision.snapshot.SnapshotError`.

    Things known are judged as they are known; what has come since nobody looked, or stands where no zone was, is
    looked for in the ring anew."""
    looked = TrialAnalysis(camera, ground, timezone, view)
    looked.restore(remembered)
    known = looked.things()
    now = frames[-1].captured_at if frames else 0.0
    things = looked.tried(known, now)
    if frames:
        looked.rewind(frames[0].captured_at - 1.0)
    for frame in frames[-MOST_FRAMES:]:
        looked.observe(frame)
    names = {thing.object_id for thing in known}
    fresh = [thing for thing in looked.things() if thing.object_id not in names]
    things += [replace(one, told=False) for one in looked.tried(fresh, now)]
    return Trial(looked.ready, tuple(things), looked.areas(now), looked.unseen)


def with_zones(
    camera: Camera, view: DomeView | None, zones: Sequence[Zone], dwell: float | None = None
) -> tuple[Camera, DomeView | None]:
    """The camera, and where given its view, with these zones in place of its own; `dwell` in place of theirs."""
    tried = [zone if dwell is None else zone.model_copy(update={"dwell_seconds": dwell}) for zone in zones]
    if view is not None:
        return camera, view.model_copy(update={"zones": tried})
    return camera.model_copy(update={"zones": tried}), None


def plain_outcome(outcome: Outcome) -> dict[str, Any]:
    return {
        "zone": outcome.zone_id,
        "rule": outcome.rule,
        "result": outcome.result,
        "in_seconds": round(outcome.in_seconds, 1),
        "confidence": round(outcome.confidence, 3),
        "reasons": [{"code": one.code, "zh": one.zh, "en": one.en} for one in outcome.reasons],
    }
