"""Every read of what people made of detections. As in `incidents.queries`, each function takes the scope and returns
nothing from outside it; the matrix test enumerates this module too."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, case, func, select

from incidents.case import State
from incidents.errors import NotFound
from incidents.queries import get_area
from incidents.rights import Scope
from incidents.store.judgement_schema import judgements, remembered_causes, threshold_changes
from incidents.store.schema import accounts, areas, cases

MAX_JUDGED = 200
MAX_CAUSES = 2000
MAX_FACTS = 5000
_place = areas.alias("place_area")
_JUDGED = judgements.c.verdict.in_(("confirmed", "rejected"))


@dataclass(frozen=True, slots=True)
class Wanted:
    """`area`: that and what lies below it. `since`: judged after that time."""

    area: str | None = None
    camera: str | None = None
    rule: str | None = None
    zone: str | None = None
    cause: str | None = None
    since: float = 0.0
    limit: int = MAX_JUDGED


@dataclass(frozen=True, slots=True)
class Counted:
    """How many of a camera's rule in a zone have this verdict and cause; `by_window` within each of the asked times."""

    camera_id: str
    rule: str
    zone_id: str | None
    verdict: str
    cause: str | None
    count: int
    by_window: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class JudgedView:
    """`standing_s`: from when it was first seen to when it left; None where nobody knows."""

    case_id: str
    number: str
    camera_id: str
    rule: str
    zone_id: str | None
    verdict: str
    cause: str | None
    word: str | None
    opened_at: float
    judged_at: float
    confidence: float | None
    size_m: float | None
    standing_s: float | None
    picture_evidence_id: str | None


@dataclass(frozen=True, slots=True)
class CauseView:
    """`picture_evidence_id`: the rejected case's picture, where the case may be seen; `last_picture`: whether there is
    one of the newest detection that was not raised."""

    id: str
    case_id: str
    camera_id: str
    view_id: str | None
    rule: str
    zone_id: str | None
    cause: str
    word: str
    made_at: float
    until: float | None
    suppressed: int
    last_at: float | None
    last_picture: bool
    forgotten_at: float | None
    by_look: bool
    picture_evidence_id: str | None


@dataclass(frozen=True, slots=True)
class CausesCounted:
    """How many causes hold for a camera's rule in a zone, and how many detections they kept back."""

    camera_id: str
    rule: str
    zone_id: str | None
    count: int
    suppressed: int


@dataclass(frozen=True, slots=True)
class ChangeView:
    """A suggestion that was taken; `before` and `after` as text."""

    camera_id: str
    zone_id: str
    rule: str
    key: str
    before: str
    after: str
    spared: int
    lost: int
    at: float
    by_name: str


@dataclass(frozen=True, slots=True)
class Fact:
    """What one judged detection was told by."""

    right: bool
    judged_at: float
    confirmed_at: float
    standing_s: float | None
    size_m: float | None


def count_verdicts(
    connection: Connection, scope: Scope, wanted: Wanted, windows: tuple[tuple[float, float], ...] = ()
) -> tuple[Counted, ...]:
    """Raises NotFound for an area the scope does not cover."""
    at = judgements.c
    parts = [
        func.sum(case((at.judged_at.between(start, end), 1), else_=0)).label(f"w{number}")
        for number, (start, end) in enumerate(windows)
    ]
    keys = (at.camera_id, at.rule, at.zone_id, at.verdict, at.cause)
    query = select(*keys, func.count().label("n"), *parts).where(at.judged_at >= wanted.since).group_by(*keys)
    if wanted.since and wanted.camera is None:
        # Left to itself SQLite goes through every row there ever was, to have them in the order of the groups.
        query = query.with_hint(judgements, "INDEXED BY ix_judgements_judged_at", "sqlite")
    rows = connection.execute(_within(connection, query, scope, wanted)).all()
    return tuple(
        Counted(
            row.camera_id,
            row.rule,
            row.zone_id,
            row.verdict,
            row.cause,
            int(row.n),
            tuple(int(getattr(row, f"w{number}")) for number in range(len(windows))),
        )
        for row in rows
    )


def count_waiting(connection: Connection, scope: Scope, wanted: Wanted) -> dict[tuple[str, str, str | None], int]:
    """Cases in the review queue by camera, rule and zone. Raises NotFound."""
    at = judgements.c
    keys = (at.camera_id, at.rule, at.zone_id)
    query = (
        select(*keys, func.count().label("n"))
        .join(cases, cases.c.id == at.case_id)
        .where(cases.c.state == State.REVIEW.value)
        .group_by(*keys)
    )
    rows = connection.execute(_within(connection, query, scope, wanted)).all()
    return {(row.camera_id, row.rule, row.zone_id): int(row.n) for row in rows}


def list_judged(connection: Connection, scope: Scope, wanted: Wanted) -> tuple[JudgedView, ...]:
    """Rejected ones, newest first, whose cases lie inside."""
    at = judgements.c
    query = (
        select(judgements, cases.c.number, cases.c.picture_evidence_id)
        .join(cases, cases.c.id == at.case_id)
        .join(_place, _place.c.code == cases.c.place)
        .where(scope.where(_place.c.path), at.verdict == "rejected", at.judged_at >= wanted.since)
        .order_by(at.judged_at.desc(), at.case_id)
        .limit(min(wanted.limit, MAX_JUDGED))
    )
    return tuple(_judged_view(row) for row in connection.execute(_narrowed(query, wanted)))


def list_facts(connection: Connection, scope: Scope, wanted: Wanted) -> tuple[Fact, ...]:
    """Of the judged ones, newest first."""
    at = judgements.c
    query = (
        select(judgements)
        .join(areas, areas.c.code == at.area)
        .where(scope.where(areas.c.path), _JUDGED, at.judged_at >= wanted.since, at.first_seen_at.is_not(None))
        .order_by(at.judged_at.desc())
        .limit(MAX_FACTS)
    )
    return tuple(
        Fact(row.verdict == "confirmed", row.judged_at, row.opened_at, _standing(row), row.size_m)
        for row in connection.execute(_narrowed(query, wanted))
    )


def list_causes(connection: Connection, scope: Scope, wanted: Wanted, now: float) -> tuple[CauseView, ...]:
    """Those that hold now, and those forgotten since `wanted.since`; newest first."""
    at = remembered_causes.c
    query = _causes(scope).where(_holds(now) | (at.forgotten_at >= wanted.since)).order_by(at.made_at.desc(), at.id)
    query = _causes_within(connection, query, scope, wanted)
    return tuple(_cause_view(row) for row in connection.execute(query.limit(MAX_CAUSES)))


def count_causes(connection: Connection, scope: Scope, wanted: Wanted, now: float) -> tuple[CausesCounted, ...]:
    """Those that hold now. Raises NotFound for an area the scope does not cover."""
    at = remembered_causes.c
    keys = (at.camera_id, at.rule, at.zone_id)
    query = (
        select(*keys, func.count().label("n"), func.sum(at.suppressed).label("kept_back"))
        .join(areas, areas.c.code == at.area)
        .where(scope.where(areas.c.path), _holds(now))
        .group_by(*keys)
    )
    rows = connection.execute(_causes_within(connection, query, scope, wanted)).all()
    return tuple(CausesCounted(row.camera_id, row.rule, row.zone_id, int(row.n), int(row.kept_back)) for row in rows)


def get_cause(connection: Connection, scope: Scope, cause_id: str) -> tuple[CauseView, str | None]:
    """It and the SHA-256 of its newest picture. Raises NotFound."""
    row = connection.execute(_causes(scope).where(remembered_causes.c.id == cause_id)).one_or_none()
    if row is None:
        raise NotFound("no such cause", "cause")
    return _cause_view(row), row.last_picture


def list_changes(connection: Connection, scope: Scope, wanted: Wanted) -> tuple[ChangeView, ...]:
    """Suggestions that were taken, newest first."""
    at = threshold_changes.c
    query = (
        select(threshold_changes, accounts.c.name.label("by_name"))
        .join(areas, areas.c.code == at.area)
        .join(accounts, accounts.c.id == at.by)
        .where(scope.where(areas.c.path))
        .order_by(at.at.desc())
        .limit(min(wanted.limit, MAX_JUDGED))
    )
    if wanted.camera is not None:
        query = query.where(at.camera_id == wanted.camera)
    columns = [column.name for column in at if column.name in ChangeView.__dataclass_fields__]
    return tuple(
        ChangeView(**{name: getattr(row, name) for name in columns}, by_name=row.by_name)
        for row in connection.execute(query)
    )


def _within(connection: Connection, query: Select[Any], scope: Scope, wanted: Wanted) -> Select[Any]:
    query = query.join(areas, areas.c.code == judgements.c.area).where(scope.where(areas.c.path))
    if wanted.area is not None:
        query = query.where(areas.c.path.startswith(get_area(connection, scope, wanted.area).path, autoescape=True))
    return _narrowed(query, wanted)


def _narrowed(query: Select[Any], wanted: Wanted) -> Select[Any]:
    at = judgements.c
    for column, value in (
        (at.camera_id, wanted.camera), (at.rule, wanted.rule), (at.zone_id, wanted.zone), (at.cause, wanted.cause)
    ):  # fmt: skip
        if value is not None:
            query = query.where(column == value)
    return query


def _causes(scope: Scope) -> Select[Any]:
    at = remembered_causes.c
    return (
        select(remembered_causes, cases.c.picture_evidence_id, _place.c.path.label("case_path"))
        .join(areas, areas.c.code == at.area)
        .join(cases, cases.c.id == at.case_id)
        .join(_place, _place.c.code == cases.c.place)
        .where(scope.where(areas.c.path))
        .add_columns(scope.where(_place.c.path).label("case_seen"))
    )


def _holds(now: float) -> ColumnElement[bool]:
    at = remembered_causes.c
    return at.forgotten_at.is_(None) & (at.until.is_(None) | (at.until > now))


def _causes_within(connection: Connection, query: Select[Any], scope: Scope, wanted: Wanted) -> Select[Any]:
    if wanted.area is not None:
        query = query.where(areas.c.path.startswith(get_area(connection, scope, wanted.area).path, autoescape=True))
    for column, value in ((remembered_causes.c.camera_id, wanted.camera), (remembered_causes.c.rule, wanted.rule)):
        if value is not None:
            query = query.where(column == value)
    return query


def _cause_view(row: Any) -> CauseView:
    return CauseView(
        id=row.id,
        case_id=row.case_id if row.case_seen else "",
        camera_id=row.camera_id,
        view_id=row.view_id,
        rule=row.rule,
        zone_id=row.zone_id,
        cause=row.cause,
        word=row.word,
        made_at=row.made_at,
        until=row.until,
        suppressed=row.suppressed,
        last_at=row.last_at,
        last_picture=row.last_picture is not None,
        forgotten_at=row.forgotten_at,
        by_look=row.appearance is not None,
        picture_evidence_id=row.picture_evidence_id if row.case_seen else None,
    )


def _standing(row: Any) -> float | None:
    if row.left_at is None or row.first_seen_at is None:
        return None
    return max(0.0, float(row.left_at - row.first_seen_at))


def _judged_view(row: Any) -> JudgedView:
    return JudgedView(
        case_id=row.case_id,
        number=row.number,
        camera_id=row.camera_id,
        rule=row.rule,
        zone_id=row.zone_id,
        verdict=row.verdict,
        cause=row.cause,
        word=row.word,
        opened_at=row.opened_at,
        judged_at=row.judged_at,
        confidence=row.confidence,
        size_m=row.size_m,
        standing_s=_standing(row),
        picture_evidence_id=row.picture_evidence_id,
    )
