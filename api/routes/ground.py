"""Where on the ground a point of a camera's picture lies."""

from typing import Annotated

from fastapi import APIRouter, Query

from api.policy import CurrentCaller, requires
from api.routes.dependencies import PREFIX, REFUSALS, TheCentre
from api.routes.near import grid_at
from api.schemas.moments import CameraPlace, EllipseAnswer, GroundAnswer, GroundPlace
from config.cameras import Camera
from gis.ground import GroundFix, ground_model
from incidents.rights import Permission
from ingest.state import StreamStatus

router = APIRouter(prefix=f"{PREFIX}/cameras", tags=["cameras"], responses=REFUSALS)

Fraction = Annotated[float, Query(ge=0, le=1, description="fraction of the picture from its top left")]


@router.get(
    "/{camera_id}/ground",
    dependencies=[requires(Permission.CAMERA_SEE)],
    summary="The ground at a point of the picture",
    operation_id="get_ground",
)
async def get_ground(
    camera_id: str, x: Fraction, y: Fraction, caller: CurrentCaller, centre: TheCentre
) -> GroundAnswer:
    camera = centre.cameras.get(caller.scope(Permission.CAMERA_SEE), camera_id)
    found = ground_at(camera, centre.live.status_of(camera.id), x, y)
    if found.place is None:
        return found
    return found.model_copy(update={"grid": grid_at(caller, centre, found.place.lon, found.place.lat)})


def ground_at(camera: Camera, status: StreamStatus | None, x: float, y: float) -> GroundAnswer:
    """Sub- and main stream may differ in shape by a few pixels; the sub-stream's is taken, where it is known."""
    at = camera.position
    own = CameraPlace(lon=at.lon, lat=at.lat) if at else None
    aspect = status.width / status.height if status and status.width and status.height else 16 / 9
    try:
        model = ground_model(camera, aspect)
    except ValueError:  # ground points that determine no mapping: as good as none
        model = None
    if model is None:
        return GroundAnswer(place=None, reason="no_pose", camera=own)
    fix = model.to_ground(x, y)
    if fix is not None:
        return GroundAnswer(place=place_of(fix), reason="", camera=own)
    seen = model.place_at(x, y) is not None
    return GroundAnswer(place=None, reason="too_uncertain" if seen else "off_ground", camera=own)


def place_of(fix: GroundFix) -> GroundPlace:
    ellipse = EllipseAnswer.model_validate(fix.ellipse) if fix.ellipse is not None else None
    return GroundPlace(lon=fix.lon, lat=fix.lat, error_m=fix.error_m, distance_m=fix.distance_m, ellipse=ellipse)
