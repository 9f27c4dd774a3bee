"""How a dome stands, found by aiming at known places; which calibration is in force, and the way back."""

import asyncio

from fastapi import APIRouter

from api.policy import CurrentCaller, requires
from api.routes.dependencies import TheCentre
from api.routes.dome import ONE_DOME, PTZ_REFUSALS, TURN, TheDome, TurnedDome
from api.schemas.ptz import (
    AimBody,
    CalibrationAnswer,
    CalibrationBody,
    CalibrationState,
    CalibrationUndoBody,
    KeptCalibration,
    MountAnswer,
    ResidualAnswer,
)
from gis.dome_calibration import Aim
from gis.dome_mount import Direction
from incidents.errors import NotAllowed
from incidents.rights import Caller, Permission
from wall.ptz.keeping import DomeSettings
from wall.ptz.refusal import DomeCannot

router = APIRouter(prefix=ONE_DOME, tags=["domes"], responses=PTZ_REFUSALS)
CALIBRATE = requires(Permission.PTZ_CALIBRATE)


@router.post(
    "/calibration",
    dependencies=[TURN],
    summary="How it stands, from known places aimed at",
    operation_id="calibrate_dome",
)
async def calibrate(
    body: CalibrationBody, dome: TheDome, caller: CurrentCaller, centre: TheCentre
) -> CalibrationAnswer:
    if body.apply:
        _may_keep(caller, centre.cameras.path(dome.id))
    pointing, aims = dome.ptz.pointing, [_aim(one) for one in body.aims]
    found = await pointing.calibration(dome.id, aims)
    mount = MountAnswer.model_validate(found.mount)
    if body.apply:
        kept = pointing.calibrated(dome.id, found, dome.who, centre.clock.now())
        await asyncio.to_thread(dome.ptz.keeping.calibrate, dome.id, dome.who.id, kept)
        dome.ptz.desk.log.add(dome.id, dome.who, "calibrate", **mount.model_dump(), aims=len(aims))
        dome.ptz.news.changed(dome.id)
    return CalibrationAnswer(
        mount=mount,
        residuals=[ResidualAnswer.model_validate(one) for one in found.residuals],
        solved=list(found.solved),
        expected_error_deg=found.expected_error_deg,
        applied=body.apply,
    )


@router.post(
    "/calibration/undo",
    dependencies=[CALIBRATE],
    summary="Back to the calibration of before, or to the configuration's mount",
    operation_id="undo_dome_calibration",
)
async def undo(body: CalibrationUndoBody, dome: TheDome, caller: CurrentCaller, centre: TheCentre) -> CalibrationState:
    """What was in force becomes the former one: a second time undoes the undoing."""
    _may_keep(caller, centre.cameras.path(dome.id))
    kept = dome.ptz.keeping.settings(dome.id)
    if kept.calibration is None and (body.to == "configuration" or kept.former is None):
        raise DomeCannot("the mount of cameras.yaml is in force", "已在使用 cameras.yaml 中的安装参数", "nothing_kept")
    to = kept.former if body.to == "former" else None
    await asyncio.to_thread(dome.ptz.keeping.calibrate, dome.id, dome.who.id, to)
    state = calibration_state(dome)
    dome.ptz.desk.log.add(dome.id, dome.who, "calibrate_undo", to=body.to, **state.mount.model_dump())
    dome.ptz.news.changed(dome.id)
    return state


def calibration_state(dome: TurnedDome) -> CalibrationState:
    kept = dome.ptz.keeping.settings(dome.id)
    return CalibrationState(mount=MountAnswer.model_validate(dome.ptz.domes.turning(dome.id).mount), **_kept(kept))


def _kept(kept: DomeSettings) -> dict[str, KeptCalibration | None]:
    both = {"calibration": kept.calibration, "former_calibration": kept.former}
    return {name: KeptCalibration.model_validate(one) if one else None for name, one in both.items()}


def _may_keep(caller: Caller, path: str | None) -> None:
    if not caller.scope(Permission.PTZ_CALIBRATE).covers(path or ""):
        raise NotAllowed("your roles do not allow keeping a calibration")


def _aim(one: AimBody) -> Aim:
    direction = Direction(one.pan_deg, one.tilt_deg)
    return Aim(one.lon, one.lat, direction, one.height_m, one.zoom, one.x, one.y, one.place_error_m)
