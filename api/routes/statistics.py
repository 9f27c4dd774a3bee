"""Numbers on the map: cases per grid, hot spots, times, and where to patrol."""

from dataclasses import replace
from typing import Annotated

from fastapi import APIRouter, Query, Response

from api.area_counts import AreaCount, area_counts, cases_before
from api.case_history import case_history
from api.case_statistics import GridCount, Per, Week, case_statistics, in_words, week_of
from api.centre import Centre
from api.grid_shelf import OF_THE_DAY, PRESENT
from api.leader_report import MOST_MONTHS, leader_report
from api.patrol_advice import advice
from api.policy import CurrentCaller, requires
from api.routes.counted_over import Counted, Edition, ThePeriod
from api.routes.dependencies import PREFIX, REFUSALS, TheCentre
from api.schemas import Names
from api.schemas.statistics import (
    AreaStatistics,
    GridStatistics,
    HistoryAnswer,
    PatrolAdvice,
    PatrolAnswer,
    StatisticsAnswer,
)
from api.spreadsheet import XLSX
from api.statistics_table import statistics_book
from incidents.register_places import MAX_DAYS, Spot, SpotFilter
from incidents.rights import Caller, Permission

router = APIRouter(prefix=f"{PREFIX}/map", tags=["map"], responses=REFUSALS)
SEE = requires(Permission.CASE_SEE)
LOCKED_FRAME = (
    "sandbox allow-scripts; default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; "
    "img-src data: blob:; font-src data:; frame-ancestors 'self'"
)
ThePer = Annotated[Per, Query(description="hot spots of cases in a grid, per km² or per person")]
Class = Annotated[str | None, Query(alias="class", max_length=16)]


@router.get("/statistics", dependencies=[SEE], summary="Cases per grid and hot spots", operation_id="get_statistics")
def get_statistics(
    caller: CurrentCaller,
    centre: TheCentre,
    period: ThePeriod,
    wanted: Counted,
    per: ThePer = "grid",
    edition: Edition = OF_THE_DAY,
) -> StatisticsAnswer:
    """Counted over the grids the caller sees; cases struck out are left out. `GET /map/grids` with the same `edition`
    and time gives the outlines."""
    found = case_statistics(centre, caller, wanted, per, edition)
    before = cases_before(centre, caller, wanted, edition)
    return StatisticsAnswer(
        from_at=found.from_at,
        to_at=found.to_at,
        days=period.days,
        per=per,
        edition=edition,
        editions=list(found.editions),
        complete=found.complete,
        total=found.total,
        elsewhere=found.elsewhere,
        told=Names.model_validate(found.told),
        grids=[_grid(one, before.get(one.grid.code, 0)) for one in found.grids],
        areas=[_area(one) for one in area_counts(centre, caller, found, before)],
        week=[list(day) for day in found.week],
    )


@router.get(
    "/statistics.xlsx",
    dependencies=[SEE],
    summary="The same as a workbook: ranked grids and areas, the week",
    operation_id="get_statistics_table",
    response_class=Response,
    response_model=bytes,
    responses={200: {"content": {XLSX: {}}}},
)
def get_statistics_table(
    caller: CurrentCaller,
    centre: TheCentre,
    wanted: Counted,
    per: ThePer = "grid",
    edition: Edition = OF_THE_DAY,
) -> Response:
    """The most cases first; with the question it answers on a sheet of its own."""
    found = case_statistics(centre, caller, wanted, per, edition)
    before = cases_before(centre, caller, wanted, edition)
    areas = area_counts(centre, caller, found, before)
    book = statistics_book(centre, found, before, areas, wanted, edition)
    told = {"form": "xlsx", "rows": found.total}
    centre.audit.exported(caller, "statistics", caller.scope(Permission.CASE_SEE), told)
    headers = {"content-disposition": 'attachment; filename="gridwatch-statistics.xlsx"', "cache-control": "no-store"}
    return Response(book, media_type=XLSX, headers=headers)


@router.get("/history", dependencies=[SEE], summary="When cases happen", operation_id="get_map_history")
def get_history(
    caller: CurrentCaller,
    centre: TheCentre,
    wanted: Counted,
    area: Annotated[str | None, Query(max_length=64, description="that and all below it; a grid too")] = None,
    edition: Edition = OF_THE_DAY,
) -> HistoryAnswer:
    """The week by hours, and twelve months against the year before. A grid is counted by the `edition`."""
    return HistoryAnswer.model_validate(case_history(centre, caller, replace(wanted, area=area), edition))


@router.get("/patrol-advice", dependencies=[SEE], summary="Where to patrol, and when", operation_id="get_patrol_advice")
def get_patrol_advice(caller: CurrentCaller, centre: TheCentre, period: ThePeriod, wanted: Counted) -> PatrolAdvice:
    """Hot spots first, then places that keep coming back; at most ten."""
    # Whoever goes on patrol goes by the grids there are; cases filed in others are counted where they lie.
    found = case_statistics(centre, caller, wanted, "grid")
    if len(found.editions) > 1:
        found = case_statistics(centre, caller, wanted, "grid", PRESENT)
    zone = centre.incidents.town.timezone
    days = min(period.days, MAX_DAYS)
    spots = _spots(centre, caller, SpotFilter(days=days, case_class=wanted.case_class, until=period.to_at))

    def week_in(grid: str) -> Week:
        placed = found.week_in(grid, zone)
        if placed is not None:
            return placed
        whole = replace(wanted, area=grid, during=None)
        return week_of(centre.incidents.queue.times(caller, whole), zone)

    rounds = advice(found, spots, week_in, period.days)
    return PatrolAdvice(items=[PatrolAnswer.model_validate(one) for one in rounds])


@router.get(
    "/report.html",
    dependencies=[SEE],
    summary="Cases, hot spots and history as one self-contained HTML file",
    operation_id="get_map_report",
    response_model=str,
    response_class=Response,
)
def get_map_report(
    caller: CurrentCaller,
    centre: TheCentre,
    months: Annotated[int, Query(ge=1, le=MOST_MONTHS, description="of history, this one included")] = MOST_MONTHS,
    case_class: Class = None,
    preview: Annotated[bool, Query(description="to be looked at in a frame of this site rather than kept")] = False,
) -> Response:
    """A download: its scripts are inside the file, and this site does not run them. A preview runs them, as a site of
    its own that reaches nothing: no cookie, no request, no other page."""
    page, cases = leader_report(centre, caller, months, case_class)
    told = {"form": "preview" if preview else "report", "rows": cases}
    centre.audit.exported(caller, "map", caller.scope(Permission.CASE_SEE), told)
    attached = 'attachment; filename="gridwatch-report.html"'
    headers = {
        "content-disposition": "inline" if preview else attached,
        "content-security-policy": LOCKED_FRAME if preview else "sandbox",
    }
    return Response(page, media_type="text/html", headers=headers)


def _area(one: AreaCount) -> AreaStatistics:
    return AreaStatistics(
        area=one.area.code,
        name=one.area.name,
        name_en=one.area.name_en,
        level=one.area.level,
        parent=one.area.parent,
        grids=one.grids,
        cases=one.cases,
        before=one.before,
        km2=round(one.km2, 6),
        population=one.population,
        per_km2=round(one.per_km2, 3),
        per_1000=None if one.per_1000 is None else round(one.per_1000, 3),
        hot=one.hot,
    )


def _grid(one: GridCount, before: int) -> GridStatistics:
    score = one.score
    return GridStatistics(
        grid=one.grid.code,
        name=one.grid.name,
        name_en=one.grid.name_en,
        village=one.grid.village,
        edition=one.edition,
        km2=round(one.km2, 6),
        population=one.grid.population,
        cases=one.cases,
        before=before,
        per_km2=round(one.per_km2, 3),
        per_1000=None if one.per_1000 is None else round(one.per_1000, 3),
        z=None if score is None else round(score.z, 3),
        p=None if score is None else score.p,
        q=None if score is None else score.q,
        heat=None if score is None else score.heat,
        words=Names.model_validate(in_words(one)),
    )


def _spots(centre: Centre, caller: Caller, wanted: SpotFilter) -> list[tuple[str, Spot]]:
    """With the grid each lies in, the most cases first."""
    found = centre.register.places(caller, wanted)
    placed = ((centre.town_map.grids.containing(one.lon, one.lat), one) for one in found)
    return [(grid.code, one) for grid, one in placed if grid is not None]
