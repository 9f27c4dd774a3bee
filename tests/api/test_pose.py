"""A fixed camera calibrated over HTTP, what cameras cover, and who sees a place."""

import math
from dataclasses import replace

import pytest
import yaml

from config.cameras import Position, View
from config.load import load_cameras
from gis.ground import PoseGround
from gis.plane import Plane
from ingest.state import StreamState
from tests.api.town import LAT, TOWN_MAP, WEST, collection, middle, square
from tests.api.trial_town import street_town

WHERE = "/estate/cameras/east-cam/pose"
LON_, LAT_ = middle("east-g1")
TRUE = PoseGround(
    Position(lon=LON_, lat=LAT_, height_m=4.6), View(heading_deg=7, tilt_deg=23, roll_deg=1, hfov_deg=74, k1=-0.1)
)
HOUSE = {"type": "Feature", "properties": {"height_m": 9}, "geometry": square(*middle("west-g1"), 1e-4, 1e-4)}
BUILT = replace(TOWN_MAP, base={**TOWN_MAP.base, "buildings": collection(HOUSE)})
POINTS = ((0.1, 0.95), (0.9, 0.9), (0.3, 0.5), (0.72, 0.47), (0.5, 0.7), (0.08, 0.62), (0.93, 0.6))


def matches(*points: tuple[float, float]) -> list[dict]:
    found = []
    for point in points:
        place = TRUE.place_at(*point)
        assert place is not None
        found.append({"picture": list(point), "lon": place[0], "lat": place[1]})
    return found


async def test_a_camera_is_calibrated_from_matches(tmp_path):
    async with street_town(tmp_path) as (town, _live, config):
        chief = town.client("administrator@east")
        told = (await chief.get(WHERE)).json()
        assert told["view"]["heading_deg"] == 0
        assert told["matches"] == []
        text = config.read_text()

        body = {"matches": matches(*POINTS), "place_error_m": 0.1}
        solved = (await chief.post(f"{WHERE}/solve", json=body)).json()
        assert abs(solved["view"]["heading_deg"] - 7) < 1
        assert abs(solved["view"]["tilt_deg"] - 23) < 1
        assert solved["agree"] is True
        assert {"heading", "tilt"} <= set(solved["solved"])
        assert all(one["metres"] < 0.3 and not one["suspect"] for one in solved["residuals"])
        assert solved["rms_m"] < 0.2
        assert solved["seen"]["type"] == "Polygon"
        assert config.read_text() == text

        wrong = [*body["matches"]]
        wrong[4] = {**wrong[4], "lat": wrong[4]["lat"] + 8e-5}
        named = (await chief.post(f"{WHERE}/solve", json={**body, "matches": wrong})).json()
        assert [one["suspect"] for one in named["residuals"]] == [at == 4 for at in range(7)]

        await points_follow(chief, solved)
        line = {"matches": matches((0.1, 0.7), (0.3, 0.7), (0.6, 0.7), (0.9, 0.7))}
        refused = await chief.post(f"{WHERE}/solve", json=line)
        assert (refused.status_code, refused.json()["error"]["where"]) == (422, "matches")
        assert "on one line" in refused.json()["error"]["message"]
        assert "直线" in refused.json()["error"]["text"]["zh"]
        assert (await chief.put(WHERE, json={**line, "version": told["version"]})).status_code == 422
        assert config.read_text() == text

        saved = await chief.put(WHERE, json={**body, "version": told["version"]})
        assert (saved.status_code, saved.json()["changed"]) == (200, ["east-cam"])
        written = load_cameras(config).cameras[0]
        assert len(written.matches) == 7
        assert abs(written.view.heading_deg - 7) < 1
        now = (await chief.get(WHERE)).json()
        assert now["version"] == saved.json()["version"] != told["version"]
        assert len(now["matches"]) == 7

        # What it sees next lies where it is: the point halfway up the picture, to a third of a metre.
        place, ground = TRUE.place_at(0.4, 0.6), (await chief.get("/cameras/east-cam/ground?x=0.4&y=0.6")).json()
        metres = Plane(LON_, LAT_).to_metres
        assert math.dist(metres(*place), metres(ground["place"]["lon"], ground["place"]["lat"])) < 0.35

        stale = await chief.put(WHERE, json={**body, "version": told["version"]})
        assert (stale.status_code, stale.json()["error"]["where"]) == (409, "version")
        again = await chief.put(WHERE, json={"matches": matches(*POINTS[:5]), "version": now["version"]})
        assert again.status_code == 200
        assert len(load_cameras(config).cameras[0].matches) == 5
        await a_pose_is_taken_back(chief, told, config)
        await a_zone_on_the_map_is_not_lost(chief, town.client("administrator@town"), config)
        for account, status in (("administrator@west", 404), ("operator@town", 403)):
            other = town.client(account)
            assert (await other.get(WHERE)).status_code == status
            assert (await other.post(f"{WHERE}/solve", json=body)).status_code == status
            assert (await other.put(WHERE, json={**body, "version": now["version"]})).status_code == status


async def points_follow(chief, solved) -> None:
    """From the picture to the map and back by the pose that was solved; what it looks like, and what was before."""
    pose = {"position": solved["position"], "view": solved["view"]}
    true = TRUE.place_at(0.45, 0.62)
    assert true is not None
    metres = Plane(LON_, LAT_).to_metres
    there = (await chief.post(f"{WHERE}/point", json={"picture": [0.45, 0.62], **pose})).json()
    assert math.dist(metres(*true), metres(there["place"]["lon"], there["place"]["lat"])) < 0.3
    ellipse = there["place"]["ellipse"]
    assert math.hypot(ellipse["major_m"], ellipse["minor_m"]) == pytest.approx(there["place"]["error_m"])
    assert there["grid"]["code"] == "east-g1"
    back = (await chief.post(f"{WHERE}/point", json={"place": {"lon": true[0], "lat": true[1]}, **pose})).json()
    assert math.dist(back["picture"], (0.45, 0.62)) < 0.02
    told = (await chief.post(f"{WHERE}/point", json={"picture": [0.45, 0.62]})).json()
    assert math.dist(metres(*true), metres(told["place"]["lon"], told["place"]["lat"])) > 0.6
    assert (await chief.post(f"{WHERE}/point", json={"picture": [0.5, 0.01]})).json()["place"] is None
    for bad in (
        {},
        {"picture": [0.5, 0.5], "place": {"lon": 1, "lat": 1}},
        {"picture": [0.5, 0.5], "view": pose["view"]},
    ):
        assert (await chief.post(f"{WHERE}/point", json=bad)).status_code == 422

    assert solved["errors"]["heading_deg"] < 2
    assert len(solved["shown"]["squares"]) > 4
    assert len(solved["shown"]["horizon"]) > 4
    assert max(one["metres"] for one in solved["shown"]["matches"]) < 0.3
    assert max(one["metres"] for one in solved["before"]["matches"] if one["metres"] is not None) > 1


async def a_pose_is_taken_back(chief, told, config) -> None:
    now = (await chief.get(WHERE)).json()
    body = {"matches": told["matches"], "position": told["position"], "view": told["view"], "version": now["version"]}
    assert (await chief.put(WHERE, json={**body, "view": None})).status_code == 422
    assert (await chief.put(WHERE, json=body)).status_code == 200
    camera = load_cameras(config).cameras[0]
    assert (camera.matches, camera.view.heading_deg) == ([], told["view"]["heading_deg"])


async def a_zone_on_the_map_is_not_lost(chief, root, config) -> None:
    """And ground points of its own make way for the pose."""
    behind = Plane(LON_, LAT_).to_degrees
    whole = yaml.safe_load(config.read_text())
    camera = whole["cameras"][0]
    ahead = [list(behind(east, north)) for east, north in ((-2, 12), (2, 12), (2, 16), (-2, 16))]
    zone = {"id": "map", "rule": "stall", "ground": ahead, "case_class": "05-01"}
    camera["zones"], camera["view"]["heading_deg"], camera["view"]["k1"] = [zone], 0.0, 0.0
    camera["homography"] = [
        {"picture": [0.1, 0.95], "lon": behind(-3, 5)[0], "lat": behind(-3, 5)[1]},
        {"picture": [0.9, 0.95], "lon": behind(3, 5)[0], "lat": behind(3, 5)[1]},
        {"picture": [0.9, 0.35], "lon": behind(14, 25)[0], "lat": behind(14, 25)[1]},
        {"picture": [0.1, 0.35], "lon": behind(-14, 25)[0], "lat": behind(-14, 25)[1]},
    ]
    config.write_text(yaml.safe_dump(whole, sort_keys=False, allow_unicode=True))
    assert (await root.post("/estate/reload")).status_code == 200
    now = (await chief.get(WHERE)).json()
    assert len(now["matches"]) == 4
    turned = PoseGround(TRUE.position, TRUE.view.model_copy(update={"heading_deg": 190.0}))
    south = [
        {"picture": list(point), "lon": place[0], "lat": place[1]}
        for point in POINTS
        if (place := turned.place_at(*point)) is not None
    ]
    lost = (await chief.post(f"{WHERE}/solve", json={"matches": south})).json()
    assert len(lost["zones_unseen"]) == 1
    refused = await chief.put(WHERE, json={"matches": south, "version": now["version"]})
    assert (refused.status_code, "zone map" in refused.json()["error"]["message"]) == (409, True)
    body = {"matches": matches(*POINTS), "version": now["version"]}
    assert (await chief.put(WHERE, json=body)).status_code == 200
    assert load_cameras(config).cameras[0].homography is None


async def test_coverage_and_sights_are_those_of_the_callers_cameras(tmp_path):
    async with street_town(tmp_path, town_map=BUILT) as (town, _live, _config):
        east, west = town.client("operator@east"), town.client("operator@west")
        features = (await east.get("/map/coverage")).json()["features"]
        told = [one["properties"] for one in features]
        grids = {one["code"]: one for one in told if one["kind"] == "grid"}
        assert all(code.startswith("east") for code in grids)
        watched = grids["east-g1"]
        assert watched["cameras"] == 1
        assert 0 < watched["seen"] < 0.2
        assert watched["double"] == 0
        assert sum(one["kind"] == "blind" for one in told) == sum(one["blind"] for one in grids.values())
        tag = (await east.get("/map/coverage")).headers["etag"]
        assert (await east.get("/map/coverage", headers={"if-none-match": tag})).status_code == 304

        narrow = (await east.get("/map/coverage?outlines=false&wait_s=30")).json()["features"]
        assert all(one["geometry"] is None for one in narrow if one["properties"]["kind"] == "grid")
        none = (await east.get("/map/coverage?fixed=false")).json()["features"]
        assert all(one["properties"]["seen"] == 0 for one in none if one["properties"]["kind"] == "grid")
        waiting = await east.get("/map/coverage?blind_m2=777&wait_s=0")
        assert (waiting.status_code, waiting.json()["done"] < 1) == (202, True)
        assert (await east.get("/map/coverage?blind_m2=777")).status_code == 200
        working = (await east.get("/map/coverage?working=true")).json()["features"]
        status = town.centre.live.status_of("east-cam")
        comes_in = status is not None and status.state is StreamState.LIVE
        seeing = sum(one["properties"]["cameras"] for one in working if one["properties"]["kind"] == "grid")
        assert (seeing > 0) == comes_in

        lon, lat = Plane(LON_, LAT_).to_degrees(0, 12)
        seen = (await east.get("/map/sights", params={"lon": lon, "lat": lat})).json()
        (one,) = seen["items"]
        assert (one["camera"], one["kind"], seen["left_out"]) == ("east-cam", "fixed", 0)
        assert abs(one["distance_m"] - 12) < 0.2
        assert one["pixels_per_metre"] > 10
        assert abs(one["picture"][0] - 0.5) < 0.01
        assert 0.1 < one["error_m"] < 3
        assert "12 m away" in one["why"]["en"]
        assert "距 12 米" in one["why"]["zh"]
        assert (await west.get("/map/sights", params={"lon": lon, "lat": lat})).json()["items"] == []
        assert (await east.get("/map/sights", params={"lon": WEST, "lat": LAT})).json()["items"] == []
