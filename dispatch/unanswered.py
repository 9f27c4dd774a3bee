"""Orders nobody accepts: told once each, and the next best named, or sent where that is configured."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from config.dispatch import Dispatching
from dispatch import orders
from dispatch.candidates import Candidate
from dispatch.orders import OrderView
from incidents import queries, trace
from incidents.acting import SYSTEM_DUTIES
from incidents.case import SYSTEM, Action
from incidents.rights import EVERYWHERE
from incidents.service import Incidents
from incidents.store import Transaction
from incidents.views import CaseView


@dataclass(frozen=True, slots=True)
class Unanswered:
    """An order nobody has accepted in time, who could be sent instead (None when there is nobody), and whether he
    was."""

    order: OrderView
    case: CaseView
    next: Candidate | None
    sent: bool = False


def flag_unanswered(
    incidents: Incidents, told: Dispatching, ranked: Callable[[CaseView], tuple[Candidate, ...]]
) -> tuple[Unanswered, ...]:
    """Flags, once each, the orders not accepted in time: a trace entry and an event on the feed. Who is next is named
    in both, and sent as `told` says."""
    now = incidents.clock.now()
    with incidents.store.read() as connection:
        late = orders.unanswered(connection, now - told.accept_minutes * 60)
    found = (_flag(incidents, told, ranked, order, now) for order in late)
    return tuple(one for one in found if one is not None)


def _flag(
    incidents: Incidents,
    told: Dispatching,
    ranked: Callable[[CaseView], tuple[Candidate, ...]],
    order: OrderView,
    now: float,
) -> Unanswered | None:
    with incidents.store.read() as connection:
        view, _ = queries.get_case(connection, EVERYWHERE, order.case_id)
        lapsed = sum(one.flagged_at is not None for one in orders.orders_of_case(connection, order.case_id))
    following = next((one for one in ranked(view) if one.available and one.worker_id != order.worker_id), None)
    sends = following is not None and told.unanswered == "send" and lapsed < told.send_at_most
    detail = {"order_id": order.id, "worker_id": order.worker_id, "waited_seconds": round(now - order.issued_at)}
    detail |= _named(following)
    with incidents.store.write() as transaction:
        # Before the order's row, as every step of a case does: two locks taken in one order cannot deadlock.
        trace.lock(transaction.connection)
        if not orders.flag(transaction.connection, order.id, now):
            return None
        case = incidents.acting.apply(
            transaction, order.case_id, Action.UNANSWERED, SYSTEM, SYSTEM_DUTIES, at=now, detail=detail
        )
        if following is not None and sends:
            case = _send(incidents, transaction, case, order, following, now)
            transaction.outcome = case
    return Unanswered(order, case, following, sends)


def _named(following: Candidate | None) -> dict[str, Any]:
    if following is None:
        return {}
    why = {"zh": following.reason.zh, "en": following.reason.en}
    detail: dict[str, Any] = {"next_worker_id": following.worker_id, "next_worker_name": following.name}
    detail["next_why"] = why
    return detail if following.travel_s is None else {**detail, "next_travel_s": following.travel_s}


def _send(
    incidents: Incidents, transaction: Transaction, case: CaseView, order: OrderView, following: Candidate, now: float
) -> CaseView:
    """In the place of who has not answered: he led, or was sent along."""

    def step(action: Action, **detail: Any) -> CaseView:
        return incidents.acting.apply(transaction, case.id, action, SYSTEM, SYSTEM_DUTIES, at=now, detail=detail)

    whom: dict[str, Any] = {"worker_id": following.worker_id, "worker_name": following.name}
    why = {"zh": f"超时未接单,改派:{following.reason.zh}", "en": f"Not accepted in time, next: {following.reason.en}"}
    if case.assignee is not None and case.assignee.id == order.worker_id:
        held = {} if case.post is None else {"post": case.post}
        return step(Action.ROUTE, tier=case.tier, why=why, **held, **whom)
    step(Action.ALONG_WITHDRAW, worker_id=order.worker_id, reason=why["zh"])
    return step(Action.SEND_ALONG, why=why, **whom)
