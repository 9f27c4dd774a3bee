"""A small real HTTP server that takes webhooks, or fails, hangs and lies as it is told to."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

ANSWERS = {
    "garbage": b"\x00\x01 this is no HTTP\r\n\r\n",
    "too much": b"HTTP/1.1 200 OK\r\n" + b"x-filler: " + b"a" * 200_000 + b"\r\n\r\n",
    "elsewhere": b"HTTP/1.1 307 Elsewhere\r\nlocation: http://127.0.0.1:1/internal\r\ncontent-length: 0\r\n\r\n",
    "busy": b"HTTP/1.1 429 Too Many Requests\r\nretry-after: 900\r\ncontent-length: 0\r\n\r\n",
    "endless": b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n" + b"5\r\nhello\r\n" * 10,
}


@dataclass
class Receiver:
    """`script`: what it answers, one after the other, then 204 for ever: a status, a row of ANSWERS, "hang" (it takes
    the request and says nothing) or "close"."""

    script: list[int | str] = field(default_factory=list)
    requests: list[tuple[dict[str, str], bytes]] = field(default_factory=list)
    url: str = ""
    _came: asyncio.Condition = field(default_factory=asyncio.Condition)

    async def has(self, count: int) -> None:
        """Returns once so many requests have come."""
        async with self._came, asyncio.timeout(30):
            await self._came.wait_for(lambda: len(self.requests) >= count)

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                lines = head.decode().split("\r\n")[1:-2]
                headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
                body = await reader.readexactly(int(headers["content-length"]))
                async with self._came:
                    self.requests.append((headers, body))
                    self._came.notify_all()
                told = self.script.pop(0) if self.script else 204
                if told == "close":
                    return
                if told == "hang":
                    await reader.read()
                    return
                writer.write(
                    f"HTTP/1.1 {told} X\r\ncontent-length: 0\r\n\r\n".encode()
                    if isinstance(told, int)
                    else ANSWERS[told]
                )
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()


@asynccontextmanager
async def receiving(script: Sequence[int | str] = ()) -> AsyncIterator[Receiver]:
    receiver = Receiver(list(script))
    server = await asyncio.start_server(receiver.answer, "127.0.0.1", 0)
    receiver.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/hooks/cases"
    try:
        yield receiver
    finally:
        server.close()
