"""The difficulties of real streets, each by name, in small synthetic pictures."""

import math

import numpy as np
import pytest

from tests.vision import scenery
from tests.vision.scenery import Happening, Player, Stands, analysis, overlap, zone

CALM = scenery.noise(2.0)
STALL = Stands(300, 200, 80, 90, begins=80.0, ends=200.0)
BAG = Stands(420, 280, 34, 30, begins=80.0, ends=200.0, seed=9)

NOTHING_HAPPENS: dict[str, list[Happening]] = {
    "calm": [CALM],
    "sudden darkening": [scenery.light(lambda at: 1.0 if at < 80 else 0.6), CALM],
    "sudden brightening": [scenery.light(lambda at: 0.6 if at < 80 else 1.0), CALM],
    "exposure changes the tone curve": [scenery.gamma(80.0, 0.6), CALM],
    "dusk, gradual": [scenery.light(lambda at: max(0.35, 1.0 - max(0.0, at - 60) / 250)), CALM],
    "street lamp flickers": [scenery.light(lambda at: 0.8 if int(at / 6) % 2 else 1.0), CALM],
    "cloud shadow over half the picture": [scenery.cloud(80.0, 200.0), CALM],
    "shadow of a pole creeps": [scenery.pole_shadow(0.25), CALM],
    "foliage": [scenery.foliage(260, 150, 200, 140), CALM],
    "passers-by": [scenery.passers_by(), scenery.passers_by(22.0, 330, 45.0), CALM],
    "person stands for a minute, then leaves": [scenery.stands_swaying(80.0, 140.0), CALM],
    "van stops for six seconds": [
        Stands(200, 190, 180, 110, 80.0, 86.0),
        Stands(200, 190, 180, 110, 120.0, 126.0),
        CALM,
    ],
    "parked car leaves: a ghost": [Stands(240, 180, 160, 100, 0.0, 80.0), CALM],
    "camera shakes by two pixels": [CALM, scenery.shake(2)],
    "night, noise": [scenery.light(lambda _: 0.25), scenery.noise(9.0)],
    "compression pumps": [CALM, scenery.pumping()],
    "rain": [scenery.falling(500, 18, 1, 40.0), CALM],
    "snow": [scenery.falling(450, 4, 4, 80.0), CALM],
    "headlights sweep": [scenery.headlights(), scenery.noise(4.0)],
    "camera is knocked by six pixels": [CALM, scenery.knocked(80.0, 6, -3)],
    "picture fails for a moment": [CALM, scenery.replaced(80.0, 90.0, np.full_like(scenery.STREET, 128.0))],
    "camera turns away and comes back": [CALM, scenery.replaced(80.0, 150.0, scenery.STREET[:, ::-1] * 0.7 + 40)],
}


@pytest.mark.parametrize("rule", ["stall", "dumping"])
@pytest.mark.parametrize("name", NOTHING_HAPPENS)
def test_raises_nothing(name: str, rule: str) -> None:
    dwell = 60.0 if "minute" in name else 30.0
    player = Player(analysis(zone(rule, dwell)), NOTHING_HAPPENS[name]).until(240.0)
    assert [(d.phase, d.box, d.first_seen_at - scenery.START) for d in player.detections] == []


DURING: dict[str, list[Happening]] = {
    "calm": [CALM],
    "people pass in front": [scenery.passers_by(14.0, 300), CALM],
    "cloud comes over it": [scenery.cloud(120.0, 170.0), CALM],
    "light falls suddenly": [scenery.light(lambda at: 1.0 if at < 100 else 0.65), CALM],
    "foliage beside it": [scenery.foliage(60, 150, 150, 140), CALM],
    "camera shakes by one pixel": [CALM, scenery.shake(1)],
    "night": [scenery.light(lambda _: 0.35), scenery.noise(5.0)],
    "compression pumps": [CALM, scenery.pumping()],
    "rain": [scenery.falling(500, 18, 1, 40.0), CALM],
    "camera is knocked by two pixels": [CALM, scenery.knocked(150.0, 2, 1)],
    "half hidden for a while": [Stands(330, 190, 40, 110, 90.0, 106.0, seed=31), CALM],
    "dusk": [scenery.light(lambda at: max(0.4, 1.0 - at / 350)), CALM],
}
THINGS = {"stall": STALL, "dumping": BAG}


@pytest.mark.parametrize("rule", THINGS)
@pytest.mark.parametrize("name", DURING)
def test_one_thing_comes_stays_and_goes(name: str, rule: str) -> None:
    thing = THINGS[rule]
    player = Player(analysis(zone(rule)), [thing, *DURING[name]]).until(260.0)

    assert [detection.phase for detection in player.detections] == ["present", "gone"]
    present, gone = player.detections
    assert present.object_id == gone.object_id
    assert overlap(present.box, thing.box) >= 0.6
    assert -0.1 <= present.first_seen_at - scenery.START - thing.begins <= 2.1
    assert present.confirmed_at - present.first_seen_at >= 30.0
    assert present.confirmed_at - scenery.START - thing.begins <= (44.0 if "pass" in name else 36.0)
    assert thing.ends < gone.confirmed_at - scenery.START <= thing.ends + 30.0


LATE: dict[str, list[Happening]] = {
    "snow": [scenery.falling(450, 4, 4, 80.0), CALM],
    "headlights sweep": [scenery.headlights(), scenery.noise(4.0)],
}
"""Found as surely, but later: the first sparse looks fall on a disturbed picture."""


@pytest.mark.parametrize("rule", THINGS)
@pytest.mark.parametrize("name", LATE)
def test_one_thing_is_found_though_late(name: str, rule: str) -> None:
    thing = THINGS[rule]
    player = Player(analysis(zone(rule)), [thing, *LATE[name]]).until(250.0)
    assert [detection.phase for detection in player.detections] == ["present", "gone"]
    present = player.detections[0]
    assert overlap(present.box, thing.box) >= 0.5
    assert -0.1 <= present.first_seen_at - scenery.START - thing.begins <= 22.0
    assert present.confirmed_at - scenery.START - thing.begins <= 70.0


def test_flicker_makes_no_second_thing() -> None:
    thing = Stands(300, 200, 80, 90, 80.0, 300.0, absent=(96.0, 124.0, 126.0, 168.0, 200.0, 202.0, 240.0))
    player = Player(analysis(zone()), [thing, CALM], quiet_seconds=2.0).until(340.0)
    assert [detection.phase for detection in player.detections] == ["present", "gone"]


def test_lorry_in_front_for_minutes_is_not_gone() -> None:
    lorry = Stands(240, 150, 220, 160, 250.0, 340.0, seed=21)
    player = Player(analysis(zone(dwell=120.0)), [Stands(300, 200, 80, 90, 80.0, 400.0), lorry, CALM]).until(440.0)
    assert [detection.phase for detection in player.detections] == ["present", "gone"]
    assert player.of("gone")[0].confirmed_at - scenery.START > 400.0


def test_darkness_is_not_gone() -> None:
    dark = scenery.replaced(160.0, 240.0, np.full_like(scenery.STREET, 6.0))
    player = Player(analysis(zone()), [Stands(300, 200, 80, 90, 80.0, 300.0), dark, CALM]).until(300.0)
    assert [detection.phase for detection in player.detections] == ["present"]


def test_cart_then_sunshade_then_vendor_are_one_stall() -> None:
    cart = Stands(300, 240, 80, 50, 80.0, 220.0)
    sunshade = Stands(280, 160, 120, 40, 92.0, 220.0, seed=5)
    vendor = scenery.stands_swaying(84.0, 220.0, left=385, foot=292)
    player = Player(analysis(zone(dwell=40.0)), [cart, sunshade, vendor, CALM]).until(270.0)
    assert [detection.phase for detection in player.detections] == ["present", "gone"]
    assert overlap(player.detections[0].box, (280 / 640, 160 / 360, 120 / 640, 130 / 360)) >= 0.6
    assert player.detections[0].first_seen_at - scenery.START == pytest.approx(81.0, abs=1.5)


def test_bag_counts_only_when_its_bringer_has_gone() -> None:
    bringer = scenery.stands_swaying(76.0, 150.0, left=455, foot=310)
    player = Player(analysis(zone("dumping")), [BAG, bringer, CALM]).until(230.0)
    assert [detection.phase for detection in player.detections] == ["present", "gone"]
    present = player.detections[0]
    assert present.confirmed_at - scenery.START >= 150.0
    assert overlap(present.box, BAG.box) >= 0.5


def test_parked_car_leaves_and_a_stall_takes_its_place() -> None:
    car = Stands(240, 180, 160, 100, 0.0, 60.0, seed=17)
    player = Player(analysis(zone()), [car, Stands(290, 200, 80, 70, 110.0, 400.0), CALM]).until(200.0)
    assert [detection.phase for detection in player.detections] == ["present"]
    assert overlap(player.detections[0].box, (290 / 640, 200 / 360, 80 / 640, 70 / 360)) >= 0.5


def test_infrared_at_night_and_back_keeps_the_thing() -> None:
    """Infrared turns dyes and leaves about: another picture of the same place."""
    patches = np.random.default_rng(4).uniform(0.25, 2.2, (9, 16)).astype(np.float32)
    dyes = scenery.resized(patches)

    def infrared(picture: scenery.Picture, at: float) -> scenery.Picture:
        return picture * dyes if 160.0 <= at < 300.0 else picture

    player = Player(analysis(zone()), [Stands(300, 200, 80, 90, 80.0, 380.0), infrared, CALM]).until(440.0)
    assert [detection.phase for detection in player.detections] == ["present", "gone"]
    assert player.of("gone")[0].confirmed_at - scenery.START > 380.0


@pytest.mark.parametrize("seconds", [2.0, 3.7, 10.0])
def test_rates_follow_real_time(seconds: float) -> None:
    """The same story at any sampling: found once, and not before its time."""
    subject = analysis(zone(dwell=60.0))
    confirmed = []
    for index in range(math.ceil(300 / seconds)):
        frame = scenery.frame_at(index * seconds, [Stands(300, 200, 80, 90, 100.0), CALM])
        confirmed += [d.confirmed_at - scenery.START for d in subject.observe(frame).detections]
    assert len(confirmed) == 1
    assert 160.0 <= confirmed[0] <= 160.0 + 2 * seconds


def burnt_in(begins: float, ends: float) -> Happening:
    """Somebody who stands there while the scene is learnt, twice as wide as a bag."""
    return scenery.stands_swaying(begins, ends, left=200, foot=320)


GHOSTS: dict[str, list[Happening]] = {
    "walkers while the scene is learnt": [scenery.passers_by(9.0, 310, 70.0), CALM],
    "somebody stands there at first": [burnt_in(0.0, 6.0), CALM],
    "soft reflection that stays": [
        lambda picture, at: picture + (scenery.glow(250, 250) if at > 60 else 0.0),
        CALM,
    ],
}


@pytest.mark.parametrize("name", GHOSTS)
def test_ghosts_and_reflections_are_nothing_dumped(name: str) -> None:
    subject = analysis(zone("dumping", 8.0))
    told = []
    for second in range(110):
        told += subject.observe(scenery.frame_at(float(second), GHOSTS[name])).detections
    assert [(found.confirmed_at - scenery.START, found.box) for found in told] == []


def test_what_the_lower_edge_of_the_picture_cuts_is_found() -> None:
    whole = zone("dumping", polygon=[(0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0)])
    cut = Stands(300, 324, 50, 36, begins=80.0, seed=9)
    player = Player(analysis(whole), [cut, CALM]).until(150.0)
    assert [detection.phase for detection in player.detections] == ["present"]
    assert overlap(player.detections[0].box, cut.box) >= 0.6


@pytest.mark.parametrize("came_before", [6.0, 18.0])
def test_what_is_left_counts_from_when_it_was_put_down_not_from_when_its_bringer_came(came_before: float) -> None:
    bringer = scenery.stands_swaying(80.0 - came_before, 104.0, left=455, foot=310)
    player = Player(analysis(zone("dumping")), [BAG, bringer, CALM], quiet_seconds=2.0).until(190.0)
    assert [detection.phase for detection in player.detections] == ["present"]
    assert player.detections[0].first_seen_at - scenery.START == pytest.approx(81.0, abs=1.5)
