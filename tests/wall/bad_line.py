"""A TCP line between a browser and the server that can go quiet, or be cut, without either end having a part in it."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager


class BadLine:
    """`hang`: bytes stop and nobody is told (no FIN, no RST). `cut`: all connections are reset, new ones refused."""

    def __init__(self, host: str, port: int) -> None:
        self._to = host, port
        self._flowing = asyncio.Event()
        self._flowing.set()
        self._writers: set[asyncio.StreamWriter] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._refusing = False

    def hang(self) -> None:
        self._flowing.clear()

    def cut(self) -> None:
        self._refusing = True
        self._reset()

    def mend(self) -> None:
        """What hung until now is lost: real lines do not deliver it minutes later either."""
        self._reset()
        self._refusing = False
        self._flowing.set()

    def _reset(self) -> None:
        for writer in self._writers:
            writer.transport.abort()
        self._writers.clear()

    async def __call__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self._refusing:
            writer.transport.abort()
            return
        there, back = await asyncio.open_connection(*self._to)
        self._writers |= {writer, back}
        for source, target in ((reader, back), (there, writer)):
            task = asyncio.create_task(self._carry(source, target))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _carry(self, source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError):
            while data := await source.read(65_536):
                await self._flowing.wait()
                target.write(data)
                await target.drain()
        with contextlib.suppress(OSError, RuntimeError):
            target.close()

    async def close(self) -> None:
        self.cut()
        for task in tuple(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)


@asynccontextmanager
async def bad_line(address: str) -> AsyncIterator[tuple[BadLine, str]]:
    """A line to `host:port`, good so far, and the address of its near end."""
    host, port = address.split(":")
    line = BadLine(host, int(port))
    server = await asyncio.start_server(line, "127.0.0.1", 0)
    near = server.sockets[0].getsockname()[1]
    try:
        yield line, f"127.0.0.1:{near}"
    finally:
        await line.close()
        server.close()
