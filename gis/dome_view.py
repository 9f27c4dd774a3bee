"""The ground in a dome's picture while it stands at one of its views: what rules ask of a fixed camera's ground."""

import math
from dataclasses import dataclass, field

from gis.dome import Dome, unit
from gis.dome_ground import ground_fix
from gis.dome_mount import Direction
from gis.ground import Box, GroundFix
from gis.pinhole import Pinhole


@dataclass(frozen=True, slots=True)
class DomeGround:
    """A `gis.ground.GroundModel` of a dome in one direction, in the device's own degrees, at one magnification."""

    dome: Dome
    direction: Direction
    zoom: float
    _lens: Pinhole = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_lens", self.dome.pinhole(self.direction, self.zoom))

    def to_ground(self, fx: float, fy: float) -> GroundFix | None:
        fix = ground_fix(self.dome, self.direction, self.zoom, fx, fy)
        return None if fix is None else GroundFix(fix.lon, fix.lat, fix.error_m, fix.distance_m)

    def place_at(self, fx: float, fy: float) -> tuple[float, float] | None:
        return self.dome.place(self.direction, self.zoom, fx, fy)

    def to_picture(self, lon: float, lat: float) -> tuple[float, float] | None:
        vector = self.dome.vector_to(lon, lat)
        if math.hypot(vector[0], vector[1]) > self.dome.range_m:
            return None
        return self._lens.picture_point(*vector)

    def size_at(self, box: Box) -> tuple[float, float] | None:
        """From high above, a box is as high as the thing's top and its depth over the ground look together: the height
        is that of something as deep as it is wide."""
        x, y, width, height = box
        met = self.dome.meet(unit(self._lens.ray(x + width / 2, y + height)))
        if met is None:
            return None
        foot = met[0], met[1], met[2] - self.dome.height_m
        width_m = width * self._lens.metres_per_fraction(*foot)
        dip = math.atan2(-foot[2], math.hypot(foot[0], foot[1]))
        upright = height * self._lens.metres_per_fraction(*foot) / self.dome.lens.aspect - width_m * math.sin(dip)
        return width_m, max(0.0, upright / math.cos(dip)) if dip < math.radians(80) else 0.0
