"""Cameras changed while the others go on: cameras.yaml read again, or single cameras changed in it."""

import logging
from typing import Annotated

from fastapi import APIRouter, Query

from api.camera_changes import CameraChanges
from api.policy import CurrentCaller, requires
from api.routes.dependencies import PREFIX, REFUSALS, TheCentre
from api.routes.estate import allowed
from api.running_estate import Changes
from api.schemas.estate_changes import CameraChange, CameraChanged, NewCamera, Reloaded
from incidents.rights import Permission

logger = logging.getLogger(__name__)
router = APIRouter(prefix=f"{PREFIX}/estate", tags=["estate"], responses=REFUSALS)
MANAGE = requires(Permission.ESTATE_MANAGE)


@router.post("/reload", dependencies=[MANAGE], summary="Read cameras.yaml again", operation_id="reload_estate")
async def reload_estate(caller: CurrentCaller, centre: TheCentre) -> Reloaded:
    """Only streams that changed are touched. A file with problems changes nothing: they are answered, 422, under
    `problems`."""
    allowed(caller, centre)
    return Reloaded(**told(await centre.running.reload(), CameraChanges(centre, caller)))


@router.post("/cameras", dependencies=[MANAGE], summary="Add a camera", operation_id="add_camera", status_code=201)
async def add_camera(body: NewCamera, caller: CurrentCaller, centre: TheCentre) -> CameraChanged:
    """Needs name, area and sub_url."""
    mine = CameraChanges(centre, caller)
    camera_id, changes = await mine.add(body)
    logger.info("%s added camera %s", caller.username, camera_id)
    return CameraChanged(id=camera_id, **told(changes, mine))


@router.patch("/cameras/{camera_id}", dependencies=[MANAGE], summary="Change a camera", operation_id="change_camera")
async def change_camera(camera_id: str, body: CameraChange, caller: CurrentCaller, centre: TheCentre) -> CameraChanged:
    """In cameras.yaml, and at once. An account of cameras outside the caller's areas is not sent to a new address."""
    mine = CameraChanges(centre, caller)
    changes = await mine.change(camera_id, body)
    logger.info("%s changed camera %s: %s", caller.username, camera_id, ", ".join(sorted(body.model_fields_set)))
    return CameraChanged(id=camera_id, **told(changes, mine))


@router.delete("/cameras/{camera_id}", dependencies=[MANAGE], summary="Remove a camera", operation_id="remove_camera")
async def remove_camera(
    camera_id: str, caller: CurrentCaller, centre: TheCentre, with_open_cases: Annotated[bool, Query()] = False
) -> CameraChanged:
    """Its cases, evidence and traces stay. 409 while cases it saw are open."""
    mine = CameraChanges(centre, caller)
    changes = await mine.remove(camera_id, with_open_cases=with_open_cases)
    logger.info("%s removed camera %s", caller.username, camera_id)
    return CameraChanged(id=camera_id, **told(changes, mine))


def told(changes: Changes, mine: CameraChanges) -> dict[str, list[str]]:
    return {
        "added": mine.seen(changes.added),
        "changed": mine.seen(now for _, now in changes.changed),
        "removed": mine.seen(changes.removed),
        "next_start": list(changes.next_start),
        "unsettled": list(changes.unsettled),
    }
