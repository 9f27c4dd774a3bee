"""When a case is due. Pure."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from config.case_classes import CaseClasses, Deadline, Level
from config.working_calendar import WorkingCalendar


def due_at(opened_at: float, allowed: Deadline, timezone: ZoneInfo, calendar: WorkingCalendar) -> float:
    """Unix time by which a case opened at `opened_at` must be closed.

    Days are calendar days: the same wall time so many days on, whatever the clocks do in between. Hours elapse.
    Working hours and days run only while the calendar says that offices work.
    """
    if allowed.hours is not None:
        return opened_at + allowed.hours * 3600
    if allowed.working_hours is not None:
        return calendar.after(opened_at, allowed.working_hours * 3600, timezone)
    if allowed.working_days is not None:
        return calendar.after(opened_at, allowed.working_days * calendar.seconds_a_day, timezone)
    local = datetime.fromtimestamp(opened_at, UTC).astimezone(timezone)
    # Adding to an aware datetime moves its wall time; only the way back to UTC looks at the zone again.
    return (local + timedelta(days=allowed.days or 0.0)).timestamp()


def case_due_at(
    classes: CaseClasses, code: str, level: Level, opened_at: float, timezone: ZoneInfo, calendar: WorkingCalendar
) -> float:
    """The same for a class and level of the catalogue. Raises KeyError for an unknown class."""
    return due_at(opened_at, classes.deadline(code, level), timezone, calendar)


SOON = 0.2
"""Of the time given: what is left of it when a deadline is called near."""


@dataclass(frozen=True, slots=True)
class TimeLeft:
    """Seconds of the time that counts: all of it, or (`working`) what offices work. `left_s` is below zero by how much
    the deadline is over. `runs`: it counts down at this moment."""

    deadline_at: float
    working: bool
    runs: bool
    given_s: float
    left_s: float
    state: Literal["ample", "soon", "overdue"]


def time_left(
    opened_at: float,
    deadline_at: float,
    now: float,
    allowed: Deadline | None,
    timezone: ZoneInfo,
    calendar: WorkingCalendar,
) -> TimeLeft:
    """`allowed`: the deadline of its class and level, which says what time counts; None counts all of it."""
    working = allowed is not None and (allowed.working_hours is not None or allowed.working_days is not None)

    def between(since: float, until: float) -> float:
        return calendar.between(since, until, timezone) if working else max(0.0, until - since)

    given = between(opened_at, deadline_at)
    left = between(now, deadline_at) - between(deadline_at, now)
    late: Literal["ample", "soon"] = "soon" if left <= given * SOON else "ample"
    return TimeLeft(
        deadline_at,
        working,
        not working or between(now, now + 60) > 0,
        given,
        left,
        "overdue" if now >= deadline_at else late,
    )
