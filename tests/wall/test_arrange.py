"""Laying out the wall in a real browser: layouts, presets, tours, monitors, and getting back what one had."""

import json
from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import pytest_asyncio
from playwright.async_api import FloatRect, Page, expect

from ingest.state import StreamState
from tests.api.town import middle
from tests.wall.arrange_desk import EAST, WEST, Desk, desk, on_wall
from tests.wall.tile_page import eventually

pytestmark = [pytest.mark.browser, pytest.mark.timeout(120), pytest.mark.asyncio(loop_scope="module")]
FOUR = "?layout=4&page=1&cameras=e01,e02,e03,e04"


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def room(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Desk]:
    async with desk(tmp_path_factory.mktemp("arrange")) as made:
        yield made


async def shows(page: Page, *cameras: str | None) -> None:
    async def as_wanted() -> bool:
        return (await on_wall(page))[: len(cameras)] == list(cameras)

    try:
        await eventually(as_wanted, 30, f"the wall shows {cameras}")
    except AssertionError as error:
        raise AssertionError(f"{error}; it shows {await on_wall(page)}") from None


def words(page: Page) -> dict[str, str]:
    return {key: value[0] for key, value in parse_qs(urlsplit(page.url).query, keep_blank_values=True).items()}


async def box(page: Page, tile: int) -> FloatRect:
    found = await page.get_by_test_id(f"tile-{tile}").bounding_box()
    assert found
    return found


# --- layouts


async def test_rasters(room: Desk) -> None:
    async with room.page() as page:
        for code in ("1", "4", "16", "25", "36", "40", "64", "9"):
            await page.get_by_test_id(f"layout-{code}").click()
            await expect(page.locator('article[data-testid^="tile-"]')).to_have_count(int(code))
            assert words(page)["layout"] == code


async def test_one_big_and_the_village_layout(room: Desk) -> None:
    async with room.page() as page:
        for code, tiles in (("1+5", 6), ("1+7", 8), ("1+12", 13), ("v10", 10)):
            await page.get_by_test_id("layout-more").click()
            await page.get_by_test_id(f"layout-{code}").click()
            await expect(page.locator('article[data-testid^="tile-"]')).to_have_count(tiles)
            big, small = await box(page, 0), await box(page, tiles - 1)
            assert big["width"] > 1.8 * small["width"]
            assert big["height"] > 1.8 * small["height"]


async def test_an_odd_canvas_is_filled_and_no_picture_is_squeezed(room: Desk) -> None:
    async with room.page("?layout=16", viewport={"width": 3840, "height": 1080}) as page:
        await page.get_by_test_id("view-wall").click()
        surface = await page.get_by_test_id("wall-surface").bounding_box()
        assert surface
        boxes = [await box(page, tile) for tile in range(16)]
        covered = sum((one["width"] + 3) * (one["height"] + 3) for one in boxes)
        assert covered == pytest.approx(surface["width"] * surface["height"], rel=0.01)
        assert all(1.2 < one["width"] / one["height"] < 2.6 for one in boxes)
        fits = await page.evaluate("() => getComputedStyle(document.querySelector('article video')).objectFit")
        assert fits == "contain"


async def test_a_layout_is_drawn_with_the_mouse_and_travels_in_the_address(room: Desk) -> None:
    async with room.page("?layout=4") as page:
        await page.get_by_test_id("layout-more").click()
        await page.get_by_test_id("layout-draw").click()
        await page.get_by_test_id("raster-clear").click()
        await page.get_by_test_id("raster-columns").fill("4")
        await page.get_by_test_id("raster-columns").press("Enter")
        await page.get_by_test_id("raster-rows").fill("4")
        await page.get_by_test_id("raster-rows").press("Enter")

        async def drag(x1: float, y1: float, x2: float, y2: float) -> None:
            raster = await page.get_by_test_id("raster").bounding_box()
            assert raster
            await page.mouse.move(raster["x"] + x1 / 4 * raster["width"], raster["y"] + y1 / 4 * raster["height"])
            await page.mouse.down()
            await page.mouse.move(
                raster["x"] + x2 / 4 * raster["width"], raster["y"] + y2 / 4 * raster["height"], steps=4
            )
            await page.mouse.up()

        await drag(0.5, 0.5, 2.5, 3.5)
        await drag(2.5, 0.5, 3.5, 1.5)
        problem = page.get_by_test_id("layout-problem")
        await expect(problem).to_have_text("画面 1 与画面 2 重叠。")
        await expect(page.get_by_test_id("layout-use")).to_be_disabled()
        await page.get_by_test_id("raster-undo").click()
        await drag(3.5, 0.5, 3.5, 1.5)
        await page.get_by_test_id("raster-fill").click()
        await page.get_by_test_id("layout-use").click()
        code = "r4x4:0.0.3.4_3.0.1.2_3.2.1.1_3.3.1.1"
        await expect(page.locator('article[data-testid^="tile-"]')).to_have_count(4)
        assert words(page)["layout"] == code
        await page.reload()
        await expect(page.get_by_test_id("wall-surface")).to_have_attribute("data-layout", code)


async def test_a_layout_is_drawn_with_the_keyboard(room: Desk) -> None:
    async with room.page("?layout=1") as page:
        await page.get_by_test_id("layout-more").click()
        await page.get_by_test_id("layout-draw").click()
        raster = page.get_by_test_id("raster")
        await raster.focus()
        for key in ("s", "n", "n", "a", "m"):
            await raster.press(key)
        await expect(raster.locator(".cell")).to_have_count(3)
        await page.get_by_test_id("layout-use").press("Enter")
        await expect(page.locator('article[data-testid^="tile-"]')).to_have_count(3)


# --- moving pictures about


async def test_pictures_change_places_and_it_can_be_undone(room: Desk) -> None:
    async with room.page(FOUR) as page:
        await page.get_by_test_id("tile-0").drag_to(page.get_by_test_id("tile-3"))
        await shows(page, "e04", "e02", "e03", "e01")
        await page.get_by_test_id("tile-0").focus()
        await page.keyboard.press("Control+ArrowRight")
        await shows(page, "e02", "e04", "e03", "e01")
        await expect(page.get_by_test_id("tile-1")).to_be_focused()
        await page.keyboard.press("Delete")
        await shows(page, "e02", None, "e03", "e01")
        for expected in (("e02", "e04", "e03", "e01"), ("e04", "e02", "e03", "e01"), ("e01", "e02", "e03", "e04")):
            await page.keyboard.press("Control+z")
            await shows(page, *expected)
        await page.keyboard.press("Control+Shift+z")
        await shows(page, "e04", "e02", "e03", "e01")
        await page.get_by_test_id("wall-undo").click()
        await shows(page, "e01", "e02", "e03", "e04")


async def test_fifty_changes_are_undone(room: Desk) -> None:
    async with room.page(FOUR) as page:
        await page.get_by_test_id("tile-0").focus()
        for step in range(51):
            await page.keyboard.press("Control+ArrowRight" if step % 2 == 0 else "Control+ArrowLeft")
        await shows(page, "e02", "e01")
        for _ in range(51):
            await page.keyboard.press("Control+z")
        await shows(page, "e01", "e02", "e03", "e04")
        await expect(page.get_by_test_id("wall-undo")).to_be_disabled()


async def test_a_camera_is_dragged_from_the_tree_the_map_and_a_case(room: Desk) -> None:
    async with room.page(FOUR) as page:
        await page.get_by_test_id("camera-item-e07").drag_to(page.get_by_test_id("tile-1"))
        await shows(page, "e01", "e07", "e03", "e04")

        map_box = await page.get_by_test_id("map").bounding_box()
        assert map_box
        await page.mouse.move(map_box["x"] + 5, map_box["y"] + 5)
        at = await find_camera_on_map(page, "w03")
        await page.mouse.move(*at)
        await page.mouse.down()
        target = await box(page, 2)
        await page.mouse.move(target["x"] + 40, target["y"] + 40, steps=5)
        await page.mouse.up()
        await shows(page, "e01", "e07", "w03", "e04")
        await page.mouse.click(*at)
        await expect(page.locator(".map-pane").get_by_text("相机w03").first).to_be_visible()

        case = {"case_class": "05-01", "level": 1, "lon": middle("east-g1")[0], "lat": middle("east-g1")[1]}
        made = await page.request.post(
            f"{room.url}/api/v1/cases", data={**case, "camera_id": "e08"}, headers={"origin": room.url}
        )
        assert made.status == 201
        row = page.get_by_test_id(f"case-item-{(await made.json())['number']}")
        await row.drag_to(page.get_by_test_id("tile-3"))
        await shows(page, "e01", "e07", "w03", "e08")


async def find_camera_on_map(page: Page, camera: str) -> tuple[float, float]:
    """Moves the pointer over the western cameras until this one can be taken hold of."""
    area = await page.get_by_test_id("map").bounding_box()
    assert area
    grip = page.locator(f'[data-testid="map-camera-grip"][data-camera="{camera}"]')
    for row in range(58, 67):
        for column in range(28, 42):
            x, y = area["x"] + area["width"] * column / 100, area["y"] + area["height"] * row / 100
            await page.mouse.move(x, y)
            if await grip.count():
                return x, y
    raise AssertionError(f"{camera} is not on the map")


# --- the address


async def test_the_address_restores_the_wall_and_back_goes_back(room: Desk) -> None:
    async with room.page("?layout=9") as page:
        await page.get_by_test_id("layout-4").click()
        await page.get_by_test_id("page-next").click()
        await shows(page, "e05", "e06", "e07", "e08")
        await page.get_by_test_id("camera-item-e02").click()
        await shows(page, "e02")
        here = page.url
        assert words(page)["spotlight"] == "e02"
        await page.go_back()
        await shows(page, "e05", "e06", "e07", "e08")
        await page.go_back()
        await shows(page, "e01", "e02", "e03", "e04")
        await page.go_back()
        await shows(page, *EAST[:9])
        await page.go_forward()
        await shows(page, "e01", "e02", "e03", "e04")
        async with room.page("?" + urlsplit(here).query) as other:
            await shows(other, "e02")
            await other.keyboard.press("Escape")
            await shows(other, "e05", "e06", "e07", "e08")


# --- presets


async def keep_preset(page: Page, name: str, area: str | None = None) -> None:
    await page.get_by_test_id("presets").click()
    await page.get_by_test_id("preset-name").fill(name)
    if area:
        await page.get_by_test_id("shelf-area").select_option(area)
    await page.get_by_test_id("preset-save").click()
    await expect(page.locator(f'[data-testid="preset-open"][data-name="{name}"]')).to_be_visible()
    await page.keyboard.press("Escape")


async def open_preset(page: Page, name: str) -> None:
    await page.get_by_test_id("presets").click()
    await page.get_by_test_id("preset-search").fill(name)
    await page.get_by_test_id("preset-search").press("Enter")


async def test_a_preset_is_there_in_another_browser_and_on_the_keyboard(room: Desk) -> None:
    async with room.page("?layout=1%2B5&page=1&cameras=w01,e02,,e03", account="supervisor@town") as page:
        await keep_preset(page, "夜间重点")
    async with room.page("?layout=9", account="supervisor@town") as other:
        await open_preset(other, "夜间")
        await shows(other, "w01", "e02", None, "e03")
        assert words(other)["layout"] == "1+5"
        await other.get_by_test_id("layout-16").click()
        await other.keyboard.press("Shift+Digit1")
        await shows(other, "w01", "e02", None, "e03")
        await other.keyboard.press("Control+z")
        await expect(other.get_by_test_id("wall-surface")).to_have_attribute("data-layout", "16")


async def test_a_shared_preset_is_seen_where_rights_reach_and_keeps_its_secrets(room: Desk) -> None:
    async with room.page("?layout=4&page=1&cameras=w01,e05,w02,e06") as page:
        await keep_preset(page, "东村汛期", "east")
    async with room.page(account="operator@west") as west:
        await west.get_by_test_id("presets").click()
        await expect(west.get_by_test_id("preset-search")).to_be_visible()
        await expect(west.get_by_test_id("preset-open")).to_have_count(0)
    for village, names in (("west", []), ("east", ["东村汛期"])):
        context = await room.context(f"village_room@{village}")
        answer = await (await context.request.get(f"{room.url}/api/v1/presets")).json()
        assert [preset["name"] for preset in answer["items"]] == names
        for preset in answer["items"]:
            assert preset["cameras"][:4] == [None, "e05", None, "e06"]
            assert not set(preset["cameras"]) & set(WEST)
        await context.close()
    async with room.page(account="operator@east") as east:
        async with east.expect_response("**/api/v1/presets") as answered:
            await open_preset(east, "东村汛期")
        await shows(east, None, "e05", None, "e06")
        text = await (await answered.value).text()
        assert not [name for name in WEST if name in text]


async def test_two_who_overwrite_one_preset(room: Desk) -> None:
    async with room.page(FOUR) as mine, room.page("?layout=1", account="supervisor@town") as theirs:
        await keep_preset(mine, "交接", "t")
        await mine.get_by_test_id("presets").click()
        row = '[data-testid="preset-open"][data-name="交接"] ~ [data-testid="preset-overwrite"]'
        await expect(mine.locator(row)).to_be_visible()
        await theirs.get_by_test_id("presets").click()
        await theirs.locator(row).click()
        await expect(theirs.locator(".notice")).to_contain_text("已保存")
        await mine.locator(row).click()
        await expect(mine.get_by_test_id("preset-problem")).to_contain_text("supervisor@town刚刚修改过，没有覆盖")
        await mine.locator(row).click()
        await expect(mine.locator(".notice")).to_contain_text("已保存")
        delete = mine.locator('[data-testid="preset-open"][data-name="交接"] ~ [data-testid="preset-delete"]')
        await delete.click()
        await delete.click()
        await expect(mine.locator('[data-testid="preset-open"][data-name="交接"]')).to_have_count(0)


# --- tours

WATCH_TURNS = """() => {
  window.turns = []
  let last = ''
  const look = () => {
    const step = document.querySelector('[data-testid="tour-step"]')?.textContent ?? ''
    if (step && step !== last) {
      last = step
      const inSight = () => window.__gridwatch.tiles().filter((one) => one.tile >= 0)
      setTimeout(() => window.turns.push({ step, tiles: inSight() }), 200)
    }
    requestAnimationFrame(look)
  }
  look()
}"""


async def make_tour(page: Page, steps: list[dict[str, Any]]) -> str:
    body = json.dumps({"name": f"t{len(steps)}{id(steps)}", "steps": steps})
    origin = "/".join(page.url.split("/")[:3])
    reply = await page.request.post(
        f"{origin}/api/v1/tours", data=body, headers={"content-type": "application/json", "origin": origin}
    )
    assert reply.status == 201, await reply.text()
    return str((await reply.json())["id"])


async def test_no_tile_is_black_on_a_tour_and_a_camera_that_is_down_is_skipped(room: Desk) -> None:
    async with room.page("?layout=1&cameras=w04") as page:
        group = [*EAST[:6], *WEST[:2]]
        tour = await make_tour(page, [{"layout": "4", "cameras": group, "dwell_s": 3}])
        room.live.set_state("e02", StreamState.REFUSED, "no answer")
        await page.goto(f"{room.url}/?layout=1&cameras=w04&tour={tour}")
        await shows(page, "e01", "e03", "e04", "e05")
        await page.evaluate(WATCH_TURNS)
        await shows(page, "e06", "w01", "w02", None)
        room.live.set_state("e02", StreamState.LIVE)
        await shows(page, "e01", "e02", "e03", "e04")
        await shows(page, "e05", "e06", "w01", "w02")
        await page.wait_for_timeout(300)
        turns = (await page.evaluate("() => window.turns"))[1:]
        assert len(turns) >= 3
        for turn in turns:
            assert turn["tiles"], turn["step"]
            black = [one["camera"] for one in turn["tiles"] if one["state"] != "live" or one["shown"] < 1]
            assert black == [], f"after the step to {turn['step']}"
        await page.get_by_test_id("tour-stop").click()
        await shows(page, "w04")


async def test_a_tour_is_put_together_paused_and_turned_by_hand(room: Desk) -> None:
    async with room.page(FOUR) as page:
        await page.get_by_test_id("tours").click()
        await page.get_by_test_id("tour-new").click()
        await page.get_by_test_id("tour-name").fill("早班巡查")
        await page.get_by_test_id("tour-add-wall").click()
        await page.get_by_test_id("tour-add-area").select_option("west")
        await page.get_by_test_id("tour-add-empty").click()
        await page.get_by_test_id("tour-camera-search").fill("e10")
        await page.get_by_test_id("tour-camera-e10").click()
        await page.get_by_test_id("tour-step-dwell").nth(0).fill("60")
        await page.get_by_test_id("tour-save").click()
        bar = page.get_by_test_id("tour-bar")
        await expect(bar).to_be_visible()
        await shows(page, "e01", "e02", "e03", "e04")
        await expect(page.get_by_test_id("tour-remaining")).to_contain_text("秒")
        await page.keyboard.press("p")
        await expect(page.get_by_test_id("tour-remaining")).to_have_text("已暂停")
        for _ in range(4):
            await page.keyboard.press(".")
            await page.wait_for_timeout(50)
        await expect(page.get_by_test_id("tour-pause")).to_have_attribute("aria-pressed", "true")
        await page.get_by_test_id("tour-stop").click()
        await page.get_by_test_id("tours").click()
        await page.locator('[data-testid="tour-open"][data-name="早班巡查"] ~ [data-testid="tour-edit"]').click()
        await expect(page.get_by_test_id("tour-editor-step")).to_have_count(3)


# --- several monitors


async def test_a_second_monitor_has_its_own_wall_and_is_sent_a_camera(room: Desk) -> None:
    context = await room.context()
    page = await room.open(context, FOUR)
    await page.get_by_test_id("monitors").click()
    async with context.expect_page() as opening:
        await page.get_by_test_id("monitor-open").click()
    second = await opening.value
    await second.wait_for_selector('[data-testid="wall-surface"]')
    assert words(second)["monitor"] == "2"
    await second.get_by_test_id("layout-1").click()
    await page.keyboard.press("Escape")
    await page.get_by_test_id("tile-1").click(button="right")
    await page.get_by_text("发送到 2 号屏").click()
    await shows(second, "e02")
    await shows(page, "e01", None, "e03", "e04")
    await second.reload()
    await shows(second, "e02")
    await context.close()
