from collections.abc import AsyncIterator, Callable
from random import Random

import pytest
import pytest_asyncio

from config.accounts import Account
from runtime.clock import Clock
from sim.rtsp.estate import SimCamera
from sim.rtsp.server import RtspServer
from tests.sim.fast_clock import FastClock
from tests.sim.rtsp_client import ACCOUNT
from tests.sim.tiny_clips import TinyClips, make_clips


@pytest.fixture(scope="session")
def tiny_library() -> dict[str, TinyClips]:
    """Scenes: `street` and `village` (H.265) with events, `quiet` without."""
    return {
        "street": make_clips("street"),
        "village": make_clips("village", "h265"),
        "quiet": make_clips("quiet", names=("idle", "idle-2")),
    }


StartServer = Callable[..., "RtspServer"]


@pytest_asyncio.fixture
async def serve(tiny_library: dict[str, TinyClips]) -> AsyncIterator[Callable[..., object]]:
    """`await serve(…)` starts a server with cameras c1 and c2 (street), h1 (H.265), q1 and q2 (quiet)."""
    servers: list[RtspServer] = []

    async def start(*, clock: Clock | None = None, account: Account | None = ACCOUNT, **options: object) -> RtspServer:
        scenes = {"c1": "street", "c2": "street", "h1": "village", "q1": "quiet", "q2": "quiet"}
        cameras = [SimCamera(id_, scene, 0, account) for id_, scene in scenes.items()]
        server = RtspServer(cameras, tiny_library, clock=clock or FastClock(), rng=Random(7), **options)  # type: ignore[arg-type]
        await server.start()
        servers.append(server)
        return server

    yield start
    for server in servers:
        await server.stop()
