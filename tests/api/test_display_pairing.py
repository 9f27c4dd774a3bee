"""A browser becomes a display: codes expire, are used once, cannot be guessed, and belong to the browser that asked."""

import asyncio
import time
from dataclasses import replace

import pytest

from tests.api.display_browser import DisplayBrowser, pair
from tests.api.town import RunningTown, running_town
from tests.incidents.world import TurnedClock
from wall.pairing import PairingRules

ADMIN = "administrator@town"


async def look_up(town: RunningTown, code: str, by: str = ADMIN) -> int:
    return (await town.client(by).post("/displays/look-up", json={"code": code})).status_code


async def test_from_code_to_display(tmp_path):
    async with running_town(tmp_path) as town, DisplayBrowser(town.address, "Hall TV/1.0") as browser:
        code = await browser.ask()
        assert await browser.poll() == "waiting"
        assert (await browser.instructions()).status_code == 401
        admin = town.client(ADMIN)
        seen = (await admin.post("/displays/look-up", json={"code": f" {code[:3].lower()}-{code[3:]} "})).json()
        assert (seen["browser"], seen["screen"], seen["address"]) == ("Hall TV/1.0", "3840x1080", "127.0.0.1")
        made = (await admin.post("/displays", json={"code": code, "name": "大厅电视", "area": "east"})).json()
        assert (made["name"], made["area_name"], made["showing"]) == ("大厅电视", "东村", {"kind": "blank"})
        assert await browser.poll() == "paired"
        told = (await browser.instructions()).json()
        assert (told["id"], told["name"], told["see"]) == (made["id"], "大厅电视", {"kind": "blank", "why": ""})
        assert await browser.poll() == "expired"


async def test_secret_token_and_code_are_in_no_answer_and_no_table(tmp_path):
    async with running_town(tmp_path) as town, DisplayBrowser(town.address) as browser:
        answer = await browser.client.post("/display/pairing", json={"screen": "1x1"})
        secret, code = browser.client.cookies["gridwatch_pairing"], answer.json()["code"]
        assert secret not in answer.text
        cookie = answer.headers["set-cookie"]
        assert "HttpOnly" in cookie
        assert "SameSite=strict" in cookie
        assert "Path=/api/v1/display" in cookie
        with town.incidents.store.read() as connection:
            stored = repr(connection.exec_driver_sql("SELECT * FROM display_pairings").all())
        assert secret not in stored
        assert code not in stored
        await town.client(ADMIN).post("/displays", json={"code": code, "name": "x", "area": "east"})
        paired = await browser.client.post("/display/pairing/poll")
        assert browser.token not in paired.text
        assert "HttpOnly" in next(one for one in paired.headers.get_list("set-cookie") if "gridwatch_display" in one)


class PairingClock(TurnedClock):
    """Stands still unless turned; waiting takes real time."""

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(min(seconds, 0.05))


async def test_a_code_expires(tmp_path):
    clock = PairingClock(time.time())
    async with running_town(tmp_path, clock=clock) as town, DisplayBrowser(town.address) as browser:
        code = await browser.ask()
        clock.pass_(299)
        assert await look_up(town, code) == 200
        clock.pass_(2)
        assert await look_up(town, code) == 404
        form = {"code": code, "name": "x", "area": "east"}
        assert (await town.client(ADMIN).post("/displays", json=form)).status_code == 404
        assert await browser.poll() == "expired"


async def test_a_code_typed_in_time_cannot_be_collected_late(tmp_path):
    clock = PairingClock(time.time())
    async with running_town(tmp_path, clock=clock) as town, DisplayBrowser(town.address) as browser:
        form = {"code": await browser.ask(), "name": "x", "area": "east"}
        assert (await town.client(ADMIN).post("/displays", json=form)).status_code == 201
        clock.pass_(301)
        assert await browser.poll() == "expired"


async def test_wrong_codes_are_slowed_down(tmp_path):
    async with running_town(tmp_path) as town, DisplayBrowser(town.address) as browser:
        code = await browser.ask()
        statuses = [await look_up(town, f"AAAAA{digit}") for digit in "234567"]
        assert statuses == [404] * 6
        assert await look_up(town, code) == 429
        form = {"code": code, "name": "x", "area": "east"}
        assert (await town.client(ADMIN).post("/displays", json=form)).status_code == 429


async def test_a_code_is_used_once(tmp_path):
    async with running_town(tmp_path) as town, DisplayBrowser(town.address) as browser:
        form = {"code": await browser.ask(), "name": "x", "area": "east"}
        admin = town.client(ADMIN)
        answers = await asyncio.gather(*(admin.post("/displays", json=form) for _ in range(4)))
        assert sorted(answer.status_code for answer in answers) == [201, 404, 404, 404]
        assert len((await admin.get("/displays")).json()["items"]) == 1


async def test_only_the_browser_that_asked_gets_the_session_and_only_once(tmp_path):
    """Two browsers wait; one code is typed. A copy of the winner's cookie races it."""
    async with (
        running_town(tmp_path) as town,
        DisplayBrowser(town.address) as browser,
        DisplayBrowser(town.address) as other,
        DisplayBrowser(town.address) as thief,
    ):
        code = await browser.ask()
        await other.ask()
        thief.client.cookies.update(browser.client.cookies)
        await town.client(ADMIN).post("/displays", json={"code": code, "name": "x", "area": "east"})
        states = await asyncio.gather(other.poll(), browser.poll(), thief.poll(), browser.poll(), thief.poll())
        assert states[0] == "waiting"
        assert sorted(states[1:]) == ["expired", "expired", "expired", "paired"]
        winners = [one for one in (browser, thief) if "gridwatch_display" in one.client.cookies]
        assert len(winners) == 1
        assert (await other.instructions()).status_code == 401


async def test_asking_again_makes_the_former_code_worthless(tmp_path):
    async with running_town(tmp_path) as town, DisplayBrowser(town.address) as browser:
        first = await browser.ask()
        second = await browser.ask()
        assert await look_up(town, first) == 404
        assert await look_up(town, second) == 200


async def test_only_so_many_may_wait_at_one_address(tmp_path):
    rules = replace(PairingRules(), per_address=3)
    async with running_town(tmp_path, pairing=rules) as town:
        for _ in range(3):
            async with DisplayBrowser(town.address) as browser:
                await browser.ask()
        async with DisplayBrowser(town.address) as one_more:
            refused = await one_more.client.post("/display/pairing", json={"screen": "1x1"})
        assert refused.status_code == 429
        assert int(refused.headers["retry-after"]) > 0


WHO_PAIRS = [
    ("administrator of the village", "administrator@east", "east", 201),
    ("of a grid below", "administrator@east", "east-g1", 201),
    ("of the whole town, at his village", "administrator@east", "t", 422),
    ("of another village", "administrator@west", "east", 422),
    ("operator", "operator@east", "east", 403),
    ("village room", "village_room@east", "east", 403),
    ("display", "display@east", "east", 403),
]


@pytest.mark.parametrize(("who", "area", "status"), [row[1:] for row in WHO_PAIRS], ids=[row[0] for row in WHO_PAIRS])
async def test_who_may_pair_where(tmp_path, who, area, status):
    async with running_town(tmp_path) as town, DisplayBrowser(town.address) as browser:
        form = {"code": await browser.ask(), "name": "x", "area": area}
        assert (await town.client(who).post("/displays", json=form)).status_code == status


async def test_another_browser_takes_the_place_of_a_broken_one(tmp_path):
    async with (
        running_town(tmp_path) as town,
        DisplayBrowser(town.address) as old,
        DisplayBrowser(town.address) as new,
    ):
        display = await pair(town, old)
        operator = town.client("operator@town")
        await operator.put(f"/displays/{display}/showing", json={"kind": "camera", "camera": "east-cam"})
        form = {"code": await new.ask(), "display": display}
        assert (await town.client("operator@town").post("/displays", json=form)).status_code == 403
        assert (await town.client("administrator@west").post("/displays", json=form)).status_code == 404
        assert (await town.client(ADMIN).post("/displays", json=form)).status_code == 201
        assert await new.poll() == "paired"
        assert await new.see() == {"kind": "camera", "camera": "east-cam"}
        assert (await old.instructions()).status_code == 401


async def test_a_session_lasts_while_it_is_in_use_and_ends_by_lying_idle(tmp_path):
    clock = PairingClock(time.time())
    async with running_town(tmp_path, clock=clock) as town, DisplayBrowser(town.address) as browser:
        await pair(town, browser)
        for _ in range(20):
            clock.pass_(25 * 86_400)
            assert (await browser.instructions()).status_code == 200
        clock.pass_(31 * 86_400)
        assert (await browser.instructions()).status_code == 401


async def test_a_display_beside_an_operator_in_one_browser(tmp_path):
    """A PC that drives both the desk and the wall: each page has its own session."""
    async with running_town(tmp_path) as town, DisplayBrowser(town.address) as browser:
        browser.client.cookies.set("gridwatch_session", town.token("operator@west"))
        await pair(town, browser)
        me = (await browser.client.get("/me")).json()["username"]
        as_display = (await browser.client.get("/me", params={"as": "display"})).json()
        assert (me, as_display["name"]) == ("operator@west", "大厅电视")
        assert (await browser.client.get("/display")).status_code == 404
