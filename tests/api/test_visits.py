"""Whether a dome stands at a view, judged in the worker against a simulated device."""

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest

from api.visits import SETTLES_S, Visits
from config.cameras import Camera
from gis.dome_view import DomeGround
from gis.ground import GroundModel
from gis.plane import distance_m
from ingest.dome_controls import DomeControls
from ingest.live import LiveError, PtzReport
from runtime.clock import SystemClock
from sim.onvif.brand import GENERIC, Quirk
from tests.api.town import camera
from tests.onvif.server import door
from tests.sim.one_dome import ACCOUNT, OneDome, one_dome

ZONE = {"rule": "stall", "polygon": [[0, 0], [1, 0], [1, 1]], "case_class": "05-01"}
AIM = {"pan_deg": 30.0, "tilt_deg": -20.0, "zoom": 4.0}
VIEWS = [
    {"id": "gate", "name": "东门", "aim": AIM, "tolerance_deg": 0.3, "zones": [{**ZONE, "id": "a"}]},
    {"id": "hill", "name": "后山", "preset": "1", "zones": [{**ZONE, "id": "b"}]},
]
MOUNT = {"heading_deg": 50.0, "pitch_deg": 0.0, "roll_deg": 0.0, "tilt_zero_deg": 0.0,
         "heading_error_deg": 0.1, "lean_error_deg": 0.05}  # fmt: skip


@dataclass
class Standing:
    one: OneDome
    controls: DomeControls
    visits: Visits
    came: list[tuple[str, GroundModel | None]] = field(default_factory=list)

    async def turn(self, do: str, **given: Any) -> None:
        """As the worker passes commands on."""
        self.visits.turned("dome", do)
        await self.controls.request("dome", {"do": do, **given})

    async def go(self, **given: Any) -> None:
        await self.turn("absolute", **{**AIM, "speed": None, **given})
        await asyncio.sleep(0.05)
        await self.until(lambda: not any(self.one.dome.moving()))
        async with asyncio.timeout(30):
            while (await self.controls.request("dome", {"do": "status"})).body["moving"]:
                await asyncio.sleep(0.05)

    async def visit(self, view: str = "gate", seconds: float = 20.0, **given: Any) -> dict[str, Any]:
        return (await self.visits.visit("dome", {"view": view, "seconds": seconds, **given})).body

    async def until(self, condition: Any, seconds: float = 30.0) -> None:
        async with asyncio.timeout(seconds):
            while not condition():
                await asyncio.sleep(0.02)


@asynccontextmanager
async def standing(**changed: Any) -> AsyncIterator[Standing]:
    clock = SystemClock()
    async with one_dome(GENERIC, **changed) as one:
        given = camera("east")
        given = {**given, "id": "dome", "zones": [], "device": {"url": one.url}, "ptz": {"views": VIEWS}}
        given["position"] = {**given["position"], "height_m": 60.0}
        dome = Camera.model_validate({key: value for key, value in given.items() if key != "view"})

        def reported(report: PtzReport) -> None:
            found.visits.reported(report)

        def arrived(name: str, ground: GroundModel | None) -> dict[str, Any]:
            found.came.append((name, ground))
            return {"ready": True, "attention": "quiet", "objects": 0}

        controls = DomeControls([dome], lambda _: ACCOUNT, door(), clock, random.Random(1), reported)
        visits = Visits(controls.request, arrived, lambda _: None, clock)
        found = Standing(one, controls, visits)
        visits.change([dome])
        try:
            yield found
        finally:
            await controls.stop()


async def test_a_visit_holds_while_the_dome_stands_there_and_ends_with_any_command():
    async with standing() as dome:
        assert dome.visits.at("dome") is None
        far = await dome.visit()
        assert not far["standing"]
        assert "degrees beside it" in far["why"]
        await dome.go()
        assert (await dome.visit(mount=MOUNT))["standing"]
        visit = dome.visits.at("dome")
        assert visit is not None
        assert visit.view.id == "gate"
        assert 0 < visit.since - SystemClock().now() <= SETTLES_S
        # What is seen there is where the calibrated base says, not the configured one.
        ground = dome.came[0][1]
        assert isinstance(ground, DomeGround)
        assert (ground.dome.mount.heading_deg, ground.dome.errors.heading_deg) == (50.0, 0.1)
        place = ground.place_at(0.5, 0.5)
        assert place is not None
        assert distance_m(*place, ground.dome.lon, ground.dome.lat) == pytest.approx(60 / 0.36397, rel=0.01)
        # Said again it goes on: the same visit.
        await dome.visit()
        assert dome.came[1] == ("dome.gate", None)
        again = dome.visits.at("dome")
        assert again is not None
        assert again.since == visit.since
        for harmless in ("stop", "status", "presets"):
            await dome.turn(harmless)
            assert dome.visits.at("dome") is not None
        for do in ("steer", "relative", "goto_preset", "focus"):
            await dome.visit()
            assert dome.visits.at("dome") is not None
            dome.visits.turned("dome", do)  # before the device has heard of it
            assert dome.visits.at("dome") is None
        await dome.go(zoom=4.4)
        assert "magnification" in (await dome.visit())["why"]
        with pytest.raises(LiveError, match="no view 'none'"):
            await dome.visit("none")


async def test_a_preset_is_where_the_device_goes_and_a_stranger_at_the_stick_is_noticed():
    async with standing() as dome:
        await dome.go(pan_deg=-100.0, zoom=2.0)
        assert (await dome.visit("hill"))["standing"]
        ground = dome.came[0][1]
        assert isinstance(ground, DomeGround)
        assert (ground.direction.pan_deg, ground.zoom) == pytest.approx((-100.0, 2.0), abs=0.1)
        # The recorder's own joystick: no command of ours.
        dome.one.dome.go_by(pan_deg=3.0)
        await dome.until(lambda: dome.visits.at("dome") is None, 2.5)
        await dome.until(lambda: not any(dome.one.dome.moving()))
        # It stands again, somewhere: for a preset that is a new visit, for an aim it is not.
        assert not (await dome.visit("gate"))["standing"]
        # Nobody says it any more: the visit is over.
        async with asyncio.timeout(30):
            while not (await dome.visit("hill", seconds=0.3))["standing"]:
                await asyncio.sleep(0.1)
        assert dome.visits.at("dome") is not None
        await dome.until(lambda: dome.visits.at("dome") is None, 1.0)
        # The view is configured otherwise, while it stands there.
        await dome.visit("hill")
        dome.visits.change([])
        assert dome.visits.at("dome") is None


async def test_a_dome_that_does_not_tell_where_it_points_has_no_views():
    async with standing(quirks=frozenset({Quirk.NO_POSITION})) as dome:
        assert await dome.visit("hill") == {"standing": False, "why": "does_not_tell"}
