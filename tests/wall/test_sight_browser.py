"""Who sees a place, and what nobody sees: asked on the map of a town with domes and buildings, in a real browser."""

import math
import re
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from playwright.async_api import Page, async_playwright, expect

from tests.browser import launch
from tests.wall.test_ptz_browser import far, free_place
from tests.wall.tile_page import STATIC
from tests.wall.turning_room import DOME, OTHER, Room, box_of, tile_of
from tests.wall.turning_town import MOUNT_ERROR_DEG, dome_town

pytestmark = [pytest.mark.browser, pytest.mark.timeout(120), pytest.mark.asyncio(loop_scope="module")]


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def room(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Room]:
    folder = tmp_path_factory.mktemp("sights")
    async with dome_town(folder, static_dir=STATIC) as domes, async_playwright() as playwright:
        browser = await launch(playwright)
        yield Room(domes, browser)
        await browser.close()


async def test_who_sees_a_place_is_listed_and_a_dome_of_the_list_turns_there(room: Room) -> None:
    await room.send(pan_deg=0, tilt_deg=-20, zoom=1)
    async with room.page(cameras=f"{DOME},{OTHER}", layout="4") as page:
        await page.wait_for_selector('[data-testid="map"] canvas')
        area = await box_of(page.get_by_test_id("map"))
        _, place = await free_place(page, area["x"] + area["width"] * 0.62, area["y"] + area["height"] * 0.52)
        rows = page.get_by_test_id("sights").locator("ol > li button")
        await expect(rows).to_have_count(2)
        first = str(await rows.first.get_attribute("data-testid")).removeprefix("sight-")
        await expect(rows.first).to_contain_text("像素/米")
        await rows.first.click()
        await room.turns(first)
        await room.still(first)
        truth = room.domes.domes.truth()["domes"][first]
        reach = far((truth["lon"], truth["lat"]), place)
        # As the compass reading of the heading is off, so is where it looks.
        assert far(tuple(truth["looks_at"][:2]), place) < max(15, 2.5 * reach * math.radians(MOUNT_ERROR_DEG))
        await expect(tile_of(page, first)).to_be_visible()


async def covered(page: Page) -> float:
    text = await page.get_by_test_id("coverage-whole").locator("dd").first.inner_text()
    return float(text.split()[0])


async def test_coverage_is_told_for_the_cameras_chosen_and_asked_again(room: Room) -> None:
    async with room.page() as page:
        await page.wait_for_selector('[data-testid="map"] canvas')
        await page.get_by_test_id("map-tool-coverage").click()
        await expect(page.get_by_test_id("coverage-whole")).to_be_visible()
        share, fixed = page.get_by_test_id("coverage-whole").locator("dd").first, await covered(page)
        assert 0 < fixed < 1, "two eyes in a whole town"
        await page.get_by_test_id("coverage-domes").check()
        await expect(share).not_to_have_text(f"{fixed:g} %")
        seen = await covered(page)
        assert fixed < seen <= 100, "a dome reaches far"
        worst = page.locator('[data-testid^="coverage-grid-"]')
        await expect(worst).to_have_count(4)
        await worst.first.click()
        await expect(page).to_have_url(re.compile(r"map=[\d.]+,[\d.]+,16\.50"))
        # Everything was worked out before; nothing but the answer may come again.
        await page.get_by_test_id("coverage-close").click()
        await page.get_by_test_id("map-tool-coverage").click()
        await page.get_by_test_id("coverage-fixed").uncheck()
        await page.get_by_test_id("coverage-fixed").check()
        await expect(share).to_have_text(f"{seen:g} %")
        await expect(page.locator(".coverage .error-text")).to_have_count(0)
