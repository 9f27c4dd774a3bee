"""How a filter over millions of cases is asked of the database: its conditions, and by which index it is read.

PostgreSQL knows how its values are spread and chooses for itself. SQLite does not, and its guess may read two million
rows for a page of fifty: there the index is named, the one under which the fewest rows fit, counted up to a bound.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, and_, false, func, or_, select

from incidents.case import OPEN, State
from incidents.case_filter import CaseFilter, Sort
from incidents.errors import Invalid
from incidents.map_squares import Box, checked, held_around, in_squares, inside
from incidents.rights import Scope
from incidents.store import finding_schema as index
from incidents.store.finding_schema import case_tallies
from incidents.store.joint_schema import BY_POST
from incidents.store.schema import areas, cases
from incidents.visible_cases import held_by, key
from incidents.week_time import happened_then

BY_CAMERA = "ix_cases_camera_id_opened_seq"
FEW = 20_000
"""Rows under an index that are read rather than walking the order; counted no further."""
ENOUGH = 500
"""So few that to count under another index costs more than to read them."""
FETCHED = 6
"""Entries of an index that are read in the time of one row."""
_LIKELY_FEW = {by: n for n, by in enumerate((index.BY_SQUARE, index.BY_HOLDER, BY_CAMERA, index.OPEN, index.BY_PLACE))}
"""Which to count under first; what it finds bounds how far the others are counted."""
WALKS = {Sort.UPDATED: index.BY_UPDATE, Sort.DEADLINE: index.BY_DEADLINE, Sort.LEVEL: index.BY_LEVEL}
Condition = ColumnElement[bool]
Kept = Select[Any]
"""Tells how many cases lie under a condition by what is kept of them, without reading one."""
NONE: Condition = cases.c.opened_seq < 0
"""Fits no case; `false` would swallow the other conditions, and with them what the named index is chosen for."""


_HELD = func.coalesce(func.sum(case_tallies.c.n), 0)
_HELD_OPEN: Kept = select(_HELD).where(
    case_tallies.c.place == "", case_tallies.c.case_class != "", case_tallies.c.state.in_(sorted(OPEN))
)


@dataclass(slots=True)
class Plan:
    """`fits`: all conditions, the scope's among them. `narrow`: those an index serves, and where it is kept, how many
    they hold. `everywhere`: the scope leaves
    nothing out; `prefixes`: area paths of which one must begin the place's, where that is all the scope asks.
    `chosen`: the index to read by, empty where the database chooses; `few`: at most `least` rows lie under it."""

    fits: list[Condition] = field(default_factory=list)
    narrow: list[tuple[str, Condition, Kept | None]] = field(default_factory=list)
    everywhere: bool = False
    prefixes: tuple[str, ...] | None = None
    chosen: str | None = None
    few: bool = False
    least: int = FEW
    box: Box | None = None
    ordinary: bool = True
    """The kept counts can answer: nothing is asked but place, state and class."""

    def add(
        self, condition: Condition, by: str | None = None, ordinary: bool = False, kept: Kept | None = None
    ) -> None:
        self.fits.append(condition)
        self.ordinary &= ordinary
        if by is not None:
            self.narrow.append((by, condition, kept))

    def serves(self, by: str) -> bool:
        """Whether that index leaves anything out."""
        return any(one == by for one, *_ in self.narrow)

    def select(self, *columns: Any) -> Select[Any]:
        """From `cases` (which the caller may join to more), by the index that was chosen."""
        query = select(*columns)
        if self.chosen is not None:
            query = query.with_hint(cases, f"INDEXED BY {self.chosen}", "sqlite")
        return query.where(*self.fits)


def plan_for(connection: Connection, scope: Scope, wanted: CaseFilter) -> Plan:
    """Raises Invalid."""
    plan = Plan()
    _add_scope(connection, plan, scope, wanted.area)
    _add_state(plan, wanted)
    for column, value, by in (
        (cases.c.case_class, wanted.case_class, index.BY_CLASS),
        (cases.c.source, wanted.source, index.BY_SOURCE),
        (cases.c.camera_id, wanted.camera, BY_CAMERA),
        (cases.c.assignee_id, wanted.assignee, index.BY_HOLDER),
    ):
        if value is not None:
            plan.add(column == key(value), by, ordinary=by == index.BY_CLASS)
    if wanted.level is not None:
        plan.add(cases.c.level == wanted.level, index.BY_LEVEL)
    if wanted.post is not None:
        plan.add(cases.c.post == key(wanted.post), BY_POST)
    if wanted.supervised is not None:
        urged = cases.c.supervised_at.is_not(None)
        plan.add(urged if wanted.supervised else ~urged, index.SUPERVISED if wanted.supervised else None)
    if wanted.tier is not None:
        plan.add(func.coalesce(cases.c.tier, cases.c.level) == wanted.tier)
    _add_times(connection, plan, wanted)
    _add_box(plan, wanted)
    if connection.dialect.name == "sqlite" and not scope.by_holder:
        _choose(connection, plan, wanted.sort)
    if plan.box is not None and (plan.chosen == index.BY_SQUARE or _few_around(connection, plan.box)):
        # Only where they are to be read by: other indexes do not hold the squares.
        plan.fits.append(in_squares(plan.box))
    return plan


def _add_scope(connection: Connection, plan: Plan, scope: Scope, area: str | None) -> None:
    prefixes = scope.prefixes
    if area is not None:
        path = connection.execute(select(areas.c.path).where(areas.c.code == key(area))).scalar_one_or_none()
        if path is None:
            plan.add(NONE)
            return
        if scope.by_holder:
            plan.add(_within(connection, [path]), index.BY_PLACE)
        else:
            prefixes = frozenset({_deeper(path, one) for one in prefixes} - {""})
    if scope.by_holder:
        plan.add(or_(_within(connection, sorted(prefixes)), *held_by(scope)))
        return
    plan.prefixes = tuple(sorted(prefixes))
    if prefixes and _nothing_outside(connection, prefixes):
        plan.everywhere = True
    else:
        plan.add(_within(connection, plan.prefixes), index.BY_PLACE, True, _held_within(connection, plan.prefixes))


def _nothing_outside(connection: Connection, prefixes: frozenset[str]) -> bool:
    """By the first and the last path, where one prefix begins both; paths are compared bytewise on SQLite alone."""
    if connection.dialect.name == "sqlite":
        # One question each: SQLite finds an end by the index only where nothing else is asked.
        first, last = (connection.execute(select(end(areas.c.path))).scalar_one() for end in (func.min, func.max))
        return first is not None and any(first.startswith(one) and last.startswith(one) for one in prefixes)
    outside = select(areas.c.code).where(~Scope(prefixes).where(areas.c.path)).limit(1)
    return connection.execute(outside).first() is None


def _deeper(a: str, b: str) -> str:
    """The longer of two paths of which one begins the other, else nothing."""
    return a if a.startswith(b) else b if b.startswith(a) else ""


def beginning_with(connection: Connection, prefixes: Iterable[str]) -> Condition:
    """Of a row of `areas`: its path begins with one of these area paths. As a stretch of the index where paths are
    compared bytewise; LIKE reads them all."""
    if connection.dialect.name != "sqlite":
        return Scope(frozenset(prefixes)).where(areas.c.path)
    behind = chr(ord("/") + 1)
    stretches = [and_(areas.c.path >= one, areas.c.path < one[:-1] + behind) for one in prefixes]
    return or_(false(), *stretches)


def _within(connection: Connection, prefixes: Iterable[str]) -> Condition:
    return cases.c.place.in_(select(areas.c.code).where(beginning_with(connection, prefixes)))


def _held_within(connection: Connection, prefixes: Iterable[str]) -> Kept:
    here = case_tallies.c.place.in_(select(areas.c.code).where(beginning_with(connection, prefixes)))
    return select(_HELD).where(case_tallies.c.case_class == "", here)


def _add_state(plan: Plan, wanted: CaseFilter) -> None:
    if wanted.state is not None:
        if wanted.state != "open" and wanted.state not in frozenset(State):
            raise Invalid(f"state must be open or one of {', '.join(State)}", "state")
        states = sorted(OPEN) if wanted.state == "open" else [wanted.state]
        plan.add(cases.c.state.in_(states), ordinary=True)
        if set(states) <= OPEN:
            plan.add(cases.c.closed_at.is_(None), index.OPEN, True, _HELD_OPEN)
    if wanted.overdue_at is not None:
        plan.add(cases.c.closed_at.is_(None), index.OPEN, kept=_HELD_OPEN)
        plan.add(cases.c.deadline_at < wanted.overdue_at)


def _add_times(connection: Connection, plan: Plan, wanted: CaseFilter) -> None:
    bounds = []
    if wanted.from_at is not None:
        bounds.append(cases.c.opened_at >= wanted.from_at)
    if wanted.to_at is not None:
        bounds.append(cases.c.opened_at < wanted.to_at)
    if bounds:
        plan.add(and_(*bounds), index.WALK)
    if wanted.during is not None:
        if wanted.from_at is None or wanted.to_at is None:
            raise Invalid("a time of the week needs from and to", "from")
        plan.add(happened_then(connection, wanted.during, wanted.from_at, wanted.to_at))


def _add_box(plan: Plan, wanted: CaseFilter) -> None:
    if wanted.bbox is None:
        return
    plan.box = checked(wanted.bbox)
    plan.add(inside(plan.box))
    plan.narrow.append((index.BY_SQUARE, in_squares(plan.box), held_around(plan.box)))


def _few_around(connection: Connection, box: Box) -> bool:
    """PostgreSQL guesses badly how many cases some squares hold."""
    return connection.dialect.name != "sqlite" and connection.execute(held_around(box)).scalar_one() < FEW


def _choose(connection: Connection, plan: Plan, sort: Sort) -> None:
    least = FEW
    open_only = plan.serves(index.OPEN)
    for by, condition, kept in sorted(plan.narrow, key=lambda one: _LIKELY_FEW.get(one[0], len(_LIKELY_FEW))):
        if least <= ENOUGH:
            break
        # The others do not say what is open: each row under them has to be fetched.
        cost = FETCHED if open_only and by != index.OPEN else 1
        most = max(1, least // cost)
        if kept is None:
            some = select(cases.c.opened_seq).with_hint(cases, f"INDEXED BY {by}", "sqlite").where(condition)
            kept = select(func.count()).select_from(some.limit(most).subquery())
        n = connection.execute(kept).scalar_one()
        if n < most:
            least, plan.chosen, plan.few, plan.least = n * cost, by, True, n
    if plan.chosen is None:
        # Nearly all cases are closed: to walk any order past them until fifty are open is to read most of them.
        plan.chosen = index.OPEN if open_only and sort is not Sort.UPDATED else WALKS.get(sort) or _ordered(plan)
        if plan.serves(index.BY_PLACE) and plan.serves(index.BY_SQUARE) and not open_only:
            # A rectangle outside the areas would be looked for through every case there is.
            plan.chosen = index.BY_PLACE


def _ordered(plan: Plan) -> str:
    """Of the indexes in the order of opening the one that leaves out most."""
    return next((by for by in (index.BY_CLASS, index.BY_LEVEL) if plan.serves(by)), index.WALK)
