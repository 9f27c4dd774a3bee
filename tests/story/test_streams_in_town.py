"""Every kind of stream a camera may have, from the simulated town through real workers to Chromium."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest
from playwright.async_api import Page, expect

from tests.browser import room_page
from tests.story.small_town import SmallTown, sign_up, wait_until
from tests.wall.tile_page import eventually, facts_of, tile_of

# A camera of each kind: as one would wish; H.265 with an H.264 main stream; H.265 throughout; its main stream refused.
ORDINARY, OLD_MAIN, ALL_NEW, REFUSED = "crossing-main", "temple", "bicycle-station", "school-gate"

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(600)]


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SmallTown]:
    scenes = (ORDINARY, OLD_MAIN, ALL_NEW, REFUSED)
    made = SmallTown(tmp_path_factory.mktemp("streams"), scenes, dwell=60.0)
    try:
        made.start()
        yield made
    finally:
        code = made.stop()
    assert code == 0


@pytest.fixture
async def page(town: SmallTown) -> AsyncIterator[Page]:
    async with room_page() as made:
        await sign_up(made, town)
        yield made


async def _shows(page: Page, camera: str, seconds: float, **wanted: Any) -> None:
    async def it_does() -> bool:
        now = await facts_of(page, camera)
        return {key: now[key] for key in wanted} == wanted

    try:
        await eventually(it_does, seconds, f"{camera} shows {wanted}")
    except AssertionError as late:
        raise AssertionError(f"{late}: {await facts_of(page, camera)}") from None


async def _moves(page: Page, camera: str) -> None:
    before = (await facts_of(page, camera))["presented"]

    async def more() -> bool:
        return bool((await facts_of(page, camera))["presented"] > before + 8)

    await eventually(more, 10, f"{camera} moves")


def _main_sessions(town: SmallTown, camera: str) -> int:
    """Sessions of a camera beyond that of its sub-stream."""
    return int(town.control("GET", "/counters")["cameras"][camera]["sessions"]) - 1


async def test_every_camera_is_shown_by_the_best_stream_there_is(town: SmallTown, page: Page) -> None:
    camera_of = {scene: camera for camera, scene in town.shown.items()}
    live = {"state": "live"}
    await _shows(page, camera_of[ORDINARY], 20, **live, profile="sub", transcoded=False, width=640, height=360)
    await _shows(page, camera_of[OLD_MAIN], 20, **live, profile="main", transcoded=False, width=1280, height=720)
    await _shows(page, camera_of[ALL_NEW], 20, **live, profile="sub", transcoded=True, width=640, height=360)
    await _shows(page, camera_of[REFUSED], 20, **live, profile="sub", transcoded=False)
    for camera in camera_of.values():
        await _moves(page, camera)
    await expect(tile_of(page, camera_of[ALL_NEW]).get_by_test_id("tile-transcoded")).to_be_visible()

    # Enlarged, the main stream comes; made small again it is closed at the camera.
    ordinary = camera_of[ORDINARY]
    await tile_of(page, ordinary).focus()
    await page.keyboard.press("Enter")
    await _shows(page, ordinary, 10, **live, profile="main", width=1280, height=720, mainMissing="")
    await _moves(page, ordinary)
    assert _main_sessions(town, ordinary) == 1
    await page.keyboard.press("Escape")
    await _shows(page, ordinary, 10, **live, profile="sub", width=640)
    await asyncio.to_thread(_until_none, town, ordinary)

    # Refused, it leaves the sub-stream on view and says so.
    refused = camera_of[REFUSED]
    await tile_of(page, refused).focus()
    await page.keyboard.press("Enter")
    await _shows(page, refused, 6, **live, profile="sub", mainMissing="refused")
    await _moves(page, refused)
    await expect(tile_of(page, refused).get_by_test_id("tile-no-main")).to_be_visible()


def _until_none(town: SmallTown, camera: str) -> None:
    wait_until(lambda: _main_sessions(town, camera) == 0, 20, "the main stream is closed at the camera")
