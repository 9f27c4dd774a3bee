"""The page of numbers in a real browser: a real hot spot is seen, two editions are told apart, files are taken away."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import geopandas
import httpx
import pytest
from openpyxl import load_workbook
from playwright.async_api import Locator, Page, async_playwright, expect
from shapely import unary_union

from api.town_files import today_in
from gis.grid_editions import GridEditions
from gis.grids import Grid, GridMap
from incidents.areas import Area
from incidents.service import NewCase
from runtime.clock import SystemClock
from tests.api.test_edition_statistics import CONFIGURED
from tests.api.test_statistics import MANY, SIDE
from tests.api.town import AREAS, EAST, LAT, PASSWORD, TOWN_MAP, RunningTown, running_town
from tests.browser import launch, open_page
from tests.wall.replay_live import ReplayLive
from tests.wall.tile_page import STATIC, Desk, street_clip

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]

JOINED = ("east-m43", "east-m44", "east-m45")
"""Far from the hot spot; one grid since the grids were redrawn."""
ONE = Grid("east-m99", "east", "东并格", "Joined", "residential", unary_union(
    [one.outline for one in MANY.grids if one.code in JOINED]), population=1500)  # fmt: skip
REDRAWN = GridMap((*(one for one in MANY.grids if one.code not in JOINED), ONE))
CORNER = {f"东{y}{x}格" for y in (0, 1) for x in (0, 1)}


@asynccontextmanager
async def numbers(folder: Path) -> AsyncIterator[Desk]:
    """Thirty grids of which three were joined four days ago, eight cases in each of the four in a corner, one in every
    other."""
    features = MANY.geojson()
    for feature, grid in zip(features["features"], MANY.grids, strict=True):
        feature["properties"]["population"] = grid.population
    (folder / "grids.geojson").write_text(json.dumps(features), encoding="utf-8")
    day = today_in(CONFIGURED, SystemClock().now()) - timedelta(days=4)
    editions = GridEditions(folder, "grids.geojson")
    editions.add(REDRAWN, day, "redrawn.gpkg", "cgcs2000", "first", 0.0)
    live = ReplayLive({(f"{one}-cam", "sub"): street_clip() for one in ("east", "west")})
    options = {"config": CONFIGURED, "cameras_file": folder / "cameras.yaml"}
    town_map = replace(TOWN_MAP, grids=REDRAWN, edition=editions.all[-1])
    async with (
        running_town(folder, live=live, static_dir=STATIC, town_map=town_map, **options) as town,
        async_playwright() as playwright,
    ):
        file_cases(town)
        browser = await launch(playwright)
        yield Desk(town, browser)
        await browser.close()


def file_cases(town: RunningTown) -> None:
    named = {one.code: one for one in (*MANY.grids, *REDRAWN.grids)}
    areas = [Area(one.code, "east", "grid", one.name, one.name_en) for one in named.values()]
    town.incidents.load_areas([*AREAS, *areas])
    town.incidents.town = replace(town.incidents.town, locator=REDRAWN)
    operator = town.incidents.accounts.authenticate(town.token("operator@town"))
    assert operator is not None
    for y in range(5):
        for x in range(6):
            for n in range(8 if x < 2 and y < 2 else 1):
                at = EAST + (x + 0.5) * SIDE + n * 1e-5, LAT + (y + 0.5) * SIDE
                town.incidents.create_case(operator, NewCase("05-01", *at))


async def taken(page: Page, button: Locator, folder: Path) -> Path:
    async with page.expect_download() as begun:
        await button.click()
    file = await begun.value
    kept = folder / file.suggested_filename
    await file.save_as(kept)
    return kept


async def test_hot_spots_editions_times_and_files(tmp_path: Path) -> None:
    async with numbers(tmp_path) as shown, shown.page("operator@town", accept_downloads=True) as page:
        await open_page(page, "numbers")
        await the_hot_spot_is_seen_by_an_edition(page)
        await hours_and_ranking_narrow_and_order(page, tmp_path)
        await files_are_taken_and_the_map_to_send_is_looked_at(page, tmp_path)
        await a_token_is_made_used_and_withdrawn(shown, page)


async def the_hot_spot_is_seen_by_an_edition(page: Page) -> None:
    told, total = page.get_by_test_id("numbers-told"), page.get_by_test_id("numbers-total")
    await expect(total).to_contain_text("58")
    await expect(told).to_contain_text("网格曾调整")
    await page.get_by_test_id("numbers-edition").select_option("first")
    await expect(told).to_contain_text("30 个网格中有")
    hot = set(await page.get_by_test_id("numbers-hot").all_inner_texts())
    assert hot
    assert {one.split(" ")[0] for one in hot} <= CORNER
    await expect(page.get_by_test_id("numbers-legend")).to_contain_text("明显多于偶然")
    await expect(page.get_by_test_id("rank-row")).to_have_count(30)
    await page.get_by_test_id("numbers-edition").select_option("present")
    await expect(page.get_by_test_id("rank-row")).to_have_count(28)
    await expect(told).to_contain_text("28 个网格中有")
    await expect(total).to_contain_text("58")
    await page.get_by_test_id("rank-find").fill("并")
    await expect(page.get_by_test_id("rank-row")).to_contain_text("东并格")
    await expect(page.get_by_test_id("rank-row").locator("b")).to_have_text("3")
    await page.get_by_test_id("rank-find").fill("")
    await page.get_by_test_id("numbers-per-people").click()
    await expect(page.get_by_test_id("legend-unknown")).to_contain_text("1 格")
    assert "edition=present" in page.url
    assert "per=people" in page.url
    # The map is drawn: in the middle of the ground not all is one colour.
    colours = await page.evaluate(
        """() => { const c = document.querySelector('[data-testid=numbers-map] canvas')
           const d = c.getContext('2d').getImageData(0, 0, c.width, c.height).data, seen = new Set()
           for (let i = 0; i < d.length; i += 4 * 97) seen.add(d[i] << 16 | d[i + 1] << 8 | d[i + 2])
           return seen.size }"""
    )
    assert colours > 5


async def hours_and_ranking_narrow_and_order(page: Page, folder: Path) -> None:
    await page.get_by_test_id("numbers-per-grid").click()
    await page.get_by_test_id("numbers-hot").first.click()
    await page.get_by_test_id("numbers-tab-times").click()
    name = (await page.get_by_test_id("numbers-hot").first.inner_text()).split(" ")[0]
    await expect(page.get_by_test_id("times-of")).to_have_text(name)
    busy = page.locator("[data-testid^=week-][aria-label$='8 件']")
    await expect(busy).to_have_count(1)
    await page.get_by_test_id("times-all").click()
    empty = page.locator("[data-testid^=week-][aria-label$='：0 件']").first
    await empty.focus()
    await page.keyboard.press("Enter")
    await expect(page.get_by_test_id("numbers-total")).to_contain_text("0 件")
    await page.get_by_test_id("numbers-anytime").click()
    await expect(page.get_by_test_id("numbers-total")).to_contain_text("58")
    await page.get_by_test_id("numbers-tab-places").click()
    await expect(page.get_by_test_id("numbers-place")).to_have_count(4)
    await page.get_by_test_id("numbers-tab-patrol").click()
    await expect(page.get_by_test_id("numbers-round").first).to_contain_text("明显多于偶然")
    await page.get_by_test_id("round-copy-0").click()
    assert "巡查建议" in await page.evaluate("navigator.clipboard.readText()")
    await page.get_by_test_id("numbers-tab-rank").click()
    await page.get_by_test_id("rank-level").select_option("village")
    await expect(page.get_by_test_id("rank-row").locator("b")).to_have_text("58")
    book = load_workbook(await taken(page, page.get_by_test_id("rank-xlsx"), folder))
    assert sum(int(str(row[4])) for row in book["网格 Grids"].iter_rows(min_row=2, values_only=True)) == 58


async def files_are_taken_and_the_map_to_send_is_looked_at(page: Page, folder: Path) -> None:
    await page.get_by_test_id("numbers-section-out").click()
    grids = geopandas.read_file(await taken(page, page.get_by_test_id("out-grids-gpkg"), folder))
    assert (len(grids), set(grids.geom_type), grids.crs.to_epsg()) == (28, {"MultiPolygon"}, 4326)
    cases = geopandas.read_file(await taken(page, page.get_by_test_id("out-cases-geojson"), folder))
    assert (len(cases), set(cases["case_class"])) == (58, {"05-01"})
    await page.get_by_test_id("report-preview").click()
    inside = page.frame_locator("[data-testid=report-frame]")
    await expect(inside.locator("#month")).not_to_be_empty()
    await expect(inside.locator("#panel")).to_contain_text("个网格中有")
    # The panel is fixed in its frame: to bring it into view is not to bring the frame into view.
    await page.get_by_test_id("report-frame").scroll_into_view_if_needed()
    await inside.locator("#language").click()
    await expect(inside.locator("#panel")).to_contain_text("more than chance")
    sent = (await taken(page, page.get_by_test_id("report-take"), folder)).read_text(encoding="utf-8")
    assert "slider" in sent


async def a_token_is_made_used_and_withdrawn(shown: Desk, page: Page) -> None:
    await page.get_by_test_id("token-name").fill("QGIS 三楼")
    await page.get_by_test_id("token-password").fill("guess")
    await page.get_by_test_id("token-make").click()
    await expect(page.get_by_role("alert")).to_be_visible()
    await page.get_by_test_id("token-password").fill(PASSWORD)
    await page.get_by_test_id("token-make").click()
    token = await page.get_by_test_id("token-made").inner_text()
    features = await page.get_by_test_id("ogc-address").inner_text()
    async with httpx.AsyncClient(headers={"authorization": f"Bearer {token}"}) as program:
        items = await program.get(f"{features}/collections/cases/items?limit=1")
        assert (items.status_code, items.json()["numberMatched"]) == (200, 58)
        await page.get_by_test_id("token-noted").click()
        await expect(page.get_by_test_id("token-made")).to_have_count(0)
        page.once("dialog", lambda dialog: dialog.accept())
        await page.get_by_test_id("token-withdraw").click()
        await expect(page.get_by_test_id("token-row")).to_have_count(0)
        assert (await program.get(f"{features}/collections")).status_code == 401
    assert shown.url in features
