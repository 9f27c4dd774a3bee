"""Tours: rounds of arrangements with dwell times, personal or shared at an area."""

from incidents.store import Store
from incidents.store.preset_schema import tours
from runtime.clock import Clock
from wall.shelf import CameraPlaces, Shelf

STEPS_MAX = 200
DWELL_MIN_S = 3.0
DWELL_MAX_S = 3600.0


def tour_shelf(store: Store, clock: Clock, cameras: CameraPlaces) -> Shelf:
    """Each kept thing has one page a step, with its dwell time."""
    return Shelf(store, clock, cameras, tours, "tour")
