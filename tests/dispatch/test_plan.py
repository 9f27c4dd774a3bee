"""Several cases at once: the least total there is, against every way to do it."""

from itertools import permutations

import numpy as np
import pytest

from dispatch.assignment import least_total
from dispatch.service import Dispatch
from dispatch.travel import Travel
from gis.road_network import road_network
from incidents.errors import NotAllowed, NotFound
from tests.gis.road_layers import layer, road
from tests.incidents.world import IN_A1, World

INF = np.inf

TABLES: dict[str, tuple[list[list[float]], list[int | None]]] = {
    "each the nearest": ([[1, 9], [9, 1]], [0, 1]),
    "the best of one is needed by the other": ([[1, 2], [1, 9]], [1, 0]),
    "as many as can be, though it is dearer": ([[1, 2], [1, INF]], [1, 0]),
    "more cases than people: the cheaper ones": ([[5], [3], [4]], [None, 0, None]),
    "nobody may": ([[INF, INF]], [None]),
    "no people": ([[], []], [None, None]),
    "no cases": ([], []),
    "three who wait for one another": ([[1, 2, INF], [1, INF, 3], [1, 9, INF]], [1, 2, 0]),
}


@pytest.mark.parametrize(("costs", "chosen"), TABLES.values(), ids=TABLES.keys())
def test_who_is_given_what(costs: list[list[float]], chosen: list[int | None]) -> None:
    table = np.array(costs, dtype=np.float64).reshape(len(costs), -1 if costs and costs[0] else 0)
    assert least_total(table) == chosen


@pytest.mark.parametrize("seed", range(40))
def test_no_other_way_serves_more_or_costs_less(seed: int) -> None:
    chance = np.random.default_rng(seed)
    rows, columns = int(chance.integers(1, 5)), int(chance.integers(1, 5))
    costs = chance.integers(0, 50, (rows, columns)).astype(np.float64)
    costs[chance.random((rows, columns)) < 0.3] = INF
    chosen = least_total(costs)
    taken = [one for one in chosen if one is not None]
    assert len(taken) == len(set(taken))
    served = [costs[row, one] for row, one in enumerate(chosen) if one is not None]
    assert np.isfinite(served).all()
    places = [*range(columns), *([None] * rows)]
    ways = [
        [costs[row, one] for row, one in enumerate(way) if one is not None]
        for way in set(permutations(places, rows))
        if all(one is None or costs[row, one] < INF for row, one in enumerate(way))
    ]
    assert (-len(served), sum(served)) == min((-len(one), sum(one)) for one in ways)


def test_fifty_cases_and_a_thousand_people() -> None:
    costs = np.random.default_rng(1).random((50, 1000))
    chosen = least_total(costs)
    assert len(set(chosen)) == 50
    total = sum(costs[row, one] for row, one in enumerate(chosen) if one is not None)
    greedy, left = 0.0, costs.copy()
    for row in range(50):
        one = int(np.argmin(left[row]))
        greedy, left[:, one] = greedy + costs[row, one], INF
    assert total <= greedy


LON, LAT = IN_A1
STREET = {"type": "LineString", "coordinates": [[LON - 0.01, LAT], [LON + 0.03, LAT]]}
ROADS = layer({"type": "Feature", "properties": {"kind": "street"}, "geometry": STREET})


@pytest.fixture
def roads(sqlite_world: World) -> World:
    """A straight street through the villages."""
    sqlite_world.incidents.acting.followers.clear()  # of the dispatch it came with
    sqlite_world.dispatch = Dispatch(sqlite_world.incidents, roads=road_network(ROADS))
    return sqlite_world


def case_at(world: World, east: float, number: int) -> str:
    """Far from other cases, so that it is none of them again."""
    place = {"lon": LON + east, "lat": LAT, "error_m": 1.0}
    box = [0.1 + 0.25 * number, 0.5, 0.05, 0.05]
    taken = world.take(object_id=f"o{number}", zone_id=f"z{number}", location=place, box=box, blobs={})
    return str(taken.case_id)


def test_a_plan_takes_the_total_and_says_why(roads: World) -> None:
    near = roads.worker("near", "QX-A1", at=(LON, LAT))
    far = roads.worker("far", "QX-B1", at=(LON + 0.01, LAT))
    between, west = case_at(roads, 0.004, 1), case_at(roads, -0.004, 2)
    plan = roads.dispatch.plan(roads.admin, [between, west, between])
    assert [(one.case.id, one.worker.worker_id if one.worker else None) for one in plan.proposals] == [
        (between, far.account_id), (west, near.account_id)]  # fmt: skip
    first, second = plan.proposals
    assert first.why.en.startswith("Least time in all (Near is of more use elsewhere): Nearby, about 7 min on foot")
    assert second.why.en.startswith("First choice: Own grid, about 5 min on foot")
    assert plan.one_by_one_s is not None
    assert plan.total_s < plan.one_by_one_s
    assert roads.incidents.get_case(roads.admin, west).case.assignee is None, "nothing is sent"


def test_a_plan_says_who_is_left_out_and_why(roads: World) -> None:
    near = roads.worker("near", "QX-A1", at=(LON, LAT))
    roads.worker("chen", "QX-A1", at=(LON + 0.012, LAT))
    sent, one, two = (case_at(roads, east, n) for n, east in enumerate((0.0, 0.006, 0.012)))
    roads.incidents.act(roads.admin, sent, "assign", {"worker_id": near.account_id})
    told = {item.case.id: (item.worker is not None, item.why.en) for item in
            roads.dispatch.plan(roads.admin, [sent, one, two]).proposals}  # fmt: skip
    assert told[sent] == (False, "Near has it")
    assert told[one] == (False, "Those who are free go to other cases")
    assert told[two][0]
    roads.incidents.act(roads.admin, two, "strike-out", {"reason": "double"})
    (ended,) = roads.dispatch.plan(roads.admin, [two]).proposals
    assert (ended.worker, ended.why.en) == (None, "Nobody is sent to a case in this state")


def test_a_plan_is_made_of_what_one_may_send_and_see(roads: World) -> None:
    roads.worker("near", "QX-A1", at=(LON, LAT))
    case_id = case_at(roads, 0.0, 1)
    with pytest.raises(NotFound):
        roads.dispatch.plan(roads.person("op-b", "operator", "QX-B"), [case_id])
    with pytest.raises(NotAllowed):
        roads.dispatch.plan(roads.person("view", "display", "QX"), [case_id])


def test_candidates_by_road_and_the_way_drawn(roads: World) -> None:
    near = roads.worker("near", "QX-A1", at=(LON + 0.001, LAT))
    case_id = case_at(roads, 0.0, 1)
    (one,) = roads.dispatch.candidates(roads.admin, case_id)
    assert one.way_m == pytest.approx(96.5, abs=1)
    assert one.reason.en == "Own grid, about 1 min on foot (100 m)"
    drawn = roads.dispatch.way(roads.admin, case_id, near.account_id)
    assert drawn is not None
    assert (drawn.line[0], drawn.line[-1]) == ((LON + 0.001, LAT), (LON, LAT))
    assert drawn.distance_m == pytest.approx(96.5, abs=1)
    with pytest.raises(NotFound):
        roads.dispatch.way(roads.person("op-b", "operator", "QX-B"), case_id, near.account_id)
    without = Travel(road_network(layer(road((9000, 0), (9500, 0)))))
    assert without.ways(IN_A1, []) == {}
