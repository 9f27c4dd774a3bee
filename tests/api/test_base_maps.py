"""Base maps over HTTP: files and a real tile service behind the centre, what goes wrong with both, who sees what."""

import gzip
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import uvicorn

from api.tile_cache import TileCache
from api.tile_service import TileAddresses
from config.base_maps import BaseMap
from config.cameras import CamerasFile
from gis.tile import Tile
from runtime.clock import SystemClock
from sim.base_maps.mbtiles import write_mbtiles
from sim.base_maps.pmtiles import write_pmtiles
from sim.base_maps.service import TileService
from tests.api.town import CONFIG, EAST, LAT, SIZE, WEST, RunningTown, running_town
from tests.serving import serving

KEY = "0123456789abcdef-secret"
PNG = cv2.imencode(".png", np.full((256, 256, 3), 90, np.uint8))[1].tobytes()
VECTOR = b"\x1a\x02\x0a\x00"


class LateClock(SystemClock):
    """`ahead` seconds before the machine's."""

    ahead = 0.0

    def now(self) -> float:
        return super().now() + self.ahead

    def monotonic(self) -> float:
        return super().monotonic() + self.ahead


def tile_of(lon: float, lat: float, zoom: int) -> tuple[int, int]:
    y = 0.5 - np.arcsinh(np.tan(np.radians(lat))) / (2 * np.pi)
    return int((lon / 360 + 0.5) * 2**zoom), int(y * 2**zoom)


def configured(*base_maps: dict[str, Any]) -> CamerasFile:
    file = CONFIG.model_dump(mode="json", exclude_unset=True)
    file["credentials"] = {"tiles": {"username": "key", "password_env": "TILE_KEY"}}
    return CamerasFile.model_validate(file | {"base_maps": list(base_maps)})


@asynccontextmanager
async def with_service(tmp_path: Path, service: TileService, **more: Any) -> AsyncIterator[tuple[RunningTown, str]]:
    """A centre whose base maps `xyz`, `pairs`, `path` and `moved` are of the service."""
    config = uvicorn.Config(service.app, log_config=None, lifespan="off", access_log=False)
    async with serving(config) as address:
        base = {"credentials": "tiles", "plain_http": True, "max_zoom": 18, "cache_days": 0.02}
        wmts, by_path = {"layer": "img", "matrix_set": "w"}, "{TileMatrixSet}/{TileMatrix}/{TileRow}/{TileCol}.png"
        addresses = {
            "xyz": f"http://{address}/xyz/{{z}}/{{x}}/{{y}}.png?key={{key}}",
            "pairs": f"http://{address}/wmts",
            "path": f"http://{address}/rest/{{Layer}}/{{Style}}/{by_path}",
            "moved": f"http://{address}/moved/{{z}}/{{x}}/{{y}}.png?key={{key}}",
        }
        special = {
            "pairs": {"kind": "wmts", "wmts": wmts, "cache_days": 0},
            "path": {"kind": "wmts", "wmts": wmts | {"matrix_set": "c"}},
        }
        file = configured(
            *(
                base | {"id": id_, "name": "图", "kind": "xyz", "address": one} | special.get(id_, {})
                for id_, one in addresses.items()
            )
        )
        async with running_town(tmp_path, config=file, **more) as town:
            yield town, address


async def test_tiles_of_a_service_come_with_its_key_which_nobody_is_told(tmp_path, monkeypatch, caplog):
    monkeypatch.setenv("TILE_KEY", KEY)
    caplog.set_level(logging.DEBUG)
    service = TileService(KEY)
    zoom, clock = 14, LateClock()
    x, y = tile_of(WEST, LAT, zoom)
    async with with_service(tmp_path, service, clock=clock) as (town, address):
        client = town.client("operator@town")
        listed = await client.get("/map/base-maps")
        assert [one["id"] for one in listed.json()["items"]] == ["xyz", "pairs", "path", "moved"]
        assert [one["grid"] for one in listed.json()["items"]] == ["mercator", "mercator", "degrees", "mercator"]
        for id_, row in (("xyz", y), ("pairs", y), ("path", int((90 - LAT) / 360 * 2**zoom)), ("moved", y)):
            reply = await client.get(f"/map/tiles/{id_}/{zoom}/{x}/{row}")
            assert (reply.status_code, reply.headers["content-type"]) == (200, "image/png"), id_
            grid = "degrees" if id_ == "path" else "mercator"
            assert reply.content == service.tile(grid, zoom, x, row), id_
        assert sum("TILEMATRIX=14" in one and "tk=" in one for one in service.asked) == 1
        # Kept: asked again, also by its tag, the service hears nothing.
        heard = len(service.asked)
        again = await client.get(f"/map/tiles/xyz/{zoom}/{x}/{y}", headers={"if-none-match": '"a", W/"b"'})
        known = await client.get(f"/map/tiles/xyz/{zoom}/{x}/{y}", headers={"if-none-match": again.headers["etag"]})
        assert (again.status_code, known.status_code, known.content, len(service.asked)) == (200, 304, b"", heard)
        assert "private" in again.headers["cache-control"]
        for path in ("xyz/19/0/0", "xyz/0/0/0"):  # beyond the zooms it has
            assert (await client.get(f"/map/tiles/{path}")).status_code == 204
        for path in ("none/1/0/0", "xyz/5/32/0", "xyz/5/0/32", "path/5/0/16", "xyz/23/0/0", "xyz/-1/0/0"):
            assert (await client.get(f"/map/tiles/{path}")).status_code == 404, path
        # Down: what was kept is shown even when it is old, what was not is said to be missing, and health knows.
        service.fault = "down"
        clock.ahead = 3600.0
        old = await client.get(f"/map/tiles/xyz/{zoom}/{x}/{y}")
        new = await client.get(f"/map/tiles/xyz/{zoom}/{x + 1}/{y}")
        assert (old.status_code, old.content) == (200, again.content)
        assert (new.status_code, new.json()["error"]["code"]) == (503, "tiles_unavailable")
        heard = len(service.asked)
        assert (await client.get(f"/map/tiles/xyz/{zoom}/{x}/{y + 1}")).status_code == 503
        assert len(service.asked) == heard, "a service that is down is not asked again at once"
        health = {one["id"]: one for one in (await client.get("/health")).json()["base_maps"]}
        assert (health["xyz"]["state"], health["pairs"]["state"]) == ("kept", "ok")
        assert "503" in health["xyz"]["problem"]
        assert health["xyz"]["bytes_kept"] > 0
        service.fault = ""
        clock.ahead += 120.0
        assert (await client.get(f"/map/tiles/xyz/{zoom}/{x + 1}/{y}")).status_code == 200
        shown = listed.text + new.text + str(health) + (await client.get("/health")).text
    logged = [record for record in caplog.records if not record.name.startswith(("httpx", "httpcore"))]
    told = shown + "".join(f"{record.getMessage()} {record.args}" for record in logged)
    assert KEY not in told
    assert address.split(":")[1] + "/xyz" not in shown
    # The next start has them too, and a service at another address does not.
    async with with_service(tmp_path, TileService(KEY, fault="down"), clock=clock) as (town, _):
        assert (await town.client("operator@town").get(f"/map/tiles/xyz/{zoom}/{x}/{y}")).status_code == 503


async def test_what_a_service_sends_wrong_does_not_reach_the_browser(tmp_path, monkeypatch):
    monkeypatch.setenv("TILE_KEY", KEY)
    service, clock = TileService(KEY), LateClock()
    async with with_service(tmp_path, service, clock=clock) as (town, _):
        client = town.client("operator@town")
        faults = ["forbidden", "used up", "page", "script", "huge", "vast", "endless", "elsewhere", "around"]
        problems = {}
        for number, fault in enumerate(faults):
            service.fault = fault
            clock.ahead += 1000.0
            reply = await client.get(f"/map/tiles/pairs/10/{number}/400")
            assert reply.status_code == 503, fault
            assert reply.headers["content-type"] == "application/json"
            health = {one["id"]: one for one in (await client.get("/health")).json()["base_maps"]}
            problems[fault] = health["pairs"]["problem"]
        assert "answered 403: the key" in problems["forbidden"]
        assert "answered 429" in problems["used up"]
        assert "no PNG, JPEG or WebP" in problems["page"]
        assert "60000 × 60000" in problems["vast"]
        assert "larger than" in problems["huge"]
        assert "larger than" in problems["endless"]
        assert "another host" in problems["elsewhere"]
        service.fault = "nothing"
        clock.ahead += 1000.0
        assert (await client.get("/map/tiles/pairs/10/0/400")).status_code == 204
        monkeypatch.delenv("TILE_KEY")
        clock.ahead += 1000.0
        missing = await client.get("/map/tiles/pairs/10/0/401")
        assert (missing.status_code, "TILE_KEY" in missing.text) == (503, True)


async def test_files(tmp_path):
    zoom = 14
    x, y = tile_of(WEST, LAT, zoom)
    told = {"format": "png", "minzoom": "14", "maxzoom": "14", "attribution": "镇"}
    write_mbtiles(tmp_path / "aerial.mbtiles", [(zoom, x, y, PNG), (zoom, x, y + 1, b"<html>")], told)
    write_pmtiles(tmp_path / "streets.pmtiles", [(zoom, x, y, VECTOR)], "pbf", (120, 30, 121, 31), {})
    base_maps = [
        {"id": id_, "name": "图", "kind": "file", "file": str(tmp_path / file)}
        for id_, file in (("aerial", "aerial.mbtiles"), ("streets", "streets.pmtiles"), ("gone", "gone.mbtiles"))
    ]
    clock = LateClock()
    async with running_town(tmp_path, config=configured(*base_maps), clock=clock) as town:
        client = town.client("operator@town")
        listed = {one["id"]: one for one in (await client.get("/map/base-maps")).json()["items"]}
        assert {id_ for id_, one in listed.items() if one["available"]} == {"aerial", "streets"}
        assert (listed["aerial"]["kind"], listed["streets"]["kind"]) == ("raster", "vector")
        assert (listed["aerial"]["min_zoom"], listed["aerial"]["attribution"]) == (14, "镇")
        assert (await client.get(f"/map/tiles/aerial/{zoom}/{x}/{y}")).content == PNG
        assert (await client.get(f"/map/tiles/aerial/{zoom}/{x}/{y + 1}")).status_code == 503
        assert (await client.get(f"/map/tiles/aerial/{zoom}/{x + 1}/{y}")).status_code == 204
        assert (await client.get(f"/map/tiles/gone/{zoom}/{x}/{y}")).status_code == 503
        packed = await client.get(f"/map/tiles/streets/{zoom}/{x}/{y}")
        plain = await client.get(f"/map/tiles/streets/{zoom}/{x}/{y}", headers={"accept-encoding": "identity"})
        assert (packed.headers["content-encoding"], packed.content, plain.content) == ("gzip", VECTOR, VECTOR)
        assert "content-encoding" not in plain.headers
        assert packed.headers["content-type"] == "application/vnd.mapbox-vector-tile"
        health = {one["id"]: one for one in (await client.get("/health")).json()["base_maps"]}
        assert health["gone"]["state"] == "down"
        assert health["gone"]["problem"] == f"{tmp_path}/gone.mbtiles: no such file"
        assert "no PNG" in health["aerial"]["problem"]
        # A file put there, and one replaced, are seen without a restart.
        write_mbtiles(tmp_path / "gone.mbtiles", [(zoom, x, y, PNG)], told)
        write_mbtiles(tmp_path / "aerial.mbtiles", [(zoom, x + 1, y, PNG)], told)
        clock.ahead = 10.0
        after = {one["id"]: one for one in (await client.get("/map/base-maps")).json()["items"]}
        assert after["gone"]["available"]
        assert after["aerial"]["version"] != listed["aerial"]["version"]
        assert (await client.get(f"/map/tiles/aerial/{zoom}/{x + 1}/{y}")).content == PNG


async def test_a_village_gets_the_tiles_around_itself(tmp_path):
    zoom = 16
    inside, far = tile_of(EAST + SIZE / 2, LAT + SIZE / 2, zoom), tile_of(EAST + 5 * SIZE, LAT, zoom)
    other = tile_of(WEST + SIZE / 4, LAT + SIZE / 2, zoom)
    told = {"format": "png", "minzoom": "16", "maxzoom": "16"}
    tiles = [(zoom, *place, PNG) for place in (inside, far, other)]
    write_mbtiles(tmp_path / "aerial.mbtiles", tiles, told)
    file = configured({"id": "aerial", "name": "图", "kind": "file", "file": str(tmp_path / "aerial.mbtiles")})
    async with running_town(tmp_path, config=file) as town:
        seen = {
            account: [
                (await town.client(account).get(f"/map/tiles/aerial/{zoom}/{x}/{y}")).status_code
                for x, y in (inside, other, far)
            ]
            for account in ("operator@town", "village_room@east", "village_room@west", "grid_worker@east")
        }
        stranger = await town.client().get(f"/map/tiles/aerial/{zoom}/{inside[0]}/{inside[1]}")
    assert stranger.status_code == 401
    assert seen == {
        "operator@town": [200, 200, 200],
        "village_room@east": [200, 204, 204],
        "village_room@west": [204, 200, 204],
        "grid_worker@east": [200, 200, 200],
    }


def test_addresses_as_tianditu_and_others_want_them():
    base = {"id": "a", "name": "a", "credentials": "k"}
    tianditu = BaseMap.model_validate(
        base
        | {"kind": "wmts", "address": "https://t{s}.tianditu.gov.cn/vec_c/wmts", "subdomains": "01"}
        | {"wmts": {"layer": "vec", "matrix_set": "c"}}
    )
    assert TileAddresses(tianditu).of(3, 6, 1, "k&y") == (
        "https://t1.tianditu.gov.cn/vec_c/wmts?SERVICE=WMTS&REQUEST=GetTile&VERSION=1.0.0&FORMAT=tiles"
        "&LAYER=vec&STYLE=default&TILEMATRIXSET=c&TILEMATRIX=3&TILEROW=1&TILECOL=6&tk=k%26y"
    )
    geoserver = BaseMap.model_validate(
        {"id": "a", "name": "a", "kind": "wmts", "grid": "degrees", "address": "http://gis/wmts?map=town"}
        | {"wmts": {"layer": "t:o", "matrix_set": "EPSG:4326", "format": "image/png"}}
        | {"wmts": {"layer": "t", "matrix_set": "EPSG:4326", "matrix": "EPSG:4326:{z}", "first_matrix": -1}}
    )
    address = TileAddresses(geoserver).of(3, 6, 1, "")
    assert address.startswith("http://gis/wmts?map=town&SERVICE=WMTS")
    assert "TILEMATRIX=EPSG:4326:2&" in address
    tms = {"id": "a", "name": "a", "kind": "xyz", "address": "http://gis/{z}/{x}/{-y}.png"}
    assert TileAddresses(BaseMap.model_validate(tms)).of(3, 6, 1, "") == "http://gis/3/6/6.png"


def test_the_cache_keeps_within_its_size_what_was_used_last(tmp_path):
    clock = LateClock()
    path = tmp_path / "tiles" / "a.sqlite"
    cache = TileCache(path, "one", 100_000, clock)
    cache.open()
    for x in range(20):
        clock.ahead += 4000.0
        cache.put(10, x, 0, Tile(bytes(10_000), "image/png"))
        assert cache.get(10, 0, 0) is not None, "used all the time"
    cache.put(10, 99, 0, None)
    assert cache.bytes_kept <= 100_000
    assert [x for x in range(20) if cache.get(10, x, 0)] == [0, *range(13, 20)]
    assert (kept := cache.get(10, 99, 0)) is not None
    assert kept.tile is None
    cache.close()
    again = TileCache(path, "one", 100_000, clock)
    again.open()
    assert again.get(10, 19, 0) is not None
    assert again.bytes_kept > 0
    again.close()
    other = TileCache(path, "two", 100_000, clock)
    other.open()
    assert (other.get(10, 19, 0), other.bytes_kept) == (None, 0)
    other.close()
    path.write_bytes(gzip.compress(b"no database at all" * 1000))
    (tmp_path / "tiles" / "a.sqlite-wal").unlink(missing_ok=True)
    mended = TileCache(path, "two", 100_000, clock)
    mended.open()
    mended.put(10, 1, 0, Tile(b"x", "image/png"))
    assert mended.get(10, 1, 0) is not None
    mended.close()
