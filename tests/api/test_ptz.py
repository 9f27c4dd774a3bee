"""Who may turn a dome, what is told of it, and what it does: the whole API against simulated domes."""

import asyncio
import math

import pytest

from api.domes import skyline_of
from gis.dome import Dome
from gis.plane import distance_m
from tests.api.dome_town import HEIGHT_M, DomeTown, dome_town
from tests.api.town import collection, middle, square
from tests.wall.page_client import PageClient, page

OPERATOR, OTHER, SUPERVISOR, ADMIN = "operator@east", "operator@town", "supervisor@town", "administrator@town"
EAST = middle("east-g1")


def moving(dome: DomeTown) -> bool:
    return dome.east.dome.moving()[0]


def headers(dome: DomeTown, account: str) -> dict[str, str]:
    return {"authorization": f"Bearer {dome.town.token(account)}"}


def newest(client: PageClient) -> dict[str, object]:
    return next((e["data"] for e in reversed(client.of_type("event")) if e["topic"] == "ptz"), {})


def at(place: tuple[float, float], east_m: float, north_m: float) -> dict[str, float]:
    lon, lat = Dome(*place, 10.0).plane.to_degrees(east_m, north_m)
    return {"lon": lon, "lat": lat}


async def test_one_hand_at_a_time_and_a_higher_one_takes_over(tmp_path):
    async with dome_town(tmp_path) as dome:
        await dome.call(OPERATOR, "POST", "steer", {"pan": 0.1})
        refused = (await dome.call(OTHER, "POST", "steer", {"pan": 0.1}, ok=423))["error"]
        assert refused["code"] == "locked"
        assert refused["lock"]["holder"]["name"] == OPERATOR
        assert refused["lock"]["until"] - refused["lock"]["since"] == pytest.approx(15, abs=1)
        await dome.call(OTHER, "POST", "lock", {"take_over": True}, ok=423)
        await dome.call(OTHER, "POST", "stop", ok=423)
        await dome.call(SUPERVISOR, "POST", "go", {"pan_deg": 5, "tilt_deg": 0}, ok=423)
        # A higher rank may always stop it, and take over when that is said.
        await dome.call(OPERATOR, "POST", "steer", {"pan": 0.1})
        await dome.call(SUPERVISOR, "POST", "stop")
        taken = await dome.call(SUPERVISOR, "POST", "lock", {"take_over": True, "minutes": 1})
        assert (taken["lock"]["holder"]["name"], taken["lock"]["rank"]) == (SUPERVISOR, 2)
        await dome.call(OPERATOR, "POST", "steer", {"pan": 0.1}, ok=423)
        assert (await dome.call(OPERATOR, "DELETE", "lock"))["lock"] is not None
        assert (await dome.call(SUPERVISOR, "DELETE", "lock"))["lock"] is None
        await dome.call(OPERATOR, "POST", "go", {"pan_deg": 20, "tilt_deg": -20, "zoom": 3})
        await dome.until(lambda: abs(dome.east.dome.aim().pan_deg - 20) < 0.1)
        rows = await dome.log()
        told = [(row["actor"]["name"], row["action"]) for row in reversed(rows)]
        assert told == [
            (OPERATOR, "take"),
            (OPERATOR, "steer"),
            (OPERATOR, "steer_end"),
            (SUPERVISOR, "take_over"),
            (SUPERVISOR, "release"),
            (OPERATOR, "take"),
            (OPERATOR, "absolute"),
        ]
        assert rows[4]["detail"]["by"] == SUPERVISOR
        assert rows[3]["detail"]["from"]["name"] == OPERATOR
        assert rows[0]["detail"]["pan_deg"] == 20
        assert await dome.log("west-cam") == []


async def test_a_page_steers_and_its_going_stops_the_dome(tmp_path):
    async with dome_town(tmp_path) as dome:
        await dome.call(OPERATOR, "GET", "")
        url = dome.town.live_url
        async with page(url, additional_headers=headers(dome, OTHER)) as other:
            async with page(url, additional_headers=headers(dome, OPERATOR)) as hand:
                await other.say(type="events", topics=["ptz"])
                for _ in range(4):
                    await hand.say(type="ptz", camera="east-cam", pan=0.2)
                    await other.read_for(0.15)
                assert moving(dome)
                await other.say(type="ptz", camera="east-cam", pan=0.2)
                await other.until(lambda c: c.of_type("ptz-refused"))
                refused = other.of_type("ptz-refused")[0]
                assert (refused["code"], refused["lock"]["holder"]["name"]) == ("locked", OPERATOR)
                assert set(refused["message"]) == {"zh", "en"}
                for camera in ("no-cam", "west-cam"):
                    await hand.say(type="ptz", camera=camera, pan=0.2)
                await hand.until(lambda c: len(c.of_type("ptz-refused")) == 2)
                assert {one["code"] for one in hand.of_type("ptz-refused")} == {"not_allowed"}
                await other.until(lambda c: newest(c).get("moving") and newest(c)["lock"])
                told = newest(other)
                assert told["lock"]["holder"]["name"] == OPERATOR
                assert told["view"]["type"] == "Polygon"
                lons = [lon for lon, _ in told["view"]["coordinates"][0]]
                assert min(lons) <= EAST[0] + 1e-6 <= max(lons) + 2e-6
                stops = dome.east.device.calls.get("Stop", 0)
                moves = dome.east.device.calls["ContinuousMove"]
                await hand.say(type="ptz", camera="east-cam", pan=-0.2)
                await dome.until(lambda: dome.east.device.calls["ContinuousMove"] > moves)
            # The page is gone: the dome is told so at once, not when its lease is over.
            await dome.until(lambda: dome.east.device.calls.get("Stop", 0) > stops, 0.5)
            await dome.until(lambda: not moving(dome), 1.0)
        assert dome.west.dome.commands == []


async def test_who_loses_the_right_lets_go(tmp_path):
    async with dome_town(tmp_path) as dome:
        await dome.call(OPERATOR, "GET", "")
        async with page(dome.town.live_url, additional_headers=headers(dome, OPERATOR)) as hand:
            for _ in range(3):
                await hand.say(type="ptz", camera="east-cam", pan=0.2)
                await hand.read_for(0.1)
            assert moving(dome)
            account = dome.town.account_id(OPERATOR)
            await dome.call(ADMIN, "PATCH", f"/accounts/{account}", {"enabled": False})
            await dome.until(lambda: not moving(dome), 1.0)


async def test_pointing_at_the_map_and_back(tmp_path):
    async with dome_town(tmp_path) as dome:
        for bearing, away in ((40, 300), (200, 600), (310, 150)):
            place = at(EAST, away * math.sin(math.radians(bearing)), away * math.cos(math.radians(bearing)))
            pointed = await dome.call(OPERATOR, "POST", "point", {**place, "width_m": 12})
            assert pointed["sent"]
            assert pointed["distance_m"] == pytest.approx(away, rel=0.01)
            assert math.remainder(pointed["direction"]["pan_deg"] - bearing, 360) == pytest.approx(0, abs=0.1)
            assert pointed["direction"]["tilt_deg"] == pytest.approx(-math.degrees(math.atan(HEIGHT_M / away)), abs=0.1)
            await dome.stands()
            seen = (await dome.call(OPERATOR, "GET", "place?x=0.5&y=0.5"))["place"]
            assert distance_m(seen["lon"], seen["lat"], place["lon"], place["lat"]) < max(1.0, 0.005 * away)
        far = await dome.call(OPERATOR, "POST", "point", at(EAST, 5000, 0))
        assert (far["sent"], far["problem"]["code"]) == (False, "too_far")
        # A point of the picture into its middle, a box into the whole of it.
        before = await dome.call(OPERATOR, "GET", "place?x=0.7&y=0.6")
        await dome.call(OPERATOR, "POST", "centre", {"x": 0.7, "y": 0.6})
        await dome.stands()
        after = await dome.call(OPERATOR, "GET", "place?x=0.5&y=0.5")
        off = distance_m(*(before["place"][k] for k in ("lon", "lat")), *(after["place"][k] for k in ("lon", "lat")))
        assert off < 1.0
        zoom = dome.east.dome.aim().zoom
        await dome.call(OPERATOR, "POST", "frame", {"box": [0.4, 0.4, 0.2, 0.2]})
        await dome.stands()
        assert dome.east.dome.aim().zoom == pytest.approx(min(5 * zoom, 30), rel=0.05)


async def test_the_best_dome_looks_unless_somebody_has_it(tmp_path):
    async with dome_town(tmp_path) as dome:
        await dome.town.detect("east", "stall")
        case = (await dome.call(OTHER, "GET", "/cases"))["items"][0]["id"]
        near_east = at(EAST, -400, 100)
        first = await dome.call(OTHER, "POST", "/ptz/point", {**near_east, "case": case})
        assert [(one["camera"], one["sent"]) for one in first["items"]] == [("east-cam", True), ("west-cam", False)]
        assert set(first["items"][0]["reason"]) == {"code", "message"}
        await dome.call(SUPERVISOR, "POST", "lock", {"take_over": True})
        second = (await dome.call(OTHER, "POST", "/ptz/point", near_east))["items"]
        assert [(one["sent"], one["problem"] and one["problem"]["code"]) for one in second] == [
            (False, "locked"),
            (True, None),
        ]
        mine = await dome.call(OPERATOR, "POST", "/ptz/point", {**near_east, "all": True})
        assert [one["camera"] for one in mine["items"]] == ["east-cam"], "the west is not his"
        assert (await dome.log())[1]["detail"]["case"] == case
        await dome.call(OPERATOR, "POST", "/ptz/point", {**near_east, "case": "0" * 32}, ok=404)
        looks = [one for one in (await dome.call(OTHER, "GET", f"/cases/{case}"))["trace"] if one["action"] == "look"]
        assert [(one["actor"]["name"], one["detail"]["dome_id"]) for one in looks] == [(OTHER, "east-cam")]
        # Two domes on one place cross there.
        await dome.call(SUPERVISOR, "DELETE", "lock")
        await dome.call(SUPERVISOR, "POST", "/cameras/west-cam/ptz/lock", {"take_over": True})
        both = await dome.call(SUPERVISOR, "POST", "/ptz/point", {**near_east, "all": True})
        assert [one["sent"] for one in both["items"]] == [True, True]
        await dome.stands()
        sights = {"sights": [{"camera": "east-cam"}, {"camera": "west-cam"}]}
        crossed = await dome.call(SUPERVISOR, "POST", "/ptz/crossing", sights)
        assert distance_m(crossed["lon"], crossed["lat"], near_east["lon"], near_east["lat"]) < 10
        await dome.call(OPERATOR, "POST", "/ptz/crossing", sights, ok=404)


async def test_a_calibration_is_tried_kept_and_used(tmp_path):
    async with dome_town(tmp_path) as dome:
        aims = []
        for bearing in range(0, 360, 60):
            away = 300.0
            place = at(EAST, away * math.sin(math.radians(bearing)), away * math.cos(math.radians(bearing)))
            tilt = -math.degrees(math.atan(HEIGHT_M / away))
            aims.append({**place, "pan_deg": math.remainder(bearing - 30, 360), "tilt_deg": tilt, "place_error_m": 0.5})
        tried = await dome.call(OPERATOR, "POST", "calibration", {"aims": aims})
        assert tried["mount"]["heading_deg"] == pytest.approx(30, abs=0.05)
        assert not tried["applied"]
        assert max(one["error_m"] for one in tried["residuals"]) < 0.5
        await dome.call(OPERATOR, "POST", "calibration", {"aims": aims, "apply": True}, ok=403)
        assert (await dome.call(OPERATOR, "GET", ""))["mount"]["heading_deg"] == 0
        await dome.call("administrator@east", "POST", "calibration", {"aims": aims, "apply": True})
        pointed = await dome.call(OPERATOR, "POST", "point", at(EAST, 300, 0))
        assert pointed["direction"]["pan_deg"] == pytest.approx(60, abs=0.1)
        shown = await dome.call(OPERATOR, "GET", "")
        assert shown["mount"]["heading_deg"] == pytest.approx(30, abs=0.05)
        assert (shown["calibration"]["by"], shown["calibration"]["aims"]) == ("administrator@east", 6)
        assert shown["former_calibration"] is None
        refused = (await dome.call(OPERATOR, "POST", "calibration", {"aims": [aims[0], aims[0]]}, ok=422))["error"]
        assert "直线" in refused["text"]["zh"]
        # Back to the configuration, back again, and a second calibration undone: each is told, and used at once.
        calibrator, undo = "administrator@east", "calibration/undo"
        await dome.call(OPERATOR, "POST", undo, {"to": "former"}, ok=403)
        for to, heading in (("configuration", 0), ("former", 30), ("former", 0), ("former", 30)):
            state = await dome.call(calibrator, "POST", undo, {"to": to})
            assert state["mount"]["heading_deg"] == pytest.approx(heading, abs=0.05)
            pointed = await dome.call(OPERATOR, "POST", "point", at(EAST, 300, 0))
            assert pointed["direction"]["pan_deg"] == pytest.approx(90 - heading, abs=0.1)
        turned = [{**aim, "pan_deg": math.remainder(aim["pan_deg"] - 10, 360)} for aim in aims]
        await dome.call(calibrator, "POST", "calibration", {"aims": turned, "apply": True})
        shown = await dome.call(OPERATOR, "GET", "")
        assert shown["mount"]["heading_deg"] == pytest.approx(40, abs=0.05)
        assert shown["former_calibration"]["heading_deg"] == pytest.approx(30, abs=0.05)
        await dome.call(calibrator, "POST", undo, {"to": "former"})
        rows = [row for row in await dome.log() if row["action"].startswith("calibrate")]
        assert [row["action"] for row in rows[:3]] == ["calibrate_undo", "calibrate", "calibrate_undo"]
        assert rows[0]["detail"]["heading_deg"] == pytest.approx(30, abs=0.05)
        assert rows[0]["actor"]["name"] == calibrator
        nothing_kept = "/cameras/west-cam/ptz/calibration/undo"
        await dome.call("administrator@town", "POST", nothing_kept, {"to": "former"}, ok=409)
        store = dome.town.incidents.store
        again = type(dome.town.centre.ptz.keeping)(store, dome.town.centre.clock)
        assert again.settings("east-cam") == dome.town.centre.ptz.keeping.settings("east-cam")


async def test_presets_with_pictures_and_rounds_that_give_way(tmp_path):
    async with dome_town(tmp_path) as dome:
        tokens = []
        for pan, name in ((10, "桥"), (40, "市场")):
            await dome.call(OPERATOR, "POST", "go", {"pan_deg": pan, "tilt_deg": -10})
            await dome.until(lambda pan=pan: abs(dome.east.dome.aim().pan_deg - pan) < 0.05 and not moving(dome))
            tokens.append((await dome.call(OPERATOR, "POST", "presets", {"name": name}, ok=201))["token"])
            async with asyncio.timeout(30):
                while not (items := (await dome.call(OPERATOR, "GET", "presets"))["items"])[-1]["picture"]:
                    await asyncio.sleep(0.05)
        assert [one["name"] for one in items] == ["桥", "市场"]
        jpeg = await dome.call(OPERATOR, "GET", items[0]["picture"].removeprefix("/api/v1"))
        assert jpeg[:2] == b"\xff\xd8"
        # Another name alone; the picture anew, from wherever the dome was.
        pictured = items[0]["picture"]
        await dome.call(OPERATOR, "PATCH", f"presets/{tokens[0]}", {"name": "老桥"})
        renamed = (await dome.call(OPERATOR, "GET", "presets"))["items"][0]
        assert (renamed["name"], renamed["picture"]) == ("老桥", pictured)
        assert abs(dome.east.dome.aim().pan_deg - 40) < 0.05, "to call it otherwise turns nothing"
        assert dome.east.dome.presets[tokens[0]].aim.pan_deg == pytest.approx(10, abs=0.05)
        await dome.call(OPERATOR, "PATCH", "presets/77", {"name": "x"}, ok=404)
        await dome.call(OPERATOR, "POST", f"presets/{tokens[0]}/picture")
        async with asyncio.timeout(30):
            while (await dome.call(OPERATOR, "GET", "presets"))["items"][0]["picture"] == pictured:
                await asyncio.sleep(0.05)
        await dome.call(OPERATOR, "POST", f"presets/{tokens[1]}/go")
        await dome.until(lambda: abs(dome.east.dome.aim().pan_deg - 40) < 0.05)
        await dome.call(OPERATOR, "POST", f"presets/{tokens[0]}/go")
        await dome.until(lambda: abs(dome.east.dome.aim().pan_deg - 10) < 0.05)
        await dome.call(OPERATOR, "DELETE", "lock")
        steps = [{"preset": token, "dwell_s": 2} for token in reversed(tokens)]
        await dome.call(OPERATOR, "PUT", "patrol", {"steps": steps, "on": True})
        await dome.until(lambda: abs(dome.east.dome.aim().pan_deg - 40) < 0.05)
        assert (await dome.call(OPERATOR, "GET", ""))["rounds"] == "patrol"
        # A hand goes before it at once, and it does not go on while somebody holds the dome.
        await dome.call(OTHER, "POST", "go", {"pan_deg": -20, "tilt_deg": 0})
        await dome.until(lambda: abs(dome.east.dome.aim().pan_deg + 20) < 0.05)
        await asyncio.sleep(0.6)
        assert (await dome.call(OPERATOR, "GET", ""))["rounds"] is None
        rows = [(row["actor"] and row["actor"]["name"], row["action"]) for row in await dome.log()]
        assert (None, "patrol") in rows
        assert rows[0] == (OTHER, "absolute")
        await dome.call(OTHER, "DELETE", f"presets/{tokens[0]}")
        assert [one["token"] for one in (await dome.call(OPERATOR, "GET", "presets"))["items"]] == tokens[1:]


async def test_what_is_told_of_a_dome_also_when_it_does_not_answer(tmp_path):
    async with dome_town(tmp_path) as dome:
        shown = await dome.call(OPERATOR, "GET", "")
        assert {"absolute", "continuous", "presets"} <= set(shown["can"])
        assert shown["status"]["pan_deg"] == pytest.approx(0, abs=0.1)
        assert (shown["problem"], shown["my_rank"]) == (None, 1)
        listed = (await dome.call(OPERATOR, "GET", "/cameras"))["items"][0]["ptz"]
        assert listed["limits"] == {"pan_deg": [-180, 180], "tilt_deg": [-90, 20], "zoom": [1, 30]}
        await dome.call(OPERATOR, "POST", "go", {"pan_deg": 0, "tilt_deg": 45}, ok=422)
        dome.east.device.refusing = True
        dome.east.server.cut()
        away = await dome.call(OPERATOR, "GET", "")
        assert away["problem"]["code"]
        assert away["problem"]["message"]["zh"]
        assert away["status"] is not None
        await dome.call(OPERATOR, "POST", "steer", {"pan": 0.5}, ok=503)


async def test_every_dome_is_known_before_anybody_asks_and_again_when_it_comes_back(tmp_path):
    async with dome_town(tmp_path) as dome:
        listed = {"east-cam": {}, "west-cam": {}}

        async def all_known() -> bool:
            items = (await dome.call(OTHER, "GET", "/cameras"))["items"]
            listed.update({one["id"]: one["ptz"] for one in items})
            return all(listed[id_]["can"] for id_ in ("east-cam", "west-cam"))

        async with asyncio.timeout(30):
            while not await all_known():
                await asyncio.sleep(0.05)
        assert {"absolute", "continuous", "presets", "focus", "iris", "wiper"} <= set(listed["west-cam"]["can"])
        asked = dome.east.device.calls["GetNodes"] + dome.east.device.calls.get("GetNode", 0)
        async with page(dome.town.live_url, additional_headers=headers(dome, OPERATOR)) as client:
            await client.say(type="events", topics=["ptz"])
            # Its power fails: whoever tries learns why, and so does every page.
            dome.east.device.refusing = True
            dome.east.server.cut()
            refused = (await dome.call(OPERATOR, "POST", "steer", {"pan": 0.5}, ok=503))["error"]
            assert refused["text"]["zh"].startswith("该地址没有 ONVIF 服务")
            assert refused["reason"] == "not_onvif"
            await client.until(lambda c: newest(c).get("problem"))
            assert newest(client)["problem"]["code"] == "not_onvif"
            assert "presets" in newest(client)["can"]
            # It comes back: found by nobody's asking.
            dome.east.device.refusing = False
            await client.until(lambda c: newest(c).get("problem") is None)
        assert dome.east.device.calls["GetNodes"] + dome.east.device.calls.get("GetNode", 0) == asked


def house(**properties: object) -> dict[str, object]:
    return {"type": "Feature", "properties": properties, "geometry": square(*EAST, 0.0002, 0.0002)}


SKYLINES = [
    ("no such layer", None, None),
    ("nothing on it", [], None),
    ("all heights known", [house(height_m=12.0), house(height_m=30)], 2),
    ("one without", [house(height_m=12.0), house()], None),
    ("one that is no height", [house(height_m="twelve")], None),
    ("one that no building has", [house(height_m=1e9)], None),
]


@pytest.mark.parametrize(("features", "count"), [row[1:] for row in SKYLINES], ids=[row[0] for row in SKYLINES])
def test_lines_of_sight_are_tested_where_every_height_is_known(features, count):
    found = skyline_of(collection(*features) if features is not None else None)
    assert (len(found.buildings) if found else None) == count
