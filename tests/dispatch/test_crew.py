"""Two go together: the case knows both, each accepts and arrives by himself, and what happens when one drops it."""

import pytest

from incidents.errors import Conflict, Invalid, NotAllowed, NotFound
from incidents.rights import Caller
from incidents.service import NewCase
from incidents.workers import Position
from tests.incidents.world import IN_A1, IN_A2, World


@pytest.fixture
def pair(world: World) -> tuple[str, Caller, Caller]:
    """A case for two, Wang sent first, Chen sent along."""
    wang, chen = world.worker("wang", "QX-A1", at=IN_A1), world.worker("chen", "QX-B1", at=IN_A2)
    case = world.incidents.create_case(world.admin, NewCase("05-01", *IN_A1, people=2))
    assert (case.people, case.companions) == (2, ())
    world.incidents.act(world.admin, case.id, "assign", {"worker_id": wang.account_id})
    world.clock.pass_(1)
    world.incidents.act(world.admin, case.id, "send-along", {"worker_id": chen.account_id})
    return case.id, wang, chen


def crew(world: World, case_id: str) -> tuple[str, str | None, list[str], list[tuple[str, str]]]:
    """State of the case, who leads, how far those along are, and everybody's orders."""
    case = world.incidents.get_case(world.admin, case_id).case
    sent = [(one.name, one.state) for one in world.dispatch.orders_of_case(world.admin, case_id)]
    return case.state, case.assignee.name if case.assignee else None, [one.state for one in case.companions], sent


def test_each_accepts_and_arrives_by_himself(world: World, pair: tuple[str, Caller, Caller]) -> None:
    case_id, wang, chen = pair
    # Chen sees it though it lies outside his grids, because he is sent there; and is busy now.
    (order,) = world.dispatch.phone_orders(chen)
    assert order.case.id == case_id
    assert next(one for one in world.incidents.workers.list(world.admin) if one.id == chen.account_id).busy
    world.incidents.act(chen, case_id, "accept", {})
    assert crew(world, case_id) == ("assigned", "Wang", ["accepted"], [("Wang", "waiting"), ("Chen", "accepted")])
    world.incidents.act(wang, case_id, "accept", {})
    for _ in range(2):
        world.clock.pass_(40)
        for one in (wang, chen):
            world.incidents.workers.report_positions(one, [Position(*IN_A1, 8.0, world.clock.now())])
    world.dispatch.see_arrivals()
    assert crew(world, case_id) == ("arrived", "Wang", ["arrived"], [("Wang", "arrived"), ("Chen", "arrived")])
    with pytest.raises(NotAllowed):
        world.incidents.act(chen, case_id, "handle", {"note": "swept"})
    world.incidents.act(wang, case_id, "handle", {"note": "swept"})
    assert crew(world, case_id) == ("handled", "Wang", [], [("Wang", "done"), ("Chen", "done")])
    # Both were there: neither checks his own work.
    deputy = world.person("chief", "operator", "QX")
    entry = world.incidents.get_case(deputy, case_id).trace[-1]
    assert entry.detail["changed"]["companions"] == [{chen.account_id: "arrived"}, {}]
    assert world.incidents.check_trace(world.admin, case_id).valid


def test_who_goes_along_declines_or_is_called_back(world: World, pair: tuple[str, Caller, Caller]) -> None:
    case_id, wang, chen = pair
    world.incidents.act(chen, case_id, "decline", {"reason": "flat tyre"})
    assert crew(world, case_id) == ("assigned", "Wang", [], [("Wang", "waiting"), ("Chen", "declined")])
    assert world.dispatch.phone_orders(chen) == ()
    # Off his own grids again, and nothing to see.
    with pytest.raises(NotFound):
        world.incidents.get_case(chen, case_id)
    li = world.worker("li", "QX-A2", at=IN_A2)
    world.incidents.act(world.admin, case_id, "send-along", {"worker_id": li.account_id})
    with pytest.raises(Conflict):
        world.incidents.act(world.admin, case_id, "send-along", {"worker_id": li.account_id})
    with pytest.raises(Conflict):
        world.incidents.act(world.admin, case_id, "send-along", {"worker_id": wang.account_id})
    with pytest.raises(NotAllowed):
        world.incidents.act(li, case_id, "along-withdraw", {"worker_id": li.account_id})
    world.incidents.act(world.admin, case_id, "along-withdraw", {"worker_id": li.account_id})
    assert crew(world, case_id)[2:] == ([], [("Wang", "waiting"), ("Chen", "declined"), ("Li", "withdrawn")])
    with pytest.raises(Invalid):
        world.incidents.act(world.admin, case_id, "along-accept", {})


def test_where_the_first_drops_it_the_second_leads(world: World, pair: tuple[str, Caller, Caller]) -> None:
    case_id, wang, chen = pair
    world.incidents.act(chen, case_id, "accept", {})
    world.incidents.act(wang, case_id, "decline", {"reason": "called away"})
    assert crew(world, case_id) == ("accepted", "Chen", [], [("Wang", "declined"), ("Chen", "accepted")])
    world.incidents.act(chen, case_id, "arrive", {})
    assert crew(world, case_id)[0] == "arrived"


def test_where_neither_has_accepted_nobody_is_left(world: World, pair: tuple[str, Caller, Caller]) -> None:
    case_id, wang, _ = pair
    world.incidents.act(wang, case_id, "decline", {"reason": "called away"})
    assert crew(world, case_id) == ("filed", None, [], [("Wang", "declined"), ("Chen", "withdrawn")])
    assert world.incidents.get_case(world.admin, case_id).case.people == 2


def test_the_dispatcher_reports_for_who_goes_along(world: World, pair: tuple[str, Caller, Caller]) -> None:
    case_id, _, chen = pair
    assert {"along-accept", "along-decline", "along-withdraw"} <= {
        one.replace("_", "-") for one in world.incidents.get_case(world.admin, case_id).actions
    }
    world.incidents.act(world.admin, case_id, "along-accept", {"worker_id": chen.account_id})
    entry = world.incidents.get_case(world.admin, case_id).trace[-1]
    assert (entry.action, entry.detail["on_behalf_of"]) == ("along_accept", "Chen")
    assert crew(world, case_id)[2] == ["accepted"]


def test_one_who_goes_along_is_late_and_another_is_sent(world: World, pair: tuple[str, Caller, Caller]) -> None:
    case_id, wang, chen = pair
    li = world.worker("li", "QX-A2", at=IN_A2)
    world.dispatch.told = world.dispatch.told.model_copy(update={"unanswered": "send"})
    world.incidents.act(wang, case_id, "accept", {})
    world.clock.pass_(310)
    world.incidents.workers.report_positions(li, [Position(*IN_A2, 8.0, world.clock.now())])
    (flagged,) = world.dispatch.flag_unanswered()
    assert (flagged.order.worker_id, flagged.sent) == (chen.account_id, True)
    assert crew(world, case_id) == (
        "accepted",
        "Wang",
        ["waiting"],
        [("Wang", "accepted"), ("Chen", "withdrawn"), ("Li", "waiting")],
    )
    assert world.dispatch.flag_unanswered() == ()
