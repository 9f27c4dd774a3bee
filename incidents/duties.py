"""In which capacities a person may act on a case, and what that lets him do now."""

from collections.abc import Collection, Mapping
from typing import Any

from incidents.case import TRANSITIONS, Action, Duty, Standing, State, decide
from incidents.case_posts import open_parts
from incidents.case_terms import AlongState, PartState
from incidents.errors import Conflict, Invalid, NotAllowed
from incidents.rights import Caller, Permission

DUTY_OF: Mapping[Permission, Duty] = {
    Permission.CASE_TRIAGE: Duty.TRIAGE,
    Permission.CASE_DISPATCH: Duty.DISPATCH,
    Permission.CASE_VERIFY: Duty.VERIFY,
    Permission.CASE_SUPERVISE: Duty.SUPERVISE,
    Permission.CASE_COMMENT: Duty.COMMENT,
}
PART_STATES: Mapping[Action, frozenset[PartState]] = {
    Action.PART_ACCEPT: frozenset({PartState.ASKED}),
    Action.PART_DONE: frozenset({PartState.ACCEPTED}),
    Action.PART_WITHDRAW: frozenset({PartState.ASKED, PartState.ACCEPTED}),
}


ALONG_STATES: Mapping[Action, frozenset[AlongState]] = {
    Action.ALONG_ACCEPT: frozenset({AlongState.WAITING}),
    Action.ALONG_DECLINE: frozenset(AlongState),
    Action.ALONG_ARRIVE: frozenset({AlongState.ACCEPTED}),
    Action.ALONG_WITHDRAW: frozenset(AlongState),
}
AS_COMPANION: Mapping[Action, Action] = {
    Action.ACCEPT: Action.ALONG_ACCEPT,
    Action.DECLINE: Action.ALONG_DECLINE,
    Action.ARRIVE: Action.ALONG_ARRIVE,
}
"""What a step is where who takes it was sent along."""


def duties_of(caller: Caller, path: str, standing: Standing) -> frozenset[Duty]:
    """In which capacities a person may act on a case at this place. Whoever may dispatch may also report on behalf of
    the worker or the post (said by radio, phone broken); the trace then names the one who typed it."""
    duties = {duty for permission, duty in DUTY_OF.items() if caller.scope(permission).covers(path)}
    if standing.assignee_id in caller.holders:
        duties |= {Duty.HANDLE, Duty.COMMENT}
    if any(one.worker_id in caller.holders for one in standing.companions):
        duties |= {Duty.ALONG, Duty.COMMENT}
    own = posts_of(caller)
    if standing.post in own:
        duties |= {Duty.POST, Duty.HANDLE, Duty.COMMENT}
    if any(part.post in own for part in open_parts(standing)):
        duties |= {Duty.PART, Duty.COMMENT}
    if Duty.DISPATCH in duties and (standing.assignee_id is not None or standing.post is not None):
        duties.add(Duty.HANDLE)
    return frozenset(duties)


def in_place_of(
    caller: Caller, path: str, standing: Standing, action: Action, told: Mapping[str, Any] | None = None
) -> dict[str, str]:
    """What the trace says beside of a step that somebody may take only because he stands in for another."""
    part = (told or {}).get("post") if action in PART_STATES else None

    def allowed(as_caller: Caller) -> bool:
        duties = duties_of(as_caller, path, standing)
        if part is not None and part not in posts_of(as_caller):
            return bool({Duty.DISPATCH, Duty.POST} & duties)
        return bool(TRANSITIONS[action].duties & duties)

    return caller.in_place_of(allowed)


def posts_of(caller: Caller) -> frozenset[str]:
    """The posts he works at, with those of people he stands in for."""
    return caller.scope(Permission.CASE_HANDLE).posts


def part_meant(caller: Caller, duties: frozenset[Duty], standing: Standing, action: Action, asked: str | None) -> str:
    """The post whose part a step is about: the one named, else the caller's own. Raises Invalid where that does not say
    which, NotAllowed where the part is another's and he neither dispatches nor leads."""
    own = posts_of(caller)
    if asked is None:
        fitting = [part.post for part in standing.parts if part.post in own and part.state in PART_STATES[action]]
        if len(fitting) != 1:
            raise Invalid(f"{action} needs post: which part is meant", "post")
        return fitting[0]
    leads = action is Action.PART_WITHDRAW and Duty.POST in duties
    if asked not in own and Duty.DISPATCH not in duties and not leads:
        raise NotAllowed("this part is another post's", zh="这是其他岗位的协办任务")
    return asked


def allowed_actions(
    caller: Caller, path: str, standing: Standing, actions: Collection[Action], without: Collection[Action] = ()
) -> tuple[str, ...]:
    """Which of these a person may do to the case now, as far as can be said without the details. `without`: what its
    history rules out."""
    duties = duties_of(caller, path, standing)
    probe = {"worker_id": "-", "result": "gone", "reason": "-", "note": "-", "of": "-", "score": 1, "post": "-"}
    probe |= {"level": standing.level % 4 + 1, "until": (standing.deadline_at or 0.0) + 1.0}
    allowed = []
    for action in actions:
        if action in without or not TRANSITIONS[action].duties & duties:
            continue
        if action is Action.ARRIVE and standing.state is State.ARRIVED:
            continue  # welcome, and nothing to be asked for
        given = {key: value for key, value in probe.items() if not (action is Action.ASSIGN and key == "post")}
        if action in ALONG_STATES:
            given["worker_id"] = _any_along(caller, duties, standing, action)
        try:
            if action in PART_STATES:
                given["post"] = _any_part(caller, duties, standing, action)
            decide(standing, action, caller.actor(), duties, given, 0.0)
        except (Conflict, NotAllowed, Invalid):
            continue
        allowed.append(action.value)
    return tuple(allowed)


def part_actions(caller: Caller, path: str, standing: Standing, post: str) -> tuple[str, ...]:
    """What a person may do to the part of this post now."""
    duties = duties_of(caller, path, standing)
    allowed = []
    for action in PART_STATES:
        try:
            part_meant(caller, duties, standing, action, post)
            decide(standing, action, caller.actor(), duties, {"post": post, "reason": "-"}, 0.0)
        except (Conflict, NotAllowed):
            continue
        allowed.append(action.value)
    return tuple(allowed)


def as_companion(caller: Caller, standing: Standing, action: Action) -> Action:
    """The same step as one who was sent along takes it: his phone need not know which of both he is."""
    leads = standing.assignee_id in caller.holders
    along = any(one.worker_id in caller.holders for one in standing.companions)
    return AS_COMPANION.get(action, action) if along and not leads else action


def along_meant(caller: Caller, duties: frozenset[Duty], standing: Standing, asked: str | None) -> str:
    """Which of those sent along a step is about: the one named, else the caller. Raises Invalid, NotAllowed."""
    own = next((one.worker_id for one in standing.companions if one.worker_id in caller.holders), None)
    if asked is None:
        if own is None:
            raise Invalid("names no worker", "worker_id")
        return own
    if asked not in caller.holders and Duty.DISPATCH not in duties:
        raise NotAllowed("this is another person's step", zh="这是其他人员的任务")
    return asked


def _any_along(caller: Caller, duties: frozenset[Duty], standing: Standing, action: Action) -> str:
    """One sent along whose step this could be; "-" where there is none."""
    fitting = (one.worker_id for one in standing.companions if one.state in ALONG_STATES[action])
    return next((id_ for id_ in fitting if id_ in caller.holders or Duty.DISPATCH in duties), "-")


def _any_part(caller: Caller, duties: frozenset[Duty], standing: Standing, action: Action) -> str:
    """A part he may do this to. Raises Conflict where there is none."""
    for part in standing.parts:
        if part.state in PART_STATES[action]:
            try:
                return part_meant(caller, duties, standing, action, part.post)
            except NotAllowed:
                continue
    raise Conflict("no such part", "post")
