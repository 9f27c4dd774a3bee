"""Finding a camera among 1677, and the village room worked by keyboard alone, in a real Chromium."""

import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import Page, expect
from sqlalchemy import update

from incidents.service import NewCase
from incidents.store.schema import cases
from ingest.state import StreamState
from sim.geography.town import generate
from tests.api.town import PASSWORD
from tests.browser import room_page
from tests.wall.many_cameras import ManyCameras, many_cameras

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(240)]


@pytest.fixture
async def page() -> AsyncIterator[Page]:
    async with room_page(40_000) as made:
        yield made


@pytest.fixture(scope="module")
def estate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("estate")
    generate(1, 1677, folder)
    return folder


@pytest.fixture
async def town(estate: Path, tmp_path: Path) -> AsyncIterator[ManyCameras]:
    async with many_cameras(estate, tmp_path) as made:
        yield made


async def sign_in(page: Page, town: ManyCameras, account: str) -> None:
    """By keyboard alone: the name field has the focus when the page opens."""
    await page.goto(town.url)
    await expect(page.get_by_test_id("login-username")).to_be_focused()
    await page.keyboard.type(account)
    await page.keyboard.press("Tab")
    await page.keyboard.type(PASSWORD)
    await page.keyboard.press("Enter")


async def focused(page: Page) -> str:
    """The `data-testid` of what has the focus."""
    return str(await page.evaluate("document.activeElement?.dataset?.testid ?? ''"))


def initials(town: ManyCameras) -> tuple[str, str, str]:
    """Words in Chinese, in initials and in full pinyin that find the cameras of one street of the generated town."""
    assert sum(camera.name.startswith("人民路") for camera in town.cameras) > 5
    return "人民路", "rml", "renminlu"


async def test_a_camera_is_found_among_thousands(page: Page, town: ManyCameras) -> None:
    await sign_in(page, town, "operator")
    await expect(page.get_by_test_id("map")).to_be_visible()
    options = page.locator('[data-testid^="finder-option-"]')

    await page.keyboard.press("Control+k")
    await expect(page.get_by_test_id("finder-input")).to_be_focused()
    found: list[list[str]] = []
    for words in initials(town):
        await page.get_by_test_id("finder-input").fill(words)
        await expect(options.first.locator("mark").first).to_have_text("人民路")
        found.append([str(await one.get_attribute("data-testid")) for one in await options.all()])
    assert found[0] == found[1] == found[2]
    by_id = {f"finder-option-{camera.id}": camera for camera in town.cameras}
    first, second = by_id[found[0][0]], by_id[found[0][1]]
    assert first.name.startswith("人民路")

    # Enter brings the second up: it is lent a tile, and is the newest of those looked at.
    await page.keyboard.press("ArrowDown")
    await page.keyboard.press("Enter")
    await expect(page.locator(f'article[data-camera="{second.id}"]')).to_be_visible()
    await page.keyboard.press("/")
    await expect(options.first).to_have_attribute("data-testid", f"finder-option-{second.id}")

    # Shift+Enter asks for a tile: the third.
    await page.get_by_test_id("finder-input").fill(first.id)
    await expect(options.first).to_have_attribute("data-testid", f"finder-option-{first.id}")
    await page.keyboard.press("Shift+Enter")
    await expect(page.get_by_test_id("tile-chooser")).to_be_focused()
    await page.keyboard.press("3")
    await expect(page.get_by_test_id("finder")).to_have_count(0)
    await expect(page.get_by_test_id("tile-2")).to_have_attribute("data-camera", first.id)


async def test_the_list_of_cameras(page: Page, town: ManyCameras) -> None:
    """The tree by keyboard, stars that are there again after signing in anew, what is near, an area onto the wall."""
    await sign_in(page, town, "operator")
    tree = page.get_by_test_id("camera-tree")
    await expect(tree).to_be_visible()
    total = page.locator('[data-testid^="area-item-"]').first
    down = sum(status.state is StreamState.REFUSED for status in town.live.statuses().values())
    await expect(total).to_contain_text(re.compile(rf"/{len(town.cameras)}$"))

    await tree.focus()
    await page.keyboard.press("ArrowDown")
    await page.keyboard.press("ArrowLeft")
    folded = page.locator('[role="treeitem"][aria-selected="true"]')
    await expect(folded).to_have_attribute("aria-expanded", "false")
    await page.keyboard.press("ArrowRight")
    await page.keyboard.press("ArrowRight")
    await expect(folded).to_have_attribute("data-testid", re.compile("^camera-item-"))
    starred = str(await folded.get_attribute("data-testid")).removeprefix("camera-item-")
    await page.keyboard.press("s")
    await page.keyboard.press("n")
    near = page.locator('[data-testid^="camera-item-"]')
    await expect(page.get_by_test_id("cameras-back")).to_be_visible()
    await expect(near.first).to_contain_text(re.compile(r"\d m"))
    assert starred not in str(await near.first.get_attribute("data-testid"))
    await page.get_by_test_id("cameras-back").click()

    await page.get_by_test_id("cameras-state-down").click()
    await expect(page.locator('[role="treeitem"] .dot.live')).to_have_count(0)
    await expect(total).to_contain_text(str(down))
    await page.get_by_test_id("cameras-state-down").click()

    area = page.get_by_test_id(f"area-item-{town.village}")
    await page.get_by_test_id("cameras-fold").click()
    await area.drag_to(page.get_by_test_id("tile-0"))
    await expect(page.get_by_test_id("tile-0")).to_have_attribute("data-camera", town.of_village()[0].id)

    await page.get_by_test_id("sign-out").click()
    await sign_in(page, town, "operator")
    await page.get_by_test_id("cameras-favourites").click()
    await expect(page.get_by_test_id(f"camera-item-{starred}")).to_be_visible()
    await expect(near).to_have_count(1)


async def test_the_village_room_by_remote_control(page: Page, town: ManyCameras) -> None:
    """From signing in to an enlarged picture, a case looked into and another reported: no mouse, and nobody else's."""
    mine = town.of_village()
    shown = mine[0]
    assert shown.position is not None
    case = town.incidents.create_case(
        town.admin, NewCase("01-02", shown.position.lon, shown.position.lat, note="路边有垃圾", camera_id=shown.id)
    )
    with town.incidents.store.write() as transaction:
        two_days_ago = {"opened_at": case.opened_at - 2 * 86_400}
        transaction.connection.execute(update(cases).where(cases.c.id == case.id).values(two_days_ago))
    await sign_in(page, town, "clerk")
    await expect(page.get_by_test_id("village")).to_be_visible()
    await expect(page).to_have_url(f"{town.url}/village")
    await expect(page.get_by_test_id("tile-0")).to_be_focused()
    await expect(page.locator("article.tile[data-camera]")).to_have_count(10)

    # OK enlarges, Back gives back; the focus stays where it was.
    await page.keyboard.press("ArrowRight")
    await expect(page.get_by_test_id("tile-1")).to_be_focused()
    await expect(page.get_by_test_id("tile-1")).to_have_attribute("data-state", "live")
    await page.keyboard.press("Enter")
    await expect(page.get_by_test_id("tile-1")).to_have_class(re.compile("enlarged"))
    await page.keyboard.press("Escape")
    await expect(page.get_by_test_id("tile-1")).not_to_have_class(re.compile("enlarged"))
    await expect(page.get_by_test_id("tile-1")).to_be_focused()

    # The next ten.
    await page.keyboard.press("PageDown")
    await expect(page.get_by_test_id("tile-0")).to_have_attribute("data-camera", mine[10].id)
    await page.keyboard.press("PageUp")
    await expect(page.get_by_test_id("tile-0")).to_have_attribute("data-camera", mine[0].id)

    # The case: how far it has got, and a word on it.
    await page.keyboard.press("F4")
    await expect(page.get_by_test_id(f"village-case-{case.id}")).to_be_focused()
    step = page.get_by_test_id(f"village-case-{case.id}").locator('[data-step="filed"]')
    await expect(step).to_have_attribute("data-state", "now")
    await expect(step.locator("time")).to_have_text(re.compile(r"^\d\d:\d\d$"))
    # It waits for two days: the list itself reminds of it, once.
    remind = page.get_by_test_id(f"village-card-remind-{case.id}")
    await expect(remind).to_be_visible()
    await page.keyboard.press("ArrowRight")
    await expect(remind).to_be_focused()
    await page.keyboard.press("Enter")
    await expect(page.get_by_test_id("village-said")).to_contain_text("今日已催办")
    await expect(remind).to_have_count(0)
    await expect(page.get_by_test_id(f"village-case-{case.id}")).to_be_focused()
    assert [one.action for one in town.incidents.get_case(town.admin, case.id).trace][-1] == "remind"
    await page.keyboard.press("Enter")
    await expect(page.get_by_test_id("village-case-sheet")).to_be_visible()
    await expect(page.get_by_test_id("village-remind")).to_be_disabled()
    await page.keyboard.press("ArrowDown")
    assert await focused(page) == "village-say-told"
    await page.keyboard.press("Enter")
    await expect(page.locator("ul.said")).to_contain_text("已通知网格员")
    await page.keyboard.press("Escape")
    await expect(page.get_by_test_id(f"village-case-{case.id}")).to_be_focused()

    # A case of one's own: the picture, what it is, yes.
    await page.keyboard.press("F3")
    await expect(page.get_by_test_id("tile-0")).to_be_focused()
    await page.keyboard.press("F2")
    await expect(page.get_by_test_id("village-report")).to_have_attribute("data-step", "class")
    await page.keyboard.press("ArrowRight")
    await page.keyboard.press("Enter")
    await expect(page.get_by_test_id("village-report-picture")).to_be_visible()
    await expect(page.get_by_test_id("village-report-send")).to_be_focused()
    await page.keyboard.press("Enter")
    await expect(page.get_by_test_id("village-said").filter(has_not_text="已催办")).to_be_visible()
    newest = town.incidents.list_cases(town.admin).items[0]
    assert (newest.case_class, newest.camera_id, newest.area) == ("01-03", shown.id, town.village)
    assert newest.picture_evidence_id is not None

    # It is on the screen, with its picture, which OK enlarges.
    await page.keyboard.press("F4")
    await expect(page.get_by_test_id(f"village-case-{newest.id}")).to_be_focused()
    await page.keyboard.press("Enter")
    await expect(page.get_by_test_id("village-picture-0")).to_be_focused()
    await page.keyboard.press("Enter")
    await expect(page.get_by_test_id("village-full").locator("img")).to_be_visible()
    await page.keyboard.press("Escape")
    await expect(page.get_by_test_id("village-full")).to_have_count(0)
    await expect(page.get_by_test_id("village-picture-0")).to_be_focused()
