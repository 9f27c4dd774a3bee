"""Places too full or too empty: as a pure rule, and played in front of a bicycle station."""

import time
from collections.abc import Callable

import cv2
import numpy as np
import pytest
from pydantic import ValidationError

from config.zones import Zone
from incidents.report import report_from
from tests.vision import scenery
from tests.vision.scenery import START, Happening, analysis, zone
from vision.analysis import CameraAnalysis
from vision.area import AreaWatch
from vision.detection import Detection
from vision.evidence import ASPECT_NAMES
from vision.grid import Grid
from vision.look import Look
from vision.rules import occupancy
from vision.rules.area_history import AreaHistory, AreaSample
from vision.scene import Scene

CALM = scenery.noise(2.0)
HOUR = 3600.0
RACK = [(0.12, 0.60), (0.88, 0.60), (0.88, 0.78), (0.12, 0.78)]
STATION = zone("occupancy", 300.0, polygon=RACK, case_class="06-05", learning_hours=0.25)
PLACES = 18


def history(*shares: float | None, told: str = "") -> AreaHistory:
    """One sample a minute, oldest first."""
    samples = tuple(AreaSample(60.0 * (n + 1), 60.0, taken_share=share) for n, share in enumerate(shares))
    return AreaHistory(samples, bool(told), told)


ROWS: dict[str, tuple[AreaHistory, str, str]] = {
    "full for the whole dwell": (history(*[0.95] * 5), "begin", "full"),
    "not that long": (history(*[0.95] * 4), "wait", ""),
    "empty for the whole dwell": (history(*[0.04] * 5), "begin", "empty"),
    "room for a minute": (history(0.95, 0.95, 0.8, 0.95, 0.95), "wait", ""),
    "half full": (history(*[0.5] * 9), "wait", ""),
    "just refilled": (history(*[0.05] * 8, 0.6), "wait", ""),
    "nobody can tell": (history(*[None] * 9), "wait", ""),
    "nobody could tell half the time": (history(None, 0.95, None, None, 0.95), "wait", ""),
    "told full, still full": (history(*[0.95] * 5, told="full"), "wait", ""),
    "told full, two have left": (history(*[0.82] * 5, told="full"), "wait", ""),
    "told full, room again": (history(0.95, 0.95, 0.95, 0.7, 0.7, told="full"), "end", ""),
    "told full, all cleared away": (history(0.95, 0.95, 0.95, 0.0, 0.0, told="full"), "end", ""),
    "told full, a lorry in front for a minute": (history(0.95, 0.95, 0.95, 0.2, 0.95, told="full"), "wait", ""),
    "told empty, one has come": (history(*[0.15] * 5, told="empty"), "wait", ""),
    "told empty, refilled": (history(0.0, 0.0, 0.4, 0.6, 0.6, told="empty"), "end", ""),
    "told empty, night since": (history(0.0, 0.0, None, None, None, told="empty"), "wait", ""),
    "told before a restart, seen once since": (history(0.5, told="empty"), "wait", ""),
}


@pytest.mark.parametrize("name", ROWS)
def test_occupancy(name: str) -> None:
    facts, decision, aspect = ROWS[name]
    judged = occupancy.judge(facts, STATION)
    assert (judged.decision, judged.aspect) == (decision, aspect)
    assert (judged.confidence >= 0.6) == (decision == "begin")


def test_a_side_can_be_switched_off() -> None:
    only_full, only_empty = (STATION.model_copy(update=side) for side in ({"empty_share": 0.0}, {"full_share": 1.0}))
    assert occupancy.judge(history(*[0.0] * 9), only_full).decision == "wait"
    assert occupancy.judge(history(*[1.0] * 9), only_empty).decision == "wait"
    assert occupancy.judge(history(*[0.0] * 9), only_empty).aspect == "empty"


def test_the_two_sides_leave_room_between_them() -> None:
    with pytest.raises(ValidationError, match="full_share must be larger than empty_share"):
        zone("occupancy", polygon=RACK, full_share=0.5, empty_share=0.4)
    assert (zone("occupancy", polygon=RACK).opens_case, Zone.model_fields["learning_hours"].default) == (False, 48.0)


def bicycles(picture: scenery.Picture, places: range | list[int]) -> scenery.Picture:
    """Seen from behind, side by side: two wheels, a frame, a saddle."""
    for number in places:
        left, dark = 84 + 26 * number, 30.0 + 13.0 * (number % 3)
        for row in (232, 262):
            cv2.ellipse(picture, (left + 9, row), (6, 12), 0, 0, 360, dark, 2)
        cv2.line(picture, (left + 9, 226), (left + 16, 262), 215.0, 2)
        cv2.line(picture, (left + 2, 222), (left + 17, 222), 200.0, 3)
    return picture


def station(count: Callable[[float], int]) -> Happening:
    """The first `count(at)` places are taken."""
    return lambda picture, at: bicycles(picture, range(count(at)))


def through_the_day(at: float) -> int:
    """Half full, then full, then empty: twenty minutes each; from then on half full."""
    return [9, PLACES, 0, 9][min(3, int(at / 1200.0))]


SEEN_ALL = 4200.0
DAY = [(phase, aspect) for aspect in ("full", "empty") for phase in ("present", "gone")]
PLAYED: dict[str, tuple[list[Happening], list[tuple[str, str]]]] = {
    "a day": ([], DAY),
    "it overflows again later": (
        [lambda picture, at: bicycles(picture, range(PLACES)) if SEEN_ALL < at < 5400.0 else picture],
        [*DAY, *DAY[:2]],
    ),
    "people crossing and standing about": (
        [scenery.passers_by(14.0, 275), scenery.passers_by(9.0, 268, 90.0), scenery.stands_swaying(4300, 6e3, 240)],
        DAY,
    ),
    "dusk falls": ([scenery.light(lambda at: float(np.interp(at, [SEEN_ALL, SEEN_ALL + 900.0], [1.0, 0.4])))], DAY),
    "clouds, and exposure jumps": (
        [scenery.cloud(4000.0, 4900.0), scenery.light(lambda at: 1.0 if int(at / 400) % 2 else 0.6)],
        DAY,
    ),
    "coding of changing quality": ([scenery.pumping()], DAY),
}  # fmt: skip


def watched(subject: CameraAnalysis, happenings: list[Happening], begins: float, ends: float) -> list[Detection]:
    """Looked at every 20 s only: hours are drawn in two seconds."""
    told: list[Detection] = []
    for at in np.arange(begins, ends, 20.0):
        told += subject.observe(scenery.frame_at(at, [*happenings, CALM])).detections
    return told


@pytest.mark.parametrize("name", PLAYED)
def test_what_is_told_of_a_station(name: str) -> None:
    happenings, expected = PLAYED[name]
    told = watched(analysis(STATION), [station(through_the_day), *happenings], 0.0, 6600.0)
    assert [(one.phase, one.aspect) for one in told] == expected
    full, empty = told[0], told[2]
    assert {(one.rule, one.opens_case) for one in told} == {("occupancy", False)}
    for one, began in ((full, 1200.0), (empty, 2400.0)):
        assert 300.0 <= one.confirmed_at - START - began <= 600.0
        assert 0.0 <= one.first_seen_at - START - began <= 300.0


def test_what_has_been_learnt_outlives_a_restart_and_another_name_of_the_zone() -> None:
    """It stood full when it was first seen, and has learnt since; empty after the restart, it is told."""
    happenings = [station(lambda at: PLACES if at < 1200.0 else 0)]
    first = analysis(STATION)
    assert watched(first, happenings, 0.0, 1500.0) == []
    again = analysis(STATION)
    again.restore(first.snapshot())
    told = watched(again, happenings, 1500.0, 2000.0)
    assert [(one.phase, one.aspect) for one in told] == [("present", "empty")]
    third = analysis(STATION.model_copy(update={"polygon": [(0.1, 0.6), *RACK[1:]]}))
    third.restore(again.snapshot())
    assert watched(third, happenings, 2000.0, 2600.0) == [], "of another polygon nothing is known"


def test_nothing_is_told_before_it_has_learnt_long_enough() -> None:
    shy = STATION.model_copy(update={"learning_hours": 2.0})
    assert watched(analysis(shy), [station(through_the_day)], 0.0, 3600.0) == []


def test_which_it_is_stands_on_the_picture_and_in_the_trace() -> None:
    (full, *_) = watched(analysis(STATION), [station(through_the_day)], 0.0, 1800.0)
    assert report_from(full.to_plain()).detail()["aspect"] == "full"
    assert ASPECT_NAMES.keys() >= {occupancy.FULL, occupancy.EMPTY}


def test_a_place_that_never_changes_is_neither_full_nor_empty() -> None:
    for always in (station(lambda at: 0), station(lambda at: PLACES)):
        assert watched(analysis(STATION), [always], 0.0, 2400.0) == []


def test_infrared_is_another_look_with_a_range_of_its_own() -> None:
    def infrared(picture: scenery.Picture, at: float) -> scenery.Picture:
        return 235.0 - 0.8 * picture if at > SEEN_ALL else picture

    told = watched(analysis(STATION), [station(through_the_day), infrared], 0.0, 6000.0)
    assert [(one.phase, one.aspect) for one in told] == DAY


def test_costs_little() -> None:
    grid, picture = Grid(320, 180), np.asarray(scenery.STREET[::2, ::2], np.uint8)
    scene = Scene(grid, picture)
    seen = scene.background.compare(picture)
    watch = AreaWatch(STATION, grid, None)
    times = []
    for at in range(60):
        begun = time.thread_time()
        watch.take(Look(seen, None, 0, float(at), 1.0, lambda: None))
        times.append(time.thread_time() - begun)
    assert float(np.mean(times)) < 0.6e-3, f"0.03 ms on a quiet machine, here {1e3 * float(np.mean(times)):.2f}"
