"""Rules that judge in metres, played through a camera with a pose."""

from dataclasses import dataclass

import pytest

from config.cameras import Camera, Position, View, Zone
from gis.ground import ground_model
from tests.vision import scenery
from tests.vision.scenery import SHANGHAI, START, Happening, Player, Stands, counted_ids, zone
from vision.analysis import CameraAnalysis
from vision.rules import RULES

CALM = scenery.noise(2.0)
WHOLE = {"min_m": 0.3, "max_m": 20.0}


def posed(*zones: Zone) -> CameraAnalysis:
    """At two thirds of its height a metre is 39 points of the picture: a car is a quarter of the picture long."""
    where = Position(lon=120.4, lat=30.0, height_m=6.0)
    view = View(heading_deg=0, tilt_deg=20, hfov_deg=62, range_m=60)
    one: Camera = scenery.camera(*zones).model_copy(update={"position": where, "view": view})
    return CameraAnalysis(one, ground_model(one), SHANGHAI, counted_ids())


HEAP = Stands(300, 210, 90, 26, begins=80.0)
MORE = Stands(392, 206, 60, 30, begins=190.0, seed=12)


def test_a_pile_is_told_when_it_has_lain_long_and_sooner_when_it_grows() -> None:
    told = {}
    for name, happenings in {"lies": [HEAP], "grows": [HEAP, MORE]}.items():
        player = Player(posed(zone("pile", 300.0, size=WHOLE)), [*happenings, CALM], quiet_seconds=6.0).until(420.0)
        assert [detection.phase for detection in player.detections] == ["present"], name
        told[name] = player.detections[0].confirmed_at - START - HEAP.begins
    assert 300.0 <= told["lies"] <= 315.0
    assert 150.0 <= told["grows"] <= 165.0


@dataclass(frozen=True)
class Drives:
    """A car that comes from the left, stops, and drives on to the right."""

    begins: float
    ends: float
    left: int = 260
    seed: int = 17

    def __call__(self, picture: scenery.Picture, at: float) -> scenery.Picture:
        early, late = min(0.0, at - self.begins), max(0.0, at - self.ends)
        left = round(self.left + 120.0 * (early + late))
        if not -170 < left < scenery.WIDTH:
            return picture
        return Stands(max(0, left), 176, 168 + min(0, left), 62, seed=self.seed)(picture, at)


def queue(begins: float, ends: float) -> list[Happening]:
    """Every 40 s the next car has taken the place of the one before."""
    return [Drives(at, at + 38.0, seed=int(at) + 3) for at in range(int(begins), int(ends), 40)]


STREET: dict[str, tuple[list[Happening], list[str]]] = {
    "a car parks and leaves": ([Drives(80.0, 260.0)], ["present", "gone"]),
    "people pass in front of it": ([Drives(80.0, 260.0), scenery.passers_by(14.0, 300)], ["present", "gone"]),
    "it stops to let somebody out": ([Drives(80.0, 140.0)], []),
    "a queue moves up": (queue(80.0, 330.0), []),
    "it stood there from the beginning": ([Drives(-100.0, 150.0)], []),
    "a cart with its vendor": ([Stands(300, 170, 50, 60, 80.0), scenery.stands_swaying(82.0, 400.0, 352, 232)], []),
    "a bag": ([Stands(420, 240, 20, 18, 80.0, seed=9)], []),
}


@pytest.mark.parametrize("name", STREET)
def test_parking(name: str) -> None:
    happenings, phases = STREET[name]
    player = Player(posed(zone("parking", 90.0, size={"min_m": 1.5, "max_m": 20.0})), [*happenings, CALM])
    player.until(330.0)
    assert [detection.phase for detection in player.detections] == phases
    for detection in player.of("present"):
        assert detection.size_m is not None
        assert 3.6 <= detection.size_m[0] <= 5.6
        assert detection.rule in RULES
