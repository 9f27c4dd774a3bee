"""Places that keep coming back, reckoned from the cases; within a scope as the reads of `incidents.queries`."""

from collections.abc import Iterable
from dataclasses import dataclass
from math import cos, radians
from typing import Any

from sqlalchemy import Connection, case, func, select

from config.registers import Registers
from gis.plane import distance_m
from incidents.case import State
from incidents.errors import Invalid, NotFound
from incidents.map_squares import around, in_squares, inside
from incidents.matching import MARGIN, METRES_PER_DEGREE
from incidents.repeats import DAY
from incidents.rights import Scope
from incidents.store import finding_schema as index
from incidents.store.schema import areas, cases
from incidents.text import Text
from incidents.views import CaseView, case_view
from incidents.visible_cases import case_place, key, visible_cases

MOST_EARLIER = 20
MOST_NEAR = 2_000
"""Cases in the rectangle around a place that are looked at, the newest first."""
MOST_CELLS = 3_000
MOST_SPOTS = 500
MAX_DAYS = 365


@dataclass(frozen=True, slots=True)
class PlaceHistory:
    """Earlier cases within `near_m`, in the last `days`; `total` counts them all, up to MOST_NEAR. `near_m` None: the
    case has no place on the map, and its camera's cases are told."""

    near_m: float | None
    days: int
    total: int
    same_class: int
    items: tuple[CaseView, ...]


@dataclass(frozen=True, slots=True)
class SpotFilter:
    """`least`: so many cases make a place one that keeps coming back. `until`: the last so many days before then; None:
    before now."""

    days: int = 90
    least: int = 3
    case_class: str | None = None
    area: str | None = None
    until: float | None = None


@dataclass(frozen=True, slots=True)
class Spot:
    """Cases of one class at one place. `lon`, `lat`: their middle. `last`: the newest."""

    lon: float
    lat: float
    case_class: str
    class_name: Text
    n: int
    days_30: int
    first_at: float
    last: CaseView


def place_history(connection: Connection, scope: Scope, case_id: str, rules: Registers) -> PlaceHistory:
    """What was there before the case. Raises NotFound."""
    this = connection.execute(visible_cases(scope).where(cases.c.id == key(case_id))).one_or_none()
    if this is None:
        raise NotFound("no such case", "case")
    query = visible_cases(scope).where(
        cases.c.opened_seq < this.opened_seq,
        cases.c.opened_at >= this.opened_at - rules.place_days * DAY,
        cases.c.state != State.INVALID.value,
    )
    placed = this.lon is not None and this.lat is not None
    if placed:
        reach = rules.near_m / METRES_PER_DEGREE * MARGIN
        wide = reach / max(cos(radians(this.lat)), 0.01)
        box = around(this.lon, this.lat, reach, wide)
        query = query.where(in_squares(box), inside(box))
        query = query.with_hint(cases, f"INDEXED BY {index.BY_SQUARE}", "sqlite")
    elif this.camera_id is not None:
        query = query.where(cases.c.camera_id == this.camera_id)
        query = query.with_hint(cases, "INDEXED BY ix_cases_camera_id_opened_seq", "sqlite")
    else:
        return PlaceHistory(None, rules.place_days, 0, 0, ())
    rows = connection.execute(query.order_by(cases.c.opened_seq.desc()).limit(MOST_NEAR)).all()
    near = [row for row in rows if not placed or distance_m(this.lon, this.lat, row.lon, row.lat) <= rules.near_m]
    same = sum(row.case_class == this.case_class for row in near)
    shown = tuple(case_view(row, None) for row in near[:MOST_EARLIER])
    return PlaceHistory(rules.near_m if placed else None, rules.place_days, len(near), same, shown)


def list_places(
    connection: Connection, scope: Scope, wanted: SpotFilter, rules: Registers, now: float
) -> tuple[Spot, ...]:
    """Those with the most cases first. Counted by squares of 55 m, those side by side joined where their middles lie
    within `near_m`; of a town with very many, the fullest squares are looked at. Raises Invalid, NotFound."""
    if not 1 <= wanted.days <= MAX_DAYS or not 2 <= wanted.least <= 1000:
        raise Invalid(f"days must lie between 1 and {MAX_DAYS}, least between 2 and 1000", "days")
    if wanted.until is not None:
        now = min(now, wanted.until)
    n = func.count().label("n")
    columns: list[Any] = [
        cases.c.case_class,
        cases.c.place_cell,
        n,
        func.sum(case((cases.c.opened_at >= now - 30 * DAY, 1), else_=0)).label("days_30"),
        func.avg(cases.c.lon).label("lon"),
        func.avg(cases.c.lat).label("lat"),
        func.min(cases.c.opened_at).label("first_at"),
        func.max(cases.c.opened_seq).label("newest"),
    ]
    query = (
        visible_cases(scope)
        .with_only_columns(*columns, maintain_column_froms=True)
        .where(cases.c.opened_at >= now - wanted.days * DAY, cases.c.opened_at <= now)
        .where(cases.c.place_cell.is_not(None))
        .where(cases.c.state != State.INVALID.value)
        .group_by(cases.c.case_class, cases.c.place_cell)
        .order_by(n.desc(), cases.c.place_cell)
    )
    if wanted.case_class is not None:
        query = query.where(cases.c.case_class == key(wanted.case_class))
    if wanted.area is not None:
        inside = select(areas.c.path).where(areas.c.code == key(wanted.area), scope.where(areas.c.path))
        path = connection.execute(inside).scalar_one_or_none()
        if path is None:
            raise NotFound("no such area", "area")
        query = query.where(case_place.c.path.startswith(path, autoescape=True))
    groups = _joined(connection.execute(query.limit(MOST_CELLS)).all(), rules.near_m)
    groups = sorted((one for one in groups if _n(one) >= wanted.least), key=lambda one: (-_n(one), one[0].newest))
    return _spots(connection, scope, groups[:MOST_SPOTS])


def _n(group: list[Any]) -> int:
    return sum(row.n for row in group)


def _joined(rows: Iterable[Any], near_m: float) -> list[list[Any]]:
    """Squares of one class that touch and whose middles are near; each joins the fullest one it is near to."""
    heads: dict[tuple[str, int, int], list[Any]] = {}
    for row in rows:
        down, right = divmod(row.place_cell, 1_000_000)  # as incidents.repeats.place_cell packs them
        around = [(row.case_class, down + dy, right + dx) for dy in (-1, 0, 1) for dx in (-1, 0, 1)]
        near = [
            heads[at]
            for at in around
            if at in heads and distance_m(row.lon, row.lat, heads[at][0].lon, heads[at][0].lat) <= near_m
        ]
        if near:
            max(near, key=_n).append(row)
        else:
            heads[row.case_class, down, right] = [row]
    return list(heads.values())


def _spots(connection: Connection, scope: Scope, groups: list[list[Any]]) -> tuple[Spot, ...]:
    newest = [max(row.newest for row in group) for group in groups]
    found = connection.execute(visible_cases(scope).where(cases.c.opened_seq.in_(newest)))
    views = {row.opened_seq: case_view(row, None) for row in found}
    return tuple(
        Spot(
            lon=sum(row.lon * row.n for row in group) / _n(group),
            lat=sum(row.lat * row.n for row in group) / _n(group),
            case_class=group[0].case_class,
            class_name=views[last].class_name,
            n=_n(group),
            days_30=sum(int(row.days_30) for row in group),
            first_at=min(row.first_at for row in group),
            last=views[last],
        )
        for group, last in zip(groups, newest, strict=True)
        if last in views
    )
