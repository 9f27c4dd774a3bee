"""Cases over the map: how many where, where more than chance, and when. Counted over what the caller may see."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Literal
from zoneinfo import ZoneInfo

import numpy as np

from api.case_grids import GridCases, grid_cases
from api.centre import Centre
from api.grid_shelf import OF_THE_DAY, GridLayer
from gis.grids import Grid
from gis.hot_spots import FALSE_DISCOVERIES, LEAST_CASES, LEAST_GRIDS, Pairs, Score, hot_spots
from incidents.case_filter import CaseFilter
from incidents.errors import Invalid
from incidents.rights import Caller
from incidents.text import Text

Per = Literal["grid", "km2", "people"]
Week = tuple[tuple[int, ...], ...]
"""Seven days from Monday of 24 hours each."""
_REDRAWN = Text(
    "期间网格曾调整：按案发当日网格计数；选定某一版网格统计，才能判断热点",
    "the grids were redrawn in that time: cases are counted in the grid of their day; count by one edition to tell hot "
    "spots",
)


@dataclass(frozen=True, slots=True)
class GridCount:
    """`per_1000` None where nobody, or nobody known, lives there. `score` None where too little is known to tell.
    `edition`: first day of the edition the grid's outline is of, None for the first."""

    grid: Grid
    cases: int
    km2: float
    per_km2: float
    per_1000: float | None
    score: Score | None
    edition: date | None = None

    def value(self, per: Per) -> float | None:
        return {"grid": float(self.cases), "km2": self.per_km2, "people": self.per_1000}[per]


@dataclass(frozen=True, slots=True)
class CaseStatistics:
    """`elsewhere`: cases in none of the grids, or of which no place is known. `told`: in one line, what may be
    concluded. `cases`: how they were counted."""

    from_at: float
    to_at: float
    per: Per
    grids: tuple[GridCount, ...]
    elsewhere: int
    week: Week
    told: Text
    cases: GridCases | None = None

    @property
    def total(self) -> int:
        return sum(one.cases for one in self.grids) + self.elsewhere

    @property
    def editions(self) -> tuple[date | None, ...]:
        """First days of those the grids are from, in order."""
        return self.cases.seen.layer.days if self.cases is not None else (None,)

    @property
    def complete(self) -> bool:
        """All cases of that time were counted; else the newest."""
        return self.cases is None or self.cases.complete

    @property
    def hot(self) -> list[GridCount]:
        """More than chance, the surest first."""
        found = [one for one in self.grids if one.score is not None and one.score.heat == "hot"]
        return sorted(found, key=lambda one: (-(one.score.z if one.score else 0.0), one.grid.code))

    def week_in(self, code: str, zone: ZoneInfo) -> Week | None:
        """Of one of the grids; None where they were counted as filed, and the store knows."""
        cases = self.cases
        if cases is None or cases.placed is None:
            return None
        codes = {cases.seen.layer.grids.grids[at].code: at for at in cases.seen.positions}
        return week_of(cases.placed.quarters(codes[code]), zone)


def case_statistics(
    centre: Centre, caller: Caller, wanted: CaseFilter, per: Per, edition: str = OF_THE_DAY
) -> CaseStatistics:
    """Of the cases opened between `from_at` and `to_at` of the filter, which must be there; those struck out are left
    out. `week` counts all its hours, whatever part of the week the filter asks for. `edition`: see
    `case_grids.seen_grids`. Raises Invalid, NotFound, Conflict."""
    from_at, to_at = bounds_of(wanted)
    cases = grid_cases(centre, caller, wanted, edition)
    layer, places = cases.seen.layer, cases.seen.positions
    counted = [_counted(layer, at, cases.counts) for at in places]
    # Grids that never were there together have no neighbours.
    redrawn = len(layer.days) > 1
    scored = counted if redrawn else _scored(counted, per, places, layer.neighbours)
    told = _REDRAWN if redrawn else _told(scored, per, sum(one.cases for one in scored))
    week = week_of(centre.incidents.queue.times(caller, replace(wanted, during=None)), centre.incidents.town.timezone)
    return CaseStatistics(from_at, to_at, per, tuple(scored), cases.elsewhere, week, told, cases)


def bounds_of(wanted: CaseFilter) -> tuple[float, float]:
    """Raises Invalid."""
    if wanted.from_at is None or wanted.to_at is None or wanted.to_at <= wanted.from_at:
        raise Invalid("the time ends before it begins", "to")
    return wanted.from_at, wanted.to_at


def week_of(quarters: Iterable[tuple[int, int]], zone: ZoneInfo) -> Week:
    """(begin in Unix seconds, cases) added up in each hour of the week, by the town's clock."""
    counted = [[0] * 24 for _ in range(7)]
    for at, n in quarters:
        here = datetime.fromtimestamp(at, zone)
        counted[here.weekday()][here.hour] += n
    return tuple(tuple(day) for day in counted)


def in_words(one: GridCount) -> Text:
    """What a score says, without a figure one must have learnt to read."""
    if one.score is None:
        return Text("数据太少，无法判断", "too little to tell")
    if one.score.heat is None:
        return Text("与偶然波动无异", "no more nor less than chance")
    chance = f"{max(one.score.q, 0.001):.3f}"
    zh, en = ("多", "more") if one.score.heat == "hot" else ("少", "fewer")
    return Text(
        f"本格及周边明显{zh}于偶然（误报率 {chance} 以内）", f"here and around, {en} than chance (q ≤ {chance})"
    )


def _counted(layer: GridLayer, at: int, counts: Mapping[str, int]) -> GridCount:
    grid, km2 = layer.grids.grids[at], layer.km2[at]
    n = counts[grid.code]
    per_1000 = n * 1000 / grid.population if grid.population else None
    return GridCount(grid, n, km2, n / km2 if km2 else 0.0, per_1000, None, layer.origin[grid.code])


def _scored(counted: Sequence[GridCount], per: Per, places: Sequence[int], pairs: Pairs) -> list[GridCount]:
    """Only grids with a value are tested, and only those the caller sees are looked at around them."""
    valued = ((at, one, one.value(per)) for at, one in zip(places, counted, strict=True))
    with_value = [(at, one, value) for at, one, value in valued if value is not None]
    number = {at: n for n, (at, *_) in enumerate(with_value)}
    known = [(number[int(i)], number[int(j)]) for i, j in pairs if int(i) in number and int(j) in number]
    cases = sum(one.cases for _, one, _ in with_value)
    # The same question has the same answer: chance is dealt from one pack.
    found = hot_spots(
        [value for *_, value in with_value],
        np.array(known, dtype=np.intp).reshape(-1, 2),
        cases,
        np.random.default_rng(0),
    )
    scores = {one.grid.code: score for (_, one, _), score in zip(with_value, found or (), strict=False)}
    return [replace(one, score=scores.get(one.grid.code)) for one in counted]


def _told(scored: Sequence[GridCount], per: Per, cases: int) -> Text:
    if per == "people" and all(one.per_1000 is None for one in scored):
        return Text("网格未登记人口，无法按人口统计", "no grid says how many people live in it")
    if not any(one.score for one in scored):
        zh = f"网格不足 {LEAST_GRIDS} 个或案件不足 {LEAST_CASES} 件，不足以判断热点"
        return Text(zh, f"fewer than {LEAST_GRIDS} grids or {LEAST_CASES} cases: too little to tell hot spots")
    hot = sum(one.score is not None and one.score.heat == "hot" for one in scored)
    share = round(FALSE_DISCOVERIES * 100)
    if not hot:
        return Text(f"{cases} 件案件的分布与偶然无异", f"{cases} cases lie as chance would have them")
    zh = f"{len(scored)} 个网格中有 {hot} 个明显多于偶然，其中误报预计不超过 {share}%"
    en = f"{hot} of {len(scored)} grids have more than chance; at most {share} % of them may be so by chance"
    return Text(zh, en)
