"""The page's WebSocket through the whole API: who gets in, what it may see, and how soon that ends."""

import asyncio
import json
import time
from itertools import count
from typing import Any

import pytest
import websockets
from sqlalchemy import Table, update

from incidents.store.audit_schema import moves, stand_ins
from tests.api.town import PASSWORD, running_town
from tests.wall.page_client import PageClient, page


def bearer(town, account: str) -> dict[str, str]:
    return {"authorization": f"Bearer {town.token(account)}"}


DOORS = [
    ("no session", {}, 401),
    ("a session that is none", {"authorization": "Bearer nonsense"}, 401),
    ("another site's page", {"authorization": "TOKEN", "origin": "http://evil.example"}, 403),
    ("a cookie without an origin", {"cookie": "COOKIE"}, 403),
    ("a cookie from another site", {"cookie": "COOKIE", "origin": "http://evil.example"}, 403),
    ("a cookie from this site", {"cookie": "COOKIE", "origin": "OWN"}, 101),
    ("a program", {"authorization": "TOKEN"}, 101),
]


@pytest.mark.parametrize(("headers", "status"), [row[1:] for row in DOORS], ids=[row[0] for row in DOORS])
async def test_who_gets_in(tmp_path, headers, status):
    async with running_town(tmp_path) as town:
        token = town.token("operator@east")
        real = {"TOKEN": f"Bearer {token}", "COOKIE": f"gridwatch_session={token}", "OWN": f"http://{town.address}"}
        sent = {name: real.get(value, value) for name, value in headers.items()}
        assert await knock(town.live_url, sent) == status
        async with asyncio.timeout(30):
            while len(town.centre.pages):
                await asyncio.sleep(0.01)


async def knock(url: str, headers: dict[str, str]) -> int:
    """The status of the handshake; 101 once the server has said hello."""
    try:
        async with websockets.connect(url, additional_headers=headers) as connection:
            return 101 if json.loads(await connection.recv()) == {"type": "hello", "protocol": 1} else 0
    except websockets.InvalidStatus as refused:
        return refused.response.status_code if b'"error"' in refused.response.body else 0


async def test_cameras_outside_the_callers_areas_do_not_exist(tmp_path):
    async with (
        running_town(tmp_path) as town,
        page(town.live_url, additional_headers=bearer(town, "operator@east")) as client,
    ):
        await client.say(type="open", stream=1, camera="west-cam")
        await client.say(type="open", stream=2, camera="east-cam", profile="main")
        await client.say(type="open", stream=3, camera="east-cam")
        await client.until(lambda c: c.of_stream(3))
        assert (client.states(1), client.states(2)) == (["ended"], ["ended"])
        assert not client.of_stream(1)


TOLD = [
    ("operator of the place", "operator@east", True),
    ("operator of the whole town", "operator@town", True),
    ("operator elsewhere", "operator@west", False),
    ("worker of the grid", "grid_worker@east", True),
    ("worker elsewhere", "grid_worker@west", False),
    ("display elsewhere", "display@west", False),
]


async def test_case_events_reach_those_who_may_see_the_case_and_nobody_else(tmp_path):
    async with running_town(tmp_path) as town, asyncio.TaskGroup() as group:
        heard: dict[str, list[str]] = {}

        async def listen(account: str, ready: asyncio.Event) -> None:
            async with page(town.live_url, additional_headers=bearer(town, account)) as client:
                await client.say(type="events", topics=["case", "camera", "worker"])
                await client.say(type="ping", at=0)
                await client.until(lambda c: c.of_type("pong"))
                ready.set()
                await client.read_for(2.0)
                heard[account] = [m["data"]["camera_id"] for m in client.of_type("event") if m["topic"] == "case"]

        ready = {account: asyncio.Event() for _, account, _ in TOLD}
        for account, event in ready.items():
            group.create_task(listen(account, event))
        for event in ready.values():
            await event.wait()
        await town.detect("east", "stall-1")
    assert {account: bool(found) for account, found in heard.items()} == {account: told for _, account, told in TOLD}
    assert {camera for found in heard.values() for camera in found} == {"east-cam"}


async def test_worker_positions_come_at_most_once_a_second_and_the_newest_wins(tmp_path):
    async with (
        running_town(tmp_path) as town,
        page(town.live_url, additional_headers=bearer(town, "operator@east")) as client,
    ):
        await client.say(type="events", topics=["worker"])
        worker = town.client("grid_worker@east")
        started = time.time()
        for step in range(12):
            position = {"lon": 120.42 + step / 10000, "lat": 30.05, "accuracy_m": 4, "at": started - 20 + step}
            assert (await worker.post("/phone/positions", json={"positions": [position]})).status_code == 200
        await client.until(lambda c: c.of_type("event") and c.of_type("event")[-1]["data"]["lon"] == 120.4211)
        took = time.time() - started
        assert len(client.of_type("event")) <= took + 2


async def until_closed(client: PageClient, seconds: float) -> int:
    with pytest.raises(websockets.ConnectionClosed) as closed:
        await client.read_for(seconds)
    return closed.value.rcvd.code


async def sign_out(town):
    assert (await town.client("operator@east").delete("/sessions/current")).status_code == 200


async def disable(town):
    path = f"/accounts/{town.account_id('operator@east')}"
    assert (await town.client("administrator@town").delete(path)).status_code == 200


async def move_elsewhere(town):
    path = f"/accounts/{town.account_id('operator@east')}"
    roles = [{"role": "operator", "area": "west"}]
    assert (await town.client("administrator@town").patch(path, json={"roles": roles})).status_code == 200


async def new_password(town):
    path = f"/accounts/{town.account_id('operator@east')}"
    assert (
        await town.client("administrator@town").patch(path, json={"password": PASSWORD + " new"})
    ).status_code == 200


REVOKED = [
    ("signed out", sign_out),
    ("account disabled", disable),
    ("roles given elsewhere", move_elsewhere),
    ("password changed by the administrator", new_password),
]


@pytest.mark.parametrize("revoke", [row[1] for row in REVOKED], ids=[row[0] for row in REVOKED])
async def test_revocation_cuts_pictures_and_page_within_seconds(tmp_path, revoke):
    async with (
        running_town(tmp_path) as town,
        page(town.live_url, additional_headers=bearer(town, "operator@east")) as client,
    ):
        await client.say(type="open", stream=1, camera="east-cam")
        await client.until(lambda c: c.of_stream(1))
        started = time.monotonic()
        await revoke(town)
        assert await until_closed(client, 5) == 4401
        assert time.monotonic() - started < 5
        assert client.messages[-1] == {"type": "revoked"}


async def test_rights_that_end_with_the_clock_or_by_another_end_on_the_open_page(tmp_path):
    """Standing in runs out, is ended, loses whom it was for; somebody moves: each within five seconds."""
    quick: dict[str, Any] = {"close_timeout": 0.5}  # pictures nobody reads any more would hold the farewell up
    async with (
        running_town(tmp_path) as town,
        page(town.live_url, additional_headers=bearer(town, "village_room@west"), **quick) as deputy,
        page(town.live_url, additional_headers=bearer(town, "operator@east"), **quick) as moving,
    ):
        admin, clock = town.client("administrator@town"), town.centre.clock
        ids = {name: town.account_id(name) for name in ("village_room@west", "operator@east", "supervisor@east")}
        await deputy.say(type="open", stream=1, camera="west-cam")

        def comes_now(table: Table, column: str) -> None:
            """What was to happen in an hour happens now, as the clock would have it: nobody is told."""
            with town.incidents.store.write() as transaction:
                transaction.connection.execute(update(table).values({column: clock.now()}))

        async def watches_the_east(absent: str) -> tuple[int, str]:
            place = {"account_id": ids["village_room@west"], "absent_id": ids[absent]}
            later = {"from_at": clock.now(), "until_at": clock.now() + 3600}
            made = await admin.post("/stand-ins", json={**place, **later})
            assert made.status_code == 201, made.text
            return await opened(deputy, "east-cam"), f"/stand-ins/{made.json()['id']}"

        async def opened(client: PageClient, camera: str) -> int:
            """The page looks at its rights anew beside the answer to who changed them: it may not know them yet."""
            for stream in count(10):
                await client.say(type="open", stream=stream, camera=camera)
                await client.until(lambda c, one=stream: c.of_stream(one) or "ended" in c.states(one))
                if client.of_stream(stream):
                    return stream
                assert stream < 200, "never allowed"
                await asyncio.sleep(0.02)
            raise AssertionError

        stream, _ = await watches_the_east("operator@east")
        assert "ended" not in deputy.states(stream)
        comes_now(stand_ins, "until_at")
        await deputy.until(lambda c: "ended" in c.states(stream), 5)
        again, stand_in = await watches_the_east("operator@east")
        assert (await admin.delete(stand_in)).status_code == 200
        await deputy.until(lambda c: "ended" in c.states(again), 5)
        last, _ = await watches_the_east("supervisor@east")
        assert (await admin.delete(f"/accounts/{ids['supervisor@east']}")).status_code == 200
        await deputy.until(lambda c: "ended" in c.states(last), 5)
        await deputy.say(type="ping", at=1.0)
        await deputy.until(lambda c: c.of_type("pong"))
        assert "ended" not in deputy.states(1), "his own goes on"

        await moving.say(type="open", stream=1, camera="east-cam")
        await moving.until(lambda c: c.of_stream(1))
        move = {"at": clock.now() + 3600, "roles": [{"role": "operator", "area": "west"}]}
        assert (await admin.put(f"/accounts/{ids['operator@east']}/move", json=move)).status_code == 200
        comes_now(moves, "at")
        await moving.until(lambda c: "ended" in c.states(1), 5)
        await opened(moving, "west-cam")


async def test_a_session_ended_behind_the_apis_back_is_noticed_too(tmp_path):
    """As by another process on the same store: no feed tells of it."""
    async with (
        running_town(tmp_path, rights_poll_seconds=0.3) as town,
        page(town.live_url, additional_headers=bearer(town, "operator@east")) as client,
    ):
        await client.say(type="open", stream=1, camera="east-cam")
        await client.until(lambda c: c.of_stream(1))
        with town.incidents.store.write() as transaction:
            transaction.connection.exec_driver_sql("DELETE FROM sessions")
        assert await until_closed(client, 5) == 4401


async def test_a_page_that_does_not_read_is_cut_off_too(tmp_path):
    async with (
        running_town(tmp_path) as town,
        page(town.live_url, additional_headers=bearer(town, "operator@east")) as client,
    ):
        await client.say(type="open", stream=1, camera="east-cam")
        await client.until(lambda c: c.of_stream(1))
        client.connection.transport.pause_reading()
        await disable(town)
        async with asyncio.timeout(5):
            while len(town.centre.pages):
                await asyncio.sleep(0.05)
        client.connection.transport.resume_reading()


async def test_an_account_may_open_only_so_many_pages(tmp_path):
    async with running_town(tmp_path, pages_per_account=2) as town:
        headers = bearer(town, "display@east")
        async with page(town.live_url, additional_headers=headers), page(town.live_url, additional_headers=headers):
            with pytest.raises(websockets.InvalidStatus) as refused:
                await websockets.connect(town.live_url, additional_headers=headers)
            assert refused.value.response.status_code == 429
            async with page(town.live_url, additional_headers=bearer(town, "display@west")):
                pass
        async with asyncio.timeout(30):
            while len(town.centre.pages):
                await asyncio.sleep(0.01)
        async with page(town.live_url, additional_headers=headers):
            pass


async def test_health_counts_what_the_caller_may_see(tmp_path):
    async with (
        running_town(tmp_path) as town,
        page(town.live_url, additional_headers=bearer(town, "operator@east")) as client,
    ):
        await client.say(type="open", stream=1, camera="east-cam")
        await client.until(lambda c: c.of_stream(1))
        east = (await town.client("operator@east").get("/health")).json()
        whole = (await town.client("operator@town").get("/health")).json()
    assert (east["cameras"], whole["cameras"]) == ({"live": 1}, {"live": 2})
    assert (east["pages"], east["live_streams"]) == (1, 1)
