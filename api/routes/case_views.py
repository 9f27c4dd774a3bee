"""Views of the case desk: filters kept by name, one's own and those shared at an area."""

from typing import Annotated

from fastapi import APIRouter, Query

from api.policy import CurrentCaller, requires
from api.routes.dependencies import PREFIX, REFUSALS, TheCentre
from api.schemas import Done
from api.schemas.case_views import CaseViewAnswer, CaseViewList, CaseViewRequest
from incidents.case_views import CaseViews
from incidents.rights import Permission

router = APIRouter(prefix=f"{PREFIX}/case-views", tags=["cases"], responses=REFUSALS)
SEE = requires(Permission.CASE_SEE)


def _views(centre: TheCentre) -> CaseViews:
    return CaseViews(centre.incidents.store, centre.clock)


@router.get("", dependencies=[SEE], summary="Views one may open", operation_id="list_case_views")
def list_case_views(caller: CurrentCaller, centre: TheCentre) -> CaseViewList:
    return CaseViewList.model_validate({"items": _views(centre).list(caller)})


@router.post("", dependencies=[SEE], summary="Keep a view", operation_id="keep_case_view", status_code=201)
def keep_case_view(body: CaseViewRequest, caller: CurrentCaller, centre: TheCentre) -> CaseViewAnswer:
    """In place of one of that name."""
    return CaseViewAnswer.model_validate(_views(centre).keep(caller, body.name, body.area, body.query))


@router.delete("/{view_id}", dependencies=[SEE], summary="Delete a view", operation_id="delete_case_view")
def delete_case_view(
    view_id: str, caller: CurrentCaller, centre: TheCentre, updated_at: Annotated[float | None, Query(ge=0)] = None
) -> Done:
    _views(centre).remove(caller, view_id, updated_at)
    return Done()
