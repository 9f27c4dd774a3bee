"""Thresholds of a zone, suggested from what people made of its detections. Pure: facts in, suggestions out."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import ceil, floor
from typing import Literal
from zoneinfo import ZoneInfo

from config.hours import within_hours
from config.zones import Zone
from incidents.detection_queries import Fact

Key = Literal["dwell_seconds", "size.min_m", "size.max_m", "hours"]

LEAST_JUDGED = 20
LEAST_FALSE = 5
LEAST_SPARED = 0.3
"""Share of the false ones that a change must spare: less is not worth a rule that is different from the others."""
MOST_LOST = 0.05
"""Share of the true ones it may lose."""
LEAST_SPARED_IN_HALF, MOST_LOST_IN_HALF = 0.2, 0.1
"""It must hold in the older half and in the newer one, each by itself; what holds in one of them only was chance."""
LONGEST_DWELL_FACTOR = 4.0
DWELL_STEPS = (10.0, 30.0, 60.0)
HALF_HOURS = 48
LONGEST_PAUSE = 16
"""Half hours of the day a suggestion may leave unwatched."""


@dataclass(frozen=True, slots=True)
class Suggestion:
    """`value` is what to put at `key` of the zone. Counts are those of the judged ones it was found in."""

    key: Key
    now: float | tuple[str, ...]
    value: float | tuple[str, ...]
    spared: int
    false: int
    lost: int
    true: int


Spares = Callable[[Fact], bool]
"""Whether a changed zone would not have told it."""


@dataclass(frozen=True, slots=True)
class _Choice:
    key: Key
    value: float | tuple[str, ...]
    spares: Spares


def suggest(facts: Sequence[Fact], zone: Zone, timezone: ZoneInfo) -> tuple[Suggestion, ...]:
    """The best change of each key that is worth it, the most sparing first. Nothing where too few were judged."""
    facts = [one for one in facts if _told_now(one, zone, timezone)]
    false = [one for one in facts if not one.right]
    if len(facts) < LEAST_JUDGED or len(false) < LEAST_FALSE:
        return ()
    found = [
        best
        for choices in (_dwells(zone), _least_sizes(facts, zone), _most_sizes(facts, zone), _pauses(zone, timezone))
        if (best := _best(facts, choices, zone)) is not None
    ]
    return tuple(sorted(found, key=lambda one: (one.lost - one.spared, one.key)))


def _told_now(one: Fact, zone: Zone, timezone: ZoneInfo) -> bool:
    """What the zone as it is by now would not tell is spared already."""
    if one.standing_s is not None and one.standing_s < zone.dwell_seconds:
        return False
    if one.size_m is not None and not zone.size.min_m <= one.size_m <= zone.size.max_m:
        return False
    return within_hours(zone.hours, one.confirmed_at, timezone)


def _best(facts: Sequence[Fact], choices: Sequence[_Choice], zone: Zone) -> Suggestion | None:
    in_time = sorted(facts, key=lambda one: one.judged_at)
    halves = in_time[: len(in_time) // 2], in_time[len(in_time) // 2 :]
    best: Suggestion | None = None
    for choice in choices:
        spared, false, lost, true = _counts(facts, choice.spares)
        if spared < LEAST_SPARED * false or lost > MOST_LOST * true:
            continue
        if not all(_holds(half, choice.spares) for half in halves):
            continue
        # The true ones count double; of two that do as much the smaller change comes first and stays.
        if best is None or spared - 2 * lost > best.spared - 2 * best.lost:
            best = Suggestion(choice.key, _now(zone, choice.key), choice.value, spared, false, lost, true)
    return best


def _counts(facts: Sequence[Fact], spares: Spares) -> tuple[int, int, int, int]:
    right = [one for one in facts if one.right]
    wrong = [one for one in facts if not one.right]
    return sum(map(spares, wrong)), len(wrong), sum(map(spares, right)), len(right)


def _holds(half: Sequence[Fact], spares: Spares) -> bool:
    spared, false, lost, true = _counts(half, spares)
    return false > 0 and spared >= LEAST_SPARED_IN_HALF * false and lost <= MOST_LOST_IN_HALF * true


def _now(zone: Zone, key: Key) -> float | tuple[str, ...]:
    if key == "hours":
        return tuple(zone.hours)
    if key == "dwell_seconds":
        return zone.dwell_seconds
    return zone.size.min_m if key == "size.min_m" else zone.size.max_m


def _dwells(zone: Zone) -> list[_Choice]:
    """Longer ones. What nobody saw leave would have been told all the same."""
    longest = min(86_400.0, LONGEST_DWELL_FACTOR * zone.dwell_seconds)
    step = next(one for one in DWELL_STEPS if one >= zone.dwell_seconds / 20 or one == DWELL_STEPS[-1])
    values, value = [], (zone.dwell_seconds // step + 1) * step
    while value <= longest:
        values.append(value)
        value += step

    def longer(value: float) -> Spares:
        return lambda one: one.standing_s is not None and one.standing_s < value

    return [_Choice("dwell_seconds", value, longer(value)) for value in values]


def _least_sizes(facts: Sequence[Fact], zone: Zone) -> list[_Choice]:
    def larger(value: float) -> Spares:
        return lambda one: one.size_m is not None and one.size_m < value

    values = {_upwards(one.size_m) for one in facts if one.size_m is not None and not one.right}
    fit = sorted(value for value in values if zone.size.min_m < value < zone.size.max_m)
    return [_Choice("size.min_m", value, larger(value)) for value in fit]


def _most_sizes(facts: Sequence[Fact], zone: Zone) -> list[_Choice]:
    def smaller(value: float) -> Spares:
        return lambda one: one.size_m is not None and one.size_m > value

    values = {_downwards(one.size_m) for one in facts if one.size_m is not None and not one.right}
    fit = sorted((value for value in values if zone.size.min_m < value < zone.size.max_m), reverse=True)
    return [_Choice("size.max_m", value, smaller(value)) for value in fit]


def _upwards(size_m: float) -> float:
    """The next tenth of a metre above."""
    return (floor(round(size_m * 10, 6)) + 1) / 10


def _downwards(size_m: float) -> float:
    """The next tenth of a metre below."""
    return (ceil(round(size_m * 10, 6)) - 1) / 10


def _pauses(zone: Zone, timezone: ZoneInfo) -> list[_Choice]:
    """A stretch of the day left unwatched, the shortest first."""
    watched = [within_hours(zone.hours, _minute_of(half), ZoneInfo("UTC")) for half in range(HALF_HOURS)]
    if [one[-2:] for text in zone.hours for one in text.split("-") if one[-2:] not in ("00", "30")]:
        # Hours that begin at odd minutes were set with thought.
        return []

    def pausing(hours: tuple[str, ...]) -> Spares:
        return lambda one: not within_hours(hours, one.confirmed_at, timezone)

    choices = []
    for length in range(1, LONGEST_PAUSE + 1):
        for start in range(HALF_HOURS):
            paused = {(start + n) % HALF_HOURS for n in range(length)}
            hours = _hours([on and half not in paused for half, on in enumerate(watched)])
            if hours and all(watched[half] for half in paused):
                choices.append(_Choice("hours", hours, pausing(hours)))
    return choices


def _minute_of(half: int) -> float:
    return half * 1800.0


def _hours(watched: Sequence[bool]) -> tuple[str, ...]:
    """As `config.hours` reads them; a stretch over midnight is one."""
    if all(watched):
        return ("00:00-24:00",)
    begins = [half for half in range(HALF_HOURS) if watched[half] and not watched[half - 1]]
    found = []
    for begin in begins:
        length = next(n for n in range(1, HALF_HOURS + 1) if not watched[(begin + n) % HALF_HOURS])
        end = (begin + length - 1) % HALF_HOURS + 1
        found.append(f"{_clock(begin)}-{_clock(end)}")
    return tuple(found)


def _clock(half: int) -> str:
    return f"{half // 2:02d}:{half % 2 * 30:02d}"
