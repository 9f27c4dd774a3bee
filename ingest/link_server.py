"""The worker's end of the connection to the API process: a Unix socket that outlives any one API process."""

import asyncio
import contextlib
import logging
import os
import struct
from collections.abc import Awaitable, Callable
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any, Protocol

from ingest.access_unit import Rendition
from ingest.link import encode_unit
from ingest.live import LiveError, LiveUnit, PtzReport, Reply, Subscription
from ingest.state import StreamStatus
from runtime.clock import Clock
from runtime.framing import FramingError, Note, encode_binary, encode_note, read_message
from runtime.spool import Spool, Spooled

log = logging.getLogger(__name__)

_IN_FLIGHT = 8
_UNIT_BACKLOG_BYTES = 16 << 20
_MESSAGE_BYTES = 1 << 20
STATUS_EVERY_SECONDS = 4.0
_LATER_SECONDS = 1.0

_STATUS_FIELDS = tuple(field.name for field in fields(StreamStatus))

Requests = Callable[[str, str, dict[str, Any]], Awaitable[Reply]]

Configure = Callable[[dict[str, Any]], Awaitable[None]]
"""Takes over a whole configuration, as JSON. Raises LiveError and has changed nothing then."""


@dataclass(frozen=True, slots=True)
class Holding:
    """What a worker holds: the cameras of its shard, and the fingerprint of the configuration they are of."""

    cameras: tuple[str, ...]
    fingerprint: str = ""


class Streams(Protocol):
    """What the link needs of an `Estate`."""

    def subscribe(self, camera_id: str, profile: Rendition, sink: Callable[[LiveUnit], None]) -> Subscription: ...

    def statuses(self) -> dict[str, StreamStatus]: ...


class LinkServer:
    """Serves every API process that connects. `facts` gives the worker's own figures for the health page."""

    def __init__(
        self,
        path: Path,
        holding: Holding,
        streams: Streams,
        requests: Requests,
        spool: Spool,
        facts: Callable[[], dict[str, Any]],
        clock: Clock,
        configure: Configure | None = None,
    ) -> None:
        self.path, self.holding, self.streams, self.configure = path, holding, streams, configure
        self.requests, self.spool, self.facts, self.clock = requests, spool, facts, clock
        self._connections: set[_Connection] = set()
        self._handlers: set[asyncio.Task[None]] = set()
        self._server: asyncio.Server | None = None

    async def start(self) -> None:
        self.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        self.path.unlink(missing_ok=True)
        before = os.umask(0o177)
        try:
            self._server = await asyncio.start_unix_server(self._connected, str(self.path), limit=1 << 20)
        finally:
            os.umask(before)

    async def stop(self) -> None:
        if self._server is not None:
            self._server.close()
        for connection in list(self._connections):
            connection.close()
        await asyncio.gather(*self._handlers, return_exceptions=True)
        self.path.unlink(missing_ok=True)

    def status_changed(self, status: StreamStatus) -> None:
        for connection in self._connections:
            connection.send({"t": "status", "items": [_plain(status)]})

    def holds(self, holding: Holding) -> None:
        """The worker's cameras are these from now on."""
        self.holding = holding
        for connection in self._connections:
            connection.tell_holding("cameras")

    def dome_moved(self, report: PtzReport) -> None:
        body = {"t": "ptz", "report": asdict(report)}
        for connection in self._connections:
            connection.send(body)

    def spooled(self) -> None:
        """Tells the connections that the spool has something new. Belongs to the event loop."""
        for connection in self._connections:
            connection.offer_detections()

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connection = _Connection(self, writer)
        self._connections.add(connection)
        handler = asyncio.current_task()
        assert handler is not None
        self._handlers.add(handler)
        handler.add_done_callback(self._handlers.discard)
        beat = asyncio.create_task(connection.report_statuses())
        try:
            connection.greet()
            while True:
                message = await read_message(reader)
                if isinstance(message, Note):
                    connection.handle(message)
        except FramingError as problem:
            log.error("API process: %s", problem)
        except (OSError, asyncio.IncompleteReadError):
            log.info("an API process went away")
        finally:
            beat.cancel()
            self._connections.discard(connection)
            connection.close()
            with contextlib.suppress(OSError):
                await writer.wait_closed()


class _Connection:
    def __init__(self, server: LinkServer, writer: asyncio.StreamWriter) -> None:
        self._server, self._writer = server, writer
        self._subscriptions: dict[int, Subscription] = {}
        self._skipping: set[int] = set()
        self._units: list[bytes] = []
        self._units_bytes = 0
        self._offered_seq = 0
        self._in_flight: set[str] = set()
        self._tasks: set[asyncio.Task[None]] = set()

    def greet(self) -> None:
        self.tell_holding("hello")
        self.offer_detections()

    def tell_holding(self, what: str) -> None:
        holding = self._server.holding
        body = {"t": what, "pid": os.getpid(), "cameras": holding.cameras, "fingerprint": holding.fingerprint}
        self.send(body)
        self._send_statuses()

    def close(self) -> None:
        for subscription in self._subscriptions.values():
            subscription.close()
        self._subscriptions.clear()
        for task in self._tasks:
            task.cancel()
        self._writer.close()

    def send(self, body: dict[str, Any], blobs: tuple[bytes, ...] = ()) -> None:
        self._flush_units()
        if not self._writer.is_closing():
            self._writer.write(encode_note(body, blobs))

    def handle(self, note: Note) -> None:
        body = note.body
        match body.get("t"):
            case "subscribe":
                self._subscribe(body["sub"], body["camera"], body["profile"])
            case "unsubscribe":
                self._skipping.discard(body["sub"])
                if subscription := self._subscriptions.pop(body["sub"], None):
                    subscription.close()
            case "request":
                self._start(self._answer(body["id"], body["camera"], body["op"], body["arguments"]))
            case "configure":
                self._start(self._configure(body["id"], body["file"]))
            case "acknowledge":
                self._server.spool.acknowledge(body["key"])
                self._landed(body["key"])
            case "refuse":
                self._server.spool.refused(body["key"], body["error"])
                self._start(self._offer_again(body["key"]))
            case "later":
                self._start(self._offer_again(body["key"]))

    def _start(self, work: Any) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def _subscribe(self, number: int, camera_id: str, profile: Rendition) -> None:
        def sink(live: LiveUnit) -> None:
            self._send_unit(number, live)

        if before := self._subscriptions.pop(number, None):
            before.close()
        try:
            self._subscriptions[number] = self._server.streams.subscribe(camera_id, profile, sink)
        except KeyError:
            log.warning("an API process asks for camera %s, which this worker does not have", camera_id)

    def _send_unit(self, number: int, live: LiveUnit) -> None:
        waiting = self._units_bytes + self._writer.transport.get_write_buffer_size()
        if waiting > _UNIT_BACKLOG_BYTES:
            self._skipping.add(number)
        if number in self._skipping:
            if not live.unit.keyframe or waiting > _UNIT_BACKLOG_BYTES // 2:
                return
            self._skipping.discard(number)
        if not self._units:
            # What is read in this turn of the loop goes as one message: a write costs more than a unit.
            asyncio.get_running_loop().call_soon(self._flush_units)
        parts = encode_unit(number, live)
        self._units += parts
        self._units_bytes += len(parts[0]) + len(parts[1])
        if self._units_bytes > _MESSAGE_BYTES:
            self._flush_units()

    def _flush_units(self) -> None:
        if self._units and not self._writer.is_closing():
            self._writer.write(encode_binary(self._units))
        self._units, self._units_bytes = [], 0

    async def _answer(self, number: int, camera_id: str, op: str, arguments: dict[str, Any]) -> None:
        try:
            reply = await self._server.requests(camera_id, op, arguments)
        except LiveError as problem:
            self._refuse(number, problem)
            return
        except (TypeError, ValueError, LookupError, struct.error) as problem:
            log.exception("request %s for camera %s", op, camera_id)
            self.send({"t": "error", "id": number, "message": f"{op} failed: {type(problem).__name__}"})
            return
        self.send({"t": "reply", "id": number, "body": reply.body}, reply.blobs)

    async def _configure(self, number: int, file: dict[str, Any]) -> None:
        try:
            if self._server.configure is None:
                raise LiveError("this worker keeps the cameras it began with")
            await self._server.configure(file)
        except LiveError as problem:
            self._refuse(number, problem)
            return
        self.send({"t": "reply", "id": number, "body": {}})

    def _refuse(self, number: int, problem: LiveError) -> None:
        self.send({"t": "error", "id": number, "message": str(problem), "code": problem.code, "zh": problem.zh})

    def offer_detections(self) -> None:
        room = _IN_FLIGHT - len(self._in_flight)
        if room <= 0:
            return
        for item in self._server.spool.pending(self._offered_seq, room):
            self._offered_seq = item.seq
            if item.key not in self._in_flight:
                self._offer(item)

    def _offer(self, item: Spooled) -> None:
        self._in_flight.add(item.key)
        self.send({"t": "detection", "key": item.key, "body": item.body}, item.blobs)

    def _landed(self, key: str) -> None:
        self._in_flight.discard(key)
        self.offer_detections()

    async def _offer_again(self, key: str) -> None:
        await self._server.clock.sleep(_LATER_SECONDS)
        self._in_flight.discard(key)
        self._offered_seq = 0
        self.offer_detections()

    async def report_statuses(self) -> None:
        while True:
            await self._server.clock.sleep(STATUS_EVERY_SECONDS)
            self._send_statuses()

    def _send_statuses(self) -> None:
        items = [_plain(status) for status in self._server.streams.statuses().values()]
        self.send({"t": "status", "items": items, "facts": self._server.facts()})


def _plain(status: StreamStatus) -> dict[str, Any]:
    """`dataclasses.asdict` copies deeply, which for an estate of 1677 cameras costs more than receiving it."""
    return {name: getattr(status, name) for name in _STATUS_FIELDS}
