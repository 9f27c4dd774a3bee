"""Numbers on the map, over a village of thirty grids."""

import io
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from openpyxl import load_workbook
from shapely import box

from api.case_history import month_begins, year_before
from api.case_statistics import CaseStatistics, GridCount, week_of
from api.patrol_advice import advice, busiest
from gis.grids import Grid, GridMap
from gis.hot_spots import Score
from incidents.areas import Area
from incidents.service import NewCase
from incidents.text import Text
from incidents.week_time import offsets
from tests.api.town import AREAS, EAST, LAT, TOWN_MAP, RunningTown, middle, running_town, write_leaflet

SIDE = 0.002
MANY = GridMap(
    tuple(
        Grid(
            f"east-m{y}{x}", "east", f"东{y}{x}格", "", "residential",
            box(EAST + x * SIDE, LAT + y * SIDE, EAST + (x + 1) * SIDE, LAT + (y + 1) * SIDE),
            population=0 if (x, y) == (0, 0) else 500,
        )
        for y in range(5) for x in range(6)
    )
)  # fmt: skip
ALL = GridMap((*MANY.grids, *(one for one in TOWN_MAP.grids.grids if one.village == "west")))
SHANGHAI = ZoneInfo("Asia/Shanghai")


def furnish(town: RunningTown, count: Callable[[int, int], int]) -> None:
    """So many cases in each of the eastern grids, and two in the west."""
    town.incidents.load_areas([*AREAS, *(Area(one.code, "east", "grid", one.name) for one in MANY.grids)])
    town.incidents.town = replace(town.incidents.town, locator=ALL)
    operator = town.incidents.accounts.authenticate(town.token("operator@town"))
    assert operator is not None
    places = [
        (EAST + (x + 0.5) * SIDE + n * 1e-5, LAT + (y + 0.5) * SIDE)
        for y in range(5) for x in range(6) for n in range(count(x, y))
    ]  # fmt: skip
    for lon, lat in [*places, middle("west-g1"), middle("west-g2")]:
        town.incidents.create_case(operator, NewCase("05-01", lon, lat))


async def test_counts_hot_spots_and_advice_within_ones_rights(tmp_path: Path) -> None:
    write_leaflet(tmp_path)
    async with running_town(tmp_path, town_map=replace(TOWN_MAP, grids=ALL)) as town:
        furnish(town, lambda x, y: 8 if x < 2 and y < 2 else 1)
        room, operator, west = (town.client(one) for one in ("village_room@east", "operator@town", "village_room@west"))
        odd = (await operator.get("/cases", params={"area": "east-m44"})).json()["items"][0]
        struck = await operator.post(f"/cases/{odd['id']}/strike-out", json={"reason": "none", "cause": "bin"})
        assert struck.status_code == 200
        found = (await room.get("/map/statistics")).json()
        by_people = (await room.get("/map/statistics", params={"per": "people"})).json()
        others = (await room.get("/map/statistics", params={"class": "01-02"})).json()
        advised = (await room.get("/map/patrol-advice")).json()["items"]
        report = await room.get("/map/report.html", params={"months": 2})
        foreign = await west.get("/map/report.html")
        looked_at = await west.get("/map/report.html", params={"preview": True, "months": 1})
        audited = (await town.client("auditor@town").get("/audit", params={"kind": "export"})).json()["items"]
        little = (await west.get("/map/statistics")).json()
        await the_question_is_narrowed(town, found)
        nowhere = (await west.get("/map/patrol-advice")).json()["items"]
    assert report.headers["content-disposition"].startswith("attachment")
    assert looked_at.headers["content-disposition"] == "inline"
    alone = looked_at.headers["content-security-policy"]
    assert alone.startswith("sandbox allow-scripts; default-src 'none'")
    assert "allow-same-origin" not in alone
    assert not re.findall(r"<(?:script|link|img)[^>]+(?:src|href)=", report.text)
    assert report.text.count('"at": ') == 30
    assert "more than chance" in report.text
    assert foreign.text.count('"at": ') == 2
    assert "east" not in foreign.text.split("var L = {};")[0] + foreign.text.split('id="panel"')[1]
    assert [one["detail"] for one in audited] == [
        {"form": "preview", "rows": 2},
        {"form": "report", "rows": 2},
        {"form": "report", "rows": 57},
    ]
    grids = {one["grid"]: one for one in found["grids"]}
    assert (grids["east-m00"]["cases"], grids["east-m33"]["cases"], grids["east-m44"]["cases"]) == (8, 1, 0)
    assert found["total"] == sum(map(sum, found["week"])) == 4 * 8 + 26 - 1
    assert grids["east-m33"]["per_km2"] > 20
    assert (grids["east-m01"]["per_1000"], grids["east-m00"]["per_1000"]) == (16.0, None)
    hot = {code for code, one in grids.items() if one["heat"] == "hot"}
    assert hot
    assert hot <= {"east-m00", "east-m01", "east-m10", "east-m11"}
    assert all(grids[one]["q"] <= 0.05 and "多于偶然" in grids[one]["words"]["zh"] for one in hot)
    assert f"{len(hot)} of 30 grids" in found["told"]["en"]
    people = {one["grid"]: one for one in by_people["grids"]}
    assert people["east-m00"]["z"] is None
    assert people["east-m01"]["z"] is not None
    assert others["total"] == 0
    assert {one["grid"] for one in advised[: len(hot)]} == hot
    assert "more than chance" in advised[0]["why"]["en"]
    assert "times at one place" in advised[0]["why"]["en"]
    assert {one["grid"] for one in little["grids"]} == {"west-g1", "west-g2"}
    assert (little["total"], nowhere) == (2, [])
    assert "too little" in little["told"]["en"]


async def the_question_is_narrowed(town: RunningTown, found: dict[str, Any]) -> None:
    """By days of the town, hours of the week, level and source; areas add their grids up; a workbook says the same."""
    room = town.client("village_room@east")
    now = datetime.fromtimestamp(town.centre.clock.now(), SHANGHAI)
    today, yesterday = now.date().isoformat(), (now - timedelta(days=1)).date().isoformat()
    day, hour, some = next((d, h, n) for d, row in enumerate(found["week"]) for h, n in enumerate(row) if n)
    asked: list[tuple[dict[str, str | int], int]] = [
        ({"from": yesterday, "to": today, "per": "km2"}, found["total"]),
        ({"from": "2026-01-01", "to": "2026-01-31"}, 0),
        ({"level": 4}, 0),
        ({"source": "hotline"}, 0),
        ({"weekday": day, "hour": hour}, some),
        ({"weekday": (day + 3) % 7}, 0),
    ]
    for question, total in asked:
        answer = (await room.get("/map/statistics", params=question)).json()
        assert answer["total"] == sum(one["cases"] for one in answer["grids"]) == total, question
        history = (await room.get("/map/history", params={**question, "area": "east"})).json()
        assert len(history["months"]) == 12
        assert sum(map(sum, history["week"])) == (found["total"] if "weekday" in question else total), question
    one = (await room.get("/map/history", params={"area": "east-m01"})).json()
    assert (one["months"][-1]["month"], sum(month["cases"] for month in one["months"])) == (now.strftime("%Y-%m"), 8)
    assert sum(map(sum, one["week"])) == 8
    redrawn = (await room.get("/map/history", params={"area": "east-m01", "edition": "present"})).json()
    assert redrawn == one
    foreign = (await town.client("village_room@west").get("/map/history", params={"area": "east-m01"})).json()
    assert sum(map(sum, foreign["week"])) == 0
    (village,) = [row for row in found["areas"] if row["area"] == "east"]
    assert (village["grids"], village["cases"], village["before"]) == (30, found["total"], 0)
    assert village["population"] == 29 * 500
    assert village["per_1000"] == pytest.approx((found["total"] - 8) * 1000 / (29 * 500), abs=0.001)
    wrong_ones: tuple[dict[str, str | int], ...] = (
        {"to": today}, {"from": "2026-02-01", "to": "2026-01-01"}, {"from": "2190-01-01"}, {"hour": 24},
    )  # fmt: skip
    for wrong in wrong_ones:
        assert (await room.get("/map/statistics", params=wrong)).status_code == 422, wrong
    book = load_workbook(io.BytesIO((await room.get("/map/statistics.xlsx", params={"days": 30})).content))
    rows = list(book["网格 Grids"].iter_rows(values_only=True))
    assert (len(rows), sum(int(str(row[4])) for row in rows[1:])) == (31, found["total"])
    assert [row[0] for row in rows[1:4]] == [1, 2, 3]
    assert {row[1]: row[4] for row in book["区域 Areas"].iter_rows(values_only=True)}["东村"] == found["total"]


def test_an_hour_of_the_week_where_clocks_are_changed() -> None:
    berlin = ZoneInfo("Europe/Berlin")
    year = [datetime(2026, 1, 1, tzinfo=berlin).timestamp(), datetime(2027, 1, 1, tzinfo=berlin).timestamp()]
    changes = offsets(berlin, *year)
    assert [seconds for _, seconds in changes] == [3600, 7200, 3600]
    assert changes[1][0] == datetime(2026, 3, 29, 1, tzinfo=UTC).timestamp()
    assert offsets(SHANGHAI, *year) == [(int(year[0]), 28800)]
    assert year_before(datetime(2028, 2, 29, 5, tzinfo=SHANGHAI).timestamp(), SHANGHAI) == (
        datetime(2027, 2, 28, 5, tzinfo=SHANGHAI).timestamp()
    )


def test_months_begin_by_the_clock_of_the_town() -> None:
    new_year = datetime(2026, 1, 1, 0, 30, tzinfo=SHANGHAI).timestamp()
    begins = month_begins(new_year, 3, SHANGHAI)
    assert [name for name, _ in begins] == ["2025-11", "2025-12", "2026-01"]
    assert begins[-1][1] == new_year - 1800


def test_the_week_is_that_of_the_town() -> None:
    sunday_night = datetime(2026, 11, 22, 23, 45, tzinfo=SHANGHAI).timestamp()
    week = week_of([(int(sunday_night), 3), (int(sunday_night) + 900, 2)], SHANGHAI)
    assert (week[6][23], week[0][0]) == (3, 2)
    half_hour = week_of([(int(datetime(2026, 11, 22, 12, 15, tzinfo=ZoneInfo("Asia/Kolkata")).timestamp()), 1)],
                        ZoneInfo("Asia/Kolkata"))  # fmt: skip
    assert half_hour[6][12] == 1


def test_the_busiest_hours_and_days() -> None:
    week = [[0] * 24 for _ in range(7)]
    for day in (4, 5):
        week[day][17], week[day][18] = 4, 5
    week[0][3] = 2
    hours, weekdays, share = busiest(tuple(map(tuple, week)))
    assert (hours, weekdays, share) == ((17, 19), (4, 5), 0.9)
    assert busiest(tuple((0,) * 24 for _ in range(7))) == ((0, 2), (0, 1, 2, 3, 4, 5, 6), 0.0)


def test_advice_says_when_and_why_in_a_line() -> None:
    grid = MANY.grids[7]
    count = GridCount(grid, 12, 0.04, 300.0, None, Score(4.2, 1e-5, 0.001, "hot"))
    week = [[0] * 24 for _ in range(7)]
    week[4][17] = 12
    statistics = CaseStatistics(0, 1, "grid", (count,), 0, (), Text("", ""))
    (one,) = advice(statistics, [], lambda _: tuple(map(tuple, week)), 30)
    assert (one.hours, one.weekdays) == ((16, 18), (4,))
    assert one.why.en == "12 cases in 30 days, here and around more than chance, 100 % at 16–18 h on Fri"
    assert one.why.zh == "30 天 12 件，本格及周边明显多于偶然，100% 在周五 16–18 时"
    assert grid.outline.contains(box(one.lon, one.lat, one.lon, one.lat).centroid)
