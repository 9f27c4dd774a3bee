"""The service as the API calls it: the whole life of a case, filters, evidence, verification, workers."""

from dataclasses import replace
from typing import Any

import pytest

from incidents.case_filter import CaseFilter
from incidents.errors import Conflict, Invalid, NotAllowed, NotFound
from incidents.rights import Caller
from incidents.service import NewCase
from tests.incidents.world import AREAS, IN_A1, IN_A2, IN_B1, JPEG, MP4, START, World


@pytest.fixture
def sent(world: World) -> tuple[str, Caller, Caller]:
    """A case that operator Li has sent grid worker Wang to."""
    li = world.person("li", "operator", "QX")
    wang = world.worker("wang", "QX-A1", at=IN_A1)
    case_id = world.take().case_id
    world.incidents.act(li, case_id, "assign", {"worker_id": wang.account_id, "note": "please hurry"})
    return case_id, li, wang


def test_the_closed_loop(world: World, sent: tuple[str, Caller, Caller]) -> None:
    case_id, li, wang = sent
    incidents = world.incidents
    for seconds, action, detail in (
        (30, "accept", {}), (240, "arrive", {"lon": IN_A1[0], "lat": IN_A1[1]}), (300, "handle", {"note": "moved on"})
    ):  # fmt: skip
        world.clock.pass_(seconds)
        incidents.act(wang, case_id, action, detail)
    assert [target.case_id for target in incidents.awaiting_camera()] == [case_id]
    world.clock.pass_(5)
    closed = incidents.camera_verified(
        case_id, "cam-a", "gone", "background is back", captured_at=world.clock.now(), picture=JPEG + b"empty"
    )
    assert (closed.state, closed.resolution, closed.closed_at) == ("closed", "verified_by_camera", START + 575)
    assert incidents.awaiting_camera() == ()
    found = incidents.get_case(li, case_id)
    assert [(one.action, one.actor.kind, one.from_state, one.to_state) for one in found.trace if
            one.action != "evidence"] == [
        ("open", "camera", None, "filed"),
        ("assign", "person", "filed", "assigned"),
        ("accept", "person", "assigned", "accepted"),
        ("arrive", "person", "accepted", "arrived"),
        ("handle", "person", "arrived", "handled"),
        ("verify", "camera", "handled", "closed"),
    ]  # fmt: skip
    assigned = next(one for one in found.trace if one.action == "assign")
    assert assigned.detail == {"worker_id": wang.account_id, "worker_name": "Wang", "note": "please hurry"}
    assert next(one for one in found.trace if one.action == "arrive").detail == {"lon": IN_A1[0], "lat": IN_A1[1]}
    assert incidents.check_trace(li, case_id).valid
    assert found.case.version == len(found.trace)


def test_rework(world: World, sent: tuple[str, Caller, Caller]) -> None:
    case_id, _, wang = sent
    incidents = world.incidents
    incidents.act(wang, case_id, "accept", {})
    incidents.act(wang, case_id, "handle", {})
    back = incidents.camera_verified(case_id, "cam-a", "present", "still there", captured_at=START, picture=None)
    assert (back.state, back.reworks, back.assignee and back.assignee.id) == ("accepted", 1, wang.account_id)
    incidents.act(wang, case_id, "handle", {})
    unsure = incidents.camera_verified(case_id, "cam-a", "cannot_tell", "fog", captured_at=START, picture=None)
    assert (unsure.state, unsure.needs_person) == ("handled", True)
    assert incidents.awaiting_camera() == ()


def test_the_supervisor_verifies_what_the_operator_may_not(world: World, sent: tuple[str, Caller, Caller]) -> None:
    case_id, li, wang = sent
    supervisor = world.person("zhao", "supervisor", "QX")
    world.incidents.act(wang, case_id, "accept", {})
    world.incidents.act(wang, case_id, "handle", {})
    assert "verify" not in world.incidents.get_case(li, case_id).actions
    assert "verify" in world.incidents.get_case(supervisor, case_id).actions
    with pytest.raises(NotAllowed, match="another person"):
        world.incidents.act(li, case_id, "verify", {"result": "gone"})
    done = world.incidents.act(supervisor, case_id, "verify", {"result": "gone", "note": "went by"})
    assert (done.state, done.resolution) == ("closed", "verified_by_person")


def test_on_the_workers_behalf(world: World, sent: tuple[str, Caller, Caller]) -> None:
    case_id, li, _ = sent
    other = world.worker("chen", "QX-A1")
    with pytest.raises(NotAllowed):
        world.incidents.act(other, case_id, "accept", {})
    world.incidents.act(li, case_id, "accept", {})
    entry = world.incidents.get_case(li, case_id).trace[-1]
    assert (entry.actor.name, entry.detail) == ("Li", {"on_behalf_of": "Wang"})


def test_a_late_answer_is_a_conflict(world: World, sent: tuple[str, Caller, Caller]) -> None:
    case_id, li, wang = sent
    seen = world.incidents.get_case(wang, case_id).case.version
    world.incidents.act(li, case_id, "comment", {"note": "by the bridge"})
    with pytest.raises(Conflict, match="changed since") as error:
        world.incidents.act(wang, case_id, "accept", {}, version=seen)
    assert error.value.where == "version"
    assert world.incidents.act(wang, case_id, "accept", {}, version=seen + 1).version == seen + 2


REQUESTS: dict[str, tuple[str, dict[str, Any], str]] = {
    "no such action": ("explode", {}, "action"),
    "an action of cameras": ("sighted", {}, "action"),
    "a detail it does not take": ("accept", {"result": "gone"}, "result"),
    "a note that is no text": ("comment", {"note": 7}, "note"),
    "a note too long": ("comment", {"note": "x" * 2001}, "note"),
    "NUL in a note": ("comment", {"note": "a\x00b"}, "note"),
    "half a character": ("comment", {"note": "\ud83d"}, "note"),
    "a latitude of the moon": ("comment", {"note": "x", "lat": 200}, "lat"),
    "a latitude of true": ("comment", {"note": "x", "lat": True}, "lat"),
    "a latitude of nothing": ("comment", {"note": "x", "lat": float("nan")}, "lat"),
}


@pytest.mark.parametrize(("action", "detail", "where"), REQUESTS.values(), ids=REQUESTS.keys())
def test_requests_refused(sqlite_world: World, action: str, detail: dict[str, Any], where: str) -> None:
    case_id = sqlite_world.take(blobs={}).case_id
    with pytest.raises(Invalid) as error:
        sqlite_world.incidents.act(sqlite_world.admin, case_id, action, detail)
    assert error.value.where == where
    assert sqlite_world.incidents.get_case(sqlite_world.admin, case_id).case.version == 1


@pytest.mark.parametrize("case_id", ["", "no-such", "x" * 1000, "a\x00b", "\ud800", "%"])
def test_no_such_case(world: World, case_id: str) -> None:
    for ask in (
        lambda: world.incidents.get_case(world.admin, case_id),
        lambda: world.incidents.act(world.admin, case_id, "comment", {"note": "x"}),
        lambda: world.incidents.add_evidence(world.admin, case_id, JPEG),
        lambda: world.incidents.get_evidence(world.admin, case_id),
        lambda: world.incidents.check_trace(world.admin, case_id),
        lambda: world.dispatch.candidates(world.admin, case_id),
    ):
        with pytest.raises(NotFound):
            ask()


def test_only_a_worker_can_be_sent(sqlite_world: World) -> None:
    case_id = sqlite_world.take(blobs={}).case_id
    operator = sqlite_world.person("li", "operator", "QX")
    outside = sqlite_world.worker("far", "QX2-C")
    for worker_id in (operator.account_id, "nobody"):
        with pytest.raises(NotFound, match="no such grid worker"):
            sqlite_world.incidents.act(sqlite_world.admin, case_id, "assign", {"worker_id": worker_id})
    with pytest.raises(NotFound):
        sqlite_world.incidents.act(operator, case_id, "assign", {"worker_id": outside.account_id})


@pytest.fixture
def seven(world: World) -> list[str]:
    """Seven cases in the order they were opened: 0 closed, 1 struck out, 2 in review, 3 to 6 filed, 6 at cam-b."""
    ids = []
    for number in range(7):
        world.clock.pass_(60)
        camera, spot = ("cam-b", IN_B1) if number == 6 else ("cam-a", IN_A1)
        ids.append(
            world.take(
                key=str(number), object_id=str(number), camera_id=camera, opens_case=number != 2, blobs={},
                box=[0.1 * number, 0.0, 0.05, 0.05],
                location={"lon": spot[0] + 0.001 * number, "lat": spot[1], "error_m": 1.0},
            ).case_id
        )  # fmt: skip
    world.incidents.act(world.admin, ids[0], "close", {})
    world.incidents.act(world.admin, ids[1], "strike-out", {"reason": "double"})
    return ids


FILTERS: dict[str, tuple[CaseFilter, list[int], int]] = {
    "everything": (CaseFilter(), [6, 5, 4, 3, 2, 1, 0], 7),
    "open": (CaseFilter(state="open"), [6, 5, 4, 3, 2], 5),
    "in review": (CaseFilter(state="review"), [2], 1),
    "closed": (CaseFilter(state="closed"), [0], 1),
    "of one camera": (CaseFilter(camera="cam-b"), [6], 1),
    "of one village": (CaseFilter(area="QX-B"), [6], 1),
    "of the town": (CaseFilter(area="QX", state="open", limit=2), [6, 5], 5),
    "of the town next door": (CaseFilter(area="QX2"), [], 0),
    "text in a place's name": (CaseFilter(text="西村"), [6], 1),
    "text in English, any case": (CaseFilter(text="west BRIDGE"), [6], 1),
    "text in a number": (CaseFilter(text="-0003"), [2], 1),
    "text with a wildcard is text": (CaseFilter(text="%"), [], 0),
    "text that is not there": (CaseFilter(text="zebra"), [], 0),
    "the first page": (CaseFilter(limit=3), [6, 5, 4], 7),
}


@pytest.mark.parametrize(("wanted", "numbers", "total"), FILTERS.values(), ids=FILTERS.keys())
def test_lists(world: World, seven: list[str], wanted: CaseFilter, numbers: list[int], total: int) -> None:
    page = world.incidents.list_cases(world.admin, wanted)
    assert ([seven.index(case.id) for case in page.items], page.total) == (numbers, total)


def test_pages_join_up(sqlite_world: World) -> None:
    ids = []
    for number in range(7):
        box = [0.1 * number, 0.0, 0.05, 0.05]
        spot = {"lon": 120.401 + 0.001 * number, "lat": 30.005, "error_m": 1.0}
        ids.append(sqlite_world.take(key=f"{number}", object_id=f"{number}", box=box, location=spot, blobs={}).case_id)
    before, got = None, list[str]()
    while page := sqlite_world.incidents.list_cases(sqlite_world.admin, CaseFilter(limit=3, before=before)).items:
        got += [case.id for case in page]
        before = page[-1].id
    assert got == ids[::-1]


BAD_FILTERS = {
    "state": CaseFilter(state="half-open"),
    "limit": CaseFilter(limit=0),
    "before": CaseFilter(before="no-such"),
    "text": CaseFilter(text="\x00"),
}


@pytest.mark.parametrize("where", BAD_FILTERS)
def test_filters_refused(world: World, where: str) -> None:
    with pytest.raises(Invalid) as error:
        world.incidents.list_cases(world.admin, BAD_FILTERS[where])
    assert error.value.where == where
    assert world.incidents.list_cases(world.admin, CaseFilter(limit=501 - 1)).total == 0


def test_a_case_made_by_hand(world: World) -> None:
    worker = world.worker("wang", "QX-A1")
    by_desk = world.incidents.create_case(world.admin, NewCase("06-01", *IN_A2, level=3, note="cover is missing"))
    assert (by_desk.source, by_desk.level, by_desk.grid, by_desk.camera_id) == ("operator", 3, "QX-A2", None)
    assert by_desk.title.zh == "东村二网格:井盖缺损"
    by_worker = world.incidents.create_case(worker, NewCase("01-02", *IN_A1))
    assert (by_worker.source, by_worker.level) == ("worker", 2)
    first = world.incidents.get_case(world.admin, by_desk.id).trace[0]
    assert (first.actor.name, first.detail["note"]) == ("Root", "cover is missing")


BAD_CASES = {
    "class": (NewCase("99-99", *IN_A1), "case_class"),
    "camera": (NewCase("01-02", *IN_A1, camera_id="no-such"), "camera_id"),
    "place": (NewCase("01-02", 30.0, 120.0), "lon"),
    "note": (NewCase("01-02", *IN_A1, note="x" * 2001), "note"),
}


@pytest.mark.parametrize(("wanted", "where"), BAD_CASES.values(), ids=BAD_CASES.keys())
def test_cases_refused(sqlite_world: World, wanted: NewCase, where: str) -> None:
    with pytest.raises(Invalid) as error:
        sqlite_world.incidents.create_case(sqlite_world.admin, wanted)
    assert error.value.where == where


def test_evidence_of_the_handler(world: World, sent: tuple[str, Caller, Caller]) -> None:
    case_id, li, wang = sent
    added = world.incidents.add_evidence(wang, case_id, JPEG + b"after", "after clearing")
    view, path = world.incidents.get_evidence(li, added.id)
    assert (view.kind, view.caption, view.added_by) == ("picture", "after clearing", wang.account_id)
    assert path.read_bytes() == JPEG + b"after"
    case = world.incidents.get_case(li, case_id)
    assert case.trace[-1].detail["sha256"] == added.sha256
    assert case.case.picture_evidence_id != added.id


FILES = {
    "a JPEG": (JPEG, "image/jpeg"),
    "a PNG": (b"\x89PNG\r\n\x1a\n...", "image/png"),
    "a WebP": (b"RIFF\x00\x00\x00\x00WEBPVP8 ", "image/webp"),
    "an MP4": (MP4, "video/mp4"),
    "a page": (b"<html><script>alert(1)</script>", None),
    "an SVG": (b"<svg xmlns='http://www.w3.org/2000/svg'/>", None),
    "nothing": (b"", None),
    "a picture too large": (JPEG + bytes(16 * 1024 * 1024), None),
}


@pytest.mark.parametrize(("content", "media_type"), FILES.values(), ids=FILES.keys())
def test_what_is_evidence(sqlite_world: World, content: bytes, media_type: str | None) -> None:
    case_id = sqlite_world.take(blobs={}).case_id
    if media_type is None:
        with pytest.raises(Invalid):
            sqlite_world.incidents.add_evidence(sqlite_world.admin, case_id, content)
        assert not any(path.is_file() for path in sqlite_world.incidents.files.root.rglob("*"))
    else:
        added = sqlite_world.incidents.add_evidence(sqlite_world.admin, case_id, content)
        assert added.media_type == media_type


def test_the_same_bytes_are_kept_once_and_whole(sqlite_world: World) -> None:
    files = sqlite_world.incidents.files
    first, again = files.store(JPEG), files.store(JPEG)
    assert first == again
    assert [path.name for path in files.root.rglob("*") if path.is_file()] == [first.sha256]
    assert files.intact(first.sha256)
    files.path(first.sha256).write_bytes(b"other")
    assert not files.intact(first.sha256)
    files.path(first.sha256).unlink()
    with pytest.raises(NotFound):
        files.open_path(first.sha256)


def test_areas_loaded_again_are_renamed_and_moved(world: World) -> None:
    case_id = world.take().case_id
    moved = [replace(one, parent="QX-B", name="新名") if one.code == "QX-A1" else one for one in AREAS]
    world.incidents.load_areas(moved)
    room = world.person("room", "village_room", "QX-B")
    assert world.incidents.get_case(room, case_id).case.grid_name == "新名"


BAD_AREAS = {
    "a parent missing": (1, {"parent": "nowhere"}, "parent nowhere is not given"),
    "in itself": (0, {"parent": "QX"}, "lies in itself"),
    "a code with a slash": (1, {"code": "Q/X"}, "letters, digits"),
    "an unknown level": (1, {"level": "planet"}, "level must be one of"),
    "given twice": (1, {"code": "330603"}, "given twice"),
}


@pytest.mark.parametrize(("index", "changed", "said"), BAD_AREAS.values(), ids=BAD_AREAS.keys())
def test_areas_refused(sqlite_world: World, index: int, changed: dict[str, Any], said: str) -> None:
    given = [replace(one, **changed) if at == index else one for at, one in enumerate(AREAS)]
    with pytest.raises(Invalid, match=said):
        sqlite_world.incidents.load_areas(given)
