"""A WHEP player that is not ours, in a real browser on another site, plays a camera and lets go of it."""

import asyncio
import base64
import functools
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import cv2
import numpy as np
import pytest
import pytest_asyncio
from playwright.async_api import Browser, Error, Page, async_playwright

from tests.api.town import RunningTown, running_town
from tests.browser import launch
from tests.wall.clips import Clip, encode_clip
from tests.wall.player_site import player_site
from tests.wall.replay_live import ReplayLive, decode_units
from wall.live_hub import HubLimits
from wall.whep_limits import WhepLimits

pytestmark = [pytest.mark.browser, pytest.mark.timeout(120), pytest.mark.asyncio(loop_scope="module")]
# Browsers without decoding hardware offer main profile and not high: one label fits, for the other a lower is taken.


def east_clip() -> Clip:
    return encode_clip(width=320, height=180, frames=60, gop=15, fps=15, profile="main")


def west_clip() -> Clip:
    return encode_clip(width=640, height=360, frames=60, gop=15, fps=15, profile="high")


@dataclass
class PlayingRoom:
    """A town that lets one other site play its cameras, a browser, and that site's address."""

    town: RunningTown
    browser: Browser
    site: str

    @asynccontextmanager
    async def player(self) -> AsyncIterator[Page]:
        page = await self.browser.new_page()
        try:
            await page.goto(f"http://{self.site}/")
            await page.wait_for_function("window.ready")
            yield page
        finally:
            await page.close()

    async def play(self, page: Page, camera: str, *kinds: str, account: str = "operator@town") -> None:
        url = f"http://{self.town.address}/api/v1/whep/{camera}"
        asked = [url, self.town.token(account), list(kinds or ("video",))]
        await page.evaluate("([url, token, kinds]) => play(url, token, kinds)", asked)

    async def all_freed(self) -> None:
        await until(lambda: len(self.town.centre.whep) == 0, 8, "the session is gone")
        await until(lambda: self.town.centre.hub.open_streams() == {}, 5, "the upstream is closed")
        assert self.town.live.subscriptions == []


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def room(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[PlayingRoom]:
    live = ReplayLive({("east-cam", "sub"): east_clip(), ("west-cam", "sub"): west_clip()})
    quick = {"whep": WhepLimits(peer_silence_seconds=4.0), "hub": HubLimits(linger_seconds=0.2)}
    async with player_site() as site, async_playwright() as playwright:
        origins = frozenset({f"http://{site}"})
        folder = tmp_path_factory.mktemp("whep")
        async with running_town(folder, live=live, whep_origins=origins, **quick) as town:
            browser = await launch(playwright)
            yield PlayingRoom(town, browser, site)
            await browser.close()


async def until(holds: Any, seconds: float, what: str) -> None:
    try:
        async with asyncio.timeout(seconds):
            while not holds():
                await asyncio.sleep(0.05)
    except TimeoutError:
        raise AssertionError(f"not within {seconds:g} s: {what}") from None


async def shown_picture(page: Page) -> np.ndarray:
    """What the video element shows, as rgb."""
    png = base64.b64decode((await page.evaluate("picture()")).partition(",")[2])
    return cv2.cvtColor(cv2.imdecode(np.frombuffer(png, np.uint8), cv2.IMREAD_COLOR), cv2.COLOR_BGR2RGB)


@functools.cache
def pictures_of(clip: Clip) -> list[np.ndarray]:
    """Every fourth pixel each way: enough to tell one picture of a clip from another."""
    frames = decode_units(clip.codec, [data for _, data in clip.units])
    return [frame.to_ndarray(format="rgb24")[::4, ::4].astype(int) for frame in frames]


def distance_to(clip: Clip, picture: np.ndarray) -> float:
    """Mean difference to the clip's nearest picture, of 255; a browser's colours differ from ours by a few."""
    return min(float(np.abs(one - picture[::4, ::4]).mean()) for one in pictures_of(clip))


async def test_it_shows_moving_pictures_of_the_right_camera_and_stopping_frees_everything(room):
    async with room.player() as page:
        await room.play(page, "east-cam")
        await page.wait_for_function("window.shown > 20", timeout=30_000)
        pictures = []
        for _ in range(4):
            pictures.append(await shown_picture(page))
            await asyncio.sleep(0.3)
        assert {picture.shape for picture in pictures} == {(180, 320, 3)}, "the west's are larger"
        assert max(distance_to(east_clip(), picture) for picture in pictures) < 12
        assert max(np.abs(one.astype(int) - two).mean() for one, two in pairwise(pictures)) > 5
        assert len(room.town.centre.whep) == 1
        await page.evaluate("client.stop()")
        await room.all_freed()


async def test_two_players_two_cameras_and_a_tab_that_is_simply_closed(room):
    async with room.player() as west:
        async with room.player() as east:
            # The audio comes first, as some players ask: it is declined within the bundle, and the video plays.
            await room.play(east, "east-cam", "audio", "video")
            await room.play(west, "west-cam")
            for page, clip, label in ((east, east_clip(), "4d"), (west, west_clip(), "42e01f")):
                await page.wait_for_function("window.shown > 10", timeout=30_000)
                picture = await shown_picture(page)
                assert picture.shape == (clip.height, clip.width, 3)
                assert distance_to(clip, picture) < 12
                assert f"profile-level-id={label}" in await page.evaluate("label()")
        await until(lambda: len(room.town.centre.whep) == 1, 8, "the closed tab's session is gone")
        await until(lambda: set(room.town.centre.hub.open_streams()) == {("west-cam", "sub")}, 5, "so is its upstream")
        before = await west.evaluate("window.shown")
        await west.wait_for_function(f"window.shown > {before + 10}", timeout=10_000)
    await room.all_freed()


async def test_withdrawn_rights_stop_the_pictures_within_five_seconds(room):
    async with room.player() as page:
        await room.play(page, "east-cam", account="operator@east")
        await page.wait_for_function("window.shown > 10", timeout=30_000)
        path = f"/accounts/{room.town.account_id('operator@east')}"
        assert (await room.town.client("administrator@town").delete(path)).status_code == 200
        await asyncio.sleep(5.0)
        assert len(room.town.centre.whep) == 0
        before = await page.evaluate("window.shown")
        await asyncio.sleep(1.0)
        assert await page.evaluate("window.shown") == before


async def test_a_player_without_the_right_is_told_no_more_than_that_there_is_no_such_camera(room):
    async with room.player() as page:
        with pytest.raises(Error, match="status 404"):
            await room.play(page, "east-cam", account="operator@west")
