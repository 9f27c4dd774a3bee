"""Which of its views a dome visits next: those of this hour in turn. Pure."""

from collections.abc import Mapping, Sequence
from zoneinfo import ZoneInfo

from config.dome_views import DomeView
from config.hours import within_hours


def due(
    views: Sequence[DomeView], seen: Mapping[str, float], interrupted: str | None, at: float, timezone: ZoneInfo
) -> DomeView | None:
    """The one that was interrupted, else the one whose last visit (by `seen`, any clock) is longest ago, those never
    seen first. None when none is due at the Unix time `at`."""
    now = [view for view in views if within_hours(view.hours, at, timezone)]
    for view in now:
        if view.id == interrupted:
            return view
    return min(now, key=lambda view: seen.get(view.id, float("-inf")), default=None)
