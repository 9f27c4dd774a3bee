"""How a dome's base stands, and what its directions are in the world: east, north, up."""

import math
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from sim.domes.dome import Aim

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Mount:
    """`x`, `y`, `height_m` of the lens in local metres above flat ground.

    `heading_deg`: where pan 0 points, clockwise from north. `pitch_deg`: how the base leans at pan 0, up positive.
    `roll_deg`: how it leans sideways, clockwise as seen from behind at pan 0.
    World direction = heading · pitch · roll · device direction, each a rotation."""

    x: float
    y: float
    height_m: float
    heading_deg: float = 0.0
    pitch_deg: float = 0.0
    roll_deg: float = 0.0

    @cached_property
    def rotation(self) -> Floats:
        """Device axes (right, ahead, up at pan 0) to east, north, up."""
        heading, pitch, roll = map(math.radians, (self.heading_deg, self.pitch_deg, self.roll_deg))
        turn = np.array(
            [[math.cos(heading), math.sin(heading), 0.0], [-math.sin(heading), math.cos(heading), 0.0], [0, 0, 1.0]]
        )
        nod = np.array([[1.0, 0, 0], [0, math.cos(pitch), -math.sin(pitch)], [0, math.sin(pitch), math.cos(pitch)]])
        lean = np.array([[math.cos(roll), 0, math.sin(roll)], [0, 1.0, 0], [-math.sin(roll), 0, math.cos(roll)]])
        return np.asarray(turn @ nod @ lean)

    def camera_axes(self, aim: Aim) -> Floats:
        """Rows: right, down and ahead of the picture, in east, north, up."""
        pan, tilt = math.radians(aim.pan_deg), math.radians(aim.tilt_deg)
        right = (math.cos(pan), -math.sin(pan), 0.0)
        ahead = (math.sin(pan) * math.cos(tilt), math.cos(pan) * math.cos(tilt), math.sin(tilt))
        down = (math.sin(pan) * math.sin(tilt), math.cos(pan) * math.sin(tilt), -math.cos(tilt))
        return np.asarray((self.rotation @ np.array([right, down, ahead]).T).T)

    def aim_at(self, x: float, y: float, z: float = 0.0, zoom: float = 1.0) -> Aim:
        """Where the dome must point so that the place is in the middle of its picture."""
        away = np.array([x - self.x, y - self.y, z - self.height_m])
        right, ahead, up = self.rotation.T @ (away / np.linalg.norm(away))
        return Aim(math.degrees(math.atan2(right, ahead)), math.degrees(math.asin(min(max(up, -1.0), 1.0))), zoom)

    def ground_at(self, aim: Aim) -> tuple[float, float] | None:
        """The ground in the middle of the picture; None at or above the horizon."""
        ahead = self.camera_axes(aim)[2]
        if ahead[2] >= -1e-4:
            return None
        reach = -self.height_m / ahead[2]
        return self.x + float(ahead[0]) * reach, self.y + float(ahead[1]) * reach
