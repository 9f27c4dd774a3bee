"""OGC API Features, asked as its clients ask, and read by a real one: GDAL by way of pyogrio."""

import asyncio
import base64
import json
import os
import ssl
import sys
from asyncio.subprocess import PIPE
from pathlib import Path
from typing import Any

import httpx
import pytest

from api.feature_kinds import KINDS
from api.feature_query import CRS84, SYSTEMS, items_of
from api.local_authority import AuthorityFiles, ensure_certificate
from incidents.errors import Invalid
from incidents.service import NewCase
from incidents.workers import Position
from tests.api.town import EAST, LAT, RunningTown, middle, running_town

HERE = "../../ogc/features"


async def got(client: httpx.AsyncClient, path: str, **params: Any) -> dict[str, Any]:
    reply = await client.get(f"{HERE}{path}", params=params)
    assert reply.status_code == 200, reply.text
    found: dict[str, Any] = reply.json()
    return found


def open_cases(town: RunningTown, n: int, village: str = "east") -> None:
    operator = town.incidents.accounts.authenticate(town.token(f"operator@{village}"))
    assert operator is not None
    lon, lat = middle(f"{village}-g1")
    for number in range(n):
        town.incidents.create_case(operator, NewCase("05-01", lon + 0.0002 * (number % 20), lat))


def ids(page: dict[str, Any]) -> list[str]:
    return [one["id"] for one in page["features"]]


async def test_what_the_standard_wants_of_every_resource(tmp_path: Path) -> None:
    async with running_town(tmp_path) as town:
        client = town.client("operator@town")
        landing = await got(client, "")
        links = {one["rel"]: one["href"] for one in landing["links"]}
        assert {"self", "alternate", "service-desc", "conformance", "data"} <= set(links)
        told = (await client.get(links["conformance"])).json()["conformsTo"]
        assert sum("ogcapi-features-1/1.0/conf/" in one for one in told) == 4
        described = await client.get(links["service-desc"])
        assert described.headers["content-type"] == "application/vnd.oai.openapi+json;version=3.0"
        assert "/collections/cases/items" in described.json()["paths"]
        found = (await client.get(links["data"])).json()
        assert [one["id"] for one in found["collections"]] == list(KINDS)
        for one in found["collections"]:
            assert one["crs"] == list(SYSTEMS)
            alone = await got(client, f"/collections/{one['id']}")
            assert (alone["id"], alone["extent"]) == (one["id"], one["extent"])
            for link in one["links"]:
                reply = await client.get(link["href"])
                assert (reply.status_code, reply.headers["content-type"].split(";")[0]) == (200, link["type"]), link
        east = await got(town.client("operator@east"), "/collections/grids")
        assert east["extent"]["spatial"]["bbox"][0][0] == EAST


async def test_features_are_those_the_caller_may_see(tmp_path: Path) -> None:
    async with running_town(tmp_path) as town:
        open_cases(town, 3, "east")
        open_cases(town, 2, "west")
        room, auditor = town.client("village_room@west"), town.client("auditor@west")
        cases = await got(room, "/collections/cases/items")
        assert (cases["numberMatched"], cases["numberReturned"], len(cases["features"])) == (2, 2, 2)
        assert {one["properties"]["area"] for one in cases["features"]} == {"west"}
        everything = await got(town.client("operator@town"), "/collections/cases/items")
        foreign = next(one for one in ids(everything) if one not in ids(cases))
        assert (await room.get(f"{HERE}/collections/cases/items/{foreign}")).status_code == 404
        own = await got(room, f"/collections/cases/items/{ids(cases)[0]}")
        assert own["properties"] == cases["features"][0]["properties"]
        for kind, inside in (("cameras", "west-cam"), ("grids", "west-g1")):
            page = await got(room, f"/collections/{kind}/items")
            assert inside in ids(page)
            assert not any("east" in one for one in ids(page))
            assert page["numberMatched"] == len(page["features"])
        assert [one["id"] for one in (await got(auditor, "/collections"))["collections"]] == ["grids", "cases"]
        assert (await auditor.get(f"{HERE}/collections/workers/items")).status_code == 403
        anonymous = await town.client().get(f"{HERE}/collections")
        assert (anonymous.status_code, anonymous.headers["www-authenticate"]) == (401, 'Bearer realm="Gridwatch"')


@pytest.mark.parametrize("kind", ["cases", "grids"])
async def test_pages_are_walked_by_their_links_and_nothing_moves(tmp_path: Path, kind: str) -> None:
    async with running_town(tmp_path) as town:
        open_cases(town, 7)
        client = town.client("operator@town")
        whole = ids(await got(client, f"/collections/{kind}/items"))
        seen: list[str] = []
        href: str | None = f"{HERE}/collections/{kind}/items?limit=2"
        counted = []
        while href is not None:
            page = (await client.get(href)).json()
            seen += ids(page)
            counted.append(page.get("numberMatched"))
            href = next((one["href"] for one in page["links"] if one["rel"] == "next"), None)
            assert href is None or "offset" not in href
            open_cases(town, 1)
        assert seen == whole
        assert counted[0] == len(whole)
        assert kind == "grids" or set(counted[1:]) == {None}


async def test_a_page_behind_the_last_is_empty_and_a_large_limit_is_cut(tmp_path: Path) -> None:
    async with running_town(tmp_path) as town:
        client = town.client("operator@town")
        assert (await got(client, "/collections/cameras/items", cursor="zzz"))["features"] == []
        assert len((await got(client, "/collections/cameras/items", limit=10**9))["features"]) == 2


async def test_rectangles_times_and_properties(tmp_path: Path) -> None:
    async with running_town(tmp_path) as town:
        open_cases(town, 1, "east")
        open_cases(town, 1, "west")
        client = town.client("operator@town")

        async def found(kind: str, **params: Any) -> set[str]:
            page = await got(client, f"/collections/{kind}/items", **params)
            return {one["properties"].get("area") or one["id"] for one in page["features"]}

        west_only = f"120.4,30.05,{EAST - 0.001},30.07"
        assert await found("cases", bbox=west_only) == {"west"}
        assert await found("cameras", bbox=west_only) == {"west"}
        assert await found("grids", bbox=west_only) == {"west-g1", "west-g2"}
        assert await found("cameras", bbox=f"120.4,30.05,0,{EAST - 0.001},30.07,99") == {"west"}
        lat_first = {"bbox": f"30.05,120.4,30.07,{EAST - 0.001}", "bbox-crs": SYSTEMS[1]}
        assert await found("cases", **lat_first) == {"west"}
        case = (await got(client, "/collections/cases/items", limit=1))["features"][0]
        at = case["properties"]["opened_at"]
        assert case["properties"]["area"] in await found("cases", datetime=at)
        assert await found("cases", datetime=f"{at[:19]}Z/..") >= {"west"}
        assert await found("cases", datetime="../2000-01-01T00:00:00Z") == set()
        assert await found("cameras", datetime="../2000-01-01T00:00:00Z") == {"east", "west"}
        assert await found("cases", area="east") == {"east"}
        assert await found("cases", area="nowhere") == set()
        assert await found("cases", state="closed") == set()
        assert await found("cameras", area="west") == {"west"}
        for params, where in (
            ({"bbox": "1,2,3"}, "bbox"), ({"bbox": "1,9,3,4"}, "bbox"), ({"bbox": "nan,1,2,3"}, "bbox"),
            ({"limit": 0}, "limit"), ({"limit": "x"}, "limit"), ({"datetime": "yesterday"}, "datetime"),
            ({"datetime": "2026-01-02T00:00:00Z/2026-01-01T00:00:00Z"}, "datetime"), ({"crs": "EPSG:4326"}, "crs"),
            ({"offset": 5}, "offset"), ({"f": "xml"}, "f"), ({"level": "high"}, "level"), ({"state": "odd"}, "state"),
            ({"cursor": "x"}, "cursor"),
        ):  # fmt: skip
            reply = await client.get(f"{HERE}/collections/cases/items", params=params)
            assert (reply.status_code, reply.json()["code"]) == (400, "InvalidParameterValue"), params
            assert reply.json()["description"].startswith(where), params


async def test_coordinates_in_the_system_asked_for(tmp_path: Path) -> None:
    async with running_town(tmp_path) as town:
        client = town.client("operator@town")
        lon, lat = middle("east-g1")
        for system in SYSTEMS:
            reply = await client.get(f"{HERE}/collections/cameras/items/east-cam", params={"crs": system})
            assert reply.headers["content-crs"] == f"<{system}>"
            expected = [lon, lat] if system == CRS84 else [lat, lon]
            assert reply.json()["geometry"]["coordinates"] == expected
        swapped = await got(client, "/collections/grids/items", crs=SYSTEMS[1], limit=1)
        first = swapped["features"][0]["geometry"]["coordinates"][0][0][0]
        assert LAT - 1 < first[0] < LAT + 1


async def test_pages_for_people_run_nothing_of_what_they_tell(tmp_path: Path) -> None:
    async with running_town(tmp_path) as town:
        operator = town.incidents.accounts.authenticate(town.token("operator@east"))
        assert operator is not None
        lon, lat = middle("east-g1")
        case = town.incidents.create_case(operator, NewCase("05-01", lon, lat))
        client = town.client("operator@town")
        page = await client.get(f"{HERE}/collections/cases/items", headers={"accept": "text/html,*/*"})
        assert page.headers["content-type"].startswith("text/html")
        assert case.number in page.text
        assert "<script" not in page.text
        assert "default-src 'none'" in page.headers["content-security-policy"]
        hostile = await client.get(f"{HERE}/collections/cases/items", params={"f": "html", "area": "<script>"})
        assert "<script>" not in hostile.text


GDAL = """
import json, sys, pyogrio
source, asked = "OAPIF:" + sys.argv[1], json.loads(sys.argv[2])
try:
    told = {"layers": sorted(row[0] for row in pyogrio.list_layers(source))}
    for name, options in asked.items():
        box = {"bbox": tuple(options.pop("bbox"))} if "bbox" in options else {}
        frame = pyogrio.read_dataframe(source, **options, **box)
        told[name] = {"crs": str(frame.crs), "types": {key: str(kind) for key, kind in frame.dtypes.items()},
                      "features": json.loads(frame.to_json(default=str))["features"]}
except pyogrio.errors.DataSourceError as error:
    told = {"refused": str(error)}
print(json.dumps(told))
"""


async def gdal(town: RunningTown, token: str, **asked: dict[str, Any]) -> dict[str, Any]:
    """What GDAL reads of the layers asked for, in a process of its own: it keeps others waiting while it waits."""
    arguments = (f"http://{town.address}/ogc/features", json.dumps(asked))
    environment = {**os.environ, "GDAL_HTTP_AUTH": "BEARER", "GDAL_HTTP_BEARER": token}
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", GDAL, *arguments, env=environment, stdout=PIPE, stderr=PIPE
    )
    out, err = await asyncio.wait_for(process.communicate(), 120)
    assert process.returncode == 0, err.decode()
    found: dict[str, Any] = json.loads(out)
    return found


async def test_gdal_reads_the_whole_with_its_types(tmp_path: Path) -> None:
    async with running_town(tmp_path) as town:
        open_cases(town, 5, "east")
        open_cases(town, 2, "west")
        worker = town.incidents.accounts.authenticate(town.token("grid_worker@east"))
        assert worker is not None
        place = Position(*middle("east-g1"), 5.0, town.centre.clock.now())
        town.incidents.workers.report_positions(worker, [place])
        pages = {kind: {"layer": kind, "PAGE_SIZE": "3"} for kind in KINDS}
        near = {"layer": "cameras", "bbox": [*middle("east-g1")] * 2}
        told, room, nobody = await asyncio.gather(
            gdal(town, town.token("operator@town"), near=near, **pages),
            gdal(town, town.token("village_room@west"), cases={"layer": "cases"}),
            gdal(town, "wrong"),
        )
    assert told["layers"] == sorted(KINDS)
    cases, grids, workers = (told[kind] for kind in ("cases", "grids", "workers"))
    assert len(cases["features"]) == 7
    assert "CRS84" in cases["crs"]
    assert all(EAST - 0.02 < one["geometry"]["coordinates"][0] < EAST + 0.02 for one in cases["features"])
    assert cases["types"]["opened_at"].startswith("datetime64")
    assert cases["types"]["level"].startswith("int")
    assert {one["geometry"]["type"] for one in grids["features"]} == {"MultiPolygon"}
    assert len(grids["features"]) == 4
    placed = {one["properties"]["name"] for one in workers["features"] if one["geometry"]}
    assert placed == {"grid_worker@east"}
    assert [one["properties"]["name_en"] for one in told["near"]["features"]] == ["east camera"]
    assert [one["properties"]["area"] for one in room["cases"]["features"]] == ["west"] * 2
    assert "401" in nobody["refused"]


def basic(user: str, password: str) -> dict[str, str]:
    return {"authorization": "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()}


async def test_basic_takes_a_device_token_over_https_and_never_a_password(tmp_path: Path) -> None:
    files = AuthorityFiles(tmp_path / "https")
    ensure_certificate(files, ("127.0.0.1",), 1.8e9)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(files.certificate, files.key)
    async with running_town(tmp_path, context=context) as town, httpx.AsyncClient(verify=False) as client:
        token, here = town.token("village_room@west"), f"https://{town.address}"
        read = await client.get(f"{here}/ogc/features/collections/cameras/items", headers=basic("qgis", token))
        assert ids(read.json()) == ["west-cam"]
        refused = {
            "the account's password": basic("village_room@west", "correct horse 42"),
            "no token": basic("qgis", ""),
            "not base64": {"authorization": "Basic ***"},
        }
        for what, headers in refused.items():
            assert (await client.get(f"{here}/ogc/features", headers=headers)).status_code == 401, what
        assert (await client.get(f"{here}/api/v1/me", headers=basic("qgis", token))).status_code == 401
    async with running_town(tmp_path) as town, httpx.AsyncClient() as client:
        plain = await client.get(f"http://{town.address}/ogc/features", headers=basic("qgis", token))
    assert plain.status_code == 401
    assert "https only" in plain.text


def test_what_is_given_out_is_taken_back() -> None:
    kind = KINDS["cases"]
    asked = items_of(kind, [("datetime", "2026-01-01T08:00:00+08:00/2026-01-01T00:00:01.5Z"), ("level", "2")], "")
    assert asked.from_at == 1767225600.0
    assert asked.to_at == pytest.approx(1767225601.501)
    assert asked.equals == {"level": 2}
    assert items_of(kind, [("datetime", "../..")], "").from_at is None
    for twice in ([("limit", "1"), ("limit", "2")], [("area", "a\nb")], [("area", "x" * 200)]):
        with pytest.raises(Invalid):
            items_of(kind, twice, "")
    assert json.loads(json.dumps(asked.link(cursor="a&b"))).endswith("cursor=a%26b")
