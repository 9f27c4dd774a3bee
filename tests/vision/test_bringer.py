"""Whoever put it down, found again in the ring: by the place and the moment alone."""

from dataclasses import dataclass, field
from typing import Any

import pytest

from tests.vision import scenery
from tests.vision.scenery import START, Happening, Player, Stands, analysis, overlap, person_at, thing_texture, zone
from vision.bringer import Bringer
from vision.evidence import moment_picture

CALM = scenery.noise(2.0)
PUT_AT = 81.0
BAG = Stands(420, 280, 34, 30, begins=PUT_AT, ends=400.0, seed=9)


@dataclass
class Watcher(Player):
    bringers: list[Bringer] = field(default_factory=list)

    def _look(self, frame: Any) -> None:
        observe, self.subject.look_back = self.subject.look_back, self._keep  # type: ignore[method-assign]
        super()._look(frame)
        self.subject.look_back = observe  # type: ignore[method-assign]

    def _keep(self, frames: Any) -> list[Bringer]:
        found = type(self.subject).look_back(self.subject, frames)
        self.bringers += found
        return found


def walks_up(speed: float = 45.0) -> Happening:
    """Comes from the left, is at the bag when it is put down, walks on to the right."""
    return lambda picture, at: person_at(picture, 420 + (at - PUT_AT) * speed, 312, at, sway=3.0)


def drives_up(speed: float = 60.0) -> Happening:
    def happen(picture: Any, at: float) -> Any:
        left = int(300 + (at - PUT_AT) * speed)
        span = slice(max(0, left), max(0, min(scenery.WIDTH, left + 110)))
        if span.stop > span.start:
            picture[220:285, span] = thing_texture(110, 65, 17)[:, : span.stop - span.start]
        return picture

    return happen


def person_then(at: float) -> tuple[float, float, float, float]:
    return (420 + (at - PUT_AT) * 45.0) / 640, (312 - 70) / 360, 24 / 640, 70 / 360


def play(*happenings: Happening, rule: str = "dumping") -> Watcher:
    watcher = Watcher(analysis(zone(rule)), [*happenings, CALM], quiet_seconds=4.0)
    watcher.until(130.0)
    return watcher


def test_the_one_who_walks_up_and_puts_it_down() -> None:
    watcher = play(BAG, walks_up())
    (bringer,) = watcher.bringers
    at = bringer.frame.captured_at - START
    assert abs(at - PUT_AT) <= 3.1
    assert overlap(bringer.box, person_then(at)) >= 0.4
    assert bringer.object_id == watcher.of("present")[0].object_id


def test_a_vehicle_that_stops_and_goes() -> None:
    (bringer,) = play(BAG, drives_up()).bringers
    assert bringer.box[2] >= 0.1


def test_of_two_the_one_beside_it() -> None:
    """Another walks by at the far side of the street, larger than life."""
    passer = scenery.passers_by(14.0, 190, 45.0)
    (bringer,) = play(BAG, walks_up(), passer, passer).bringers
    at = bringer.frame.captured_at - START
    assert overlap(bringer.box, person_then(at)) >= 0.4


NOBODY: dict[str, tuple[list[Happening], str]] = {
    "it stands there from one moment to the next": ([BAG], "dumping"),
    "people far off only": ([BAG, scenery.passers_by(14.0, 200, 20.0)], "dumping"),
    "no rule asks": ([BAG, walks_up()], "stall"),
}


@pytest.mark.parametrize("name", NOBODY)
def test_nobody_rather_than_somebody_else(name: str) -> None:
    happenings, rule = NOBODY[name]
    watcher = play(*happenings, rule=rule)
    assert watcher.bringers == []


def test_nothing_where_the_ring_does_not_reach_back() -> None:
    watcher = Watcher(analysis(zone("dumping")), [BAG, walks_up(), CALM], quiet_seconds=4.0)
    watcher.ring = type(watcher.ring)(maxlen=2)
    assert watcher.until(130.0).of("present")
    assert watcher.bringers == []


def test_the_picture_is_a_jpeg_with_its_own_time() -> None:
    (bringer,) = play(BAG, walks_up()).bringers
    plain, later = moment_picture(bringer, "北门口", scenery.SHANGHAI), moment_picture(bringer, "南门口")
    assert plain[:3] == b"\xff\xd8\xff"
    assert plain != later
