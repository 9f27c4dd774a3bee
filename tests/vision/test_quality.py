"""Every fault of a camera's video by name, and everything that looks like one and is none."""

import json

import pytest

from ingest.frame import frame_from_gray
from sim.picture_faults import Spoiling, Spoilt
from tests.vision.quality_town import CAMERAS, QualityTown, frame_of, pictures
from vision.quality import memory
from vision.quality.camera_quality import CameraQuality
from vision.quality.fault import HOLDING, UNJUDGEABLE, Fault
from vision.quality.neighbours import Neighbours

CALM, LONG = 200.0, 500.0
S = Spoiling
FAULTS = [
    (S.BLACK, 0.5, Fault.BLACK),
    (S.OVEREXPOSED, 0.5, Fault.OVEREXPOSED),
    (S.COLOUR_CAST, 0.5, Fault.COLOUR_CAST),
    (S.NOISE, 0.3, Fault.NOISE),
    (S.BLURRED, 0.3, Fault.BLURRED),
    (S.COVERED, 0.4, Fault.COVERED),
    (S.COVERED, 1.0, Fault.COVERED),
    (S.TURNED, 0.1, Fault.TURNED),
    (S.TURNED, 0.9, Fault.TURNED),
]


def states(what: Spoiling | None, strength: float) -> tuple[Spoilt, ...]:
    return (Spoilt(what, strength, 3),) if what is not None else ()


@pytest.mark.parametrize("light", [None, S.INFRARED], ids=["day", "infrared"])
@pytest.mark.parametrize(("what", "strength", "fault"), FAULTS, ids=[f"{one[0].value}-{one[1]}" for one in FAULTS])
def test_a_fault_begins_once_it_has_held_and_ends_when_it_is_mended(light, what, strength, fault):
    if light and fault is Fault.COLOUR_CAST:
        pytest.skip("without colour nothing is tinted")
    town, healthy = QualityTown(), states(light, 0.5)
    assert town.play(CALM, healthy, healthy) == []
    broke_at = town.at
    assert town.play(LONG, (*healthy, *states(what, strength)), healthy) == [("c0", fault, "began")]
    since = town.first.faults[fault]
    assert since == pytest.approx(broke_at, abs=46.0)
    assert town.changes[0].at - since >= HOLDING[fault].begins_s
    assert (town.first.unjudgeable is fault) == (fault in UNJUDGEABLE)
    assert town.play(LONG, healthy, healthy) == [("c0", fault, "ended")]
    assert town.first.unjudgeable is None


def test_frozen_is_the_same_picture_again_and_no_still_street():
    town = QualityTown()
    assert town.play(CALM + LONG) == []
    assert town.play(LONG, frozen=True) == [("c0", Fault.FROZEN, "began")]
    assert town.play(LONG) == [("c0", Fault.FROZEN, "ended")]


def test_the_burnt_in_clock_of_a_frozen_picture_may_go_on():
    town = QualityTown()
    town.play(CALM)
    still = pictures(0, ())[0]
    for second in range(12):
        ticking = still.copy()
        ticking[8:28, 10:200] = 40 + second
        town.first.observe(frame_of("c0", town.at + second * 10.0, ticking))
    assert Fault.FROZEN in town.first.faults


ALONE = [
    ("a lorry in front", S.LORRY, 0.9),
    ("drops on the glass", S.RAIN_ON_LENS, 0.8),
    ("an evening's colour", S.SUNSET, 0.3),
]


@pytest.mark.parametrize(("what", "strength"), [row[1:] for row in ALONE], ids=[row[0] for row in ALONE])
def test_what_befalls_one_camera_and_is_no_fault(what, strength):
    town = QualityTown()
    town.play(CALM)
    assert town.play(LONG, states(what, strength)) == []
    assert town.play(CALM) == []


EVERYWHERE = [
    ("fog", S.FOG, 0.4),
    ("thick fog", S.FOG, 1.0),
    ("rain", S.RAIN_ON_LENS, 1.0),
    ("sunset", S.SUNSET, 1.0),
    ("infrared", S.INFRARED, 0.5),
    ("dark lanes with a lamp", S.DARK, 0.7),
]


@pytest.mark.parametrize(("what", "strength"), [row[1:] for row in EVERYWHERE], ids=[row[0] for row in EVERYWHERE])
def test_what_comes_over_the_whole_town_is_weather(what, strength):
    town = QualityTown()
    town.play(CALM)
    weather = states(what, strength)
    assert town.play(LONG, weather, weather) == []
    assert town.play(LONG) == []


def test_a_white_wall_is_neither_overexposed_nor_covered():
    town = QualityTown()
    wall = states(S.WHITE_WALL, 0.7)
    assert town.play(CALM + LONG, wall) == []
    assert town.play(LONG, (*wall, *states(S.OVEREXPOSED, 0.9))) == [("c0", Fault.OVEREXPOSED, "began")]


def test_covered_from_the_first_picture_on_is_told_by_the_neighbours():
    town = QualityTown()
    assert town.play(LONG, states(S.COVERED, 1.0)) == [("c0", Fault.COVERED, "began")]


def test_what_filled_the_first_pictures_is_not_how_the_street_looks():
    town = QualityTown()
    for strength in (0.2, 0.9):
        town.play(20.0, states(S.TURNED, strength))
    assert town.play(LONG) == []


def test_what_lasts_moments_is_nothing_but_detection_waits():
    town = QualityTown()
    town.play(CALM)
    assert town.play(60.0, states(S.COVERED, 1.0)) == []
    assert town.first.unjudgeable is Fault.COVERED
    assert town.play(CALM) == []
    assert town.first.unjudgeable is None


def test_a_dome_is_not_turned_away_while_somebody_turns_it():
    town = QualityTown(dome=True)
    home, away = (10.0, -5.0, 1.0), (80.0, -5.0, 4.0)
    town.play(CALM, aim=home)
    assert town.play(LONG, states(S.TURNED, 0.9), aim=away) == []
    assert town.play(LONG, states(S.TURNED, 0.9), aim=None) == []
    assert town.play(LONG, aim=home) == []
    # It says that it looks home, and does not: the mast was turned, or the gear slips.
    assert town.play(LONG, states(S.TURNED, 0.9), aim=home) == [("c0", Fault.TURNED, "began")]


@pytest.mark.parametrize(("offset", "wrong"), [(None, False), (2.0, False), (-3600.0, True), (-1.79e9, True)])
def test_the_clock_a_camera_stamps_with(offset, wrong):
    town = QualityTown()
    changes = town.play(LONG, clock_offset_s=offset)
    assert changes == ([("c0", Fault.WRONG_TIME, "began")] if wrong else [])
    assert town.first.unjudgeable is None


def test_accepting_the_view_ends_what_spoke_against_it():
    town = QualityTown()
    town.play(CALM)
    turned = states(S.TURNED, 0.9)
    town.play(LONG, turned)
    town.first.accept(frame_of("c0", town.at, pictures(0, turned)[0]))
    assert town.first.faults == {}
    assert town.play(LONG, turned) == []
    assert town.play(LONG) == [("c0", Fault.TURNED, "began")]


def test_what_is_known_outlives_a_restart():
    town = QualityTown()
    town.play(CALM)
    town.play(LONG, states(S.TURNED, 0.9))
    kept = memory.encode(town.first)
    assert len(kept) < 64 * 1024
    known = memory.decode("c0", kept)
    again = CameraQuality("c0", Neighbours(dict.fromkeys(CAMERAS)))
    again.take_up(known.looks, known.faults, known.aim)
    assert again.faults == town.first.faults
    assert again.unjudgeable is Fault.TURNED
    town.cameras[0] = again
    assert town.play(LONG) == [("c0", Fault.TURNED, "ended")]


DAMAGED = [b"", b"{", b"[]", b'{"version": 1}', b"x" * (memory.MOST_BYTES + 1)]


@pytest.mark.parametrize("data", DAMAGED)
def test_damaged_memory_is_refused(data):
    with pytest.raises(memory.UnusableMemory):
        memory.decode("c0", data)


def test_memory_of_another_camera_or_with_a_foreign_picture_is_refused():
    town = QualityTown()
    town.play(CALM)
    kept = memory.encode(town.first)
    with pytest.raises(memory.UnusableMemory):
        memory.decode("c1", kept)
    plain = json.loads(kept)
    next(iter(plain["looks"].values()))["png"] = ""
    with pytest.raises(memory.UnusableMemory):
        memory.decode("c0", json.dumps(plain).encode())


def test_a_picture_too_small_says_so():
    camera = CameraQuality("c0", Neighbours({}))
    with pytest.raises(ValueError, match="16x16 is too small"):
        camera.observe(frame_from_gray("c0", 1.0, pictures(0, ())[0][:16, :16]))
