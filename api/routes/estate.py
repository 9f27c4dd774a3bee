"""The estate for administrators of the whole town: cameras from a table and back, and all of them checked."""

import logging
from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, Body, File, Form, Query, Response, UploadFile
from starlette.concurrency import run_in_threadpool

from api.centre import Centre
from api.estate_desk import CheckRun
from api.policy import CurrentCaller, requires
from api.routes.dependencies import PREFIX, REFUSALS, TheCentre
from api.schemas.estate import ApplyAnswer, ApplyRequest, CheckAnswer, CheckRequest, ImportPreview
from config.load import read_cameras
from config.problem import ConfigError
from estate.check import as_data
from estate.export import as_csv, as_xlsx
from estate.plan import DEFAULT_HEIGHT_M, Options
from estate.preview import preview
from estate.template import as_template
from gis.coordinate_systems import parse_system
from incidents.errors import Conflict, Invalid, NotAllowed
from incidents.rights import Caller, Permission

logger = logging.getLogger(__name__)
router = APIRouter(prefix=f"{PREFIX}/estate", tags=["estate"], responses=REFUSALS)
MANAGE = requires(Permission.ESTATE_MANAGE)
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def allowed(caller: Caller, centre: Centre) -> Path:
    """The cameras.yaml this runs by. One file describes the whole town: a village's administrator is refused."""
    town = centre.cameras.area_path(centre.config.town.area)
    if town is None or not caller.scope(Permission.ESTATE_MANAGE).covers(town):
        raise NotAllowed("the estate is managed by administrators of the whole town", zh="只有全镇的管理员可以管理")
    if centre.settings.cameras_file is None:
        raise Conflict(
            "this command centre was started without a cameras.yaml of its own", zh="系统启动时没有指定 cameras.yaml"
        )
    return centre.settings.cameras_file


@router.post("/import", dependencies=[MANAGE], summary="Preview a table of cameras", operation_id="preview_import")
async def preview_import(
    file: Annotated[UploadFile, File(description=".xlsx or CSV, at most 16 MB")],
    caller: CurrentCaller,
    centre: TheCentre,
    coordinates: Annotated[str, Form(max_length=32)] = "",
    credentials: Annotated[str, Form(max_length=64)] = "",
    height_m: Annotated[float, Form(gt=0, le=500)] = DEFAULT_HEIGHT_M,
    update: Annotated[bool, Form()] = False,
    probe: Annotated[bool, Form()] = False,
) -> ImportPreview:
    """Nothing is written. Rows with an error are left out when it is applied."""
    config = allowed(caller, centre)
    try:
        system = parse_system(coordinates) if coordinates else ""
    except ValueError as rule:
        raise Invalid(f"coordinates: {rule}", "coordinates", f"没有这种坐标系：{coordinates}") from rule
    options = Options(system, credentials, height_m, update)
    data = await file.read()
    plan_id, plan = await centre.estate.preview(config, data, options, probe, caller.account_id, centre.clock)
    return ImportPreview.model_validate({"id": plan_id, **preview(plan)})


@router.post(
    "/import/{import_id}/apply", dependencies=[MANAGE], summary="Write what was previewed", operation_id="apply_import"
)
async def apply_import(import_id: str, body: ApplyRequest, caller: CurrentCaller, centre: TheCentre) -> ApplyAnswer:
    """And takes effect: new cameras are connected to, changed ones anew, the others are not touched."""
    config = allowed(caller, centre)
    done = await centre.estate.apply(config, import_id, body.leave_out_faulty, caller.account_id, centre.clock)
    logger.info("%s added %d cameras and changed %d", caller.username, done.added, done.changed)
    unsettled = list((await centre.running.reload()).unsettled)
    return ApplyAnswer(added=done.added, changed=done.changed, backup=done.backup.name, unsettled=unsettled)


@router.get(
    "/export.csv", dependencies=[MANAGE], summary="All cameras as CSV", operation_id="export_estate_csv",
    response_class=Response, response_model=bytes,
)  # fmt: skip
async def export_csv(caller: CurrentCaller, centre: TheCentre) -> Response:
    """UTF-8 with a byte order mark; without passwords."""
    return await run_in_threadpool(_exported, allowed(caller, centre), caller, centre, "csv")


@router.get(
    "/export.xlsx", dependencies=[MANAGE], summary="All cameras as a workbook", operation_id="export_estate_xlsx",
    response_class=Response, response_model=bytes,
)  # fmt: skip
async def export_xlsx(caller: CurrentCaller, centre: TheCentre) -> Response:
    """Without passwords."""
    return await run_in_threadpool(_exported, allowed(caller, centre), caller, centre, "xlsx")


def _exported(config: Path, caller: Caller, centre: Centre, ending: str) -> Response:
    try:
        file = read_cameras(config).file
    except ConfigError as problem:
        raise Conflict(str(problem)) from problem
    features = centre.town_map.areas["features"]
    names = {one["properties"]["code"]: one["properties"].get("name", "") for one in features}
    names = {code: name for code, name in names.items() if name}
    body = as_csv(file, names) if ending == "csv" else as_xlsx(file, names)
    told = {"form": ending, "rows": len(file.cameras)}
    centre.audit.exported(caller, "estate", caller.scope(Permission.ESTATE_MANAGE), told)
    headers = {"content-disposition": f'attachment; filename="cameras.{ending}"', "cache-control": "private, no-store"}
    return Response(body, media_type="text/csv; charset=utf-8" if ending == "csv" else XLSX, headers=headers)


@router.get(
    "/template.xlsx", dependencies=[MANAGE], summary="A table to be filled in", operation_id="get_estate_template",
    response_class=Response, response_model=bytes,
)  # fmt: skip
async def get_template(caller: CurrentCaller, centre: TheCentre) -> Response:
    """Headings, two example rows in a village of this town, and what goes where."""
    allowed(caller, centre)
    features = [one["properties"] for one in centre.town_map.areas["features"]]
    village = next((one.get("name", "") for one in features if one.get("level") == "village"), centre.config.town.name)
    west, south, east, north = centre.town_map.bounds
    body = await run_in_threadpool(as_template, village, (west + east) / 2, (south + north) / 2)
    headers = {"content-disposition": 'attachment; filename="cameras-template.xlsx"'}
    return Response(body, media_type=XLSX, headers=headers)


@router.post(
    "/check", dependencies=[MANAGE], summary="Look at every camera", operation_id="start_estate_check", status_code=202
)
async def start_check(
    caller: CurrentCaller, centre: TheCentre, body: Annotated[CheckRequest | None, Body()] = None
) -> CheckAnswer:
    """Of all that are switched on, or of those named. One at a time; `GET` tells how far it is."""
    config = allowed(caller, centre)
    only = None if body is None or body.cameras is None else frozenset(body.cameras)
    return _answer(centre.estate.start_check(config, centre.clock, only))


@router.get("/check", dependencies=[MANAGE], summary="How far the check is", operation_id="get_estate_check")
async def get_check(caller: CurrentCaller, centre: TheCentre, after: Annotated[int, Query(ge=0)] = 0) -> CheckAnswer:
    """Of the one that runs, or the last one since the start. With `after`, without its first so many cameras: for
    whoever has those already."""
    allowed(caller, centre)
    run = centre.estate.last_check
    if run is None:
        raise Conflict("nothing was checked since the start", zh="启动以来还没有检测过")
    return _answer(run, after)


@router.delete("/check", dependencies=[MANAGE], summary="End the check", operation_id="stop_estate_check")
async def stop_check(caller: CurrentCaller, centre: TheCentre) -> CheckAnswer:
    """What was found until then stays."""
    allowed(caller, centre)
    await centre.estate.stop()
    return await get_check(caller, centre)


def _answer(run: CheckRun, after: int = 0) -> CheckAnswer:
    return CheckAnswer(
        total=run.total,
        done=len(run.checked),
        started_at=run.started_at,
        ended_at=run.ended_at,
        cameras=[as_data(one) for one in run.checked[after:]],
    )
