"""Devices found over HTTP and taken over as cameras; accounts by name; on a real cameras.yaml."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx

from config.accounts import account_named
from config.load import load_cameras
from sim.free_port import free_port
from sim.onvif.brand import DAHUA, HIKVISION
from tests.api.test_server_process import write_town
from tests.api.town import running_town
from tests.estate.test_search import ACCOUNT, device, devices
from tests.estate.town import write_estate

TYPED = {"username": ACCOUNT.username, "password": ACCOUNT.password}


async def ended(client: httpx.AsyncClient) -> dict[str, Any]:
    for _ in range(200):
        found = dict((await client.get("/estate/discovery")).json())
        if found["ended_at"]:
            return found
        await asyncio.sleep(0.05)
    raise AssertionError("the search does not end")


@asynccontextmanager
async def _one_that_says_nothing(host: str, port: int) -> AsyncIterator[None]:
    """A device that takes connections and never answers; what is still open is cut when the block ends."""
    taken: list[asyncio.StreamWriter] = []

    async def take(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        taken.append(writer)

    async with await asyncio.start_server(take, host, port):
        yield
        for writer in taken:
            writer.close()
        await asyncio.gather(*(writer.wait_closed() for writer in taken), return_exceptions=True)


async def test_devices_are_found_taken_over_and_known_from_then_on(tmp_path):
    folder = tmp_path / "config"
    folder.mkdir()
    config = write_town(folder)
    port = free_port()
    hosts = {"127.0.7.11": device("hik", HIKVISION), "127.0.7.12": device("dah", DAHUA, "another")}
    estate = {"cameras_file": config, "config": load_cameras(config)}
    async with running_town(tmp_path, **estate) as town, devices(hosts, port):
        client, colleague = town.client("administrator@town"), town.client("first")

        async def refused(form: dict[str, Any]) -> tuple[int, str]:
            answer = await client.post("/estate/discovery", json=form)
            error = answer.json()["error"]
            assert set(error["text"]["zh"]) - set(error["text"]["en"]), "both languages"
            return answer.status_code, error["where"]

        assert (await client.get("/estate/discovery")).status_code == 409
        interfaces = (await client.get("/estate/interfaces")).json()
        assert {"name": "lo", "address": "127.0.0.1", "network": "127.0.0.0/8"} in interfaces["items"]
        assert interfaces["allowed_networks"][0] == "127.0.0.0/8"
        assert await refused({}) == (422, "range")
        assert await refused({"range": "8.8.8.0/24"}) == (422, "range")
        assert await refused({"range": "127.0.0.0/8"}) == (422, "range")
        assert await refused({"interfaces": ["10.99.0.1"]}) == (422, "interfaces")
        assert await refused({"range": "127.0.7.1", "credentials": "none"}) == (422, "credentials")
        assert await refused({"range": "127.0.7.1", "username": "admin"}) == (422, "password")

        form = {"range": "127.0.7.10-14", "ports": [port], **TYPED}
        async with _one_that_says_nothing("127.0.7.20", port):
            slow = await client.post("/estate/discovery", json={**form, "range": "127.0.7.20"})
            assert slow.status_code == 202
            assert (await client.post("/estate/discovery", json=form)).status_code == 409, "one at a time"
            await client.delete("/estate/discovery")
        begun = await client.post("/estate/discovery", json=form)
        assert (begun.status_code, begun.json()["total"]) == (202, 5)
        found = await ended(client)
        assert (found["done"], found["typed"], found["problem"]) == (5, True, "")
        by_address = {one["address"]: one for one in found["devices"]}
        hik, dah = by_address["127.0.7.11"], by_address["127.0.7.12"]
        assert (hik["manufacturer"], hik["sub"]["width"], hik["known_as"]) == ("HIKVISION", 640, [])
        assert (dah["problem"]["code"], bool(dah["problem"]["zh"])) == ("not_authorized", True)

        chosen = {"number": hik["number"], "name": "清东村口", "area": "east"}
        unknown = await client.post("/estate/discovery/import", json={"devices": [{**chosen, "number": 9}]})
        assert (unknown.status_code, unknown.json()["error"]["where"]) == (422, "devices.0.number")
        nowhere = await client.post("/estate/discovery/import", json={"devices": [{**chosen, "area": ""}]})
        assert (nowhere.status_code, nowhere.json()["error"]["where"]) == (422, "devices.0.area")
        preview = (await client.post("/estate/discovery/import", json={"devices": [chosen]})).json()
        assert (preview["counts"]["new"], preview["form"]) == (1, "discovery")
        assert preview["accounts"] == [{"name": "admin-1", "username": "admin"}]
        # A password somebody else typed is not his to use.
        others = (await colleague.post("/estate/discovery/import", json={"devices": [chosen]})).json()
        assert others["accounts"] == []
        assert (await colleague.get("/estate/discovery")).json()["typed"] is False
        applied = await client.post(f"/estate/import/{preview['id']}/apply", json={})
        assert applied.json()["added"] == 1
        for said in (found, preview, applied.text, (await client.get("/estate/credentials")).text):
            assert ACCOUNT.password not in str(said)
        file = load_cameras(config)
        assert account_named(file.cameras[2].credentials, file, {}, folder) == ACCOUNT

        again = (await client.delete("/estate/discovery")).json()
        assert again["ended_at"] == found["ended_at"]
        assert [one["known_as"] for one in again["devices"] if one["number"] == hik["number"]] == [["cam-127-0-7-11"]]
        cameras = (await client.get("/estate/cameras")).json()["items"]
        assert [one["id"] for one in cameras] == ["east-cam", "west-cam", "cam-127-0-7-11"]
        assert (cameras[0]["host"], cameras[0]["turns"], cameras[0]["check"]) == ("127.0.0.1", True, None)
        theirs = (await town.client("administrator@east").get("/estate/cameras")).json()["items"]
        assert [one["id"] for one in theirs] == ["east-cam", "cam-127-0-7-11"]
        template = await client.get("/estate/template.xlsx")
        assert template.content.startswith(b"PK")


async def test_accounts_are_listed_set_and_removed_and_never_shown(tmp_path, monkeypatch):
    monkeypatch.setenv("ROADSIDE", "road-pass")
    folder = tmp_path / "config"
    folder.mkdir()
    config = write_estate(folder)
    async with running_town(tmp_path, cameras_file=config) as town:
        client = town.client("administrator@town")

        async def entries() -> dict[str, dict[str, Any]]:
            listed = (await client.get("/estate/credentials")).json()["items"]
            return {one["name"]: one for one in listed}

        roadside = (await entries())["roadside"]
        assert (roadside["place"], roadside["where"], roadside["cameras"]) == ("environment", "ROADSIDE", ["office-01"])
        elsewhere = await client.put("/estate/credentials/roadside", json={"password": "x"})
        assert (elsewhere.status_code, "another place" in elsewhere.json()["error"]["message"]) == (409, True)
        assert (await client.put("/estate/credentials/new", json={"password": "x"})).status_code == 409
        assert (await client.put("/estate/credentials/a.b", json=TYPED)).status_code == 422
        assert (await client.put("/estate/credentials/new", json=TYPED)).status_code == 200
        assert (await client.put("/estate/credentials/new", json={"password": "second"})).status_code == 200
        file = load_cameras(config)
        account = account_named("new", file, {}, folder)
        assert account is not None
        assert (account.username, account.password) == ("admin", "second")
        listed = await entries()
        assert (listed["new"]["place"], listed["new"]["missing"], listed["new"]["cameras"]) == ("vault", False, [])
        used = await client.delete("/estate/credentials/roadside")
        assert (used.status_code, "office-01" in used.json()["error"]["text"]["zh"]) == (409, True)
        assert (await client.delete("/estate/credentials/new")).status_code == 200
        assert "new" not in await entries()
        odd = await client.put("/estate/credentials/new", json={"username": "a", "password": "secret\x01"})
        assert (odd.status_code, "secret" in odd.text) == (409, False)
