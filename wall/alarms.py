"""Alarms: new cases that a rule brings up, on the displays at once and at the operators' pages by their folding.

The server alone decides what an alarm is and switches displays; how an operator is shown a flood is his page's affair.
"""

import json
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, delete, insert, select, update

from incidents import case_queries, queries
from incidents.case import OPEN
from incidents.case_filter import CaseFilter
from incidents.errors import NotFound
from incidents.feed import Change, Feed
from incidents.rights import EVERYWHERE, Caller, Permission, Scope
from incidents.store import Store, Transaction
from incidents.store.display_schema import alarms, display_alarms
from incidents.store.schema import accounts
from incidents.views import CaseView
from runtime.clock import Clock
from wall.alarm_rules import AlarmRule, rules_above
from wall.display_rows import get_display
from wall.displays import Displays

NEWS_SECONDS = 600.0
"""A case opened longer ago than this raises no alarm, even if it is heard of only now."""
LIST_SECONDS = 86_400.0
MAX_LIST = 1000
REMEMBERED = 5000


@dataclass(frozen=True, slots=True)
class RaisedBy:
    """What a rule asked for when it raised the alarm."""

    id: str
    to_wall: bool
    hold_s: float | None
    sound: bool


@dataclass(frozen=True, slots=True)
class Acknowledgement:
    """`by` is empty where the case ended before anybody did."""

    at: float
    by: str
    by_name: str


@dataclass(frozen=True, slots=True)
class Alarm:
    case: CaseView
    path: str
    raised_at: float
    rules: tuple[RaisedBy, ...]
    acknowledged: Acknowledgement | None


class Alarms:
    """Synchronous and thread-safe."""

    def __init__(self, store: Store, clock: Clock, feed: Feed, displays: Displays, timezone: ZoneInfo) -> None:
        self._store = store
        self._clock = clock
        self._feed = feed
        self._displays = displays
        self._timezone = timezone
        self._considered: OrderedDict[str, None] = OrderedDict()

    def take(self, case: CaseView, path: str) -> None:
        """A case has changed: raises its alarm if it is new and a rule concerns it; ends it when the case has ended.
        Harmless when called twice."""
        if case.state not in OPEN:
            self._end(case.id)
            return
        if case.id in self._considered or self._clock.now() - case.opened_at > NEWS_SECONDS:
            return
        with self._store.read() as connection:
            # Most cases concern no rule: they are not to wait for their turn to write.
            found = [
                rule
                for rule in rules_above(connection, path)
                if rule.concerns(case.case_class, case.level, path, case.opened_at, self._timezone)
            ]
        if found:
            with self._store.write() as transaction:
                mine = select(alarms.c.case_id).where(alarms.c.case_id == case.id)
                if transaction.connection.execute(mine).first() is None:
                    self._raise(transaction, case, found)
        self._considered[case.id] = None
        while len(self._considered) > REMEMBERED:
            self._considered.popitem(last=False)

    def recover(self) -> None:
        """After a start: cases that opened while nobody was listening."""
        since = self._clock.now() - NEWS_SECONDS
        with self._store.read() as connection:
            page = case_queries.list_cases(connection, EVERYWHERE, CaseFilter(state="open", limit=200))
            found = [
                queries.get_case(connection, EVERYWHERE, case.id) for case in page.items if case.opened_at >= since
            ]
        for case, path in reversed(found):
            self.take(case, path)

    def waiting(self, caller: Caller) -> tuple[Alarm, ...]:
        """The last day's that nobody has acknowledged, oldest first."""
        with self._store.read() as connection:
            rows = connection.execute(
                select(alarms.c.case_id)
                .where(alarms.c.acknowledged_at.is_(None), alarms.c.raised_at > self._clock.now() - LIST_SECONDS)
                .order_by(alarms.c.raised_at.desc())
                .limit(MAX_LIST)
            ).scalars()
            return tuple(reversed(_visible(connection, caller.scope(Permission.ALARM_ANSWER), list(rows))))

    def acknowledge(self, caller: Caller, case_ids: Sequence[str]) -> tuple[Alarm, ...]:
        """The alarms as they stand after; one that was acknowledged before keeps who did. What the caller may not see
        is passed over. Raises NotFound where none is left."""
        now = self._clock.now()
        with self._store.write() as transaction:
            connection = transaction.connection
            found = _visible(connection, caller.scope(Permission.ALARM_ANSWER), case_ids)
            if not found:
                raise NotFound("no such alarm", "cases")
            fresh = [one.case.id for one in found if one.acknowledged is None]
            connection.execute(
                update(alarms)
                .where(alarms.c.case_id.in_(fresh))
                .values(acknowledged_at=now, acknowledged_by=caller.account_id)
            )
            self._clear_displays(transaction, fresh)
            after = _visible(connection, EVERYWHERE, [one.case.id for one in found])
            self._tell(transaction, [one for one in after if one.case.id in fresh])
        return after

    def _raise(self, transaction: Transaction, case: CaseView, rules: Sequence[AlarmRule]) -> None:
        connection, now = transaction.connection, self._clock.now()
        connection.execute(
            insert(alarms).values(
                case_id=case.id,
                raised_at=now,
                rules=json.dumps(
                    [{"id": one.id, "to_wall": one.to_wall, "hold_s": one.hold_s, "sound": one.sound} for one in rules]
                ),
            )
        )
        for display_id, hold in _holds(rules).items():
            self._place(transaction, case, display_id, now, hold)
        self._tell(transaction, _visible(connection, EVERYWHERE, [case.id]))

    def _place(self, transaction: Transaction, case: CaseView, display_id: str, now: float, hold: float | None) -> None:
        """A display whose own area does not cover the case is left as it is."""
        connection = transaction.connection
        rights = get_display(connection, EVERYWHERE, display_id).rights()
        try:
            queries.get_case(connection, rights.scope(Permission.CASE_SEE), case.id)
        except NotFound:
            return
        connection.execute(
            insert(display_alarms).values(
                display_id=display_id,
                case_id=case.id,
                level=case.level,
                placed_at=now,
                until=None if hold is None else now + hold,
            )
        )
        self._displays.settle(transaction, display_id)

    def _end(self, case_id: str) -> None:
        with self._store.read() as connection:
            waiting = connection.execute(
                select(alarms.c.case_id).where(alarms.c.case_id == case_id, alarms.c.acknowledged_at.is_(None))
            ).first()
        if waiting is None:
            return
        with self._store.write() as transaction:
            connection = transaction.connection
            ended = connection.execute(
                update(alarms)
                .where(alarms.c.case_id == case_id, alarms.c.acknowledged_at.is_(None))
                .values(acknowledged_at=self._clock.now())
            )
            if ended.rowcount:
                self._clear_displays(transaction, [case_id])
                self._tell(transaction, _visible(connection, EVERYWHERE, [case_id]))

    def _clear_displays(self, transaction: Transaction, case_ids: Sequence[str]) -> None:
        connection = transaction.connection
        these = display_alarms.c.case_id.in_(case_ids)
        held = sorted(set(connection.execute(select(display_alarms.c.display_id).where(these)).scalars()))
        on_view = set(
            connection.execute(
                select(display_alarms.c.display_id).where(these, display_alarms.c.shown_at.is_not(None))
            ).scalars()
        )
        connection.execute(delete(display_alarms).where(these))
        for display_id in held:
            if not self._displays.settle(transaction, display_id) and display_id in on_view:
                self._displays.changed(transaction, display_id)

    def _tell(self, transaction: Transaction, found: Sequence[Alarm]) -> None:
        for one in found:
            change = Change("alarm", one, (one.path,))
            transaction.after_commit(("alarm", one.case.id), lambda change=change: self._feed.publish(change))  # type: ignore[misc]


def _holds(rules: Sequence[AlarmRule]) -> dict[str, float | None]:
    """For each display how long; where rules differ the longest counts, and until acknowledged is the longest."""
    found: dict[str, float | None] = {}
    for rule in rules:
        if rule.display_id is None:
            continue
        before = found.get(rule.display_id, 0.0)
        found[rule.display_id] = None if before is None or rule.hold_s is None else max(before, rule.hold_s)
    return found


def _visible(connection: Connection, scope: Scope, case_ids: Sequence[str]) -> tuple[Alarm, ...]:
    """The alarms of these cases that lie inside, in the order asked."""
    rows = connection.execute(
        select(alarms, accounts.c.name.label("by_name"))
        .outerjoin(accounts, accounts.c.id == alarms.c.acknowledged_by)
        .where(alarms.c.case_id.in_(list(case_ids)))
    )
    by_case = {row.case_id: row for row in rows}
    found = []
    for case_id in dict.fromkeys(case_ids):
        row: Any = by_case.get(case_id)
        if row is None:
            continue
        try:
            case, path = queries.get_case(connection, scope, case_id)
        except NotFound:
            continue
        done = row.acknowledged_at
        found.append(
            Alarm(
                case=case,
                path=path,
                raised_at=row.raised_at,
                rules=tuple(RaisedBy(**one) for one in json.loads(row.rules)),
                acknowledged=None
                if done is None
                else Acknowledgement(done, row.acknowledged_by or "", row.by_name or ""),
            )
        )
    return tuple(found)
