"""The trace: append-only, each entry hashed over the one before it, in its case and over all cases.

Changing, removing, inserting or reordering an entry breaks a hash; removing a whole case breaks the chain over all;
cutting entries off the end shows against `trace_head`. Who can rewrite the whole database can rewrite the whole
chain: note the head (`seq` and hash) down elsewhere from time to time, `python -m incidents.check --expect` holds it
against the chain.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import Connection, Row, bindparam, func, insert, select, update

from incidents.case import Actor
from incidents.store.migrate import APPENDED
from incidents.store.schema import cases, trace, trace_head

START = "0" * 64
"""What the first entry of a chain stands on."""
PAGE = 1000
BEFORE_ALL = -(2**63)
# Built once: to build them costs more than to carry them out, and every step of every case waits for them.
_LOCK = select(trace_head).with_for_update()
_NEWEST = (
    select(trace.c.case_seq, trace.c.hash)
    .where(trace.c.case_id == bindparam("of_case"))
    .order_by(trace.c.case_seq.desc())
    .limit(1)
)
_WRITE = insert(trace)
_MOVE_HEAD = update(trace_head)


@dataclass(frozen=True, slots=True)
class ActorView:
    kind: str
    id: str
    name: str


@dataclass(frozen=True, slots=True)
class TraceEntry:
    """`seq` counts over all cases, `case_seq` within the case; both without gaps."""

    seq: int
    case_id: str
    case_seq: int
    at: float
    action: str
    actor: ActorView
    from_state: str | None
    to_state: str
    detail: Mapping[str, Any]
    case_previous: str
    previous: str
    hash: str


@dataclass(frozen=True, slots=True)
class TraceCheck:
    """`broken_at`: `seq` of the first entry that does not fit, and `problem` why; both empty when `valid`."""

    valid: bool
    entries: int
    broken_at: int | None = None
    problem: str = ""
    head_seq: int = 0
    head_hash: str = START


def canonical(value: Any) -> str:
    """One text for one value: sorted keys, no spaces, UTF-8, no NaN (ValueError)."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)


def entry_hash(fields: Mapping[str, Any]) -> str:
    """SHA-256 over the canonical JSON of every column but the hash itself; `detail` is the stored text."""
    return hashlib.sha256(canonical(dict(fields)).encode()).hexdigest()


def lock(connection: Connection) -> tuple[int, str]:
    """The newest entry's seq and hash. Held until the transaction ends, so cases change one after the other."""
    head = connection.execute(_LOCK).one()
    return int(head.seq), str(head.hash)


def append(
    connection: Connection,
    *,
    case_id: str,
    at: float,
    action: str,
    actor: Actor,
    from_state: str | None,
    to_state: str,
    detail: Mapping[str, Any],
    first: tuple[int, str] | None = None,
) -> TraceEntry:
    """Writes one entry. The caller's transaction must be a writing one. `first`: what `lock` gave in it just now, where
    the case has no entry yet."""
    seq, head = first or lock(connection)
    newest = None if first else connection.execute(_NEWEST, {"of_case": case_id}).one_or_none()
    fields: dict[str, Any] = {
        "seq": seq + 1,
        "case_id": case_id,
        "case_seq": newest.case_seq + 1 if newest else 1,
        "at": float(at),
        "action": str(action),
        "actor_kind": actor.kind,
        "actor_id": actor.id,
        "actor_name": actor.name,
        "from_state": None if from_state is None else str(from_state),
        "to_state": str(to_state),
        "detail": canonical(dict(detail)),
        "case_previous": newest.hash if newest else START,
        "previous": head,
    }
    digest = entry_hash(fields)
    connection.execute(_WRITE, {**fields, "hash": digest})
    connection.execute(_MOVE_HEAD, {"seq": seq + 1, "hash": digest})
    entry = entry_from({**fields, "hash": digest})
    connection.get_execution_options().get(APPENDED, []).append(entry)
    return entry


def entry_from(fields: Mapping[str, Any]) -> TraceEntry:
    """From the columns as stored."""
    return TraceEntry(
        seq=fields["seq"],
        case_id=fields["case_id"],
        case_seq=fields["case_seq"],
        at=fields["at"],
        action=fields["action"],
        actor=ActorView(fields["actor_kind"], fields["actor_id"], fields["actor_name"]),
        from_state=fields["from_state"],
        to_state=fields["to_state"],
        detail=json.loads(fields["detail"]),
        case_previous=fields["case_previous"],
        previous=fields["previous"],
        hash=fields["hash"],
    )


def _fields(row: Row[Any]) -> dict[str, Any]:
    return dict(row._mapping)


def check_case(connection: Connection, case_id: str) -> TraceCheck:
    """Checks one case's chain: every hash, the order, and that the case stands where its trace says."""
    rows = connection.execute(select(trace).where(trace.c.case_id == case_id).order_by(trace.c.case_seq))
    previous, count, last = START, 0, None
    for count, row in enumerate(rows, start=1):
        last = _fields(row)
        problem = _fault(last, count, previous)
        if problem:
            return TraceCheck(False, count, last["seq"], problem)
        previous = last["hash"]
    case = connection.execute(select(cases.c.state, cases.c.version).where(cases.c.id == case_id)).one_or_none()
    if case is None or last is None:
        return TraceCheck(False, count, None, "a case without a trace, or a trace without its case")
    if case.state != last["to_state"] or case.version != count:
        return TraceCheck(False, count, last["seq"], "the case is not where its last entry left it")
    return TraceCheck(True, count, head_seq=last["seq"], head_hash=previous)


def _fault(fields: Mapping[str, Any], case_seq: int, case_previous: str) -> str:
    if fields["case_seq"] != case_seq:
        return f"entry {case_seq} of case {fields['case_id']} is missing"
    if fields["case_previous"] != case_previous:
        return "does not stand on the case's entry before it"
    content = {name: value for name, value in fields.items() if name != "hash"}
    if entry_hash(content) != fields["hash"]:
        return "was changed after it was written"
    return ""


def check_all(connection: Connection, expect: tuple[int, str] | None = None) -> TraceCheck:
    """Checks the chain over all cases and every case's own, in one pass, and names the first broken entry.

    `expect` is a head noted down earlier: that entry must still be there with that hash.
    """
    previous, count = START, 0
    by_case: dict[str, tuple[int, str, str]] = {}
    head = connection.execute(select(trace_head)).one()
    for fields in _all(connection):
        count += 1
        case_seq, case_previous, _state = by_case.get(fields["case_id"], (0, START, ""))
        problem = ""
        if fields["seq"] != count:
            problem = f"entry {count} is missing"
        elif fields["previous"] != previous:
            problem = "does not stand on the entry before it"
        elif expect and expect[0] == count and expect[1] != fields["hash"]:
            problem = "is not the entry that was noted down as the head"
        problem = problem or _fault(fields, case_seq + 1, case_previous)
        if problem:
            return TraceCheck(False, count, count, problem, head.seq, head.hash)
        previous = fields["hash"]
        by_case[fields["case_id"]] = (case_seq + 1, previous, fields["to_state"])
    problem = _end_fault(connection, (count, previous), (head.seq, head.hash), expect, by_case)
    broken_at = count + 1 if problem else None
    return TraceCheck(not problem, count, broken_at, problem, head.seq, head.hash)


def _end_fault(
    connection: Connection,
    end: tuple[int, str],
    head: tuple[int, str],
    expect: tuple[int, str] | None,
    by_case: Mapping[str, tuple[int, str, str]],
) -> str:
    if end != head:
        return f"entries after {end[0]} are missing: the head stands at {head[0]}"
    if expect and expect[0] > end[0]:
        return f"entries after {end[0]} are missing: entry {expect[0]} was noted down as the head"
    for row in connection.execute(select(cases.c.id, cases.c.number, cases.c.state, cases.c.version)):
        seen = by_case.get(row.id)
        if seen is None:
            return f"case {row.number} has no trace"
        if (seen[0], seen[2]) != (row.version, row.state):
            return f"case {row.number} is not where its last entry left it"
    if connection.execute(select(func.count()).select_from(cases)).scalar_one() != len(by_case):
        return "there are entries of a case that is not there"
    return ""


def _all(connection: Connection) -> Iterator[dict[str, Any]]:
    """By pages, so that a chain of millions needs no memory and a check that ends early leaves no cursor open."""
    after = BEFORE_ALL
    while rows := connection.execute(select(trace).where(trace.c.seq > after).order_by(trace.c.seq).limit(PAGE)).all():
        for row in rows:
            yield _fields(row)
        after = rows[-1].seq


def as_dict(entry: TraceEntry) -> dict[str, Any]:
    """JSON-able, with the names of the HTTP contract."""
    return {**asdict(entry), "detail": dict(entry.detail)}
