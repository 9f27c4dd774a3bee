"""What the analysis of a camera tells, and what it keeps back, with a detector that looks first."""

from ingest.frame import Frame
from tests.vision.scenery import SHANGHAI, START, Player, Stands, camera, counted_ids, noise, overlap, zone
from vision.analysis import CameraAnalysis
from vision.detection import Box, Seen

STALL = Stands(250, 180, 90, 80, begins=40.0)
KINDS = {"person": "person", "car": "vehicle"}


class Names:
    """A `Confirmer` that calls whatever it is shown by a name that changes with time; "": it knows nothing there, None:
    it has no time to look."""

    def __init__(self, *named: tuple[float, str | None]) -> None:
        self.named = named
        self.asked: list[float] = []

    def look(self, frame: Frame, box: Box, *, again: bool = False) -> tuple[Seen, ...] | None:
        at = frame.captured_at - START
        self.asked.append(at)
        name = [name for begins, name in self.named if begins <= at][-1]
        if name is None:
            return None
        return (Seen(name, 0.8, box, KINDS.get(name, "other")),) if name else ()  # type: ignore[arg-type]


def player(names: Names | None, *rules: str, stall: Stands = STALL) -> Player:
    zones = [zone(rule) for rule in rules]
    return Player(CameraAnalysis(camera(*zones), None, SHANGHAI, counted_ids(), None, names), [stall, noise(2.0)])


def test_is_asked_once_and_what_it_saw_goes_with_the_detection() -> None:
    names = Names((0, "umbrella"))
    (told,) = player(names, "stall").until(200.0).detections
    assert len(names.asked) == 1
    assert 70.0 <= names.asked[0] == told.confirmed_at - START
    (seen,) = told.to_plain()["seen_as"]
    assert (seen["name"], seen["score"]) == ("umbrella", 0.8)
    assert overlap(tuple(seen["box"]), STALL.box) > 0.8


def test_tells_the_same_with_a_detector_that_knows_nothing_or_has_no_time_as_without() -> None:
    plain = [player(names, "stall").until(200.0).detections for names in (None, Names((0, "")), Names((0, None)))]
    assert len(plain[0]) == 1
    assert [[one.to_plain() for one in found] for found in plain[1:]] == [[plain[0][0].to_plain()]] * 2
    assert "seen_as" not in plain[0][0].to_plain()


def test_a_person_is_held_back_looked_at_sparsely_and_told_when_he_was_none() -> None:
    names = Names((0, "person"), (200.0, ""))
    playing = player(names, "stall").until(160.0)
    assert playing.detections == []
    assert playing.observations[-1].attention == "quiet"
    assert [one.state for one in playing.observations[-1].objects] == ["candidate"]
    (told,) = playing.until(420.0).detections
    assert told.phase == "present"
    assert told.confirmed_at - START == names.asked[-1] >= 200.0
    assert len(names.asked) <= 7


def test_what_was_held_back_and_leaves_is_never_told_and_leaves_no_ghost() -> None:
    names = Names((0, "person"))
    leaving = Stands(250, 180, 90, 80, begins=40.0, ends=150.0)
    playing = player(names, "stall", stall=leaving).until(330.0)
    assert playing.detections == []
    assert playing.observations[-1].objects == ()
    assert max(names.asked) < 150.0


def test_a_vehicle_is_no_stall_and_stays_where_no_other_rule_wants_it_without_becoming_ground() -> None:
    names = Names((0, "car"))
    playing = player(names, "stall").until(330.0)
    assert playing.detections == []
    assert [one.state for one in playing.observations[-1].objects] == ["candidate"]


def test_after_a_restart_what_was_told_is_not_asked_about_again() -> None:
    first = player(Names((0, "umbrella")), "stall").until(120.0)
    assert len(first.detections) == 1
    names = Names((0, "person"))
    again = player(names, "stall")
    again.subject.restore(first.subject.snapshot())
    again.at = again._next_at = 120.0
    assert again.until(240.0).detections == []
    assert names.asked == []
