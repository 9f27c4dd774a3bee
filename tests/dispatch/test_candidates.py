"""The ranking: the grid's own worker first, then the nearest, then who cannot go and why."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import Any

import pytest

from dispatch.candidates import Candidate, Past, Rules, Spot, Ways, rank, say_distance
from dispatch.travel import BY_ROAD
from gis.road_classes import Mode
from gis.road_search import Way
from incidents.views import WorkerView

NOW = 1_790_000_000.0
SPOT = Spot(120.405, 30.005, "A1")


def worker(name: str, metres: float | None = 100.0, grid: str = "B1", **changed: Any) -> WorkerView:
    """On duty, free, metres north of the spot, seen just now."""
    lat = None if metres is None else 30.005 + metres / 110_852
    whole = WorkerView(
        id=name, account_id=name, name=name, grids=(grid,), transport="walk", duty=True,
        lon=None if metres is None else 120.405, lat=lat, accuracy_m=None if metres is None else 8.0,
        position_at=None if metres is None else NOW - 5, case_id=None,
    )  # fmt: skip
    return replace(whole, **changed)


ORDERS: dict[str, tuple[list[WorkerView], str]] = {
    "nearest first": ([worker("far", 900), worker("near", 50), worker("mid", 300)], "near mid far"),
    "own grid before nearer ones": ([worker("near", 50), worker("own", 1900, "A1")], "own near"),
    "own grid too far away comes by distance": ([worker("near", 50), worker("own", 2100, "A1")], "near own"),
    "two of the own grid by distance": ([worker("b", 800, "A1"), worker("a", 700, "A1")], "a b"),
    "own but busy comes last": ([worker("own", 10, "A1", case_id="other"), worker("near", 500)], "near own"),
    "own but off duty comes last": ([worker("own", 10, "A1", duty=False), worker("near", 500)], "near own"),
    "own but stale comes last": ([worker("own", 10, "A1", position_at=NOW - 601), worker("near", 500)], "near own"),
    "the same distance by name": ([worker("b", 50), worker("a", 50)], "a b"),
    "who cannot go, own grid then distance": (
        [worker("x", 10, duty=False), worker("y", 5, duty=False), worker("o", 900, "A1", duty=False)], "o y x"),
    "nobody": ([], ""),
}  # fmt: skip


@pytest.mark.parametrize(("workers", "order"), ORDERS.values(), ids=ORDERS.keys())
def test_order(workers: list[WorkerView], order: str) -> None:
    assert [one.worker_id for one in rank(workers, SPOT, now=NOW)] == order.split()


def only(given: WorkerView, **more: Any) -> Candidate:
    (one,) = rank([given], SPOT, now=NOW, **more)
    return one


NEARBY = "邻近,直线距离 100 米", "Nearby, 100 m as the crow flies"
REASONS: dict[str, tuple[WorkerView, bool, str, str]] = {
    "own grid": (worker("w", 120, "A1"), True, "本网格,直线距离 120 米", "Own grid, 120 m as the crow flies"),
    "near": (worker("w", 1234), True, "邻近,直线距离 1.2 公里", "Nearby, 1.2 km as the crow flies"),
    "own grid, far": (
        worker("w", 2500, "A1"),
        True,
        "本网格,但较远,直线距离 2.5 公里",
        "Own grid but far, 2.5 km as the crow flies",
    ),
    "off duty": (worker("w", duty=False), False, "不在岗", "Off duty"),
    "off duty and busy": (worker("w", duty=False, case_id="x"), False, "不在岗", "Off duty"),
    "busy": (worker("w", case_id="x"), False, "正在处置其他案件", "Busy with another case"),
    "sent here already": (worker("w", case_id="this"), False, "已派往本案件", "Sent to this case already"),
    "declined": (worker("refuser"), False, "已拒绝本案件", "Declined this case"),
    "ten minutes old": (worker("w", position_at=NOW - 600), True, *NEARBY),
    "older": (worker("w", position_at=NOW - 665), False, "位置已过时(11 分钟前)", "Position is 11 min old"),
    "never seen": (worker("w", None), False, "没有位置", "No position"),
    "coarse": (worker("w", accuracy_m=201.0), False, "定位过粗(±201 米)", "Position is too coarse (±201 m)"),
    "just fine enough": (worker("w", accuracy_m=200.0), True, *NEARBY),
}


@pytest.mark.parametrize(("given", "available", "zh", "en"), REASONS.values(), ids=REASONS.keys())
def test_reason(given: WorkerView, available: bool, zh: str, en: str) -> None:
    one = only(given, past=Past(declined=frozenset({"refuser"})), case_id="this")
    assert (one.available, one.reason.zh, one.reason.en) == (available, zh, en)


def test_figures() -> None:
    one = only(worker("w", 500, "A1", position_at=NOW - 12.34))
    assert one.distance_m == pytest.approx(500, abs=0.5)
    assert (one.position_age_s, one.accuracy_m, one.grid_match) == (12.3, 8.0, True)
    assert only(worker("w", position_at=NOW + 30)).position_age_s == 0.0


def test_a_case_without_a_place_goes_by_its_grid() -> None:
    ranked = rank([worker("other", 5), worker("own", 5, "A1")], Spot(None, None, "A1"), now=NOW)
    assert [(one.worker_id, one.distance_m) for one in ranked] == [("own", None), ("other", None)]
    assert ranked[0].reason.en == "Own grid, distance unknown"


def test_a_case_in_no_grid_has_no_own_worker() -> None:
    ranked = rank([worker("a", 50), worker("b", 40, "A1")], Spot(120.405, 30.005, None), now=NOW)
    assert [(one.worker_id, one.grid_match) for one in ranked] == [("b", False), ("a", False)]


def test_house_rules_can_be_set() -> None:
    rules = Rules(own_grid_m=100, stale_seconds=10, coarse_m=5)
    workers = [worker("own", 150, "A1", accuracy_m=4.0), worker("near", 50, accuracy_m=4.0),
               worker("coarse", 1, accuracy_m=6.0), worker("stale", 1, position_at=NOW - 11)]  # fmt: skip
    ranked = rank(workers, SPOT, now=NOW, rules=rules)
    assert [(one.worker_id, one.available) for one in ranked] == [
        ("near", True), ("own", True), ("coarse", False), ("stale", False)]  # fmt: skip


DISTANCES = {0.0: "10 m", 14.0: "10 m", 96.0: "100 m", 994.0: "990 m", 995.0: "1.0 km", 12_345.0: "12.3 km"}


@pytest.mark.parametrize(("metres", "said"), DISTANCES.items())
def test_distances_for_people(metres: float, said: str) -> None:
    assert say_distance(metres)[1] == said


def by_road(*ways: Way) -> Ways:
    """Answers as `Travel.ways` does, whoever is asked for."""

    def answer(_: tuple[float, float], free: Sequence[WorkerView], __: Collection[str]) -> Mapping[str, Way]:
        ids = {one.id for one in free}
        return {way.id: way for way in ways if way.id in ids}

    return answer


def way(name: str, minutes: float, metres: float = 1000.0, mode: Mode = "walk") -> Way:
    return Way(name, mode, minutes * 60, metres)


ROAD_ORDERS: dict[str, tuple[list[WorkerView], list[Way], str]] = {
    "by time and not as the crow flies": ([worker("bank", 100), worker("road", 700)], [way("bank", 20), way("road", 4)],
                                          "road bank"),
    "own grid within a quarter of an hour first": ([worker("own", 900, "A1"), worker("near", 50)],
                                                   [way("own", 15), way("near", 1)], "own near"),
    "own grid, later": ([worker("own", 900, "A1"), worker("near", 50)], [way("own", 15.1), way("near", 1)], "near own"),
    "own grid but busy": ([worker("own", 5, "A1", case_id="x"), worker("near", 50)], [way("near", 1)], "near own"),
    "no way by road: guessed, longer than straight": ([worker("field", 600), worker("a", 900), worker("b", 1500)],
                                                      [way("a", 9), way("b", 10)], "a field b"),
}  # fmt: skip


@pytest.mark.parametrize(("workers", "ways", "order"), ROAD_ORDERS.values(), ids=ROAD_ORDERS.keys())
def test_order_by_road(workers: list[WorkerView], ways: list[Way], order: str) -> None:
    ranked = rank(workers, SPOT, now=NOW, ways=by_road(*ways))
    assert [one.worker_id for one in ranked] == order.split()


ROAD_REASONS: dict[str, tuple[WorkerView, list[Way], str, str]] = {
    "own grid": (worker("w", 120, "A1"), [way("w", 2.6, 240)], "本网格,步行约 3 分钟(240 米)",
                 "Own grid, about 3 min on foot (240 m)"),
    "near, by e-bike": (worker("w", 900, transport="e-bike"), [way("w", 4.4, 1460, "e-bike")],
                        "邻近,骑电动车约 4 分钟(1.5 公里)", "Nearby, about 4 min by e-bike (1.5 km)"),
    "own grid, far": (worker("w", 900, "A1"), [way("w", 16, 1300)], "本网格,但较远,步行约 16 分钟(1.3 公里)",
                      "Own grid but far, about 16 min on foot (1.3 km)"),
    "no way": (worker("w", 600, transport="car"), [], "邻近,直线距离 600 米,道路行程未知,估计开车 2 分钟",
               "Nearby, 600 m as the crow flies, way by road not known, perhaps 2 min by car"),
    "who cannot go": (worker("w", duty=False), [way("w", 1)], "不在岗", "Off duty"),
}  # fmt: skip


@pytest.mark.parametrize(("given", "ways", "zh", "en"), ROAD_REASONS.values(), ids=ROAD_REASONS.keys())
def test_reason_by_road(given: WorkerView, ways: list[Way], zh: str, en: str) -> None:
    one = only(given, ways=by_road(*ways))
    assert (one.reason.zh, one.reason.en) == (zh, en)
    assert (one.way_m is None) == (not ways or not one.available)


def test_behind_the_soonest_who_were_looked_for_comes_the_rest() -> None:
    found = [worker(f"w{n:02}", 2000) for n in range(BY_ROAD)]
    ways = [way(one.id, 20 + n) for n, one in enumerate(found)]
    ranked = rank([worker("near", 300), *found], SPOT, now=NOW, ways=by_road(*ways))
    assert ranked[-1].worker_id == "near", "not found among the soonest, so there is no short way"
    assert ranked[-1].travel_s == ranked[-2].travel_s
