"""Orders and their delivery. How far an order has got and whether the phone has it are two different things.

Orders follow the case: each step of a case writes its orders in the same transaction (`follow`), so that there is never
an assigned case without an order or the other way round. Who leads has one, and so has each who was sent along.
"""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from sqlalchemy import Connection, insert, select, update

from incidents.acting import Step
from incidents.case import Action, State
from incidents.store import Transaction
from incidents.store.schema import accounts, order_deliveries, orders
from incidents.visible_cases import LIVE_ORDERS

LIVE = LIVE_ORDERS
PHONE = "phone"


@dataclass(frozen=True, slots=True)
class OrderView:
    """`state`: waiting, accepted, arrived, declined, withdrawn, done. `delivery`: pending, delivered, dropped."""

    id: str
    case_id: str
    worker_id: str
    issued_by: str | None
    state: str
    issued_at: float
    answered_at: float | None
    ended_at: float | None
    flagged_at: float | None
    reason: str
    delivery: str
    delivered_at: float | None
    name: str = ""
    """Of the worker."""


def follow(transaction: Transaction, step: Step) -> None:
    """Keeps the case's orders in step with it; see `incidents.acting.Follower`."""
    connection, along = transaction.connection, {one.worker_id for one in step.after.companions}
    kept = {*along, step.after.assignee_id}
    match step.action:
        case Action.ASSIGN | Action.ROUTE:
            if step.after.assignee_id != step.before.assignee_id or step.after.assignee_id is None:
                _end(connection, step, "withdrawn", but=along)
            if step.after.assignee_id is not None and step.after.state is State.ASSIGNED:
                _issue(connection, step, step.after.assignee_id)
        case Action.ACCEPT:
            _set(connection, step, step.after.assignee_id, state="accepted", answered_at=step.at)
        case Action.ARRIVE:
            _set(connection, step, step.after.assignee_id, state="arrived")
        case Action.DECLINE:
            _declined(connection, step, step.before.assignee_id)
            _end(connection, step, "declined", but={one.worker_id for one in step.before.companions})
            _end(connection, step, "withdrawn", but=kept)
        case Action.RELEASE:
            _end(connection, step, "withdrawn", but=kept)
        case Action.SEND_ALONG:
            _issue(connection, step, str(step.detail["worker_id"]))
        case Action.ALONG_ACCEPT:
            _set(connection, step, step.detail["worker_id"], state="accepted", answered_at=step.at)
        case Action.ALONG_ARRIVE:
            _set(connection, step, step.detail["worker_id"], state="arrived")
        case Action.ALONG_DECLINE:
            _declined(connection, step, step.detail["worker_id"])
            _end(connection, step, "declined", but=kept)
        case Action.ALONG_WITHDRAW:
            _end(connection, step, "withdrawn", but=kept)
        case Action.HANDLE:
            _end(connection, step, "done")
        case Action.VERIFY if step.after.state is State.ACCEPTED:
            if step.after.assignee_id is not None and _was_sent(connection, step):
                _issue(connection, step, step.after.assignee_id, state="accepted")
        case _ if step.after.state in (State.CLOSED, State.INVALID, State.FILED, State.REVIEW):
            _end(connection, step, "withdrawn")


def _declined(connection: Connection, step: Step, worker_id: str | None) -> None:
    _set(connection, step, worker_id, reason=str(step.detail.get("reason", ""))[:400], answered_at=step.at)


def _issue(connection: Connection, step: Step, worker_id: str, state: str = "waiting") -> None:
    """Rework is a new order that needs no answer: the worker has accepted the case already."""
    order_id = uuid4().hex
    by_hand = step.actor.kind == "person"
    connection.execute(
        insert(orders).values(
            id=order_id,
            case_id=step.case_id,
            worker_id=worker_id,
            issued_by=step.actor.id if step.action is Action.SEND_ALONG and by_hand else step.after.dispatched_by,
            state=state,
            issued_at=step.at,
            answered_at=step.at if state == "accepted" else None,
            reason="",
        )
    )
    connection.execute(
        insert(order_deliveries).values(order_id=order_id, channel=PHONE, state="pending", queued_at=step.at)
    )


def _was_sent(connection: Connection, step: Step) -> bool:
    """Whether the assignee is somebody with orders; who took it on for a post has none."""
    where = orders.c.case_id == step.case_id, orders.c.worker_id == step.after.assignee_id
    return connection.execute(select(orders.c.id).where(*where).limit(1)).first() is not None


def _set(connection: Connection, step: Step, worker_id: str | None, **values: Any) -> None:
    live = orders.c.case_id == step.case_id, orders.c.state.in_(LIVE), orders.c.worker_id == worker_id
    connection.execute(update(orders).where(*live).values(**values))


def _end(connection: Connection, step: Step, state: str, but: Collection[str | None] = ()) -> None:
    """Ends the live orders, if any, of all `but` these; what was never delivered no longer needs to be."""
    live = select(orders.c.id).where(
        orders.c.case_id == step.case_id,
        orders.c.state.in_(LIVE),
        orders.c.worker_id.not_in([one for one in but if one is not None]),
    )
    ids = list(connection.execute(live).scalars())
    connection.execute(
        update(order_deliveries)
        .where(order_deliveries.c.order_id.in_(ids), order_deliveries.c.state == "pending")
        .values(state="dropped")
    )
    connection.execute(update(orders).where(orders.c.id.in_(ids)).values(state=state, ended_at=step.at))


def live_orders(connection: Connection, worker_id: str) -> tuple[OrderView, ...]:
    """What the worker has to do, oldest first."""
    query = _views().where(orders.c.worker_id == worker_id, orders.c.state.in_(LIVE)).order_by(orders.c.issued_at)
    return tuple(_view(row) for row in connection.execute(query))


def orders_of_case(connection: Connection, case_id: str) -> tuple[OrderView, ...]:
    """Everybody ever sent, oldest first. Whether the case may be seen is the caller's to check."""
    query = _views().where(orders.c.case_id == case_id).order_by(orders.c.issued_at)
    return tuple(_view(row) for row in connection.execute(query))


def mark_delivered(connection: Connection, order_ids: list[str], at: float) -> int:
    """Notes that the phone has fetched them; those delivered before keep their time."""
    return connection.execute(
        update(order_deliveries)
        .where(
            order_deliveries.c.order_id.in_(order_ids),
            order_deliveries.c.channel == PHONE,
            order_deliveries.c.state == "pending",
        )
        .values(state="delivered", delivered_at=at)
    ).rowcount


def unanswered(connection: Connection, issued_before: float) -> tuple[OrderView, ...]:
    """Orders waiting since before that time and not yet flagged."""
    query = _views().where(
        orders.c.state == "waiting", orders.c.issued_at <= issued_before, orders.c.flagged_at.is_(None)
    )
    return tuple(_view(row) for row in connection.execute(query.order_by(orders.c.issued_at)))


def flag(connection: Connection, order_id: str, at: float) -> bool:
    """False when it was answered or flagged in the meantime."""
    changed = connection.execute(
        update(orders)
        .where(orders.c.id == order_id, orders.c.state == "waiting", orders.c.flagged_at.is_(None))
        .values(flagged_at=at)
    )
    return changed.rowcount == 1


def _views() -> Any:
    sent = (orders, order_deliveries.c.state.label("delivery"), order_deliveries.c.delivered_at, accounts.c.name)
    return (
        select(*sent)
        .join(order_deliveries, (order_deliveries.c.order_id == orders.c.id) & (order_deliveries.c.channel == PHONE))
        .join(accounts, accounts.c.id == orders.c.worker_id)
    )


def _view(row: Any) -> OrderView:
    return OrderView(
        id=row.id,
        case_id=row.case_id,
        worker_id=row.worker_id,
        issued_by=row.issued_by,
        state=row.state,
        issued_at=row.issued_at,
        answered_at=row.answered_at,
        ended_at=row.ended_at,
        flagged_at=row.flagged_at,
        reason=row.reason,
        delivery=row.delivery,
        delivered_at=row.delivered_at,
        name=row.name,
    )
