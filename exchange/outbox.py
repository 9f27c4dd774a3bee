"""The outbox: steps of cases, written with the trace entries they tell, and how far their delivery has got.

Synchronous and thread-safe; `exchange.delivery` sends what lies here.
"""

import logging
import random
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from sqlalchemy import Row, and_, delete, exists, insert, or_, select, update

from config.exchange import Destination
from exchange.cloud_event import event_body, event_id, event_type
from exchange.outbox_queries import OutboxEntry, get_entry
from incidents import queries
from incidents.case import Action
from incidents.errors import Conflict, NotFound
from incidents.rights import EVERYWHERE, Caller, Permission
from incidents.store import Store, Transaction
from incidents.store.exchange_schema import exchange_outbox
from incidents.store.schema import areas
from incidents.trace import TraceEntry
from runtime.clock import Clock

logger = logging.getLogger(__name__)

PENDING, DELIVERED, DEAD = STATES = ("pending", "delivered", "dead")
STAGES = (5.0, 30.0, 120.0, 600.0, 1800.0, 3600.0, 3 * 3600.0, 6 * 3600.0)
"""Seconds before the second, third, … try of one event; the last stage repeats."""
JITTER = 0.2
MAX_ERROR = 200
MAX_RETRY_AFTER = 3600.0
KEEP_DELIVERED_DAYS = 30.0
DAY = 86_400.0
NOT_TOLD = frozenset({Action.COMMENT, Action.EVIDENCE, Action.SIGHTED, Action.LOOK, Action.PARTY, Action.REMIND})
"""Unless a destination names them: they move nothing."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """An event whose turn it is."""

    id: str
    event_id: str
    body: bytes
    attempts: int


class Outbox:
    def __init__(self, store: Store, clock: Clock, rng: random.Random, town: str) -> None:
        """Writes with every transaction of `store` from now on: make one, and only one, at start. `town`: its area."""
        self._store, self._clock, self._rng, self._town = store, clock, rng, town
        self._destinations: tuple[tuple[Destination, str], ...] = ()
        store.before_commit.append(self._write)

    def configure(self, destinations: Sequence[Destination]) -> None:
        """From the next transaction on. What waits for a destination that is gone stays, and is not sent. Call once
        the areas are in the store."""
        wanted = {one.area for one in destinations if one.area is not None}
        with self._store.read() as connection:
            found = connection.execute(select(areas.c.code, areas.c.path).where(areas.c.code.in_(wanted)))
            paths: dict[str | None, str] = {None: "/", **{row.code: row.path for row in found}}
        for one in destinations:
            if one.area not in paths:
                logger.error("exchange.destinations %s: there is no area %s; it is told nothing", one.id, one.area)
            if unknown := set(one.events or ()) - {action.value for action in Action}:
                logger.error("exchange.destinations %s: no case has the events %s", one.id, ", ".join(sorted(unknown)))
        self._destinations = tuple((one, paths[one.area]) for one in destinations if one.area in paths)

    def _write(self, transaction: Transaction) -> None:
        for entry in transaction.appended:
            told = [(one, path) for one, path in self._destinations if _wants(one, entry)]
            if not told:
                continue
            case, place = queries.get_case(transaction.connection, EVERYWHERE, entry.case_id)
            rows = [
                self._row(one, entry, event_body(entry, case, self._town))
                for one, path in told
                if place.startswith(path)
            ]
            if rows:
                transaction.connection.execute(insert(exchange_outbox), rows)

    def _row(self, destination: Destination, entry: TraceEntry, body: str) -> dict[str, Any]:
        now = self._clock.now()
        return {
            "id": uuid4().hex,
            "destination": destination.id,
            "case_id": entry.case_id,
            "seq": entry.seq,
            "event_id": event_id(entry),
            "event": event_type(entry.action),
            "body": body,
            "state": PENDING,
            "queued_at": now,
            "give_up_at": now + destination.keep_trying_days * DAY,
            "next_at": now,
            "attempts": 0,
            "last_error": "",
        }

    def next_waiting(self, destination: str) -> Waiting | None:
        """Whose turn it is: of each case the oldest that waits, so that none overtakes another of its case."""
        now = self._clock.now()
        older = exchange_outbox.alias("older")
        first = ~exists().where(
            older.c.case_id == exchange_outbox.c.case_id,
            older.c.destination == exchange_outbox.c.destination,
            older.c.seq < exchange_outbox.c.seq,
            older.c.state == PENDING,
        )
        # A clock that was set back must not hold an event for longer than the longest pause.
        due = or_(exchange_outbox.c.next_at <= now, exchange_outbox.c.next_at > now + 2 * STAGES[-1])
        query = (
            select(exchange_outbox)
            .where(exchange_outbox.c.destination == destination, exchange_outbox.c.state == PENDING, due, first)
            .order_by(exchange_outbox.c.next_at, exchange_outbox.c.seq)
            .limit(1)
        )
        with self._store.read() as connection:
            row = connection.execute(query).one_or_none()
        return None if row is None else Waiting(row.id, row.event_id, row.body.encode(), row.attempts)

    def delivered(self, entry_id: str) -> None:
        now = self._clock.now()
        self._change(entry_id, state=DELIVERED, delivered_at=now, last_at=now, last_error="", **_ONE_MORE)

    def failed(self, entry_id: str, error: str, retry_after: float | None = None, *, final: bool = False) -> None:
        """It is tried again later, or is dead: when `final`, or its time is over. `retry_after`: seconds the receiver
        asked to be left alone; believed up to an hour."""
        with self._store.write() as transaction:
            row = transaction.connection.execute(
                select(exchange_outbox).where(exchange_outbox.c.id == entry_id).with_for_update()
            ).one()
            transaction.connection.execute(
                update(exchange_outbox)
                .where(exchange_outbox.c.id == entry_id)
                .values(**self._after_failure(row, retry_after, final), last_error=error[:MAX_ERROR], **_ONE_MORE)
            )

    def _after_failure(self, row: Row[Any], retry_after: float | None, final: bool) -> dict[str, Any]:
        now = self._clock.now()
        pause = STAGES[min(row.attempts, len(STAGES) - 1)] * self._rng.uniform(1 - JITTER, 1 + JITTER)
        pause = max(pause, min(retry_after or 0.0, MAX_RETRY_AFTER))
        dead = final or now >= row.give_up_at
        return {"state": DEAD if dead else PENDING, "last_at": now, "next_at": now + pause}

    def back(self, destination: str) -> None:
        """It takes events again: what waits need wait no longer."""
        waits = and_(exchange_outbox.c.destination == destination, exchange_outbox.c.state == PENDING)
        now = self._clock.now()
        with self._store.write() as transaction:
            transaction.connection.execute(
                update(exchange_outbox).where(waits, exchange_outbox.c.next_at > now).values(next_at=now)
            )

    def resend(self, caller: Caller, entry_id: str) -> OutboxEntry:
        """Sent once more, dead or delivered, or at once when it waits. Raises NotFound, Conflict where its destination
        is no longer configured."""
        scope = caller.scope(Permission.ESTATE_MANAGE)
        now = self._clock.now()
        with self._store.write() as transaction:
            entry = get_entry(transaction.connection, scope, entry_id)
            known = {one.id: one for one, _ in self._destinations}
            if entry.destination not in known:
                raise Conflict(f"there is no destination {entry.destination} any more", "destination")
            give_up_at = now + known[entry.destination].keep_trying_days * DAY
            transaction.connection.execute(
                update(exchange_outbox)
                .where(exchange_outbox.c.id == entry_id)
                .values(state=PENDING, next_at=now, give_up_at=give_up_at, delivered_at=None)
            )
            return get_entry(transaction.connection, scope, entry_id)

    def forget_delivered(self) -> int:
        """Deletes what was delivered long ago; what is dead stays. Returns how many."""
        old = self._clock.now() - KEEP_DELIVERED_DAYS * DAY
        gone = and_(exchange_outbox.c.state == DELIVERED, exchange_outbox.c.queued_at < old)
        with self._store.write() as transaction:
            return transaction.connection.execute(delete(exchange_outbox).where(gone)).rowcount

    def _change(self, entry_id: str, **values: Any) -> None:
        with self._store.write() as transaction:
            changed = transaction.connection.execute(
                update(exchange_outbox).where(exchange_outbox.c.id == entry_id).values(**values)
            )
            if not changed.rowcount:
                raise NotFound("no such event in the outbox", "outbox")


_ONE_MORE: dict[str, Any] = {"attempts": exchange_outbox.c.attempts + 1}


def _wants(destination: Destination, entry: TraceEntry) -> bool:
    if destination.events is not None:
        return entry.action in destination.events
    return entry.action not in NOT_TOLD
