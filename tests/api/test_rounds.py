"""Watching rounds, whole: the API sends a dome round, the worker looks at what it shows, a hand goes first."""

import asyncio
import math

from gis.plane import distance_m
from tests.api.rounds_town import DOME, RoundsTown, rounds_town

OPERATOR, WORKER = "operator@town", "grid_worker@east"
PTZ = f"/cameras/{DOME}/ptz"


async def begin(town: RoundsTown) -> None:
    """Both views have been seen long enough to be known."""
    shown = await town.call(OPERATOR, "PUT", f"{PTZ}/rounds", {"on": True})
    assert [(one["id"], one["due"], one["zones"]) for one in shown["views"]] == [
        ("crossing", True, 1),
        ("river", True, 1),
    ]
    await town.until(lambda: town.ready("crossing") and town.ready("river"))


async def cases(town: RoundsTown) -> list[dict]:
    return (await town.call(OPERATOR, "GET", "/cases"))["items"]


async def zones_of_its_views(town: RoundsTown, stall: tuple[float, float]) -> None:
    """Drawn and tried out by view: on the ground that the view shows, and while the dome stands at it."""
    where, chief = f"/estate/cameras/{DOME}", "administrator@town"
    told = await town.call(chief, "GET", f"{where}/zones?view=crossing")
    assert ([one["id"] for one in told["views"]], told["view"], told["has_ground"]) == (
        ["crossing", "river"],
        "crossing",
        True,
    )
    (zone,) = (one["zone"] for one in told["zones"])
    placed = await town.call(chief, "POST", f"{where}/zones/place", {"view": "crossing", "polygon": zone["polygon"]})
    corners = placed["ground"]
    assert distance_m(*(sum(values) / 4 for values in zip(*corners, strict=True)), *stall) < 25.0
    assert (await town.call(chief, "GET", f"{where}/raster?view=crossing"))["lines"]
    elsewhere = await town.town.client(chief).get(f"{where}/zones", params={"view": "sky"})
    assert elsewhere.status_code == 404
    body = {"camera": DOME, "view": "crossing", "zones": [zone]}
    async with asyncio.timeout(20):
        while (answer := await town.town.client(chief).post("/trials", json=body)).status_code != 201:
            error = answer.json()["error"]
            assert "does not stand at its view" in error["message"] or "no whole picture" in error["message"]
            await asyncio.sleep(0.02)
    (thing,) = answer.json()["result"]["things"]
    assert thing["outcomes"][0]["zone"] == "crossing-stall"
    assert 0.8 < thing["size_m"][0] < 5.0


async def test_a_stall_in_one_view_is_a_case_and_its_leaving_is_seen_when_the_dome_comes_back(tmp_path):
    async with rounds_town(tmp_path) as town:
        await begin(town)
        place = town.put("stall", "crossing")
        await town.until(lambda: town.live.told)
        told = town.live.told[0]
        assert (told["phase"], told["view_id"], told["zone_id"]) == ("present", "crossing", "crossing-stall")
        assert distance_m(told["location"]["lon"], told["location"]["lat"], *place) < 5.0
        (case,) = await cases(town)
        assert (case["camera_id"], case["zone_id"]) == (DOME, "crossing-stall")
        shown = await town.call(OPERATOR, "GET", f"{PTZ}/rounds")
        assert shown["now"] == "watch"
        await zones_of_its_views(town, place)
        # A hand in the middle of a visit: it is over before the device has heard of it, and nothing is judged.
        await town.until(lambda: town.stands_at() == "crossing")
        await town.call(OPERATOR, "POST", f"{PTZ}/steer", {"pan": 0.5})
        assert town.stands_at() is None
        looked = town.live.analyst.looked
        await town.call(OPERATOR, "POST", f"{PTZ}/lock", {"minutes": 1})
        await asyncio.sleep(1.0)
        assert (await town.call(OPERATOR, "GET", f"{PTZ}/rounds"))["now"] is None
        assert town.live.analyst.looked <= looked + 1
        assert len(town.live.told) == 1
        # Handled while the hand is still on it: the dome comes when it is free, and sees that it is gone.
        town.domes.wares.take("stall")
        worker = town.town.account_id(WORKER)
        await town.call(OPERATOR, "POST", f"/cases/{case['id']}/assign", {"worker_id": worker})
        for action in ("accept", "arrive", "handle"):
            await town.call(WORKER, "POST", f"/cases/{case['id']}/{action}", {})
        await asyncio.sleep(0.5)
        assert (await cases(town))[0]["state"] == "handled"
        await town.call(OPERATOR, "DELETE", f"{PTZ}/lock")
        async with asyncio.timeout(30):
            while (found := await town.call(OPERATOR, "GET", f"/cases/{case['id']}"))["state"] != "closed":
                await asyncio.sleep(0.05)
        assert found["resolution"] == "verified_by_camera"
        await town.until(lambda: town.stands_at() == "river")
        assert {one["view_id"] for one in town.live.told} == {"crossing"}
        log = (await town.call(OPERATOR, "GET", f"{PTZ}/log"))["items"]
        system = [(row["action"], row["detail"].get("case")) for row in reversed(log) if row["actor"] is None]
        assert ("verify", case["id"]) in system
        assert len([row for row in system if row[0] == "watch"]) <= 3, "not every visit is worth a row"
        assert not math.isnan(found["lon"])
