"""Operators' pages on a town of fourteen cameras, ten in the east and four in the west, for the tests of arranging."""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from playwright.async_api import Browser, BrowserContext, Page, async_playwright

from api.app import build_centre, create_app
from api.server import server_config
from api.settings import DEFAULT_STATIC, Settings
from config.camera_map import CameraMap
from config.cameras import CamerasFile
from config.load import load_case_classes, load_working_calendar
from incidents.opening import Town
from incidents.service import Incidents
from incidents.store import open_store
from runtime.clock import SystemClock
from tests.api.town import AREAS, CONFIG, DATABASE, GRIDS, PASSWORD, TOWN_MAP, camera, populated_store, quick_passwords
from tests.browser import launch
from tests.serving import serving
from tests.wall.clips import encode_clip
from tests.wall.replay_live import ReplayLive

STATIC = Path(os.environ.get("GRIDWATCH_STATIC", DEFAULT_STATIC))

EAST = tuple(f"e{n:02}" for n in range(1, 11))
WEST = tuple(f"w{n:02}" for n in range(1, 5))
LONG = "东村文化礼堂南侧停车场与老年食堂之间消防通道出入口西北角高空全景球机零一号点位"
"""Forty characters: nothing may break by it."""


def config() -> CamerasFile:
    rows = []
    for number, name in enumerate((*EAST, *WEST)):
        row = camera("east" if name in EAST else "west")
        row |= {"id": name, "name": LONG if name == "e01" else f"相机{name}", "name_en": f"Camera {name}"}
        row["position"] = {**row["position"], "lon": row["position"]["lon"] + (number % 5) * 0.002}
        rows.append(row)
    return CamerasFile.model_validate({**CONFIG.model_dump(), "cameras": rows})


@dataclass
class Desk:
    url: str
    incidents: Incidents
    live: ReplayLive
    browser: Browser

    async def context(self, account: str = "operator@town", **options: Any) -> BrowserContext:
        """Somebody's browser, signed in."""
        made = await self.browser.new_context(
            **{"viewport": {"width": 1600, "height": 900}, "locale": "zh-CN", **options}
        )
        token = self.incidents.accounts.sign_in(account, PASSWORD, address="test").token
        await made.add_cookies([{"name": "gridwatch_session", "value": token, "url": self.url}])
        return made

    @asynccontextmanager
    async def page(self, query: str = "", account: str = "operator@town", **options: Any) -> AsyncIterator[Page]:
        made = await self.context(account, **options)
        try:
            yield await self.open(made, query)
        finally:
            await made.close()

    async def open(self, context: BrowserContext, query: str = "") -> Page:
        page = await context.new_page()
        page.set_default_timeout(30_000)
        await page.goto(f"{self.url}/{query}")
        await page.wait_for_selector('[data-testid="wall-surface"]')
        return page


@asynccontextmanager
async def desk(folder: Path) -> AsyncIterator[Desk]:
    clock = SystemClock()
    (folder / DATABASE).write_bytes(populated_store())
    cameras = config()
    timezone, cameras_map = ZoneInfo("Asia/Shanghai"), CameraMap(cameras.cameras)
    town = Town("t", timezone, load_case_classes(), cameras_map, GRIDS, load_working_calendar())
    incidents = Incidents(open_store(folder / DATABASE), folder / "evidence", clock, town, passwords=quick_passwords())
    incidents.load_areas(AREAS)
    clip = encode_clip(width=160, height=90, frames=30, gop=15, fps=15)
    live = ReplayLive({(name, "sub"): clip for name in (*EAST, *WEST)})
    settings = Settings(data_dir=folder, static_dir=STATIC)
    centre = build_centre(settings, cameras, TOWN_MAP, incidents, live, clock)
    live.start()
    try:
        async with serving(server_config(create_app(centre), settings)) as address, async_playwright() as playwright:
            browser = await launch(playwright)
            yield Desk(f"http://{address}", incidents, live, browser)
            await browser.close()
    finally:
        await live.stop()
        incidents.store.close()


async def on_wall(page: Page) -> list[str | None]:
    """The cameras of the tiles in sight, in the order of their places."""
    return list(
        await page.evaluate(
            """() => [...document.querySelectorAll('article[data-testid^="tile-"]')]
                .map((tile) => [Number(tile.dataset.testid.slice(5)), tile.dataset.camera ?? null])
                .filter(([index]) => index >= 0).sort((a, b) => a[0] - b[0]).map(([, camera]) => camera || null)"""
        )
    )
