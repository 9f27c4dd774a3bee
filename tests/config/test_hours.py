from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from config.hours import HourRange, parse_hours, within_hours

SHANGHAI = ZoneInfo("Asia/Shanghai")


def at(text: str) -> float:
    return datetime.strptime(f"2026-03-01 {text}", "%Y-%m-%d %H:%M:%S").replace(tzinfo=SHANGHAI).timestamp()


ROWS = {
    "inside": (["06:00-22:00"], "12:00:00", True),
    "the start counts": (["06:00-22:00"], "06:00:00", True),
    "the end does not": (["06:00-22:00"], "22:00:00", False),
    "the last second": (["06:00-22:00"], "21:59:59", True),
    "before": (["06:00-22:00"], "05:59:59", False),
    "the whole day, midnight": (["00:00-24:00"], "00:00:00", True),
    "the whole day, its end": (["00:00-24:00"], "23:59:59", True),
    "past midnight, evening": (["22:00-06:00"], "23:30:00", True),
    "past midnight, morning": (["22:00-06:00"], "05:59:00", True),
    "past midnight, its end": (["22:00-06:00"], "06:00:00", False),
    "past midnight, noon": (["22:00-06:00"], "12:00:00", False),
    "until midnight": (["20:00-00:00"], "23:59:59", True),
    "the second of two": (["06:45-08:15", "15:30-17:30"], "16:00:00", True),
    "between the two": (["06:45-08:15", "15:30-17:30"], "12:00:00", False),
    "no hours": ([], "12:00:00", False),
}


@pytest.mark.parametrize(("hours", "time", "inside"), ROWS.values(), ids=ROWS.keys())
def test_within(hours: list[str], time: str, inside: bool) -> None:
    assert within_hours(hours, at(time), SHANGHAI) is inside


def test_the_zone_decides_what_time_it_is() -> None:
    noon_in_shanghai = at("12:00:00")
    assert not within_hours(["12:00-12:01"], noon_in_shanghai, ZoneInfo("UTC"))
    assert within_hours(["04:00-04:01"], noon_in_shanghai, ZoneInfo("UTC"))


BAD = {
    "one digit": ("6:00-22:00", "must be two times"),
    "no minutes": ("06-22", "must be two times"),
    "minute 60": ("06:60-22:00", "minutes go"),
    "begins at 24": ("24:00-06:00", "must begin between"),
    "ends after 24": ("06:00-24:01", "must end at 24:00"),
    "nothing": ("06:00-06:00", "must not begin and end"),
    "newline": ("06:00-22:00\n", "must be two times"),
    "other digits": ("０６:00-22:00", "must be two times"),
}


@pytest.mark.parametrize(("text", "rule"), BAD.values(), ids=BAD.keys())
def test_refuses(text: str, rule: str) -> None:
    with pytest.raises(ValueError, match=rule):
        parse_hours(text)


def test_parses_to_minutes() -> None:
    assert parse_hours("22:15-06:30") == HourRange(1335, 390)
