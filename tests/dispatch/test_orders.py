"""Orders keep in step with their cases; delivery is counted apart."""

import pytest

from incidents.errors import NotAllowed, NotFound
from incidents.rights import Caller
from tests.incidents.world import IN_A1, IN_A2, IN_B1, START, World


@pytest.fixture
def sent(world: World) -> tuple[str, Caller, Caller]:
    """A case Wang is sent to; Chen is near as well."""
    wang, chen = world.worker("wang", "QX-A1", at=IN_A1), world.worker("chen", "QX-A2", at=IN_A2)
    case_id = world.take(blobs={}).case_id
    world.incidents.act(world.admin, case_id, "assign", {"worker_id": wang.account_id})
    return case_id, wang, chen


def states(world: World, case_id: str) -> list[tuple[str, str, str]]:
    names = {one.id: one.name for one in world.incidents.workers.list(world.admin)}
    found = world.dispatch.orders_of_case(world.admin, case_id)
    return [(names[one.worker_id], one.state, one.delivery) for one in found]


def test_delivered_when_the_phone_fetches_it(world: World, sent: tuple[str, Caller, Caller]) -> None:
    case_id, wang, chen = sent
    assert states(world, case_id) == [("Wang", "waiting", "pending")]
    assert world.dispatch.phone_orders(chen) == ()
    assert states(world, case_id) == [("Wang", "waiting", "pending")]
    world.clock.pass_(20)
    (fetched,) = world.dispatch.phone_orders(wang)
    assert (fetched.case.id, fetched.order.state) == (case_id, "waiting")
    assert (fetched.order.delivery, fetched.order.delivered_at) == ("delivered", START + 20)
    world.clock.pass_(20)
    assert world.dispatch.phone_orders(wang) == (fetched,)


STORIES: dict[str, tuple[list[str], list[tuple[str, str, str]]]] = {
    "accepted unseen": (["accept"], [("Wang", "accepted", "pending")]),
    "accepted": (["fetch", "accept"], [("Wang", "accepted", "delivered")]),
    "arrived": (["fetch", "accept", "arrive"], [("Wang", "arrived", "delivered")]),
    "handled": (["fetch", "accept", "arrive", "handle"], [("Wang", "done", "delivered")]),
    "declined": (["fetch", "decline"], [("Wang", "declined", "delivered")]),
    "reassigned before it was seen": (["reassign"], [("Wang", "withdrawn", "dropped"), ("Chen", "waiting", "pending")]),
    "reassigned after acceptance": (
        ["fetch", "accept", "reassign"], [("Wang", "withdrawn", "delivered"), ("Chen", "waiting", "pending")]),
    "declined, then another": (
        ["fetch", "decline", "reassign"], [("Wang", "declined", "delivered"), ("Chen", "waiting", "pending")]),
    "struck out": (["fetch", "strike"], [("Wang", "withdrawn", "delivered")]),
    "gone by itself: still to be reported": (["fetch", "gone"], [("Wang", "waiting", "delivered")]),
    "rework": (["fetch", "accept", "handle", "present"], [
        ("Wang", "done", "delivered"), ("Wang", "accepted", "pending")]),
    "verified": (["fetch", "accept", "handle", "verified"], [("Wang", "done", "delivered")]),
    "cannot tell": (["fetch", "accept", "handle", "cannot_tell"], [("Wang", "done", "delivered")]),
}  # fmt: skip


def live(world: World, step: str, case_id: str, wang: Caller, chen: Caller) -> None:
    incidents = world.incidents
    world.clock.pass_(1)
    match step:
        case "fetch":
            world.dispatch.phone_orders(wang)
        case "decline":
            incidents.act(wang, case_id, "decline", {"reason": "flat tyre"})
        case "reassign":
            incidents.act(world.admin, case_id, "assign", {"worker_id": chen.account_id})
        case "strike":
            incidents.act(world.admin, case_id, "strike-out", {"reason": "double"})
        case "gone":
            world.take(phase="gone", blobs={})
        case "verified" | "present" | "cannot_tell":
            result = "gone" if step == "verified" else step
            incidents.camera_verified(case_id, "cam-a", result, "", captured_at=START, picture=None)
        case _:
            incidents.act(wang, case_id, step, {})


@pytest.mark.parametrize(("steps", "after"), STORIES.values(), ids=STORIES.keys())
def test_stories(
    world: World, sent: tuple[str, Caller, Caller], steps: list[str], after: list[tuple[str, str, str]]
) -> None:
    case_id, wang, chen = sent
    for step in steps:
        live(world, step, case_id, wang, chen)
    assert states(world, case_id) == after
    assert world.incidents.check_trace(world.admin, case_id).valid


def test_a_refused_step_writes_no_order(world: World, sent: tuple[str, Caller, Caller]) -> None:
    case_id, _, chen = sent
    before = states(world, case_id)
    with pytest.raises(NotFound):
        world.incidents.act(chen, case_id, "accept", {})
    with pytest.raises(NotAllowed):
        world.incidents.act(world.person("view", "display", "QX"), case_id, "assign", {"worker_id": chen.account_id})
    assert states(world, case_id) == before


def test_candidates_for_a_case(world: World, sent: tuple[str, Caller, Caller]) -> None:
    case_id, wang, _ = sent
    ranked = world.dispatch.candidates(world.admin, case_id)
    assert [(one.name, one.available, one.reason.en) for one in ranked] == [
        ("Chen", True, "Nearby, 960 m as the crow flies"), ("Wang", False, "Sent to this case already")]  # fmt: skip
    world.incidents.act(wang, case_id, "decline", {"reason": "flat tyre"})
    assert {one.name: one.reason.en for one in world.dispatch.candidates(world.admin, case_id)}["Wang"] == (
        "Declined this case"
    )
    of_b = world.person("op-b", "operator", "QX-B")
    with pytest.raises(NotFound):
        world.dispatch.candidates(of_b, case_id)
    with pytest.raises(NotAllowed):
        world.dispatch.candidates(world.person("view", "display", "QX"), case_id)


def test_who_is_near_a_place(sqlite_world: World) -> None:
    sqlite_world.worker("wang", "QX-A1", at=IN_A1)
    sqlite_world.worker("chen", "QX-B1", at=IN_B1)
    near = sqlite_world.dispatch.near(sqlite_world.admin, *IN_B1)
    assert [(one.name, one.grid_match) for one in near] == [("Chen", True), ("Wang", False)]
    of_b = sqlite_world.person("op-b", "operator", "QX-B")
    assert [one.name for one in sqlite_world.dispatch.near(of_b, *IN_A1)] == ["Chen"]
    assert len(sqlite_world.dispatch.near(sqlite_world.admin, *IN_B1, limit=1)) == 1


def test_not_accepted_in_time(world: World, sent: tuple[str, Caller, Caller]) -> None:
    case_id, wang, chen = sent
    world.clock.pass_(299)
    assert world.dispatch.flag_unanswered() == ()
    heard: list[object] = []
    world.incidents.feed.listen(lambda change: heard.append((change.topic, change.data.id)))
    world.clock.pass_(1)
    (flagged,) = world.dispatch.flag_unanswered()
    assert (flagged.case.id, flagged.order.worker_id) == (case_id, wang.account_id)
    assert flagged.next is not None
    assert flagged.next.worker_id == chen.account_id
    assert ("case", case_id) in heard
    entry = world.incidents.get_case(world.admin, case_id).trace[-1]
    assert (entry.action, entry.actor.kind, entry.to_state) == ("unanswered", "system", "assigned")
    assert entry.detail["next_worker_name"] == "Chen"
    world.clock.pass_(600)
    assert world.dispatch.flag_unanswered() == ()
    world.incidents.act(wang, case_id, "accept", {})


def test_an_accepted_order_is_not_flagged(sqlite_world: World) -> None:
    wang = sqlite_world.worker("wang", "QX-A1", at=IN_A1)
    case_id = sqlite_world.take(blobs={}).case_id
    sqlite_world.incidents.act(sqlite_world.admin, case_id, "assign", {"worker_id": wang.account_id})
    sqlite_world.incidents.act(wang, case_id, "accept", {})
    sqlite_world.clock.pass_(3600)
    assert sqlite_world.dispatch.flag_unanswered() == ()


def test_nobody_else_to_send(sqlite_world: World) -> None:
    wang = sqlite_world.worker("wang", "QX-A1", at=IN_A1)
    case_id = sqlite_world.take(blobs={}).case_id
    sqlite_world.incidents.act(sqlite_world.admin, case_id, "assign", {"worker_id": wang.account_id})
    sqlite_world.clock.pass_(301)
    (flagged,) = sqlite_world.dispatch.flag_unanswered()
    assert flagged.next is None


def test_only_grid_workers_have_orders(sqlite_world: World) -> None:
    with pytest.raises(NotAllowed):
        sqlite_world.dispatch.phone_orders(sqlite_world.admin)
