"""People and rights in a real browser, built as it is shipped."""

import re
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


async def sets_a_password(desk: Desk, code: str) -> None:
    """Who was handed the code, on a phone's screen: at the door of the room, and next time on the phone's page."""
    context = await desk.browser.new_context(viewport={"width": 390, "height": 844}, locale="zh-CN")
    page = await context.new_page()
    await page.goto(desk.url)
    await page.get_by_test_id("login-by-code").click()
    await page.get_by_test_id("code-username").fill("wang")
    await page.get_by_test_id("code-code").fill("AAAA-AAAA-AAAA")
    await page.get_by_test_id("code-password").fill("my own, and new")
    await page.get_by_test_id("code-submit").click()
    await expect(page.get_by_test_id("entry-error")).to_contain_text("一次性代码不正确")
    assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    await page.get_by_test_id("code-code").fill(code.lower())
    await page.get_by_test_id("code-submit").click()
    await expect(page.get_by_test_id("code-submit")).to_have_count(0)
    assert code not in page.url
    await page.goto(f"{desk.url}/phone")
    await page.get_by_test_id("by-code").click()
    await page.get_by_test_id("username").fill("wang")
    await page.get_by_test_id("code").fill(code)
    await page.get_by_test_id("password").fill("my own, once more")
    await page.get_by_test_id("sign-in").click()
    await expect(page.get_by_role("alert")).to_contain_text("已使用")
    await context.close()


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
        # Who is new has a one-time code from the start, another one when it is lost.
        first = await page.get_by_test_id("person-given").inner_text()
        await page.get_by_test_id("person-reset").click()
        await expect(page.get_by_test_id("person-given")).not_to_have_text(first)
        await sets_a_password(desk, await page.get_by_test_id("person-given").inner_text())
        await page.get_by_test_id("person-end").click()
        await expect(row).to_have_count(0)
        await page.get_by_test_id("people-ended").check()
        await expect(row).to_contain_text("已停用")

        await page.get_by_test_id("admin-tab-audit").click()
        await page.get_by_test_id("audit-kind").select_option("account")
        await expect(page.get_by_test_id("audit")).to_contain_text("王小明")
        await expect(page.get_by_test_id("audit")).to_contain_text("启用 否")
        await expect(page.get_by_test_id("audit")).not_to_contain_text(
            "姓名"
        )  # Enter opened the person, and saved nothing
        async with page.expect_download() as waiting:
            await page.get_by_test_id("audit-export").click()
        assert (await waiting.value).suggested_filename == "audit.csv"


async def test_who_stands_in_is_told_so_and_a_narrow_screen_holds_the_page(desk: Desk) -> None:
    admin, long = desk.town.client("administrator@town"), "阿布都热合曼·买买提艾力·" * 3
    absent = desk.town.account_id("dispatcher@east")
    assert (await admin.patch(f"/accounts/{absent}", json={"name": long})).status_code == 200
    now = desk.town.centre.clock.now()
    place = {"account_id": desk.town.account_id("operator@west"), "absent_id": absent}
    made = await admin.post("/stand-ins", json={**place, "from_at": now, "until_at": now + 3600})
    assert made.status_code == 201, made.text
    async with desk.page("operator@west", viewport={"width": 1366, "height": 768}) as page:
        strip = page.get_by_test_id("standing-in")
        await expect(strip).to_contain_text(long)
        await expect(strip).to_have_attribute("title", re.compile(long))
        await expect(page.get_by_test_id("sign-out")).to_be_in_viewport(ratio=1)
        await page.get_by_test_id("pages-open").click()
        await expect(page.get_by_test_id("queue-open")).to_be_visible()
        await expect(page.get_by_test_id("admin-open")).to_have_count(0)
    async with desk.page("auditor@east") as page:
        await page.set_viewport_size({"width": 420, "height": 800})
        await page.goto(f"{desk.url}/admin")
        await expect(page.get_by_test_id("person-operator@east")).to_be_visible()
        await expect(page.get_by_test_id("people-add")).to_have_count(0)
        assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        await page.get_by_test_id("people-search").fill("买买提")
        await page.get_by_test_id("person-dispatcher@east").click()
        await expect(page.get_by_test_id("person-close")).to_be_in_viewport(ratio=1)
        await expect(page.get_by_test_id("person-post")).to_be_in_viewport(ratio=1)
        await page.get_by_test_id("admin-tab-audit").click()
        await expect(page.get_by_test_id("audit")).to_be_visible()
        row = page.locator('[data-kind="stand_in"] .what').first
        await expect(row).to_contain_text(long)
        box = await row.bounding_box()
        assert box is not None
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= 420
