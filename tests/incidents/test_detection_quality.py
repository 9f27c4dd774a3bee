"""Precision by camera, rule and zone; what is remembered, listed and forgotten; suggested thresholds."""

from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import event

from config.earning import Earning
from config.zones import Zone
from incidents.detection_quality import DetectionQuality, changed
from incidents.detection_queries import Fact, Wanted, count_verdicts
from incidents.errors import Conflict, Invalid, NotFound
from incidents.rights import EVERYWHERE
from incidents.suggestions import suggest
from tests.incidents.looks import look
from tests.incidents.world import JPEG, START, World

DAY = 86_400.0


def told(world: World, number: int, **changed: Any) -> str:
    named = {"key": f"k{number}", "object_id": f"o{number}", "confirmed_at": world.clock.now()}
    box = [0.05 * (number % 18), 0.1 * (number // 18), 0.04, 0.05]
    given = {"box": box, "location": None, "opens_case": False, "blobs": {"picture.jpg": JPEG}}
    return str(world.take(**{**named, **given, **changed}).case_id)


def judge(world: World, number: int, action: str, cause: str | None = None, **changed: Any) -> None:
    detail = {} if cause is None else {"cause": cause}
    world.incidents.act(world.admin, told(world, number, **changed), action, detail)


def test_figures_by_camera_rule_and_zone(world: World) -> None:
    quality = DetectionQuality(world.incidents)
    judge(world, 0, "reject", "bin")
    world.clock.pass_(40 * DAY)
    for number in range(1, 4):
        judge(world, number, "confirm")
    judge(world, 4, "reject", "bin")
    judge(world, 5, "reject", zone_id="gate")
    judge(world, 6, "reject", "person", camera_id="cam-b")
    told(world, 7)
    whole = told(world, 8)
    world.incidents.act(world.admin, told(world, 9), "duplicate", {"of": whole})
    world.clock.pass_(600)
    found = quality.overview(world.admin, 30)
    first, second = found.rules
    assert (first.camera_id, first.rule, second.camera_id) == ("cam-a", "stall", "cam-b")
    total = first.total
    assert (total.right, total.judged, total.waiting, total.duplicates) == (3, 5, 2, 1)
    assert total.rejected == {"bin": 1, "unsaid": 1}
    assert total.trend == [[0, 0]] * 5 + [[3, 5]]
    assert {zone: (one.right, one.judged, one.waiting) for zone, one in first.zones.items()} == {
        "no-stall": (3, 4, 2), "gate": (0, 1, 0)
    }  # fmt: skip
    assert (second.total.right, second.total.judged, found.total.judged) == (0, 1, 6)
    assert (total.remembered, total.suppressed) == (2, 0)
    assert quality.overview(world.admin, 0).total.judged == 7
    assert (first.record.right, first.record.judged, found.earning) == (3, 6, Earning())
    with pytest.raises(Invalid):
        quality.overview(world.admin, -1)


def test_each_sees_his_own(world: World) -> None:
    quality = DetectionQuality(world.incidents)
    judge(world, 1, "reject", "bin", blobs={"picture.jpg": JPEG})
    judge(world, 2, "reject", "bin", camera_id="cam-b")
    told(world, 3, camera_id="cam-b")
    east, west = (world.person(f"op-{area}", "operator", area) for area in ("QX-A", "QX-B"))
    for caller, camera in ((east, "cam-a"), (west, "cam-b")):
        assert [one.camera_id for one in quality.overview(caller, 30).rules] == [camera]
        causes = quality.causes(caller)
        assert [one.camera_id for one in causes] == [camera]
        assert [one.camera_id for one in quality.rejected(caller, Wanted(), 30)] == [camera]
    assert quality.overview(east, 30).total.waiting == 0
    with pytest.raises(NotFound):
        quality.overview(east, 30, area="QX-B")
    far = quality.causes(west)[0].id
    for refused in (lambda: quality.forget(east, far, True), lambda: quality.cause_picture(east, far)):
        with pytest.raises(NotFound):
            refused()
    room = world.person("room", "village_room", "QX-B")
    assert quality.causes(room)[0].id == far
    with pytest.raises(NotFound):
        quality.forget(room, far, True)


def test_forgotten_at_once_and_taken_back(world: World) -> None:
    quality = DetectionQuality(world.incidents)
    judge(world, 1, "reject", "bin", appearance=look(1))
    same = {"box": [0.05, 0.0, 0.04, 0.05], "appearance": look(1), "opens_case": False, "location": None}
    (cause,) = quality.causes(world.admin)
    assert (cause.by_look, cause.suppressed, cause.last_picture) == (True, 0, False)
    with pytest.raises(NotFound):
        quality.cause_picture(world.admin, cause.id)
    assert world.take(key="a", object_id="a", **same, blobs={"picture.jpg": JPEG + b"a"}).outcome == "suppressed"
    assert quality.cause_picture(world.admin, cause.id).read_bytes() == JPEG + b"a"
    forgotten = quality.forget(world.admin, cause.id, True)
    assert (forgotten.forgotten_at, forgotten.suppressed) == (START, 1)
    with pytest.raises(Conflict):
        quality.forget(world.admin, cause.id, True)
    assert quality.overview(world.admin, 30).total.remembered == 0
    assert quality.forget(world.admin, cause.id, False).forgotten_at is None
    assert world.take(key="b", object_id="b", **same).outcome == "suppressed"
    quality.forget(world.admin, cause.id, True)
    assert world.take(key="c", object_id="c", **same).outcome == "opened"
    world.clock.pass_(2 * 3600)
    assert quality.causes(world.admin) == ()


ZONE = Zone.model_validate(
    {"id": "no-stall", "rule": "stall", "polygon": [[0, 0], [1, 0], [1, 1]], "case_class": "05-01"}
)
TOWN = ZoneInfo("Asia/Shanghai")
NOON = 1_790_049_600.0
"""12:00 in the town."""


def facts(standing: list[tuple[bool, float | None]], size: float = 1.5) -> list[Fact]:
    return [Fact(right, NOON + n * 700, NOON, seconds, size) for n, (right, seconds) in enumerate(standing)]


def mixed(true: int, false: int, false_seconds: float | None) -> list[tuple[bool, float | None]]:
    """False ones evenly among true ones that stood for half an hour."""
    every = max(1, (true + false) // false)
    return [
        (False, false_seconds) if n % every == 0 and n // every < false else (True, 1800.0) for n in range(true + false)
    ]


def test_a_longer_dwell_is_suggested_with_what_it_would_have_lost() -> None:
    one = facts([*mixed(39, 10, 250.0), (True, 240.0)])
    (found,) = suggest(one, ZONE, TOWN)
    assert (found.key, found.now, found.value) == ("dwell_seconds", 180.0, 260.0)
    assert (found.spared, found.false, found.lost, found.true) == (10, 10, 1, 40)
    assert changed(ZONE, found).dwell_seconds == 260.0


NOT_SUGGESTED: dict[str, list[Fact]] = {
    "too few judged": facts(mixed(10, 6, 200.0)),
    "too few false": facts(mixed(40, 4, 200.0)),
    "they stand as long as the true ones": facts(mixed(30, 10, 1800.0)),
    "nobody saw them leave": facts(mixed(30, 10, None)),
    "it would lose too many": facts([*mixed(30, 10, 400.0), *[(True, 200.0)] * 5]),
    "in the newer half only": facts([*mixed(15, 5, 1800.0), *mixed(10, 10, 200.0)]),
}


@pytest.mark.parametrize("given", NOT_SUGGESTED.values(), ids=NOT_SUGGESTED.keys())
def test_nothing_is_suggested(given: list[Fact]) -> None:
    assert suggest(given, ZONE, TOWN) == ()


def test_sizes_and_hours() -> None:
    small = [
        Fact(number % 3 != 0, NOON + number * DAY, NOON, None, 1.5 if number % 3 else 0.33) for number in range(60)
    ]
    (found,) = suggest(small, ZONE, TOWN)
    assert (found.key, found.value, found.spared, found.lost) == ("size.min_m", 0.4, 20, 0)
    assert changed(ZONE, found).size.min_m == 0.4
    large = [Fact(one.right, one.judged_at, NOON, None, 1.5 if one.right else 6.4) for one in small]
    (found,) = suggest(large, ZONE, TOWN)
    assert (found.key, found.value, found.spared, found.lost) == ("size.max_m", 6.3, 20, 0)
    assert changed(ZONE, found).size.max_m == 6.3


def test_hours_of_the_day() -> None:
    dawn = NOON - 6.75 * 3600
    given = [
        Fact(number % 3 != 0, NOON + number * DAY, (NOON if number % 3 else dawn) + number * DAY, None, None)
        for number in range(60)
    ]
    (found,) = suggest(given, ZONE, TOWN)
    assert (found.key, found.value, found.spared, found.lost) == ("hours", ("05:30-05:00",), 20, 0)
    day = changed(ZONE, found).model_copy(update={"hours": ["06:00-22:00"]})
    # What lies outside its hours anyway cannot be paused.
    assert all(one.key != "hours" for one in suggest(given, day, TOWN))


def test_of_more_to_choose_from_the_smaller_change_is_taken() -> None:
    values = []
    for seconds in (190.0, 250.0, 330.0):
        values += [one.value for one in suggest(facts(mixed(40, 10, seconds)), ZONE, TOWN)]
    assert values == [200.0, 260.0, 340.0]


def test_the_figures_of_some_days_read_those_days_only(sqlite_world: World) -> None:
    plans: list[str] = []
    with sqlite_world.incidents.store.read() as connection:

        def explained(*given: Any) -> None:
            if given[2].startswith("SELECT"):
                plans.extend(
                    str(row) for row in given[1].connection.execute(f"EXPLAIN QUERY PLAN {given[2]}", given[3])
                )

        event.listen(connection, "before_cursor_execute", explained)
        count_verdicts(connection, EVERYWHERE, Wanted(since=1.0))
    assert any("SEARCH judgements USING INDEX ix_judgements_judged_at" in plan for plan in plans), plans
