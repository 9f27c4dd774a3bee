"""Cameras: where they stand, what they see, how their streams are."""

from fastapi import APIRouter, Request, Response
from starlette.concurrency import run_in_threadpool

from api.camera_directory import Statuses, counters_of
from api.centre import Centre
from api.policy import CurrentCaller, requires
from api.routes.dependencies import PREFIX, REFUSALS, TheCentre
from api.schemas.town import CameraAnswer, CameraCounters, CameraDetail, CameraList
from api.security import client_address
from incidents.looking import How, Who
from incidents.rights import Caller, Permission
from ingest.live import LiveError

router = APIRouter(prefix=f"{PREFIX}/cameras", tags=["cameras"], responses=REFUSALS)
SEE = requires(Permission.CAMERA_SEE)


@router.get(
    "",
    dependencies=[SEE],
    summary="All cameras within the caller's rights",
    operation_id="list_cameras",
    response_model=CameraList,
)
async def list_cameras(caller: CurrentCaller, centre: TheCentre) -> Response:
    return await run_in_threadpool(_list, caller, centre, centre.live.statuses())


def _list(caller: Caller, centre: Centre, statuses: Statuses) -> Response:
    """Written out in a thread: 1677 cameras with their views are megabytes, and the event loop carries pictures."""
    scope = caller.scope(Permission.CAMERA_SEE)
    seen = centre.cameras.visible(scope)
    items = [
        CameraAnswer(**centre.cameras.describe(scope, camera, statuses), ptz=centre.ptz.summary(camera.id))
        for camera in seen
    ]
    return Response(CameraList(items=items).model_dump_json(), media_type="application/json")


@router.get("/{camera_id}", dependencies=[SEE], summary="One camera with its counters", operation_id="get_camera")
async def get_camera(camera_id: str, caller: CurrentCaller, centre: TheCentre) -> CameraDetail:
    scope, statuses = caller.scope(Permission.CAMERA_SEE), centre.live.statuses()
    camera = centre.cameras.get(scope, camera_id)
    counters = CameraCounters(**counters_of(camera, statuses))
    described = centre.cameras.describe(scope, camera, statuses)
    return CameraDetail(**described, ptz=centre.ptz.summary(camera.id), counters=counters)


@router.get(
    "/{camera_id}/snapshot.jpg",
    dependencies=[SEE],
    summary="The newest picture",
    operation_id="get_snapshot",
    response_class=Response,
    response_model=bytes,
)
async def get_snapshot(camera_id: str, request: Request, caller: CurrentCaller, centre: TheCentre) -> Response:
    camera = centre.cameras.get(caller.scope(Permission.CAMERA_SEE), camera_id)
    reply = await centre.live.request(camera.id, "snapshot")
    if not reply.blobs:
        raise LiveError("the camera's worker sent no picture")
    centre.audit.looking.glanced(Who.of(caller, client_address(request)), camera.id, How.SNAPSHOT)
    return Response(reply.blobs[0], media_type="image/jpeg", headers={"cache-control": "private, no-store"})
