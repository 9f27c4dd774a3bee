"""Supervision by the system: it urges when a deadline comes near, and steps a case up to the next tier when it has gone
by. What it did stands in the case, so that it does each once a deadline, whatever is restarted."""

from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import ColumnElement, and_, or_, select

from incidents.acting import SYSTEM_DUTIES, Acting
from incidents.case import SYSTEM, Action
from incidents.errors import Conflict, NotFound
from incidents.store import Store
from incidents.store.finding_schema import WATCHED
from incidents.store.schema import cases
from runtime.clock import Clock

AT_ONCE = 200
"""So many cases in one go: what was late before a long stop is caught up with over several."""


@dataclass(frozen=True, slots=True)
class Supervision:
    """`urge_after`: the share of the time allowed after which the system urges."""

    store: Store
    clock: Clock
    acting: Acting
    urge_after: Callable[[], float]

    def watch(self) -> tuple[int, int]:
        """How many cases were urged and how many stepped up, most overdue first. Call every few seconds."""
        now = self.clock.now()
        breached = cases.c.deadline_at <= now
        near = now - cases.c.opened_at >= self.urge_after() * (cases.c.deadline_at - cases.c.opened_at)
        up = self._each(and_(breached, _not_yet(cases.c.breached_for)), Action.STEP_UP, now)
        urged = and_(~breached, near, _not_yet(cases.c.urged_for))
        return self._each(urged, Action.URGE, now), up

    def _each(self, which: ColumnElement[bool], action: Action, now: float) -> int:
        query = select(cases.c.id).with_hint(cases, f"INDEXED BY {WATCHED}", "sqlite")
        query = query.where(cases.c.closed_at.is_(None), cases.c.deadline_at.is_not(None), which)
        with self.store.read() as connection:
            ids = connection.execute(query.order_by(cases.c.deadline_at, cases.c.id).limit(AT_ONCE)).scalars().all()
        return sum(self._act(case_id, action, now) for case_id in ids)

    def _act(self, case_id: str, action: Action, now: float) -> bool:
        """False where somebody closed it, or was granted more time, in the meantime."""
        try:
            with self.store.write() as transaction:
                self.acting.apply(transaction, case_id, action, SYSTEM, SYSTEM_DUTIES, at=now)
        except (Conflict, NotFound):
            return False
        return True


def _not_yet(done_for: ColumnElement[float | None]) -> ColumnElement[bool]:
    return or_(done_for.is_(None), done_for != cases.c.deadline_at)
