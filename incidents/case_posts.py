"""What posts do of a case: held by one, given back, handled by several under the one that leads. Pure; of
`incidents.case`."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from incidents.case_crew import led_by_companion, wanted_people
from incidents.case_terms import OPEN_PARTS, Action, Actor, Part, PartState, Standing, State, Transition
from incidents.errors import Conflict, Invalid

ON_IT = frozenset({State.ACCEPTED, State.ARRIVED})
"""Somebody has taken it on."""


def only_routed(now: Standing) -> bool:
    """The system sent it, and nobody has taken it on or sent anybody yet: as good as waiting in the room."""
    held = now.post is not None or now.assignee_id is not None
    return now.state is State.ASSIGNED and now.dispatched_by is None and held


def open_parts(now: Standing) -> tuple[Part, ...]:
    return tuple(part for part in now.parts if part.state in OPEN_PARTS)


def without_open_parts(now: Standing) -> Standing:
    """Those that are open withdrawn."""
    if not open_parts(now):
        return now
    return replace(now, parts=tuple(_ended(part) for part in now.parts))


def refuse_open_parts(now: Standing) -> None:
    """Raises Conflict while a post has not done its part."""
    if waiting := open_parts(now):
        names = ", ".join(part.post for part in waiting)
        raise Conflict(f"parts of other posts are open: {names}", "parts", "协办岗位尚未全部办结")


def assign(now: Standing, _row: Transition, actor: Actor, detail: Mapping[str, Any], _at: float) -> Standing:
    """To a person (`worker_id`) or a post (`post`)."""
    post, worker = _named(detail, "post"), _named(detail, "worker_id")
    if (post is None) == (worker is None):
        raise Invalid("assign needs worker_id or post, and not both", "worker_id")
    if worker is not None and now.assignee_id == worker:
        raise Conflict("this worker is assigned already", "worker_id")
    if post is not None and (now.post, now.assignee_id) == (post, None):
        raise Conflict("this post holds it already", "post", "该岗位已在办理")
    sent = now.dispatchers | {actor.id}
    held = replace(now, state=State.ASSIGNED, assignee_id=worker, dispatched_by=actor.id, dispatchers=sent)
    return _led_by(wanted_people(held, detail), post)


def route(now: Standing, _row: Transition, _actor: Actor, detail: Mapping[str, Any], _at: float) -> Standing:
    """By the system: to a post, a person, or (neither) back to the room. Who has taken it on stays on it, and a post
    comes to hold it above him."""
    post, worker = _named(detail, "post"), _named(detail, "worker_id")
    if now.state in ON_IT:
        if post is None or post == now.post:
            raise Conflict("somebody has taken it on", "state")
        return _led_by(now, post)
    if (post, worker) == (now.post, now.assignee_id):
        raise Conflict("it is there already", "post")
    state = State.FILED if post is None and worker is None else State.ASSIGNED
    return _led_by(replace(now, state=state, assignee_id=worker, dispatched_by=None), post)


def decline(now: Standing, _row: Transition, _actor: Actor, _detail: Mapping[str, Any], _at: float) -> Standing:
    """To who has accepted to go along, else back to the post it is held by, else to the room."""
    if (led := led_by_companion(now)) is not None:
        return led
    if now.post is None:
        return replace(now, state=State.FILED, assignee_id=None)
    if now.assignee_id is None:
        raise Conflict("nobody of the post has taken it on; the post may return it", "state", "岗位尚未接单，可退回")
    return replace(now, state=State.ASSIGNED, assignee_id=None)


def give_back(now: Standing, _row: Transition, _actor: Actor, _detail: Mapping[str, Any], _at: float) -> Standing:
    if now.post is None:
        raise Conflict("no post holds it", "state", "该事件不在岗位手中")
    returned = now.returned | {now.post}
    return replace(now, state=State.FILED, assignee_id=None, post=None, returned=returned)


def join(now: Standing, _row: Transition, actor: Actor, detail: Mapping[str, Any], _at: float) -> Standing:
    """Asks another post for its part; one that has ended is asked anew."""
    post = str(detail["post"])
    if post == now.post:
        raise Conflict("this post leads the case", "post", "该岗位是主办岗位")
    if any(part.post == post for part in open_parts(now)):
        raise Conflict("this post takes part already", "post", "该岗位已在协办")
    asked = _with(now, Part(post, PartState.ASKED))
    return replace(asked, dispatchers=now.dispatchers | {actor.id})


def accept_part(now: Standing, _row: Transition, _actor: Actor, detail: Mapping[str, Any], _at: float) -> Standing:
    part = _part(now, detail, PartState.ASKED)
    return _with(now, replace(part, state=PartState.ACCEPTED))


def finish_part(now: Standing, _row: Transition, actor: Actor, detail: Mapping[str, Any], _at: float) -> Standing:
    part = _part(now, detail, PartState.ACCEPTED)
    return replace(_with(now, replace(part, state=PartState.DONE)), handlers=now.handlers | {actor.id})


def withdraw_part(now: Standing, _row: Transition, _actor: Actor, detail: Mapping[str, Any], _at: float) -> Standing:
    part = _part(now, detail, PartState.ASKED, PartState.ACCEPTED)
    return _with(now, replace(part, state=PartState.WITHDRAWN))


def _part(now: Standing, detail: Mapping[str, Any], *states: PartState) -> Part:
    post = _named(detail, "post")
    if post is None:
        raise Invalid("names no post", "post")
    part = next((one for one in now.parts if one.post == post), None)
    if part is None:
        raise Conflict("this post has no part in the case", "post", "该岗位未参与协办")
    if part.state not in states:
        raise Conflict(f"the part of this post is {part.state}", "post", "该协办当前状态不允许此操作")
    return part


def _with(now: Standing, part: Part) -> Standing:
    others = [one for one in now.parts if one.post != part.post]
    return replace(now, parts=tuple(sorted([*others, part])))


def _led_by(now: Standing, post: str | None) -> Standing:
    """A post that comes to lead has no part beside."""
    parts = tuple(_ended(part) if part.post == post else part for part in now.parts)
    return replace(now, post=post, parts=parts)


def _ended(part: Part) -> Part:
    return replace(part, state=PartState.WITHDRAWN) if part.state in OPEN_PARTS else part


def _named(detail: Mapping[str, Any], key: str) -> str | None:
    value = detail.get(key)
    return str(value) if isinstance(value, str) and value.strip() else None


FOLLOW = {
    Action.ASSIGN: assign,
    Action.ROUTE: route,
    Action.DECLINE: decline,
    Action.RELEASE: decline,
    Action.RETURN: give_back,
    Action.JOIN: join,
    Action.PART_ACCEPT: accept_part,
    Action.PART_DONE: finish_part,
    Action.PART_WITHDRAW: withdraw_part,
}
