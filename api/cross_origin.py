"""Players on other sites (CORS): only at the WHEP routes, only for the origins that were configured."""

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

WHEP_PATH = "/api/v1/whep/"
EXPOSED = "Location, ETag, Accept-Patch, Retry-After"
PREFLIGHT = {
    "access-control-allow-methods": "POST, PATCH, DELETE",
    "access-control-allow-headers": "Authorization, Content-Type, If-Match",
    "access-control-max-age": "600",
}


def allowed_elsewhere(path: str, headers: Headers, origins: frozenset[str]) -> bool:
    """Whether the request comes from a configured player. Never by cookie: the player must hold a token."""
    return path.startswith(WHEP_PATH) and headers.get("origin", "") in origins


class CrossOrigin:
    """Answers preflights and marks answers for configured players; all else passes untouched."""

    def __init__(self, app: ASGIApp, origins: frozenset[str]) -> None:
        self.app = app
        self.origins = origins

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = Headers(scope=scope) if scope["type"] == "http" else Headers()
        if scope["type"] != "http" or not allowed_elsewhere(scope["path"], headers, self.origins):
            return await self.app(scope, receive, send)
        origin = headers["origin"]
        if scope["method"] == "OPTIONS" and "access-control-request-method" in headers:
            answer = Response(status_code=204, headers={"access-control-allow-origin": origin, "vary": "Origin"})
            answer.headers.update(PREFLIGHT)
            return await answer(scope, receive, send)

        async def send_marked(message: Message) -> None:
            if message["type"] == "http.response.start":
                marked = MutableHeaders(scope=message)
                marked["access-control-allow-origin"] = origin
                marked["access-control-expose-headers"] = EXPOSED
                marked["cross-origin-resource-policy"] = "cross-origin"
                marked.add_vary_header("Origin")
            await send(message)

        await self.app(scope, receive, send_marked)
