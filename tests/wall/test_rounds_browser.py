"""What an operator sees of a dome's watching rounds: a real device, its drawn pictures, a real browser."""

import os

import pytest
from playwright.async_api import async_playwright, expect

from tests.api.rounds_town import DOME, rounds_town
from tests.browser import launch
from tests.wall.tile_page import STATIC

pytestmark = pytest.mark.browser
OPERATOR = "operator@town"


async def test_rounds_are_seen_switched_and_given_way(tmp_path):
    view = "crossing视角"
    async with rounds_town(tmp_path, 1.0, static_dir=STATIC) as town, async_playwright() as playwright:
        browser = await launch(playwright)
        url = f"http://{town.town.address}"
        context = await browser.new_context(viewport={"width": 1600, "height": 900}, locale="zh-CN")
        await context.add_cookies([{"name": "gridwatch_session", "value": town.town.token(OPERATOR), "url": url}])
        page = await context.new_page()
        page.set_default_timeout(30_000)
        await page.goto(f"{url}/?layout=1&cameras={DOME}")
        tile = page.locator(f'article[data-camera="{DOME}"]')
        await page.wait_for_selector(f'article[data-camera="{DOME}"][data-state="live"]')
        await tile.focus()
        await page.keyboard.press("p")
        await tile.get_by_test_id("ptz-tab-patrol").click()
        rounds, line = tile.get_by_test_id("ptz-rounds"), tile.get_by_test_id("ptz-rounds-line")
        await expect(rounds.locator("li")).to_have_count(2)
        await expect(line).to_contain_text("等待")
        await tile.get_by_test_id("ptz-rounds-switch").click()
        await expect(line).to_contain_text("已关闭")
        await tile.get_by_test_id("ptz-rounds-switch").click()
        await expect(line).to_contain_text(view)
        await expect(tile.get_by_test_id("tile-round")).to_have_text(view)
        await expect(tile.get_by_test_id("ptz-lock")).to_contain_text(view)
        await expect(rounds.locator("li.here")).to_contain_text(view)
        await town.until(lambda: town.stands_at() == "crossing")
        if folder := os.environ.get("GRIDWATCH_SHOTS"):
            await page.screenshot(path=f"{folder}/rounds-zh.png")
        await page.get_by_test_id("lang-en").click()
        await expect(line).to_contain_text("Watching “View crossing”")
        await expect(tile.get_by_test_id("tile-round")).to_have_text("View crossing")
        if folder:
            await page.screenshot(path=f"{folder}/rounds-en.png")
        # A hand on the stick: its own at once, and the rounds wait.
        await tile.focus()
        await page.keyboard.down("ArrowRight")
        await expect(line).to_contain_text("Waiting")
        await page.keyboard.up("ArrowRight")
        assert town.stands_at() is None
        await expect(tile.get_by_test_id("tile-round")).to_have_count(0)
        await browser.close()
