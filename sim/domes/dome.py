"""A dome's motors, lens and presets on an injected clock: directions in its own degrees, zoom as magnification.

`pan_deg` is clockwise as seen from above, `tilt_deg` up positive, both as the device counts them, before its mount.
"""

import math
from dataclasses import dataclass

from runtime.clock import Clock
from sim.domes.axis import Axis, AxisLimits

LONGEST_MOVE_SECONDS = 60.0
MOST_PRESETS = 300


PAN = AxisLimits(-180.0, 180.0, 240.0, 480.0, endless=True)
TILT = AxisLimits(-90.0, 20.0, 160.0, 400.0)


@dataclass(frozen=True, slots=True)
class Aim:
    pan_deg: float
    tilt_deg: float
    zoom: float


RESTING = Aim(0.0, -10.0, 1.0)


@dataclass(frozen=True, slots=True)
class DomeLimits:
    """Speeds in degrees a second; `zoom_seconds` from one end of the lens to the other."""

    pan: AxisLimits = PAN
    tilt: AxisLimits = TILT
    widest: float = 1.0
    narrowest: float = 30.0
    wide_hfov_deg: float = 60.0
    zoom_seconds: float = 2.5

    def hfov_deg(self, zoom: float) -> float:
        return math.degrees(2 * math.atan(math.tan(math.radians(self.wide_hfov_deg) / 2) / zoom))


DEFAULT_LIMITS = DomeLimits()


@dataclass(slots=True)
class Preset:
    name: str
    aim: Aim


class PresetsFull(Exception):
    """The device keeps no more presets."""


@dataclass(slots=True)
class Switches:
    """What an auxiliary command or an imaging setting has switched; only remembered, not seen."""

    wiper: bool = False
    light: bool = False
    focus: float = 0.5
    iris: float = 0.5
    autofocus: bool = True
    brightness: float = 50.0


class Dome:
    """Every question and command first moves it on to the clock's time."""

    def __init__(self, clock: Clock, limits: DomeLimits = DEFAULT_LIMITS, start: Aim = RESTING) -> None:
        self.limits, self._clock = limits, clock
        lens = 1.0 / limits.zoom_seconds
        self._pan = Axis(limits.pan, start.pan_deg)
        self._tilt = Axis(limits.tilt, start.tilt_deg)
        self._lens = Axis(AxisLimits(0.0, 1.0, lens, 4 * lens), self._share(start.zoom))
        self._at = clock.monotonic()
        self._move_ends = dict.fromkeys(("turn", "zoom"), math.inf)
        self.presets: dict[str, Preset] = {}
        self.home = start
        self.switches = Switches()
        self.commands: list[str] = []

    def aim(self) -> Aim:
        """Where it points now; pan within [low, high) of its limits."""
        self._advance()
        return Aim(self._pan.value, self._tilt.value, self._zoom(self._lens.value))

    def moving(self) -> tuple[bool, bool]:
        """Whether it turns, and whether it zooms."""
        self._advance()
        return not (self._pan.resting and self._tilt.resting), not self._lens.resting

    def go_to(
        self,
        pan_deg: float | None = None,
        tilt_deg: float | None = None,
        zoom: float | None = None,
        *,
        turn_speed: tuple[float, float] = (1.0, 1.0),
        zoom_speed: float = 1.0,
    ) -> None:
        """None keeps what the dome has. Speeds are shares of the fastest, above 0 and up to 1."""
        self._advance()
        if pan_deg is not None:
            self._pan.go_to(pan_deg, self._speed(self._pan, turn_speed[0]))
        if tilt_deg is not None:
            self._tilt.go_to(tilt_deg, self._speed(self._tilt, turn_speed[1]))
        if pan_deg is not None or tilt_deg is not None:
            self._move_ends["turn"] = math.inf
        if zoom is not None:
            self._lens.go_to(self._share(zoom), self._speed(self._lens, zoom_speed))
            self._move_ends["zoom"] = math.inf

    def go_by(self, pan_deg: float = 0.0, tilt_deg: float = 0.0, zoom_share: float = 0.0) -> None:
        """`zoom_share` of the whole range of the lens. What is 0 goes on as it was."""
        self._advance()
        for axis, distance, kind in (
            (self._pan, pan_deg, "turn"),
            (self._tilt, tilt_deg, "turn"),
            (self._lens, zoom_share, "zoom"),
        ):
            if distance:
                axis.go_by(distance)
                self._move_ends[kind] = math.inf

    def turn_at(
        self, turn: tuple[float, float] | None = None, zoom: float | None = None, seconds: float = LONGEST_MOVE_SECONDS
    ) -> None:
        """Speeds as shares of the fastest, -1 to 1; right, up, narrower positive. Stops by itself after `seconds`."""
        self._advance()
        ends = self._at + min(max(seconds, 0.0), LONGEST_MOVE_SECONDS)
        if turn is not None:
            self._pan.turn_at(turn[0] * self._pan.limits.speed)
            self._tilt.turn_at(turn[1] * self._tilt.limits.speed)
            self._move_ends["turn"] = ends
        if zoom is not None:
            self._lens.turn_at(zoom * self._lens.limits.speed)
            self._move_ends["zoom"] = ends

    def stop(self, turn: bool = True, zoom: bool = True) -> None:
        self._advance()
        self._stop(turn, zoom)

    def set_preset(self, name: str, token: str | None = None) -> str:
        """The preset's token: that given, or the smallest free number from 1. Raises PresetsFull."""
        if token is None:
            token = next(str(n) for n in range(1, MOST_PRESETS + 2) if str(n) not in self.presets)
        if token not in self.presets and len(self.presets) >= MOST_PRESETS:
            raise PresetsFull(f"all {MOST_PRESETS} presets are taken")
        self.presets[token] = Preset(name, self.aim())
        return token

    def _stop(self, turn: bool, zoom: bool) -> None:
        if turn:
            self._pan.stop()
            self._tilt.stop()
            self._move_ends["turn"] = math.inf
        if zoom:
            self._lens.stop()
            self._move_ends["zoom"] = math.inf

    def _advance(self) -> None:
        now = self._clock.monotonic()
        while True:
            ends = min(self._move_ends.values())
            until = min(now, max(ends, self._at))
            for axis in (self._pan, self._tilt, self._lens):
                axis.advance(until - self._at)
            self._at = max(until, self._at)
            if ends > now:
                break
            self._stop(self._move_ends["turn"] <= ends, self._move_ends["zoom"] <= ends)

    @staticmethod
    def _speed(axis: Axis, share: float) -> float:
        return axis.limits.speed * min(max(share, 0.01), 1.0)

    def _share(self, zoom: float) -> float:
        return (zoom - self.limits.widest) / (self.limits.narrowest - self.limits.widest)

    def _zoom(self, share: float) -> float:
        return self.limits.widest + share * (self.limits.narrowest - self.limits.widest)
