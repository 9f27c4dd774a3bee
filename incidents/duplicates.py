"""Two cases of one thing made one: what was found of the duplicate goes over, and the trace of both says so."""

import json
from collections.abc import Iterator, Mapping
from typing import Any
from uuid import uuid4

from sqlalchemy import ColumnElement, Connection, Row, delete, insert, select, update

from incidents import queries
from incidents.acting import Acting, Step
from incidents.case import DUPLICATE, Action, Duty, State
from incidents.errors import Invalid, NotAllowed
from incidents.rights import Caller, Permission
from incidents.store import Transaction
from incidents.store.schema import case_objects, cases, evidence, trace

TRIAGE_DUTIES = frozenset({Duty.TRIAGE})
_FIRST_SHOWN = {"picture": "picture_evidence_id", "clip": "clip_evidence_id"}


def doubled_case(connection: Connection, caller: Caller, case_id: str, of: str) -> dict[str, str]:
    """What the trace says of the case that `case_id` doubles. Raises NotFound, NotAllowed, Invalid."""
    view, path = queries.get_case(connection, caller.scope(Permission.CASE_SEE), of)
    if view.id == case_id:
        raise Invalid("a case is no duplicate of itself", "of", "不能与自身重复")
    if not caller.scope(Permission.CASE_TRIAGE).covers(path):
        raise NotAllowed("you may not triage the other case")
    if view.state == State.INVALID:
        raise Invalid("the other case is struck out or rejected itself", "of", "所选事件已作废")
    return {"of": view.id, "of_number": view.number, "of_place": view.grid or view.area}


def filed_before_doubled(connection: Connection, case_id: str) -> bool:
    """Whether a duplicate had passed review, or never was in it, when it was found to be one."""
    query = select(cases.c.resolution, trace.c.from_state).join(trace, trace.c.case_id == cases.c.id)
    query = query.where(cases.c.id == case_id, trace.c.action == Action.DUPLICATE.value)
    row = connection.execute(query.order_by(trace.c.case_seq.desc())).first()
    # Sent by itself counts as filed: it will be sent again.
    filed = (State.FILED.value, State.ASSIGNED.value)
    return row is not None and row.resolution == DUPLICATE and row.from_state in filed


class Merging:
    """Follows what is done to cases (`Acting.followers`), in the transaction of each step."""

    def __init__(self, acting: Acting) -> None:
        self._acting = acting

    def follow(self, transaction: Transaction, step: Step) -> None:
        if step.action is Action.DUPLICATE:
            self._merge(transaction, step)
        elif step.action is Action.TAKE_BACK and step.before.resolution == DUPLICATE:
            self._unmerge(transaction, step)

    def _merge(self, transaction: Transaction, step: Step) -> None:
        connection, of = transaction.connection, str(step.detail["of"])
        lost, kept = _case(connection, step.case_id), _case(connection, of)
        objects = _objects(connection, lost.id)
        copies = _copy_evidence(connection, lost.id, of)
        seen = [at for at in (kept.last_seen_at, lost.last_seen_at) if at is not None]
        changes: dict[str, Any] = {
            "sightings": kept.sightings + lost.sightings,
            "last_seen_at": max(seen, default=None),
        }
        if kept.camera_id is None:
            # Made by hand, and seen by a camera after all: that one can be asked whether it is gone.
            changes |= {name: getattr(lost, name) for name in ("camera_id", "zone_id", "rule")}
        for copy in copies:
            first = _FIRST_SHOWN.get(copy["kind"])
            if first is not None and getattr(kept, first) is None:
                changes.setdefault(first, copy["evidence_id"])
        detail = {
            "duplicate_id": lost.id,
            "duplicate_number": lost.number,
            "duplicate_place": lost.place,
            "objects": objects,
            "evidence": copies,
            "before": {name: getattr(kept, name) for name in changes},
        }
        _give_objects(connection, objects, of)
        self._on_the_other(transaction, step, of, Action.MERGE, detail, changes)

    def _unmerge(self, transaction: Transaction, step: Step) -> None:
        connection = transaction.connection
        of, merged = _merged(connection, step.case_id)
        kept = _case(connection, of)
        before: Mapping[str, Any] = merged["before"]
        lost = _case(connection, step.case_id)
        # What was done to the other case since then stays; only what came with the duplicate goes back.
        changes: dict[str, Any] = {name: value for name, value in before.items() if name != "sightings"}
        changes["sightings"] = max(0, kept.sightings - lost.sightings)
        changes["last_seen_at"] = kept.last_seen_at
        copies = [one["evidence_id"] for one in merged["evidence"]]
        _give_objects(connection, merged["objects"], step.case_id, only_from=where_it_went(connection, of))
        connection.execute(delete(evidence).where(evidence.c.id.in_(copies), evidence.c.case_id == of))
        detail = {name: merged[name] for name in ("duplicate_id", "duplicate_number", "duplicate_place")}
        self._on_the_other(transaction, step, of, Action.UNMERGE, {**detail, "evidence": merged["evidence"]}, changes)

    def _on_the_other(
        self,
        transaction: Transaction,
        step: Step,
        of: str,
        action: Action,
        detail: Mapping[str, Any],
        changes: Mapping[str, Any],
    ) -> None:
        self._acting.step(
            transaction, of, action, step.actor, TRIAGE_DUTIES, at=step.at, detail=detail, changes=changes
        )
        self._acting.announce(transaction, of)


def _case(connection: Connection, case_id: str) -> Row[Any]:
    return connection.execute(select(cases).where(cases.c.id == case_id)).one()


def _objects(connection: Connection, case_id: str) -> list[str]:
    query = select(case_objects.c.object_id).where(case_objects.c.case_id == case_id)
    return list(connection.execute(query.order_by(case_objects.c.object_id)).scalars())


def _give_objects(connection: Connection, objects: list[str], to: str, only_from: list[str] | None = None) -> None:
    which: list[ColumnElement[bool]] = [case_objects.c.object_id.in_(objects)]
    if only_from is not None:
        which.append(case_objects.c.case_id.in_(only_from))
    connection.execute(update(case_objects).where(*which).values(case_id=to))


def where_it_went(connection: Connection, of: str) -> list[str]:
    """The case and, where that was found to double another since then, that one too, and so on."""
    passed = [of]
    while _case(connection, passed[-1]).resolution == DUPLICATE:
        further = _doubled(connection, passed[-1])
        if further in passed:  # each was taken out again by hand in between
            break
        passed.append(further)
    return passed


def _copy_evidence(connection: Connection, case_id: str, of: str) -> list[dict[str, str]]:
    """Rows of its own for the other case. The files are the same, and the duplicate keeps what it had: its own trace
    names it."""
    rows = connection.execute(select(evidence).where(evidence.c.case_id == case_id).order_by(evidence.c.at)).all()
    copies = []
    for row in rows:
        copy = {**row._mapping, "id": uuid4().hex, "case_id": of}
        connection.execute(insert(evidence).values(**copy))
        copies.append({"evidence_id": copy["id"], "kind": row.kind, "sha256": row.sha256})
    return copies


def _merged(connection: Connection, case_id: str) -> tuple[str, dict[str, Any]]:
    """The case this one was merged into, and what the trace there says of it."""
    of = _doubled(connection, case_id)
    return of, next(one for one in _details(connection, of, Action.MERGE) if one["duplicate_id"] == case_id)


def _doubled(connection: Connection, case_id: str) -> str:
    return str(next(_details(connection, case_id, Action.DUPLICATE))["of"])


def _details(connection: Connection, case_id: str, action: Action) -> Iterator[dict[str, Any]]:
    """What the trace says of it, the newest first."""
    query = select(trace.c.detail).where(trace.c.case_id == case_id, trace.c.action == action.value)
    rows = connection.execute(query.order_by(trace.c.case_seq.desc())).scalars().all()
    yield from map(json.loads, rows)
