"""Positions of many grid workers at once, from a system that gathers them: the platform of their radios or phones."""

import threading
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from sqlalchemy import Connection, Table, select
from sqlalchemy.dialects import postgresql, sqlite

from incidents.feed import Change, Feed
from incidents.patrol import COARSE_M, GAP_SECONDS, Fix, reachable, sound
from incidents.rights import FIELD_ROLES, Scope
from incidents.store import Store
from incidents.store.schema import accounts, areas, roles, worker_positions, worker_track, workers
from incidents.workers import RECENT, Position, check_position
from runtime.clock import Clock

TRACK_SECONDS = 5.0
"""Of one person a track keeps no more than a position every so often: sixteen hours a day then fit its bound."""
MEMBERS_SECONDS = 5.0
"""For so long it is believed who the workers are and where they belong."""


class Reported(NamedTuple):
    """`worker`: the user name."""

    worker: str
    position: Position


class Placed(NamedTuple):
    """Where a worker is now believed to be."""

    worker_id: str
    paths: tuple[str, ...]
    lon: float
    lat: float
    accuracy_m: float
    at: float


@dataclass(frozen=True, slots=True)
class Taken:
    """`unknown`: user names that are no workers, or none in the areas the sender speaks for; at most 20 of them."""

    taken: int
    unknown: tuple[str, ...]


class _Member(NamedTuple):
    account_id: str
    paths: tuple[str, ...]


@dataclass(slots=True)
class _Walk:
    """What is remembered of one worker: whence he came tells whether the next position is a jump."""

    believed: Fix | None = None
    recent: deque[Fix] = field(default_factory=lambda: deque(maxlen=RECENT))
    tracked_at: float = 0.0


class PositionIntake:
    """Thread-safe."""

    def __init__(self, store: Store, clock: Clock, feed: Feed) -> None:
        self._store, self._clock, self._feed = store, clock, feed
        self._lock = threading.Lock()
        self._members: Mapping[str, _Member] = {}
        self._members_at = float("-inf")
        self._walks: dict[str, _Walk] = {}
        feed.listen(self._changed)

    def _changed(self, change: Change) -> None:
        """Somebody may belong elsewhere now."""
        if change.topic == "session":
            self._members_at = float("-inf")

    def take(self, scope: Scope, reports: Sequence[Reported]) -> Taken:
        """Stores them, any order, repeats welcome. Coarse ones and jumps do not move anybody.

        Raises Invalid naming the first bad one; then none is taken."""
        now = self._clock.now()
        for index, one in enumerate(reports):
            check_position(one.position, index, now)
        with self._lock:
            members = self._who()
            unknown: dict[str, None] = {}
            placed: dict[str, Placed] = {}
            track: list[dict[str, Any]] = []
            before: dict[str, _Walk] = {}
            for name, position in sorted(reports, key=lambda one: one.position.at):
                member = members.get(name.casefold())
                if member is None or not any(scope.covers(path) for path in member.paths):
                    unknown[name] = None
                    continue
                self._step(member, position, placed, track, before)
            if track or placed:
                walks, self._walks = self._walks, self._walks | before
                # What is remembered goes on only with what is on the disk.
                self._write(list(placed.values()), track, now)
                self._walks = walks
        return Taken(len(reports) - sum(one.worker in unknown for one in reports), tuple(unknown)[:20])

    def _step(
        self,
        member: _Member,
        position: Position,
        placed: dict[str, Placed],
        track: list[dict[str, Any]],
        before: dict[str, _Walk],
    ) -> None:
        account_id = member.account_id
        walk = self._walks.get(account_id)
        if walk is None:
            walk = self._walks[account_id] = self._remembered(account_id)
        if account_id not in before:
            before[account_id] = _Walk(walk.believed, walk.recent.copy(), walk.tracked_at)
        fix = Fix(position.lon, position.lat, position.accuracy_m, position.at)
        if walk.recent and fix.at <= walk.recent[-1].at:
            return
        if fix.at - walk.tracked_at >= TRACK_SECONDS:
            walk.tracked_at = fix.at
            place = {"lon": fix.lon, "lat": fix.lat, "accuracy_m": fix.accuracy_m, "at": fix.at}
            track.append({"account_id": account_id, **place})
        walk.recent.append(fix)
        believed = _believed(walk, fix)
        if believed is None:
            return
        walk.believed = believed
        where = believed.lon, believed.lat, believed.accuracy_m, believed.at
        placed[account_id] = Placed(account_id, member.paths, *where)

    def _remembered(self, account_id: str) -> _Walk:
        """After a start: what the store has of him."""
        with self._store.read() as connection:
            row = connection.execute(
                select(worker_positions).where(worker_positions.c.account_id == account_id)
            ).one_or_none()
        if row is None:
            return _Walk()
        fix = Fix(row.lon, row.lat, row.accuracy_m, row.at)
        return _Walk(fix, deque([fix], maxlen=RECENT), fix.at)

    def _write(self, placed: list[Placed], track: list[dict[str, Any]], now: float) -> None:
        with self._store.write() as transaction:
            if track:
                transaction.connection.execute(_unless_there(transaction.connection, worker_track), track)
            if placed:
                statement = _newest(transaction.connection)
                transaction.connection.execute(statement, [_row(one, now) for one in placed])
            change = Change("positions", tuple(placed))
            transaction.after_commit("positions", lambda: self._feed.publish(change))

    def _who(self) -> Mapping[str, _Member]:
        if self._clock.monotonic() - self._members_at < MEMBERS_SECONDS:
            return self._members
        query = (
            select(accounts.c.id, accounts.c.username_key, areas.c.path)
            .join(workers, workers.c.account_id == accounts.c.id)
            .join(roles, roles.c.account_id == accounts.c.id)
            .join(areas, areas.c.code == roles.c.area)
            .where(accounts.c.enabled, roles.c.role.in_(FIELD_ROLES))
            .order_by(accounts.c.id, areas.c.path)
        )
        paths: dict[tuple[str, str], list[str]] = {}
        with self._store.read() as connection:
            for account_id, name, path in connection.execute(query):
                paths.setdefault((account_id, name), []).append(path)
        self._members = {name: _Member(account_id, tuple(found)) for (account_id, name), found in paths.items()}
        self._members_at = self._clock.monotonic()
        return self._members


def _believed(walk: _Walk, fix: Fix) -> Fix | None:
    """As for a single phone (`incidents.workers`), and quick for the usual case: a good position within reach."""
    if fix.accuracy_m <= COARSE_M and (walk.believed is None or reachable(walk.believed, fix)):
        return fix
    found = sound(walk.recent)
    newest = found[-1] if found else None
    if newest is not None and fix.at - newest.at <= GAP_SECONDS:
        return None if walk.believed is not None and newest.at <= walk.believed.at else newest
    return fix if walk.believed is None or fix.at - walk.believed.at > GAP_SECONDS else None


def _row(one: Placed, now: float) -> dict[str, Any]:
    return {
        "account_id": one.worker_id,
        "lon": one.lon,
        "lat": one.lat,
        "accuracy_m": one.accuracy_m,
        "at": one.at,
        "received_at": now,
    }


def _dialect_insert(connection: Connection, table: Table) -> Any:
    return (postgresql if connection.dialect.name == "postgresql" else sqlite).insert(table)


def _unless_there(connection: Connection, table: Table) -> Any:
    return _dialect_insert(connection, table).on_conflict_do_nothing()


def _newest(connection: Connection) -> Any:
    statement = _dialect_insert(connection, worker_positions)
    new = statement.excluded
    values = {name: new[name] for name in ("lon", "lat", "accuracy_m", "at", "received_at")}
    return statement.on_conflict_do_update(
        index_elements=[worker_positions.c.account_id], set_=values, where=worker_positions.c.at < new["at"]
    )
