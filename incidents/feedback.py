"""The feedback form of an order from above: kept as it was ordered, filled in step by step, and due before the end.

Synchronous. Filling it in is a step of the case, with all that was answered in its trace.
"""

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import Connection, select, update

from config.feedback import FeedbackField
from incidents import queries, trace
from incidents.acting import Step
from incidents.case import Action, State
from incidents.case_rows import standing_of
from incidents.duties import duties_of, in_place_of
from incidents.errors import Conflict, Invalid, NotFound
from incidents.feedback_form import Answer, Feedback, feedback_of
from incidents.rights import Caller, Permission
from incidents.service import Incidents
from incidents.store import Transaction
from incidents.store.feedback_schema import case_feedback
from incidents.store.schema import cases, evidence
from incidents.text import clean_text

MAX_TEXT = 2000
ENDING = frozenset({Action.VERIFY, Action.CLOSE})


def clean_answers(connection: Connection, case_id: str, given: Mapping[str, object]) -> dict[str, Answer]:
    """Checked against the form; what is empty is left out. Raises NotFound where nothing is asked, Invalid."""
    found = feedback_of(connection, case_id)
    if found is None:
        raise NotFound("nothing is to be fed back on this case", "feedback")
    fields = {one.id: one for one in found.fields}
    clean = {}
    for key, value in given.items():
        if key not in fields:
            raise Invalid(f"the form has no field {key[:40]}", "answers")
        if value is None or value == "":
            continue
        clean[key] = _clean(connection, case_id, fields[key], value)
    return clean


def _clean(connection: Connection, case_id: str, field: FeedbackField, value: object) -> Answer:
    where = f"answers.{field.id}"
    if field.kind == "number":
        if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
            raise Invalid(f"{field.id} must be a number", where)
        return float(value)
    text = clean_text(value, where, MAX_TEXT)
    if field.kind == "choice" and text not in {one.id for one in field.choices}:
        raise Invalid(f"{field.id} must be one of its choices", where)
    if field.kind == "photo":
        mine = evidence.c.id == text, evidence.c.case_id == case_id, evidence.c.kind == "picture"
        if connection.execute(select(evidence.c.id).where(*mine)).first() is None:
            raise Invalid(f"{field.id} must be a picture among the evidence of this case", where)
    return text


def keep_feedback(transaction: Transaction, step: Step) -> None:
    """Follows what is done to cases (`Incidents.follow`), in the transaction of each step. Raises Conflict where a
    case would be closed by a verdict while required answers are missing."""
    connection = transaction.connection
    if step.action is Action.FEEDBACK:
        values = {"answers": json.dumps(step.detail["feedback"], ensure_ascii=False), "filled_at": step.at}
        connection.execute(update(case_feedback).where(case_feedback.c.case_id == step.case_id).values(**values))
    elif step.action in ENDING and step.after.state is State.CLOSED:
        found = feedback_of(connection, step.case_id)
        missing = [one for one in found.fields if one.id in found.missing] if found is not None else []
        if missing:
            en = ", ".join(one.en or one.zh for one in missing)
            zh = "、".join(one.zh for one in missing)
            raise Conflict(f"the feedback form still needs: {en}", "feedback", f"反馈表还缺：{zh}")


@dataclass(frozen=True, slots=True)
class FeedbackDesk:
    incidents: Incidents

    def get(self, caller: Caller, case_id: str) -> Feedback | None:
        """None where nothing is asked. Raises NotFound."""
        with self.incidents.store.read() as connection:
            queries.get_case(connection, caller.scope(Permission.CASE_SEE), case_id)
            return feedback_of(connection, case_id)

    def fill(self, caller: Caller, case_id: str, given: Mapping[str, object]) -> Feedback:
        """Replaces the answers by these; some may still be missing. By whoever handles the case or comments on it.
        Raises NotFound, NotAllowed, Invalid, Conflict where the case has ended."""
        incidents = self.incidents
        with incidents.store.write() as transaction:
            connection = transaction.connection
            trace.lock(connection)
            _, path = queries.get_case(connection, caller.scope(Permission.CASE_SEE), case_id)
            row = connection.execute(select(cases).where(cases.c.id == case_id)).one()
            standing = standing_of(connection, row)
            duties = duties_of(caller, path, standing)
            answers = clean_answers(connection, case_id, given)
            detail = {"feedback": answers, **in_place_of(caller, path, standing, Action.FEEDBACK)}
            now = incidents.clock.now()
            incidents.acting.apply(transaction, case_id, Action.FEEDBACK, caller.actor(), duties, at=now, detail=detail)
            found = feedback_of(connection, case_id)
            assert found is not None
            return found
