"""Cameras: where they stand, what they see, how their streams are."""

from fastapi import APIRouter, Response

from api.policy import CurrentCaller, requires
from api.routes.dependencies import PREFIX, REFUSALS, TheCentre
from api.schemas.town import CameraAnswer, CameraCounters, CameraDetail, CameraList
from incidents.rights import Permission
from ingest.live import LiveError

router = APIRouter(prefix=f"{PREFIX}/cameras", tags=["cameras"], responses=REFUSALS)
SEE = requires(Permission.CAMERA_SEE)


@router.get("", dependencies=[SEE], summary="All cameras within the caller's rights", operation_id="list_cameras")
def list_cameras(caller: CurrentCaller, centre: TheCentre) -> CameraList:
    seen = centre.cameras.visible(caller.scope(Permission.CAMERA_SEE))
    return CameraList(items=[CameraAnswer(**centre.cameras.describe(camera)) for camera in seen])


@router.get("/{camera_id}", dependencies=[SEE], summary="One camera with its counters", operation_id="get_camera")
def get_camera(camera_id: str, caller: CurrentCaller, centre: TheCentre) -> CameraDetail:
    camera = centre.cameras.get(caller.scope(Permission.CAMERA_SEE), camera_id)
    counters = CameraCounters(**centre.cameras.counters(camera))
    return CameraDetail(**centre.cameras.describe(camera), counters=counters)


@router.get(
    "/{camera_id}/snapshot.jpg",
    dependencies=[SEE],
    summary="The newest picture",
    operation_id="get_snapshot",
    response_class=Response,
    response_model=bytes,
)
async def get_snapshot(camera_id: str, caller: CurrentCaller, centre: TheCentre) -> Response:
    camera = centre.cameras.get(caller.scope(Permission.CAMERA_SEE), camera_id)
    reply = await centre.live.request(camera.id, "snapshot")
    if not reply.blobs:
        raise LiveError("the camera's worker sent no picture")
    return Response(reply.blobs[0], media_type="image/jpeg", headers={"cache-control": "private, no-store"})
