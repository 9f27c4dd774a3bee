"""Something dumped: small, and it stays when whoever brought it has gone."""

from config.cameras import Zone
from vision.rules.conditions import confidence_of, fits, has_dwelt
from vision.rules.history import REJECT, WAIT, Judgement, ObjectHistory

LARGEST_M = 3.0  # a heap may be that wide; anything longer is a vehicle
LEAST_SIDE, LEAST_LENGTH, MOST_LENGTH = 0.0185, 0.03, 0.35  # of the picture, where the camera has no pose
LEAST_STEADINESS = 0.55  # a person waiting sways
UNATTENDED_SECONDS = 10.0
UNATTENDED_BUSYNESS = 0.35  # passers-by come and go; whoever keeps close stirs again and again
CALM_SECONDS, CALM_SHARE = 30.0, 0.5  # without stirring by itself, at most so much of the dwell time
UPRIGHT = 1.8  # as high as a person is by his width
PER_STIR, MOST_STIRS = 0.25, 4  # longer for what has stirred before


def judge(history: ObjectHistory, zone: Zone) -> Judgement:
    if not _small(history, zone):
        return REJECT
    if not has_dwelt(history, zone) or history.steadiness < LEAST_STEADINESS:
        return WAIT
    if _attended(history, zone) or _alive(history, zone):
        return WAIT
    return Judgement("confirm", min(0.95, confidence_of(history) + 0.15 * (1.0 - history.busy_share)))


def _small(history: ObjectHistory, zone: Zone) -> bool:
    if history.size_m is not None:
        return fits(history.size_m, zone.size) and max(history.size_m) <= LARGEST_M
    short, long = sorted(history.box[2:])
    return short >= LEAST_SIDE and LEAST_LENGTH <= long <= MOST_LENGTH


def _attended(history: ObjectHistory, zone: Zone) -> bool:
    needed = min(UNATTENDED_SECONDS, zone.dwell_seconds / 2)
    return history.quiet_seconds < needed or history.busyness > UNATTENDED_BUSYNESS


def _alive(history: ObjectHistory, zone: Zone) -> bool:
    """Whoever stands still for a while has shifted his weight before, and will again."""
    needed = min(CALM_SECONDS, CALM_SHARE * zone.dwell_seconds)
    if history.upright >= UPRIGHT:
        needed *= 2.0
    return history.calm_seconds < needed * (1.0 + PER_STIR * min(history.stirs, MOST_STIRS))
