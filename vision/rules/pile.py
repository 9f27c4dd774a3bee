"""Material piled up, or garbage that lies exposed and grows: wide and low, for hours."""

from config.cameras import Zone
from vision.rules.conditions import confidence_of, fits, has_dwelt
from vision.rules.history import REJECT, WAIT, Judgement, ObjectHistory
from vision.rules.vehicle import like_a_vehicle

LEAST_SHAPE = 1.5  # width by height
HIGHEST_M = 2.0  # a cart under its parasol is wide, too
LEAST_STEADINESS = 0.6
MOST_BUSY_SHARE = 0.25  # goods people keep coming to are a stall's, and a car they load is a car
GROWN = 1.5  # what is added to is no delivery that will be fetched ...
GROWN_DWELL = 0.5  # ... and need not lie so long


def judge(history: ObjectHistory, zone: Zone) -> Judgement:
    """Told once; how it grows from then on, the pictures of the case show. Without a pose nothing is told: from afar a
    shop sign is as wide as a heap."""
    if history.size_m is None:
        return REJECT
    width, height = history.size_m
    if not fits(history.size_m, zone.size) or width < LEAST_SHAPE * height or height > HIGHEST_M:
        return REJECT
    grows = history.growth >= GROWN
    if not has_dwelt(history, zone, GROWN_DWELL if grows else 1.0) or history.steadiness < LEAST_STEADINESS:
        return WAIT
    if history.busy_share > MOST_BUSY_SHARE or like_a_vehicle(history):
        return WAIT
    return Judgement("confirm", min(0.95, confidence_of(history) + (0.15 if grows else 0.05)))
