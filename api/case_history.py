"""When cases happen: the week by hours, and the months of a year against the year before."""

from collections import Counter
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from api.case_statistics import Week, bounds_of, week_of
from api.centre import Centre
from api.grid_shelf import OF_THE_DAY
from api.town_files import today_in
from gis.grids import Grid, GridMap
from incidents.case_filter import CaseFilter
from incidents.case_times import QUARTER
from incidents.rights import Caller

MONTHS = 12


@dataclass(frozen=True, slots=True)
class MonthCount:
    """`month` as "2026-11". `year_before`: the same month a year before, as many days of it as there are of this."""

    month: str
    cases: int
    year_before: int


@dataclass(frozen=True, slots=True)
class CaseHistory:
    week: Week
    months: tuple[MonthCount, ...]


def case_history(centre: Centre, caller: Caller, wanted: CaseFilter, edition: str) -> CaseHistory:
    """`week`: of the filter's time, all its hours whatever part of the week it asks for; `months`: the twelve up to its
    end. `wanted.area`: that area and all below it; a grid by `edition`, as `case_statistics` counts it. Raises Invalid,
    NotFound, Conflict."""
    from_at, to_at = bounds_of(wanted)
    zone, queue = centre.incidents.town.timezone, centre.incidents.queue
    begins = [at for _, at in month_begins(to_at - 1, MONTHS, zone)]
    now, earlier = [*begins, to_at], [year_before(at, zone) for at in (*begins, to_at)]
    whole = replace(wanted, during=None)
    grid = _redrawn_grid(centre, wanted, edition)
    if grid is None:
        week = week_of(queue.times(caller, whole), zone)
        counts, before = queue.between(caller, wanted, now), queue.between(caller, wanted, earlier)
    else:
        opened = _opened_in(centre, caller, replace(whole, area=None), grid, from_at, to_at)
        quarters = Counter((opened // QUARTER).astype(np.int64).tolist())
        week = week_of([(quarter * QUARTER, n) for quarter, n in quarters.items()], zone)
        counts, before = (
            tuple(
                len(_opened_in(centre, caller, replace(wanted, area=None), grid, begin, end))
                for begin, end in pairwise(edges)
            )
            for edges in (now, earlier)
        )
    names = [datetime.fromtimestamp(at, zone).strftime("%Y-%m") for at in begins]
    return CaseHistory(week, tuple(map(MonthCount, names, counts, before)))


def month_begins(now: float, months: int, zone: ZoneInfo) -> list[tuple[str, float]]:
    """The name and the begin of each of the last so many months by the town's clock, this one last."""
    here = datetime.fromtimestamp(now, zone).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    found = []
    for _ in range(months):
        found.append((here.strftime("%Y-%m"), here.timestamp()))
        here = (here - timedelta(days=1)).replace(day=1)
    return found[::-1]


def year_before(at: float, zone: ZoneInfo) -> float:
    """The same moment by the town's clock a year before; the last of February for its 29th."""
    here = datetime.fromtimestamp(at, zone)
    day = min(here.day, 28) if here.month == 2 else here.day
    return here.replace(year=here.year - 1, day=day).timestamp()


def _redrawn_grid(centre: Centre, wanted: CaseFilter, edition: str) -> Grid | None:
    """The grid of that edition the filter asks for; None where cases are counted as filed, or an area is asked for."""
    if edition == OF_THE_DAY or wanted.area is None:
        return None
    shelf = centre.grid_shelf
    named = shelf.named(edition, today_in(centre.config, centre.clock.now()))
    return shelf.layer((named,)).grids.get(wanted.area)


def _opened_in(
    centre: Centre, caller: Caller, wanted: CaseFilter, grid: Grid, from_at: float, to_at: float
) -> NDArray[np.float64]:
    """When the cases that lie in the grid were opened."""
    bbox = grid.outline.bounds
    found = centre.incidents.queue.places(caller, replace(wanted, from_at=from_at, to_at=to_at, bbox=bbox))
    inside = GridMap((grid,)).positions(np.frombuffer(found.lons), np.frombuffer(found.lats)) == 0
    opened: NDArray[np.float64] = np.frombuffer(found.opened_at)[inside]
    return opened
