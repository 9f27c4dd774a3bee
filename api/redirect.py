"""The plain-HTTP port beside https: it sends everybody over, and hands out the authority's certificate."""

import contextlib
import re
from collections.abc import Iterator
from pathlib import Path

import uvicorn
from starlette.datastructures import Headers
from starlette.responses import FileResponse, PlainTextResponse, RedirectResponse, Response
from starlette.types import Receive, Scope, Send

from api.http_protocol import BoundedHttpProtocol

HOST = re.compile(r"(?P<name>[A-Za-z0-9.-]{1,253}|\[[0-9A-Fa-f:.]{2,45}\])(:\d{1,5})?")
CA_PATH = "/ca.crt"
CA_HEADERS = {"content-disposition": 'attachment; filename="gridwatch-ca.crt"', "cache-control": "no-cache"}
CA_TYPE = "application/x-x509-ca-cert"


def authority_file(path: Path) -> Response:
    """The authority's certificate for download; it is public by nature."""
    return FileResponse(path, media_type=CA_TYPE, headers=CA_HEADERS)


class ToHttps:
    """Every page moves to the same address under https; nothing else is served or taken."""

    def __init__(self, port: int, authority: Path | None) -> None:
        self._port = port
        self._authority = authority

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            await self._answer(scope)(scope, receive, send)
        elif scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1008, "reason": "use wss"})

    def _answer(self, scope: Scope) -> Response:
        if scope["method"] not in ("GET", "HEAD"):
            return PlainTextResponse("use https", 403)
        if scope["path"] == CA_PATH and self._authority:
            return authority_file(self._authority)
        host = HOST.fullmatch(Headers(scope=scope).get("host", ""))
        if host is None:
            return PlainTextResponse("which host?", 400)
        port = "" if self._port == 443 else f":{self._port}"
        raw = scope.get("raw_path", b"/").decode("latin-1")
        query = scope["query_string"].decode("latin-1")
        target = f"https://{host['name']}{port}/{raw.lstrip('/')}" + (f"?{query}" if query else "")
        return RedirectResponse(target, 308)


class SecondServer(uvicorn.Server):
    """A server beside the main one: the signals are the main one's."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


def redirect_server(port: int, authority: Path | None) -> SecondServer:
    """Sends to https on `port`. Run with `serve(sockets=[listen(…)])`; ended by `should_exit`."""
    config = uvicorn.Config(
        ToHttps(port, authority),
        http=BoundedHttpProtocol,
        ws="none",
        lifespan="off",
        access_log=False,
        log_config=None,
        log_level="warning",
        server_header=False,
        limit_concurrency=200,
        timeout_graceful_shutdown=1,
    )
    return SecondServer(config)
