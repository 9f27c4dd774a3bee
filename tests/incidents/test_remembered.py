"""Rejected causes are not raised again, and nothing new is hidden by them."""

from typing import Any

import pytest
from sqlalchemy import Row, select

from config.camera_map import CameraMap
from incidents.appearance import likeness
from incidents.causes import CAUSES
from incidents.detection_quality import DetectionQuality
from incidents.errors import Conflict, NotFound
from incidents.store.judgement_schema import remembered_causes
from tests.incidents.looks import look
from tests.incidents.world import JPEG, START, World, camera

HOUR, DAY = 3600.0, 86_400.0
BIN, CART = look(1), look(2)
SHIFTED = [0.42, 0.53, 0.10, 0.16]
"""Beside the usual box by a tenth of its width."""
HALF = [0.45, 0.52, 0.10, 0.16]
"""Overlaps the usual box by 0.43: enough where the looks agree, not where the place alone decides."""


def causes(world: World) -> list[Row[Any]]:
    with world.incidents.store.read() as connection:
        return list(connection.execute(select(remembered_causes)).all())


def reject(world: World, cause: str, appearance: str | None = BIN, **changed: Any) -> str:
    given = {"opens_case": False, **({} if appearance is None else {"appearance": appearance}), **changed}
    case_id = str(world.take(**given).case_id)
    word = {"word": "消防栓"} if cause == "other" else {}
    world.incidents.act(world.admin, case_id, "reject", {"cause": cause, **word})
    return case_id


def later(world: World, seconds: float, **changed: Any) -> Any:
    """Another object is told, the usual place and look but for what is changed."""
    world.clock.pass_(seconds)
    now = world.clock.now()
    told = {"key": f"later-{now}", "object_id": f"o-{now}", "confirmed_at": now, "appearance": BIN, **changed}
    if told["appearance"] is None:
        del told["appearance"]
    return world.take(**told)


def test_a_rejected_bin_is_counted_and_not_raised(world: World) -> None:
    reject(world, "bin")
    kept = later(world, 30 * DAY, box=SHIFTED, appearance=look(1, 0.7), blobs={"picture.jpg": JPEG + b"1"})
    assert (kept.case_id, kept.outcome) == (None, "suppressed")
    again = world.take(
        key=f"later-{world.clock.now()}", object_id=f"o-{world.clock.now()}", box=SHIFTED, appearance=BIN
    )
    assert (again.outcome, again.repeated) == ("suppressed", True)
    later(world, 60, box=SHIFTED, blobs={"picture.jpg": JPEG + b"2"})
    (row,) = causes(world)
    assert (row.suppressed, row.last_at, row.cause, row.until) == (2, world.clock.now(), "bin", None)
    assert world.incidents.list_cases(world.admin).total == 1
    # The newest picture of what was not raised is there to be looked at; the one before is gone.
    folder = world.incidents.files.root.with_name("suppressed")
    assert [one.read_bytes() for one in folder.rglob("*") if one.is_file()] == [JPEG + b"2"]
    assert world.incidents.remembered.picture(row.last_picture).read_bytes() == JPEG + b"2"
    # Of what was not raised nothing lies among the evidence.
    assert len([one for one in world.incidents.files.root.rglob("*") if one.is_file()]) == 2
    # That it leaves is nobody's business.
    assert world.take(key="left", phase="gone", object_id=f"o-{world.clock.now()}", blobs={}).outcome == "ignored"


# After a rejection with a cause: what is told later, and whether it is raised.
LATER: dict[str, tuple[str, float, dict[str, Any], str]] = {
    "the bin itself, next day": ("bin", DAY, {}, "suppressed"),
    "a cart where the bin is": ("bin", DAY, {"appearance": CART}, "opened"),
    "a thing like the bin elsewhere": ("bin", DAY, {"box": [0.7, 0.1, 0.1, 0.1]}, "opened"),
    "the bin by another rule": ("bin", DAY, {"rule": "dumping", "case_class": "01-03"}, "opened"),
    "the bin from another camera": ("bin", DAY, {"camera_id": "cam-b"}, "opened"),
    "the bin in another view of a dome": ("bin", DAY, {"view_id": "north"}, "opened"),
    "the bin without a look, in its place": ("bin", DAY, {"appearance": None}, "suppressed"),
    "something without a look, half beside it": ("bin", DAY, {"appearance": None, "box": HALF}, "opened"),
    "the bin by its look, half beside": ("bin", DAY, {"box": HALF}, "suppressed"),
    "a car without a look": ("vehicle", HOUR, {"appearance": None}, "opened"),
    "the car, an hour later": ("vehicle", HOUR, {}, "suppressed"),
    "a car like it, next day": ("vehicle", DAY, {}, "opened"),
    "somebody where somebody stood": ("person", 600, {}, "opened"),
    "a camera that was moved": ("camera_moved", 600, {}, "opened"),
    "the shadow, at its time next day": ("light", DAY + HOUR, {}, "suppressed"),
    "the shadow, at another time": ("light", DAY + 4 * HOUR, {}, "opened"),
    "the shadow, weeks later": ("light", 20 * DAY, {}, "opened"),
    "the approved stall": ("permitted", 100 * DAY, {}, "suppressed"),
    "another stall where one is approved": ("permitted", DAY, {"appearance": CART}, "opened"),
    "a stall where one is approved, look unknown": ("permitted", DAY, {"appearance": None}, "opened"),
    "the puddle, next day": ("water", DAY, {}, "suppressed"),
    "the puddle, next week": ("water", 7 * DAY, {}, "opened"),
    "the hydrant, next day": ("other", DAY, {}, "suppressed"),
    "the hydrant, two weeks later": ("other", 14 * DAY, {}, "opened"),
    "bushes in summer": ("plants", 60 * DAY, {}, "suppressed"),
    "bushes in autumn": ("plants", 100 * DAY, {}, "opened"),
}


@pytest.mark.parametrize(("cause", "seconds", "changed", "outcome"), LATER.values(), ids=LATER.keys())
def test_what_is_told_later(
    sqlite_world: World, cause: str, seconds: float, changed: dict[str, Any], outcome: str
) -> None:
    reject(sqlite_world, cause)
    taken = later(sqlite_world, seconds, **{"location": None, **changed})
    assert taken.outcome == outcome


def test_without_a_look_only_what_does_not_move_is_remembered(sqlite_world: World) -> None:
    for number, cause in enumerate(CAUSES):
        box = [0.09 * number, 0.1, 0.08, 0.1]
        reject(sqlite_world, cause, None, key=cause, object_id=cause, box=box, location=None, blobs={})
    assert {row.cause for row in causes(sqlite_world)} == {code for code, one in CAUSES.items() if one.fixed}


def test_a_crowd_is_not_silenced_by_its_place(sqlite_world: World) -> None:
    crowd = {"rule": "crowd", "case_class": "01-02", "location": None}
    reject(sqlite_world, "sign", None, **crowd)
    assert causes(sqlite_world) == []
    assert later(sqlite_world, DAY, appearance=None, **crowd).outcome == "opened"


def test_an_open_case_there_goes_on_being_seen(sqlite_world: World) -> None:
    """Whatever is remembered, a case in hand is not left without its sightings."""
    reject(sqlite_world, "bin")
    cart = later(sqlite_world, HOUR, appearance=CART)
    assert cart.outcome == "opened"
    assert later(sqlite_world, HOUR, box=SHIFTED, appearance=BIN).case_id == cart.case_id


def test_withdrawn_it_is_raised_again(sqlite_world: World) -> None:
    case_id = reject(sqlite_world, "bin")
    sqlite_world.incidents.act(sqlite_world.admin, case_id, "take-back", {})
    (row,) = causes(sqlite_world)
    assert (row.forgotten_at, row.forgotten_by) == (START, sqlite_world.admin.account_id)
    sqlite_world.incidents.act(sqlite_world.admin, case_id, "confirm", {})
    sqlite_world.incidents.act(sqlite_world.admin, case_id, "strike-out", {"cause": "bin"})
    assert [one.forgotten_at is None for one in causes(sqlite_world)] == [False, True]
    sqlite_world.incidents.act(sqlite_world.admin, case_id, "reopen", {"reason": "it is a stall"})
    assert all(one.forgotten_at is not None for one in causes(sqlite_world))
    sqlite_world.incidents.act(sqlite_world.admin, case_id, "close", {})
    assert later(sqlite_world, DAY).outcome == "opened"


def test_what_a_person_confirmed_after_all_is_not_kept_back_by_remembering_again(sqlite_world: World) -> None:
    case_id = reject(sqlite_world, "bin")
    for action in ("take-back", "confirm"):
        sqlite_world.incidents.act(sqlite_world.admin, case_id, action, {})
    (row,) = causes(sqlite_world)
    with pytest.raises(Conflict, match="withdrawn"):
        DetectionQuality(sqlite_world.incidents).forget(sqlite_world.admin, row.id, False)
    sqlite_world.incidents.act(sqlite_world.admin, case_id, "close", {})
    assert later(sqlite_world, DAY).outcome == "opened"


def test_the_picture_is_for_where_the_camera_hangs_now(sqlite_world: World) -> None:
    reject(sqlite_world, "bin")
    quality, town = DetectionQuality(sqlite_world.incidents), sqlite_world.incidents.town
    east, west = (sqlite_world.person(one, "village_room", f"QX-{one}") for one in "AB")
    (row,) = causes(sqlite_world)
    assert [one.id for one in quality.causes(east)] == [row.id]
    assert isinstance(town.cameras, CameraMap)
    town.cameras.replace([camera("cam-a", "QX-B", "西村口", "West end")])
    assert later(sqlite_world, DAY, blobs={"picture.jpg": JPEG + b"west"}).outcome == "suppressed"
    assert quality.cause_picture(west, row.id).read_bytes() == JPEG + b"west"
    assert quality.causes(east) == ()
    with pytest.raises(NotFound):
        quality.cause_picture(east, row.id)


def test_looks_are_compared_only_where_boxes_meet(sqlite_world: World) -> None:
    """A comparison takes milliseconds, and it is made within the only writing transaction."""
    for number in range(4):
        box = [0.1 * number, 0.1, 0.08, 0.1]
        reject(sqlite_world, "bin", key=f"{number}", object_id=f"{number}", box=box, location=None)
    likeness.cache_clear()
    assert later(sqlite_world, DAY, box=[0.8, 0.8, 0.1, 0.1], location=None).outcome == "opened"
    assert likeness.cache_info().misses == 0
    assert later(sqlite_world, DAY, box=[0.1, 0.1, 0.08, 0.1], location=None).outcome == "suppressed"
    assert (likeness.cache_info().misses, likeness.cache_info().hits) == (1, 1)
