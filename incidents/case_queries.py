"""The queue of cases: pages of it in any order, the whole of it for a table, and how many there are where. Each takes
the scope, as those of `incidents.queries`, and nothing from outside it is returned, counted or betrayed by an order."""

from dataclasses import replace
from functools import lru_cache
from operator import itemgetter
from typing import Any, Literal, NamedTuple

from sqlalchemy import ColumnElement, Connection, Select, and_, bindparam, func, or_, select

from incidents.case import OPEN
from incidents.case_filter import CaseFilter, Cursor, Sort, cursor_from
from incidents.case_plan import Plan, beginning_with, plan_for
from incidents.case_search import Hits, hits_of
from incidents.errors import Invalid
from incidents.repeat_queries import is_repeat, repeat_marks
from incidents.rights import Scope
from incidents.store.finding_schema import case_tallies
from incidents.store.schema import areas, cases
from incidents.views import CASE_COLUMNS, CasePage, CaseView, case_views
from incidents.visible_cases import key, visible_cases

MAX_LIMIT = 500
MOST_WALKED = 2_000
MOST_COUNTED = 10_000
LOOKED_THROUGH = 50_000
"""Newest cases among which a count is made that no index serves."""
EXPORT_CHUNK = 500
By = Literal["grid", "class", "state"]
_ORDERED_BY = {
    Sort.OPENED: (cases.c.opened_at, True),
    Sort.OLDEST: (cases.c.opened_at, False),
    Sort.UPDATED: (cases.c.updated_at, True),
    Sort.DEADLINE: (cases.c.deadline_at, False),
    Sort.LEVEL: (cases.c.level, True),
}


class CaseCount(NamedTuple):
    """`key`: a grid (else the finest area known), a class or a state; `name` of the area, else empty."""

    key: str
    n: int
    name: str = ""


def list_cases(connection: Connection, scope: Scope, wanted: CaseFilter) -> CasePage:
    """A page in the order asked for. `total` counts all that fit the filter, whatever the page, up to MOST_COUNTED:
    `total_exact` says whether it is all. Raises Invalid."""
    if not 1 <= wanted.limit <= MAX_LIMIT:
        raise Invalid(f"limit must lie between 1 and {MAX_LIMIT}", "limit")
    return _listed(connection, scope, wanted, counted=True)


def walk_cases(connection: Connection, scope: Scope, wanted: CaseFilter) -> CasePage:
    """As `list_cases`, for programs that read page after page: up to MOST_WALKED each, and counted on the first alone.
    On the others `total_exact` is False. Raises Invalid."""
    if not 1 <= wanted.limit <= MOST_WALKED:
        raise Invalid(f"limit must lie between 1 and {MOST_WALKED}", "limit")
    return _listed(connection, scope, wanted, counted=not _paged(wanted))


def _listed(connection: Connection, scope: Scope, wanted: CaseFilter, *, counted: bool) -> CasePage:
    plan, hits = _prepared(connection, scope, wanted)
    found, more = _page(connection, plan, hits, wanted, _start(connection, scope, wanted))
    total, exact = len(found), not more and not _paged(wanted)
    if counted and not exact:
        total, exact = _total(connection, plan, hits, wanted)
    views = _views(connection, scope, [seq for seq, _ in found])
    follows = str(Cursor(float(found[-1][1]), found[-1][0])) if more else None
    return CasePage(tuple(views), total, exact, follows)


def export_cases(connection: Connection, scope: Scope, wanted: CaseFilter) -> tuple[list[CaseView], str | None]:
    """The next EXPORT_CHUNK that fit, uncounted, and the cursor of those after, None at the end. Raises Invalid."""
    wanted = replace(wanted, limit=EXPORT_CHUNK)
    plan, hits = _prepared(connection, scope, wanted)
    found, more = _page(connection, plan, hits, wanted, _start(connection, scope, wanted))
    follows = str(Cursor(float(found[-1][1]), found[-1][0])) if more else None
    return _views(connection, scope, [seq for seq, _ in found]), follows


def count_cases(connection: Connection, scope: Scope, wanted: CaseFilter, by: By) -> tuple[CaseCount, ...]:
    """How many fit, by grid, class or state, the most first; what has none is left out. Raises Invalid."""
    plan, hits = _prepared(connection, scope, wanted)
    column = {"grid": cases.c.place, "class": cases.c.case_class, "state": cases.c.state}[by]
    if hits is None and _tallied(plan, wanted):
        counted = _from_tallies(connection, plan, wanted, by)
    else:
        inside = plan.select(cases.c.opened_seq, column.label("key"))
        if hits is not None:
            inside = hits.among(inside)
        rows = inside.subquery()
        counted = select(rows.c.key, func.count().label("n")).group_by(rows.c.key)
    sums = counted.subquery()
    query = select(sums.c.key, sums.c.n).where(sums.c.n != 0)
    if by == "grid":
        query = query.add_columns(areas.c.name).join(areas, areas.c.code == sums.c.key)
    found = [CaseCount(*row) for row in connection.execute(query).all()]
    found.sort(key=itemgetter(0))
    found.sort(key=itemgetter(1), reverse=True)
    return tuple(found)


def _prepared(connection: Connection, scope: Scope, wanted: CaseFilter) -> tuple[Plan, Hits | None]:
    plan = plan_for(connection, scope, wanted)
    if wanted.repeat is not None:
        plan.add(is_repeat(scope) if wanted.repeat else ~is_repeat(scope))
    if wanted.sort is Sort.DEADLINE:
        plan.add(cases.c.deadline_at.is_not(None))
    return plan, hits_of(connection, plan, wanted)


def _paged(wanted: CaseFilter) -> bool:
    return wanted.before is not None or wanted.cursor is not None


def _start(connection: Connection, scope: Scope, wanted: CaseFilter) -> Cursor | None:
    if wanted.cursor is not None:
        return cursor_from(wanted.cursor)
    if wanted.before is None:
        return None
    row = connection.execute(visible_cases(scope).where(cases.c.id == key(wanted.before))).one_or_none()
    value = None if row is None else getattr(row, _ORDERED_BY[wanted.sort][0].name)
    if row is None or value is None:
        raise Invalid("before names no case", "before")
    return Cursor(float(value), int(row.opened_seq))


def _page(
    connection: Connection, plan: Plan, hits: Hits | None, wanted: CaseFilter, start: Cursor | None
) -> tuple[list[tuple[int, float]], bool]:
    """opened_seq and what is sorted by, of each; and whether more follow."""
    column, descending = _ORDERED_BY[wanted.sort]
    query = plan.select(cases.c.opened_seq, column)
    if hits is not None and hits.ordered:
        # The index of words hands them out by opened_seq; to sort all of a common word would take a second.
        if start is not None:
            query = query.where(hits.seq < start.seq if descending else hits.seq > start.seq)
        query = hits.among(query).order_by(hits.seq.desc() if descending else hits.seq)
    else:
        if start is not None:
            query = query.where(_after(column, start, descending))
        if hits is not None:
            query = hits.among(query)
        tie = cases.c.opened_seq
        query = query.order_by(*((column.desc(), tie.desc()) if descending else (column, tie)))
    rows = [(int(row[0]), row[1]) for row in connection.execute(query.limit(wanted.limit + 1))]
    return rows[: wanted.limit], len(rows) > wanted.limit


def _after(column: Any, start: Cursor, descending: bool) -> ColumnElement[bool]:
    seq = cases.c.opened_seq
    if descending:
        return and_(column <= start.value, or_(column < start.value, seq < start.seq))
    return and_(column >= start.value, or_(column > start.value, seq > start.seq))


def _total(connection: Connection, plan: Plan, hits: Hits | None, wanted: CaseFilter) -> tuple[int, bool]:
    if hits is None and not plan.few and _tallied(plan, wanted):
        return sum(int(row.n) for row in connection.execute(_from_tallies(connection, plan, wanted, "state"))), True
    if hits is None and connection.dialect.name == "sqlite" and not plan.few:
        return _least(connection, plan)
    query = plan.select(cases.c.opened_seq)
    some = (hits.among(query) if hits is not None else query).limit(MOST_COUNTED + 1).subquery()
    n = connection.execute(select(func.count()).select_from(some)).scalar_one()
    return min(n, MOST_COUNTED), n <= MOST_COUNTED


def _least(connection: Connection, plan: Plan) -> tuple[int, bool]:
    """Among the newest only: to count on to the last may mean to read everything."""
    edge = (
        select(cases.c.opened_at).order_by(cases.c.opened_at.desc(), cases.c.opened_seq.desc()).offset(LOOKED_THROUGH)
    )
    bound = connection.execute(edge.limit(1)).scalar_one_or_none()
    query = plan.select(cases.c.opened_seq)
    if bound is not None:
        query = query.where(cases.c.opened_at >= bound)
    n = connection.execute(select(func.count()).select_from(query.limit(MOST_COUNTED + 1).subquery())).scalar_one()
    return min(n, MOST_COUNTED), bound is None and n <= MOST_COUNTED


def _tallied(plan: Plan, wanted: CaseFilter) -> bool:
    return plan.ordinary and wanted.repeat is None and wanted.text is None and wanted.sort is not Sort.DEADLINE


def _from_tallies(connection: Connection, plan: Plan, wanted: CaseFilter, by: By) -> Any:
    """The kept counts, by `key`, `n`."""
    at = case_tallies.c
    whole = plan.everywhere and (by != "grid")
    of_class = wanted.case_class is not None or by == "class" or whole
    column = {"grid": at.place, "class": at.case_class, "state": at.state}[by]
    query = select(column.label("key"), func.sum(at.n).label("n")).group_by(column)
    if wanted.case_class is not None:
        query = query.where(at.case_class == key(wanted.case_class))
    else:
        query = query.where(at.case_class != "" if of_class else at.case_class == "")
    query = query.where(at.place == "" if whole else at.place != "")
    if not plan.everywhere:
        inside = beginning_with(connection, plan.prefixes or ())
        query = query.where(at.place.in_(select(areas.c.code).where(inside)))
    if wanted.state is not None:
        query = query.where(at.state.in_(sorted(OPEN) if wanted.state == "open" else [wanted.state]))
    return query


def _views(connection: Connection, scope: Scope, seqs: list[int]) -> list[CaseView]:
    rows = {row[0]: row for row in connection.execute(_viewed(scope), {"seqs": seqs})}
    marks = repeat_marks(connection, scope, [row.id for row in rows.values() if row[1] is not None])
    return case_views([rows[seq] for seq in seqs if seq in rows], marks)


@lru_cache(maxsize=256)
def _viewed(scope: Scope) -> Select[Any]:
    """`opened_seq`, `repeat_of` and what a view is made from, of the cases `seqs`."""
    every = visible_cases(scope)
    shown = [column for column in every.selected_columns if column.key in CASE_COLUMNS]
    wanted = cases.c.opened_seq.in_(bindparam("seqs", expanding=True))
    columns = cases.c.opened_seq, cases.c.repeat_of, *shown
    return every.with_only_columns(*columns, maintain_column_froms=True).where(wanted)
