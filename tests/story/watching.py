"""What tests look at in the room's page and in what it stores."""

import asyncio
import io
import time
from typing import Any

import av
from playwright.async_api import Page

from tests.story.small_town import SmallTown


async def tiles(page: Page) -> list[dict[str, Any]]:
    return list(await page.evaluate("() => window.__gridwatch ? window.__gridwatch.tiles() : []"))


async def tile_of(page: Page, camera_id: str) -> dict[str, Any] | None:
    return next((tile for tile in await tiles(page) if tile["camera"] == camera_id), None)


async def eventually(condition: Any, seconds: float, what: str) -> Any:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if found := await condition():
            return found
        await asyncio.sleep(0.1)
    raise AssertionError(f"not within {seconds:.0f} s: {what}")


async def all_tiles_move(page: Page) -> None:
    async def moving() -> bool:
        before = {tile["tile"]: tile["shown"] for tile in await tiles(page) if tile["camera"]}
        await asyncio.sleep(1.0)
        after = {tile["tile"]: tile["shown"] for tile in await tiles(page) if tile["camera"]}
        return bool(after) and all(after[number] > before.get(number, 0) + 3 for number in after)

    await eventually(moving, 30, "every tile of the wall shows moving pictures")


def worth_looking_at(picture: bytes) -> bool:
    """Not a flat area: a decoded street has many grey levels."""
    with av.open(io.BytesIO(picture)) as file:
        gray = next(file.decode(video=0)).to_ndarray(format="gray")
    return float(gray.std()) > 15


async def case_numbered(page: Page, town: SmallTown, number: str) -> dict[str, Any]:
    items = (await (await page.request.get(f"{town.url}/api/v1/cases")).json())["items"]
    case_id = next(item["id"] for item in items if item["number"] == number)
    return dict(await (await page.request.get(f"{town.url}/api/v1/cases/{case_id}")).json())


def length_of(clip: bytes) -> float:
    """Seconds of video, by decoding every picture."""
    with av.open(io.BytesIO(clip)) as file:
        frames = list(file.decode(video=0))
    assert all(not frame.is_corrupt for frame in frames)
    return float(frames[-1].time - frames[0].time)
