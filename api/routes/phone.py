"""The grid worker's phone."""

from fastapi import APIRouter
from starlette.responses import Response

from api.once import OnlyOnce, SendersClock
from api.policy import CurrentCaller, requires
from api.routes.dependencies import PREFIX, REFUSALS, TheCentre
from api.schemas import Answer
from api.schemas.cases import CaseAnswer
from api.schemas.phone import DutyRequest, OrderList, PositionsAnswer, PositionsRequest
from api.schemas.town import WorkerAnswer
from incidents.rights import Permission
from incidents.workers import Position

router = APIRouter(prefix=f"{PREFIX}/phone", tags=["phone"], responses=REFUSALS)
REPORT = requires(Permission.WORKER_REPORT)


@router.post("/duty", dependencies=[REPORT], summary="Go on or off duty", operation_id="set_duty")
def set_duty(body: DutyRequest, caller: CurrentCaller, centre: TheCentre, clock: SendersClock) -> WorkerAnswer:
    recorded = clock.recorded(body.recorded_at) if body.recorded_at is not None else None
    return WorkerAnswer.model_validate(centre.workers.set_duty(caller, body.on, recorded))


@router.get("/duty", dependencies=[REPORT], summary="Is one on duty", operation_id="get_duty")
def get_duty(caller: CurrentCaller, centre: TheCentre) -> WorkerAnswer:
    return WorkerAnswer.model_validate(centre.workers.me(caller))


@router.post(
    "/positions",
    dependencies=[REPORT],
    summary="Report where one is",
    operation_id="report_positions",
    response_model=PositionsAnswer,
)
def report_positions(
    body: PositionsRequest, caller: CurrentCaller, centre: TheCentre, once: OnlyOnce, clock: SendersClock
) -> Answer | Response:
    """Also positions gathered while there was no network; those sent twice are stored once."""
    behind = clock.behind
    positions = [Position(one.lon, one.lat, one.accuracy_m, one.at + behind) for one in body.positions]
    return once.do(
        ("report_positions", body.model_dump_json()),
        lambda: centre.workers.report_positions(caller, positions),
        lambda stored: PositionsAnswer(stored=stored),
    )


@router.get(
    "/orders",
    dependencies=[requires(Permission.CASE_HANDLE)],
    summary="The cases the caller is sent to",
    operation_id="list_orders",
)
def list_orders(caller: CurrentCaller, centre: TheCentre) -> OrderList:
    """Oldest first. Fetching an order is what delivers it."""
    return OrderList(items=[CaseAnswer.model_validate(one.case) for one in centre.dispatch.phone_orders(caller)])
