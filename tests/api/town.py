"""A small town to run the whole API on: real SQLite, real evidence files, a replayed `Live`.

Two villages, east and west, two grids each; a camera in each village. Every role once at the town and once in each
village (workers: at a grid).
"""

import functools
import ssl
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from zlib import crc32
from zoneinfo import ZoneInfo

import httpx
from argon2 import PasswordHasher
from shapely import box

from api.app import build_centre, create_app
from api.centre import Centre
from api.server import server_config
from api.settings import Settings
from api.town_map import TownMap
from api.verification import VerificationRules
from config.camera_map import CameraMap
from config.cameras import CamerasFile
from config.load import load_case_classes, load_working_calendar
from gis.grids import Grid, GridMap
from incidents.accounts import NewAccount, RoleGiven
from incidents.areas import Area
from incidents.opening import Town
from incidents.passwords import Passwords
from incidents.rights import ROLES
from incidents.service import Incidents
from incidents.store import open_store
from runtime.clock import Clock, SystemClock
from tests.serving import serving
from tests.wall.clips import encode_clip
from tests.wall.replay_live import ReplayLive, first_picture_jpeg

DATABASE = "gridwatch.sqlite"
PASSWORD = "correct horse 42"
WEST, EAST = 120.40, 120.42
LAT = 30.05
SIZE = 0.02
AREAS = (
    Area("d", None, "district", "区", "District"),
    Area("t", "d", "town", "镇", "Town"),
    Area("east", "t", "village", "东村", "East"),
    Area("west", "t", "village", "西村", "West"),
    *(Area(f"{village}-g{n}", village, "grid", f"{village}网格{n}") for village in ("east", "west") for n in (1, 2)),
)


def square(west: float, south: float, width: float, height: float) -> dict[str, Any]:
    east, north = west + width, south + height
    ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    return {"type": "Polygon", "coordinates": [ring]}


def feature(code: str, geometry: dict[str, Any]) -> dict[str, Any]:
    return {"type": "Feature", "properties": {"code": code}, "geometry": geometry}


GRIDS = GridMap(
    tuple(
        Grid(
            f"{village}-g{n}",
            village,
            f"{village}网格{n}",
            "",
            "residential",
            box(west, south, west + SIZE, south + SIZE / 2),
        )
        for village, west in (("east", EAST), ("west", WEST))
        for n, south in ((1, LAT), (2, LAT + SIZE / 2))
    )
)


def middle(grid_code: str) -> tuple[float, float]:
    grid = GRIDS.get(grid_code)
    assert grid is not None
    return grid.outline.centroid.x, grid.outline.centroid.y


def collection(*features: dict[str, Any]) -> dict[str, Any]:
    return {"type": "FeatureCollection", "features": list(features)}


def camera(village: str) -> dict[str, Any]:
    lon, lat = middle(f"{village}-g1")
    return {
        "id": f"{village}-cam",
        "name": f"{village}相机",
        "name_en": f"{village} camera",
        "area": village,
        "streams": {"sub": {"url": f"rtsp://127.0.0.1:1/{village}"}},
        "position": {"lon": lon, "lat": lat, "height_m": 6.0},
        "view": {"heading_deg": 0.0, "tilt_deg": 20.0, "hfov_deg": 70.0},
        "device": {"url": "http://127.0.0.1:1/onvif/device_service"},
        "ptz": {"tilt_deg": [-90, 20]},
        "zones": [
            {
                "id": "no-stall",
                "rule": "stall",
                "polygon": [[0.1, 0.5], [0.9, 0.5], [0.9, 0.9], [0.1, 0.9]],
                "case_class": "05-01",
            }
        ],
    }


def loudspeaker(village: str) -> dict[str, Any]:
    """Nobody answers there."""
    lon, lat = middle(f"{village}-g1")
    names = {"name": f"{village}音柱", "name_en": f"{village} horn"}
    way = {"http": {"audio_url": "http://127.0.0.1:1/audio"}}
    return {"id": f"{village}-horn", **names, "area": village, "place": {"lon": lon, "lat": lat}, **way}


CONFIG = CamerasFile.model_validate(
    {
        "version": 1,
        "town": {"name": "测试镇", "name_en": "Testtown", "area": "t", "files": {"areas": "a", "grids": "g"}},
        "cameras": [camera("east"), camera("west")],
        "loudspeakers": [loudspeaker("east"), loudspeaker("west")],
        "talk_down": {"quiet_hours": []},
    }
)
VIEWS = {f"{village}-cam": square(*middle(f"{village}-g1"), 0.001, 0.001) for village in ("east", "west")}
TOWN_MAP = TownMap(
    bounds=(WEST, LAT, WEST + 2 * SIZE, LAT + SIZE),
    areas=collection(
        feature("t", square(WEST, LAT, 2 * SIZE, SIZE)),
        feature("east", square(EAST, LAT, SIZE, SIZE)),
        feature("west", square(WEST, LAT, SIZE, SIZE)),
    ),
    grids=GRIDS,
    base={"roads": collection()},
    views=VIEWS,
)

PLACES = {"town": "t", "east": "east", "west": "west"}
ACCOUNTS = {
    f"{role}@{place}": RoleGiven(role, f"{place}-g1" if role == "grid_worker" and place != "town" else code)
    for role in ROLES
    for place, code in PLACES.items()
}
"""Account name → its one role; grid workers at a village's first grid."""


def quick_passwords() -> Passwords:
    """The real hash with its cost turned down: these tests sign in hundreds of times."""
    return Passwords(PasswordHasher(time_cost=1, memory_cost=64, parallelism=1))


@dataclass
class RunningTown:
    address: str
    centre: Centre
    incidents: Incidents
    live: ReplayLive
    clients: dict[str | None, httpx.AsyncClient] = field(default_factory=dict)
    tokens: dict[str, str] = field(default_factory=dict)

    def token(self, account: str) -> str:
        """A device session's token, made in the store: signing in over HTTP has tests of its own."""
        if account not in self.tokens:
            accounts = self.incidents.accounts
            self.tokens[account] = accounts.sign_in(account, PASSWORD, address="test", device=True).token
        return self.tokens[account]

    def account_id(self, account: str) -> str:
        caller = self.incidents.accounts.authenticate(self.token(account))
        assert caller is not None
        return caller.account_id

    def client(self, account: str | None = None) -> httpx.AsyncClient:
        """One per account; None for somebody not signed in."""
        client = self.clients.get(account)
        if client is None:
            base_url = f"http://{self.address}/api/v1"
            client = self.clients[account] = httpx.AsyncClient(base_url=base_url, timeout=20, verify=False)
        if account:
            client.headers["authorization"] = f"Bearer {self.token(account)}"
        return client

    @property
    def live_url(self) -> str:
        return f"ws://{self.address}/api/v1/live"

    async def detect(self, village: str = "east", object_id: str = "o1", phase: str = "present") -> None:
        detection, blobs = detection_at(village, object_id, phase)
        await self.live.detect(detection, blobs)


def detection_at(village: str, object_id: str, phase: str = "present") -> tuple[dict[str, Any], tuple[bytes, ...]]:
    lon, lat = middle(f"{village}-g1")
    # Objects apart by more than what counts as one place.
    lon += (crc32(object_id.encode()) % 97) * 0.00008
    now = time.time()
    detection = {
        "key": f"{village}-cam/no-stall/{object_id}/{phase}",
        "object_id": object_id,
        "phase": phase,
        "camera_id": f"{village}-cam",
        "zone_id": "no-stall",
        "rule": "stall",
        "case_class": "05-01",
        "level": 2,
        "opens_case": True,
        "first_seen_at": now - 180,
        "confirmed_at": now,
        "box": [(crc32(object_id.encode()) % 11) * 0.08, 0.5, 0.05, 0.1],
        "foot": [0.5, 0.6],
        "location": {"lon": lon, "lat": lat, "error_m": 1.5},
        "size_m": [1.9, 1.6],
        "confidence": 0.8,
        "blobs": ["picture.jpg"],
    }
    return detection, (first_picture_jpeg(encode_clip()),)


def open_incidents(folder: Path, clock: Clock) -> Incidents:
    store = open_store(folder / DATABASE)
    town = Town(
        area="t",
        timezone=ZoneInfo("Asia/Shanghai"),
        case_classes=load_case_classes(),
        cameras=CameraMap(CONFIG.cameras),
        locator=GRIDS,
        calendar=load_working_calendar(),
    )
    return Incidents(store, folder / "evidence", clock, town, passwords=quick_passwords())


def make_accounts(incidents: Incidents) -> None:
    code = incidents.accounts.new_setup_code()
    assert code is not None
    first = NewAccount("first", PASSWORD, "第一人", (RoleGiven("administrator", "d"),))
    caller = incidents.accounts.setup(code, first).caller
    for name, role in ACCOUNTS.items():
        incidents.accounts.create(caller, NewAccount(name, PASSWORD, name, (role,)))


@functools.cache
def populated_store() -> bytes:
    """The town's database with all its accounts, made once: every test gets a copy."""
    with tempfile.TemporaryDirectory() as folder:
        incidents = open_incidents(Path(folder), SystemClock())
        incidents.load_areas(AREAS)
        make_accounts(incidents)
        with incidents.store.engine.connect() as connection:
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        incidents.store.close()
        return (Path(folder) / DATABASE).read_bytes()


def write_leaflet(folder: Path) -> None:
    """Stand-ins for the map's script and style sheet in the built web UI."""
    shipped = folder / "static" / "leaflet"
    shipped.mkdir(parents=True)
    (shipped / "leaflet.js").write_text("var L = {};")
    (shipped / "leaflet.css").write_text(".leaflet {}")


QUICK = VerificationRules(patience_seconds=1.0, retry_seconds=0.1, poll_seconds=0.1)


@asynccontextmanager
async def running_town(
    folder: Path,
    *,
    accounts: bool = True,
    clock: Clock | None = None,
    live: ReplayLive | None = None,
    host: str = "127.0.0.1",
    port: int = 0,
    context: ssl.SSLContext | None = None,
    town_map: TownMap = TOWN_MAP,
    config: CamerasFile = CONFIG,
    **changed: Any,
) -> AsyncIterator[RunningTown]:
    """With `context`, under https. What else is given changes the settings."""
    clock = clock or SystemClock()
    if accounts and not (folder / DATABASE).exists():
        (folder / DATABASE).write_bytes(populated_store())
    incidents = open_incidents(folder, clock)
    incidents.load_areas(AREAS)
    live = live or ReplayLive({("east-cam", "sub"): encode_clip(), ("west-cam", "sub"): encode_clip()})
    settings = Settings(data_dir=folder, **{"verification": QUICK, "static_dir": folder / "static", **changed})
    centre = build_centre(settings, config, town_map, incidents, live, clock)
    live.start()
    town = RunningTown("", centre, incidents, live)
    try:
        async with serving(server_config(create_app(centre), settings, context), host, port) as address:
            town.address = address
            try:
                yield town
            finally:
                for client in town.clients.values():
                    await client.aclose()
    finally:
        await live.stop()
        incidents.store.close()
