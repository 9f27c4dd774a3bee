"""How well a dome points after calibration: real commands to a simulated dome, judged by how it truly stands."""

import asyncio
import ipaddress
import math
import random
from dataclasses import dataclass

import numpy as np

from config.camera_device import Device as DeviceKeys
from config.camera_device import Ptz
from config.cameras import Camera, Position, Stream, Streams
from gis.dome import Dome, dome_of
from gis.dome_calibration import Aim, calibrate
from gis.dome_mount import Direction
from gis.plane import Plane
from ingest.onvif.driver import device_of, open_ptz
from ingest.onvif.ptz import PtzDriver
from ingest.opening import Door
from sim.domes.mount import Mount
from sim.onvif.brand import BRANDS
from tests.sim.fast_clock import FastClock
from tests.sim.one_dome import ACCOUNT, OneDome, one_dome

AIMS, CLICKS = 24, 200
NEAREST_M, FARTHEST_M = 150.0, 1500.0
NOISE = 0.01
"""Known places are off by so much of their distance, in any direction."""
SPEED = 8.0
CENTRE = (120.43, 30.05)
HEIGHT_M = 75.0


@dataclass(frozen=True)
class Standing:
    """One dome as it truly stands, and what cameras.yaml says of it."""

    brand: str
    mount: Mount
    dome: Dome


def stand(brand: str, rng: random.Random) -> Standing:
    """The heading is known to a few degrees, the lean not at all."""
    heading = rng.uniform(0, 360)
    mount = Mount(0.0, 0.0, HEIGHT_M, heading, rng.uniform(-1.5, 1.5), rng.uniform(-1.5, 1.5))
    rough = {"mount": {"heading_deg": (heading + rng.uniform(-7, 7)) % 360}}
    camera = Camera(
        id="dome",
        name="dome",
        area="t",
        streams=Streams(sub=Stream(url="rtsp://127.0.0.1/sub")),
        position=Position(lon=CENTRE[0], lat=CENTRE[1], height_m=HEIGHT_M),
        device=DeviceKeys(url="http://127.0.0.1/onvif/device_service"),
        ptz=Ptz.model_validate(rough),
    )
    dome = dome_of(camera)
    assert dome is not None
    return Standing(brand, mount, dome)


def somewhere(rng: random.Random) -> tuple[float, float]:
    """Metres east and north, evenly over the ring a dome watches."""
    away = math.sqrt(rng.uniform(NEAREST_M**2, FARTHEST_M**2))
    angle = rng.uniform(0, 2 * math.pi)
    return away * math.sin(angle), away * math.cos(angle)


async def settle(one: OneDome, clock: FastClock) -> None:
    while any(one.dome.moving()):
        await clock.sleep(0.1)
    await clock.sleep(0.3)


async def aim(driver: PtzDriver, one: OneDome, clock: FastClock, standing: Standing, rng: random.Random) -> Aim:
    """An operator has brought a known place into the middle; its coordinates, from a map, are a little off."""
    east, north = somewhere(rng)
    true = standing.mount.aim_at(east, north)
    await driver.absolute(true.pan_deg, true.tilt_deg)
    await settle(one, clock)
    told = await driver.status()
    assert told.pan_deg is not None
    assert told.tilt_deg is not None
    off, angle = NOISE * math.hypot(east, north), rng.uniform(0, 2 * math.pi)
    lon, lat = Plane(*CENTRE).to_degrees(east + off * math.sin(angle), north + off * math.cos(angle))
    return Aim(lon=lon, lat=lat, direction=Direction(told.pan_deg, told.tilt_deg))


async def errors_of(brand: str, rng: random.Random, clicks: int) -> list[float]:
    """Degrees between where the dome came to look and the place that was clicked on the map."""
    clock, standing = FastClock(SPEED), stand(brand, rng)
    door = Door([ipaddress.ip_network("127.0.0.0/8")], rng)
    async with one_dome(BRANDS[brand], clock=clock) as one:
        keys = DeviceKeys(url=one.url)
        device = device_of(keys, ACCOUNT, door, clock)
        await device.open()
        driver = await open_ptz(device, Ptz(), clock)
        aims = [await aim(driver, one, clock, standing, rng) for _ in range(AIMS)]
        dome = (await asyncio.to_thread(calibrate, standing.dome, aims)).applied_to(standing.dome)
        errors = []
        for _ in range(clicks):
            east, north = somewhere(rng)
            reach = dome.direction_to(*Plane(*CENTRE).to_degrees(east, north))
            await driver.absolute(reach.direction.pan_deg, reach.direction.tilt_deg)
            await settle(one, clock)
            errors.append(angle_deg(standing.mount, one, east, north))
        await device.close()
    return errors


def angle_deg(mount: Mount, one: OneDome, east: float, north: float) -> float:
    looks = mount.camera_axes(one.dome.aim())[2]
    wanted = np.array([east - mount.x, north - mount.y, -mount.height_m])
    return math.degrees(math.atan2(np.linalg.norm(np.cross(looks, wanted)), looks @ wanted))


async def measure_pointing(clicks: int, seed: int) -> dict[str, float | int]:
    """Over one dome of each brand."""
    rng, errors = random.Random(seed), []
    for brand in ("hikvision", "dahua", "uniview"):
        errors += await errors_of(brand, rng, math.ceil(clicks / 3))
    errors.sort()
    return {
        "pointing_clicks": len(errors),
        "pointing_aims": AIMS,
        "pointing_median_deg": round(errors[len(errors) // 2], 3),
        "pointing_p95_deg": round(errors[int(0.95 * len(errors))], 3),
        "pointing_worst_deg": round(errors[-1], 3),
    }
