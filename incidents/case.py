"""The case as a state machine: what may follow what, and who may do it. Pure; see docs/design/cases.md."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from incidents import case_crew, case_posts
from incidents.case_posts import only_routed, open_parts, refuse_open_parts, without_open_parts
from incidents.case_terms import (
    DUPLICATE,
    ENDED,
    FOUND,
    HIGHEST_TIER,
    IN_HAND,
    LEFT_BY_ITSELF,
    MAX_SCORE,
    NOTHING_FOUND,
    OPEN,
    REJECTED,
    SYSTEM,
    Action,
    Actor,
    Duty,
    Standing,
    State,
    Transition,
)
from incidents.errors import Conflict, Invalid, NotAllowed

__all__ = [
    "DUPLICATE",
    "ENDED",
    "FOUND",
    "IN_HAND",
    "LEFT_BY_ITSELF",
    "NOTHING_FOUND",
    "OPEN",
    "REJECTED",
    "REQUIRED_DETAIL",
    "SYSTEM",
    "TRANSITIONS",
    "VERIFY_RESULTS",
    "Action",
    "Actor",
    "Duty",
    "Standing",
    "State",
    "Transition",
    "decide",
]


def _row(action: Action, sources: frozenset[State] | set[State], target: State | None, *duties: Duty) -> Transition:
    return Transition(action, frozenset(sources), target, frozenset(duties))


_S, _D = State, Duty
TRANSITIONS: Mapping[Action, Transition] = {
    row.action: row
    for row in (
        _row(Action.CONFIRM, {_S.REVIEW}, _S.FILED, _D.TRIAGE),
        _row(Action.REJECT, {_S.REVIEW}, _S.INVALID, _D.TRIAGE),
        _row(Action.DUPLICATE, {_S.REVIEW, _S.FILED, _S.ASSIGNED}, _S.INVALID, _D.TRIAGE),
        _row(Action.TAKE_BACK, {_S.FILED, _S.ASSIGNED, _S.INVALID}, _S.REVIEW, _D.TRIAGE),
        _row(Action.MERGE, frozenset(State) - {_S.INVALID}, None, _D.TRIAGE),
        _row(Action.UNMERGE, frozenset(State), None, _D.TRIAGE),
        _row(Action.ASSIGN, {_S.FILED} | IN_HAND, _S.ASSIGNED, _D.DISPATCH),
        _row(Action.ROUTE, {_S.FILED} | IN_HAND, _S.ASSIGNED, _D.SYSTEM),
        _row(Action.ACCEPT, {_S.ASSIGNED}, _S.ACCEPTED, _D.HANDLE),
        _row(Action.DECLINE, {_S.ASSIGNED, _S.ACCEPTED}, _S.FILED, _D.HANDLE),
        _row(Action.RETURN, IN_HAND, _S.FILED, _D.POST),
        _row(Action.JOIN, IN_HAND, None, _D.DISPATCH, _D.POST),
        _row(Action.PART_ACCEPT, {_S.FILED} | IN_HAND, None, _D.PART, _D.DISPATCH),
        _row(Action.PART_DONE, {_S.FILED} | IN_HAND, None, _D.PART, _D.DISPATCH),
        _row(Action.PART_WITHDRAW, {_S.FILED} | IN_HAND, None, _D.PART, _D.DISPATCH, _D.POST),
        _row(Action.SEND_ALONG, IN_HAND, None, _D.DISPATCH, _D.SYSTEM),
        _row(Action.ALONG_ACCEPT, IN_HAND, None, _D.ALONG, _D.DISPATCH),
        _row(Action.ALONG_DECLINE, IN_HAND, None, _D.ALONG, _D.DISPATCH),
        _row(Action.ALONG_ARRIVE, IN_HAND, None, _D.ALONG, _D.DISPATCH, _D.SYSTEM),
        _row(Action.ALONG_WITHDRAW, IN_HAND, None, _D.DISPATCH, _D.SYSTEM),
        # Said again it is welcome: his phone's positions may have told before he did.
        _row(Action.ARRIVE, {_S.ACCEPTED, _S.ARRIVED}, _S.ARRIVED, _D.HANDLE, _D.SYSTEM),
        _row(Action.HANDLE, {_S.ACCEPTED, _S.ARRIVED}, _S.HANDLED, _D.HANDLE),
        _row(Action.VERIFY, {_S.HANDLED}, _S.CLOSED, _D.VERIFY, _D.CAMERA),
        _row(Action.CLOSE, OPEN - {_S.REVIEW}, _S.CLOSED, _D.VERIFY),
        _row(Action.REOPEN, ENDED, _S.FILED, _D.VERIFY, _D.CAMERA),
        _row(Action.STRIKE_OUT, OPEN - {_S.REVIEW}, _S.INVALID, _D.TRIAGE),
        _row(Action.COMMENT, frozenset(State), None, _D.COMMENT),
        _row(Action.EVIDENCE, frozenset(State), None, _D.COMMENT, _D.HANDLE, _D.CAMERA, _D.SYSTEM),
        _row(Action.SIGHTED, frozenset(State), None, _D.CAMERA),
        _row(Action.LOOK, frozenset(State), None, _D.LOOK),
        _row(Action.TALK_DOWN, frozenset(State), None, _D.TALK_DOWN),
        _row(Action.PARTY, frozenset(State), None, _D.REGISTER),
        _row(Action.REMIND, OPEN, None, _D.COMMENT),
        _row(Action.FEEDBACK, OPEN, None, _D.COMMENT, _D.HANDLE),
        _row(Action.GONE, OPEN, None, _D.CAMERA),
        _row(Action.UNANSWERED, IN_HAND, None, _D.SYSTEM),
        _row(Action.RELEASE, IN_HAND - {_S.HANDLED}, _S.FILED, _D.SYSTEM),
        _row(Action.TRIAGE, OPEN, None, _D.TRIAGE),
        _row(Action.ASK_EXTENSION, IN_HAND, None, _D.HANDLE),
        _row(Action.GRANT_EXTENSION, IN_HAND, None, _D.SUPERVISE),
        _row(Action.REFUSE_EXTENSION, IN_HAND, None, _D.SUPERVISE),
        _row(Action.SUPERVISE, OPEN - {_S.REVIEW}, None, _D.SUPERVISE),
        _row(Action.URGE, OPEN, None, _D.SYSTEM),
        _row(Action.STEP_UP, OPEN, None, _D.SYSTEM),
        _row(Action.EVALUATE, {_S.CLOSED}, None, _D.SUPERVISE),
    )
}

VERIFY_RESULTS = ("gone", "present", "cannot_tell")
REQUIRED_DETAIL: Mapping[Action, str] = {
    Action.VERIFY: "result",
    Action.STRIKE_OUT: "reason",
    Action.DUPLICATE: "of",
    Action.REOPEN: "reason",
    Action.DECLINE: "reason",
    Action.COMMENT: "note",
    Action.ASK_EXTENSION: "reason",
    Action.REFUSE_EXTENSION: "reason",
    Action.SUPERVISE: "reason",
    Action.RETURN: "reason",
    Action.JOIN: "post",
    Action.SEND_ALONG: "worker_id",
    Action.PART_ACCEPT: "post",
    Action.PART_DONE: "post",
    Action.PART_WITHDRAW: "reason",
}
_BEFORE_ANYBODY = frozenset({Action.DUPLICATE, Action.TAKE_BACK})
_AFTER_ALL = frozenset({Action.HANDLE, Action.CLOSE})
"""Not while a post has still to do its part."""
_CHECKS = {
    Action.VERIFY: "who dispatched or handled a case may not verify it; another person or the camera must",
    Action.CLOSE: "who dispatched or handled a case may not verify it; another person or the camera must",
    Action.EVALUATE: "who dispatched or handled a case may not evaluate it; another person must",
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
    if action in _BEFORE_ANYBODY and now.state is State.ASSIGNED and not only_routed(now):
        raise Conflict(f"cannot {action.replace('_', ' ')} a case that somebody was sent to", "state")
    if action in _AFTER_ALL:
        refuse_open_parts(now)
    if action in _CHECKS and actor.kind == "person":
        _separate(now, action, actor)
    after = _FOLLOW.get(action, _plain)(now, row, actor, detail, at)
    if action is Action.ACCEPT and now.assignee_id is None and Duty.POST in duties:
        after = replace(after, assignee_id=actor.id)
    if after.state in ENDED | {State.REVIEW}:
        after = without_open_parts(after)
    after = case_crew.settled(now, after, action)
    return replace(after, extension_until=None, extension_by=None) if _lapsed(now, after) else after


def _lapsed(now: Standing, after: Standing) -> bool:
    """Whoever asked for more time no longer has the case in hand, or has as much: a grant would take time away."""
    if after.extension_until is None:
        return False
    other_hands = after.post != now.post if now.assignee_id is None else after.assignee_id != now.assignee_id
    as_much = after.deadline_at is not None and after.extension_until <= after.deadline_at
    return after.state not in IN_HAND or other_hands or as_much


def _separate(now: Standing, action: Action, actor: Actor) -> None:
    """Who checks is not who did it. Where the camera saw the thing leave, it is the witness, so that a single
    operator on night duty may still close."""
    handlers = now.handlers | {now.handled_by}
    if action is Action.CLOSE and now.gone_at is not None and actor.id not in handlers:
        return
    if actor.id in handlers | now.dispatchers | {now.dispatched_by}:
        raise NotAllowed(_CHECKS[action])


def _plain(now: Standing, row: Transition, _actor: Actor, _detail: Mapping[str, Any], _at: float) -> Standing:
    if row.target is None:
        return now
    return replace(now, state=row.target, resolution="struck_out" if row.target is State.INVALID else now.resolution)


def _reject(now: Standing, _row: Transition, _actor: Actor, _detail: Mapping[str, Any], _at: float) -> Standing:
    return replace(now, state=State.INVALID, resolution=REJECTED)


def _duplicate(now: Standing, _row: Transition, _actor: Actor, _detail: Mapping[str, Any], _at: float) -> Standing:
    return replace(now, state=State.INVALID, resolution=DUPLICATE)


def _take_back(now: Standing, _row: Transition, _actor: Actor, detail: Mapping[str, Any], _at: float) -> Standing:
    """Back to before the verdict: into review, or `filed` where it was; a thing that left meanwhile has still left."""
    before = State.FILED if detail.get("filed") is True else State.REVIEW
    return replace(_anew(now, before), gone_at=now.gone_at)


def _handle(now: Standing, _row: Transition, actor: Actor, detail: Mapping[str, Any], _at: float) -> Standing:
    """Where nothing was found the camera is not asked: it would speak for itself, and keep sending people."""
    found = detail.get("found")
    if found is not None and found not in FOUND:
        raise Invalid(f"found must be one of {', '.join(FOUND)}", "found")
    hands = now.handlers | {actor.id} | ({now.assignee_id} if now.assignee_id is not None else set())
    alone = found == NOTHING_FOUND
    return replace(now, state=State.HANDLED, handled_by=actor.id, needs_person=alone, handlers=hands)


def _verify(now: Standing, _row: Transition, actor: Actor, detail: Mapping[str, Any], at: float) -> Standing:
    match detail["result"]:
        case "gone" if actor.kind == "camera" and now.owes_feedback:
            return replace(now, needs_person=True, gone_at=now.gone_at if now.gone_at else at)
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
    return _anew(now, State.REVIEW if detail.get("review") is True else State.FILED)


def _anew(now: Standing, state: State) -> Standing:
    """Nobody sent, nothing found out; class, deadline and who was supervised stay as they were."""
    return replace(
        now,
        state=state,
        assignee_id=None,
        post=None,
        returned=frozenset(),
        dispatched_by=None,
        handled_by=None,
        gone_at=None,
        needs_person=False,
        resolution=None,
        score=None,
        dispatchers=frozenset(),
        handlers=frozenset(),
    )


def _triage(now: Standing, _row: Transition, _actor: Actor, detail: Mapping[str, Any], _at: float) -> Standing:
    """`due_at`: the deadline of the class and level as corrected. A tier the case was stepped up to stays."""
    case_class, level = str(detail.get("case_class", now.case_class)), int(detail.get("level", now.level))
    if (case_class, level) == (now.case_class, now.level):
        raise Conflict("the case has this class and level already", "level", "类别和级别没有变化")
    due = detail.get("due_at", now.deadline_at)
    if due is not None and now.extended_until is not None:
        due = max(due, now.extended_until)
    tier = level if now.tier == now.level else max(now.tier, level)
    return replace(now, case_class=case_class, level=level, tier=tier, deadline_at=due)


def _ask_extension(now: Standing, _row: Transition, actor: Actor, detail: Mapping[str, Any], at: float) -> Standing:
    until = _number(detail, "until")
    if now.deadline_at is None:
        raise Conflict("the case has no deadline", "state", "该事件没有时限")
    if now.extension_until is not None:
        raise Conflict("an extension has been asked for already", "state", "已有待批的延期申请")
    if until <= max(at, now.deadline_at):
        raise Invalid("until must lie after now and after the deadline", "until", "延期须晚于现在和原时限")
    return replace(now, extension_until=until, extension_by=actor.id)


def _asked(now: Standing, actor: Actor) -> float:
    if now.extension_until is None:
        raise Conflict("no extension has been asked for", "state", "没有待批的延期申请")
    if actor.id in (now.extension_by, now.assignee_id):
        raise NotAllowed("who asks for an extension does not decide on it; another person must")
    return now.extension_until


def _grant_extension(now: Standing, _row: Transition, actor: Actor, _detail: Mapping[str, Any], at: float) -> Standing:
    until = _asked(now, actor)
    if until <= at:
        raise Conflict("the time asked for has gone by; refuse it", "state", "申请的时间已过，请驳回")
    return replace(now, deadline_at=until, extended_until=until, extension_until=None, extension_by=None)


def _refuse_extension(
    now: Standing, _row: Transition, actor: Actor, _detail: Mapping[str, Any], _at: float
) -> Standing:
    _asked(now, actor)
    return replace(now, extension_until=None, extension_by=None)


def _supervise(now: Standing, _row: Transition, _actor: Actor, _detail: Mapping[str, Any], at: float) -> Standing:
    return replace(now, supervised_at=at)


def _urge(now: Standing, _row: Transition, _actor: Actor, _detail: Mapping[str, Any], _at: float) -> Standing:
    if now.deadline_at is None or now.deadline_at in (now.urged_for, now.breached_for):
        raise Conflict("the system has urged for this deadline already", "state")
    return replace(now, urged_for=now.deadline_at)


def _step_up(now: Standing, _row: Transition, _actor: Actor, _detail: Mapping[str, Any], at: float) -> Standing:
    if now.deadline_at is None or at < now.deadline_at:
        raise Conflict("the deadline has not gone by", "state")
    if now.breached_for == now.deadline_at:
        raise Conflict("the case was stepped up for this deadline already", "state")
    return replace(now, breached_for=now.deadline_at, tier=min(HIGHEST_TIER, now.tier + 1), supervised_at=at)


def _evaluate(now: Standing, _row: Transition, _actor: Actor, detail: Mapping[str, Any], _at: float) -> Standing:
    score = _number(detail, "score")
    if score not in range(1, MAX_SCORE + 1):
        raise Invalid(f"score must be a whole number from 1 to {MAX_SCORE}", "score")
    if now.score is not None:
        raise Conflict("the case was evaluated already", "state", "该事件已评价")
    return replace(now, score=int(score))


def _number(detail: Mapping[str, Any], key: str) -> float:
    value = detail.get(key)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise Invalid(f"{key} must be a number", key)
    return value


def _sighted(now: Standing, _row: Transition, _actor: Actor, _detail: Mapping[str, Any], _at: float) -> Standing:
    return now if now.state in ENDED else replace(now, gone_at=None)


def _gone(now: Standing, _row: Transition, _actor: Actor, _detail: Mapping[str, Any], at: float) -> Standing:
    """Before a person has sent or taken it, it closes by itself; afterwards somebody is on his way and reports, or a
    person closes. So too where somebody is to be told of it by a form."""
    untouched = now.state in (State.REVIEW, State.FILED) or only_routed(now)
    if untouched and not open_parts(now) and not now.owes_feedback:
        return replace(now, state=State.CLOSED, gone_at=at, resolution=LEFT_BY_ITSELF)
    return replace(now, gone_at=at)


_FOLLOW = {
    **case_posts.FOLLOW,
    **case_crew.FOLLOW,
    Action.REJECT: _reject,
    Action.DUPLICATE: _duplicate,
    Action.TAKE_BACK: _take_back,
    Action.HANDLE: _handle,
    Action.VERIFY: _verify,
    Action.CLOSE: _close,
    Action.REOPEN: _reopen,
    Action.SIGHTED: _sighted,
    Action.GONE: _gone,
    Action.TRIAGE: _triage,
    Action.ASK_EXTENSION: _ask_extension,
    Action.GRANT_EXTENSION: _grant_extension,
    Action.REFUSE_EXTENSION: _refuse_extension,
    Action.SUPERVISE: _supervise,
    Action.URGE: _urge,
    Action.STEP_UP: _step_up,
    Action.EVALUATE: _evaluate,
}
