"""Replies no device should give, for whoever reads them to survive."""

from collections.abc import AsyncIterator

from runtime.clock import Clock
from sim.onvif.brand import Hostile
from sim.onvif.http import Response
from sim.onvif.soap import ENVELOPE

_OPEN = f'<?xml version="1.0"?><s:Envelope xmlns:s="{ENVELOPE}"><s:Body>'.encode()
_CLOSE = b"</s:Body></s:Envelope>"
_OK = b"HTTP/1.1 200 OK\r\nContent-Type: application/soap+xml\r\n"
GIGANTIC_BYTES = 64 * 1024 * 1024
DEPTH = 100_000
_CHUNK = 64 * 1024
_ENTITIES = (
    '<?xml version="1.0"?><!DOCTYPE a [<!ENTITY e0 "haha">'
    + "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 10))
    + f']><s:Envelope xmlns:s="{ENVELOPE}"><s:Body><a>&e9;</a></s:Body></s:Envelope>'
).encode()
_EXTERNAL = (
    '<?xml version="1.0"?><!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/hostname">]>'
    f'<s:Envelope xmlns:s="{ENVELOPE}"><s:Body><a>&x;</a></s:Body></s:Envelope>'
).encode()


def hostile_reply(kind: Hostile, clock: Clock, elsewhere: str) -> Response:
    """`elsewhere`: the address a redirect leads to."""
    bodies = {
        Hostile.DTD: _ENTITIES,
        Hostile.EXTERNAL: _EXTERNAL,
        Hostile.GARBAGE: bytes(range(256)) * 16,
        Hostile.EMPTY: b"",
        Hostile.DEEP: _OPEN + b"<a>" * DEPTH + b"</a>" * DEPTH + _CLOSE,
    }
    if kind in bodies:
        return Response(bodies[kind])
    if kind is Hostile.CONTENT_TYPE:
        return Response(b"<html><body><h1>Please log in</h1></body></html>", content_type="text/html")
    if kind is Hostile.REDIRECT:
        return Response(b"", 302, "text/html", [("Location", elsewhere)])
    streams = {
        Hostile.GIGANTIC: lambda: _gigantic(),
        Hostile.DRIP: lambda: _drip(clock),
        Hostile.CUT: lambda: _cut(),
        Hostile.SILENT: lambda: _silent(clock),
        Hostile.LENGTH: lambda: _length(clock),
        Hostile.HEADERS: lambda: _headers(),
    }
    return Response(raw=streams[kind]())


async def _gigantic() -> AsyncIterator[bytes]:
    length = len(_OPEN) + GIGANTIC_BYTES + len(_CLOSE)
    yield _OK + f"Content-Length: {length}\r\n\r\n".encode() + _OPEN
    piece = b"<a>0123456789abc</a>" * (_CHUNK // 20)
    sent = 0
    while sent + len(piece) <= GIGANTIC_BYTES:
        yield piece
        sent += len(piece)
    yield b" " * (GIGANTIC_BYTES - sent) + _CLOSE


async def _drip(clock: Clock) -> AsyncIterator[bytes]:
    yield _OK + b"Content-Length: 100000\r\n\r\n" + _OPEN
    while True:
        await clock.sleep(1.0)
        yield b" "


async def _cut() -> AsyncIterator[bytes]:
    yield _OK + b"Content-Length: 100000\r\n\r\n" + _OPEN + b"<a>"


async def _silent(clock: Clock) -> AsyncIterator[bytes]:
    while True:
        await clock.sleep(60.0)
        yield b""


async def _length(clock: Clock) -> AsyncIterator[bytes]:
    yield _OK + b"Content-Length: 4294967296\r\n\r\n" + _OPEN
    while True:
        await clock.sleep(60.0)
        yield b""


async def _headers() -> AsyncIterator[bytes]:
    yield _OK
    line = b"X-More: " + b"x" * 1000 + b"\r\n"
    for _ in range(GIGANTIC_BYTES // len(line)):
        yield line
