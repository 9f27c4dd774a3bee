"""Calibrating a fixed camera: solved for whoever asks, saved within his areas."""

import math
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from api.aspect import aspect_of
from api.camera_changes import CameraChanges
from api.centre import Centre
from api.pose_shown import model_of, pose_shown
from api.running_estate import Changes
from api.schemas.pose import PoseShown
from config.cameras import Camera, CamerasFile, GroundPoint, Position, View
from estate.camera_edit import open_for_change
from estate.pose_edit import change_pose, pose_version, posed
from gis.camera_calibration import CameraCalibration, calibrate_camera
from gis.camera_matches import CalibrationRefused, Match
from gis.zone_ground import zones_in_picture
from incidents.errors import Conflict, Invalid
from incidents.rights import Caller, Permission

USUAL_WIDTH = 1280


@dataclass(frozen=True, slots=True)
class Solved:
    """`camera` is the camera as it would be."""

    camera: Camera
    found: CameraCalibration | None
    """None: it was told, not solved."""
    aspect: float
    zones_unseen: tuple[str, ...]
    """Of the zones on the map that are seen now."""
    before: PoseShown | None
    shown: PoseShown


def fixed_camera(centre: Centre, caller: Caller, camera_id: str) -> Camera:
    """Raises NotFound, and Conflict for a dome."""
    camera = centre.cameras.get(caller.scope(Permission.ESTATE_MANAGE), camera_id)
    if camera.ptz is not None:
        raise Conflict(
            "a dome is calibrated by aiming it at known places",
            "camera",
            "球机请用“对准已知点”的方式标定",
        )
    return camera


def solve(centre: Centre, camera: Camera, matches: Sequence[GroundPoint], place_error_m: float) -> Solved:
    """Takes up to a few seconds: not on the event loop. Raises Invalid with what is wrong with the matches."""
    status = centre.live.status_of(camera.id)
    aspect, width = aspect_of(status), status.width if status is not None and status.width else USUAL_WIDTH
    pairs = [Match(one.picture, one.lon, one.lat) for one in matches]
    try:
        found = calibrate_camera(
            pairs, camera.position, camera.view, aspect, width_px=width, place_error_m=place_error_m
        )
    except CalibrationRefused as problem:
        raise Invalid(str(problem), "matches", problem.zh) from None
    after = posed(camera, found.position, found.view, matches)
    shown = pose_shown(after, aspect, matches, width)
    assert shown is not None
    before = pose_shown(camera, aspect, matches, width)
    return Solved(after, found, aspect, _lost(camera, after, aspect), before, shown)


def told(centre: Centre, camera: Camera, position: Position, view: View, matches: Sequence[GroundPoint]) -> Solved:
    """A pose as it is given: to go back to what was."""
    aspect = aspect_of(centre.live.status_of(camera.id))
    after = posed(camera, position, view, matches)
    shown = pose_shown(after, aspect, matches, USUAL_WIDTH)
    assert shown is not None
    return Solved(after, None, aspect, _lost(camera, after, aspect), None, shown)


def _lost(before: Camera, after: Camera, aspect: float) -> tuple[str, ...]:
    """Why zones on the map that are seen now would not be any more."""
    known = zones_in_picture(before.zones, model_of(before, aspect))[1]
    return tuple(one for one in zones_in_picture(after.zones, model_of(after, aspect))[1] if one not in known)


async def save(centre: Centre, caller: Caller, camera_id: str, solved: Solved, version: str) -> Changes:
    """Where the pose is still that of `version`. Raises Conflict, and as `CameraChanges.change`."""
    if solved.zones_unseen:
        raise Conflict(
            f"with this pose {'; '.join(solved.zones_unseen)}: draw them anew or take them away first",
            "matches",
            "按此标定，地图上画的任务区将不在画面内，请先修改任务区",
        )
    mine, stale = CameraChanges(centre, caller), list[str]()

    def write(config: Path) -> CamerasFile:
        opened = open_for_change(config)
        index = mine.find(opened, camera_id)
        before = opened.file.cameras[index]
        if pose_version(before) != version:
            stale.append(camera_id)
            return opened.file
        pose = solved.camera
        assert pose.position is not None
        assert pose.view is not None
        return change_pose(opened, index, posed(before, pose.position, pose.view, pose.matches), os.environ)

    changes = await mine.carried_out(write)
    if stale:
        raise Conflict(
            "somebody changed this camera's pose meanwhile; load it anew",
            "version",
            "有人同时修改了这台摄像机的位姿，请重新载入后再保存",
        )
    return changes


def told_m(value: float) -> float | None:
    """As JSON can say it."""
    return round(value, 3) if math.isfinite(value) else None
