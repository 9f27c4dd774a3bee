"""The small town with domes that turn: real devices by ONVIF, pictures drawn from where they point, without RTSP."""

import asyncio
import json
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

import cv2

from api.town_map import TownMap
from config.cameras import CamerasFile
from ingest.access_unit import AccessUnit
from ingest.dome_controls import DomeControls
from ingest.live import PtzHandler, PtzReport, Reply
from ingest.ring import Ring
from ingest.state import StreamState, StreamStatus
from runtime.clock import SystemClock
from sim.domes.live import LivePicture
from sim.geography.files import CENTRE
from sim.town_domes import DomeFiles, TownDomes
from tests.api.town import CONFIG, GRIDS, TOWN_MAP, RunningTown, collection, feature, running_town, square
from tests.onvif.server import door
from tests.sim.small_dome_town import ACCOUNT, write_dome_town
from tests.wall.replay_live import ReplayLive, decode_units

FPS = 10
CLOCK = SystemClock()
MOUNT_ERROR_DEG = 3.0
"""How far the configured heading of a dome is off: somebody read it off a compass."""


class DomeLive(ReplayLive):
    """`domes` are the real things: where they point and what they were told is in `domes.truth()`."""

    def __init__(self, domes: TownDomes, config: CamerasFile) -> None:
        super().__init__({})
        self.domes = domes
        self.pictures: dict[str, LivePicture] = {}
        for one in domes.live:
            source = one.sources["sub"]
            assert isinstance(source, LivePicture)
            self.pictures[one.id] = source
        for dome in self.pictures:
            self._statuses[dome] = StreamStatus(dome, state=StreamState.LIVE, since=time.time(), codec="h264")
            self._gops[dome, "sub"] = []
            self.rings[dome, "sub"] = Ring(20.0, 8 * 1024 * 1024)
        self._handlers: list[PtzHandler] = []
        self._controls = DomeControls(config.cameras, lambda _: ACCOUNT, door(), CLOCK, Random(1), self._report)

    def _report(self, report: PtzReport) -> None:
        for handler in self._handlers:
            handler(report)

    def on_ptz(self, handler: PtzHandler) -> None:
        self._handlers.append(handler)

    def start(self) -> None:
        super().start()
        self._tasks += [asyncio.create_task(self._show(dome, source)) for dome, source in self.pictures.items()]

    async def stop(self) -> None:
        await super().stop()
        await self._controls.stop()

    async def request(self, camera_id: str, op: str, **arguments: Any) -> Reply:
        if op == "ptz":
            self.asked.append((camera_id, op, arguments))
            return await self._controls.request(camera_id, arguments)
        if op == "snapshot" and camera_id in self.pictures:
            picture = await asyncio.to_thread(_jpeg, [unit.data for unit in self._gops[camera_id, "sub"]])
            return Reply({"captured_at": time.time(), "width": 640, "height": 360}, (picture,))
        return await super().request(camera_id, op, **arguments)

    async def _show(self, dome: str, source: LivePicture) -> None:
        count, key = 0, (dome, "sub")
        while True:
            keyframe = count % (2 * FPS) == 0
            data = await asyncio.to_thread(source.next_unit(keyframe))
            unit = AccessUnit(dome, "sub", "h264", keyframe, count * 1_000_000 // FPS, time.time(), data, count == 0)
            self._pass_on(key, unit)
            count += 1
            await asyncio.sleep(1 / FPS)


def _jpeg(units: list[bytes]) -> bytes:
    """The newest picture of a group."""
    newest = decode_units("h264", units)[-1]
    return bytes(cv2.imencode(".jpg", newest.to_ndarray(format="bgr24"))[1].tobytes())


def dome_config(domes: TownDomes) -> CamerasFile:
    """The small town's configuration with the domes behind its cameras, as somebody would have written them down."""
    told = domes.truth()["domes"]
    added = [
        {
            "id": name,
            "name": f"高塔{number + 1}号",
            "name_en": f"Tower {number + 1}",
            "area": ("east", "west")[number % 2],
            "streams": {"sub": {"url": f"rtsp://127.0.0.1:1/{name}"}},
            "credentials": "ptz",
            "position": {"lon": one["lon"], "lat": one["lat"], "height_m": one["height_m"]},
            "device": {"url": one["device"]},
            "ptz": {
                "tilt_deg": [-90, 20],
                "mount": {"heading_deg": one["mount"]["heading_deg"] + MOUNT_ERROR_DEG},
                "range_m": 2500,
            },
        }
        for number, (name, one) in enumerate(told.items())
    ]
    content = CONFIG.model_dump(mode="json", exclude_none=True, exclude_defaults=True)
    still = [{key: value for key, value in one.items() if key not in ("device", "ptz")} for one in content["cameras"]]
    return CamerasFile.model_validate({**content, "cameras": [*still, *added]})


def town_map(folder: Path) -> TownMap:
    """Around the domes; the grids stay where the small town has them."""
    west, south = CENTRE.to_degrees(-1000, -900)
    east, north = CENTRE.to_degrees(1400, 1000)
    whole = square(west, south, east - west, north - south)
    areas = collection(*(feature(code, whole) for code in ("t", "east", "west")))
    base = {
        layer: json.loads((folder / f"{layer}.geojson").read_text())
        for layer in ("green", "water", "buildings", "roads")
    }
    return TownMap(bounds=(west, south, east, north), areas=areas, grids=GRIDS, base=base, views=TOWN_MAP.views)


@dataclass
class DomeTown:
    town: RunningTown
    domes: TownDomes
    live: DomeLive
    files: DomeFiles

    def aim(self, dome: str) -> dict[str, float]:
        """Where it truly points: pan_deg, tilt_deg, zoom."""
        return dict(self.domes.truth()["domes"][dome]["aim"])

    def turning(self, dome: str) -> bool:
        one = self.domes.truth()["domes"][dome]
        return bool(one["turning"] or one["zooming"])


@asynccontextmanager
async def dome_town(folder: Path, count: int = 2, **changed: Any) -> AsyncIterator[DomeTown]:
    """`changed` goes to the settings."""
    files = write_dome_town(folder / "town", count)
    domes = TownDomes(files, CLOCK, Random(3))
    await domes.start("127.0.0.1", 0, 1)
    try:
        config = dome_config(domes)
        live = DomeLive(domes, config)
        async with running_town(folder, live=live, config=config, town_map=town_map(files.folder), **changed) as town:
            yield DomeTown(town, domes, live, files)
    finally:
        await domes.stop()
