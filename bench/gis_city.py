"""A city for measuring the map: 8436 grids, 1677 cameras, 10 000 grid workers, and a server that runs it."""

import json
import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import yaml
from shapely import box, to_geojson, unary_union
from sqlalchemy import insert

from api.serve import Installation, prepare
from api.server_process import setup_code_file
from bench.gis_places import HEIGHT, SOUTH, WEST, WIDTH, city_grids
from bench.process_cost import cpu_seconds
from exchange.signature import ID_HEADER, SIGNATURE_HEADER, TIMESTAMP_HEADER, sign
from incidents.store import DATABASE_FILE, open_store
from incidents.store.schema import accounts, roles, worker_positions, workers
from sim.free_port import free_port

CAMERAS, WORKERS, CASES = 1677, 10_000, 300
ROADS = 50
AREA = "330603"
SECRET = "the-secret-of-the-radio-platform"
ACCOUNT = {"username": "bench", "password": "measure-2026-map", "name": "bench"}
START_SECONDS = 180.0


@dataclass
class City:
    """A running server of it. `names`: the workers' user names."""

    folder: Path
    seed: int
    port: int = field(default_factory=free_port)
    names: list[str] = field(default_factory=list)
    process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def cpu_seconds(self) -> float:
        assert self.process is not None
        return cpu_seconds(self.process.pid)

    @contextmanager
    def client(self, username: str = ACCOUNT["username"]) -> Iterator[httpx.Client]:
        """Signed in; who made the city may do everything."""
        with httpx.Client(base_url=f"{self.url}/api/v1", headers={"Origin": self.url}, timeout=60) as found:
            found.post("/sessions", json={"username": username, "password": ACCOUNT["password"]}).raise_for_status()
            yield found


@contextmanager
def running_city(seed: int) -> Iterator[City]:
    with tempfile.TemporaryDirectory() as folder:
        city = City(Path(folder), seed)
        file, data = _write(city), city.folder / "data"
        prepare(Installation(file, data, workers=0))
        argv = ["api.server_process", "--config", str(file), "--data", str(data), "--port", str(city.port)]
        log = (data / "server.log").open("wb")
        environment = {**os.environ, "RADIO_SECRET": SECRET}
        city.process = subprocess.Popen(
            [sys.executable, "-m", *argv, "--workers", "0"],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            env=environment,
        )
        try:
            _enter(city, data)
            _add_workers(city, data)
            yield city
        finally:
            city.process.terminate()
            city.process.wait(30)
            log.close()


def signed(body: bytes) -> dict[str, str]:
    """Headers of a position report."""
    at = int(time.time())
    message = uuid4().hex
    signature = sign(SECRET, message, at, body)
    return {ID_HEADER: message, TIMESTAMP_HEADER: str(at), SIGNATURE_HEADER: signature}


class Walkers:
    """Everybody on the move: a step of so many seconds at a walker's or rider's pace, turning now and then."""

    def __init__(self, names: Sequence[str], seed: int) -> None:
        self._chance = random.Random(seed)
        self._names = names
        self._places = [_somewhere(self._chance) for _ in names]
        self._ways = [self._way() for _ in names]

    def _way(self) -> tuple[float, float]:
        metre = 1e-5
        return self._chance.uniform(-4, 4) * metre, self._chance.uniform(-4, 4) * metre

    def step(self, at: float, seconds: float = 1.0) -> bytes:
        """The body of a report of all of them."""
        rows = []
        for number, name in enumerate(self._names):
            lon, lat = self._places[number]
            if self._chance.random() < 0.02:
                self._ways[number] = self._way()
            dx, dy = self._ways[number]
            lon, lat = lon + dx * seconds, lat + dy * seconds
            self._places[number] = lon, lat
            rows.append(
                f'{{"worker":"{name}","lon":{lon:.6f},"lat":{lat:.6f},"accuracy_m":{4 + number % 9},"at":{at:.1f}}}'
            )
        return f'{{"positions":[{",".join(rows)}]}}'.encode()


def _write(city: City) -> Path:
    grids = city_grids(city.seed).grids
    villages: dict[str, list[Any]] = {}
    for grid in grids:
        villages.setdefault(grid.village, []).append(grid.outline)
    town = box(WEST, SOUTH, WEST + WIDTH, SOUTH + HEIGHT)
    areas = [_feature(town, code=AREA, parent="", level="town", name="柯城市", name_en="Ke City")]
    areas += [
        _feature(unary_union(parts), code=code, parent=AREA, level="village", name=f"第{n}镇", name_en=f"Town {n}")
        for n, (code, parts) in enumerate(villages.items(), 1)
    ]
    made = [
        _feature(one.outline, code=one.code, village=one.village, name=one.name, name_en=one.name_en, kind=one.kind)
        for one in grids
    ]
    for name, features in (("areas", areas), ("grids", made), ("roads", _roads(city.seed))):
        text = json.dumps({"type": "FeatureCollection", "features": features}, ensure_ascii=False)
        (city.folder / f"{name}.geojson").write_text(text, encoding="utf-8")
    file = city.folder / "cameras.yaml"
    file.write_text(yaml.safe_dump(_configuration(city.seed), allow_unicode=True), encoding="utf-8")
    return file


def _feature(shape: Any, **properties: str) -> dict[str, Any]:
    return {"type": "Feature", "properties": properties, "geometry": json.loads(to_geojson(shape))}


def _roads(seed: int) -> list[dict[str, Any]]:
    chance = random.Random(seed + 1)
    found = []
    for line in range(2 * ROADS):
        across, at = line % 2 == 0, (line // 2) / ROADS
        points = []
        for step in range(200):
            along, off = step / 199, at + chance.uniform(-0.001, 0.001)
            x, y = (along, off) if across else (off, along)
            points.append([round(WEST + x * WIDTH, 6), round(SOUTH + y * HEIGHT, 6)])
        kind = "main" if line % 10 < 2 else "street"
        geometry = {"type": "LineString", "coordinates": points}
        said = {"name": f"第{line}路", "name_en": f"Road {line}", "kind": kind}
        found.append({"type": "Feature", "properties": said, "geometry": geometry})
    return found


def _configuration(seed: int) -> dict[str, Any]:
    chance = random.Random(seed + 2)
    cameras = []
    for number in range(CAMERAS):
        lon, lat = _somewhere(chance)
        view = {"heading_deg": chance.randrange(360), "tilt_deg": 15.0, "hfov_deg": 70.0}
        cameras.append(
            {
                "id": f"cam-{number:04d}",
                "name": f"第{number}号摄像机",
                "name_en": f"Camera {number}",
                "area": AREA,
                "streams": {"sub": {"url": f"rtsp://127.0.0.1:1/{number}"}},
                "position": {"lon": round(lon, 6), "lat": round(lat, 6), "height_m": 6.0},
                "view": view,
            }
        )
    files = {"areas": "areas.geojson", "grids": "grids.geojson", "base": {"roads": "roads.geojson"}}
    source = {"id": "radio", "kind": "webhook", "name": "对讲平台", "credentials": "radio", "positions": True}
    return {
        "version": 1,
        "town": {"name": "柯城市", "name_en": "Ke City", "area": AREA, "files": files},
        "credentials": {"radio": {"username": "radio", "password_env": "RADIO_SECRET"}},
        "allowed_networks": ["127.0.0.1/32"],
        "exchange": {"sources": [{**source, "per_minute": 6000}]},
        "cameras": cameras,
    }


def _somewhere(chance: random.Random) -> tuple[float, float]:
    return WEST + (0.02 + 0.96 * chance.random()) * WIDTH, SOUTH + (0.02 + 0.96 * chance.random()) * HEIGHT


def _add_workers(city: City, data: Path) -> None:
    """Straight into the store: the making of ten thousand accounts is measured nowhere."""
    chance, now = random.Random(city.seed + 3), time.time()
    people, held, crew, places = [], [], [], []
    for number in range(WORKERS):
        account, name = uuid4().hex, f"w{number:05d}"
        city.names.append(name)
        lon, lat = _somewhere(chance)
        people.append(
            {"id": account, "username": name, "username_key": name, "name": f"网格员{number}", "password_hash": "-",
             "enabled": True, "created_at": now, "password_changed_at": now}
        )  # fmt: skip
        held.append({"account_id": account, "role": "grid_worker", "area": f"{AREA}{number * 8436 // WORKERS:06d}"})
        crew.append({"account_id": account, "transport": "e-bike", "duty": number % 5 != 0, "duty_since": now})
        places.append(
            {"account_id": account, "lon": lon, "lat": lat, "accuracy_m": 5.0, "at": now - 60, "received_at": now - 60}
        )
    store = open_store(data / DATABASE_FILE)
    with store.write() as transaction:
        for table, rows in ((accounts, people), (roles, held), (workers, crew), (worker_positions, places)):
            transaction.connection.execute(insert(table), rows)
    store.close()


def _enter(city: City, data: Path) -> None:
    """The first account, once the server answers; and some cases."""
    chance, deadline = random.Random(city.seed + 4), time.monotonic() + START_SECONDS
    with httpx.Client(base_url=f"{city.url}/api/v1", headers={"Origin": city.url}, timeout=60) as client:
        while True:
            try:
                client.get("/setup").raise_for_status()
                break
            except httpx.HTTPError:
                if time.monotonic() > deadline or (city.process is not None and city.process.poll() is not None):
                    raise
                time.sleep(0.2)
        code = setup_code_file(data).read_text().strip()
        client.post("/setup", json={"code": code, **ACCOUNT}).raise_for_status()
        for number in range(CASES):
            lon, lat = _somewhere(chance)
            form = {"case_class": "05-01", "level": 1 + number % 4, "lon": lon, "lat": lat, "note": ""}
            client.post("/cases", json=form).raise_for_status()
