"""The audit and stand-ins through the whole API: real pages, pictures and sign-ins."""

import asyncio
import csv
import io

from tests.api.town import PASSWORD, running_town
from tests.wall.page_client import page


def looks(body):
    return {(one["camera_id"], one["how"], one["going_on"]) for one in body["items"] if one["kind"] == "look"}


async def test_who_looked_at_which_camera(tmp_path):
    async with running_town(tmp_path) as town:
        auditor, west = town.client("auditor@town"), town.client("auditor@west")
        bearer = {"authorization": f"Bearer {town.token('operator@town')}"}
        async with page(town.live_url, additional_headers=bearer) as client:
            for stream, camera in ((1, "east-cam"), (2, "east-cam"), (3, "west-cam"), (4, "no-such")):
                await client.say(type="open", stream=stream, camera=camera)
            await client.until(lambda c: c.of_stream(1) and c.of_stream(3) and c.states(4))
            await asyncio.to_thread(town.centre.audit.flush)
            seen = (await auditor.get("/audit?kind=look")).json()
            assert looks(seen) == {("east-cam", "live", True), ("west-cam", "live", True)}
            assert {one["actor_name"] for one in seen["items"]} == {"operator@town"}
            assert seen["items"][0]["address"] == "127.0.0.1"
            assert looks((await west.get("/audit")).json()) == {("west-cam", "live", True)}
        async with asyncio.timeout(20):
            while len(town.centre.pages):
                await asyncio.sleep(0.01)
        assert (await town.client("operator@east").get("/cameras/east-cam/snapshot.jpg")).status_code in (200, 503)
        await asyncio.to_thread(town.centre.audit.end)
        assert not any(one["going_on"] for one in (await auditor.get("/audit")).json()["items"])
        assert (await auditor.get("/audit?area=east&kind=look&how=live")).json()["items"][0]["times"] == 1
        assert (await west.get("/audit?area=east")).status_code == 404
        assert (await auditor.get("/audit?cursor=x")).status_code == 422
        first = (await auditor.get("/audit?limit=1")).json()
        then = (await auditor.get(f"/audit?limit=1&cursor={first['cursor']}")).json()
        assert then["items"][0]["seq"] < first["items"][0]["seq"]
        table = await auditor.get("/audit/export?kind=look")
        rows = list(csv.reader(io.StringIO(table.content.decode("utf-8-sig"))))
        assert rows[0][0] == "序号 No."
        assert {row[8] for row in rows[1:]} == {"east-cam", "west-cam"}
        assert (await town.client("operator@east").get("/cases/export")).status_code == 200
        (taken,) = (await town.client("auditor@east").get("/audit?kind=export")).json()["items"]
        assert (taken["actor_name"], taken["subject"]) == ("operator@east", "cases")
        assert (await west.get("/audit?kind=export")).json()["items"] == []
        assert (await auditor.get("/audit?kind=export")).json()["items"][1]["subject"] == "audit"


async def test_standing_in_over_http(tmp_path):
    async with running_town(tmp_path) as town:
        admin, room = town.client("administrator@town"), town.client("village_room@west")
        assert "case.dispatch" not in (await room.get("/me")).json()["permissions"]
        now = town.centre.clock.now()
        place = {
            "account_id": town.account_id("village_room@west"),
            "absent_id": town.account_id("operator@east"),
            "from_at": now,
            "until_at": now + 3600,
        }
        made = await admin.post("/stand-ins", json=place)
        assert made.status_code == 201, made.text
        me = (await room.get("/me")).json()
        assert [(one["name"], one["roles"][0]["area"]) for one in me["standing_in"]] == [("operator@east", "east")]
        assert [one["role"] for one in me["roles"]] == ["village_room"]
        assert "case.dispatch" in me["permissions"]
        assert {one["id"] for one in (await room.get("/cameras")).json()["items"]} == {"east-cam", "west-cam"}
        assert (await town.client("administrator@west").get("/stand-ins")).json()["items"] == []
        (listed,) = (await admin.get("/stand-ins")).json()["items"]
        assert (await admin.delete(f"/stand-ins/{listed['id']}")).json() == {"done": True}
        assert (await room.get("/me")).json()["standing_in"] == []

        account = f"/accounts/{town.account_id('dispatcher@east')}"
        later = {"at": now + 3600, "roles": [{"role": "dispatcher", "area": "west"}]}
        assert (await admin.put(f"{account}/move", json=later)).status_code == 200
        assert (await admin.get("/moves")).json()["items"][0]["roles"] == [{"role": "dispatcher", "area": "west"}]
        assert (await admin.delete(f"{account}/move")).status_code == 200
        unknown = await admin.patch(account, json={"post": "no-such-post"})
        assert (unknown.status_code, unknown.json()["error"]["where"]) == (422, "post")
        leaving = (await admin.patch(account, json={"leaves_at": now + 60})).json()
        assert leaving["leaves_at"] == now + 60
        assert (await admin.patch(account, json={"leaves_at": 0})).json()["leaves_at"] is None
        kinds = [one["kind"] for one in (await admin.get("/audit?kind=stand_in&kind=account")).json()["items"]]
        assert kinds[:6] == ["account", "account", "account", "account", "stand_in", "stand_in"]
        assert PASSWORD not in (await admin.get("/audit")).text
