"""The grid worker's phone."""

from fastapi import APIRouter

from api.policy import CurrentCaller, requires
from api.routes.dependencies import PREFIX, REFUSALS, TheCentre
from api.schemas.cases import CaseAnswer
from api.schemas.phone import DutyRequest, OrderList, PositionsAnswer, PositionsRequest
from api.schemas.town import WorkerAnswer
from incidents.rights import Permission
from incidents.workers import Position

router = APIRouter(prefix=f"{PREFIX}/phone", tags=["phone"], responses=REFUSALS)
REPORT = requires(Permission.WORKER_REPORT)


@router.post("/duty", dependencies=[REPORT], summary="Go on or off duty", operation_id="set_duty")
def set_duty(body: DutyRequest, caller: CurrentCaller, centre: TheCentre) -> WorkerAnswer:
    return WorkerAnswer.model_validate(centre.workers.set_duty(caller, body.on))


@router.post("/positions", dependencies=[REPORT], summary="Report where one is", operation_id="report_positions")
def report_positions(body: PositionsRequest, caller: CurrentCaller, centre: TheCentre) -> PositionsAnswer:
    """Also positions gathered while there was no network; those sent twice are stored once."""
    positions = [Position(one.lon, one.lat, one.accuracy_m, one.at) for one in body.positions]
    return PositionsAnswer(stored=centre.workers.report_positions(caller, positions))


@router.get(
    "/orders",
    dependencies=[requires(Permission.CASE_HANDLE)],
    summary="The cases the caller is sent to",
    operation_id="list_orders",
)
def list_orders(caller: CurrentCaller, centre: TheCentre) -> OrderList:
    """Oldest first. Fetching an order is what delivers it."""
    return OrderList(items=[CaseAnswer.model_validate(one.case) for one in centre.dispatch.phone_orders(caller)])
