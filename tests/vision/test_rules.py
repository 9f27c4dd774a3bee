"""The rules as pure functions: tables of histories."""

from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any, get_args

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.cameras import Zone
from tests.vision.scenery import SHANGHAI, zone
from vision.evidence import RULE_NAMES
from vision.judging import body_share, decide
from vision.rules import AREA_RULES, RULES, dumping, parking, pile, stall
from vision.rules.conditions import contains
from vision.rules.history import ObjectHistory

NOON = datetime(2026, 9, 22, 12, 0, tzinfo=SHANGHAI).timestamp()

CART = ObjectHistory(
    now=NOON,
    first_seen_at=NOON - 200.0,
    box=(0.4, 0.5, 0.12, 0.2),
    foot=(0.46, 0.7),
    size_m=(1.9, 2.2),
    visible=True,
    presence=0.95,
    steadiness=0.85,
    busy_share=0.5,
    busyness=0.5,
    quiet_seconds=60.0,
    last_busy_at=NOON - 4.0,
    edge_score=0.5,
)
BAG = replace(CART, box=(0.4, 0.65, 0.04, 0.05), size_m=(0.6, 0.5), busyness=0.05, busy_share=0.1)

CAR = replace(
    CART, first_seen_at=NOON - 400.0, size_m=(4.4, 1.6), area_m2=5.6, body_share=0.95, busy_share=0.03, busyness=0.0
)
AWAY = replace(CAR, size_m=(2.0, 2.9), area_m2=5.2)

STALL_ROWS = {
    "a cart with customers": (CART, "confirm"),
    "not there long enough": (replace(CART, first_seen_at=NOON - 170.0), "wait"),
    "hidden just now": (replace(CART, visible=False), "wait"),
    "mostly absent": (replace(CART, presence=0.4), "wait"),
    "one person standing is too narrow": (replace(CART, size_m=(0.6, 1.7)), "reject"),
    "larger than the zone allows": (replace(CART, size_m=(9.0, 3.0)), "reject"),
    "never keeps still": (replace(CART, steadiness=0.3), "wait"),
    "parked car, nobody about": (replace(CART, size_m=(4.4, 1.5), busy_share=0.05), "wait"),
    "parked van, seen from the side": (replace(CART, size_m=(4.4, 2.4), busy_share=0.05, body_share=0.85), "wait"),
    "a cart and its long shadow": (replace(CART, size_m=(4.3, 2.8), busy_share=0.1, body_share=0.3), "confirm"),
    "food truck with a queue": (replace(CART, size_m=(4.4, 2.5), busy_share=0.5), "confirm"),
    "a long heap": (replace(CART, size_m=(3.9, 0.9), busy_share=0.05), "wait"),
    "a van from behind, nobody about": (replace(AWAY, first_seen_at=NOON - 200.0), "wait"),
    "no pose, cart-sized in the picture": (replace(CART, size_m=None), "confirm"),
    "no pose, as upright as a person, and it stirs": (
        replace(CART, size_m=None, upright=2.2, calm_seconds=30.0),
        "wait",
    ),
    "no pose, upright and keeps still": (replace(CART, size_m=None, upright=2.2, calm_seconds=60.0), "confirm"),
    "no pose, speck": (replace(CART, size_m=None, box=(0.4, 0.5, 0.02, 0.03)), "reject"),
    "no pose, fills the picture": (replace(CART, size_m=None, box=(0.1, 0.1, 0.8, 0.7)), "reject"),
}
DUMPING_ROWS = {
    "a bag alone": (BAG, "confirm"),
    "not there long enough": (replace(BAG, first_seen_at=NOON - 100.0), "wait"),
    "somebody stays beside it": (replace(BAG, busyness=0.8), "wait"),
    "hardly ever alone": (replace(BAG, quiet_seconds=4.0), "wait"),
    "sways like a person": (replace(BAG, steadiness=0.5), "wait"),
    "as long as a vehicle": (replace(BAG, size_m=(4.0, 1.4)), "reject"),
    "smaller than the zone asks": (replace(BAG, size_m=(0.1, 0.1)), "reject"),
    "no pose, small": (replace(BAG, size_m=None), "confirm"),
    "no pose, large": (replace(BAG, size_m=None, box=(0.2, 0.3, 0.4, 0.4)), "reject"),
    "no pose, a sliver": (replace(BAG, size_m=None, box=(0.2, 0.3, 0.005, 0.1)), "reject"),
}

PARKING_ROWS = {
    "a car across the view": (CAR, "confirm"),
    "a car from behind": (AWAY, "confirm"),
    "a lorry": (replace(CAR, size_m=(9.0, 3.6), area_m2=28.0), "confirm"),
    "not there long enough": (replace(CAR, first_seen_at=NOON - 290.0), "wait"),
    "hidden just now": (replace(CAR, visible=False), "wait"),
    "a queue moving up: another one since a minute": (replace(CAR, unchanged_at=NOON - 60.0), "wait"),
    "its load was covered long ago": (replace(CAR, first_seen_at=NOON - 900.0, unchanged_at=NOON - 400.0), "confirm"),
    "people load it": (replace(CAR, busy_share=0.4), "wait"),
    "a food truck with a queue": (replace(CAR, size_m=(4.4, 2.5), area_m2=9.0, busy_share=0.5), "wait"),
    "a cart with its vendor": (replace(CART, first_seen_at=NOON - 400.0, area_m2=2.9, body_share=0.7), "wait"),
    "a cart whose vendor is away": (replace(AWAY, size_m=(1.9, 2.2), area_m2=2.9, body_share=0.8), "wait"),
    "a cart and its long shadow": (replace(CAR, size_m=(4.3, 2.8), area_m2=3.6, body_share=0.3), "wait"),
    "a wide cart, few people, seen at a school gate": (
        replace(CAR, size_m=(5.4, 3.0), area_m2=5.8, body_share=0.54, busy_share=0.21),
        "wait",
    ),
    "a solid cart, seen at a crossing": (
        replace(AWAY, size_m=(2.4, 2.7), area_m2=4.5, body_share=0.83, busy_share=0.33),
        "wait",
    ),
    "a car in a shopping street": (
        replace(AWAY, size_m=(2.9, 2.6), area_m2=4.5, body_share=0.78, busy_share=0.17),
        "confirm",
    ),
    "a heap, wide and ragged": (replace(CAR, size_m=(3.0, 1.8), area_m2=3.1, body_share=0.6), "wait"),
    "a long heap": (replace(CAR, size_m=(3.9, 0.9), area_m2=3.1), "wait"),
    "a group that talks": (replace(CAR, steadiness=0.5), "wait"),
    "a bin, a bicycle from behind": (replace(AWAY, size_m=(0.8, 1.6), area_m2=1.2), "reject"),
    "longer than the zone allows": (replace(CAR, size_m=(24.0, 4.0), area_m2=80.0), "reject"),
    "no pose": (replace(CAR, size_m=None, area_m2=None), "reject"),
}

HEAP = replace(
    BAG, first_seen_at=NOON - 4000.0, size_m=(3.2, 1.1), area_m2=2.1, body_share=0.6, busy_share=0.05, steadiness=0.8
)
PILE_ROWS = {
    "sand and bricks, for more than an hour": (HEAP, "confirm"),
    "not an hour yet": (replace(HEAP, first_seen_at=NOON - 2400.0), "wait"),
    "not an hour, but it grows": (replace(HEAP, first_seen_at=NOON - 2400.0, growth=1.6), "confirm"),
    "grows, but for some minutes only": (replace(HEAP, first_seen_at=NOON - 1200.0, growth=3.0), "wait"),
    "hidden just now": (replace(HEAP, visible=False), "wait"),
    "people keep coming to it": (replace(HEAP, busy_share=0.5), "wait"),
    "a long heap": (replace(HEAP, size_m=(4.5, 0.9), area_m2=3.9, body_share=0.9), "confirm"),
    "a parked car": (replace(CAR, first_seen_at=NOON - 4000.0), "wait"),
    "a car being loaded": (replace(CAR, first_seen_at=NOON - 4000.0, busy_share=0.4), "wait"),
    "something that sways": (replace(HEAP, steadiness=0.5), "wait"),
    "a stall by a wall": (replace(HEAP, size_m=(5.4, 3.0), area_m2=5.8, body_share=0.54, busy_share=0.2), "reject"),
    "as high as wide": (replace(HEAP, size_m=(2.0, 1.8)), "reject"),
    "a bag": (replace(HEAP, size_m=(0.7, 0.4)), "reject"),
    "no pose": (replace(HEAP, size_m=None, area_m2=None), "reject"),
}


@pytest.mark.parametrize("name", PILE_ROWS)
def test_pile(name: str) -> None:
    history, decision = PILE_ROWS[name]
    assert pile.judge(history, zone("pile", 3600.0, size={"min_m": 1.0, "max_m": 20.0})).decision == decision


@pytest.mark.parametrize("name", PARKING_ROWS)
def test_parking(name: str) -> None:
    history, decision = PARKING_ROWS[name]
    assert parking.judge(history, zone("parking", 300.0, size={"min_m": 1.5, "max_m": 20.0})).decision == decision


@pytest.mark.parametrize("name", STALL_ROWS)
def test_stall(name: str) -> None:
    history, decision = STALL_ROWS[name]
    assert stall.judge(history, zone("stall", 180.0)).decision == decision


@pytest.mark.parametrize("name", DUMPING_ROWS)
def test_dumping(name: str) -> None:
    history, decision = DUMPING_ROWS[name]
    assert dumping.judge(history, zone("dumping", 180.0)).decision == decision


def _drawn(*rows: str) -> np.ndarray:
    return np.array([[255 if pixel == "#" else 0 for pixel in row] for row in rows], np.uint8)


BODY_ROWS = {
    "a van fills its box": (_drawn("..######", "########", "########", "########", ".##..##."), 0.85, 1.0),
    "a parasol and a shadow to the right": (
        _drawn(".##.....", "####....", ".##.....", ".##.....", "..#.....", ".###....", "..######"), 0.2, 0.45),
    "nothing at all": (_drawn("....", "...."), 1.0, 1.0),
}  # fmt: skip


@pytest.mark.parametrize("name", BODY_ROWS)
def test_how_wide_most_rows_are(name: str) -> None:
    mask, least, most = BODY_ROWS[name]
    assert least <= body_share(mask) <= most


def test_people_about_make_a_stall_surer() -> None:
    alone, busy = replace(CART, busy_share=0.0), replace(CART, busy_share=0.6)
    place = zone("stall", 180.0)
    assert 0.0 < stall.judge(alone, place).confidence < stall.judge(busy, place).confidence <= 1.0


@given(
    width=st.floats(0.3, 12.0),
    height=st.floats(0.3, 6.0),
    filled=st.floats(0.1, 1.0),
    body_share=st.floats(0.1, 1.0),
    busy_share=st.floats(0.0, 1.0),
    posed=st.booleans(),
)
def test_nothing_is_a_stall_and_a_parked_vehicle(
    width: float, height: float, filled: float, body_share: float, busy_share: float, posed: bool
) -> None:
    shape = {"size_m": (width, height), "area_m2": width * height * filled} if posed else {"size_m": None}
    thing = replace(CAR, body_share=body_share, busy_share=busy_share, **shape)  # type: ignore[arg-type]
    told = [
        rule.judge(thing, zone(name, 180.0, size={"min_m": 0.2, "max_m": 20.0})).decision
        for name, rule in (("stall", stall), ("parking", parking))
    ]
    assert told != ["confirm", "confirm"]


def test_every_rule_a_zone_may_name_exists() -> None:
    assert set(get_args(Zone.model_fields["rule"].annotation)) == set(RULES) | set(AREA_RULES)
    assert not set(RULES) & set(AREA_RULES)


def test_every_rule_has_a_name_for_the_evidence_picture() -> None:
    assert set(RULE_NAMES) == set(RULES) | set(AREA_RULES)


def test_the_rule_in_the_documentation_works() -> None:
    page = Path(__file__).parents[2] / "docs" / "adding-a-rule.md"
    code = page.read_text(encoding="utf-8").split("```python\n")[1].split("```")[0]
    names: dict[str, Any] = {}
    exec(compile(code, str(page), "exec"), names)
    place = zone("stall", 180.0)
    assert names["judge"](replace(CART, size_m=(0.6, 1.2)), place).decision == "confirm"
    assert names["judge"](replace(CART, size_m=(1.0, 1.0)), place).decision == "reject"
    assert names["judge"](replace(CART, size_m=(0.6, 1.2), busy_share=0.6), place).decision == "wait"
    assert names["judge"](replace(CART, size_m=(0.6, 1.2), visible=False), place).decision == "wait"


HOURS_ROWS = {
    "in force": (["06:00-22:00"], "confirm"),
    "not at this hour": (["18:00-06:00"], "resting"),
    "second range": (["00:00-01:00", "11:30-12:30"], "confirm"),
}


@pytest.mark.parametrize("name", HOURS_ROWS)
def test_hours(name: str) -> None:
    hours, standing = HOURS_ROWS[name]
    assert decide(CART, [zone("stall", 180.0, hours=hours)], SHANGHAI).standing == standing


def test_foot_outside_every_zone_is_unwanted() -> None:
    assert decide(replace(CART, foot=(0.46, 0.3)), [zone("stall", 180.0)], SHANGHAI).standing == "unwanted"


def test_of_two_zones_the_surer_speaks() -> None:
    thing = replace(BAG, size_m=(1.2, 0.9), quiet_seconds=100.0)
    zones = [zone("stall", 180.0), zone("dumping", 180.0)]
    decision = decide(thing, zones, SHANGHAI)
    assert decision.announcement is not None
    surest = max(zones, key=lambda place: RULES[place.rule](thing, place).confidence)
    assert decision.announcement.zone_id == surest.id


POLYGON = [(0.2, 0.2), (0.8, 0.2), (0.8, 0.8), (0.5, 0.5), (0.2, 0.8)]


@pytest.mark.parametrize(
    ("point", "inside"),
    [((0.3, 0.4), True), ((0.5, 0.7), False), ((0.5, 0.45), True), ((0.1, 0.5), False), ((0.9, 0.5), False)],
)
def test_contains(point: tuple[float, float], inside: bool) -> None:
    assert contains(POLYGON, point) is inside
