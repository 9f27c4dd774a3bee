"""Who looks at which camera now. In memory, told by the routes and pages that show pictures; written by
`incidents.audit`. A tile that is open for three hours is one row; a tour that comes back to a camera every few minutes
goes on with its row."""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from enum import StrEnum

from incidents.rights import Caller
from runtime.clock import Clock

GAP_SECONDS = 600.0
"""Looking again within this time goes on with the same row."""
BEAT_SECONDS = 60.0
"""So often a row that goes on is written: what a killed process may lose of its end."""
MOST_LOOKS = 20_000
"""Kept at a time; the longest ended give way."""


class How(StrEnum):
    LIVE = "live"
    DISPLAY = "display"
    WHEP = "whep"
    SNAPSHOT = "snapshot"
    REPLAY = "replay"
    CLIP = "clip"
    PTZ = "ptz"


@dataclass(frozen=True, slots=True)
class Who:
    account_id: str
    session_id: str
    name: str
    address: str = ""

    @classmethod
    def of(cls, caller: Caller, address: str = "") -> "Who":
        return cls(caller.account_id, caller.session_id, caller.name, address)


@dataclass(slots=True, eq=False)
class Look:
    """One row. `watching`: tiles that show it now; `since`: when the first of them began; `seq`: once written."""

    who: Who
    camera_id: str
    how: How
    path: str
    began_at: float
    last_at: float
    seconds: float = 0.0
    times: int = 0
    watching: int = 0
    since: float = 0.0
    seq: int | None = None
    dirty: bool = True
    """To be written at once."""
    moved: bool = False
    """To be written with the next beat."""
    written_at: float = field(default=0.0)

    @property
    def going_on(self) -> bool:
        return self.watching > 0


Key = tuple[str, str, How]


class Looking:
    """Thread-safe; telling it costs the look-up of a dictionary. `path_of`: area path of a camera, None for none."""

    def __init__(self, clock: Clock, path_of: Callable[[str], str | None]) -> None:
        self._clock = clock
        self._path_of = path_of
        self._lock = threading.Lock()
        self._looks: dict[Key, Look] = {}

    def __len__(self) -> int:
        return len(self._looks)

    def began(self, who: Who, camera_id: str, how: How) -> None:
        """A tile shows the camera from now on; `ended` must follow."""
        with self._lock:
            now = self._clock.now()
            look = self._look(who, camera_id, how, now)
            if look.watching == 0:
                look.since = now
                look.times += 1
                look.dirty = True
            look.watching += 1
            look.last_at = now

    def ended(self, who: Who, camera_id: str, how: How) -> None:
        with self._lock:
            look = self._looks.get((who.session_id, camera_id, how))
            if look is None or look.watching == 0:
                return
            look.watching -= 1
            if look.watching == 0:
                self._reckon(look, self._clock.now())
                look.dirty = True

    def glanced(self, who: Who, camera_id: str, how: How) -> None:
        """One picture or clip was fetched, one movement made."""
        with self._lock:
            now = self._clock.now()
            look = self._look(who, camera_id, how, now)
            look.times += 1
            look.last_at = now
            look.moved = True

    def due(self) -> list[Look]:
        """Copies of what should be written now: what is new at once, what goes on every minute, what ended."""
        with self._lock:
            now = self._clock.now()
            found = []
            for look in self._looks.values():
                beat = now - look.written_at >= BEAT_SECONDS
                if look.watching and beat:
                    self._reckon(look, now)
                if look.dirty or (beat and (look.watching or look.moved)):
                    found.append(replace(look))
            return found

    def written(self, looks: list[Look]) -> None:
        """What `due` gave has been written, with its number; what ended long ago is forgotten."""
        with self._lock:
            now = self._clock.now()
            for copy in looks:
                look = self._looks.get((copy.who.session_id, copy.camera_id, copy.how))
                if look is not None and look.began_at == copy.began_at:
                    look.seq, look.written_at = copy.seq, now
                    look.moved = look.times != copy.times
                    look.dirty = look.going_on != copy.going_on
            self._forget(now)

    def end_all(self) -> None:
        with self._lock:
            now = self._clock.now()
            for look in self._looks.values():
                if look.watching:
                    look.watching = 0
                    self._reckon(look, now)
                    look.moved = True
                look.dirty = look.dirty or look.moved

    def _look(self, who: Who, camera_id: str, how: How, now: float) -> Look:
        key = (who.session_id, camera_id, how)
        look = self._looks.get(key)
        if look is not None and (look.watching or now - look.last_at <= GAP_SECONDS):
            return look
        if len(self._looks) >= MOST_LOOKS:
            self._make_room()
        made = Look(who, camera_id, how, self._path_of(camera_id) or "/", now, now)
        self._looks[key] = made
        return made

    def _reckon(self, look: Look, now: float) -> None:
        look.seconds += max(0.0, now - look.since)
        look.since = look.last_at = now

    def _forget(self, now: float) -> None:
        over = [
            key
            for key, look in self._looks.items()
            if not (look.watching or look.dirty or look.moved) and now - look.last_at > GAP_SECONDS
        ]
        for key in over:
            del self._looks[key]

    def _make_room(self) -> None:
        """Takes out a tenth: those that ended first, written or not, rather than grow without bound."""
        ended = sorted((look.last_at, key) for key, look in self._looks.items() if not look.watching)
        for _, key in ended[: MOST_LOOKS // 10]:
            del self._looks[key]


@dataclass(frozen=True, slots=True)
class Eyes:
    """What one page is given to tell what it shows."""

    looking: Looking
    who: Who
    how: How

    def began(self, camera_id: str) -> None:
        self.looking.began(self.who, camera_id, self.how)

    def ended(self, camera_id: str) -> None:
        self.looking.ended(self.who, camera_id, self.how)
