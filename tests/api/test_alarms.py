"""Alarms: which new cases raise one, who is told, who was first to acknowledge, and what displays make of them."""

import asyncio
import time
from typing import Any

import pytest

from tests.api.display_browser import DisplayBrowser, pair
from tests.api.town import RunningTown, middle, running_town
from tests.wall.page_client import PageClient, page

ADMIN, OPERATOR = "administrator@town", "operator@town"


async def make_case(town: RunningTown, village: str = "east", level: int = 2, nth: int = 0) -> str:
    lon, lat = middle(f"{village}-g1")
    form = {"case_class": "05-01", "level": level, "lon": lon + nth * 0.0003, "lat": lat, "camera_id": f"{village}-cam"}
    made = await town.client(OPERATOR).post("/cases", json=form)
    assert made.status_code == 201, made.text
    return str(made.json()["id"])


async def make_rule(town: RunningTown, by: str = ADMIN, **changed: Any) -> str:
    made = await town.client(by).post("/alarm-rules", json={"area": "t", "name": "全镇", **changed})
    assert made.status_code == 201, made.text
    return str(made.json()["id"])


async def alarms(town: RunningTown, account: str = OPERATOR) -> list[dict[str, Any]]:
    return list((await town.client(account).get("/alarms")).json()["items"])


async def raised(town: RunningTown, count: int, account: str = OPERATOR) -> list[dict[str, Any]]:
    async with asyncio.timeout(30):
        while len(found := await alarms(town, account)) < count:
            await asyncio.sleep(0.02)
    return found


async def settled(town: RunningTown) -> None:
    """Once the marker's alarm is there, what came before it has been considered too."""
    await make_rule(town, name="marker", min_level=4)
    marker = await make_case(town, "west", level=4, nth=30)
    async with asyncio.timeout(30):
        while marker not in {one["case"]["id"] for one in await alarms(town)}:
            await asyncio.sleep(0.02)


HOUR = time.strftime("%H", time.gmtime(time.time() + 8 * 3600))
NEXT = f"{(int(HOUR) + 2) % 24:02d}:00-{(int(HOUR) + 3) % 24:02d}:30"
CONCERNS = [
    ("everything", {}, True),
    ("the class", {"classes": ["05-01"]}, True),
    ("another class", {"classes": ["01-02"]}, False),
    ("the level", {"min_level": 2}, True),
    ("a higher level", {"min_level": 3}, False),
    ("the village", {"area": "east"}, True),
    ("the grid", {"area": "east-g1"}, True),
    ("the grid beside it", {"area": "east-g2"}, False),
    ("another village", {"area": "west"}, False),
    ("all day", {"hours": ["00:00-24:00"]}, True),
    ("other hours", {"hours": [NEXT]}, False),
    ("switched off", {"enabled": False}, False),
    ("step-ups alone", {"new_cases": False, "step_ups": True}, False),
]


@pytest.mark.parametrize(("changed", "raises"), [row[1:] for row in CONCERNS], ids=[row[0] for row in CONCERNS])
async def test_what_a_rule_concerns(tmp_path, changed, raises):
    async with running_town(tmp_path) as town:
        await make_rule(town, **changed)
        case = await make_case(town)
        await settled(town)
        assert (case in {one["case"]["id"] for one in await alarms(town)}) == raises


BAD_RULES = [
    ("hours that are none", {"hours": ["25:00-26:00"]}, "hours"),
    ("a class there is not", {"classes": ["99-99"]}, "classes"),
    ("a display there is not", {"display_id": "0" * 32}, "display_id"),
    ("an area there is not", {"area": "nowhere"}, "area"),
    ("an empty name", {"name": " "}, "name"),
    ("held for a moment", {"hold_s": 1}, "hold_s"),
    ("raised by nothing", {"new_cases": False}, "new_cases"),
    ("more than asked for", {"colour": "red"}, "colour"),
]


@pytest.mark.parametrize(("changed", "where"), [row[1:] for row in BAD_RULES], ids=[row[0] for row in BAD_RULES])
async def test_a_bad_rule_is_refused_and_says_why(tmp_path, changed, where):
    async with running_town(tmp_path) as town:
        answer = await town.client(ADMIN).post("/alarm-rules", json={"area": "t", "name": "x", **changed})
        assert (answer.status_code, answer.json()["error"]["where"]) == (422, where)
        assert (await town.client(ADMIN).get("/alarm-rules")).json() == {"items": []}


def told(client: PageClient) -> list[dict[str, Any]]:
    return [message["data"] for message in client.of_type("event") if message["topic"] == "alarm"]


async def test_alarms_reach_the_operators_of_the_place_and_nobody_else(tmp_path):
    accounts = ("operator@east", OPERATOR, "operator@west", "village_room@east", "grid_worker@east", "display@east")
    async with running_town(tmp_path) as town, asyncio.TaskGroup() as group:
        await make_rule(town)
        heard: dict[str, int] = {}
        ready = {account: asyncio.Event() for account in accounts}

        async def listen(account: str) -> None:
            headers = {"authorization": f"Bearer {town.token(account)}"}
            async with page(town.live_url, additional_headers=headers) as client:
                await client.say(type="events", topics=["alarm"])
                await client.say(type="ping", at=0)
                await client.until(lambda c: c.of_type("pong"))
                ready[account].set()
                await client.read_for(1.5)
                heard[account] = len(told(client))

        for account in accounts:
            group.create_task(listen(account))
        for event in ready.values():
            await event.wait()
        await make_case(town)
    assert heard == {account: int(account in accounts[:2]) for account in accounts}


async def test_the_first_to_acknowledge_is_named_to_all(tmp_path):
    async with running_town(tmp_path) as town:
        await make_rule(town)
        case = await make_case(town)
        await raised(town, 1)
        form = {"cases": [case]}
        first = (await town.client("operator@east").post("/alarms/acknowledge", json=form)).json()["items"][0]
        second = (await town.client(OPERATOR).post("/alarms/acknowledge", json=form)).json()["items"][0]
        assert first["acknowledged"]["by_name"] == "operator@east"
        assert second["acknowledged"] == first["acknowledged"]
        assert await alarms(town) == []


async def test_nobody_acknowledges_what_he_does_not_see(tmp_path):
    async with running_town(tmp_path) as town:
        await make_rule(town)
        case = await make_case(town)
        await raised(town, 1)
        assert await alarms(town, "operator@west") == []
        answer = await town.client("operator@west").post("/alarms/acknowledge", json={"cases": [case]})
        assert answer.status_code == 404
        assert len(await alarms(town)) == 1


async def test_a_case_that_ends_ends_its_alarm(tmp_path):
    async with running_town(tmp_path) as town:
        await make_rule(town)
        case = await make_case(town)
        await raised(town, 1)
        await town.client(OPERATOR).post(f"/cases/{case}/strike-out", json={"reason": "重复"})
        async with asyncio.timeout(30):
            while await alarms(town):
                await asyncio.sleep(0.02)
        answer = await town.client(OPERATOR).post("/alarms/acknowledge", json={"cases": [case]})
        assert answer.json()["items"][0]["acknowledged"]["by"] == ""


async def test_a_case_that_changes_raises_no_second_alarm(tmp_path):
    async with running_town(tmp_path) as town:
        await make_rule(town)
        case = await make_case(town)
        await raised(town, 1)
        await town.client(OPERATOR).post("/alarms/acknowledge", json={"cases": [case]})
        await town.client(OPERATOR).post(f"/cases/{case}/comment", json={"note": "看过"})
        await settled(town)
        assert case not in {one["case"]["id"] for one in await alarms(town)}


async def test_a_rule_of_the_town_is_read_and_switched_by_a_village_operator_for_himself(tmp_path):
    async with running_town(tmp_path) as town:
        rule = await make_rule(town)
        village = town.client("operator@east")
        assert [one["mine"] for one in (await village.get("/alarm-rules")).json()["items"]] == [True]
        assert (await village.put(f"/alarm-rules/{rule}/mine", json={"on": False})).status_code == 200
        assert [one["mine"] for one in (await village.get("/alarm-rules")).json()["items"]] == [False]
        assert [one["mine"] for one in (await town.client(OPERATOR).get("/alarm-rules")).json()["items"]] == [True]
        assert (await village.put(f"/alarm-rules/{rule}", json={"area": "t", "name": "x"})).status_code == 403
        boss = town.client("administrator@east")
        assert (await boss.put(f"/alarm-rules/{rule}", json={"area": "east", "name": "x"})).status_code == 404
        assert (await boss.delete(f"/alarm-rules/{rule}")).status_code == 404


async def test_a_rule_of_one_village_is_nothing_to_another(tmp_path):
    async with running_town(tmp_path) as town:
        rule = await make_rule(town, by="administrator@east", area="east")
        west = town.client("operator@west")
        assert (await west.get("/alarm-rules")).json() == {"items": []}
        assert (await west.put(f"/alarm-rules/{rule}/mine", json={"on": False})).status_code == 404


async def sees(browser: DisplayBrowser, case: str | None) -> None:
    """Waits until the display reads this case, or none."""
    async with asyncio.timeout(30):
        while (await browser.see()).get("case_id") != case:
            await asyncio.sleep(0.05)


async def test_displays_show_the_highest_and_go_back_to_what_they_showed(tmp_path):
    async with running_town(tmp_path) as town, DisplayBrowser(town.address) as browser:
        display = await pair(town, browser, "t")
        camera = {"kind": "camera", "camera": "west-cam"}
        await town.client(OPERATOR).put(f"/displays/{display}/showing", json=camera)
        await make_rule(town, display_id=display)
        low = await make_case(town, level=2)
        await sees(browser, low)
        equal = await make_case(town, level=2, nth=1)
        high = await make_case(town, level=4, nth=2)
        await sees(browser, high)
        listed = (await town.client(OPERATOR).get("/displays")).json()["items"][0]
        assert (listed["alarm"]["case_id"], listed["alarm"]["until"], listed["showing"]) == (high, None, camera)
        for case, after in ((high, equal), (low, equal), (equal, None)):
            await town.client(OPERATOR).post("/alarms/acknowledge", json={"cases": [case]})
            await sees(browser, after)
        assert await browser.see() == camera


async def test_an_alarm_on_a_display_survives_a_restart_and_ends_in_time(tmp_path):
    async with running_town(tmp_path) as town, DisplayBrowser(town.address) as browser:
        display = await pair(town, browser, "t")
        await town.client(OPERATOR).put(f"/displays/{display}/showing", json={"kind": "camera", "camera": "west-cam"})
        await make_rule(town, display_id=display, hold_s=5)
        case = await make_case(town)
        await sees(browser, case)
        token = browser.token
    async with running_town(tmp_path) as town, DisplayBrowser(town.address) as browser:
        browser.client.cookies.set("gridwatch_display", token)
        async with asyncio.timeout(30):
            while (await browser.see())["kind"] != "camera":
                await asyncio.sleep(0.1)
        assert [one["case"]["id"] for one in await alarms(town)] == [case]


async def test_a_display_is_not_switched_to_a_case_outside_its_area(tmp_path):
    async with running_town(tmp_path) as town, DisplayBrowser(town.address) as browser:
        display = await pair(town, browser, "east")
        await make_rule(town, display_id=display)
        await make_case(town, "west")
        await raised(town, 1)
        assert (await browser.see())["kind"] == "blank"
        case = await make_case(town, "east")
        await sees(browser, case)


async def test_pushing_something_else_takes_an_alarm_off_the_display(tmp_path):
    async with running_town(tmp_path) as town, DisplayBrowser(town.address) as browser:
        display = await pair(town, browser, "t")
        await make_rule(town, display_id=display)
        case = await make_case(town)
        await sees(browser, case)
        await town.client(OPERATOR).put(f"/displays/{display}/showing", json={"kind": "camera", "camera": "west-cam"})
        assert (await browser.see())["kind"] == "camera"
        assert len(await alarms(town)) == 1


async def test_a_rule_outlives_its_display(tmp_path):
    async with running_town(tmp_path) as town, DisplayBrowser(town.address) as browser:
        display = await pair(town, browser, "t")
        await make_rule(town, display_id=display)
        case = await make_case(town)
        await sees(browser, case)
        assert (await town.client(ADMIN).delete(f"/displays/{display}")).status_code == 200
        assert (await town.client(ADMIN).get("/alarm-rules")).json()["items"][0]["display_id"] is None
        await make_case(town, nth=1)
        await raised(town, 2)


async def test_cases_that_opened_while_nobody_listened_raise_their_alarms_at_the_start(tmp_path):
    async with running_town(tmp_path) as town:
        case = await make_case(town)
        await asyncio.sleep(0.2)
        with town.incidents.store.write() as transaction:
            transaction.connection.exec_driver_sql("DELETE FROM alarms")
        await make_rule(town)
    async with running_town(tmp_path) as town:
        assert [one["case"]["id"] for one in await raised(town, 1)] == [case]
