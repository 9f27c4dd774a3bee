"""Reads of scoped data; those of the queue are in `incidents.case_queries`. Each function takes the scope and returns
nothing from outside it: rights are applied here and nowhere else. The matrix test in tests/incidents enumerates these
modules; a function added without a row there fails it."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from sqlalchemy import Connection, Select, bindparam, false, or_, select

from incidents.case import IN_HAND
from incidents.errors import NotFound
from incidents.repeat_queries import repeat_marks
from incidents.rights import FIELD_ROLES, Scope
from incidents.store.quality_schema import quality_episodes
from incidents.store.schema import (
    accounts,
    areas,
    cases,
    evidence,
    orders,
    roles,
    trace,
    worker_positions,
    workers,
)
from incidents.trace import TraceEntry, entry_from
from incidents.views import (
    AccountView,
    AreaView,
    CaseView,
    EvidenceView,
    QualityEpisode,
    RoleView,
    WorkerView,
    area_view,
    case_view,
    evidence_view,
)
from incidents.visible_cases import LIVE_ORDERS, case_place, key, visible_cases

MAX_QUALITY = 5000


def get_case(connection: Connection, scope: Scope, case_id: str) -> tuple[CaseView, str]:
    """The case and the path of its place. Raises NotFound."""
    row = connection.execute(_one_case(scope), {"case_id": key(case_id)}).one_or_none()
    if row is None:
        raise NotFound("no such case", "case")
    marks = repeat_marks(connection, scope, [row.id] if row.repeat_of is not None else [])
    return case_view(row, marks.get(row.id)), row.path


@lru_cache(maxsize=256)
def _one_case(scope: Scope) -> Select[Any]:
    """Kept, as `visible_cases` is: what is done to cases ends with reading one."""
    return visible_cases(scope).where(cases.c.id == bindparam("case_id"))


def get_trace(connection: Connection, scope: Scope, case_id: str) -> tuple[TraceEntry, ...]:
    """Oldest first. Raises NotFound."""
    get_case(connection, scope, case_id)
    rows = connection.execute(select(trace).where(trace.c.case_id == case_id).order_by(trace.c.case_seq))
    return tuple(entry_from(dict(row._mapping)) for row in rows)


def list_evidence(connection: Connection, scope: Scope, case_id: str) -> tuple[EvidenceView, ...]:
    """Oldest first. Raises NotFound."""
    get_case(connection, scope, case_id)
    rows = connection.execute(select(evidence).where(evidence.c.case_id == case_id).order_by(evidence.c.at))
    return tuple(evidence_view(row) for row in rows)


def get_evidence(connection: Connection, scope: Scope, evidence_id: str) -> EvidenceView:
    """Raises NotFound, also when its case lies outside the scope."""
    row = connection.execute(select(evidence).where(evidence.c.id == key(evidence_id))).one_or_none()
    if row is None:
        raise NotFound("no such evidence", "evidence")
    try:
        get_case(connection, scope, row.case_id)
    except NotFound:
        raise NotFound("no such evidence", "evidence") from None
    return evidence_view(row)


def list_areas(connection: Connection, scope: Scope) -> tuple[AreaView, ...]:
    """The areas inside, from the top down."""
    rows = connection.execute(select(areas).where(scope.where(areas.c.path)).order_by(areas.c.path))
    return tuple(area_view(row) for row in rows)


def get_area(connection: Connection, scope: Scope, code: str) -> AreaView:
    """Raises NotFound."""
    row = connection.execute(select(areas).where(areas.c.code == key(code), scope.where(areas.c.path))).one_or_none()
    if row is None:
        raise NotFound("no such area", "area")
    return area_view(row)


def list_workers(
    connection: Connection, scope: Scope, only: Iterable[str] | None = None
) -> tuple[tuple[WorkerView, tuple[str, ...]], ...]:
    """Grid workers and leaders that can sign in, each with the paths of all his areas; seen when one lies inside.

    What he has outside is not named: neither his grids nor the case in hand there, only that he is busy."""
    inside = (
        select(roles.c.account_id)
        .join(areas, areas.c.code == roles.c.area)
        .where(roles.c.role.in_(FIELD_ROLES), scope.where(areas.c.path))
    )
    query = (
        select(
            workers,
            accounts.c.name,
            worker_positions.c.lon,
            worker_positions.c.lat,
            worker_positions.c.accuracy_m,
            worker_positions.c.at,
        )
        .join(accounts, accounts.c.id == workers.c.account_id)
        .outerjoin(worker_positions, worker_positions.c.account_id == workers.c.account_id)
        .where(workers.c.account_id.in_(inside), accounts.c.enabled)
        .order_by(accounts.c.name, accounts.c.id)
    )
    if only is not None:
        query = query.where(workers.c.account_id.in_([key(one) for one in only]))
    rows = connection.execute(query).all()
    ids = [row.account_id for row in rows]
    grids, in_hand = _grids_of(connection, ids), _in_hand(connection, ids)
    return tuple(
        (
            _worker_view(row, scope, grids.get(row.account_id, []), in_hand.get(row.account_id)),
            tuple(path for _, path in grids.get(row.account_id, [])),
        )
        for row in rows
    )


def get_worker(connection: Connection, scope: Scope, worker_id: str) -> tuple[WorkerView, tuple[str, ...]]:
    """Raises NotFound."""
    found = list_workers(connection, scope, [worker_id])
    if not found:
        raise NotFound("no such grid worker", "worker_id")
    return found[0]


def list_accounts(connection: Connection, scope: Scope, only: str | None = None) -> tuple[AccountView, ...]:
    """Accounts whose every role lies inside: nobody manages an account that reaches further than himself."""
    outside = select(roles.c.account_id).join(areas, areas.c.code == roles.c.area).where(~scope.where(areas.c.path))
    some = select(roles.c.account_id)
    query = select(accounts).where(accounts.c.id.in_(some), accounts.c.id.not_in(outside))
    if not scope.prefixes:
        query = query.where(false())
    if only is not None:
        query = query.where(accounts.c.id == key(only))
    rows = connection.execute(query.order_by(accounts.c.username_key)).all()
    held: dict[str, list[RoleView]] = {}
    role_rows = (
        select(roles, areas.c.name).join(areas, areas.c.code == roles.c.area).order_by(roles.c.role, roles.c.area)
    )
    for row in connection.execute(role_rows):
        held.setdefault(row.account_id, []).append(RoleView(row.role, row.area, row.name))
    return tuple(
        AccountView(
            row.id,
            row.username,
            row.name,
            row.enabled,
            row.created_at,
            tuple(held.get(row.id, ())),
            row.post,
            row.leaves_at,
            row.seen_at,
        )
        for row in rows
    )


def get_account(connection: Connection, scope: Scope, account_id: str) -> AccountView:
    """Raises NotFound."""
    found = list_accounts(connection, scope, account_id)
    if not found:
        raise NotFound("no such account", "account")
    return found[0]


def _grids_of(connection: Connection, ids: list[str]) -> dict[str, list[tuple[str, str]]]:
    query = (
        select(roles.c.account_id, areas.c.code, areas.c.path)
        .join(areas, areas.c.code == roles.c.area)
        .where(roles.c.role.in_(FIELD_ROLES), roles.c.account_id.in_(ids))
        .order_by(areas.c.path)
    )
    found: dict[str, list[tuple[str, str]]] = {}
    for row in connection.execute(query):
        found.setdefault(row.account_id, []).append((row.code, row.path))
    return found


@dataclass(frozen=True, slots=True)
class QualityFilter:
    """`area`: that and what lies below it. `from_at`, `to_at`: what went on at any time between."""

    open_only: bool = False
    camera: str | None = None
    area: str | None = None
    fault: str | None = None
    from_at: float | None = None
    to_at: float | None = None
    limit: int = MAX_QUALITY


def list_quality_episodes(connection: Connection, scope: Scope, wanted: QualityFilter) -> tuple[QualityEpisode, ...]:
    """Newest first. Raises NotFound for an area the scope does not cover."""
    query = _quality_episodes(scope).order_by(quality_episodes.c.began_at.desc(), quality_episodes.c.id)
    at = quality_episodes.c
    if wanted.open_only:
        query = query.where(at.ended_at.is_(None))
    if wanted.camera is not None:
        query = query.where(at.camera_id == wanted.camera)
    if wanted.fault is not None:
        query = query.where(at.fault == wanted.fault)
    if wanted.area is not None:
        path = get_area(connection, scope, wanted.area).path
        query = query.where(areas.c.path.startswith(path, autoescape=True))
    if wanted.from_at is not None:
        query = query.where(or_(at.ended_at.is_(None), at.ended_at > wanted.from_at))
    if wanted.to_at is not None:
        query = query.where(at.began_at < wanted.to_at)
    return tuple(_quality_view(row) for row in connection.execute(query.limit(min(wanted.limit, MAX_QUALITY))))


def get_quality_episode(connection: Connection, scope: Scope, episode_id: str) -> QualityEpisode:
    """Raises NotFound."""
    row = connection.execute(_quality_episodes(scope).where(quality_episodes.c.id == episode_id)).first()
    if row is None:
        raise NotFound("no such fault", "episode")
    return _quality_view(row)


def _quality_episodes(scope: Scope) -> Select[Any]:
    joined = quality_episodes.join(areas, areas.c.code == quality_episodes.c.area)
    return (
        select(quality_episodes, areas.c.name.label("area_name")).select_from(joined).where(scope.where(areas.c.path))
    )


def _quality_view(row: Any) -> QualityEpisode:
    return QualityEpisode(
        id=row.id,
        camera_id=row.camera_id,
        area=row.area,
        area_name=row.area_name,
        fault=row.fault,
        began_at=row.began_at,
        told_at=row.told_at,
        ended_at=row.ended_at,
        picture=row.picture is not None,
        healthy=row.healthy is not None,
    )


def _in_hand(connection: Connection, ids: list[str]) -> dict[str, tuple[str, str]]:
    query = (
        select(cases.c.assignee_id, cases.c.id, case_place.c.path)
        .join(case_place, case_place.c.code == cases.c.place)
        .where(cases.c.assignee_id.in_(ids), cases.c.state.in_(sorted(IN_HAND)), cases.c.closed_at.is_(None))
        .order_by(cases.c.opened_seq.desc())
    )
    along = (
        select(orders.c.worker_id, cases.c.id, case_place.c.path)
        .join(cases, cases.c.id == orders.c.case_id)
        .join(case_place, case_place.c.code == cases.c.place)
        .where(orders.c.worker_id.in_(ids), orders.c.state.in_(LIVE_ORDERS), cases.c.closed_at.is_(None))
        .order_by(orders.c.issued_at.desc())
    )
    found = {row.worker_id: (row.id, row.path) for row in connection.execute(along)}
    return found | {row.assignee_id: (row.id, row.path) for row in connection.execute(query)}


def _worker_view(row: Any, scope: Scope, grids: list[tuple[str, str]], in_hand: tuple[str, str] | None) -> WorkerView:
    case_id, case_path = in_hand or (None, None)
    return WorkerView(
        id=row.account_id,
        account_id=row.account_id,
        name=row.name,
        grids=tuple(code for code, path in grids if scope.covers(path)),
        transport=row.transport,
        duty=row.duty,
        lon=row.lon,
        lat=row.lat,
        accuracy_m=row.accuracy_m,
        position_at=row.at,
        case_id=case_id if case_path is not None and scope.covers(case_path) else None,
        busy=case_id is not None,
        case_path=case_path,
        skills=tuple(json.loads(row.skills)) if row.skills else (),
        phone=row.phone or "",
    )
