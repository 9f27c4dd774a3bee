"""Events in the outbox of the town the API is tested on."""

from sqlalchemy import func, insert, select

from config.feedback import FeedbackField
from incidents.feedback_form import ask_feedback
from incidents.store.exchange_schema import exchange_outbox
from incidents.store.schema import trace
from tests.api.town import RunningTown


def event_at(town: RunningTown, case_id: str) -> str:
    """An event of this case for a destination that is not configured any more; its id."""
    with town.incidents.store.write() as transaction:
        newest = select(func.max(trace.c.seq)).where(trace.c.case_id == case_id)
        row = {
            "id": f"event-{case_id[:8]}",
            "destination": "gone",
            "case_id": case_id,
            "seq": transaction.connection.execute(newest).scalar_one(),
            "event_id": f"{case_id}-1",
            "event": "gridwatch.case.open",
            "body": "{}",
            "state": "dead",
            "queued_at": 1.0,
            "give_up_at": 1.0,
            "next_at": 1.0,
            "attempts": 9,
            "last_error": "answered 500",
        }
        transaction.connection.execute(insert(exchange_outbox).values(**row))
    return str(row["id"])


def feedback_asked(town: RunningTown, case_id: str) -> None:
    """As if this case had been ordered from above."""
    with town.incidents.store.write() as transaction:
        ask_feedback(transaction.connection, case_id, [FeedbackField(id="result", zh="处置结果")])
