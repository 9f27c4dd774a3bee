"""Send by the map: click a place, see who is soonest by road with his way drawn, send, and watch him come; who does not
answer gives way to the next; several cases are planned together. Two browsers: the room's, and a phone's."""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Page, async_playwright, expect

from gis.road_network import road_network
from runtime.clock import SystemClock
from tests.api.town import PASSWORD, TOWN_MAP, RunningTown, collection, feature, running_town
from tests.browser import launch
from tests.wall.tile_page import STATIC, Desk, eventually

pytestmark = [pytest.mark.browser, pytest.mark.timeout(180), pytest.mark.asyncio(loop_scope="module")]

P = (120.432, 30.058)
NEAR_AS_THE_CROW, NEAR_BY_ROAD, FURTHER = "grid_worker@west", "grid_worker@east", "grid_leader@east"
STANDS = {NEAR_AS_THE_CROW: (120.432, 30.0592), NEAR_BY_ROAD: (120.430, 30.058), FURTHER: (120.428, 30.058)}
POINTED, UNDER_WAY = (255, 209, 102), (62, 207, 142)
SHOTS = os.environ.get("GRIDWATCH_SHOTS")
"""A folder for pictures, for whoever wants to look."""
PIXELS = """([r, g, b]) => [...document.querySelectorAll('[data-testid=map] canvas')].reduce((found, canvas) => {
  const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height)
  for (let i = 0; i < data.length; i += 4)
    if (Math.abs(data[i] - r) + Math.abs(data[i + 1] - g) + Math.abs(data[i + 2] - b) < 12 && data[i + 3] > 200) found++
  return found
}, 0)"""


class Turned(SystemClock):
    """The machine's clock, put forward."""

    ahead = 0.0

    def now(self) -> float:
        return super().now() + self.ahead


def street(code: str, *points: tuple[float, float]) -> dict[str, Any]:
    road = feature(code, {"type": "LineString", "coordinates": [list(point) for point in points]})
    road["properties"] |= {"name": code, "name_en": code, "kind": "street"}
    return road


# Two streets side by side that meet far in the west only.
ROADS = collection(
    street("bank street", (120.424, 30.058), (120.428, 30.058), (120.4345, 30.058)),
    street("far bank", (120.424, 30.058), (120.424, 30.0592), (120.4345, 30.0592)),
)


@dataclass
class Room(Desk):
    clock: Turned = field(default_factory=Turned)


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def desk(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Room]:
    clock = Turned()
    town_map = replace(TOWN_MAP, base={"roads": ROADS}, roads=road_network(ROADS))
    folder = tmp_path_factory.mktemp("send")
    async with (
        running_town(folder, static_dir=STATIC, clock=clock, town_map=town_map) as town,
        async_playwright() as playwright,
    ):
        browser = await launch(playwright)
        for account in STANDS:
            assert (await town.client(account).post("/phone/duty", json={"on": True})).status_code == 200
        yield Room(town, browser, clock=clock)
        await browser.close()


async def report(desk: Room, account: str, *ago: float, at: tuple[float, float] | None = None) -> None:
    lon, lat = at or STANDS[account]
    heard = [{"lon": lon, "lat": lat, "accuracy_m": 6, "at": desk.clock.now() - one} for one in ago]
    reply = await desk.town.client(account).post("/phone/positions", json={"positions": heard})
    assert reply.status_code == 200, reply.text


async def shot(page: Page, name: str) -> None:
    if SHOTS:
        await page.screenshot(path=Path(SHOTS) / f"{name}.png")


@asynccontextmanager
async def phone(desk: Room, account: str) -> AsyncIterator[Page]:
    lon, lat = STANDS[account]
    context = await desk.browser.new_context(
        viewport={"width": 390, "height": 844}, has_touch=True, locale="zh-CN", permissions=["geolocation"],
        geolocation={"longitude": lon, "latitude": lat, "accuracy": 6},
    )  # fmt: skip
    page = await context.new_page()
    page.set_default_timeout(30_000)
    await page.goto(f"{desk.url}/phone")
    await page.get_by_test_id("username").fill(account)
    await page.get_by_test_id("password").fill(PASSWORD)
    await page.get_by_test_id("sign-in").click()
    await expect(page.get_by_test_id("tab-tasks")).to_be_visible()
    try:
        yield page
    finally:
        await context.close()


class OnTheMap:
    """Where places are in the map's pane: by a first click somewhere, whose place the panel tells."""

    def __init__(self, page: Page) -> None:
        self.page = page

    async def learn(self) -> None:
        area = await self.page.get_by_test_id("map").bounding_box()
        assert area is not None
        self.x, self.y = area["x"] + area["width"] * 0.75, area["y"] + area["height"] * 0.75
        await self.page.mouse.click(self.x, self.y)
        first = await self._told()
        await self.page.get_by_test_id("near-close").click()
        await self.page.mouse.click(self.x - 100, self.y - 100)
        second = await self._told()
        await self.page.get_by_test_id("near-close").click()
        self.lon, self.lat = first
        self.per_lon, self.per_lat = 100 / (first[0] - second[0]), 100 / (second[1] - first[1])

    async def _told(self) -> tuple[float, float]:
        words = (await self.page.get_by_test_id("near-panel").locator("header p").inner_text()).replace(",", " ")
        lat, lon = words.split()[-2:]
        return float(lon), float(lat)

    def pixel(self, lon: float, lat: float) -> tuple[float, float]:
        return self.x + (lon - self.lon) * self.per_lon, self.y - (lat - self.lat) * self.per_lat


async def on_the_map(page: Page) -> OnTheMap:
    await expect(page.get_by_test_id("map")).to_be_visible()
    await page.keyboard.press("3")
    await expect(page.locator(".room")).to_have_attribute("data-view", "map")
    await page.get_by_role("button", name="放大", exact=True).click()
    await page.wait_for_function("() => !document.querySelector('.leaflet-zoom-anim')")
    there = OnTheMap(page)
    await there.learn()
    return there


async def coloured(page: Page, colour: tuple[int, int, int]) -> int:
    return int(await page.evaluate(PIXELS, list(colour)))


async def drawn(page: Page, colour: tuple[int, int, int]) -> None:
    await eventually(lambda: _many(page, colour), 30, f"a way in {colour} on the map")


async def _many(page: Page, colour: tuple[int, int, int]) -> bool:
    return await coloured(page, colour) > 60


def done(page: Page, who: str, tick: str) -> Any:
    return page.get_by_test_id(f"sent-{who}").get_by_test_id(f"tick-{tick}")


async def the_case(town: RunningTown, state: str) -> dict[str, Any]:
    items = (await town.client("operator@town").get("/cases")).json()["items"]
    return next(one for one in items if one["state"] == state)


async def test_a_place_is_clicked_and_somebody_comes(desk: Room) -> None:
    for account in STANDS:
        await report(desk, account, 0)
    ids = {account: desk.town.account_id(account) for account in STANDS}
    async with desk.page() as page, phone(desk, NEAR_BY_ROAD) as handset:
        there = await on_the_map(page)
        await page.mouse.click(*there.pixel(*P))
        panel = page.get_by_test_id("near-panel")
        rows = panel.locator("ol > li")
        await expect(rows).to_have_count(3)
        order = [await rows.nth(n).get_attribute("data-testid") for n in range(3)]
        by_road = (NEAR_BY_ROAD, FURTHER, NEAR_AS_THE_CROW)
        assert order == [f"candidate-{ids[one]}" for one in by_road], "by road, not as the crow flies"
        await expect(rows.first).to_contain_text("本网格,步行约 2 分钟")
        # The first has the focus, and his way is drawn; the pointer shows another's, which is longer.
        await expect(page.get_by_test_id(f"near-send-{ids[NEAR_BY_ROAD]}")).to_be_focused()
        await shot(page, "pointed")
        await drawn(page, POINTED)
        short = await coloured(page, POINTED)
        await rows.nth(2).hover()

        async def longer() -> bool:
            return await coloured(page, POINTED) > 2 * short

        await eventually(longer, 30, "the way round by the west")
        await shot(page, "candidates")
        await page.get_by_test_id("passed-over-near-send").click()
        await expect(page.get_by_test_id("over-list-near-send")).to_contain_text("不在岗")
        await page.get_by_test_id(f"near-send-{ids[NEAR_BY_ROAD]}").focus()
        await page.keyboard.press("Enter")
        who = ids[NEAR_BY_ROAD]
        await expect(done(page, who, "sent")).to_have_attribute("data-done", "true")
        case = await the_case(desk.town, "assigned")
        assert (case["assignee"]["id"], case["lon"]) == (who, pytest.approx(P[0], abs=2e-4))
        await handset.reload()
        await handset.get_by_test_id(f"task-{case['id']}").click()
        await expect(handset.get_by_test_id("task-way")).to_contain_text("分钟")
        await expect(done(page, who, "delivered")).to_have_attribute("data-done", "true", timeout=20_000)
        await shot(handset, "phone")
        await handset.get_by_test_id("accept").click()
        await expect(done(page, who, "accepted")).to_have_attribute("data-done", "true")
        await expect(page.get_by_test_id("sent-eta")).to_be_visible(timeout=20_000)
        await drawn(page, UNDER_WAY)
        await shot(page, "under_way")
        desk.clock.ahead += 60
        await report(desk, NEAR_BY_ROAD, 40, 1, at=P)
        await expect(done(page, who, "arrived")).to_have_attribute("data-done", "true", timeout=20_000)

        async def gone() -> bool:
            return await coloured(page, UNDER_WAY) < 60

        await eventually(gone, 30, "the way of who has arrived is taken off")
        await shot(page, "arrived")
        await handset.reload()
        await expect(handset.get_by_test_id("task-state")).to_have_attribute("data-state", "arrived")
        trace = (await desk.town.client("operator@town").get(f"/cases/{case['id']}")).json()["trace"]
        assert [one["action"] for one in trace] == ["open", "assign", "accept", "arrive"]


async def test_who_does_not_answer_gives_way_to_the_next(desk: Room) -> None:
    operator = desk.town.client("operator@town")
    assert (await desk.town.client(NEAR_BY_ROAD).post("/phone/duty", json={"on": False})).status_code == 200
    made = {"case_class": "05-01", "level": 2, "lon": P[0], "lat": P[1], "note": ""}
    case = (await operator.post("/cases", json=made)).json()["id"]
    late, following = desk.town.account_id(NEAR_AS_THE_CROW), desk.town.account_id(FURTHER)
    assert (await operator.post(f"/cases/{case}/assign", json={"worker_id": late})).status_code == 200
    async with desk.page() as page:
        await expect(page.get_by_test_id("map")).to_be_visible()
        desk.clock.ahead += 310
        await report(desk, FURTHER, 0)
        bar = page.get_by_test_id(f"late-{case}")
        await expect(bar).to_contain_text(f"{NEAR_AS_THE_CROW} 超时未接单", timeout=20_000)
        await expect(bar).to_contain_text("步行约")
        await shot(page, "late")
        await page.locator("body").press("n")
        await expect(page.get_by_test_id("late-bar")).to_have_count(0)
        now = (await operator.get(f"/cases/{case}")).json()
        assert (now["assignee"]["id"], now["unanswered"]) == (following, [])
        assert [one["action"] for one in now["trace"]] == ["open", "assign", "unanswered", "assign"]
        await operator.post(f"/cases/{case}/strike-out", json={"reason": "drill"})


async def test_cases_in_a_box_are_planned_and_sent_together(desk: Room) -> None:
    operator, ids = desk.town.client("operator@town"), []
    for lon in (120.4302, 120.4282):
        made = {"case_class": "05-01", "level": 2, "lon": lon, "lat": P[1], "note": ""}
        ids.append((await operator.post("/cases", json=made)).json()["id"])
    for account in (NEAR_AS_THE_CROW, FURTHER):
        await report(desk, account, 0)
    async with desk.page() as page:
        there = await on_the_map(page)
        await page.get_by_test_id("map-tool-plan").click()
        (left, top), (right, bottom) = there.pixel(120.4275, 30.0585), there.pixel(120.431, 30.0575)
        await page.mouse.move(left, top)
        await page.mouse.down()
        await page.mouse.move((left + right) / 2, (top + bottom) / 2)
        await page.mouse.move(right, bottom)
        await page.mouse.up()
        for one in ids:
            await expect(page.get_by_test_id(f"plan-row-{one}")).to_be_visible()
        await expect(page.get_by_test_id("plan-totals")).to_contain_text("2 件可派")
        await shot(page, "plan")
        first = page.get_by_test_id(f"plan-choose-{ids[0]}")
        other = await page.get_by_test_id(f"plan-choose-{ids[1]}").input_value()
        mine = await first.input_value()
        assert mine
        assert mine != other
        # Changed by hand: the same person twice is refused, nobody is allowed.
        await first.focus()
        await expect(first.locator(f"option[value='{other}']")).to_have_count(1)
        await first.select_option(other)
        await expect(page.get_by_test_id("plan-send")).to_be_disabled()
        await first.select_option(mine)
        await page.get_by_test_id("plan-send").click()
        for one in ids:
            await expect(page.get_by_test_id(f"plan-done-{one}")).to_be_visible()
        sent = [(await operator.get(f"/cases/{one}")).json()["assignee"]["id"] for one in ids]
        assert sent == [mine, other]
