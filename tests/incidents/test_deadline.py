from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from config.case_classes import Deadline, Level
from config.load import load_working_calendar
from incidents.deadline import case_due_at, due_at, time_left
from tests.incidents.world import catalogue

OFFICE = load_working_calendar()
SHANGHAI, BERLIN = ZoneInfo("Asia/Shanghai"), ZoneInfo("Europe/Berlin")


def local(zone: ZoneInfo, *parts: int) -> float:
    return datetime(*parts, tzinfo=zone).timestamp()  # type: ignore[misc,arg-type]


DUE = {
    "hours elapse": (SHANGHAI, (2026, 11, 22, 23, 30), Deadline(hours=24), (2026, 11, 23, 23, 30)),
    "half an hour": (SHANGHAI, (2026, 11, 22, 23, 45), Deadline(hours=0.5), (2026, 11, 23, 0, 15)),
    "five calendar days": (SHANGHAI, (2026, 12, 29, 8, 5), Deadline(days=5), (2027, 1, 3, 8, 5)),
    "over a leap day": (SHANGHAI, (2028, 2, 28, 12, 0), Deadline(days=2), (2028, 3, 1, 12, 0)),
    "days keep the wall time": (
        BERLIN,
        (2026, 10, 24, 9, 0),
        Deadline(days=1),
        (2026, 10, 25, 9, 0),
    ),
    "working hours: filed on Friday evening": (
        SHANGHAI,
        (2026, 3, 13, 16, 30),
        Deadline(working_hours=2),
        (2026, 3, 16, 9, 30),
    ),
    "five working days over the National Day, worked Saturday and all": (
        SHANGHAI,
        (2026, 9, 29, 10, 0),
        Deadline(working_days=5),
        (2026, 10, 11 + 1, 10, 0),
    ),
    "hours do not": (BERLIN, (2026, 10, 24, 9, 0), Deadline(hours=24), (2026, 10, 25, 8, 0)),
}


@pytest.mark.parametrize(("zone", "opened", "allowed", "due"), DUE.values(), ids=DUE.keys())
def test_due(zone: ZoneInfo, opened: tuple[int, ...], allowed: Deadline, due: tuple[int, ...]) -> None:
    assert due_at(local(zone, *opened), allowed, zone, OFFICE) == local(zone, *due)


BY_CLASS: dict[str, tuple[str, Level, float]] = {
    "stall, level 2: a day": ("05-01", 2, 86400),
    "stall, level 3: five days": ("05-01", 3, 5 * 86400),
    "level 4: seven days": ("09-04", 4, 7 * 86400),
    "a manhole cover has its own": ("06-01", 2, 4 * 3600),
    "only at that level": ("06-01", 3, 5 * 86400),
}


@pytest.mark.parametrize(("code", "level", "seconds"), BY_CLASS.values(), ids=BY_CLASS.keys())
def test_by_class_and_level(code: str, level: Level, seconds: float) -> None:
    assert case_due_at(catalogue(), code, level, 1_790_000_000.0, SHANGHAI, OFFICE) == 1_790_000_000.0 + seconds


def test_an_unknown_class() -> None:
    with pytest.raises(KeyError):
        case_due_at(catalogue(), "99-99", 2, 0.0, SHANGHAI, OFFICE)


LEFT = {
    "all of it counts": (Deadline(days=1), (2026, 3, 13, 16, 0), (2026, 3, 14, 4, 0), False, True, 43200.0, "ample"),
    "the last fifth": (Deadline(hours=10), (2026, 3, 13, 8, 0), (2026, 3, 13, 16, 0), False, True, 7200.0, "soon"),
    "working hours stand still over the weekend": (
        Deadline(working_hours=2),
        (2026, 3, 13, 16, 30),
        (2026, 3, 15, 12, 0),
        True,
        False,
        3600.0,
        "ample",
    ),
    "over, in working time": (
        Deadline(working_hours=2),
        (2026, 3, 13, 16, 30),
        (2026, 3, 16, 10, 0),
        True,
        True,
        -1800.0,
        "overdue",
    ),
}


@pytest.mark.parametrize(
    ("allowed", "opened", "now", "working", "runs", "left", "state"), LEFT.values(), ids=LEFT.keys()
)
def test_time_left(
    allowed: Deadline, opened: tuple[int, ...], now: tuple[int, ...], working: bool, runs: bool, left: float, state: str
) -> None:
    begun = local(SHANGHAI, *opened)
    found = time_left(begun, due_at(begun, allowed, SHANGHAI, OFFICE), local(SHANGHAI, *now), allowed, SHANGHAI, OFFICE)
    assert (found.working, found.runs, found.left_s, found.state) == (working, runs, left, state)
