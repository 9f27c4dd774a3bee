"""Seconds of a camera held back for a case: the ring forgets them while the operator is still writing the case."""

import secrets
import threading
from dataclasses import dataclass
from pathlib import Path

from incidents.errors import Invalid
from runtime.clock import Clock

KEPT_SECONDS = 900.0
PER_ACCOUNT = 4
AT_MOST = 64


@dataclass(frozen=True, slots=True)
class Moment:
    """A clip on the disk, for the account that asked for it."""

    id: str
    account_id: str
    camera_id: str
    from_at: float
    to_at: float
    size: int
    expires_at: float


class Moments:
    """Bounded by age, by number per account and in all: the oldest goes first. Synchronous and thread-safe."""

    def __init__(self, folder: Path, clock: Clock) -> None:
        self._folder = folder
        self._clock = clock
        self._held: dict[str, Moment] = {}
        self._lock = threading.Lock()

    def begin(self) -> None:
        """Drops what an earlier run left: nobody knows its names any more."""
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        for path in self._folder.glob("*.mp4"):
            path.unlink(missing_ok=True)

    def hold(self, account_id: str, camera_id: str, clip: bytes, from_at: float, to_at: float) -> Moment:
        moment = Moment(
            secrets.token_urlsafe(18),
            account_id,
            camera_id,
            from_at,
            to_at,
            len(clip),
            self._clock.now() + KEPT_SECONDS,
        )
        self._path(moment).write_bytes(clip)
        with self._lock:
            self._held[moment.id] = moment
            own = [one for one in self._held.values() if one.account_id == account_id]
            for old in (*own[:-PER_ACCOUNT], *tuple(self._held.values())[:-AT_MOST]):
                self._drop(old)
        self.forget_old()
        return moment

    def get(self, account_id: str, moment_id: str) -> tuple[Moment, bytes]:
        """The moment and its clip. Raises Invalid, also for one that another account holds."""
        with self._lock:
            moment = self._held.get(moment_id)
            if moment is None or moment.account_id != account_id or moment.expires_at <= self._clock.now():
                raise Invalid("these seconds are not held any more", "moment")
            return moment, self._path(moment).read_bytes()

    def release(self, moment: Moment) -> None:
        with self._lock:
            self._drop(moment)

    def forget_old(self) -> None:
        now = self._clock.now()
        with self._lock:
            for moment in [one for one in self._held.values() if one.expires_at <= now]:
                self._drop(moment)

    def _drop(self, moment: Moment) -> None:
        if self._held.pop(moment.id, None) is not None:
            self._path(moment).unlink(missing_ok=True)

    def _path(self, moment: Moment) -> Path:
        return self._folder / f"{moment.id}.mp4"
