"""The state machine: every state × action × duty, and the rules that are not a table."""

from dataclasses import replace
from itertools import product
from typing import Any

import pytest

from incidents.case import (
    ENDED,
    OPEN,
    REQUIRED_DETAIL,
    SYSTEM,
    TRANSITIONS,
    Action,
    Actor,
    Duty,
    Standing,
    State,
    decide,
)
from incidents.case_terms import AlongState, Companion, Part, PartState
from incidents.errors import Conflict, Invalid, NotAllowed

LI = Actor("person", "li", "Li")
WANG = Actor("person", "wang", "Wang")
CAMERA = Actor("camera", "cam-a", "East crossing")
DETAIL: dict[str, Any] = {"worker_id": "wang", "result": "gone", "reason": "because", "note": "a note", "of": "another"}
T = 1_790_000_000.0
DETAIL |= {"level": 3, "until": T + 86400.0, "score": 4}
DETAIL_OF: dict[str, dict[str, Any]] = {
    one: {**DETAIL, "post": "fire"} for one in ("join", "part_accept", "part_done", "part_withdraw")
}
# What a case must have beyond its state.
READY: dict[str, dict[str, Any]] = {
    "ask_extension": {"deadline_at": T + 60},
    "grant_extension": {"deadline_at": T, "extension_until": T + 60, "extension_by": "wang"},
    "refuse_extension": {"deadline_at": T, "extension_until": T + 60, "extension_by": "wang"},
    "urge": {"deadline_at": T + 60},
    "step_up": {"deadline_at": T},
    "return": {"post": "market"},
    "join": {"post": "market"},
    "part_accept": {"parts": (Part("fire", PartState.ASKED),)},
    "part_done": {"parts": (Part("fire", PartState.ACCEPTED),)},
    "part_withdraw": {"parts": (Part("fire", PartState.ASKED),)},
    "send_along": {"assignee_id": "chen"},
    "along_accept": {"companions": (Companion("wang", AlongState.WAITING),)},
    "along_decline": {"companions": (Companion("wang", AlongState.WAITING),)},
    "along_arrive": {"companions": (Companion("wang", AlongState.ACCEPTED),)},
    "along_withdraw": {"companions": (Companion("wang", AlongState.ACCEPTED),)},
}

# One letter a state, in the order of the loop: review filed assigned accepted arrived handled closed X=invalid.
LETTER = dict(zip("RFACVHDX", State, strict=True))
ALLOWED = {
    # action: (from, to or . for "stays", duties that may)
    "confirm": ("R", "F", "triage"),
    "reject": ("R", "X", "triage"),
    "duplicate": ("RF", "X", "triage"),
    "take_back": ("FX", "R", "triage"),
    "merge": ("RFACVHD", ".", "triage"),
    "unmerge": ("RFACVHDX", ".", "triage"),
    "assign": ("FACV", "A", "dispatch"),
    "route": ("FA", "A", "system"),
    "accept": ("A", "C", "handle"),
    "return": ("ACV", "F", "post"),
    "join": ("ACV", ".", "dispatch post"),
    "part_accept": ("FACV", ".", "part dispatch"),
    "part_done": ("FACV", ".", "part dispatch"),
    "part_withdraw": ("FACV", ".", "part dispatch post"),
    "decline": ("AC", "F", "handle"),
    "arrive": ("CV", "V", "handle system"),
    "handle": ("CV", "H", "handle"),
    "verify": ("H", "D", "verify camera"),
    "close": ("FACVH", "D", "verify"),
    "reopen": ("DX", "F", "verify camera"),
    "strike_out": ("FACVH", "X", "triage"),
    "comment": ("RFACVHDX", ".", "comment"),
    "evidence": ("RFACVHDX", ".", "comment handle camera system"),
    "sighted": ("RFACVHDX", ".", "camera"),
    "look": ("RFACVHDX", ".", "look"),
    "party": ("RFACVHDX", ".", "register"),
    "talk_down": ("RFACVHDX", ".", "talk_down"),
    "remind": ("RFACVH", ".", "comment"),
    "feedback": ("RFACVH", ".", "comment handle"),
    "gone": ("RFACVH", "?", "camera"),
    "unanswered": ("ACV", ".", "system"),
    "send_along": ("ACV", ".", "dispatch system"),
    "along_accept": ("ACV", ".", "along dispatch"),
    "along_decline": ("ACV", ".", "along dispatch"),
    "along_arrive": ("ACV", ".", "along dispatch system"),
    "along_withdraw": ("ACV", ".", "dispatch system"),
    "release": ("ACV", "F", "system"),
    "triage": ("RFACVH", ".", "triage"),
    "ask_extension": ("ACV", ".", "handle"),
    "grant_extension": ("ACV", ".", "supervise"),
    "refuse_extension": ("ACV", ".", "supervise"),
    "supervise": ("FACVH", ".", "supervise"),
    "urge": ("RFACVH", ".", "system"),
    "step_up": ("RFACVH", ".", "system"),
    "evaluate": ("D", ".", "supervise"),
}


def test_the_table_here_is_the_table_there() -> None:
    assert set(ALLOWED) == {action.value for action in TRANSITIONS} == {a.value for a in Action} - {"open"}


@pytest.mark.parametrize(("state", "action"), list(product(State, TRANSITIONS)), ids=lambda one: str(one))
def test_every_state_action_and_duty(state: State, action: Action) -> None:
    sources, target, duties = ALLOWED[action.value]
    for duty in Duty:
        actor = CAMERA if duty is Duty.CAMERA else SYSTEM if duty is Duty.SYSTEM else LI
        before = Standing(state, **READY.get(action.value, {}))

        def step(before: Standing = before, actor: Actor = actor, duty: Duty = duty) -> Standing:
            return decide(before, action, actor, frozenset({duty}), DETAIL_OF.get(action.value, DETAIL), T)

        if duty.value not in duties.split():
            with pytest.raises(NotAllowed):
                step()
        elif state not in {LETTER[letter] for letter in sources}:
            with pytest.raises(Conflict):
                step()
        elif target == ".":
            assert step().state is state
        elif target != "?":
            assert step().state is LETTER[target]


def test_nobody_may_do_anything_without_a_duty() -> None:
    for state, action in product(State, TRANSITIONS):
        with pytest.raises(NotAllowed):
            decide(Standing(state), action, LI, frozenset(), DETAIL, T)


def test_a_case_is_opened_only_once() -> None:
    with pytest.raises(Invalid):
        decide(Standing(State.FILED), Action.OPEN, LI, frozenset(Duty), DETAIL, T)


@pytest.mark.parametrize(("action", "key"), REQUIRED_DETAIL.items())
@pytest.mark.parametrize("value", [None, "", "  ", 7])
def test_what_must_be_said(action: Action, key: str, value: object) -> None:
    state = next(iter(sorted(TRANSITIONS[action].sources)))
    with pytest.raises(Invalid) as error:
        decide(Standing(state), action, LI, frozenset(Duty), {**DETAIL, key: value}, T)
    assert error.value.where == key


HANDLED = Standing(State.HANDLED, assignee_id="wang", dispatched_by="li", handled_by="wang")
SEPARATION = {
    "dispatcher may not verify": (HANDLED, Action.VERIFY, LI, False),
    "handler may not verify": (HANDLED, Action.VERIFY, WANG, False),
    "another person may verify": (HANDLED, Action.VERIFY, Actor("person", "zhao", "Zhao"), True),
    "the camera may verify": (HANDLED, Action.VERIFY, CAMERA, True),
    "dispatcher may not close what he dispatched": (HANDLED, Action.CLOSE, LI, False),
    "handler may not close what he handled": (HANDLED, Action.CLOSE, WANG, False),
    "dispatcher may close what the camera saw leave": (
        Standing(State.ASSIGNED, "wang", "li", gone_at=T), Action.CLOSE, LI, True),
    "handler may not, even then": (
        Standing(State.HANDLED, "wang", "li", "wang", gone_at=T), Action.CLOSE, WANG, False),
    "what nobody was sent to anybody may close": (Standing(State.FILED), Action.CLOSE, LI, True),
}  # fmt: skip


@pytest.mark.parametrize(("standing", "action", "actor", "may"), SEPARATION.values(), ids=SEPARATION.keys())
def test_who_checks_is_not_who_did_it(standing: Standing, action: Action, actor: Actor, may: bool) -> None:
    duties = frozenset({Duty.CAMERA if actor is CAMERA else Duty.VERIFY})
    if may:
        assert decide(standing, action, actor, duties, DETAIL, T).state is State.CLOSED
    else:
        with pytest.raises(NotAllowed, match="another person or the camera"):
            decide(standing, action, actor, duties, DETAIL, T)


VERIFIED = {
    "camera: gone": (CAMERA, "gone", Standing(State.CLOSED, "wang", "li", "wang", T, False, 0, "verified_by_camera")),
    "camera: present": (CAMERA, "present", Standing(State.ACCEPTED, "wang", "li", None, None, False, 1)),
    "camera: cannot tell": (CAMERA, "cannot_tell", Standing(State.HANDLED, "wang", "li", "wang", None, True)),
    "person: gone": (
        Actor("person", "zhao", "Zhao"), "gone",
        Standing(State.CLOSED, "wang", "li", "wang", T, False, 0, "verified_by_person")),
}  # fmt: skip


@pytest.mark.parametrize(("actor", "result", "after"), VERIFIED.values(), ids=VERIFIED.keys())
def test_verification(actor: Actor, result: str, after: Standing) -> None:
    duties = frozenset({Duty.CAMERA if actor is CAMERA else Duty.VERIFY})
    assert decide(HANDLED, Action.VERIFY, actor, duties, {"result": result}, T) == after


def test_a_result_that_is_none() -> None:
    with pytest.raises(Invalid, match="gone, present, cannot_tell"):
        decide(HANDLED, Action.VERIFY, CAMERA, frozenset({Duty.CAMERA}), {"result": "maybe"}, T)


@pytest.mark.parametrize("state", sorted(OPEN))
def test_gone(state: State) -> None:
    after = decide(Standing(state, "wang", "li"), Action.GONE, CAMERA, frozenset({Duty.CAMERA}), {}, T)
    assert after.gone_at == T
    if state in (State.REVIEW, State.FILED):
        assert (after.state, after.resolution) == (State.CLOSED, "left_by_itself")
    else:
        assert after.state is state


@pytest.mark.parametrize("state", sorted(State))
def test_sighted_again(state: State) -> None:
    after = decide(Standing(state, gone_at=T), Action.SIGHTED, CAMERA, frozenset({Duty.CAMERA}), {}, T)
    assert after == Standing(state, gone_at=T if state in ENDED else None)


REOPENED = {"by a person": ({"reason": "still there"}, State.FILED),
            "what nobody had confirmed": ({"reason": "seen_again", "review": True}, State.REVIEW)}  # fmt: skip


@pytest.mark.parametrize(("detail", "state"), REOPENED.values(), ids=REOPENED.keys())
def test_reopening_starts_a_new_round(detail: dict[str, object], state: State) -> None:
    before = Standing(State.CLOSED, "wang", "li", "wang", T, False, 2, "verified_by_camera")
    assert decide(before, Action.REOPEN, CAMERA, frozenset({Duty.CAMERA}), detail, T) == Standing(state, reworks=2)


def test_reassigning_names_another_worker() -> None:
    before = Standing(State.ACCEPTED, "wang", "li")
    duties = frozenset({Duty.DISPATCH})
    with pytest.raises(Conflict, match="already"):
        decide(before, Action.ASSIGN, LI, duties, {"worker_id": "wang"}, T)
    after = decide(before, Action.ASSIGN, LI, duties, {"worker_id": "chen"}, T)
    assert (after.state, after.assignee_id) == (State.ASSIGNED, "chen")


def test_declining_frees_the_case() -> None:
    before = Standing(State.ASSIGNED, "wang", "li")
    after = decide(before, Action.DECLINE, WANG, frozenset({Duty.HANDLE}), {"reason": "far away"}, T)
    assert (after.state, after.assignee_id) == (State.FILED, None)


def supervised(**changed: Any) -> Standing:
    given = {"deadline_at": T + 100, "case_class": "05-01", "level": 2, "tier": 2, **changed}
    return Standing(State.ACCEPTED, "wang", "li", **given)


ZHAO = Actor("person", "zhao", "Zhao")
EVERY_DUTY = frozenset(Duty)


def test_an_extension_is_asked_for_once_and_moves_the_deadline_when_another_grants_it() -> None:
    asked = decide(supervised(), Action.ASK_EXTENSION, WANG, EVERY_DUTY, {"until": T + 500, "reason": "rain"}, T)
    assert (asked.deadline_at, asked.extension_until, asked.extension_by) == (T + 100, T + 500, "wang")
    with pytest.raises(Conflict, match="already"):
        decide(asked, Action.ASK_EXTENSION, WANG, EVERY_DUTY, {"until": T + 900, "reason": "rain"}, T)
    with pytest.raises(NotAllowed, match="another person"):
        decide(asked, Action.GRANT_EXTENSION, WANG, EVERY_DUTY, {}, T)
    with pytest.raises(Conflict, match="gone by"):
        decide(asked, Action.GRANT_EXTENSION, ZHAO, EVERY_DUTY, {}, T + 500)
    granted = decide(asked, Action.GRANT_EXTENSION, ZHAO, EVERY_DUTY, {}, T)
    assert (granted.deadline_at, granted.extended_until, granted.extension_until) == (T + 500, T + 500, None)
    refused = decide(asked, Action.REFUSE_EXTENSION, ZHAO, EVERY_DUTY, {"reason": "no"}, T)
    assert refused == supervised()
    for standing in (granted, refused):
        with pytest.raises(Conflict, match="no extension"):
            decide(standing, Action.GRANT_EXTENSION, ZHAO, EVERY_DUTY, {}, T)


@pytest.mark.parametrize("until", [T, T + 100, None, "soon", True])
def test_an_extension_lies_after_the_deadline(until: object) -> None:
    with pytest.raises(Invalid, match="until"):
        decide(supervised(), Action.ASK_EXTENSION, WANG, EVERY_DUTY, {"until": until, "reason": "rain"}, T)


@pytest.mark.parametrize("action", [Action.HANDLE, Action.DECLINE, Action.ASSIGN, Action.CLOSE, Action.STRIKE_OUT])
def test_what_was_asked_for_lapses_with_the_hands_the_case_was_in(action: Action) -> None:
    asked = supervised(extension_until=T + 500, extension_by="wang")
    after = decide(asked, action, ZHAO, EVERY_DUTY, {**DETAIL, "worker_id": "chen"}, T)
    assert (after.extension_until, after.extension_by) == (None, None)


def test_what_was_asked_for_lapses_when_triage_gives_as_much() -> None:
    asked = supervised(extension_until=T + 500, extension_by="wang")
    for due, left in ((T + 499, T + 500), (T + 500, None), (T + 900, None)):
        after = decide(asked, Action.TRIAGE, LI, EVERY_DUTY, {"level": 3, "due_at": due}, T)
        assert (after.deadline_at, after.extension_until) == (due, left)


def test_triage_moves_the_deadline_but_takes_no_extension_away() -> None:
    right = {"level": 3, "case_class": "01-02", "due_at": T + 50}
    after = decide(supervised(), Action.TRIAGE, LI, EVERY_DUTY, right, T)
    assert (after.case_class, after.level, after.tier, after.deadline_at) == ("01-02", 3, 3, T + 50)
    extended = decide(supervised(extended_until=T + 500), Action.TRIAGE, LI, EVERY_DUTY, right, T)
    assert extended.deadline_at == T + 500
    assert decide(supervised(tier=4), Action.TRIAGE, LI, EVERY_DUTY, right, T).tier == 4
    with pytest.raises(Conflict, match="already"):
        decide(supervised(), Action.TRIAGE, LI, EVERY_DUTY, {"level": 2}, T)


def test_the_system_urges_and_steps_up_once_a_deadline() -> None:
    system = frozenset({Duty.SYSTEM})
    urged = decide(supervised(), Action.URGE, SYSTEM, system, {}, T)
    with pytest.raises(Conflict, match="already"):
        decide(urged, Action.URGE, SYSTEM, system, {}, T)
    with pytest.raises(Conflict, match="not gone by"):
        decide(urged, Action.STEP_UP, SYSTEM, system, {}, T)
    up = decide(urged, Action.STEP_UP, SYSTEM, system, {}, T + 100)
    assert (up.tier, up.supervised_at) == (3, T + 100)
    for action in (Action.STEP_UP, Action.URGE):
        with pytest.raises(Conflict, match="already"):
            decide(up, action, SYSTEM, system, {}, T + 200)
    again = decide(replace(up, deadline_at=T + 300), Action.STEP_UP, SYSTEM, system, {}, T + 300)
    assert again.tier == 4
    last = decide(replace(again, deadline_at=T + 400), Action.STEP_UP, SYSTEM, system, {}, T + 400)
    assert last.tier == 4, "there is nobody above the district"


@pytest.mark.parametrize("score", [0, 6, 2.5, None, "5", True])
def test_a_score_is_one_to_five(score: object) -> None:
    with pytest.raises(Invalid, match="score"):
        decide(Standing(State.CLOSED), Action.EVALUATE, ZHAO, EVERY_DUTY, {"score": score}, T)


def test_evaluated_once_by_another_until_it_is_opened_again() -> None:
    closed = Standing(State.CLOSED, "wang", "li", "wang")
    for actor in (LI, WANG):
        with pytest.raises(NotAllowed, match="evaluate"):
            decide(closed, Action.EVALUATE, actor, EVERY_DUTY, {"score": 5}, T)
    scored = decide(closed, Action.EVALUATE, ZHAO, EVERY_DUTY, {"score": 5}, T)
    assert scored.score == 5
    with pytest.raises(Conflict, match="evaluated already"):
        decide(scored, Action.EVALUATE, ZHAO, EVERY_DUTY, {"score": 1}, T)
    assert decide(scored, Action.REOPEN, ZHAO, EVERY_DUTY, {"reason": "still there"}, T).score is None


def test_reopening_keeps_class_deadline_and_tier() -> None:
    closed = replace(supervised(tier=4, supervised_at=T, breached_for=T + 100), state=State.CLOSED)
    after = decide(closed, Action.REOPEN, ZHAO, EVERY_DUTY, {"reason": "still there"}, T)
    assert (after.state, after.tier, after.deadline_at, after.breached_for) == (State.FILED, 4, T + 100, T + 100)
