"""Desk, registers and administration by keyboard and for a screen reader: every control has a name and is reached."""

from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Page, expect

from incidents.service import NewCase
from tests.api.town import middle
from tests.wall.tile_page import Desk, desk

SCRIPT = Path(__file__).with_name("reachable.js")
pytestmark = [pytest.mark.browser, pytest.mark.timeout(120)]
FAULTS, TO_REACH, FOCUSED = (f"() => reachable.{name}()" for name in ("faults", "toReach", "focused"))


async def walk(page: Page) -> tuple[set[int], list[str]]:
    """What Tab does not come to within two rounds, and what does not show that it has the focus."""
    n = int(await page.evaluate(TO_REACH))
    assert n > 5
    await page.evaluate("() => document.activeElement?.blur()")
    left, unseen = set(range(n)), []
    for _ in range(2 * n + 40):
        await page.keyboard.press("Tab")
        now: dict[str, Any] = await page.evaluate(FOCUSED)
        if now["at"] is not None and int(now["at"]) in left:
            left.discard(int(now["at"]))
            if not now["seen"]:
                unseen.append(now["html"])
        if not left:
            break
    return left, unseen


async def check(page: Page, what: str) -> None:
    assert await page.evaluate(FAULTS) == [], what
    left, unseen = await walk(page)
    lost = [await page.evaluate(f"() => document.querySelector('[data-reach=\"{at}\"]')?.outerHTML") for at in left]
    assert (lost, unseen) == ([], []), what


async def furnish(shown: Desk) -> str:
    """A case with a vendor met in it; its number."""
    town = shown.town
    caller = town.incidents.accounts.authenticate(town.token("operator@town"))
    assert caller is not None
    case = town.incidents.create_case(caller, NewCase("05-01", *middle("east-g1"), 2, "摊贩"))
    vendor = {"kind": "vendor", "name": "王小二", "area": "east"}
    reply = await town.client("operator@town").post(f"/cases/{case.id}/parties", json={"party": vendor})
    assert reply.status_code == 200, reply.text
    return case.number


async def test_every_control_is_named_and_reached(tmp_path: Path) -> None:
    async with desk(tmp_path) as shown:
        number = await furnish(shown)
        async with shown.page("operator@town") as page:
            await page.add_init_script(path=SCRIPT)
            await page.goto(f"{shown.url}/cases")
            await page.get_by_test_id(f"queue-row-{number}").click()
            await expect(page.get_by_test_id("case-detail")).to_contain_text(number)
            await page.get_by_test_id("queue-stuck-open").click()
            await expect(page.get_by_test_id("queue-stuck")).to_contain_text("1 件")
            await check(page, "the desk")
            await page.get_by_test_id("queue-views").click()
            assert await page.evaluate(FAULTS) == []
            await page.goto(f"{shown.url}/registers")
            await page.get_by_test_id("party-row-王小二").click()
            await expect(page.get_by_test_id("party-card")).to_contain_text("王小二")
            await check(page, "the registers")
            await page.get_by_test_id("party-edit").click()
            assert await page.evaluate(FAULTS) == []
        async with shown.page("administrator@town") as page:
            await page.add_init_script(path=SCRIPT)
            await page.goto(f"{shown.url}/admin")
            await page.get_by_test_id("person-operator@town").wait_for()
            await check(page, "administration")
            await page.goto(f"{shown.url}/outbox")
            await expect(page.get_by_test_id("outbox-none")).to_be_visible()
            assert await page.evaluate(FAULTS) == []
            # It is seen at once when a control loses its name, or its place in the order.
            await page.evaluate("() => document.querySelector('select').removeAttribute('aria-label')")
            button = page.get_by_test_id("outbox-refresh")
            await button.evaluate("e => { e.tabIndex = -1; e.style.outline = 'none' }")
            faults = await page.evaluate(FAULTS)
            assert [one.split(":")[0] for one in faults] == ["no name", "not reached by Tab"]
            left, _ = await walk(page)
            assert len(left) == 1
