"""From a thing's record to the facts a rule is told, and from the rules' judgements to one decision."""

from dataclasses import dataclass
from typing import Literal
from zoneinfo import ZoneInfo

import numpy as np

from config.cameras import Zone
from gis.ground import GroundModel
from vision.area import Episode
from vision.detection import Detection, Location, Phase, Point, detection_key, foot_of
from vision.grid import Grid, Mask, PixelBox
from vision.rules import RULES
from vision.rules.conditions import contains, in_force
from vision.rules.history import ObjectHistory
from vision.static_object import Announcement, StaticObject

_BODY_ROWS = 0.7

Standing = Literal["confirm", "wait", "resting", "unwanted"]
"""`resting`: no rule is in force at this hour; `unwanted`: no rule will ever want it."""


@dataclass(frozen=True, slots=True)
class Decision:
    """`announcement` where the standing is to confirm; `dwell_seconds` of the zone that will decide next."""

    standing: Standing
    announcement: Announcement | None = None
    dwell_seconds: float = 0.0


def history_of(thing: StaticObject, grid: Grid, ground: GroundModel | None, now: float) -> ObjectHistory:
    steady = thing.steady_box()
    box = grid.box(steady)
    size_m = None if ground is None else ground.size_at(box)
    watched = max(thing.watched_seconds, 1e-6)
    return ObjectHistory(
        now=now,
        first_seen_at=thing.first_seen_at,
        box=box,
        foot=foot_of(box),
        size_m=size_m,
        visible=thing.visible,
        presence=thing.presence,
        steadiness=thing.steadiness,
        busy_share=min(1.0, thing.busy_seconds / watched),
        busyness=thing.busyness,
        quiet_seconds=thing.quiet_seconds,
        last_busy_at=thing.last_busy_at,
        edge_score=thing.edge_score,
        area_m2=None if size_m is None else size_m[0] * size_m[1] * filled_share(thing, grid.pixels(box)),
        unchanged_at=thing.changed_at,
        growth=thing.area / thing.settled_area if thing.settled_area else 1.0,
        body_share=1.0 if ground is None else body_share(thing.mask),
        calm_seconds=thing.calm_seconds,
        stirs=thing.stirs,
        upright=steady.height / steady.width,
    )


def body_share(mask: Mask) -> float:
    """How much of the width of `mask` seven of ten of its rows keep within, first pixel of a row to its last."""
    rows = mask[mask.any(axis=1)]
    if not rows.size:
        return 1.0
    extents = np.sort(rows.shape[1] - rows.argmax(axis=1) - rows[:, ::-1].argmax(axis=1))
    return float(extents[round(_BODY_ROWS * (extents.size - 1))] / rows.shape[1])


def filled_share(thing: StaticObject, box: PixelBox) -> float:
    """How much of `box` the thing's mask covers, 0 to 1."""
    left, top = max(0, box.left - thing.box.left), max(0, box.top - thing.box.top)
    inside = thing.mask[top : max(0, box.bottom - thing.box.top), left : max(0, box.right - thing.box.left)]
    return float(np.count_nonzero(inside)) / box.area


def decide(history: ObjectHistory, zones: list[Zone], timezone: ZoneInfo) -> Decision:
    """Asks the rule of every zone the thing stands in. The surest confirmation speaks: one thing, one case."""
    here = [zone for zone in zones if contains(zone.polygon, history.foot)]
    awake = [zone for zone in here if in_force(zone, history.now, timezone)]
    judged = [(RULES[zone.rule](history, zone), zone) for zone in awake]
    confirmed = [(judgement.confidence, zone) for judgement, zone in judged if judgement.decision == "confirm"]
    if confirmed:
        confidence, zone = max(confirmed, key=lambda pair: pair[0])
        return Decision("confirm", _announce(history, zone, confidence), zone.dwell_seconds)
    waiting = [zone.dwell_seconds for judgement, zone in judged if judgement.decision == "wait"]
    if waiting:
        return Decision("wait", dwell_seconds=max(waiting))
    return Decision("resting" if len(awake) < len(here) else "unwanted")


def _announce(history: ObjectHistory, zone: Zone, confidence: float) -> Announcement:
    return Announcement(
        zone_id=zone.id,
        rule=zone.rule,
        case_class=zone.case_class,
        level=zone.level,
        opens_case=zone.opens_case,
        confirmed_at=history.now,
        confidence=confidence,
        box=history.box,
        foot=history.foot,
    )


def detection_of(
    camera_id: str,
    thing: StaticObject | Episode,
    told: Announcement,
    phase: Phase,
    at: float,
    ground: GroundModel | None,
    view_id: str | None = None,
    appearance: bytes | None = None,
) -> Detection:
    """`at`: when this phase was decided."""
    return Detection(
        key=detection_key(camera_id, told.zone_id, thing.object_id, phase),
        object_id=thing.object_id,
        phase=phase,
        camera_id=camera_id,
        zone_id=told.zone_id,
        rule=told.rule,
        case_class=told.case_class,
        level=told.level,
        opens_case=told.opens_case,
        first_seen_at=thing.first_seen_at,
        confirmed_at=at,
        box=told.box,
        foot=told.foot,
        location=_locate(told.foot, ground),
        size_m=None if ground is None else ground.size_at(told.box),
        confidence=told.confidence,
        view_id=view_id,
        appearance=appearance,
        aspect=told.aspect or None,
    )


def _locate(foot: Point, ground: GroundModel | None) -> Location | None:
    fix = ground.to_ground(*foot) if ground is not None else None
    return None if fix is None else Location(fix.lon, fix.lat, fix.error_m)
