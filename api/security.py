"""What holds for every request before any route sees it: headers, body size, and who may send unsafe requests."""

import re
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.requests import HTTPConnection
from starlette.responses import JSONResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from starlette.websockets import WebSocket

from api.cross_origin import allowed_elsewhere
from api.trials import MAX_CLIP_BYTES

JSON_BYTES = 1024 * 1024
PHOTO_BYTES = 10 * 1024 * 1024
TABLE_BYTES = 16 * 1024 * 1024
TABLE_PATH = "/api/v1/estate/import"
GRIDS_BYTES = 64 * 1024 * 1024
"""A city's grids as GeoJSON are 20 MB."""
GRIDS_PATH = "/api/v1/estate/grids/import"
MULTIPART_OVERHEAD = 16 * 1024
REPORT_BYTES = 64 * 1024
POSITIONS_BYTES = 2 * 1024 * 1024
"""Ten thousand positions are 1 MB."""
POSITIONS_PATH = "/api/v1/exchange/positions/"
REPORT_PATHS = ("/open311/", "/api/v1/exchange/reports/", "/api/v1/exchange/sensors/")
CLIP_PATH = re.compile(r"/api/v1/trials/[^/]+/clip")
PHOTO_PATH = re.compile(r"/api/v1/(cases/[^/]+/evidence|citizen/reports|announcements)")
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
SESSION_COOKIE = "gridwatch_session"
DISPLAY_COOKIE = "gridwatch_display"

CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self' 'unsafe-inline'",
        "img-src 'self' data: blob:",
        "media-src 'self' blob:",
        "worker-src 'self' blob:",
        "font-src 'self' data:",
        "connect-src 'self'",
        "manifest-src 'self'",
        "frame-src 'self'",
        "base-uri 'none'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    )
)
SECURITY_HEADERS = {
    "content-security-policy": CONTENT_SECURITY_POLICY,
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), microphone=(self), geolocation=(self)",
}


def error_body(code: str, message: str, where: str = "") -> dict[str, dict[str, str]]:
    """The body of every refusal (docs/design/contracts.md)."""
    return {"error": {"code": code, "message": message, "where": where}}


def client_address(connection: HTTPConnection) -> str:
    """Where the request comes from, for throttling and for the eyes of administrators."""
    return connection.client.host if connection.client else ""


def same_origin(headers: Headers) -> bool:
    """Whether `Origin` names the host the request was sent to. The scheme is the proxy's affair."""
    host = headers.get("host", "")
    return bool(host) and urlsplit(headers.get("origin", "")).netloc.lower() == host.lower()


def body_limit(path: str) -> int:
    if path == TABLE_PATH:
        return TABLE_BYTES + MULTIPART_OVERHEAD
    if path == GRIDS_PATH:
        return GRIDS_BYTES + MULTIPART_OVERHEAD
    if path.startswith(POSITIONS_PATH):
        return POSITIONS_BYTES
    if path.startswith(REPORT_PATHS):
        return REPORT_BYTES
    if CLIP_PATH.fullmatch(path):
        return MAX_CLIP_BYTES
    return PHOTO_BYTES + MULTIPART_OVERHEAD if PHOTO_PATH.fullmatch(path) else JSON_BYTES


class SecurityHeaders:
    """Puts the security headers on every HTTP response; API answers are not stored by caches unless they say so."""

    def __init__(self, app: ASGIApp, secure: bool) -> None:
        self.app = app
        self.secure = secure

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return await self.app(scope, receive, send)

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in SECURITY_HEADERS.items():
                    headers.setdefault(name, value)
                if self.secure:
                    headers.setdefault("strict-transport-security", "max-age=31536000")
                headers.setdefault("cache-control", "no-store")
            await send(message)

        await self.app(scope, receive, send_with_headers)


class BodyLimit:
    """Refuses a body over its bound, declared or not, before a route has gathered it."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return await self.app(scope, receive, send)
        limit = body_limit(scope["path"])
        refusal = JSONResponse(error_body("too_large", f"the body is larger than {limit} bytes"), 413)
        declared = Headers(scope=scope).get("content-length", "0")
        if not declared.isdecimal() or int(declared) > limit:
            return await refusal(scope, receive, send)
        received = 0

        async def counted() -> Message:
            nonlocal received
            message = await receive()
            received += len(message.get("body", b""))
            if received > limit:
                raise HTTPException(413, f"the body is larger than {limit} bytes")
            return message

        await self.app(scope, counted, send)


class OriginCheck:
    """Against requests forged by other sites: an unsafe request, or a WebSocket, that carries an Origin must carry
    ours, and one signed in by cookie must carry it at all. Bearer tokens are not sent by browsers on their own, so
    with one, configured players elsewhere may call the WHEP routes."""

    def __init__(self, app: ASGIApp, player_origins: frozenset[str]) -> None:
        self.app = app
        self.player_origins = player_origins

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "websocket" or (scope["type"] == "http" and scope["method"] not in SAFE_METHODS):
            headers = Headers(scope=scope)
            by_cookie = "authorization" not in headers and any(
                one in headers.get("cookie", "") for one in (SESSION_COOKIE, DISPLAY_COOKIE)
            )
            elsewhere = not by_cookie and allowed_elsewhere(scope["path"], headers, self.player_origins)
            if ("origin" in headers or by_cookie) and not (elsewhere or same_origin(headers)):
                refusal = JSONResponse(error_body("wrong_origin", "the request does not come from this site"), 403)
                return await _refuse(refusal, scope, receive, send)
        await self.app(scope, receive, send)


async def _refuse(refusal: Response, scope: Scope, receive: Receive, send: Send) -> None:
    if scope["type"] == "websocket":
        await WebSocket(scope, receive, send).send_denial_response(refusal)
    else:
        await refusal(scope, receive, send)
