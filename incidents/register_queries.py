"""Reads of the registers, within a scope as those of `incidents.queries`: a party is seen by its home or by a case
it was met in; cases outside are neither told, nor counted, nor reckoned with."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Literal

from sqlalchemy import ColumnElement, Connection, Select, and_, case, func, or_, select

from incidents.case import State
from incidents.errors import Invalid, NotFound
from incidents.register_terms import (
    KINDS,
    WITNESS,
    Counts,
    LogEntry,
    NewParty,
    PartyView,
    RecordEntry,
    masked_phone,
)
from incidents.rights import Scope
from incidents.store.register_schema import parties, party_cases, party_log
from incidents.store.schema import accounts, areas, cases, evidence
from incidents.text import Text
from incidents.visible_cases import key, visible_cases

DAY = 86_400.0
MOST_LISTED = 20_000
MOST_RECORD = 200
MOST_LOG = 500
MERGES_FOLLOWED = 10
SPANS = (30, 90, 365)
Order = Literal["days_30", "days_90", "days_365", "name", "newest"]
_home = areas.alias("party_home")


@dataclass(frozen=True, slots=True)
class PartyFilter:
    """`text`: words, all of which stand in name, trade or plate, or end the phone number. `id_hash`: of a document."""

    kind: str | None = None
    text: str | None = None
    id_hash: str | None = None
    area: str | None = None
    order: Order = "days_90"
    limit: int = MOST_LISTED


@dataclass(frozen=True, slots=True)
class PartyPage:
    items: tuple[PartyView, ...]
    total: int


def list_parties(connection: Connection, scope: Scope, wanted: PartyFilter, now: float) -> PartyPage:
    """Those neither merged nor anonymous. Raises Invalid, NotFound for an area outside."""
    if not 1 <= wanted.limit <= MOST_LISTED:
        raise Invalid(f"limit must lie between 1 and {MOST_LISTED}", "limit")
    query, counts = _counted(scope, now)
    query = query.where(parties.c.merged_into.is_(None), parties.c.anonymous_at.is_(None))
    for condition in _conditions(connection, scope, wanted):
        query = query.where(condition)
    total = connection.execute(select(func.count()).select_from(query.subquery())).scalar_one()
    newest, name = parties.c.made_at.desc(), (parties.c.name, parties.c.id)
    by_count = wanted.order not in ("name", "newest")
    first = [func.coalesce(counts.c[wanted.order], 0).desc()] if by_count else []
    rows = connection.execute(
        query.order_by(*(first or [newest] if wanted.order != "name" else []), *name).limit(wanted.limit)
    )
    return PartyPage(tuple(_views(connection, scope, rows.all())), int(total))


def find_same(connection: Connection, scope: Scope, given: NewParty, now: float) -> str | None:
    """Id of the one party the scope shows that has this kind and name, and this plate or phone; None where there is
    none, or where several have. `given`: as `clean_party` leaves it."""
    marks = [mark == value for mark, value in ((parties.c.plate, given.plate), (parties.c.phone, given.phone)) if value]
    if not marks:
        return None
    query, _ = _counted(scope, now)
    query = query.where(parties.c.merged_into.is_(None), parties.c.anonymous_at.is_(None))
    same = query.where(parties.c.kind == given.kind, parties.c.name == given.name, or_(*marks))
    found = connection.execute(same.limit(2)).all()
    return str(found[0].id) if len(found) == 1 else None


def get_party(connection: Connection, scope: Scope, party_id: str, now: float) -> PartyView:
    """With its whole phone number; of one that was merged, the entry that took it in. Raises NotFound."""
    query, _ = _counted(scope, now)
    wanted = key(party_id)
    for _ in range(MERGES_FOLLOWED):
        found = connection.execute(select(parties.c.merged_into).where(parties.c.id == wanted)).scalar_one_or_none()
        if found is None:
            break
        wanted = found
    row = connection.execute(query.where(parties.c.id == wanted)).one_or_none()
    if row is None:
        raise NotFound("no such party", "party")
    return _views(connection, scope, [row], whole=True)[0]


def list_record(
    connection: Connection, scope: Scope, party_id: str, *, until: int | None = None, counted: bool = False
) -> tuple[RecordEntry, ...]:
    """The newest cases of a party, newest first. `until`: only those up to this `opened_seq`. `counted`: without those
    found to be none, or where it was a witness."""
    query = _record(scope).where(party_cases.c.party_id == key(party_id))
    if until is not None:
        query = query.where(cases.c.opened_seq <= until)
    if counted:
        query = query.where(_counts())
    rows = connection.execute(query.order_by(cases.c.opened_seq.desc()).limit(MOST_RECORD))
    return tuple(_entry(row) for row in rows)


def list_case_parties(connection: Connection, scope: Scope, case_id: str) -> tuple[tuple[str, RecordEntry], ...]:
    """The parties of a case, by id, with their part in it, in the order they were put down."""
    rows = connection.execute(_record(scope).where(cases.c.id == key(case_id)).order_by(party_cases.c.at))
    return tuple((row.party_id, _entry(row)) for row in rows)


def list_log(connection: Connection, scope: Scope, party_id: str) -> tuple[LogEntry, ...]:
    """What was done to an entry, newest first: about cases the scope shows; where it shows the home, also the rest."""
    seen = _cases(scope).subquery()
    known = select(seen.c.id)
    query = (
        select(party_log, _home.c.path)
        .join(parties, parties.c.id == party_log.c.party_id)
        .join(_home, _home.c.code == parties.c.area)
        .where(party_log.c.party_id == key(party_id))
        .where(or_(party_log.c.case_id.in_(known), and_(party_log.c.case_id.is_(None), scope.where(_home.c.path))))
        .order_by(party_log.c.seq.desc())
        .limit(MOST_LOG)
    )
    rows = connection.execute(query).all()
    details = [json.loads(row.detail) for row in rows]
    named = {one for detail in details for one in detail.get("basis", ())}
    told = set(connection.execute(select(seen.c.id).where(seen.c.id.in_(sorted(named)))).scalars()) if named else set()
    return tuple(
        LogEntry(row.at, row.action, row.by_name, row.case_id, _told(detail, told))
        for row, detail in zip(rows, details, strict=True)
    )


def parties_met(connection: Connection, scope: Scope, case_ids: Sequence[str]) -> tuple[str, ...]:
    """Ids of those who were met in these cases, but as witnesses; in the order of the cases."""
    rank = {case_id: place for place, case_id in enumerate(case_ids)}
    query = _record(scope).where(cases.c.id.in_(list(rank)), party_cases.c.role != WITNESS)
    rows = sorted(connection.execute(query).all(), key=lambda row: rank[row.case_id])
    return tuple(dict.fromkeys(row.party_id for row in rows))


def _told(detail: Mapping[str, Any], known: set[str]) -> Mapping[str, Any]:
    """What was proposed betrays how many cases there were; so it is told only to who may know all of them."""
    if all(one in known for one in detail.get("basis", ())):
        return detail
    return {name: value for name, value in detail.items() if name not in ("basis", "nth", "proposed")}


@lru_cache(maxsize=256)
def _cases(scope: Scope) -> Select[Any]:
    columns = (cases.c.id, cases.c.opened_at, cases.c.state, cases.c.opened_seq)
    return visible_cases(scope).with_only_columns(*columns, maintain_column_froms=True)


@lru_cache(maxsize=256)
def _record(scope: Scope) -> Select[Any]:
    return (
        visible_cases(scope)
        .join(party_cases, party_cases.c.case_id == cases.c.id)
        .join(accounts, accounts.c.id == party_cases.c.by)
        .add_columns(
            party_cases.c.party_id,
            party_cases.c.case_id,
            party_cases.c.role,
            party_cases.c.measure,
            party_cases.c.note,
            party_cases.c.at,
            accounts.c.name.label("by_name"),
        )
    )


def _counts() -> ColumnElement[bool]:
    return and_(cases.c.state != State.INVALID.value, party_cases.c.role != WITNESS)


def _counted(scope: Scope, now: float) -> tuple[Select[Any], Any]:
    """Parties the scope shows, each with its counts; and the counts, to sort by."""

    def within(days: int) -> ColumnElement[Any]:
        counted = and_(_counts(), cases.c.opened_at >= now - days * DAY)
        return func.sum(case((counted, 1), else_=0)).label(f"days_{days}")

    met = (
        visible_cases(scope)
        .with_only_columns(
            party_cases.c.party_id,
            *(within(days) for days in SPANS),
            func.sum(case((_counts(), 1), else_=0)).label("total"),
            func.max(cases.c.opened_at).label("last_at"),
            maintain_column_froms=True,
        )
        .join(party_cases, party_cases.c.case_id == cases.c.id)
        .group_by(party_cases.c.party_id)
        .subquery()
    )
    joined = parties.join(_home, _home.c.code == parties.c.area).outerjoin(met, met.c.party_id == parties.c.id)
    columns = (met.c.days_30, met.c.days_90, met.c.days_365, met.c.total, met.c.last_at)
    query = select(parties, _home.c.path, _home.c.name.label("home_name"), *columns).select_from(joined)
    return query.where(or_(scope.where(_home.c.path), met.c.party_id.is_not(None))), met


def _conditions(connection: Connection, scope: Scope, wanted: PartyFilter) -> Iterable[ColumnElement[bool]]:
    if wanted.kind is not None:
        if wanted.kind not in KINDS:
            raise Invalid(f"kind must be one of {', '.join(KINDS)}", "kind")
        yield parties.c.kind == wanted.kind
    if wanted.id_hash is not None:
        yield parties.c.id_hash == wanted.id_hash
    if wanted.area is not None:
        inside = select(areas.c.path).where(areas.c.code == key(wanted.area), scope.where(areas.c.path))
        path = connection.execute(inside).scalar_one_or_none()
        if path is None:
            raise NotFound("no such area", "area")
        yield _home.c.path.startswith(path, autoescape=True)
    for word in (wanted.text or "").split()[:8]:
        yield _has(word[:100])


def _has(word: str) -> ColumnElement[bool]:
    anywhere = [
        column.icontains(word, autoescape=True) for column in (parties.c.name, parties.c.trade, parties.c.plate)
    ]
    tail = [parties.c.phone.endswith(word)] if word.isdigit() and len(word) >= 3 else []
    return or_(*anywhere, *tail)


def _views(connection: Connection, scope: Scope, rows: Sequence[Any], *, whole: bool = False) -> list[PartyView]:
    photos = _photos(connection, scope, [row.photo_evidence_id for row in rows if row.photo_evidence_id is not None])
    return [_view(row, scope, photos, whole) for row in rows]


def _photos(connection: Connection, scope: Scope, ids: list[str]) -> set[str]:
    """Those whose case the scope shows."""
    if not ids:
        return set()
    seen = _cases(scope).join(evidence, evidence.c.case_id == cases.c.id).with_only_columns(evidence.c.id)
    return set(connection.execute(seen.where(evidence.c.id.in_(ids))).scalars())


def _view(row: Any, scope: Scope, photos: set[str], whole: bool) -> PartyView:
    at_home = scope.covers(row.path)
    return PartyView(
        id=row.id,
        kind=row.kind,
        name=row.name,
        phone=row.phone if whole else masked_phone(row.phone),
        plate=row.plate,
        trade=row.trade,
        note=row.note,
        id_shown=row.id_shown,
        area=row.area if at_home else None,
        area_name=row.home_name if at_home else None,
        photo_evidence_id=row.photo_evidence_id if row.photo_evidence_id in photos else None,
        made_at=row.made_at,
        version=row.version,
        anonymous=row.anonymous_at is not None,
        counts=Counts(row.days_30 or 0, row.days_90 or 0, row.days_365 or 0, row.total or 0, row.last_at),
    )


def _entry(row: Any) -> RecordEntry:
    return RecordEntry(
        case_id=row.case_id,
        number=row.number,
        case_class=row.case_class,
        class_name=Text(row.class_name_zh, row.class_name_en),
        state=row.state,
        opened_at=row.opened_at,
        area_name=row.grid_name or row.area_name,
        address=row.address,
        role=row.role,
        measure=row.measure,
        note=row.note,
        at=row.at,
        by_name=row.by_name,
        picture_evidence_id=row.picture_evidence_id,
    )
