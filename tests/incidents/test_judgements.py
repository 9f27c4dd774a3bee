"""Verdicts on detections: confirmed, rejected with a cause, doubled, taken back; kept with the facts."""

from typing import Any

import pytest
from sqlalchemy import Row, func, select

from incidents.causes import CAUSES, NEVER_REMEMBERED
from incidents.earning import Record, record_of
from incidents.errors import Conflict, Invalid, NotAllowed, NotFound
from incidents.judgements import TAKE_BACK_SECONDS, row_of
from incidents.report import report_from
from incidents.rights import Caller
from incidents.service import NewCase
from incidents.store.schema import case_objects, evidence
from tests.incidents.world import IN_A1, IN_B1, JPEG, START, World, detection
from vision.rules import AREA_RULES

ELSEWHERE: dict[str, Any] = {
    "object_id": "obj-2", "box": [0.7, 0.1, 0.1, 0.1],
    "location": {"lon": IN_A1[0] + 0.002, "lat": IN_A1[1], "error_m": 1.0},
}  # fmt: skip


def judged(world: World, case_id: str) -> Row[Any]:
    with world.incidents.store.read() as connection:
        row = row_of(connection, case_id)
    assert row is not None
    return row


def verdict(world: World, case_id: str) -> tuple[str | None, str | None]:
    row = judged(world, case_id)
    return row.verdict, row.cause


def act(world: World, case_id: str, action: str, caller: Caller | None = None, **detail: Any) -> Any:
    return world.incidents.act(caller or world.admin, case_id, action, detail)


def queued(world: World, **changed: Any) -> str:
    return str(world.take(opens_case=False, **changed).case_id)


def test_the_facts_are_kept_from_the_beginning(world: World) -> None:
    case_id = queued(world)
    row = judged(world, case_id)
    assert (row.camera_id, row.area, row.rule, row.zone_id, row.by_itself) == (
        "cam-a", "QX-A", "stall", "no-stall", False
    )  # fmt: skip
    assert (row.confidence, row.size_m, row.first_seen_at, row.left_at) == (0.82, 1.9, START - 180, None)
    assert (row.verdict, row.judged_at) == (None, None)
    act(world, case_id, "reject", cause="bin")
    world.take(phase="gone", confirmed_at=START + 90, blobs={})
    row = judged(world, case_id)
    assert (row.verdict, row.cause, row.judged_by, row.left_at) == (
        "rejected", "bin", world.admin.account_id, START + 90
    )  # fmt: skip


# How a case that a camera began goes on: what is done to it, and what that says of the detection.
ENDS: dict[str, tuple[bool, list[tuple[str, dict[str, Any]]], tuple[str | None, str | None]]] = {
    "confirmed": (False, [("confirm", {})], ("confirmed", None)),
    "rejected without a cause": (False, [("reject", {})], ("rejected", None)),
    "rejected, other": (False, [("reject", {"cause": "other", "word": "消防栓"})], ("rejected", "other")),
    "confirmed, then struck out by its cause": (
        False, [("confirm", {}), ("strike-out", {"cause": "vehicle"})], ("rejected", "vehicle")),
    "opened by itself, struck out by its cause": (True, [("strike-out", {"cause": "sign"})], ("rejected", "sign")),
    "struck out without one": (True, [("strike-out", {"reason": "a drill"})], (None, None)),
    "confirmed, struck out without one": (
        False, [("confirm", {}), ("strike-out", {"reason": "a drill"})], ("confirmed", None)),
    "closed as seen to": (True, [("close", {"note": "talked away"})], ("confirmed", None)),
    "rejected, then reopened": (False, [("reject", {"cause": "bin"}), ("reopen", {"reason": "it is one"})],
                                (None, None)),
    "rejected, reopened, closed": (
        False, [("reject", {"cause": "bin"}), ("reopen", {"reason": "it is one"}), ("close", {})], ("confirmed", None)),
}  # fmt: skip


@pytest.mark.parametrize(("by_itself", "steps", "said"), ENDS.values(), ids=ENDS.keys())
def test_what_an_end_says(
    sqlite_world: World, by_itself: bool, steps: Any, said: tuple[str | None, str | None]
) -> None:
    case_id = sqlite_world.take(opens_case=by_itself).case_id
    assert judged(sqlite_world, case_id).by_itself is by_itself
    for action, detail in steps:
        act(sqlite_world, case_id, action, **detail)
    assert verdict(sqlite_world, case_id) == said


def test_handled_and_verified_is_confirmed_left_by_itself_is_not(sqlite_world: World) -> None:
    case_id = sqlite_world.take().case_id
    wang = sqlite_world.worker("wang", "QX-A1", at=IN_A1)
    act(sqlite_world, case_id, "assign", worker_id=wang.account_id)
    act(sqlite_world, case_id, "accept", wang)
    act(sqlite_world, case_id, "handle", wang)
    assert verdict(sqlite_world, case_id) == (None, None)
    sqlite_world.incidents.camera_verified(case_id, "cam-a", "gone", "clear", captured_at=START, picture=JPEG)
    assert (*verdict(sqlite_world, case_id), judged(sqlite_world, case_id).judged_by) == ("confirmed", None, None)
    other = sqlite_world.take(key="other", **ELSEWHERE).case_id
    sqlite_world.take(key="gone", phase="gone", object_id="obj-2", blobs={})
    assert verdict(sqlite_world, other) == (None, None)


def handled(world: World, case_id: str, worker: Caller, found: str | None) -> None:
    if world.incidents.get_case(world.admin, case_id).case.assignee is None:
        act(world, case_id, "assign", worker_id=worker.account_id)
        act(world, case_id, "accept", worker)
    act(world, case_id, "handle", worker, **({"found": found} if found else {}))


def test_nothing_found_on_the_spot_is_no_right_detection(world: World) -> None:
    wang, zhao = world.worker("wang", "QX-A1", at=IN_A1), world.person("zhao", "operator", "QX")
    case_id = str(world.take().case_id)
    handled(world, case_id, wang, "nothing")
    assert (*verdict(world, case_id), judged(world, case_id).judged_by) == ("rejected", "not_found", wang.account_id)
    case = world.incidents.get_case(world.admin, case_id)
    assert (case.case.needs_person, case.trace[-1].detail["found"]) == (True, "nothing")
    assert world.incidents.awaiting_camera() == (), "the camera would speak for itself"
    # What the camera tells of it changes nothing, whether it sees it go or still there.
    world.take(key="gone", phase="gone", blobs={})
    assert verdict(world, case_id) == ("rejected", "not_found")
    act(world, case_id, "verify", zhao, result="gone")
    assert verdict(world, case_id) == ("rejected", "not_found")
    with world.incidents.store.read() as connection:
        assert world.incidents.remembered.matching(connection, report_from(detection()), START) is None
        assert record_of(connection, "cam-a", "stall", 0.0) == Record(0, 1)


OVERRULED: dict[str, tuple[str | None, tuple[str | None, str | None]]] = {
    "found when he went again": ("removed", ("confirmed", None)),
    "had left by then": ("left", ("confirmed", None)),
    "not said": (None, ("confirmed", None)),
    "nothing once more": ("nothing", ("rejected", "not_found")),
}  # fmt: skip


@pytest.mark.parametrize(("again", "said"), OVERRULED.values(), ids=OVERRULED.keys())
def test_who_goes_again_decides_anew(
    sqlite_world: World, again: str | None, said: tuple[str | None, str | None]
) -> None:
    wang, zhao = sqlite_world.worker("wang", "QX-A1", at=IN_A1), sqlite_world.person("zhao", "operator", "QX")
    case_id = str(sqlite_world.take().case_id)
    handled(sqlite_world, case_id, wang, "nothing")
    act(sqlite_world, case_id, "verify", zhao, result="present", note="it is in the picture")
    assert verdict(sqlite_world, case_id) == (None, None)
    handled(sqlite_world, case_id, wang, again)
    act(sqlite_world, case_id, "verify", zhao, result="gone")
    assert verdict(sqlite_world, case_id) == said


def test_the_camera_does_not_overrule_who_was_there_and_he_not_who_saw_the_picture(sqlite_world: World) -> None:
    wang = sqlite_world.worker("wang", "QX-A1", at=IN_A1)
    case_id = str(sqlite_world.take().case_id)
    handled(sqlite_world, case_id, wang, "nothing")
    sqlite_world.incidents.camera_verified(case_id, "cam-a", "present", "there", captured_at=START, picture=None)
    assert verdict(sqlite_world, case_id) == ("rejected", "not_found")
    seen = queued(sqlite_world, key="second", **ELSEWHERE)
    act(sqlite_world, seen, "confirm")
    handled(sqlite_world, seen, wang, "nothing")
    assert verdict(sqlite_world, seen) == ("confirmed", None)
    with pytest.raises(Invalid, match="found must be one of"):
        handled(sqlite_world, case_id, wang, "ghosts")


WRONG: dict[str, tuple[dict[str, Any], str]] = {
    "no such cause": ({"cause": "ghost"}, "cause"),
    "other without a word": ({"cause": "other"}, "word"),
    "other with a blank": ({"cause": "other", "word": "  "}, "word"),
    "a word alone": ({"word": "pole"}, "word"),
    "a word too long": ({"cause": "other", "word": "x" * 61}, "word"),
    "a cause that is no text": ({"cause": 7}, "cause"),
}


@pytest.mark.parametrize(("detail", "where"), WRONG.values(), ids=WRONG.keys())
def test_a_cause_that_is_none(sqlite_world: World, detail: dict[str, Any], where: str) -> None:
    case_id = queued(sqlite_world)
    with pytest.raises(Invalid) as error:
        act(sqlite_world, case_id, "reject", **detail)
    assert error.value.where == where
    assert sqlite_world.incidents.get_case(sqlite_world.admin, case_id).case.state == "review"


def test_a_duplicate_goes_into_the_case_it_doubles_and_comes_back(world: World) -> None:
    first = world.take().case_id
    second = queued(world, key="second", **ELSEWHERE)
    incidents = world.incidents
    before = incidents.get_case(world.admin, first)
    case = act(world, second, "duplicate", of=first)
    assert (case.state, case.resolution, verdict(world, second)) == ("invalid", "duplicate", ("duplicate", None))
    merged, doubled = incidents.get_case(world.admin, first), incidents.get_case(world.admin, second)
    assert [one.sha256 for one in merged.evidence] == [one.sha256 for one in before.evidence] * 2
    assert (merged.case.sightings, len(doubled.evidence)) == (2, 2)
    entry = merged.trace[-1]
    assert (entry.action, entry.detail["duplicate_number"]) == ("merge", doubled.case.number)
    assert doubled.trace[-1].detail["of_number"] == merged.case.number
    # What the camera tells of the object is the other case's from now on.
    assert world.take(key="again", **ELSEWHERE).case_id == first
    world.take(key="g2", phase="gone", object_id="obj-2", blobs={})
    assert incidents.get_case(world.admin, first).case.state == "filed"
    taken_back = act(world, second, "take-back")
    assert (taken_back.state, taken_back.resolution, verdict(world, second)) == ("review", None, (None, None))
    apart = incidents.get_case(world.admin, first)
    copies = {one.id for one in merged.evidence} - {one.id for one in before.evidence}
    assert len(copies) == 2
    # What the camera told since then stays.
    assert len(apart.evidence) == 4
    assert not copies & {one.id for one in apart.evidence}
    assert (apart.trace[-1].action, apart.case.sightings) == ("unmerge", 2)
    with incidents.store.read() as connection:
        owners = dict(connection.execute(select(case_objects.c.object_id, case_objects.c.case_id)).all())
        assert owners == {"obj-1": first, "obj-2": second}
        mine = select(func.count()).select_from(evidence).where(evidence.c.case_id == second)
        assert connection.execute(mine).scalar_one() == 2
    for one in (first, second):
        assert incidents.check_trace(world.admin, one).valid


def test_a_case_made_by_hand_gets_the_camera_of_its_duplicate(sqlite_world: World) -> None:
    by_hand = sqlite_world.incidents.create_case(sqlite_world.admin, NewCase("01-02", *IN_B1)).id
    doubled = queued(sqlite_world)
    act(sqlite_world, doubled, "duplicate", of=by_hand)
    case = sqlite_world.incidents.get_case(sqlite_world.admin, by_hand).case
    assert (case.camera_id, case.zone_id, case.sightings) == ("cam-a", "no-stall", 1)
    assert case.picture_evidence_id is not None
    act(sqlite_world, doubled, "take-back")
    case = sqlite_world.incidents.get_case(sqlite_world.admin, by_hand).case
    assert (case.camera_id, case.zone_id, case.sightings, case.picture_evidence_id) == (None, None, 0, None)


def test_what_no_duplicate_can_be_of(sqlite_world: World) -> None:
    first = queued(sqlite_world)
    far = sqlite_world.incidents.create_case(sqlite_world.admin, NewCase("01-02", *IN_B1)).id
    east = sqlite_world.person("east", "operator", "QX-A")
    for of, problem in ((first, Invalid), ("none", NotFound), (far, NotFound)):
        with pytest.raises(problem):
            act(sqlite_world, first, "duplicate", east, of=of)
    with pytest.raises(Invalid, match="needs of"):
        act(sqlite_world, first, "duplicate")
    act(sqlite_world, far, "strike-out", reason="a drill")
    with pytest.raises(Invalid, match="struck out"):
        act(sqlite_world, first, "duplicate", of=far)


def test_the_other_case_is_not_named_across_the_border(sqlite_world: World) -> None:
    here = queued(sqlite_world)
    far = sqlite_world.incidents.create_case(sqlite_world.admin, NewCase("01-02", *IN_B1))
    act(sqlite_world, here, "duplicate", of=far.id)
    number = sqlite_world.incidents.get_case(sqlite_world.admin, here).case.number
    east = sqlite_world.person("east", "operator", "QX-A")
    west = sqlite_world.person("west", "operator", "QX-B")
    mine = sqlite_world.incidents.get_case(east, here).trace[-1]
    theirs = sqlite_world.incidents.get_case(west, far.id).trace[-1]
    assert (mine.action, theirs.action) == ("duplicate", "merge")
    assert not [word for word in (far.number, far.id) if word in repr(mine.detail)]
    assert not [word for word in (number, here) if word in repr(theirs.detail)]
    assert sqlite_world.incidents.get_case(sqlite_world.admin, far.id).trace[-1].detail["duplicate_number"] == number


VERDICTS: dict[str, dict[str, Any]] = {"confirm": {}, "reject": {"cause": "bin"}}


@pytest.mark.parametrize(("action", "detail"), VERDICTS.items(), ids=VERDICTS.keys())
def test_a_verdict_is_taken_back_by_who_gave_it_for_a_while(
    sqlite_world: World, action: str, detail: dict[str, Any]
) -> None:
    case_id, incidents = queued(sqlite_world), sqlite_world.incidents
    li = sqlite_world.person("li", "operator", "QX")
    with pytest.raises(Conflict):
        act(sqlite_world, case_id, "take-back", li)
    act(sqlite_world, case_id, action, li, **detail)
    assert "take_back" in incidents.get_case(li, case_id).actions
    assert "take_back" not in incidents.get_case(sqlite_world.admin, case_id).actions
    with pytest.raises(NotAllowed, match="only who gave"):
        act(sqlite_world, case_id, "take-back")
    assert act(sqlite_world, case_id, "take-back", li).state == "review"
    assert incidents.get_case(li, case_id).trace[-1].action == "take_back"
    assert verdict(sqlite_world, case_id) == (None, None)
    act(sqlite_world, case_id, action, li, **detail)
    sqlite_world.clock.pass_(TAKE_BACK_SECONDS + 1)
    assert "take_back" not in incidents.get_case(li, case_id).actions
    with pytest.raises(Conflict, match="reopen"):
        act(sqlite_world, case_id, "take-back", li)


def test_what_was_struck_out_is_not_taken_back_into_review(sqlite_world: World) -> None:
    case_id = sqlite_world.take().case_id
    act(sqlite_world, case_id, "strike-out", cause="bin")
    with pytest.raises(Conflict):
        act(sqlite_world, case_id, "take-back")
    by_hand = sqlite_world.incidents.create_case(sqlite_world.admin, NewCase("01-02", *IN_B1)).id
    with pytest.raises(Conflict, match="no verdict"):
        act(sqlite_world, by_hand, "take-back")


def test_a_filed_case_taken_back_from_being_a_duplicate_is_filed(sqlite_world: World) -> None:
    first, second = (
        str(sqlite_world.take(key=name, object_id=name, box=box, location=None).case_id)
        for name, box in (("a", [0.1, 0.1, 0.1, 0.1]), ("b", [0.7, 0.1, 0.1, 0.1]))
    )
    act(sqlite_world, second, "duplicate", of=first)
    assert act(sqlite_world, second, "take-back").state == "filed"
    act(sqlite_world, second, "duplicate", of=first)
    act(sqlite_world, second, "reopen", reason="another stall")
    with pytest.raises(Conflict):
        act(sqlite_world, second, "take-back")


def test_taken_back_from_a_duplicate_that_was_one_itself_it_has_its_thing_again(sqlite_world: World) -> None:
    boxes = {"a": [0.1, 0.1, 0.1, 0.1], "b": [0.4, 0.1, 0.1, 0.1], "c": [0.7, 0.1, 0.1, 0.1]}
    a, b, c = (queued(sqlite_world, key=name, object_id=name, box=box, location=None) for name, box in boxes.items())
    act(sqlite_world, a, "duplicate", of=b)
    act(sqlite_world, b, "duplicate", of=c)
    assert act(sqlite_world, a, "take-back").state == "review"
    sqlite_world.clock.pass_(60)
    left = sqlite_world.take(key="left", phase="gone", object_id="a", blobs={}, confirmed_at=sqlite_world.clock.now())
    assert (left.case_id, left.outcome) == (a, "gone")
    assert sqlite_world.incidents.get_case(sqlite_world.admin, c).case.state == "review"


def test_rules_of_areas_are_never_silenced_by_a_place() -> None:
    assert set(AREA_RULES) <= NEVER_REMEMBERED
    assert len(CAUSES) == 10
