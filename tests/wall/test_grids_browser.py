"""Redrawn grids from a township's file to statistics, in a real browser and on files of cameras.yaml."""

import os
from pathlib import Path

import pytest
from geopandas import GeoDataFrame
from playwright.async_api import Page, async_playwright, expect
from shapely import box

from incidents.service import NewCase
from tests.api.edition_town import THIRD, write_town
from tests.api.town import EAST, LAT, SIZE, WEST, RunningTown, running_town
from tests.browser import launch
from tests.wall.tile_page import STATIC, Desk, eventually

pytestmark = [pytest.mark.browser, pytest.mark.timeout(150)]
ZONE_40 = 4528
"""CGCS2000 / 3-degree Gauss-Krüger zone 40."""
SHOTS = os.environ.get("GRIDWATCH_SHOTS")
"""A folder for pictures of the page, for whoever wants to look at it."""


def redrawn(folder: Path) -> Path:
    """The east cut in three beside each other, with a gap and an overlap as they come from drawing by hand; the west's
    as they were. Headings are Chinese, the system is what surveyors use."""
    gap, over = 0.00002, 0.00001
    shapes = {
        ("east-n1", "东新一格", "东村"): box(EAST, LAT, EAST + THIRD - gap, LAT + SIZE),
        ("east-n2", "东新二格一个名字特别特别特别长的网格用来看看排版会不会乱掉", "东村"): box(
            EAST + THIRD, LAT, EAST + 2 * THIRD + over, LAT + SIZE
        ),
        ("east-g1", "东村网格1", "east"): box(EAST + 2 * THIRD, LAT, EAST + SIZE, LAT + SIZE),
        ("west-g1", "西村网格1", "西村"): box(WEST, LAT, WEST + SIZE, LAT + SIZE / 2),
        ("west-g2", "西村网格2", "west"): box(WEST, LAT + SIZE / 2, WEST + SIZE, LAT + SIZE),
    }
    rows = [{"网格编码": code, "网格名称": name, "所属村": village, "户籍数": 300} for code, name, village in shapes]
    path = folder / "网格调整.gpkg"
    GeoDataFrame(rows, geometry=list(shapes.values()), crs=4326).to_crs(ZONE_40).to_file(path, layer="wg")
    return path


def filed(town: RunningTown, lon: float) -> None:
    operator = town.incidents.accounts.authenticate(town.token("operator@town"))
    assert operator is not None
    town.incidents.create_case(operator, NewCase("05-01", lon, LAT + 0.1 * SIZE))


async def shot(page: Page, name: str) -> None:
    if SHOTS:
        await page.screenshot(path=f"{SHOTS}/{name}.png")


async def test_a_redrawn_file_is_checked_mended_taken_and_counted_by_either(tmp_path: Path) -> None:
    config = write_town(tmp_path)
    given = {"config": config, "cameras_file": tmp_path / "cameras.yaml", "static_dir": STATIC}
    async with running_town(tmp_path, **given) as town, async_playwright() as playwright:
        filed(town, EAST + 0.5 * SIZE)
        browser = await launch(playwright)
        desk = Desk(town, browser)
        wide = {"viewport": {"width": 1920, "height": 1080}}
        async with desk.page("administrator@town", **wide) as page, desk.page("operator@town") as wall:
            await expect(wall.get_by_test_id("map")).to_be_visible()
            await page.get_by_test_id("pages-open").click()
            await page.get_by_test_id("grids-open").click()
            await expect(page.get_by_test_id("edition-first")).to_contain_text("现行")
            await shot(page, "grids-list")

            await page.get_by_test_id("grids-file").set_input_files(redrawn(tmp_path))
            await expect(page.get_by_test_id("grids-coordinates")).to_contain_text("CGCS2000 3 度带 40")
            await expect(page.get_by_test_id("grids-fault-gap")).to_contain_text("1")
            await page.get_by_test_id("grids-fault-overlap").click()
            await page.get_by_test_id("grids-finding").first.click()
            await shot(page, "grids-problem")
            # A column its name does not tell.
            await page.get_by_test_id("grids-column-population").select_option("户籍数")
            await expect(page.get_by_test_id("grids-column-population")).to_have_value("户籍数")
            # A system its numbers cannot be of is refused, and said; one may go back.
            await page.get_by_test_id("grids-system").select_option("gk3-zone41")
            await expect(page.get_by_test_id("grids-problem")).to_be_visible()
            await page.get_by_test_id("grids-system").select_option("")
            await expect(page.get_by_test_id("grids-problem")).to_have_count(0)

            await page.get_by_test_id("grids-mend").click()
            await expect(page.get_by_test_id("grids-tab-problems")).to_contain_text("0")
            await page.get_by_test_id("grids-before").click()
            await page.get_by_test_id("grids-after").click()
            await page.get_by_test_id("grids-tab-changed").click()
            await expect(page.get_by_test_id("grids-finding").filter(has_text="新增 · east-n2")).to_contain_text(
                "east-g1 50%"
            )
            await shot(page, "grids-changed")
            if SHOTS:
                await page.get_by_text("EN", exact=True).click()
                await shot(page, "grids-changed-en")
                await page.get_by_text("中文", exact=True).click()

            await page.get_by_test_id("grids-take").click()
            await expect(page.get_by_test_id("grids-taken")).to_contain_text("已生效：5 个网格")
            today = str(town.centre.town.today)
            await expect(page.get_by_test_id(f"edition-{today}")).to_contain_text("现行")
            await shot(page, "grids-taken")
            # The open wall learns of it: its areas are the new ones.
            filed(town, EAST + 0.5 * SIZE)

            async def loaded() -> bool:
                asked = "performance.getEntriesByType('resource').filter(e => e.name.endsWith('/map/grids')).length"
                return bool(await wall.evaluate(asked) >= 2)

            await eventually(loaded, 30, "the wall loads the new grids")
            told = town.client("operator@town")
            cases = (await told.get("/cases")).json()["items"]
            assert {one["grid"] for one in cases} == {"east-g1", "east-n2"}
            by = {}
            for edition in ("day", "first", "present"):
                found = (await told.get("/map/statistics", params={"edition": edition})).json()["grids"]
                by[edition] = {one["grid"]: one["cases"] for one in found if one["cases"]}
            assert by == {"day": {"east-g1": 1, "east-n2": 1}, "first": {"east-g1": 2}, "present": {"east-n2": 2}}
        await browser.close()
