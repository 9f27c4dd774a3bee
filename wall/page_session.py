"""One WebSocket per page: the streams it wants, the events it may hear, and never more memory than its bound."""

import asyncio
import json
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

from pydantic import ValidationError

from ingest.access_unit import Profile, Rendition
from ingest.live import LiveUnit
from runtime.clock import Clock
from wall.events import Event, EventHub, Topic
from wall.live_hub import LiveHub, StreamView
from wall.page_buffer import PageBuffer, PageLimits, PageOverflow
from wall.page_messages import AnyMessage, Close, Codecs, Events, Open, Ping, Positions, Steer, client_message
from wall.positions import PositionBoard
from wall.ptz.hand import PageHand
from wall.ptz.lock import Holder
from wall.stream_choice import Choice, ChosenStream, Decodable
from wall.wire import CATCH_UP, DISCONTINUITY, KEYFRAME, WireUnit, encode

logger = logging.getLogger(__name__)

T = TypeVar("T", str, bytes)

PROTOCOL = 1
GOODBYE_SECONDS = 2.0
# RFC 6455 7.4.1 and 7.4.2: 4000–4999 are for the application.
CLOSE_GOING_AWAY, CLOSE_POLICY, CLOSE_TRY_LATER, CLOSE_REVOKED = 1001, 1008, 1013, 4401


class ChannelClosed(Exception):
    """The other side is gone."""


class Channel(Protocol):
    """The accepted WebSocket. Sending waits while the peer does not read; all but `close` raise `ChannelClosed`."""

    async def receive_text(self) -> str: ...

    async def send_text(self, text: str) -> None: ...

    async def send_bytes(self, data: bytes) -> None: ...

    async def close(self, code: int, reason: str) -> None: ...


class PageRights(Protocol):
    """What the person behind the page may see now. Both calls answer from memory."""

    def may_watch(self, camera_id: str, profile: Rendition) -> bool: ...

    def may_hear(self, event: Event) -> bool: ...

    def worker_areas(self) -> frozenset[str]: ...

    def holder_at(self, camera_id: str) -> Holder | None: ...


class PageEyes(Protocol):
    """Told when a tile begins and ends to show a camera. Both calls cost nothing."""

    def began(self, camera_id: str) -> None: ...

    def ended(self, camera_id: str) -> None: ...


@dataclass(frozen=True, slots=True)
class Ending:
    code: int
    reason: str
    last_text: str = ""


class PageSession:
    """Serves one page until either side ends it."""

    def __init__(
        self,
        channel: Channel,
        hub: LiveHub,
        events: EventHub,
        rights: PageRights,
        clock: Clock,
        limits: PageLimits,
        hand: PageHand | None = None,
        eyes: PageEyes | None = None,
        positions: PositionBoard | None = None,
    ) -> None:
        """`hand` turns domes; without one the page turns none. `eyes` are told what the page shows; `positions` tell
        where people are."""
        self._channel = channel
        self._eyes = eyes
        self._hand = hand
        self._hub = hub
        self._events = events
        self._rights = rights
        self._clock = clock
        self._limits = limits
        self._buffer = PageBuffer(limits, hub.budget)
        self._wake = asyncio.Event()
        self._hurry = asyncio.Event()
        """What waits is not worth gathering more: somebody has just opened a stream and looks at an empty tile."""
        self._ended: asyncio.Future[Ending] = asyncio.get_running_loop().create_future()
        self._streams: dict[int, ChosenStream] = {}
        self._decodable = Decodable()
        self._topics: frozenset[Topic] = frozenset()
        self._positions = positions
        self._stop_positions: Callable[[], None] | None = None
        self._told = -1
        """The tick of the positions sent last; what is due is read when it can be sent, so the newest wins."""

    @property
    def waiting_bytes(self) -> int:
        return self._buffer.waiting_bytes

    async def run(self) -> None:
        """Returns when the page is gone or was ended; its streams are given up in any case."""
        stop_listening = self._events.listen(self._on_event)
        self._say({"type": "hello", "protocol": PROTOCOL})
        tasks = [asyncio.create_task(self._read()), asyncio.create_task(self._send())]
        waited: list[asyncio.Future[Any]] = [*tasks, self._ended]
        try:
            await asyncio.wait(waited, return_when=asyncio.FIRST_COMPLETED)
        finally:
            stop_listening()
            self._want_positions(False)
            if self._hand is not None:
                self._hand.close()
            for stream in tuple(self._streams):
                self._close_stream(stream)
            for task in tasks:
                task.cancel()
            outcomes = await asyncio.gather(*tasks, return_exceptions=True)
            self._buffer.close()
        if self._ended.done():
            await self._say_goodbye(self._ended.result())
        for outcome in outcomes:
            if isinstance(outcome, Exception) and not isinstance(outcome, ChannelClosed):
                raise outcome

    def end(self, code: int, reason: str) -> None:
        """Ends the page from the server's side; what waits is not sent any more."""
        self._end(Ending(code, reason))

    def revoke(self) -> None:
        """The session behind the page has ended: no more pictures, one last word, closed."""
        self._end(Ending(CLOSE_REVOKED, "session ended", json.dumps({"type": "revoked"})))

    def set_rights(self, rights: PageRights) -> None:
        """Streams the new rights do not cover end at once."""
        self._rights, self._told = rights, -1
        if self._hand is not None:
            self._hand.set_rights(rights)
        for stream, chosen in tuple(self._streams.items()):
            if not rights.may_watch(chosen.camera, chosen.wanted):
                self._close_stream(stream)
                self._say_ended(stream, chosen.wanted, "not allowed any more")

    def _end(self, ending: Ending) -> None:
        if not self._ended.done():
            self._ended.set_result(ending)
        for stream in tuple(self._streams):
            self._close_stream(stream)

    async def _say_goodbye(self, ending: Ending) -> None:
        try:
            async with asyncio.timeout(GOODBYE_SECONDS):
                if ending.last_text:
                    await self._channel.send_text(ending.last_text)
                await self._channel.close(ending.code, ending.reason)
        except (ChannelClosed, TimeoutError):
            logger.info("page gone before it could be told: %s", ending.reason)

    async def _read(self) -> None:
        while True:
            text = await self._channel.receive_text()
            if len(text) > self._limits.message_bytes:
                return self.end(CLOSE_POLICY, f"message longer than {self._limits.message_bytes}")
            try:
                message = client_message.validate_json(text)
            except ValidationError as error:
                problem = error.errors(include_url=False, include_input=False)[0]
                where = ".".join(str(part) for part in problem["loc"])
                return self.end(CLOSE_POLICY, f"{where}: {problem['msg']}"[:120])
            self._obey(message)

    def _obey(self, message: AnyMessage) -> None:
        match message:
            case Open():
                self._open_stream(message.stream, message.camera, message.profile)
            case Codecs():
                self._decodable = Decodable(tuple(message.decode), frozenset(message.without))
                for chosen in tuple(self._streams.values()):
                    chosen.restrict(self._decodable)
            case Close():
                self._close_stream(message.stream)
            case Events():
                began = "ptz" in message.topics and "ptz" not in self._topics
                self._topics = frozenset(message.topics)
                if began and self._hand is not None:
                    for event in self._hand.current():
                        self._on_event(event)
            case Positions():
                self._want_positions(message.on)
            case Steer():
                if self._hand is not None:
                    self._hand.steer(message.camera, (message.pan, message.tilt, message.zoom), self._say)
            case Ping():
                self._say({"type": "pong", "at": message.at})

    def _open_stream(self, stream: int, camera: str, wanted: Profile) -> None:
        self._close_stream(stream)
        if not self._rights.may_watch(camera, wanted):
            self._say_ended(stream, wanted, "no such stream")
        elif len(self._streams) >= self._limits.streams:
            self._say_ended(stream, wanted, f"more than {self._limits.streams} streams on a page")
        else:
            chosen = ChosenStream(
                self._hub,
                self._clock,
                camera,
                wanted,
                has_main=self._rights.may_watch(camera, "main"),
                decodable=self._decodable,
                on_begin=lambda: self._buffer.start(stream),
                on_choice=lambda choice: self._say_stream(stream, choice),
                on_unit=lambda unit: self._on_unit(stream, unit),
            )
            self._streams[stream] = chosen
            if self._hand is not None:
                self._hand.watch(camera)
            if self._eyes is not None:
                self._eyes.began(camera)
            chosen.start()

    def _close_stream(self, stream: int) -> None:
        chosen = self._streams.pop(stream, None)
        if chosen:
            chosen.close()
            if self._hand is not None:
                self._hand.unwatch(chosen.camera)
            if self._eyes is not None:
                self._eyes.ended(chosen.camera)
            self._buffer.forget(stream)

    def _on_unit(self, stream: int, live_unit: LiveUnit) -> None:
        unit = live_unit.unit
        flags = KEYFRAME * unit.keyframe | CATCH_UP * live_unit.catch_up | DISCONTINUITY * unit.discontinuity
        received_us = int(unit.received_at * 1_000_000)
        self._buffer.put_unit(WireUnit(stream, flags, unit.pts_us, received_us, unit.data))
        if live_unit.catch_up:
            self._hurry.set()
        self._wake.set()

    def _on_event(self, event: Event) -> None:
        if event.moved and self._stop_positions is not None:
            return
        if event.topic in self._topics and self._rights.may_hear(event):
            self._put_text(event.text)

    def _want_positions(self, on: bool) -> None:
        if self._stop_positions is not None:
            self._stop_positions()
            self._stop_positions = None
        if on and self._positions is not None:
            self._stop_positions = self._positions.listen(self._wake.set)
            self._told = -1
            self._wake.set()

    def _due_positions(self) -> bytes | None:
        if self._stop_positions is None or self._positions is None or self._told == self._positions.tick:
            return None
        frame = self._positions.frame(self._rights.worker_areas(), self._told)
        self._told = self._positions.tick
        return frame

    def _say_ended(self, stream: int, wanted: Profile, reason: str) -> None:
        self._say_stream(stream, Choice(wanted, StreamView("ended", reason=reason)))

    def _say_stream(self, stream: int, choice: Choice) -> None:
        view, transcoded = choice.view, choice.rendition == "transcoded"
        picture = view.format
        self._say(
            {
                "type": "stream",
                "stream": stream,
                "state": view.state,
                "profile": "sub" if transcoded else choice.rendition,
                "transcoded": transcoded,
                "instead": choice.instead,
                "codec": picture.codec if picture else "",
                "width": picture.width if picture else 0,
                "height": picture.height if picture else 0,
                "reason": view.reason,
            }
        )

    def _say(self, message: dict[str, Any]) -> None:
        self._put_text(json.dumps(message, ensure_ascii=False, separators=(",", ":")))

    def _put_text(self, text: str) -> None:
        try:
            self._buffer.put_text(text)
        except PageOverflow as error:
            self.end(CLOSE_TRY_LATER, str(error))
        self._wake.set()

    async def _send(self) -> None:
        next_at = self._clock.monotonic()
        while True:
            await self._wake.wait()
            delay = next_at - self._clock.monotonic()
            if delay > 0 and not self._hurry.is_set():
                await self._gather(delay)
            self._wake.clear()
            self._hurry.clear()
            next_at = self._clock.monotonic() + self._limits.batch_seconds
            try:
                await self._send_waiting()
            except TimeoutError:
                return self.end(CLOSE_TRY_LATER, "the page does not read")

    async def _gather(self, seconds: float) -> None:
        """More comes within moments, and a message costs more than a unit."""
        loop = asyncio.get_running_loop()
        timer = loop.call_later(seconds, self._hurry.set)
        try:
            await self._hurry.wait()
        finally:
            timer.cancel()

    async def _send_waiting(self) -> None:
        for stream, units in self._buffer.take_lost().items():
            lost = json.dumps({"type": "lost", "stream": stream, "units": units})
            await self._timed(self._channel.send_text, lost)
        while (message := self._buffer.take()) is not None:
            if isinstance(message, str):
                await self._timed(self._channel.send_text, message)
            else:
                await self._timed(self._channel.send_bytes, encode(message))
        if (frame := self._due_positions()) is not None:
            await self._timed(self._channel.send_bytes, frame)

    async def _timed(self, send: Callable[[T], Awaitable[None]], message: T) -> None:
        async with asyncio.timeout(self._limits.send_timeout_seconds):
            await send(message)
