"""The feedback form of an order from above as it was ordered, and what of it is answered."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, insert, select

from config.feedback import FeedbackField
from incidents.store.feedback_schema import case_feedback

ORDER = "order"
"""Source of a case ordered from above: its deadline is not the catalogue's, and it may owe a form."""
Answer = str | float
"""Text, a number, the id of a choice, or of a picture among the case's evidence."""


@dataclass(frozen=True, slots=True)
class Feedback:
    """`missing`: ids of required fields that have no answer yet."""

    fields: tuple[FeedbackField, ...]
    answers: Mapping[str, Answer]
    filled_at: float | None

    @property
    def missing(self) -> tuple[str, ...]:
        return tuple(one.id for one in self.fields if one.required and one.id not in self.answers)


def ask_feedback(connection: Connection, case_id: str, fields: Sequence[FeedbackField]) -> None:
    """Of a new case. What the configuration asks for later changes nothing for it."""
    form = json.dumps([one.model_dump() for one in fields], ensure_ascii=False)
    connection.execute(insert(case_feedback).values(case_id=case_id, form=form, answers="{}"))


def feedback_of(connection: Connection, case_id: str) -> Feedback | None:
    """Of a case the caller may see; None where nothing is asked. Who asks has looked."""
    row = connection.execute(select(case_feedback).where(case_feedback.c.case_id == case_id)).one_or_none()
    if row is None:
        return None
    fields = tuple(FeedbackField.model_validate(one) for one in json.loads(row.form))
    return Feedback(fields, json.loads(row.answers), row.filled_at)


def owes_feedback(connection: Connection, case_id: str) -> bool:
    found = feedback_of(connection, case_id)
    return found is not None and bool(found.missing)
