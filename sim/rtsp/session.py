"""RTSP sessions of all cameras: how many there may be, and when one is over."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from random import Random
from typing import Protocol

from runtime.clock import Clock
from sim.rtsp.estate import Feed, Profile
from sim.rtsp.station import Viewer


class SessionOwner(Protocol):
    """The connection a session plays on."""

    def cut(self) -> None: ...


@dataclass(slots=True)
class Session:
    """`owner` is None once the connection has gone without TEARDOWN; the place stays taken until the time is over."""

    id: str
    camera_id: str
    profile: Profile
    feed: Feed
    viewer: Viewer
    owner: SessionOwner | None
    heard_at: float
    playing: bool = False


@dataclass(slots=True)
class SessionCounters:
    opened: int = 0
    torn_down: int = 0
    abandoned: int = 0
    timed_out: int = 0
    refused: int = 0
    unauthorised: int = 0


class TooManySessions(Exception):
    """The camera holds as many sessions as it can (453 Not Enough Bandwidth)."""


class SessionTable:
    """A camera gives out `limit` sessions over all its streams, and takes one back by TEARDOWN or after `timeout_s`
    without a request, as real cameras do: who leaves without TEARDOWN soon finds the camera full."""

    def __init__(self, clock: Clock, rng: Random, limit: int, timeout_s: float) -> None:
        self._clock, self._rng, self._limit = clock, rng, limit
        self.timeout_s = timeout_s
        self._sessions: dict[str, Session] = {}
        self._count: defaultdict[str, int] = defaultdict(int)
        self.playing = 0
        self.counters = SessionCounters()

    def open(self, camera_id: str, profile: Profile, feed: Feed, viewer: Viewer, owner: SessionOwner) -> Session:
        if self._count[camera_id] >= self._limit:
            self.counters.refused += 1
            raise TooManySessions(f"{camera_id} has {self._limit} sessions")
        session_id = f"{self._rng.getrandbits(48):012X}"
        session = Session(session_id, camera_id, profile, feed, viewer, owner, self._clock.monotonic())
        self._sessions[session_id] = session
        self._count[camera_id] += 1
        self.counters.opened += 1
        return session

    def play(self, session: Session) -> None:
        if not session.playing:
            session.playing = True
            session.feed.join(session.viewer)
            self.playing += 1

    def heard(self, session: Session) -> None:
        session.heard_at = self._clock.monotonic()

    def tear_down(self, session: Session) -> None:
        self.counters.torn_down += 1
        self._forget(session)

    def abandon(self, session: Session) -> None:
        """The connection has gone. The camera does not know that the client will not come back for its session."""
        if session.id in self._sessions:
            self.counters.abandoned += 1
            session.owner = None
            self._stop(session)

    def end_all(self, camera_id: str) -> None:
        for session in [one for one in self._sessions.values() if one.camera_id == camera_id]:
            self._forget(session)

    def expire(self, hanging: Collection[str] = ()) -> None:
        """Ends sessions not heard of in time, but for those of cameras that hang and so end nothing."""
        oldest = self._clock.monotonic() - self.timeout_s
        old = [one for one in self._sessions.values() if one.heard_at < oldest and one.camera_id not in hanging]
        for session in old:
            self.counters.timed_out += 1
            self._forget(session)
            if session.owner is not None:
                session.owner.cut()

    def count(self, camera_id: str) -> int:
        return self._count[camera_id]

    def __len__(self) -> int:
        return len(self._sessions)

    def _stop(self, session: Session) -> None:
        if session.playing:
            session.playing = False
            session.feed.leave(session.viewer)
            self.playing -= 1

    def _forget(self, session: Session) -> None:
        self._stop(session)
        if self._sessions.pop(session.id, None) is not None:
            self._count[session.camera_id] -= 1
