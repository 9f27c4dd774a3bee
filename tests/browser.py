"""Where Chromium is and how it is started for tests."""

import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from playwright.async_api import Browser, Page, Playwright, async_playwright, expect

# How soon a page follows depends on what else the machine does; what never comes fails all the same.
expect.set_options(timeout=30_000)

# Nothing but the page's own requests: no look-ups of its maker's hosts, no window, no GPU.
CHROMIUM_ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


# The first that is there. The shell is the same engine without a window of its own to draw: a third less work.
BROWSERS = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")


def chromium_path() -> str:
    """Raises AssertionError where there is none; `tests/install_tools.sh` installs one."""
    found = next((path for name in BROWSERS if (path := shutil.which(name))), None)
    assert found, "no Chromium on this machine: run tests/install_tools.sh"
    return found


async def launch(playwright: Playwright, *more: str) -> Browser:
    """A headless Chromium with `more` arguments than usual."""
    return await playwright.chromium.launch(executable_path=chromium_path(), args=[*CHROMIUM_ARGUMENTS, *more])


async def open_page(page: Page, name: str) -> None:
    """From the room by its menu, as `estate` or `queue`."""
    await page.get_by_test_id("pages-open").click()
    await page.get_by_test_id(f"{name}-open").click()


@asynccontextmanager
async def room_page(timeout_ms: int = 30_000) -> AsyncIterator[Page]:
    """An empty page on a screen as a command room has it."""
    async with async_playwright() as playwright:
        browser = await launch(playwright)
        context = await browser.new_context(viewport={"width": 1920, "height": 1080}, locale="zh-CN")
        page = await context.new_page()
        page.set_default_timeout(timeout_ms)
        yield page
        await browser.close()
