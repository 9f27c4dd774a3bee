"""The map's past and its sensors: what is told, to whom, and that it is put down who asked."""

import time

from config.cameras import CamerasFile
from tests.api.town import CONFIG, middle, running_town


def configured() -> CamerasFile:
    file = CONFIG.model_dump(mode="json", exclude_unset=True)
    file["credentials"] = {"hook": {"username": "hook", "password_env": "HOOK_SECRET"}}
    gas = {"kind": "gas", "via": "gas", "case_class": "05-01", "silent_after_minutes": 600}
    places = {name: dict(zip(("lon", "lat"), middle(f"{name}-g1"), strict=True)) for name in ("east", "west")}
    source = {"id": "gas", "kind": "webhook", "name": "燃气公司", "credentials": "hook", "sensors": {"alarm": [True]}}
    file["exchange"] = {
        "sources": [source],
        "sensors": [
            {"id": f"gas-{name}", "name": f"{name}燃气", "place": place, **gas} for name, place in places.items()
        ],
    }
    return CamerasFile.model_validate(file)


async def test_a_past_hour_and_the_sensors_of_ones_own_areas(tmp_path):
    async with running_town(tmp_path, config=configured()) as town:
        clients = {name: town.client(f"operator@{name}") for name in ("east", "west", "town")}
        worker, now = town.client("grid_worker@east"), time.time()
        lon, lat = middle("east-g1")
        fixes = [
            {"lon": lon + n * 1e-5, "lat": lat, "accuracy_m": 4, "at": now - 600 + 3 * n} for n in range(100)
        ]  # three a step of ten seconds
        assert (await worker.post("/phone/positions", json={"positions": fixes})).status_code == 200
        form = {"case_class": "05-01", "level": 3, "lon": lon, "lat": lat, "note": ""}
        made = (await clients["east"].post("/cases", json=form)).json()
        hour = {"from": now - 3600, "until": now + 60}
        tracks = {name: (await one.get("/map/replay/tracks", params=hour)).json() for name, one in clients.items()}
        assert tracks["west"]["items"] == []
        (track,) = tracks["east"]["items"]
        assert track["worker_id"] == town.account_id("grid_worker@east")
        assert tracks["town"]["items"] == [track]
        times = [at for at, _, _ in track["fixes"]]
        assert tracks["east"]["step_s"] == 10
        assert times == sorted(times)
        assert 30 <= len(times) <= 31
        assert all({"at": at, "lon": x, "lat": y, "accuracy_m": 4} in fixes for at, x, y in track["fixes"])
        cases = {name: (await one.get("/map/replay/cases", params=hour)).json() for name, one in clients.items()}
        assert [one["number"] for one in cases["east"]["items"]] == [made["number"]]
        assert (cases["west"]["items"], cases["east"]["more"]) == ([], False)
        before = {"from": now - 7200, "until": now - 3600}
        assert (await clients["east"].get("/map/replay/cases", params=before)).json()["items"] == []
        assert (await clients["east"].get("/map/replay/tracks", params=before)).json()["items"] == []
        for path, span in (("tracks", 3 * 3600), ("cases", 26 * 3600), ("cases", -1), ("tracks", 0)):
            asked = {"from": now, "until": now + span}
            reply = await clients["east"].get(f"/map/replay/{path}", params=asked)
            assert (reply.status_code, reply.json()["error"]["where"]) == (422, "until"), (path, span)
        listed = (await town.client("administrator@east").get("/audit", params={"kind": "tracks"})).json()["items"]
        assert [(one["subject"], one["detail"]["workers"]) for one in listed] == [("tracks", 0), ("tracks", 1)]

        sensors = {name: (await one.get("/map/sensors")).json()["items"] for name, one in clients.items()}
        assert [(one["id"], one["state"], one["via"]) for one in sensors["east"]] == [("gas-east", "ok", "gas")]
        assert (sensors["east"][0]["lon"], sensors["east"][0]["lat"]) == middle("east-g1")
        assert [one["id"] for one in sensors["west"]] == ["gas-west"]
        assert len(sensors["town"]) == 2
