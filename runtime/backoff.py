"""Staged back-off with jitter for anything that is tried again."""

import random
from collections.abc import Sequence

from runtime.clock import Clock

STAGES = (1.0, 2.0, 4.0, 8.0, 15.0, 30.0)
"""Seconds before the first, second, … retry; the last stage repeats."""
UNAUTHORISED_STAGES = (60.0, 300.0, 900.0)
"""A camera that refuses the password locks the account when asked too often."""


class Backoff:
    """How long to wait before the next attempt.

    Each delay is its stage ± `jitter` of it. The stages start over after `healthy_seconds` of success.
    `generation` tells an old retry that it has been overtaken: `cancel()` raises it, and a `wait()` begun
    before then returns False.
    """

    def __init__(self, clock: Clock, rng: random.Random, *, jitter: float = 0.5, healthy_seconds: float = 60.0) -> None:
        self._clock = clock
        self._rng = rng
        self._jitter = jitter
        self._healthy_seconds = healthy_seconds
        self._stage = 0
        self._stages: Sequence[float] = STAGES
        self._success_at: float | None = None
        self.generation = 0

    def succeeded(self) -> None:
        """The attempt works from now on."""
        self._success_at = self._clock.monotonic()

    def failed(self, stages: Sequence[float] = STAGES) -> float:
        """The attempt failed, or what worked has ended: seconds to wait. Other stages start at their first."""
        if self._success_at is not None:
            if self._clock.monotonic() - self._success_at >= self._healthy_seconds:
                self._stage = 0
            self._success_at = None
        if stages != self._stages:
            self._stages, self._stage = stages, 0
        delay = stages[min(self._stage, len(stages) - 1)]
        self._stage += 1
        return delay * self._rng.uniform(1.0 - self._jitter, 1.0 + self._jitter)

    def cancel(self) -> None:
        """Whoever waits now must not go on."""
        self.generation += 1

    async def wait(self, delay: float) -> bool:
        """Sleeps; False when `cancel()` was called meanwhile."""
        generation = self.generation
        await self._clock.sleep(delay)
        return generation == self.generation
