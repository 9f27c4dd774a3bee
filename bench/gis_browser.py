"""The whole city in a real browser without a GPU: how soon the map is there, and how it pans while everybody moves."""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
from playwright.async_api import Browser, Page, async_playwright

from bench.gis_city import WORKERS, City, Walkers, running_city, signed
from tests.browser import launch

WIDTH, HEIGHT = 1920, 1080
LOADS, PAN_SECONDS, STEP_PIXELS = 3, 6.0, 9
ZOOMS_IN = 3
LOAD_SECONDS = 120.0
"""Of the buttons on the map: near enough that grids can be told apart, with thousands of people in view."""
PAINTED = "() => performance.getEntriesByName('gridwatch-map')[0]?.startTime ?? null"
FRAMES = """async (seconds) => {
  const begun = performance.now(); let frames = 0, longest = 0, last = begun
  while (performance.now() - begun < seconds * 1000) {
    await new Promise(requestAnimationFrame)
    const now = performance.now(); longest = Math.max(longest, now - last); last = now; frames++
  }
  return [frames / ((last - begun) / 1000), longest]
}"""


def map_in_the_browser(seed: int) -> dict[str, float]:
    """`first_paint_s`: from opening the page to the whole map painted, the best of three with a warm cache, since what
    else runs here can only add; `first_paint_new_browser_s`: with an empty cache; `first_paint_cold_s`: and just after
    the server's start. `pan_fps`: pictures a second while the map is dragged and 10 000 workers move."""
    with running_city(seed) as city:
        return asyncio.run(_measure(city))


async def _measure(city: City) -> dict[str, float]:
    async with async_playwright() as playwright:
        browser = await launch(playwright)
        try:
            page = await _page(browser, city)
            first = await _load(page, city)
            loads = [await _load(page, city) for _ in range(LOADS)]
            stranger = await _page(browser, city)
            new_browser = await _load(stranger, city)
            await stranger.context.close()
            server = city.cpu_seconds
            still = await _pan(page)
            async with _moving(city):
                await asyncio.sleep(3.0)
                moved, moving_city = city.cpu_seconds, await _pan(page)
                moved = city.cpu_seconds - moved
                for _ in range(ZOOMS_IN):
                    await page.locator(".map-pane .controls button").first.click()
                    await asyncio.sleep(0.6)
                moving_near = await _pan(page)
            server = city.cpu_seconds - server
        finally:
            await browser.close()
    return {
        "first_paint_s": round(min(loads), 2),
        "first_paint_new_browser_s": round(new_browser, 2),
        "first_paint_cold_s": round(first, 2),
        "pan_fps": round(min(moving_city[0], moving_near[0]), 1),
        "pan_city_fps": round(moving_city[0], 1),
        "pan_still_fps": round(still[0], 1),
        "pan_longest_frame_ms": round(max(moving_city[1], moving_near[1]), 1),
        "pan_server_cpu_s_per_s": round(moved / PAN_SECONDS, 2),
    }


async def _page(browser: Browser, city: City) -> Page:
    context = await browser.new_context(viewport={"width": WIDTH, "height": HEIGHT}, locale="zh-CN")
    with city.client() as client:
        cookies = [{"name": one.name, "value": one.value or "", "url": city.url} for one in client.cookies.jar]
    await context.add_cookies(cookies)  # type: ignore[arg-type]
    await context.add_init_script("localStorage.setItem('gridwatch.view', 'map')")
    return await context.new_page()


async def _load(page: Page, city: City) -> float:
    """Seconds until the map is painted with all its layers, as the page itself has marked it."""
    await page.goto(city.url, wait_until="commit")
    # The page allows no evaluated text, which waiting in it would be.
    deadline = time.monotonic() + LOAD_SECONDS
    while (at := await page.evaluate(PAINTED)) is None:
        if time.monotonic() > deadline:
            raise RuntimeError("the map was not painted")
        await asyncio.sleep(0.05)
    return float(at) / 1000


async def _pan(page: Page) -> tuple[float, float]:
    """Pictures a second, and the longest wait for one in ms, while the map is dragged to and fro."""
    box = await page.get_by_test_id("map").bounding_box()
    assert box is not None
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    await page.mouse.move(x, y)
    await page.mouse.down()
    counting = asyncio.create_task(page.evaluate(FRAMES, PAN_SECONDS))
    steps = 0
    while not counting.done():
        await page.mouse.move(x + (steps % 40 - 20) * STEP_PIXELS, y + (steps % 26 - 13) * STEP_PIXELS)
        steps += 1
        await asyncio.sleep(0.012)
    await page.mouse.up()
    rate, longest = await counting
    return float(rate), float(longest)


@asynccontextmanager
async def _moving(city: City) -> AsyncIterator[None]:
    """Ten thousand positions a second."""
    walkers = Walkers(city.names, city.seed)
    bodies = [walkers.step(0.0) for _ in range(30)]

    async def report() -> None:
        async with httpx.AsyncClient(base_url=f"{city.url}/api/v1", timeout=60) as gateway:
            begun, number = time.monotonic(), 0
            while True:
                fresh = bodies[number % len(bodies)].replace(b'"at":0.0', f'"at":{time.time():.2f}'.encode())
                reply = await gateway.post("/exchange/positions/radio", content=fresh, headers=signed(fresh))
                if reply.status_code != 200 or reply.json()["taken"] != WORKERS:
                    raise RuntimeError(f"positions were not taken: {reply.text[:200]}")
                number += 1
                await asyncio.sleep(max(0.0, begun + number - time.monotonic()))

    task = asyncio.create_task(report())
    try:
        yield
        if task.done():
            task.result()
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task
