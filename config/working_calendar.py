"""When offices work: hours, weekends, public holidays, and the weekends worked in their stead (调休)."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Annotated, Self
from zoneinfo import ZoneInfo

from pydantic import Field, field_validator, model_validator

from config.hours import HourRange, parse_hours
from config.strict import Strict

DEFAULT_WORKING_CALENDAR = Path(__file__).with_name("working_calendar.yaml")

FARTHEST_DAYS = 3 * 366
"""No deadline is looked for beyond: a calendar without a working day would be gone through for ever."""

Year = Annotated[int, Field(ge=2000, le=2200)]


class Holiday(Strict):
    """Days free of work, both ends included."""

    first: date
    last: date | None = Field(default=None, description="without it one day only")
    zh: str = Field(min_length=1, max_length=60)
    en: str = Field(min_length=1, max_length=60)

    @property
    def days(self) -> tuple[date, date]:
        """First and last."""
        return self.first, self.last or self.first

    def holds(self, day: date) -> bool:
        first, last = self.days
        return first <= day <= last

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        first, last = self.days
        if not 0 <= (last - first).days <= 31:
            raise ValueError("must end on or after the day it begins, and within 31 days")
        return self


class YearOfWork(Strict):
    holidays: list[Holiday] = Field(max_length=40)
    worked: list[date] = Field(default=[], max_length=40, description="weekend days that are worked")


class WorkingCalendar(Strict):
    """Read once; every question is answered from what is listed."""

    version: int = Field(ge=1, le=1)
    name: str = Field(min_length=1, max_length=120)
    hours: list[str] = Field(min_length=1, max_length=6, description="of a working day, in order, e.g. 08:30-12:00")
    weekdays: list[Annotated[int, Field(ge=1, le=7)]] = Field(min_length=1, max_length=7, description="1 is Monday")
    years: dict[Year, YearOfWork] = Field(default={}, max_length=60)

    @field_validator("hours")
    @classmethod
    def _in_order(cls, hours: list[str]) -> list[str]:
        ends = 0
        for one in map(parse_hours, hours):
            if one.start_minute < ends or one.end_minute <= one.start_minute:
                raise ValueError("must be in order, not overlap, and not pass midnight")
            ends = one.end_minute
        return hours

    @model_validator(mode="after")
    def _each_day_in_its_year(self) -> Self:
        for year, listed in self.years.items():
            for holiday in listed.holidays:
                # The last days of December may belong to the New Year of the announcement after.
                if year not in {day.year for day in holiday.days}:
                    raise ValueError(f"lists {holiday.first} under {year}")
            for day in listed.worked:
                if day.year not in (year - 1, year):
                    raise ValueError(f"lists {day} under {year}")
                if self.holiday_on(day) is not None:
                    raise ValueError(f"has {day} both as a holiday and as worked")
        return self

    def knows(self, year: int) -> bool:
        """Whether the holidays of that year are listed; else its weekends alone are free."""
        return year in self.years

    def holiday_on(self, day: date) -> Holiday | None:
        for listed in self._listed(day):
            for holiday in listed.holidays:
                if holiday.holds(day):
                    return holiday
        return None

    def is_working_day(self, day: date) -> bool:
        if any(day in listed.worked for listed in self._listed(day)):
            return True
        return day.isoweekday() in self.weekdays and self.holiday_on(day) is None

    def _listed(self, day: date) -> Iterator[YearOfWork]:
        """A day in December may stand in the announcement of the year after, one in January in that of the last."""
        for year in (day.year - 1, day.year, day.year + 1):
            if year in self.years:
                yield self.years[year]

    @property
    def ranges(self) -> list[HourRange]:
        return [parse_hours(one) for one in self.hours]

    @property
    def seconds_a_day(self) -> float:
        """Of work, on a working day."""
        return sum(one.end_minute - one.start_minute for one in self.ranges) * 60.0

    def spans(self, since: float, timezone: ZoneInfo) -> Iterator[tuple[float, float]]:
        """Working time from `since` on, as (from, to) in Unix seconds, in order, for `FARTHEST_DAYS`."""
        first = datetime.fromtimestamp(since, UTC).astimezone(timezone).date()
        for offset in range(FARTHEST_DAYS):
            day = first + timedelta(days=offset)
            if not self.is_working_day(day):
                continue
            for one in self.ranges:
                begin, end = (_moment(day, minute, timezone) for minute in (one.start_minute, one.end_minute))
                if end > since:
                    yield max(begin, since), end

    def after(self, since: float, work_seconds: float, timezone: ZoneInfo) -> float:
        """The moment by which so much working time has gone by since `since`.

        Raises ValueError where that lies beyond `FARTHEST_DAYS`."""
        left = work_seconds
        for begin, end in self.spans(since, timezone):
            if left <= end - begin:
                return begin + left
            left -= end - begin
        raise ValueError(f"{work_seconds / 3600:g} working hours do not fit into the next {FARTHEST_DAYS} days")

    def between(self, since: float, until: float, timezone: ZoneInfo) -> float:
        """Seconds of working time from `since` to `until`; 0 where `until` is not later. Up to `FARTHEST_DAYS`."""
        total = 0.0
        for begin, end in self.spans(since, timezone):
            if begin >= until:
                break
            total += min(end, until) - begin
        return total


def _moment(day: date, minute: int, timezone: ZoneInfo) -> float:
    whole_days, minute = divmod(minute, 24 * 60)
    local = datetime.combine(day + timedelta(days=whole_days), time(minute // 60, minute % 60), timezone)
    return local.timestamp()
