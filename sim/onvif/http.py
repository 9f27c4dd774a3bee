"""As much of an HTTP/1.1 server as a camera has (RFC 9112), so small that it can also reply as no server should."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from urllib.parse import unquote, urlsplit

MAX_HEAD_BYTES = 16 * 1024
MAX_BODY_BYTES = 256 * 1024
IDLE_SECONDS = 30.0
BACKLOG = 2048
_REASONS = {200: "OK", 302: "Found", 400: "Bad Request", 401: "Unauthorized", 403: "Forbidden", 404: "Not Found",
            405: "Method Not Allowed", 411: "Length Required", 413: "Content Too Large", 500: "Internal Server Error",
            503: "Service Unavailable"}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Request:
    """`headers` by lower-case name. `local`: the address the client reached."""

    method: str
    target: str
    headers: Mapping[str, str]
    body: bytes
    local: tuple[str, int]

    @property
    def path(self) -> str:
        return unquote(urlsplit(self.target).path)


@dataclass(slots=True)
class Response:
    """`raw` is sent as it comes instead of everything else, status line included; then the connection is closed."""

    body: bytes = b""
    status: int = 200
    content_type: str = "application/soap+xml; charset=utf-8"
    headers: list[tuple[str, str]] = field(default_factory=list)
    raw: AsyncIterator[bytes] | None = None


Handler = Callable[[Request], Awaitable[Response]]


class BadRequest(Exception):
    """The request cannot be read; the message is for the client."""


class HttpServer:
    """One handler behind any number of addresses. All calls belong to one event loop."""

    def __init__(self, handler: Handler, server_name: str = "simulated") -> None:
        self._handler, self._server_name = handler, server_name
        self._listeners: list[asyncio.Server] = []
        self._connections: set[asyncio.Task[None]] = set()

    async def listen(self, host: str, port: int = 0) -> int:
        """The port, a free one for 0. Raises OSError when the address is taken."""
        listener = await asyncio.start_server(self._connected, host, port, limit=MAX_HEAD_BYTES, backlog=BACKLOG)
        self._listeners.append(listener)
        return int(listener.sockets[0].getsockname()[1])

    async def stop(self) -> None:
        for listener in self._listeners:
            listener.close()
        self._listeners.clear()
        self.cut()
        for task in list(self._connections):
            await task

    def cut(self) -> None:
        """Ends all standing connections."""
        for task in self._connections:
            task.cancel()

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._connections.add(task)
        try:
            # A client that goes, or is too slow, ends its own connection and nothing else.
            with suppress(OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError, TimeoutError):
                await self._serve(reader, writer)
        except asyncio.CancelledError:
            pass  # `cut`: the task ends here, or the stream's own callback would report it as lost
        finally:
            self._connections.discard(task)
            writer.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        local = writer.get_extra_info("sockname")[:2]
        while True:
            try:
                request = await asyncio.wait_for(_read(reader, writer, local), IDLE_SECONDS)
            except BadRequest as problem:
                self._write(writer, Response(str(problem).encode(), 400, "text/plain"), keep=False)
                return
            if request is None:
                return
            response = await self._handler(request)
            if response.raw is not None:
                async for piece in response.raw:
                    writer.write(piece)
                    await writer.drain()
                return
            keep = request.headers.get("connection", "").lower() != "close"
            self._write(writer, response, keep)
            await writer.drain()
            if not keep:
                return

    def _write(self, writer: asyncio.StreamWriter, response: Response, keep: bool) -> None:
        lines = [
            f"HTTP/1.1 {response.status} {_REASONS.get(response.status, 'Unknown')}",
            f"Server: {self._server_name}",
        ]
        lines += [f"{name}: {value}" for name, value in response.headers]
        lines += [f"Content-Type: {response.content_type}", f"Content-Length: {len(response.body)}"]
        lines.append(f"Connection: {'keep-alive' if keep else 'close'}")
        writer.write("\r\n".join([*lines, "", ""]).encode() + response.body)


async def _read(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, local: tuple[str, int]) -> Request | None:
    """None when the client closed between two requests."""
    try:
        head = await reader.readuntil(b"\r\n\r\n")
    except asyncio.IncompleteReadError as cut:
        if cut.partial:
            raise BadRequest("the request ends in its head") from cut
        return None
    lines = head.decode("latin-1").split("\r\n")
    words = lines[0].split(" ")
    if len(words) != 3 or not words[2].startswith("HTTP/1."):
        raise BadRequest("not a request line of HTTP/1.1")
    headers = {name.strip().lower(): value.strip() for name, _, value in (line.partition(":") for line in lines[1:-2])}
    if headers.get("expect", "").lower() == "100-continue":
        writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
    return Request(words[0], words[1], headers, await _body(reader, headers), local)


async def _body(reader: asyncio.StreamReader, headers: Mapping[str, str]) -> bytes:
    if headers.get("transfer-encoding", "").lower() == "chunked":
        return await _chunks(reader)
    length = headers.get("content-length", "0")
    if not length.isdecimal() or int(length) > MAX_BODY_BYTES:
        raise BadRequest(f"Content-Length must be a number up to {MAX_BODY_BYTES}")
    return await reader.readexactly(int(length))


async def _chunks(reader: asyncio.StreamReader) -> bytes:
    body = b""
    while True:
        line = (await reader.readuntil(b"\r\n")).split(b";")[0].strip()
        try:
            size = int(line, 16)
        except ValueError:
            raise BadRequest("a chunk does not begin with its size") from None
        if size < 0 or len(body) + size > MAX_BODY_BYTES:
            raise BadRequest(f"the body is longer than {MAX_BODY_BYTES}")
        piece = await reader.readexactly(size + 2)
        if size == 0:
            return body
        body += piece[:-2]
