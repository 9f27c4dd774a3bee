"""Positions told by the platform of the workers' radios: who may tell them, and who is told."""

import json
import time
from uuid import uuid4

import pytest

from config.cameras import CamerasFile
from exchange.signature import sign
from gis.coordinate_systems import to_wgs84
from tests.api.town import CONFIG, middle, running_town
from tests.wall.page_client import PageClient, page
from wall.positions import number_of

SECRET = "a-secret-of-the-radio-platform-long-enough"


def configured() -> CamerasFile:
    file = CONFIG.model_dump(mode="json", exclude_unset=True)
    file["credentials"] = {"radio": {"username": "radio", "password_env": "RADIO_SECRET"}}
    radio = {"kind": "webhook", "credentials": "radio", "per_minute": 6000}
    file["exchange"] = {
        "sources": [
            {"id": "radio", "name": "对讲平台", "positions": True, **radio},
            {"id": "east", "name": "东村对讲", "positions": True, "area": "east", "coordinates": "gcj02", **radio},
            {"id": "hotline", "name": "12345", **radio},
        ]
    }
    return CamerasFile.model_validate(file)


def said(worker: str, lon: float, lat: float, at: float, accuracy_m: float = 5.0) -> dict[str, object]:
    return {"worker": worker, "lon": lon, "lat": lat, "at": at, "accuracy_m": accuracy_m}


async def test_from_the_radio_to_the_pages_that_may_know(tmp_path, monkeypatch):
    monkeypatch.setenv("RADIO_SECRET", SECRET)
    async with running_town(tmp_path, config=configured()) as town:
        stranger = town.client()

        async def tell(source: str, *positions: dict[str, object], secret: str = SECRET) -> tuple[int, dict]:
            raw, at, message = json.dumps({"positions": positions}).encode(), int(time.time()), uuid4().hex
            headers = {"webhook-id": message, "webhook-timestamp": str(at)}
            headers["webhook-signature"] = sign(secret, message, at, raw)
            reply = await stranger.post(f"/exchange/positions/{source}", content=raw, headers=headers)
            return reply.status_code, reply.json()

        async def where(name: str) -> list[float]:
            listed = (await town.client("operator@town").get("/workers")).json()["items"]
            return next([one["lon"], one["lat"]] for one in listed if one["id"] == ids[name])

        now = time.time()
        east, west = "grid_worker@east", "grid_worker@west"
        ids = {name: town.account_id(name) for name in (east, west)}
        lon, lat = (round(degrees, 6) for degrees in middle("east-g1"))
        for source, row, secret, status in (
            ("hotline", said(east, lon, lat, now), SECRET, 403),
            ("none", said(east, lon, lat, now), SECRET, 403),
            ("radio", said(east, lon, lat, now), "x" * 40, 403),
            ("radio", said(east, 190.0, lat, now), SECRET, 422),
            ("radio", said(east, lon, lat, now - 30 * 86400), SECRET, 422),
        ):
            assert (await tell(source, row, secret=secret))[0] == status, (source, row)
        assert (await tell("radio", said(east, lon, lat, now), said(west, lon, 95.0, now)))[1]["error"]["where"] == (
            "positions.1"
        )
        assert await where(east) == [None, None]

        def bearer(account: str) -> dict[str, str]:
            return {"authorization": f"Bearer {town.token(account)}"}

        async with (
            page(town.live_url, additional_headers=bearer("operator@east")) as room,
            page(town.live_url, additional_headers=bearer("operator@west")) as neighbour,
            page(town.live_url, additional_headers=bearer("post_staff@town")) as post,
        ):
            for client in (room, neighbour, post):
                await client.say(type="positions", on=True)
                await client.say(type="events", topics=["worker"])
                await client.say(type="ping", at=0)
                await client.until(lambda c: c.of_type("pong"))
            rows = [said(east, lon, lat, now - 10), said("operator@east", lon, lat, now), said("nobody", lon, lat, now)]
            assert await tell("radio", *rows) == (200, {"taken": 1, "unknown": ["operator@east", "nobody"]})
            assert await told(room, ids[east]) == (lon, lat)
            # Of one position in a batch the newest counts, and a jump to the next county is not believed.
            rows = [said(east, lon + 2e-4, lat, now - 4), said(east, lon + 1e-4, lat, now - 5)]
            assert (await tell("radio", *rows, said(east, lon + 0.5, lat, now - 3)))[1]["taken"] == 3
            assert await told(room, ids[east], lon + 2e-4) == pytest.approx((lon + 2e-4, lat), abs=1e-6)
            assert await where(east) == pytest.approx([lon + 2e-4, lat], abs=1e-6)
            # A source of the east speaks for nobody elsewhere, and its coordinates are brought to WGS 84.
            off = to_wgs84("gcj02", lon, lat)
            shifted = 2 * lon - off[0], 2 * lat - off[1]
            reply = await tell("east", said(east, *shifted, now - 2), said(west, *middle("west-g1"), now))
            assert reply == (200, {"taken": 1, "unknown": [west]})
            assert await told(room, ids[east], lon) == pytest.approx((lon, lat), abs=1e-5)
            # His own phone's positions come by the same way, and not a second time as an event.
            body = {"positions": [{"lon": lon + 3e-4, "lat": lat, "accuracy_m": 4, "at": now - 1}]}
            assert (await town.client(east).post("/phone/positions", json=body)).status_code == 200
            assert await told(room, ids[east], lon + 3e-4) == pytest.approx((lon + 3e-4, lat), abs=1e-6)
            assert room.of_type("event") == []
            assert (await town.client(east).post("/phone/duty", json={"on": True})).status_code == 200
            await room.until(lambda c: c.of_type("event"))
            # Nothing of it was for the neighbours, nor for who sees no workers; their own they are told.
            assert (neighbour.positions, post.positions) == ({}, {})
            assert (await tell("radio", said(west, *middle("west-g1"), now)))[0] == 200
            assert await told(neighbour, ids[west]) == pytest.approx(middle("west-g1"), abs=1e-6)
            assert set(neighbour.positions) == {number_of(ids[west])}
            # Who has been moved to the west is from then on told there, and in the east no more.
            patch = {"roles": [{"role": "grid_worker", "area": "west-g2"}]}
            admin = town.client("administrator@town")
            assert (await admin.patch(f"/accounts/{ids[east]}", json=patch)).status_code == 200
            before = room.positions[number_of(ids[east])]
            assert (await tell("radio", said(east, lon + 4e-4, lat, now)))[1]["taken"] == 1
            assert await told(neighbour, ids[east]) == pytest.approx((lon + 4e-4, lat), abs=1e-6)
            await room.say(type="positions", on=False)
            await room.say(type="positions", on=True)
            await room.say(type="ping", at=1)
            await room.until(lambda c: len(c.of_type("pong")) == 2)
            assert room.positions[number_of(ids[east])] == before


async def told(client: PageClient, worker_id: str, lon: float | None = None) -> tuple[float, float]:
    number = number_of(worker_id)

    def there(one: PageClient) -> bool:
        found = one.positions.get(number)
        return found is not None and (lon is None or abs(found[0] - lon) < 1e-5)

    await client.until(there)
    found = client.positions[number]
    return round(found[0], 6), round(found[1], 6)
