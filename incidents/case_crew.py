"""Who goes along with the one a case is sent to (两人同往), and who is late to answer. Pure; of `incidents.case`."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from incidents.case_terms import IN_HAND, Action, Actor, AlongState, Companion, Standing, State, Transition
from incidents.errors import Conflict, Invalid

MOST_PEOPLE = 4
ON_IT = (AlongState.ACCEPTED, AlongState.ARRIVED)


def companion(now: Standing, worker_id: str | None) -> Companion | None:
    """Of those sent along, this one."""
    return next((one for one in now.companions if one.worker_id == worker_id), None)


def settled(before: Standing, after: Standing, action: Action) -> Standing:
    """The crew as a step leaves it: who leads is nobody's companion; a case that is out of hand has none, and who went
    along to what was handled has handled it. Waited for is only who has still to answer."""
    along = tuple(one for one in after.companions if one.worker_id != after.assignee_id)
    handlers = after.handlers
    if after.state not in IN_HAND:
        if action is Action.HANDLE:
            handlers |= {one.worker_id for one in before.companions if one.state in ON_IT}
        along = ()
    waiting = {one.worker_id for one in along if one.state is AlongState.WAITING}
    if after.state is State.ASSIGNED and after.assignee_id is not None:
        waiting.add(after.assignee_id)
    late = after.unanswered & waiting
    if (along, handlers, late) == (after.companions, after.handlers, after.unanswered):
        return after
    return replace(after, companions=along, handlers=handlers, unanswered=late)


def led_by_companion(now: Standing) -> Standing | None:
    """Where the one who leads drops it, the first who has accepted to go along leads; None where there is none."""
    next_one = next((one for one in now.companions if one.state in ON_IT), None)
    if next_one is None:
        return None
    state = State.ARRIVED if next_one.state is AlongState.ARRIVED else State.ACCEPTED
    return replace(now, state=state, assignee_id=next_one.worker_id)


def wanted_people(now: Standing, detail: Mapping[str, Any]) -> Standing:
    """As many as whoever sends it says."""
    people = detail.get("people")
    return now if people is None else replace(now, people=int(people))


def send_along(now: Standing, _row: Transition, actor: Actor, detail: Mapping[str, Any], _at: float) -> Standing:
    worker = _worker(detail)
    if now.assignee_id is None:
        raise Conflict("nobody leads it yet: send the first", "worker_id", "尚未派主办人,请先派遣")
    if worker == now.assignee_id or companion(now, worker) is not None:
        raise Conflict("this worker is assigned already", "worker_id", "该人员已派往本案件")
    if len(now.companions) + 1 >= MOST_PEOPLE:
        raise Conflict(f"at most {MOST_PEOPLE} people go to one case", "worker_id", f"一个案件最多派 {MOST_PEOPLE} 人")
    sent = now.dispatchers | {actor.id} if actor.kind == "person" else now.dispatchers
    along = (*now.companions, Companion(worker, AlongState.WAITING))
    return replace(now, companions=along, people=max(now.people, len(along) + 1), dispatchers=sent)


def accept(now: Standing, _row: Transition, _actor: Actor, detail: Mapping[str, Any], _at: float) -> Standing:
    return _with(now, detail, AlongState.ACCEPTED, AlongState.WAITING)


def arrive(now: Standing, _row: Transition, _actor: Actor, detail: Mapping[str, Any], _at: float) -> Standing:
    return _with(now, detail, AlongState.ARRIVED, *ON_IT)


def leave(now: Standing, _row: Transition, _actor: Actor, detail: Mapping[str, Any], _at: float) -> Standing:
    """Declined, or called back."""
    one = _meant(now, detail)
    return replace(now, companions=tuple(other for other in now.companions if other is not one))


def unanswered(now: Standing, _row: Transition, _actor: Actor, detail: Mapping[str, Any], _at: float) -> Standing:
    late = detail.get("worker_id")
    return replace(now, unanswered=now.unanswered | {late}) if isinstance(late, str) else now


def _with(now: Standing, detail: Mapping[str, Any], state: AlongState, *sources: AlongState) -> Standing:
    one = _meant(now, detail)
    if one.state not in sources:
        raise Conflict(f"who goes along is {one.state}", "state", "同往人员当前状态不允许此操作")
    along = tuple(replace(other, state=state) if other is one else other for other in now.companions)
    return replace(now, companions=along)


def _meant(now: Standing, detail: Mapping[str, Any]) -> Companion:
    one = companion(now, _worker(detail))
    if one is None:
        raise Conflict("this worker was not sent along", "worker_id", "该人员不是本案件的同往人员")
    return one


def _worker(detail: Mapping[str, Any]) -> str:
    worker = detail.get("worker_id")
    if not isinstance(worker, str) or not worker.strip():
        raise Invalid("names no worker", "worker_id")
    return worker


FOLLOW = {
    Action.SEND_ALONG: send_along,
    Action.ALONG_ACCEPT: accept,
    Action.ALONG_ARRIVE: arrive,
    Action.ALONG_DECLINE: leave,
    Action.ALONG_WITHDRAW: leave,
    Action.UNANSWERED: unanswered,
}
