"""The state machine where posts hold cases and handle them together."""

from dataclasses import replace
from typing import Any

import pytest

from incidents.case import SYSTEM, Action, Actor, Duty, Standing, State, decide
from incidents.case_terms import Part, PartState
from incidents.errors import Conflict, Invalid, NotAllowed

T = 1_790_000_000.0
LI, WEI, SUN, ZHAO = (Actor("person", name, name.title()) for name in ("li", "wei", "sun", "zhao"))
CAMERA = Actor("camera", "cam-a", "East crossing")
ROUTED = Standing(State.ASSIGNED, post="market", level=3, tier=3, deadline_at=T + 60)


def do(now: Standing, action: Action, actor: Actor, duty: Duty | set[Duty], **detail: Any) -> Standing:
    duties = frozenset(duty) if isinstance(duty, set) else frozenset({duty})
    return decide(now, action, actor, duties, {"reason": "why", "result": "gone", **detail}, T)


def accepted(now: Standing = ROUTED) -> Standing:
    return do(now, Action.ACCEPT, WEI, {Duty.HANDLE, Duty.POST})


def joint() -> Standing:
    """The market's staff leads; fire and services were asked, fire has taken its part on."""
    now = accepted()
    for post in ("fire", "services"):
        now = do(now, Action.JOIN, WEI, Duty.POST, post=post)
    return do(now, Action.PART_ACCEPT, SUN, Duty.PART, post="fire")


def test_a_case_is_routed_to_a_post_whose_staff_takes_it_on() -> None:
    now = do(Standing(State.FILED, level=3, tier=3), Action.ROUTE, SYSTEM, Duty.SYSTEM, post="market")
    assert (now.state, now.post, now.assignee_id, now.dispatchers) == (State.ASSIGNED, "market", None, frozenset())
    by_staff = accepted(now)
    assert (by_staff.state, by_staff.assignee_id, by_staff.post) == (State.ACCEPTED, "wei", "market")
    on_behalf = do(now, Action.ACCEPT, LI, Duty.HANDLE)
    assert (on_behalf.state, on_behalf.assignee_id) == (State.ACCEPTED, None), "said by radio: nobody is named"
    dropped = do(by_staff, Action.DECLINE, WEI, Duty.HANDLE)
    assert (dropped.state, dropped.assignee_id, dropped.post) == (State.ASSIGNED, None, "market"), "back to his post"
    with pytest.raises(Conflict, match="may return"):
        do(dropped, Action.DECLINE, WEI, Duty.HANDLE)


def test_what_a_post_returns_goes_to_the_room_and_remembers_it() -> None:
    back = do(accepted(), Action.RETURN, WEI, Duty.POST)
    assert (back.state, back.post, back.assignee_id, back.returned) == (State.FILED, None, None, frozenset({"market"}))
    with pytest.raises(Conflict, match="no post"):
        do(Standing(State.ASSIGNED, "wang", "li"), Action.RETURN, WEI, Duty.POST)
    anew = do(replace(back, state=State.CLOSED), Action.REOPEN, ZHAO, Duty.VERIFY)
    assert anew.returned == frozenset(), "a new round"


BEFORE_ANYBODY = {
    "a duplicate": (Action.DUPLICATE, {"of": "another"}, Duty.TRIAGE, LI, State.INVALID),
    "taken back": (Action.TAKE_BACK, {}, Duty.TRIAGE, LI, State.REVIEW),
    "gone": (Action.GONE, {}, Duty.CAMERA, CAMERA, State.CLOSED),
}


@pytest.mark.parametrize(("action", "detail", "duty", "actor", "state"), BEFORE_ANYBODY.values(), ids=BEFORE_ANYBODY)
def test_what_was_only_routed_is_as_good_as_filed(
    action: Action, detail: dict[str, Any], duty: Duty, actor: Actor, state: State
) -> None:
    assert do(ROUTED, action, actor, duty, **detail).state is state
    for taken in (accepted(), replace(ROUTED, dispatched_by="li")):
        if action is Action.GONE:
            assert do(taken, action, actor, duty).state is taken.state
        else:
            with pytest.raises(Conflict):
                do(taken, action, actor, duty, **detail)


def test_a_step_up_puts_the_next_post_above_who_is_at_it() -> None:
    moved = do(ROUTED, Action.ROUTE, SYSTEM, Duty.SYSTEM, post="district")
    assert (moved.state, moved.post, moved.assignee_id) == (State.ASSIGNED, "district", None)
    on_it = do(accepted(), Action.ROUTE, SYSTEM, Duty.SYSTEM, post="district")
    assert (on_it.state, on_it.post, on_it.assignee_id) == (State.ACCEPTED, "district", "wei")
    for detail in ({"worker_id": "wang"}, {"post": "market"}, {}):
        with pytest.raises(Conflict):
            do(accepted(), Action.ROUTE, SYSTEM, Duty.SYSTEM, **detail)
    with pytest.raises(Conflict, match="already"):
        do(ROUTED, Action.ROUTE, SYSTEM, Duty.SYSTEM, post="market")
    assert do(ROUTED, Action.ROUTE, SYSTEM, Duty.SYSTEM).state is State.FILED, "nobody any more: back to the room"


ASSIGNING = {
    "neither": ({}, Invalid),
    "both": ({"worker_id": "wang", "post": "fire"}, Invalid),
    "no text": ({"worker_id": 7}, Invalid),
    "the post that holds it": ({"post": "market"}, Conflict),
}


@pytest.mark.parametrize(("detail", "error"), ASSIGNING.values(), ids=ASSIGNING.keys())
def test_assigning_names_one(detail: dict[str, Any], error: type[Exception]) -> None:
    with pytest.raises(error):
        do(ROUTED, Action.ASSIGN, LI, Duty.DISPATCH, **detail)


def test_a_person_may_send_it_to_another_post_or_a_worker() -> None:
    other = do(joint(), Action.ASSIGN, LI, Duty.DISPATCH, post="fire")
    assert (other.post, other.assignee_id, other.dispatched_by) == ("fire", None, "li")
    assert {part.post: part.state for part in other.parts}["fire"] is PartState.WITHDRAWN, "it leads now"
    worker = do(other, Action.ASSIGN, LI, Duty.DISPATCH, worker_id="wang")
    assert (worker.post, worker.assignee_id) == (None, "wang")


def test_a_joint_case_is_handled_when_every_part_is_done_or_withdrawn() -> None:
    now = joint()
    assert now.parts == (Part("fire", PartState.ACCEPTED), Part("services", PartState.ASKED))
    for action, duty in ((Action.HANDLE, Duty.HANDLE), (Action.CLOSE, Duty.VERIFY)):
        with pytest.raises(Conflict, match="fire, services"):
            do(now, action, ZHAO, duty)
    now = do(now, Action.PART_DONE, SUN, Duty.PART, post="fire")
    now = do(now, Action.PART_WITHDRAW, WEI, Duty.POST, post="services")
    handled = do(now, Action.HANDLE, WEI, Duty.HANDLE)
    assert handled.state is State.HANDLED
    for actor in (WEI, SUN):
        with pytest.raises(NotAllowed, match="another person"):
            do(handled, Action.VERIFY, actor, Duty.VERIFY)
    assert do(handled, Action.VERIFY, ZHAO, Duty.VERIFY).state is State.CLOSED
    again = do(do(handled, Action.VERIFY, CAMERA, Duty.CAMERA, result="present"), Action.JOIN, LI, Duty.DISPATCH,
               post="fire")  # fmt: skip
    assert again.parts[0] == Part("fire", PartState.ASKED), "rework: it is asked anew"


PARTS = {
    "accepted twice": (Action.PART_ACCEPT, "fire", Conflict),
    "done before it is accepted": (Action.PART_DONE, "services", Conflict),
    "of a post that has none": (Action.PART_DONE, "water", Conflict),
    "of nobody named": (Action.PART_DONE, " ", Invalid),
    "asked twice": (Action.JOIN, "fire", Conflict),
    "of the one that leads": (Action.JOIN, "market", Conflict),
}


@pytest.mark.parametrize(("action", "post", "error"), PARTS.values(), ids=PARTS.keys())
def test_parts_go_in_order(action: Action, post: str, error: type[Exception]) -> None:
    with pytest.raises(error):
        do(joint(), action, SUN, {Duty.PART, Duty.DISPATCH}, post=post)


def test_what_ends_withdraws_open_parts_and_what_is_returned_keeps_them() -> None:
    struck = do(joint(), Action.STRIKE_OUT, LI, Duty.TRIAGE)
    assert {part.state for part in struck.parts} == {PartState.WITHDRAWN}
    back = do(joint(), Action.RETURN, WEI, Duty.POST)
    assert (back.state, len(back.parts)) == (State.FILED, 2)
    still = do(back, Action.GONE, CAMERA, Duty.CAMERA)
    assert (still.state, still.gone_at) == (State.FILED, T), "others are at it: a person closes"
    assert do(back, Action.PART_DONE, SUN, Duty.PART, post="fire").parts[0].state is PartState.DONE


def test_an_extension_lapses_when_another_post_has_it() -> None:
    asked = do(accepted(), Action.ASK_EXTENSION, WEI, Duty.HANDLE, until=T + 999.0)
    assert asked.extension_until is not None
    assert do(asked, Action.ROUTE, SYSTEM, Duty.SYSTEM, post="district").extension_until is not None, (
        "he is still at it"
    )
    dropped = do(asked, Action.DECLINE, WEI, Duty.HANDLE)
    assert dropped.extension_until is None
    by_post = do(ROUTED, Action.ASK_EXTENSION, LI, Duty.HANDLE, until=T + 999.0)
    assert accepted(by_post).extension_until is not None
    assert do(by_post, Action.ROUTE, SYSTEM, Duty.SYSTEM, post="district").extension_until is None
