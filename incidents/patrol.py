"""How long and how far a grid worker patrolled on a day, from what the phone reported. Pure.

Phones lie: indoors a position is off by a street, a standing phone wanders, a reflected signal jumps a kilometre and
back. Time counts while on duty and heard of; distance counts from place to place, not from wobble to wobble.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import pairwise
from statistics import median
from zoneinfo import ZoneInfo

from gis.plane import distance_m

COARSE_M = 100.0
FASTEST_M_S = 40.0
GAP_SECONDS = 600.0
"""Longer without a position counts neither as time nor as way."""
STEP_M = 30.0
STEP_ACCURACIES = 2.5
"""A step is a step when it is longer than both: what the receiver says of itself, and what it cannot say."""
SETTLED_SECONDS = 120.0
FORGETTING_SECONDS = 300.0
AGREEING = 3
ENOUGH_SECONDS, ENOUGH_M = 4 * 3600.0, 3000.0
MOST_PLACES = 2000


@dataclass(frozen=True, slots=True)
class Fix:
    """One position as reported: WGS 84, the radius the phone gives, Unix seconds."""

    lon: float
    lat: float
    accuracy_m: float
    at: float


@dataclass(frozen=True, slots=True)
class Span:
    from_at: float
    until_at: float


@dataclass(frozen=True, slots=True)
class Patrol:
    """A day's patrol. `duty_s`: on duty; `patrol_s`: of it, with positions; `places`: where the counted way turns,
    (lon, lat, at); `unsound`: positions that count for nothing."""

    duty: tuple[Span, ...]
    duty_s: float
    patrol_s: float
    distance_m: float
    positions: int
    unsound: int
    places: tuple[tuple[float, float, float], ...]

    @property
    def long_enough(self) -> bool:
        return self.patrol_s >= ENOUGH_SECONDS

    @property
    def far_enough(self) -> bool:
        return self.distance_m >= ENOUGH_M


def day_span(day: date, timezone: ZoneInfo) -> Span:
    """From midnight to midnight in the town; 23 or 25 hours where clocks are changed."""
    begin, end = (datetime.combine(one, time(), timezone).timestamp() for one in (day, day + timedelta(days=1)))
    return Span(begin, end)


def sound(fixes: Iterable[Fix]) -> list[Fix]:
    """In order of time, without the coarse ones and without jumps. A jump is believed when the phone stays there: the
    wrong one may have been the first."""
    kept: list[Fix] = []
    apart: list[Fix] = []
    for fix in sorted((one for one in fixes if one.accuracy_m <= COARSE_M), key=lambda one: one.at):
        if not kept or reachable(kept[-1], fix):
            kept.append(fix)
            apart.clear()
            continue
        if apart and not reachable(apart[-1], fix):
            apart.clear()
        apart.append(fix)
        if len(apart) == AGREEING:
            kept += apart
            apart.clear()
    return kept


def reachable(before: Fix, after: Fix) -> bool:
    """Whether somebody can have come from the one to the other in the time between."""
    seconds = max(1.0, after.at - before.at)
    away = distance_m(before.lon, before.lat, after.lon, after.lat)
    return away - before.accuracy_m - after.accuracy_m <= FASTEST_M_S * seconds


def reckon(fixes: Iterable[Fix], duty: Iterable[Span], day: Span) -> Patrol:
    """`fixes` from at least GAP_SECONDS before the day on, so that what spans midnight is cut there."""
    given = list(fixes)
    spans = tuple(
        cut for one in sorted(duty, key=lambda one: one.from_at) if (cut := _within(one, day)).until_at > cut.from_at
    )
    kept = sound(given)
    inside = [one for one in given if day.from_at <= one.at < day.until_at]
    patrol_s = sum(_heard(span, kept) for span in spans)
    places: list[tuple[float, float, float]] = []
    distance = 0.0
    for span in spans:
        for stretch in _stretches([one for one in kept if span.from_at <= one.at <= span.until_at]):
            walked, turns = _way(stretch)
            distance += walked
            places += turns
    return Patrol(
        duty=spans,
        duty_s=sum(span.until_at - span.from_at for span in spans),
        patrol_s=patrol_s,
        distance_m=round(distance, 1),
        positions=len(inside),
        unsound=len(inside) - sum(day.from_at <= one.at < day.until_at for one in kept),
        places=tuple(places[:: 1 + len(places) // MOST_PLACES]),
    )


def _within(one: Span, other: Span) -> Span:
    return Span(max(one.from_at, other.from_at), min(one.until_at, other.until_at))


def _heard(span: Span, kept: Sequence[Fix]) -> float:
    heard = 0.0
    for before, after in pairwise(kept):
        if after.at - before.at <= GAP_SECONDS:
            cut = _within(Span(before.at, after.at), span)
            heard += max(0.0, cut.until_at - cut.from_at)
    return heard


def _stretches(kept: Sequence[Fix]) -> list[list[Fix]]:
    stretches: list[list[Fix]] = []
    for fix in kept:
        last = stretches[-1][-1] if stretches else None
        if last and fix.at - last.at <= GAP_SECONDS and reachable(last, fix):
            stretches[-1].append(fix)
        else:
            stretches.append([fix])
    return stretches


def _way(fixes: Sequence[Fix]) -> tuple[float, list[tuple[float, float, float]]]:
    """Metres from place to place, and the places. Somebody who has stayed is where the mean of his positions is, which
    follows the slow drift of a receiver; he has gone when three positions together are a step away."""
    lon, lat, since, settled = fixes[0].lon, fixes[0].lat, fixes[0].at, fixes[0].at
    turns, walked = [(lon, lat, since)], 0.0
    for index, fix in enumerate(fixes):
        recent = fixes[max(0, index - 2) : index + 1]
        here = median(one.lon for one in recent), median(one.lat for one in recent)
        step = distance_m(lon, lat, *here)
        if step > max(STEP_M, STEP_ACCURACIES * median(one.accuracy_m for one in recent)):
            walked += step
            (lon, lat), since, settled = here, fix.at, fix.at
            turns.append((lon, lat, fix.at))
        elif fix.at - since > SETTLED_SECONDS:
            weight = min(1.0, (fix.at - settled) / min(FORGETTING_SECONDS, fix.at - since))
            lon, lat = lon + weight * (fix.lon - lon), lat + weight * (fix.lat - lat)
            settled = fix.at
        else:
            settled = fix.at
    return walked, turns
