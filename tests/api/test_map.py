import re

import pytest

from tests.api.town import middle, running_town, write_leaflet


@pytest.mark.parametrize("path", ["/map/areas", "/map/grids", "/map/base/roads"])
async def test_a_layer_known_already_is_not_sent_again(tmp_path, path):
    async with running_town(tmp_path) as town:
        client = town.client("operator@town")
        first = await client.get(path)
        assert first.json()["type"] == "FeatureCollection"
        again = await client.get(path, headers={"if-none-match": first.headers["etag"]})
        assert (again.status_code, again.content) == (304, b"")
        other = await client.get(path, headers={"if-none-match": '"something else"'})
        assert other.content == first.content


async def test_the_tag_depends_on_who_asks(tmp_path):
    async with running_town(tmp_path) as town:
        east = await town.client("operator@east").get("/map/grids")
        west = await town.client("operator@west").get("/map/grids", headers={"if-none-match": east.headers["etag"]})
        assert west.status_code == 200
        assert east.headers["cache-control"].startswith("private")


async def test_a_base_layer_that_is_not_there(tmp_path):
    async with running_town(tmp_path) as town:
        reply = await town.client("operator@town").get("/map/base/moon")
        assert (reply.status_code, reply.json()["error"]["where"]) == (404, "layer")


async def test_the_exported_map_needs_no_network_and_holds_only_what_the_caller_sees(tmp_path):
    write_leaflet(tmp_path)
    async with running_town(tmp_path) as town:
        await town.detect("east", "stall-1")
        await town.detect("west", "stall-2")
        east = await town.client("operator@east").get("/map/export.html")
        cases = (await town.client("operator@town").get("/cases")).json()["items"]
    number = {case["camera_id"]: case["number"] for case in cases}
    assert number["east-cam"] in east.text
    assert number["west-cam"] not in east.text
    assert "west-g1" not in east.text
    assert not re.findall(r"(?:src|href)=[\"']https?://", east.text)
    assert east.headers["content-disposition"].startswith("attachment")


async def test_without_leaflet_the_export_says_what_to_do(tmp_path):
    async with running_town(tmp_path) as town:
        reply = await town.client("operator@town").get("/map/export.html")
        assert (reply.status_code, reply.json()["error"]["code"]) == (503, "not_built")
        assert str(tmp_path) not in reply.text


async def test_near_ranks_the_camera_that_sees_the_place_first(tmp_path):
    lon, lat = middle("west-g1")
    async with running_town(tmp_path) as town:
        near = (await town.client("operator@town").get("/near", params={"lon": lon, "lat": lat})).json()
        assert [(one["id"], one["sees"]) for one in near["cameras"]] == [("west-cam", True), ("east-cam", False)]
        assert near["cameras"][1]["distance_m"] > 1000
        assert near["grid"] == {"code": "west-g1", "name": "west网格1"}


async def test_town(tmp_path):
    async with running_town(tmp_path) as town:
        found = (await town.client("operator@town").get("/town")).json()
    west, south, east, north = found["bounds"]
    assert found["centre"] == [(west + east) / 2, (south + north) / 2]
    assert "05-01" in {one["code"] for one in found["case_classes"]}
    assert found["dwell"] == "180 s"
