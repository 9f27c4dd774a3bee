"""Cases by area, and against the stretch of time before: what a ranking is made of."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from api.case_grids import grid_cases
from api.case_statistics import CaseStatistics, bounds_of
from api.centre import Centre
from incidents.case_filter import CaseFilter
from incidents.errors import Invalid
from incidents.rights import Caller
from incidents.views import AreaView


@dataclass(frozen=True, slots=True)
class AreaCount:
    """Of an area above the grids: sums over those of its grids that were counted. `before`: cases in the stretch of
    time before, as long as this one. `population`: of the grids that tell it, None where none does; `per_1000` is over
    the cases of those grids alone, so that half a census does not make a village look wild."""

    area: AreaView
    grids: int
    cases: int
    before: int
    km2: float
    population: int | None
    per_km2: float
    per_1000: float | None
    hot: int


def cases_before(centre: Centre, caller: Caller, wanted: CaseFilter, edition: str) -> Mapping[str, int]:
    """By code of the grid, in the stretch of time before that of the filter, as long as it. Raises as
    `case_statistics`; Invalid where there was no such time."""
    from_at, to_at = bounds_of(wanted)
    begin = from_at - (to_at - from_at)
    if begin < 0:
        raise Invalid("there is no time before", "from")
    return grid_cases(centre, caller, replace(wanted, from_at=begin, to_at=from_at), edition).counts


def area_counts(
    centre: Centre, caller: Caller, found: CaseStatistics, before: Mapping[str, int]
) -> tuple[AreaCount, ...]:
    """Of the areas the caller sees that hold counted grids, in the order of their paths."""
    areas = {area.code: area for area in centre.incidents.list_areas(caller)}
    sums: dict[str, _Sum] = {}
    for one in found.grids:
        at = areas.get(one.grid.village) or areas.get(centre.config.town.area)
        while at is not None:
            sums.setdefault(at.code, _Sum()).add(one.cases, before.get(one.grid.code, 0), one.km2, one.grid.population,
                                                 one.score is not None and one.score.heat == "hot")  # fmt: skip
            at = areas.get(at.parent) if at.parent is not None else None
    return tuple(sums[code].told(areas[code]) for code in sorted(sums, key=lambda code: areas[code].path))


class _Sum:
    def __init__(self) -> None:
        self.grids = self.cases = self.before = self.hot = 0
        self.population = self.of_people = 0
        self.km2 = 0.0

    def add(self, cases: int, before: int, km2: float, population: int | None, hot: bool) -> None:
        self.grids += 1
        self.cases += cases
        self.before += before
        self.km2 += km2
        self.hot += hot
        if population:
            self.population += population
            self.of_people += cases

    def told(self, area: AreaView) -> AreaCount:
        return AreaCount(
            area=area,
            grids=self.grids,
            cases=self.cases,
            before=self.before,
            km2=self.km2,
            population=self.population or None,
            per_km2=self.cases / self.km2 if self.km2 else 0.0,
            per_1000=self.of_people * 1000 / self.population if self.population else None,
            hot=self.hot,
        )
