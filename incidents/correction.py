"""Triage: a case's class and level put right, with the names, the edition and the deadline that go with them."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection

from incidents.acting import Step
from incidents.case import Action
from incidents.case_text import write_case_text
from incidents.class_terms import keep_terms
from incidents.deadline import case_due_at
from incidents.errors import Invalid
from incidents.feedback_form import ORDER
from incidents.opening import Town, class_of
from incidents.store import Transaction
from incidents.views import CaseView


def correction(
    connection: Connection, town: Town, case: CaseView, action: Action, clean: Mapping[str, Any]
) -> tuple[dict[str, Any], dict[str, Any]]:
    """For `triage`, what the step's detail says beyond what was asked for, and the columns that change with it. The
    deadline runs from the opening, by the catalogue as it is now. Raises Invalid."""
    if action is not Action.TRIAGE:
        return {}, {}
    if not {"case_class", "level"} & clean.keys():
        raise Invalid("triage needs case_class or level", "case_class")
    new = class_of(town, str(clean.get("case_class", case.case_class)))
    level = clean.get("level", case.level)
    due = case_due_at(town.case_classes, new.code, level, case.opened_at, town.timezone, town.calendar)
    if case.source == ORDER:
        due = case.deadline_at or due  # whoever ordered it said by when
    detail: dict[str, Any] = {"due_at": due}
    if new.code != case.case_class:
        detail["class_before"] = {"zh": case.class_name.zh, "en": case.class_name.en}
        detail["class_after"] = {"zh": new.zh, "en": new.en}
    columns = {
        "class_name_zh": new.zh,
        "class_name_en": new.en,
        "title_zh": case.title.zh.removesuffix(case.class_name.zh) + new.zh,
        "title_en": new.en + case.title.en.removeprefix(case.class_name.en),
        "edition": town.case_classes.profile,
        "terms": keep_terms(connection, new),
    }
    return detail, columns


def index_corrected(transaction: Transaction, step: Step) -> None:
    """Follows what is done to cases: it is found by its new class."""
    if step.action is Action.TRIAGE:
        write_case_text(transaction.connection, step.case_id)
