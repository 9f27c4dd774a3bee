"""One town, lived in by several tests one after another: starting it costs more than most of them do.

From a stall being set up to a closed case in a real browser, nothing of it faked. Every kind of stream a camera may
have, through real workers to Chromium. kill -9 of an ingest worker while a stall stands.
"""

import asyncio
import math
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any
from zlib import crc32

import pytest
from playwright.async_api import Page, expect

from gis.plane import Plane
from tests.browser import room_page
from tests.story.small_town import Operator, SmallTown, sign_in, wait_until
from tests.story.watching import all_tiles_move, case_numbered, eventually, length_of, tile_of, worth_looking_at
from tests.wall import tile_page

# A camera of each kind: as one would wish; H.265 with an H.264 main stream; H.265 throughout; its main stream refused.
ORDINARY, OLD_MAIN, ALL_NEW, REFUSED = "crossing-main", "temple", "bicycle-station", "school-gate"
STALL_SCENE, KILL_SCENE = ORDINARY, OLD_MAIN
DWELL = 24.0

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(900)]


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SmallTown]:
    scenes = (ORDINARY, OLD_MAIN, ALL_NEW, REFUSED)
    made = SmallTown(tmp_path_factory.mktemp("story"), scenes, dwell=DWELL, phone_speed=12.0)
    try:
        made.start()
        yield made
    finally:
        code = made.stop()
    assert code == 0


@pytest.fixture
async def page(town: SmallTown) -> AsyncIterator[Page]:
    async with room_page() as made:
        await sign_in(made, town)
        yield made


def _camera_of(town: SmallTown, scene: str) -> str:
    return next(name for name, shown in sorted(town.shown.items()) if shown == scene)


async def test_from_stall_to_closed_case(town: SmallTown, page: Page, tmp_path: Path) -> None:
    await all_tiles_move(page)
    camera_id = _camera_of(town, STALL_SCENE)
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
    opened = await case_numbered(page, town, number)
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
        tile = await tile_of(page, camera_id)
        return bool(tile and tile["state"] == "live" and tile["shown"] > 10)

    await eventually(camera_is_up, 30, "the camera of the case is live on the wall")
    shown = await tile_of(page, camera_id)
    assert shown is not None
    assert worth_looking_at(await page.get_by_test_id(f"tile-{shown['tile']}").screenshot())
    send = page.locator('[data-testid^="candidate-send-"]')
    await expect(send.first).to_be_visible()
    await page.screenshot(path=str(tmp_path / "case.png"))

    # One click sends the nearest; the phone accepts, goes there, has the place cleared and reports.
    await send.first.click()
    state = page.get_by_test_id("case-state")
    await expect(state).to_have_attribute("data-state", "assigned", timeout=10_000)
    await expect(state).to_have_attribute("data-state", "closed", timeout=300_000)

    # What the screen shows is what is stored, and what really happened.
    closed = await case_numbered(page, town, number)
    actions = [entry["action"] for entry in closed["trace"]]
    in_order = [action for action in actions if action in {"open", "assign", "accept", "arrive", "handle", "verify"}]
    assert in_order == ["open", "assign", "accept", "arrive", "handle", "verify"]
    await expect(page.get_by_test_id("trace-entry")).to_have_count(len(actions))
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
    assert length_of(clip) > 5
    assert not any(entry["action"] in {"reject", "reopen"} for entry in closed["trace"])


async def _shows(page: Page, camera: str, seconds: float, **wanted: Any) -> None:
    async def it_does() -> bool:
        now = await tile_page.facts_of(page, camera)
        return {key: now[key] for key in wanted} == wanted

    try:
        await tile_page.eventually(it_does, seconds, f"{camera} shows {wanted}")
    except AssertionError as late:
        raise AssertionError(f"{late}: {await tile_page.facts_of(page, camera)}") from None


async def _moves(page: Page, camera: str) -> None:
    before = (await tile_page.facts_of(page, camera))["presented"]

    async def more() -> bool:
        return bool((await tile_page.facts_of(page, camera))["presented"] > before + 8)

    await tile_page.eventually(more, 30, f"{camera} moves")


def _main_sessions(town: SmallTown, camera: str) -> int:
    """Sessions of a camera beyond that of its sub-stream."""
    return int(town.control("GET", "/counters")["cameras"][camera]["sessions"]) - 1


async def test_every_camera_is_shown_by_the_best_stream_there_is(town: SmallTown, page: Page) -> None:
    camera_of = {scene: camera for camera, scene in town.shown.items()}
    live = {"state": "live"}
    await _shows(page, camera_of[ORDINARY], 30, **live, profile="sub", transcoded=False, width=640, height=360)
    await _shows(page, camera_of[OLD_MAIN], 30, **live, profile="main", transcoded=False, width=1280, height=720)
    await _shows(page, camera_of[ALL_NEW], 30, **live, profile="sub", transcoded=True, width=640, height=360)
    await _shows(page, camera_of[REFUSED], 30, **live, profile="sub", transcoded=False)
    for camera in camera_of.values():
        await _moves(page, camera)
    await expect(tile_page.tile_of(page, camera_of[ALL_NEW]).get_by_test_id("tile-transcoded")).to_be_visible()

    # Enlarged, the main stream comes; made small again it is closed at the camera.
    ordinary = camera_of[ORDINARY]
    await tile_page.tile_of(page, ordinary).focus()
    await page.keyboard.press("Enter")
    await _shows(page, ordinary, 30, **live, profile="main", width=1280, height=720, mainMissing="")
    await _moves(page, ordinary)
    assert _main_sessions(town, ordinary) == 1
    await page.keyboard.press("Escape")
    await _shows(page, ordinary, 30, **live, profile="sub", width=640)
    await asyncio.to_thread(_until_none, town, ordinary)

    # Refused, it leaves the sub-stream on view and says so.
    refused = camera_of[REFUSED]
    await tile_page.tile_of(page, refused).focus()
    await page.keyboard.press("Enter")
    await _shows(page, refused, 30, **live, profile="sub", mainMissing="refused")
    await _moves(page, refused)
    await expect(tile_page.tile_of(page, refused).get_by_test_id("tile-no-main")).to_be_visible()


def _until_none(town: SmallTown, camera: str) -> None:
    wait_until(lambda: _main_sessions(town, camera) == 0, 20, "the main stream is closed at the camera")


def _states(operator: Operator) -> dict[str, str]:
    return {camera["id"]: camera["state"] for camera in operator.get("/cameras")["items"]}


def _worker_of(town: SmallTown, camera_id: str) -> str:
    """Cameras are dealt to the workers by their ids."""
    shards = 2
    return f"{crc32(camera_id.encode()) % shards}/{shards}"


def test_a_killed_worker_comes_back_with_its_cameras_and_what_it_had_seen(town: SmallTown) -> None:
    operator = Operator(town)
    operator.sign_in()
    camera_id = _camera_of(town, KILL_SCENE)
    wait_until(lambda: set(_states(operator).values()) == {"live"}, 60, "all cameras are live")
    event_id = town.start_event(camera_id, "stall")
    wait_until(lambda: town.event(event_id)["placed_at"], 60, "the stall stands")
    placed_at = town.event(event_id)["placed_at"]

    # Killed after the worker has seen the stall stand still, and before its dwell time is over.
    time.sleep(max(0.0, placed_at + 14 - time.time()))
    killed_at = time.time()
    town.kill("api.worker_process", "--shard", _worker_of(town, camera_id))
    wait_until(lambda: _states(operator)[camera_id] != "live", 10, "the loss is shown")
    wait_until(lambda: set(_states(operator).values()) == {"live"}, 60, "the cameras are live again")
    back_after = time.time() - killed_at

    case = wait_until(lambda: operator.case_of(camera_id), 90, "the stall's case")
    print(
        f"cameras back {back_after:.1f} s after the kill; case {time.time() - placed_at - DWELL:.1f} s after its time"
    )
    assert case["state"] == "filed"

    # A second kill after the detection: the case stays one case, with its evidence.
    town.kill("api.worker_process", "--shard", _worker_of(town, camera_id))
    wait_until(lambda: set(_states(operator).values()) == {"live"}, 60, "the cameras are live again")
    time.sleep(20)
    cases = operator.get(f"/cases?camera={camera_id}")
    assert cases["total"] == 1
    detail = operator.get(f"/cases/{case['id']}")
    assert {"picture", "clip"} <= {one["kind"] for one in detail["evidence"]}
    operator.close()
