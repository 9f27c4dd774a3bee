"""The way of one, and a plan for many. Whom to send to a single case: `GET /cases/{case_id}/candidates`."""

from typing import Annotated

from fastapi import APIRouter, Query

from api.policy import CurrentCaller, requires
from api.routes.dependencies import PREFIX, REFUSALS, TheCentre
from api.schemas.cases import CandidateAnswer
from api.schemas.dispatch import PlanAnswer, PlanRequest, ProposalAnswer, WayAnswer, WayReply
from gis.road_search import Way
from incidents.rights import Permission

router = APIRouter(prefix=PREFIX, tags=["cases"], responses=REFUSALS)
DISPATCH = requires(Permission.CASE_DISPATCH)


@router.post("/dispatch/plan", dependencies=[DISPATCH], summary="Several cases at once", operation_id="plan_dispatch")
def plan(body: PlanRequest, caller: CurrentCaller, centre: TheCentre) -> PlanAnswer:
    """Who might go where so that all of them are reached with the least travel time together. A proposal: nothing is
    sent."""
    found = centre.dispatch.plan(caller, body.cases)
    items = [
        ProposalAnswer(
            case_id=one.case.id,
            number=one.case.number,
            worker=CandidateAnswer.model_validate(one.worker) if one.worker is not None else None,
            why=one.why,
        )
        for one in found.proposals
    ]
    return PlanAnswer(items=items, total_s=found.total_s, one_by_one_s=found.one_by_one_s)


@router.get(
    "/cases/{case_id}/way/{worker_id}",
    dependencies=[DISPATCH],
    summary="A worker's way to a case",
    operation_id="way_to_case",
)
def way(case_id: str, worker_id: str, caller: CurrentCaller, centre: TheCentre) -> WayReply:
    """Drawn, from his newest position."""
    return _drawn(centre.dispatch.way(caller, case_id, worker_id))


@router.get(
    "/workers/{worker_id}/way",
    dependencies=[requires(Permission.WORKER_SEE)],
    summary="A worker's way to any place",
    operation_id="way_to_place",
)
def way_to_place(
    worker_id: str,
    lon: Annotated[float, Query(ge=-180, le=180)],
    lat: Annotated[float, Query(ge=-85, le=85)],
    caller: CurrentCaller,
    centre: TheCentre,
) -> WayReply:
    """Drawn, from his newest position: before there is a case."""
    return _drawn(centre.dispatch.way_to(caller, lon, lat, worker_id))


@router.get(
    "/phone/way/{case_id}",
    dependencies=[requires(Permission.WORKER_REPORT)],
    summary="One's own way to a case",
    operation_id="own_way",
)
def own_way(
    case_id: str,
    lon: Annotated[float, Query(ge=-180, le=180, description="where one stands")],
    lat: Annotated[float, Query(ge=-85, le=85)],
    caller: CurrentCaller,
    centre: TheCentre,
) -> WayReply:
    """Drawn, in one's own way of moving."""
    return _drawn(centre.dispatch.own_way(caller, case_id, lon, lat))


def _drawn(found: Way | None) -> WayReply:
    if found is None:
        return WayReply(way=None)
    line = list(found.line)
    return WayReply(way=WayAnswer(travel_s=round(found.seconds, 1), distance_m=round(found.distance_m, 1), line=line))
