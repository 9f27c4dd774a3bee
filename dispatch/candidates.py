"""Who could go, best first. Pure.

House rule: the grid's own worker goes when free and not too far, then whoever is soonest there: by road where the
town's roads are known, else by distance, and the reason says which. Who cannot go stands at the end and is told apart
by `available`. Each has one line of reason for the dispatcher.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from config.dispatch import Dispatching
from dispatch.travel import BY_ROAD, mode_of
from gis.plane import distance_m
from gis.road_classes import BICYCLE_KMH, E_BIKE_KMH, WALK_KMH, Mode
from gis.road_search import Way
from incidents.text import Text
from incidents.views import WorkerView

Ways = Callable[[tuple[float, float], Sequence[WorkerView], Collection[str]], Mapping[str, Way]]
"""Of these free people, and above all those of the grid itself, who has which way to the place (`Travel.ways`)."""
DETOUR = 1.3
"""Roads are longer than the crow's way."""
GUESSED_KMH: Mapping[Mode, float] = {"walk": WALK_KMH, "bicycle": BICYCLE_KMH, "e-bike": E_BIKE_KMH, "car": 25.0}
_BY: Mapping[Mode, Text] = {
    "walk": Text("步行", "on foot"),
    "bicycle": Text("骑自行车", "by bicycle"),
    "e-bike": Text("骑电动车", "by e-bike"),
    "car": Text("开车", "by car"),
}


@dataclass(frozen=True, slots=True)
class Rules:
    """`own_grid_m`, where roads are known `own_grid_s`: how far the grid's own worker may be and still come first."""

    own_grid_m: float = 2000.0
    own_grid_s: float = 900.0
    stale_seconds: float = 600.0
    coarse_m: float = 200.0

    @classmethod
    def of(cls, told: Dispatching) -> "Rules":
        """As configured."""
        return cls(told.own_grid_metres, told.own_grid_minutes * 60, told.stale_minutes * 60, told.coarse_metres)


@dataclass(frozen=True, slots=True)
class Spot:
    """Where somebody is needed. Without coordinates nobody has a distance, and the grid decides alone."""

    lon: float | None
    lat: float | None
    grid: str | None


@dataclass(frozen=True, slots=True)
class Past:
    """Of the case to be sent to: who has `declined` it, who let an order for it `lapse`, what its class `wants` (ids of
    skills with their names)."""

    declined: frozenset[str] = frozenset()
    lapsed: frozenset[str] = frozenset()
    wants: Mapping[str, Text] = field(default_factory=dict)


NOTHING = Past()


@dataclass(frozen=True, slots=True)
class Candidate:
    """`distance_m` is as the crow flies, from the newest position; None where either end is unknown. `travel_s`: how
    soon he can be there: by road, `way_m` metres of it, or else guessed from the distance (`way_m` None)."""

    worker_id: str
    name: str
    distance_m: float | None
    lon: float | None
    lat: float | None
    accuracy_m: float | None
    position_age_s: float | None
    grid_match: bool
    available: bool
    reason: Text
    travel_s: float | None = None
    way_m: float | None = None
    transport: Mode = "walk"


def rank(
    workers: Iterable[WorkerView],
    spot: Spot,
    *,
    now: float,
    rules: Rules | None = None,
    past: Past = NOTHING,
    case_id: str | None = None,
    ways: Ways | None = None,
) -> tuple[Candidate, ...]:
    """All given workers, best first. `case_id`: the case itself, so that who has it in hand is told apart from who is
    busy with another; `ways`: None where the town's roads are not known."""
    rules, everybody = rules or Rules(), list(workers)
    against = {one.id: _against(one, _age(one, now), rules, past, case_id) for one in everybody}
    free = [one for one in everybody if against[one.id] is None]
    by_road: Mapping[str, Way] | None = None
    if ways is not None and spot.lon is not None and spot.lat is not None:
        own = [one.id for one in free if spot.grid in one.grids]
        by_road = ways((spot.lon, spot.lat), free, own) if free else {}
    judged = [_judge(one, spot, now, rules, against[one.id], by_road) for one in everybody]
    return tuple(sorted(judged, key=lambda one: _order(one, rules, by_road is not None)))


def _order(one: Candidate, rules: Rules, roads: bool) -> tuple[bool, bool, float, bool, str, str]:
    far = one.travel_s if roads and one.available else one.distance_m
    own_first = one.grid_match and _near_enough(one.travel_s, one.distance_m, rules, roads)
    guessed, name = one.way_m is None, one.name
    return not one.available, not own_first, far if far is not None else float("inf"), guessed, name, one.worker_id


def _near_enough(travel_s: float | None, distance: float | None, rules: Rules, roads: bool) -> bool:
    """Of the grid's own worker."""
    if distance is None:
        return True
    return travel_s is not None and travel_s <= rules.own_grid_s if roads else distance <= rules.own_grid_m


def _age(worker: WorkerView, now: float) -> float | None:
    return max(0.0, now - worker.position_at) if worker.position_at is not None else None


def _judge(
    worker: WorkerView,
    spot: Spot,
    now: float,
    rules: Rules,
    against: Text | None,
    by_road: Mapping[str, Way] | None,
) -> Candidate:
    distance: float | None = None
    if spot.lon is not None and spot.lat is not None and worker.lon is not None and worker.lat is not None:
        distance = distance_m(spot.lon, spot.lat, worker.lon, worker.lat)
    age, mode = _age(worker, now), mode_of(worker)
    own = spot.grid is not None and spot.grid in worker.grids
    way = by_road.get(worker.id) if by_road is not None else None
    guessed = None if distance is None else distance * DETOUR * 3.6 / GUESSED_KMH[mode]
    travel_s = way.seconds if way is not None else guessed
    if way is None and guessed is not None and by_road is not None and len(by_road) >= BY_ROAD:
        # Only so many were looked for: he is later than all of them, whatever the crow says.
        travel_s = max(guessed, *(one.seconds for one in by_road.values()))
    near_enough = _near_enough(travel_s, distance, rules, by_road is not None)
    return Candidate(
        worker_id=worker.id,
        name=worker.name,
        distance_m=None if distance is None else round(distance, 1),
        lon=worker.lon,
        lat=worker.lat,
        accuracy_m=worker.accuracy_m,
        position_age_s=None if age is None else round(age, 1),
        grid_match=own,
        available=against is None,
        reason=against or _for(own, near_enough, _how_far(distance, travel_s, way, mode, by_road is not None)),
        travel_s=None if travel_s is None else round(travel_s, 1),
        way_m=None if way is None else round(way.distance_m, 1),
        transport=mode,
    )


def _against(worker: WorkerView, age: float | None, rules: Rules, past: Past, case_id: str | None) -> Text | None:
    if worker.case_id is not None and worker.case_id == case_id:
        return Text("已派往本案件", "Sent to this case already")
    if not worker.duty:
        return Text("不在岗", "Off duty")
    if worker.id in past.declined:
        return Text("已拒绝本案件", "Declined this case")
    if worker.id in past.lapsed:
        return Text("此前未及时接单", "Did not accept this case in time")
    lacking = [name for skill, name in past.wants.items() if skill not in worker.skills]
    if lacking:
        zh, en = "、".join(one.zh for one in lacking), ", ".join(one.en for one in lacking)
        return Text(f"没有{zh}", f"Has no {en}")
    if worker.busy or worker.case_id is not None:
        return Text("正在处置其他案件", "Busy with another case")
    if age is None or worker.accuracy_m is None:
        return Text("没有位置", "No position")
    if age > rules.stale_seconds:
        minutes = int(age // 60)
        return Text(f"位置已过时({minutes} 分钟前)", f"Position is {minutes} min old")
    if worker.accuracy_m > rules.coarse_m:
        return Text(f"定位过粗(±{worker.accuracy_m:.0f} 米)", f"Position is too coarse (±{worker.accuracy_m:.0f} m)")
    return None


def _for(own: bool, near_enough: bool, far: Text) -> Text:
    if own and not near_enough:
        return Text(f"本网格,但较远,{far.zh}", f"Own grid but far, {far.en}")
    zh, en = ("本网格", "Own grid") if own else ("邻近", "Nearby")
    return Text(f"{zh},{far.zh}", f"{en}, {far.en}")


def _how_far(distance: float | None, travel_s: float | None, way: Way | None, mode: Mode, roads: bool) -> Text:
    if distance is None or travel_s is None:
        return Text("距离未知", "distance unknown")
    minutes, by = max(1, round(travel_s / 60)), _BY[mode]
    if way is not None:
        zh, en = say_distance(way.distance_m)
        return Text(f"{by.zh}约 {minutes} 分钟({zh})", f"about {minutes} min {by.en} ({en})")
    zh, en = say_distance(distance)
    if not roads:
        return Text(f"直线距离 {zh}", f"{en} as the crow flies")
    return Text(
        f"直线距离 {zh},道路行程未知,估计{by.zh} {minutes} 分钟",
        f"{en} as the crow flies, way by road not known, perhaps {minutes} min {by.en}",
    )


def say_distance(metres: float) -> tuple[str, str]:
    """For people, in Chinese and English: to 10 m below a kilometre, to 100 m above."""
    if metres < 995:
        rounded = max(10, round(metres, -1))
        return f"{rounded:.0f} 米", f"{rounded:.0f} m"
    return f"{metres / 1000:.1f} 公里", f"{metres / 1000:.1f} km"
