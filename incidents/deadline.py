"""When a case is due. Pure."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from config.case_classes import CaseClasses, Deadline, Level


def due_at(opened_at: float, allowed: Deadline, timezone: ZoneInfo) -> float:
    """Unix time by which a case opened at `opened_at` must be closed.

    Days are calendar days: the same wall time so many days on, whatever the clocks do in between. Hours elapse.
    """
    if allowed.hours is not None:
        return opened_at + allowed.hours * 3600
    local = datetime.fromtimestamp(opened_at, UTC).astimezone(timezone)
    # Adding to an aware datetime moves its wall time; only the way back to UTC looks at the zone again.
    return (local + timedelta(days=allowed.days or 0.0)).timestamp()


def case_due_at(classes: CaseClasses, code: str, level: Level, opened_at: float, timezone: ZoneInfo) -> float:
    """The same for a class and level of the catalogue. Raises KeyError for an unknown class."""
    case_class = classes.get(code)
    if case_class is None:
        raise KeyError(code)
    return due_at(opened_at, case_class.deadlines.of(level) or classes.deadlines.of(level), timezone)
