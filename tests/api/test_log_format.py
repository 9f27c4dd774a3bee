"""What a server's log says of requests cut off at shutdown, by a real one."""

import asyncio
import logging
import socket

import httpx
import pytest
import uvicorn

from api.log_format import set_up_logging


async def _app(scope, receive, send) -> None:
    if scope["path"] == "/fails":
        raise RuntimeError("a real failure")
    await asyncio.sleep(60)


async def test_a_request_cut_off_at_shutdown_leaves_no_stack_trace(caplog: pytest.LogCaptureFixture) -> None:
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    set_up_logging()
    # `force` has taken the handlers away, that of the test too.
    root.handlers[:] = handlers
    root.setLevel(level)
    listener = socket.create_server(("127.0.0.1", 0))
    config = uvicorn.Config(_app, lifespan="off", log_config=None, timeout_graceful_shutdown=0)
    server = uvicorn.Server(config)
    serving = asyncio.create_task(server.serve(sockets=[listener]))
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{listener.getsockname()[1]}") as client:
        assert (await client.get("/fails")).status_code == 500
        waiting = asyncio.create_task(client.get("/waits"))
        while not any(task.get_coro().__qualname__.endswith("run_asgi") for task in asyncio.all_tasks()):
            await asyncio.sleep(0.005)
        server.should_exit = True
        await asyncio.wait_for(serving, 10)
        await asyncio.gather(waiting, return_exceptions=True)
    traces = [str(record.exc_info[1]) for record in caplog.records if record.exc_info]
    assert traces == ["a real failure"]
    assert "Cancel 1 running task(s)" in caplog.text
