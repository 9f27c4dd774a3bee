"""People and rights in a real browser, built as it is shipped."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from playwright.async_api import async_playwright, expect

from tests.api.town import running_town
from tests.browser import launch, open_page
from tests.wall.tile_page import STATIC, Desk

pytestmark = [pytest.mark.browser, pytest.mark.timeout(120), pytest.mark.asyncio(loop_scope="module")]


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def desk(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Desk]:
    async with (
        running_town(tmp_path_factory.mktemp("admin"), static_dir=STATIC) as town,
        async_playwright() as playwright,
    ):
        browser = await launch(playwright)
        yield Desk(town, browser)
        await browser.close()


async def test_a_person_is_made_replaced_and_let_go(desk: Desk) -> None:
    async with desk.page("administrator@town") as page:
        page.on("dialog", lambda dialog: dialog.accept())
        await open_page(page, "admin")
        await expect(page.get_by_test_id("person-operator@east")).to_be_visible()
        await expect(page.get_by_test_id("person-display@east")).to_have_count(0)
        await page.get_by_test_id("people-add").click()
        await page.get_by_test_id("person-name").fill("王小明")
        await page.get_by_test_id("person-username").fill("wang")
        await page.get_by_test_id("person-role-0").select_option("grid_leader")
        await page.get_by_test_id("person-area-0").select_option("east")
        await page.get_by_test_id("person-save").click()
        await page.get_by_test_id("people-search").fill("王小明")
        row = page.get_by_test_id("person-wang")
        await expect(row).to_contain_text("网格长")
        await expect(page.get_by_test_id("people-count")).to_contain_text("1")

        await page.get_by_test_id("people").focus()
        await page.keyboard.press("Enter")
        await page.get_by_test_id("person-deputy").select_option(label="operator@west (operator@west)")
        await page.get_by_test_id("person-stand-in").click()
        await expect(row).to_contain_text("由 operator@west 代班")
        await page.get_by_test_id("person-reset").click()
        await expect(page.get_by_test_id("person-given")).to_be_visible()
        await page.get_by_test_id("person-end").click()
        await expect(row).to_have_count(0)
        await page.get_by_test_id("people-ended").check()
        await expect(row).to_contain_text("已停用")

        await page.get_by_test_id("admin-tab-audit").click()
        await page.get_by_test_id("audit-kind").select_option("account")
        await expect(page.get_by_test_id("audit")).to_contain_text("王小明")
        await expect(page.get_by_test_id("audit")).to_contain_text("启用 否")
        async with page.expect_download() as waiting:
            await page.get_by_test_id("audit-export").click()
        assert (await waiting.value).suggested_filename == "audit.csv"


async def test_who_stands_in_is_told_so_and_a_narrow_screen_holds_the_page(desk: Desk) -> None:
    async with desk.page("operator@west") as page:
        await page.get_by_test_id("pages-open").click()
        await expect(page.get_by_test_id("queue-open")).to_be_visible()
        await expect(page.get_by_test_id("admin-open")).to_have_count(0)
    async with desk.page("auditor@east") as page:
        await page.set_viewport_size({"width": 420, "height": 800})
        await page.goto(f"{desk.url}/admin")
        await expect(page.get_by_test_id("person-operator@east")).to_be_visible()
        await expect(page.get_by_test_id("people-add")).to_have_count(0)
        assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        await page.get_by_test_id("admin-tab-audit").click()
        await expect(page.get_by_test_id("audit")).to_be_visible()
