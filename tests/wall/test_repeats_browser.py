"""Repeats in a real browser: marked in the list, this time's picture beside last time's, the earlier cases a click
away."""

from base64 import b64encode
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from playwright.async_api import Page, async_playwright, expect
from sqlalchemy import update

from incidents.store.schema import cases
from tests.api.town import RunningTown, detection_at, running_town
from tests.browser import launch
from tests.vision.carts import ANOTHER, ONE, look
from tests.wall.replay_live import first_picture_jpeg
from tests.wall.tile_page import STATIC, Desk, street_clip

pytestmark = [pytest.mark.browser, pytest.mark.timeout(120), pytest.mark.asyncio(loop_scope="module")]

DAY = 86_400.0
RED, GREEN = b64encode(look(ONE)).decode(), b64encode(look(ANOTHER)).decode()


def stall(town: RunningTown, name: str, days_ago: float, appearance: str, picture: bytes) -> str:
    """The number of its case: one of an earlier day is closed."""
    told, _ = detection_at("east", "cart")
    told |= {"key": name, "object_id": name, "appearance": appearance, "blobs": ["picture.jpg"]}
    incidents, admin = town.incidents, town.incidents.accounts.authenticate(town.token("administrator@town"))
    assert admin is not None
    case_id = str(incidents.take_detection(told, [picture]).case_id)
    if days_ago:
        incidents.act(admin, case_id, "close", {"note": "moved on"})
        now = town.centre.clock.now()
        then = {"opened_at": now - days_ago * DAY, "closed_at": now - days_ago * DAY + 1800}
        with incidents.store.write() as transaction:
            transaction.connection.execute(update(cases).where(cases.c.id == case_id).values(**then))
    return incidents.get_case(admin, case_id).case.number


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def desk(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Desk]:
    async with (
        running_town(tmp_path_factory.mktemp("repeats"), static_dir=STATIC) as town,
        async_playwright() as playwright,
    ):
        browser = await launch(playwright)
        yield Desk(town, browser)
        await browser.close()


async def shows_pictures(page: Page, least: int) -> None:
    await page.wait_for_function(
        "least => [...document.querySelectorAll('.repeats img')].filter((one) => one.naturalWidth > 0).length >= least",
        arg=least,
    )


async def test_the_third_time_and_what_merely_stands_there(desk: Desk) -> None:
    picture = first_picture_jpeg(street_clip())
    first = stall(desk.town, "monday", 3, RED, picture)
    second = stall(desk.town, "tuesday", 2, RED, picture)
    other = stall(desk.town, "wednesday", 1, GREEN, picture)
    third = stall(desk.town, "today", 0, RED, picture)
    async with desk.page("operator@town") as page:
        row = page.get_by_test_id(f"case-item-{third}")
        await expect(row.get_by_test_id("case-repeat-mark")).to_have_text("第 3 次")
        await row.click()
        card = page.get_by_test_id("case-repeats")
        await expect(card).to_contain_text("重复出现：第 3 次")
        await expect(card).to_contain_text("相似度")
        await shows_pictures(page, 2)
        await expect(page.get_by_test_id("case-detail")).to_contain_text("重复事件")
        await card.get_by_test_id(f"earlier-{second}").click()
        await expect(page.get_by_test_id("case-detail")).to_contain_text(second)
        await expect(card).to_contain_text("第 2 次")
        await card.get_by_test_id(f"earlier-{first}").click()
        await expect(page.get_by_test_id("case-detail")).to_contain_text(first)
        await expect(card).to_have_count(0)
        await page.get_by_test_id("case-filter-ended").click()
        await page.get_by_test_id(f"case-item-{other}").click()
        await expect(card).to_contain_text("同一地点此前有事件")
        await expect(card).to_contain_text("外观不同")
        await page.get_by_test_id("case-filter-repeats").click()
        await expect(page.get_by_test_id(f"case-item-{second}")).to_be_visible()
        await expect(page.get_by_test_id(f"case-item-{other}")).to_have_count(0)
