"""Hours of the day in which a rule counts: `06:00-22:00`, or `22:00-06:00` past midnight."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

_RANGE = re.compile(r"([0-9]{2}):([0-9]{2})-([0-9]{2}):([0-9]{2})\Z")
_DAY_MINUTES = 24 * 60


@dataclass(frozen=True, slots=True)
class HourRange:
    """Minutes after local midnight; the start counts, the end does not. An end before the start passes midnight."""

    start_minute: int
    end_minute: int

    def contains(self, minute: float) -> bool:
        """Whether `minute` (0 ≤ minute < 1440) lies in the range."""
        if self.start_minute < self.end_minute:
            return self.start_minute <= minute < self.end_minute
        return minute >= self.start_minute or minute < self.end_minute


@lru_cache(maxsize=1024)
def parse_hours(text: str) -> HourRange:
    """`HH:MM-HH:MM`. Raises ValueError saying what is wrong."""
    match = _RANGE.match(text)
    if match is None:
        raise ValueError("must be two times such as 06:00-22:00")
    start_hour, start_minute, end_hour, end_minute = map(int, match.groups())
    start, end = start_hour * 60 + start_minute, end_hour * 60 + end_minute
    if start_minute > 59 or end_minute > 59:
        raise ValueError("minutes go from 00 to 59")
    if start >= _DAY_MINUTES:
        raise ValueError("must begin between 00:00 and 23:59")
    if end > _DAY_MINUTES:
        raise ValueError("must end at 24:00 or before")
    if start == end:
        raise ValueError("must not begin and end at the same time; the whole day is 00:00-24:00")
    return HourRange(start, end)


def within_hours(hours: Sequence[str], unix_time: float, tz: ZoneInfo) -> bool:
    """Whether the local time of day at `unix_time` lies in one of `hours`. Raises ValueError on hours not parsable."""
    local = datetime.fromtimestamp(unix_time, tz)
    minute = local.hour * 60 + local.minute
    return any(parse_hours(text).contains(minute) for text in hours)
