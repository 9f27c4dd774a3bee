"""The pages of video quality in a real browser, built as they are shipped."""

from collections.abc import AsyncIterator
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
import pytest_asyncio
from playwright.async_api import async_playwright, expect

from tests.api.quality_town import episode_at
from tests.api.town import running_town
from tests.browser import launch, open_page
from tests.wall.replay_live import first_picture_jpeg
from tests.wall.tile_page import STATIC, Desk, street_clip

pytestmark = [pytest.mark.browser, pytest.mark.timeout(120), pytest.mark.asyncio(loop_scope="module")]


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def desk(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Desk]:
    async with (
        running_town(tmp_path_factory.mktemp("quality"), static_dir=STATIC) as town,
        async_playwright() as playwright,
    ):
        now = town.centre.clock.now()
        picture = first_picture_jpeg(street_clip())
        town.centre.quality.begin("east-cam", "covered", now - 600, now - 500, picture, picture)
        episode_at(town, "west", "wrong_time", now - 300)
        browser = await launch(playwright)
        yield Desk(town, browser)
        await browser.close()


BOTH_PICTURES = """() => {
  const all = [...document.querySelectorAll('.quality-card img')]
  const shown = all.filter((one) => one.complete && one.naturalWidth > 0)
  return shown.length >= 2
}"""


async def test_faults_their_pictures_the_history_and_the_report(desk: Desk) -> None:
    async with desk.page("operator@town") as page:
        await expect(page.get_by_test_id("quality-mark-east-cam").first).to_have_text("镜头遮挡")
        await open_page(page, "quality")
        covered = page.get_by_test_id("quality-east-cam-covered")
        await expect(covered).to_be_visible()
        await expect(page.get_by_test_id("quality-share")).to_contain_text("0 / 2")
        await page.wait_for_function(BOTH_PICTURES)
        await page.get_by_test_id("quality-kind-wrong_time").click()
        await expect(covered).to_have_count(0)
        await page.get_by_test_id("quality-kind-wrong_time").click()
        await page.get_by_test_id("quality-area").select_option("west")
        await expect(covered).to_have_count(0)
        await page.get_by_test_id("quality-area").select_option("")
        await covered.get_by_role("button").click()
        await expect(page.get_by_test_id("quality-history").get_by_test_id("quality-east-cam-covered")).to_be_visible()
        await expect(page.get_by_test_id("quality-accept")).to_have_count(0)
        await page.get_by_test_id("quality-section-report").click()
        today = datetime.fromtimestamp(desk.town.centre.clock.now(), ZoneInfo("Asia/Shanghai")).date().isoformat()
        await page.get_by_test_id("quality-day").fill(today)
        await expect(page.get_by_test_id("quality-report")).to_contain_text("镜头遮挡")
        await page.get_by_test_id("quality-back").click()
        await expect(page.get_by_test_id("view-wall")).to_be_visible()


async def test_a_village_room_sees_its_own_and_comes_back(desk: Desk) -> None:
    async with desk.page("village_room@west") as page:
        await page.get_by_test_id("village-quality").click()
        await expect(page.get_by_test_id("quality-west-cam-wrong_time")).to_be_visible()
        await expect(page.get_by_test_id("quality-east-cam-covered")).to_have_count(0)
        await page.get_by_test_id("quality-back").click()
        await expect(page.get_by_test_id("village-report-open")).to_be_visible()
