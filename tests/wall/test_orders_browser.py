"""Orders from above at the desk: typed in, what they double proposed and merged, and the form they owe."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from playwright.async_api import async_playwright, expect

from tests.api.test_orders_from_above import SECRET, configured, jpeg
from tests.api.town import middle, running_town
from tests.browser import launch
from tests.wall.tile_page import STATIC, Desk

pytestmark = [pytest.mark.browser, pytest.mark.timeout(120), pytest.mark.asyncio(loop_scope="module")]


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def desk(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Desk]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DISTRICT_SECRET", SECRET)
        async with (
            running_town(tmp_path_factory.mktemp("orders"), config=configured(), static_dir=STATIC) as town,
            async_playwright() as playwright,
        ):
            browser = await launch(playwright)
            yield Desk(town, browser)
            await browser.close()


async def test_an_order_from_typing_it_in_to_its_feedback(desk: Desk) -> None:
    operator = desk.town.client("operator@town")
    lon, lat = middle("east-g1")
    earlier = {"case_class": "05-01", "level": 1, "lon": lon + 0.0001, "lat": lat, "note": ""}
    double = (await operator.post("/cases", json=earlier)).json()
    async with desk.page("operator@town") as page:
        await page.goto(f"{desk.url}/cases")
        await page.get_by_test_id("order-open").click()
        await expect(page.get_by_text("须反馈：")).to_contain_text("处置后照片")
        await page.get_by_test_id("order-number").fill("柯指7号")
        await page.get_by_test_id("order-class").select_option("05-01")
        await page.get_by_test_id("order-place").fill("here")
        await expect(page.get_by_test_id("order-send")).to_be_disabled()
        await page.get_by_test_id("order-place").fill(f"{lon}, {lat}")
        await page.get_by_test_id("order-due").fill("2020-01-01T08:00")
        await page.get_by_test_id("order-send").click()
        await expect(page.get_by_test_id("order-form").get_by_role("alert")).to_contain_text("deadline_at")
        await page.get_by_test_id("order-due").fill("")
        await page.get_by_test_id("order-send").click()
        await expect(page.get_by_test_id("order-form")).to_have_count(0)

        # What it may double is proposed; a person decides.
        proposed = page.get_by_test_id("proposed-double")
        await expect(proposed).to_contain_text(double["number"])
        form = page.get_by_test_id("feedback-form")
        await expect(form).to_contain_text("还缺 3 项")
        (order,) = [one for one in (await operator.get("/cases")).json()["items"] if one["source"] == "order"]
        photo = await operator.post(f"/cases/{order['id']}/evidence", files={"file": ("a.jpg", jpeg(), "image/jpeg")})
        await page.get_by_test_id("feedback-result").fill("已劝离")
        await page.get_by_test_id("feedback-how").select_option("warned")
        await page.get_by_test_id("feedback-save").click()
        await expect(form).to_contain_text("还缺 1 项")
        await page.get_by_test_id("feedback-after").select_option(photo.json()["id"])
        await page.get_by_test_id("feedback-save").click()
        await expect(form).not_to_contain_text("还缺")
        kept = (await operator.get(f"/cases/{order['id']}/feedback")).json()
        assert kept["answers"] == {"result": "已劝离", "how": "warned", "after": photo.json()["id"]}

        await page.get_by_test_id("proposed-merge").click()
        await expect(page.get_by_test_id("case-state")).to_have_attribute("data-state", "invalid")
        await expect(proposed).to_have_count(0)
        assert (await operator.get(f"/cases/{order['id']}")).json()["resolution"] == "duplicate"
