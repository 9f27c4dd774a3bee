"""Statistics of cases over grids that were redrawn: by the grids of their day, and by any edition."""

import json
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from shapely import box

from api.grid_shelf import GridShelf
from api.town_files import today_in
from gis.grid_editions import GridEditions
from gis.grids import Grid, GridMap
from incidents.areas import Area
from incidents.errors import Conflict
from incidents.service import NewCase
from runtime.clock import SystemClock
from tests.api.town import AREAS, CONFIG, EAST, GRIDS, LAT, SIZE, middle, running_town

THIRD = SIZE / 3
REDRAWN = GridMap(
    (
        # East: three instead of two, the first with an old code; west: one is gone, the other has all.
        Grid("east-g1", "east", "东一格", "", "residential", box(EAST, LAT, EAST + THIRD, LAT + SIZE), 400),
        Grid("east-g7", "east", "东七格", "", "rural", box(EAST + THIRD, LAT, EAST + 2 * THIRD, LAT + SIZE)),
        Grid("east-g8", "east", "东八格", "", "rural", box(EAST + 2 * THIRD, LAT, EAST + SIZE, LAT + SIZE)),
        Grid("west-g1", "west", "西一格", "", "residential", box(EAST - SIZE, LAT, EAST, LAT + SIZE)),
    )
)
CONFIGURED = CONFIG.model_copy(
    update={"town": CONFIG.town.model_copy(
        update={"files": CONFIG.town.files.model_copy(update={"grids": "grids.geojson"})})}
)  # fmt: skip


def write_editions(folder: Path) -> date:
    """The grids of the tests' town, and four days ago they were redrawn."""
    (folder / "grids.geojson").write_text(json.dumps(GRIDS.geojson()), encoding="utf-8")
    day = today_in(CONFIGURED, SystemClock().now()) - timedelta(days=4)
    editions = GridEditions(folder, "grids.geojson")
    editions.add(REDRAWN, day, "redrawn.gpkg", "cgcs2000", "first", 0.0)
    return day


async def test_by_the_grids_of_the_day_and_by_editions_within_ones_rights(tmp_path: Path) -> None:
    day = write_editions(tmp_path)
    async with running_town(tmp_path, config=CONFIGURED, cameras_file=tmp_path / "cameras.yaml") as town:
        filing = town.incidents.accounts.authenticate(town.token("operator@town"))
        assert filing is not None
        # Two in the lower grid of old: one each in what are two now; one in the upper; two in the west.
        for lon, lat in ((EAST + 0.1 * SIZE, LAT + 0.1 * SIZE), (EAST + 0.5 * SIZE, LAT + 0.1 * SIZE),
                         (EAST + 0.5 * SIZE, LAT + 0.9 * SIZE), middle("west-g1"), middle("west-g2")):  # fmt: skip
            town.incidents.create_case(filing, NewCase("05-01", lon, lat))
        new = [Area(one.code, one.village, "grid", one.name) for one in REDRAWN.grids if one.code[-1] in "78"]
        town.incidents.load_areas([*AREAS, *new])
        town.incidents.town = replace(town.incidents.town, locator=REDRAWN)
        town.incidents.create_case(filing, NewCase("05-01", EAST + 0.9 * SIZE, LAT + 0.1 * SIZE))

        async def counted(account: str, **asked: object) -> tuple[dict[str, int], dict[str, object]]:
            told = (await town.client(account).get("/map/statistics", params=asked)).json()
            return {one["grid"]: one["cases"] for one in told["grids"]}, told

        by_day, told = await counted("operator@town", days=30)
        assert by_day == {"east-g1": 2, "east-g2": 1, "east-g7": 0, "east-g8": 1, "west-g1": 1, "west-g2": 1}
        assert (told["total"], told["elsewhere"], told["editions"]) == (6, 0, [None, str(day)])
        assert "redrawn" in told["told"]["en"]
        assert {one["grid"]: one["edition"] for one in told["grids"]}["east-g2"] is None
        assert {one["grid"]: one["edition"] for one in told["grids"]}["east-g1"] == str(day)
        first, _ = await counted("operator@town", days=30, edition="first")
        assert first == {"east-g1": 3, "east-g2": 1, "west-g1": 1, "west-g2": 1}
        present, told = await counted("operator@town", edition="present")
        assert present == {"east-g1": 1, "east-g7": 2, "east-g8": 1, "west-g1": 2}
        assert (told["total"], told["edition"], told["editions"]) == (6, "present", [str(day)])
        assert (await counted("operator@town", edition=str(day)))[0] == present
        # Only grids of the day since: those of old are not listed, and what was filed in them is elsewhere.
        lately, told = await counted("operator@town", days=2)
        assert (set(lately), told["elsewhere"]) == (set(present), 2)
        assert (await counted("village_room@west", edition="first"))[0] == {"west-g1": 1, "west-g2": 1}
        assert (await counted("village_room@east", edition=str(day)))[0] == {"east-g1": 1, "east-g7": 2, "east-g8": 1}

        outlines = (await town.client("village_room@east").get("/map/grids?edition=day&days=30")).json()["features"]
        assert {(one["id"], one["properties"]["edition"]) for one in outlines} == {
            ("east-g1", str(day)), ("east-g2", None), ("east-g7", str(day)), ("east-g8", str(day))
        }  # fmt: skip
        refused = [
            (await town.client("operator@town").get("/map/statistics", params={"edition": one})).status_code
            for one in ("1999-01-01", "yesterday")
        ]
        assert refused == [404, 422]
        advised = (await town.client("operator@town").get("/map/patrol-advice")).json()["items"]
        assert {one["grid"] for one in advised} <= set(present)


def test_what_is_wrong_with_a_file_is_told_without_the_servers_folders(tmp_path: Path) -> None:
    day = write_editions(tmp_path)
    held = GridEditions(tmp_path, "grids.geojson")
    held.path(held.all[-1]).write_text("{}", encoding="utf-8")
    shelf = GridShelf(GRIDS, tmp_path, "grids.geojson")
    with pytest.raises(Conflict) as refused:
        shelf.layer([shelf.named(str(day), day)])
    assert "missing or was changed" in str(refused.value)
    assert str(tmp_path) not in str(refused.value)
