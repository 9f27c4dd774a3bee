"""Base maps in a real Chromium: a mark whose place is known stands at its place, whichever way its tiles are cut and
shifted; the choice by keyboard, remembered; and a service that is down."""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import numpy as np
import pytest
import uvicorn
from numpy.typing import NDArray
from playwright.async_api import Page, expect
from shapely import box

from config.base_maps import BaseMap
from sim.base_maps.land import to_world
from sim.base_maps.pmtiles import write_pmtiles
from sim.base_maps.service import TileService
from sim.base_maps.vector_tile import EXTENT, encode
from tests.api.town import CONFIG, PASSWORD, RunningTown, running_town
from tests.browser import room_page
from tests.serving import serving
from tests.wall.many_cameras import STATIC

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(240)]

MARK = (120.4301, 30.0573)
Sign = tuple[int, int, int]
RED: Sign = (0, 30, 255)
WATER: Sign = (2, 27, 77)
"""Which of red, green and blue tells the mark, and how much of it ground and mark have."""
MIDDLE = """([channel, ground, full]) => {
  const canvas = document.querySelector('.leaflet-backdrop-pane canvas')
  if (!canvas || !canvas.width) return null
  const { data, width } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height)
  let [x, y, n] = [0, 0, 0]
  for (let i = 0; i < data.length; i += 4) {
    const weight = data[i + 3] ? Math.min(1, (data[i + channel] - ground) / (full - ground)) : 0
    if (weight < 0.1) continue
    x += weight * (((i / 4) % width) + 0.5)
    y += weight * (Math.floor(i / 4 / width) + 0.5)
    n += weight
  }
  const at = canvas.getBoundingClientRect()
  return n < 12 ? null : [at.x + (x / n / width) * at.width, at.y + (y / n / canvas.height) * at.height]
}"""
"""The middle of the mark on the base map, in pixels of the page; null while it is not there."""


def vector_file(path: Path) -> Path:
    """One tile with a pond around the mark."""
    column, row = (to_world(np.array([MARK]))[0] * 2**14).tolist()
    x, y = (column % 1) * EXTENT, (row % 1) * EXTENT
    pond = encode({"water": [(box(x - 60, y - 60, x + 60, y + 60), {"kind": "pond"})]})
    write_pmtiles(path, [(14, int(column), int(row), pond)], "pbf", (120.3, 30.0, 120.5, 30.1), {"attribution": "测绘"})
    return path


@asynccontextmanager
async def town_with_base_maps(folder: Path, straight: TileService, shifted: TileService) -> AsyncIterator[RunningTown]:
    apps = [uvicorn.Config(one.app, log_config=None, lifespan="off", access_log=False) for one in (straight, shifted)]
    async with serving(apps[0]) as first, serving(apps[1]) as second:
        xyz = {"kind": "xyz", "look": "original", "cache_days": 0}
        wmts = {"layer": "img", "matrix_set": "c"}
        listed = [
            xyz | {"id": "plain", "name": "影像", "address": f"http://{first}/xyz/{{z}}/{{x}}/{{y}}.png"},
            xyz
            | {"id": "shifted", "name": "电子地图", "coordinates": "gcj02"}
            | {"address": f"http://{second}/xyz/{{z}}/{{x}}/{{y}}.png"},
            xyz | {"id": "degrees", "name": "天地图", "kind": "wmts", "address": f"http://{first}/wmts", "wmts": wmts},
            {"id": "streets", "name": "街道", "name_en": "Streets", "kind": "file"}
            | {"file": str(vector_file(folder / "streets.pmtiles"))},
            {
                "id": "gone",
                "name": "尚未到货的一九九八年全镇航空摄影测量影像底图数据",
                "kind": "file",
                "file": "gone.mbtiles",
            },
        ]
        config = CONFIG.model_copy(update={"base_maps": [BaseMap.model_validate(one) for one in listed]})
        async with running_town(folder, config=config, static_dir=STATIC) as town:
            yield town


async def found(page: Page, sign: Sign) -> NDArray[np.float64]:
    """Where the mark is painted now, in pixels of the page; waits until it is there at all."""
    for _ in range(400):
        if now := await page.evaluate(MIDDLE, list(sign)):
            return np.array(now)
        await page.wait_for_timeout(100)
    raise AssertionError(f"nothing on the base map is of {sign}")


async def asked_at(page: Page, x: float, y: float) -> tuple[float, float]:
    """The place the map takes a click for."""
    async with page.expect_request(lambda request: "/api/v1/near?" in request.url) as asked:
        await page.mouse.click(x, y)
    query = parse_qs(urlsplit((await asked.value).url).query)
    return float(query["lon"][0]), float(query["lat"][0])


async def place_of_mark(page: Page) -> NDArray[np.float64]:
    """Where the map has the mark's place, in pixels of the page: by what it says of two clicks."""
    x, y = (round(one) for one in (await found(page, RED)).tolist())
    here = await asked_at(page, x, y)
    there = await asked_at(page, x - 200, y + 100)
    first, second, mark = to_world(np.array([here, there, MARK]))
    pixel = (first[0] - second[0]) / 200
    assert pixel == pytest.approx((second[1] - first[1]) / 100, rel=0.02)
    return (x, y) + (mark - first) / pixel


async def comes_to_stand_at(page: Page, sign: Sign, place: NDArray[np.float64]) -> float:
    """Pixels the mark is off by, once all is there: tiles of other zooms, and parts of it, may be shown before."""
    off = np.inf
    for _ in range(400):
        off = float(np.hypot(*(await found(page, sign) - place)))
        if off <= 1.0:
            break
        await page.wait_for_timeout(100)
    return off


async def test_base_maps_on_the_operators_map(tmp_path: Path) -> None:
    assert (STATIC / "index.html").exists(), f"no built web UI in {os.fspath(STATIC)}"
    straight, shifted = TileService(mark=MARK), TileService(mark=MARK, shifted=True)
    async with town_with_base_maps(tmp_path, straight, shifted) as town, room_page(40_000) as page:
        problems: list[str] = []
        page.on("pageerror", lambda error: problems.append(str(error)))
        await page.goto(f"http://{town.address}")
        await page.get_by_test_id("login-username").fill("operator@town")
        await page.get_by_test_id("login-password").fill(PASSWORD)
        await page.keyboard.press("Enter")
        await page.get_by_test_id("view-map").click()
        await page.get_by_test_id("map-layers").click()
        await expect(page.get_by_test_id("base-map-own")).to_be_checked()
        await expect(page.get_by_test_id("base-map-gone")).to_be_disabled()

        # By keyboard, as any group of choices.
        await page.get_by_test_id("base-map-own").focus()
        await page.keyboard.press("ArrowDown")
        await expect(page.get_by_test_id("base-map-plain")).to_be_checked()
        place = await place_of_mark(page)
        off = {"plain": await comes_to_stand_at(page, RED, place)}
        for name in ("shifted", "degrees"):
            await page.get_by_test_id(f"base-map-{name}").check()
            off[name] = await comes_to_stand_at(page, RED, place)
        await page.get_by_test_id("base-map-streets").check()
        off["streets"] = await comes_to_stand_at(page, WATER, place)
        await expect(page.get_by_test_id("base-map-note")).to_have_text("测绘")
        assert max(off.values()) <= 1.0, off
        assert any("TILEMATRIXSET=c" in one for one in straight.asked)

        # Remembered, and named in the language on view.
        await page.reload()
        await page.get_by_test_id("map-layers").click()
        await expect(page.get_by_test_id("base-map-streets")).to_be_checked()
        await found(page, WATER)
        await page.get_by_text("EN", exact=True).click()
        await expect(page.get_by_test_id("base-maps")).to_contain_text("Streets")
        await page.get_by_text("中文", exact=True).click()

        # A service that is down: it is said on the map, and the own layers are one click away.
        straight.fault = "down"
        await page.get_by_test_id("base-map-plain").check()
        await expect(page.get_by_test_id("base-map-note")).to_contain_text("底图暂时无法更新")
        await page.get_by_test_id("base-map-own").check()
        await expect(page.locator(".leaflet-backdrop-pane canvas")).to_have_count(0)
        assert problems == []
