"""Fixed cameras calibrated by matches of their picture and the map."""

import logging

from fastapi import APIRouter
from shapely.geometry import mapping
from starlette.concurrency import run_in_threadpool

from api.aspect import aspect_of
from api.camera_changes import CameraChanges
from api.policy import CurrentCaller, requires
from api.pose_desk import USUAL_WIDTH, fixed_camera, save, solve, told, told_m
from api.pose_shown import model_of, pose_shown
from api.routes.dependencies import PREFIX, REFUSALS, TheCentre
from api.routes.estate_changes import told as told_changes
from api.routes.ground import place_of
from api.routes.near import grid_at
from api.schemas.pose import (
    MatchResidualAnswer,
    PoseAnswer,
    PoseErrorsAnswer,
    PoseMatches,
    PosePoint,
    PosePointAnswer,
    PoseSave,
    PoseSaved,
    PoseSolved,
)
from estate.pose_edit import pose_version, posed
from gis.view import seen_area
from incidents.rights import Permission

logger = logging.getLogger(__name__)
router = APIRouter(prefix=f"{PREFIX}/estate/cameras", tags=["estate"], responses=REFUSALS)
MANAGE = requires(Permission.ESTATE_MANAGE)


@router.get("/{camera_id}/pose", dependencies=[MANAGE], summary="How a camera stands", operation_id="get_pose")
async def get_pose(camera_id: str, caller: CurrentCaller, centre: TheCentre) -> PoseAnswer:
    """With the matches it was solved from. 409 for a dome, which is calibrated by aiming."""
    camera = fixed_camera(centre, caller, camera_id)
    status = centre.live.status_of(camera_id)
    width = status.width if status is not None and status.width else None
    matches = camera.homography or camera.matches
    shown = await run_in_threadpool(pose_shown, camera, aspect_of(status), matches, width or USUAL_WIDTH)
    return PoseAnswer(
        camera=camera_id,
        name=camera.name,
        name_en=camera.name_en,
        position=camera.position,
        view=camera.view,
        matches=matches,
        version=pose_version(camera),
        width=width,
        height=status.height if status is not None and status.height else None,
        ground_points=camera.homography is not None,
        shown=shown,
    )


@router.post("/{camera_id}/pose/solve", dependencies=[MANAGE], summary="A pose from matches", operation_id="solve_pose")
async def solve_pose(camera_id: str, body: PoseMatches, caller: CurrentCaller, centre: TheCentre) -> PoseSolved:
    """Nothing is kept. 422 with the reason where the matches do not tell how the camera stands."""
    camera = fixed_camera(centre, caller, camera_id)
    async with centre.geometry_gate.passing():
        solved = await run_in_threadpool(solve, centre, camera, body.matches, body.place_error_m)
    found = solved.found
    assert found is not None
    seen = seen_area(solved.camera, solved.aspect)
    return PoseSolved(
        position=found.position,
        view=found.view,
        residuals=[
            MatchResidualAnswer(metres=told_m(one.metres), pixels=told_m(one.pixels), suspect=one.suspect)
            for one in found.residuals
        ],
        solved=list(found.solved),
        agree=found.agree,
        rms_m=round(found.rms_m, 3),
        rms_pixels=round(found.rms_pixels, 2),
        errors=PoseErrorsAnswer.model_validate(found.errors),
        shown=solved.shown,
        before=solved.before,
        seen=mapping(seen) if seen is not None else None,
        zones_unseen=list(solved.zones_unseen),
    )


@router.post("/{camera_id}/pose/point", dependencies=[MANAGE], summary="A point by a pose", operation_id="pose_point")
async def pose_point(camera_id: str, body: PosePoint, caller: CurrentCaller, centre: TheCentre) -> PosePointAnswer:
    """A point of the picture on the map, or a place in the picture. Nothing is kept."""
    camera = fixed_camera(centre, caller, camera_id)
    if body.position is not None and body.view is not None:
        camera = posed(camera, body.position, body.view, [])
    model = model_of(camera, aspect_of(centre.live.status_of(camera_id)))
    point = body.picture
    if model is not None and body.place is not None:
        point = model.to_picture(body.place.lon, body.place.lat)
    if model is None or point is None or not all(0 <= value <= 1 for value in point):
        return PosePointAnswer(place=None, picture=None, grid=None)
    fix = model.to_ground(*point)
    if fix is None:
        return PosePointAnswer(place=None, picture=point, grid=None)
    return PosePointAnswer(place=place_of(fix), picture=point, grid=grid_at(caller, centre, fix.lon, fix.lat))


@router.put("/{camera_id}/pose", dependencies=[MANAGE], summary="Calibrate a camera", operation_id="set_pose")
async def set_pose(camera_id: str, body: PoseSave, caller: CurrentCaller, centre: TheCentre) -> PoseSaved:
    """Solved once more from the matches, or as given, written to cameras.yaml with them, and in force at once. 409
    where somebody changed the pose since `version`, or where a zone drawn on the map would not be seen any more."""
    camera = fixed_camera(centre, caller, camera_id)
    async with centre.geometry_gate.passing():
        if body.position is not None and body.view is not None:
            solved = await run_in_threadpool(told, centre, camera, body.position, body.view, body.matches)
        else:
            solved = await run_in_threadpool(solve, centre, camera, body.matches, body.place_error_m)
    changes = await save(centre, caller, camera_id, solved, body.version)
    logger.info("%s calibrated camera %s from %d matches", caller.username, camera_id, len(body.matches))
    now = fixed_camera(centre, caller, camera_id)
    return PoseSaved(version=pose_version(now), **told_changes(changes, CameraChanges(centre, caller)))
