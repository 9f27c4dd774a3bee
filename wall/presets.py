"""Presets: arrangements of the wall kept by name, personal or shared at an area."""

from incidents.store import Store
from incidents.store.preset_schema import presets
from runtime.clock import Clock
from wall.shelf import CameraPlaces, Shelf


def preset_shelf(store: Store, clock: Clock, cameras: CameraPlaces) -> Shelf:
    """Each kept thing has exactly one page, without a dwell time."""
    return Shelf(store, clock, cameras, presets, "preset")
