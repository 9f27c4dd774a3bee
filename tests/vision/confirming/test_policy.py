"""What speaks against telling a thing, by a table; and when it is asked about again."""

import numpy as np
import pytest

from ingest.frame import Frame, frame_from_gray
from vision.confirming.asking import Asking
from vision.confirming.budget import Budget
from vision.confirming.detector import crop_around
from vision.confirming.policy import judge
from vision.detection import Box, Seen

THING: Box = (0.4, 0.5, 0.2, 0.2)


def person(x: float, y: float, width: float, height: float) -> Seen:
    return Seen("person", 0.8, (x, y, width, height), "person")


def vehicle(x: float, y: float, width: float, height: float) -> Seen:
    return Seen("car", 0.8, (x, y, width, height), "vehicle")


def other(x: float, y: float, width: float, height: float) -> Seen:
    return Seen("umbrella", 0.6, (x, y, width, height), "other")


ALL = ("stall", "dumping", "pile", "parking")
WHOLE_PERSON = person(0.42, 0.48, 0.16, 0.24)
TWO_PEOPLE = (person(0.40, 0.49, 0.09, 0.22), person(0.5, 0.49, 0.09, 0.22))
CAR = vehicle(0.39, 0.49, 0.22, 0.22)
LORRY_BEHIND = vehicle(0.1, 0.1, 0.8, 0.65)

TABLE: dict[str, tuple[tuple[str, ...], float, tuple[Seen, ...], str]] = {
    # named: (rules, busy share, what is seen, verdict)
    "nothing it knows is no proof": (ALL, 0.0, (), "tell"),
    "a bag, a bench, an umbrella are no people": (ALL, 0.0, (other(0.4, 0.5, 0.2, 0.2),), "tell"),
    "somebody who stands or sits there": (ALL, 0.3, (WHOLE_PERSON,), "person"),
    "two who chat": (("stall", "dumping", "pile"), 0.3, TWO_PEOPLE, "person"),
    "a vendor beside his stall": (ALL, 0.3, (person(0.6, 0.42, 0.06, 0.28),), "tell"),
    "a vendor behind it, seen above it": (("stall",), 0.3, (person(0.45, 0.32, 0.08, 0.26),), "tell"),
    "customers before it who reach beyond": (
        ("stall",),
        0.5,
        (person(0.38, 0.54, 0.11, 0.32), person(0.5, 0.54, 0.12, 0.32)),
        "tell",
    ),
    "two who sit among goods": (("stall",), 0.5, (*TWO_PEOPLE, other(0.45, 0.5, 0.1, 0.08)), "tell"),
    "legs of somebody larger": (("dumping", "pile"), 0.0, (person(0.38, 0.2, 0.24, 0.5),), "person"),
    "the trousers of somebody": (("stall",), 0.3, (person(0.38, 0.2, 0.24, 0.5),), "person"),
    "one customer before a stall": (("stall",), 0.3, (person(0.46, 0.42, 0.08, 0.34),), "tell"),
    "somebody walks past a bag at a distance": (("dumping",), 0.0, (person(0.2, 0.3, 0.1, 0.4),), "tell"),
    "somebody just touches a bag": (("dumping",), 0.0, (person(0.34, 0.4, 0.09, 0.3),), "tell"),
    "a car nobody is at": (("stall", "dumping", "pile"), 0.1, (CAR,), "vehicle"),
    "a car is what parking looks for": (("parking",), 0.1, (CAR,), "tell"),
    "fruit sold off a lorry, with the vendor there": (
        ("stall",),
        0.1,
        (CAR, person(0.62, 0.5, 0.05, 0.22)),
        "tell",
    ),
    "fruit sold off a lorry, people keep coming": (("stall",), 0.4, (CAR,), "tell"),
    "rubbish is not sold off a lorry": (("dumping", "pile"), 0.4, (CAR, person(0.66, 0.5, 0.05, 0.2)), "vehicle"),
    "a bag in front of a lorry": (("stall", "dumping", "pile"), 0.0, (LORRY_BEHIND,), "tell"),
    "a bicycle leans at the heap": (("stall", "dumping", "pile"), 0.0, (vehicle(0.55, 0.5, 0.1, 0.15),), "tell"),
    "half of a car": (("stall", "dumping"), 0.0, (vehicle(0.4, 0.48, 0.4, 0.24),), "vehicle"),
}


@pytest.mark.parametrize(
    ("rule", "busy", "seen", "verdict"),
    [
        pytest.param(rule, busy, seen, verdict, id=f"{name}: {rule}")
        for name, (rules, busy, seen, verdict) in TABLE.items()
        for rule in rules
    ],
)
def test_what_speaks_against_a_thing(rule: str, busy: float, seen: tuple[Seen, ...], verdict: str) -> None:
    assert judge(rule, THING, busy, seen) == verdict


class Answers:
    """A `Confirmer` that says what it was given, in turn; the last one for ever."""

    def __init__(self, *answers: tuple[Seen, ...] | None) -> None:
        self.answers = list(answers)
        self.asked: list[tuple[float, Box, bool]] = []

    def look(self, frame: Frame, box: Box, *, again: bool = False) -> tuple[Seen, ...] | None:
        self.asked.append((frame.captured_at, box, again))
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]


def frame(at: float) -> Frame:
    return frame_from_gray("c1", at, np.zeros((36, 64), np.uint8))


def play(answers: Answers, seconds: int, box: Box = THING) -> float | None:
    """Asks every second as an analysis would; when the thing was told, None: not at all."""
    asking = Asking(answers)
    for at in range(seconds):
        if "stall" in asking.held("a", box, float(at)):
            continue
        if asking.ask("a", "stall", box, 0.0, frame(float(at))) is not None:
            return float(at)
    return None


def test_who_stands_before_it_is_waited_for_and_it_is_asked_rarer_and_rarer() -> None:
    answers = Answers((WHOLE_PERSON,))
    assert play(answers, 1000) is None
    at = [round(when) for when, _, _ in answers.asked]
    assert at == [0, 5, 15, 35, 75, 155, 315, 615, 915]
    assert [again for _, _, again in answers.asked] == [False] + [True] * 8


def test_it_is_told_once_he_has_gone() -> None:
    assert play(Answers((WHOLE_PERSON,), (WHOLE_PERSON,), ()), 100) == 15.0


def test_without_an_answer_it_is_told_unless_one_spoke_against_it() -> None:
    assert play(Answers(None), 10) == 0.0
    assert play(Answers((WHOLE_PERSON,), None), 100) is None
    assert play(Answers((WHOLE_PERSON,), None, None, ()), 100) == 15.0


def test_without_a_detector_everything_is_told() -> None:
    asking = Asking(None)
    assert asking.ask("a", "stall", THING, 0.0, frame(0.0)) == ()
    assert asking.held("a", THING, 0.0) == frozenset()


def test_what_is_held_from_one_rule_is_free_for_another_and_for_another_thing() -> None:
    asking = Asking(Answers((CAR,)))
    assert asking.ask("a", "stall", THING, 0.0, frame(0.0)) is None
    assert asking.held("a", THING, 1.0) == {"stall"}
    assert asking.soon("a", 1.0)
    assert asking.held("b", THING, 1.0) == frozenset()
    assert asking.ask("a", "parking", THING, 0.0, frame(1.0)) == (CAR,)


def test_what_has_become_another_thing_is_asked_about_at_once() -> None:
    asking = Asking(Answers((CAR,)))
    asking.ask("a", "stall", THING, 0.0, frame(0.0))
    assert asking.held("a", (0.2, 0.4, 0.5, 0.4), 1.0) == frozenset()


def test_nothing_is_remembered_of_things_that_left() -> None:
    asking = Asking(Answers((CAR,)))
    asking.ask("a", "stall", THING, 0.0, frame(0.0))
    asking.forget_all_but(["b"])
    assert asking.held("a", THING, 1.0) == frozenset()


def test_a_picture_that_lies_beside_its_background_is_asked_about_where_the_thing_is() -> None:
    answers = Answers((other(0.52, 0.48, 0.1, 0.1),))
    (seen,) = Asking(answers).ask("a", "stall", THING, 0.0, frame(0.0), (0.1, -0.05)) or ()
    assert answers.asked[0][1] == pytest.approx((0.5, 0.45, 0.2, 0.2))
    assert Asking(Answers((other(0.1, 0.1, 0.1, 0.1),))).ask("a", "stall", THING, 0.0, frame(0.0)) == ()
    assert seen.box == pytest.approx((0.42, 0.53, 0.1, 0.1))


def test_a_budget_is_kept_on_average_and_leaves_half_to_those_who_cannot_wait() -> None:
    budget, spent, now = Budget(0.05, 0.0), 0.0, 0.0
    while now < 600.0:
        if budget.allows(now):
            budget.spend(0.04)
            spent += 0.04
        now += 0.1
    assert 0.05 * 600 <= spent <= 0.05 * 600 + 2.0 + 0.04
    assert not budget.allows(now + 10.0, patient=True)
    assert budget.allows(now + 10.0)
    assert budget.allows(now + 40.0, patient=True)


@pytest.mark.parametrize(
    ("box", "size", "side", "place"),
    [
        pytest.param((0.45, 0.4, 0.1, 0.2), (640, 360), 416, (212, 72, 428, 288), id="room about it"),
        pytest.param((0.5, 0.5, 0.01, 0.01), (640, 360), 416, (261, 119, 386, 244), id="far: no smaller than this"),
        pytest.param((0.0, 0.8, 0.1, 0.2), (640, 360), 416, (0, 144, 216, 360), id="moved into the picture"),
        pytest.param((0.1, 0.1, 0.8, 0.8), (640, 360), 416, (0, 0, 640, 360), id="near: all of it"),
    ],
)
def test_the_crop_has_room_about_the_thing(box: Box, size: tuple[int, int], side: int, place: tuple) -> None:
    assert crop_around(box, *size, side) == place
