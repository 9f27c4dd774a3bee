"""What the API calls to send somebody. Synchronous and thread-safe, like `incidents.service`."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from sqlalchemy import Connection, Row

from config.dispatch import Dispatching
from dispatch import orders
from dispatch.arrivals import Arrival, arrived
from dispatch.candidates import Candidate, Past, Rules, Spot, rank
from dispatch.orders import OrderView
from dispatch.plan import Plan, assign_together
from dispatch.travel import BY_ROAD, Travel
from dispatch.unanswered import Unanswered, flag_unanswered
from gis.road_network import RoadNetwork
from gis.road_search import Way
from incidents import queries
from incidents.acting import SYSTEM_DUTIES
from incidents.case import SYSTEM
from incidents.errors import Conflict, NotAllowed
from incidents.rights import EVERYWHERE, Caller, Permission, Scope
from incidents.service import Incidents
from incidents.text import Text
from incidents.views import CaseView


@dataclass(frozen=True, slots=True)
class PhoneOrder:
    """An order as the worker's phone shows it."""

    order: OrderView
    case: CaseView


class Dispatch:
    """Makes orders follow the cases of `incidents` from the moment it is made: make one, and only one, at start."""

    def __init__(
        self,
        incidents: Incidents,
        *,
        told: Dispatching | None = None,
        roads: RoadNetwork | None = None,
    ) -> None:
        """`roads`: the town's; without them distance decides, and the reasons say so."""
        self._incidents = incidents
        self.told = told or Dispatching()
        """How people are chosen; replaced when it is configured otherwise."""
        self._travel = Travel(roads) if roads is not None else None
        self._ways = self._travel.ways if self._travel is not None else None
        incidents.follow(orders.follow)
        incidents.routing.nearest = self._nearest

    @property
    def _rules(self) -> Rules:
        return Rules.of(self.told)

    def candidates(
        self, caller: Caller, case_id: str, limit: int = 20, passed_over: bool = False
    ) -> tuple[Candidate, ...]:
        """Who could go, best first, of the workers the caller may see; `passed_over`: only those who cannot, the
        nearest first, with the reason. Raises NotFound, NotAllowed."""
        view = self._sendable(caller, case_id)
        ranked = self._ranked(view, caller.scope(Permission.WORKER_SEE))
        return tuple(one for one in ranked if not (passed_over and one.available))[:limit]

    def near(
        self,
        caller: Caller,
        lon: float,
        lat: float,
        limit: int = 20,
        case_class: str | None = None,
        passed_over: bool = False,
    ) -> tuple[Candidate, ...]:
        """The same for any place on the map, before there is a case; what `case_class` wants counts."""
        grid = self._incidents.town.locator.containing(lon, lat)
        with self._incidents.store.read() as connection:
            found = queries.list_workers(connection, caller.scope(Permission.WORKER_SEE))
        spot = Spot(lon, lat, grid.code if grid is not None else None)
        now, past = self._incidents.clock.now(), Past(wants=self._wanted(case_class))
        everybody = (worker for worker, _ in found)
        ranked = rank(everybody, spot, now=now, rules=self._rules, past=past, ways=self._ways)
        return tuple(one for one in ranked if not (passed_over and one.available))[:limit]

    def way(self, caller: Caller, case_id: str, worker_id: str) -> Way | None:
        """The way of one worker to a case, drawn; None where there is none by road within half an hour, or one of both
        has no place. Raises NotFound, NotAllowed."""
        view = self._sendable(caller, case_id)
        with self._incidents.store.read() as connection:
            worker, _ = queries.get_worker(connection, caller.scope(Permission.WORKER_SEE), worker_id)
        if self._travel is None or view.lon is None or view.lat is None:
            return None
        return self._travel.ways((view.lon, view.lat), [worker], drawn=True).get(worker.id)

    def way_to(self, caller: Caller, lon: float, lat: float, worker_id: str) -> Way | None:
        """The way of one worker to any place, drawn, as `way`. Raises NotFound."""
        with self._incidents.store.read() as connection:
            worker, _ = queries.get_worker(connection, caller.scope(Permission.WORKER_SEE), worker_id)
        return self._travel.ways((lon, lat), [worker], drawn=True).get(worker.id) if self._travel is not None else None

    def own_way(self, caller: Caller, case_id: str, lon: float, lat: float) -> Way | None:
        """The way of the caller, who stands at (lon, lat), to a case he is sent to or may see. Raises NotFound."""
        with self._incidents.store.read() as connection:
            view, _ = queries.get_case(connection, caller.scope(Permission.CASE_SEE), case_id)
            worker, _ = queries.get_worker(connection, EVERYWHERE, caller.account_id)
        if self._travel is None or view.lon is None or view.lat is None:
            return None
        here = replace(worker, lon=lon, lat=lat)
        return self._travel.ways((view.lon, view.lat), [here], drawn=True).get(worker.id)

    def plan(self, caller: Caller, case_ids: Sequence[str]) -> Plan:
        """Who might go to which of these cases so that all of them together are reached soonest; each person once. A
        proposal: nothing is sent. Raises NotFound, NotAllowed."""
        views = [self._sendable(caller, one) for one in dict.fromkeys(case_ids)]
        with self._incidents.store.read() as connection:
            found = [one for one, _ in queries.list_workers(connection, caller.scope(Permission.WORKER_SEE))]
            pasts = {one.id: self._past(connection, one.id, one.case_class) for one in views}
        now, open_for = self._incidents.clock.now(), []
        # A case needs no more people to choose from than there are cases: one of so many is left for it.
        ways = partial(self._travel.ways, count=max(BY_ROAD, len(views))) if self._travel is not None else None
        for view in views:
            spot = Spot(view.lon, view.lat, view.grid)
            ranked = rank(found, spot, now=now, rules=self._rules, past=pasts[view.id], case_id=view.id, ways=ways)
            open_for.append((view, ranked))
        return assign_together(open_for)

    def see_arrivals(self) -> tuple[CaseView, ...]:
        """Whoever has accepted a case and whose phone has been at its place since has arrived: a step of the case, by
        the system. Call every few seconds."""
        with self._incidents.store.read() as connection:
            there = arrived(connection)
        return tuple(seen for one in there if (seen := self._arrive(one)) is not None)

    def _arrive(self, there: Arrival) -> CaseView | None:
        with self._incidents.store.write() as transaction:
            try:
                return self._incidents.acting.apply(
                    transaction,
                    there.case_id,
                    there.action,
                    SYSTEM,
                    SYSTEM_DUTIES,
                    at=self._incidents.clock.now(),
                    detail=there.detail,
                )
            except Conflict:  # he, or somebody else, was quicker
                return None

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
        """See `dispatch.unanswered`. Call every few seconds."""
        return flag_unanswered(self._incidents, self.told, lambda view: self._ranked(view, EVERYWHERE))

    def _nearest(self, connection: Connection, case: Row[Any], ids: Sequence[str]) -> str | None:
        """Whom a case is sent to by itself: by position; where nobody's is known, the first. Nobody who declined it."""
        past = self._past(connection, case.id, case.case_class)
        ranked = rank(
            (worker for worker, _ in queries.list_workers(connection, EVERYWHERE, ids)),
            Spot(case.lon, case.lat, case.grid),
            now=self._incidents.clock.now(),
            rules=self._rules,
            past=past,
            case_id=case.id,
            ways=self._ways,
        )
        known = [one.worker_id for one in ranked if one.available]
        return next(iter(known or [one for one in ids if one not in past.declined | past.lapsed]), None)

    def _sendable(self, caller: Caller, case_id: str) -> CaseView:
        """Raises NotFound, NotAllowed."""
        with self._incidents.store.read() as connection:
            view, path = queries.get_case(connection, caller.scope(Permission.CASE_SEE), case_id)
        if not caller.scope(Permission.CASE_DISPATCH).covers(path):
            raise NotAllowed("you may not send anybody here")
        return view

    def _ranked(self, view: CaseView, scope: Scope) -> tuple[Candidate, ...]:
        with self._incidents.store.read() as connection:
            found = queries.list_workers(connection, scope)
            past = self._past(connection, view.id, view.case_class)
        return rank(
            (worker for worker, _ in found),
            Spot(view.lon, view.lat, view.grid),
            now=self._incidents.clock.now(),
            rules=self._rules,
            past=past,
            case_id=view.id,
            ways=self._ways,
        )

    def _past(self, connection: Connection, case_id: str, case_class: str) -> Past:
        sent = orders.orders_of_case(connection, case_id)
        declined = frozenset(one.worker_id for one in sent if one.state == "declined")
        lapsed = frozenset(one.worker_id for one in sent if one.state == "withdrawn" and one.flagged_at is not None)
        return Past(declined, lapsed, self._wanted(case_class))

    def _wanted(self, code: str | None) -> dict[str, Text]:
        """The skills a class wants, with their names."""
        catalogue = self._incidents.town.case_classes
        found = catalogue.get(code) if code is not None else None
        names = {one.id: Text(one.zh, one.en) for one in catalogue.skills}
        return {skill: names[skill] for skill in found.skills} if found is not None else {}
