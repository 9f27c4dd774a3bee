"""Staged back-off: delays, jitter, starting over, and old retries that must not revive what was stopped."""

import asyncio
import random

import pytest

from runtime.backoff import STAGES, UNAUTHORISED_STAGES, Backoff
from tests.ingest.hand_clock import HandClock


def _exact(clock: HandClock) -> Backoff:
    return Backoff(clock, random.Random(1), jitter=0.0)


def test_delays_climb_the_stages_and_stay_at_the_last() -> None:
    backoff = _exact(HandClock())
    assert [backoff.failed() for _ in range(8)] == [1, 2, 4, 8, 15, 30, 30, 30]


def test_jitter_stays_within_its_share_and_differs() -> None:
    backoff = Backoff(HandClock(), random.Random(3), jitter=0.5)
    delays = [backoff.failed((10.0,)) for _ in range(200)]
    assert all(5.0 <= delay <= 15.0 for delay in delays)
    assert max(delays) - min(delays) > 8.0


@pytest.mark.parametrize(("healthy", "expected"), [(59.0, 4.0), (60.0, 1.0)], ids=["not yet healthy", "healthy minute"])
def test_a_healthy_minute_starts_over(healthy: float, expected: float) -> None:
    clock = HandClock()
    backoff = _exact(clock)
    backoff.failed()
    backoff.failed()
    backoff.succeeded()
    clock.turn(healthy)
    assert backoff.failed() == expected


def test_flapping_does_not_start_over() -> None:
    clock = HandClock()
    backoff = _exact(clock)
    delays = []
    for _ in range(4):
        backoff.succeeded()
        clock.turn(5)
        delays.append(backoff.failed())
    assert delays == list(STAGES[:4])


def test_another_kind_of_failure_has_its_own_stages() -> None:
    backoff = _exact(HandClock())
    backoff.failed()
    backoff.failed()
    assert [backoff.failed(UNAUTHORISED_STAGES) for _ in range(4)] == [60, 300, 900, 900]
    assert backoff.failed() == 1


async def test_cancel_overtakes_a_wait() -> None:
    clock = HandClock()
    backoff = _exact(clock)
    old = asyncio.create_task(backoff.wait(5))
    await asyncio.sleep(0)
    backoff.cancel()
    new = asyncio.create_task(backoff.wait(5))
    await asyncio.sleep(0)
    clock.turn(5)
    assert [await old, await new] == [False, True]
