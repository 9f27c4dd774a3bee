"""One page's hand at the stick: what it steers stops when the page goes away or loses the right."""

import contextlib
from collections.abc import Callable, Container
from typing import Any, Protocol

from incidents.errors import IncidentError
from ingest.live import LiveError
from wall.events import Event
from wall.ptz.desk import PtzDesk
from wall.ptz.lock import Holder, Locked
from wall.ptz.refusal import words_of

_NOT_ALLOWED = {"zh": "无权操作此球机", "en": "you may not turn this dome"}
_MOST_AT_ONCE = 4
"""Domes that one page steers at the same time."""

Say = Callable[[dict[str, Any]], None]
Speeds = tuple[float, float, float]
STILL: Speeds = (0.0, 0.0, 0.0)


class TurningRights(Protocol):
    def holder_at(self, camera_id: str) -> Holder | None:
        """The person behind the page as one who may turn this dome; None where he may not."""
        ...


class News(Protocol):
    def current(self) -> list[Event]:
        """The newest known of every dome."""
        ...


class PageHand:
    """What comes while a command is under way replaces what waits: a page cannot pile up work."""

    def __init__(self, desk: PtzDesk, news: News, domes: Container[str], rights: TurningRights) -> None:
        self._desk, self._news, self._domes, self._rights = desk, news, domes, rights
        self._wanted: dict[str, Speeds] = {}
        self._busy: set[str] = set()
        self._steered: dict[str, Holder] = {}
        self._closed = False

    def steer(self, camera_id: str, speeds: Speeds, say: Say) -> None:
        """Refusals are said. A camera that is not there and one that may not be turned are refused alike."""
        who = self._rights.holder_at(camera_id) if camera_id in self._domes else None
        if who is None:
            return say(_refusal(camera_id, "not_allowed", _NOT_ALLOWED))
        if speeds != STILL and camera_id not in self._steered and len(self._steered) >= _MOST_AT_ONCE:
            text = {"zh": "同时操作的球机过多", "en": f"at most {_MOST_AT_ONCE} domes at a time"}
            return say(_refusal(camera_id, "too_many", text))
        self._wanted[camera_id] = speeds
        if camera_id not in self._busy:
            self._busy.add(camera_id)
            self._desk.begin(self._work(camera_id, who, say))

    def current(self) -> list[Event]:
        return self._news.current()

    def watch(self, camera_id: str) -> None:
        if camera_id in self._domes:
            self._desk.watch(camera_id)

    def unwatch(self, camera_id: str) -> None:
        if camera_id in self._domes:
            self._desk.unwatch(camera_id)

    def set_rights(self, rights: TurningRights) -> None:
        self._rights = rights
        for camera_id, who in tuple(self._steered.items()):
            if rights.holder_at(camera_id) is None:
                self._let_go(camera_id, who)

    def close(self) -> None:
        self._closed = True
        for camera_id, who in tuple(self._steered.items()):
            self._let_go(camera_id, who)

    def _let_go(self, camera_id: str, who: Holder) -> None:
        self._steered.pop(camera_id, None)
        self._wanted.pop(camera_id, None)
        self._desk.begin(self._stop(camera_id, who))

    async def _work(self, camera_id: str, who: Holder, say: Say) -> None:
        try:
            while not self._closed and (speeds := self._wanted.pop(camera_id, None)) is not None:
                if speeds == STILL:
                    self._steered.pop(camera_id, None)
                else:
                    self._steered[camera_id] = who
                try:
                    await self._desk.steer(who, camera_id, *speeds)
                except (IncidentError, LiveError) as problem:
                    self._steered.pop(camera_id, None)
                    say(refusal_of(camera_id, problem))
        finally:
            self._busy.discard(camera_id)

    async def _stop(self, camera_id: str, who: Holder) -> None:
        with contextlib.suppress(IncidentError, LiveError):
            await self._desk.halt(who, camera_id)


def refusal_of(camera_id: str, problem: IncidentError | LiveError) -> dict[str, Any]:
    """The message `ptz-refused` for what went wrong."""
    words = words_of(problem)
    lock = problem.lock.plain() if isinstance(problem, Locked) else None
    return _refusal(camera_id, words.code, {"zh": words.zh, "en": words.en}, lock)


def _refusal(camera_id: str, code: str, message: dict[str, str], lock: dict[str, Any] | None = None) -> dict[str, Any]:
    return {"type": "ptz-refused", "camera": camera_id, "code": code, "message": message, "lock": lock}
