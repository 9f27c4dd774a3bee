"""A rule opens cases by itself only where it has earned that, and loses it again."""

import pytest

from config.earning import Earning
from incidents.earning import Record, wilson
from tests.incidents.world import START, World

DAY = 86_400.0

INTERVALS: dict[str, tuple[int, int, float, float]] = {
    # Newcombe, Statistics in Medicine 17 (1998), table I, method 3: 81 of 263, 15 of 148, 0 of 20, 1 of 29.
    "81 of 263": (81, 263, 0.2553, 0.3662),
    "15 of 148": (15, 148, 0.0624, 0.1605),
    "0 of 20": (0, 20, 0.0, 0.1611),
    "1 of 29": (1, 29, 0.0061, 0.1718),
    "nothing": (0, 0, 0.0, 1.0),
}


@pytest.mark.parametrize(("right", "judged", "low", "high"), INTERVALS.values(), ids=INTERVALS.keys())
def test_the_interval(right: int, judged: int, low: float, high: float) -> None:
    assert wilson(right, judged) == pytest.approx((low, high), abs=6e-5)


EARNED: dict[str, tuple[int, int, bool]] = {
    "all of 19: too few": (19, 19, False),
    "all of 20": (20, 20, True),
    "19 of 20: 80 % is not sure": (19, 20, False),
    "34 of 36": (34, 36, True),
    "80 of 100: right as often as asked for, and not sure of it": (80, 100, False),
    "90 of 100": (90, 100, True),
}


@pytest.mark.parametrize(("right", "judged", "has"), EARNED.values(), ids=EARNED.keys())
def test_by_the_lower_end_of_the_interval(right: int, judged: int, has: bool) -> None:
    assert Record(right, judged).has_earned(Earning()) is has


def told(world: World, number: int, opens_case: object = "earned", camera: str = "cam-a") -> str:
    """A detection at a place of its own."""
    box = [0.05 * (number % 18), 0.1 * (number // 18), 0.04, 0.05]
    named = {"key": f"k{number}", "object_id": f"o{number}", "confirmed_at": world.clock.now(), "camera_id": camera}
    return str(world.take(**named, box=box, location=None, opens_case=opens_case, blobs={}).case_id)


def opening(world: World, case_id: str) -> tuple[str, str]:
    found = world.incidents.get_case(world.admin, case_id)
    return found.case.state, found.trace[0].detail["opening"]["en"]


def test_earned_and_lost(world: World) -> None:
    world.incidents.earning = Earning(least_judged=10, least_precision=0.6, days=30)
    act = world.incidents.act
    assert opening(world, told(world, 0)) == ("review", "to be reviewed: 0 judged in 30 days, 10 are needed")
    for number in range(1, 11):
        act(world.admin, told(world, number), "confirm", {})
    assert opening(world, told(world, 11)) == ("filed", "by itself: 10 of 10 right in 30 days")
    # By camera: the neighbour has to earn it on its own.
    assert opening(world, told(world, 12, camera="cam-b"))[0] == "review"
    for number in (13, 14):
        act(world.admin, told(world, number), "strike-out", {"cause": "person"})
    # 10 of 12 are right, which is surely more than 55 % only.
    assert opening(world, told(world, 15)) == (
        "review",
        "to be reviewed: 10 of 12 right in 30 days, which makes sure of 55%; 60% are asked for",
    )
    # What lies further back does not count.
    world.clock.pass_(31 * DAY)
    assert opening(world, told(world, 16)) == ("review", "to be reviewed: 0 judged in 30 days, 10 are needed")


@pytest.mark.parametrize(("setting", "state"), [(True, "filed"), (False, "review")])
def test_a_zone_that_says_so_itself(sqlite_world: World, setting: bool, state: str) -> None:
    found = sqlite_world.incidents.get_case(sqlite_world.admin, told(sqlite_world, 1, setting))
    assert (found.case.state, "opening" in found.trace[0].detail) == (state, False)
    assert found.case.opened_at == START
