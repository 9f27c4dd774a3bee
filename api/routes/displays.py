"""Displays as operators and administrators see them."""

from typing import Annotated

from fastapi import APIRouter, Body, Request

from api.policy import CurrentCaller, requires
from api.routes.dependencies import PREFIX, REFUSALS, TheCentre
from api.schemas import Done
from api.schemas.displays import AskerAnswer, DisplayChange, DisplayList, DisplayRequest, LookUpRequest
from api.security import client_address
from incidents.errors import Invalid
from incidents.rights import Permission
from wall.display_view import DisplayView, Pushed
from wall.showing import Showing

router = APIRouter(prefix=f"{PREFIX}/displays", tags=["displays"], responses=REFUSALS)
SHOW = requires(Permission.DISPLAY_SHOW)
MANAGE = requires(Permission.DISPLAY_MANAGE)


@router.get("", dependencies=[SHOW], summary="Displays within the caller's areas", operation_id="list_displays")
def list_displays(caller: CurrentCaller, centre: TheCentre) -> DisplayList:
    return DisplayList(items=list(centre.displays.visible(caller)))


@router.post("/look-up", dependencies=[MANAGE], summary="Which browser shows this code", operation_id="look_up_code")
def look_up(body: LookUpRequest, request: Request, caller: CurrentCaller, centre: TheCentre) -> AskerAnswer:
    """Wrong codes are counted: after a few, further ones wait."""
    found = centre.admission.look_up(caller, body.code, address=client_address(request))
    return AskerAnswer.model_validate(found)


@router.post("", dependencies=[MANAGE], summary="Make a display of it", operation_id="pair_display", status_code=201)
def pair(body: DisplayRequest, request: Request, caller: CurrentCaller, centre: TheCentre) -> DisplayView:
    """A new display at an area; or, with `display`, another browser that takes its place and shows what it showed."""
    address = client_address(request)
    if body.display is not None:
        return centre.admission.pair_again(caller, body.code, body.display, address=address)
    if body.name is None or body.area is None:
        raise Invalid("a new display needs a name and an area", "name" if body.name is None else "area")
    return centre.admission.pair(caller, body.code, body.name, body.area, address=address)


@router.patch("/{display_id}", dependencies=[MANAGE], summary="Rename or move it", operation_id="change_display")
def change(display_id: str, body: DisplayChange, caller: CurrentCaller, centre: TheCentre) -> DisplayView:
    """What a new area does not cover goes dark at once."""
    return centre.admission.change(caller, display_id, body.name, body.area)


@router.delete("/{display_id}", dependencies=[MANAGE], summary="Un-pair it", operation_id="remove_display")
def remove(display_id: str, caller: CurrentCaller, centre: TheCentre) -> Done:
    """Its pictures are cut within seconds."""
    centre.admission.remove(caller, display_id)
    return Done()


@router.put("/{display_id}/showing", dependencies=[SHOW], summary="Put something on it", operation_id="show_on_display")
def show(display_id: str, body: Annotated[Showing, Body()], caller: CurrentCaller, centre: TheCentre) -> Pushed:
    """Stored, and shown until something else is put there. `left_out` names cameras its area does not cover."""
    return centre.displays.show(caller, display_id, body)


@router.post(
    "/{display_id}/identify", dependencies=[SHOW], summary="Let it show its name", operation_id="identify_display"
)
def identify(display_id: str, caller: CurrentCaller, centre: TheCentre) -> Done:
    centre.displays.command(caller, display_id, "identify")
    return Done()


@router.post(
    "/{display_id}/reload", dependencies=[SHOW], summary="Let it load its page anew", operation_id="reload_display"
)
def reload(display_id: str, caller: CurrentCaller, centre: TheCentre) -> Done:
    centre.displays.command(caller, display_id, "reload")
    return Done()
