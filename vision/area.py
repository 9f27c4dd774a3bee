"""One zone watched as a whole: its measure's samples, and what has been told of it."""

from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Protocol, runtime_checkable

from config.cameras import Zone
from gis.ground import GroundModel
from vision.background import LONGEST_STEP_SECONDS
from vision.burning import Burning
from vision.cells import ZoneCells
from vision.detection import Box
from vision.filling import Filling
from vision.grid import Floats, Grid, Mask
from vision.look import Look
from vision.rules.area_history import AreaHistory, AreaSample
from vision.static_object import Announcement
from vision.stirring import Stirring

LEAST_SECONDS, MOST_SAMPLES = 600.0, 600
OVER_DWELL = 1.5


class Measure(Protocol):
    """What a rule of areas is told of, measured in one zone on one grid. `held`: not 0 for the cells it is about;
    `keeps_ground`: the background must not forget the ground there while it goes on."""

    keeps_ground: bool

    @property
    def cells(self) -> ZoneCells: ...
    @property
    def held(self) -> Floats: ...
    def take(self, look: Look) -> AreaSample: ...
    def forget(self) -> None:
        """The picture has become another; what is learnt over days may stay."""


@runtime_checkable
class Learnt(Protocol):
    """A measure that learns over days, and must not forget it with its process."""

    def pack(self) -> bytes: ...
    def unpack(self, data: bytes) -> None: ...


MEASURES: Mapping[str, Callable[[Zone, Grid, GroundModel | None], Measure]] = {
    "crowd": Stirring,
    "occupancy": Filling,
    "smoke_fire": Burning,
}
"""By the rule that asks for it."""


@dataclass(slots=True)
class Episode:
    """Something told of the zone that has not ended."""

    object_id: str
    first_seen_at: float
    told: Announcement


@dataclass(slots=True)
class AreaWatch:
    """Of one zone on one grid. Starts anew when the picture does; what has been told goes on."""

    zone: Zone
    grid: Grid
    ground: GroundModel | None
    episode: Episode | None = None
    scene: int = 0
    samples: deque[AreaSample] = field(default_factory=deque)
    measure: Measure = field(init=False)
    _kept_seconds: float = field(init=False)
    _covered: float = 0.0

    def __post_init__(self) -> None:
        self.measure = MEASURES[self.zone.rule](self.zone, self.grid, self.ground)
        self._kept_seconds = max(LEAST_SECONDS, OVER_DWELL * self.zone.dwell_seconds)

    def take(self, look: Look) -> AreaHistory:
        """One sample more."""
        if look.scene != self.scene:
            self.scene = look.scene
            self.measure.forget()
            self.samples.clear()
            self._covered = 0.0
        sample = self.measure.take(look)
        seconds = min(look.seconds, LONGEST_STEP_SECONDS)
        self._covered += seconds
        if self.samples and self.samples[-1].seconds < self._kept_seconds / MOST_SAMPLES:
            # Of a dwell of an hour not every second is kept: the newest look speaks for both.
            sample = replace(sample, seconds=seconds + self.samples.pop().seconds)
        self.samples.append(sample)
        while self._covered > self._kept_seconds:
            self._covered -= self.samples.popleft().seconds
        told = self.episode.told if self.episode is not None else None
        return AreaHistory(tuple(self.samples), told is not None, "" if told is None else told.aspect)

    def mark_held(self, whole: Mask) -> None:
        """Sets the pixels of `whole`, a mask of the grid, whose ground is not to be forgotten."""
        if self.measure.keeps_ground:
            self.measure.cells.mark(self.measure.held, whole)

    def box(self) -> Box:
        """Around the cells that are held; the zone's own where none are."""
        return self.measure.cells.box(self.measure.held)

    def pack(self) -> bytes:
        """What the measure has learnt over days; empty where it learns nothing."""
        return self.measure.pack() if isinstance(self.measure, Learnt) else b""

    def unpack(self, data: bytes) -> None:
        """Takes nothing that does not fit."""
        if isinstance(self.measure, Learnt):
            self.measure.unpack(data)
