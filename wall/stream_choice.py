"""Which of a camera's streams a page is sent: what it asked for if its browser can decode that, else the next best.

Tried in order: the stream asked for, the camera's other one, the sub-stream transcoded to H.264 by the ingest worker.
A sub-stream is only given up for its codec: when the camera is down nothing else of it would come either. A main stream
is also given up when the camera refuses it or no picture of it comes in time.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

from ingest.access_unit import Profile, Rendition
from ingest.live import LiveUnit
from ingest.state import StreamState
from runtime.clock import Clock
from wall.live_hub import LiveHub, StreamKey, StreamView, Viewer

PATIENCE_SECONDS = 4.0
"""How long a main stream may take to its first picture before the next best is sent."""

Instead = Literal["", "codec", "refused", "late"]
"""Why a page is not sent what it asked for."""

_FAMILY = {"h264": "avc1", "h265": "hvc1"}


@dataclass(frozen=True, slots=True)
class Decodable:
    """What a browser can decode: beginnings of RFC 6381 codec strings, less those it has refused all the same.

    No beginnings: it has not said, so it is sent everything."""

    beginnings: tuple[str, ...] | None = None
    refused: frozenset[str] = frozenset()

    def covers(self, codec: str) -> bool:
        return codec not in self.refused and (self.beginnings is None or codec.startswith(self.beginnings))

    def covers_family(self, family: str) -> bool:
        """Whether any codec of the family (`avc1`, `hvc1`) may be sent."""
        return self.beginnings is None or any(beginning.startswith(family) for beginning in self.beginnings)


@dataclass(frozen=True, slots=True)
class Choice:
    """What a page is sent, and how that stream stands."""

    rendition: Rendition
    view: StreamView
    instead: Instead = ""


@dataclass(eq=False)
class ChosenStream:
    """One tile's stream: begins with `start`, ends with `close`. Belongs to the event loop.

    `on_begin` is called when another rendition begins, `on_choice` whenever its state changes and before any unit of
    it, `on_unit` with units of the rendition last told. All must return at once.
    """

    hub: LiveHub
    clock: Clock
    camera: str
    wanted: Profile
    has_main: bool
    decodable: Decodable
    on_begin: Callable[[], None]
    on_choice: Callable[[Choice], None]
    on_unit: Callable[[LiveUnit], None]
    patience_seconds: float = PATIENCE_SECONDS
    _left: list[Rendition] = field(init=False)
    _instead: Instead = field(default="", init=False)
    _now: tuple[StreamKey, Viewer] | None = field(default=None, init=False)
    _leaving: bool = field(default=False, init=False)
    _patience: asyncio.Task[None] | None = field(default=None, init=False)

    def start(self) -> None:
        self._begin()

    def close(self) -> None:
        self._leave()
        self._left = []

    def restrict(self, decodable: Decodable) -> None:
        """The page has found out what it can decode: what it has no use for is replaced."""
        self.decodable = decodable
        if self._now is None:
            self._begin()
            return
        known = self.hub.codecs.get(self._now[0])
        if known is not None and not decodable.covers(known):
            self._leave()
            self._begin()

    def _begin(self) -> None:
        others: list[Rendition] = ["sub"] if self.wanted == "main" else ["main"] if self.has_main else []
        self._left = [self.wanted, *others, "transcoded"]
        self._instead = ""
        self._try_next()

    def _try_next(self) -> None:
        while self._left:
            rendition = self._left.pop(0)
            if self._playable(rendition):
                self._watch(rendition)
                return
            self._instead = self._instead or "codec"
        ended = StreamView("ended", reason="nothing of this camera can be played by this browser")
        self.on_choice(Choice("transcoded", ended, "codec"))

    def _playable(self, rendition: Rendition) -> bool:
        """Not known to be undecodable: from the stream when it was open before, else from the camera's status."""
        if rendition == "transcoded":
            return self.decodable.covers_family("avc1")
        known = self.hub.codecs.get((self.camera, rendition))
        if rendition == "sub":
            status = self.hub.sub_stream(self.camera)
            family = _FAMILY.get(status.codec) if status is not None else None
            # The status is newer than what was once read from the stream, but knows less.
            if family is not None and (known is None or not known.startswith(family)):
                return self.decodable.covers_family(family)
        return known is None or self.decodable.covers(known)

    def _watch(self, rendition: Rendition) -> None:
        key: StreamKey = (self.camera, rendition)
        viewer = Viewer(on_unit=self._take, on_view=lambda view: self._see(viewer, view))
        self._now, self._leaving = (key, viewer), False
        if rendition == "main":
            self._patience = asyncio.create_task(self._wait(viewer), name=f"main stream of {self.camera}")
        self.on_begin()
        self.hub.watch(key, viewer)

    def _leave(self) -> None:
        now, self._now = self._now, None
        if self._patience is not None:
            self._patience.cancel()
            self._patience = None
        if now is not None:
            self.hub.unwatch(*now)

    async def _wait(self, viewer: Viewer) -> None:
        await self.clock.sleep(self.patience_seconds)
        self._patience = None
        self._give_up(viewer, "late")

    def _take(self, unit: LiveUnit) -> None:
        if not self._leaving:
            self.on_unit(unit)

    def _see(self, viewer: Viewer, view: StreamView) -> None:
        if self._now is None or self._now[1] is not viewer or self._leaving:
            return
        rendition = self._now[0][1]
        if view.format is not None and not self.decodable.covers(view.format.codec):
            self._give_up(viewer, "codec")
        elif rendition == "main" and view.state == "ended" and self._left and not self._camera_is_off():
            self._give_up(viewer, "refused")
        else:
            if view.state == "live" and self._patience is not None:
                self._patience.cancel()
                self._patience = None
            self.on_choice(Choice(rendition, view, self._instead))

    def _camera_is_off(self) -> bool:
        status = self.hub.sub_stream(self.camera)
        return status is not None and status.state is StreamState.DISABLED

    def _give_up(self, viewer: Viewer, why: Instead) -> None:
        """Moves on after the hub has done with this call: it may be in the middle of handing over a GOP."""
        self._leaving = True
        # The first reason is the telling one: later ones are about streams nobody asked for.
        self._instead = self._instead or why
        asyncio.get_running_loop().call_soon(self._move_on, viewer)

    def _move_on(self, viewer: Viewer) -> None:
        if self._now is not None and self._now[1] is viewer:
            self._leave()
            self._try_next()
