"""Is it gone? Asked with the newest few key frames."""

import numpy as np
import pytest

from ingest.frame import Frame
from tests.vision import scenery
from tests.vision.scenery import Happening, Player, Stands, analysis, frame_at, zone
from vision.analysis import CameraAnalysis

CALM = scenery.noise(2.0)
THING = Stands(300, 200, 80, 90, begins=80.0)
MOVED_AWAY = Stands(300, 200, 80, 90, begins=80.0, ends=200.0)
LORRY = Stands(200, 130, 300, 200, begins=200.0, seed=21)
BLACK = scenery.replaced(200.0, 1e9, np.full_like(scenery.STREET, 5.0))
ELSEWHERE = scenery.replaced(200.0, 1e9, scenery.thing_texture(640, 360, seed=30))


@pytest.fixture(scope="module")
def watched() -> CameraAnalysis:
    return Player(analysis(zone()), [THING, CALM]).until(160.0).subject


def frames(happenings: list[Happening]) -> list[Frame]:
    return [frame_at(200.0 + 2 * index, [*happenings, CALM]) for index in range(4)]


ROWS: dict[str, tuple[list[Happening], str, str]] = {
    "still there": ([THING], "present", "still_there"),
    "gone": ([MOVED_AWAY], "gone", "place_is_bare"),
    "gone in other light": ([MOVED_AWAY, scenery.light(lambda _: 0.7)], "gone", "place_is_bare"),
    "there in other light": ([THING, scenery.light(lambda _: 0.7)], "present", "still_there"),
    "lorry in front": ([THING, LORRY], "cannot_tell", "hidden"),
    "dark": ([THING, BLACK], "cannot_tell", "dark"),
    "leaves while we look": ([Stands(300, 200, 80, 90, ends=203.0)], "gone", "place_is_bare"),
    "left at the very last": ([Stands(300, 200, 80, 90, ends=205.0)], "cannot_tell", "unsettled"),
    "camera turned": ([THING, ELSEWHERE], "cannot_tell", "scene_changed"),
}


@pytest.mark.parametrize("name", ROWS)
def test_verdict(name: str, watched: CameraAnalysis) -> None:
    happenings, result, code = ROWS[name]
    looked_at = frames(happenings)
    verdict = watched.verify("object-1", THING.box, looked_at)
    assert (verdict.result, verdict.reason.code) == (result, code)
    assert verdict.captured_at == looked_at[-1].captured_at
    assert verdict.reason.zh
    assert verdict.reason.en


def test_one_bare_frame_is_not_enough(watched: CameraAnalysis) -> None:
    assert watched.verify("object-1", THING.box, frames([MOVED_AWAY])[:1]).result == "cannot_tell"


def test_unknown_object(watched: CameraAnalysis) -> None:
    verdict = watched.verify("object-99", THING.box, frames([MOVED_AWAY]))
    assert (verdict.result, verdict.reason.code) == ("cannot_tell", "no_memory")


def test_box_of_another_place(watched: CameraAnalysis) -> None:
    verdict = watched.verify("object-1", (0.02, 0.02, 0.05, 0.05), frames([MOVED_AWAY]))
    assert (verdict.result, verdict.reason.code) == ("cannot_tell", "other_place")


def test_no_frames(watched: CameraAnalysis) -> None:
    assert watched.verify("object-1", THING.box, []).reason.code == "no_frames"


def test_a_thing_that_has_left_can_still_be_asked_for() -> None:
    player = Player(analysis(zone()), [Stands(300, 200, 80, 90, 80.0, 150.0), CALM]).until(190.0)
    assert [detection.phase for detection in player.detections] == ["present", "gone"]
    verdict = player.subject.verify("object-1", THING.box, frames([MOVED_AWAY]))
    assert verdict.result == "gone"
    back = player.subject.verify("object-1", THING.box, frames([THING]))
    assert back.result == "present"


def test_asking_changes_nothing(watched: CameraAnalysis) -> None:
    before = watched.snapshot()
    watched.verify("object-1", THING.box, frames([MOVED_AWAY]))
    assert watched.snapshot() == before
