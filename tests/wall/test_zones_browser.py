"""Zones drawn and tried out in a real browser: on a drawn street with a cart in it."""

from pathlib import Path

import pytest
from playwright.async_api import Page, async_playwright, expect

from config.load import load_cameras
from tests.api.trial_town import CART, street_town
from tests.browser import launch
from tests.vision.test_footage import street_clip
from tests.wall.tile_page import STATIC, Desk

__all__ = ["street_clip"]
pytestmark = [pytest.mark.browser, pytest.mark.timeout(120)]


async def click_at(page: Page, x: float, y: float) -> None:
    box = await page.get_by_test_id("zones-canvas").bounding_box()
    assert box is not None
    await page.mouse.move(box["x"] + x * box["width"], box["y"] + y * box["height"])
    await page.mouse.down()
    await page.mouse.up()


async def drawn(page: Page, *corners: tuple[float, float]) -> None:
    await page.get_by_test_id("zones-draw").click()
    for corner in corners:
        await click_at(page, *corner)
    await page.keyboard.press("Enter")


async def test_a_zone_is_drawn_measured_tried_and_saved(tmp_path: Path, street_clip: Path) -> None:
    async with street_town(tmp_path, static_dir=STATIC) as (town, live, config), async_playwright() as playwright:
        browser = await launch(playwright)
        async with Desk(town, browser).page("administrator@town") as page:
            await page.goto(f"http://{town.address}/zones/east-cam")
            await expect(page.get_by_test_id("zone-no-stall")).to_be_visible()
            await page.wait_for_function(
                "() => document.querySelector('[data-testid=zones-picture]')?.naturalWidth > 0"
            )
            await sees_sizes(page)
            await draws_with_mouse_and_keys(page)
            await tries(page, street_clip)
            await saves(page, live, config)
        await browser.close()


async def sees_sizes(page: Page) -> None:
    """A person near is larger than one far off; there is none in the sky."""
    near, far = [], []
    for heights, y in ((near, 0.95), (far, 0.5)):
        await click_at(page, 0.5, y)
        box = await page.get_by_test_id("zones-size").locator("line").bounding_box()
        assert box is not None
        heights.append(box["height"])
    assert near[0] > 1.5 * far[0]
    await click_at(page, 0.5, 0.02)
    await expect(page.get_by_test_id("zones-size")).to_have_count(0)


async def draws_with_mouse_and_keys(page: Page) -> None:
    await drawn(page, (0.3, 0.9), (0.7, 0.55), (0.7, 0.9), (0.3, 0.55))
    await expect(page.get_by_test_id("zone-fault")).to_contain_text("交叉")
    await expect(page.get_by_test_id("zones-save")).to_be_disabled()
    await page.get_by_test_id("zones-undo").click()
    await expect(page.get_by_test_id("zone-stall-1")).to_have_count(0)
    await drawn(page, (0.3, 0.55), (0.7, 0.55), (0.7, 0.9), (0.3, 0.9))
    await expect(page.get_by_test_id("zone-fault")).to_have_count(0)
    corner = page.get_by_test_id("corner-0")
    await corner.focus()
    await page.keyboard.press("Shift+ArrowLeft")
    await page.keyboard.press("+")
    await expect(page.get_by_test_id("corner-4")).to_have_count(1)
    await page.get_by_test_id("corner-1").focus()
    await page.keyboard.press("Delete")
    await expect(page.get_by_test_id("corner-4")).to_have_count(0)
    await page.get_by_test_id("zone-dwell_seconds").fill("60")
    await page.get_by_test_id("zone-on-map").click()


async def tries(page: Page, street_clip: Path) -> None:
    await page.get_by_test_id("trial-ring").click()
    row = page.get_by_test_id("trial-row-0")
    await expect(row).to_contain_text("再过约")
    await row.click()
    await expect(page.get_by_test_id("mark-0")).to_have_count(1)
    await page.get_by_test_id("trial-dwell").select_option("short")
    await page.get_by_test_id("trial-file").set_input_files(str(street_clip))
    await expect(page.get_by_test_id("trial-row-0")).to_contain_text("会告警", timeout=60_000)
    await page.get_by_test_id("trial-row-0").click()
    mark = page.get_by_test_id("mark-0").locator("rect")
    assert abs(float(await mark.get_attribute("x") or 0) / 1600 - CART.box[0]) < 0.03


async def saves(page: Page, live, config: Path) -> None:
    await page.get_by_test_id("zone-id").fill("no-stall")
    await page.get_by_test_id("zone-id").blur()
    await page.get_by_test_id("zones-save").click()
    await expect(page.get_by_test_id("zone-refused")).to_contain_text("编号")
    await page.get_by_test_id("zone-id").fill("market-gate")
    await page.get_by_test_id("zone-id").blur()
    await page.get_by_test_id("zones-save").click()
    await expect(page.get_by_test_id("zones-saved")).to_be_visible()
    zone = load_cameras(config).cameras[0].zones[1]
    assert (zone.id, zone.rule, zone.dwell_seconds, zone.polygon, len(zone.ground)) == (
        "market-gate",
        "stall",
        60,
        [],
        4,
    )
    assert [one.id for one in live.analysis.camera.zones] == ["no-stall", "market-gate"]
