"""Cases that find their way: to whom, why, once a deadline; held by posts, and handled by several together."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from config.load import load_posts
from incidents.accounts import AccountChange
from incidents.case import State
from incidents.errors import Conflict, Invalid, NotAllowed, NotFound
from incidents.rights import Caller
from incidents.service import NewCase
from tests.incidents.world import IN_A1, IN_A2, IN_B1, World

HOUR = 3600.0


@pytest.fixture
def routed(sqlite_world: World) -> World:
    world = sqlite_world
    world.incidents.town = replace(world.incidents.town, posts=load_posts())
    return world


def staff(world: World, username: str, post: str) -> Caller:
    """Somebody who works at a post, and nowhere else."""
    caller = world.person(username, "post_staff", "QX")
    world.incidents.accounts.change(world.admin, caller.account_id, AccountChange(post=post))
    return world.incidents.accounts.sign_in(username, "correct horse 7", address="127.0.0.1").caller


def filed(world: World, case_class: str, level: Any = None, at: tuple[float, float] = IN_A1) -> str:
    return world.incidents.create_case(world.admin, NewCase(case_class, *at, level=level)).id


def told(world: World, case_id: str) -> tuple[str, str | None, str]:
    """Who has it, by the card of somebody who sees everything."""
    routing = world.incidents.get_case(world.admin, case_id).routing
    assert routing is not None
    return routing.holder_kind, routing.holder, routing.why.en


TO_POSTS = {
    "level 3, law enforcement": ("01-01", None, "town-law-enforcement"),
    "level 3, public order": ("10-02", None, "town-public-order"),
    "level 3, services": ("04-01", None, "town-services"),
    "level 3, market": ("09-05", None, "town-market"),
    "level 4": ("08-04", None, "district-centre"),
    "raised by hand": ("05-01", 4, "district-centre"),
}


@pytest.mark.parametrize(("case_class", "level", "post"), TO_POSTS.values(), ids=TO_POSTS.keys())
def test_levels_3_and_4_go_to_posts(routed: World, case_class: str, level: int | None, post: str) -> None:
    case_id = filed(routed, case_class, level)
    detail = routed.incidents.get_case(routed.admin, case_id)
    assert (detail.case.state, detail.case.post, detail.case.assignee) == ("assigned", post, None)
    assert [entry.action for entry in detail.trace] == ["open", "route"]
    entry = detail.trace[-1]
    assert (entry.actor.kind, entry.detail["changed"]["post"]) == ("system", [None, post])
    kind, holder, why = told(routed, case_id)
    assert (kind, holder) == ("post", post)
    assert why.startswith(f"Level {detail.case.level}, {detail.case.class_name.en} (")
    assert why == entry.detail["why"]["en"]
    assert routed.incidents.check_trace(routed.admin, case_id).valid


def test_levels_1_and_2(routed: World) -> None:
    assert told(routed, filed(routed, "05-05")) == (
        "room",
        None,
        "Level 1, Illegally parked vehicle (law enforcement): no grid worker here: stays with the room",
    )
    wang = routed.worker("wang", "QX-A1", at=IN_A1)
    case_id = filed(routed, "05-05")
    assert told(routed, case_id)[2].endswith("proposed: grid worker Wang")
    assert routed.incidents.get_case(routed.admin, case_id).case.state == "filed", "a person sends"
    assert told(routed, filed(routed, "05-01"))[2].endswith("no grid leader here: stays with the room")
    head = routed.person("head", "grid_leader", "QX-A")
    in_a, in_b = filed(routed, "05-01"), filed(routed, "05-01", at=IN_B1)
    assert told(routed, in_a)[:2] == ("person", head.account_id)
    assert told(routed, in_b)[:2] == ("room", None)
    assert [one.order.case_id for one in routed.dispatch.phone_orders(head)] == [in_a]
    assert {"accept", "decline"} <= set(routed.incidents.get_case(head, in_a).actions)
    always = routed.incidents.town.posts.routing.model_copy(update={"level_1": "auto", "level_2": "off"})
    posts = routed.incidents.town.posts.model_copy(update={"routing": always})
    routed.incidents.town = replace(routed.incidents.town, posts=posts)
    assert told(routed, filed(routed, "05-05"))[:2] == ("person", wang.account_id)
    assert told(routed, filed(routed, "05-05"))[:2] == ("room", None), "he is busy now"
    assert told(routed, filed(routed, "05-01"))[2].endswith("sent by the room")


def test_what_waits_for_a_verdict_is_sent_when_it_is_confirmed_and_called_back(routed: World) -> None:
    case_id = str(routed.take(opens_case=False, level=3, blobs={}).case_id)
    assert told(routed, case_id) == ("room", None, "sent once it is confirmed")
    confirmed = routed.incidents.act(routed.admin, case_id, "confirm")
    assert (confirmed.state, confirmed.post) == ("assigned", "town-law-enforcement")
    assert "take_back" in routed.incidents.get_case(routed.admin, case_id).actions
    back = routed.incidents.act(routed.admin, case_id, "take-back")
    assert (back.state, back.post) == ("review", None)
    other = filed(routed, "01-01", at=IN_B1)
    routed.incidents.act(routed.admin, case_id, "confirm")
    double = routed.incidents.act(routed.admin, case_id, "duplicate", {"of": other})
    assert double.state == "invalid"
    again = routed.incidents.act(routed.admin, case_id, "take-back")
    assert (again.state, again.post) == ("assigned", "town-law-enforcement"), "filed before, so it is sent again"


def test_triage_sends_it_elsewhere_while_nobody_has_taken_it(routed: World) -> None:
    case_id = filed(routed, "01-01")
    act = routed.incidents.act
    assert act(routed.admin, case_id, "triage", {"case_class": "09-05"}).post == "town-market"
    assert act(routed.admin, case_id, "triage", {"level": 4}).post == "district-centre"
    down = act(routed.admin, case_id, "triage", {"level": 1})
    assert (down.state, down.post) == ("filed", None), "of that level a person sends"
    act(routed.admin, case_id, "triage", {"level": 3})
    act(routed.admin, case_id, "accept")
    kept = act(routed.admin, case_id, "triage", {"level": 4})
    assert (kept.post, kept.state) == ("town-market", "accepted")
    assert told(routed, case_id)[1] == "town-market"


def test_a_post_takes_it_returns_it_and_is_not_asked_again_by_itself(routed: World) -> None:
    wei, sun = staff(routed, "wei", "town-law-enforcement"), staff(routed, "sun", "town-market")
    case_id = filed(routed, "01-01", at=IN_B1)
    incidents = routed.incidents
    with pytest.raises(NotFound):
        incidents.get_case(sun, case_id)
    assert [one.id for one in incidents.list_cases(wei).items] == [case_id]
    assert incidents.list_cases(sun).total == 0
    assert {"accept", "return", "join"} <= set(incidents.get_case(wei, case_id).actions)
    taken = incidents.act(wei, case_id, "accept")
    assert taken.assignee is not None
    assert (taken.state, taken.assignee.id) == ("accepted", wei.account_id)
    with pytest.raises(Invalid, match="reason"):
        incidents.act(wei, case_id, "return")
    back = incidents.act(wei, case_id, "return", {"reason": "it is a market matter"})
    assert (back.state, back.post, back.assignee) == ("filed", None, None)
    with pytest.raises(NotFound):
        incidents.get_case(wei, case_id)
    assert told(routed, case_id)[2].endswith("the post returned it: stays with the room")
    assert incidents.act(routed.admin, case_id, "triage", {"case_class": "01-07"}).post is None, "the same post"
    assert incidents.act(routed.admin, case_id, "triage", {"case_class": "09-05"}).post == "town-market"
    with pytest.raises(Invalid, match="no post"):
        incidents.act(routed.admin, case_id, "assign", {"post": "harbour"})
    by_hand = incidents.act(
        routed.admin, case_id, "assign", {"post": "town-law-enforcement", "note": "yours after all"}
    )
    assert by_hand.post == "town-law-enforcement"
    assert told(routed, case_id)[2].endswith("sent to Law enforcement (town) by a person")


def test_level_1_goes_to_the_nearest_who_is_free(routed: World) -> None:
    always = routed.incidents.town.posts.routing.model_copy(update={"level_1": "auto"})
    posts = routed.incidents.town.posts.model_copy(update={"routing": always})
    routed.incidents.town = replace(routed.incidents.town, posts=posts)
    away = (IN_A1[0] + 0.004, IN_A1[1])
    far, near = routed.worker("an", "QX-A1", at=away), routed.worker("bo", "QX-A1", at=IN_A1)
    first, second, third = (filed(routed, "05-05") for _ in range(3))
    assert told(routed, first)[:2] == ("person", near.account_id), "not the first by name"
    assert told(routed, second)[:2] == ("person", far.account_id), "the nearest is busy"
    assert told(routed, third)[:2] == ("room", None)
    routed.incidents.act(near, first, "decline", {"reason": "flat tyre"})
    assert told(routed, first)[:2] == ("room", None), "nobody is sent what he has declined"
    # Nobody knows where they are: the one of the grid, by name.
    routed.incidents.act(routed.admin, second, "strike-out", {"reason": "a drill"})
    routed.clock.pass_(3600)
    assert told(routed, filed(routed, "05-05"))[:2] == ("person", far.account_id)


def test_where_two_must_go_both_are_sent(routed: World) -> None:
    always = routed.incidents.town.posts.routing.model_copy(update={"level_1": "auto"})
    routed.incidents.town = replace(
        routed.incidents.town, posts=routed.incidents.town.posts.model_copy(update={"routing": always})
    )
    own = routed.worker("an", "QX-A1", at=IN_A1)
    beyond = routed.worker("bo", "QX-B1", at=IN_A1)

    def sent(case_id: str) -> tuple[str | None, list[str]]:
        case = routed.incidents.get_case(routed.admin, case_id).case
        return case.assignee.id if case.assignee else None, [one.id for one in case.companions]

    def for_two() -> str:
        return routed.incidents.create_case(routed.admin, NewCase("05-05", *IN_A1, people=2)).id

    alone = for_two()
    assert sent(alone) == (own.account_id, []), "of another village nobody is sent without a hand"
    routed.incidents.act(routed.admin, alone, "strike-out", {"reason": "a drill"})
    other = routed.worker("chu", "QX-A2", at=IN_A2)
    first = for_two()
    assert sent(first) == (own.account_id, [other.account_id])
    assert [one.order.case_id for one in routed.dispatch.phone_orders(other)] == [first]
    entry = routed.incidents.get_case(routed.admin, first).trace[-1]
    assert (entry.action, entry.actor.kind, entry.detail["why"]["en"]) == (
        "send_along", "system", "2 go together, sent by itself",
    )  # fmt: skip
    assert routed.incidents.check_trace(routed.admin, first).valid
    assert sent(for_two()) == (None, []), "everybody has something in hand"
    assert routed.dispatch.phone_orders(beyond) == ()


def test_a_breach_moves_it_to_the_next_tier_once(routed: World) -> None:
    wei, centre = staff(routed, "wei", "town-law-enforcement"), staff(routed, "chief", "district-centre")
    wang = routed.worker("wang", "QX-A1", at=IN_A1)
    zhao = routed.person("zhao", "supervisor", "QX")
    incidents = routed.incidents
    held, worked, sent = filed(routed, "01-01"), filed(routed, "01-01"), filed(routed, "05-01")
    incidents.act(wei, worked, "accept")
    incidents.act(routed.admin, sent, "assign", {"worker_id": wang.account_id})
    heard: list[tuple[str, str | None, bool]] = []
    incidents.feed.listen(
        lambda change: (
            heard.append((change.data.id, change.data.post, change.visible_to(centre)))
            if change.topic == "case"
            else None
        )
    )
    routed.clock.pass_(24 * HOUR)
    assert [incidents.supervision.watch(), incidents.supervision.watch()] == [(0, 1), (0, 0)]
    assert heard == [(sent, "town-law-enforcement", False)]
    assert routed.dispatch.phone_orders(wang) == (), "his order went with it"
    late = incidents.get_case(wei, sent)
    assert (late.case.tier, late.case.state, late.case.assignee) == (3, "assigned", None)
    assert [entry.action for entry in late.trace][-2:] == ["step_up", "route"]
    assert "stepped up to the town post" in told(routed, sent)[2]
    heard.clear()
    routed.clock.pass_(4 * 24 * HOUR)
    assert [incidents.supervision.watch(), incidents.supervision.watch()] == [(0, 2), (0, 0)]
    assert sorted(heard) == sorted([(held, "district-centre", True), (worked, "district-centre", True)])
    moved, kept = incidents.get_case(centre, held).case, incidents.get_case(centre, worked).case
    assert (moved.state, moved.assignee) == ("assigned", None)
    assert (kept.state, kept.assignee and kept.assignee.id) == ("accepted", wei.account_id), "he stays at it"
    with pytest.raises(NotFound):
        incidents.get_case(wei, held)
    # More time is another deadline: breached anew, it has nowhere higher to go.
    incidents.act(wei, worked, "ask-extension", {"until": routed.clock.now() + HOUR, "reason": "rain"})
    incidents.act(zhao, worked, "grant-extension")
    routed.clock.pass_(HOUR)
    assert [incidents.supervision.watch(), incidents.supervision.watch()] == [(0, 1), (0, 0)]
    assert [entry.action for entry in incidents.get_case(centre, worked).trace].count("route") == 2
    for case_id in (held, worked, sent):
        assert incidents.check_trace(routed.admin, case_id).valid


def test_three_posts_handle_one_case(routed: World) -> None:
    lead, fire, water = (
        staff(routed, name, f"town-{name}") for name in ("law-enforcement", "public-order", "services")
    )
    zhao, li = routed.person("zhao", "supervisor", "QX"), routed.person("li", "operator", "QX")
    case_id = filed(routed, "01-01")
    act: Callable[..., Any] = routed.incidents.act
    act(lead, case_id, "accept")
    with pytest.raises(NotFound):
        routed.incidents.get_case(fire, case_id)
    assert act(lead, case_id, "join", {"post": "town-public-order", "note": "secure the site"}).parts_open == 1
    assert act(li, case_id, "join", {"post": "town-services"}).parts_open == 2
    with pytest.raises(Conflict, match="parts of other posts"):
        act(lead, case_id, "handle")
    actions = {name: set(routed.incidents.get_case(one, case_id).actions) for name, one in (("f", fire), ("l", lead))}
    assert "part_accept" in actions["f"]
    assert not {"handle", "return", "assign", "part_done"} & actions["f"]
    assert "part_withdraw" in actions["l"]
    assert "handle" not in actions["l"], "not while others are at it"
    with pytest.raises(NotAllowed, match="another post"):
        act(fire, case_id, "part-accept", {"post": "town-services"})
    act(fire, case_id, "part-accept")
    act(fire, case_id, "part-done", {"note": "fenced off"})
    act(li, case_id, "part-accept", {"post": "town-services"})
    with pytest.raises(Invalid, match="reason"):
        act(water, case_id, "part-withdraw")
    act(water, case_id, "part-withdraw", {"reason": "no water here"})
    parts = {part.post: part for part in routed.incidents.get_case(li, case_id).parts}
    done = parts["town-public-order"]
    assert (done.state, done.wanted, done.note, done.by) == ("done", "secure the site", "fenced off", fire.name)
    assert (parts["town-services"].state, parts["town-services"].note) == ("withdrawn", "no water here")
    with pytest.raises(NotFound):
        routed.incidents.get_case(water, case_id)
    assert routed.incidents.get_case(fire, case_id).case.state == "accepted", "it still sees what it took part in"
    trace = routed.incidents.get_case(li, case_id).trace
    on_behalf = next(entry for entry in trace if entry.action == "part_accept" and entry.actor.id == li.account_id)
    assert on_behalf.detail["on_behalf_of"]["en"] == "Convenience services (town)"
    assert on_behalf.detail["changed"]["parts"][1] == {"town-public-order": "done", "town-services": "accepted"}
    assert act(lead, case_id, "handle").state == "handled"
    with pytest.raises(NotAllowed, match="another person"):
        act(li, case_id, "verify", {"result": "gone"})
    assert act(zhao, case_id, "verify", {"result": "gone"}).state == State.CLOSED
    assert routed.incidents.get_case(zhao, case_id).routing is None
    assert routed.incidents.check_trace(zhao, case_id).valid
