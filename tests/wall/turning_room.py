"""Pages on a town with domes: who is at which page, what is in hand there, and where the domes truly point."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from playwright.async_api import Browser, Locator, Page, expect

from tests.wall.tile_page import eventually
from tests.wall.turning_town import DomeTown

OPERATOR, SUPERVISOR, ADMINISTRATOR = "operator@town", "supervisor@town", "administrator@town"
DOME, OTHER = "dome-1", "dome-2"


class Room:
    def __init__(self, domes: DomeTown, browser: Browser) -> None:
        self.domes, self.browser = domes, browser

    @asynccontextmanager
    async def page(self, account: str = OPERATOR, layout: str = "1", cameras: str = DOME) -> AsyncIterator[Page]:
        """Afterwards nobody holds a dome any more."""
        url = f"http://{self.domes.town.address}"
        context = await self.browser.new_context(viewport={"width": 1600, "height": 900}, locale="zh-CN")
        await context.add_cookies([{"name": "gridwatch_session", "value": self.domes.town.token(account), "url": url}])
        page = await context.new_page()
        page.set_default_timeout(30_000)
        await page.goto(f"{url}/?layout={layout}&cameras={cameras}")
        await page.wait_for_selector(f'article[data-camera="{cameras.split(",")[0]}"][data-state="live"]')
        try:
            yield page
        finally:
            await context.close()
            for camera in (DOME, OTHER):
                await self.domes.town.client(account).delete(f"/cameras/{camera}/ptz/lock")

    async def send(self, account: str = OPERATOR, dome: str = DOME, **to: float) -> None:
        """By the API, and there when it returns."""
        answer = await self.domes.town.client(account).post(f"/cameras/{dome}/ptz/go", json=to)
        assert answer.status_code == 200, answer.text
        await self.still(dome)
        await self.domes.town.client(account).delete(f"/cameras/{dome}/ptz/lock")

    async def still(self, dome: str = DOME, seconds: float = 30.0) -> dict[str, float]:
        """Where it points once it has stood for a while."""
        quiet = 0

        async def stands() -> bool:
            nonlocal quiet
            quiet = 0 if self.domes.turning(dome) else quiet + 1
            return quiet >= 4

        await eventually(stands, seconds, f"{dome} stands still")
        return self.domes.aim(dome)

    def switched(self, dome: str = DOME) -> dict[str, float | bool]:
        """Wiper, light, focus and iris of the device."""
        return dict(self.domes.domes.truth()["domes"][dome]["switches"])

    async def turns(self, dome: str = DOME) -> None:
        async def turning() -> bool:
            return self.domes.turning(dome)

        await eventually(turning, 30, f"{dome} turns")

    async def reaches(self, there: Callable[[dict[str, float]], bool], dome: str = DOME) -> None:
        """It turns until then: how soon depends on the machine."""

        async def reached() -> bool:
            return there(self.domes.aim(dome))

        await eventually(reached, 30, f"{dome} turns so far")


def tile_of(page: Page, camera: str = DOME) -> Locator:
    return page.locator(f'article[data-camera="{camera}"]')


async def in_hand(page: Page, camera: str = DOME) -> Locator:
    """The tile, in PTZ mode by its key."""
    tile = tile_of(page, camera)
    await tile.focus()
    if not await tile.get_attribute("data-ptz"):
        await page.keyboard.press("p")
    await expect(tile.get_by_test_id("ptz")).to_be_visible()
    return tile


async def box_of(found: Locator) -> dict[str, float]:
    box = await found.bounding_box()
    assert box
    return dict(box)


async def push_stick(page: Page, tile: Locator, x: float, y: float) -> None:
    """Takes the stick and pushes it by parts of its radius; it stays pushed."""
    box = await box_of(tile.get_by_test_id("ptz-stick"))
    middle = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    await page.mouse.move(*middle)
    await page.mouse.down()
    await page.mouse.move(middle[0] + x * box["width"] / 2, middle[1] + y * box["height"] / 2, steps=3)


async def in_picture(tile: Locator, x: float, y: float) -> tuple[float, float]:
    """A point of the picture (16:9, letterboxed in its pad) on the screen."""
    pad = await box_of(tile.get_by_test_id("ptz-pad"))
    width = min(pad["width"], pad["height"] * 16 / 9)
    height = width * 9 / 16
    left, top = pad["x"] + (pad["width"] - width) / 2, pad["y"] + (pad["height"] - height) / 2
    return left + x * width, top + y * height
