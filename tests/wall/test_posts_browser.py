"""Posts in a real browser: a case three of them handle, and one that is moved up when its deadline goes by."""

from collections.abc import AsyncIterator
from dataclasses import replace

import pytest
import pytest_asyncio
from playwright.async_api import Page, async_playwright, expect

from config.load import load_posts
from incidents.accounts import NewAccount, RoleGiven
from incidents.rights import Caller
from incidents.service import NewCase
from runtime.clock import SystemClock
from tests.api.town import PASSWORD, RunningTown, middle, running_town
from tests.browser import launch
from tests.wall.tile_page import STATIC, Desk

pytestmark = [pytest.mark.browser, pytest.mark.timeout(120), pytest.mark.asyncio(loop_scope="module")]

HOUR = 3600.0
LEAD, GUARD, SERVICES = "town-law-enforcement", "town-public-order", "town-services"


class AheadClock(SystemClock):
    """The clock of the machine, set ahead by as much as it is told to."""

    ahead = 0.0

    def now(self) -> float:
        return super().now() + self.ahead


class Posts(Desk):
    clock: AheadClock

    @property
    def admin(self) -> Caller:
        found = self.town.incidents.accounts.authenticate(self.town.token("administrator@town"))
        assert found is not None
        return found

    def filed(self, case_class: str) -> str:
        """The number of a new case in the east."""
        wanted = NewCase(case_class, *middle("east-g1"), note="reported by hand")
        return self.town.incidents.create_case(self.admin, wanted).number


def employ(town: RunningTown, admin: Caller, post: str) -> None:
    """Somebody who works at the post, signing in by its name."""
    role = (RoleGiven("post_staff", "t"),)
    town.incidents.accounts.create(admin, NewAccount(post, PASSWORD, f"{post} staff", role, post))


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def desk(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Posts]:
    clock = AheadClock()
    async with (
        running_town(tmp_path_factory.mktemp("posts"), static_dir=STATIC, clock=clock) as town,
        async_playwright() as playwright,
    ):
        town.incidents.town = replace(town.incidents.town, posts=load_posts())
        browser = await launch(playwright)
        there = Posts(town, browser)
        there.clock = clock
        for post in (LEAD, GUARD, SERVICES):
            employ(town, there.admin, post)
        yield there
        await browser.close()


async def ask(page: Page, post: str, wanted: str) -> None:
    await page.get_by_test_id("case-post").select_option(post)
    await page.get_by_test_id("case-post-words").fill(wanted)
    await page.get_by_test_id("case-post-ask").click()
    await expect(page.get_by_test_id(f"case-part-{post}")).to_have_attribute("data-state", "asked")


async def do_part(desk: Posts, post: str, number: str, done: str) -> None:
    """What its own staff sees and does."""
    async with desk.page(post) as page:
        await page.get_by_test_id(f"case-item-{number}").click()
        part = page.get_by_test_id(f"case-part-{post}")
        await page.get_by_test_id(f"part-accept-{post}").click()
        await expect(part).to_have_attribute("data-state", "accepted")
        await page.get_by_test_id(f"part-done-{post}").click()
        await page.get_by_test_id("case-part-words").fill(done)
        await page.get_by_test_id("case-part-submit").click()
        await expect(part).to_have_attribute("data-state", "done")
        await expect(part).to_contain_text(done)


async def test_three_posts_handle_one_case(desk: Posts) -> None:
    number = desk.filed("01-01")
    async with desk.page("operator@town") as room, desk.page(LEAD) as lead:
        await room.get_by_test_id(f"case-item-{number}").click()
        routing = room.get_by_test_id("case-routing")
        await expect(routing).to_have_attribute("data-holder", LEAD)
        await expect(routing).to_contain_text("三级,私搭乱建(综合执法):自动派至镇综合执法平台")
        await expect(room.get_by_test_id("case-terms")).to_contain_text("违建已拆除")

        await lead.get_by_test_id(f"case-item-{number}").click()
        await lead.get_by_test_id("case-action-accept").click()
        await expect(room.get_by_test_id("case-state")).to_have_attribute("data-state", "accepted")
        await ask(lead, GUARD, "现场警戒")
        await ask(room, SERVICES, "清运建筑垃圾")
        await expect(lead.get_by_test_id(f"case-part-{SERVICES}")).to_be_visible()
        await expect(lead.get_by_test_id("case-action-handle")).to_have_count(0)

        await do_part(desk, GUARD, number, "已设警戒线")
        await room.get_by_test_id(f"part-withdraw-{SERVICES}").click()
        await room.get_by_test_id("case-part-words").fill("由施工方清运")
        await room.get_by_test_id("case-part-submit").click()
        await expect(lead.get_by_test_id(f"case-part-{SERVICES}")).to_have_attribute("data-state", "withdrawn")

        await lead.get_by_test_id("case-action-handle").click()
        await lead.get_by_test_id("case-found-removed").click()
        await expect(room.get_by_test_id("case-state")).to_have_attribute("data-state", "handled")
        # The operator has asked a post to join: he has a hand in it.
        await expect(room.get_by_test_id("case-action-verify")).to_have_count(0)
    async with desk.page("supervisor@town") as page:
        await page.get_by_test_id(f"case-item-{number}").click()
        await page.get_by_test_id("case-action-verify").click()
        await page.get_by_test_id("case-verdict-gone").click()
        await expect(page.get_by_test_id("case-state")).to_have_attribute("data-state", "closed")
        entries = page.get_by_test_id("trace-entry")
        await expect(entries.first).to_have_attribute("data-action", "verify")
        done = await entries.evaluate_all("rows => rows.map((row) => row.dataset.action)")
        lived = [
            "open",
            "route",
            "accept",
            "join",
            "join",
            "part_accept",
            "part_done",
            "part_withdraw",
            "handle",
            "verify",
        ]
        assert done == lived[::-1]


async def test_a_breach_moves_the_case_up_before_the_rooms_eyes(desk: Posts) -> None:
    number = desk.filed("04-05")
    async with desk.page("operator@town") as page:
        await page.get_by_test_id(f"case-item-{number}").click()
        routing = page.get_by_test_id("case-routing")
        await expect(routing).to_have_attribute("data-holder", GUARD)
        await expect(page.get_by_test_id("trace-entry").first).to_have_attribute("data-action", "route")
        desk.clock.ahead += 2 * HOUR + 60
        desk.town.incidents.supervision.watch()
        await expect(routing).to_have_attribute("data-holder", "district-centre")
        await expect(routing).to_contain_text("超时升级至区岗位:自动派至区社会治理中心")
        actions = page.get_by_test_id("trace-entry")
        await expect(actions.nth(0)).to_have_attribute("data-action", "route")
        await expect(actions.nth(1)).to_have_attribute("data-action", "step_up")
        desk.town.incidents.supervision.watch()
        await expect(page.locator('[data-testid="trace-entry"][data-action="step_up"]')).to_have_count(1)
