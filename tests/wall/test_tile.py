"""What an operator does on one picture, in a real browser."""

import asyncio
import io
import json
import re
from collections.abc import AsyncIterator
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import av
import cv2
import numpy as np
import pytest
import pytest_asyncio
from playwright.async_api import Locator, Page, expect

from tests.api.town import middle
from tests.wall.clips import encode_clip
from tests.wall.replay_live import ReplayLive
from tests.wall.tile_page import Desk, desk, eventually, facts_of, live_tile, street_clip, tile_of

pytestmark = [pytest.mark.browser, pytest.mark.timeout(120), pytest.mark.asyncio(loop_scope="module")]
SHANGHAI = ZoneInfo("Asia/Shanghai")


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def room(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Desk]:
    live = ReplayLive({("east-cam", "sub"): street_clip(), ("west-cam", "sub"): encode_clip("h265", 320, 180)})
    async with desk(tmp_path_factory.mktemp("tile"), live) as made:
        yield made


async def zoom_of(tile: Locator) -> float:
    return float(await tile.get_attribute("data-zoom") or 0)


async def box_of(tile: Locator) -> dict[str, float]:
    found = await tile.bounding_box()
    assert found
    return dict(found)


async def downloaded(page: Page, action: Any) -> tuple[str, bytes]:
    """Name and content of the file an action saves."""
    async with page.expect_download() as waiting:
        await action()
    download = await waiting.value
    return download.suggested_filename, Path(await download.path()).read_bytes()


# --- what is written on it


async def test_a_large_tile_tells_all_and_a_small_one_what_fits(room):
    async with room.page(layout="1") as page:
        tile = await live_tile(page)
        await expect(tile.get_by_test_id("tile-size")).to_have_text("640×360 子码流")
        await expect(tile.locator(".area")).to_have_text("东村")

        async def clock_is_right() -> bool:
            shown = await tile.get_by_test_id("tile-clock").inner_text()
            received = (await facts_of(page))["receivedAt"] / 1000
            near = {datetime.fromtimestamp(received + late, SHANGHAI).strftime("%H:%M:%S") for late in (-1, 0)}
            return shown in near and abs(received - datetime.now().timestamp()) < 2

        await eventually(clock_is_right, 30, "the clock shows when the picture was received, in the town's time")
        await expect(tile.get_by_test_id("tile-age")).to_have_count(0)
        await page.get_by_test_id("layout-64").click()
        small = await live_tile(page)
        assert (await box_of(small))["width"] < 150
        await expect(small.locator(".name")).to_be_visible()
        for left_out in ("tile-size", "area"):
            await expect(small.locator(f'[data-testid="{left_out}"], .{left_out}').first).to_be_hidden()


# --- zoom


async def test_wheel_drag_and_keys_look_closer_and_the_tile_can_still_be_moved(room):
    async with room.page() as page:
        tile = await live_tile(page)
        box = await box_of(tile)
        await page.mouse.move(box["x"] + box["width"] * 0.8, box["y"] + box["height"] * 0.4)
        for _ in range(4):
            await page.mouse.wheel(0, -100)
        await eventually(lambda: _at_least(tile, 2.3), 30, "the wheel zooms in")
        await expect(tile.get_by_test_id("mini-map")).to_be_visible()
        seen = page.locator(".mini .seen")
        before = await seen.get_attribute("style")
        # Under the pointer: the part seen lies to the right.
        assert float(re.search(r"left: ([\d.]+)%", before or "")[1]) > 30  # type: ignore[index]
        await page.mouse.down()
        await page.mouse.move(box["x"] + box["width"] * 0.95, box["y"] + box["height"] * 0.6, steps=4)
        await page.mouse.up()
        assert await seen.get_attribute("style") != before
        assert await tile.get_attribute("draggable") == "false"
        assert await tile_of(page, "east-cam").get_attribute("data-testid") == "tile-0"

        # Zoomed, the grip moves the tile; the other one comes here.
        await tile.hover()
        await tile.get_by_test_id("tile-grip").drag_to(tile_of(page, "west-cam"))
        await expect(tile_of(page, "east-cam")).to_have_attribute("data-testid", "tile-1")
        assert await zoom_of(tile_of(page, "east-cam")) > 2

        tile = tile_of(page, "east-cam")
        await tile.focus()
        await page.keyboard.press("Shift+ArrowLeft")
        await page.keyboard.press("0")
        assert await zoom_of(tile) == 1
        await expect(tile.get_by_test_id("mini-map")).to_have_count(0)
        await page.keyboard.press("+")
        assert await zoom_of(tile) == 1.25
        await page.keyboard.press("-")
        assert await zoom_of(tile) == 1

        # At whole size a drag anywhere on the picture moves the tile.
        assert await tile.get_attribute("draggable") == "true"
        await tile.drag_to(tile_of(page, "west-cam"), source_position={"x": 60, "y": 60})
        await expect(tile_of(page, "east-cam")).to_have_attribute("data-testid", "tile-0")


async def _at_least(tile: Locator, scale: float) -> bool:
    return await zoom_of(tile) >= scale


async def test_two_fingers_zoom(room):
    async with room.page(has_touch=True) as page:
        tile = await live_tile(page)
        box = await box_of(tile)
        x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
        session = await page.context.new_cdp_session(page)
        for kind, apart in (("touchStart", 20), ("touchMove", 40), ("touchMove", 60)):
            points = [{"x": x - apart, "y": y, "id": 1}, {"x": x + apart, "y": y, "id": 2}]
            await session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})
        await session.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
        assert 2.5 < await zoom_of(tile) < 3.5


# --- pictures that leave the tile


def bright_share(picture: np.ndarray) -> float:
    return float((picture.max(axis=2) > 150).mean())


async def test_a_saved_picture_has_the_streams_own_size_with_camera_and_time_below(room):
    async with room.page() as page:
        tile = await live_tile(page)
        await tile.focus()
        name, content = await downloaded(page, lambda: page.keyboard.press("s"))
        assert re.fullmatch(r"east相机-\d{8}-\d{6}\.jpg", name)
        stamp = datetime.strptime(name[7:22], "%Y%m%d-%H%M%S").replace(tzinfo=SHANGHAI)
        assert abs(stamp.timestamp() - datetime.now().timestamp()) < 5
        picture = cv2.imdecode(np.frombuffer(content, np.uint8), cv2.IMREAD_COLOR)
        height, width = picture.shape[:2]
        assert width == 640
        assert 360 < height < 460
        assert bright_share(picture[:360]) > 0.3, "the moving gradients"
        strip = picture[364:]
        assert 0.005 < bright_share(strip) < 0.4, "writing on a dark strip, and nothing over the picture"
        await expect(page.get_by_test_id("tile-notice")).to_contain_text(name)

        await tile.click(button="right")
        name, plain = await downloaded(page, page.get_by_test_id("tile-menu-save-plain").click)
        assert cv2.imdecode(np.frombuffer(plain, np.uint8), cv2.IMREAD_COLOR).shape == (360, 640, 3)

        await tile.focus()
        for _ in range(4):
            await page.keyboard.press("+")
        await tile.click(button="right")
        _, part = await downloaded(page, page.get_by_test_id("tile-menu-save-part").click)
        width = cv2.imdecode(np.frombuffer(part, np.uint8), cv2.IMREAD_COLOR).shape[1]
        assert width == pytest.approx(640 / 1.25**4, abs=8)


async def test_a_picture_goes_to_the_clipboard(room):
    async with room.page() as page:
        tile = await live_tile(page)
        await tile.click(button="right")
        await page.get_by_test_id("tile-menu-copy").click()
        await expect(page.get_by_test_id("tile-notice")).to_have_text("画面已复制")
        width = await page.evaluate(
            """async () => {
              const [item] = await navigator.clipboard.read()
              return (await createImageBitmap(await item.getType('image/png'))).width
            }"""
        )
        assert width == 640


# --- replay


async def test_replay_over_the_live_picture_and_back(room):
    async with room.page(layout="1") as page:
        tile = await live_tile(page)
        await asyncio.sleep(1.5)
        await tile.focus()
        await page.keyboard.press("r")
        mark = page.get_by_test_id("replay-mark")
        await expect(mark).to_contain_text("回放")
        await expect(tile).to_have_attribute("data-mode", "replay")
        film = page.locator('[data-testid="replay-picture"] video')
        await eventually(lambda: film.evaluate("v => v.currentTime > 0.2 && !v.paused"), 30, "it plays")

        # Its clock is of then, and the mark says how long ago.
        shown = await page.get_by_test_id("replay-clock").inner_text()
        assert shown < datetime.now(SHANGHAI).strftime("%H:%M:%S")
        assert re.search(r"回放 · \d+秒前", await mark.inner_text())

        await page.keyboard.press(" ")
        await eventually(lambda: film.evaluate("v => v.paused"), 30, "it stands still")
        at = await film.evaluate("v => v.currentTime")
        await page.keyboard.press(".")
        await eventually(lambda: film.evaluate(f"v => !v.seeking && v.currentTime > {at}"), 30, "one picture on")
        assert 0 < await film.evaluate("v => v.currentTime") - at < 2.1 / 15
        for _ in range(2):
            await page.keyboard.press(",")
            await eventually(lambda: film.evaluate("v => !v.seeking"), 30, "found")
        assert await film.evaluate("v => v.currentTime") < at
        await page.get_by_test_id("replay-speed").select_option("0.25")
        assert await film.evaluate("v => v.playbackRate") == 0.25
        await page.get_by_test_id("replay-scrub").fill("0.5")
        await eventually(lambda: film.evaluate("v => Math.abs(v.currentTime - 0.5) < 0.1"), 30, "scrubbed")

        # The live pictures went on beneath it; one key and they are there.
        before = (await facts_of(page))["shown"]
        await asyncio.sleep(0.7)
        assert (await facts_of(page))["shown"] > before + 3
        await page.keyboard.press("Escape")
        await expect(tile).to_have_attribute("data-mode", "live")
        assert await tile.get_attribute("data-state") == "live"
        await expect(mark).to_have_count(0)
        await expect(tile).to_be_focused()


def length_of(clip: bytes) -> float:
    with av.open(io.BytesIO(clip)) as file:
        frames = list(file.decode(video=0))
    assert frames
    assert not any(frame.is_corrupt for frame in frames)
    return float(frames[-1].time - frames[0].time)


async def test_a_piece_is_saved_between_two_marks(room):
    async with room.page(layout="1") as page:
        tile = await live_tile(page)
        await asyncio.sleep(3.0)
        await tile.focus()
        await page.keyboard.press("r")
        film = page.locator('[data-testid="replay-picture"] video')
        await eventually(lambda: film.evaluate("v => v.readyState >= 2 && !v.paused"), 30, "it plays")
        await page.keyboard.press(" ")
        for at, button in ((0.6, "replay-in"), (2.1, "replay-out")):
            await page.get_by_test_id("replay-scrub").fill(str(at))
            await eventually(lambda: film.evaluate("v => !v.seeking"), 30, "scrubbed")
            await page.get_by_test_id(button).click()
        await expect(page.get_by_test_id("replay-held")).to_have_text("已选 1.5 秒")
        name, content = await downloaded(page, page.get_by_test_id("replay-save").click)
        assert re.fullmatch(r"east相机-\d{8}-\d{6}\.mp4", name)
        assert length_of(content) == pytest.approx(1.5, abs=0.2)
        # Also the ring's last seconds, without looking at them first.
        await page.keyboard.press("Escape")
        await tile.click(button="right")
        _, last = await downloaded(page, page.get_by_test_id("tile-menu-save-last").click)
        assert length_of(last) > 2.5


async def test_a_clip_this_browser_cannot_play_is_said_to_be_one_and_can_be_saved(room):
    async with room.page() as page:
        await page.wait_for_selector('article[data-camera="west-cam"]')
        tile = tile_of(page, "west-cam")
        await tile.focus()
        await page.keyboard.press("r")
        trouble = page.get_by_test_id("replay-trouble")
        await expect(trouble).to_contain_text("H.265")
        _, content = await downloaded(page, page.get_by_test_id("replay-save").click)
        with av.open(io.BytesIO(content)) as file:
            assert file.streams.video[0].codec_context.name == "hevc"
        await page.keyboard.press("r")
        await expect(tile).to_have_attribute("data-mode", "live")


# --- a case by hand


async def case_of(page: Page, room: Desk, number: str) -> dict[str, Any]:
    items = (await (await page.request.get(f"{room.url}/api/v1/cases")).json())["items"]
    case_id = next(item["id"] for item in items if item["number"] == number)
    return dict(await (await page.request.get(f"{room.url}/api/v1/cases/{case_id}")).json())


async def number_made(page: Page) -> str:
    text = await page.get_by_test_id("mark-done").inner_text()
    found = re.search(r"[A-Za-z0-9]+-\d{8}-\d{4}", text)
    assert found, text
    return found[0]


def yellow_share(picture: np.ndarray) -> float:
    """Of the picture; there is none in the clip, whose blue always lies between red and green."""
    blue, green, red = (picture[:, :, channel].astype(int) for channel in range(3))
    return float(((red - blue > 40) & (green - blue > 40)).mean())


async def test_a_case_is_marked_on_the_picture_with_its_place_picture_and_clip(room):
    async with room.page() as page:
        tile = await live_tile(page)
        await asyncio.sleep(1.5)
        await tile.hover()
        await tile.get_by_test_id("tile-mark-0").click()
        picture = page.get_by_test_id("mark-picture")
        box = await box_of(picture)
        await page.mouse.move(box["x"] + box["width"] * 0.4, box["y"] + box["height"] * 0.5)
        await page.mouse.down()
        await page.mouse.move(box["x"] + box["width"] * 0.6, box["y"] + box["height"] * 0.9, steps=5)
        await page.mouse.up()
        await expect(page.get_by_test_id("mark-whence")).to_contain_text("误差约")
        await page.get_by_test_id("new-case-note").fill("占道摆摊")
        await expect(page.get_by_test_id("mark-clip")).to_be_checked()
        await page.get_by_test_id("mark-submit").click()
        await expect(page.get_by_test_id("mark-picture-stored")).to_be_visible()
        await expect(page.get_by_test_id("mark-clip-stored")).to_be_visible()
        case = await case_of(page, room, await number_made(page))
        lon, lat = middle("east-g1")
        assert (case["camera_id"], case["source"], case["state"]) == ("east-cam", "operator", "filed")
        # The camera looks north from six metres: the foot of the box is some ten metres ahead of it.
        assert 5 < (case["lat"] - lat) * 111_320 < 15
        assert abs(case["lon"] - lon) * 96_000 < 1
        assert 0 < case["error_m"] < 5
        stored = await (await page.request.get(f"{room.url}/api/v1/evidence/{case['picture_evidence_id']}")).body()
        image = cv2.imdecode(np.frombuffer(stored, np.uint8), cv2.IMREAD_COLOR)
        assert image.shape[1] == 640
        assert yellow_share(image[178:328, 254:388]) > 0.01, "the box is drawn in"
        clip = await (await page.request.get(f"{room.url}/api/v1/evidence/{case['clip_evidence_id']}")).body()
        assert length_of(clip) > 1
        await page.get_by_test_id("mark-open").click()
        await expect(page.get_by_test_id("evidence-picture")).to_be_visible()


async def test_a_case_is_marked_by_keys_alone(room):
    async with room.page("operator@east", layout="1") as page:
        tile = await live_tile(page)
        await tile.focus()
        await page.keyboard.press("m")
        await expect(page.get_by_test_id("mark-picture")).to_be_focused()
        for key in ("ArrowDown", "ArrowDown", "Shift+ArrowRight"):
            await page.keyboard.press(key)
        await expect(page.get_by_test_id("mark-box")).to_be_visible()
        await expect(page.get_by_test_id("mark-whence")).to_contain_text("误差约")
        # By hand: two metres north on the small map.
        await page.get_by_test_id("mark-map").focus()
        await page.keyboard.press("ArrowUp")
        await expect(page.get_by_test_id("mark-whence")).to_contain_text("手动")
        await page.get_by_test_id("mark-submit").focus()
        await page.keyboard.press("Enter")
        await expect(page.get_by_test_id("mark-open")).to_be_focused()
        case = await case_of(page, room, await number_made(page))
        assert case["error_m"] is None, "what a person pointed out has no measured error"
        await page.keyboard.press("Escape")
        await expect(page.get_by_test_id("mark-dialog")).to_have_count(0)
        await expect(tile).to_be_focused()


async def test_sky_is_no_place_and_the_camera_stands_in(room):
    async with room.page() as page:
        tile = await live_tile(page)
        await tile.focus()
        await page.keyboard.press("m")
        box = await box_of(page.get_by_test_id("mark-picture"))
        await page.mouse.move(box["x"] + 20, box["y"] + 4)
        await page.mouse.down()
        await page.mouse.move(box["x"] + 90, box["y"] + 14, steps=3)
        await page.mouse.up()
        await expect(page.get_by_test_id("mark-whence")).to_contain_text("地平线")
        await expect(page.get_by_test_id("mark-whence")).to_contain_text("摄像机的位置")


# --- menu, names, announcements


async def test_the_menu_opens_by_key_and_gives_the_focus_back(room):
    async with room.page() as page:
        tile = await live_tile(page)
        await tile.focus()
        await page.keyboard.press("Shift+F10")
        menu = page.get_by_test_id("tile-menu")
        await expect(menu).to_have_attribute("aria-label", "east相机 的操作")
        await expect(page.get_by_test_id("tile-menu-enlarge")).to_be_focused()
        await page.keyboard.press("End")
        await expect(page.get_by_test_id("tile-menu-close")).to_be_focused()
        await page.keyboard.press("Escape")
        await expect(menu).to_have_count(0)
        await expect(tile).to_be_focused()
        assert await tile.get_attribute("data-camera") == "east-cam", "Escape chose nothing"
        unnamed = await tile.evaluate(
            "t => [...t.querySelectorAll('button')].filter(b => !b.ariaLabel && !b.textContent.trim()).length"
        )
        assert unnamed == 0


async def test_who_may_only_watch_gets_no_way_to_open_a_case(room):
    async with room.page("display@east") as page:
        tile = await live_tile(page)
        await tile.click(button="right")
        ids = await page.locator('[data-testid^="tile-menu-"]').evaluate_all("all => all.map(e => e.dataset.testid)")
        assert "tile-menu-replay" in ids
        assert "tile-menu-mark" not in ids
        await page.keyboard.press("Escape")
        await tile.focus()
        await page.keyboard.press("m")
        await expect(page.get_by_test_id("mark-dialog")).to_have_count(0)
        assert json.loads(
            await page.evaluate("() => JSON.stringify(window.__gridwatch.tiles().map(t => t.camera))")
        ) == ["east-cam"]
