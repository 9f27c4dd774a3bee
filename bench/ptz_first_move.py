"""From a command at the API to the first picture that has moved: the whole product, with domes that are drawn live."""

import asyncio
import json
import re
import shutil
import sys
import time
from collections.abc import AsyncGenerator
from contextlib import aclosing
from pathlib import Path
from typing import Any

import av
import httpx
import numpy as np
import websockets
import yaml
from av.video.codeccontext import VideoCodecContext

from bench.wall_browser import p95
from bench.wall_centre import Centre
from sim.domes.axis import AxisLimits
from sim.domes.dome import PAN
from sim.free_port import free_port
from sim.geography.town import generate
from wall.wire import decode

DOMES = 3
MOVED = 3.0
"""Mean difference of two pictures, of 255, above what coding the same scene twice makes."""
STILL_SECONDS, PATIENCE_SECONDS = 1.5, 5.0
PIXEL_DEG = 60 / 640
HAND = {"pan": 0.6, "tilt": 0.0, "zoom": 0.0}


class DomeCentre(Centre):
    """A town of nothing but domes."""

    def __init__(self, folder: Path) -> None:
        self.onvif_port = free_port()
        super().__init__(folder, DOMES)

    def _make_town(self) -> Path:
        town = self.folder / "town-domes"
        shutil.rmtree(town, ignore_errors=True)
        generate(1, 8, town, rtsp_port=self.rtsp_port, onvif_port=self.onvif_port, domes=DOMES)
        path = town / "cameras.yaml"
        file = yaml.safe_load(path.read_text(encoding="utf-8"))
        file["cameras"] = [camera for camera in file["cameras"] if "ptz" in camera]
        path.write_text(yaml.safe_dump(file, allow_unicode=True), encoding="utf-8")
        (town / "sim_cameras.json").write_text("{}", encoding="utf-8")
        return path

    def _cameras_command(self) -> list[str]:
        return [
            sys.executable, "-m", "sim.town_process", "--no-events", "--log-level", "warning",
            "--cameras-file", str(self._file), "--cache", str(self.folder / "clips"),
            "--truth", str(self.folder / "truth.jsonl"),
            "--rtsp-port", str(self.rtsp_port), "--onvif-port", str(self.onvif_port),
        ]  # fmt: skip


async def pictures(centre: Centre, camera: str) -> AsyncGenerator[tuple[float, Any], None]:
    """(monotonic time of receipt, luma) of every picture of the sub-stream, as a page gets them."""
    cookie = "; ".join(f"{name}={value}" for name, value in centre.client.cookies.items())
    headers = {"Cookie": cookie, "Origin": centre.url}
    address = re.sub("^http", "ws", centre.url) + "/api/v1/live"
    decoder = av.CodecContext.create("h264", "r")
    assert isinstance(decoder, VideoCodecContext)
    async with websockets.connect(address, additional_headers=headers, compression=None, max_size=None) as page:
        await page.send(json.dumps({"type": "open", "stream": 1, "camera": camera, "profile": "sub"}))
        async for message in page:
            at = time.monotonic()
            for unit in decode(message) if isinstance(message, bytes) else ():
                for frame in decoder.decode(av.Packet(unit.payload)):
                    yield at, frame.to_ndarray(format="gray")[::4, ::4].astype(np.int16)


async def first_moves(centre: Centre, camera: str, times: int) -> list[float]:
    """Seconds from sending a hand's first message to the first picture that differs; to and fro."""
    waits: list[float] = []
    headers = {"Origin": centre.url}
    async with (
        httpx.AsyncClient(base_url=f"{centre.url}/api/v1", cookies=centre.client.cookies, headers=headers) as hand,
        aclosing(pictures(centre, camera)) as stream,
    ):
        before, still_since, sent_at = None, time.monotonic(), 0.0
        sending: asyncio.Task[Any] | None = None
        async for at, picture in stream:
            moved = before is not None and float(np.abs(picture - before).mean()) > MOVED
            before = picture
            if sending is None:
                still_since = at if moved else still_since
                if at - still_since > STILL_SECONDS:
                    way = 1 if len(waits) % 2 else -1
                    sent_at = time.monotonic()
                    sending = asyncio.create_task(
                        hand.post(f"/cameras/{camera}/ptz/steer", json={**HAND, "pan": way * HAND["pan"]})
                    )
            elif moved or at - sent_at > PATIENCE_SECONDS:
                answer = await sending
                if answer.is_error:
                    raise RuntimeError(f"{camera}: {answer.text}")
                waits.append(at - sent_at if moved else float("inf"))
                (await hand.post(f"/cameras/{camera}/ptz/stop")).raise_for_status()
                sending, still_since = None, time.monotonic()
                if len(waits) >= times:
                    break
    return waits


def own_seconds(pan: AxisLimits = PAN) -> float:
    """What the dome itself needs to turn by a few points of the picture, from standing."""
    return float((2 * 4 * PIXEL_DEG / pan.acceleration) ** 0.5)


async def measure_first_moves(folder: Path, times: int) -> dict[str, float | int | None]:
    with DomeCentre(folder) as centre:
        waits: list[float] = []
        for camera in centre.camera_ids:
            waits += await first_moves(centre, camera, -(-times // DOMES))
    beyond = sorted(1000 * (wait - own_seconds()) for wait in waits)
    return {
        "first_moves": len(beyond),
        "dome_own_ms": round(1000 * own_seconds()),
        "first_move_median_ms": _finite(beyond[len(beyond) // 2]),
        "first_move_p95_ms": _finite(p95(beyond)),
    }


def _finite(value: float) -> int | None:
    return round(value) if value != float("inf") else None
