"""What a roads layer says of each line, in the words of the field: how fast whom it carries, and which way."""

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Literal, get_args

Mode = Literal["walk", "bicycle", "e-bike", "car"]
MODES: tuple[Mode, ...] = get_args(Mode)
WALK_KMH, BICYCLE_KMH, E_BIKE_KMH = 5.0, 13.0, 20.0

CLASS_KEYS = ("highway", "fclass", "kind", "class", "type", "道路等级", "道路类型", "类型")
ONEWAY_KEYS = ("oneway", "one_way", "dir_travel", "单行", "单行线")
SPEED_KEYS = ("maxspeed", "speed_limit", "限速")
CAR_SHARE = 0.7
"""Of the speed allowed that a car makes on the whole, with crossings and traffic."""


@dataclass(frozen=True, slots=True)
class RoadClass:
    """Car speed as driven, not as allowed; None: no cars. `wheels`: two-wheelers may ride; `foot`: one may walk."""

    car_kmh: float | None
    wheels: bool = True
    foot: bool = True


UNKNOWN = RoadClass(20.0)
_FOOT_PATH, _STEPS = RoadClass(None), RoadClass(None, wheels=False)
_BY_CAR_ALONE = RoadClass(70.0, wheels=False, foot=False)
CLASSES: Mapping[str, RoadClass] = {
    "motorway": _BY_CAR_ALONE,
    "trunk": RoadClass(50.0),
    "primary": RoadClass(40.0),
    "main": RoadClass(35.0),
    "secondary": RoadClass(35.0),
    "tertiary": RoadClass(30.0),
    "street": RoadClass(25.0),
    "unclassified": RoadClass(25.0),
    "residential": RoadClass(20.0),
    "riverside": RoadClass(20.0),
    "village": RoadClass(20.0),
    "service": RoadClass(12.0),
    "living_street": RoadClass(12.0),
    "lane": RoadClass(10.0),
    "track": RoadClass(10.0),
    "cycleway": _FOOT_PATH,
    "path": _FOOT_PATH,
    "pedestrian": _FOOT_PATH,
    "footway": _FOOT_PATH,
    "bridleway": _FOOT_PATH,
    "steps": _STEPS,
    "高速公路": _BY_CAR_ALONE,
    "国道": RoadClass(50.0),
    "省道": RoadClass(45.0),
    "县道": RoadClass(40.0),
    "乡道": RoadClass(30.0),
    "村道": RoadClass(20.0),
    "主干路": RoadClass(35.0),
    "次干路": RoadClass(30.0),
    "支路": RoadClass(20.0),
    "人行道": _FOOT_PATH,
    "步行街": _FOOT_PATH,
}
"""Classes of OpenStreetMap (`highway`, with and without `_link`), of Chinese road grades, and of the simulated town."""

_READ = frozenset({*CLASS_KEYS, *ONEWAY_KEYS, *SPEED_KEYS, "junction", "layer", "bridge", "tunnel"})
_FORWARD = frozenset({"yes", "true", "1", "f", "ft", "是", "顺行"})
_BACKWARD = frozenset({"-1", "reverse", "t", "tf", "逆行"})


@dataclass(frozen=True, slots=True)
class Carries:
    """What a line carries. Seconds per metre by mode along the line and against it, in the order of `MODES`; infinite
    where that mode may not. `level`: lines that cross on different levels do not meet."""

    along: tuple[float, ...]
    against: tuple[float, ...]
    level: int
    known: bool
    """Whether the layer names a class that stands in `CLASSES`."""


def carries(properties: Mapping[str, Any]) -> Carries:
    """Reads one feature's attributes, whatever the case of their names."""
    named = ((str(key).lower(), value) for key, value in properties.items() if value is not None)
    return _carries(tuple((key, str(value)[:40].strip().lower()) for key, value in named if key in _READ))


@lru_cache(maxsize=10_000)
def _carries(attributes: tuple[tuple[str, str], ...]) -> Carries:
    named = dict(attributes)
    found = next(
        (CLASSES[word] for key in CLASS_KEYS if (word := named.get(key, "").removesuffix("_link")) in CLASSES), None
    )
    kind = found or UNKNOWN
    car = kind.car_kmh
    if car is not None and (allowed := _number(_first(named, SPEED_KEYS))) is not None and 5 <= allowed <= 130:
        car = allowed * CAR_SHARE
    speeds = (
        WALK_KMH if kind.foot else 0.0,
        BICYCLE_KMH if kind.wheels else 0.0,
        E_BIKE_KMH if kind.wheels else 0.0,
        car or 0.0,
    )
    both = tuple(3.6 / speed if speed > 0 else math.inf for speed in speeds)
    no_cars = (*both[:-1], math.inf)
    way = _first(named, ONEWAY_KEYS) or ("yes" if named.get("junction") == "roundabout" else "")
    return Carries(
        along=no_cars if way in _BACKWARD else both,
        against=no_cars if way in _FORWARD else both,
        level=_level(named),
        known=found is not None,
    )


def _level(named: Mapping[str, str]) -> int:
    layer = _number(named.get("layer", ""))
    if layer:
        return max(-9, min(9, int(layer)))
    if named.get("bridge", "no") not in {"", "no", "f", "false", "0", "否"}:
        return 1
    return -1 if named.get("tunnel", "no") not in {"", "no", "f", "false", "0", "否"} else 0


def _first(named: Mapping[str, str], keys: tuple[str, ...]) -> str:
    return next((named[key] for key in keys if named.get(key)), "")


def _number(text: str) -> float | None:
    """The number a text begins with: `60`, `60.0`, `60 km/h`."""
    found = re.match(r"-?\d{1,4}(\.\d{1,4})?", text)
    return float(found[0]) if found else None
