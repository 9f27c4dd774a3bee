"""Several cases at once: who goes where, so that all of them together are reached soonest. Pure; a proposal."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from dispatch.assignment import least_total
from dispatch.candidates import Candidate
from incidents.case import IN_HAND, State
from incidents.text import Text
from incidents.views import CaseView


@dataclass(frozen=True, slots=True)
class Proposal:
    """`worker` is None where nobody is left for the case; `why` in one line either way."""

    case: CaseView
    worker: Candidate | None
    why: Text


@dataclass(frozen=True, slots=True)
class Plan:
    """`total_s`: the travel times added up. `one_by_one_s`: what they would be if each case in turn took the best of
    its own list; None where that leaves a case without anybody whom the plan serves."""

    proposals: tuple[Proposal, ...]
    total_s: float
    one_by_one_s: float | None


def assign_together(cases: Sequence[tuple[CaseView, Sequence[Candidate]]]) -> Plan:
    """Each case with its candidates, best first; nobody is given two. As many cases as can be are served, and then the
    total of the travel times is the least there is. A case that has somebody is left to him."""
    wanted = [(view, _free(ranked)) for view, ranked in cases if _waits(view)]
    ids = sorted({one.worker_id for _, free in wanted for one in free})
    column = {id_: number for number, id_ in enumerate(ids)}
    costs = np.full((len(wanted), len(ids)), np.inf)
    for row, (_, free) in enumerate(wanted):
        for one in free:
            costs[row, column[one.worker_id]] = one.travel_s
    chosen: dict[str, Candidate] = {}
    for (view, free), number in zip(wanted, least_total(costs), strict=True):
        if number is not None:
            chosen[view.id] = next(one for one in free if one.worker_id == ids[number])
    proposals = tuple(_proposal(view, ranked, chosen.get(view.id)) for view, ranked in cases)
    total = sum(one.travel_s or 0.0 for one in chosen.values())
    return Plan(proposals, round(total, 1), _one_by_one(wanted, len(chosen)))


def _waits(view: CaseView) -> bool:
    return view.assignee is None and view.state in {State.FILED} | IN_HAND


def _free(ranked: Sequence[Candidate]) -> list[Candidate]:
    return [one for one in ranked if one.available and one.travel_s is not None]


def _proposal(view: CaseView, ranked: Sequence[Candidate], one: Candidate | None) -> Proposal:
    if not _waits(view):
        if view.assignee is not None:
            return Proposal(view, None, Text(f"已派给{view.assignee.name}", f"{view.assignee.name} has it"))
        return Proposal(view, None, Text("当前状态不需派人", "Nobody is sent to a case in this state"))
    if one is None:
        why = Text("空闲人员已派往其他案件", "Those who are free go to other cases")
        if view.lon is None:
            why = Text("案件没有位置", "The case has no place")
        elif not _free(ranked):
            why = Text("没有可派人员", "Nobody is free")
        return Proposal(view, None, why)
    best = next(other for other in ranked if other.available)
    if best.worker_id == one.worker_id:
        return Proposal(view, one, Text(f"首选人员:{one.reason.zh}", f"First choice: {one.reason.en}"))
    return Proposal(
        view,
        one,
        Text(f"总行程最短({best.name}派往他处更省时):{one.reason.zh}",
             f"Least time in all ({best.name} is of more use elsewhere): {one.reason.en}"),
    )  # fmt: skip


def _one_by_one(wanted: Sequence[tuple[CaseView, Sequence[Candidate]]], served: int) -> float | None:
    taken: dict[str, float] = {}
    for _, free in wanted:
        one = next((one for one in free if one.worker_id not in taken), None)
        if one is not None and one.travel_s is not None:
            taken[one.worker_id] = one.travel_s
    return round(sum(taken.values()), 1) if len(taken) == served else None
