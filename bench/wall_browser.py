"""The product's own wall in a headless Chromium, watched from outside."""

import asyncio
import statistics
import time
from pathlib import Path
from typing import Any

from playwright.async_api import Browser, Page

from bench.time_code import CELLS, CHECK_BITS, CLIP_BITS, FPS, FRAME_BITS, FRAMES, WIDTH
from bench.wall_centre import Centre

READER = (Path(__file__).parent / "wall_page.js").read_text(encoding="utf-8")
PICTURE_PATIENCE_MS = 2500
LIVE_AGE_MS = 150
SHAPE = {
    "clipBits": CLIP_BITS,
    "frameBits": FRAME_BITS,
    "checkBits": CHECK_BITS,
    "cells": CELLS,
    "width": WIDTH,
    "frames": FRAMES,
    "fps": FPS,
}


class Wall:
    """One page with the wall filling it."""

    def __init__(self, centre: Centre, page: Page) -> None:
        self.centre, self.page = centre, page

    @classmethod
    async def open(cls, centre: Centre, browser: Browser, layout: str, cameras: list[str]) -> "Wall":
        context = await browser.new_context(viewport={"width": 1920, "height": 1080}, locale="zh-CN")
        cookies = [{"name": one.name, "value": one.value or "", "url": centre.url} for one in centre.client.cookies.jar]
        await context.add_cookies(cookies)  # type: ignore[arg-type]
        await context.add_init_script("localStorage.setItem('gridwatch.view', 'wall')")
        await context.add_init_script(READER)
        page = await context.new_page()
        await page.goto(f"{centre.url}/?layout={layout}&cameras={','.join(cameras)}")
        wall = cls(centre, page)
        await wall.until_playing(len(cameras))
        return wall

    async def until_playing(self, tiles: int, seconds: float = 60.0) -> None:
        deadline = time.monotonic() + seconds
        while True:
            rows = await self.tiles()
            if len([row for row in rows if row["state"] == "live" and row["shown"] > 5]) >= tiles:
                return
            if time.monotonic() > deadline:
                raise RuntimeError(f"not every tile plays: {[(row['camera'], row['state']) for row in rows]}")
            await asyncio.sleep(0.2)

    async def tiles(self) -> list[dict[str, Any]]:
        return list(await self.page.evaluate("() => window.__gridwatch ? window.__gridwatch.tiles() : []"))

    async def know(self, cameras: list[str]) -> None:
        """Tells the page when these cameras' next frames are due and what they show."""
        due = self.centre.ask("times", ",".join(cameras))
        clips = {one: self.centre.clip(one) for one in cameras}
        await self.page.evaluate("(known) => window.__bench.setUp(known)", {"due": due, "clips": clips, "shape": SHAPE})

    async def watch(self, seconds: float) -> dict[str, Any]:
        """Pictures per second of each tile, their age when they reach the screen, and what the servers spent."""
        cameras = [row["camera"] for row in await self.tiles() if row["camera"]]
        await self.know(cameras)
        before, cpu, began = await self._presented(), self.centre.server_seconds(), time.monotonic()
        ages: list[float] = []
        unread = wrong = 0
        while time.monotonic() - began < seconds:
            readings = await self.page.evaluate("(ms) => window.__bench.sample(ms)", PICTURE_PATIENCE_MS)
            ages += [age for _, age, _ in readings if age is not None]
            unread += sum(age is None for _, age, _ in readings)
            wrong += sum(bool(is_wrong) for _, _, is_wrong in readings)
            await asyncio.sleep(0.35)
        took = time.monotonic() - began
        cpu = self.centre.server_seconds() - cpu
        after = await self._presented()
        rates = sorted((after[one] - before[one]) / took for one in cameras)
        return {
            "tiles": len(cameras),
            "fps": round(statistics.median(rates), 1),
            "fps_slowest_tile": round(rates[0], 1),
            "glass_median_ms": round(statistics.median(ages)),
            "glass_p95_ms": round(p95(ages)),
            "readings": len(ages),
            "unread": unread,
            "wrong_camera": wrong,
            "server_seconds": cpu,
            "seconds": took,
        }

    async def _presented(self) -> dict[str, int]:
        return {row["camera"]: row["presented"] or 0 for row in await self.tiles() if row["camera"]}

    async def choose(self, cameras: list[str], pause_seconds: float) -> list[dict[str, float | None]]:
        """Brings each camera up in turn; ms to its first picture and until it is live."""
        results = []
        for camera in cameras:
            await self.know([camera])
            results.append(
                await self.page.evaluate(
                    "([camera, age, ms]) => window.__bench.choose(camera, age, ms)", [camera, LIVE_AGE_MS, 6000]
                )
            )
            await asyncio.sleep(pause_seconds)
        return results

    async def close(self) -> None:
        await self.page.context.close()


def p95(values: list[float]) -> float:
    """Of at least one value."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(0.95 * len(ordered)))]
