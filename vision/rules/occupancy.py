"""A place that is too full or too empty for long: a bicycle station without a bicycle, or one that overflows."""

from collections.abc import Callable, Sequence

from config.cameras import Zone
from vision.rules.area_history import AREA_END, AREA_WAIT, AreaHistory, AreaJudgement, AreaSample

FULL, EMPTY = "full", "empty"
STEADY_SHARE = 0.9  # of the dwell: one bicycle may be taken and brought back meanwhile
LEAST_TOLD = 0.8  # of the dwell could be told at all
ENDS_BY = 0.15  # of the place, back from what was told ...
ENDS_AFTER = 0.3  # ... for so much of the dwell


def judge(history: AreaHistory, zone: Zone) -> AreaJudgement:
    """`full_share: 1` and `empty_share: 0` switch their side off."""
    if history.told:
        return _goes_on(history, zone)
    recent = history.last(zone.dwell_seconds)
    for aspect, beyond in _sides(zone).items():
        if _holds(recent, beyond, STEADY_SHARE):
            shares = [one.taken_share for one in recent if one.taken_share is not None]
            typical = sorted(shares)[len(shares) // 2]
            margin = (typical - zone.full_share) if aspect == FULL else (zone.empty_share - typical)
            return AreaJudgement("begin", min(0.9, 0.6 + 2.0 * max(0.0, margin)), aspect)
    return AREA_WAIT


def _goes_on(history: AreaHistory, zone: Zone) -> AreaJudgement:
    """What was told before a side was switched off ends as if it were not."""
    back: Callable[[float], bool] = (
        (lambda share: share >= zone.empty_share + ENDS_BY)
        if history.aspect == EMPTY
        else (lambda share: share <= zone.full_share - ENDS_BY)
    )
    return AREA_END if _holds(history.last(ENDS_AFTER * zone.dwell_seconds), back, 1.0) else AREA_WAIT


def _sides(zone: Zone) -> dict[str, Callable[[float], bool]]:
    sides: dict[str, Callable[[float], bool]] = {}
    if zone.full_share < 1.0:
        sides[FULL] = lambda share: share >= zone.full_share
    if zone.empty_share > 0.0:
        sides[EMPTY] = lambda share: share <= zone.empty_share
    return sides


def _holds(samples: Sequence[AreaSample], asked: Callable[[float], bool], share: float) -> bool:
    """Whether `asked` holds for that share of the time that could be told, its newest sample among it."""
    told = [(one.seconds, asked(one.taken_share)) for one in samples if one.taken_share is not None]
    seconds = sum(length for length, _ in told)
    if not told or not told[-1][1] or seconds < LEAST_TOLD * sum(one.seconds for one in samples):
        return False
    return sum(length for length, holds in told if holds) >= share * seconds
