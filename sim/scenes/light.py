"""Sun, sky, haze and lamps of a scene, and how a surface answers them."""
# ruff: noqa: RUF009 (rgb() gives an immutable tuple)

import math
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from sim.scenes.pinhole import Floats
from sim.scenes.textures import Colour, rgb


@dataclass(frozen=True)
class Lamp:
    """A lit lamp head at (x, y, z); `power` is the gain it gives the ground one height below it."""

    x: float
    y: float
    z: float
    colour: Colour = rgb("#ffd9a0")
    power: float = 1.0


@dataclass(frozen=True)
class Light:
    """`sun_azimuth_deg` is where the sun stands, clockwise from straight ahead; strength 0 means an overcast sky."""

    sun_azimuth_deg: float = -60.0
    sun_elevation_deg: float = 48.0
    sun: float = 0.46
    ambient: float = 0.72
    tint: Colour = (1.0, 1.0, 1.0)
    sky_top: Colour = rgb("#8fb4d8")
    sky_low: Colour = rgb("#dfe7ea")
    haze: Colour = rgb("#d5dde0")
    haze_m: float = 170.0
    shadow: float = 0.52
    clouds: float = 0.12
    noise: float = 2.0
    night: float = 0.0
    lamps: tuple[Lamp, ...] = field(default=())

    @cached_property
    def towards_sun(self) -> tuple[float, float, float]:
        azimuth, elevation = math.radians(self.sun_azimuth_deg), math.radians(self.sun_elevation_deg)
        return math.sin(azimuth) * math.cos(elevation), math.cos(azimuth) * math.cos(elevation), math.sin(elevation)

    @cached_property
    def shadow_per_metre(self) -> tuple[float, float]:
        """Ground displacement of the shadow of a point for every metre of its height."""
        x, y, z = self.towards_sun
        return -x / z, -y / z

    def shade(self, normal: tuple[float, float, float]) -> float:
        """Brightness of a matt surface with that unit normal: ambient from the sky, more from above, and the sun."""
        sx, sy, sz = self.towards_sun
        facing = max(0.0, normal[0] * sx + normal[1] * sy + normal[2] * sz)
        return self.ambient * (0.86 + 0.16 * normal[2]) + self.sun * facing

    def shades(self, normals: Floats) -> Floats:
        """`shade` for (n, 3) normals at once."""
        facing = np.maximum(0.0, normals @ np.array(self.towards_sun))
        return np.asarray(self.ambient * (0.86 + 0.16 * normals[:, 2]) + self.sun * facing)

    def at(self, x: float, y: float) -> Floats:
        """Light (b, g, r gains) that falls on an actor standing at (x, y): the tint by day, plus lamps."""
        total = np.array(self.tint, dtype=np.float64)
        for lamp in self.lamps:
            distance2 = (lamp.x - x) ** 2 + (lamp.y - y) ** 2 + lamp.z**2 * 0.6
            total += np.array(lamp.colour) / 255 * (lamp.power * lamp.z**2 / distance2)
        return total

    def haze_share(self, depth: float) -> float:
        return 1.0 - math.exp(-max(depth - 8.0, 0.0) / self.haze_m)


SUNNY = Light()
MORNING = Light(
    sun_azimuth_deg=68,
    sun_elevation_deg=32,
    sun=0.46,
    ambient=0.68,
    tint=(0.93, 0.99, 1.05),
    sky_top=rgb("#9dbbd6"),
    sky_low=rgb("#f0e6d8"),
    haze=rgb("#e2dccf"),
    haze_m=120,
)
AFTERNOON = Light(
    sun_azimuth_deg=-75,
    sun_elevation_deg=36,
    sun=0.48,
    ambient=0.68,
    tint=(0.9, 0.98, 1.07),
    sky_top=rgb("#86a9cc"),
    sky_low=rgb("#e9e1d3"),
    haze=rgb("#dcd6ca"),
    haze_m=160,
)
OVERCAST = Light(
    sun=0.12,
    sun_elevation_deg=65,
    ambient=0.9,
    tint=(1.02, 1.0, 0.97),
    sky_top=rgb("#b4bfc6"),
    sky_low=rgb("#d9dee0"),
    haze=rgb("#ced4d7"),
    haze_m=110,
    shadow=0.0,
    clouds=0.05,
    noise=2.3,
)
HAZY = Light(
    sun_azimuth_deg=40,
    sun_elevation_deg=50,
    sun=0.28,
    ambient=0.84,
    tint=(0.96, 1.0, 1.02),
    sky_top=rgb("#c3ccd0"),
    sky_low=rgb("#e0e0d9"),
    haze=rgb("#d8d8d0"),
    haze_m=70,
    shadow=0.28,
    clouds=0.06,
    noise=2.2,
)
DUSK = Light(
    sun=0.06,
    sun_azimuth_deg=20,
    sun_elevation_deg=30,
    ambient=0.9,
    tint=(0.66, 0.54, 0.52),
    sky_top=rgb("#42587c"),
    sky_low=rgb("#e0a27a"),
    haze=rgb("#c79d86"),
    haze_m=120,
    shadow=0.0,
    clouds=0.04,
    noise=2.8,
    night=0.45,
)
NIGHT = Light(
    sun=0.0,
    ambient=0.92,
    tint=(0.24, 0.19, 0.17),
    sky_top=rgb("#12161f"),
    sky_low=rgb("#2c2a30"),
    haze=rgb("#4a4550"),
    haze_m=150,
    shadow=0.0,
    clouds=0.02,
    noise=3.6,
    night=0.9,
)
