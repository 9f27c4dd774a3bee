"""The API process's end of the connections to the ingest workers: `Live` over Unix sockets."""

import asyncio
import contextlib
import itertools
import logging
import struct
from collections.abc import Callable, Iterator, Sequence
from dataclasses import fields
from pathlib import Path
from typing import Any

from ingest.access_unit import AccessUnit, Rendition
from ingest.live import (
    Configuration,
    DetectionHandler,
    LiveError,
    LiveUnit,
    PtzHandler,
    PtzReport,
    Reply,
    StatusHandler,
)
from ingest.state import StreamState, StreamStatus
from runtime.clock import Clock
from runtime.framing import Note, encode_note, read_message

log = logging.getLogger(__name__)

UNIT_HEAD = struct.Struct(">IBQdI")
"""Subscription, flags, pts, receipt, length of the data that follows; a message holds any number of units."""
KEY, CATCH_UP, DISCONTINUITY, H265, MAIN = 1, 2, 4, 8, 16
_STATUS_FIELDS = {f.name for f in fields(StreamStatus)}
_ANSWER_SECONDS = 30.0
_CONFIGURE_SECONDS = 10.0
"""Longer than a camera may take to let go. Whoever waits is told after this time; the worker goes on."""
_RETRY_SECONDS = (0.1, 0.2, 0.5, 1.0, 2.0)


def encode_unit(number: int, live: LiveUnit) -> tuple[bytes, bytes]:
    """A unit as the parts of a message."""
    unit = live.unit
    flags = (
        (KEY if unit.keyframe else 0)
        | (CATCH_UP if live.catch_up else 0)
        | (DISCONTINUITY if unit.discontinuity else 0)
        | (H265 if unit.codec == "h265" else 0)
        | (MAIN if unit.profile == "main" else 0)
    )
    return UNIT_HEAD.pack(number, flags, unit.pts_us, unit.received_at, len(unit.data)), unit.data


def decode_units(payload: bytes, camera_of: Callable[[int], str | None]) -> Iterator[tuple[int, LiveUnit]]:
    """The units of one message with their subscriptions; those of no subscription any more are passed over."""
    at, end = 0, len(payload)
    while at < end:
        number, flags, pts_us, received_at, size = UNIT_HEAD.unpack_from(payload, at)
        at += UNIT_HEAD.size
        camera_id = camera_of(number)
        if camera_id is not None:
            unit = AccessUnit(
                camera_id,
                "main" if flags & MAIN else "sub",
                "h265" if flags & H265 else "h264",
                bool(flags & KEY),
                pts_us,
                received_at,
                payload[at : at + size],
                bool(flags & DISCONTINUITY),
            )
            yield number, LiveUnit(unit, bool(flags & CATCH_UP))
        at += size


class _Subscription:
    def __init__(self, links: "WorkerLinks", number: int) -> None:
        self._links, self._number = links, number

    def close(self) -> None:
        self._links.drop(self._number)


class _Wanted:
    """A subscription as the API wants it, whether or not its worker is connected."""

    __slots__ = ("camera_id", "profile", "sink")

    def __init__(self, camera_id: str, profile: Rendition, sink: Callable[[LiveUnit], None]) -> None:
        self.camera_id, self.profile, self.sink = camera_id, profile, sink


class WorkerLinks:
    """All workers. Each link reconnects for ever; what was subscribed is subscribed again."""

    def __init__(self, sockets: Sequence[Path], clock: Clock) -> None:
        self._links = [_Link(self, path, clock) for path in sockets]
        self._numbers = itertools.count(1)
        self._wanted: dict[int, _Wanted] = {}
        self._statuses: dict[str, StreamStatus] = {}
        self._status_handlers: list[StatusHandler] = []
        self._ptz_handlers: list[PtzHandler] = []
        self._detection_handler: DetectionHandler | None = None
        self._configuration: Configuration | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    async def start(self) -> None:
        self._tasks = {asyncio.create_task(link.run(), name=f"link {link.path.name}") for link in self._links}

    async def stop(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def follow(self, configuration: Configuration) -> None:
        """Workers that hold another configuration, now or when they connect, are given this one."""
        self._configuration = configuration
        for link in self._links:
            self.settle(link)

    def settle(self, link: "_Link") -> None:
        """Brings a worker up to date, beside: it may have been away, or have read another file at its start."""
        wanted = self._configuration
        if link.connected and wanted is not None and link.fingerprint != wanted.fingerprint:
            task = asyncio.create_task(self._settle(link, wanted), name=f"configure {link.path.name}")
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _settle(self, link: "_Link", wanted: Configuration) -> None:
        try:
            await link.configure(wanted)
        except LiveError as problem:
            log.error("%s keeps its cameras as they are: %s", link.path.stem, problem)

    async def configure(self, configuration: Configuration) -> list[str]:
        """Gives every worker this configuration, also one that holds it already: passwords are read again. Returns
        when all that are connected have it; what went wrong, a line each. Those away get it when they are back."""
        self._configuration = configuration
        connected = [link for link in self._links if link.connected]
        done = await asyncio.gather(*(link.configure(configuration) for link in connected), return_exceptions=True)
        for problem in done:
            if isinstance(problem, BaseException) and not isinstance(problem, LiveError):
                raise problem
        return [f"{link.path.stem}: {problem}" for link, problem in zip(connected, done, strict=True) if problem]

    def subscribe(self, camera_id: str, profile: Rendition, sink: Callable[[LiveUnit], None]) -> _Subscription:
        number = next(self._numbers)
        self._wanted[number] = _Wanted(camera_id, profile, sink)
        if link := self._link_of(camera_id):
            link.ask_for(number, camera_id, profile)
        return _Subscription(self, number)

    def drop(self, number: int) -> None:
        wanted = self._wanted.pop(number, None)
        if wanted and (link := self._link_of(wanted.camera_id)):
            link.send({"t": "unsubscribe", "sub": number})

    async def request(self, camera_id: str, op: str, **arguments: Any) -> Reply:
        link = self._link_of(camera_id)
        if link is None:
            raise LiveError(f"no ingest worker for camera {camera_id} is connected")
        return await link.request(camera_id, op, arguments)

    def statuses(self) -> dict[str, StreamStatus]:
        return dict(self._statuses)

    def status_of(self, camera_id: str) -> StreamStatus | None:
        return self._statuses.get(camera_id)

    def workers(self) -> list[dict[str, Any]]:
        """One row per worker for the health page."""
        return [{"worker": link.path.stem, "connected": link.connected, **link.facts} for link in self._links]

    def on_status(self, handler: StatusHandler) -> None:
        self._status_handlers.append(handler)

    def on_ptz(self, handler: PtzHandler) -> None:
        self._ptz_handlers.append(handler)

    def on_detection(self, handler: DetectionHandler) -> None:
        self._detection_handler = handler

    def _link_of(self, camera_id: str) -> "_Link | None":
        return next((link for link in self._links if link.connected and camera_id in link.cameras), None)

    # What a link reports.

    def wanted_of(self, cameras: set[str]) -> list[tuple[int, _Wanted]]:
        return [(number, wanted) for number, wanted in self._wanted.items() if wanted.camera_id in cameras]

    def cameras_left(self, cameras: set[str]) -> None:
        """No worker has them any more: nothing is known of them."""
        for camera_id in cameras:
            self._statuses.pop(camera_id, None)

    def arrived(self, payload: bytes) -> None:
        for number, unit in decode_units(payload, self._camera_of):
            # A sink may have ended another's subscription meanwhile.
            if wanted := self._wanted.get(number):
                wanted.sink(unit)

    def _camera_of(self, number: int) -> str | None:
        wanted = self._wanted.get(number)
        return wanted.camera_id if wanted else None

    def status_arrived(self, items: list[dict[str, Any]]) -> None:
        for item in items:
            known = {key: value for key, value in item.items() if key in _STATUS_FIELDS}
            status = StreamStatus(**{**known, "state": StreamState(known["state"])})
            if status.profile != "sub":
                for handler in self._status_handlers:
                    handler(status)
                continue
            before = self._statuses.get(status.camera_id)
            self._statuses[status.camera_id] = status
            if before is None or (before.state, before.error) != (status.state, status.error):
                for handler in self._status_handlers:
                    handler(status)

    def ptz_arrived(self, report: PtzReport) -> None:
        for handler in self._ptz_handlers:
            handler(report)

    def link_lost(self, cameras: set[str], now: float) -> None:
        """Until the worker is back its cameras are shown as waiting, not as they last were."""
        for camera_id in cameras:
            before = self._statuses.get(camera_id)
            if before is not None and before.state is not StreamState.DISABLED:
                waiting = StreamStatus(camera_id, state=StreamState.WAITING, since=now, error="ingest worker is away")
                self._statuses[camera_id] = waiting
                for handler in self._status_handlers:
                    handler(waiting)

    async def detection_arrived(self, body: dict[str, Any], blobs: tuple[bytes, ...]) -> bool:
        """False where nobody stores detections yet: the worker keeps them."""
        if self._detection_handler is None:
            return False
        await self._detection_handler(body, blobs)
        return True


class _Link:
    def __init__(self, owner: WorkerLinks, path: Path, clock: Clock) -> None:
        self.path = path
        self.connected = False
        self.cameras: set[str] = set()
        self.fingerprint = ""
        self.facts: dict[str, Any] = {}
        self._owner, self._clock = owner, clock
        self._writer: asyncio.StreamWriter | None = None
        self._requests: dict[int, asyncio.Future[Reply]] = {}
        self._numbers = itertools.count(1)

    async def run(self) -> None:
        attempt = 0
        while True:
            try:
                await self._run_once()
            except (OSError, asyncio.IncompleteReadError) as problem:
                log.debug("%s: %s", self.path.name, problem)
            attempt = 0 if self.connected else attempt + 1
            self._lost()
            await self._clock.sleep(_RETRY_SECONDS[min(attempt, len(_RETRY_SECONDS) - 1)])

    async def _run_once(self) -> None:
        reader, self._writer = await asyncio.open_unix_connection(str(self.path), limit=1 << 20)
        detections: asyncio.Queue[Note] = asyncio.Queue()
        storing = asyncio.create_task(self._store(detections))
        try:
            while True:
                message = await read_message(reader)
                if isinstance(message, bytes):
                    self._owner.arrived(message)
                elif message.body.get("t") == "detection":
                    detections.put_nowait(message)
                else:
                    self._handle(message)
                if storing.done():
                    storing.result()
        finally:
            storing.cancel()
            self._writer.close()
            with contextlib.suppress(asyncio.CancelledError, OSError):
                await asyncio.gather(storing, self._writer.wait_closed(), return_exceptions=True)

    async def _store(self, detections: asyncio.Queue[Note]) -> None:
        while True:
            note = await detections.get()
            key = note.body["key"]
            # A task of its own, so that whatever goes wrong with one detection ends with that detection.
            storing = asyncio.create_task(self._owner.detection_arrived(note.body["body"], note.blobs))
            await asyncio.wait({storing})
            if problem := storing.exception():
                # What the store refuses it will most likely refuse again; what follows must not wait for it.
                log.error("detection %s was not stored", key, exc_info=problem)
                self.send({"t": "refuse", "key": key, "error": f"{type(problem).__name__}: {problem}"})
            else:
                self.send({"t": "acknowledge" if storing.result() else "later", "key": key})

    def _handle(self, note: Note) -> None:
        body = note.body
        match body.get("t"):
            case "hello":
                self.connected = True
                self.facts = {"pid": body["pid"]}
                self._holds(body, set())
                self._owner.settle(self)
            case "cameras":
                self._holds(body, self.cameras)
            case "status":
                self._owner.status_arrived(body["items"])
                self.facts.update(body.get("facts", {}))
            case "ptz":
                self._owner.ptz_arrived(PtzReport(**body["report"]))
            case "reply" | "error":
                future = self._requests.pop(body["id"], None)
                if future is None or future.done():
                    return
                if body["t"] == "reply":
                    future.set_result(Reply(body["body"], note.blobs))
                else:
                    future.set_exception(LiveError(body["message"], body.get("code", ""), body.get("zh", "")))

    def _holds(self, body: dict[str, Any], subscribed: set[str]) -> None:
        """What was wanted of cameras not `subscribed` yet is asked for; of the others the worker kept it."""
        before, self.cameras, self.fingerprint = self.cameras, set(body["cameras"]), body["fingerprint"]
        self._owner.cameras_left(before - self.cameras)
        for number, wanted in self._owner.wanted_of(self.cameras - subscribed):
            self.ask_for(number, wanted.camera_id, wanted.profile)

    def _lost(self) -> None:
        if self.connected:
            log.warning("%s: connection to the worker lost", self.path.name)
            self._owner.link_lost(self.cameras, self._clock.now())
        self.connected, self._writer = False, None
        for future in self._requests.values():
            if not future.done():
                future.set_exception(LiveError("the ingest worker went away"))
        self._requests.clear()

    def send(self, body: dict[str, Any]) -> None:
        if self._writer is not None and not self._writer.is_closing():
            self._writer.write(encode_note(body))

    def ask_for(self, number: int, camera_id: str, profile: Rendition) -> None:
        self.send({"t": "subscribe", "sub": number, "camera": camera_id, "profile": profile})

    async def request(self, camera_id: str, op: str, arguments: dict[str, Any]) -> Reply:
        body = {"t": "request", "camera": camera_id, "op": op, "arguments": arguments}
        return await self._ask(body, f"camera {camera_id}: no answer to {op} within", _ANSWER_SECONDS)

    async def configure(self, configuration: Configuration) -> None:
        """Raises LiveError."""
        await self._ask({"t": "configure", "file": configuration.file}, "still at it after", _CONFIGURE_SECONDS)

    async def _ask(self, body: dict[str, Any], unanswered: str, seconds: float) -> Reply:
        number = next(self._numbers)
        future: asyncio.Future[Reply] = asyncio.get_running_loop().create_future()
        self._requests[number] = future
        self.send({**body, "id": number})
        try:
            async with asyncio.timeout(seconds):
                return await future
        except TimeoutError:
            raise LiveError(f"{unanswered} {seconds:g} s") from None
        finally:
            self._requests.pop(number, None)
