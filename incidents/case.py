"""The case as a state machine: what may follow what, and who may do it. Pure; see docs/design/cases.md."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any, Literal

from incidents.errors import Conflict, Invalid, NotAllowed


class State(StrEnum):
    REVIEW = "review"
    FILED = "filed"
    ASSIGNED = "assigned"
    ACCEPTED = "accepted"
    ARRIVED = "arrived"
    HANDLED = "handled"
    CLOSED = "closed"
    INVALID = "invalid"


ENDED = frozenset({State.CLOSED, State.INVALID})
OPEN = frozenset(State) - ENDED
IN_HAND = frozenset({State.ASSIGNED, State.ACCEPTED, State.ARRIVED})
"""Somebody has been sent and has not yet reported back."""


LEFT_BY_ITSELF = "left_by_itself"
REJECTED, DUPLICATE = "rejected", "duplicate"
"""Resolutions of a case that ended in the review queue."""


class Action(StrEnum):
    OPEN = "open"
    CONFIRM = "confirm"
    REJECT = "reject"
    DUPLICATE = "duplicate"
    TAKE_BACK = "take_back"
    MERGE = "merge"
    UNMERGE = "unmerge"
    ASSIGN = "assign"
    ACCEPT = "accept"
    DECLINE = "decline"
    ARRIVE = "arrive"
    HANDLE = "handle"
    VERIFY = "verify"
    CLOSE = "close"
    REOPEN = "reopen"
    STRIKE_OUT = "strike_out"
    COMMENT = "comment"
    EVIDENCE = "evidence"
    SIGHTED = "sighted"
    LOOK = "look"
    GONE = "gone"
    UNANSWERED = "unanswered"


class Duty(StrEnum):
    """In what capacity somebody acts on one case."""

    TRIAGE = "triage"
    DISPATCH = "dispatch"
    HANDLE = "handle"
    VERIFY = "verify"
    COMMENT = "comment"
    CAMERA = "camera"
    LOOK = "look"
    SYSTEM = "system"


@dataclass(frozen=True, slots=True)
class Actor:
    kind: Literal["camera", "person", "system"]
    id: str
    name: str


SYSTEM = Actor("system", "gridwatch", "Gridwatch")


@dataclass(frozen=True, slots=True)
class Standing:
    """What the machine needs to know of a case."""

    state: State
    assignee_id: str | None = None
    dispatched_by: str | None = None
    handled_by: str | None = None
    gone_at: float | None = None
    needs_person: bool = False
    reworks: int = 0
    resolution: str | None = None


@dataclass(frozen=True, slots=True)
class Transition:
    """`target` None: the case stays where it is. `verify` and `gone` lead elsewhere by their detail."""

    action: Action
    sources: frozenset[State]
    target: State | None
    duties: frozenset[Duty]


def _row(action: Action, sources: frozenset[State] | set[State], target: State | None, *duties: Duty) -> Transition:
    return Transition(action, frozenset(sources), target, frozenset(duties))


_S, _D = State, Duty
TRANSITIONS: Mapping[Action, Transition] = {
    row.action: row
    for row in (
        _row(Action.CONFIRM, {_S.REVIEW}, _S.FILED, _D.TRIAGE),
        _row(Action.REJECT, {_S.REVIEW}, _S.INVALID, _D.TRIAGE),
        _row(Action.DUPLICATE, {_S.REVIEW, _S.FILED}, _S.INVALID, _D.TRIAGE),
        _row(Action.TAKE_BACK, {_S.FILED, _S.INVALID}, _S.REVIEW, _D.TRIAGE),
        _row(Action.MERGE, frozenset(State) - {_S.INVALID}, None, _D.TRIAGE),
        _row(Action.UNMERGE, frozenset(State), None, _D.TRIAGE),
        _row(Action.ASSIGN, {_S.FILED} | IN_HAND, _S.ASSIGNED, _D.DISPATCH),
        _row(Action.ACCEPT, {_S.ASSIGNED}, _S.ACCEPTED, _D.HANDLE),
        _row(Action.DECLINE, {_S.ASSIGNED, _S.ACCEPTED}, _S.FILED, _D.HANDLE),
        _row(Action.ARRIVE, {_S.ACCEPTED}, _S.ARRIVED, _D.HANDLE),
        _row(Action.HANDLE, {_S.ACCEPTED, _S.ARRIVED}, _S.HANDLED, _D.HANDLE),
        _row(Action.VERIFY, {_S.HANDLED}, _S.CLOSED, _D.VERIFY, _D.CAMERA),
        _row(Action.CLOSE, OPEN - {_S.REVIEW}, _S.CLOSED, _D.VERIFY),
        _row(Action.REOPEN, ENDED, _S.FILED, _D.VERIFY, _D.CAMERA),
        _row(Action.STRIKE_OUT, OPEN - {_S.REVIEW}, _S.INVALID, _D.TRIAGE),
        _row(Action.COMMENT, frozenset(State), None, _D.COMMENT),
        _row(Action.EVIDENCE, frozenset(State), None, _D.COMMENT, _D.HANDLE, _D.CAMERA, _D.SYSTEM),
        _row(Action.SIGHTED, frozenset(State), None, _D.CAMERA),
        _row(Action.LOOK, frozenset(State), None, _D.LOOK),
        _row(Action.GONE, OPEN, None, _D.CAMERA),
        _row(Action.UNANSWERED, {_S.ASSIGNED}, None, _D.SYSTEM),
    )
}

VERIFY_RESULTS = ("gone", "present", "cannot_tell")
REQUIRED_DETAIL: Mapping[Action, str] = {
    Action.ASSIGN: "worker_id",
    Action.VERIFY: "result",
    Action.STRIKE_OUT: "reason",
    Action.DUPLICATE: "of",
    Action.REOPEN: "reason",
    Action.DECLINE: "reason",
    Action.COMMENT: "note",
}


def decide(
    now: Standing, action: Action, actor: Actor, duties: frozenset[Duty], detail: Mapping[str, Any], at: float
) -> Standing:
    """The case after `action`, or why not. `duties`: in which capacities the actor may act on this case.

    Raises NotAllowed (not his to do), Conflict (not in this state), Invalid (a detail is missing or wrong).
    """
    row = TRANSITIONS.get(action)
    if row is None:
        raise Invalid(f"a case that exists cannot be given the action {action}", "action")
    if not row.duties & duties:
        raise NotAllowed(f"you may not {action.replace('_', ' ')} this case")
    if now.state not in row.sources:
        raise Conflict(f"cannot {action.replace('_', ' ')} a case that is {now.state}", "state")
    if needed := REQUIRED_DETAIL.get(action):
        value = detail.get(needed)
        if not isinstance(value, str) or not value.strip():
            raise Invalid(f"{action} needs {needed}", needed)
    if action in (Action.VERIFY, Action.CLOSE) and actor.kind == "person":
        _separate(now, action, actor)
    return _FOLLOW.get(action, _plain)(now, row, actor, detail, at)


def _separate(now: Standing, action: Action, actor: Actor) -> None:
    """Who checks is not who did it. Where the camera saw the thing leave, it is the witness, so that a single
    operator on night duty may still close."""
    if action is Action.CLOSE and now.gone_at is not None and now.handled_by != actor.id:
        return
    if actor.id in (now.dispatched_by, now.handled_by):
        raise NotAllowed("who dispatched or handled a case may not verify it; another person or the camera must")


def _plain(now: Standing, row: Transition, _actor: Actor, _detail: Mapping[str, Any], _at: float) -> Standing:
    if row.target is None:
        return now
    return replace(now, state=row.target, resolution="struck_out" if row.target is State.INVALID else now.resolution)


def _reject(now: Standing, _row: Transition, _actor: Actor, _detail: Mapping[str, Any], _at: float) -> Standing:
    return replace(now, state=State.INVALID, resolution=REJECTED)


def _duplicate(now: Standing, _row: Transition, _actor: Actor, _detail: Mapping[str, Any], _at: float) -> Standing:
    return replace(now, state=State.INVALID, resolution=DUPLICATE)


def _take_back(now: Standing, _row: Transition, _actor: Actor, _detail: Mapping[str, Any], _at: float) -> Standing:
    """Back to before the verdict; a thing that left meanwhile has still left."""
    return Standing(State.REVIEW, gone_at=now.gone_at, reworks=now.reworks)


def _assign(now: Standing, _row: Transition, actor: Actor, detail: Mapping[str, Any], _at: float) -> Standing:
    worker = str(detail["worker_id"])
    if now.assignee_id == worker:
        raise Conflict("this worker is assigned already", "worker_id")
    return replace(now, state=State.ASSIGNED, assignee_id=worker, dispatched_by=actor.id)


def _decline(now: Standing, _row: Transition, _actor: Actor, _detail: Mapping[str, Any], _at: float) -> Standing:
    return replace(now, state=State.FILED, assignee_id=None)


def _handle(now: Standing, _row: Transition, actor: Actor, _detail: Mapping[str, Any], _at: float) -> Standing:
    return replace(now, state=State.HANDLED, handled_by=actor.id, needs_person=False)


def _verify(now: Standing, _row: Transition, actor: Actor, detail: Mapping[str, Any], at: float) -> Standing:
    match detail["result"]:
        case "gone":
            by = "verified_by_camera" if actor.kind == "camera" else "verified_by_person"
            return replace(
                now, state=State.CLOSED, resolution=by, needs_person=False, gone_at=now.gone_at if now.gone_at else at
            )
        case "present":
            return replace(
                now, state=State.ACCEPTED, needs_person=False, reworks=now.reworks + 1, handled_by=None, gone_at=None
            )
        case "cannot_tell":
            return replace(now, needs_person=True)
    raise Invalid(f"result must be one of {', '.join(VERIFY_RESULTS)}", "result")


def _close(now: Standing, _row: Transition, _actor: Actor, _detail: Mapping[str, Any], _at: float) -> Standing:
    return replace(now, state=State.CLOSED, resolution="closed_by_person", needs_person=False)


def _reopen(now: Standing, _row: Transition, _actor: Actor, detail: Mapping[str, Any], _at: float) -> Standing:
    """A new round. What left before anybody had confirmed it waits for that confirmation again."""
    return Standing(State.REVIEW if detail.get("review") is True else State.FILED, reworks=now.reworks)


def _sighted(now: Standing, _row: Transition, _actor: Actor, _detail: Mapping[str, Any], _at: float) -> Standing:
    return now if now.state in ENDED else replace(now, gone_at=None)


def _gone(now: Standing, _row: Transition, _actor: Actor, _detail: Mapping[str, Any], at: float) -> Standing:
    """Before anybody is sent it closes by itself; afterwards somebody is on his way and reports, or a person closes."""
    if now.state in (State.REVIEW, State.FILED):
        return replace(now, state=State.CLOSED, gone_at=at, resolution=LEFT_BY_ITSELF)
    return replace(now, gone_at=at)


_FOLLOW = {
    Action.REJECT: _reject,
    Action.DUPLICATE: _duplicate,
    Action.TAKE_BACK: _take_back,
    Action.ASSIGN: _assign,
    Action.DECLINE: _decline,
    Action.HANDLE: _handle,
    Action.VERIFY: _verify,
    Action.CLOSE: _close,
    Action.REOPEN: _reopen,
    Action.SIGHTED: _sighted,
    Action.GONE: _gone,
}
