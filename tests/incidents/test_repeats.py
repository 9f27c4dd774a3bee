"""The same stall on another day: known by its place, its class and its look; nothing of what the caller may not see."""

import inspect
from base64 import b64encode
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, insert, select, text, update

from api.routes import cases as case_routes
from config.repeats import Repeats
from incidents import repeat_queries, repeats
from incidents.case_filter import CaseFilter
from incidents.report import report_from
from incidents.rights import Caller, Scope
from incidents.store.schema import case_objects, cases
from tests.incidents.test_intake import east_of
from tests.incidents.world import IN_A1, IN_B1, World, detection
from tests.vision.carts import ANOTHER, ONE, look

DAY = 86_400.0
RED, GREEN = b64encode(look(ONE)).decode(), b64encode(look(ANOTHER)).decode()
WEST = {"lon": IN_B1[0], "lat": IN_B1[1], "error_m": 1.0}
DIMMED = b64encode(look(ONE * 0.6)).decode()


def stands(world: World, day: str, appearance: str | None = RED, **changed: Any) -> str:
    """A stall on one day: told, and closed by a person half an hour later; the next day is begun."""
    about = {"key": day, "object_id": day, "confirmed_at": world.clock.now(), "appearance": appearance}
    case_id = str(world.take(**{**about, **changed}).case_id)
    world.clock.pass_(1800)
    world.incidents.act(world.admin, case_id, "close", {"note": "moved on"})
    world.clock.pass_(DAY - 1800)
    return case_id


def seen(world: World, case_id: str, caller: Caller | None = None) -> Any:
    return world.incidents.get_case(caller or world.admin, case_id)


def test_the_third_day(world: World) -> None:
    first_at = world.clock.now()
    first = stands(world, "monday")
    second = stands(world, "tuesday", DIMMED)
    third = stands(world, "wednesday")
    assert [seen(world, one).case.repeat for one in (first,)] == [None]
    found = seen(world, third)
    assert (found.repeat.ordinal, found.repeat.first_at) == (3, first_at)
    assert [one.id for one in found.repeat.earlier] == [second, first]
    newest = found.repeat.earlier[0]
    before = seen(world, second).case
    assert (newest.number, newest.opened_at, newest.closed_at) == (before.number, before.opened_at, before.closed_at)
    assert newest.picture_evidence_id == before.picture_evidence_id
    assert [round(one.likeness, 1) for one in found.repeat.earlier] == [1.0, 1.0]
    assert found.same_place is None
    assert (found.case.repeat.ordinal, seen(world, second).case.repeat.ordinal) == (3, 2)
    opened = found.trace[0].detail
    assert (opened["repeat_of"], opened["repeat_number"]) == (first, seen(world, first).case.number)
    assert opened["repeat_likeness"] > 0.98
    assert world.incidents.check_trace(world.admin, third).valid
    listed = world.incidents.list_cases(world.admin)
    assert [one.repeat and one.repeat.ordinal for one in listed.items] == [3, 2, None]
    for wanted, ids in ((True, [third, second]), (False, [first])):
        page = world.incidents.list_cases(world.admin, CaseFilter(repeat=wanted))
        assert ([one.id for one in page.items], page.total) == (ids, len(ids))


# What stands there on the second day, and what it is called: repeat, same place, or neither.
SECOND_DAY: dict[str, tuple[dict[str, Any], str]] = {
    "the same, in other light": ({"appearance": DIMMED}, "repeat"),
    "the same, a few metres on": ({"location": east_of(8)}, "repeat"),
    "the same, half its width aside, no place": ({"box": [0.46, 0.52, 0.10, 0.16], "location": None}, "repeat"),
    "another camera sees it there": ({"camera_id": "cam-b", "box": [0.1, 0.1, 0.2, 0.2]}, "repeat"),
    "another cart": ({"appearance": GREEN}, "same place"),
    "nobody knows its look": ({"appearance": None}, "same place"),
    "a look of another version": ({"appearance": b64encode(b"\x09 a later one").decode()}, "same place"),
    "the same look, elsewhere": ({"location": east_of(90), "box": [0.7, 0.6, 0.1, 0.1]}, "nothing"),
    "the same look, far aside, no place": ({"box": [0.7, 0.52, 0.10, 0.16], "location": None}, "nothing"),
    "another view of a dome": ({"view_id": "gate", "location": None}, "nothing"),
    "another class": ({"case_class": "01-03"}, "nothing"),
    "another rule": ({"rule": "dumping"}, "nothing"),
}


@pytest.mark.parametrize(("changed", "expected"), SECOND_DAY.values(), ids=SECOND_DAY.keys())
def test_second_day(sqlite_world: World, changed: dict[str, Any], expected: str) -> None:
    first = stands(sqlite_world, "monday")
    found = seen(sqlite_world, stands(sqlite_world, "tuesday", **changed))
    kind = "repeat" if found.repeat else "same place" if found.same_place else "nothing"
    assert kind == expected
    assert ("repeat_of" in found.trace[0].detail) == (expected == "repeat")
    if found.same_place:
        known = changed["appearance"] == GREEN
        assert (found.same_place.id, found.same_place.likeness is not None) == (first, known)


def test_what_was_no_stall_is_not_repeated(sqlite_world: World) -> None:
    world = sqlite_world
    first = world.take(appearance=RED)
    world.incidents.act(world.admin, first.case_id, "strike-out", {"reason": "parked car"})
    world.clock.pass_(DAY)
    second = stands(world, "tuesday")
    assert (seen(world, second).repeat, seen(world, second).same_place) == (None, None)
    third = stands(world, "wednesday")
    fourth = world.take(key="thursday", object_id="thursday", appearance=RED).case_id
    assert seen(world, fourth).repeat.ordinal == 3
    world.incidents.act(world.admin, fourth, "strike-out", {"reason": "nobody there"})
    fifth = world.take(key="friday", object_id="friday", appearance=RED)
    assert [one.id for one in seen(world, fifth.case_id).repeat.earlier] == [third, second]


def test_the_most_alike_decides_between_two_that_come_in_turn(sqlite_world: World) -> None:
    red, green = stands(sqlite_world, "monday", RED), stands(sqlite_world, "tuesday", GREEN)
    again = [stands(sqlite_world, "wednesday", RED), stands(sqlite_world, "thursday", GREEN)]
    assert [seen(sqlite_world, one).repeat.earlier[0].id for one in again] == [red, green]


def test_how_long_is_configured(sqlite_world: World) -> None:
    world = sqlite_world
    world.incidents.repeats = Repeats(days=3)
    stands(world, "monday")
    world.clock.pass_(3 * DAY)
    assert seen(world, stands(world, "late")).repeat is None
    world.incidents.repeats = Repeats(days=30)
    assert seen(world, stands(world, "later")).repeat.ordinal == 2
    world.incidents.repeats = Repeats(days=0)
    assert seen(world, stands(world, "never")).repeat is None


def test_what_lies_across_the_border_is_not_named(world: World) -> None:
    """The grids meet at 120.42: yesterday it stood in village A, today 6 m further in village B."""
    edge = {"lon": 120.42 - 3 / 96_486, "lat": IN_A1[1], "error_m": 1.0}
    stands(world, "monday", camera_id="cam-a", location=edge)
    over = {**edge, "lon": 120.42 + 3 / 96_486}
    second = stands(world, "tuesday", camera_id="cam-b", location=over)
    third = stands(world, "wednesday", camera_id="cam-b", location=over)
    whole, here = seen(world, third), seen(world, third, world.person("west", "village_room", "QX-B"))
    assert (whole.repeat.ordinal, here.repeat.ordinal) == (3, 2)
    assert [one.id for one in here.repeat.earlier] == [second]
    room = world.person("west-2", "village_room", "QX-B")
    only = seen(world, second, room)
    assert (only.repeat, only.case.repeat) == (None, None)
    assert not {key for key in only.trace[0].detail if key.startswith("repeat")}
    assert "repeat_of" in seen(world, second).trace[0].detail
    page = world.incidents.list_cases(room, CaseFilter(repeat=True))
    assert [(one.id, one.repeat and one.repeat.ordinal) for one in page.items] == [(third, 2)]
    mark = seen(world, third).case.repeat
    assert mark.within({path for path in mark.paths if "QX-B" in path}).ordinal == 2
    assert mark.within(set()) is None


def test_every_read_takes_a_scope() -> None:
    for name, function in inspect.getmembers(repeat_queries, inspect.isfunction):
        if function.__module__ == repeat_queries.__name__ and not name.startswith("_") and name != "is_repeat":
            annotations = [one.annotation for one in inspect.signature(function).parameters.values()]
            assert annotations[:2] == [Connection, Scope], name
    assert case_routes.router.prefix.endswith("/cases")


def _plan(engine: Engine, query: Any) -> str:
    plain = str(query.compile(engine, compile_kwargs={"literal_binds": True})).replace("%%", "%")
    explain = "EXPLAIN QUERY PLAN " if engine.dialect.name == "sqlite" else "EXPLAIN "
    with engine.connect() as connection:
        if engine.dialect.name == "postgresql":
            connection.execute(text("ANALYZE cases"))
            connection.execute(text("ANALYZE case_objects"))
        return "\n".join(str(row) for row in connection.execute(text(explain + plain)))


def test_found_by_index_among_many(world: World) -> None:
    """Among 6 000 cases, as among two million: by camera, rule and time, and by class, square and time."""
    stands(world, "monday")
    with world.incidents.store.write() as transaction:
        row = dict(transaction.connection.execute(select(cases)).one()._mapping)
        thing = dict(transaction.connection.execute(select(case_objects)).one()._mapping)
        many = [
            {**row, "id": f"c{n}", "number": f"n{n}", "opened_seq": 10_000 + n, "opened_at": row["opened_at"] - n * 600,
             "place_cell": row["place_cell"] + n % 500, "camera_id": f"cam-{n % 300}"}
            for n in range(1, 6000)
        ]  # fmt: skip
        things = [
            {**thing, "object_id": f"o{n}", "case_id": f"c{n}", "camera_id": f"cam-{n % 300}",
             "seen_at": thing["seen_at"] - n * 600}
            for n in range(1, 6000)
        ]  # fmt: skip
        transaction.connection.execute(insert(cases), many)
        transaction.connection.execute(insert(case_objects), things)
    report = report_from(detection(appearance=RED))
    engine, since = world.incidents.store.engine, world.clock.now() - 30 * DAY
    assert "ix_case_objects_camera_id_rule_seen_at" in _plan(engine, repeats.by_camera(report, since))
    assert "ix_cases_case_class_place_cell_opened_at" in _plan(engine, repeats.by_place(report, since))
    with world.incidents.store.read() as connection:
        found = repeats.before(connection, Repeats(), report, world.clock.now())
    assert found is not None
    assert found.likeness is not None
    assert found.likeness > 0.98


def test_a_busy_market_does_not_push_out_what_stood_at_the_place(sqlite_world: World) -> None:
    world = sqlite_world
    monday = stands(world, "monday", location=None)
    with world.incidents.store.write() as transaction:
        row = dict(transaction.connection.execute(select(cases)).one()._mapping)
        thing = dict(transaction.connection.execute(select(case_objects)).one()._mapping)
        others = range(1, 3 * repeats.MOST)
        more = [{**row, "id": f"c{n}", "number": f"n{n}", "opened_seq": 10_000 + n} for n in others]
        elsewhere = [
            {**thing, "object_id": f"o{n}", "case_id": f"c{n}", "box": "[0.0, 0.0, 0.05, 0.05]",
             "seen_at": thing["seen_at"] + n}
            for n in others
        ]  # fmt: skip
        transaction.connection.execute(insert(cases), more)
        transaction.connection.execute(insert(case_objects), elsewhere)
    again = seen(world, stands(world, "tuesday", location=None))
    assert [one.id for one in again.repeat.earlier] == [monday]


def test_whoever_acts_is_not_told_of_repeats_elsewhere(sqlite_world: World) -> None:
    far = str(sqlite_world.take(key="far", object_id="far", camera_id="cam-b", location=WEST, appearance=RED).case_id)
    sqlite_world.incidents.act(sqlite_world.admin, far, "close")
    here = str(sqlite_world.take(key="here", object_id="here", appearance=RED).case_id)
    with sqlite_world.incidents.store.write() as transaction:
        transaction.connection.execute(update(cases).where(cases.c.id == here).values(repeat_of=far))
    east = sqlite_world.person("east", "village_room", "QX-A")
    assert sqlite_world.incidents.act(east, here, "comment", {"note": "seen"}).repeat is None
    mark = sqlite_world.incidents.act(sqlite_world.admin, here, "comment", {"note": "seen"}).repeat
    assert mark is not None
    assert mark.ordinal == 2
