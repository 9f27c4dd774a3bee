"""A page as the browser is one: opens streams, sorts what comes."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import websockets

from wall import positions
from wall.wire import WireUnit, decode


class PageClient:
    def __init__(self, connection: websockets.ClientConnection) -> None:
        self.connection = connection
        self.messages: list[dict[str, Any]] = []
        self.units: list[WireUnit] = []
        self.positions: dict[int, tuple[float, float, float, float]] = {}
        """By worker: lon, lat, at, accuracy."""
        self.log: list[tuple[str, Any]] = []
        """Everything in its order: ("text", message) and ("unit", unit)."""

    async def say(self, **message: Any) -> None:
        await self.connection.send(json.dumps(message))

    async def until(self, done: Callable[["PageClient"], Any], seconds: float = 30.0) -> Any:
        """Reads until `done` holds; raises TimeoutError or ConnectionClosed."""
        async with asyncio.timeout(seconds):
            while not (result := done(self)):
                self.take(await self.connection.recv())
            return result

    async def read_for(self, seconds: float) -> None:
        try:
            async with asyncio.timeout(seconds):
                while True:
                    self.take(await self.connection.recv())
        except TimeoutError:
            return

    def take(self, frame: str | bytes) -> None:
        if isinstance(frame, str):
            message = json.loads(frame)
            self.messages.append(message)
            self.log.append(("text", message))
        elif frame[3:4] == bytes([positions.KIND]):
            self.positions |= {
                number: (lon, lat, at, accuracy) for number, lon, lat, at, accuracy in positions.decode(frame)
            }
        else:
            units = list(decode(frame))
            self.units += units
            self.log += [("unit", unit) for unit in units]

    def states(self, stream: int) -> list[str]:
        return [m["state"] for m in self.messages if m["type"] == "stream" and m["stream"] == stream]

    def of_type(self, kind: str) -> list[dict[str, Any]]:
        return [m for m in self.messages if m["type"] == kind]

    def of_stream(self, stream: int) -> list[WireUnit]:
        return [unit for unit in self.units if unit.stream == stream]


@asynccontextmanager
async def page(url: str, **options: Any) -> AsyncIterator[PageClient]:
    async with websockets.connect(url, max_size=None, compression=None, **options) as connection:
        client = PageClient(connection)
        await client.until(lambda c: c.of_type("hello"))
        yield client
