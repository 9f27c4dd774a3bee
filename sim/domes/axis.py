"""One motor: goes to a place or turns at a speed, with limited speed and acceleration."""

import math
from dataclasses import dataclass

STEP_SECONDS = 0.005
_AT_REST = 1e-9


@dataclass(frozen=True, slots=True)
class AxisLimits:
    """Units are the axis's own (degrees, or shares of the zoom range). `endless` turns without ends; `low` to `high`
    is then one turn."""

    low: float
    high: float
    speed: float
    acceleration: float
    endless: bool = False

    def wrapped(self, value: float) -> float:
        """The same direction within [low, high); without effect on an axis with ends."""
        return (value - self.low) % (self.high - self.low) + self.low if self.endless else value


class Axis:
    """State at a time; `advance` moves it on. Pure: no clock, no randomness."""

    def __init__(self, limits: AxisLimits, value: float) -> None:
        self.limits = limits
        self._value, self.velocity = value, 0.0
        self._target: float | None = None
        self._wanted = 0.0
        self._speed = limits.speed

    @property
    def value(self) -> float:
        return self.limits.wrapped(self._value)

    @property
    def resting(self) -> bool:
        return self._target is None and self._wanted == 0.0 and self.velocity == 0.0

    def go_to(self, value: float, speed: float | None = None) -> None:
        """By the shorter way where the axis is endless; at the end of the range where it is not."""
        limits = self.limits
        if limits.endless:
            turn = limits.high - limits.low
            value = self._value + math.remainder(value - self._value, turn)
        else:
            value = min(max(value, limits.low), limits.high)
        self._target, self._wanted = value, 0.0
        self._speed = limits.speed if speed is None else min(max(speed, 0.0), limits.speed)

    def go_by(self, distance: float, speed: float | None = None) -> None:
        """Never by the shorter way: as far as asked, in the direction asked."""
        target = self._value + distance
        self.go_to(target, speed)
        if self.limits.endless:
            self._target = target

    def turn_at(self, velocity: float) -> None:
        self._target = None
        self._wanted = min(max(velocity, -self.limits.speed), self.limits.speed)

    def stop(self) -> None:
        """Brakes; comes to rest a little farther on."""
        self.turn_at(0.0)

    def advance(self, seconds: float) -> None:
        """Moves on by so much time, in small steps until it rests."""
        while seconds > 0 and not self.resting:
            step = min(seconds, STEP_SECONDS)
            self._step(step)
            seconds -= step

    def _step(self, step: float) -> None:
        if self._target is not None:
            left = self._target - self._value
            arriving = abs(left) <= max(abs(self.velocity) * step, _AT_REST)
            if arriving and abs(self.velocity) <= 2 * self.limits.acceleration * step:
                self._value, self.velocity, self._target = self._target, 0.0, None
                return
            wanted = math.copysign(min(self._speed, self._braking_speed(abs(left), step)), left)
        else:
            wanted = self._before_the_end(self._wanted, step)
        change = self.limits.acceleration * step
        self.velocity += min(max(wanted - self.velocity, -change), change)
        self._value += self.velocity * step
        self._hold_at_ends()

    def _braking_speed(self, left: float, step: float) -> float:
        """From which it can still stop within `left`, a step early so that it does not run over."""
        lead = self.limits.acceleration * step
        return max(math.sqrt(2 * self.limits.acceleration * left + lead * lead / 4) - lead, min(left / step, lead))

    def _before_the_end(self, wanted: float, step: float) -> float:
        if self.limits.endless or wanted == 0.0:
            return wanted
        left = self.limits.high - self._value if wanted > 0 else self._value - self.limits.low
        return math.copysign(min(abs(wanted), self._braking_speed(max(left, 0.0), step)), wanted)

    def _hold_at_ends(self) -> None:
        limits = self.limits
        if not limits.endless and not limits.low < self._value < limits.high:
            at_end = min(max(self._value, limits.low), limits.high)
            if self.velocity * (self._value - at_end or (1 if at_end == limits.high else -1)) >= 0:
                self._value, self.velocity = at_end, 0.0
                if self._target is None:
                    self._wanted = 0.0
