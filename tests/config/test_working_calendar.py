from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from config.load import load_working_calendar
from config.problem import ConfigError
from config.working_calendar import WorkingCalendar

SHANGHAI = ZoneInfo("Asia/Shanghai")
SHIPPED = load_working_calendar()
HOUR = 3600.0


def at(text: str, timezone: ZoneInfo = SHANGHAI) -> float:
    return datetime.strptime(text, "%Y-%m-%d %H:%M").replace(tzinfo=timezone).timestamp()


def calendar(**changed: Any) -> WorkingCalendar:
    plain = {"version": 1, "name": "x", "hours": ["09:00-17:00"], "weekdays": [1, 2, 3, 4, 5], **changed}
    return WorkingCalendar.model_validate(plain)


DAYS = {
    "a Tuesday": ("2026-03-10", True),
    "a Saturday": ("2026-03-14", False),
    "a Sunday": ("2026-03-15", False),
    "the Spring Festival, a Monday": ("2026-02-16", False),
    "its last day": ("2026-02-23", False),
    "the day after": ("2026-02-24", True),
    "the Saturday worked for it": ("2026-02-28", True),
    "the Sunday worked for the National Day": ("2026-09-20", True),
    "a year not listed: a holiday of old is a Thursday": ("2031-05-01", True),
    "a year not listed: its weekends": ("2031-05-03", False),
}


@pytest.mark.parametrize(("day", "worked"), DAYS.values(), ids=DAYS.keys())
def test_days(day: str, worked: bool) -> None:
    assert SHIPPED.is_working_day(date.fromisoformat(day)) is worked


AFTER = {
    "within the morning": ("2026-03-10 09:00", 2.0, "2026-03-10 11:00"),
    "over noon": ("2026-03-10 11:00", 2.0, "2026-03-10 15:00"),
    "to the very end of the day": ("2026-03-10 08:30", 7.0, "2026-03-10 17:30"),
    "over night": ("2026-03-10 17:00", 1.0, "2026-03-11 09:00"),
    "filed before the day begins": ("2026-03-10 03:00", 1.0, "2026-03-10 09:30"),
    "filed at noon": ("2026-03-10 12:30", 1.0, "2026-03-10 15:00"),
    "filed on Friday evening": ("2026-03-13 20:00", 1.0, "2026-03-16 09:30"),
    "over the Spring Festival, the Saturday before it worked": ("2026-02-14 17:00", 1.0, "2026-02-24 09:00"),
    "over the New Year into a worked Sunday": ("2025-12-31 17:00", 1.0, "2026-01-04 09:00"),
    "over a month's end": ("2026-03-31 17:00", 8.0, "2026-04-02 09:00"),
    "nothing at all": ("2026-03-14 12:00", 0.0, "2026-03-16 08:30"),
}


@pytest.mark.parametrize(("since", "hours", "until"), AFTER.values(), ids=AFTER.keys())
def test_working_hours_after(since: str, hours: float, until: str) -> None:
    assert SHIPPED.after(at(since), hours * HOUR, SHANGHAI) == at(until)


def test_clocks_put_forward_and_back_do_not_shorten_the_work() -> None:
    """Offices keep the wall clock; an hour that the night loses is nobody's working hour."""
    berlin, office = ZoneInfo("Europe/Berlin"), calendar(weekdays=[1, 2, 3, 4, 5, 6, 7])
    assert office.after(at("2026-03-28 16:00", berlin), 2 * HOUR, berlin) == at("2026-03-29 10:00", berlin)
    night = calendar(hours=["00:00-08:00"], weekdays=[1, 2, 3, 4, 5, 6, 7])
    assert night.between(at("2026-03-29 00:00", berlin), at("2026-03-29 08:00", berlin), berlin) == 7 * HOUR
    assert night.between(at("2026-10-25 00:00", berlin), at("2026-10-25 08:00", berlin), berlin) == 9 * HOUR


@settings(deadline=None, max_examples=150)
@given(st.integers(0, 2 * 365 * 86400), st.floats(0, 400 * HOUR), st.floats(0, 400 * HOUR))
def test_adding_up(offset: int, first: float, second: float) -> None:
    """What has gone by is what was allowed; two stretches are one; later is never earlier; the end lies in an office's
    hours."""
    since = at("2025-06-01 00:00") + offset
    until = SHIPPED.after(since, first, SHANGHAI)
    assert until >= since
    assert SHIPPED.between(since, until, SHANGHAI) == pytest.approx(first, abs=1e-3)
    both = SHIPPED.after(since, first + second, SHANGHAI)
    assert second < 1e-3 or SHIPPED.after(until, second, SHANGHAI) == pytest.approx(both, abs=1e-3)
    local = datetime.fromtimestamp(until, SHANGHAI)
    assert SHIPPED.is_working_day(local.date())


def test_the_other_way_round_nothing_has_gone_by() -> None:
    assert SHIPPED.between(at("2026-03-10 10:00"), at("2026-03-10 09:00"), SHANGHAI) == 0.0


def test_no_work_for_ever_is_said_and_not_searched_for() -> None:
    free = calendar(weekdays=[1], years={2026: {"holidays": []}})
    with pytest.raises(ValueError, match="do not fit"):
        free.after(at("2026-03-10 10:00"), 4000 * HOUR, SHANGHAI)


WRONG = {
    "hours out of order": {"hours": ["14:00-17:00", "08:00-12:00"]},
    "hours overlap": {"hours": ["08:00-12:00", "11:00-17:00"]},
    "hours past midnight": {"hours": ["22:00-06:00"]},
    "no weekday": {"weekdays": []},
    "an eighth weekday": {"weekdays": [8]},
    "a day of another year": {"years": {2026: {"holidays": [{"first": "2024-05-01", "zh": "五", "en": "M"}]}}},
    "ends before it begins": {
        "years": {2026: {"holidays": [{"first": "2026-05-05", "last": "2026-05-01", "zh": "五", "en": "M"}]}}
    },
    "free and worked": {
        "years": {2026: {"holidays": [{"first": "2026-05-01", "zh": "五", "en": "M"}], "worked": ["2026-05-01"]}}
    },
}


@pytest.mark.parametrize("changed", WRONG.values(), ids=WRONG.keys())
def test_what_is_wrong_is_refused(changed: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="validation error"):
        calendar(**changed)


def test_a_file_says_where_it_is_wrong(tmp_path) -> None:
    file = tmp_path / "calendar.yaml"
    file.write_text("version: 1\nname: x\nhours: ['17:00-08:00']\nweekdays: [1]\n", encoding="utf-8")
    with pytest.raises(ConfigError, match=r"calendar\.yaml.*hours.*in order"):
        load_working_calendar(file)
