"""A dome's presets with their pictures, its guard position and its patrol."""

import asyncio
from collections.abc import Iterable
from typing import Annotated, Any
from urllib.parse import quote

from fastapi import APIRouter, Body, Response

from api.routes.dependencies import PREFIX
from api.routes.dome import ONE_DOME, PTZ_REFUSALS, TURN, TheDome
from api.schemas import Done
from api.schemas.ptz import GuardBody, PatrolBody, PresetAnswer, PresetBody, PresetList, PresetMade
from wall.ptz.keeping import Guard, Patrol, PatrolStep
from wall.ptz.presets import ShownPreset

router = APIRouter(prefix=ONE_DOME, tags=["domes"], responses=PTZ_REFUSALS)


def shown_presets(camera_id: str, presets: Iterable[ShownPreset]) -> list[dict[str, Any]]:
    """With links to their pictures; a link changes with the picture, so that browsers may keep it."""
    shown = []
    for one in presets:
        at = f"{PREFIX}/cameras/{quote(camera_id, safe='')}/ptz/presets/{quote(one.token, safe='')}/picture.jpg"
        link = f"{at}?at={one.pictured_at:.3f}" if one.pictured_at is not None else None
        shown.append({"token": one.token, "name": one.name, "picture": link})
    return shown


@router.get("/presets", dependencies=[TURN], summary="The dome's presets", operation_id="list_dome_presets")
async def list_presets(dome: TheDome) -> PresetList:
    found = shown_presets(dome.id, await dome.ptz.presets.shown(dome.id))
    return PresetList(items=[PresetAnswer(**one) for one in found])


@router.post(
    "/presets",
    dependencies=[TURN],
    status_code=201,
    summary="Keep the present view as a preset",
    operation_id="add_dome_preset",
)
async def add_preset(body: PresetBody, dome: TheDome) -> PresetMade:
    """Its picture follows as soon as the camera has sent a newer one."""
    return PresetMade(token=await dome.ptz.presets.keep(dome.who, dome.id, body.name))


@router.put(
    "/presets/{token}",
    dependencies=[TURN],
    summary="Keep the present view over a preset",
    operation_id="replace_dome_preset",
)
async def replace_preset(token: str, body: PresetBody, dome: TheDome) -> PresetMade:
    return PresetMade(token=await dome.ptz.presets.keep(dome.who, dome.id, body.name, token))


@router.patch(
    "/presets/{token}", dependencies=[TURN], summary="Call a preset otherwise", operation_id="rename_dome_preset"
)
async def rename_preset(token: str, body: PresetBody, dome: TheDome) -> Done:
    """The view and its picture stay as they are."""
    await dome.ptz.presets.rename(dome.who, dome.id, token, body.name)
    return Done()


@router.post(
    "/presets/{token}/picture",
    dependencies=[TURN],
    summary="Go to a preset and take its picture anew",
    operation_id="take_dome_preset_picture",
)
async def take_picture(token: str, dome: TheDome) -> Done:
    await dome.ptz.presets.picture_anew(dome.who, dome.id, token)
    return Done()


@router.delete("/presets/{token}", dependencies=[TURN], summary="Remove a preset", operation_id="remove_dome_preset")
async def remove_preset(token: str, dome: TheDome) -> Done:
    await dome.ptz.presets.remove(dome.who, dome.id, token)
    return Done()


@router.post("/presets/{token}/go", dependencies=[TURN], summary="Go to a preset", operation_id="go_to_dome_preset")
async def go_to_preset(token: str, dome: TheDome) -> Done:
    await dome.ptz.presets.go(dome.who, dome.id, token)
    return Done()


@router.get(
    "/presets/{token}/picture.jpg",
    dependencies=[TURN],
    summary="What a preset shows",
    operation_id="get_dome_preset_picture",
    response_class=Response,
    response_model=bytes,
)
async def get_picture(token: str, dome: TheDome) -> Response:
    jpeg = await asyncio.to_thread(dome.ptz.keeping.picture, dome.id, token)
    return Response(jpeg, media_type="image/jpeg", headers={"cache-control": "private, max-age=86400"})


@router.put("/guard", dependencies=[TURN], summary="Where it goes when nobody turns it", operation_id="set_dome_guard")
async def set_guard(dome: TheDome, body: Annotated[GuardBody | None, Body()] = None) -> Done:
    """null takes it away."""
    guard = Guard(body.preset, body.idle_s) if body is not None else None
    await asyncio.to_thread(dome.ptz.keeping.set, dome.id, dome.who.id, guard=guard)
    dome.ptz.desk.log.add(dome.id, dome.who, "guard_set", **(body.model_dump() if body is not None else {}))
    dome.ptz.rounds.changed(dome.id)
    return Done()


@router.put("/patrol", dependencies=[TURN], summary="The presets it goes round", operation_id="set_dome_patrol")
async def set_patrol(body: PatrolBody, dome: TheDome) -> Done:
    patrol = Patrol(tuple(PatrolStep(step.preset, step.dwell_s) for step in body.steps), body.on)
    await asyncio.to_thread(dome.ptz.keeping.set, dome.id, dome.who.id, patrol=patrol)
    dome.ptz.desk.log.add(dome.id, dome.who, "patrol_set", **body.model_dump())
    dome.ptz.rounds.changed(dome.id)
    return Done()
