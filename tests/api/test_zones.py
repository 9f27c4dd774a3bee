"""Zones drawn on a picture over HTTP: told, placed on the map, saved at once, refused where they are at fault."""

import yaml

from config.load import load_cameras
from tests.api.trial_town import street_town

WHERE = "/estate/cameras/east-cam/zones"
SQUARE = [[0.3, 0.6], [0.7, 0.6], [0.7, 0.9], [0.3, 0.9]]


def zone(**values) -> dict:
    return {"id": "new", "rule": "stall", "polygon": SQUARE, "case_class": "05-01", **values}


REFUSED = [
    ("crosses itself", {"polygon": [[0.1, 0.1], [0.9, 0.9], [0.9, 0.1], [0.1, 0.9]]}, "polygon", "cross"),
    ("is a line", {"polygon": [[0.1, 0.1], [0.9, 0.9]]}, "polygon", "at least 3"),
    ("is a speck", {"polygon": [[0.1, 0.1], [0.101, 0.1], [0.101, 0.101]]}, "polygon", "cover"),
    ("is nowhere", {"polygon": []}, "", "exactly one"),
    ("has hours that are none", {"hours": ["25:00-26:00"]}, "hours.0", "between"),
    ("is smaller than nothing", {"size": {"min_m": 3, "max_m": 2}}, "size", "smaller"),
    ("has a rule there is not", {"rule": "dancing"}, "rule", ""),
    ("has a key there is not", {"colour": "red"}, "colour", "Extra"),
    ("has a class there is not", {"case_class": "99-99"}, "case_class", "99-99"),
    ("lies behind the camera", {"polygon": [], "ground": [[120.0, 30.0], [120.1, 30.0], [120.1, 30.1]]}, "ground",
     "sees nothing"),
    ("has the name of another", {"id": "no-stall"}, "id", "twice"),
]  # fmt: skip


async def test_zones_are_told_placed_saved_and_refused(tmp_path):
    async with street_town(tmp_path) as (town, live, config):
        chief = town.client("administrator@east")
        told = (await chief.get(WHERE)).json()
        assert (told["view"], told["views"], told["standing"], told["has_ground"]) == (None, [], True, True)
        (first,) = told["zones"]
        assert first["zone"].keys() == {"id", "rule", "polygon", "case_class"}
        assert first["shown"] == first["zone"]["polygon"]
        assert told["rules"]["parking"]["dwell_seconds"] == 300
        assert told["rules"]["stall"]["size"] == {"min_m": 0.2, "max_m": 8.0}

        raster = (await chief.get("/estate/cameras/east-cam/raster")).json()
        assert len(raster["person"]) == raster["rows"] * raster["columns"]
        assert raster["person"][0] is None
        assert raster["person"][-1] > raster["person"][-raster["columns"] * 6]
        assert any(line["metres"] for line in raster["lines"])

        there = (await chief.post(f"{WHERE}/place", json={"polygon": SQUARE})).json()
        back = (await chief.post(f"{WHERE}/place", json={"ground": there["ground"]})).json()
        assert len(there["ground"]) == 4
        corners = sorted((round(x, 2), round(y, 2)) for x, y in back["polygon"])
        assert corners == sorted((x, y) for x, y in SQUARE)
        sky = await chief.post(f"{WHERE}/place", json={"polygon": [[0.1, 0.0], [0.9, 0.0], [0.5, 0.9]]})
        assert (sky.status_code, sky.json()["error"]["where"]) == (422, "polygon.0")

        text = config.read_text()
        wrong = []
        for name, values, key, rule in REFUSED:
            body = {"version": told["version"], "zones": [first["zone"], zone(**values)]}
            answer = await chief.put(WHERE, json=body)
            error = answer.json()["error"]
            if answer.status_code != 422 or error["where"] != f"zones.1{'.' + key if key else ''}":
                wrong.append(f"{name}: {answer.status_code} {error}")
            elif rule not in error["message"]:
                wrong.append(f"{name}: says {error['message']}")
        assert wrong == []
        assert config.read_text() == text
        assert live.configured == []

        new = zone(dwell_seconds=60, hours=["06:00-22:00"])
        saved = await chief.put(WHERE, json={"version": told["version"], "zones": [first["zone"], new]})
        assert (saved.status_code, saved.json()["changed"], saved.json()["unsettled"]) == (200, ["east-cam"], [])
        assert load_cameras(config).cameras[0].zones[1].dwell_seconds == 60
        assert [one.id for one in live.analysis.camera.zones] == ["no-stall", "new"]
        assert [one["id"] for one in (await chief.get("/cameras/east-cam")).json()["zones"]] == ["no-stall", "new"]
        now = (await chief.get(WHERE)).json()
        assert now["version"] == saved.json()["version"] != told["version"]
        assert [one["zone"]["id"] for one in now["zones"]] == ["no-stall", "new"]

        stale = await chief.put(WHERE, json={"version": told["version"], "zones": []})
        assert (stale.status_code, stale.json()["error"]["code"]) == (409, "conflict")
        assert "重新载入" in stale.json()["error"]["text"]["zh"]
        assert len((await chief.get(WHERE)).json()["zones"]) == 2
        await changed_by_hand_meanwhile(chief, config)
        await only_whoever_manages_it(town)


async def changed_by_hand_meanwhile(chief, config) -> None:
    """In the file, by an editor of text: the conflict is told, and what the file says is what is loaded next."""
    now = (await chief.get(WHERE)).json()
    whole = yaml.safe_load(config.read_text())
    whole["cameras"][0]["zones"][0]["level"] = 4
    config.write_text(yaml.safe_dump(whole, sort_keys=False, allow_unicode=True))
    assert (await chief.put(WHERE, json={"version": now["version"], "zones": []})).status_code == 409
    anew = (await chief.get(WHERE)).json()
    assert anew["zones"][0]["zone"]["level"] == 4
    assert (await chief.put(WHERE, json={"version": anew["version"], "zones": []})).status_code == 200
    assert "zones" not in yaml.safe_load(config.read_text())["cameras"][0]


async def only_whoever_manages_it(town) -> None:
    for account, status in (("administrator@west", 404), ("operator@town", 403), ("grid_worker@east", 403)):
        client = town.client(account)
        assert (await client.get(WHERE)).status_code == status
        assert (await client.put(WHERE, json={"version": "x", "zones": []})).status_code == status
        assert (await client.get("/estate/cameras/east-cam/raster")).status_code == status
        assert (await client.post(f"{WHERE}/place", json={"polygon": SQUARE})).status_code == status
        body = {"camera": "east-cam", "zones": [zone()]}
        assert (await client.post("/trials", json=body)).status_code == status
