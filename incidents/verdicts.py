"""A person's verdict on a detection, as asked for: what it may carry, and what a case's history rules out."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, Row

from incidents.case import Action, State
from incidents.causes import CAUSES, checked_cause
from incidents.duplicates import doubled_case, filed_before_doubled
from incidents.judgements import row_of, why_not_taken_back
from incidents.rights import Caller


def verdict_detail(
    connection: Connection, caller: Caller, case_id: str, action: Action, clean: Mapping[str, Any]
) -> dict[str, Any]:
    """What the verdict says beyond what was asked for. Raises NotFound, NotAllowed, Invalid."""
    if action is Action.TAKE_BACK:
        return {"filed": True} if filed_before_doubled(connection, case_id) else {}
    if action is Action.DUPLICATE and "of" in clean:
        return doubled_case(connection, caller, case_id, clean["of"])
    if action not in (Action.REJECT, Action.STRIKE_OUT):
        return {}
    cause = checked_cause(clean)
    if cause and "reason" not in clean and action is Action.STRIKE_OUT:
        cause["reason"] = cause.get("word") or CAUSES[cause["cause"]].name.zh
    return cause


def ruled_out(connection: Connection, caller: Caller, case: Row[Any], now: float) -> frozenset[Action]:
    """Actions the state of this row of `cases` would allow, and its history does not."""
    judged, state = row_of(connection, case.id), State(case.state)
    may = judged is not None and why_not_taken_back(judged, caller.account_id, now, state, case.resolution) is None
    return frozenset() if may else frozenset({Action.TAKE_BACK})
