"""Speaking from a real browser with a microphone (a file played as one) to simulated loudspeakers in the street."""

import io
import wave
from pathlib import Path

import numpy as np
import pytest
from playwright.async_api import Page, async_playwright, expect

from tests.api.loud_town import LoudTown, loud_town
from tests.api.test_talk_down import square_case
from tests.browser import launch
from tests.talkdown.street import likeness, speech_like
from tests.wall.tile_page import STATIC, Desk, eventually

pytestmark = [pytest.mark.browser, pytest.mark.timeout(120)]


def microphone_file(folder: Path) -> tuple[str, np.ndarray]:
    """What the fake microphone hears, at 48 kHz, and the same at 8 kHz. It begins anew when it is over."""
    said = speech_like(3.0, seed=11)
    fine = np.interp(np.arange(len(said) * 6) / 6, np.arange(len(said)), said).astype("<i2")
    buffer = io.BytesIO()
    with wave.open(buffer, "wb") as file:
        file.setparams((1, 2, 48_000, 0, "NONE", ""))
        file.writeframes(fine.tobytes())
    path = folder / "microphone.wav"
    path.write_bytes(buffer.getvalue())
    return str(path), said


def target(page: Page, speaker: str) -> object:
    return expect(page.get_by_test_id(f"speak-target-{speaker}"))


async def speak_live(page: Page, here: LoudTown, said: np.ndarray) -> None:
    """Held by the pointer, then by the space bar."""
    await page.get_by_test_id("speak-hold").hover()
    await page.mouse.down()
    await target(page, "square").to_have_attribute("data-state", "speaking")
    await target(page, "gate").to_have_attribute("data-state", "failed")

    async def enough() -> bool:
        sounds = here.hearing.of("square"), here.hearing.of("market")
        return all(one and len(one[-1].data) > 8000 * 1.5 for one in sounds)

    await eventually(enough, 30, "a second and a half is heard")
    await expect(page.get_by_test_id("speak-latency")).to_contain_text("毫秒")

    async def loud() -> bool:
        return int(await page.get_by_test_id("speak-level").get_attribute("aria-valuenow") or 0) > 0

    await eventually(loud, 30, "the meter moves")
    await page.mouse.up()
    await target(page, "square").to_have_attribute("data-state", "played")
    for device in ("square", "market"):
        heard = here.hearing.of(device)[-1]
        assert heard.ended in ("teardown", "end")
        assert likeness(said, heard.samples()[:12_000]) > 0.5 * likeness(said, said[:12_000])
    await page.get_by_test_id("speak-hold").focus()
    await page.keyboard.down(" ")
    await target(page, "square").to_have_attribute("data-state", "speaking")
    await page.keyboard.up(" ")
    await target(page, "square").to_have_attribute("data-state", "played")
    assert len(here.hearing.of("square")) == 2


async def record_and_play(page: Page, here: LoudTown) -> None:
    await page.get_by_test_id("speak-tab-announcement").click()
    await page.get_by_test_id("announcement-new").click()
    await page.get_by_test_id("announcement-record").click()
    await expect(page.get_by_test_id("announcement-finish")).to_contain_text("1 秒")
    await page.get_by_test_id("announcement-finish").click()
    await page.get_by_test_id("announcement-name").fill("禁止摆摊")
    await page.get_by_test_id("announcement-text").fill("此处禁止摆摊，请立即离开")
    await page.get_by_test_id("announcement-keep").click()
    await expect(page.get_by_test_id("announcement-禁止摆摊")).to_be_checked()
    await page.get_by_test_id("speak-play").click()

    async def over() -> bool:
        sounds = here.hearing.of("square")
        return len(sounds) == 3 and bool(sounds[-1].ended)

    await eventually(over, 30, "the announcement is over")
    await target(page, "square").to_have_attribute("data-state", "played")
    client = here.town.client("operator@town")
    (kept,) = (await client.get("/announcements")).json()["items"]
    data = (await client.get(f"/announcements/{kept['id']}/sound.wav")).content
    sound = np.frombuffer(data[44:], "<i2")
    assert np.abs(sound).max() > 500
    assert likeness(sound, here.hearing.of("square")[-1].samples()) > 0.95


async def test_a_room_speaks_to_the_street(tmp_path: Path) -> None:
    path, said = microphone_file(tmp_path)
    fake = ["--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream"]
    async with loud_town(tmp_path, static_dir=STATIC) as here, async_playwright() as playwright:
        browser = await launch(playwright, *fake, f"--use-file-for-fake-audio-capture={path}")
        desk, operator = Desk(here.town, browser), here.town.client("operator@town")
        case = (await operator.post("/cases", json=square_case(here.town))).json()
        async with desk.page("operator@town") as page:
            await page.get_by_test_id("map-tool-speak").click()
            await expect(page.get_by_test_id("speak-hold")).to_be_disabled()
            await page.get_by_test_id("speak-grid").select_option("east-g1")
            await expect(page.get_by_test_id("speak-sum")).to_contain_text("已选 5 个音柱")
            await speak_live(page, here, said)
            await record_and_play(page, here)
            # From a case: those that reach it, and its trace tells.
            await page.get_by_test_id("speak-close").click()
            await page.get_by_test_id(f"case-item-{case['number']}").click()
            await page.get_by_test_id("case-speak").click()
            await expect(page.get_by_test_id("speak-sum")).to_contain_text("已选 1 个音柱")
            await page.get_by_test_id("speak-road").fill("商贸街")
            await page.get_by_test_id("speak-road").press("Enter")
            await expect(page.get_by_test_id("speak-sum")).to_contain_text("已选 2 个音柱")
            await page.get_by_test_id("speak-tab-text").click()
            await page.get_by_test_id("speak-text").fill("请立即离开此处")
            await page.get_by_test_id("speak-say").click()
            await target(page, "market").to_have_attribute("data-state", "played")
            await expect(page.get_by_test_id("case-detail")).to_contain_text("请立即离开此处")
            await page.keyboard.press("Escape")
            await expect(page.get_by_test_id("speak-hold")).to_have_count(0)
        await browser.close()
