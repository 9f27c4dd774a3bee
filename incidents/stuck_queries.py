"""What is open lies with whom, and since when. Within a scope, as the reads of `incidents.queries`."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, func, or_, select

from incidents.case import Action
from incidents.rights import Scope
from incidents.store.schema import areas, cases, trace
from incidents.visible_cases import case_place, key, visible_cases

MOST_LOOKED_AT = 20_000
"""Open cases, those opened first: what is stuck is among them."""
MOST_GROUPS = 200
GIVEN_ON = (Action.ASSIGN.value, Action.ROUTE.value, Action.RETURN.value)
"""Steps that put a case into other hands though its state may stay."""


@dataclass(frozen=True, slots=True)
class StuckGroup:
    """Open cases in one state with one holder. `holder_kind`: `person`, `post` (named by its id alone), or `desk` where
    nobody was sent and the command room has it. `since`: when the one lying there longest came there; `case_id`,
    `number`: that one."""

    state: str
    holder_kind: str
    holder: str | None
    holder_name: str
    n: int
    overdue: int
    since: float
    case_id: str
    number: str


@dataclass(frozen=True, slots=True)
class Stuck:
    """`exact`: every open case was looked at, else the MOST_LOOKED_AT opened first."""

    groups: tuple[StuckGroup, ...]
    looked_at: int
    exact: bool


def list_stuck(connection: Connection, scope: Scope, at: float, area: str | None = None) -> Stuck:
    """What lies longest first. `at`: now, by which deadlines are over. An area outside has nothing, as one that is not
    there."""
    moved = or_(trace.c.from_state.is_(None), trace.c.from_state != trace.c.to_state, trace.c.action.in_(GIVEN_ON))
    since = select(func.max(trace.c.at)).where(trace.c.case_id == cases.c.id, moved).scalar_subquery()
    query = visible_cases(scope).add_columns(since.label("since")).where(cases.c.closed_at.is_(None))
    if area is not None:
        path = connection.execute(select(areas.c.path).where(areas.c.code == key(area))).scalar_one_or_none()
        if path is None:
            return Stuck((), 0, True)
        query = query.where(case_place.c.path.startswith(path, autoescape=True))
    query = query.order_by(cases.c.opened_at, cases.c.opened_seq).limit(MOST_LOOKED_AT + 1)
    rows = connection.execute(query).all()
    groups = _grouped(rows[:MOST_LOOKED_AT], at)
    return Stuck(tuple(groups[:MOST_GROUPS]), min(len(rows), MOST_LOOKED_AT), len(rows) <= MOST_LOOKED_AT)


def _grouped(rows: Iterable[Row[Any]], at: float) -> list[StuckGroup]:
    together: dict[tuple[str, str | None, str | None], list[Row[Any]]] = {}
    for row in rows:
        together.setdefault((row.state, row.assignee_id, None if row.assignee_id else row.post), []).append(row)
    return sorted((_group(group, at) for group in together.values()), key=lambda one: (one.since, one.number))


def _group(rows: list[Row[Any]], at: float) -> StuckGroup:
    longest = min(rows, key=lambda row: (row.since, row.opened_seq))
    return StuckGroup(
        state=longest.state,
        holder_kind="person" if longest.assignee_id else "post" if longest.post else "desk",
        holder=longest.assignee_id or longest.post,
        holder_name=longest.assignee_name or "",
        n=len(rows),
        overdue=sum(row.deadline_at is not None and row.deadline_at < at for row in rows),
        since=longest.since,
        case_id=longest.id,
        number=longest.number,
    )
