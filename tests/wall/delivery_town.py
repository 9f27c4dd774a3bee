"""An operator's page on cameras of every kind there is: H.264, H.265, with and without main stream, out of order.

Every camera shows a colour of its own, the same in both streams, so that a picture tells whose it is.
"""

import asyncio
import functools
import os
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
from playwright.async_api import Browser, Page, async_playwright

from api.app import build_centre, create_app
from api.centre import Centre
from api.server import server_config
from api.settings import DEFAULT_STATIC, Settings
from config.cameras import CamerasFile
from incidents.service import Incidents
from ingest.access_unit import Codec
from ingest.live import Subscription
from ingest.state import StreamState, StreamStatus
from ingest.tap import Sink
from ingest.transcode import Transcoders
from runtime.clock import SystemClock
from tests.api.town import AREAS, CONFIG, DATABASE, PASSWORD, TOWN_MAP, camera, open_incidents, populated_store
from tests.browser import launch
from tests.serving import serving
from tests.wall.clips import ENCODERS, Clip
from tests.wall.replay_live import ReplayLive

STATIC = Path(os.environ.get("GRIDWATCH_STATIC", DEFAULT_STATIC))
INSECURE_HOST = "wall.test"
"""Leads to this machine, but browsers do not know: a page there has no secure context, like one on a LAN address."""
SUB, MAIN = (320, 180), (640, 360)
FPS = GOP = 15
COLOURS = ("red", "green", "blue", "yellow", "purple", "cyan")
_RGB = {"red": (200, 40, 40), "green": (40, 170, 50), "blue": (50, 70, 210), "yellow": (200, 190, 40),
        "purple": (150, 50, 170), "cyan": (40, 180, 190)}  # fmt: skip


@functools.cache
def coloured(colour: str, codec: Codec = "h264", size: tuple[int, int] = SUB, extra: str = "bframes=0") -> Clip:
    """Two seconds of one colour with a dark bar that walks through it."""
    width, height = size
    context = av.CodecContext.create(ENCODERS[codec], "w")
    context.width, context.height, context.pix_fmt = width, height, "yuv420p"
    context.time_base, context.framerate = Fraction(1, FPS), Fraction(FPS)
    quiet = "log-level=none:" if codec == "h265" else ""
    private = f"{quiet}keyint={GOP}:min-keyint={GOP}:scenecut=0:open-gop=0:repeat-headers=1:{extra}"
    latency = {} if "bframes=2" in extra else {"tune": "zerolatency"}
    context.options = {"preset": "ultrafast", **latency, f"x{codec[1:]}-params": private}
    packets = []
    for index in range(2 * FPS):
        picture = np.full((height, width, 3), _RGB[colour], np.uint8)
        at = index * width // (2 * FPS)
        picture[:, at : at + width // 16] //= 4
        frame = av.VideoFrame.from_ndarray(picture, format="rgb24")
        frame.pts = index
        packets += context.encode(frame)
    packets += context.encode(None)
    return Clip(codec, width, height, FPS, tuple((packet.is_keyframe, bytes(packet)) for packet in packets))


@dataclass
class Kind:
    """A camera: the codec of its streams, and what is wrong with its main stream."""

    id: str
    colour: str
    sub: Codec = "h264"
    main: Codec | None = "h264"
    main_is: str = "there"
    """`there`, `refused` or `silent`."""
    oddity: str = ""
    """What is odd about its sub-stream; a key of ODDITIES."""


KINDS = (
    Kind("plain", "red"),
    Kind("other", "green"),
    Kind("no-main", "blue", main=None),
    Kind("refused", "yellow", main_is="refused"),
    Kind("silent", "purple", main_is="silent"),
    Kind("new-main", "cyan", main="h265"),
    Kind("old-main", "red", sub="h265"),
    Kind("both-new", "green", sub="h265", main="h265"),
    Kind("both-new-2", "blue", sub="h265", main="h265"),
)


@dataclass
class DeliveryLive(ReplayLive):
    """Replayed streams, transcoded by the real transcoder; `kinds` says which main streams are out of order."""

    kinds: Sequence[Kind] = ()
    transcoded_at_once: int = 1
    transcoders: Transcoders = field(init=False)

    def __post_init__(self) -> None:
        super().__post_init__()
        self.transcoders = Transcoders(super().subscribe, self.transcoded_at_once, SystemClock(), self.tell)

    def tell(self, status: StreamStatus) -> None:
        for handler in self._status_handlers:
            handler(status)

    def subscribe(self, camera_id: str, profile: Any, sink: Sink) -> Subscription:
        if profile == "transcoded":
            return self.transcoders.subscribe(camera_id, sink)
        if profile == "main" and any(kind.id == camera_id and kind.main_is == "refused" for kind in self.kinds):
            refusal = StreamStatus(camera_id, "main", StreamState.REFUSED, error="453 Not Enough Bandwidth")
            asyncio.get_running_loop().call_later(0.05, self.tell, refusal)
        return super().subscribe(camera_id, profile, sink)

    async def stop(self) -> None:
        await super().stop()
        await self.transcoders.stop()

    def watched(self) -> set[tuple[str, str]]:
        """Streams open at the cameras."""
        return {(one.camera_id, one.profile) for one in self.subscriptions}


def _garbage(kind: Kind) -> Clip:
    """Parameter sets that can be read, and noise for pictures."""
    plain, noise = coloured(kind.colour), np.random.default_rng(3)

    def spoilt(data: bytes) -> bytes:
        picture = data.rfind(b"\x00\x00\x01") + 4
        return data[:picture] + bytes(noise.integers(1, 256, 300, np.uint8))

    return replace(plain, units=tuple((key, spoilt(data)) for key, data in plain.units))


def _cut_keys(kind: Kind) -> Clip:
    """Key frames end in the middle of their parameter sets."""
    plain = coloured(kind.colour)
    return replace(plain, units=tuple((key, data[:30] if key else data) for key, data in plain.units))


def _two_sizes(kind: Kind) -> Clip:
    return replace(coloured(kind.colour), units=coloured(kind.colour).units + coloured(kind.colour, size=MAIN).units)


ODDITIES: dict[str, Callable[[Kind], Clip]] = {
    "": lambda kind: coloured(kind.colour, kind.sub),
    "garbage": _garbage,
    "cut key frames": _cut_keys,
    "changes size": _two_sizes,
    "B-frames": lambda kind: coloured(kind.colour, extra="bframes=2:b-adapt=0"),
}


def live_of(kinds: Sequence[Kind], **options: Any) -> DeliveryLive:
    clips = {(kind.id, "sub"): ODDITIES[kind.oddity](kind) for kind in kinds}
    for kind in kinds:
        if kind.main is not None and kind.main_is == "there":
            clips[kind.id, "main"] = coloured(kind.colour, kind.main, MAIN)
    return DeliveryLive(clips, kinds=kinds, **options)  # type: ignore[arg-type]


def config_of(kinds: Sequence[Kind]) -> CamerasFile:
    rows = []
    for kind in kinds:
        row = {**camera("east"), "id": kind.id, "name": kind.id, "name_en": kind.id}
        row["streams"] = {"sub": {"url": f"rtsp://127.0.0.1:1/{kind.id}"}}
        if kind.main is not None:
            row["streams"]["main"] = {"url": f"rtsp://127.0.0.1:1/{kind.id}/main"}
        rows.append(row)
    return CONFIG.model_copy(
        update={"cameras": CamerasFile.model_validate({**CONFIG.model_dump(), "cameras": rows}).cameras}
    )


@dataclass
class Desk:
    address: str
    centre: Centre
    incidents: Incidents
    live: DeliveryLive
    browser: Browser

    def cookie(self, account: str, host: str) -> dict[str, str]:
        token = self.incidents.accounts.sign_in(account, PASSWORD, address="test", device=False).token
        return {"name": "gridwatch_session", "value": token, "domain": host, "path": "/"}

    @asynccontextmanager
    async def page(
        self, cameras: Sequence[str], layout: str = "9", *, account: str = "operator@town", secure: bool = True,
        more: str = "", **context: Any,
    ) -> AsyncIterator[Page]:  # fmt: skip
        options = {"viewport": {"width": 1600, "height": 900}, "locale": "zh-CN", **context}
        made = await self.browser.new_context(**options)
        host = "127.0.0.1" if secure else INSECURE_HOST
        await made.add_cookies([self.cookie(account, host)])  # type: ignore[list-item]
        page = await made.new_page()
        page.set_default_timeout(30_000)
        port = self.address.rsplit(":", 1)[1]
        await page.goto(f"http://{host}:{port}/?layout={layout}&cameras={','.join(cameras)}{more}")
        await page.wait_for_function("() => window.__gridwatch !== undefined")
        try:
            yield page
        finally:
            await made.close()


@asynccontextmanager
async def desk(folder: Path, live: DeliveryLive, **changed: Any) -> AsyncIterator[Desk]:
    clock = SystemClock()
    (folder / DATABASE).write_bytes(populated_store())
    incidents = open_incidents(folder, clock)
    incidents.load_areas(AREAS)
    settings = Settings(data_dir=folder, static_dir=STATIC, **changed)
    centre = build_centre(settings, config_of(live.kinds), TOWN_MAP, incidents, live, clock)
    live.start()
    rules = f"--host-resolver-rules=MAP {INSECURE_HOST} 127.0.0.1"
    try:
        async with serving(server_config(create_app(centre), settings)) as address, async_playwright() as playwright:
            browser = await launch(playwright, rules)
            yield Desk(address, centre, incidents, live, browser)
            await browser.close()
    finally:
        await live.stop()
        incidents.store.close()


async def tile(page: Page, camera_id: str) -> dict[str, Any]:
    """What the page says of the camera's tile; empty where there is none."""
    tiles = await page.evaluate("() => window.__gridwatch ? window.__gridwatch.tiles() : []")
    return next((dict(one) for one in tiles if one["camera"] == camera_id), {})


_COLOUR_OF = """(id) => {
  const video = document.querySelector(`article[data-camera="${id}"] video, article[data-camera="${id}"] canvas`)
  if (!video) return null
  const canvas = document.createElement('canvas')
  canvas.width = 16; canvas.height = 9
  const context = canvas.getContext('2d')
  context.drawImage(video, 0, 0, 16, 9)
  const pixels = context.getImageData(0, 0, 16, 9).data
  const middle = [0, 1, 2].map((part) => {
    const values = []
    for (let at = part; at < pixels.length; at += 4) values.push(pixels[at])
    return values.sort((a, b) => a - b)[values.length >> 1]
  })
  return { rgb: middle, width: video.videoWidth ?? video.width }
}"""


async def seen(page: Page, camera_id: str) -> tuple[str, int]:
    """Which colour the tile shows, and how wide its picture is; ("", 0) where there is none."""
    found = await page.evaluate(_COLOUR_OF, camera_id)
    if found is None or found["width"] == 0:
        return "", 0
    return nearest_colour(found["rgb"]), int(found["width"])


def nearest_colour(rgb: Sequence[float]) -> str:
    if max(rgb) < 30:
        return "black"
    distance = {name: sum(abs(a - b) for a, b in zip(rgb, _RGB[name], strict=True)) for name in COLOURS}
    return min(distance, key=lambda name: distance[name])
