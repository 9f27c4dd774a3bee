"""What may be smoke or fire in a zone."""

import numpy as np

from config.cameras import Zone
from gis.ground import GroundModel
from vision.background import LONGEST_STEP_SECONDS
from vision.cells import ZoneCells
from vision.glow import GlowTrack
from vision.grid import Floats, Grid
from vision.look import Look
from vision.plume import PlumeTrack
from vision.rules.area_history import AreaSample


class Burning:
    """The measure of the rule `smoke_fire`."""

    keeps_ground = True

    def __init__(self, zone: Zone, grid: Grid, ground: GroundModel | None) -> None:
        self.cells = ZoneCells(zone, grid)
        self._plume, self._glow = PlumeTrack(self.cells), GlowTrack(self.cells)

    @property
    def held(self) -> Floats:
        return np.maximum(self._plume.cells, self._glow.cells)

    def take(self, look: Look) -> AreaSample:
        seconds = min(look.seconds, LONGEST_STEP_SECONDS)
        plume = self._plume.take(look, seconds)
        return AreaSample(look.at, seconds, plume=plume, glow=self._glow.take(look))

    def forget(self) -> None:
        self._plume.forget()
        self._glow.forget()
