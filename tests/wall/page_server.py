"""A small server with nothing but page sessions, for the tests of the wall."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from starlette.applications import Starlette
from starlette.routing import WebSocketRoute
from starlette.websockets import WebSocket

from api.server import server_config
from api.settings import Settings
from ingest.access_unit import Profile
from runtime.clock import SystemClock
from tests.serving import serving
from tests.wall.replay_live import ReplayLive
from wall.events import Event, EventHub
from wall.live_hub import HubLimits, LiveHub
from wall.page_buffer import PageLimits
from wall.page_session import PageSession
from wall.ptz.lock import Holder
from wall.websocket_channel import WebSocketChannel


@dataclass
class Rights:
    cameras: set[str]
    paths: tuple[str, ...] = ("/",)

    def may_watch(self, camera_id: str, profile: Profile) -> bool:
        return camera_id in self.cameras

    def worker_areas(self) -> frozenset[str]:
        return frozenset(self.paths)

    def holder_at(self, camera_id: str) -> Holder | None:
        return None

    def may_hear(self, event: Event) -> bool:
        return any(path.startswith(self.paths) for path in event.paths)


@dataclass
class Wall:
    address: str
    live: ReplayLive
    hub: LiveHub
    events: EventHub
    rights: Rights
    pages: list[PageSession] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"ws://{self.address}/live"


@asynccontextmanager
async def serve_wall(
    live: ReplayLive, tmp_path, page: PageLimits | None = None, hub_limits: HubLimits | None = None
) -> AsyncIterator[Wall]:
    clock = SystemClock()
    wall = Wall("", live, LiveHub(live, clock, hub_limits), EventHub(), Rights({key[0] for key in live.clips}))

    async def endpoint(websocket: WebSocket) -> None:
        await websocket.accept()
        limits = page or PageLimits()
        session = PageSession(WebSocketChannel(websocket), wall.hub, wall.events, wall.rights, clock, limits)
        wall.pages.append(session)
        try:
            await session.run()
        finally:
            wall.pages.remove(session)

    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        wall.hub.start()
        live.start()
        yield
        await live.stop()
        await wall.hub.stop()

    app = Starlette(routes=[WebSocketRoute("/live", endpoint)], lifespan=lifespan)
    async with serving(server_config(app, Settings(data_dir=tmp_path))) as address:
        wall.address = address
        yield wall
