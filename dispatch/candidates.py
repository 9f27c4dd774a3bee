"""Who could go, best first. Pure.

House rule: the grid's own worker goes when free and not too far, then whoever is nearest. Who cannot go stands at the
end and is told apart by `available`, each with one line of reason for the dispatcher.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from gis.plane import distance_m
from incidents.text import Text
from incidents.views import WorkerView


@dataclass(frozen=True, slots=True)
class Rules:
    """`own_grid_m`: how far the grid's own worker may be and still come first."""

    own_grid_m: float = 2000.0
    stale_seconds: float = 600.0
    coarse_m: float = 200.0


@dataclass(frozen=True, slots=True)
class Spot:
    """Where somebody is needed. Without coordinates nobody has a distance, and the grid decides alone."""

    lon: float | None
    lat: float | None
    grid: str | None


@dataclass(frozen=True, slots=True)
class Candidate:
    """`distance_m` is as the crow flies, from the newest position; None where either end is unknown."""

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


def rank(
    workers: Iterable[WorkerView],
    spot: Spot,
    *,
    now: float,
    rules: Rules | None = None,
    refused: frozenset[str] = frozenset(),
    case_id: str | None = None,
) -> tuple[Candidate, ...]:
    """All given workers, best first. `refused`: who has declined this case; `case_id`: the case itself, so that
    who has it in hand is told apart from who is busy with another."""
    rules = rules or Rules()
    judged = [_judge(worker, spot, now, rules, refused, case_id) for worker in workers]
    return tuple(sorted(judged, key=lambda one: _order(one, rules)))


def _order(one: Candidate, rules: Rules) -> tuple[bool, bool, float, str, str]:
    distance = one.distance_m if one.distance_m is not None else float("inf")
    own_first = one.grid_match and (one.distance_m is None or distance <= rules.own_grid_m)
    return not one.available, not own_first, distance, one.name, one.worker_id


def _judge(
    worker: WorkerView, spot: Spot, now: float, rules: Rules, refused: frozenset[str], case_id: str | None
) -> Candidate:
    distance: float | None = None
    if spot.lon is not None and spot.lat is not None and worker.lon is not None and worker.lat is not None:
        distance = distance_m(spot.lon, spot.lat, worker.lon, worker.lat)
    age = max(0.0, now - worker.position_at) if worker.position_at is not None else None
    own = spot.grid is not None and spot.grid in worker.grids
    against = _against(worker, age, rules, refused, case_id)
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
        reason=against or _for(own, distance, rules),
    )


def _against(
    worker: WorkerView, age: float | None, rules: Rules, refused: frozenset[str], case_id: str | None
) -> Text | None:
    if worker.case_id is not None and worker.case_id == case_id:
        return Text("已派往本案件", "Sent to this case already")
    if not worker.duty:
        return Text("不在岗", "Off duty")
    if worker.id in refused:
        return Text("已拒绝本案件", "Declined this case")
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


def _for(own: bool, distance: float | None, rules: Rules) -> Text:
    zh, en = ("本网格", "Own grid") if own else ("邻近", "Nearby")
    if distance is None:
        return Text(f"{zh},距离未知", f"{en}, distance unknown")
    said_zh, said_en = say_distance(distance)
    if own and distance > rules.own_grid_m:
        return Text(f"本网格,但较远,{said_zh}", f"Own grid but far, {said_en}")
    return Text(f"{zh},距离 {said_zh}", f"{en}, {said_en} away")


def say_distance(metres: float) -> tuple[str, str]:
    """For people, in Chinese and English: to 10 m below a kilometre, to 100 m above."""
    if metres < 995:
        rounded = max(10, round(metres, -1))
        return f"{rounded:.0f} 米", f"{rounded:.0f} m"
    return f"{metres / 1000:.1f} 公里", f"{metres / 1000:.1f} km"
