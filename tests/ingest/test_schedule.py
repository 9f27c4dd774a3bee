"""Who is looked at when, under a budget."""

import threading

import pytest

from ingest.access_unit import AccessUnit
from ingest.gop import KeyFrame, UnitGop
from ingest.schedule import CLOSER_SHARE, Level, Schedule
from tests.ingest.hand_clock import HandClock


def _key(camera: str, at: float, gop_seconds: float = 2.0) -> KeyFrame:
    return KeyFrame(camera, at, gop_seconds, UnitGop(AccessUnit(camera, "sub", "h264", True, 0, at, b"x")))


class Rig:
    """Cameras with a key frame every two seconds, and as much looking as fits into each two seconds."""

    def __init__(self, cameras: int, budget: float, cost: float, fits: int = 10**6) -> None:
        self.clock = HandClock()
        self.schedule = Schedule(budget, self.clock)
        self.names = [f"c{number}" for number in range(cameras)]
        for name in self.names:
            self.schedule.add(name, 10.0, 2.0)
        self._cost, self._fits = cost, fits

    def run(self, rounds: int) -> None:
        for _ in range(rounds):
            for number, name in enumerate(self.names):
                self.schedule.offer(_key(name, self.clock.now() + number / 1000))
            for _ in range(self._fits):
                key = self.schedule.take(0.0)
                if key is None:
                    break
                self.schedule.done(self._cost)
            self.clock.turn(2.0)

    def settle(self, rounds: int) -> list[float]:
        """Achieved intervals after running so long."""
        self.run(rounds)
        self.schedule.forget_worst()
        self.run(rounds)
        return [self.schedule.sampling(name).worst_s for name in self.names]


def test_a_small_estate_has_every_key_frame_looked_at() -> None:
    assert Rig(20, budget=1.0, cost=0.006).settle(20) == [pytest.approx(2.0)] * 20


def test_a_full_estate_keeps_the_longest_interval() -> None:
    rig = Rig(400, budget=0.25, cost=0.006)
    intervals = rig.settle(40)
    assert 0.9 < rig.schedule.stretch < 1.0
    assert max(intervals) <= 10.001
    assert min(intervals) >= 7.999


def test_an_overloaded_estate_stretches_evenly_and_says_so() -> None:
    rig = Rig(400, budget=0.125, cost=0.006)
    intervals = rig.settle(60)
    assert 1.8 < rig.schedule.stretch < 2.1
    assert max(intervals) - min(intervals) <= 2.001
    assert 18.0 <= max(intervals) <= 22.0


def test_a_flood_of_candidates_shares_what_quiet_scenes_leave_or_what_is_kept() -> None:
    rig = Rig(400, budget=0.26, cost=0.006)
    for number in range(60):
        rig.schedule.set_level(f"c{number}", Level.CANDIDATE)
    intervals = rig.settle(60)
    assert max(intervals[:60]) <= max(intervals[60:]) <= 12.001
    assert 1.0 <= rig.schedule.stretch <= 1 / (1 - CLOSER_SHARE)


def test_a_few_candidates_get_every_key_frame_on_an_overloaded_estate() -> None:
    rig = Rig(400, budget=0.2, cost=0.006)
    for name in ("c7", "c8"):
        rig.schedule.set_level(name, Level.CANDIDATE)
    rig.schedule.set_level("c9", Level.BURST)
    intervals = rig.settle(60)
    assert intervals[7:10] == [pytest.approx(2.0)] * 3
    assert rig.schedule.stretch == pytest.approx(0.24 / (0.2 - 3 * 0.0024), rel=0.05)
    assert max(intervals) <= 14.001


def test_a_starved_estate_does_not_queue_up() -> None:
    """The budget promises more than the machine has: everybody still gets a turn, newest pictures first."""
    rig = Rig(100, budget=10.0, cost=0.006, fits=20)
    intervals = rig.settle(60)
    assert rig.schedule.waiting() <= 100
    assert max(intervals) <= 12.001


def test_candidates_are_looked_at_more_often() -> None:
    rig = Rig(400, budget=0.4, cost=0.006)
    rig.schedule.set_level("c7", Level.CANDIDATE)
    intervals = rig.settle(40)
    assert intervals[7] == pytest.approx(2.0)
    assert intervals[8] > 4.0


def test_a_burst_takes_every_key_frame() -> None:
    rig = Rig(400, budget=0.25, cost=0.006)
    rig.schedule.set_level("c7", Level.BURST)
    assert rig.settle(40)[7] == pytest.approx(2.0)


def test_newest_replaces_the_one_waiting() -> None:
    schedule = Schedule(1.0, HandClock())
    schedule.add("c1", 10.0, 2.0)
    assert [schedule.offer(_key("c1", at)) for at in (100.0, 102.0, 104.0)] == [True, True, True]
    taken = schedule.take(0.0)
    assert taken is not None
    assert taken.received_at == 104.0
    assert schedule.take(0.0) is None


def test_cameras_without_rules_are_never_due() -> None:
    schedule = Schedule(1.0, HandClock())
    assert not schedule.offer(_key("c1", 100.0))
    assert schedule.take(0.0) is None


def test_closing_wakes_who_waits() -> None:
    schedule = Schedule(1.0, HandClock())
    found: list[KeyFrame | None] = [_key("c1", 1.0)]
    waiting = threading.Thread(target=lambda: found.append(schedule.take(30.0)))
    waiting.start()
    schedule.close()
    waiting.join(5.0)
    assert not waiting.is_alive()
    assert found[-1] is None
