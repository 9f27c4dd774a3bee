"""What a browser is sent, in Chromium: main streams and their fallbacks, H.265, pages without a secure context."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Coroutine
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Page, expect

from incidents.accounts import AccountChange, RoleGiven
from tests.wall.delivery_town import COLOURS, KINDS, MAIN, SUB, Desk, Kind, desk, live_of, seen, tile
from wall.live_hub import HubLimits

pytestmark = [
    pytest.mark.browser,
    pytest.mark.timeout(180),
    pytest.mark.asyncio(loop_scope="module"),
]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def town(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Desk]:
    """All kinds of cameras; one may be transcoded at once."""
    limits = HubLimits(linger_seconds=1.0)
    async with desk(tmp_path_factory.mktemp("delivery"), live_of(KINDS), hub=limits) as made:
        yield made


async def until(condition: Callable[[], Coroutine[Any, Any, Any]], seconds: float, what: str) -> Any:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if found := await condition():
            return found
        await asyncio.sleep(0.05)
    raise AssertionError(f"not within {seconds:g} s: {what}")


async def shows(page: Page, camera: str, profile: str, seconds: float = 30.0, **also: Any) -> dict[str, Any]:
    async def it_does() -> dict[str, Any] | None:
        now = await tile(page, camera)
        wanted = {"state": "live", "profile": profile, **also}
        return now if {key: now.get(key) for key in wanted} == wanted else None

    try:
        return await until(it_does, seconds, f"{camera} shows {profile} {also}")
    except AssertionError as late:
        raise AssertionError(f"{late}; it is {await tile(page, camera)}") from None


async def moves(page: Page, camera: str, pictures: int = 5, seconds: float = 30.0) -> None:
    before = (await tile(page, camera))["presented"]

    async def more() -> bool:
        return bool((await tile(page, camera))["presented"] >= before + pictures)

    await until(more, seconds, f"{camera} moves")


def article(page: Page, camera: str) -> Any:
    return page.locator(f'article[data-camera="{camera}"]')


async def enlarge(page: Page, camera: str) -> None:
    await article(page, camera).focus()
    await page.keyboard.press("Enter")


# Looks at the tile with every picture that is drawn, so that not one of another camera, and no black one, slips by.
WATCH = """(id) => {
  const host = document.querySelector(`article[data-camera="${id}"]`)
  const canvas = document.createElement('canvas')
  canvas.width = 16; canvas.height = 9
  const context = canvas.getContext('2d', { willReadFrequently: true })
  const log = []
  window.watchedTile = { log, stop: false }
  const look = () => {
    const video = host.querySelector('.live-picture video, .live-picture canvas')
    if (!video || !video.videoWidth) log.push([0, 0, 0, 0])
    else {
      context.drawImage(video, 0, 0, 16, 9)
      const data = context.getImageData(0, 0, 16, 9).data
      const part = (k) => Array.from({ length: 144 }, (_, n) => data[4 * n + k]).sort((a, b) => a - b)[72]
      log.push([part(0), part(1), part(2), video.videoWidth])
    }
    if (!window.watchedTile.stop) requestAnimationFrame(look)
  }
  look()
}"""
WATCHED = "() => { window.watchedTile.stop = true; return window.watchedTile.log }"


@pytest.mark.parametrize("way", ["", "&pictures=segments"], ids=["WebCodecs", "MediaSource"])
async def test_from_sub_to_main_and_back_never_shows_another_camera_or_nothing(town: Desk, way: str) -> None:
    cameras = ["plain", "other", "no-main", "new-main"]
    async with town.page(cameras, "4", more=way) as page:
        for camera in cameras:
            await shows(page, camera, "sub")
        await moves(page, "plain")
        await page.evaluate(WATCH, "plain")
        for _ in range(3):
            await enlarge(page, "plain")
            await shows(page, "plain", "main", width=MAIN[0])
            await expect(article(page, "plain").get_by_test_id("tile-no-main")).to_have_count(0)
            await moves(page, "plain")
            await page.keyboard.press("Escape")
            await shows(page, "plain", "sub", width=SUB[0])
            await moves(page, "plain")
        looks = await page.evaluate(WATCHED)
        assert {look[3] for look in looks} == {SUB[0], MAIN[0]}
        strange = [look for look in looks if not (look[0] > 120 and look[1] < 100 and look[2] < 100)]
        assert strange == []
        assert (await seen(page, "other"))[0] == "green"


NO_MAIN = [
    ("the camera refuses it", "refused", "yellow", "refused", "", 2.5),
    ("refused, by MediaSource", "refused", "yellow", "refused", "&pictures=segments", 2.5),
    ("it is H.265", "new-main", "cyan", "codec", "", 2.5),
]


@pytest.mark.parametrize(
    ("camera", "colour", "why", "way", "within"), [row[1:] for row in NO_MAIN], ids=[r[0] for r in NO_MAIN]
)
async def test_without_a_main_stream_the_sub_stream_stays_and_the_tile_says_why(
    town: Desk, camera: str, colour: str, why: str, way: str, within: float
) -> None:
    async with town.page([camera, "other"], "4", more=way) as page:
        await shows(page, camera, "sub")
        await enlarge(page, camera)
        shown = (await tile(page, camera))["shown"]
        await shows(page, camera, "sub", within, mainMissing=why)
        await expect(article(page, camera).get_by_test_id("tile-no-main")).to_be_visible()
        assert await seen(page, camera) == (colour, SUB[0])
        await moves(page, camera)
        assert (await tile(page, camera))["shown"] > shown
        await until(lambda: closed(town, camera, "main"), 6, "the main stream is given up")
        await page.keyboard.press("Escape")
        await expect(article(page, camera).get_by_test_id("tile-no-main")).to_have_count(0)
        await moves(page, camera, pictures=30, seconds=12)


async def closed(town: Desk, camera: str, profile: str) -> bool:
    return (camera, profile) not in town.live.watched()


async def test_what_the_browser_cannot_decode_comes_as_something_it_can(town: Desk) -> None:
    """Chromium as Debian builds it knows no H.265: the main stream, else transcoded, else the reason."""
    async with town.page(["old-main", "both-new", "plain"], "4") as page:
        await shows(page, "old-main", "main", transcoded=False, width=MAIN[0])
        await shows(page, "both-new", "sub", transcoded=True)
        assert await seen(page, "old-main") == ("red", MAIN[0])
        assert await seen(page, "both-new") == ("green", SUB[0])
        await moves(page, "both-new")
        mark = article(page, "both-new").get_by_test_id("tile-transcoded")
        await expect(mark).to_have_text("转码")
        await expect(article(page, "plain").get_by_test_id("tile-transcoded")).to_have_count(0)
        assert ("old-main", "sub") not in town.live.watched()
        assert (await tile(page, "both-new"))["decodeErrors"] == 0


async def test_above_the_limit_the_tile_says_so_and_comes_when_there_is_room(town: Desk) -> None:
    async with town.page(["both-new"], "4") as first, town.page(["both-new", "both-new-2"], "4") as second:
        await shows(first, "both-new", "sub", transcoded=True)
        await shows(second, "both-new", "sub", transcoded=True)
        assert len(town.live.transcoders) == 1
        await until(lambda: ended(second, "both-new-2"), 10, "it is refused")
        await expect(article(second, "both-new-2")).to_contain_text("转码路数已满")
        await second.get_by_test_id("tile-close-0").click(force=True)
        await first.context.close()
        await shows(second, "both-new-2", "sub", 25, transcoded=True)


async def ended(page: Page, camera: str) -> bool:
    return bool((await tile(page, camera)).get("state") == "ended")


async def test_a_page_without_a_secure_context_plays_through_media_source(town: Desk) -> None:
    cameras = ["plain", "other", "no-main", "refused", "new-main", "old-main", "both-new"]
    async with town.page(cameras, "9", secure=False) as page:
        assert await page.evaluate("isSecureContext") is False
        for camera in cameras:
            await shows(page, camera, "main" if camera == "old-main" else "sub")
        await expect(page.get_by_test_id("delivery-hint")).to_be_visible()
        await asyncio.gather(*(moves(page, camera, pictures=15, seconds=8) for camera in cameras))
        colours = {kind.id: kind.colour for kind in KINDS}
        assert {camera: (await seen(page, camera))[0] for camera in cameras} == {c: colours[c] for c in cameras}
        await enlarge(page, "plain")
        await shows(page, "plain", "main", width=MAIN[0])

        async def large() -> bool:
            return await seen(page, "plain") == ("red", MAIN[0])

        # What waits in the element before the main stream's first picture is played first.
        await until(large, 5, "the main stream's picture is on view")
        await moves(page, "plain")
        lag = (await tile(page, "plain"))["latencyMs"]
        assert lag < 1500


async def test_segments_are_marked_stale_when_they_stop_and_go_on_afterwards(town: Desk) -> None:
    async with town.page(["plain", "other"], "4", secure=False) as page:
        await shows(page, "plain", "sub")
        await moves(page, "plain")
        town.live.paused.set()
        try:
            await until(lambda: is_stale(page, "plain"), 20, "the tile is marked")
        finally:
            town.live.paused.clear()
        await shows(page, "plain", "sub")
        await moves(page, "plain")


async def is_stale(page: Page, camera: str) -> bool:
    return bool((await tile(page, camera)).get("state") == "stale")


async def test_nothing_is_sent_for_what_is_out_of_sight(town: Desk) -> None:
    cameras = ["plain", "other", "no-main", "refused"]
    hub = town.centre.hub

    async def watched_are(expected: set[str]) -> bool:
        return {key[0] for key, viewers in hub.open_streams().items() if viewers} == expected

    async with town.page(cameras, "4") as page:
        for camera in cameras:
            await shows(page, camera, "sub")
        await until(lambda: watched_are(set(cameras)), 5, "four are watched")
        # Covered by an enlarged tile.
        await enlarge(page, "no-main")
        await until(lambda: watched_are({"no-main"}), 6, "only the enlarged one is watched")
        await page.keyboard.press("Escape")
        for camera in cameras:
            await shows(page, camera, "sub", 3)
        # The pane is not on view.
        await page.get_by_test_id("view-map").click()
        await until(lambda: watched_are(set()), 6, "nothing is watched behind the map")
        await page.get_by_test_id("view-overview").click()
        for camera in cameras:
            await shows(page, camera, "sub", 3)
        # The page is in the background.
        await hide(page, True)
        await until(lambda: watched_are(set()), 14, "nothing is watched by a hidden page")
        await until(lambda: nothing_open(town), 8, "and nothing is open at the cameras")
        await hide(page, False)
        for camera in cameras:
            await shows(page, camera, "sub", 3)
            await moves(page, camera)


async def nothing_open(town: Desk) -> bool:
    return town.live.watched() == set()


async def hide(page: Page, hidden: bool) -> None:
    """As the browser does when another tab comes to the front; headless it never does by itself."""
    await page.evaluate(
        """(hidden) => {
          const say = (name, value) => Object.defineProperty(document, name, { configurable: true, get: () => value })
          say('hidden', hidden)
          say('visibilityState', hidden ? 'hidden' : 'visible')
          document.dispatchEvent(new Event('visibilitychange'))
        }""",
        hidden,
    )


async def test_rights_withdrawn_take_the_picture_off_the_screen_within_five_seconds(town: Desk) -> None:
    accounts = town.incidents.accounts
    chief = accounts.sign_in("administrator@town", "correct horse 42", address="test", device=True).caller
    account = next(one for one in accounts.list(chief) if one.username == "operator@east")
    async with town.page(["plain", "other"], "4", account="operator@east") as page:
        await shows(page, "plain", "sub")
        await shows(page, "other", "sub")
        accounts.change(chief, account.id, AccountChange(roles=(RoleGiven("operator", "west"),)))
        began = time.monotonic()

        async def gone() -> bool:
            return all([(await seen(page, camera))[1] == 0 for camera in ("plain", "other")])

        await until(gone, 5, "no picture is left")
        assert time.monotonic() - began < 5
        assert not any(town.centre.hub.open_streams().values())


ODD = [
    Kind("garbage", "red", main=None, oddity="garbage"),
    Kind("cut-key", "green", main=None, oddity="cut key frames"),
    Kind("resized", "blue", main=None, oddity="changes size"),
    Kind("reordered", "yellow", main=None, oddity="B-frames"),
]


async def test_forty_tiles_go_on_whatever_some_cameras_send(tmp_path_factory: pytest.TempPathFactory) -> None:
    plain = [Kind(f"c{n:02}", COLOURS[n % len(COLOURS)], main=None) for n in range(36)]
    kinds, sound = [*ODD, *plain], [*ODD[2:], *plain]
    folder = tmp_path_factory.mktemp("forty")
    async with desk(folder, live_of(kinds)) as town, town.page([kind.id for kind in kinds], "40") as page:
        for kind in sound:
            await shows(page, kind.id, "sub", 20)
        before = await all_tiles(page)
        await asyncio.sleep(6)
        after = await all_tiles(page)
        for kind in sound:
            assert after[kind.id]["presented"] - before[kind.id]["presented"] > 30, after[kind.id]
            assert after[kind.id]["decodeErrors"] == 0, after[kind.id]
            assert (await seen(page, kind.id))[0] == kind.colour
        for kind in ODD[:2]:
            assert (after[kind.id]["state"], after[kind.id]["shown"]) == ("opening", 0), after[kind.id]
            assert after[kind.id]["decodeErrors"] < 40


async def all_tiles(page: Page) -> dict[str, dict[str, Any]]:
    return {one["camera"]: one for one in await page.evaluate("() => window.__gridwatch.tiles()")}
