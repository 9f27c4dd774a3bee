"""An operator turns domes in a real browser: real devices by ONVIF, pictures drawn from where they point."""

import asyncio
import base64
import math
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import cv2
import numpy as np
import pytest
import pytest_asyncio
from playwright.async_api import Browser, Locator, Page, async_playwright, expect

from sim.domes.plate import read_plates
from sim.town_domes import aim_at
from tests.browser import launch
from tests.wall.tile_page import STATIC, eventually
from tests.wall.turning_town import MOUNT_ERROR_DEG, DomeTown, dome_town

pytestmark = [pytest.mark.browser, pytest.mark.timeout(120), pytest.mark.asyncio(loop_scope="module")]
OPERATOR, SUPERVISOR, ADMINISTRATOR = "operator@town", "supervisor@town", "administrator@town"
DOME, OTHER = "dome-1", "dome-2"


class Room:
    def __init__(self, domes: DomeTown, browser: Browser) -> None:
        self.domes, self.browser = domes, browser

    @asynccontextmanager
    async def page(self, account: str = OPERATOR, layout: str = "1", cameras: str = DOME) -> AsyncIterator[Page]:
        """Afterwards nobody holds a dome any more."""
        url = f"http://{self.domes.town.address}"
        context = await self.browser.new_context(viewport={"width": 1600, "height": 900}, locale="zh-CN")
        await context.add_cookies([{"name": "gridwatch_session", "value": self.domes.town.token(account), "url": url}])
        page = await context.new_page()
        page.set_default_timeout(15_000)
        await page.goto(f"{url}/?layout={layout}&cameras={cameras}")
        await page.wait_for_selector(f'article[data-camera="{cameras.split(",")[0]}"][data-state="live"]')
        try:
            yield page
        finally:
            await context.close()
            for camera in (DOME, OTHER):
                await self.domes.town.client(account).delete(f"/cameras/{camera}/ptz/lock")

    async def send(self, account: str = OPERATOR, dome: str = DOME, **to: float) -> None:
        """By the API, and there when it returns."""
        answer = await self.domes.town.client(account).post(f"/cameras/{dome}/ptz/go", json=to)
        assert answer.status_code == 200, answer.text
        await self.still(dome)
        await self.domes.town.client(account).delete(f"/cameras/{dome}/ptz/lock")

    async def still(self, dome: str = DOME, seconds: float = 6) -> dict[str, float]:
        """Where it points once it has stood for a while."""
        quiet = 0

        async def stands() -> bool:
            nonlocal quiet
            quiet = 0 if self.domes.turning(dome) else quiet + 1
            return quiet >= 4

        await eventually(stands, seconds, f"{dome} stands still")
        return self.domes.aim(dome)

    async def turns(self, dome: str = DOME) -> None:
        async def turning() -> bool:
            return self.domes.turning(dome)

        await eventually(turning, 3, f"{dome} turns")


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def room(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Room]:
    folder = tmp_path_factory.mktemp("domes")
    async with dome_town(folder, static_dir=STATIC) as domes, async_playwright() as playwright:
        browser = await launch(playwright)
        yield Room(domes, browser)
        await browser.close()


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def mine(room: Room) -> AsyncIterator[Page]:
    """An operator's page with one dome, opened once: what a test leaves is where the dome points."""
    async with room.page() as page:
        yield page


def tile_of(page: Page, camera: str = DOME) -> Locator:
    return page.locator(f'article[data-camera="{camera}"]')


async def in_hand(page: Page, camera: str = DOME) -> Locator:
    """The tile, in PTZ mode by its key."""
    tile = tile_of(page, camera)
    await tile.focus()
    if not await tile.get_attribute("data-ptz"):
        await page.keyboard.press("p")
    await expect(tile.get_by_test_id("ptz")).to_be_visible()
    return tile


async def box_of(found: Locator) -> dict[str, float]:
    box = await found.bounding_box()
    assert box
    return dict(box)


async def push_stick(page: Page, tile: Locator, x: float, y: float) -> None:
    """Takes the stick and pushes it by parts of its radius; it stays pushed."""
    box = await box_of(tile.get_by_test_id("ptz-stick"))
    middle = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    await page.mouse.move(*middle)
    await page.mouse.down()
    await page.mouse.move(middle[0] + x * box["width"] / 2, middle[1] + y * box["height"] / 2, steps=3)


async def in_picture(tile: Locator, x: float, y: float) -> tuple[float, float]:
    """A point of the picture (16:9, letterboxed in its pad) on the screen."""
    pad = await box_of(tile.get_by_test_id("ptz-pad"))
    width = min(pad["width"], pad["height"] * 16 / 9)
    height = width * 9 / 16
    left, top = pad["x"] + (pad["width"] - width) / 2, pad["y"] + (pad["height"] - height) / 2
    return left + x * width, top + y * height


# --- the hand


async def test_the_stick_turns_it_and_letting_go_stops_it(room, mine):
    await room.send(pan_deg=0, tilt_deg=-20, zoom=1)
    tile = await in_hand(mine)
    await push_stick(mine, tile, 0.8, 0)
    await room.turns()
    await mine.mouse.up()
    stood = await room.still()
    assert stood["pan_deg"] > 2, "pushed to the right it turns clockwise"
    assert abs(stood["tilt_deg"] + 20) < 0.5
    said = [given for camera, op, given in room.domes.live.asked if (camera, op) == (DOME, "ptz")]
    assert [given["do"] for given in said if given["do"] in ("steer", "stop")][-1] == "stop"


async def test_keys_turn_and_zoom_and_the_lost_focus_stops_them(room, mine):
    await room.send(pan_deg=0, tilt_deg=-30, zoom=2)
    tile = await in_hand(mine)
    await mine.keyboard.down("a")
    await room.turns()
    await asyncio.sleep(0.4)
    await mine.keyboard.up("a")
    stood = await room.still()
    assert stood["pan_deg"] < -0.5
    await mine.keyboard.down("w")
    await room.turns()
    await asyncio.sleep(0.4)
    await mine.evaluate("window.dispatchEvent(new Event('blur'))")
    higher = await room.still()
    assert higher["tilt_deg"] > -29.5
    await mine.keyboard.up("w")
    await mine.mouse.move(*await in_picture(tile, 0.5, 0.4))
    await mine.mouse.wheel(0, -300)
    await room.turns()
    nearer = await room.still()
    assert nearer["zoom"] > 2.2
    assert await tile.get_attribute("data-zoom") == "1.00", "the wheel is the dome's, not the digital zoom's"
    await mine.keyboard.press("p")
    await expect(tile.get_by_test_id("ptz")).to_have_count(0)


async def test_a_click_centres_and_a_box_fills_the_picture(room, mine):
    await room.send(pan_deg=0, tilt_deg=-20, zoom=1)
    tile = await in_hand(mine)
    await mine.mouse.click(*await in_picture(tile, 0.75, 0.5))
    await room.turns()
    centred = await room.still()
    # A quarter of the picture's width to the right, 60° wide, 20° down: 16.1° across the picture, 17.1° of pan.
    assert centred["pan_deg"] == pytest.approx(17.1, abs=0.6)
    await mine.mouse.move(*await in_picture(tile, 0.4, 0.4))
    await mine.mouse.down()
    await mine.mouse.move(*await in_picture(tile, 0.6, 0.6), steps=4)
    await expect(tile.get_by_test_id("ptz-band")).to_be_visible()
    await mine.mouse.up()
    await room.turns()
    filled = await room.still()
    assert filled["pan_deg"] == pytest.approx(centred["pan_deg"], abs=0.5)
    assert filled["zoom"] == pytest.approx(5, rel=0.1)


async def test_a_double_click_enlarges_and_a_page_that_goes_away_stops_what_it_steered(room):
    await room.send(pan_deg=5, tilt_deg=-20, zoom=1)
    async with room.page(layout="4", cameras=f"{DOME},{OTHER}") as page:
        tile = tile_of(page)
        await tile.dblclick(position={"x": 200, "y": 80})
        await expect(tile.get_by_test_id("ptz")).to_be_visible()
        await page.mouse.dblclick(*await in_picture(tile, 0.8, 0.3))
        await expect(tile.get_by_test_id("ptz")).to_have_count(0)
        await asyncio.sleep(0.4)
        assert (await room.still())["pan_deg"] == pytest.approx(5, abs=0.1), "a double click turns nothing"
        await in_hand(page)
        await push_stick(page, tile, -0.7, 0)
        await room.turns()
        await page.close()
        await room.still(seconds=3)


# --- the panel


async def test_presets_are_kept_with_pictures_gone_to_and_removed(room, mine):
    await room.send(pan_deg=60, tilt_deg=-15, zoom=3)
    await in_hand(mine)
    await mine.get_by_test_id("ptz-preset-name").fill("河边")
    await mine.get_by_test_id("ptz-preset-keep").click()
    preset = mine.get_by_test_id("ptz-panel").locator("li", has_text="河边")
    await expect(preset.locator("img")).to_be_visible()
    assert await preset.locator("img").evaluate("img => img.decode().then(() => img.naturalWidth)") > 100
    await room.send(pan_deg=0, tilt_deg=-20, zoom=1)
    await preset.locator("button.go").click()
    await room.turns()
    gone = await room.still()
    assert gone["pan_deg"] == pytest.approx(60, abs=0.5)
    assert gone["zoom"] == pytest.approx(3, abs=0.2)
    await expect(mine.get_by_test_id("ptz-pan")).to_have_text("60.0°")
    await preset.hover()
    await preset.locator("button.pencil").click()
    await mine.get_by_test_id("ptz-preset-remove").click()
    await mine.get_by_test_id("ptz-preset-remove").click()
    await expect(preset).to_have_count(0)
    await mine.get_by_test_id("ptz-tab-tools").click()
    await expect(mine.get_by_test_id("ptz-log").locator("li").first).to_contain_text("删除预置位")
    await mine.get_by_test_id("ptz-tab-presets").click()


async def test_who_has_it_is_shown_and_a_higher_rank_takes_over_and_the_other_is_told(room, mine):
    await room.send(pan_deg=0, tilt_deg=-20, zoom=1)
    async with room.page(SUPERVISOR) as theirs:
        tile = await in_hand(mine)
        await mine.get_by_test_id("ptz-lock-take").click()
        await expect(mine.get_by_test_id("ptz-lock-release")).to_be_visible()
        other = await in_hand(theirs)
        await expect(other.get_by_test_id("ptz-words")).to_contain_text(OPERATOR)
        await push_stick(theirs, other, 0.9, 0)
        await asyncio.sleep(0.4)
        assert not room.domes.turning(DOME), "what is held by somebody else does not move"
        await theirs.mouse.up()
        await theirs.get_by_test_id("ptz-lock-over").click()
        await expect(theirs.get_by_test_id("ptz-lock-release")).to_be_visible()
        await expect(tile.get_by_test_id("ptz-words")).to_contain_text(SUPERVISOR)
        await expect(mine.get_by_test_id("ptz-lock-over")).to_have_count(0)
        await theirs.get_by_test_id("ptz-lock-release").click()
        await expect(tile.get_by_test_id("ptz-words")).to_have_count(0)


# --- the map


def far(one: tuple[float, float], other: tuple[float, float]) -> float:
    """Metres between two (lon, lat)."""
    east = (one[0] - other[0]) * math.cos(math.radians(one[1]))
    return math.hypot(east, one[1] - other[1]) * 111_320


async def test_a_click_on_the_map_turns_the_best_dome_there(room):
    await room.send(pan_deg=0, tilt_deg=-20, zoom=1)
    async with room.page(cameras=f"{DOME},{OTHER}", layout="4") as page:
        await page.wait_for_selector('[data-testid="map"] canvas')
        area = await box_of(page.get_by_test_id("map"))
        await page.mouse.click(area["x"] + area["width"] * 0.62, area["y"] + area["height"] * 0.52)
        where = (await page.get_by_test_id("near-panel").locator("header p").inner_text()).split()[-2:]
        lat, lon = (float(part.strip(",")) for part in where)
        await page.get_by_test_id("look-best").click()
        sent = page.get_by_test_id("look-here").locator('[data-sent="true"]')
        await expect(sent).to_have_count(1)
        dome = str(await sent.get_attribute("data-testid")).removeprefix("look-")
        await room.still(dome)
        looks_at = room.domes.domes.truth()["domes"][dome]["looks_at"]
        stands = room.domes.domes.truth()["domes"][dome]
        reach = far((stands["lon"], stands["lat"]), (lon, lat))
        # The heading that is configured is off, as somebody read it off a compass; calibration is for that.
        assert far((looks_at[0], looks_at[1]), (lon, lat)) < max(15, 2.5 * reach * math.radians(MOUNT_ERROR_DEG))
        await expect(tile_of(page, dome)).to_be_visible()


async def test_a_point_of_the_picture_is_found_on_the_map(room, mine):
    await room.send(pan_deg=0, tilt_deg=-25, zoom=2)
    tile = await in_hand(mine)
    await expect(mine.get_by_test_id("ptz-pan")).to_have_text("0.0°")
    await mine.keyboard.down("Alt")
    await mine.mouse.click(*await in_picture(tile, 0.5, 0.5))
    await mine.keyboard.up("Alt")
    found = await mine.get_by_test_id("ptz-found").inner_text()
    lat, lon = map(float, re.findall(r"\d+\.\d{5}", found))
    one = room.domes.domes.truth()["domes"][DOME]
    reach = far((one["lon"], one["lat"]), (lon, lat))
    assert reach == pytest.approx(70 / math.tan(math.radians(25)), rel=0.1)
    assert (await room.still())["pan_deg"] == 0, "asking does not turn it"


async def test_aims_at_known_places_give_the_mount(room):
    one = room.domes.files.domes[0]
    async with room.page(ADMINISTRATOR) as page:
        await in_hand(page)
        await page.get_by_test_id("ptz-tab-tools").click()
        await page.get_by_test_id("ptz-calibrate").click()
        area, panel = await box_of(page.get_by_test_id("map")), await box_of(page.get_by_test_id("ptz-tool"))
        left, right = panel["x"] + panel["width"], area["x"] + area["width"] - 60
        for number, (x, y) in enumerate(((0.3, 0.3), (0.8, 0.6), (0.3, 0.8))):
            await page.mouse.click(left + x * (right - left), area["y"] + y * area["height"])
            aim = page.get_by_test_id("ptz-aim-now")
            await expect(aim).to_contain_text(re.compile(r"\d+\.\d{6}, \d+\.\d{6}"))
            lat, lon = map(float, re.findall(r"\d+\.\d{6}", await aim.inner_text()))
            pan, tilt = aim_at(one, lon, lat)
            await room.send(ADMINISTRATOR, pan_deg=pan, tilt_deg=tilt, zoom=8)
            await expect(aim).to_contain_text(f"{room.domes.aim(DOME)['pan_deg']:.2f}")
            await page.get_by_test_id("ptz-aim-add").click()
            await expect(page.get_by_test_id("ptz-aim")).to_have_count(number + 1)
        await expect(page.get_by_test_id("ptz-aim").last).to_contain_text(re.compile(r"0\.0\d°"))
        await page.get_by_test_id("ptz-apply").click()
        await expect(page.get_by_test_id("ptz-applied")).to_be_visible()
        heading = float((await page.get_by_test_id("ptz-mount").locator("dd").first.inner_text()).rstrip("°"))
        assert heading == pytest.approx(one.heading_deg, abs=0.1)
    mount = (await room.domes.town.client(ADMINISTRATOR).get(f"/cameras/{DOME}/ptz")).json()["mount"]
    assert mount["heading_deg"] == pytest.approx(one.heading_deg, abs=0.1)


async def test_a_case_is_looked_at_with_one_click(room):
    plate = room.domes.files.plates[1]
    place = {"lon": plate.lon, "lat": plate.lat}
    made = await room.domes.town.client(OPERATOR).post(
        "/cases", json={"case_class": "05-01", "level": 2, "note": "", **place}
    )
    assert made.status_code == 201, made.text
    async with room.page(layout="4", cameras=f"{DOME},{OTHER}") as page:
        await page.get_by_text(made.json()["number"]).first.click()
        detail = page.get_by_test_id("case-detail")
        await detail.get_by_test_id("look-best").click()
        sent = detail.locator('[data-sent="true"]')
        await expect(sent).to_have_count(1)
        dome = str(await sent.get_attribute("data-testid")).removeprefix("look-")
        await room.still(dome)
        truth: dict[str, Any] = room.domes.domes.truth()["domes"][dome]
        reach = far((truth["lon"], truth["lat"]), (plate.lon, plate.lat))
        assert far(tuple(truth["looks_at"]), (plate.lon, plate.lat)) < max(
            15, 2.5 * reach * math.radians(MOUNT_ERROR_DEG)
        )


async def test_one_thing_in_two_pictures_gives_its_place(room):
    plate = room.domes.files.plates[0]
    for one in room.domes.files.domes:
        pan, tilt = aim_at(one, plate.lon, plate.lat)
        await room.send(dome=one.id, pan_deg=pan, tilt_deg=tilt, zoom=6)
    async with room.page(layout="4", cameras=f"{DOME},{OTHER}") as page:
        await tile_of(page).dblclick(position={"x": 200, "y": 80})
        await page.get_by_test_id("ptz-tab-tools").click()
        await page.get_by_test_id("ptz-cross").click()
        await page.keyboard.press("Escape")
        for number, camera in enumerate((DOME, OTHER)):
            tile = await in_hand(page, camera)
            await page.keyboard.down("Alt")
            await page.mouse.click(*await in_picture(tile, 0.5, 0.5))
            await page.keyboard.up("Alt")
            await expect(page.get_by_test_id("ptz-sight")).to_have_count(number + 1)
        found = await page.get_by_test_id("ptz-crossing").inner_text()
        lat, lon = map(float, re.findall(r"\d+\.\d{6}", found))
        # The second dome's heading is still as somebody read it off a compass.
        assert far((lon, lat), (plate.lon, plate.lat)) < 60
        assert "±" in found


async def place_clicked(page: Page, x: float, y: float) -> tuple[float, float] | None:
    """(lon, lat) of a point of the screen, as the map tells it when it is clicked; None where a case's mark lies."""
    panel = page.get_by_test_id("near-panel")
    if await panel.count():  # it may cover the place
        await panel.locator("header button").click()
        await expect(panel).to_have_count(0)
    await page.mouse.click(x, y)
    try:
        await expect(panel).to_be_visible(timeout=3000)
    except AssertionError:
        return None
    lat, lon = (float(part.strip(",")) for part in (await panel.locator("header p").inner_text()).split()[-2:])
    return lon, lat


async def free_place(page: Page, x: float, y: float) -> tuple[tuple[float, float], tuple[float, float]]:
    """The first point at (x, y) or beside it where a click meets the bare map, and its (lon, lat)."""
    for aside in (0, 30, -30, 60):
        if place := await place_clicked(page, x + aside, y + aside):
            return (x + aside, y + aside), place
    raise AssertionError(f"no bare map at {x}, {y}")


async def picture_of(page: Page, camera: str) -> Any:
    """What the tile's video shows now, grey."""
    shown = await page.evaluate(
        """(camera) => {
            const video = document.querySelector(`article[data-camera="${camera}"] video`)
            const canvas = Object.assign(document.createElement('canvas'), { width: 640, height: 360 })
            canvas.getContext('2d').drawImage(video, 0, 0, 640, 360)
            return canvas.toDataURL('image/png').split(',')[1]
        }""",
        camera,
    )
    return cv2.imdecode(np.frombuffer(base64.b64decode(shown), np.uint8), cv2.IMREAD_GRAYSCALE)


async def test_a_plate_clicked_on_the_map_is_read_in_the_live_picture(room):
    for one in room.domes.files.domes:
        aims = [(plate, aim_at(one, plate.lon, plate.lat)) for plate in room.domes.files.plates]
        told = [{"lon": p.lon, "lat": p.lat, "pan_deg": pan, "tilt_deg": tilt} for p, (pan, tilt) in aims]
        answer = await room.domes.town.client(ADMINISTRATOR).post(
            f"/cameras/{one.id}/ptz/calibration", json={"aims": told, "apply": True}
        )
        assert answer.status_code == 200, answer.text
    wanted = room.domes.files.plates[0]
    async with room.page(cameras=f"{DOME},{OTHER}", layout="4") as page:
        await page.wait_for_selector('[data-testid="map"] canvas')
        area = await box_of(page.get_by_test_id("map"))
        # Right of where the panel opens: it moves the map when it would cover the place.
        corners = [
            (area["x"] + across * area["width"], area["y"] + down * area["height"])
            for across, down in ((0.68, 0.45), (0.9, 0.62))
        ]
        ((left, bottom), (west, south)), ((right, top), (east, north)) = [await free_place(page, *c) for c in corners]
        x = left + (wanted.lon - west) / (east - west) * (right - left)
        y = bottom + (wanted.lat - south) / (north - south) * (top - bottom)
        clicked = await place_clicked(page, x, y)
        assert clicked
        assert far(clicked, (wanted.lon, wanted.lat)) < 8
        await page.get_by_test_id("look-best").click()
        sent = page.get_by_test_id("look-here").locator('[data-sent="true"]')
        await expect(sent).to_have_count(1)
        dome = str(await sent.get_attribute("data-testid")).removeprefix("look-")
        await room.still(dome)

        async def read() -> bool:
            return wanted.code in read_plates(await picture_of(page, dome))

        await eventually(read, 6, f"plate {wanted.code} is read in the picture of {dome}")
