"""Turning one dome: steering, moves, who holds it, and who did."""

import asyncio
from typing import Annotated, Any

from fastapi import APIRouter, Query

from api.dome_news import seen_ground
from api.domes import direction_of
from api.routes.dome import ONE_DOME, PTZ_REFUSALS, TURN, TheDome, TurnedDome
from api.routes.ptz_calibration import calibration_state
from api.routes.ptz_presets import shown_presets
from api.schemas import Done
from api.schemas.ptz import (
    AuxiliaryBody,
    FocusBody,
    GoBody,
    HolderAnswer,
    IrisBody,
    LockAnswer,
    LockBody,
    LockState,
    LogAnswer,
    LogRowAnswer,
    PatrolAnswer,
    PresetAnswer,
    PtzAnswer,
    PtzStatusAnswer,
    RelativeBody,
    SteerBody,
    problem_answer,
)
from api.schemas.ptz_rounds import WatchingAnswer
from incidents.errors import IncidentError
from ingest.live import LiveError
from wall.ptz.refusal import NotPossible, words_of

router = APIRouter(prefix=ONE_DOME, tags=["domes"], responses=PTZ_REFUSALS)


@router.get(
    "", dependencies=[TURN], summary="One dome: what it can, where it looks, whose it is", operation_id="get_ptz"
)
async def get_ptz(dome: TheDome) -> PtzAnswer:
    """Asks the device; where it does not answer, `problem` says why and the rest is what is known."""
    ptz, problem = dome.ptz, None
    try:
        await ptz.desk.capabilities(dome.id)
        await ptz.desk.status(dome.id)
        presets = await ptz.presets.shown(dome.id)
        await ptz.desk.keep_watching(dome.id, 15.0)
    except (LiveError, IncidentError) as error:
        problem = problem_answer(words_of(error))
        presets = await ptz.presets.kept(dome.id)
    report, kept, lock = ptz.desk.newest(dome.id), ptz.keeping.settings(dome.id), ptz.desk.locks.of(dome.id)
    pointing, view = direction_of(report), None
    if pointing is not None and ptz.domes.has_place(dome.id):
        view = await asyncio.to_thread(seen_ground, ptz.domes.placed(dome.id), *pointing)
    summary = ptz.domes.summary(dome.id, ptz.desk.known_capabilities(dome.id)) or {}
    return PtzAnswer(
        **summary,
        camera=dome.id,
        status=PtzStatusAnswer.model_validate(report) if report else None,
        view=view,
        lock=LockAnswer(**lock.plain()) if lock else None,
        my_rank=dome.who.rank,
        presets=[PresetAnswer(**one) for one in shown_presets(dome.id, presets)],
        guard=kept.guard,
        patrol=PatrolAnswer.model_validate(kept.patrol) if kept.patrol else None,
        rounds=ptz.news.rounds(dome.id),
        watching=_watching(ptz.news.watching(dome.id)),
        **dict(calibration_state(dome)),
        problem=problem,
    )


@router.post("/steer", dependencies=[TURN], summary="Turn it for a moment", operation_id="steer_dome")
async def steer(body: SteerBody, dome: TheDome) -> Done:
    await dome.ptz.desk.steer(dome.who, dome.id, body.pan, body.tilt, body.zoom)
    return Done()


@router.post("/stop", dependencies=[TURN], summary="Stop it", operation_id="stop_dome")
async def stop(dome: TheDome) -> Done:
    await dome.ptz.desk.halt(dome.who, dome.id)
    return Done()


@router.post("/go", dependencies=[TURN], summary="Turn it to a direction", operation_id="turn_dome_to")
async def go(body: GoBody, dome: TheDome) -> Done:
    return await _moved(dome, "absolute", **body.model_dump())


@router.post("/relative", dependencies=[TURN], summary="Turn it by an angle", operation_id="turn_dome_by")
async def relative(body: RelativeBody, dome: TheDome) -> Done:
    return await _moved(dome, "relative", **body.model_dump())


@router.post("/focus", dependencies=[TURN], summary="Focus", operation_id="focus_dome")
async def focus(body: FocusBody, dome: TheDome) -> Done:
    if (body.speed is None) == (body.auto is None):
        raise NotPossible("give exactly one of speed and auto", "speed 与 auto 只能给一个", "speed")
    if body.auto is not None:
        return await _moved(dome, "autofocus", on=body.auto)
    return await _moved(dome, "focus", speed=body.speed)


@router.post("/iris", dependencies=[TURN], summary="Open or close the iris", operation_id="set_dome_iris")
async def iris(body: IrisBody, dome: TheDome) -> Done:
    return await _moved(dome, "iris", opening=body.opening)


@router.post("/auxiliary", dependencies=[TURN], summary="Wiper and light", operation_id="switch_dome_auxiliary")
async def auxiliary(body: AuxiliaryBody, dome: TheDome) -> Done:
    return await _moved(dome, "auxiliary", what=body.what, on=body.on)


@router.post("/lock", dependencies=[TURN], summary="Hold it, or take it over", operation_id="lock_dome")
async def lock(body: LockBody, dome: TheDome) -> LockState:
    held = dome.ptz.desk.take(dome.who, dome.id, body.minutes * 60, take_over=body.take_over)
    return LockState(lock=LockAnswer(**held.plain()))


@router.delete("/lock", dependencies=[TURN], summary="Give it back", operation_id="unlock_dome")
async def unlock(dome: TheDome) -> LockState:
    dome.ptz.desk.give_back(dome.who, dome.id)
    other = dome.ptz.desk.locks.of(dome.id)
    return LockState(lock=LockAnswer(**other.plain()) if other else None)


@router.get("/log", dependencies=[TURN], summary="Who turned it when", operation_id="get_dome_log")
async def log(
    dome: TheDome,
    before: Annotated[int | None, Query(ge=1, description="rows older than the one with this id")] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> LogAnswer:
    """Newest first."""
    kept = dome.ptz.desk.log
    await kept.settle()
    rows = await asyncio.to_thread(kept.rows, dome.id, before, limit)
    return LogAnswer(
        items=[
            LogRowAnswer(
                id=row.id,
                at=row.at,
                camera=row.camera_id,
                actor=HolderAnswer(id=row.account_id, name=row.name) if row.account_id else None,
                action=row.action,
                detail=row.detail,
            )
            for row in rows
        ]
    )


def _watching(told: dict[str, Any] | None) -> WatchingAnswer | None:
    return WatchingAnswer.model_validate(told) if told is not None else None


async def _moved(dome: TurnedDome, do: str, **given: Any) -> Done:
    await dome.ptz.desk.move(dome.who, dome.id, do, **given)
    return Done()
