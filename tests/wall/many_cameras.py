"""The API alone before an estate of thousands, made by the town generator: states are made up, a few cameras replay."""

import os
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from api.app import build_centre, create_app
from api.server import server_config
from api.settings import DEFAULT_STATIC, Settings
from api.town_files import read_town
from config.cameras import Camera
from config.load import load_cameras
from incidents.accounts import NewAccount, RoleGiven
from incidents.rights import Caller
from incidents.service import Incidents
from incidents.store import open_store
from ingest.state import StreamState
from runtime.clock import SystemClock
from tests.api.town import PASSWORD, quick_passwords
from tests.serving import serving
from tests.wall.clips import encode_clip
from tests.wall.replay_live import ReplayLive

STATIC = Path(os.environ.get("GRIDWATCH_STATIC", DEFAULT_STATIC))
REPLAYED = 14
"""Of the village with most cameras: more than a page of ten."""


@dataclass
class ManyCameras:
    address: str
    cameras: list[Camera]
    incidents: Incidents
    live: ReplayLive
    admin: Caller
    village: str
    """Its cameras replay; `clerk` has its room, `operator` the town."""

    @property
    def url(self) -> str:
        return f"http://{self.address}"

    def of_village(self) -> list[Camera]:
        return [camera for camera in self.cameras if camera.area == self.village]


@asynccontextmanager
async def many_cameras(estate: Path, data: Path) -> AsyncIterator[ManyCameras]:
    """`estate`: the folder of a generated town."""
    config = load_cameras(estate / "cameras.yaml")
    town = read_town(config, estate)
    clock = SystemClock()
    store = open_store(data / "gridwatch.sqlite")
    incidents = Incidents(store, data / "evidence", clock, town.town, passwords=quick_passwords())
    incidents.load_areas(town.areas)
    code = incidents.accounts.new_setup_code()
    assert code is not None
    area = config.town.area
    admin = incidents.accounts.setup(code, NewAccount("admin", PASSWORD, "管理员", (RoleGiven("administrator", area),)))
    village = Counter(camera.area for camera in config.cameras).most_common(1)[0][0]
    for name, role, at in (("operator", "operator", area), ("clerk", "village_room", village)):
        incidents.accounts.create(admin.caller, NewAccount(name, PASSWORD, name, (RoleGiven(role, at),)))
    clip = encode_clip()
    replayed = [camera.id for camera in config.cameras if camera.area == village][:REPLAYED]
    live = ReplayLive({(camera_id, "sub"): clip for camera_id in replayed})
    for number, camera in enumerate(config.cameras):
        if camera.id not in replayed:
            live.set_state(camera.id, StreamState.LIVE if number % 3 else StreamState.REFUSED)
    settings = Settings(data_dir=data, static_dir=STATIC)
    centre = build_centre(settings, config, town.town_map, incidents, live, clock)
    live.start()
    try:
        async with serving(server_config(create_app(centre), settings)) as address:
            yield ManyCameras(address, config.cameras, incidents, live, admin.caller, village)
    finally:
        await live.stop()
        store.close()
