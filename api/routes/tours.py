"""Tours of the wall: rounds of arrangements with dwell times, one's own and those shared at an area."""

from typing import Annotated

from fastapi import APIRouter, Query

from api.policy import CurrentCaller, requires
from api.routes.dependencies import PREFIX, REFUSALS, TheCentre
from api.schemas import Done
from api.schemas.presets import TourAnswer, TourChange, TourList, TourRequest, tour_answer
from incidents.rights import Permission

router = APIRouter(prefix=f"{PREFIX}/tours", tags=["wall"], responses=REFUSALS)
SEE = requires(Permission.CAMERA_SEE)


@router.get("", dependencies=[SEE], summary="Tours one may open", operation_id="list_tours")
def list_tours(caller: CurrentCaller, centre: TheCentre) -> TourList:
    return TourList(items=[tour_answer(one) for one in centre.tours.list(caller)])


@router.post("", dependencies=[SEE], summary="Keep a tour", operation_id="create_tour", status_code=201)
def create_tour(body: TourRequest, caller: CurrentCaller, centre: TheCentre) -> TourAnswer:
    return tour_answer(centre.tours.create(caller, body.draft()))


@router.get("/{tour_id}", dependencies=[SEE], summary="One tour", operation_id="get_tour")
def get_tour(tour_id: str, caller: CurrentCaller, centre: TheCentre) -> TourAnswer:
    return tour_answer(centre.tours.get(caller, tour_id))


@router.put("/{tour_id}", dependencies=[SEE], summary="Rename or overwrite a tour", operation_id="change_tour")
def change_tour(tour_id: str, body: TourChange, caller: CurrentCaller, centre: TheCentre) -> TourAnswer:
    kept = centre.tours.change(caller, tour_id, body.version, name=body.name, pages=body.pages())
    return tour_answer(kept)


@router.delete("/{tour_id}", dependencies=[SEE], summary="Delete a tour", operation_id="delete_tour")
def delete_tour(
    tour_id: str, caller: CurrentCaller, centre: TheCentre, version: Annotated[int | None, Query(ge=1)] = None
) -> Done:
    centre.tours.remove(caller, tour_id, version)
    return Done()
