"""A town with loudspeakers: simulated devices behind real sockets in both villages."""

import random
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from config.cameras import CamerasFile
from runtime.clock import SystemClock
from sim.hearing import Hearing
from sim.loudspeakers import Device, Loudspeakers
from sim.rtsp.estate import SimCamera
from sim.rtsp.server import RtspServer
from tests.api.town import CONFIG, TOWN_MAP, RunningTown, collection, feature, middle, running_town
from tests.sim.tiny_clips import make_clips
from tests.talkdown.street import READER

HOURS = "00:00-24:00"


@dataclass
class LoudTown:
    town: RunningTown
    hearing: Hearing
    devices: Loudspeakers


def placed(id_: str, village: str, east_m: float = 0.0, **more: Any) -> dict[str, Any]:
    lon, lat = middle(f"{village}-g1")
    names = {"name": f"{id_}音柱", "name_en": f"{id_} horn"}
    return {"id": id_, **names, "area": village, "place": {"lon": lon + east_m / 96_300, "lat": lat}, **more}


def roads() -> dict[str, Any]:
    lon, lat = middle("east-g1")
    line = {"type": "LineString", "coordinates": [[lon - 0.001, lat], [lon + 0.001, lat]]}
    road = feature("r1", line)
    road["properties"] |= {"name": "商贸街", "name_en": "Trade Street", "kind": "street", "width_m": 12}
    return collection(road)


def with_loudspeakers(folder: Path, rtsp: int, http: int) -> CamerasFile:
    (folder / "reader.py").write_text(READER)
    whole = CONFIG.model_dump(mode="json", exclude_defaults=True)
    speakers = f"http://127.0.0.1:{http}/speakers"
    whole["talk_down"] = {
        "quiet_hours": [],
        "longest_seconds": 20,
        "speech": {"zh": [sys.executable, str(folder / "reader.py")]},
    }
    whole["loudspeakers"] = [
        placed("square", "east", onvif={"url": f"rtsp://127.0.0.1:{rtsp}/cam/square/sub"}),
        placed("market", "east", 100, http={"audio_url": f"{speakers}/market/audio"}, range_m=80),
        placed("gate", "east", 600, http={"text_url": f"{speakers}/gate/text"}),
        placed("night", "east", 300, http={"audio_url": f"{speakers}/night/audio"}, quiet_hours=[HOURS]),
        placed("dead", "east", -200, http={"audio_url": "http://127.0.0.1:9/audio"}),
        placed("west", "west", http={"audio_url": f"{speakers}/west/audio"}),
    ]
    return CamerasFile.model_validate(whole)


@asynccontextmanager
async def loud_town(folder: Path, **more: Any) -> AsyncIterator[LoudTown]:
    clock, hearing = SystemClock(), Hearing()
    clips = {"tiny": make_clips("tiny", names=("idle",))}
    cameras = RtspServer(
        [SimCamera("square", "tiny", 0, None)], clips, clock=clock, rng=random.Random(1),
        speakers={"square": "PCMA"}, hearing=hearing,
    )  # fmt: skip
    devices = Loudspeakers([Device(id_) for id_ in ("market", "gate", "night", "west")], hearing, clock)
    await cameras.start()
    await devices.start()
    config = with_loudspeakers(folder, cameras.port, devices.port)
    town_map = replace(TOWN_MAP, base={"roads": roads()})
    try:
        async with running_town(folder, config=config, town_map=town_map, **more) as town:
            yield LoudTown(town, hearing, devices)
    finally:
        await devices.stop()
        await cameras.stop()
