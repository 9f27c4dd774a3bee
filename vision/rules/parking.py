"""A vehicle left where stopping is forbidden: it came by itself, nobody handles it, it is the same one all the time."""

from config.cameras import Zone
from vision.rules.conditions import confidence_of, fits, has_dwelt
from vision.rules.history import REJECT, WAIT, Judgement, ObjectHistory
from vision.rules.vehicle import like_a_vehicle

LEAST_STEADINESS = 0.6
LEAST_WIDTH_M = 1.2  # a person, a bin and a bicycle from the end are narrower, whatever else stands beside them


def judge(history: ObjectHistory, zone: Zone) -> Judgement:
    """Without a pose nothing is told: what is a vehicle can be said in metres only."""
    if history.size_m is None or not fits(history.size_m, zone.size) or history.size_m[0] < LEAST_WIDTH_M:
        return REJECT
    if not has_dwelt(history, zone) or history.steadiness < LEAST_STEADINESS:
        return WAIT
    if history.unchanged_seconds < zone.dwell_seconds or not like_a_vehicle(history):
        return WAIT  # a queue of cars moving up is not one that stays
    return Judgement("confirm", min(0.95, confidence_of(history) + 0.15 * (1.0 - history.busy_share)))
