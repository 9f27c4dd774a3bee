"""Presets of the wall: arrangements kept by name, one's own and those shared at an area."""

from typing import Annotated

from fastapi import APIRouter, Query

from api.policy import CurrentCaller, requires
from api.routes.dependencies import PREFIX, REFUSALS, TheCentre
from api.schemas import Done
from api.schemas.presets import PresetAnswer, PresetChange, PresetList, PresetRequest, preset_answer
from incidents.rights import Permission

router = APIRouter(prefix=f"{PREFIX}/presets", tags=["wall"], responses=REFUSALS)
SEE = requires(Permission.CAMERA_SEE)


@router.get("", dependencies=[SEE], summary="Presets one may open", operation_id="list_presets")
def list_presets(caller: CurrentCaller, centre: TheCentre) -> PresetList:
    return PresetList(items=[preset_answer(one) for one in centre.presets.list(caller)])


@router.post("", dependencies=[SEE], summary="Keep a preset", operation_id="create_preset", status_code=201)
def create_preset(body: PresetRequest, caller: CurrentCaller, centre: TheCentre) -> PresetAnswer:
    return preset_answer(centre.presets.create(caller, body.draft()))


@router.get("/{preset_id}", dependencies=[SEE], summary="One preset", operation_id="get_preset")
def get_preset(preset_id: str, caller: CurrentCaller, centre: TheCentre) -> PresetAnswer:
    return preset_answer(centre.presets.get(caller, preset_id))


@router.put("/{preset_id}", dependencies=[SEE], summary="Rename or overwrite a preset", operation_id="change_preset")
def change_preset(preset_id: str, body: PresetChange, caller: CurrentCaller, centre: TheCentre) -> PresetAnswer:
    kept = centre.presets.change(caller, preset_id, body.version, name=body.name, pages=body.pages())
    return preset_answer(kept)


@router.delete("/{preset_id}", dependencies=[SEE], summary="Delete a preset", operation_id="delete_preset")
def delete_preset(
    preset_id: str, caller: CurrentCaller, centre: TheCentre, version: Annotated[int | None, Query(ge=1)] = None
) -> Done:
    centre.presets.remove(caller, preset_id, version)
    return Done()
