"""The cameras the caller has starred: his own alone, on whatever machine he signs in."""

from fastapi import APIRouter

from api.policy import CurrentCaller, requires
from api.routes.dependencies import PREFIX, REFUSALS, TheCentre
from api.schemas import Done
from api.schemas.favourites import FavouriteList
from incidents.rights import Permission

router = APIRouter(prefix=f"{PREFIX}/me/favourites", tags=["cameras"], responses=REFUSALS)
SEE = requires(Permission.CAMERA_SEE)


@router.get("", dependencies=[SEE], summary="One's favourite cameras", operation_id="list_favourites")
def list_favourites(caller: CurrentCaller, centre: TheCentre) -> FavouriteList:
    return FavouriteList(items=list(centre.favourites.list(caller)))


@router.put("/{camera_id}", dependencies=[SEE], summary="Star a camera", operation_id="add_favourite")
def add_favourite(camera_id: str, caller: CurrentCaller, centre: TheCentre) -> Done:
    centre.favourites.add(caller, camera_id)
    return Done()


@router.delete("/{camera_id}", dependencies=[SEE], summary="Take the star off", operation_id="remove_favourite")
def remove_favourite(camera_id: str, caller: CurrentCaller, centre: TheCentre) -> Done:
    centre.favourites.remove(caller, camera_id)
    return Done()
