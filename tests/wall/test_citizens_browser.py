"""The citizens' page in a real browser of a phone's size, without an account."""

import os
from pathlib import Path

import pytest
from playwright.async_api import Page, Response, async_playwright, expect

from tests.api.test_citizens import configured
from tests.api.town import middle, running_town
from tests.browser import launch
from tests.wall.test_phone_browser import photo
from tests.wall.tile_page import STATIC

pytestmark = [pytest.mark.browser, pytest.mark.timeout(120)]
LON, LAT = middle("east-g2")
MOST_SCRIPT = 500_000
"""Bytes, before compression. The room's pages load several times that."""


async def shot(page: Page, name: str) -> None:
    if folder := os.environ.get("GRIDWATCH_SHOTS"):
        await page.screenshot(path=Path(folder) / f"{name}.png", full_page=True)


async def test_a_citizen_reports_and_asks_how_far_it_is(tmp_path):
    async with (
        running_town(tmp_path, config=configured(), static_dir=STATIC) as town,
        async_playwright() as playwright,
    ):
        browser = await launch(playwright)
        context = await browser.new_context(
            viewport={"width": 390, "height": 844},
            has_touch=True,
            geolocation={"longitude": LON, "latitude": LAT, "accuracy": 9},
            permissions=["geolocation"],
        )
        page = await context.new_page()
        page.set_default_timeout(30_000)
        asked: list[Response] = []
        page.on("response", lambda one: asked.append(one))
        await page.goto(f"http://{town.address}/report")
        await page.get_by_test_id("class-05-01").click()
        send = page.get_by_test_id("report-send")
        await expect(send).to_be_disabled()
        await page.get_by_test_id("report-map").click()
        await expect(send).to_be_enabled()
        await page.get_by_test_id("report-here").click()
        await page.get_by_test_id("report-photo").set_input_files([photo(90), photo(120)])
        await expect(page.locator(".photos img")).to_have_count(2)
        await page.get_by_test_id("report-words").fill("路口有人摆摊")
        wide = await page.evaluate("document.documentElement.scrollWidth")
        assert wide <= 390
        await shot(page, "citizen-report")
        await send.click()
        number = await page.get_by_test_id("receipt-number").text_content()
        await shot(page, "citizen-receipt")
        operator = town.client("operator@town")
        (case,) = (await operator.get("/cases")).json()["items"]
        detail = (await operator.get(f"/cases/{case['id']}")).json()
        assert (case["source"], case["state"]) == ("citizen", "review")
        assert detail["trace"][0]["detail"]["citizen_number"] == number
        assert (len(detail["evidence"]), round(case["lon"], 4), round(case["lat"], 4)) == (
            2,
            round(LON, 4),
            round(LAT, 4),
        )

        await page.get_by_test_id("report-language").click()
        await page.get_by_test_id("follow-open").click()
        await page.get_by_test_id("follow-ask").click()
        await expect(page.get_by_test_id("follow-progress")).to_have_text("Received, waiting for review")
        await page.get_by_test_id("follow-secret").fill("AAAAAAAAAA")
        await page.get_by_test_id("follow-ask").click()
        await expect(page.get_by_role("alert")).to_contain_text("there is no such report")

        assert {one.url.split("/api/v1")[1].split("/")[1] for one in asked if "/api/" in one.url} == {"citizen"}
        scripts = [one for one in asked if one.url.endswith(".js")]
        assert scripts
        assert sum([len(await one.body()) for one in scripts]) < MOST_SCRIPT
        assert await context.cookies() == []
        await browser.close()


async def test_where_it_is_not_offered_the_page_says_so(tmp_path):
    async with running_town(tmp_path, static_dir=STATIC) as town, async_playwright() as playwright:
        browser = await launch(playwright)
        page = await browser.new_page()
        await page.goto(f"http://{town.address}/report")
        await expect(page.get_by_test_id("report-closed")).to_be_visible()
        await browser.close()
