"""The way to one dome's device: opened when it is needed, let rest when it does not answer, and found again."""

import asyncio
import logging
import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TypeVar

from ingest.onvif.device import Device
from ingest.onvif.problem import Code, DeviceProblem
from ingest.onvif.ptz import PtzDriver
from runtime.backoff import Backoff
from runtime.clock import Clock

log = logging.getLogger(__name__)

_REACH_STAGES = (0.5, 1.0, 2.0, 4.0, 8.0, 15.0)
_ACCOUNT_STAGES = (1.0, 60.0, 300.0, 900.0)
"""The first soon: its clock may have been set, and opening reads it. After that, or it locks the account."""
_ACCOUNT = {Code.NOT_AUTHORIZED, Code.NO_ACCOUNT, Code.BASIC_ONLY}
_THIS_REQUEST = {Code.NOT_SUPPORTED, Code.FAULT, Code.OUT_OF_RANGE}
"""The device is well and does not do this one thing."""
_AWAY_S = 20.0
"""A device that was away for so long may have been restarted, or be another one: it is opened anew."""


@dataclass(frozen=True, slots=True)
class OpenedDome:
    device: Device
    driver: PtzDriver


T = TypeVar("T")
Opener = Callable[[], Awaitable[OpenedDome]]


class DomeLink:
    """Raises DeviceProblem and MissingPassword; while the device is given a rest, the problem of before."""

    def __init__(self, camera_id: str, opener: Opener, clock: Clock, rng: random.Random) -> None:
        self._camera_id, self._opener, self._clock = camera_id, opener, clock
        self._backoff = Backoff(clock, rng, healthy_seconds=10.0)
        self._not_before = 0.0
        self._away_since = 0.0
        self._problem: DeviceProblem | None = None
        self._dome: OpenedDome | None = None
        self._opening = asyncio.Lock()

    @property
    def opened(self) -> PtzDriver | None:
        """The driver if there is one, whether the device answers now or not."""
        return self._dome.driver if self._dome is not None else None

    def rests_s(self) -> float:
        """How long it is still not to be asked."""
        return max(0.0, self._not_before - self._clock.monotonic()) if self._problem is not None else 0.0

    async def driver(self) -> PtzDriver:
        async with self._opening:
            if self._problem is not None and self._clock.monotonic() < self._not_before:
                raise self._problem
            if self._problem is not None and self._clock.monotonic() - self._away_since > _AWAY_S:
                await self.let_go()
            if self._dome is None:
                try:
                    self._dome = await self._opener()
                except DeviceProblem as problem:
                    self._failed(problem)
                    raise
            return self._dome.driver

    async def tried(self, asking: Awaitable[T]) -> T:
        """What a driver was asked, with what its success or failure says of the device."""
        try:
            answer = await asking
        except DeviceProblem as problem:
            if problem.code not in _THIS_REQUEST:
                self._failed(problem)
                if problem.code in _ACCOUNT:
                    await self.let_go()
            raise
        if self._problem is not None:
            log.info("dome %s answers again", self._camera_id)
            self._problem = None
        self._backoff.succeeded()
        return answer

    async def let_go(self) -> None:
        """Says goodbye to the device; the next request opens it anew."""
        dome, self._dome = self._dome, None
        if dome is not None:
            await dome.device.close()

    def _failed(self, problem: DeviceProblem) -> None:
        stages = _ACCOUNT_STAGES if problem.code in _ACCOUNT else _REACH_STAGES
        self._not_before = self._clock.monotonic() + self._backoff.failed(stages)
        if self._problem is None:
            self._away_since = self._clock.monotonic()
        if self._problem is None or self._problem.code is not problem.code:
            log.warning("dome %s: %s", self._camera_id, problem)
        self._problem = problem
