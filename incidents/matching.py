"""Which case a detection belongs to: one stall, one case, however long it stays or flickers."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, insert, select, update

from gis.plane import distance_m
from incidents.case import OPEN, State
from incidents.report import Report
from incidents.store.schema import case_objects, cases

METRES_PER_DEGREE = 110_000.0
"""Of latitude, at the least: a degree is never shorter than that by more than the margin taken below."""
MARGIN = 1.05


@dataclass(frozen=True, slots=True)
class MatchRules:
    """When two detections are one thing. `overlap`: least intersection over union of boxes of one camera and rule.
    `near_m`, or the larger error estimate of the two, between two of one class, whichever cameras see them;
    `near_cap_m` bounds what a camera with a bad pose may swallow. `reopen_seconds`: a case closed no longer ago is
    opened again."""

    overlap: float = 0.3
    near_m: float = 5.0
    near_cap_m: float = 30.0
    reopen_seconds: float = 1800.0


def overlap(a: Sequence[float], b: Sequence[float]) -> float:
    """Intersection over union of two boxes [x, y, width, height]; 0 where either is empty."""
    width = min(a[0] + a[2], b[0] + b[2]) - max(a[0], b[0])
    height = min(a[1] + a[3], b[1] + b[3]) - max(a[1], b[1])
    if width <= 0 or height <= 0:
        return 0.0
    shared = width * height
    return shared / (a[2] * a[3] + b[2] * b[3] - shared)


def matching_case(connection: Connection, rules: MatchRules, report: Report, now: float) -> Row[Any] | None:
    """The row of `cases` it belongs to: by the object itself, else an open case at the place, else one closed lately
    there; an overlapping box counts before nearness, the newest case first."""
    since = now - rules.reopen_seconds
    found = _same_object(connection, report, since)
    for live in (cases.c.state.in_(sorted(OPEN)), (cases.c.state == State.CLOSED.value) & (cases.c.closed_at >= since)):
        found = found or _overlapping(connection, rules, report, live) or _near(connection, rules, report, live)
    return found


def _same_object(connection: Connection, report: Report, since: float) -> Row[Any] | None:
    """One rejected or struck out stays so: the thing still standing there is not news."""
    row = connection.execute(
        select(cases)
        .join(case_objects, case_objects.c.case_id == cases.c.id)
        .where(case_objects.c.object_id == report.object_id)
    ).one_or_none()
    if row is None or (row.state == State.CLOSED and row.closed_at < since):
        return None
    return row


def _overlapping(
    connection: Connection, rules: MatchRules, report: Report, live: ColumnElement[bool]
) -> Row[Any] | None:
    seen_there = (
        select(cases, case_objects.c.box)
        .join(case_objects, case_objects.c.case_id == cases.c.id)
        .where(_same_view(report), case_objects.c.rule == report.rule, live)
        .order_by(cases.c.opened_seq.desc())
    )
    for row in connection.execute(seen_there).all():
        if overlap(json.loads(row.box), report.box) >= rules.overlap:
            return row
    return None


def _same_view(report: Report) -> ColumnElement[bool]:
    """Boxes can be compared within one picture only: of one camera, of a dome within one view."""
    view = case_objects.c.view_id
    mine = view.is_(None) if report.view_id is None else view == report.view_id
    return (case_objects.c.camera_id == report.camera_id) & mine


def _near(connection: Connection, rules: MatchRules, report: Report, live: ColumnElement[bool]) -> Row[Any] | None:
    where = report.location
    if where is None:
        return None
    reach = rules.near_cap_m / METRES_PER_DEGREE * MARGIN
    in_band = cases.c.lat.between(where.lat - reach, where.lat + reach)
    by = "INDEXED BY ix_cases_state_case_class_lat"
    query = select(cases).with_hint(cases, by, "sqlite")
    query = query.where(cases.c.case_class == report.case_class, in_band, live)
    for row in connection.execute(query.order_by(cases.c.opened_seq.desc())).all():
        limit = min(max(rules.near_m, where.error_m, row.error_m or 0.0), rules.near_cap_m)
        if distance_m(where.lon, where.lat, row.lon, row.lat) <= limit:
            return row
    return None


def remember_object(connection: Connection, rules: MatchRules, case_id: str, report: Report) -> None:
    """Ties the object to the case. What stood in the same place of the same picture is the same thing under another
    name (a restarted worker counts anew) and would otherwise be waited for for ever."""
    standing = select(case_objects).where(
        case_objects.c.case_id == case_id,
        _same_view(report),
        case_objects.c.rule == report.rule,
        case_objects.c.ended_at.is_(None),
        case_objects.c.object_id != report.object_id,
    )
    for row in connection.execute(standing).all():
        if overlap(json.loads(row.box), report.box) >= rules.overlap:
            end_object(connection, row.object_id, report.confirmed_at)
    values: dict[str, Any] = {
        "case_id": case_id,
        "camera_id": report.camera_id,
        "view_id": report.view_id,
        "rule": report.rule,
        "box": report.box_text,
        "seen_at": report.confirmed_at,
        "ended_at": None,
    }
    if report.appearance is not None:
        values["appearance"] = report.appearance
    mine = case_objects.c.object_id == report.object_id
    if not connection.execute(update(case_objects).where(mine).values(**values)).rowcount:
        connection.execute(insert(case_objects).values(object_id=report.object_id, **values))


def case_of_object(connection: Connection, object_id: str) -> Row[Any] | None:
    """The row of `cases`, whatever its state."""
    return connection.execute(
        select(cases)
        .join(case_objects, case_objects.c.case_id == cases.c.id)
        .where(case_objects.c.object_id == object_id)
    ).one_or_none()


def end_object(connection: Connection, object_id: str, at: float) -> None:
    connection.execute(
        update(case_objects)
        .where(case_objects.c.object_id == object_id, case_objects.c.ended_at.is_(None))
        .values(ended_at=at)
    )


def still_standing(connection: Connection, case_id: str) -> bool:
    """Whether any of the case's objects has not left."""
    query = select(case_objects.c.object_id).where(case_objects.c.case_id == case_id, case_objects.c.ended_at.is_(None))
    return connection.execute(query).first() is not None
