"""Pointing domes at the map and at their pictures, and back from the picture to the map."""

import asyncio
from dataclasses import asdict
from typing import Annotated

from fastapi import APIRouter, Query

from api.pointing import REASONS, Place, Pointed
from api.policy import CurrentCaller
from api.routes.dependencies import PREFIX, TheCentre
from api.routes.dome import ONE_DOME, PTZ_REFUSALS, TURN, TheDome, dome_of_request
from api.schemas.ptz import (
    Aimed,
    CentreBody,
    CrossingAnswer,
    CrossingBody,
    DirectionAnswer,
    DomePlace,
    FrameBody,
    PlaceAnswer,
    PointAnswer,
    PointBestBody,
    PointBody,
    PointedDome,
    PointedDomes,
    PtzProblem,
    problem_answer,
)
from incidents import queries
from incidents.rights import Caller, Permission
from incidents.store import Store
from wall.ptz.lock import Holder, holder_at
from wall.ptz.refusal import Words

router = APIRouter(tags=["domes"], responses=PTZ_REFUSALS)


@router.post(
    f"{ONE_DOME}/centre",
    dependencies=[TURN],
    summary="A point of the picture into its middle",
    operation_id="centre_dome",
)
async def centre_picture(body: CentreBody, dome: TheDome) -> Aimed:
    direction = await dome.ptz.pointing.centre(dome.who, dome.id, body.x, body.y)
    return Aimed(direction=DirectionAnswer.model_validate(direction), zoom=None)


@router.post(
    f"{ONE_DOME}/frame",
    dependencies=[TURN],
    summary="A box in the picture becomes the picture",
    operation_id="frame_dome",
)
async def frame(body: FrameBody, dome: TheDome) -> Aimed:
    x, y, width, height = body.box
    direction, zoom = await dome.ptz.pointing.frame(dome.who, dome.id, (x, y, width, height))
    return Aimed(direction=DirectionAnswer.model_validate(direction), zoom=zoom)


@router.post(f"{ONE_DOME}/point", dependencies=[TURN], summary="Point it at a place", operation_id="point_dome")
async def point(body: PointBody, dome: TheDome) -> PointAnswer:
    """Where it cannot look there it is not sent, and `problem` says why."""
    pointed = await dome.ptz.pointing.point(dome.who, dome.id, _place(body))
    return PointAnswer.model_validate(_pointed(pointed))


@router.post(
    f"{PREFIX}/ptz/point",
    dependencies=[TURN],
    summary="Point the best dome, or all that can, at a place",
    operation_id="point_domes",
)
async def point_best(body: PointBestBody, caller: CurrentCaller, centre: TheCentre) -> PointedDomes:
    """Best first. A dome that somebody else holds is passed over, with the reason."""
    if body.case is not None:
        await asyncio.to_thread(_find_case, centre.incidents.store, caller, body.case)
    turning: dict[str, Holder] = {}
    for camera_id in centre.ptz.domes.ids():
        who = holder_at(caller, centre.cameras.path(camera_id))
        if who is not None:
            turning[camera_id] = who
    found = await centre.ptz.pointing.point_best(turning, _place(body), every=body.all, case_id=body.case)
    sent = [one.camera for one in found if one.sent]
    if body.case is not None and sent:
        await asyncio.to_thread(centre.incidents.looked, caller, body.case, sent)
    return PointedDomes(items=[PointedDome.model_validate({**_pointed(one), "reason": _reason(one)}) for one in found])


@router.get(
    f"{ONE_DOME}/place",
    dependencies=[TURN],
    summary="The place at a point of its picture now",
    operation_id="get_dome_place",
)
async def place(
    dome: TheDome, x: Annotated[float, Query(ge=0, le=1)], y: Annotated[float, Query(ge=0, le=1)]
) -> PlaceAnswer:
    fix = await dome.ptz.pointing.place(dome.id, x, y)
    return PlaceAnswer(place=DomePlace.model_validate(fix) if fix is not None else None)


@router.post(
    f"{PREFIX}/ptz/crossing",
    dependencies=[TURN],
    summary="The place where two or more domes look",
    operation_id="cross_domes",
)
async def crossing(body: CrossingBody, caller: CurrentCaller, centre: TheCentre) -> CrossingAnswer:
    sights = [(dome_of_request(one.camera, caller, centre).id, one.x, one.y) for one in body.sights]
    found = await centre.ptz.pointing.crossing(sights)
    return CrossingAnswer.model_validate({**found, "missed_by_m": list(found["missed_by_m"])})


def _place(body: PointBody) -> Place:
    return Place(body.lon, body.lat, body.height_m, body.width_m)


def _pointed(one: Pointed) -> dict[str, object]:
    problem = problem_answer(one.problem) if one.problem is not None else None
    return {**asdict(one), "direction": asdict(one.direction), "problem": problem}


def _reason(one: Pointed) -> PtzProblem:
    assert one.reason is not None
    zh, en = REASONS[one.reason]
    return problem_answer(Words(one.reason.value, zh, en))


def _find_case(store: Store, caller: Caller, case_id: str) -> None:
    """Raises NotFound."""
    with store.read() as connection:
        queries.get_case(connection, caller.scope(Permission.CASE_SEE), case_id)
