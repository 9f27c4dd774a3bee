"""Presets and tours on both databases: whose they are, who sees what of them, and what happens when two change one."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from incidents.errors import Conflict, IncidentError, Invalid, NotAllowed, NotFound
from incidents.rights import ROLES, Permission
from tests.incidents.world import World
from wall.presets import preset_shelf
from wall.shelf import Draft, Kept, Page, Shelf
from wall.tours import tour_shelf

HOME = {"cam-a": "/330603/QX/QX-A/", "cam-b": "/330603/QX/QX-B/"}


class Places:
    def path(self, camera_id: str) -> str | None:
        return HOME.get(camera_id)


def shelf_of(world: World, make: Callable[..., Shelf] = preset_shelf) -> Shelf:
    return make(world.incidents.store, world.clock, Places())


def draft(name: str = "早高峰", area: str | None = None, *cameras: str | None, layout: str = "4") -> Draft:
    return Draft(name, area, (Page(layout, cameras or ("cam-a", None, "cam-b")),))


def cameras(kept: Kept) -> tuple[str | None, ...]:
    return kept.pages[0].cameras


def refused(kind: type[IncidentError], act: Callable[..., object], *given: Any, **named: Any) -> str:
    with pytest.raises(kind) as error:
        act(*given, **named)
    return error.value.message


def test_a_personal_preset_is_there_again_and_is_nobody_elses(world: World) -> None:
    shelf = shelf_of(world)
    mine, other = world.person("li", "operator", "QX"), world.person("wang", "operator", "QX")
    made = shelf.create(mine, draft())
    assert shelf.get(mine, made.id) == made
    assert (made.name, cameras(made), made.area, made.version, made.may_change) == (
        "早高峰",
        ("cam-a", None, "cam-b"),
        None,
        1,
        True,
    )
    for stranger in (other, world.admin):
        assert shelf.list(stranger) == ()
        refused(NotFound, shelf.get, stranger, made.id)
        refused(NotFound, shelf.change, stranger, made.id, 1, name="x")
        refused(NotFound, shelf.remove, stranger, made.id)


# Role, where held, and whether a preset shared at village QX-A is seen and may be changed.
SHARED = [
    ("administrator", "330603", True, True),
    ("operator", "QX", True, True),
    ("operator", "QX-A", True, True),
    ("supervisor", "QX-A", True, True),
    ("village_room", "QX-A", True, False),
    ("display", "QX", True, False),
    ("dispatcher", "QX-A", True, False),
    ("grid_leader", "QX-A", True, False),
    ("grid_worker", "QX-A1", False, False),
    ("post_staff", "QX", False, False),
    ("auditor", "QX", False, False),
    ("operator", "QX-B", False, False),
    ("village_room", "QX-B", False, False),
    ("operator", "QX-A1", False, False),
    ("operator", "QX2", False, False),
]


def test_the_table_below_knows_every_role() -> None:
    assert {row[0] for row in SHARED} == set(ROLES)
    assert {role for role, held in ROLES.items() if Permission.WALL_ARRANGE in held} == {
        row[0] for row in SHARED if row[3]
    }


def test_who_sees_and_changes_a_shared_preset(world: World) -> None:
    shelf = shelf_of(world)
    for number, (role, area, sees, changes) in enumerate(SHARED):
        preset = shelf.create(world.admin, draft(f"p{number}", "QX-A", "cam-a"))
        caller = world.person(f"u{number}", role, area)
        row = f"{role} at {area}"
        assert (preset.id in {one.id for one in shelf.list(caller)}) == sees, row
        if not sees:
            refused(NotFound, shelf.get, caller, preset.id)
            refused(NotFound, shelf.change, caller, preset.id, 1, name="x")
            refused(NotFound, shelf.remove, caller, preset.id)
        elif not changes:
            assert not shelf.get(caller, preset.id).may_change, row
            refused(NotAllowed, shelf.change, caller, preset.id, 1, name="x")
            refused(NotAllowed, shelf.remove, caller, preset.id)
        else:
            assert shelf.change(caller, preset.id, 1, name=f"by {row}").updated_by == f"U{number}"
            shelf.remove(caller, preset.id, 2)


@pytest.mark.parametrize(
    ("role", "area", "shared_at", "error"),
    [
        ("village_room", "QX-A", "QX-A", NotAllowed),
        ("operator", "QX-A", "QX", NotFound),
        ("operator", "QX-A", "QX-B", NotFound),
        ("operator", "QX-A", "nowhere", NotFound),
    ],
)
def test_where_one_may_not_share(
    world: World, role: str, area: str, shared_at: str, error: type[IncidentError]
) -> None:
    caller = world.person("u", role, area)
    refused(error, shelf_of(world).create, caller, draft("x", shared_at, "cam-a"))
    assert shelf_of(world).list(world.admin) == ()


def test_cameras_outside_the_readers_areas_are_empty_places(world: World) -> None:
    shelf = shelf_of(world)
    shared = shelf.create(world.admin, draft("两村", "QX-A", "cam-b", "cam-a", None))
    village = world.person("room", "village_room", "QX-A")
    assert cameras(shelf.get(village, shared.id)) == (None, "cam-a", None)
    assert cameras(shelf.list(village)[0]) == (None, "cam-a", None)


def test_what_one_may_not_see_one_does_not_wipe_out(world: World) -> None:
    shelf = shelf_of(world)
    shared = shelf.create(world.admin, draft("两村", "QX-A", "cam-b", "cam-a"))
    village = world.person("east", "operator", "QX-A")
    changed = shelf.change(village, shared.id, 1, pages=(Page("9", (None, None, "cam-a")),))
    assert cameras(changed) == (None, None, "cam-a")
    assert cameras(shelf.get(world.admin, shared.id)) == ("cam-b", None, "cam-a")
    shelf.change(village, shared.id, 2, pages=(Page("9", ("cam-a",)),))
    assert cameras(shelf.get(world.admin, shared.id)) == ("cam-a",)


def test_a_camera_of_elsewhere_cannot_be_put_in(world: World) -> None:
    village = world.person("room", "village_room", "QX-A")
    for camera in ("cam-b", "cam-of-nowhere"):
        words = refused(Invalid, shelf_of(world).create, village, draft("x", None, "cam-a", camera))
        assert words == f"cameras.1: there is no camera {camera!r}"


def test_of_two_who_change_it_the_second_is_told(world: World) -> None:
    shelf = shelf_of(world)
    li, wang = world.person("li", "operator", "QX"), world.person("wang", "operator", "QX")
    preset = shelf.create(li, draft("共享", "QX"))
    shelf.change(wang, preset.id, 1, pages=(Page("1", ("cam-b",)),))
    words = refused(Conflict, shelf.change, li, preset.id, 1, name="新名")
    assert words.startswith("Wang changed the preset meanwhile: it is at version 2, not 1")
    refused(Conflict, shelf.remove, li, preset.id, 1)
    assert cameras(shelf.get(li, preset.id)) == ("cam-b",)


def test_of_many_at_once_one_gets_through(world: World) -> None:
    shelf = shelf_of(world)
    preset = shelf.create(world.admin, draft("共享", "QX"))

    def change(number: int) -> bool:
        try:
            shelf.change(world.admin, preset.id, 1, name=f"n{number}")
        except Conflict:
            return False
        return True

    with ThreadPoolExecutor(8) as threads:
        assert sum(threads.map(change, range(8))) == 1
    assert shelf.get(world.admin, preset.id).version == 2


def test_a_name_is_taken_once_on_each_shelf(world: World) -> None:
    shelf = shelf_of(world)
    li, wang = world.person("li", "operator", "QX"), world.person("wang", "operator", "QX")
    shelf.create(li, draft("Night"))
    shelf.create(wang, draft("Night"))
    shelf.create(li, draft("Night", "QX"))
    shelf.create(li, draft("Night", "QX-A"))
    words = refused(Conflict, shelf.create, li, draft(" night "))
    assert "'night'" in words
    refused(Conflict, shelf.create, wang, draft("NIGHT", "QX"))
    day = shelf.create(li, draft("Day"))
    refused(Conflict, shelf.change, li, day.id, 1, name="night")
    assert shelf.get(li, day.id).name == "Day"


BAD = [
    ("no name", Draft("  ", None, (Page("1", ("cam-a",)),)), "name must not be empty"),
    ("a name too long", Draft("长" * 101, None, (Page("1", ("cam-a",)),)), "at most 100"),
    ("no layout", Draft("x", None, (Page("5", ("cam-a",)),)), "layout: no such layout"),
    ("one camera twice", Draft("x", None, (Page("4", ("cam-a", "cam-a")),)), "cameras.1: camera 'cam-a' stands"),
    ("endless cameras", Draft("x", None, (Page("4", (None,) * 5000),)), "at most 4096"),
    ("a bad step", Draft("x", None, (Page("4", (), 5.0), Page("r2x2:0.0.3.1", (), 5.0))), "steps.1.layout: cell"),
]


@pytest.mark.parametrize(("given", "words"), [row[1:] for row in BAD], ids=[row[0] for row in BAD])
def test_what_cannot_be_kept_is_refused_with_the_reason(sqlite_world: World, given: Draft, words: str) -> None:
    assert words in refused(Invalid, shelf_of(sqlite_world).create, sqlite_world.admin, given)


def test_a_shelf_is_full_some_day(sqlite_world: World) -> None:
    shelf = shelf_of(sqlite_world)
    for number in range(500):
        shelf.create(sqlite_world.admin, draft(f"p{number}", None, "cam-a"))
    assert "500 presets already" in refused(Conflict, shelf.create, sqlite_world.admin, draft("one more"))
    shelf.create(sqlite_world.admin, draft("shared", "QX"))


def test_a_tour_keeps_its_steps_and_dwell_times(world: World) -> None:
    shelf = shelf_of(world, tour_shelf)
    steps = (Page("1", ("cam-a", "cam-b"), 8.5), Page("4", (None, "cam-b"), 20.0))
    tour = shelf.create(world.admin, Draft("巡视", "QX-A", steps))
    assert shelf.get(world.admin, tour.id).pages == steps
    village = world.person("room", "village_room", "QX-A")
    assert [page.cameras for page in shelf.get(village, tour.id).pages] == [("cam-a", None), (None, None)]
    with world.incidents.store.read() as connection:
        assert shelf.pages_of(connection, None, tour.id) == ("巡视", steps)
        assert shelf.pages_of(connection, village, tour.id)[1][1].cameras == (None, None)
        elsewhere = world.person("elsewhere", "operator", "QX-B")
        refused(NotFound, shelf.pages_of, connection, elsewhere, tour.id)
        refused(NotFound, shelf.pages_of, connection, None, "none")


def test_ones_own_stand_first_then_those_of_the_areas(world: World) -> None:
    shelf = shelf_of(world)
    for name, area in (("b", None), ("z", "QX"), ("a", "QX-A"), ("A2", None)):
        shelf.create(world.admin, draft(name, area))
    assert [(one.name, one.area_name) for one in shelf.list(world.admin)] == [
        ("A2", None),
        ("b", None),
        ("z", "清溪镇"),
        ("a", "东村"),
    ]
