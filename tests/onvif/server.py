"""A small HTTP server whose every byte a test decides: what a device is, without being one."""

import asyncio
import ipaddress
import random
import re
import ssl
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field

from ingest.opening import Door

NETWORKS = (ipaddress.ip_network("127.0.0.0/8"),)
ENVELOPE = '<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope"><s:Body>%s</s:Body></s:Envelope>'


def door(seed: int = 1) -> Door:
    return Door(NETWORKS, random.Random(seed))


@dataclass(slots=True)
class Asked:
    method: str
    path: str
    headers: dict[str, str]
    body: str

    @property
    def operation(self) -> str:
        """Name of the SOAP operation."""
        found = re.search(r"<s:Body><(?:\w+:)?(\w+)", self.body)
        return found.group(1) if found else ""

    @property
    def created(self) -> str:
        """Time in the WS-Security token, "" without one."""
        found = re.search(r"<u:Created[^>]*>([^<]*)<", self.body)
        return found.group(1) if found else ""


Answer = bytes | list[bytes | float]
"""Raw bytes, or pieces with pauses in seconds between them."""


@dataclass(slots=True)
class Served:
    port: int
    asked: list[Asked] = field(default_factory=list)
    connections: int = 0
    scheme: str = "http"

    @property
    def url(self) -> str:
        return f"{self.scheme}://127.0.0.1:{self.port}/onvif/device_service"


def http(body: str | bytes, status: int = 200, **headers: str) -> bytes:
    data = body.encode() if isinstance(body, str) else body
    lines = [f"HTTP/1.1 {status} X", f"Content-Length: {len(data)}"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return ("\r\n".join(lines) + "\r\n\r\n").encode() + data


def soap(inner: str, status: int = 200, **headers: str) -> bytes:
    return http(ENVELOPE % inner, status, **headers)


def fault(subcode: str, reason: str = "", status: int = 400) -> bytes:
    inner = (
        "<s:Fault><s:Code><s:Value>s:Sender</s:Value><s:Subcode><s:Value>ter:%s</s:Value></s:Subcode></s:Code>"
        "<s:Reason><s:Text>%s</s:Text></s:Reason></s:Fault>"
    )
    return soap(inner % (subcode, reason), status)


@asynccontextmanager
async def serving(answer: Callable[[Asked], Answer], tls: ssl.SSLContext | None = None) -> AsyncIterator[Served]:
    """Answers on 127.0.0.1 until left; an answer that ends with b"" closes the connection."""
    served = Served(0, scheme="https" if tls else "http")
    tasks: set[asyncio.Task[None]] = set()

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        served.connections += 1
        try:
            with suppress(OSError, asyncio.IncompleteReadError):
                while True:
                    asked = await _request(reader)
                    served.asked.append(asked)
                    if not await _answered(writer, answer(asked)):
                        break
            writer.close()
            with suppress(OSError):
                await writer.wait_closed()
        finally:
            writer.transport.abort()

    def start(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.create_task(connected(reader, writer))
        tasks.add(task)
        task.add_done_callback(tasks.discard)

    server = await asyncio.start_server(start, "127.0.0.1", 0, ssl=tls)
    served.port = server.sockets[0].getsockname()[1]
    try:
        yield served
    finally:
        server.close()
        for task in list(tasks):
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await asyncio.sleep(0)


async def _answered(writer: asyncio.StreamWriter, answer: Answer) -> bool:
    for piece in answer if isinstance(answer, list) else [answer]:
        if isinstance(piece, float):
            await asyncio.sleep(piece)
            continue
        if not piece:
            return False
        writer.write(piece)
        await writer.drain()
    return True


async def _request(reader: asyncio.StreamReader) -> Asked:
    head = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
    method, path, _ = head[0].split(" ")
    headers = {key.lower(): value for key, _, value in (line.partition(": ") for line in head[1:] if line)}
    body = await reader.readexactly(int(headers.get("content-length", 0)))
    return Asked(method, path, headers, body.decode())
