"""The queue of cases: pages, counts and tables of it, all by the same filters."""

from dataclasses import replace
from itertools import chain
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Query
from fastapi.responses import StreamingResponse

from api.case_table import as_csv, as_xlsx
from api.policy import CurrentCaller, requires
from api.routes.dependencies import PREFIX, REFUSALS, TheCentre
from api.schemas.cases import CaseCountAnswer, CaseCountList, CaseList
from incidents.case_filter import CaseFilter, Sort
from incidents.errors import Invalid
from incidents.rights import Permission

router = APIRouter(prefix=f"{PREFIX}/cases", tags=["cases"], responses=REFUSALS)
SEE = requires(Permission.CASE_SEE)
Code = Annotated[str | None, Query(max_length=64)]
Moment = Annotated[float | None, Query(ge=0, le=1e11, allow_inf_nan=False, description="Unix seconds")]
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def _asked(
    caller: CurrentCaller,
    centre: TheCentre,
    state: Annotated[str | None, Query(max_length=16, description="a state, or `open`: not closed or invalid")] = None,
    camera: Code = None,
    area: Annotated[str | None, Query(max_length=64, description="an area and all below it; a grid too")] = None,
    grid: Annotated[str | None, Query(max_length=64, description="the same as area")] = None,
    text: Annotated[str | None, Query(max_length=100, description="words, all of which must be there")] = None,
    repeat: Annotated[bool | None, Query(description="only those that repeat an earlier case, or only others")] = None,
    post: Annotated[str | None, Query(max_length=64, description="id of the post that holds it")] = None,
    supervised: Annotated[bool | None, Query(description="only those under supervision, or only others")] = None,
    tier: Annotated[int | None, Query(ge=1, le=4, description="whom it has come up to")] = None,
    case_class: Annotated[str | None, Query(alias="class", max_length=16)] = None,
    level: Annotated[int | None, Query(ge=1, le=4)] = None,
    source: Annotated[str | None, Query(max_length=16)] = None,
    from_at: Annotated[Moment, Query(alias="from")] = None,
    to_at: Annotated[Moment, Query(alias="to")] = None,
    overdue: Annotated[bool, Query(description="open, and the deadline is over")] = False,
    holder: Annotated[str | None, Query(max_length=64, description="account of who is to handle it, or `me`")] = None,
    bbox: Annotated[str | None, Query(max_length=120, description="west,south,east,north in degrees")] = None,
    sort: Annotated[Sort, Query()] = Sort.OPENED,
) -> CaseFilter:
    if area is not None and grid is not None:
        raise Invalid("give area or grid, not both", "grid")
    return CaseFilter(
        state=state,
        camera=camera,
        area=area if area is not None else grid,
        assignee=caller.account_id if holder == "me" else holder,
        repeat=repeat,
        post=post,
        supervised=supervised,
        tier=tier,
        text=text,
        case_class=case_class,
        level=level,
        source=source,
        from_at=from_at,
        to_at=to_at,
        overdue_at=centre.incidents.clock.now() if overdue else None,
        bbox=_box(bbox),
        sort=sort,
    )


def _box(given: str | None) -> tuple[float, float, float, float] | None:
    if given is None:
        return None
    try:
        west, south, east, north = (float(part) for part in given.split(","))
    except ValueError:
        raise Invalid("bbox must be four numbers: west,south,east,north", "bbox") from None
    return west, south, east, north


Asked = Annotated[CaseFilter, Depends(_asked)]


@router.get("", dependencies=[SEE], summary="A page of the queue of cases", operation_id="list_cases")
def list_cases(
    caller: CurrentCaller,
    centre: TheCentre,
    asked: Asked,
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
    before: Annotated[str | None, Query(max_length=64, description="id of the last case of the page before")] = None,
    cursor: Annotated[str | None, Query(max_length=80, description="`next` of the page before")] = None,
) -> CaseList:
    wanted = replace(asked, limit=limit, before=before, cursor=cursor)
    return CaseList.model_validate(centre.incidents.queue.page(caller, wanted))


@router.get("/counts", dependencies=[SEE], summary="How many cases there are where", operation_id="count_cases")
def count_cases(
    caller: CurrentCaller, centre: TheCentre, asked: Asked, by: Annotated[Literal["grid", "class", "state"], Query()]
) -> CaseCountList:
    found = centre.incidents.queue.count(caller, asked, by)
    return CaseCountList(items=[CaseCountAnswer.model_validate(one) for one in found])


@router.get(
    "/export",
    dependencies=[SEE],
    summary="Cases as a table",
    operation_id="export_cases",
    response_class=StreamingResponse,
    response_model=bytes,
    responses={200: {"content": {"text/csv": {}, XLSX: {}}}},
)
def export_cases(
    caller: CurrentCaller,
    centre: TheCentre,
    asked: Asked,
    form: Annotated[Literal["csv", "xlsx"], Query(description="xlsx: at most 100 000 rows")] = "csv",
) -> StreamingResponse:
    zone = centre.incidents.town.timezone
    cases = centre.incidents.queue.every(caller, asked)
    pieces = as_csv(cases, zone) if form == "csv" else as_xlsx(cases, zone)
    # The first piece now: what is wrong with the question is said with its status, not by a table that breaks off.
    first = next(pieces, b"")
    centre.audit.exported(caller, "cases", caller.scope(Permission.CASE_SEE))
    headers = {"content-disposition": f'attachment; filename="cases.{form}"', "cache-control": "no-store"}
    media = "text/csv; charset=utf-8" if form == "csv" else XLSX
    return StreamingResponse(chain([first], pieces), media_type=media, headers=headers)
