"""Displays and alarms in real browsers: paired, pushed to, restarted under, un-paired; alarms on tiles and displays."""

import asyncio
import contextlib
import re
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.async_api import Browser, Page, async_playwright, expect

from sim.free_port import free_port
from tests.api.town import PASSWORD, RunningTown, middle
from tests.browser import launch
from tests.wall.tile_page import desk, eventually

pytestmark = [pytest.mark.browser, pytest.mark.timeout(180)]
ADMIN, OPERATOR = "administrator@town", "operator@town"
LONG_NAME = "综合信息指挥室一楼东侧大厅正对大门的那一块三点五米乘二米的全彩LED显示屏(主屏)"


@asynccontextmanager
async def display(browser: Browser, url: str, **context: Any) -> AsyncIterator[Page]:
    made = await browser.new_context(**{"viewport": {"width": 1280, "height": 720}, "locale": "zh-CN", **context})
    page = await made.new_page()
    page.set_default_timeout(30_000)
    await page.goto(f"{url}/display")
    try:
        yield page
    finally:
        await made.close()


async def code_on(page: Page) -> str:
    text = await page.get_by_test_id("pairing-code").inner_text()
    return re.sub(r"[^A-Z0-9]", "", text)


async def paired(town: RunningTown, page: Page, area: str = "t", name: str = "大厅电视") -> str:
    """Makes a display of the page by the interface; its id."""
    form = {"code": await code_on(page), "name": name, "area": area}
    made = await town.client(ADMIN).post("/displays", json=form)
    assert made.status_code == 201, made.text
    await expect(page.get_by_test_id("display")).to_have_attribute("data-state", "showing")
    return str(made.json()["id"])


async def push(town: RunningTown, display_id: str, showing: dict[str, Any]) -> None:
    answer = await town.client(OPERATOR).put(f"/displays/{display_id}/showing", json=showing)
    assert answer.status_code == 200, answer.text


async def pictures(page: Page) -> dict[str, int]:
    """Live tiles in sight: camera → pictures shown so far."""
    tiles = await page.evaluate("() => window.__gridwatch?.tiles() ?? []")
    return {tile["camera"]: tile["shown"] for tile in tiles if tile["tile"] >= 0 and tile["state"] == "live"}


async def plays(page: Page, *cameras: str, seconds: float = 30.0) -> float:
    """Waits until exactly these cameras are live and moving; how long that took."""
    started = time.monotonic()

    async def moving() -> bool:
        before = await pictures(page)
        if set(before) != set(cameras):
            return False
        await asyncio.sleep(0.3)
        after = await pictures(page)
        return set(after) == set(cameras) and all(after[one] > before[one] for one in cameras)

    await eventually(moving, seconds, f"{cameras} play on the display")
    return time.monotonic() - started


async def make_case(town: RunningTown, number: int = 0, village: str = "east", level: int = 2) -> dict[str, Any]:
    lon, lat = middle(f"{village}-g1")
    place = {"lon": lon + 0.0004 * (number % 10), "lat": lat + 0.0004 * (number // 10)}
    form = {"case_class": "05-01", "level": level, "note": "", "camera_id": f"{village}-cam", **place}
    made = await town.client(OPERATOR).post("/cases", json=form)
    assert made.status_code == 201, made.text
    return dict(made.json())


async def make_rule(town: RunningTown, **changed: Any) -> None:
    rule = {"area": "t", "name": "全镇", **changed}
    made = await town.client(ADMIN).post("/alarm-rules", json=rule)
    assert made.status_code == 201, made.text


async def test_pair_push_and_unpair_by_hand(tmp_path):
    async with desk(tmp_path) as room, display(room.browser, room.url) as screen:
        town = room.town
        step = {"layout": "1", "dwell_s": 3}
        steps = [{**step, "cameras": ["east-cam"]}, {**step, "cameras": ["west-cam"]}]
        assert (await town.client(ADMIN).post("/tours", json={"name": "巡街", "steps": steps})).status_code == 201
        case = await make_case(town)
        async with room.page(ADMIN) as page:
            await page.get_by_test_id("displays-open").click()
            await page.get_by_test_id("pair-new").click()
            await page.get_by_test_id("pair-code").fill("QQQQQQ")
            await expect(page.get_by_test_id("pair-problem")).to_be_visible()
            await page.get_by_test_id("pair-code").fill((await code_on(screen)).lower())
            await expect(page.get_by_test_id("pair-asker")).to_contain_text("1280×720")
            await page.get_by_test_id("pair-name").fill(LONG_NAME)
            await page.get_by_test_id("area-select").select_option("t")
            await page.get_by_test_id("pair-finish").click()
            await expect(screen.get_by_test_id("display")).to_have_attribute("data-state", "showing")

            card = page.get_by_test_id(f"display-{LONG_NAME}")
            await page.locator('article[data-camera="east-cam"]').drag_to(card, target_position={"x": 60, "y": 40})
            took = {"camera": await plays(screen, "east-cam")}
            await card.get_by_test_id("display-put").select_option("wall")
            took["wall"] = await plays(screen, "east-cam", "west-cam")
            await card.get_by_test_id("display-put").select_option(label="巡街")
            took["tour"] = await plays(screen, "east-cam")
            await plays(screen, "west-cam", seconds=15)
            await expect(card.get_by_test_id("display-showing")).to_contain_text("巡街")
            await expect(card.get_by_test_id("display-standing")).to_have_text("在线")
            await expect(card.get_by_test_id("display-health")).to_contain_text("1280×720")

            await page.get_by_test_id("displays-open").click()
            await page.get_by_test_id(f"case-item-{case['number']}").click()
            await page.get_by_test_id("case-send-display").click()
            await page.get_by_test_id(f"send-to-{LONG_NAME}").click()
            await expect(screen.get_by_test_id("display-case")).to_have_attribute("data-case", case["number"])
            took["case"] = await plays(screen, "east-cam")
            print({name: f"{seconds:.1f} s" for name, seconds in took.items()})

            await page.get_by_test_id("displays-open").click()
            await card.get_by_test_id("display-identify-do").click()
            await expect(screen.get_by_test_id("display-identify")).to_contain_text(LONG_NAME)
            await card.get_by_test_id("display-remove").click()
            started = time.monotonic()
            await page.get_by_test_id("display-remove-sure").click()
            await expect(screen.get_by_test_id("pairing-code")).to_be_visible(timeout=5_000)
            assert await pictures(screen) == {}
            assert time.monotonic() - started < 5
            await expect(card).to_have_count(0)


async def test_the_tile_menu_sends_and_says_what_is_left_out(tmp_path):
    async with desk(tmp_path) as room, display(room.browser, room.url) as screen:
        display_id = await paired(room.town, screen, "east", "东村屏")
        async with room.page(OPERATOR) as page:
            tile = page.locator('article[data-camera="east-cam"]')
            await tile.click(button="right")
            await page.get_by_role("menuitem", name="送到大屏").click()
            await page.get_by_test_id("send-to-东村屏").click()
            await expect(page.get_by_test_id("display-outcome")).to_contain_text("已送到")
            await plays(screen, "east-cam")
            await page.get_by_test_id("displays-open").click()
            await page.get_by_test_id("display-东村屏").get_by_test_id("display-put").select_option("wall")
            await expect(page.get_by_test_id("display-outcome")).to_contain_text("west")
            await plays(screen, "east-cam")
        stored = (await room.town.client(OPERATOR).get("/displays")).json()["items"][0]
        assert (stored["id"], stored["showing"]["kind"]) == (display_id, "arrangement")


@asynccontextmanager
async def wall_server(folder: Path, port: int) -> AsyncIterator[asyncio.subprocess.Process]:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.wall.wall_server", str(folder), str(port)),
        stdout=asyncio.subprocess.PIPE,
        cwd=Path(__file__).parents[2],
    )
    try:
        assert process.stdout is not None
        assert await process.stdout.readline() == b"serving\n"
        yield process
    finally:
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        await process.wait()


async def test_a_display_comes_back_by_itself_when_the_server_was_killed(tmp_path):
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    async with async_playwright() as playwright, httpx.AsyncClient(base_url=f"{url}/api/v1") as admin:
        browser = await launch(playwright)
        async with wall_server(tmp_path, port) as first:
            form = {"username": ADMIN, "password": PASSWORD, "device": True}
            admin.headers["authorization"] = f"Bearer {(await admin.post('/sessions', json=form)).json()['token']}"
            page = await (await browser.new_context(locale="zh-CN")).new_page()
            await page.goto(f"{url}/display")
            form = {"code": await code_on(page), "name": "屏", "area": "t"}
            display_id = (await admin.post("/displays", json=form)).json()["id"]
            arrangement = {"layout": "4", "cameras": ["east-cam", "west-cam"]}
            await admin.put(
                f"/displays/{display_id}/showing",
                json={"kind": "arrangement", "name": "", "arrangement": arrangement},
            )
            await plays(page, "east-cam", "west-cam")
            loaded = await page.evaluate("() => performance.timeOrigin")
            first.kill()
            await first.wait()
            await expect(page.get_by_test_id("display-lost")).to_be_visible(timeout=15_000)

            async def none_live() -> bool:
                return await pictures(page) == {}

            await eventually(none_live, 30, "no tile says that it is live")
            # The last pictures stay, greyed.
            assert await page.locator("article.tile video, article.tile canvas").count() == 2
        async with wall_server(tmp_path, port):
            back = await plays(page, "east-cam", "west-cam", seconds=20)
            await expect(page.get_by_test_id("display-lost")).to_have_count(0)
            assert await page.evaluate("() => performance.timeOrigin") == loaded
            listed = (await admin.get("/displays")).json()["items"]
            assert [one["id"] for one in listed] == [display_id]
            print(f"back {back:.1f} s after the server")
        await browser.close()


async def test_a_display_loads_itself_anew_when_the_web_ui_was_updated(tmp_path):
    async with desk(tmp_path) as room, display(room.browser, room.url) as screen:
        display_id = await paired(room.town, screen)
        await push(room.town, display_id, {"kind": "camera", "camera": "east-cam"})
        await plays(screen, "east-cam")
        loaded = await screen.evaluate("() => performance.timeOrigin")
        await room.town.client(OPERATOR).post(f"/displays/{display_id}/reload")

        async def anew() -> bool:
            with contextlib.suppress(Exception):
                return bool(await screen.evaluate("() => performance.timeOrigin") != loaded)
            return False

        await eventually(anew, 30, "the display reloads when told to")
        await plays(screen, "east-cam")


async def test_an_alarm_comes_up_on_tile_and_display_and_both_go_back(tmp_path):
    async with desk(tmp_path) as room, display(room.browser, room.url) as screen:
        town = room.town
        display_id = await paired(town, screen)
        await push(town, display_id, {"kind": "camera", "camera": "west-cam"})
        await plays(screen, "west-cam")
        await make_rule(town, display_id=display_id, min_level=2)
        async with room.page(OPERATOR) as page, room.page("supervisor@town") as colleague:
            for one in (page, colleague):
                await one.goto(f"{room.url}/?layout=4&cameras=west-cam")
                await expect(one.locator('article[data-camera="west-cam"]')).to_have_attribute("data-state", "live")
            await make_case(town, 0, level=1)
            case = await make_case(town, 1, level=3)
            mark = page.get_by_test_id("alarm-tile")
            await expect(mark).to_have_attribute("data-camera", "east-cam")
            await expect(page.locator('article[data-camera="east-cam"]')).to_have_attribute("data-state", "live")
            assert await page.get_by_test_id("alarm-count").inner_text() == "1"
            await expect(screen.get_by_test_id("display-case")).to_have_attribute("data-case", case["number"])
            await plays(screen, "east-cam")
            await screen.screenshot(path=str(tmp_path / "alarm-display.png"))
            await page.screenshot(path=str(tmp_path / "alarm-room.png"))

            await page.keyboard.press("a")
            await expect(mark).to_have_count(0)
            await expect(page.locator('article[data-camera="east-cam"]')).to_have_count(0)
            await expect(colleague.get_by_test_id("alarm-gone")).to_contain_text(OPERATOR)
            await plays(screen, "west-cam")
            await expect(screen.get_by_test_id("display-case")).to_have_count(0)


async def test_an_alarm_leaves_the_display_when_its_time_is_over_with_no_page_open(tmp_path):
    async with desk(tmp_path) as room, display(room.browser, room.url) as screen:
        display_id = await paired(room.town, screen)
        await push(room.town, display_id, {"kind": "camera", "camera": "west-cam"})
        await make_rule(room.town, display_id=display_id, hold_s=5, to_wall=False)
        await make_case(room.town)
        await expect(screen.get_by_test_id("display-case")).to_be_visible()
        await expect(screen.get_by_test_id("display-case")).to_have_count(0, timeout=10_000)
        await plays(screen, "west-cam")


async def test_a_flood_folds_by_place_and_nothing_is_lost(tmp_path):
    async with desk(tmp_path) as room:
        await make_rule(room.town)
        async with room.page(OPERATOR) as page:
            await page.get_by_test_id("cases").wait_for()
            for number in range(20):
                await make_case(room.town, number, "east" if number % 2 else "west")
            await make_case(room.town, 20, "east", level=4)
            await expect(page.get_by_test_id("alarm-count")).to_have_text("21")
            singles, groups = page.get_by_test_id("alarm-single"), page.get_by_test_id("alarm-group")
            assert await singles.count() + await groups.count() == 10
            assert await groups.count() == 2
            counts = [int(text) for text in await page.get_by_test_id("alarm-group-count").all_inner_texts()]
            assert sum(counts) + await singles.count() == 21
            await expect(singles.first).to_contain_text("4")
            await page.screenshot(path=str(tmp_path / "flood.png"))
            await groups.first.get_by_role("button").click()
            listed = page.get_by_test_id("alarm-group-list")
            await expect(listed.locator("li")).to_have_count(counts[0])
            await page.get_by_test_id("alarm-group-acknowledge").click()
            await expect(page.get_by_test_id("alarm-count")).to_have_text(str(21 - counts[0]))
            await page.reload()
            await expect(page.get_by_test_id("alarm-count")).to_have_text(str(21 - counts[0]))


async def test_rules_are_made_by_hand_and_switched_off_for_oneself(tmp_path):
    async with desk(tmp_path) as room:
        async with room.page(ADMIN) as page:
            await page.get_by_test_id("displays-open").click()
            await page.get_by_test_id("tab-rules").click()
            await page.get_by_test_id("rule-new").click()
            await page.get_by_test_id("rule-name").fill("夜间三级以上")
            await page.get_by_test_id("rule-level").select_option("3")
            await page.get_by_test_id("rule-hours").fill("25:00-26:00")
            await page.get_by_test_id("rule-save").click()
            await expect(page.get_by_test_id("alarm-rules").get_by_role("alert")).to_contain_text("25:00-26:00")
            await page.get_by_test_id("rule-hours").fill("00:00-24:00")
            await page.get_by_test_id("rule-save").click()
            await expect(page.get_by_test_id("rule-夜间三级以上")).to_be_visible()
        async with room.page(OPERATOR) as page:
            await page.get_by_test_id("displays-open").click()
            await page.get_by_test_id("tab-rules").click()
            rule = page.get_by_test_id("rule-夜间三级以上")
            await expect(rule.get_by_role("button")).to_have_count(0)
            await rule.get_by_test_id("rule-mine").uncheck()
            await expect(rule.get_by_test_id("rule-mine")).not_to_be_checked()
            await page.get_by_test_id("displays-open").click()
            await make_case(room.town, 0, level=4)
            await expect(page.locator('[data-testid^="case-item-"]')).to_have_count(1)
            await expect(page.get_by_test_id("alarm-bar")).to_have_count(0)
