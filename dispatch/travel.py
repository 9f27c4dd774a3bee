"""How soon free people can be at a place, by the town's roads. Thread-safe.

Where people stand on the roads is kept between questions: only who has moved since is looked up anew.
"""

from collections.abc import Collection, Mapping, Sequence
from threading import Lock

from gis.road_classes import MODES, Mode
from gis.road_network import RoadNetwork
from gis.road_search import Traveller, Travellers, Way
from incidents.views import WorkerView

BY_ROAD = 20
"""So many of the soonest are told by road; behind them distance will do."""
WITHIN_S = 1800.0
"""Who would need longer is not searched for: with few people free, that would be the whole city."""


class Travel:
    """`ways` is what `dispatch.candidates.rank` asks."""

    def __init__(self, network: RoadNetwork) -> None:
        self._travellers = Travellers(network)
        self._lock = Lock()

    def ways(
        self,
        place: tuple[float, float],
        free: Sequence[WorkerView],
        own: Collection[str] = (),
        count: int = BY_ROAD,
        drawn: bool = False,
    ) -> Mapping[str, Way]:
        """By id: the `count` soonest of these at (lon, lat), and those of `own` besides; within half an hour."""
        with self._lock:
            self._travellers.move(_traveller(one) for one in free if one.lon is not None and one.lat is not None)
            ids = {one.id for one in free}
            found = self._travellers.nearest(*place, count, among=ids, within_s=WITHIN_S, drawn=drawn)
            rest = (set(own) & ids) - {way.id for way in found}
            if rest and len(found) == count:
                found += self._travellers.nearest(*place, len(rest), among=rest, within_s=WITHIN_S, drawn=drawn)
        return {way.id: way for way in found}


def mode_of(worker: WorkerView) -> Mode:
    """How he moves; on foot where that is not known."""
    return next((mode for mode in MODES if mode == worker.transport), "walk")


def _traveller(worker: WorkerView) -> Traveller:
    assert worker.lon is not None
    assert worker.lat is not None
    return Traveller(worker.id, worker.lon, worker.lat, mode_of(worker))
