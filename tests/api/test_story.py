"""From a detection to the closed case, over HTTP and WebSocket alone."""

import asyncio

from tests.api.town import middle, running_town
from tests.wall.page_client import page


async def test_a_stall_is_seen_handled_and_verified_by_its_camera(tmp_path):
    async with running_town(tmp_path) as town:
        operator, worker = town.client("operator@east"), town.client("grid_worker@east")
        lon, lat = middle("east-g1")
        async with page(
            town.live_url, additional_headers={"authorization": f"Bearer {town.token('operator@east')}"}
        ) as screen:
            await screen.say(type="events", topics=["case", "worker"])
            await screen.say(type="open", stream=1, camera="east-cam")
            await screen.until(lambda s: s.of_stream(1))
            assert (await worker.post("/phone/duty", json={"on": True})).status_code == 200
            position = {"lon": lon, "lat": lat, "accuracy_m": 5, "at": town.centre.clock.now()}
            assert (await worker.post("/phone/positions", json={"positions": [position]})).json() == {"stored": 1}
            await town.detect("east", "stall-1")
            event = await screen.until(lambda s: [m for m in s.of_type("event") if m["topic"] == "case"])
            case = event[0]["data"]
            assert (case["state"], case["camera_id"], case["grid"]) == ("filed", "east-cam", "east-g1")

            candidates = (await operator.get(f"/cases/{case['id']}/candidates")).json()["items"]
            assert candidates[0]["available"]
            sent = await operator.post(f"/cases/{case['id']}/assign", json={"worker_id": candidates[0]["worker_id"]})
            assert sent.json()["state"] == "assigned", sent.text
            orders = (await worker.get("/phone/orders")).json()["items"]
            assert [order["id"] for order in orders] == [case["id"]]
            for action in ("accept", "arrive", "handle"):
                done = await worker.post(f"/cases/{case['id']}/{action}", json={})
                assert done.status_code == 200, done.text
            await screen.until(
                lambda s: [m for m in s.of_type("event") if m["topic"] == "case" and m["data"]["state"] == "closed"]
            )
        detail = (await operator.get(f"/cases/{case['id']}")).json()
        assert detail["resolution"] == "verified_by_camera"
        actions = [(entry["action"], entry["actor"]["kind"]) for entry in detail["trace"]]
        assert ("open", "camera") in actions
        assert ("verify", "camera") in actions
        assert [op for _, op, _ in town.live.asked if op != "ptz"] == ["verify"]
        pictures = [one for one in detail["evidence"] if one["kind"] == "picture"]
        assert len(pictures) == 2
        assert (await operator.get(f"/evidence/{pictures[1]['id']}")).content.startswith(b"\xff\xd8\xff")
        check = (await operator.get(f"/cases/{case['id']}/trace/check")).json()
        assert (check["valid"], check["entries"]) == (True, len(detail["trace"]))
        await asyncio.sleep(0)
