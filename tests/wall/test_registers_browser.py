"""The registers in a real browser, built as they are shipped: a vendor met, stepped up, and found by pinyin."""

from pathlib import Path

import pytest
from playwright.async_api import expect

from incidents.service import NewCase
from tests.api.town import middle
from tests.browser import open_page
from tests.wall.tile_page import desk

pytestmark = [pytest.mark.browser, pytest.mark.timeout(120)]


async def test_a_vendor_is_put_down_stepped_up_and_found(tmp_path: Path) -> None:
    async with desk(tmp_path) as shown:
        town = shown.town
        caller = town.incidents.accounts.authenticate(town.token("operator@town"))
        assert caller is not None
        first, second = (
            town.incidents.create_case(caller, NewCase("05-01", *middle("east-g1"), 2, "摊贩")) for _ in range(2)
        )
        async with shown.page("operator@town") as page:
            await page.get_by_test_id(f"case-item-{first.number}").click()
            await page.get_by_test_id("attach-open").click()
            await page.get_by_test_id("attach-text").fill("王小二")
            await page.get_by_test_id("attach-phone").fill("13800135678")
            await page.get_by_test_id("attach-measure").select_option("told")
            await page.get_by_test_id("attach-send").click()
            await expect(page.get_by_test_id("party-measure")).to_have_text("劝导")
            await page.get_by_test_id(f"case-item-{second.number}").click()
            await expect(page.get_by_test_id("history-place")).to_contain_text("1 件")
            await page.get_by_test_id("attach-open").click()
            await page.get_by_test_id("suggested-王小二").click()
            await page.get_by_test_id("attach-send").click()
            await expect(page.get_by_test_id("party-proposal")).to_contain_text("书面警告")
            await page.get_by_test_id("party-take").click()
            await expect(page.get_by_test_id("party-measure")).to_have_text("书面警告")
            await open_page(page, "registers")
            await page.get_by_test_id("registers-search").fill("wxe")
            await page.get_by_test_id("party-row-王小二").click()
            await expect(page.get_by_test_id("party-card")).to_contain_text("13800135678")
            # Entered twice: the other one is found by pinyin and taken in.
            body = {"kind": "vendor", "name": "王晓二", "area": "east", "plate": "浙D12345"}
            assert (await town.client("operator@town").post("/registers/parties", json=body)).status_code == 201
            await page.reload()
            await page.get_by_test_id("party-row-王小二").click()
            await page.get_by_test_id("party-merge-search").fill("wxe")
            await page.get_by_test_id("party-merge-王晓二").click()
            page.once("dialog", lambda dialog: dialog.accept())
            await page.get_by_test_id("party-merge").click()
            await expect(page.get_by_test_id("party-row-王晓二")).to_have_count(0)
            await expect(page.get_by_test_id("party-card")).to_contain_text("合并入另一条目")
            await page.get_by_test_id("registers-tab-places").click()
            await page.get_by_test_id("places-least").select_option("2")
            await expect(page.get_by_test_id("place-row")).to_have_count(1)
