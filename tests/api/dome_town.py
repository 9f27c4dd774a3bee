"""The small town with a simulated dome in each village, turned by the workers' own code over real HTTP."""

import asyncio
import random
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from config.cameras import CamerasFile
from ingest.dome_controls import DomeControls
from runtime.clock import SystemClock
from sim.onvif.brand import GENERIC, Brand
from tests.api.town import CONFIG, RunningTown, running_town
from tests.onvif.server import door
from tests.sim.one_dome import ACCOUNT, OneDome, one_dome
from tests.wall.clips import encode_clip
from tests.wall.replay_live import ReplayLive

HEIGHT_M = 60.0


@dataclass
class DomeTown:
    town: RunningTown
    east: OneDome
    west: OneDome

    async def call(self, account: str, method: str, path: str, body: Any = None, *, ok: int = 200) -> Any:
        """The answer's body; the path is one below `/cameras/east-cam/ptz`, or a whole one where it begins with /."""
        path = path if path.startswith("/") else f"/cameras/east-cam/ptz/{path}".rstrip("/")
        reply = await self.town.client(account).request(method, path, json=body)
        assert reply.status_code == ok, f"{method} {path}: {reply.status_code} {reply.text}"
        return reply.json() if "json" in reply.headers.get("content-type", "") else reply.content

    async def until(self, condition: Callable[[], Any], seconds: float = 30.0) -> None:
        async with asyncio.timeout(seconds):
            while not condition():
                await asyncio.sleep(0.02)

    async def stands(self) -> None:
        """Neither moves any more. What a dome was told it has taken when the answer came, so there is no beginning to
        wait for: on a busy machine it might be missed."""
        await self.until(lambda: not any((*self.east.dome.moving(), *self.west.dome.moving())))

    async def log(self, camera: str = "east-cam") -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = (await self.call("operator@town", "GET", f"/cameras/{camera}/ptz/log"))["items"]
        return found


def config_with(urls: dict[str, str]) -> CamerasFile:
    given = CONFIG.model_dump(mode="json", exclude_none=True)
    for camera in given["cameras"]:
        camera["device"] = {"url": urls[camera["id"]]}
        camera["position"]["height_m"] = HEIGHT_M
    return CamerasFile.model_validate(given)


@asynccontextmanager
async def dome_town(folder: Path, brand: Brand = GENERIC, **changed: Any) -> AsyncIterator[DomeTown]:
    """`changed` goes to `running_town`."""
    async with AsyncExitStack() as stack:
        east, west = [await stack.enter_async_context(one_dome(brand)) for _ in range(2)]
        config = config_with({"east-cam": east.url, "west-cam": west.url})
        clip = encode_clip()
        live = ReplayLive({("east-cam", "sub"): clip, ("west-cam", "sub"): clip})
        clock = SystemClock()
        live.dome_controls = DomeControls(
            config.cameras, lambda _: ACCOUNT, door(), clock, random.Random(1), live.dome_moved
        )
        town = await stack.enter_async_context(running_town(folder, live=live, config=config, **changed))
        try:
            yield DomeTown(town, east, west)
        finally:
            await live.dome_controls.stop()
