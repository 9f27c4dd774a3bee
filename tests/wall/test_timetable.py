from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from config.dome_views import DomeView
from wall.ptz.timetable import due

SHANGHAI = ZoneInfo("Asia/Shanghai")


def view(id_: str, *hours: str) -> DomeView:
    given = {"hours": list(hours)} if hours else {}
    return DomeView.model_validate({"id": id_, "name": id_, "preset": "1", **given})


STALLS, GATE, HILL = (
    view("stalls", "06:00-21:00"),
    view("gate", "06:00-12:00", "13:00-21:00"),
    view("hill", "20:00-06:00"),
)
ALL = (STALLS, GATE, HILL)
ROWS = [
    ("never seen, in the order written", "08:00", {}, None, "stalls"),
    ("then the other", "08:00", {"stalls": 1.0}, None, "gate"),
    ("then the one seen longest ago", "08:00", {"stalls": 3.0, "gate": 2.0, "hill": 1.0}, None, "gate"),
    ("at noon one rests", "12:30", {"stalls": 3.0}, None, "stalls"),
    ("at night the fire watch", "02:00", {"hill": 9.0}, None, "hill"),
    ("where hours meet, both", "20:30", {"stalls": 1.0, "gate": 1.0}, None, "hill"),
    ("what was interrupted first", "08:00", {"stalls": 9.0, "gate": 1.0}, "stalls", "stalls"),
    ("unless its hours are over", "22:00", {}, "stalls", "hill"),
]


@pytest.mark.parametrize(
    ("clock", "seen", "interrupted", "wanted"), [row[1:] for row in ROWS], ids=[r[0] for r in ROWS]
)
def test_the_view_that_is_due(clock: str, seen: dict[str, float], interrupted: str | None, wanted: str) -> None:
    hour, minute = map(int, clock.split(":"))
    at = datetime(2026, 9, 20, hour, minute, tzinfo=SHANGHAI).timestamp()
    found = due(ALL, seen, interrupted, at, SHANGHAI)
    assert found is not None
    assert found.id == wanted


def test_none_is_due_outside_all_hours() -> None:
    at = datetime(2026, 9, 20, 22, 0, tzinfo=SHANGHAI).timestamp()
    assert due((STALLS, GATE), {}, None, at, SHANGHAI) is None
    assert due((), {}, None, at, SHANGHAI) is None
