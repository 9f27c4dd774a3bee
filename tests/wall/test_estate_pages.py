"""The pages where a township builds its estate, in a real browser: from its first table to a removed camera."""

import csv
import io
import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Page, async_playwright, expect

from config.accounts import account_named
from config.load import load_cameras
from sim.free_port import free_port
from sim.onvif.brand import HIKVISION
from tests.api.test_server_process import write_town
from tests.api.town import middle, running_town
from tests.browser import launch, open_page
from tests.estate.test_search import ACCOUNT, device, devices
from tests.estate.town import csv_of
from tests.wall.replay_live import ReplayLive
from tests.wall.tile_page import STATIC, Desk, street_clip

pytestmark = [pytest.mark.browser, pytest.mark.timeout(180), pytest.mark.asyncio(loop_scope="module")]
ADMIN = "administrator@town"
LON, LAT = middle("west-g1")
TABLE = csv_of(
    [
        ["点位名称", "IP地址", "品牌", "账号", "密码", "经度", "纬度", "所属村", "备注"],
        ["农贸市场", "127.0.0.21", "海康", "admin", "Table-1", LON, LAT, "west", "x"],
        ["停车场", "8.8.8.8", "海康", "admin", "Table-1", LON, LAT, "west", "y"],
    ]
)


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def room(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[tuple[Desk, Path]]:
    """The town runs by a cameras.yaml of its own, whose path is the second."""
    folder = tmp_path_factory.mktemp("estate")
    (folder / "config").mkdir()
    config = write_town(folder / "config")
    live = ReplayLive({("east-cam", "sub"): street_clip(), ("west-cam", "sub"): street_clip()})
    settings = {"cameras_file": config, "static_dir": STATIC}
    async with (
        running_town(folder, live=live, config=load_cameras(config), **settings) as town,
        async_playwright() as playwright,
    ):
        browser = await launch(playwright)
        yield Desk(town, browser), config
        await browser.close()


async def open_section(page: Page, section: str) -> None:
    await page.get_by_test_id(f"estate-tab-{section}").click()
    await expect(page.get_by_test_id(f"estate-tab-{section}")).to_have_attribute("aria-selected", "true")


async def test_who_may_not_change_the_estate_sees_nothing_of_it(room):
    desk, _ = room
    async with desk.page("operator@town") as page:
        await page.get_by_test_id("pages-open").click()
        await expect(page.get_by_test_id("queue-open")).to_be_visible()
        await expect(page.get_by_test_id("estate-open")).to_have_count(0)
        await page.goto(f"{desk.url}/estate/credentials")
        await expect(page.get_by_test_id("sign-out")).to_be_visible()
        await expect(page).to_have_url(re.compile(r"/(\?.*)?$"))
    async with desk.page("administrator@east") as page:
        await page.goto(f"{desk.url}/estate/import")
        await expect(page.get_by_role("tab")).to_have_count(1)
        await expect(page.get_by_test_id("estate-row-east-cam")).to_be_visible()
        await expect(page.get_by_test_id("estate-row-west-cam")).to_have_count(0)
        # Grids are drawn for the whole town: who manages one village does not find their page.
        await page.goto(f"{desk.url}/grids")
        await page.get_by_test_id("pages-open").click()
        await expect(page.get_by_test_id("estate-open")).to_be_visible()
        await expect(page.get_by_test_id("grids-open")).to_have_count(0)


async def test_one_camera_is_found_changed_placed_and_removed(room):
    desk, config = room
    async with desk.page(ADMIN) as page:
        await open_page(page, "estate")
        await expect(page).to_have_url(f"{desk.url}/estate")
        rows = page.locator('[data-testid^="estate-row-"]')
        await expect(rows).to_have_count(2)
        await expect(page.get_by_test_id("estate-row-east-cam")).to_contain_text("在线")
        await page.get_by_test_id("estate-find").fill("west camera")
        await expect(rows).to_have_count(1)
        await page.get_by_test_id("estate-clear").click()

        # By keys alone: the second row chosen, the first opened.
        table = page.get_by_test_id("estate-table")
        await table.focus()
        for key in ("ArrowDown", "Space"):
            await page.keyboard.press(key)
        await expect(page.get_by_test_id("estate-chosen")).to_contain_text("1")
        await expect(rows.nth(1)).to_have_attribute("aria-selected", "true")
        for key in ("Home", "Enter"):
            await page.keyboard.press(key)
        form = page.get_by_test_id("estate-camera")
        await expect(form.get_by_test_id("estate-camera-name")).to_be_focused()
        await form.get_by_test_id("estate-camera-name").fill("东桥头")
        before = await form.get_by_test_id("estate-lon").input_value()
        await form.get_by_test_id("estate-map").click(position={"x": 60, "y": 50})
        await expect(form.get_by_test_id("estate-lon")).not_to_have_value(before)
        await form.get_by_test_id("estate-camera-save").click()
        await expect(form.get_by_test_id("estate-camera-saved")).to_be_visible()
        await expect(page.get_by_test_id("estate-row-east-cam")).to_contain_text("东桥头")
        camera = load_cameras(config).cameras[0]
        assert (camera.id, camera.name) == ("east-cam", "东桥头")
        assert camera.position is not None
        assert f"{camera.position.lon:.6f}" == await form.get_by_test_id("estate-lon").input_value()
        assert camera.position.height_m == 6.0
        assert camera.zones

        # What the server says against it stands at the field.
        stream = form.get_by_test_id("estate-camera-sub")
        await stream.fill("http://10.20.0.1/x")
        await form.get_by_test_id("estate-camera-save").click()
        await expect(form.get_by_test_id("estate-camera-problem")).to_contain_text("rtsp://")
        await expect(stream).to_have_attribute("aria-invalid", "true")
        await page.keyboard.press("Escape")
        await expect(form).to_have_count(0)
        await expect(table).to_be_focused()

        await page.get_by_test_id("estate-disable").click()
        west = page.get_by_test_id("estate-row-west-cam")
        await expect(west).to_contain_text("已停用")
        await expect(page.get_by_test_id("estate-chosen")).to_have_count(0)
        assert [one.enabled for one in load_cameras(config).cameras] == [True, False]
        await west.get_by_role("checkbox").check()
        await page.get_by_test_id("estate-enable").click()
        await expect(west).not_to_contain_text("已停用")
        await page.get_by_test_id("estate-back").click()
        await expect(page.get_by_test_id("pages-open")).to_be_visible()


async def test_a_table_is_previewed_applied_and_checked(room):
    desk, config = room
    async with desk.page(ADMIN) as page:
        await page.goto(f"{desk.url}/estate/import")
        async with page.expect_download() as template:
            await page.get_by_test_id("import-template").click()
        assert Path(await (await template.value).path()).read_bytes().startswith(b"PK")
        file = page.get_by_test_id("import-file")
        await file.set_input_files({"name": "坏.csv", "mimeType": "text/csv", "buffer": b"a,b\n1,2\n"})
        await expect(page.get_by_test_id("import-problem")).to_contain_text("没有找到表头")
        await file.set_input_files({"name": "点位表.csv", "mimeType": "text/csv", "buffer": TABLE})
        await expect(page.get_by_test_id("preview-row-3")).to_have_attribute("data-fate", "refused")
        await expect(page.get_by_test_id("preview-issue-3")).to_contain_text("IP地址")
        await expect(page.get_by_test_id("preview-issue-3")).to_contain_text("8.8.8.8")
        await expect(page.get_by_test_id("preview-columns")).to_contain_text("备注")
        # Made with other choices than those on view, it cannot be written.
        await page.get_by_test_id("preview-leave-out").check()
        await page.get_by_test_id("import-system").select_option("wgs84")
        await expect(page.get_by_test_id("preview-apply")).to_be_disabled()
        await page.get_by_test_id("import-again").click()
        await expect(page.get_by_test_id("preview-coordinates")).to_contain_text("WGS 84")
        await expect(page.get_by_test_id("preview-new")).to_contain_text("1")
        await expect(page.get_by_test_id("preview-apply")).to_be_disabled()
        await page.get_by_test_id("preview-leave-out").check()
        await page.get_by_test_id("preview-apply").click()
        await expect(page.get_by_test_id("preview-applied")).to_contain_text("cameras.yaml")
        await page.get_by_test_id("preview-see").click()
        new = page.get_by_test_id("estate-row-cam-127-0-0-21")
        await expect(new).to_contain_text("农贸市场")
        added = load_cameras(config).cameras[2]
        assert (added.name, added.area, added.credentials) == ("农贸市场", "west", "admin-1")

        # Accounts: by name only, set anew, and who uses them.
        await open_section(page, "credentials")
        entry = page.get_by_test_id("account-admin-1")
        await expect(entry).to_contain_text("1")
        await entry.get_by_test_id("account-set").click()
        await page.get_by_test_id("account-password").fill("Table-2")
        await page.get_by_test_id("account-again").fill("Table-3")
        await expect(page.get_by_test_id("account-save")).to_be_disabled()
        await page.get_by_test_id("account-again").fill("Table-2")
        await page.get_by_test_id("account-save").click()
        await expect(page.get_by_test_id("account-saved")).to_be_visible()
        account = account_named("admin-1", load_cameras(config), {}, config.parent)
        assert account is not None
        assert account.password == "Table-2"
        assert "Table-" not in await page.content()

        # A check of what is there; nobody answers at any of the addresses.
        await open_section(page, "check")
        await page.get_by_test_id("check-start").click()
        await expect(page.get_by_test_id("check-ended")).to_contain_text("3", timeout=30_000)
        await expect(page.get_by_test_id("check-cam-127-0-0-21")).to_have_attribute("data-verdict", "error")
        async with page.expect_download() as saved:
            await page.get_by_test_id("check-export").click()
        text = Path(await (await saved.value).path()).read_text(encoding="utf-8-sig")
        listed = {row[0]: row for row in csv.reader(io.StringIO(text))}
        assert set(listed) == {"编号", "east-cam", "west-cam", "cam-127-0-0-21"}
        assert listed["cam-127-0-0-21"][2] == "问题"

        await open_section(page, "cameras")
        await new.click()
        await page.get_by_test_id("estate-camera-remove").click()
        await page.get_by_test_id("estate-camera-remove-sure").click()
        await expect(new).to_have_count(0)
        assert len(load_cameras(config).cameras) == 2


async def test_devices_are_found_named_placed_and_taken_over(room):
    desk, config = room
    port = free_port()
    async with devices({"127.0.7.31": device("hik", HIKVISION)}, port), desk.page(ADMIN) as page:
        await page.goto(f"{desk.url}/estate/devices")
        await page.get_by_test_id("lang-en").click()
        await page.get_by_test_id("search-range").fill("8.8.8.0/24")
        await page.get_by_test_id("search-start").click()
        await expect(page.get_by_test_id("search-range-refused")).to_contain_text("allowed_networks")
        await page.get_by_test_id("search-range").fill("127.0.7.30-33")
        await page.get_by_test_id("search-ports").fill(str(port))
        await page.get_by_test_id("search-typed").check()
        await page.get_by_test_id("search-username").fill(ACCOUNT.username)
        await page.get_by_test_id("search-password").fill(ACCOUNT.password)
        for interface in await page.locator('[data-testid^="interface-"]').all():
            await interface.uncheck()
        await page.get_by_test_id("search-start").click()
        await expect(page.get_by_test_id("search-ended")).to_contain_text("1", timeout=30_000)
        await expect(page.get_by_test_id("search-password")).to_have_value("")
        found = page.get_by_test_id("found-127.0.7.31")
        await expect(found).to_contain_text(HIKVISION.model)
        await found.click()
        await page.get_by_test_id("found-take").click()
        await page.get_by_test_id("take-preview").click()
        await expect(page.get_by_test_id("take-problem")).to_contain_text("name")
        await page.get_by_test_id("take-name-127.0.7.31").fill("村委会门口")
        await page.get_by_test_id("estate-lon").fill(str(LON))
        await page.get_by_test_id("estate-lat").fill(str(LAT))
        await page.get_by_test_id("take-preview").click()
        await expect(page.get_by_test_id("preview-row-2")).to_have_attribute("data-fate", "new")
        await page.get_by_test_id("preview-apply").click()
        await expect(page.get_by_test_id("preview-applied")).to_be_visible()
        file = load_cameras(config)
        assert (file.cameras[-1].name, file.cameras[-1].area) == ("村委会门口", "west")
        assert account_named(file.cameras[-1].credentials, file, {}, config.parent) == ACCOUNT
        assert ACCOUNT.password not in await page.content()
        await page.get_by_test_id("take-over-back").click()
        await expect(found).to_contain_text("村委会门口")
