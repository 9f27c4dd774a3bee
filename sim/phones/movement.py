"""A body that walks along points, and the satellite receiver in its pocket."""

import math
from collections import deque
from random import Random

from sim.phones.roads import Point


class Walker:
    """Position in metres. Pure: time passes only by `advance`."""

    def __init__(self, at: Point, speed_m_s: float) -> None:
        self.at = at
        self.speed_m_s = speed_m_s
        self._way: deque[Point] = deque()

    @property
    def standing(self) -> bool:
        return not self._way

    def follow(self, way: list[Point]) -> None:
        self._way = deque(way)

    def stop(self) -> None:
        self._way.clear()

    def advance(self, seconds: float) -> None:
        left = self.speed_m_s * seconds
        while self._way and left > 0:
            step = math.dist(self.at, self._way[0])
            if step <= left:
                self.at = self._way.popleft()
                left -= step
            else:
                share = left / step
                self.at = (
                    self.at[0] + (self._way[0][0] - self.at[0]) * share,
                    self.at[1] + (self._way[0][1] - self.at[1]) * share,
                )
                left = 0.0


class Receiver:
    """Positions as a phone gives them: the error wanders (first-order Gauss-Markov) rather than jumps.

    Between houses it is worse for a while. The accuracy it states is a 68 % radius, as Android's.
    """

    OPEN_SKY_M, STREET_M = 3.0, 9.0
    WANDER_SECONDS = 40.0

    def __init__(self, rng: Random) -> None:
        self._rng = rng
        self._sigma = self.OPEN_SKY_M
        self._error = (rng.gauss(0, self._sigma), rng.gauss(0, self._sigma))

    def fix(self, at: Point, seconds: float) -> tuple[Point, float]:
        """The place it would report `seconds` after the last one, and the accuracy in metres."""
        if self._rng.random() < min(1.0, seconds / 120):
            self._sigma = self._rng.choice((self.OPEN_SKY_M, self.OPEN_SKY_M, self.STREET_M))
        keep = math.exp(-seconds / self.WANDER_SECONDS)
        fresh = self._sigma * math.sqrt(1 - keep * keep)
        east, north = (keep * error + self._rng.gauss(0, fresh) for error in self._error)
        self._error = (east, north)
        accuracy = 1.5 * self._sigma * self._rng.uniform(0.85, 1.2)
        return (at[0] + east, at[1] + north), round(accuracy, 1)
