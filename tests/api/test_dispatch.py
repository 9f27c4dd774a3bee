"""Plans and ways over HTTP: a village's dispatcher plans with his own cases and people, and sees no other's."""

from dataclasses import replace

import pytest

from gis.road_network import road_network
from incidents.workers import Position
from tests.api.town import LAT, SIZE, TOWN_MAP, WEST, middle, running_town

ACROSS = {"type": "LineString", "coordinates": [[WEST, LAT + SIZE / 4], [WEST + 2 * SIZE, LAT + SIZE / 4]]}
ROADS = {
    "type": "FeatureCollection",
    "features": [{"type": "Feature", "properties": {"kind": "street"}, "geometry": ACROSS}],
}


async def test_a_plan_and_the_way(tmp_path):
    async with running_town(tmp_path, town_map=replace(TOWN_MAP, roads=road_network(ROADS))) as town:
        for village in ("east", "west"):
            await town.detect(village, f"{village}-stall")
            worker = town.incidents.accounts.authenticate(town.token(f"grid_worker@{village}"))
            assert worker is not None
            town.incidents.workers.set_duty(worker, True)
            lon, lat = middle(f"{village}-g1")
            here = Position(lon + 0.0003, lat, 5.0, town.centre.clock.now())
            town.incidents.workers.report_positions(worker, [here])
        ids = {}
        for village in ("east", "west"):
            (case,) = (await town.client(f"operator@{village}").get("/cases")).json()["items"]
            ids[village] = case["id"]
        both = list(ids.values())
        plan = (await town.client("operator@town").post("/dispatch/plan", json={"cases": both})).json()
        workers = [town.account_id(f"grid_worker@{village}") for village in ids]
        assert [(one["case_id"], one["worker"]["worker_id"]) for one in plan["items"]] == list(
            zip(both, workers, strict=True)
        )
        assert plan["items"][0]["why"]["zh"].startswith("首选人员:本网格,")
        assert plan["total_s"] == plan["one_by_one_s"] == sum(one["worker"]["travel_s"] for one in plan["items"])
        east = town.client("operator@east")
        own = (await east.post("/dispatch/plan", json={"cases": [ids["east"]]})).json()
        assert [one["worker"]["worker_id"] for one in own["items"]] == workers[:1]
        for cases in ([ids["west"]], both, ["none"]):
            assert (await east.post("/dispatch/plan", json={"cases": cases})).status_code == 404
        for cases in ([], ["x"] * 51, [""]):
            assert (await east.post("/dispatch/plan", json={"cases": cases})).status_code == 422
        way = (await east.get(f"/cases/{ids['east']}/way/{workers[0]}")).json()["way"]
        assert way["distance_m"] == pytest.approx(own["items"][0]["worker"]["way_m"])
        assert way["line"][0] == pytest.approx([middle("east-g1")[0] + 0.0003, middle("east-g1")[1]])
        assert (await east.get(f"/cases/{ids['east']}/way/{workers[1]}")).status_code == 404
        (candidate, *_) = (await east.get(f"/cases/{ids['east']}/candidates")).json()["items"]
        assert candidate["travel_s"] == pytest.approx(way["travel_s"])
