"""One operator's page on a town of two cameras, in a real browser, for the tests of a tile."""

import asyncio
import os
import time
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playwright.async_api import Browser, Locator, Page, async_playwright

from api.settings import DEFAULT_STATIC
from tests.api.town import RunningTown, running_town
from tests.browser import launch
from tests.wall.clips import Clip, encode_clip
from tests.wall.replay_live import ReplayLive

STATIC = Path(os.environ.get("GRIDWATCH_STATIC", DEFAULT_STATIC))
"""The built web UI; another folder for whoever builds beside others."""


def street_clip() -> Clip:
    return encode_clip(width=640, height=360, frames=60, gop=15, fps=15)


@dataclass
class Desk:
    """A running town and a browser beside it."""

    town: RunningTown
    browser: Browser
    address: str = ""
    """Where the browser goes, when not to the town itself."""

    @property
    def url(self) -> str:
        return f"http://{self.address or self.town.address}"

    @asynccontextmanager
    async def page(self, account: str = "operator@town", layout: str = "4", **context: Any) -> AsyncIterator[Page]:
        options = {"viewport": {"width": 1600, "height": 900}, "locale": "zh-CN", **context}
        made = await self.browser.new_context(**options)
        await made.grant_permissions(["clipboard-read", "clipboard-write"], origin=self.url)
        token = self.town.token(account)
        await made.add_cookies([{"name": "gridwatch_session", "value": token, "url": self.url}])
        page = await made.new_page()
        page.set_default_timeout(30_000)
        await page.goto(f"{self.url}/?layout={layout}&cameras=east-cam,west-cam")
        try:
            yield page
        finally:
            await made.close()


@asynccontextmanager
async def desk(folder: Path, live: ReplayLive | None = None) -> AsyncIterator[Desk]:
    live = live or ReplayLive({("east-cam", "sub"): street_clip(), ("west-cam", "sub"): street_clip()})
    async with running_town(folder, live=live, static_dir=STATIC) as town, async_playwright() as playwright:
        browser = await launch(playwright)
        yield Desk(town, browser)
        await browser.close()


def tile_of(page: Page, camera: str = "east-cam") -> Locator:
    return page.locator(f'article[data-camera="{camera}"]')


async def live_tile(page: Page, camera: str = "east-cam") -> Locator:
    """The camera's tile once it shows live pictures."""
    await page.wait_for_selector(f'article[data-camera="{camera}"][data-state="live"]')
    return tile_of(page, camera)


async def facts_of(page: Page, camera: str = "east-cam") -> dict[str, Any]:
    tiles = await page.evaluate("() => window.__gridwatch.tiles()")
    return next(dict(tile) for tile in tiles if tile["camera"] == camera)


async def eventually(condition: Callable[[], Coroutine[Any, Any, Any]], seconds: float, what: str) -> Any:
    """The first true answer."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if found := await condition():
            return found
        await asyncio.sleep(0.05)
    raise AssertionError(f"not within {seconds:.0f} s: {what}")
