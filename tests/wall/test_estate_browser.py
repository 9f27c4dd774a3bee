"""The wall while the estate changes under it, in a real browser."""

from pathlib import Path

import pytest
from playwright.async_api import async_playwright, expect

from config.load import load_cameras
from tests.api.test_server_process import write_town
from tests.api.town import running_town
from tests.browser import launch
from tests.wall.replay_live import ReplayLive
from tests.wall.tile_page import STATIC, Desk, eventually, facts_of, live_tile, street_clip, tile_of

pytestmark = [pytest.mark.browser, pytest.mark.timeout(150)]


async def test_tiles_that_stay_play_on_and_one_that_goes_says_so(tmp_path: Path) -> None:
    folder = tmp_path / "config"
    folder.mkdir()
    config = write_town(folder)
    live = ReplayLive({("east-cam", "sub"): street_clip(), ("west-cam", "sub"): street_clip()})
    files = {"cameras_file": config, "config": load_cameras(config), "static_dir": STATIC}
    async with running_town(tmp_path, live=live, **files) as town, async_playwright() as playwright:
        browser = await launch(playwright)
        desk = Desk(town, browser)
        chief = town.client("administrator@town")
        async with desk.page() as page, desk.page("operator@east") as village:
            east, west = await live_tile(page), await live_tile(page, "west-cam")
            await live_tile(village)
            await expect(page.get_by_test_id("camera-item-east-cam")).to_have_count(1)
            subscribed = dict(live.subscribed)

            assert (await chief.patch("/estate/cameras/west-cam", json={"name": "西桥口"})).status_code == 200
            await expect(west.get_by_text("西桥口").first).to_be_visible()
            assert (await chief.patch("/estate/cameras/east-cam", json={"area": "west"})).status_code == 200
            gone = tile_of(village).get_by_test_id("tile-gone")
            await expect(gone).to_contain_text("已不在您的辖区")
            await expect(east.get_by_text("西村").first).to_be_visible()
            # A notice that says how its picture was may still be fading.
            await expect(village.get_by_text("east相机")).to_have_count(0, timeout=40_000)

            before = (await facts_of(page, "west-cam"))["presented"]
            assert (await chief.delete("/estate/cameras/east-cam")).status_code == 200
            await expect(east.get_by_test_id("tile-gone")).to_contain_text("已移除")
            await expect(page.get_by_test_id("camera-item-east-cam")).to_have_count(0)
            await expect(page.get_by_test_id("camera-item-west-cam")).to_have_count(1)

            async def plays_on() -> bool:
                return bool((await facts_of(page, "west-cam"))["presented"] > before + 10)

            await eventually(plays_on, 30, "the other tile plays on")
            assert live.subscribed["west-cam", "sub"] == subscribed["west-cam", "sub"]
            await east.get_by_role("button", name="移出视频墙").click()
            await expect(tile_of(page)).to_have_count(0)
        await browser.close()
