"""Reads of repeats, within a scope as those of `incidents.queries`: an earlier case outside it is neither counted nor
named."""

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import Connection, Select, and_, exists, func, or_, select
from sqlalchemy.sql.elements import ColumnElement

from incidents.appearance import likeness
from incidents.case import State
from incidents.rights import Scope
from incidents.store.schema import areas, case_objects, cases
from incidents.views import EarlierCase, Repeat, RepeatMark

MOST_EARLIER = 10
MOST_OBJECTS = 3
"""Of one case, whose looks are compared."""
_this = cases.alias("this_case")
_earlier = cases.alias("earlier_case")


def _before(this: Any) -> ColumnElement[bool]:
    """Earlier cases of the same chain, but those that turned out to be none."""
    chain = or_(_earlier.c.repeat_of == this.c.repeat_of, _earlier.c.id == this.c.repeat_of)
    return and_(chain, _earlier.c.opened_seq < this.c.opened_seq, _earlier.c.state != State.INVALID.value)


def is_repeat(scope: Scope) -> ColumnElement[bool]:
    """A condition on rows of `cases`."""
    inside = _earlier.join(areas, areas.c.code == _earlier.c.place)
    known = select(_earlier.c.id).select_from(inside).where(_before(cases), scope.where(areas.c.path))
    return and_(cases.c.repeat_of.is_not(None), exists(known))


def repeat_marks(connection: Connection, scope: Scope, ids: Iterable[str]) -> Mapping[str, RepeatMark]:
    """By case: the how-manieth it is, when the first was, and where the earlier ones lie. Cases that repeat none are
    left out."""
    wanted = list(ids)
    if not wanted:
        return {}
    query = (
        select(_this.c.id, areas.c.path, func.count().label("times"), func.min(_earlier.c.opened_at).label("first_at"))
        .select_from(_this.join(_earlier, _before(_this)).join(areas, areas.c.code == _earlier.c.place))
        .where(_this.c.id.in_(wanted), _this.c.repeat_of.is_not(None), scope.where(areas.c.path))
        .group_by(_this.c.id, areas.c.path)
    )
    marks: dict[str, RepeatMark] = {}
    for row in connection.execute(query):
        known = marks.get(row.id, RepeatMark(1, row.first_at))
        paths = {**known.paths, row.path: (row.times, row.first_at)}
        marks[row.id] = RepeatMark(known.ordinal + row.times, min(known.first_at, row.first_at), paths)
    return marks


def get_repeat(connection: Connection, scope: Scope, case_id: str) -> Repeat | None:
    """The newest of the earlier cases, and how many there are; None where it repeats none."""
    mark = repeat_marks(connection, scope, [case_id]).get(case_id)
    if mark is None:
        return None
    query = (
        _seen(scope)
        .join(_this, _before(_this))
        .where(_this.c.id == case_id)
        .order_by(_earlier.c.opened_seq.desc())
        .limit(MOST_EARLIER)
    )
    rows = connection.execute(query).all()
    looks = _looks(connection, [case_id, *(row.id for row in rows)])
    found = tuple(_earlier_case(row, looks.get(case_id, []), looks.get(row.id, [])) for row in rows)
    return Repeat(mark.ordinal, mark.first_at, found)


def get_same_place(connection: Connection, scope: Scope, case_id: str) -> EarlierCase | None:
    """The newest case before it there that does not look the same, or whose look is not known."""
    query = _seen(scope).join(_this, _earlier.c.id == _this.c.same_place_as).where(_this.c.id == case_id)
    row = connection.execute(query.where(_earlier.c.state != State.INVALID.value)).first()
    if row is None:
        return None
    looks = _looks(connection, [case_id, row.id])
    return _earlier_case(row, looks.get(case_id, []), looks.get(row.id, []))


def _seen(scope: Scope) -> Select[Any]:
    columns = ("id", "number", "opened_at", "closed_at", "picture_evidence_id", "camera_id")
    return (
        select(*(_earlier.c[name] for name in columns))
        .join(areas, areas.c.code == _earlier.c.place)
        .where(scope.where(areas.c.path))
    )


def _looks(connection: Connection, ids: list[str]) -> dict[str, list[bytes]]:
    query = select(case_objects.c.case_id, case_objects.c.appearance).where(
        case_objects.c.case_id.in_(ids), case_objects.c.appearance.is_not(None)
    )
    found: dict[str, list[bytes]] = {}
    for row in connection.execute(query.order_by(case_objects.c.seen_at.desc())):
        if len(known := found.setdefault(row.case_id, [])) < MOST_OBJECTS:
            known.append(row.appearance)
    return found


def _earlier_case(row: Any, mine: list[bytes], its: list[bytes]) -> EarlierCase:
    values = [value for a in mine for b in its if (value := likeness(a, b)) is not None]
    return EarlierCase(
        id=row.id,
        number=row.number,
        opened_at=row.opened_at,
        closed_at=row.closed_at,
        picture_evidence_id=row.picture_evidence_id,
        likeness=max(values, default=None),
    )
