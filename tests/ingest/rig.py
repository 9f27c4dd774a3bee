"""An estate of one scripted camera, with everything it tells written down."""

import asyncio
import random
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager

from config.accounts import Account
from config.cameras import Camera, Defaults, Stream, Streams
from ingest.estate import Estate
from ingest.gop import KeyFrame
from ingest.live import LiveUnit
from ingest.opening import Door
from ingest.state import StreamState, StreamStatus
from runtime.clock import SystemClock
from tests.ingest.scripted_camera import Script, ScriptedCamera, until

LOOPBACK = ["127.0.0.0/8"]


class Rig:
    def __init__(self, camera: ScriptedCamera) -> None:
        self.camera = camera
        self.keys: list[KeyFrame] = []
        self.told: list[StreamStatus] = []
        self.units: list[LiveUnit] = []
        self.estate: Estate

    @property
    def status(self) -> StreamStatus:
        return self.estate.statuses()["c1"]

    @property
    def states(self) -> list[StreamState]:
        found: list[StreamState] = []
        for status in self.told:
            if not found or found[-1] is not status.state:
                found.append(status.state)
        return found

    async def until_state(self, state: StreamState, seconds: float = 30.0) -> StreamStatus:
        await until(lambda: self.status.state is state, seconds)
        return self.status

    async def until_keys(self, count: int) -> None:
        await until(lambda: len(self.keys) >= count, 30.0)

    def watch(self, profile: str = "sub") -> Callable[[], None]:
        return self.estate.subscribe("c1", "main" if profile == "main" else "sub", self.units.append).close


def configured(url: str, *, opener: str = "native", main: str | None = None, enabled: bool = True) -> Camera:
    streams = Streams(sub=Stream(url=url), main=Stream(url=main) if main else None)
    return Camera.model_validate(
        {"id": "c1", "name": "camera", "area": "1", "streams": streams, "opener": opener, "enabled": enabled}
    )


@asynccontextmanager
async def estate_of(
    camera: ScriptedCamera,
    *,
    url: str | None = None,
    account: Account | None = None,
    opener: str = "native",
    main: str | None = None,
    enabled: bool = True,
    networks: Sequence[str] = LOOPBACK,
    door: Door | None = None,
    **defaults: float,
) -> AsyncIterator[Rig]:
    rig = Rig(camera)
    limits = Defaults.model_validate({"stall_seconds": 1.0, "connect_timeout_seconds": 5.0, **defaults})
    rig.estate = Estate(
        [configured(url or camera.url, opener=opener, main=main, enabled=enabled)],
        lambda _camera: account,
        limits,
        networks,
        SystemClock(),
        random.Random(5),
        on_keyframe=rig.keys.append,
        on_status=rig.told.append,
        door=door,
        sweep_seconds=0.25,
    )
    await rig.estate.start()
    try:
        yield rig
    finally:
        await rig.estate.stop()


@asynccontextmanager
async def received(script: Script, **how: object) -> AsyncIterator[Rig]:
    """A camera that follows `script`, and an estate that receives it."""
    async with ScriptedCamera(script) as camera, estate_of(camera, **how) as rig:  # type: ignore[arg-type]
        yield rig


async def settled(seconds: float = 0.3) -> None:
    """Long enough for what must not happen to have happened."""
    await asyncio.sleep(seconds)
