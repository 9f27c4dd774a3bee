"""An hour of the week by the clock of a town, as a condition on when cases were opened."""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Connection, Integer, and_, case, cast, func, literal

from incidents.errors import Invalid
from incidents.store.schema import cases

HOUR, DAY = 3_600, 86_400
MONDAY = 3
"""1 January 1970 was a Thursday."""


@dataclass(frozen=True, slots=True)
class WeekTime:
    """`weekday`: 0 is Monday; `hour`: 0 to 23, that hour's sixty minutes. None: any. Raises Invalid."""

    zone: ZoneInfo
    weekday: int | None = None
    hour: int | None = None

    def __post_init__(self) -> None:
        if self.weekday is not None and not 0 <= self.weekday < 7:
            raise Invalid("weekday must lie between 0 (Monday) and 6", "weekday")
        if self.hour is not None and not 0 <= self.hour < 24:
            raise Invalid("hour must lie between 0 and 23", "hour")


def offsets(zone: ZoneInfo, from_at: float, to_at: float) -> list[tuple[int, int]]:
    """(from when on, seconds ahead of UTC) of each stretch between the two, the first from the beginning; to the
    minute. Clocks that are changed and changed back within a day are not noticed."""
    found = [(int(from_at), _offset(zone, from_at))]
    at = int(from_at)
    while at < to_at:
        later = min(at + DAY, int(to_at) + 1)
        if (there := _offset(zone, later)) != found[-1][1]:
            low, high = at, later
            while high - low > 60:
                middle = (low + high) // 2
                low, high = (low, middle) if _offset(zone, middle) == there else (middle, high)
            found.append((high - high % 60, there))
        at = later
    return found


def happened_then(connection: Connection, when: WeekTime, from_at: float, to_at: float) -> ColumnElement[bool]:
    """For cases opened between the two."""
    (_, first), *later = offsets(when.zone, from_at, to_at)
    at = cases.c.opened_at
    changes = [(at >= begin, literal(seconds)) for begin, seconds in reversed(later)]
    ahead = case(*changes, else_=first) if changes else literal(first)
    local = (at + ahead) / float(HOUR)
    # PostgreSQL rounds when it casts; on SQLite these times are positive, where to cut off is to round down.
    hours = cast(local if connection.dialect.name == "sqlite" else func.floor(local), Integer)
    asked = []
    if when.weekday is not None:
        asked.append((hours // 24 + MONDAY) % 7 == when.weekday)
    if when.hour is not None:
        asked.append(hours % 24 == when.hour)
    return and_(*asked)


def _offset(zone: ZoneInfo, at: float) -> int:
    ahead = datetime.fromtimestamp(at, zone).utcoffset()
    return int(ahead.total_seconds()) if ahead is not None else 0
