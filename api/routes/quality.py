"""Video quality of the estate: what is wrong now, what was, and the report of a day."""

from pathlib import Path
from typing import Annotated, Literal

from fastapi import APIRouter, Query, Response
from fastapi.responses import FileResponse
from starlette.concurrency import run_in_threadpool

from api import quality_files
from api.centre import Centre
from api.policy import CurrentCaller, requires
from api.routes.dependencies import PREFIX, REFUSALS, TheCentre
from api.schemas import Done
from api.schemas.quality import Fault, QualityEpisode, QualityFaults, QualityHistory, QualityReport
from incidents import quality_report
from incidents.errors import NotFound
from incidents.queries import QualityFilter
from incidents.rights import Caller, Permission

router = APIRouter(prefix=PREFIX, tags=["video quality"], responses=REFUSALS)
SEE = requires(Permission.CAMERA_SEE)
ACCEPT = requires(Permission.ESTATE_MANAGE)
MOST_HISTORY = 200
Area = Annotated[str | None, Query(max_length=64)]
Day = Annotated[str, Query(max_length=10, description="as 2026-09-21, in the town's time zone")]


@router.get("/quality", dependencies=[SEE], summary="Faults that go on", operation_id="list_quality_faults")
def list_faults(
    caller: CurrentCaller,
    centre: TheCentre,
    area: Area = None,
    fault: Fault | None = None,
) -> QualityFaults:
    scope = caller.scope(Permission.CAMERA_SEE)
    going_on = centre.quality.list(caller, QualityFilter(open_only=True, area=area))
    within = centre.cameras.area_path(area) if area is not None else "/"
    used = {
        camera.id
        for camera in centre.cameras.visible(scope)
        if camera.enabled and (centre.cameras.path(camera.id) or "").startswith(within or "\0")
    }
    found = [one for one in going_on if one.camera_id in used]
    counts: dict[Fault, int] = {}
    for one in found:
        kind: Fault = one.fault  # type: ignore[assignment]  # the store takes no other
        counts[kind] = counts.get(kind, 0) + 1
    return QualityFaults(
        items=[QualityEpisode.model_validate(one) for one in found if fault in (None, one.fault)],
        counts=counts,
        cameras=len(used),
        well=len(used - {one.camera_id for one in found}),
    )


@router.get(
    "/cameras/{camera_id}/quality", dependencies=[SEE], summary="A camera's faults", operation_id="list_camera_quality"
)
def list_history(
    camera_id: str,
    caller: CurrentCaller,
    centre: TheCentre,
    limit: Annotated[int, Query(ge=1, le=MOST_HISTORY)] = 50,
) -> QualityHistory:
    centre.cameras.get(caller.scope(Permission.CAMERA_SEE), camera_id)
    found = centre.quality.list(caller, QualityFilter(camera=camera_id, limit=limit))
    return QualityHistory(items=[QualityEpisode.model_validate(one) for one in found])


@router.post(
    "/cameras/{camera_id}/quality/accept",
    dependencies=[ACCEPT],
    summary="The view as it is now is how it should be",
    operation_id="accept_camera_view",
)
async def accept(camera_id: str, caller: CurrentCaller, centre: TheCentre) -> Done:
    camera = centre.cameras.get(caller.scope(Permission.ESTATE_MANAGE), camera_id)
    await centre.live.request(camera.id, "accept_view")
    return Done()


@router.get(
    "/quality/episodes/{episode_id}/{which}.jpg",
    dependencies=[SEE],
    summary="The picture of a fault, or the one before it",
    operation_id="get_quality_picture",
    response_class=Response,
    response_model=bytes,
)
def get_picture(
    episode_id: str, which: Literal["picture", "healthy"], caller: CurrentCaller, centre: TheCentre
) -> FileResponse:
    path = centre.quality.picture(caller, episode_id, which)
    return FileResponse(path, media_type="image/jpeg", headers={"cache-control": "private, max-age=86400"})


@router.get("/quality/report", dependencies=[SEE], summary="The report of a day", operation_id="get_quality_report")
def get_report(caller: CurrentCaller, centre: TheCentre, day: Day, area: Area = None) -> QualityReport:
    return QualityReport.model_validate(quality_report.as_plain(_report(centre, caller, day, area)))


@router.get(
    "/quality/report.{form}",
    dependencies=[SEE],
    summary="The same to print or to pass on",
    operation_id="export_quality_report",
    response_class=Response,
    response_model=bytes,
)
async def export_report(
    form: Literal["html", "xlsx", "csv"], caller: CurrentCaller, centre: TheCentre, day: Day, area: Area = None
) -> Response:
    async with centre.clip_gate.passing():
        return await run_in_threadpool(_export, form, centre, caller, day, area)


def _export(form: str, centre: Centre, caller: Caller, day: str, area: str | None) -> Response:
    report, zone = _report(centre, caller, day, area), centre.incidents.town.timezone
    told = {"day": report.day, "form": form, **({"area": area} if area else {})}
    centre.audit.exported(caller, "quality", caller.scope(Permission.CAMERA_SEE), told)
    headers = {"cache-control": "private, no-store"}
    if form == "html":
        text = quality_files.as_html(report, centre.config.town.name, zone, _pictures(centre, caller))
        return Response(text, media_type="text/html; charset=utf-8", headers=headers)
    headers["content-disposition"] = f'attachment; filename="video-quality-{report.day}.{form}"'
    if form == "xlsx":
        media = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
        return Response(quality_files.as_xlsx(report, zone), media_type=media, headers=headers)
    return Response(quality_files.as_csv(report, zone), media_type="text/csv; charset=utf-8", headers=headers)


def _pictures(centre: Centre, caller: Caller) -> quality_files.PictureOf:
    def of(episode_id: str, which: str) -> Path | None:
        try:
            return centre.quality.picture(caller, episode_id, which)
        except NotFound:
            return None

    return of


def _report(centre: Centre, caller: Caller, day: str, area: str | None) -> quality_report.QualityReport:
    """Raises Invalid, NotFound."""
    scope, zone = caller.scope(Permission.CAMERA_SEE), centre.incidents.town.timezone
    from_at, to_at = quality_report.day_bounds(day, zone)
    episodes = centre.quality.list(caller, QualityFilter(area=area, from_at=from_at, to_at=to_at))
    names = {one.code: one for one in centre.quality.areas(scope)}
    path = names[area].path if area is not None and area in names else "/"
    cameras = [
        one
        for one in centre.quality.cameras_on(day, scope)
        if (centre.cameras.area_path(one.area) or "").startswith(path)
    ]
    return quality_report.quality_report(
        day, zone, centre.clock.now(), cameras, {code: one.name for code, one in names.items()}, episodes
    )
