"""The citizens' page: what anybody may do without an account, and that it is no more."""

from typing import Any

import cv2
import numpy as np
import pytest
from fastapi.routing import APIRoute

from api.policy import Public, policy_of
from api.routes import ROUTERS, citizen
from config.cameras import CamerasFile
from exchange.citizens import network_of
from tests.api.town import CONFIG, EAST, LAT, SIZE, middle, running_town

HIDDEN = b"Exif\x00\x00GPS: 30.05 N 120.43 E"


def photo() -> bytes:
    made = cv2.imencode(".jpg", np.full((60, 90, 3), 80, np.uint8))[1].tobytes()
    return made[:2] + b"\xff\xe1" + (len(HIDDEN) + 2).to_bytes(2, "big") + HIDDEN + made[2:]


def configured(**changed: Any) -> CamerasFile:
    file = CONFIG.model_dump(mode="json", exclude_unset=True)
    file["exchange"] = {"citizens": {"on": True, "area": "east", "case_classes": ["05-01", "01-02"], **changed}}
    return CamerasFile.model_validate(file)


def fields(grid: str = "east-g1", **changed: Any) -> dict[str, Any]:
    lon, lat = middle(grid)
    return {"case_class": "05-01", "lon": lon, "lat": lat, "words": "路口摆摊", **changed}


async def test_a_report_waits_for_review_and_its_sender_learns_how_far_it_is(tmp_path):
    async with running_town(tmp_path, config=configured()) as town:
        citizen_, operator = town.client(), town.client("operator@town")
        page = (await citizen_.get("/citizen")).json()
        assert [one["code"] for one in page["classes"]] == ["05-01", "01-02"]
        assert page["bounds"] == pytest.approx([EAST, LAT, EAST + SIZE, LAT + SIZE])
        assert (await citizen_.get("/citizen/map")).json() == {"type": "FeatureCollection", "features": []}

        sent = await citizen_.post(
            "/citizen/reports", data=fields(), files=[("photo", ("a.jpg", photo(), "text/plain"))]
        )
        assert sent.status_code == 201, sent.text
        receipt = sent.json()
        assert set(receipt) == {"number", "secret"}
        (case,) = (await operator.get("/cases")).json()["items"]
        assert (case["source"], case["state"], case["grid"]) == ("citizen", "review", "east-g1")
        detail = (await operator.get(f"/cases/{case['id']}")).json()
        assert detail["trace"][0]["detail"]["citizen_number"] == receipt["number"]
        assert receipt["secret"] not in str(detail)
        kept = await operator.get(f"/evidence/{detail['evidence'][0]['id']}")
        assert kept.headers["content-type"] == "image/jpeg"
        assert b"GPS" not in kept.content

        async def progress(**changed: str) -> Any:
            return await citizen_.post("/citizen/follow", json={**receipt, **changed})

        assert (await progress()).json() == {"progress": "received"}
        assert (await progress(secret=receipt["secret"].lower())).json() == {"progress": "received"}
        for action, told in (("confirm", "accepted"), ("strike-out", "declined")):
            await operator.post(f"/cases/{case['id']}/{action}", json={"reason": "x"} if action == "strike-out" else {})
            assert (await progress()).json() == {"progress": told}
        wrong = [(await progress(secret="AAAAAAAAAA")).status_code for _ in range(21)]
        assert (wrong[0], wrong[-1]) == (404, 429)
        assert (await progress()).status_code == 429


REFUSED = {
    "another village": (fields("west-g1"), "lon"),
    "a class not offered": (fields(case_class="05-04"), "case_class"),
    "no number": (fields(lon="here"), "lon"),
    "not a place": (fields(lat="nan"), "lat"),
    "too many words": (fields(words="x" * 501), "words"),
    "control characters": (fields(words="a\x00b"), "description"),
}


async def test_what_is_refused_and_how_much_is_taken(tmp_path):
    async with running_town(tmp_path, config=configured(per_address_per_hour=10)) as town:
        client = town.client()

        async def post(given: dict[str, Any], *files: bytes) -> Any:
            listed = [("photo", ("a.jpg", one, "image/jpeg")) for one in files]
            return await client.post("/citizen/reports", data=given, files=listed or None)

        for name, (given, where) in REFUSED.items():
            reply = await post(given)
            assert reply.status_code == 422, name
            assert where in reply.json()["error"]["where"], (name, reply.text)
        for files in ((b"<svg/>",), (photo(),) * 4):
            reply = await post(fields(), *files)
            assert (reply.status_code, reply.json()["error"]["where"]) == (422, "photo")
        assert (await post(fields(), b"\xff\xd8\xff" + bytes(11_000_000))).status_code == 413
        elsewhere = {"origin": "https://elsewhere.example"}
        assert (await client.post("/citizen/reports", data=fields(), headers=elsewhere)).status_code == 403
        while (reply := await post(fields())).status_code != 429:
            assert reply.status_code in (201, 422)
        assert int(reply.headers["retry-after"]) > 0
        assert (await town.client("operator@town").get("/cases")).json()["total"] <= 10


async def test_a_day_is_enough_for_the_whole_town(tmp_path):
    async with running_town(tmp_path, config=configured(per_day=1)) as town:
        client = town.client()
        assert (await client.post("/citizen/reports", data=fields())).status_code == 201
        assert (await client.post("/citizen/reports", data=fields(words="b"))).status_code == 429


async def test_off_there_is_no_such_interface_and_on_nothing_else_opens(tmp_path):
    routes = [
        (method, route.path.removeprefix("/api/v1"))
        for router in ROUTERS
        for route in router.routes
        if isinstance(route, APIRoute) and route.path.startswith("/api/") and not isinstance(policy_of(route), Public)
        for method in route.methods or ()
    ]
    mine = [(method, route.path) for route in citizen.router.routes for method in route.methods]
    async with running_town(tmp_path) as town:
        for method, path in mine:
            body = {"json": {"number": "1", "secret": "2"}} if path.endswith("follow") else {"data": fields()}
            given = body if method == "POST" else {}
            assert (await town.client().request(method, f"../..{path}", **given)).status_code == 404, path
    assert len(routes) > 100
    async with running_town(tmp_path, config=configured()) as town:
        client = town.client()
        for method, path in routes:
            assert (await client.request(method, path)).status_code == 401, (method, path)
        page = await client.get(f"http://{town.address}/report")
        assert "frame-ancestors 'none'" in page.headers["content-security-policy"]


def test_an_ipv6_customer_counts_once():
    assert network_of("2001:db8:1:2::1") == network_of("2001:db8:1:2:ffff::9") != network_of("2001:db8:1:3::1")
    assert network_of("::ffff:10.0.0.1") == network_of("10.0.0.1") == "10.0.0.1"
    assert network_of("testclient") == "testclient"
