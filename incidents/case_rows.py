"""A case as it stands, from its rows and back into them."""

import json
from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, Row, insert, select, update

from incidents.case_posts import open_parts
from incidents.case_terms import Action, Actor, AlongState, Companion, Part, PartState, Standing, State
from incidents.feedback_form import ORDER, owes_feedback
from incidents.store.joint_schema import case_parts

CHANGING = ("case_class", "level", "tier", "deadline_at", "extension_until", "score", "post")
"""What of a standing the trace gives before and after, where a step changes it; its state has columns of its own."""
_SAME_NAMED = (
    "assignee_id",
    "dispatched_by",
    "handled_by",
    "gone_at",
    "needs_person",
    "reworks",
    "resolution",
    "case_class",
    "level",
    "deadline_at",
    "extension_until",
    "extension_by",
    "extended_until",
    "supervised_at",
    "urged_for",
    "breached_for",
    "score",
    "post",
)
_HANDS = ("dispatchers", "handlers", "returned", "unanswered")


def standing_of(connection: Connection, row: Row[Any]) -> Standing:
    """From a row of `cases`, with its parts."""
    hands = json.loads(row.hands or "{}")
    held: dict[str, Any] = {name: frozenset(hands.get(name, ())) for name in _HANDS}
    return Standing(
        state=State(row.state),
        tier=row.level if row.tier is None else row.tier,
        owes_feedback=row.source == ORDER and owes_feedback(connection, row.id),
        parts=_parts(connection, row.id) if row.parts_open is not None else (),
        people=hands.get("people", 1),
        companions=tuple(Companion(id_, AlongState(state)) for id_, state in hands.get("companions", ())),
        **{name: getattr(row, name) for name in _SAME_NAMED},
        **held,
    )


def _parts(connection: Connection, case_id: str) -> tuple[Part, ...]:
    query = select(case_parts.c.post, case_parts.c.state).where(case_parts.c.case_id == case_id)
    return tuple(sorted(Part(row.post, PartState(row.state)) for row in connection.execute(query)))


def columns_of(standing: Standing) -> dict[str, Any]:
    """What `cases` holds of it."""
    hands: dict[str, Any] = {name: sorted(getattr(standing, name)) for name in _HANDS if getattr(standing, name)}
    if standing.people > 1:
        hands["people"] = standing.people
    if standing.companions:
        hands["companions"] = [[one.worker_id, one.state.value] for one in standing.companions]
    return {
        "state": standing.state.value,
        "tier": None if standing.tier == standing.level else standing.tier,
        "parts_open": len(open_parts(standing)) if standing.parts else None,
        "hands": json.dumps(hands) if hands else None,
        **{name: getattr(standing, name) for name in _SAME_NAMED},
    }


def changed(before: Standing, after: Standing) -> dict[str, list[Any]]:
    """[before, after] of what else than the state a step changed."""
    pairs = {name: [getattr(before, name), getattr(after, name)] for name in CHANGING}
    pairs["parts"] = [{part.post: part.state.value for part in one.parts} for one in (before, after)]
    pairs["people"] = [before.people, after.people]
    pairs["companions"] = [{one.worker_id: one.state.value for one in each.companions} for each in (before, after)]
    return {name: pair for name, pair in pairs.items() if pair[0] != pair[1]}


def write_parts(
    connection: Connection, case_id: str, before: Standing, after: Standing, actor: Actor, step: Mapping[str, Any]
) -> None:
    """The parts this step changed. `step`: its `action`, `at` and `detail`."""
    were = {part.post: part.state for part in before.parts}
    detail, at = step["detail"], step["at"]
    for part in after.parts:
        if were.get(part.post) == part.state:
            continue
        if part.state is PartState.ASKED:
            asked = {"asked_by": actor.id, "asked_at": at, "wanted": str(detail.get("note", "")), "note": ""}
            values = {**asked, **dict.fromkeys(("accepted_by", "accepted_at", "ended_by", "ended_at"))}
        elif part.state is PartState.ACCEPTED:
            values = {"accepted_by": actor.id, "accepted_at": at}
        else:
            own = step["action"] in (Action.PART_DONE, Action.PART_WITHDRAW)
            said = str(detail.get("reason") or detail.get("note") or "") if own else ""
            values = {"ended_by": actor.id, "ended_at": at, "note": said}
        values["state"] = part.state.value
        if part.post in were:
            where = case_parts.c.case_id == case_id, case_parts.c.post == part.post
            connection.execute(update(case_parts).where(*where).values(**values))
        else:
            connection.execute(insert(case_parts).values(case_id=case_id, post=part.post, **values))
