"""Every read of reports. Each takes the source, and returns nothing another one reported."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Select, select

from incidents.case import ENDED
from incidents.errors import NotFound
from incidents.store.exchange_schema import exchange_reports
from incidents.store.schema import cases

MOST = 1000


@dataclass(frozen=True, slots=True)
class ReportFilter:
    """`ids` overrides the rest. Times are Unix seconds, the end not included."""

    ids: tuple[str, ...] = ()
    case_classes: tuple[str, ...] = ()
    from_at: float = 0.0
    until_at: float = float("inf")
    closed: bool | None = None


@dataclass(frozen=True, slots=True)
class ReportView:
    """What a source is told of its report: of the case no more than how far it has got. `case_id`: not for them."""

    id: str
    case_id: str
    reference: str
    case_number: str
    state: str
    closed: bool
    resolution: str | None
    case_class: str
    class_name_zh: str
    class_name_en: str
    description: str
    address: str
    media_url: str
    lon: float | None
    lat: float | None
    received_at: float
    updated_at: float
    deadline_at: float | None


def get_report(connection: Connection, source: str, report_id: str) -> ReportView:
    """Raises NotFound, also where another source reported it."""
    row = connection.execute(_of(source).where(exchange_reports.c.id == report_id)).one_or_none()
    if row is None:
        raise NotFound("no such report", "service_request_id")
    return _view(row)


def find_report(connection: Connection, source: str, *, fingerprint: str, since: float) -> ReportView | None:
    """The newest equal one since then."""
    newest = _of(source).where(exchange_reports.c.received_at >= since, exchange_reports.c.fingerprint == fingerprint)
    row = connection.execute(newest.order_by(exchange_reports.c.received_at.desc()).limit(1)).one_or_none()
    return None if row is None else _view(row)


def list_reports(connection: Connection, source: str, wanted: ReportFilter) -> Sequence[ReportView]:
    """Newest first, at most `MOST`."""
    query = _of(source)
    if wanted.ids:
        query = query.where(exchange_reports.c.id.in_(wanted.ids[:MOST]))
    else:
        query = query.where(
            exchange_reports.c.received_at >= wanted.from_at, exchange_reports.c.received_at < wanted.until_at
        )
        if wanted.case_classes:
            query = query.where(cases.c.case_class.in_(wanted.case_classes))
        if wanted.closed is not None:
            ended = cases.c.state.in_([state.value for state in ENDED])
            query = query.where(ended if wanted.closed else ~ended)
    query = query.order_by(exchange_reports.c.received_at.desc(), exchange_reports.c.id).limit(MOST)
    return [_view(row) for row in connection.execute(query)]


def _of(source: str) -> Select[Any]:
    return (
        select(
            exchange_reports,
            cases.c.number,
            cases.c.state,
            cases.c.resolution,
            cases.c.case_class,
            cases.c.class_name_zh,
            cases.c.class_name_en,
            cases.c.lon,
            cases.c.lat,
            cases.c.updated_at,
            cases.c.closed_at,
            cases.c.deadline_at,
        )
        .join(cases, cases.c.id == exchange_reports.c.case_id)
        .where(exchange_reports.c.source == source)
    )


def _view(row: Any) -> ReportView:
    return ReportView(
        id=row.id,
        case_id=row.case_id,
        reference=row.reference,
        case_number=row.number,
        state=row.state,
        closed=row.state in ENDED,
        resolution=row.resolution,
        case_class=row.case_class,
        class_name_zh=row.class_name_zh,
        class_name_en=row.class_name_en,
        description=row.description,
        address=row.address,
        media_url=row.media_url,
        lon=row.lon,
        lat=row.lat,
        received_at=row.received_at,
        updated_at=row.closed_at if row.closed_at is not None else row.updated_at,
        deadline_at=row.deadline_at,
    )
