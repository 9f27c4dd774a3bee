"""Parameters that several routes of the map share."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Annotated

from fastapi import Depends, Query

from api.case_grids import DAY
from api.routes.dependencies import TheCentre
from incidents.case_filter import CaseFilter
from incidents.errors import Invalid
from incidents.week_time import WeekTime

MOST_DAYS = 3 * 366
Days = Annotated[int, Query(ge=1, le=365, description="the last so many days")]
Edition = Annotated[
    str,
    Query(
        pattern=r"^(day|present|first|[0-9]{4}-[0-9]{2}-[0-9]{2})$",
        description="`day`: the grid each case was filed in; or where cases lie in the `present` edition of the grids, "
        "the `first`, or the one with this first day",
    ),
]


@dataclass(frozen=True, slots=True)
class Period:
    """Unix seconds, and how many days that is."""

    from_at: float
    to_at: float
    days: int


def _period(
    centre: TheCentre,
    days: Days = 90,
    from_day: Annotated[date | None, Query(alias="from", description="first day, by the town's clock")] = None,
    to_day: Annotated[date | None, Query(alias="to", description="last day, that one too; today when left out")] = None,
) -> Period:
    """The last so many days, or from one day to another; at most three years, and nothing that is still to come."""
    now, zone = centre.clock.now(), centre.incidents.town.timezone
    if from_day is None:
        if to_day is not None:
            raise Invalid("to needs from", "from", "请同时给出起始日期")
        return Period(now - days * DAY, now, days)
    last = to_day or datetime.fromtimestamp(now, zone).date()
    if last < from_day:
        raise Invalid("the time ends before it begins", "to", "结束日期早于起始日期")
    if not 2000 <= from_day.year <= last.year < 2200:
        raise Invalid("from and to must lie between 2000 and 2199", "from", "日期须在 2000 至 2199 年之间")
    told = (last - from_day).days + 1
    if told > MOST_DAYS:
        raise Invalid(f"at most {MOST_DAYS} days are counted at once", "from", f"一次最多统计 {MOST_DAYS} 天")
    begin = datetime(from_day.year, from_day.month, from_day.day, tzinfo=zone).timestamp()
    after = last + timedelta(days=1)
    end = min(now, datetime(after.year, after.month, after.day, tzinfo=zone).timestamp())
    if end <= begin:
        raise Invalid("that time is still to come", "from", "该时段尚未到来")
    return Period(begin, end, told)


ThePeriod = Annotated[Period, Depends(_period)]


def _counted(
    centre: TheCentre,
    period: ThePeriod,
    case_class: Annotated[str | None, Query(alias="class", max_length=16)] = None,
    level: Annotated[int | None, Query(ge=1, le=4)] = None,
    source: Annotated[str | None, Query(max_length=16)] = None,
    weekday: Annotated[int | None, Query(ge=0, le=6, description="0 is Monday, by the town's clock")] = None,
    hour: Annotated[int | None, Query(ge=0, le=23, description="that hour of the day")] = None,
) -> CaseFilter:
    """The cases that are counted: all that is given must fit."""
    during = None
    if weekday is not None or hour is not None:
        during = WeekTime(centre.incidents.town.timezone, weekday, hour)
    return CaseFilter(
        case_class=case_class,
        level=level,
        source=source,
        from_at=period.from_at,
        to_at=period.to_at,
        during=during,
    )


Counted = Annotated[CaseFilter, Depends(_counted)]
