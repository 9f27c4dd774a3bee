"""A real uvicorn on a free port, in the test's own event loop."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import uvicorn

from api.server import listen


@asynccontextmanager
async def serving(config: uvicorn.Config, host: str = "127.0.0.1", port: int = 0) -> AsyncIterator[str]:
    """Yields `host:port`; at the end the server is shut down as by SIGTERM, which must take under ten seconds."""
    listener = listen(host, port)
    port = listener.getsockname()[1]
    server = uvicorn.Server(config)
    task: asyncio.Task[Any] = asyncio.create_task(server._serve(sockets=[listener]))
    while not server.started:
        if task.done():
            await task
        await asyncio.sleep(0.01)
    try:
        yield f"{host}:{port}"
    finally:
        server.should_exit = True
        async with asyncio.timeout(30):
            await task
