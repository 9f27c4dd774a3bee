"""Every read of the outbox for people. As in `incidents.queries`, each function takes the scope and returns nothing
from outside it."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Select, func, select

from incidents.errors import NotFound
from incidents.rights import Scope
from incidents.store.exchange_schema import exchange_outbox
from incidents.store.schema import areas, cases

MOST = 500


@dataclass(frozen=True, slots=True)
class OutboxFilter:
    """`before`: id of the last entry of the page before."""

    state: str | None = None
    destination: str | None = None
    case: str | None = None
    before: str | None = None
    limit: int = 100


@dataclass(frozen=True, slots=True)
class OutboxEntry:
    """Times are Unix seconds. `next_at`: when it is tried next; None where it is not."""

    id: str
    destination: str
    event: str
    event_id: str
    case_id: str
    case_number: str
    state: str
    queued_at: float
    attempts: int
    next_at: float | None
    last_at: float | None
    last_error: str
    delivered_at: float | None


@dataclass(frozen=True, slots=True)
class OutboxCount:
    destination: str
    state: str
    count: int


def list_entries(connection: Connection, scope: Scope, wanted: OutboxFilter) -> tuple[OutboxEntry, ...]:
    """Newest first."""
    query = _visible(scope)
    for column, value in (
        (exchange_outbox.c.state, wanted.state),
        (exchange_outbox.c.destination, wanted.destination),
        (exchange_outbox.c.case_id, wanted.case),
    ):
        if value is not None:
            query = query.where(column == value)
    if wanted.before is not None:
        row = connection.execute(_visible(scope).where(exchange_outbox.c.id == wanted.before)).one_or_none()
        if row is None:
            raise NotFound("no such event in the outbox", "before")
        query = query.where(
            (exchange_outbox.c.seq < row.seq) | ((exchange_outbox.c.seq == row.seq) & (exchange_outbox.c.id < row.id))
        )
    query = query.order_by(exchange_outbox.c.seq.desc(), exchange_outbox.c.id.desc()).limit(min(wanted.limit, MOST))
    return tuple(_entry(row) for row in connection.execute(query))


def count_entries(connection: Connection, scope: Scope) -> tuple[OutboxCount, ...]:
    """How many lie there by destination and state."""
    query = (
        select(exchange_outbox.c.destination, exchange_outbox.c.state, func.count().label("n"))
        .join(cases, cases.c.id == exchange_outbox.c.case_id)
        .join(areas, areas.c.code == cases.c.place)
        .where(scope.where(areas.c.path))
        .group_by(exchange_outbox.c.destination, exchange_outbox.c.state)
        .order_by(exchange_outbox.c.destination, exchange_outbox.c.state)
    )
    return tuple(OutboxCount(row.destination, row.state, row.n) for row in connection.execute(query))


def get_entry(connection: Connection, scope: Scope, entry_id: str) -> OutboxEntry:
    """Raises NotFound, also when its case lies outside the scope."""
    row = connection.execute(_visible(scope).where(exchange_outbox.c.id == entry_id)).one_or_none()
    if row is None:
        raise NotFound("no such event in the outbox", "outbox")
    return _entry(row)


def _visible(scope: Scope) -> Select[Any]:
    return (
        select(exchange_outbox, cases.c.number)
        .join(cases, cases.c.id == exchange_outbox.c.case_id)
        .join(areas, areas.c.code == cases.c.place)
        .where(scope.where(areas.c.path))
    )


def _entry(row: Any) -> OutboxEntry:
    return OutboxEntry(
        id=row.id,
        destination=row.destination,
        event=row.event,
        event_id=row.event_id,
        case_id=row.case_id,
        case_number=row.number,
        state=row.state,
        queued_at=row.queued_at,
        attempts=row.attempts,
        next_at=row.next_at if row.state == "pending" else None,
        last_at=row.last_at,
        last_error=row.last_error,
        delivered_at=row.delivered_at,
    )
