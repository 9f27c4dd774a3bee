"""Alarms: cases, new or stepped up, that a rule brings up, on the displays at once and at the operators' pages by
their folding.

The server alone decides what an alarm is and switches displays; how an operator is shown a flood is his page's affair.
"""

import json
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, bindparam, delete, func, insert, select, update

from incidents import case_queries, queries
from incidents.case import OPEN, Action
from incidents.case_filter import CaseFilter
from incidents.errors import NotFound
from incidents.feed import Change, Feed
from incidents.rights import EVERYWHERE, Caller, Permission, Scope
from incidents.store import Store, Transaction
from incidents.store.display_schema import alarms, display_alarms
from incidents.store.schema import accounts, trace
from incidents.views import CaseView
from runtime.clock import Clock
from wall.alarm_rules import AlarmRule, rules_above
from wall.display_rows import get_display
from wall.displays import Displays

NEWS_SECONDS = 600.0
"""A case opened or stepped up longer ago than this raises no alarm, even if it is heard of only now."""
LIST_SECONDS = 86_400.0
MAX_LIST = 1000
REMEMBERED = 5000
LOOKED_BACK = 5000
"""So many entries of the trace are looked through after a start for step-ups nobody heard of."""


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
    stepped_at: float | None = None
    """When the step-up was that raised it, or raised it again; None: it was raised as a new case."""


class Alarms:
    """Synchronous and thread-safe."""

    def __init__(self, store: Store, clock: Clock, feed: Feed, displays: Displays, timezone: ZoneInfo) -> None:
        self._store = store
        self._clock = clock
        self._feed = feed
        self._displays = displays
        self._timezone = timezone
        self._considered: OrderedDict[tuple[str, float | None], None] = OrderedDict()

    def take(self, case: CaseView, path: str) -> None:
        """A case has changed: raises its alarm if it is new or was stepped up and a rule concerns that; ends it when
        the case has ended. Harmless when called twice."""
        if case.state not in OPEN:
            self._end(case.id)
            return
        self._consider(case, path, None)
        # A step-up is also a supervision; a person's is none, and the trace knows.
        if case.supervised_at is not None and self._fresh(case.supervised_at):
            with self._store.read() as connection:
                stepped_at = connection.execute(_STEPPED, {"case_id": case.id}).scalar_one_or_none()
            if stepped_at is not None:
                self._consider(case, path, stepped_at)

    def _fresh(self, at: float) -> bool:
        return self._clock.now() - at <= NEWS_SECONDS

    def _consider(self, case: CaseView, path: str, stepped_at: float | None) -> None:
        """Once for a new case, and once for each step-up."""
        at = case.opened_at if stepped_at is None else stepped_at
        known = case.id, stepped_at
        if known in self._considered or not self._fresh(at):
            return
        stepped = stepped_at is not None
        with self._store.read() as connection:
            # Most cases concern no rule: they are not to wait for their turn to write.
            found = [
                rule
                for rule in rules_above(connection, path)
                if rule.concerns(case.case_class, case.level, path, at, self._timezone, stepped=stepped)
            ]
        if found:
            with self._store.write() as transaction:
                mine = select(alarms.c.stepped_at).where(alarms.c.case_id == case.id)
                before = transaction.connection.execute(mine).first()
                if before is None or (stepped_at is not None and (before.stepped_at or 0.0) < stepped_at):
                    self._raise(transaction, case, found, stepped_at, again=before is not None)
        self._considered[known] = None
        while len(self._considered) > REMEMBERED:
            self._considered.popitem(last=False)

    def recover(self) -> None:
        """After a start: cases that opened or were stepped up while nobody was listening."""
        since = self._clock.now() - NEWS_SECONDS
        with self._store.read() as connection:
            page = case_queries.list_cases(connection, EVERYWHERE, CaseFilter(state="open", limit=200))
            found = [
                queries.get_case(connection, EVERYWHERE, case.id) for case in page.items if case.opened_at >= since
            ]
            newest = connection.execute(select(func.max(trace.c.seq))).scalar_one() or 0
            stepped = select(trace.c.case_id).where(
                trace.c.seq > newest - LOOKED_BACK, trace.c.action == Action.STEP_UP.value, trace.c.at >= since
            )
            known = {case.id for case, _ in found}
            late = [case_id for case_id in connection.execute(stepped.distinct()).scalars() if case_id not in known]
            found += [queries.get_case(connection, EVERYWHERE, case_id) for case_id in late]
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

    def _raise(
        self,
        transaction: Transaction,
        case: CaseView,
        rules: Sequence[AlarmRule],
        stepped_at: float | None,
        *,
        again: bool,
    ) -> None:
        """`again`: it waits to be acknowledged once more."""
        connection, now = transaction.connection, self._clock.now()
        told = [{"id": one.id, "to_wall": one.to_wall, "hold_s": one.hold_s, "sound": one.sound} for one in rules]
        values = {"raised_at": now, "rules": json.dumps(told), "stepped_at": stepped_at}
        if again:
            anew = {**values, "acknowledged_at": None, "acknowledged_by": None}
            connection.execute(update(alarms).where(alarms.c.case_id == case.id).values(**anew))
        else:
            connection.execute(insert(alarms).values(case_id=case.id, **values))
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
        values = {"level": case.level, "placed_at": now, "until": None if hold is None else now + hold}
        there = display_alarms.c.display_id == display_id, display_alarms.c.case_id == case.id
        if connection.execute(update(display_alarms).where(*there).values(**values)).rowcount == 0:
            connection.execute(insert(display_alarms).values(display_id=display_id, case_id=case.id, **values))
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


_STEPPED = (
    select(trace.c.at)
    .where(trace.c.case_id == bindparam("case_id"), trace.c.action == Action.STEP_UP.value)
    .order_by(trace.c.case_seq.desc())
    .limit(1)
)


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
                stepped_at=row.stepped_at,
                rules=tuple(RaisedBy(**one) for one in json.loads(row.rules)),
                acknowledged=None
                if done is None
                else Acknowledgement(done, row.acknowledged_by or "", row.by_name or ""),
            )
        )
    return tuple(found)
