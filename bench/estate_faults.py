"""An estate with known faults: simulated cameras and devices, each wrong in a way that a check has to tell."""

import json
import random
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from config.accounts import Account
from estate.findings import Finding
from sim.onvif.brand import BRANDS, Brand, Quirk
from sim.onvif.device import DeviceSettings, StreamInfo
from sim.rtsp.estate import SimCamera

VIEWER, ADMIN = Account("viewer", "bench-2026-view"), Account("admin", "bench-2026-admin")
OTHER = Account("viewer", "changed-meanwhile")
STREAM_FAULTS: Mapping[str, tuple[float, frozenset[Finding]]] = {
    "none": (0.60, frozenset()),
    "dead": (0.05, frozenset({Finding.UNREACHABLE, Finding.DEVICE})),
    "smart": (0.07, frozenset({Finding.GOP_LONG})),
    "uneven": (0.04, frozenset({Finding.GOP_UNEVEN})),
    "swapped": (0.05, frozenset({Finding.SWAPPED})),
    "h265": (0.04, frozenset({Finding.SUB_H265})),
    "large": (0.03, frozenset({Finding.SUB_LARGE, Finding.MAIN_NOT_LARGER})),
    "another": (0.04, frozenset({Finding.DIFFERS})),
    "locked": (0.03, frozenset({Finding.UNAUTHORISED})),
    "no-onvif": (0.03, frozenset({Finding.DEVICE})),
    "no-admin": (0.02, frozenset({Finding.DEVICE})),
}
"""Share of the estate, and what a check has to say; all but the first and `dead` besides a clock that may be wrong."""
CLOCK_FAULTS: Mapping[str, tuple[float, frozenset[Finding]]] = {
    "none": (0.80, frozenset()),
    "drift": (0.12, frozenset({Finding.CLOCK_DRIFT})),
    "summer": (0.04, frozenset({Finding.CLOCK_ZONE})),
    "local": (0.04, frozenset({Finding.CLOCK_ZONE})),
}
SCENES = ("plain", "smart", "uneven", "large", "another", "h265")
_NO_CLOCK_KNOWN = {"dead", "locked", "no-onvif"}
_MAKERS = ("hikvision", "dahua", "uniview")
_VILLAGE, _TOWN = "330699101001", "330699101"


@dataclass(frozen=True)
class Faulty:
    """One camera: what is wrong with it, and how far ahead its clock is."""

    id: str
    stream: str
    clock: str
    ahead_s: float
    brand: Brand

    @property
    def expected(self) -> frozenset[Finding]:
        clock = frozenset() if self.stream in _NO_CLOCK_KNOWN else CLOCK_FAULTS[self.clock][1]
        return STREAM_FAULTS[self.stream][1] | clock

    @property
    def scene(self) -> str:
        return self.stream if self.stream in SCENES else "plain"

    @property
    def host(self) -> str:
        """An address of its own, as a camera has; on Linux all of 127.0.0.0/8 is there."""
        number = int(self.id[1:])
        return f"127.{1 + number // 62_500}.{number // 250 % 250}.{1 + number % 250}"


def faulty_estate(count: int, seed: int) -> list[Faulty]:
    rng = random.Random(seed)
    found = []
    for number in range(count):
        stream, clock = _drawn(STREAM_FAULTS, rng), _drawn(CLOCK_FAULTS, rng)
        ahead = {"none": rng.uniform(-2, 2), "drift": rng.choice([-1, 1]) * rng.uniform(10, 600), "summer": 3600.0}
        brand = BRANDS[_MAKERS[number % len(_MAKERS)]]
        found.append(Faulty(f"c{number:04d}", stream, clock, ahead.get(clock, 0.0), brand))
    return found


def _drawn(faults: Mapping[str, tuple[float, frozenset[Finding]]], rng: random.Random) -> str:
    return rng.choices(list(faults), [share for share, _ in faults.values()])[0]


def stream_of(camera: Faulty, number: int) -> SimCamera:
    account = OTHER if camera.stream == "locked" else VIEWER
    return SimCamera(camera.id, camera.scene, number, account, sub="h265" if camera.stream == "h265" else "h264")


def device_of(camera: Faulty) -> DeviceSettings:
    """What the device says of itself: the truth but for its clock, also where the file has another's address."""
    size = (1920, 1080) if camera.stream == "large" else (640, 360)
    main = (1920, 1080) if camera.stream == "large" else (1280, 720)
    codec = "H265" if camera.stream == "h265" else "H264"
    streams = (
        StreamInfo("main", f"/cam/{camera.id}/main", *main),
        StreamInfo("sub", f"/cam/{camera.id}/sub", *size, codec),
    )
    quirks = camera.brand.quirks | ({Quirk.LOCAL_TIME} if camera.clock == "local" else set())
    account = Account("admin", "another") if camera.stream == "no-admin" else ADMIN
    return DeviceSettings(
        camera.id, account, streams, camera.brand, clock_error_s=camera.ahead_s, quirks=frozenset(quirks)
    )


def write_estate(folder: Path, cameras: list[Faulty], rtsp: int, onvif: int, dead: int) -> Path:
    """cameras.yaml and the geography it needs. `rtsp`, `onvif`, `dead`: ports; at the last nobody answers."""
    outline = {
        "type": "Polygon",
        "coordinates": [[[120.4, 30.0], [120.5, 30.0], [120.5, 30.1], [120.4, 30.1], [120.4, 30.0]]],
    }
    names = {"name": "Bench", "name_en": "Bench"}
    _geojson(folder / "areas.geojson", outline, [
        {"code": _TOWN, "parent": "", "level": "town", **names},
        {"code": _VILLAGE, "parent": _TOWN, "level": "village", **names},
    ])  # fmt: skip
    _geojson(folder / "grids.geojson", outline, [{"code": "g1", "village": _VILLAGE, "kind": "residential", **names}])
    town = {"name": "Bench", "area": _TOWN, "files": {"areas": "areas.geojson", "grids": "grids.geojson", "base": {}}}
    accounts = {
        name: {"username": account.username, "password_env": f"BENCH_{name.upper()}"}
        for name, account in (("viewer", VIEWER), ("admin", ADMIN))
    }
    listed = [_listed(camera, rtsp, onvif, dead) for camera in cameras]
    file = {"version": 1, "town": town, "credentials": accounts, "cameras": listed}
    path = folder / "cameras.yaml"
    path.write_text(json.dumps(file), encoding="utf-8")  # JSON is YAML
    return path


def _listed(camera: Faulty, rtsp: int, onvif: int, dead: int) -> dict[str, object]:
    gone = camera.stream == "dead"
    base = f"rtsp://{camera.host}:{dead if gone else rtsp}/cam/{camera.id}"
    first, second = ("main", "sub") if camera.stream == "swapped" else ("sub", "main")
    path = "/nothing-here" if camera.stream == "no-onvif" else f"/device/{camera.id}/onvif/device_service"
    return {
        "id": camera.id,
        "name": camera.id,
        "area": _VILLAGE,
        "credentials": "viewer",
        "streams": {"sub": {"url": f"{base}/{first}"}, "main": {"url": f"{base}/{second}"}},
        "device": {"url": f"http://{camera.host}:{dead if gone else onvif}{path}", "credentials": "admin"},
    }


def _geojson(path: Path, outline: dict[str, object], rows: list[dict[str, str]]) -> None:
    features = [{"type": "Feature", "properties": row, "geometry": outline} for row in rows]
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}), encoding="utf-8")
