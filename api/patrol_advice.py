"""Where and when to patrol, with why in a line: hot spots first, then places that keep coming back."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from api.case_statistics import CaseStatistics, GridCount, Week
from incidents.register_places import Spot
from incidents.text import Text

MOST = 10
WINDOW = 2
"""Hours of a round."""
_DAYS_ZH, _DAYS_EN = "一二三四五六日", ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


@dataclass(frozen=True, slots=True)
class Round:
    """A suggestion: `hours` from and to by the town's clock, `to` at most 24; `weekdays` 0 is Monday, all seven where
    none stands out."""

    grid: str
    name: str
    lon: float
    lat: float
    hours: tuple[int, int]
    weekdays: tuple[int, ...]
    why: Text


def advice(
    statistics: CaseStatistics, spots: Sequence[tuple[str, Spot]], week_in: Callable[[str], Week], days: int
) -> tuple[Round, ...]:
    """At most MOST. `spots`: places that come back with the code of the grid each lies in; `week_in`: the week of a
    grid, asked of few."""
    names = {one.grid.code: one for one in statistics.grids}
    found: dict[str, Round] = {}
    for one in statistics.hot[:MOST]:
        at = next((spot for code, spot in spots if code == one.grid.code), None)
        found[one.grid.code] = _round(one, week_in(one.grid.code), at, days)
    for code, spot in spots:
        if len(found) >= MOST:
            break
        if code not in found and code in names:
            found[code] = _round(names[code], week_in(code), spot, days)
    return tuple(found.values())


def busiest(week: Week) -> tuple[tuple[int, int], tuple[int, ...], float]:
    """The WINDOW hours in which most happens, the weekdays on which at least half as much again as on a common day
    happens, and the share of all cases that lie in those hours."""
    hours = [sum(day[hour] for day in week) for hour in range(24)]
    begin = max(range(24 - WINDOW + 1), key=lambda hour: (sum(hours[hour : hour + WINDOW]), -hour))
    whole = sum(hours)
    per_day = [sum(day[begin : begin + WINDOW]) for day in week]
    inside = sum(per_day)
    loud = tuple(number for number, n in enumerate(per_day) if n >= 3 and n * 7 >= 1.5 * inside)
    return (begin, begin + WINDOW), loud or tuple(range(7)), inside / whole if whole else 0.0


def _round(one: GridCount, week: Week, spot: Spot | None, days: int) -> Round:
    hours, weekdays, share = busiest(week)
    middle = one.grid.outline.representative_point()
    lon, lat = (spot.lon, spot.lat) if spot is not None else (middle.x, middle.y)
    hot = one.score is not None and one.score.heat == "hot"
    zh, en = [f"{days} 天 {one.cases} 件"], [f"{one.cases} cases in {days} days"]
    if hot:
        zh.append("本格及周边明显多于偶然")
        en.append("here and around more than chance")
    if spot is not None:
        zh.append(f"同一地点{spot.class_name.zh} {spot.n} 次")
        en.append(f"{spot.class_name.en} {spot.n} times at one place")
    zh.append(f"{round(share * 100)}% 在{_days(weekdays, True)} {hours[0]}–{hours[1]} 时")
    en.append(f"{round(share * 100)} % at {hours[0]}–{hours[1]} h {_days(weekdays, False)}")
    return Round(one.grid.code, one.grid.name, lon, lat, hours, weekdays, Text("，".join(zh), ", ".join(en)))


def _days(weekdays: Iterable[int], zh: bool) -> str:
    few = list(weekdays)
    if len(few) == 7:
        return "每天" if zh else "every day"
    return "周" + "、".join(_DAYS_ZH[one] for one in few) if zh else "on " + ", ".join(_DAYS_EN[one] for one in few)
