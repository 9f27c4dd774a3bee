"""What goes out and who is silent, in a real browser: an event a receiver fails, sent once more; sensors and a broker
on the health panel."""

from pathlib import Path

import pytest
from playwright.async_api import async_playwright, expect

from config.cameras import CamerasFile
from tests.api import test_sensors
from tests.api.town import middle, running_town
from tests.browser import launch, open_page
from tests.exchange.broker import small_broker
from tests.exchange.receiver import receiving
from tests.wall.tile_page import STATIC, Desk

pytestmark = [pytest.mark.browser, pytest.mark.timeout(120)]


def configured(broker: int, url: str) -> CamerasFile:
    file = test_sensors.configured(broker).model_dump(mode="json", exclude_unset=True)
    file["exchange"]["destinations"] = [
        {"id": "district", "url": url, "plain_http": True, "credentials": "hook", "events": ["open"]}
    ]
    return CamerasFile.model_validate(file)


async def test_a_failed_event_is_sent_again_and_the_silent_are_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOOK_SECRET", test_sensors.SECRET)
    monkeypatch.setenv("FIRE_SECRET", "pass-word-1")
    async with small_broker() as broker, receiving([500] * 50) as receiver:
        config = configured(broker.port, receiver.url)
        async with running_town(tmp_path, config=config, static_dir=STATIC) as town, async_playwright() as playwright:
            browser = await launch(playwright)
            lon, lat = middle("east-g2")
            body = {"case_class": "01-02", "level": 2, "lon": lon, "lat": lat, "note": "占道"}
            case = (await town.client("operator@town").post("/cases", json=body)).json()
            await receiver.has(1)
            async with Desk(town, browser).page("administrator@town") as page:
                await page.get_by_test_id("connection").click()
                health = page.get_by_test_id("health")
                await expect(health).to_contain_text("饭店燃气")
                await expect(health).to_contain_text("从未收到信号")
                await expect(health.get_by_text("fire", exact=True)).to_be_visible()
                await page.keyboard.press("Escape")
                await open_page(page, "outbox")
                row = page.locator("tbody tr", has_text=case["number"])
                await expect(row).to_contain_text("answered 500")
                await expect(row).to_contain_text("发现立案")
                await expect(row).to_contain_text("待送")
                # At once rather than when its turn comes; the page follows by itself.
                receiver.script.clear()
                tried = len(receiver.requests)
                await row.get_by_role("button").click()
                await receiver.has(tried + 1)
                await expect(row).to_contain_text("已送达")
                await expect(row).not_to_contain_text("answered 500")
                # The receiver lost it: once more.
                tried = len(receiver.requests)
                await row.get_by_role("button").click()
                await receiver.has(tried + 1)
                await expect(row).to_contain_text("已送达")
                await expect(page.get_by_test_id("outbox-state-delivered")).to_contain_text("1")
                await page.get_by_test_id("outbox-state-pending").click()
                await expect(page.get_by_test_id("outbox-none")).to_be_visible()
                await page.get_by_test_id("outbox-state-delivered").click()
                await row.get_by_role("link").click()
                await expect(page.get_by_test_id("case-detail")).to_contain_text(case["number"])
            await browser.close()
    assert len({headers["webhook-id"] for headers, _ in receiver.requests}) == 1
