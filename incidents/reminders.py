"""Reminders (催办) by people who wait for a case: everybody who sees it hears them, so once a day each and no more."""

from sqlalchemy import func, select

from incidents.acting import Step
from incidents.case import Action
from incidents.errors import Conflict
from incidents.store import Transaction
from incidents.store.schema import trace

EVERY_SECONDS = 86_400.0


def once_a_day(transaction: Transaction, step: Step) -> None:
    """Follows what is done to cases. Raises Conflict where the same person has reminded within a day; the step itself
    is in the trace already, in the transaction that this undoes."""
    if step.action is not Action.REMIND:
        return
    mine = trace.c.case_id == step.case_id, trace.c.actor_id == step.actor.id
    recent = trace.c.action == Action.REMIND.value, trace.c.at > step.at - EVERY_SECONDS
    n = transaction.connection.execute(select(func.count()).select_from(trace).where(*mine, *recent)).scalar_one()
    if n > 1:
        raise Conflict("you have reminded of this case within a day", "action", "一天内只能催办一次")
