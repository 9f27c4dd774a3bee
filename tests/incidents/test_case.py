"""The state machine: every state × action × duty, and the rules that are not a table."""

from itertools import product

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
from incidents.errors import Conflict, Invalid, NotAllowed

LI = Actor("person", "li", "Li")
WANG = Actor("person", "wang", "Wang")
CAMERA = Actor("camera", "cam-a", "East crossing")
DETAIL = {"worker_id": "wang", "result": "gone", "reason": "because", "note": "a note", "of": "another"}
T = 1_790_000_000.0

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
    "accept": ("A", "C", "handle"),
    "decline": ("AC", "F", "handle"),
    "arrive": ("C", "V", "handle"),
    "handle": ("CV", "H", "handle"),
    "verify": ("H", "D", "verify camera"),
    "close": ("FACVH", "D", "verify"),
    "reopen": ("DX", "F", "verify camera"),
    "strike_out": ("FACVH", "X", "triage"),
    "comment": ("RFACVHDX", ".", "comment"),
    "evidence": ("RFACVHDX", ".", "comment handle camera system"),
    "sighted": ("RFACVHDX", ".", "camera"),
    "look": ("RFACVHDX", ".", "look"),
    "gone": ("RFACVH", "?", "camera"),
    "unanswered": ("A", ".", "system"),
}


def test_the_table_here_is_the_table_there() -> None:
    assert set(ALLOWED) == {action.value for action in TRANSITIONS} == {a.value for a in Action} - {"open"}


@pytest.mark.parametrize(("state", "action"), list(product(State, TRANSITIONS)), ids=lambda one: str(one))
def test_every_state_action_and_duty(state: State, action: Action) -> None:
    sources, target, duties = ALLOWED[action.value]
    for duty in Duty:
        actor = CAMERA if duty is Duty.CAMERA else SYSTEM if duty is Duty.SYSTEM else LI
        before = Standing(state)

        def step(before: Standing = before, actor: Actor = actor, duty: Duty = duty) -> Standing:
            return decide(before, action, actor, frozenset({duty}), DETAIL, T)

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
