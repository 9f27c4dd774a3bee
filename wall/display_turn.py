"""Which of the alarms that want a display has it. Pure."""

from collections.abc import Iterable, Sequence

from wall.display_rows import PlacedAlarm


def alive(placed: Iterable[PlacedAlarm], now: float) -> list[PlacedAlarm]:
    """Those whose time is not over."""
    return [one for one in placed if one.until is None or one.until > now]


def on_view(placed: Sequence[PlacedAlarm], now: float) -> PlacedAlarm | None:
    """The one to be seen; None gives the display back to what operators put there.

    Whoever has the display keeps it, so that a flood does not make it flicker, unless a higher level comes. After it
    comes the highest, and among equals the newest.
    """
    waiting = alive(placed, now)
    best = max(waiting, key=lambda one: (one.level, one.placed_at, one.case_id), default=None)
    current = next((one for one in waiting if one.shown_at is not None), None)
    if current is not None and best is not None and best.level <= current.level:
        return current
    return best
