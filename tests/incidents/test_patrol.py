"""A day's patrol: time with positions, and way without wobble."""

from datetime import date
from itertools import pairwise
from random import Random
from zoneinfo import ZoneInfo

import pytest

from gis.plane import Plane
from incidents.errors import Invalid, NotFound
from incidents.patrol import Fix, Patrol, Span, day_span, reckon, sound
from incidents.phone_clock import PhoneClock
from incidents.workers import Position
from tests.incidents.world import IN_A1, START, World

PLANE = Plane(*IN_A1)
DAY = Span(0.0, 86_400.0)
ALL_DAY = [DAY]


def fix(east: float, north: float, at: float, accuracy: float = 8.0) -> Fix:
    return Fix(*PLANE.to_degrees(east, north), accuracy, at)


def wobbling(rng: Random, east: float, at: float, sigma: float = 8.0) -> Fix:
    return fix(east + rng.gauss(0, sigma), rng.gauss(0, sigma), at, sigma)


def walk(seed: int, metres: float, speed: float, every: float) -> list[Fix]:
    rng = Random(seed)
    return [
        wobbling(rng, speed * step * every, 1000 + step * every) for step in range(round(metres / speed / every) + 1)
    ]


def of(fixes: list[Fix], duty: list[Span] | None = None) -> Patrol:
    return reckon(fixes, ALL_DAY if duty is None else duty, DAY)


@pytest.mark.parametrize("seed", range(5))
def test_four_hours_in_one_place_are_no_way(seed: int) -> None:
    rng = Random(seed)
    done = of([wobbling(rng, 0, 1000 + 10 * step) for step in range(1440)])
    assert done.distance_m < 200
    assert done.patrol_s == pytest.approx(14_390)
    assert (done.long_enough, done.far_enough) == (False, False)


@pytest.mark.parametrize(("speed", "every"), [(0.8, 10), (1.4, 4), (1.4, 60), (5.0, 10)])
def test_three_kilometres_are_three_kilometres(speed: float, every: float) -> None:
    for seed in range(3):
        done = of(walk(seed, 3300, speed, every))
        assert done.distance_m == pytest.approx(3300, rel=0.09)
        assert done.far_enough


def test_a_slow_drift_of_the_receiver_is_no_way() -> None:
    drifting = [fix(20 * (step % 720) / 720, 0, 1000 + 10 * step) for step in range(1440)]
    assert of(drifting).distance_m == 0


def test_coarse_positions_and_jumps_count_for_nothing() -> None:
    way = walk(1, 1000, 1.4, 10)
    plain = of(way)
    spoilt = [
        *way,
        *(fix(3000, 3000, one.at + 5, 8) for one in way[10:60:9]),
        *(fix(-900, 0, one.at + 3, 1500) for one in way),
    ]
    done = of(spoilt)
    assert done.distance_m == pytest.approx(plain.distance_m, rel=0.02)
    assert done.unsound == len(spoilt) - len(way)


def test_a_wrong_first_position_is_not_believed_for_ever() -> None:
    fixes = [fix(9000, 0, 1000), *(fix(0, 0, 1010 + 10 * step) for step in range(10))]
    assert sound(fixes)[-1] == fixes[-1]
    assert of(fixes).distance_m == 0


def test_gaps_count_neither_as_time_nor_as_way() -> None:
    before, after = [fix(0, 0, at) for at in (1000, 1100)], [fix(2000, 0, at) for at in (5000, 5060)]
    done = of(before + after)
    assert (done.patrol_s, done.distance_m) == (160, 0)


def test_only_what_lies_on_duty_counts_and_midnight_cuts() -> None:
    fixes = [fix(1.4 * step * 10, 0, step * 10 - 300) for step in range(361)]
    on = [Span(-900, 600), Span(1200, 1500)]
    done = of(fixes, on)
    assert [(one.from_at, one.until_at) for one in done.duty] == [(0, 600), (1200, 1500)]
    assert (done.duty_s, done.patrol_s) == (900, 900)
    assert done.distance_m == pytest.approx(1.4 * 900, abs=90)
    assert done.positions == 331
    assert of(fixes, []).patrol_s == 0


def test_days_are_those_of_the_town() -> None:
    shanghai = day_span(date(2026, 11, 22), ZoneInfo("Asia/Shanghai"))
    assert (shanghai.from_at, shanghai.until_at - shanghai.from_at) == (1_795_276_800.0, 86_400)
    berlin = [day_span(day, ZoneInfo("Europe/Berlin")) for day in (date(2026, 3, 29), date(2026, 10, 25))]
    assert [(one.until_at - one.from_at) / 3600 for one in berlin] == [23, 25]


def test_a_worker_s_day_as_it_is_stored(world: World) -> None:
    wang, li = world.worker("wang", "QX-A1"), world.worker("li", "QX-B1")
    workers, clock, zone = world.incidents.workers, world.clock, ZoneInfo("Asia/Shanghai")
    day = date(2026, 9, 21)
    assert day_span(day, zone).from_at < START < day_span(day, zone).until_at - 6000
    for on in (True, True):
        assert workers.set_duty(wang, on).duty
    way = [Position(*PLANE.to_degrees(14.0 * step, 0), 5.0, START + 10 * step) for step in range(100)]
    clock.pass_(1000)
    workers.report_positions(wang, way)
    assert not workers.set_duty(wang, False).duty
    clock.pass_(600)
    workers.set_duty(wang, True, PhoneClock(None, clock.now()).recorded(START + 1200))
    seen, done = workers.patrol(world.admin, wang.account_id, day, zone)
    assert [(one.from_at, one.until_at) for one in done.duty] == [(START, START + 1000), (START + 1200, clock.now())]
    assert (done.patrol_s, done.distance_m) == (990, pytest.approx(1386, abs=60))
    assert (seen.name, workers.patrol(wang, wang.account_id, day, zone)) == ("Wang", (seen, done))
    with pytest.raises(NotFound):
        workers.patrol(li, wang.account_id, day, zone)
    for earlier, later in pairwise(done.places):
        assert later[2] > earlier[2]


def test_a_jump_and_a_coarse_position_leave_the_worker_where_he_was(world: World) -> None:
    wang, workers = world.worker("wang", "QX-A1"), world.incidents.workers
    world.clock.pass_(100)

    def report(east: float, at: float, accuracy: float = 6.0) -> float | None:
        workers.report_positions(wang, [Position(*PLANE.to_degrees(east, 0), accuracy, START + at)])
        return workers.me(wang).position_at

    assert report(0, 0) == START
    assert report(8000, 10) == START
    assert report(20, 15, accuracy=900) == START
    assert report(20, 20) == START + 20
    world.clock.pass_(1200)
    assert report(300, 1200, accuracy=900) == START + 1200


RECORDED = {
    "a right clock": (None, -50.0, -50.0),
    "right but for the way here": (-20.0, -50.0, -50.0),
    "an hour slow": (-3600.0, -3650.0, -50.0),
    "a year fast": (3e7, 3e7 - 50, -50.0),
    "reset to 1970": (-START + 100, -START + 50, -50.0),
    "a blink after it was sent": (-3600.0, -3599.0, 0.0),
}


@pytest.mark.parametrize(("sent", "recorded", "really"), RECORDED.values(), ids=RECORDED.keys())
def test_what_was_recorded_is_placed_by_how_long_ago_it_was(sent: float | None, recorded: float, really: float) -> None:
    found = PhoneClock(None if sent is None else START + sent, START).recorded(START + recorded)
    assert (found.at - START, found.phone_at) == (pytest.approx(really), START + recorded)


IMPOSSIBLE = {
    "after it was sent": (-3600.0, 0.0, "after it was sent"),
    "a month before": (0.0, -30 * 86_400.0, "14 days"),
    "not a number": (0.0, float("nan"), "finite"),
    "sent at no time": (float("inf"), 0.0, "Unix time"),
}


@pytest.mark.parametrize(("sent", "recorded", "says"), IMPOSSIBLE.values(), ids=IMPOSSIBLE.keys())
def test_impossible_times_are_refused(sent: float, recorded: float, says: str) -> None:
    with pytest.raises(Invalid, match=says):
        PhoneClock(START + sent, START).recorded(START + recorded)
