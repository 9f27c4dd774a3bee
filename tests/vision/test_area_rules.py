"""Rules that judge a zone as a whole: as pure functions, and played."""

import time
from dataclasses import replace

import numpy as np
import pytest

from tests.vision import scenery
from tests.vision.scenery import SHANGHAI, START, Happening, Player, Stands, person_at, zone
from tests.vision.test_posed_rules import Drives, posed
from vision.area import AreaWatch
from vision.areas import Areas
from vision.detection import detection_key
from vision.grid import Grid
from vision.look import Look
from vision.rules import crowd
from vision.rules.area_history import AreaHistory, AreaSample
from vision.scene import Scene

CALM = scenery.noise(2.0)
SQUARE = zone("crowd", 60.0, people=12)


def history(*people: float | None, told: bool = False, share: float = 0.2, seconds: float = 10.0) -> AreaHistory:
    """One sample every ten seconds, oldest first."""
    samples = [AreaSample(seconds * (n + 1), seconds, share, one) for n, one in enumerate(people)]
    return AreaHistory(tuple(samples), told)


CROWD_ROWS: dict[str, tuple[AreaHistory, str]] = {
    "a crowd for the whole dwell": (history(*[14.0] * 6), "begin"),
    "not that long": (history(*[14.0] * 5), "watch"),
    "it thins out for a moment": (history(14.0, 14.0, 6.0, 14.0, 14.0, 14.0), "begin"),
    "it thins out again and again": (history(14.0, 6.0, 14.0, 6.0, 14.0, 14.0), "watch"),
    "just dissolving": (history(14.0, 14.0, 14.0, 14.0, 14.0, 11.0), "watch"),
    "half as many": (history(*[7.0] * 6), "watch"),
    "a few people": (history(*[4.0] * 6), "wait"),
    "a speck that a pose takes for many": (history(*[40.0] * 6, share=0.01), "wait"),
    "no pose, a third of the ground": (history(*[None] * 6, share=0.4), "begin"),
    "no pose, a tenth": (history(*[None] * 6, share=0.1), "wait"),
    "told, still there": (history(*[14.0] * 6, told=True), "wait"),
    "told, thinner": (history(*[8.0] * 6, told=True), "wait"),
    "told, gone for half the dwell": (history(14.0, 14.0, 14.0, 3.0, 3.0, 3.0, told=True), "end"),
    "told, gone for a moment": (history(14.0, 14.0, 14.0, 14.0, 3.0, 3.0, told=True), "wait"),
    "told before a restart, seen once since": (history(3.0, told=True), "wait"),
}


@pytest.mark.parametrize("name", CROWD_ROWS)
def test_crowd(name: str) -> None:
    facts, decision = CROWD_ROWS[name]
    judged = crowd.judge(facts, SQUARE)
    assert judged.decision == decision
    assert (judged.confidence > 0.4) == (decision == "begin")


def test_a_dome_s_absence_counts_as_nothing() -> None:
    visits = [AreaSample(at, 4.0, 0.2, 14.0) for at in (10.0, 14.0, 600.0, 604.0, 1200.0, 1204.0)]
    assert crowd.judge(AreaHistory(tuple(visits), False), SQUARE).decision == "watch"


def gathering(count: int, begins: float, ends: float) -> Happening:
    """People who come one after the other, stand about in rows, sway, and leave one after the other."""

    def happen(picture: scenery.Picture, at: float) -> scenery.Picture:
        for number in range(count):
            if begins + number <= at < ends + number:
                left, foot = 180 + 34 * (number % 9) + 9 * (number // 9), 240 + 26 * (number // 9)
                picture = person_at(picture, left, foot, at + 3.1 * number, sway=5.0)
        return picture

    return happen


def buses(every: float, begins: float, ends: float) -> list[Happening]:
    return [Drives(at, at, seed=int(at)) for at in np.arange(begins, ends, every)]


PLAYED: dict[str, tuple[list[Happening], list[str]]] = {
    "a crowd gathers and disperses": ([gathering(27, 80.0, 330.0)], ["present", "gone"]),
    "a crowd at dusk": ([gathering(27, 80.0, 330.0), scenery.light(lambda at: 0.5)], ["present", "gone"]),
    "it disperses soon": ([gathering(27, 80.0, 110.0)], []),
    "a few people stand and talk": ([gathering(5, 80.0, 300.0)], []),
    "passers-by": ([scenery.passers_by(), scenery.passers_by(9.0, 330, 70.0), scenery.passers_by(11.0, 280, 50.0)], []),
    "a bus passes": ([*buses(60.0, 80.0, 300.0)], []),
    "much traffic": ([*buses(7.0, 40.0, 340.0)], []),
    "a bus stops for minutes": ([Drives(80.0, 260.0)], []),
    "foliage": ([scenery.foliage(200, 160, 260, 180)], []),
    "a cloud, then sun": ([scenery.cloud(80.0, 200.0)], []),
    "the light jumps": ([scenery.light(lambda at: 1.0 if int(at / 40) % 2 else 0.6)], []),
    "a shaking mast": ([scenery.shake(2)], []),
    "compression pumps": ([scenery.pumping()], []),
    "a stall with its vendor": ([Stands(300, 180, 80, 90, 80.0), scenery.stands_swaying(80.0, 400.0, 385, 272)], []),
}


@pytest.mark.parametrize("name", PLAYED)
def test_what_is_told_of_a_square(name: str) -> None:
    happenings, phases = PLAYED[name]
    player = Player(posed(SQUARE), [*happenings, CALM], quiet_seconds=6.0).until(340.0 if not phases else 450.0)
    assert [detection.phase for detection in player.detections] == phases
    if phases:
        present, gone = player.detections
        assert 55.0 <= present.confirmed_at - START - 80.0 <= 110.0
        assert 330.0 < gone.confirmed_at - START <= 440.0
        assert (present.rule, present.opens_case, present.object_id) == ("crowd", False, gone.object_id)
        assert present.key == detection_key("c1", "no-crowd", present.object_id, "present")
        assert present.location is not None
        assert 0.2 < present.box[0] + present.box[2] / 2 < 0.75


def test_what_is_told_outlives_a_restart() -> None:
    happenings = [gathering(27, 80.0, 260.0), CALM]
    first = Player(posed(SQUARE), happenings).until(220.0)
    assert [detection.phase for detection in first.detections] == ["present"]
    again = posed(SQUARE)
    again.restore(first.subject.snapshot())
    second = Player(again, happenings, at=224.0).until(380.0)
    assert [detection.phase for detection in second.detections] == ["gone"]
    assert second.detections[0].object_id == first.detections[0].object_id


def test_a_case_asks_whether_it_goes_on() -> None:
    player = Player(posed(SQUARE), [gathering(27, 80.0, 200.0), CALM]).until(180.0)
    told = player.of("present")[0]
    newest = list(player.ring)[-3:]
    asked = player.subject.verify(told.object_id, told.box, newest)
    assert (asked.result, asked.reason.code, asked.captured_at) == ("present", "goes_on", newest[-1].captured_at)
    player.until(310.0)
    assert player.subject.verify(told.object_id, told.box, newest).result == "gone"
    assert player.subject.verify("another", told.box, newest).result == "cannot_tell"


def test_what_a_zone_that_is_taken_away_has_told_is_forgotten() -> None:
    player = Player(posed(SQUARE), [gathering(27, 80.0, 400.0), CALM]).until(180.0)
    analysis = player.subject
    moved = SQUARE.model_copy(update={"polygon": [(0.0, 0.45), (1.0, 0.45), (1.0, 1.0), (0.0, 1.0)]})
    for zones, left in (([moved], 1), ([zone("stall")], 0)):
        analysis.reconfigure(analysis.camera.model_copy(update={"zones": zones}), None)
        assert (
            sum(thing.object_id == player.detections[0].object_id for thing in analysis._views(Grid(320, 180))) == left
        )


def test_a_dome_s_visits_add_up() -> None:
    areas = Areas([SQUARE], SHANGHAI, iter(["one"]).__next__)
    grid, picture = Grid(320, 180), np.asarray(scenery.STREET[::2, ::2], np.uint8)
    scene = Scene(grid, picture)
    seen = scene.background.compare(np.asarray(255 - picture // 2, np.uint8))
    seen = replace(seen, foreground=np.full_like(picture, 255), restless=np.full_like(picture, 255))
    told = []
    for visit in range(4):
        areas.arrive([SQUARE], None)
        told += [areas.step(seen, scene, [], 1000.0 * visit + 4.0 * n, 4.0).told for n in range(6)]
    assert [phase for news in told for _, phase in news] == ["present"]
    assert len([news for news in told[:12] if news]) == 0


def test_outside_its_hours_nothing_begins() -> None:
    closed = zone("crowd", 60.0, people=12, hours=["02:00-03:00"])
    assert Player(posed(closed), [gathering(27, 80.0, 300.0), CALM]).until(200.0).detections == []


def test_costs_little() -> None:
    grid, picture = Grid(320, 180), np.asarray(scenery.STREET[::2, ::2], np.uint8)
    scene = Scene(grid, picture)
    seen = scene.background.compare(np.roll(picture, 3, axis=1))
    watch = AreaWatch(SQUARE, grid, None)
    times = []
    for at in range(60):
        begun = time.thread_time()
        watch.take(Look(seen, None, 0, float(at), 1.0, lambda: None))
        times.append(time.thread_time() - begun)
    assert float(np.median(times)) < 0.4e-3, "0.1 ms on a quiet machine"
