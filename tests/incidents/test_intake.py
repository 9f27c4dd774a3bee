"""Detections into cases: one thing, one case, however long it stays or flickers."""

from base64 import b64encode
from typing import Any

import pytest
from sqlalchemy import select

from incidents.case_filter import CaseFilter
from incidents.errors import Invalid
from incidents.matching import overlap
from incidents.service import NewCase
from incidents.store.schema import case_objects
from tests.incidents.world import IN_A1, IN_B1, JPEG, MP4, OUTSIDE, START, World, detection

FAR_BOX = [0.05, 0.10, 0.10, 0.10]


def east_of(metres: float, error_m: float = 1.0) -> dict[str, float]:
    """Metres east of the first detection; a degree of longitude here is 96 486 m."""
    return {"lon": IN_A1[0] + metres / 96_486, "lat": IN_A1[1], "error_m": error_m}


def test_a_new_case(world: World) -> None:
    taken = world.take()
    assert (taken.outcome, taken.repeated) == ("opened", False)
    found = world.incidents.get_case(world.admin, taken.case_id)
    case = found.case
    assert (case.number, case.state, case.case_class, case.level) == ("QX-A-20260921-0001", "filed", "05-01", 2)
    assert (case.class_name.zh, case.class_name.en) == ("无照经营游商", "Unlicensed street vendor")
    assert (case.title.zh, case.title.en) == ("东村路口:无照经营游商", "Unlicensed street vendor at East crossing")
    assert (case.area, case.grid, case.grid_name) == ("QX-A", "QX-A1", "东村一网格")
    assert (case.lon, case.lat, case.error_m) == (*IN_A1, 1.8)
    assert (case.source, case.camera_id, case.zone_id, case.sightings) == ("camera", "cam-a", "no-stall", 1)
    assert (case.opened_at, case.deadline_at, case.last_seen_at) == (START, START + 86400, START)
    assert [one.kind for one in found.evidence] == ["picture", "clip"]
    assert (case.picture_evidence_id, case.clip_evidence_id) == tuple(one.id for one in found.evidence)
    entries = found.trace
    assert [(one.action, one.actor.kind, one.actor.name) for one in entries] == [
        ("open", "camera", "东村路口"), ("evidence", "camera", "东村路口"), ("evidence", "camera", "东村路口")
    ]  # fmt: skip
    assert entries[0].detail["confidence"] == 0.82
    assert [one.detail["sha256"] for one in entries[1:]] == [one.sha256 for one in found.evidence]
    view, path = world.incidents.get_evidence(world.admin, found.evidence[0].id)
    assert (path.read_bytes(), view.media_type, view.size) == (JPEG, "image/jpeg", len(JPEG))


def test_the_same_key_again_changes_nothing(world: World) -> None:
    first = world.take()
    before = world.incidents.get_case(world.admin, first.case_id)
    again = world.take()
    assert (again.case_id, again.outcome, again.repeated) == (first.case_id, "opened", True)
    assert world.incidents.get_case(world.admin, first.case_id) == before


# Second detections, after "obj-1" of the small town's usual detection: what comes of them.
SECOND: dict[str, tuple[dict[str, Any], str]] = {
    "the same object": ({"object_id": "obj-1", "box": FAR_BOX, "location": east_of(500)}, "sighted"),
    "overlapping box, far by its place": ({"location": east_of(80)}, "sighted"),
    "box moved by a third": ({"box": [0.44, 0.52, 0.10, 0.16], "location": None}, "sighted"),
    "box that hardly overlaps, no place": ({"box": [0.49, 0.52, 0.10, 0.16], "location": None}, "opened"),
    "same box, another rule and class": ({"rule": "dumping", "case_class": "01-03"}, "opened"),
    "same box, another camera, no place": ({"camera_id": "cam-b", "location": None}, "opened"),
    "4 m away, another camera": ({"camera_id": "cam-b", "box": FAR_BOX, "location": east_of(4)}, "sighted"),
    "6 m away, both sure": ({"box": FAR_BOX, "location": east_of(6)}, "opened"),
    "6 m away, unsure by 9 m": ({"box": FAR_BOX, "location": east_of(6, 9.0)}, "sighted"),
    "40 m away, unsure by 90 m": ({"box": FAR_BOX, "location": east_of(40, 90.0)}, "opened"),
    "4 m away, another class": (
        {"box": FAR_BOX, "location": east_of(4), "rule": "dumping", "case_class": "01-03"}, "opened"),
}  # fmt: skip


@pytest.mark.parametrize(("changed", "outcome"), SECOND.values(), ids=SECOND.keys())
def test_a_second_detection(sqlite_world: World, changed: dict[str, Any], outcome: str) -> None:
    first = sqlite_world.take()
    sqlite_world.clock.pass_(60)
    given = {"object_id": "obj-2", "confirmed_at": START + 60, **changed}
    second = sqlite_world.take(key="second", **given)
    assert second.outcome == outcome
    assert (second.case_id == first.case_id) == (outcome == "sighted")
    assert sqlite_world.incidents.list_cases(sqlite_world.admin).total == (1 if outcome == "sighted" else 2)
    if outcome == "sighted":
        found = sqlite_world.incidents.get_case(sqlite_world.admin, first.case_id)
        assert (found.case.sightings, found.case.last_seen_at, len(found.evidence)) == (2, START + 60, 4)
        assert [one.action for one in found.trace][3:] == ["sighted", "evidence", "evidence"]


def test_a_flickering_stall_is_one_case(world: World) -> None:
    for turn in range(12):
        world.clock.pass_(200)
        drift = [0.41 + 0.002 * turn, 0.52, 0.10, 0.16]
        world.take(key=f"p{turn}", object_id=f"o{turn}", box=drift, blobs={})
        if turn % 3 == 0:
            world.take(key=f"g{turn}", object_id=f"o{turn}", phase="gone", box=drift, blobs={})
    page = world.incidents.list_cases(world.admin)
    assert page.total == 1
    assert (page.items[0].state, page.items[0].sightings, page.items[0].gone_at) == ("filed", 12, None)


AFTER_CLOSING: dict[str, tuple[float, dict[str, Any], str]] = {
    "29 minutes later, another object": (29 * 60, {"object_id": "new"}, "reopened"),
    "29 minutes later, the same object": (29 * 60, {}, "reopened"),
    "31 minutes later, another object": (31 * 60, {"object_id": "new"}, "opened"),
    "31 minutes later, the same object": (31 * 60, {}, "opened"),
    "soon, elsewhere": (60, {"object_id": "new", "box": FAR_BOX, "location": east_of(50)}, "opened"),
}


@pytest.mark.parametrize(("later", "changed", "outcome"), AFTER_CLOSING.values(), ids=AFTER_CLOSING.keys())
def test_back_after_closing(sqlite_world: World, later: float, changed: dict[str, Any], outcome: str) -> None:
    first = sqlite_world.take()
    sqlite_world.incidents.act(sqlite_world.admin, first.case_id, "close", {"note": "talked away"})
    sqlite_world.clock.pass_(later)
    second = sqlite_world.take(key="second", **changed)
    assert second.outcome == outcome
    assert (second.case_id == first.case_id) == (outcome == "reopened")
    case = sqlite_world.incidents.get_case(sqlite_world.admin, second.case_id).case
    assert (case.state, case.closed_at, case.resolution) == ("filed", None, None)


def test_an_open_case_is_preferred_to_one_closed(sqlite_world: World) -> None:
    closed = sqlite_world.take()
    sqlite_world.incidents.act(sqlite_world.admin, closed.case_id, "close", {})
    spot = east_of(6)
    opened = sqlite_world.take(key="b", object_id="b", camera_id="cam-b", box=FAR_BOX, location=spot)
    assert opened.outcome == "opened"
    third = sqlite_world.take(key="c", object_id="c", box=[0.7, 0.7, 0.1, 0.1], location=east_of(3))
    assert third.case_id == opened.case_id


def test_what_was_struck_out_is_not_news(sqlite_world: World) -> None:
    first = sqlite_world.take()
    sqlite_world.incidents.act(sqlite_world.admin, first.case_id, "strike-out", {"reason": "parked car"})
    again = sqlite_world.take(key="again")
    assert (again.case_id, again.outcome) == (first.case_id, "sighted")
    assert sqlite_world.incidents.get_case(sqlite_world.admin, first.case_id).case.state == "invalid"


def test_into_the_review_queue_and_back(sqlite_world: World) -> None:
    first = sqlite_world.take(opens_case=False)
    assert sqlite_world.incidents.list_cases(sqlite_world.admin, CaseFilter(state="review")).total == 1
    sqlite_world.take(phase="gone", opens_case=False)
    again = sqlite_world.take(key="again", object_id="obj-2", opens_case=False)
    assert (again.case_id, again.outcome) == (first.case_id, "reopened")
    assert sqlite_world.incidents.get_case(sqlite_world.admin, first.case_id).case.state == "review"


def test_left_by_itself(world: World) -> None:
    first = world.take()
    world.clock.pass_(600)
    gone = world.take(phase="gone", blobs={"picture.jpg": JPEG + b"empty street"})
    assert (gone.case_id, gone.outcome) == (first.case_id, "gone")
    found = world.incidents.get_case(world.admin, first.case_id)
    assert (found.case.state, found.case.resolution) == ("closed", "left_by_itself")
    assert (found.case.gone_at, found.case.closed_at) == (START + 600, START + 600)
    assert [one.action for one in found.trace][-2:] == ["gone", "evidence"]
    assert found.trace[-2].actor.kind == "camera"


def test_gone_after_somebody_was_sent(world: World) -> None:
    case_id = world.take().case_id
    wang = world.worker("wang", "QX-A1", at=IN_A1)
    world.incidents.act(world.admin, case_id, "assign", {"worker_id": wang.account_id})
    world.take(phase="gone", blobs={})
    case = world.incidents.get_case(world.admin, case_id).case
    assert (case.state, case.gone_at) == ("assigned", START)
    for action in ("accept", "handle"):
        world.incidents.act(wang, case_id, action, {})
    assert world.incidents.get_case(world.admin, case_id).case.state == "handled"


def test_gone_only_when_the_last_object_is(sqlite_world: World) -> None:
    case_id = sqlite_world.take().case_id
    sqlite_world.take(key="b", object_id="b", box=FAR_BOX, location=east_of(3))
    assert sqlite_world.take(phase="gone", blobs={}).outcome == "ignored"
    assert sqlite_world.incidents.get_case(sqlite_world.admin, case_id).case.state == "filed"
    assert sqlite_world.take(key="bg", object_id="b", phase="gone", blobs={}).outcome == "gone"
    assert sqlite_world.incidents.get_case(sqlite_world.admin, case_id).case.state == "closed"


def test_an_object_counted_anew_in_the_same_place_is_not_waited_for(sqlite_world: World) -> None:
    case_id = sqlite_world.take().case_id
    sqlite_world.take(key="b", object_id="after-restart")
    assert sqlite_world.take(key="bg", object_id="after-restart", phase="gone", blobs={}).outcome == "gone"
    assert sqlite_world.incidents.get_case(sqlite_world.admin, case_id).case.state == "closed"


def test_gone_of_what_was_never_seen(world: World) -> None:
    taken = world.take(phase="gone", blobs={})
    assert (taken.case_id, taken.outcome) == (None, "ignored")
    assert world.take(phase="gone", blobs={}).repeated


def test_a_case_made_by_hand_is_joined_by_the_camera_that_sees_it(sqlite_world: World) -> None:
    made = sqlite_world.incidents.create_case(sqlite_world.admin, NewCase("05-01", *IN_A1))
    taken = sqlite_world.take(location=east_of(2))
    assert (taken.case_id, taken.outcome) == (made.id, "sighted")
    case = sqlite_world.incidents.get_case(sqlite_world.admin, made.id).case
    assert (case.camera_id, case.zone_id, case.sightings) == ("cam-a", "no-stall", 1)


PLACES: dict[str, tuple[dict[str, Any], tuple[str, str | None, float | None]]] = {
    "in a grid": ({}, ("QX-A", "QX-A1", IN_A1[0])),
    "in a grid of another village than the camera's": (
        {"location": {"lon": 120.425, "lat": 30.005, "error_m": 2.0}}, ("QX-B", "QX-B1", 120.425)),
    "no pose: the camera's village": ({"location": None}, ("QX-A", None, None)),
    "outside every grid: the camera's village": (
        {"location": {"lon": OUTSIDE[0], "lat": OUTSIDE[1], "error_m": 2.0}}, ("QX-A", None, OUTSIDE[0])),
    "a camera no longer configured: the town": ({"camera_id": "old", "location": None}, ("QX", None, None)),
}  # fmt: skip


@pytest.mark.parametrize(("changed", "place"), PLACES.values(), ids=PLACES.keys())
def test_where_it_lies(sqlite_world: World, changed: dict[str, Any], place: tuple[Any, ...]) -> None:
    case = sqlite_world.incidents.get_case(sqlite_world.admin, sqlite_world.take(**changed).case_id).case
    assert (case.area, case.grid, case.lon) == place


def test_numbers_start_anew_each_day_in_each_village(sqlite_world: World) -> None:
    """START is 22:13 in Shanghai and 14:13 in UTC. What happens in B does not show in the numbers of A."""
    numbers = []
    for turn, later in enumerate((0, 60, 7200, 60)):
        sqlite_world.clock.pass_(later)
        box = [0.2 * turn, 0.1, 0.1, 0.1]
        taken = sqlite_world.take(key=str(turn), object_id=str(turn), box=box, location=east_of(100 * turn), blobs={})
        numbers.append(sqlite_world.incidents.get_case(sqlite_world.admin, taken.case_id).case.number)
        other = sqlite_world.incidents.create_case(sqlite_world.admin, NewCase("05-01", *IN_B1))
        assert other.number.startswith("QX-B-")
    assert numbers == ["QX-A-20260921-0001", "QX-A-20260921-0002", "QX-A-20260922-0001", "QX-A-20260922-0002"]


WRONG: dict[str, tuple[dict[str, Any], str]] = {
    "no key": ({"key": ""}, "key"),
    "key too long": ({"key": "k" * 301}, "key"),
    "NUL in the object": ({"key": "k", "object_id": "a\x00b"}, "object_id"),
    "lone surrogate in the camera": ({"camera_id": "\ud800"}, "camera_id"),
    "unknown phase": ({"phase": "maybe"}, "phase"),
    "level 5": ({"level": 5}, "level"),
    "class not in the catalogue": ({"case_class": "99-99"}, "case_class"),
    "box of three": ({"box": [0, 0, 1]}, "box.3"),
    "box outside the picture": ({"box": [0.9, 0.9, 1.2, 0.1]}, "box"),
    "box of no number": ({"box": [float("nan"), 0, 0, 0]}, "box.0"),
    "latitude of the moon": ({"location": {"lon": 0, "lat": 400, "error_m": 1}}, "location.lat"),
    "text for a time": ({"confirmed_at": "soon"}, "confirmed_at"),
    "no JPEG": ({"blobs": {"picture.jpg": b"<svg onload=alert(1)>"}}, "blobs.picture.jpg"),
    "nine blobs": ({"blobs": {f"{n}.jpg": JPEG for n in range(9)}}, "blobs"),
}


@pytest.mark.parametrize(("changed", "where"), WRONG.values(), ids=WRONG.keys())
def test_what_is_refused(sqlite_world: World, changed: dict[str, Any], where: str) -> None:
    with pytest.raises(Invalid) as error:
        sqlite_world.take(**changed)
    assert error.value.where == where
    assert sqlite_world.incidents.list_cases(sqlite_world.admin).total == 0


def test_blobs_and_their_names_must_agree(sqlite_world: World) -> None:
    with pytest.raises(Invalid, match="names 1 blobs and brings 2"):
        sqlite_world.incidents.take_detection({**detection(), "blobs": ["picture.jpg"]}, [JPEG, MP4])


OVERLAPS = {
    "the same": ([0, 0, 2, 2], [0, 0, 2, 2], 1.0),
    "a quarter each": ([0, 0, 2, 2], [1, 1, 2, 2], 1 / 7),
    "side by side": ([0, 0, 1, 1], [1, 0, 1, 1], 0.0),
    "one in the other": ([0, 0, 2, 2], [0, 0, 1, 1], 0.25),
    "nothing at all": ([0, 0, 0, 0], [0, 0, 0, 0], 0.0),
}


@pytest.mark.parametrize(("a", "b", "share"), OVERLAPS.values(), ids=OVERLAPS.keys())
def test_overlap(a: list[float], b: list[float], share: float) -> None:
    assert overlap(a, b) == overlap(b, a) == pytest.approx(share)


def test_the_picture_of_the_bringer_says_what_it_is(sqlite_world: World) -> None:
    blobs = {"picture.jpg": JPEG, "clip.mp4": MP4, "bringer.jpg": JPEG + b"somebody stoops"}
    taken = sqlite_world.take(rule="dumping", case_class="01-03", blobs=blobs)
    shown = sqlite_world.incidents.get_case(sqlite_world.admin, taken.case_id).evidence
    assert sorted(one.caption for one in shown) == ["bringer", "dumping", "dumping"]


def test_what_a_detector_saw_stands_in_the_trace(sqlite_world: World) -> None:
    seen = [{"name": "dining table", "score": 0.61, "box": [0.4, 0.5, 0.1, 0.1]}]
    case_id = sqlite_world.take(seen_as=seen).case_id
    assert sqlite_world.incidents.get_case(sqlite_world.admin, case_id).trace[0].detail["seen_as"] == seen
    for wrong in (seen * 9, [{**seen[0], "score": 2}], [{**seen[0], "name": "a\nb"}], [{"name": "bag"}], "bag"):
        with pytest.raises(Invalid, match="seen_as"):
            sqlite_world.take(key="again", seen_as=wrong)


def test_how_it_looks_is_kept_with_the_object(world: World) -> None:
    told = bytes(range(219))
    case_id = world.take(appearance=b64encode(told).decode()).case_id
    world.take(key="again", appearance=None)
    with world.incidents.store.read() as connection:
        assert connection.execute(select(case_objects.c.appearance)).scalar_one() == told
    opened = world.incidents.get_case(world.admin, case_id).trace[0]
    assert "appearance" not in opened.detail


@pytest.mark.parametrize(
    "given",
    ["A" * 344 + "AAAA", "not base64!", "AAA", 7, "", "A" * 100_000],
    ids=["257 bytes", "signs", "cut", "number", "none", "huge"],
)
def test_a_look_that_is_none_is_refused(world: World, given: Any) -> None:
    with pytest.raises(Invalid, match="appearance"):
        world.take(appearance=given)
