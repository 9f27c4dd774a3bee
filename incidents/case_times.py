"""When cases happen. Takes the scope, as `incidents.queries` does."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import pairwise

from sqlalchemy import Connection, Integer, and_, case, cast, func, select

from incidents.case import State
from incidents.case_filter import CaseFilter
from incidents.case_plan import plan_for
from incidents.rights import Scope
from incidents.store.schema import cases

QUARTER = 900
"""Seconds. Clocks of the world differ by whole quarters, so that a quarter lies in one hour of each of them."""


def count_quarters(connection: Connection, scope: Scope, wanted: CaseFilter) -> tuple[tuple[int, int], ...]:
    """(begin of a quarter of an hour in Unix seconds, cases opened in it), in order; those struck out left out. Words,
    order and pages of the filter are not looked at. Raises Invalid."""
    plan = plan_for(connection, scope, wanted)
    plan.add(cases.c.state != State.INVALID.value)
    at = cases.c.opened_at / QUARTER
    # PostgreSQL rounds when it casts.
    quarter = cast(at, Integer) if connection.dialect.name == "sqlite" else cast(func.floor(at), Integer)
    inside = plan.select(quarter.label("quarter")).subquery()
    n = func.count()
    query = inside.select().with_only_columns(inside.c.quarter, n).group_by(inside.c.quarter)
    rows = connection.execute(query.order_by(inside.c.quarter))
    return tuple((int(quarter) * QUARTER, int(n)) for quarter, n in rows)


def count_spans(
    connection: Connection, scope: Scope, wanted: CaseFilter, edges: Sequence[float]
) -> Mapping[str, tuple[int, ...]]:
    """By grid (else the finest area known) how many cases were opened between each two of the edges (Unix seconds,
    rising, at least two); those struck out left out, and so are places without any. The cases are gone through once,
    however many spans there are. Words, order and pages of the filter are not looked at. Raises Invalid."""
    plan = plan_for(connection, scope, replace(wanted, from_at=edges[0], to_at=edges[-1]))
    plan.add(cases.c.state != State.INVALID.value)
    inside = plan.select(cases.c.place, cases.c.opened_at).subquery()
    at = inside.c.opened_at
    sums = [func.sum(case((and_(at >= begin, at < end), 1), else_=0)) for begin, end in pairwise(edges)]
    rows = connection.execute(inside.select().with_only_columns(inside.c.place, *sums).group_by(inside.c.place))
    return {place: tuple(map(int, counts)) for place, *counts in rows}


def count_between(connection: Connection, scope: Scope, wanted: CaseFilter, edges: Sequence[float]) -> tuple[int, ...]:
    """How many cases were opened between each two of the edges, wherever; as `count_spans`. Raises Invalid."""
    found = []
    for begin, end in pairwise(edges):
        plan = plan_for(connection, scope, replace(wanted, from_at=begin, to_at=end))
        plan.add(cases.c.state != State.INVALID.value)
        inside = plan.select(cases.c.opened_seq).subquery()
        found.append(int(connection.execute(select(func.count()).select_from(inside)).scalar_one()))
    return tuple(found)
