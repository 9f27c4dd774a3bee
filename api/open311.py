"""Open311 GeoReport v2 on the wire: JSON and XML of one and the same answer, and its own form of refusals.

https://wiki.open311.org/GeoReport_v2. XML is only ever written here, never read.
"""

import json
import re
from collections.abc import Awaitable, Callable, Coroutine, Mapping, Sequence
from typing import Any, Literal
from xml.etree import ElementTree

from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from starlette.requests import Request
from starlette.responses import Response

from config.case_classes import CaseClass, CaseClasses
from exchange.report_queries import ReportView
from exchange.reports import w3c_time
from incidents.errors import IncidentError, NotAllowed, NotFound, Throttled

Form = Literal["json", "xml"]
Value = Any
"""Text, numbers, booleans, None, mappings and lists of these."""

SPECIFICATION = "http://wiki.open311.org/GeoReport_v2"
# XML 1.0, 2.2: not even escaped may these stand in a document.
_NO_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_CHILD = {"services": "service", "service_requests": "request", "errors": "error", "endpoints": "endpoint",
          "formats": "format", "attributes": "attribute"}  # fmt: skip
_STATUS_NOTES = {
    "verified_by_camera": "已处置，经监控核查 / handled, verified by camera",
    "verified_by_person": "已处置，经人工核查 / handled, verified by a person",
    "closed_by_person": "已办结 / closed",
    "left_by_itself": "问题已自行消除 / gone by itself",
    "duplicate": "重复反映，已并入其他事件 / a duplicate of another report",
    "rejected": "不予立案 / not accepted",
    "struck_out": "已作废 / struck out",
}


def answer(form: str, root: str, value: Value, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """`value` as the format asked for; lists become elements named by `_CHILD` of `root`."""
    if form == "xml":
        body = ElementTree.tostring(_element(root, value), encoding="utf-8", xml_declaration=True)
        return Response(body, status, headers, "text/xml; charset=utf-8")
    text = json.dumps(value, ensure_ascii=False, allow_nan=False)
    return Response(text.encode(), status, headers, "application/json; charset=utf-8")


def _element(name: str, value: Value) -> ElementTree.Element:
    element = ElementTree.Element(name)
    if isinstance(value, Mapping):
        element.extend(_element(key, one) for key, one in value.items())
    elif isinstance(value, Sequence) and not isinstance(value, str):
        element.extend(_element(_CHILD[name], one) for one in value)
    elif isinstance(value, bool):
        element.text = "true" if value else "false"
    elif value is not None:
        element.text = _NO_XML.sub("", str(value))
    return element


class Open311Route(APIRoute):
    """Refusals as Open311 has them: 404, 403, 400, each with code and description."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        inner = super().get_route_handler()

        async def handle(request: Request) -> Response:
            return await _refusing(inner, request)

        return handle


async def _refusing(inner: Callable[[Request], Awaitable[Response]], request: Request) -> Response:
    form = "xml" if request.url.path.endswith(".xml") else "json"
    headers = None
    try:
        return await inner(request)
    except Throttled as problem:
        status, text = 429, problem.message
        headers = {"retry-after": str(max(1, round(problem.retry_seconds)))}
    except NotFound as problem:
        status, text = 404, problem.message
    except NotAllowed as problem:
        status, text = 403, problem.message
    except IncidentError as problem:
        status, text = 400, f"{problem.where}: {problem.message}" if problem.where else problem.message
    except RequestValidationError as problem:
        # Names the argument and the rule, never the value: it may be a key.
        first = problem.errors()[0]
        status, text = 400, f"{first['loc'][-1]}: {first['msg']}"
    return answer(form, "errors", [{"code": status, "description": text}], status, headers)


def discovery(base_url: str, town: str, changed: str) -> dict[str, Value]:
    """Where the interface lies: https://wiki.open311.org/Service_Discovery."""
    endpoint = {
        "specification": SPECIFICATION,
        "url": f"{base_url.rstrip('/')}/open311/v2",
        "changeset": changed,
        "type": "production",
        "formats": ["text/xml", "application/json"],
    }
    return {"changeset": changed, "contact": town, "key_service": town, "endpoints": [endpoint]}


def service(one: CaseClass, classes: CaseClasses) -> dict[str, Value]:
    major = next((major for major in classes.majors if major.code == one.major), None)
    return {
        "service_code": one.code,
        "service_name": one.zh,
        "description": one.en,
        "metadata": False,
        "type": "realtime",
        "keywords": one.en.lower(),
        "group": major.zh if major else "",
    }


def service_request(report: ReportView) -> dict[str, Value]:
    return {
        "service_request_id": report.id,
        "status": "closed" if report.closed else "open",
        "status_notes": _STATUS_NOTES.get(report.resolution or "") if report.closed else None,
        "service_name": report.class_name_zh,
        "service_code": report.case_class,
        "description": report.description or None,
        "agency_responsible": None,
        "service_notice": None,
        "requested_datetime": w3c_time(report.received_at),
        "updated_datetime": w3c_time(report.updated_at),
        "expected_datetime": None if report.deadline_at is None else w3c_time(report.deadline_at),
        "address": report.address or None,
        "address_id": None,
        "zipcode": None,
        "lat": report.lat,
        "long": report.lon,
        "media_url": report.media_url or None,
    }
