"""Is it a vehicle that nobody sells from? One answer for the rules that want one and those that want none."""

from vision.rules.history import ObjectHistory

HEIGHT_M = 1.1  # anything lower is a heap
LENGTH_M = 3.5  # across the view, from here on it may be a vehicle ...
BUSY_SHARE = 0.25  # ... unless people keep coming to it
BODY_M = 2.6  # ... or what makes it long is its shadow: a vehicle is long in most of its rows
LONG_FILLED = 0.7  # a cart with its parasol and its shadow fills less of its length
WIDTH_M = 1.4  # seen from the end or aslant it is narrower ...
SILHOUETTE_M2 = 4.2  # ... but no cart with its parasol fills so much of the picture ...
FILLED = 0.75  # ... in nearly all of its rows ...
ALONE = 0.2  # ... with nobody about: a cart has its vendor


def like_a_vehicle(history: ObjectHistory) -> bool:
    """False without a pose: a distant lorry equals a near cart."""
    if history.size_m is None or history.size_m[1] < HEIGHT_M:
        return False
    if long_and_alone(history):
        return history.body_share >= LONG_FILLED
    filled = history.size_m[0] >= WIDTH_M and history.body_share >= FILLED and history.busy_share < ALONE
    return filled and (history.area_m2 or 0.0) >= SILHOUETTE_M2


def long_and_alone(history: ObjectHistory) -> bool:
    """As long as a vehicle, and nobody comes to it: a vehicle, or a heap."""
    if history.size_m is None:
        return False
    width_m = history.size_m[0]
    return width_m >= LENGTH_M and width_m * history.body_share >= BODY_M and history.busy_share < BUSY_SHARE
