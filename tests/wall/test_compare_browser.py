"""The event and the check side by side, in a real browser."""

from collections.abc import AsyncIterator

import cv2
import numpy as np
import pytest
import pytest_asyncio
from playwright.async_api import Page, async_playwright, expect

from tests.api.test_verification import until_case, verdicts
from tests.api.town import RunningTown, detection_at, running_town
from tests.browser import launch
from tests.wall.tile_page import STATIC, Desk

pytestmark = [pytest.mark.browser, pytest.mark.timeout(120), pytest.mark.asyncio(loop_scope="module")]

TRANSFORMS = "() => [...document.querySelectorAll('.compare img')].map((one) => getComputedStyle(one).transform)"
LOADED = """() => {
  const all = [...document.querySelectorAll('[data-testid="before-after"] img')]
  return all.length === 2 && all.every((one) => one.complete && one.naturalWidth > 0)
}"""


def photo(level: int) -> bytes:
    _, jpeg = cv2.imencode(".jpg", np.full((360, 640, 3), level, np.uint8))
    return jpeg.tobytes()


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def desk(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Desk]:
    async with (
        running_town(tmp_path_factory.mktemp("compare"), static_dir=STATIC) as town,
        async_playwright() as playwright,
    ):
        browser = await launch(playwright)
        yield Desk(town, browser)
        await browser.close()


async def case_checked(town: RunningTown, said: str) -> str:
    """Seen by the camera, handled with a photo, and verified: its id."""
    town.live.verdicts = [said]
    detection, _ = detection_at("east", "stall-1")
    await town.live.detect(detection, (photo(90),))
    operator, worker = town.client("operator@east"), town.client("grid_worker@east")
    case = str((await operator.get("/cases")).json()["items"][0]["id"])
    sent = {"worker_id": town.account_id("grid_worker@east")}
    assert (await operator.post(f"/cases/{case}/assign", json=sent)).status_code == 200
    for action in ("accept", "arrive"):
        assert (await worker.post(f"/cases/{case}/{action}", json={})).status_code == 200
    added = await worker.post(
        f"/cases/{case}/evidence", files={"file": ("swept.jpg", photo(200))}, data={"caption": ""}
    )
    assert added.status_code in (200, 201), added.text
    assert (await worker.post(f"/cases/{case}/handle", json={})).status_code == 200
    await until_case(town, case, verdicts)
    return case


async def zooms_and_flips(page: Page) -> None:
    await page.get_by_test_id("compare-before").click()
    large = page.get_by_test_id("compare-large")
    await expect(large).to_be_focused()
    whole = await page.evaluate(TRANSFORMS)
    assert whole == ["none", "none"]
    await page.keyboard.press("+")
    await page.wait_for_function(f"({TRANSFORMS})().every((one) => one !== 'none')")
    box = await page.get_by_test_id("compare-pane-after").bounding_box()
    assert box is not None
    await page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    zoomed = await page.evaluate(TRANSFORMS)
    await page.mouse.wheel(0, -200)
    await page.wait_for_function(f"({TRANSFORMS})()[1] !== {zoomed[1]!r}")
    zoomed = await page.evaluate(TRANSFORMS)
    await page.mouse.down()
    await page.mouse.move(box["x"] + box["width"] / 2 - 80, box["y"] + box["height"] / 2 - 40, steps=3)
    await page.mouse.up()
    await page.wait_for_function(f"({TRANSFORMS})()[1] !== {zoomed[1]!r}")
    moved = await page.evaluate(TRANSFORMS)
    assert moved[0] == moved[1], "both show the same part"
    await page.keyboard.press("Space")
    slider = page.get_by_test_id("compare-slider")
    await expect(slider).to_have_value("100")
    await page.keyboard.press("Space")
    await expect(slider).to_have_value("0")
    await slider.fill("30")
    await expect(page.get_by_test_id("compare-pane-before")).to_have_css("clip-path", "inset(0px 70% 0px 0px)")
    await page.keyboard.press("Escape")
    await expect(large).to_have_count(0)


async def test_what_the_camera_could_not_tell_is_compared_and_decided_by_a_person(desk: Desk) -> None:
    town = desk.town
    case = await case_checked(town, "cannot_tell")
    async with desk.page("supervisor@east") as page:
        await page.locator('[data-testid^="case-item-"]').click()
        await page.wait_for_function(LOADED)
        finding = page.get_by_test_id("compare-finding")
        await expect(finding).to_have_count(1)
        await expect(finding).to_contain_text("无法判断")
        await expect(finding).to_contain_text("重放")
        boxes = [await page.get_by_test_id(f"compare-{side}").bounding_box() for side in ("before", "after")]
        assert boxes[0] is not None
        assert boxes[1] is not None
        assert abs(boxes[0]["width"] - boxes[1]["width"]) < 2
        assert abs(boxes[0]["y"] - boxes[1]["y"]) < 2
        await expect(page.get_by_role("group", name="处置照片")).to_be_visible()
        await zooms_and_flips(page)
        await page.get_by_test_id("evidence-choice").last.click()
        await expect(page.get_by_test_id("evidence-picture")).to_be_visible()
        await page.get_by_test_id("compare-choice").click()
        decided = await town.client("supervisor@east").post(f"/cases/{case}/verify", json={"result": "gone"})
        assert decided.status_code == 200, decided.text
        await expect(finding).to_have_count(2)
        await expect(finding.last).to_contain_text("已恢复")
