"""One table from what went wrong to what is answered. Bodies are those of the contract and hold no secret."""

import logging
from collections.abc import Mapping
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import HTTPConnection
from starlette.responses import JSONResponse
from starlette.websockets import WebSocket

from api.base_maps import TilesUnavailable
from api.running_estate import FileProblems
from api.security import error_body
from incidents.errors import Conflict, IncidentError, Invalid, NotAllowed, NotFound, SignInFailed, Throttled
from ingest.live import LiveError
from wall.ptz.lock import Locked
from wall.whep_errors import MalformedOffer, NoRoom, NotAcceptable, RestartUnsupported

logger = logging.getLogger(__name__)


class SignInRequired(IncidentError):
    """There is no session, or it has ended."""


class TooMany(IncidentError):
    """A bound per account is reached."""


class NotBuilt(IncidentError):
    """A file the installation makes is missing; the log says which."""


STATUS: Mapping[type[Exception], tuple[int, str]] = {
    NotFound: (404, "not_found"),
    NotAllowed: (403, "not_allowed"),
    Conflict: (409, "conflict"),
    Invalid: (422, "invalid"),
    SignInFailed: (401, "sign_in_failed"),
    SignInRequired: (401, "sign_in_required"),
    Throttled: (429, "throttled"),
    TooMany: (429, "too_many"),
    LiveError: (503, "camera_unavailable"),
    TilesUnavailable: (503, "tiles_unavailable"),
    NotBuilt: (503, "not_built"),
    MalformedOffer: (400, "bad_request"),
    NotAcceptable: (406, "not_acceptable"),
    RestartUnsupported: (422, "invalid"),
    NoRoom: (429, "too_many"),
    Locked: (423, "locked"),
}
HTTP_CODES = {400: "bad_request", 404: "not_found", 405: "method_not_allowed", 413: "too_large", 415: "wrong_type"}


def install(app: FastAPI) -> None:
    """Registers a handler for each row of the table, and for what FastAPI itself finds wrong."""
    for kind in STATUS:
        app.add_exception_handler(kind, _domain_error)
    app.add_exception_handler(RequestValidationError, _validation_error)
    app.add_exception_handler(HTTPException, _http_error)
    app.add_exception_handler(Exception, _our_fault)


async def _domain_error(connection: HTTPConnection, error: Exception) -> JSONResponse:
    status, code = next(STATUS[kind] for kind in type(error).__mro__ if kind in STATUS)
    retry = getattr(error, "retry_seconds", None)
    headers = None if retry is None else {"retry-after": str(max(1, round(retry)))}
    body: dict[str, dict[str, Any]] = {**error_body(code, str(error), getattr(error, "where", ""))}
    if zh := getattr(error, "zh", ""):
        body["error"]["text"] = {"zh": zh, "en": str(error)}
    if reason := getattr(error, "code", ""):
        body["error"]["reason"] = reason
    if isinstance(error, Locked):
        body["error"]["lock"] = error.lock.plain()
    if isinstance(error, FileProblems):
        body["error"]["problems"] = error.plain()
    response = JSONResponse(body, status, headers)
    if isinstance(connection, WebSocket):
        await connection.send_denial_response(response)
    return response


async def _validation_error(_request: Request, error: Exception) -> JSONResponse:
    """Names the field and the rule, never the value: it may be a password."""
    assert isinstance(error, RequestValidationError)
    problem = error.errors()[0]
    where = ".".join(str(part) for part in problem["loc"] if part != "body") or "body"
    return JSONResponse(error_body("invalid", f"{where}: {problem['msg']}", where), 422)


async def _http_error(_request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)
    code = HTTP_CODES.get(error.status_code, "refused")
    return JSONResponse(error_body(code, str(error.detail)), error.status_code, error.headers)


async def _our_fault(request: Request, _error: Exception) -> JSONResponse:
    """The server logs the exception itself; the caller learns only that it was not his doing."""
    logger.error("%s %s failed", request.method, request.url.path)
    return JSONResponse(error_body("internal", "something went wrong on the server; it has been logged"), 500)
