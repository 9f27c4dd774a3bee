"""What displays show, who may put it there, and what becomes of it when things come and go."""

import asyncio
import time
from typing import Any

import pytest
from fastapi.routing import APIRoute

from api.policy import Requires, SignedIn, policy_of
from api.routes import ROUTERS
from tests.api.display_browser import DisplayBrowser, pair
from tests.api.town import PASSWORD, RunningTown, running_town
from tests.wall.page_client import PageClient, page

ADMIN, OPERATOR = "administrator@town", "operator@town"
EAST, WEST = {"kind": "camera", "camera": "east-cam"}, {"kind": "camera", "camera": "west-cam"}


def both(layout: str = "4") -> dict[str, Any]:
    arrangement = {"layout": layout, "cameras": ["east-cam", None, "west-cam"]}
    return {"kind": "arrangement", "name": "早高峰", "arrangement": arrangement}


async def show(town: RunningTown, display: str, showing: dict[str, Any], by: str = OPERATOR) -> Any:
    return await town.client(by).put(f"/displays/{display}/showing", json=showing)


async def make_tour(town: RunningTown, *steps: list[str | None]) -> str:
    pages = [{"layout": "1", "cameras": cameras, "dwell_s": 5} for cameras in steps]
    made = await town.client(OPERATOR).post("/tours", json={"name": "巡街", "area": "t", "steps": pages})
    assert made.status_code == 201, made.text
    return str(made.json()["id"])


async def test_what_is_pushed_is_what_the_display_reads(tmp_path):
    async with running_town(tmp_path) as town, DisplayBrowser(town.address) as browser:
        display = await pair(town, browser, "t")
        await town.detect("east", "stall-1")
        case = (await town.client(OPERATOR).get("/cases")).json()["items"][0]["id"]
        tour = await make_tour(town, ["east-cam"], ["west-cam"])
        pushed = {
            "camera": EAST,
            "arrangement": both(),
            "case": {"kind": "case", "case_id": case},
            "tour": {"kind": "tour", "tour_id": tour},
            "blank": {"kind": "blank"},
        }
        for showing in pushed.values():
            answer = await show(town, display, showing)
            assert answer.status_code == 200, answer.text
            assert answer.json()["left_out"] == []
            see = await browser.see()
            if showing["kind"] == "tour":
                assert [step["cameras"] for step in see["tour"]["steps"]] == [["east-cam"], ["west-cam"]]
            else:
                assert {key: see[key] for key in showing} == showing
        stored = (await town.client(OPERATOR).get("/displays")).json()["items"][0]
        assert (stored["showing"], stored["shown_by"], stored["version"]) == ({"kind": "blank"}, OPERATOR, 6)


LEFT_OUT = [
    ("camera outside", WEST, 403, None),
    ("camera there is not", {"kind": "camera", "camera": "nowhere"}, 404, None),
    ("arrangement partly outside", both(), 200, ["west-cam"]),
    ("arrangement all outside", {**both(), "arrangement": {"layout": "1", "cameras": ["west-cam"]}}, 403, None),
    ("arrangement of a layout there is not", both("17"), 422, None),
    ("empty arrangement", {**both(), "arrangement": {"layout": "9", "cameras": []}}, 200, []),
    ("tour there is not", {"kind": "tour", "tour_id": "0" * 32}, 404, None),
    ("case there is not", {"kind": "case", "case_id": "0" * 32}, 404, None),
    ("something else", {"kind": "clock"}, 422, None),
    ("more than asked for", {"kind": "blank", "colour": "red"}, 422, None),
    ("a name too long", {**both(), "name": "长" * 101}, 422, None),
]


@pytest.mark.parametrize(("showing", "status", "out"), [row[1:] for row in LEFT_OUT], ids=[row[0] for row in LEFT_OUT])
async def test_a_display_shows_nothing_outside_its_area(tmp_path, showing, status, out):
    async with running_town(tmp_path) as town, DisplayBrowser(town.address) as browser:
        display = await pair(town, browser, "east")
        answer = await show(town, display, showing)
        assert answer.status_code == status, answer.text
        if out is not None:
            assert answer.json()["left_out"] == out
        assert "west" not in (await browser.instructions()).text


async def test_a_tour_leaves_out_what_lies_outside_and_is_read_anew_when_it_is_changed(tmp_path):
    async with running_town(tmp_path) as town, DisplayBrowser(town.address) as browser:
        display = await pair(town, browser, "east")
        tour = await make_tour(town, ["west-cam"], ["east-cam", None])
        answer = await show(town, display, {"kind": "tour", "tour_id": tour})
        assert answer.json()["left_out"] == ["west-cam"]
        assert [step["cameras"] for step in (await browser.see())["tour"]["steps"]] == [["east-cam", None]]
        await town.client(OPERATOR).delete(f"/tours/{tour}")
        assert await browser.see() == {"kind": "blank", "why": "gone"}


async def test_a_case_outside_the_displays_area_is_refused(tmp_path):
    async with running_town(tmp_path) as town, DisplayBrowser(town.address) as browser:
        display = await pair(town, browser, "east")
        await town.detect("west", "stall-1")
        case = (await town.client(OPERATOR).get("/cases")).json()["items"][0]["id"]
        assert (await show(town, display, {"kind": "case", "case_id": case})).status_code == 403


async def test_a_person_puts_up_only_what_he_sees_himself(tmp_path):
    """He holds a display of the whole town, and cameras of one village."""
    async with running_town(tmp_path) as town, DisplayBrowser(town.address) as browser:
        display = await pair(town, browser, "t")
        roles = [{"role": "operator", "area": "east"}]
        await town.client(ADMIN).post("/accounts", json={"username": "odd", "password": PASSWORD, "roles": roles})
        assert (await show(town, display, EAST, by="odd")).status_code == 404
        with town.incidents.store.write() as transaction:
            transaction.connection.exec_driver_sql(f"UPDATE displays SET area = 'east' WHERE id = '{display}'")
        assert (await show(town, display, EAST, by="odd")).status_code == 200
        answer = await show(town, display, both(), by="odd")
        assert answer.json()["left_out"] == ["west-cam"]
        assert "west-cam" not in (await town.client(OPERATOR).get("/displays")).text


WHO_SEES = [
    ("operator of the village", "operator@east", True, True),
    ("supervisor of the town", "supervisor@town", True, True),
    ("administrator of the village", "administrator@east", True, True),
    ("operator of another village", "operator@west", False, False),
    ("village room", "village_room@east", False, False),
    ("grid worker", "grid_worker@east", False, False),
    ("another display", "display@east", False, False),
]


@pytest.mark.parametrize(("who", "sees"), [(row[1], row[2]) for row in WHO_SEES], ids=[row[0] for row in WHO_SEES])
async def test_who_sees_and_commands_a_display_of_a_village(tmp_path, who, sees):
    async with running_town(tmp_path) as town, DisplayBrowser(town.address) as browser:
        display = await pair(town, browser, "east")
        listed = (await town.client(who).get("/displays")).json()
        assert [one["id"] for one in listed.get("items", [])] == ([display] if sees else [])
        requests = (("PUT", "/showing", EAST), ("POST", "/identify", None), ("POST", "/reload", None))
        for method, path, body in requests:
            answer = await town.client(who).request(method, f"/displays/{display}{path}", json=body)
            assert (answer.status_code == 200) == sees, answer.text


async def test_a_village_operator_knows_nothing_of_the_towns_display(tmp_path):
    async with running_town(tmp_path) as town, DisplayBrowser(town.address) as browser:
        display = await pair(town, browser, "t")
        village = town.client("operator@east")
        assert (await village.get("/displays")).json() == {"items": []}
        for method, path, body in (("PUT", "/showing", EAST), ("POST", "/identify", None), ("POST", "/reload", None)):
            assert (await village.request(method, f"/displays/{display}{path}", json=body)).status_code == 404
        boss = town.client("administrator@east")
        assert (await boss.patch(f"/displays/{display}", json={"name": "x"})).status_code == 404
        assert (await boss.delete(f"/displays/{display}")).status_code == 404


UNSAFE = [
    pytest.param(method, route.path, id=f"{method} {route.path}")
    for router in ROUTERS
    for route in router.routes
    if isinstance(route, APIRoute) and isinstance(policy_of(route), Requires | SignedIn)
    for method in sorted((route.methods or set()) - {"GET", "HEAD"})
]
ITS_OWN = {"POST /api/v1/display/report", "DELETE /api/v1/sessions/current"}


async def test_a_display_can_do_nothing_but_see(tmp_path):
    """Every route that changes anything, with the display's own session."""
    done = []
    async with running_town(tmp_path) as town, DisplayBrowser(town.address) as browser:
        await pair(town, browser, "east")
        before = await everything(town)
        for row in UNSAFE:
            method, path = str(row.values[0]), str(row.values[1])
            if f"{method} {path}" in ITS_OWN:
                continue
            url = path.removeprefix("/api/v1").replace("{camera_id}", "east-cam")
            answer = await browser.client.request(method, url, params={"as": "display"}, json={})
            if answer.status_code not in (401, 403, 404, 405, 415, 422):
                done.append(f"{method} {path}: {answer.status_code}")
        after = await everything(town)
    # What an account keeps for itself (its stars) hurts nobody; all else must be refused.
    assert [one for one in done if "/favourites" not in one] == []
    assert after == before


async def everything(town: RunningTown) -> dict[str, Any]:
    admin = town.client(ADMIN)
    found = {}
    for path in ("/accounts", "/displays", "/cases", "/alarm-rules", "/presets", "/tours"):
        found[path] = (await admin.get(path)).json()
    return found


async def test_removing_a_display_cuts_its_pictures_at_once(tmp_path):
    async with running_town(tmp_path) as town, DisplayBrowser(town.address) as browser:
        display = await pair(town, browser, "east")
        async with watching(town, browser) as client:
            await client.say(type="open", stream=1, camera="east-cam")
            await client.until(lambda c: c.of_stream(1))
            started = time.monotonic()
            assert (await town.client(ADMIN).delete(f"/displays/{display}")).status_code == 200
            await client.until(lambda c: c.of_type("revoked"), seconds=5)
            assert time.monotonic() - started < 5
        assert (await browser.instructions()).status_code == 401
        assert (await town.client(OPERATOR).get("/displays")).json() == {"items": []}


async def test_moving_a_display_cuts_what_its_new_area_does_not_cover(tmp_path):
    async with running_town(tmp_path) as town, DisplayBrowser(town.address) as browser:
        display = await pair(town, browser, "east")
        await show(town, display, EAST)
        async with watching(town, browser) as client:
            await client.say(type="open", stream=1, camera="east-cam")
            await client.until(lambda c: c.of_stream(1))
            moved = await town.client(ADMIN).patch(f"/displays/{display}", json={"area": "west", "name": "西厅"})
            assert (moved.json()["name"], moved.json()["area"]) == ("西厅", "west")
            await client.until(lambda c: "ended" in c.states(1), seconds=5)
        assert await browser.see() == {"kind": "blank", "why": "not_allowed"}
        assert (await town.client("operator@east").get("/displays")).json() == {"items": []}


def watching(town: RunningTown, browser: DisplayBrowser):
    headers = {"cookie": f"gridwatch_display={browser.token}", "origin": f"http://{town.address}"}
    return page(f"{town.live_url}?as=display", additional_headers=headers)


async def listening(client: PageClient) -> None:
    await client.say(type="events", topics=["display"])
    await client.say(type="ping", at=0)
    await client.until(lambda c: c.of_type("pong"))


def display_events(client: PageClient) -> list[dict[str, Any]]:
    return [message["data"] for message in client.of_type("event") if message["topic"] == "display"]


async def test_events_go_to_the_display_and_to_its_operators_and_to_nobody_else(tmp_path):
    async with (
        running_town(tmp_path) as town,
        DisplayBrowser(town.address) as browser,
        DisplayBrowser(town.address) as other,
    ):
        display = await pair(town, browser, "east")
        await pair(town, other, "east")
        accounts = ("operator@east", "operator@west", "village_room@east")
        async with (
            watching(town, browser) as its,
            watching(town, other) as others,
            page(town.live_url, additional_headers=bearer(town, accounts[0])) as east,
            page(town.live_url, additional_headers=bearer(town, accounts[1])) as west,
            page(town.live_url, additional_headers=bearer(town, accounts[2])) as room,
        ):
            for client in (its, others, east, west, room):
                await listening(client)
            await show(town, display, EAST)
            await town.client(OPERATOR).post(f"/displays/{display}/identify")
            await its.until(lambda c: any(one["what"] == "identify" for one in display_events(c)))
            await east.until(lambda c: display_events(c))
            for client in (others, west, room):
                await client.read_for(0.5)
            assert [one["what"] for one in display_events(its)] == ["show", "identify"]
            assert "camera" not in str(display_events(its))
            told = display_events(east)[0]
            assert (told["what"], told["display"]["showing"]) == ("state", EAST)
            assert [display_events(client) for client in (others, west, room)] == [[], [], []]


def bearer(town: RunningTown, account: str) -> dict[str, str]:
    return {"authorization": f"Bearer {town.token(account)}"}


async def test_what_is_shown_and_the_pairing_survive_a_restart(tmp_path):
    async with running_town(tmp_path) as town, DisplayBrowser(town.address) as browser:
        display = await pair(town, browser, "east")
        await show(town, display, both())
        await browser.report()
        token, before = browser.token, await browser.see()
    async with running_town(tmp_path) as town, DisplayBrowser(town.address) as browser:
        browser.client.cookies.set("gridwatch_display", token)
        assert await browser.see() == before
        listed = (await town.client(OPERATOR).get("/displays")).json()["items"][0]
        assert (listed["connected"], listed["health"]["screen"]) == (False, "3840x1080")
        await browser.report()
        assert (await town.client(OPERATOR).get("/displays")).json()["items"][0]["connected"] is True


async def test_reports_say_how_a_display_is_and_silence_that_it_is_gone(tmp_path):
    async with running_town(tmp_path) as town, DisplayBrowser(town.address, "Chromium 140") as browser:
        display = await pair(town, browser, "east")
        await show(town, display, EAST)
        answer = (await browser.report(fps=13.5, tiles={"live": 3, "stale": 1})).json()
        assert answer["version"] == 2
        found = (await town.client(OPERATOR).get("/displays")).json()["items"][0]
        assert found["connected"]
        assert abs(found["heard_at"] - time.time()) < 5
        health = found["health"]
        assert (health["fps"], health["tiles"]["live"], health["tiles"]["stale"]) == (13.5, 3, 1)
        assert health["browser"] == "Chromium 140"
        async with page(town.live_url, additional_headers=bearer(town, OPERATOR)) as client:
            await listening(client)
            # Three missed reports: in real time, since silence is what is measured.
            await client.until(
                lambda c: any(not one["display"]["connected"] for one in display_events(c) if one["what"] == "state"),
                seconds=20,
            )


BAD_REPORTS = [
    ("a screen that is none", {"screen": "wide"}),
    ("pictures without end", {"fps": 1e9}),
    ("tiles without number", {"tiles": {"live": -1}}),
    ("more than asked for", {"colour": "red"}),
]


@pytest.mark.parametrize("changed", [row[1] for row in BAD_REPORTS], ids=[row[0] for row in BAD_REPORTS])
async def test_a_bad_report_is_refused(tmp_path, changed):
    async with running_town(tmp_path) as town, DisplayBrowser(town.address) as browser:
        await pair(town, browser, "east")
        assert (await browser.report(**changed)).status_code == 422


async def test_only_a_display_reports(tmp_path):
    async with running_town(tmp_path) as town:
        for account in (OPERATOR, "display@east"):
            answer = await town.client(account).post(
                "/display/report",
                json={"fps": 1, "tiles": {}, "screen": "1x1", "uptime_s": 1, "version": 1},
            )
            assert answer.status_code == 404
            assert (await town.client(account).get("/display")).status_code == 404


async def test_two_operators_at_once_leave_one_of_their_pictures(tmp_path):
    async with running_town(tmp_path) as town, DisplayBrowser(town.address) as browser:
        display = await pair(town, browser, "t")
        answers = await asyncio.gather(*(show(town, display, one) for one in (EAST, WEST) * 4))
        assert {answer.status_code for answer in answers} == {200}
        versions = sorted(answer.json()["display"]["version"] for answer in answers)
        assert versions == list(range(2, 10))
        last = max(answers, key=lambda answer: answer.json()["display"]["version"]).json()["display"]["showing"]
        assert {key: (await browser.see())[key] for key in last} == last
