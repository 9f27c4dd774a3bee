"""The layouts of all scenes, one module for each."""

from collections.abc import Callable

from sim.scenes.catalogue import Scene
from sim.scenes.layout import Layout
from sim.scenes.places import (
    back_alley,
    bicycle_station,
    bridge,
    bus_stop,
    car_park,
    crossing_factory,
    crossing_main,
    dusk_street,
    factory_gate,
    farmers_market,
    field_road,
    main_road,
    market_street,
    night_street,
    residential_gate,
    riverside,
    school_gate,
    square,
    temple,
    village_lane,
)

_LAYOUTS: dict[str, Callable[[Scene], Layout]] = {
    "crossing-main": crossing_main.layout,
    "crossing-factory": crossing_factory.layout,
    "main-road": main_road.layout,
    "bus-stop": bus_stop.layout,
    "bridge": bridge.layout,
    "dusk-street": dusk_street.layout,
    "night-street": night_street.layout,
    "market-street": market_street.layout,
    "village-lane": village_lane.layout,
    "back-alley": back_alley.layout,
    "field-road": field_road.layout,
    "riverside": riverside.layout,
    "school-gate": school_gate.layout,
    "factory-gate": factory_gate.layout,
    "farmers-market": farmers_market.layout,
    "residential-gate": residential_gate.layout,
    "bicycle-station": bicycle_station.layout,
    "temple": temple.layout,
    "square": square.layout,
    "car-park": car_park.layout,
}


def layout_of(scene: Scene) -> Layout:
    return _LAYOUTS[scene.id](scene)
