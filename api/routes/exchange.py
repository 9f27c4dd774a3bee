"""What other systems report by signed webhooks; what they are told: the outbox of events, and sending one again."""

import logging
from typing import Annotated, Any, Literal, TypeVar

from fastapi import APIRouter, Query, Request, Response
from pydantic import ValidationError
from starlette.concurrency import run_in_threadpool

from api.centre import Centre
from api.errors import NotBuilt
from api.policy import CurrentCaller, public, requires
from api.routes.dependencies import PREFIX, REFUSALS, TheCentre
from api.schemas import Body
from api.schemas.exchange import (
    DoublesAnswer,
    OutboxAnswer,
    OutboxCountAnswer,
    OutboxEntryAnswer,
    PositionsAnswer,
    PositionsRequest,
    ReadingAnswer,
    ReadingRequest,
    ReportAnswer,
    ReportRequest,
)
from api.security import client_address
from config.accounts import MissingPassword
from config.exchange import Source
from exchange.outbox_queries import MOST, OutboxFilter
from exchange.positions import take_positions as take_reported
from exchange.reports import Report
from exchange.sensor_reading import Reading, UnreadableMessage, state_of
from incidents.errors import Invalid, NotAllowed
from incidents.position_intake import Reported, Taken
from incidents.rights import Permission
from incidents.similar_queries import SimilarCase
from incidents.workers import Position

logger = logging.getLogger(__name__)
router = APIRouter(prefix=f"{PREFIX}/exchange", tags=["exchange"], responses=REFUSALS)
MANAGE = requires(Permission.ESTATE_MANAGE)
Model = TypeVar("Model", bound=Body)


@router.get("/outbox", dependencies=[MANAGE], summary="Events for other systems", operation_id="list_outbox")
def list_outbox(
    caller: CurrentCaller,
    centre: TheCentre,
    state: Literal["pending", "delivered", "dead"] | None = None,
    destination: Annotated[str | None, Query(max_length=40)] = None,
    case: Annotated[str | None, Query(max_length=64, description="id of a case")] = None,
    limit: Annotated[int, Query(ge=1, le=MOST)] = 100,
    before: Annotated[str | None, Query(max_length=64, description="id of the last entry of the page before")] = None,
) -> OutboxAnswer:
    wanted = OutboxFilter(state=state, destination=destination, case=case, before=before, limit=limit)
    entries, counts = centre.exchange.list(caller, wanted)
    return OutboxAnswer(
        items=[OutboxEntryAnswer.model_validate(one) for one in entries],
        counts=[OutboxCountAnswer.model_validate(one) for one in counts],
    )


@router.post(
    "/outbox/{outbox_id}/resend", dependencies=[MANAGE], summary="Send an event again", operation_id="resend_event"
)
def resend_event(outbox_id: str, caller: CurrentCaller, centre: TheCentre) -> OutboxEntryAnswer:
    entry = centre.exchange.outbox.resend(caller, outbox_id)
    logger.info("%s has event %s sent to %s again", caller.username, entry.event_id, entry.destination)
    return OutboxEntryAnswer.model_validate(entry)


@router.post(
    "/reports/{source_id}",
    dependencies=[public],
    summary="Report by a signed webhook",
    operation_id="take_report",
    status_code=201,
    openapi_extra={"requestBody": {"content": {"application/json": {"schema": ReportRequest.model_json_schema()}}}},
)
async def take_report(source_id: str, request: Request, response: Response, centre: TheCentre) -> ReportAnswer:
    body, source = await _signed(source_id, request, centre)
    taken = await run_in_threadpool(centre.exchange.reports.take, source, _report(body))
    response.status_code = 200 if taken.again else 201
    report = taken.report
    return ReportAnswer(
        id=report.id,
        reference=report.reference,
        case_number=report.case_number,
        state=report.state,
        repeated=taken.again,
        doubles=doubles_answer(taken.doubles),
    )


@router.post(
    "/sensors/{source_id}",
    dependencies=[public],
    summary="Tell a sensor's state by a signed webhook",
    operation_id="take_reading",
    openapi_extra={"requestBody": {"content": {"application/json": {"schema": ReadingRequest.model_json_schema()}}}},
)
async def take_reading(source_id: str, request: Request, centre: TheCentre) -> ReadingAnswer:
    body, source = await _signed(source_id, request, centre)
    if source.sensors is None:
        raise NotAllowed("this source does not speak for sensors")
    given = _read(ReadingRequest, body)
    try:
        alarm, value = state_of(source.sensors, given.state)
    except UnreadableMessage as problem:
        raise Invalid(f"state: {problem}", "state") from None
    reading = Reading(given.sensor, alarm, given.at, value)
    return ReadingAnswer(outcome=await run_in_threadpool(centre.exchange.sensors.take, source.id, reading))


def _positions_schema() -> dict[str, Any]:
    """With the row written out where it stands: what it would refer to is not in the document."""
    schema = PositionsRequest.model_json_schema()
    schema["properties"]["positions"]["items"] = schema.pop("$defs")["PositionRequest"]
    return schema


@router.post(
    "/positions/{source_id}",
    dependencies=[public],
    summary="Tell where grid workers are by a signed webhook",
    operation_id="take_positions",
    openapi_extra={"requestBody": {"content": {"application/json": {"schema": _positions_schema()}}}},
)
async def take_positions(source_id: str, request: Request, centre: TheCentre) -> PositionsAnswer:
    body, source = await _signed(source_id, request, centre)
    if not source.positions:
        raise NotAllowed("this source does not tell positions")
    taken = await run_in_threadpool(_take_positions, centre, source, body)
    return PositionsAnswer(taken=taken.taken, unknown=list(taken.unknown))


def _take_positions(centre: Centre, source: Source, body: bytes) -> Taken:
    given = _read(PositionsRequest, body)
    reported = [Reported(one.worker, Position(one.lon, one.lat, one.accuracy_m, one.at)) for one in given.positions]
    return take_reported(centre.incidents, source, reported, given.coordinates)


async def _signed(source_id: str, request: Request, centre: Centre) -> tuple[bytes, Source]:
    """The body, once its signature was found to be that source's. Raises NotAllowed, Throttled, NotBuilt."""
    body = await request.body()
    source = next((one for one in centre.exchange.sources if one.id == source_id and one.kind == "webhook"), None)
    try:
        return body, centre.exchange.admission.by_signature(source, request.headers, body, client_address(request))
    except MissingPassword as problem:
        logger.error("exchange.sources %s: %s", source_id[:40], problem)
        raise NotBuilt("the secret of this source is not configured") from None


def doubles_answer(found: SimilarCase | None) -> DoublesAnswer | None:
    if found is None:
        return None
    case = found.case
    return DoublesAnswer(case_number=case.number, distance_m=found.distance_m, opened_at=case.opened_at)


def _report(body: bytes) -> Report:
    return Report(**_read(ReportRequest, body).model_dump())


def _read(model: type[Model], body: bytes) -> Model:
    """Read only once its signature was found right: what is not is never parsed. Raises Invalid."""
    try:
        return model.model_validate_json(body)
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        where = ".".join(str(step) for step in first["loc"])
        raise Invalid(f"{where or 'body'}: {first['msg']}", where) from None
