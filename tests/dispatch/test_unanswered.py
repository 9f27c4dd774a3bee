"""Not accepted in time: the next is named or sent, as configured, so often and no more."""

import pytest

from config.dispatch import Dispatching
from incidents.workers import Position
from tests.incidents.world import IN_A1, IN_A2, World


def state_of(world: World, case_id: str) -> tuple[str | None, tuple[str, ...]]:
    case = world.incidents.get_case(world.admin, case_id).case
    return case.assignee.id if case.assignee else None, case.unanswered


def test_named_and_not_sent(world: World) -> None:
    wang, chen = world.worker("wang", "QX-A1", at=IN_A1), world.worker("chen", "QX-A2", at=IN_A2)
    case_id = world.take(blobs={}).case_id
    world.incidents.act(world.admin, case_id, "assign", {"worker_id": wang.account_id})
    world.dispatch.told = Dispatching(accept_minutes=2)
    world.clock.pass_(119)
    assert world.dispatch.flag_unanswered() == ()
    world.clock.pass_(1)
    (flagged,) = world.dispatch.flag_unanswered()
    assert flagged.next is not None
    assert (flagged.next.worker_id, flagged.sent) == (chen.account_id, False)
    # The page can tell it by the case alone; once he accepts it is as if nothing had been.
    assert state_of(world, case_id) == (wang.account_id, (wang.account_id,))
    world.incidents.act(wang, case_id, "accept", {})
    assert state_of(world, case_id) == (wang.account_id, ())


def test_sent_one_after_the_other_and_then_a_person_decides(world: World) -> None:
    people = [world.worker(name, "QX-A1", at=IN_A1) for name in ("wang", "chen", "li", "zhao")]
    case_id = world.take(blobs={}).case_id
    world.incidents.act(world.admin, case_id, "assign", {"worker_id": people[0].account_id})
    world.dispatch.told = Dispatching(accept_minutes=1, unanswered="send", send_at_most=2)
    sent = []
    for _ in range(3):
        world.clock.pass_(61)
        for one in people:
            world.incidents.workers.report_positions(one, [Position(*IN_A1, 8.0, world.clock.now())])
        (flagged,) = world.dispatch.flag_unanswered()
        assert flagged.next is not None
        sent.append((flagged.sent, flagged.next.worker_id))
    assert [by_itself for by_itself, _ in sent] == [True, True, False]
    # Nobody is asked twice.
    assert len({people[0].account_id, *(who for _, who in sent)}) == 4
    assert state_of(world, case_id) == (sent[1][1], (sent[1][1],))
    route = [one for one in world.incidents.get_case(world.admin, case_id).trace if one.action == "route"]
    assert route[0].detail["why"]["en"].startswith("Not accepted in time, next: Own grid, ")
    reasons = {one.worker_id: one.reason.en for one in world.dispatch.candidates(world.admin, case_id)}
    assert reasons[people[0].account_id] == "Did not accept this case in time"
    assert world.incidents.check_trace(world.admin, case_id).valid


@pytest.mark.parametrize("passed_over", [False, True])
def test_who_is_passed_over_is_told_on_request(sqlite_world: World, passed_over: bool) -> None:
    world = sqlite_world
    world.worker("wang", "QX-A1", at=IN_A1)
    off = world.worker("chen", "QX-A2", at=IN_A2)
    world.incidents.workers.set_duty(off, False)
    case_id = world.take(blobs={}).case_id
    told = [
        {one.name: one.available for one in found}
        for found in (
            world.dispatch.candidates(world.admin, case_id, passed_over=passed_over),
            world.dispatch.near(world.admin, *IN_A1, passed_over=passed_over),
        )
    ]
    assert told == [{"Chen": False} if passed_over else {"Wang": True, "Chen": False}] * 2
