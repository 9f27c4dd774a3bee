"""What the wall costs and how fast it is: `python -m bench.wall --json`.

The product as it is, in one run on this machine: time-code cameras, ingest workers, API process and a headless
Chromium that decodes in software. For 1, 9, 16 and 40 tiles: pictures a second, glass to glass (the time code burnt
into the pictures, read back from what the tiles show), CPU of all our servers beyond what they spend with nobody
watching. Then a hundred switches across a large estate, fifty clients that never read, and Janus's streaming plugin
(Debian's package `janus`, when installed) relaying the same pictures.
"""

import argparse
import asyncio
import json
import random
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from playwright.async_api import async_playwright

from bench.janus import janus_ms_per_tile_second
from bench.stalled_clients import stalled_clients
from bench.wall_browser import Wall, p95
from bench.wall_centre import Centre
from tests.browser import launch

TILES = (1, 9, 16, 40)
SETTLE_SECONDS = 4.0


def idle_share(centre: Centre, seconds: float) -> float:
    """CPU seconds per second of the servers while nobody watches."""
    cpu, began = centre.server_seconds(), time.monotonic()
    time.sleep(seconds)
    return (centre.server_seconds() - cpu) / (time.monotonic() - began)


async def measure_tiles(centre: Centre, seconds: float, idle: float) -> dict[str, Any]:
    found: dict[str, Any] = {}
    async with async_playwright() as playwright:
        browser = await launch(playwright)
        for tiles in TILES:
            wall = await Wall.open(centre, browser, str(tiles), centre.camera_ids[:tiles])
            await asyncio.sleep(SETTLE_SECONDS)
            row = await wall.watch(seconds)
            beyond = row.pop("server_seconds") - idle * row["seconds"]
            row["server_ms_per_tile_second"] = round(1000 * beyond / tiles / row.pop("seconds"), 2)
            found[f"tiles_{tiles}"] = row
            _say(f"{tiles} tiles: {row}")
            await wall.close()
            await asyncio.sleep(SETTLE_SECONDS)
        await browser.close()
    return found


async def measure_switches(centre: Centre, switches: int) -> dict[str, Any]:
    """One picture of nine is changed, every time to a camera nobody has watched before."""
    ids = list(centre.camera_ids)
    random.Random(1).shuffle(ids)
    standing, chosen = ids[:9], ids[9 : 9 + switches]
    centre.ask("alone", ",".join([*standing, *chosen]))
    async with async_playwright() as playwright:
        browser = await launch(playwright)
        wall = await Wall.open(centre, browser, "9", standing)
        await asyncio.sleep(SETTLE_SECONDS)
        results = await wall.choose(chosen, 0.8)
        await browser.close()
    found: dict[str, Any] = {"switches": switches, "switch_estate": len(ids)}
    for name, key in (("switch", "first"), ("switch_live", "live")):
        # A picture that never came counts as one that took for ever.
        times = sorted(float("inf") if (took := one[key]) is None else took for one in results)
        found[f"{name}_median_ms"] = _finite(statistics.median(times))
        found[f"{name}_p95_ms"] = _finite(p95(times))
    found["switch_without_picture"] = sum(one["first"] is None for one in results)
    _say(str(found))
    return found


def _finite(value: float) -> float | None:
    return round(value) if value != float("inf") else None


def _say(text: str) -> None:
    sys.stderr.write(text + "\n")


async def measure(folder: Path, given: argparse.Namespace) -> dict[str, Any]:
    found: dict[str, Any] = {}
    if given.only_switches:
        return await measure_estate(folder, given)
    with Centre(folder, max(TILES)) as centre:
        await asyncio.sleep(SETTLE_SECONDS)
        idle = idle_share(centre, given.seconds)
        found["idle_cores"] = round(idle, 4)
        found |= await measure_tiles(centre, given.seconds, idle)
        found |= await stalled_clients(centre, given.clients, given.stall_seconds)
        if not given.no_janus:
            found["janus_ms_per_tile_second"] = await janus_ms_per_tile_second(centre, folder, 40, given.seconds)
    return found | await measure_estate(folder, given)


async def measure_estate(folder: Path, given: argparse.Namespace) -> dict[str, Any]:
    with Centre(folder, given.estate) as centre:
        await asyncio.sleep(2 * SETTLE_SECONDS)
        return await measure_switches(centre, given.switches)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", action="store_true", help="one JSON object instead of a line a figure")
    parser.add_argument("--seconds", type=float, default=20.0, help="for each number of tiles")
    parser.add_argument("--estate", type=int, default=1677, help="cameras of the switching measurement")
    parser.add_argument("--switches", type=int, default=100)
    parser.add_argument("--clients", type=int, default=50, help="that never read")
    parser.add_argument("--stall-seconds", type=float, default=25.0)
    parser.add_argument("--no-janus", action="store_true")
    parser.add_argument("--only-switches", action="store_true", help="leave out all but the switching measurement")
    parser.add_argument("--folder", type=Path, help="keep the town here")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        found = asyncio.run(measure(given.folder or Path(scratch), given))
    if given.json:
        print(json.dumps(found))
    else:
        print("\n".join(f"{key}: {value}" for key, value in found.items()))


if __name__ == "__main__":
    main()
