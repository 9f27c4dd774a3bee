"""The case desk in a real browser: a queue of many worked off by keyboard, in batches, scrolled to its depths; its
board; the outbox."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Page, async_playwright, expect

from incidents.case import State
from incidents.opening import Draft, locate, open_case
from tests.api.detection_town import take
from tests.api.town import RunningTown, middle, running_town
from tests.browser import launch, open_page
from tests.wall.tile_page import STATIC, Desk

pytestmark = [pytest.mark.browser, pytest.mark.timeout(180), pytest.mark.asyncio(loop_scope="module")]
MANY = 700
WAITING = 4


def fill(town: RunningTown) -> None:
    """Filed in the west, in one transaction: half a year of them."""
    incidents, caller = town.incidents, town.centre.accounts.authenticate(town.token("operator@town"))
    assert caller is not None
    now = town.centre.clock.now()
    lon, lat = middle("west-g2")
    with incidents.store.write() as transaction:
        connection = transaction.connection
        for number in range(MANY):
            at = lat + (number % 70) * 0.00004
            place = locate(connection, incidents.town, lon=lon, lat=at, error_m=None, camera_id=None)
            opened = now - 86_400 - 3600.0 * (MANY - number)
            draft = Draft(State.FILED, "01-02", 2, "operator", None, place, opened)
            open_case(transaction, incidents.town, draft, caller.actor(), {"note": "占道堆放"})


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def desk(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Desk]:
    async with (
        running_town(tmp_path_factory.mktemp("queue"), static_dir=STATIC) as town,
        async_playwright() as playwright,
    ):
        fill(town)
        for number in range(WAITING):
            await take(town, "east", f"waits-{number}", box=[0.05 + 0.12 * number, 0.6, 0.06, 0.1])
        browser = await launch(playwright)
        yield Desk(town, browser)
        await browser.close()


async def case_of(desk: Desk, number: str) -> dict[str, Any]:
    params = {"text": number, "limit": "5"}
    found = (await desk.town.client("operator@town").get("/cases", params=params)).json()["items"]
    (case,) = [one for one in found if one["number"] == number]
    return dict(case)


async def current(page: Page) -> str:
    row = page.locator(".queue-row.current")
    await expect(row).to_be_visible()
    return str(await row.get_attribute("data-testid")).removeprefix("queue-row-")


async def test_triage_by_keyboard(desk: Desk) -> None:
    async with desk.page("operator@town", viewport={"width": 1366, "height": 768}) as page:
        await open_page(page, "queue")
        await page.get_by_test_id("queue-filter-state").select_option("review")
        await expect(page.get_by_test_id("queue-count")).to_have_text(f"共 {WAITING} 件")
        await page.keyboard.press("j")
        first = await current(page)
        await expect(page.get_by_test_id("case-detail")).to_contain_text(first)
        await expect(page.get_by_test_id("queue-confirm")).to_be_enabled()
        await page.keyboard.press("c")
        await expect(page.get_by_test_id("queue-said")).to_have_text(f"{first} 已立案")
        await expect(page.get_by_test_id(f"queue-row-{first}")).to_contain_text("待派遣")
        second = await current(page)
        assert second != first
        # Back again, and thrown out with a cause by its digit.
        await page.keyboard.press("u")
        await expect(page.get_by_test_id(f"queue-row-{first}")).to_contain_text("待核实")
        assert await current(page) == first
        await page.keyboard.press("x")
        await expect(page.get_by_test_id("queue-reasons")).to_be_visible()
        await page.keyboard.press("4")
        await expect(page.get_by_test_id("queue-said")).to_have_text(f"{first} 已作废：行人")
        assert await current(page) == second
        await expect(page.get_by_test_id("case-detail")).to_contain_text(second)
        level = int((await case_of(desk, second))["level"]) % 4 + 1
        await page.keyboard.press(str(level))
        await expect(page.get_by_test_id("queue-said")).to_have_text(f"{second} 改为 {level} 级")
        await page.keyboard.press("?")
        await expect(page.get_by_test_id("queue-keys")).to_contain_text("上一条")
        await page.keyboard.press("Escape")
        await page.keyboard.press("/")
        await expect(page.get_by_test_id("queue-search")).to_be_focused()
        await page.keyboard.type("没有这样的案件")
        await expect(page.get_by_test_id("queue-none")).to_have_text("没有符合条件的案件。")
    assert (await case_of(desk, first))["resolution"] == "rejected"
    assert (await case_of(desk, second))["level"] == level


async def test_a_view_is_kept_linked_and_scrolled_to_its_end(desk: Desk) -> None:
    async with desk.page("operator@town") as page:
        await page.goto(f"{desk.url}/cases?class=01-02&sort=oldest")
        await expect(page.get_by_test_id("queue-count")).to_have_text(f"共 {MANY} 件")
        rows = page.locator(".queue-row")
        await page.get_by_test_id("queue-views").click()
        await page.get_by_test_id("queue-view-name").fill("堆放")
        await page.get_by_test_id("queue-view-save").click()
        await page.keyboard.press("Escape")
        listing = page.locator(".queue-list")
        last = page.locator(f'.queue-row[aria-posinset="{MANY}"]')
        for _ in range(MANY):
            await listing.evaluate("list => list.scrollTo(0, list.scrollHeight)")
            assert await rows.count() < 200
            if await last.count():
                break
            await page.wait_for_timeout(50)
        await expect(last).to_be_visible()
        await page.get_by_test_id("queue-clear").click()
        await expect(page.get_by_test_id("queue-count")).not_to_have_text(f"共 {MANY} 件")
        assert "class" not in page.url
        await page.get_by_test_id("queue-views").click()
        await page.get_by_test_id("queue-view-堆放").click()
        await expect(page.get_by_test_id("queue-count")).to_have_text(f"共 {MANY} 件")
        await page.keyboard.press("j")
        chosen = await current(page)
        await expect(page.get_by_test_id("queue-beside")).to_contain_text("同一位置")
        await page.reload()
        await expect(page.get_by_test_id("case-detail")).to_contain_text(chosen)
        assert await current(page) == chosen
    # With the account, not in the browser; and shared with those of its area.
    async with desk.page("operator@town") as page:
        await page.goto(f"{desk.url}/cases")
        await page.get_by_test_id("queue-views").click()
        await page.get_by_test_id("queue-view-堆放").click()
        await expect(page.get_by_test_id("queue-count")).to_have_text(f"共 {MANY} 件")
        await page.get_by_test_id("queue-views").click()
        await page.get_by_test_id("queue-view-name").fill("西村")
        await page.get_by_test_id("queue-view-area").select_option("west")
        await page.get_by_test_id("queue-view-save").click()
        await expect(page.get_by_test_id("queue-view-西村")).to_contain_text("西村")
    async with desk.page("dispatcher@west") as page:
        await page.goto(f"{desk.url}/cases")
        await page.get_by_test_id("queue-views").click()
        await expect(page.get_by_test_id("queue-view-西村")).to_be_visible()
        await expect(page.get_by_test_id("queue-view-堆放")).to_have_count(0)


async def test_batches_and_what_is_stuck(desk: Desk) -> None:
    worker = desk.town.account_id("grid_worker@west")
    async with desk.page("operator@town") as page:
        await page.goto(f"{desk.url}/cases?class=01-02&sort=oldest")
        await expect(page.get_by_test_id("queue-count")).to_have_text(f"共 {MANY} 件")
        await page.keyboard.press("j")
        await page.keyboard.press("Shift+J")
        await page.keyboard.press("Shift+J")
        await expect(page.get_by_test_id("queue-selected")).to_have_text("已选 3 件")
        await page.get_by_test_id("queue-batch-assign").click()
        await page.get_by_test_id("queue-batch-worker").select_option(worker)
        await page.get_by_test_id("queue-batch-run").click()
        await expect(page.get_by_test_id("queue-batch-total")).to_have_text("3 件完成")
        await expect(page.locator(".queue-row", has_text="已派遣")).to_have_count(3)
        # The same once more: they have been sent to him already, and that is said.
        for place in (1, 2):
            await page.locator(f'.queue-row[aria-posinset="{place}"] .tick').click()
        await page.locator('.queue-row[aria-posinset="5"] .tick').click()
        await page.get_by_test_id("queue-batch-assign").click()
        await page.get_by_test_id("queue-batch-worker").select_option(worker)
        await page.get_by_test_id("queue-batch-run").click()
        await expect(page.get_by_test_id("queue-batch-total")).to_contain_text("1 件完成 · 2 件未办")
        await page.keyboard.press("*")
        await expect(page.get_by_test_id("queue-selected")).to_have_text("已选 500 件")
        await page.get_by_test_id("queue-unmark").click()
        await page.get_by_test_id("queue-stuck-open").click()
        stuck = page.get_by_test_id("queue-stuck")
        await expect(stuck.get_by_test_id(f"stuck-assigned-{worker}")).to_contain_text("4 件")
        await stuck.get_by_test_id(f"stuck-assigned-{worker}").locator(".name").click()
        await expect(page.get_by_test_id("queue-count")).to_have_text("共 4 件")


async def test_new_reports_move_nothing_under_the_hand(desk: Desk) -> None:
    async with desk.page("operator@town") as page, desk.page("operator@town") as wall:
        await wall.goto(f"{desk.url}/cases?board=1")
        await expect(wall.get_by_test_id("board").locator("li").first).to_be_visible()
        await page.goto(f"{desk.url}/cases")
        await page.locator('.queue-row[aria-posinset="20"]').wait_for()
        await page.keyboard.press("j")
        await page.keyboard.press("j")
        held = await current(page)
        row = page.get_by_test_id(f"queue-row-{held}")
        before = await row.bounding_box()
        lon, lat = middle("east-g2")
        body = {"case_class": "01-02", "level": 3, "lon": lon, "lat": lat, "note": "新"}
        made = (await desk.town.client("operator@town").post("/cases", json=body)).json()
        await expect(page.get_by_test_id("queue-above")).to_have_text("上方新到 1 件")
        await expect(page.get_by_test_id("queue-newest")).to_contain_text(made["number"])
        assert await row.bounding_box() == before
        assert await current(page) == held
        await page.get_by_test_id("queue-above").click()
        await expect(page.get_by_test_id(f"queue-row-{made['number']}")).to_be_visible()
        await expect(wall.get_by_test_id(f"board-{made['number']}")).to_be_visible()
        # Struck out before anybody was sent: that can be undone.
        await page.get_by_test_id(f"queue-row-{made['number']}").click()
        await expect(page.get_by_test_id("queue-reject")).to_be_enabled()
        await page.keyboard.press("x")
        await page.keyboard.press("1")
        await expect(page.get_by_test_id("queue-said")).to_contain_text("已作废：不属实")
        await page.keyboard.press("u")
        await expect(page.get_by_test_id(f"queue-row-{made['number']}")).to_contain_text("待派遣")


async def test_who_may_see_nothing_is_told_so(desk: Desk) -> None:
    """Staff of no post: signed in, and no right to anything."""
    async with desk.page("post_staff@west") as page:
        await expect(page.get_by_test_id("entry-powerless")).to_contain_text("没有可用的权限")
        await page.get_by_test_id("entry-sign-out").click()
        await expect(page.get_by_test_id("entry-powerless")).to_have_count(0)


async def test_the_outbox_is_for_administrators(desk: Desk) -> None:
    async with desk.page("administrator@town") as page:
        await open_page(page, "outbox")
        await expect(page.get_by_test_id("outbox-none")).to_be_visible()
        await page.get_by_test_id("outbox-back").click()
        await expect(page.get_by_test_id("view-wall")).to_be_visible()
    async with desk.page("operator@town") as page:
        await page.get_by_test_id("pages-open").click()
        await expect(page.get_by_test_id("queue-open")).to_be_visible()
        await expect(page.get_by_test_id("outbox-open")).to_have_count(0)
