"""A dome under its worker's control, against a simulated device over real HTTP; and a real worker that is killed."""

import asyncio
import contextlib
import json
import os
import random
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from config.cameras import Camera
from ingest.dome_controls import DomeControls
from ingest.link import WorkerLinks
from ingest.live import LiveError, PtzReport
from runtime.clock import SystemClock
from sim.domes.dome import DomeLimits
from sim.onvif.brand import BRANDS, GENERIC, HIKVISION, Brand, Quirk
from tests.onvif.server import door
from tests.sim.one_dome import ACCOUNT, OneDome, one_dome

CLOCK = SystemClock()
SLOW = {"pan": 0.2, "tilt": 0.0, "zoom": 0.0}


def camera(url: str, slows_with_zoom: bool = False) -> dict[str, Any]:
    return {
        "id": "dome-1",
        "name": "塔",
        "area": "east",
        "credentials": "ptz",
        "streams": {"sub": {"url": "rtsp://127.0.0.1:1/x"}},
        "device": {"url": url},
        "ptz": {"tilt_deg": [-90, 20], "slows_with_zoom": slows_with_zoom},
    }


@dataclass
class Bench:
    one: OneDome
    controls: DomeControls
    reports: list[PtzReport] = field(default_factory=list)

    async def ask(self, what: str, **given: Any) -> dict[str, Any]:
        return (await self.controls.request("dome-1", {"do": what, **given})).body

    def turned(self) -> bool:
        return self.one.dome.moving()[0]


@asynccontextmanager
async def bench(brand: Brand = GENERIC, *, slows_with_zoom: bool = False, **settings: object) -> AsyncIterator[Bench]:
    async with one_dome(brand, **settings) as one:  # type: ignore[arg-type]
        reports: list[PtzReport] = []
        known = Camera.model_validate(camera(one.url, slows_with_zoom))
        controls = DomeControls([known], lambda _: ACCOUNT, door(), CLOCK, random.Random(1), reports.append)
        try:
            yield Bench(one, controls, reports)
        finally:
            await controls.stop()


async def until(condition: Callable[[], Any], seconds: float = 30.0) -> float:
    """Seconds it took."""
    began = CLOCK.monotonic()
    async with asyncio.timeout(seconds):
        while not condition():
            await asyncio.sleep(0.01)
    return CLOCK.monotonic() - began


async def test_steering_goes_on_while_it_is_said_and_ends_with_its_lease() -> None:
    async with bench() as dome:
        await dome.ask("status")
        for _ in range(5):
            await dome.ask("steer", **SLOW, lease_s=0.4)
            await asyncio.sleep(0.1)
        assert dome.turned()
        told = dome.one.device.calls["ContinuousMove"]
        assert told <= 3, "an unchanged move is not said again and again"
        assert await until(lambda: not dome.turned()) < 0.9
        assert dome.one.device.calls["Stop"] == 1
        await until(lambda: dome.reports[-1].moving is False)
        pans = [one.pan_deg for one in dome.reports if one.pan_deg is not None]
        assert len(pans) >= 3
        assert pans == sorted(pans)
        assert pans[-1] == pytest.approx(dome.one.dome.aim().pan_deg, abs=0.1)


@dataclass
class Pictures:
    """How fast the picture goes by."""

    dome: Bench

    async def a_second(self, stick: float, zoom: float) -> float:
        """Widths of the picture a second, under a stick pushed to the right since long enough to be up to speed."""
        one = self.dome.one.dome
        one.stop()
        await until(lambda: not any(one.moving()))
        one.go_to(0.0, -10.0, zoom)
        await until(lambda: not any(one.moving()))
        speed = 0.0
        for _ in range(5):
            await self.dome.ask("steer", pan=stick, tilt=0.0, zoom=0.0, lease_s=0.5)
            began, before = CLOCK.monotonic(), one.aim().pan_deg
            await asyncio.sleep(0.1)
            speed = (one.aim().pan_deg - before) % 360 / (CLOCK.monotonic() - began)
        await self.dome.ask("stop")
        return speed / one.limits.hfov_deg(zoom)


QUICK_LENS = DomeLimits(zoom_seconds=0.4)
SLOWING = [
    ("the worker slows it", frozenset(), False),
    ("the dome slows itself", frozenset({Quirk.SLOWS_WITH_ZOOM}), True),
]


@pytest.mark.parametrize(("quirks", "itself"), [row[1:] for row in SLOWING], ids=[row[0] for row in SLOWING])
async def test_the_picture_goes_by_as_fast_at_every_magnification(quirks: frozenset[Quirk], itself: bool) -> None:
    async with bench(slows_with_zoom=itself, quirks=quirks, limits=QUICK_LENS) as dome:
        # Nobody has asked this dome for its magnification before: the first move is as slow as the ones after.
        pictures = Pictures(dome)
        near = await pictures.a_second(0.4, 20.0)
        wide = await pictures.a_second(0.4, 1.0)
        assert wide == pytest.approx(0.4 * 240 / 60, rel=0.15)
        assert near == pytest.approx(wide, rel=0.2)


async def test_a_hand_that_turns_and_zooms_is_slowed_as_the_picture_comes_closer() -> None:
    async with bench() as dome:
        await dome.ask("status")
        dome.one.dome.go_to(pan_deg=-120.0)
        await until(lambda: not dome.turned())
        await dome.ask("steer", pan=0.5, tilt=0.0, zoom=1.0, lease_s=3.0)
        await until(lambda: dome.one.dome.aim().zoom > 10)
        limits = dome.one.dome.limits
        began, before = CLOCK.monotonic(), dome.one.dome.aim()
        await asyncio.sleep(0.2)
        aim = dome.one.dome.aim()
        speed = (aim.pan_deg - before.pan_deg) % 360 / (CLOCK.monotonic() - began)
        # Said once and for all; unslowed it were 120 degrees a second, forty pictures.
        assert speed / limits.hfov_deg(aim.zoom) < 2.5 * (0.5 * 240 / 60)
        assert dome.one.device.calls["ContinuousMove"] <= 12
        await dome.ask("stop")


async def test_a_stop_outlives_every_move_that_was_on_its_way() -> None:
    async with bench() as dome:
        await dome.ask("status")
        for _ in range(10):
            moves = [asyncio.create_task(dome.ask("steer", **SLOW, lease_s=3.0)) for _ in range(3)]
            moves += [asyncio.create_task(dome.ask("absolute", pan_deg=90, tilt_deg=0)) for _ in range(2)]
            await asyncio.sleep(random.Random(3).random() * 0.004)
            await dome.ask("stop")
            await asyncio.gather(*moves)
            await until(lambda: not dome.turned(), 1.0)
            pan = dome.one.dome.aim().pan_deg
            await asyncio.sleep(0.02)
            assert dome.one.dome.aim().pan_deg == pan


@pytest.mark.parametrize("brand", BRANDS.values(), ids=BRANDS)
async def test_what_a_dome_is_asked(brand: Brand) -> None:
    async with bench(brand) as dome:
        can = await dome.ask("capabilities")
        json.dumps(can)
        assert can["absolute"]
        await dome.ask("absolute", pan_deg=30, tilt_deg=-20, zoom=4, speed=None)
        await until(lambda: dome.turned())
        await until(lambda: not dome.turned())
        token = (await dome.ask("set_preset", name="大桥", token=None))["token"]
        await dome.ask("relative", pan_deg=-10, tilt_deg=5, zoom=0)
        await until(lambda: dome.one.dome.aim().pan_deg < 21)
        await until(lambda: not dome.turned())
        assert token in [one["token"] for one in (await dome.ask("presets"))["presets"]]
        await dome.ask("goto_preset", token=token)
        await until(lambda: abs(dome.one.dome.aim().pan_deg - 30) < 0.1)
        status = await dome.ask("status")
        assert (status["pan_deg"], status["tilt_deg"]) == (pytest.approx(30, abs=0.5), pytest.approx(-20, abs=0.5))
        await dome.ask("remove_preset", token=token)
        with pytest.raises(LiveError) as refused:
            await dome.ask("absolute", pan_deg=0, tilt_deg=60)
        assert (refused.value.code, bool(refused.value.zh)) == ("out_of_range", True)


async def test_a_device_that_went_away_is_let_rest_and_found_again() -> None:
    async with bench() as dome:
        await dome.ask("status")
        dome.one.device.refusing = True
        dome.one.server.cut()
        with pytest.raises(LiveError) as first:
            await dome.ask("status")
        asked = dict(dome.one.device.calls)
        with pytest.raises(LiveError) as second:
            await dome.ask("steer", **SLOW, lease_s=0.3)
        assert str(first.value) == str(second.value)
        assert dict(dome.one.device.calls) == asked, "it is given a rest"
        dome.one.device.refusing = False
        await asyncio.sleep(0.8)
        await dome.ask("steer", **SLOW, lease_s=0.3)
        await until(dome.turned)


async def test_a_dome_is_watched_for_as_long_as_somebody_says() -> None:
    async with bench() as dome:
        await dome.ask("watch", seconds=1.3)
        await until(lambda: dome.reports)
        asked = dome.one.device.calls["GetStatus"]
        dome.one.dome.go_to(pan_deg=1.0)
        await until(lambda: len(dome.reports) > 1, 2.0)
        assert dome.reports[-1].pan_deg != dome.reports[0].pan_deg
        assert dome.one.device.calls["GetStatus"] - asked <= 3


async def test_a_status_word_that_is_stuck_does_not_keep_the_dome_moving() -> None:
    async with bench(HIKVISION, quirks=frozenset({Quirk.STUCK_MOVING})) as dome:
        await dome.ask("absolute", pan_deg=5, tilt_deg=-10)
        await until(lambda: dome.reports and dome.reports[-1].moving is False and not dome.turned())


async def test_what_does_not_turn_is_refused() -> None:
    async with bench() as dome:
        with pytest.raises(LiveError, match="does not turn"):
            await dome.controls.request("other", {"do": "stop"})
        with pytest.raises(LiveError) as refused:
            await dome.ask("dance")
        assert refused.value.code == "not_supported"


@asynccontextmanager
async def worker(folder: Path, url: str) -> AsyncIterator[asyncio.subprocess.Process]:
    known = {**camera(url), "enabled": True}
    town = {"name": "镇", "area": "t", "files": {"areas": "a", "grids": "g"}}
    file = {
        "version": 1,
        "town": town,
        "credentials": {"ptz": {"username": ACCOUNT.username, "password_env": "DOME_PASSWORD"}},
        "cameras": [known],
    }
    (folder / "a").write_text("")
    (folder / "g").write_text("")
    config = folder / "cameras.yaml"
    config.write_text(json.dumps(file, ensure_ascii=False))
    command = [sys.executable, "-m", "api.worker_process", "--config", str(config), "--data", str(folder)]
    environment = {**os.environ, "DOME_PASSWORD": ACCOUNT.password}
    process = await asyncio.create_subprocess_exec(
        *command, env=environment, stdin=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL
    )
    try:
        yield process
    finally:
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        await process.wait()


@asynccontextmanager
async def linked(folder: Path) -> AsyncIterator[WorkerLinks]:
    links = WorkerLinks([folder / "run" / "worker-0.sock"], CLOCK)
    await links.start()
    await until(lambda: links.workers()[0]["connected"], 30)
    yield links
    await links.stop()


async def steering(links: WorkerLinks, one: OneDome) -> None:
    async with asyncio.timeout(30):
        while not one.dome.moving()[0]:
            await links.request("dome-1", "ptz", do="steer", pan=-0.2, tilt=0, zoom=0, lease_s=0.7)
            await asyncio.sleep(0.1)


async def test_nothing_turns_on_when_the_link_or_the_worker_is_gone(tmp_path: Path) -> None:
    async with one_dome() as one, worker(tmp_path, one.url) as process:
        async with linked(tmp_path) as links:
            reports: list[PtzReport] = []
            links.on_ptz(reports.append)
            await steering(links, one)
            await until(lambda: reports)
        # The API process is gone: the worker's lease ends it.
        assert await until(lambda: not one.dome.moving()[0]) < 1.0
        assert one.device.calls["Stop"] >= 1
        stops = one.device.calls["Stop"]
        async with linked(tmp_path) as links:
            await steering(links, one)
            process.kill()
            # The worker is gone: the timeout that the device was told ends it.
            assert await until(lambda: not one.dome.moving()[0]) < 1.6
        assert one.device.calls["Stop"] == stops
