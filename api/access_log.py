"""One line a request: method, path, status, time. Never a query, a header or a body, where secrets might be.

Refused and slow requests are told at INFO, the rest at DEBUG: sixty phones report their positions all day.
"""

import logging

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from runtime.clock import Clock

logger = logging.getLogger("api.access")
SLOW_MS = 1000.0


class AccessLog:
    def __init__(self, app: ASGIApp, clock: Clock) -> None:
        self.app = app
        self.clock = clock

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return await self.app(scope, receive, send)
        started = self.clock.monotonic()
        status = 0

        async def watch(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self.app(scope, receive, watch)
        finally:
            took_ms = (self.clock.monotonic() - started) * 1000
            # repr: a path may hold line breaks that would forge a log line
            level = logging.INFO if status >= 400 or status == 0 or took_ms > SLOW_MS else logging.DEBUG
            logger.log(level, "%s %r %d %.1f ms", scope["method"], scope["path"][:200], status, took_ms)
