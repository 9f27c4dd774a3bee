"""The main job in a real browser: from a stall being set up to a closed case, nothing of it faked."""

import asyncio
import io
import math
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import av
import pytest
from playwright.async_api import Page, expect

from gis.plane import Plane
from tests.browser import room_page
from tests.story.small_town import SmallTown, sign_up, wait_until

DWELL = 16.0
STALL_SCENE, OTHER_SCENES = "crossing-main", ("temple", "school-gate")

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(600)]


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SmallTown]:
    made = SmallTown(tmp_path_factory.mktemp("story"), (STALL_SCENE, *OTHER_SCENES), dwell=DWELL, phone_speed=12.0)
    try:
        made.start()
        yield made
    finally:
        code = made.stop()
    assert code == 0


@pytest.fixture
async def page() -> AsyncIterator[Page]:
    async with room_page() as made:
        yield made


async def _tiles(page: Page) -> list[dict[str, Any]]:
    return list(await page.evaluate("() => window.__gridwatch ? window.__gridwatch.tiles() : []"))


async def _tile_of(page: Page, camera_id: str) -> dict[str, Any] | None:
    return next((tile for tile in await _tiles(page) if tile["camera"] == camera_id), None)


async def _eventually(condition: Any, seconds: float, what: str) -> Any:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if found := await condition():
            return found
        await asyncio.sleep(0.1)
    raise AssertionError(f"not within {seconds:.0f} s: {what}")


async def _all_tiles_move(page: Page) -> None:
    async def moving() -> bool:
        before = {tile["tile"]: tile["shown"] for tile in await _tiles(page) if tile["camera"]}
        await asyncio.sleep(1.0)
        after = {tile["tile"]: tile["shown"] for tile in await _tiles(page) if tile["camera"]}
        return bool(after) and all(after[number] > before.get(number, 0) + 3 for number in after)

    await _eventually(moving, 30, "every tile of the wall shows moving pictures")


def _worth_looking_at(picture: bytes) -> bool:
    """Not a flat area: a decoded street has many grey levels."""
    with av.open(io.BytesIO(picture)) as file:
        gray = next(file.decode(video=0)).to_ndarray(format="gray")
    return float(gray.std()) > 15


async def _case(page: Page, town: SmallTown, number: str) -> dict[str, Any]:
    items = (await (await page.request.get(f"{town.url}/api/v1/cases")).json())["items"]
    case_id = next(item["id"] for item in items if item["number"] == number)
    return dict(await (await page.request.get(f"{town.url}/api/v1/cases/{case_id}")).json())


def _length_of(clip: bytes) -> float:
    """Seconds of video, by decoding every picture."""
    with av.open(io.BytesIO(clip)) as file:
        frames = list(file.decode(video=0))
    assert all(not frame.is_corrupt for frame in frames)
    return float(frames[-1].time - frames[0].time)


async def test_from_stall_to_closed_case(town: SmallTown, page: Page, tmp_path: Path) -> None:
    await sign_up(page, town)
    await _all_tiles_move(page)
    camera_id = next(name for name, scene in town.shown.items() if scene == STALL_SCENE)
    assert await page.locator('[data-testid^="case-item-"]').count() == 0

    # The camera sees a stall; after its dwell time the case opens by itself.
    event_id = town.start_event(camera_id, "stall")
    await asyncio.to_thread(wait_until, lambda: town.event(event_id)["placed_at"], 60, "the stall stands")
    placed_at = town.event(event_id)["placed_at"]
    item = page.locator('[data-testid^="case-item-"]').first
    await expect(item).to_be_visible(timeout=60_000)
    seen_after = time.time() - placed_at - DWELL
    number = str(await item.get_attribute("data-testid")).removeprefix("case-item-")
    print(f"case on screen {seen_after:.1f} s after placement + dwell")
    assert seen_after < 30
    opened = await _case(page, town, number)
    truth = town.truth(event_id)
    assert opened["camera_id"] == camera_id
    # The cart stands from the moment it stops; the truth counts from when it is open for business.
    assert opened["opened_at"] > truth["placed_at"] - 6
    assert math.hypot(*Plane(truth["lon"], truth["lat"]).to_metres(opened["lon"], opened["lat"])) < 6
    assert opened["grid"]

    # Clicking it shows the evidence, brings its camera up, and ranks who can go.
    await item.click()
    picture = page.get_by_test_id("evidence-picture")
    await expect(picture).to_be_visible()
    assert await picture.evaluate("async (img) => { await img.decode(); return img.naturalWidth }") >= 640

    async def camera_is_up() -> bool:
        tile = await _tile_of(page, camera_id)
        return bool(tile and tile["state"] == "live" and tile["shown"] > 10)

    await _eventually(camera_is_up, 15, "the camera of the case is live on the wall")
    shown = await _tile_of(page, camera_id)
    assert shown is not None
    assert _worth_looking_at(await page.get_by_test_id(f"tile-{shown['tile']}").screenshot())
    send = page.locator('[data-testid^="candidate-send-"]')
    await expect(send.first).to_be_visible()
    await page.screenshot(path=str(tmp_path / "case.png"))

    # One click sends the nearest; the phone accepts, goes there, has the place cleared and reports.
    await send.first.click()
    state = page.get_by_test_id("case-state")
    await expect(state).to_have_attribute("data-state", "assigned", timeout=10_000)
    await expect(state).to_have_attribute("data-state", "closed", timeout=300_000)

    # What the screen shows is what is stored, and what really happened.
    closed = await _case(page, town, number)
    actions = [entry["action"] for entry in closed["trace"]]
    in_order = [action for action in actions if action in {"open", "assign", "accept", "arrive", "handle", "verify"}]
    assert in_order == ["open", "assign", "accept", "arrive", "handle", "verify"]
    assert await page.get_by_test_id("trace-entry").count() == len(actions)
    verified = next(entry for entry in closed["trace"] if entry["action"] == "verify")
    assert verified["actor"]["kind"] == "camera"
    truth = town.truth(event_id)
    assert truth["cleared_at"] is not None
    assert truth["cleared_at"] < verified["at"]
    accepted = next(entry for entry in closed["trace"] if entry["action"] == "accept")
    assert accepted["actor"]["kind"] == "person"
    check = await (await page.request.get(f"{town.url}/api/v1/cases/{closed['id']}/trace/check")).json()
    assert check["valid"]
    assert check["entries"] == len(actions)
    clip = await (await page.request.get(f"{town.url}/api/v1/evidence/{closed['clip_evidence_id']}")).body()
    assert _length_of(clip) > 5
    assert not any(entry["action"] in {"reject", "reopen"} for entry in closed["trace"])
