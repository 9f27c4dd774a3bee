"""What routes about one dome are handed: the dome, and the caller as one who may turn it."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends

from api.policy import CurrentCaller, requires
from api.ptz import Ptz
from api.routes.dependencies import PREFIX, REFUSALS, TheCentre
from api.schemas import ErrorAnswer
from incidents.errors import Conflict, NotFound
from incidents.rights import Permission
from wall.ptz.lock import Holder, holder_at

ONE_DOME = f"{PREFIX}/cameras/{{camera_id}}/ptz"
TURN = requires(Permission.PTZ_CONTROL)
PTZ_REFUSALS = {
    **REFUSALS,
    423: {"model": ErrorAnswer, "description": "somebody else is turning it; `error.lock` says who"},
    503: {"model": ErrorAnswer, "description": "the dome or its worker does not answer now"},
}


@dataclass(frozen=True, slots=True)
class TurnedDome:
    id: str
    who: Holder
    ptz: Ptz


def dome_of_request(camera_id: str, caller: CurrentCaller, centre: TheCentre) -> TurnedDome:
    """Raises NotFound outside the caller's areas, Conflict for a camera that does not turn."""
    camera = centre.cameras.get(caller.scope(Permission.PTZ_CONTROL), camera_id)
    if camera.id not in centre.ptz.domes:
        raise Conflict("this camera does not turn", "camera")
    who = holder_at(caller, centre.cameras.path(camera.id))
    if who is None:
        raise NotFound("no such camera", "camera")
    return TurnedDome(camera.id, who, centre.ptz)


TheDome = Annotated[TurnedDome, Depends(dome_of_request)]
