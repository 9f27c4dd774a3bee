"""What the API calls to send somebody. Synchronous and thread-safe, like `incidents.service`."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row

from dispatch import orders
from dispatch.candidates import Candidate, Rules, Spot, rank
from dispatch.orders import OrderView
from incidents import queries, trace
from incidents.acting import SYSTEM_DUTIES
from incidents.case import SYSTEM, Action
from incidents.errors import NotAllowed
from incidents.rights import EVERYWHERE, Caller, Permission, Scope
from incidents.service import Incidents
from incidents.views import CaseView

UNANSWERED_SECONDS = 300.0


@dataclass(frozen=True, slots=True)
class PhoneOrder:
    """An order as the worker's phone shows it."""

    order: OrderView
    case: CaseView


@dataclass(frozen=True, slots=True)
class Unanswered:
    """An order nobody has accepted in time, and who could be sent instead (None when there is nobody)."""

    order: OrderView
    case: CaseView
    next: Candidate | None


class Dispatch:
    """Makes orders follow the cases of `incidents` from the moment it is made: make one, and only one, at start."""

    def __init__(
        self, incidents: Incidents, *, rules: Rules | None = None, unanswered_seconds: float = UNANSWERED_SECONDS
    ) -> None:
        self._incidents = incidents
        self._rules = rules or Rules()
        self._unanswered_seconds = unanswered_seconds
        incidents.follow(orders.follow)
        incidents.routing.nearest = self._nearest

    def candidates(self, caller: Caller, case_id: str, limit: int = 20) -> tuple[Candidate, ...]:
        """Who could go, best first, of the workers the caller may see. Raises NotFound, NotAllowed."""
        with self._incidents.store.read() as connection:
            view, path = queries.get_case(connection, caller.scope(Permission.CASE_SEE), case_id)
        if not caller.scope(Permission.CASE_DISPATCH).covers(path):
            raise NotAllowed("you may not send anybody here")
        return self._ranked(view, caller.scope(Permission.WORKER_SEE))[:limit]

    def near(self, caller: Caller, lon: float, lat: float, limit: int = 20) -> tuple[Candidate, ...]:
        """The same for any place on the map, before there is a case."""
        grid = self._incidents.town.locator.containing(lon, lat)
        with self._incidents.store.read() as connection:
            found = queries.list_workers(connection, caller.scope(Permission.WORKER_SEE))
        spot = Spot(lon, lat, grid.code if grid is not None else None)
        now = self._incidents.clock.now()
        return rank((worker for worker, _ in found), spot, now=now, rules=self._rules)[:limit]

    def phone_orders(self, caller: Caller) -> tuple[PhoneOrder, ...]:
        """The caller's own orders, oldest first; fetching them is what delivers them."""
        if not caller.scope(Permission.CASE_HANDLE).prefixes:
            raise NotAllowed("only a grid worker has orders")
        store = self._incidents.store
        with store.read() as connection:
            found = orders.live_orders(connection, caller.account_id)
        pending = [order.id for order in found if order.delivery == "pending"]
        if pending:
            with store.write() as transaction:
                orders.mark_delivered(transaction.connection, pending, self._incidents.clock.now())
        with store.read() as connection:
            scope = caller.scope(Permission.CASE_SEE)
            return tuple(
                PhoneOrder(order, queries.get_case(connection, scope, order.case_id)[0])
                for order in orders.live_orders(connection, caller.account_id)
            )

    def orders_of_case(self, caller: Caller, case_id: str) -> tuple[OrderView, ...]:
        """Raises NotFound."""
        with self._incidents.store.read() as connection:
            queries.get_case(connection, caller.scope(Permission.CASE_SEE), case_id)
            return orders.orders_of_case(connection, case_id)

    def flag_unanswered(self) -> tuple[Unanswered, ...]:
        """Flags, once each, the orders not accepted in time: a trace entry, an event on the feed, and the next best
        worker as a proposal. Sending him stays a person's decision. Call every few seconds."""
        now = self._incidents.clock.now()
        with self._incidents.store.read() as connection:
            late = orders.unanswered(connection, now - self._unanswered_seconds)
        return tuple(flagged for order in late if (flagged := self._flag(order, now)) is not None)

    def _flag(self, order: OrderView, now: float) -> Unanswered | None:
        with self._incidents.store.read() as connection:
            view, _ = queries.get_case(connection, EVERYWHERE, order.case_id)
        ranked = self._ranked(view, EVERYWHERE)
        proposal = next((one for one in ranked if one.available), None)
        detail = {"order_id": order.id, "worker_id": order.worker_id, "waited_seconds": round(now - order.issued_at)}
        if proposal is not None:
            detail |= {"next_worker_id": proposal.worker_id, "next_worker_name": proposal.name}
        with self._incidents.store.write() as transaction:
            # Before the order's row, as every step of a case does: two locks taken in one order cannot deadlock.
            trace.lock(transaction.connection)
            if not orders.flag(transaction.connection, order.id, now):
                return None
            case = self._incidents.acting.apply(
                transaction, order.case_id, Action.UNANSWERED, SYSTEM, SYSTEM_DUTIES, at=now, detail=detail
            )
        return Unanswered(order, case, proposal)

    def _nearest(self, connection: Connection, case: Row[Any], ids: Sequence[str]) -> str | None:
        """Whom a case is sent to by itself: by position; where nobody's is known, the first. Nobody who declined it."""
        past = orders.orders_of_case(connection, case.id)
        refused = frozenset(order.worker_id for order in past if order.state == "declined")
        ranked = rank(
            (worker for worker, _ in queries.list_workers(connection, EVERYWHERE, ids)),
            Spot(case.lon, case.lat, case.grid),
            now=self._incidents.clock.now(),
            rules=self._rules,
            refused=refused,
            case_id=case.id,
        )
        known = [one.worker_id for one in ranked if one.available]
        return next(iter(known or [one for one in ids if one not in refused]), None)

    def _ranked(self, view: CaseView, scope: Scope) -> tuple[Candidate, ...]:
        with self._incidents.store.read() as connection:
            found = queries.list_workers(connection, scope)
            past = orders.orders_of_case(connection, view.id)
        refused = frozenset(order.worker_id for order in past if order.state == "declined")
        return rank(
            (worker for worker, _ in found),
            Spot(view.lon, view.lat, view.grid),
            now=self._incidents.clock.now(),
            rules=self._rules,
            refused=refused,
            case_id=view.id,
        )
