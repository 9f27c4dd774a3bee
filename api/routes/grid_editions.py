"""Grids for administrators of the whole town: a file previewed on the map, and taken from a day on."""

import logging
from datetime import date
from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, File, Form, Response, UploadFile
from pydantic import TypeAdapter, ValidationError
from starlette.concurrency import run_in_threadpool

from api.centre import Centre
from api.grid_desk import MAX_FILES, grids_before
from api.people_of_grids import LeftBehind, left_behind
from api.policy import CurrentCaller, requires
from api.routes.dependencies import PREFIX, REFUSALS, TheCentre
from api.routes.estate import allowed
from api.routes.map_layers import GEOJSON, answer_once
from api.schemas import Names
from api.schemas.grid_editions import GridEdition, GridEditions, GridPreview, PersonLeftBehind, TakeGrids
from api.town_files import today_in
from estate.grid_plan import GridOptions, geojson, preview
from gis.coordinate_systems import parse_system
from gis.grid_draft import HEADINGS
from gis.grid_editions import Edition
from gis.tiling import GAP_WIDTH_M, SNAP_M, Closing
from incidents.errors import Conflict, Invalid
from incidents.rights import Permission

logger = logging.getLogger(__name__)
router = APIRouter(prefix=f"{PREFIX}/estate/grids", tags=["estate"], responses=REFUSALS)
MANAGE = requires(Permission.ESTATE_MANAGE)


@router.post("/import", dependencies=[MANAGE], summary="Preview a file of grids", operation_id="preview_grids")
async def preview_grids(
    file: Annotated[
        list[UploadFile],
        File(
            min_length=1,
            max_length=MAX_FILES,
            description="shapefile in a .zip or as its several files, GeoPackage, GeoJSON, KML, CSV or .xlsx",
        ),
    ],
    caller: CurrentCaller,
    centre: TheCentre,
    coordinates: Annotated[str, Form(max_length=32)] = "",
    layer: Annotated[str, Form(max_length=100)] = "",
    mend: Annotated[bool, Form()] = False,
    snap_m: Annotated[float, Form(ge=0, le=100)] = SNAP_M,
    gap_m: Annotated[float, Form(ge=0, le=100)] = GAP_WIDTH_M,
    columns: Annotated[
        str, Form(max_length=8000, description="JSON: field → the file's heading, or an empty word for none")
    ] = "",
) -> GridPreview:
    """Nothing is written."""
    config = allowed(caller, centre)
    try:
        system = parse_system(coordinates) if coordinates else ""
    except ValueError as rule:
        raise Invalid(f"coordinates: {rule}", "coordinates", f"没有这种坐标系：{coordinates}") from rule
    closing = Closing(snap_m, gap_m) if mend else None
    options = GridOptions(system, layer, closing, _columns(columns), choosing=True)
    files = [(Path(one.filename or "grids").name[:200], await one.read()) for one in file]
    plan_id, plan = await centre.grids.preview(config, files, options, caller.account_id, centre.clock)
    before = await run_in_threadpool(grids_before, config, today_in(centre.config, centre.clock.now()))
    told = await run_in_threadpool(preview, plan, before)
    codes = {draft.code for draft in plan.drafts}
    people = await run_in_threadpool(left_behind, centre, caller, codes) if codes else []
    return GridPreview.model_validate({"id": plan_id, **told, "people": [_person(one) for one in people]})


@router.get(
    "/import/{import_id}/map", dependencies=[MANAGE], summary="What would be there", operation_id="preview_grids_map",
    **GEOJSON,
)  # fmt: skip
async def preview_map(import_id: str, caller: CurrentCaller, centre: TheCentre) -> Response:
    """The grids (`what`: grid) and where something is wrong with them (`what`: problem)."""
    allowed(caller, centre)
    kept = centre.grids.kept(import_id, caller.account_id, centre.clock.now())
    return await run_in_threadpool(lambda: answer_once(geojson(kept.plan), ""))


@router.post(
    "/import/{import_id}/apply", dependencies=[MANAGE], summary="Take them from a day on", operation_id="take_grids"
)
async def take_grids(import_id: str, body: TakeGrids, caller: CurrentCaller, centre: TheCentre) -> GridEdition:
    """Cases keep the grid they have. Takes effect at the beginning of that day by the town's clock, at once where that
    has begun; browsers are told."""
    config = allowed(caller, centre)
    who = caller.account_id, caller.name
    made = await centre.grids.take(config, import_id, body.first_day, who, centre.clock)
    told = {"first_day": str(made.first_day), "grids": made.grids, "file": made.file, "source": made.source}
    scope = caller.scope(Permission.ESTATE_MANAGE)
    await run_in_threadpool(centre.audit.grids_taken, caller, scope, told)
    logger.info("%s took %d grids from %s on", caller.username, made.grids or 0, made.first_day)
    await centre.town.settle()
    return _told(made, centre)


@router.get("/editions", dependencies=[MANAGE], summary="Editions of the grids", operation_id="list_grid_editions")
def list_editions(caller: CurrentCaller, centre: TheCentre) -> GridEditions:
    """In the order of their days; and whose role is at a grid that is in none of the present ones."""
    allowed(caller, centre)
    items = [_told(one, centre) for one in centre.grid_shelf.all]
    people = left_behind(centre, caller, {grid.code for grid in centre.town_map.grids.grids})
    problem = centre.town.problem and Names.model_validate(centre.town.problem)
    return GridEditions(items=items, problem=problem, people=[_person(one) for one in people])


@router.delete(
    "/editions/{first_day}", dependencies=[MANAGE], summary="Take an edition back", operation_id="withdraw_grid_edition"
)
async def withdraw_edition(first_day: date, caller: CurrentCaller, centre: TheCentre) -> GridEditions:
    """One that does not hold yet. Of one that has begun cases have their grids: for that the earlier ones are taken
    anew from a day on."""
    config = allowed(caller, centre)
    if first_day <= centre.town.today:
        raise Conflict(
            f"the grids of {first_day} hold already; take the earlier ones anew as an edition from a day on",
            zh=f"{first_day} 的网格已经生效，不能撤回；可将原网格文件作为新的一版重新启用",
        )
    gone = await centre.grids.withdraw(config, first_day)
    told = {"first_day": str(gone.first_day), "withdrawn": True, "file": gone.file, "source": gone.source}
    scope = caller.scope(Permission.ESTATE_MANAGE)
    await run_in_threadpool(centre.audit.grids_taken, caller, scope, told)
    logger.info("%s withdrew the grids from %s on", caller.username, gone.first_day)
    return await run_in_threadpool(list_editions, caller, centre)


def _columns(text: str) -> dict[str, str]:
    """Raises Invalid."""
    if not text:
        return {}
    try:
        given = TypeAdapter(dict[str, str]).validate_json(text)
    except ValidationError as error:
        raise Invalid("columns: must be a JSON object of field → heading", "columns", "列对应关系格式不正确") from error
    if unknown := given.keys() - HEADINGS.keys():
        fields = ", ".join(HEADINGS)
        raise Invalid(
            f"columns: no field {min(unknown)[:40]!r}; there are {fields}", "columns", "列对应关系中有未知字段"
        )
    return given


def _told(one: Edition, centre: Centre) -> GridEdition:
    return GridEdition(
        first_day=one.first_day,
        grids=one.grids,
        source=one.source,
        system=one.system,
        taken_by=one.taken_by,
        taken_at=one.taken_at,
        present=one == centre.town.edition,
        coming=one.first_day is not None and one.first_day > centre.town.today,
    )


def _person(one: LeftBehind) -> PersonLeftBehind:
    return PersonLeftBehind(account=one.account.id, name=one.account.name, username=one.account.username,
                            role=one.role.role, grid=one.role.area, grid_name=one.role.area_name)  # fmt: skip
