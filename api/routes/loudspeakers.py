"""Loudspeakers: which there are, how they are, and which are understood where."""

import asyncio

from fastapi import APIRouter
from shapely import MultiLineString
from shapely.geometry.base import BaseGeometry

from api.centre import Centre
from api.policy import CurrentCaller, requires
from api.routes.dependencies import PREFIX, REFUSALS, TheCentre
from api.schemas.talk_down import (
    ChoiceBody,
    LoudspeakerAnswer,
    LoudspeakerList,
    ReachingAnswer,
    ReachingList,
)
from config.loudspeakers import Loudspeaker
from incidents.errors import NotFound
from incidents.rights import Caller, Permission
from talkdown import reach

router = APIRouter(prefix=f"{PREFIX}/loudspeakers", tags=["loudspeakers"], responses=REFUSALS)
SEE = requires(Permission.CAMERA_SEE)


@router.get("", dependencies=[SEE], summary="Loudspeakers and how they are", operation_id="list_loudspeakers")
async def list_loudspeakers(caller: CurrentCaller, centre: TheCentre) -> LoudspeakerList:
    """Those within the caller's areas. Changes come as events of the topic `loudspeaker`."""
    talk_down = centre.talk_down
    listed = talk_down.speakers.visible(caller.scope(Permission.CAMERA_SEE))
    rules = talk_down.speakers.rules
    return LoudspeakerList(
        items=[
            LoudspeakerAnswer.model_validate(talk_down.describe(caller, one, centre.cameras.area_name(one.area)))
            for one in listed
        ],
        longest_seconds=rules.longest_seconds,
        at_once=rules.at_once,
    )


@router.post(
    "/choice",
    dependencies=[requires(Permission.LOUDSPEAKER_SPEAK)],
    summary="Loudspeakers that are understood at a place, along a road, in a grid",
    operation_id="choose_loudspeakers",
)
async def choose(body: ChoiceBody, caller: CurrentCaller, centre: TheCentre) -> ReachingList:
    """Of those the caller may speak at, those whose range reaches there; the nearest first."""
    speakers = centre.talk_down.speakers.visible(caller.scope(Permission.LOUDSPEAKER_SPEAK))
    found = await asyncio.to_thread(_reaching, body, caller, centre, speakers)
    return ReachingList(items=[ReachingAnswer(id=one.id, distance_m=round(away, 1)) for one, away in found])


def _reaching(body: ChoiceBody, caller: Caller, centre: Centre, speakers: list[Loudspeaker]) -> reach.Near:
    """Raises NotFound for a case, road or grid that is not there for the caller."""
    if body.near is not None:
        return reach.reaching(speakers, body.near.lon, body.near.lat)
    if body.case is not None:
        case = centre.incidents.get_case(caller, body.case).case
        if case.lon is None or case.lat is None:
            return []
        return reach.reaching(speakers, case.lon, case.lat)
    if body.grid is not None:
        return reach.touching(speakers, _grid(body.grid, caller, centre))
    if body.road is not None:
        return reach.touching(speakers, _road(body.road, centre))
    return reach.touching(speakers, reach.drawn(body.drawn or []))


def _grid(code: str, caller: Caller, centre: Centre) -> BaseGeometry:
    grid, path = centre.town_map.grids.get(code), centre.cameras.area_path(code)
    if grid is None or path is None or not caller.scope(Permission.LOUDSPEAKER_SPEAK).covers(path):
        raise NotFound("no such grid", "grid", "没有该网格")
    return grid.outline


def _road(name: str, centre: Centre) -> BaseGeometry:
    """A road nobody knows reaches no loudspeaker: a village is not told which roads there are elsewhere."""
    layer = centre.town_map.base.get("roads")
    return reach.road_named(layer, name) if layer is not None else MultiLineString()
