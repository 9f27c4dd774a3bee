"""Arrival seen by position: twice, as well as phone and place are known, and after he accepted."""

import pytest

from dispatch.arrivals import is_there
from incidents.patrol import Fix
from incidents.workers import Position
from tests.gis.road_layers import at
from tests.incidents.world import IN_A1, IN_A2, World


def fix(seconds_ago: float, metres: float, accuracy: float = 8.0) -> Fix:
    return Fix(*at(metres, 0), accuracy, 1000.0 - seconds_ago)


STANDING: dict[str, tuple[list[Fix], float, bool]] = {
    "twice": ([fix(0, 10), fix(40, 20)], 0, True),
    "once": ([fix(0, 10)], 0, False),
    "never heard": ([], 0, False),
    "twice within a moment": ([fix(0, 10), fix(3, 12)], 0, False),
    "often within half a minute, then longer": ([fix(0, 10), fix(10, 9), fix(20, 11), fix(30, 12)], 0, True),
    "just come": ([fix(0, 10), fix(40, 300)], 0, False),
    "gone again": ([fix(0, 300), fix(40, 10), fix(80, 10)], 0, False),
    "away in between": ([fix(0, 10), fix(20, 200), fix(40, 10)], 0, False),
    "a coarse one in between counts for nothing": ([fix(0, 10), fix(20, 900, 400), fix(40, 10)], 0, True),
    "coarse ones alone": ([fix(0, 10, 400), fix(40, 10, 400)], 0, False),
    "within the phone's accuracy": ([fix(0, 75, 50), fix(40, 75, 50)], 0, True),
    "beyond it": ([fix(0, 75, 40), fix(40, 75, 40)], 0, False),
    "within the place's error": ([fix(0, 75), fix(40, 75)], 40, True),
}


@pytest.mark.parametrize(("fixes", "error_m", "there"), STANDING.values(), ids=STANDING.keys())
def test_who_is_there(fixes: list[Fix], error_m: float, there: bool) -> None:
    assert is_there(fixes, *at(0, 0), error_m) is there


def test_a_worker_who_comes_is_seen_to_arrive_once(world: World) -> None:
    wang = world.worker("wang", "QX-A1", at=IN_A1)
    case_id = world.take(blobs={}).case_id

    def report(place: tuple[float, float]) -> None:
        world.clock.pass_(40)
        world.incidents.workers.report_positions(wang, [Position(*place, 8.0, world.clock.now())])

    report(IN_A1)
    world.incidents.act(world.admin, case_id, "assign", {"worker_id": wang.account_id})
    report(IN_A1)
    assert world.dispatch.see_arrivals() == (), "not accepted yet"
    world.clock.pass_(1)
    world.incidents.act(wang, case_id, "accept", {})
    assert world.dispatch.see_arrivals() == (), "where he was before he accepted does not count"
    for place in (IN_A2, IN_A1):
        report(place)
        assert world.dispatch.see_arrivals() == ()
    report(IN_A1)
    (seen,) = world.dispatch.see_arrivals()
    assert (seen.id, seen.state) == (case_id, "arrived")
    detail = world.incidents.get_case(wang, case_id)
    entry = detail.trace[-1]
    assert (entry.action, entry.actor.kind, entry.detail["by"]) == ("arrive", "system", "position")
    assert "arrive" not in detail.actions
    assert "handle" in detail.actions
    (order,) = world.dispatch.orders_of_case(world.admin, case_id)
    assert order.state == "arrived"
    report(IN_A1)
    assert world.dispatch.see_arrivals() == ()
    world.incidents.act(wang, case_id, "arrive", {})  # from a phone that was without a network until now
    world.incidents.act(wang, case_id, "handle", {})
    assert world.incidents.check_trace(world.admin, case_id).valid
