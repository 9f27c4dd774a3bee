"""Perhaps smoke: a veil that stays, stirs, grows and rises. Perhaps fire: a glow that stays and is never the same.

A candidate for a person to look at, not an alarm."""

from collections.abc import Sequence
from statistics import fmean, pstdev

from config.cameras import Zone
from vision.rules.area_history import (
    AREA_END,
    AREA_WAIT,
    AREA_WATCH,
    AreaHistory,
    AreaJudgement,
    AreaSample,
    Glow,
    Plume,
)

SMOKE, FIRE = "smoke", "fire"
THERE = 0.75  # of the time
LEAST_PLUME, MOST_PLUME = 0.004, 0.3  # of the picture: more is fog, or a lorry before the lens
WASHED, STIRRING = 0.2, 0.08  # over the dwell: a lorry's side stands still
GROWN, RISEN = 1.4, 0.12  # by area; of its height, upwards: steam has its full size at once, fog comes from the side
ROOTED = 0.3  # of its height its foot may wander
LEAST_GLOW = 0.0002
NOVELTY, NOVEL_SHARE = 0.12, 0.7  # of the looks: a sign repeats itself, headlights on a stand too
WHOLE = 0.5  # of what glows is one patch: glitter is many
WANDERS = 0.5  # by its size
ENDS_AFTER = 0.5  # of the dwell
WATCHED_DWELLS = 4.0  # what has come to nothing in so long is looked at now and then


def judge(history: AreaHistory, zone: Zone) -> AreaJudgement:
    newest = history.samples[-1]
    seen = newest.plume or newest.glow
    if history.told:
        quiet = history.last(ENDS_AFTER * zone.dwell_seconds)
        return AREA_END if quiet and not any(one.plume or one.glow for one in quiet) else AREA_WAIT
    if seen is None:
        return AREA_WAIT
    recent = history.last(zone.dwell_seconds)
    if newest.glow is not None and _burns(recent, newest.glow):
        return AreaJudgement("begin", min(0.8, 0.4 + fmean(one.novelty for one in _glows(recent))), FIRE)
    if newest.plume is not None and _smokes(history, recent, newest.plume, zone.dwell_seconds):
        return AreaJudgement("begin", min(0.8, 0.4 + 0.5 * fmean(one.washed for one in _plumes(recent))), SMOKE)
    return AREA_WATCH if newest.at - seen.since <= WATCHED_DWELLS * zone.dwell_seconds else AREA_WAIT


def _smokes(history: AreaHistory, recent: Sequence[AreaSample], newest: Plume, dwell: float) -> bool:
    plumes = _plumes(recent)
    if not recent or newest.since > recent[0].at or not LEAST_PLUME <= newest.area <= MOST_PLUME:
        return False
    if len(plumes) < THERE * len(recent) or any(one.since != newest.since for one in plumes):
        return False
    if fmean(one.washed for one in plumes) < WASHED or fmean(one.stirring for one in plumes) < STIRRING:
        return False
    end = recent[-1].at
    first = _plumes([one for one in history.samples if 0.0 <= one.at - newest.since <= dwell / 3])
    last = _plumes([one for one in recent if end - one.at <= dwell / 3])
    if not first or not last:
        return False
    height = fmean(one.foot - one.top for one in last)
    grown = fmean(one.area for one in last) >= GROWN * fmean(one.area for one in first)
    risen = fmean(one.top for one in first) - fmean(one.top for one in last) >= RISEN * height
    rooted = pstdev([one.foot for one in plumes]) <= ROOTED * height
    return grown and risen and rooted


def _burns(recent: Sequence[AreaSample], newest: Glow) -> bool:
    glows = _glows(recent)
    if not recent or newest.since > recent[0].at or newest.area < LEAST_GLOW or len(glows) < THERE * len(recent):
        return False
    novel = sum(one.novelty >= NOVELTY for one in glows)
    size = fmean(one.area for one in glows) ** 0.5
    wanders = max(pstdev([one.x for one in glows]), pstdev([one.y for one in glows]))
    return (
        novel >= NOVEL_SHARE * len(glows)
        and fmean(one.whole for one in glows) >= WHOLE
        and wanders <= WANDERS * size
        and all(one.since == newest.since for one in glows)
    )


def _plumes(samples: Sequence[AreaSample]) -> list[Plume]:
    return [one.plume for one in samples if one.plume is not None]


def _glows(samples: Sequence[AreaSample]) -> list[Glow]:
    return [one.glow for one in samples if one.glow is not None]
