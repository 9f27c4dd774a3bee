"""The review queue and the quality of detection in a real browser, built as they are shipped."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Page, async_playwright, expect

from tests.api.detection_town import BIN_BOX, cause_at, judge, take
from tests.api.town import running_town
from tests.browser import launch, open_page
from tests.wall.tile_page import STATIC, Desk

pytestmark = [pytest.mark.browser, pytest.mark.timeout(120), pytest.mark.asyncio(loop_scope="module")]


def box(number: int) -> list[float]:
    return [0.05 + 0.08 * number, 0.6, 0.06, 0.1]


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def desk(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Desk]:
    async with (
        running_town(tmp_path_factory.mktemp("detection"), static_dir=STATIC) as town,
        async_playwright() as playwright,
    ):
        await cause_at(town, "east")
        await judge(town, "east", "real", "confirm", [0.5, 0.1, 0.05, 0.1])
        for number in range(5):
            await take(town, "east", f"waits-{number}", box=box(number))
        browser = await launch(playwright)
        yield Desk(town, browser)
        await browser.close()


async def case_of(desk: Desk, number: str) -> dict[str, Any]:
    found = (await desk.town.client("operator@east").get("/cases", params={"text": number})).json()["items"]
    (case,) = [one for one in found if one["number"] == number]
    return dict(case)


async def shown_number(page: Page) -> str:
    text = await page.get_by_test_id("review").locator(".number").inner_text()
    return text.split(" · ")[0].strip()


async def test_a_queue_worked_off_by_keyboard(desk: Desk) -> None:
    async with desk.page("operator@east") as page:
        await open_page(page, "detection")
        await page.get_by_test_id("detection-section-review").click()
        await expect(page.get_by_test_id("review-picture")).to_be_visible()
        await expect(page.get_by_test_id("review")).to_contain_text("共 5 条")
        first = await shown_number(page)
        await page.keyboard.press("c")
        await expect(page.get_by_test_id("review")).to_contain_text("共 4 条")
        await expect(page.get_by_test_id("review-last")).to_contain_text(first)
        await page.keyboard.press("u")
        await expect(page.get_by_test_id("review")).to_contain_text("共 5 条")
        assert await shown_number(page) == first
        assert (await case_of(desk, first))["state"] == "review"
        await page.keyboard.press("r")
        await expect(page.get_by_test_id("review-cause-bin")).to_be_visible()
        await page.keyboard.press("4")
        await expect(page.get_by_test_id("review-last")).to_contain_text("行人")
        second = await shown_number(page)
        assert second != first
        await page.keyboard.press("r")
        await page.keyboard.press("0")
        await page.get_by_test_id("review-word").fill("消防栓")
        await page.keyboard.press("Enter")
        await expect(page.get_by_test_id("review")).to_contain_text("共 3 条")
        await page.keyboard.press("d")
        await expect(page.get_by_test_id("review-choices-double")).to_be_visible()
        await page.keyboard.press("1")
        await expect(page.get_by_test_id("review-session")).to_contain_text("重复 1")
        await page.get_by_test_id("review-confirm").click()
        await page.get_by_test_id("review-confirm").click()
        await expect(page.get_by_test_id("review-empty")).to_be_visible()
        await expect(page.get_by_test_id("review-session")).to_contain_text("属实 2，误报 2，重复 1")
    assert [(await case_of(desk, one))["resolution"] for one in (first, second)] == ["rejected", "rejected"]


async def test_figures_what_was_rejected_and_forgetting(desk: Desk) -> None:
    async with desk.page("operator@east") as page:
        await page.goto(f"{desk.url}/detection")
        row = page.get_by_test_id("rule-east-cam-stall")
        await expect(row).to_contain_text("垃圾桶 1")
        await row.click()
        detail = page.get_by_test_id("rule-detail")
        await expect(detail.get_by_role("img").first).to_be_visible()
        await detail.get_by_test_id("rejected-bin").click()
        await expect(detail.locator(".pictures figure")).to_have_count(1)
        await page.get_by_test_id("rule-detail-close").click()
        await page.get_by_test_id("detection-section-causes").click()
        cause = page.get_by_test_id("cause-bin")
        await expect(cause).to_contain_text("未再提示 1 次")
        await cause.get_by_test_id("cause-forget").click()
        await expect(cause.get_by_test_id("cause-restore")).to_be_visible()
        await cause.get_by_test_id("cause-restore").click()
        await expect(cause.get_by_test_id("cause-forget")).to_be_visible()
        assert await take(desk.town, "east", "bin-once-more", box=BIN_BOX) is None
        await page.get_by_test_id("detection-back").click()
        await expect(page.get_by_test_id("view-wall")).to_be_visible()


async def test_a_village_room_sees_its_own_and_judges_nothing(desk: Desk) -> None:
    async with desk.page("village_room@west") as page:
        await page.goto(f"{desk.url}/detection/review")
        await expect(page.get_by_test_id("detection-section-review")).to_have_count(0)
        await expect(page.get_by_test_id("detection-none")).to_be_visible()
        await asyncio.gather(
            *(expect(page.get_by_test_id(f"rule-{one}-stall")).to_have_count(0) for one in ("east-cam",))
        )
