"""A picture that is not live must be marked within five seconds, whatever stopped it. In a real browser."""

import re
import time
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Locator, Page, expect

from tests.wall.bad_line import BadLine, bad_line
from tests.wall.tile_page import Desk, desk, eventually, facts_of, live_tile

pytestmark = [pytest.mark.browser, pytest.mark.timeout(120), pytest.mark.asyncio(loop_scope="module")]
MARKED_WITHIN = 5.0


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def room(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Desk]:
    async with desk(tmp_path_factory.mktemp("fresh")) as made:
        yield made


async def last_picture(page: Page) -> float:
    """When the newest picture of the tile was shown, Unix seconds."""
    return float((await facts_of(page))["lastFrameAt"]) / 1000


async def marked(tile: Locator, page: Page) -> float:
    """Seconds from the last picture to the mark; the picture must still be there, and grey."""

    async def not_live() -> Any:
        return await tile.get_attribute("data-state") != "live"

    await eventually(not_live, 12, "the tile is marked")
    took = time.time() - await last_picture(page)
    await expect(tile).to_have_attribute("data-state", "stale")
    await expect(tile.locator(".message")).to_be_visible()
    await expect(tile.get_by_test_id("tile-age")).to_be_visible()
    style = await tile.locator(".live-picture").evaluate(
        "e => { const s = getComputedStyle(e); return [s.visibility, s.filter] }"
    )
    assert style[0] == "visible"
    assert "grayscale" in style[1]
    print(f"marked {took:.1f} s after the last picture")
    return took


async def live_again(page: Page, seconds: float) -> None:
    async def moving() -> bool:
        return bool(time.time() - await last_picture(page) < 1)

    await eventually(moving, seconds, "pictures come again")
    await live_tile(page)


async def test_the_camera_falls_silent(room):
    async with room.page() as page:
        tile = await live_tile(page)
        room.town.live.paused.set()
        try:
            assert await marked(tile, page) < MARKED_WITHIN
            # The clock on it is the last picture's and stands still.
            clock = await tile.get_by_test_id("tile-clock").inner_text()
            await page.wait_for_timeout(1500)
            assert await tile.get_by_test_id("tile-clock").inner_text() == clock
            # A reader is told once, of both tiles together.
            both = re.compile(r"^(east相机, west相机|west相机, east相机) 画面停滞$")
            await expect(page.get_by_test_id("tile-announcements")).to_have_text(both)
        finally:
            room.town.live.paused.clear()
        await live_again(page, 15)


async def test_what_comes_cannot_be_decoded(room):
    async with room.page() as page:
        tile = await live_tile(page)
        room.town.live.spoilt.set()
        try:
            assert await marked(tile, page) < MARKED_WITHIN
            assert (await facts_of(page))["decodeErrors"] > 0
        finally:
            room.town.live.spoilt.clear()
        await live_again(page, 20)


async def test_the_element_dies_with_its_last_picture_on_view(room):
    async with room.page() as page:
        tile = await live_tile(page)
        await page.wait_for_timeout(1200)
        died = time.time()
        # The decoder goes on and its pictures go nowhere.
        await tile.locator("video").evaluate("v => { v.srcObject = null }")

        async def is_marked() -> bool:
            return await tile.get_attribute("data-state") == "stale"

        await eventually(is_marked, 12, "the tile is marked")
        assert time.time() - died < MARKED_WITHIN + 0.5
        await expect(tile).to_have_attribute("data-state", "live", timeout=20_000)


LINES = [("the line goes quiet", BadLine.hang), ("the server is gone", BadLine.cut)]


@pytest.mark.parametrize("happens", [row[1] for row in LINES], ids=[row[0] for row in LINES])
async def test_between_browser_and_server(room, happens):
    async with bad_line(room.town.address) as (line, near):
        beyond = Desk(room.town, room.browser, near)
        async with beyond.page() as page:
            tile = await live_tile(page)
            happens(line)
            assert await marked(tile, page) < MARKED_WITHIN
            line.mend()
            await live_again(page, 25)
