"""`python -m bench.wall_endurance --minutes 30 --json`: forty tiles while half of their cameras come and go.

Every few seconds one of twenty cameras is cut, frozen, refused or well again. Once a second every tile is read: a tile
that shows another camera's picture, or one that stands still for more than five seconds and still calls itself live,
is counted. What the servers hold (memory, descriptors, asyncio tasks) with no page open is compared before and after.
"""

import argparse
import asyncio
import json
import random
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from playwright.async_api import async_playwright

from bench.process_cost import resident_mb
from bench.wall_browser import Wall
from bench.wall_centre import Centre
from tests.browser import launch

TILES, FLAPPING = 40, 20
CALM_SECONDS = 25.0
WARM_SECONDS = 60.0
LOOKING = (Path(__file__).parent / "endurance_page.js").read_text(encoding="utf-8")


def holdings(centre: Centre) -> dict[str, float]:
    """What the servers hold now."""
    pids = centre.server_pids
    return {
        "memory_mb": round(sum(resident_mb(pid) for pid in pids), 1),
        "descriptors": sum(len(list(Path(f"/proc/{pid}/fd").iterdir())) for pid in pids),
        "tasks": centre.client.get("/health").json()["tasks"],
    }


async def flap(centre: Centre, cameras: list[str], seconds: float) -> int:
    """One change every two seconds or so; all well at the end. The number of changes."""
    rng, deadline, changes = random.Random(1), time.monotonic() + seconds, 0
    while time.monotonic() < deadline:
        kind = rng.choice(["drop", "freeze", "refuse", "none", "none", "none"])
        await asyncio.to_thread(centre.ask, "fault", rng.choice(cameras), kind)
        changes += 1
        await asyncio.sleep(rng.uniform(1.0, 3.0))
    for camera in cameras:
        await asyncio.to_thread(centre.ask, "fault", camera, "none")
    return changes


async def show(centre: Centre, seconds: float) -> dict[str, Any]:
    """One page with all tiles for so long."""
    cameras = centre.camera_ids[:TILES]
    async with async_playwright() as playwright:
        browser = await launch(playwright)
        wall = await Wall.open(centre, browser, str(TILES), cameras)
        await wall.know(cameras)
        await wall.page.evaluate(LOOKING)
        changes = await flap(centre, cameras[:FLAPPING], seconds)
        report: dict[str, Any] = await wall.page.evaluate("() => window.__endurance.report()")
        await browser.close()
    return {**report, "changes": changes}


async def measure(folder: Path, minutes: float) -> dict[str, Any]:
    with Centre(folder, TILES) as centre:
        # Once open and closed first: what is loaded at the first page is no leak.
        first = await show(centre, WARM_SECONDS)
        await asyncio.sleep(CALM_SECONDS)
        before = holdings(centre)
        sys.stderr.write(f"before: {before}\n")
        found = await show(centre, minutes * 60)
        await asyncio.sleep(CALM_SECONDS)
        after = holdings(centre)
    return {
        "minutes": minutes,
        "tiles": TILES,
        "changes": found["changes"],
        "looks": found["looks"],
        "unread": found["unread"],
        "wrong_camera": len(found["wrong"]),
        "stale_unmarked": len(found["unmarked"]),
        "stale_marked": found["marked"],
        "examples": (found["wrong"] + found["unmarked"])[:10],
        "before": before,
        "after": after,
        "growth_percent": {key: round(100 * (after[key] / before[key] - 1), 1) for key in before},
        "page_heap_mb": [round(first["heap"] / 1e6, 1), round(found["heap"] / 1e6, 1)],
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=30.0)
    parser.add_argument("--json", action="store_true", help="one JSON object instead of a line a figure")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        found = asyncio.run(measure(Path(scratch), given.minutes))
    print(json.dumps(found) if given.json else "\n".join(f"{key}: {value}" for key, value in found.items()))


if __name__ == "__main__":
    main()
