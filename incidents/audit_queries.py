"""Reads of the audit and of who stands in for whom, within a scope; rights are applied here. A module of the matrix
in tests/incidents/test_rights.py."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Select, and_, func, or_, select

from incidents.errors import Invalid, NotFound
from incidents.queries import get_area
from incidents.rights import Scope
from incidents.store.audit_schema import audit, moves, stand_ins
from incidents.store.schema import accounts, areas, roles
from incidents.visible_cases import key

MAX_PAGE = 500
_in = accounts.alias("standing_in")
_absent = accounts.alias("absent")


@dataclass(frozen=True, slots=True)
class AuditFilter:
    """`from_at`, `to_at`: what was done, or went on, at any time between. `area`: that and what lies below it."""

    kinds: frozenset[str] = frozenset()
    how: str | None = None
    camera: str | None = None
    account: str | None = None
    area: str | None = None
    from_at: float | None = None
    to_at: float | None = None
    cursor: str | None = None
    limit: int = 100


@dataclass(frozen=True, slots=True)
class AuditRow:
    seq: int
    kind: str
    at: float
    until_at: float | None
    going_on: bool
    seconds: float
    times: int
    actor_id: str | None
    actor_name: str
    address: str
    camera_id: str | None
    how: str
    subject: str
    detail: dict[str, Any]


@dataclass(frozen=True, slots=True)
class AuditPage:
    """`cursor` gives the next page; None on the last one."""

    items: tuple[AuditRow, ...]
    cursor: str | None


@dataclass(frozen=True, slots=True)
class StandInView:
    id: str
    account_id: str
    account_name: str
    absent_id: str
    absent_name: str
    from_at: float
    until_at: float
    made_by: str


@dataclass(frozen=True, slots=True)
class MoveView:
    account_id: str
    at: float
    roles: tuple[tuple[str, str], ...]
    post: str | None
    made_by: str


def list_audit(connection: Connection, scope: Scope, wanted: AuditFilter) -> AuditPage:
    """Newest first. Raises NotFound for an area the scope does not cover, Invalid for a cursor that is none."""
    query = select(audit).where(scope.where(audit.c.path)).order_by(audit.c.seq.desc())
    if wanted.kinds:
        query = query.where(audit.c.kind.in_(sorted(wanted.kinds)))
    for column, value in ((audit.c.how, wanted.how), (audit.c.camera_id, wanted.camera)):
        if value is not None:
            query = query.where(column == key(value))
    if wanted.account is not None:
        query = query.where(audit.c.actor_id == key(wanted.account))
    if wanted.area is not None:
        path = get_area(connection, scope, wanted.area).path
        query = query.where(audit.c.path.startswith(path, autoescape=True))
    if wanted.from_at is not None:
        query = query.where(or_(audit.c.going_on, func.coalesce(audit.c.until_at, audit.c.at) >= wanted.from_at))
    if wanted.to_at is not None:
        query = query.where(audit.c.at < wanted.to_at)
    if wanted.cursor is not None:
        query = query.where(audit.c.seq < _seq(wanted.cursor))
    limit = max(1, min(wanted.limit, MAX_PAGE))
    rows = [_row(row) for row in connection.execute(query.limit(limit + 1))]
    return AuditPage(tuple(rows[:limit]), str(rows[limit - 1].seq) if len(rows) > limit else None)


def list_stand_ins(connection: Connection, scope: Scope, now: float) -> tuple[StandInView, ...]:
    """Those that hold now or are still to come, of which both accounts lie inside; the next first."""
    return _stand_ins(connection, _listed(scope).where(stand_ins.c.until_at > now))


def get_stand_in(connection: Connection, scope: Scope, stand_in_id: str) -> StandInView:
    """Raises NotFound."""
    found = _stand_ins(connection, _listed(scope).where(stand_ins.c.id == key(stand_in_id)))
    if not found:
        raise NotFound("no such stand-in", "stand_in")
    return found[0]


def list_moves(connection: Connection, scope: Scope) -> tuple[MoveView, ...]:
    """Those still to come, of accounts that lie inside."""
    query = select(moves).where(moves.c.account_id.in_(_accounts_inside(scope))).order_by(moves.c.at)
    return tuple(_move(row) for row in connection.execute(query))


def _accounts_inside(scope: Scope) -> Select[Any]:
    """Ids of the accounts whose every role lies inside."""
    outside = select(roles.c.account_id).join(areas, areas.c.code == roles.c.area).where(~scope.where(areas.c.path))
    return select(roles.c.account_id).where(roles.c.account_id.not_in(outside))


def _listed(scope: Scope) -> Select[Any]:
    inside = _accounts_inside(scope)
    return (
        select(stand_ins, _in.c.name.label("account_name"), _absent.c.name.label("absent_name"))
        .join(_in, _in.c.id == stand_ins.c.account_id)
        .join(_absent, _absent.c.id == stand_ins.c.absent_id)
        .where(and_(stand_ins.c.account_id.in_(inside), stand_ins.c.absent_id.in_(inside)))
        .order_by(stand_ins.c.from_at, stand_ins.c.id)
    )


def _stand_ins(connection: Connection, query: Select[Any]) -> tuple[StandInView, ...]:
    return tuple(
        StandInView(
            row.id,
            row.account_id,
            row.account_name,
            row.absent_id,
            row.absent_name,
            row.from_at,
            row.until_at,
            row.made_by,
        )
        for row in connection.execute(query)
    )


def _move(row: Any) -> MoveView:
    given: Iterable[list[str]] = json.loads(row.roles)
    return MoveView(row.account_id, row.at, tuple((role, area) for role, area in given), row.post, row.made_by)


def _row(row: Any) -> AuditRow:
    columns = {name: row._mapping[name] for name in AuditRow.__slots__ if name != "detail"}
    return AuditRow(**columns, detail=_detail(row.detail))


def _detail(text: str) -> dict[str, Any]:
    """What was cut at its bound is told as it stands."""
    try:
        found = json.loads(text) if text else {}
    except ValueError:
        return {"text": text}
    return found if isinstance(found, dict) else {"text": text}


def _seq(cursor: str) -> int:
    if not cursor.isascii() or not cursor.isdecimal() or len(cursor) > 12:
        raise Invalid("cursor must be one that a page gave", "cursor")
    return int(cursor)
