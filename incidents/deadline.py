"""When a case is due. Pure."""

from datetime import UTC, datetime, timedelta
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
