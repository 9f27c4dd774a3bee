"""A crowd that gathers and stays: much of the ground taken by what stirs, for long."""

from config.cameras import Zone
from vision.rules.area_history import (
    AREA_END,
    AREA_WAIT,
    AREA_WATCH,
    AreaHistory,
    AreaJudgement,
    AreaSample,
)

STEADY_SHARE = 0.8  # of the dwell
LEAST_SHARE = 0.02  # of the zone: below it, whatever a pose says far off
FULL_SHARE = 0.35  # of the zone, where the camera has no pose, stands for the zone's number of people
ENDS_BELOW = 0.5  # of that number ...
ENDS_AFTER = 0.5  # ... for so much of the dwell


def judge(history: AreaHistory, zone: Zone) -> AreaJudgement:
    if history.told:
        quiet = history.last(ENDS_AFTER * zone.dwell_seconds)
        return AREA_END if quiet and all(_level(one, zone) < ENDS_BELOW for one in quiet) else AREA_WAIT
    if _level(history.samples[-1], zone) < ENDS_BELOW:
        return AREA_WAIT
    levels = [(_level(one, zone), one.seconds) for one in history.last(zone.dwell_seconds)]
    crowded = sum(seconds for level, seconds in levels if level >= 1.0)
    if levels and levels[-1][0] >= 1.0 and crowded >= STEADY_SHARE * sum(seconds for _, seconds in levels):
        typical = sorted(level for level, _ in levels)[len(levels) // 2]
        return AreaJudgement("begin", min(0.9, 0.4 + 0.25 * typical))
    return AREA_WATCH


def _level(sample: AreaSample, zone: Zone) -> float:
    """1 where there are as many people as the zone asks."""
    if sample.stirring_share < LEAST_SHARE:
        return 0.0
    return sample.stirring_share / FULL_SHARE if sample.people is None else sample.people / zone.people
