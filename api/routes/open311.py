"""Open311 GeoReport v2: hotlines and other reporting systems. Described in docs/design/exchange.md, not in OpenAPI."""

from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from api.centre import Centre
from api.open311 import Form, Open311Route, answer, discovery, service, service_request
from api.policy import public
from api.routes.dependencies import TheCentre
from api.security import client_address
from config.exchange import Source
from exchange.report_queries import ReportFilter
from exchange.reports import Report, w3c_time
from incidents.errors import Invalid, NotFound

router = APIRouter(prefix="/open311", include_in_schema=False, route_class=Open311Route)
DAYS = 90
MAX_FIELDS = 60
Key = Annotated[str, Query(max_length=200)]
Listed = Annotated[str, Query(max_length=40_000, description="comma-separated")]
Time = Annotated[str, Query(max_length=40)]


@router.get("/discovery.{form}", dependencies=[public])
def get_discovery(form: Form, request: Request, centre: TheCentre) -> Response:
    _sources(centre)
    changed = w3c_time(centre.exchange.changed_at)
    return answer(form, "discovery", discovery(str(request.base_url), centre.config.town.name, changed))


@router.get("/v2/services.{form}", dependencies=[public])
def list_services(form: Form, centre: TheCentre) -> Response:
    classes = centre.incidents.town.case_classes
    offered = centre.exchange.offered_classes(_sources(centre))
    return answer(form, "services", [service(one, classes) for one in classes.classes if one.code in offered])


@router.get("/v2/services/{code}.{form}", dependencies=[public])
def get_service(code: str, form: Form, centre: TheCentre) -> Response:
    if code not in centre.exchange.offered_classes(_sources(centre)):
        raise NotFound("service_code was not found")
    return answer(form, "service_definition", {"service_code": code, "attributes": []})


@router.post("/v2/requests.{form}", dependencies=[public])
async def post_request(form: Form, request: Request, centre: TheCentre) -> Response:
    async with request.form(max_files=0, max_fields=MAX_FIELDS) as sent:
        fields = {name: value for name, value in sent.multi_items() if isinstance(value, str)}
    key = fields.get("api_key") or request.query_params.get("api_key", "")
    source = centre.exchange.admission.by_key(_sources(centre), key, client_address(request))
    reference = request.headers.get("idempotency-key")
    taken = await run_in_threadpool(centre.exchange.reports.take, source, _report(fields, reference))
    said = {"service_request_id": taken.report.id, "service_notice": None, "account_id": None}
    return answer(form, "service_requests", [said], 200 if taken.again else 201)


@router.get("/v2/requests.{form}", dependencies=[public])
async def list_requests(
    form: Form,
    request: Request,
    centre: TheCentre,
    api_key: Key = "",
    service_request_id: Listed = "",
    service_code: Listed = "",
    start_date: Time = "",
    end_date: Time = "",
    status: Annotated[str, Query(max_length=40)] = "",
) -> Response:
    source = centre.exchange.admission.by_key(_sources(centre), api_key, client_address(request))
    wanted = ReportFilter(
        _words(service_request_id),
        _words(service_code),
        *_range(start_date, end_date, centre.clock.now()),
        _closed(_words(status)),
    )
    found = await run_in_threadpool(centre.exchange.list_reports, source, wanted)
    return answer(form, "service_requests", [service_request(one) for one in found])


@router.get("/v2/requests/{report_id}.{form}", dependencies=[public])
async def get_request(report_id: str, form: Form, request: Request, centre: TheCentre, api_key: Key = "") -> Response:
    source = centre.exchange.admission.by_key(_sources(centre), api_key, client_address(request))
    found = await run_in_threadpool(centre.exchange.list_reports, source, ReportFilter(ids=(report_id[:64],)))
    if not found:
        raise NotFound("service_request_id was not found")
    return answer(form, "service_requests", [service_request(found[0])])


@router.get("/v2/tokens/{token}.{form}", dependencies=[public])
def get_token(token: str, form: Form, centre: TheCentre) -> Response:
    """Ids are given at once (`type` realtime), so there are no tokens."""
    _sources(centre)
    raise NotFound("token was not found")


def _sources(centre: Centre) -> list[Source]:
    """Raises NotFound where nobody may report by Open311: then there is no such interface."""
    found = [one for one in centre.exchange.sources if one.kind == "open311"]
    if not found:
        raise NotFound("Open311 is not offered here")
    return found


def _report(fields: dict[str, str], reference: str | None) -> Report:
    """Names, numbers and addresses of who called are passed over: the hotline has them, and nobody here needs them."""
    if not fields.get("service_code"):
        raise Invalid("was not provided", "service_code")
    if fields.get("address_id"):
        raise Invalid("is not known here; give lat and long, or address_string", "address_id")
    return Report(
        case_class=fields["service_code"],
        lon=_number(fields, "long"),
        lat=_number(fields, "lat"),
        description=fields.get("description", ""),
        address=fields.get("address_string", ""),
        media_url=fields.get("media_url", ""),
        reference=reference,
    )


def _number(fields: dict[str, str], name: str) -> float | None:
    text = fields.get(name, "").strip()
    if not text:
        return None
    try:
        return float(text[:40])
    except ValueError:
        raise Invalid("is no number", name) from None


def _words(text: str) -> tuple[str, ...]:
    return tuple(word.strip() for word in text.split(",") if word.strip())


def _closed(statuses: tuple[str, ...]) -> bool | None:
    if any(one not in ("open", "closed") for one in statuses):
        raise Invalid("must be open, closed, or both", "status")
    return None if len(set(statuses)) != 1 else statuses[0] == "closed"


def _range(start: str, end: str, now: float) -> tuple[float, float]:
    """At most 90 days; without both ends the latest that the other allows."""
    span = DAYS * 86_400.0
    until_at = _time(end, "end_date") if end else None
    from_at = _time(start, "start_date") if start else (until_at if until_at is not None else now) - span
    if until_at is None:
        until_at = from_at + span + 1.0
    if until_at - from_at > span + 1.0:
        raise Invalid(f"start_date and end_date may not span more than {DAYS} days", "start_date")
    return from_at, until_at


def _time(text: str, where: str) -> float:
    # A + in a query stands for a blank, and many senders do not escape it.
    try:
        at: Any = datetime.fromisoformat(text.strip().replace(" ", "+"))
        if at.tzinfo is None:
            raise ValueError
        return float(at.timestamp())
    except (ValueError, OverflowError):
        raise Invalid("must be a time with its zone, such as 2026-01-01T00:00:00Z", where) from None
