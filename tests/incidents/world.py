"""A small town to test in: two villages of two grids each beside another town, its people, and its cameras."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import yaml
from argon2 import PasswordHasher

from config.camera_map import CameraMap
from config.cameras import Camera
from config.case_classes import DEFAULT_CASE_CLASSES, CaseClasses
from config.load import load_working_calendar
from dispatch.service import Dispatch
from incidents.accounts import NewAccount, RoleGiven
from incidents.areas import Area
from incidents.opening import Town
from incidents.passwords import Passwords
from incidents.rights import Caller
from incidents.service import Incidents
from incidents.store import Store
from incidents.workers import Position

PASSWORD = "correct horse 7"
START = 1_790_000_000.0
JPEG = b"\xff\xd8\xff\xe0 a picture \xff\xd9"
MP4 = b"\x00\x00\x00\x18ftypisom a clip"

AREAS = (
    Area("330603", None, "district", "柯桥区", "Keqiao"),
    Area("QX", "330603", "town", "清溪镇", "Qingxi"),
    Area("QX-A", "QX", "village", "东村", "East Village"),
    Area("QX-A1", "QX-A", "grid", "东村一网格", "East 1"),
    Area("QX-A2", "QX-A", "grid", "东村二网格", "East 2"),
    Area("QX-B", "QX", "village", "西村", "West Village"),
    Area("QX-B1", "QX-B", "grid", "西村一网格", "West 1"),
    Area("QX2", "330603", "town", "邻镇", "Next Town"),
    Area("QX2-C", "QX2", "village", "邻村", "Next Village"),
)

GRID_BOXES = {
    "QX-A1": (120.40, 30.00, 120.41, 30.01),
    "QX-A2": (120.41, 30.00, 120.42, 30.01),
    "QX-B1": (120.42, 30.00, 120.43, 30.01),
}
IN_A1, IN_A2, IN_B1, OUTSIDE = (120.405, 30.005), (120.415, 30.005), (120.425, 30.005), (121.0, 31.0)


class TurnedClock:
    """A clock that moves when told to."""

    def __init__(self, now: float = START) -> None:
        self._now = now

    def now(self) -> float:
        return self._now

    def monotonic(self) -> float:
        return self._now

    async def sleep(self, seconds: float) -> None:
        self._now += seconds

    def pass_(self, seconds: float) -> None:
        self._now += seconds


@dataclass(frozen=True)
class BoxGrid:
    code: str


class BoxLocator:
    """Grids as upright boxes."""

    def containing(self, lon: float, lat: float) -> BoxGrid | None:
        for code, (west, south, east, north) in GRID_BOXES.items():
            if west <= lon < east and south <= lat < north:
                return BoxGrid(code)
        return None


def camera(camera_id: str, area: str, name: str, name_en: str) -> Camera:
    return Camera.model_validate(
        {
            "id": camera_id,
            "name": name,
            "name_en": name_en,
            "area": area,
            "streams": {"sub": {"url": f"rtsp://127.0.0.1/{camera_id}"}},
        }
    )


CAMERAS = {
    one.id: one
    for one in (
        camera("cam-a", "QX-A", "东村路口", "East crossing"),
        camera("cam-b", "QX-B", "西村桥头", "West bridge"),
    )
}


@cache
def catalogue() -> CaseClasses:
    return CaseClasses.model_validate(yaml.safe_load(Path(DEFAULT_CASE_CLASSES).read_text("utf-8")))


@dataclass
class World:
    incidents: Incidents
    dispatch: Dispatch
    clock: TurnedClock
    admin: Caller

    def person(self, username: str, role: str, *areas: str, token: bool = False) -> Caller:
        """A new account with the role at the areas, signed in."""
        given = tuple(RoleGiven(role, area) for area in areas)
        self.incidents.accounts.create(self.admin, NewAccount(username, PASSWORD, username.title(), given))
        return self.incidents.accounts.sign_in(username, PASSWORD, address="127.0.0.1").caller

    def worker(self, username: str, *grids: str, at: tuple[float, float] | None = None) -> Caller:
        """A grid worker on duty, standing at a place where one is given."""
        caller = self.person(username, "grid_worker", *grids)
        self.incidents.workers.set_duty(caller, True)
        if at is not None:
            self.incidents.workers.report_positions(caller, [Position(*at, 8.0, self.clock.now())])
        return caller

    def take(self, **changed: Any) -> Any:
        """Takes in a detection in grid A1 with a picture and a clip."""
        blobs = changed.pop("blobs", {"picture.jpg": JPEG, "clip.mp4": MP4})
        return self.incidents.take_detection({**detection(**changed), "blobs": list(blobs)}, list(blobs.values()))


def detection(**changed: Any) -> Mapping[str, Any]:
    object_id = changed.get("object_id", "obj-1")
    phase = changed.get("phase", "present")
    whole = {
        "key": f"cam-a/no-stall/{object_id}/{phase}",
        "object_id": object_id,
        "phase": phase,
        "camera_id": "cam-a",
        "zone_id": "no-stall",
        "rule": "stall",
        "case_class": "05-01",
        "level": 2,
        "opens_case": True,
        "first_seen_at": START - 180,
        "confirmed_at": START,
        "box": [0.41, 0.52, 0.10, 0.16],
        "foot": [0.46, 0.68],
        "location": {"lon": IN_A1[0], "lat": IN_A1[1], "error_m": 1.8},
        "size_m": [1.9, 1.6],
        "confidence": 0.82,
        "blobs": [],
    }
    return {**whole, **changed}


def town() -> Town:
    return Town(
        "QX", ZoneInfo("Asia/Shanghai"), catalogue(), CameraMap(CAMERAS.values()), BoxLocator(), load_working_calendar()
    )


def make_world(store: Store, folder: Path) -> World:
    clock = TurnedClock()
    quick = Passwords(PasswordHasher(time_cost=1, memory_cost=64, parallelism=1))
    incidents = Incidents(store, folder / "evidence", clock, town(), passwords=quick)
    incidents.load_areas(AREAS)
    dispatch = Dispatch(incidents)
    code = incidents.accounts.new_setup_code()
    assert code is not None
    first = NewAccount("root", PASSWORD, "Root", (RoleGiven("administrator", "330603"),))
    admin = incidents.accounts.setup(code, first).caller
    return World(incidents, dispatch, clock, replace(admin))
