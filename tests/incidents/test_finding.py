"""Finding cases: words in both languages, every filter, order and count, on both databases, against a plain reading."""

import random
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import Connection, text

from incidents.case import OPEN
from incidents.case_filter import CaseFilter, Sort
from incidents.case_queries import count_cases, export_cases, list_cases
from incidents.errors import Invalid
from incidents.grams import document_grams, folded, sought
from incidents.map_squares import around, held_around, map_square
from incidents.rights import EVERYWHERE, Scope
from incidents.service import NewCase
from incidents.views import CaseView
from tests.incidents.world import GRID_BOXES, START, World

NOTES = (
    "东江桥下堆放建筑废料",
    "桥东江边有流动摊贩",
    "Kiosk outside No. 88, 西门路",
    "路灯 A7 不亮",
    "噪声扰民",
    "",
)
COUNT = 36


@pytest.fixture
def many(world: World) -> tuple[World, list[CaseView]]:
    """Cases over three grids, an hour apart, two thirds of them ended."""
    chance = random.Random(7)
    for number in range(COUNT):
        west, south, east, north = GRID_BOXES[chance.choice(list(GRID_BOXES))]
        spot = chance.uniform(west + 1e-4, east - 1e-4), chance.uniform(south + 1e-4, north - 1e-4)
        level: Any = chance.randint(1, 4)
        wanted = NewCase(chance.choice(("05-01", "01-03")), *spot, level, NOTES[number % len(NOTES)])
        made = world.incidents.create_case(world.admin, wanted)
        if number % 3:
            world.incidents.act(world.admin, made.id, "strike-out", {"reason": "回头看 twice"})
        world.clock.pass_(3600)
    with world.incidents.store.write() as transaction:
        urged = "UPDATE cases SET supervised_at = opened_at, post = 'town-1', tier = 4 WHERE opened_seq % 5 = 0"
        transaction.connection.execute(text(urged))
    with world.incidents.store.read() as connection:
        cases = list(list_cases(connection, EVERYWHERE, CaseFilter(limit=100)).items)
    assert len(cases) == COUNT
    return world, cases


def _ids(world: World, wanted: CaseFilter, scope: Scope = EVERYWHERE) -> list[str]:
    with world.incidents.store.read() as connection:
        return [case.id for case in list_cases(connection, scope, wanted).items]


Test = Callable[[CaseView], bool]
MIDDLE = START + COUNT / 2 * 3600.0
PARTS: dict[str, tuple[dict[str, Any], Test]] = {
    "open": ({"state": "open"}, lambda case: case.state in OPEN),
    "invalid": ({"state": "invalid"}, lambda case: case.state == "invalid"),
    "class": ({"case_class": "05-01"}, lambda case: case.case_class == "05-01"),
    "level": ({"level": 2}, lambda case: case.level == 2),
    "source": ({"source": "operator"}, lambda case: case.source == "operator"),
    "no source": ({"source": "sensor"}, lambda case: False),
    "village": ({"area": "QX-A"}, lambda case: case.area == "QX-A"),
    "grid": ({"area": "QX-A2"}, lambda case: case.grid == "QX-A2"),
    "from": ({"from_at": MIDDLE}, lambda case: case.opened_at >= MIDDLE),
    "to": ({"to_at": MIDDLE}, lambda case: case.opened_at < MIDDLE),
    "overdue": (
        {"overdue_at": START + 2e5},
        lambda case: case.state in OPEN and case.deadline_at is not None and case.deadline_at < START + 2e5,
    ),
    "box": (
        {"bbox": (120.402, 30.001, 120.416, 30.009)},
        lambda case: 120.402 <= (case.lon or 0) <= 120.416 and 30.001 <= (case.lat or 0) <= 30.009,
    ),
    "half the earth": ({"bbox": (120.41, -90.0, -120.0, 90.0)}, lambda case: (case.lon or 0) >= 120.41),
    "the sea": ({"bbox": (122.5, 29.0, 123.5, 31.0)}, lambda case: False),
    "post": ({"post": "town-1"}, lambda case: case.post == "town-1"),
    "supervised": ({"supervised": True}, lambda case: case.supervised_at is not None),
    "not supervised": ({"supervised": False}, lambda case: case.supervised_at is None),
    "tier": ({"tier": 2}, lambda case: case.tier == 2),
}
SCOPES = {
    "all": (EVERYWHERE, lambda case: True),
    "a village": (Scope(frozenset({"/330603/QX/QX-A/"})), lambda case: case.area == "QX-A"),
    "nowhere": (Scope(), lambda case: False),
}


def test_every_pair_of_filters_finds_what_a_plain_reading_finds(many: tuple[World, list[CaseView]]) -> None:
    """In every scope; and `total` and the counts agree with the list."""
    world, cases = many
    with world.incidents.store.read() as connection:
        for first, (one, fits) in PARTS.items():
            for second, (other, also) in PARTS.items():
                for where, (scope, inside) in SCOPES.items():
                    wanted = CaseFilter(**{**one, **other}, limit=100)
                    if one.keys() & other.keys() and first != second:
                        continue
                    expected = [case for case in cases if fits(case) and also(case) and inside(case)]
                    page = list_cases(connection, scope, wanted)
                    case = f"{first} and {second} in {where}"
                    assert [found.id for found in page.items] == [found.id for found in expected], case
                    assert (page.total, page.total_exact, page.next) == (len(expected), True, None), case
                    short = list_cases(connection, scope, replace(wanted, limit=1))
                    assert (short.total, len(short.items)) == (len(expected), min(1, len(expected))), case
                    for by, name in (
                        () if where == "all" else (("state", "state"), ("class", "case_class"), ("grid", "grid"))
                    ):
                        counted = {count.key: count.n for count in count_cases(connection, scope, wanted, by)}  # type: ignore[arg-type]
                        assert counted == dict(Counter(getattr(found, name) for found in expected)), (case, by)


ORDERS: dict[Sort, Callable[[CaseView], Any]] = {
    Sort.OPENED: lambda case: -case.opened_at,
    Sort.OLDEST: lambda case: case.opened_at,
    Sort.UPDATED: lambda case: -case.updated_at,
    Sort.DEADLINE: lambda case: case.deadline_at,
    Sort.LEVEL: lambda case: -case.level,
}


def test_pages_of_every_order_join_up(many: tuple[World, list[CaseView]], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("incidents.case_queries.EXPORT_CHUNK", 5)
    for typed in (None, "东江"):
        _join_up(*many, typed)


def _join_up(world: World, cases: list[CaseView], typed: str | None) -> None:
    rank = {case.id: at for at, case in enumerate(cases)}
    with world.incidents.store.read() as connection:
        for sort, value in ORDERS.items():
            wanted, got = CaseFilter(sort=sort, limit=7, text=typed), list[CaseView]()
            while True:
                page = list_cases(connection, EVERYWHERE, wanted)
                got += page.items
                if page.next is None:
                    break
                wanted = replace(wanted, cursor=page.next)
            assert [value(case) for case in got] == sorted(value(case) for case in got)
            expected = [case.id for case in cases if typed is None or cases_note(rank[case.id]) in NOTES[:2]]
            assert sorted(case.id for case in got) == sorted(expected), sort
            exported = _exported(connection, replace(wanted, cursor=None))
            assert exported == [case.id for case in got]
            if sort is Sort.OPENED:
                by_id = replace(wanted, cursor=None, before=got[6].id)
                assert [case.id for case in list_cases(connection, EVERYWHERE, by_id).items] == exported[7:14]


def _exported(connection: Connection, wanted: CaseFilter) -> list[str]:
    """In pieces smaller than a page."""
    got, after = list[str](), wanted
    while True:
        views, cursor = export_cases(connection, EVERYWHERE, after)
        got += [case.id for case in views]
        if cursor is None:
            return got
        after = replace(wanted, cursor=cursor)


def cases_note(rank: int) -> str:
    """Of the case so many places from the newest."""
    return NOTES[(COUNT - 1 - rank) % len(NOTES)]


WORDS: dict[str, tuple[str, set[int]]] = {
    "two characters": ("废料", {0}),
    "in the middle of a word": ("堆放建", {0}),
    "one character": ("噪", {4}),
    "one at the end of a word": ("民", {4}),
    "two pairs that are not together": ("东江桥", {0}),
    "several words": ("江 摊贩", {1}),
    "Latin and Chinese": ("88 西门", {2}),
    "a beginning, in capitals": ("KIO", {2}),
    "full-width letters": ("Ａ７", {3}),
    "joined by a stop": ("No. 88", {2}),
    "a number is found as a whole": ("8", set()),
    "nothing to find": ("--", set()),
    "a quote and a star": ('"桥下" *\'', set()),
    "words of operators": ("废料 OR 噪声", set()),
    "not there": ("废料噪声", set()),
}


def test_words(many: tuple[World, list[CaseView]]) -> None:
    world, cases = many
    for name, (typed, notes) in WORDS.items():
        expected = [case.id for rank, case in enumerate(cases) if (COUNT - 1 - rank) % len(NOTES) in notes]
        assert _ids(world, CaseFilter(text=typed)) == expected, name
        inside = [case.id for case in cases if case.area == "QX-B" and case.id in expected and case.state in OPEN]
        wanted = CaseFilter(text=typed, state="open", from_at=START, to_at=START + 1e6)
        assert _ids(world, wanted, Scope(frozenset({"/330603/QX/QX-B/"}))) == inside, name


def test_what_is_written_later_is_found_and_what_is_changed_is_found_once(many: tuple[World, list[CaseView]]) -> None:
    world, cases = many
    assert len(_ids(world, CaseFilter(text="回头看"))) == COUNT * 2 // 3
    case = next(case for case in cases if case.state in OPEN)
    for note in ("已联系城管中队", "城管中队已到"):
        world.incidents.act(world.admin, case.id, "comment", {"note": note})
    assert _ids(world, CaseFilter(text="城管中队")) == [case.id]
    assert case.id in _ids(world, CaseFilter(text=case.number))


def test_what_cannot_be_asked_is_said(many: tuple[World, list[CaseView]]) -> None:
    world, _ = many
    for wanted in (
        CaseFilter(cursor="x"),
        CaseFilter(cursor="nan_3"),
        CaseFilter(cursor=f"1.0_{2**63}"),
        CaseFilter(bbox=(0.0, 2.0, 1.0, 1.0)),
        CaseFilter(bbox=(float("nan"), 0.0, 1.0, 1.0)),
        CaseFilter(before="none"),
        CaseFilter(text="x" * 101),
    ):
        with pytest.raises(Invalid):
            _ids(world, wanted)


def test_large_tables_are_read_by_an_index(many: tuple[World, list[CaseView]], monkeypatch: pytest.MonkeyPatch) -> None:
    """As with millions: when nothing is few, the words' index leads and the order is walked: the same is found."""
    world, cases = many
    for module, name in (("case_plan", "FEW"), ("case_search", "FEW_TO_READ")):
        monkeypatch.setattr(f"incidents.{module}.{name}", 1)
    with world.incidents.store.read() as connection:
        for name, (part, fits) in PARTS.items():
            for typed, notes in ((None, {0, 1, 2, 3, 4, 5}), ("江", {0, 1})):
                for sort in (Sort.OPENED, Sort.LEVEL):
                    found = list_cases(connection, EVERYWHERE, CaseFilter(**part, text=typed, sort=sort, limit=100))
                    expected = [
                        case.id for rank, case in enumerate(cases) if fits(case) and (COUNT - 1 - rank) % 6 in notes
                    ]
                    assert sorted(case.id for case in found.items) == sorted(expected), (name, typed)
                    assert found.total == len(expected)


def test_kept_counts_follow_every_change(many: tuple[World, list[CaseView]]) -> None:
    world, _ = many
    with world.incidents.store.write() as transaction:
        transaction.connection.execute(text("UPDATE cases SET place = 'QX', case_class = '01-03' WHERE level = 1"))
        transaction.connection.execute(text("UPDATE cases SET map_square = map_square + 1 WHERE level = 2"))
        transaction.connection.execute(text("UPDATE cases SET map_square = NULL WHERE level = 3"))
        transaction.connection.execute(text("UPDATE cases SET updated_at = updated_at + 1"))
    with world.incidents.store.read() as connection:
        kept = connection.execute(text("SELECT case_class, place, state, n FROM case_tallies WHERE n <> 0")).all()
        real: Counter[tuple[str, str, str]] = Counter()
        for row in connection.execute(text("SELECT case_class, place, state FROM cases")):
            real.update([(row[0], row[1], row[2]), ("", row[1], row[2]), (row[0], "", row[2])])
        held = connection.execute(text("SELECT square, n FROM case_squares WHERE n <> 0")).all()
        squares = connection.execute(text("SELECT map_square FROM cases WHERE map_square IS NOT NULL")).scalars()
        counted = Counter(squares)
    assert {(row[0], row[1], row[2]): row[3] for row in kept} == dict(real)
    assert {row[0]: row[1] for row in held} == dict(counted)


@pytest.mark.parametrize("at", [(0.0, 0.0), (-180.0, -90.0), (180.0, 90.0), (120.404, 30.0049), (-0.001, -0.001)])
def test_a_box_around_a_place_touches_its_square(world: World, at: tuple[float, float]) -> None:
    square = map_square(*at)
    with world.incidents.store.write() as transaction:
        insert = text("INSERT INTO case_squares (square, n) VALUES (:square, 1)")
        transaction.connection.execute(insert, {"square": square})
        for reach in (0.0, 1e-4, 0.3):
            here = held_around(around(*at, reach, reach))
            assert transaction.connection.execute(here).scalar_one() == 1
        beside = held_around(around(-at[0] / 2 + 40, at[1] / 2, 0.1, 0.1))
        assert transaction.connection.execute(beside).scalar_one() == 0
    assert map_square(None, at[1]) is None


def test_grams() -> None:
    assert document_grams(folded("东江桥 Ａ7号"), ["QX-A1"]) == sorted(["东江", "江桥", "桥", "a7", "号", "¤qx¤a1"])
    assert sought("桥下垃圾 Kiosk 88") == sought("桥下垃圾  kiosk  88")
    assert sought("桥 88").beginnings == ()
