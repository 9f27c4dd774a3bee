"""A stall in a no-stall zone: something the size of a cart that stays, often with people about it."""

from config.cameras import Zone
from vision.rules.conditions import confidence_of, fits, has_dwelt
from vision.rules.history import REJECT, WAIT, Judgement, ObjectHistory
from vision.rules.vehicle import like_a_vehicle, long_and_alone

LEAST_WIDTH_M = 0.8  # one person standing is narrower
LEAST_STEADINESS = 0.45
LEAST_WIDTH_SHARE, MOST_SHARE = 0.04, 0.6  # of the picture, where the camera has no pose ...
PERSON_UPRIGHT = 1.8  # ... and so many times as high as wide is somebody who stands there ...
PERSON_STIRS_SECONDS = 60.0  # ... unless it does not stir for so long, or for the dwell time


def judge(history: ObjectHistory, zone: Zone) -> Judgement:
    if not _stall_sized(history, zone):
        return REJECT
    if not has_dwelt(history, zone) or history.steadiness < LEAST_STEADINESS:
        return WAIT
    if like_a_vehicle(history) or long_and_alone(history) or _like_a_person(history, zone):
        return WAIT
    return Judgement("confirm", min(0.95, confidence_of(history) + 0.2 * min(1.0, 2.0 * history.busy_share)))


def _stall_sized(history: ObjectHistory, zone: Zone) -> bool:
    if history.size_m is not None:
        return history.size_m[0] >= LEAST_WIDTH_M and fits(history.size_m, zone.size)
    _, _, width, height = history.box
    return width >= LEAST_WIDTH_SHARE and max(width, height) <= MOST_SHARE


def _like_a_person(history: ObjectHistory, zone: Zone) -> bool:
    """By its shape, where nobody knows how wide it is, and by shifting its weight now and then."""
    if history.size_m is not None or history.upright < PERSON_UPRIGHT:
        return False
    return history.calm_seconds < min(PERSON_STIRS_SECONDS, zone.dwell_seconds)
