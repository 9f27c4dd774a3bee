"""A step of a case as other systems are told it: CloudEvents 1.0.2, structured content mode, JSON.

What is told is the case and where it moved, and the feedback form of an order. Notes, names of people, accounts and
cameras stay here.
"""

from datetime import UTC, datetime
from typing import Any

from incidents.case import Action
from incidents.trace import TraceEntry, canonical
from incidents.views import CaseView

MEDIA_TYPE = "application/cloudevents+json; charset=utf-8"
TYPE_PREFIX = "gridwatch.case."


def event_type(action: str) -> str:
    return TYPE_PREFIX + action


def event_id(entry: TraceEntry) -> str:
    """The same for all who are told and however often, unlike any other's."""
    return f"{entry.case_id}-{entry.case_seq}"


def event_body(entry: TraceEntry, case: CaseView, town: str) -> str:
    """`case` as it stands after the step. `sequence` (an extension of CloudEvents) orders the events of one `subject`,
    as text and as number."""
    return canonical(
        {
            "specversion": "1.0",
            "id": event_id(entry),
            "source": f"/gridwatch/towns/{town}",
            "type": event_type(entry.action),
            "subject": entry.case_id,
            "time": rfc3339(entry.at),
            "datacontenttype": "application/json",
            "sequence": f"{entry.case_seq:010d}",
            "data": {"case": _case(case), "step": _step(entry)},
        }
    )


def rfc3339(at: float) -> str:
    """In UTC, to the millisecond."""
    return datetime.fromtimestamp(at, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _step(entry: TraceEntry) -> dict[str, Any]:
    filled = {"feedback": entry.detail["feedback"]} if entry.action == Action.FEEDBACK else {}
    return {
        "action": entry.action,
        "at": rfc3339(entry.at),
        "by": entry.actor.kind,
        "from_state": entry.from_state,
        "to_state": entry.to_state,
        **filled,
    }


def _case(case: CaseView) -> dict[str, Any]:
    return {
        "id": case.id,
        "number": case.number,
        "state": case.state,
        "case_class": case.case_class,
        "class_name": {"zh": case.class_name.zh, "en": case.class_name.en},
        "level": case.level,
        "source": case.source,
        "lon": case.lon,
        "lat": case.lat,
        "error_m": case.error_m,
        "area": case.area,
        "grid": case.grid,
        "opened_at": rfc3339(case.opened_at),
        "deadline_at": _time(case.deadline_at),
        "closed_at": _time(case.closed_at),
        "resolution": case.resolution,
    }


def _time(at: float | None) -> str | None:
    return None if at is None else rfc3339(at)
