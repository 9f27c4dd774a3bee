"""Who holds a dome: one person at a time, equal ranks wait for one another, a higher rank may take over."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from incidents.errors import IncidentError
from incidents.rights import Caller, Permission
from runtime.clock import Clock

RANKS: Mapping[str, int] = {"administrator": 3, "supervisor": 2, "operator": 1}
"""By role. The system's own rounds have 0 and hold nothing: every hand goes before them."""
BY_HAND_S = 15.0
"""A dome stays with whoever moved it for so long after."""


@dataclass(frozen=True, slots=True)
class Holder:
    """An account with the rank it has at one dome."""

    id: str
    name: str
    rank: int


ROUNDS = Holder("", "巡视 · rounds", 0)


@dataclass(frozen=True, slots=True)
class Lock:
    """`since` and `until` are Unix times, to be shown; `ends` is when it ends by the clock that never jumps."""

    holder: Holder
    since: float
    until: float
    ends: float

    def plain(self) -> dict[str, Any]:
        """As the contract shows it."""
        who = {"id": self.holder.id, "name": self.holder.name}
        return {"holder": who, "rank": self.holder.rank, "since": self.since, "until": self.until}


class Locked(IncidentError):
    """Somebody else turns the dome now."""

    def __init__(self, lock: Lock) -> None:
        super().__init__(f"{lock.holder.name} is turning this dome")
        self.zh = f"{lock.holder.name} 正在操作此球机"
        self.lock = lock


def holder_at(caller: Caller, path: str | None) -> Holder | None:
    """The caller as one who may turn a dome at this area path; None where he may not."""
    if path is None:
        return None
    ranks = [RANKS.get(at.role, 1) for at in caller.granting(Permission.PTZ_CONTROL) if path.startswith(at.area_path)]
    return Holder(caller.account_id, caller.name, max(ranks)) if ranks else None


class Locks:
    """In memory: with the API process end the pages, and the leases of whatever they steered."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._locks: dict[str, Lock] = {}

    def of(self, camera_id: str) -> Lock | None:
        lock = self._locks.get(camera_id)
        return lock if lock is not None and lock.ends > self._clock.monotonic() else None

    def check(self, camera_id: str, who: Holder) -> None:
        """Raises Locked while somebody else holds it, of whatever rank: taking over is said expressly."""
        lock = self.of(camera_id)
        if lock is not None and lock.holder.id != who.id:
            raise Locked(lock)

    def take(self, camera_id: str, who: Holder, seconds: float, *, take_over: bool = False) -> Lock | None:
        """Holds it for at least so long from now. Returns the lock of another that was taken over. Raises Locked."""
        before = self.of(camera_id)
        other = before if before is not None and before.holder.id != who.id else None
        if other is not None and not (take_over and who.rank > other.holder.rank):
            raise Locked(other)
        now, ends = self._clock.now(), self._clock.monotonic() + seconds
        if before is not None and other is None:
            kept = max(ends, before.ends)
            self._locks[camera_id] = Lock(who, before.since, now + kept - self._clock.monotonic(), kept)
        else:
            self._locks[camera_id] = Lock(who, now, now + seconds, ends)
        return other

    def give_back(self, camera_id: str, account_id: str) -> bool:
        """Whether that account held it."""
        lock = self._locks.get(camera_id)
        if lock is None or lock.holder.id != account_id:
            return False
        del self._locks[camera_id]
        return True

    def ended(self) -> list[tuple[str, Lock]]:
        """Those whose time is over, told once."""
        now = self._clock.monotonic()
        over = [(camera_id, lock) for camera_id, lock in self._locks.items() if lock.ends <= now]
        for camera_id, _ in over:
            del self._locks[camera_id]
        return over
