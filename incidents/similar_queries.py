"""What lies beside a case: the same thing before, what was at its place, others of its class near by. Within a scope,
as the reads of `incidents.queries`."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from math import cos, radians
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, and_, or_, select

from gis.plane import distance_m
from incidents.appearance import ALIKE, likeness
from incidents.case import OPEN, State
from incidents.errors import NotFound
from incidents.map_squares import around, in_squares, inside
from incidents.rights import Scope
from incidents.store.finding_schema import BY_SQUARE
from incidents.store.schema import case_objects, cases
from incidents.views import CaseView, case_view
from incidents.visible_cases import key, visible_cases

NEAR_M = 200.0
NEAR_SECONDS = 30 * 86400.0
"""Before or after it."""
DOUBLE_M = 60.0
DOUBLE_SECONDS = 7 * 86400.0
"""So near and so soon before it, an open case of its class may well be the same matter reported twice."""
MOST = 20
MOST_COMPARED, LOOKS, MOST_LOOKS = 8, 2, 200
"""Cases whose pictures are compared with its own, and how many looks of each: a comparison takes two milliseconds."""
MOST_LOOKED_AT = 500
METRES_PER_DEGREE = 111_320.0


class Why(StrEnum):
    SAME_THING = "same_thing"
    SAME_PLACE = "same_place"
    NEAR = "near"


@dataclass(frozen=True, slots=True)
class SimilarCase:
    """`distance_m` None where one of the two has no place. `doubled`: proposed as the one it doubles; then `likeness`,
    0 to 1, of how cameras saw the two, None where one of them was not seen by any."""

    case: CaseView
    why: Why
    distance_m: float | None
    doubled: bool
    likeness: float | None = None


def list_similar(connection: Connection, scope: Scope, case_id: str) -> tuple[SimilarCase, ...]:
    """The proposed double first, then the same thing, the same place and what is near; each the nearest first, at most
    MOST. What was struck out or rejected is left out. Raises NotFound."""
    this = connection.execute(visible_cases(scope).where(cases.c.id == key(case_id))).one_or_none()
    if this is None:
        raise NotFound("no such case", "case")
    found: dict[str, SimilarCase] = {}
    for row in _rows(connection, scope, this):
        distance = _distance(this, row)
        why = _why(this, row)
        if why is Why.NEAR and distance is not None and distance > NEAR_M:
            continue
        found[row.id] = SimilarCase(case_view(row), why, distance, False)
    ordered = sorted(found.values(), key=lambda one: (list(Why).index(one.why), _far(one), -one.case.opened_at))
    proposed = [one for one in sorted(ordered, key=_far) if _may_be_doubled(this, one)][:MOST_COMPARED]
    if not proposed:
        return tuple(ordered[:MOST])
    alike = _likenesses(connection, this.id, [one.case.id for one in proposed])
    # What looks the same before what is merely nearer; a look from elsewhere rules nothing out.
    doubled = min(proposed, key=lambda one: (-_surely(alike.get(one.case.id)), _far(one)))
    rest = [one for one in ordered if one is not doubled]
    first = replace(doubled, doubled=True, likeness=alike.get(doubled.case.id))
    return (first, *rest[: MOST - 1])


def _surely(value: float | None) -> float:
    return value if value is not None and value >= ALIKE else 0.0


def _likenesses(connection: Connection, case_id: str, others: Sequence[str]) -> dict[str, float]:
    """By case, the best between its newest looks and those of `case_id`; without those that cannot be compared."""
    looks: dict[str, list[bytes]] = {}
    told = select(case_objects.c.case_id, case_objects.c.appearance).where(
        case_objects.c.case_id.in_([case_id, *others]), case_objects.c.appearance.is_not(None)
    )
    for row in connection.execute(told.order_by(case_objects.c.seen_at.desc()).limit(MOST_LOOKS)):
        looks.setdefault(row.case_id, []).append(row.appearance)
    mine = looks.get(case_id, [])[:LOOKS]
    found: dict[str, float] = {}
    for other in others:
        values = (likeness(a, b) for a in mine for b in looks.get(other, [])[:LOOKS])
        best = max((value for value in values if value is not None), default=None)
        if best is not None:
            found[other] = best
    return found


def _rows(connection: Connection, scope: Scope, this: Row[Any]) -> list[Row[Any]]:
    others = (cases.c.id != this.id, cases.c.state != State.INVALID.value)
    base = visible_cases(scope).where(*others).order_by(cases.c.opened_at.desc()).limit(MOST_LOOKED_AT)
    chain = this.repeat_of or this.id
    again = or_(cases.c.repeat_of == chain, cases.c.id.in_([one for one in (chain, this.same_place_as) if one]))
    rows = list(connection.execute(base.where(again)))
    if (near := _near(this)) is not None:
        query = base.where(near, cases.c.case_class == this.case_class)
        query = query.where(cases.c.opened_at.between(this.opened_at - NEAR_SECONDS, this.opened_at + NEAR_SECONDS))
        if this.lat is not None:
            query = query.with_hint(cases, f"INDEXED BY {BY_SQUARE}", "sqlite")
        rows += connection.execute(query)
    return rows


def _near(this: Row[Any]) -> ColumnElement[bool] | None:
    """A box around it; without a place, what its camera saw."""
    if this.lon is None or this.lat is None:
        return None if this.camera_id is None else cases.c.camera_id == this.camera_id
    north = NEAR_M / METRES_PER_DEGREE
    east = north / max(0.01, cos(radians(this.lat)))
    box = around(this.lon, this.lat, north, east)
    return and_(in_squares(box), inside(box))


def _why(this: Row[Any], row: Row[Any]) -> Why:
    if row.id == this.repeat_of or row.repeat_of == (this.repeat_of or this.id):
        return Why.SAME_THING
    return Why.SAME_PLACE if row.id == this.same_place_as else Why.NEAR


def _distance(this: Row[Any], row: Row[Any]) -> float | None:
    if None in (this.lon, this.lat, row.lon, row.lat):
        return None
    return distance_m(this.lon, this.lat, row.lon, row.lat)


def _far(one: SimilarCase) -> float:
    return NEAR_M if one.distance_m is None else one.distance_m


def _may_be_doubled(this: Row[Any], one: SimilarCase) -> bool:
    other = one.case
    return (
        other.state in OPEN
        and other.case_class == this.case_class
        and (other.opened_at, other.number) < (this.opened_at, this.number)
        and this.opened_at - other.opened_at <= DOUBLE_SECONDS
        and (one.distance_m <= DOUBLE_M if one.distance_m is not None else other.camera_id is not None)
    )


def get_cases(connection: Connection, scope: Scope, ids: tuple[str, ...]) -> tuple[CaseView, ...]:
    """Those of them that are there, in the order given."""
    wanted = [key(one) for one in ids]
    rows = {row.id: row for row in connection.execute(visible_cases(scope).where(cases.c.id.in_(wanted)))}
    return tuple(case_view(rows[one]) for one in wanted if one in rows)
