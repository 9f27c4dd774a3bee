"""The same thing once more: which ended case a new one repeats, by its place, its rule and class, and its look."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice
from math import floor
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Select, select

from config.repeats import Repeats
from gis.plane import distance_m
from incidents.appearance import ALIKE, likeness
from incidents.case import State
from incidents.matching import MARGIN, METRES_PER_DEGREE
from incidents.report import Report
from incidents.store.schema import case_objects, cases

CELLS_PER_DEGREE = 2000
"""Squares of some 55 m, by which cases at a place are found among millions."""
CAP_M = 50.0
"""What a camera with a bad pose may take for the same place."""
MOST = 60
"""Earlier things at one place that are looked at, the newest first."""
MOST_BOXES = 3000
"""Earlier things in one view whose places are compared."""
DAY = 86_400.0


@dataclass(frozen=True, slots=True)
class Before:
    """The newest ended case there (`last`, a row of `cases`): with `likeness` the one that looks the same, `first` the
    case its chain began with; without, only the place is the same, the look another or not known."""

    last: Row[Any]
    likeness: float | None = None

    @property
    def first(self) -> str:
        return str(self.last.repeat_of or self.last.id)

    def columns(self) -> dict[str, str]:
        return {"same_place_as": self.last.id} if self.likeness is None else {"repeat_of": self.first}

    def detail(self) -> dict[str, Any]:
        """For the trace; `repeat_place` is what rights ask for before the rest is told."""
        if self.likeness is None:
            return {}
        said = {"repeat_of": self.last.id, "repeat_number": self.last.number, "repeat_place": self.last.place}
        return {**said, "repeat_likeness": self.likeness}


def place_cell(lon: float | None, lat: float | None) -> int | None:
    """Number of the square a place lies in, None without one. The migration that brought it computes the same."""
    if lon is None or lat is None:
        return None
    return floor((lat + 90) * CELLS_PER_DEGREE) * 1_000_000 + floor((lon + 180) * CELLS_PER_DEGREE)


def before(connection: Connection, rules: Repeats, report: Report, now: float) -> Before | None:
    """What stood there before. Among those that look the same the most alike, the newest of equals."""
    since = now - rules.days * DAY
    there = _seen_there(connection, report, since)
    if report.location is not None:
        there += [row for row in connection.execute(by_place(report, since)) if _near(rules, report, row)]
    found = list({row.object_id: row for row in there}.values())
    if not found:
        return None
    judged = [(likeness(report.appearance, row.appearance), row) for row in found]
    alike = [(value, row.opened_seq, row) for value, row in judged if value is not None and value >= ALIKE]
    if alike:
        value, _, row = max(alike, key=lambda one: one[:2])
        return Before(row, value)
    return Before(max(found, key=lambda row: row.opened_seq))


def _seen_there(connection: Connection, report: Report, since: float) -> list[Row[Any]]:
    """A busy market has hundreds of things in one picture: place is compared first, on boxes alone."""
    boxes = connection.execute(by_camera(report, since))
    beside = islice((row.object_id for row in boxes if _beside(json.loads(row.box), report.box)), MOST)
    return list(connection.execute(_earlier(report, since).where(case_objects.c.object_id.in_(list(beside)))))


def by_camera(report: Report, since: float) -> Select[Any]:
    """Boxes of things that the same view saw; bounded by the index over camera, rule and time."""
    view = case_objects.c.view_id
    mine = view.is_(None) if report.view_id is None else view == report.view_id
    at = case_objects.c.camera_id == report.camera_id, case_objects.c.rule == report.rule
    newest = case_objects.c.seen_at.desc()
    boxes = _earlier(report, since).with_only_columns(case_objects.c.object_id, case_objects.c.box)
    return boxes.where(*at, mine, case_objects.c.seen_at >= since).order_by(newest).limit(MOST_BOXES)


def by_place(report: Report, since: float) -> Select[Any]:
    """Things in the squares around the place, whichever camera saw them; bounded by the index over class, square and
    time."""
    assert report.location is not None
    cells = sorted(_cells(report.location.lon, report.location.lat))
    there = cases.c.place_cell.in_(cells), cases.c.rule == report.rule
    by = "INDEXED BY ix_cases_case_class_place_cell_opened_at"
    query = _earlier(report, since).with_hint(cases, by, "sqlite").where(*there)
    return query.order_by(cases.c.opened_at.desc()).limit(MOST)


def _earlier(report: Report, since: float) -> Select[Any]:
    """Rejected and struck out ones are nothing to be repeated."""
    ended: ColumnElement[bool] = cases.c.state == State.CLOSED.value
    return (
        select(cases, case_objects.c.object_id, case_objects.c.box, case_objects.c.appearance)
        .join(case_objects, case_objects.c.case_id == cases.c.id)
        .where(ended, cases.c.case_class == report.case_class, cases.c.opened_at >= since)
    )


def _cells(lon: float, lat: float) -> set[int]:
    """The squares within `CAP_M`; a degree of longitude is the shorter the further north, so up to nine."""
    reach = CAP_M / METRES_PER_DEGREE * MARGIN
    return {
        cell
        for down in (-reach, 0.0, reach)
        for right in (-reach, 0.0, reach)
        if (cell := place_cell(lon + right, lat + down)) is not None
    }


def _near(rules: Repeats, report: Report, row: Row[Any]) -> bool:
    where = report.location
    assert where is not None
    limit = min(max(rules.near_m, where.error_m, row.error_m or 0.0), CAP_M)
    return distance_m(where.lon, where.lat, row.lon, row.lat) <= limit


def _beside(a: Sequence[float], b: Sequence[float]) -> bool:
    """Whether what stands in the one box could stand in the other on another day: the feet no further apart than the
    wider of the two is wide, and half the taller's height."""
    across = abs((a[0] + a[2] / 2) - (b[0] + b[2] / 2))
    down = abs((a[1] + a[3]) - (b[1] + b[3]))
    return across <= max(a[2], b[2]) and down <= max(a[3], b[3]) / 2
