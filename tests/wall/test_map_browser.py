"""The live map in a real browser: layers, people who move, measuring, replay, printing, the address."""

import re
import time
from datetime import datetime
from zoneinfo import ZoneInfo

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray
from playwright.async_api import Page, expect

from incidents.position_intake import Reported
from incidents.rights import CONSOLE, EVERYWHERE
from incidents.workers import Kit, Position
from tests.api.test_map_replay import configured
from tests.api.town import middle, running_town
from tests.browser import room_page
from tests.wall.test_send_browser import coloured
from tests.wall.tile_page import STATIC, eventually

pytestmark = pytest.mark.browser


async def test_the_map_shows_measures_replays_and_prints(tmp_path):
    async with running_town(tmp_path, config=configured(), static_dir=STATIC) as town, room_page() as page:
        now = time.time()
        lon, lat = middle("east-g1")
        positions = town.incidents.positions
        for at, step in ((now - 300, 0), (now - 200, 1), (now - 100, 2)):
            positions.take(EVERYWHERE, [Reported("grid_worker@east", Position(lon + step * 1e-4, lat, 5.0, at))])
        operator = town.client("operator@town")
        for number in range(45):
            form = {"case_class": "05-01", "level": 1 + number % 4, "lon": lon + number * 1e-6, "lat": lat, "note": ""}
            assert (await operator.post("/cases", json=form)).status_code == 201
        cookie = {"name": "gridwatch_session", "value": town.token("operator@town"), "url": f"http://{town.address}"}
        await page.context.add_cookies([cookie])  # type: ignore[list-item]
        await page.add_init_script("localStorage.setItem('gridwatch.view', 'map')")
        await page.goto(f"http://{town.address}/?map={lon},{lat},15&off=labels")
        await expect(page.get_by_test_id("map")).to_be_visible()
        await page.get_by_test_id("map-layers").click()
        await expect(page.get_by_test_id("map-layer-sensor")).to_contain_text("2")
        await expect(page.get_by_test_id("map-layer-labels").locator("input")).not_to_be_checked()
        await filters(page)
        await page.get_by_test_id("map-layers").click()
        await cluster(page)
        await measure(page)
        await replayed(page)
        await printed(page)
        await page.locator(".map-pane .controls button").first.click()
        await expect(page).to_have_url(re.compile(r"map=[\d.]+,[\d.]+,16\.00&off=coverage,labels"))


async def filters(page: Page) -> None:
    """They narrow the list of cases as well, which says so."""
    await page.get_by_test_id("map-filter-level-4").click()
    await expect(page.get_by_test_id("case-filter-map")).to_have_count(1)
    await page.get_by_test_id("map-filter-clear").click()
    await expect(page.get_by_test_id("case-filter-map")).to_have_count(0)


async def middle_of(page: Page) -> tuple[float, float]:
    box = await page.get_by_test_id("map").bounding_box()
    assert box is not None
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


async def cluster(page: Page) -> None:
    x, y = await middle_of(page)
    await page.mouse.click(x, y)
    card = page.get_by_role("dialog").filter(has=page.get_by_test_id("map-cluster-zoom"))
    await expect(card).to_contain_text("45")
    await card.get_by_label("关闭").click()


async def measure(page: Page) -> None:
    x, y = await middle_of(page)
    await page.get_by_test_id("map-tool-measure").click()
    for dx, dy in ((100, 100), (200, 100), (200, 200)):
        await page.mouse.click(x + dx, y + dy)
    await expect(page.get_by_test_id("measure-distance")).to_contain_text("m")
    await expect(page.get_by_test_id("measure-area")).to_contain_text("ha")
    # 200 pixels at zoom 15 and 30°: 4.13 m each.
    told = await page.get_by_test_id("measure-distance").inner_text()
    assert told == "830 m"
    await page.get_by_test_id("measure-undo").click()
    await expect(page.get_by_test_id("measure-area")).to_have_count(0)
    await page.keyboard.press("Escape")
    await expect(page.get_by_test_id("measure-distance")).to_have_count(0)


async def replayed(page: Page) -> None:
    """Visibly not live, and back by one key."""
    await page.get_by_test_id("map-tool-replay").click()
    await expect(page.get_by_test_id("replay-banner")).to_contain_text("回放，非实时")
    slider = page.get_by_test_id("replay-slider")
    await expect(slider).to_be_visible()
    most = await slider.get_attribute("max")
    await slider.evaluate("(one, at) => { one.value = at; one.dispatchEvent(new Event('input')) }", most)
    await expect(page.get_by_test_id("map-panel-replay")).to_contain_text("45")
    await page.get_by_test_id("replay-speed-600").click()
    before = await page.get_by_test_id("replay-time").inner_text()
    await slider.evaluate(
        "(one, at) => { one.value = at - 600; one.dispatchEvent(new Event('input')) }", int(most or 0)
    )
    await page.keyboard.press(" ")
    await expect(page.get_by_test_id("replay-time")).to_have_text(before)
    await page.get_by_test_id("map-tool-replay").focus()
    await page.keyboard.press("Escape")
    await expect(page.get_by_test_id("replay-banner")).to_have_count(0)


async def printed(page: Page) -> None:
    await page.get_by_test_id("map-tool-print").click()
    await page.get_by_test_id("print-title").fill("东村现场")
    on_paper = await saved(page)
    assert on_paper.shape == (1260, 1782)
    assert on_paper.mean() > 200, "white, to save ink"
    await page.get_by_test_id("print-light").uncheck()
    assert (await saved(page)).mean() < 120, "as on the screen"
    await page.keyboard.press("Escape")


async def saved(page: Page) -> NDArray[np.uint8]:
    """The sheet, grey."""
    async with page.expect_download() as waiting:
        await page.get_by_test_id("print-save").click()
    download = await waiting.value
    assert download.suggested_filename == "东村现场.png"
    picture = cv2.imdecode(np.frombuffer((await download.path()).read_bytes(), np.uint8), cv2.IMREAD_GRAYSCALE)
    assert picture is not None
    return picture.astype(np.uint8)


async def test_the_day_of_somebody_is_drawn_and_he_is_called(tmp_path):
    async with running_town(tmp_path, static_dir=STATIC) as town, room_page() as page:
        now, worker = time.time(), town.client("grid_worker@east")
        me, (lon, lat) = town.account_id("grid_worker@east"), middle("east-g2")
        town.incidents.workers.equip(CONSOLE, me, Kit(phone="66 0001"))
        duty = {"on": True, "recorded_at": now - 700}
        assert (await worker.post("/phone/duty", json=duty, headers={"x-sent-at": str(now)})).status_code == 200
        way = [{"lon": lon + n * 5e-5, "lat": lat, "accuracy_m": 5, "at": now - 600 + 10 * n} for n in range(61)]
        assert (await worker.post("/phone/positions", json={"positions": way})).status_code == 200
        cookie = {"name": "gridwatch_session", "value": town.token("operator@town"), "url": f"http://{town.address}"}
        await page.context.add_cookies([cookie])  # type: ignore[list-item]
        await page.add_init_script("localStorage.setItem('gridwatch.view', 'map')")
        await page.goto(f"http://{town.address}/?map={lon + 60 * 5e-5},{lat},17&off=labels,camera,dome,sensor")
        await expect(page.get_by_test_id("map")).to_be_visible()
        await page.mouse.click(*await middle_of(page))
        card = page.get_by_test_id("map-card").filter(has=page.get_by_test_id("map-card-patrol"))
        await expect(card.get_by_test_id(f"call-{me}")).to_have_attribute("href", "tel:660001")
        before = await coloured(page, (83, 177, 253))
        await card.get_by_test_id("map-card-patrol").click()
        await expect(page.get_by_test_id("patrol-time")).to_contain_text("10")
        await expect(page.get_by_test_id("patrol-way")).to_contain_text("m")

        async def drawn() -> bool:
            return await coloured(page, (83, 177, 253)) > before + 300

        await eventually(drawn, 30, "his way is drawn")
        # The day before he was nowhere, and today is drawn no more.
        yesterday = datetime.fromtimestamp(now - 86_400, ZoneInfo("Asia/Shanghai")).date().isoformat()
        await page.get_by_test_id("patrol-day").fill(yesterday)
        await expect(page.get_by_test_id("patrol-none")).to_be_visible()
        await page.get_by_test_id("patrol-close").click()
        await expect(page.get_by_test_id("patrol-panel")).to_have_count(0)
        seen = (await town.client("auditor@town").get("/audit?kind=tracks")).json()["items"]
        assert [one["detail"]["name"] for one in seen] == ["grid_worker@east"] * 2
