"""Orders from above that come by paper or telephone, typed in at the desk."""

from fastapi import APIRouter, Response

from api.policy import CurrentCaller, requires
from api.routes.dependencies import PREFIX, REFUSALS, TheCentre
from api.routes.exchange import doubles_answer
from api.schemas.orders import OrderAnswer, OrderRequest, SenderAnswer, SenderList
from exchange.orders import TypedOrder
from incidents.rights import Permission

router = APIRouter(prefix=f"{PREFIX}/exchange", tags=["exchange"], responses=REFUSALS)
TRIAGE = requires(Permission.CASE_TRIAGE)


@router.get("/orders", dependencies=[TRIAGE], summary="Who may order something", operation_id="list_senders")
def list_senders(caller: CurrentCaller, centre: TheCentre) -> SenderList:
    found = centre.exchange.orders.senders(caller, centre.exchange.sources)
    asked = [SenderAnswer(id=one.id, name=one.name, asks=[field.zh for field in one.feedback]) for one in found]
    return SenderList(items=asked)


@router.post("/orders", dependencies=[TRIAGE], summary="Type an order in", operation_id="type_order", status_code=201)
def type_order(body: OrderRequest, caller: CurrentCaller, centre: TheCentre, response: Response) -> OrderAnswer:
    """With its own deadline and form, as by a webhook of `channel: order`; filed at once."""
    order = TypedOrder(**body.model_dump())
    taken = centre.exchange.orders.take(caller, centre.exchange.sources, order)
    response.status_code = 200 if taken.again else 201
    report = taken.report
    return OrderAnswer(
        case_id=report.case_id,
        case_number=report.case_number,
        repeated=taken.again,
        doubles=doubles_answer(taken.doubles),
    )
