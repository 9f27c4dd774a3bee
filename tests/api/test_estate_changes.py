"""Cameras changed over HTTP on a real cameras.yaml: what is written, who may, and what pages see of it."""

import time
from pathlib import Path

import httpx
import pytest
import yaml

from config.load import load_cameras
from config.vault import Vault
from tests.api.test_pages import bearer
from tests.api.test_server_process import write_town
from tests.api.town import RunningTown, running_town
from tests.wall.page_client import page

COMMENT = "# 保留: the mayor's own words\n"
SECRET = "gate-7-secret"
NEW = {"name": "东门", "area": "east", "sub_url": "rtsp://127.0.0.1:1/new"}


@pytest.fixture
def config(tmp_path, monkeypatch) -> Path:
    """Both cameras are opened with one account, `shared`."""
    monkeypatch.setenv("SHARED", "shared-password")
    folder = tmp_path / "config"
    folder.mkdir()
    path = write_town(folder)
    whole = yaml.safe_load(path.read_text())
    whole["credentials"] = {"shared": {"username": "admin", "password_env": "SHARED"}}
    for camera in whole["cameras"]:
        camera["credentials"] = "shared"
    path.write_text(COMMENT + yaml.safe_dump(whole, sort_keys=False, allow_unicode=True), encoding="utf-8")
    return path


def written(config: Path) -> dict[str, dict]:
    text = config.read_text(encoding="utf-8")
    assert text.startswith(COMMENT)
    return {camera["id"]: camera for camera in yaml.safe_load(text)["cameras"]}


async def names(client: httpx.AsyncClient) -> dict[str, str]:
    return {one["id"]: one["name"] for one in (await client.get("/cameras")).json()["items"]}


def told(answer: httpx.Response) -> tuple[int, str, str]:
    error = answer.json()["error"]
    return answer.status_code, error["code"], error.get("where", "")


async def test_one_camera_is_changed_added_and_removed(tmp_path, config):
    async with running_town(tmp_path, cameras_file=config, config=load_cameras(config)) as town:
        chief = town.client("administrator@town")
        where = "/estate/cameras/east-cam"
        body = {"name": "东桥", "enabled": False, "position": {"lon": 120.421, "lat": 30.051, "height_m": 7.5},
                "main_url": "rtsp://127.0.0.1:1/main", "device_url": "http://127.0.0.1:2/onvif"}  # fmt: skip
        done = (await chief.patch(where, json=body)).json()
        assert (done["changed"], done["added"], done["removed"], done["unsettled"]) == (["east-cam"], [], [], [])
        now = written(config)["east-cam"]
        assert (now["name"], now["enabled"], now["position"]) == ("东桥", False, body["position"])
        assert now["streams"]["main"] == {"url": "rtsp://127.0.0.1:1/main"}
        assert {name: now[name] for name in ("zones", "view", "ptz", "credentials")} == {
            name: written(config)["west-cam"][name] for name in ("zones", "view", "ptz", "credentials")
        }
        seen = (await chief.get("/cameras/east-cam")).json()
        assert (seen["name"], seen["state"], seen["lon"], seen["profiles"]) == (
            "东桥",
            "disabled",
            120.421,
            ["sub", "main"],
        )
        assert seen["ptz"] is None
        assert (await chief.patch(where, json={"enabled": True, "main_url": None})).status_code == 200
        assert "main" not in written(config)["east-cam"]["streams"]
        assert (await chief.get("/cameras/east-cam")).json()["state"] == "live"
        assert [len(one.file["cameras"]) for one in town.live.configured] == [2, 2]

        made = await chief.post("/estate/cameras", json={**NEW, "account": {"username": "gate", "password": SECRET}})
        assert (made.status_code, made.json()["added"]) == (201, [made.json()["id"]])
        new_id = made.json()["id"]
        account = written(config)[new_id]["credentials"]
        assert Vault(config.parent, {}).password(account) == SECRET
        assert SECRET not in config.read_text() + made.text
        assert SECRET not in str(town.live.configured)
        changed = await chief.patch(f"/estate/cameras/{new_id}", json={"account": {"username": "g", "password": "2nd"}})
        assert changed.status_code == 200
        assert Vault(config.parent, {}).password(account) == "2nd"
        assert told(await chief.post("/estate/cameras", json={**NEW, "id": new_id})) == (409, "conflict", "id")

        await town.detect("east", "stall-1")
        assert told(await chief.delete(where)) == (409, "conflict", "with_open_cases")
        gone = await chief.delete(where, params={"with_open_cases": True})
        assert gone.json()["removed"] == ["east-cam"]
        assert (await chief.delete(f"/estate/cameras/{new_id}")).status_code == 200
        assert set(written(config)) == set(await names(chief)) == {"west-cam"}
        case = (await chief.get("/cases")).json()["items"][0]
        trace = (await chief.get(f"/cases/{case['id']}")).json()["trace"]
        assert (case["camera_id"], trace[0]["actor"]["name"]) == ("east-cam", "东桥")
        await town.detect("east", "stall-1", "gone")
        assert (await chief.get(f"/cases/{case['id']}")).json()["gone_at"]


REFUSED = [
    ("no name", {"name": ""}, 422, "name"),
    ("no area", {"area": None}, 422, "area"),
    ("no stream", {"sub_url": ""}, 422, "sub_url"),
    ("no address", {"sub_url": "http://127.0.0.1/x"}, 422, "sub_url"),
    ("a password in the address", {"main_url": "rtsp://a:b@127.0.0.1/x"}, 422, "main_url"),
    ("a place outside the world", {"position": {"lon": 500, "lat": 1, "height_m": 5}}, 422, "position.lon"),
    ("an area there is not", {"area": "north"}, 404, "area"),
    ("an account there is not", {"credentials": "nobody"}, 403, "credentials"),
    ("a network that is not allowed", {"sub_url": "rtsp://8.8.8.8/x"}, 422, "cameras.yaml"),
    ("a field there is not", {"colour": "red"}, 422, "colour"),
]


async def test_what_makes_no_camera_is_refused_and_said(tmp_path, config):
    before = config.read_text()
    async with running_town(tmp_path, cameras_file=config, config=load_cameras(config)) as town:
        chief = town.client("administrator@town")
        wrong = []
        for name, body, status, where in REFUSED:
            answer = await chief.patch("/estate/cameras/east-cam", json=body)
            if (answer.status_code, answer.json()["error"]["where"]) != (status, where):
                wrong.append(f"{name}: {answer.text}")
        assert wrong == []
        answer = await chief.patch("/estate/cameras/east-cam", json={"sub_url": "rtsp://8.8.8.8/x"})
        problem = answer.json()["error"]["problems"][0]
        assert (problem["key"], problem["value"]) == ("cameras[0].streams.sub.url", "'rtsp://8.8.8.8/x'")
        assert (await chief.patch("/estate/cameras/none", json={"name": "x"})).status_code == 404
        assert config.read_text() == before

        config.write_text(before.replace("name: 测试镇", "name: 测试镇\n  mayor: 王"))
        answer = await chief.post("/estate/reload")
        problem = answer.json()["error"]["problems"][0]
        line = config.read_text().splitlines().index("  mayor: 王") + 1
        assert (answer.status_code, problem["line"], problem["key"]) == (422, line, "town.mayor")
        assert (await town.client("administrator@east").patch("/estate/cameras/east-cam", json={"name": "x"})).json()[
            "error"
        ]["code"] == "conflict"
        assert set(await names(chief)) == {"east-cam", "west-cam"}
        assert town.live.configured == []

        config.write_text(before.replace("name: 测试镇", "name: 新镇").replace("west相机", "西桥"))
        done = (await chief.post("/estate/reload")).json()
        assert (done["changed"], done["next_start"]) == (["west-cam"], ["town"])
        assert (await names(chief))["west-cam"] == "西桥"


async def test_an_administrator_of_a_village_changes_its_cameras_and_sends_nobody_elses_password(tmp_path, config):
    async with running_town(tmp_path, cameras_file=config, config=load_cameras(config)) as town:
        east, west = town.client("administrator@east"), town.client("administrator@west")
        mine = "/estate/cameras/east-cam"
        assert (await west.patch(mine, json={"name": "x"})).status_code == 404
        assert (await west.delete(mine)).status_code == 404
        assert (await west.post("/estate/cameras", json=NEW)).status_code == 404
        assert (await east.post("/estate/reload")).status_code == 403
        assert (await town.client("operator@town").patch(mine, json={"name": "x"})).status_code == 403
        assert (await east.patch(mine, json={"name": "村口", "enabled": False})).status_code == 200
        assert told(await east.patch(mine, json={"area": "west"})) == (404, "not_found", "area")
        assert told(await east.patch(mine, json={"area": "t"})) == (404, "not_found", "area")
        trap = {"sub_url": "rtsp://127.0.0.1:9/listen"}
        stolen = (403, "not_allowed", "credentials")
        assert told(await east.patch(mine, json=trap)) == stolen
        assert told(await east.patch(mine, json={"device_url": "http://127.0.0.1:9/listen"})) == stolen
        assert told(await east.post("/estate/cameras", json={**NEW, "credentials": "shared"})) == stolen
        own = {**trap, "account": {"username": "u", "password": SECRET}}
        assert (await east.patch(mine, json=own)).status_code == 200
        assert (await east.patch(mine, json={"sub_url": "rtsp://127.0.0.1:9/other"})).status_code == 200
        # Another's edit takes effect with it, and is not told.
        config.write_text(config.read_text().replace("west相机", "西桥"))
        assert (await east.patch(mine, json={"name": "村头"})).json()["changed"] == ["east-cam"]
        assert await names(west) == {"west-cam": "西桥"}


async def test_pages_hear_of_it_and_see_no_more_than_they_may(tmp_path, config):
    """A camera that moves to another village is cut from the pages of its old one; the others play on."""
    async with (
        running_town(tmp_path, cameras_file=config, config=load_cameras(config)) as town,
        page(town.live_url, additional_headers=bearer(town, "operator@east")) as east,
        page(town.live_url, additional_headers=bearer(town, "operator@west")) as west,
        page(town.live_url, additional_headers=bearer(town, "operator@town")) as whole,
    ):
        for client in (east, west, whole):
            await client.say(type="events", topics=["estate"])
            for stream, camera in ((1, "east-cam"), (2, "west-cam")):
                await client.say(type="open", stream=stream, camera=camera)
        await east.until(lambda c: c.of_stream(1))
        await west.until(lambda c: c.of_stream(2))
        await whole.until(lambda c: c.of_stream(1) and c.of_stream(2))
        chief = town.client("administrator@town")
        began = time.monotonic()
        assert (await chief.patch("/estate/cameras/east-cam", json={"area": "west"})).status_code == 200
        await east.until(lambda c: c.states(1)[-1] == "ended")
        assert time.monotonic() - began < 5
        for client in (east, west, whole):
            await client.until(lambda c: c.of_type("event"))
            assert client.of_type("event") == [{"type": "event", "topic": "estate", "data": {}}]
        await west.say(type="open", stream=1, camera="east-cam")
        await west.until(lambda c: c.of_stream(1))
        assert (whole.states(1)[-1], whole.states(2)[-1]) == ("live", "live")
        assert await names(town.client("operator@east")) == {}
        await rename_tells_only_those_concerned(town, east, west)


async def rename_tells_only_those_concerned(town: RunningTown, east, west) -> None:
    before = len(east.of_type("event"))
    renamed = await town.client("administrator@town").patch("/estate/cameras/west-cam", json={"name": "西桥"})
    assert renamed.status_code == 200
    await west.until(lambda c: len(c.of_type("event")) == before + 1)
    await east.say(type="ping", at=7)
    await east.until(lambda c: c.of_type("pong"))
    assert len(east.of_type("event")) == before
