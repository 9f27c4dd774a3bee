"""Handled cases that wait for a camera to look."""

import json
from dataclasses import dataclass

from sqlalchemy import Connection, select

from incidents.case import State
from incidents.store.schema import case_objects, cases


@dataclass(frozen=True, slots=True)
class VerificationTarget:
    """What to ask the camera about a handled case."""

    case_id: str
    camera_id: str
    object_id: str
    box: tuple[float, ...]
    view_id: str | None = None


def awaiting_camera(connection: Connection) -> tuple[VerificationTarget, ...]:
    """Oldest first."""
    query = (
        select(
            cases.c.id,
            cases.c.camera_id,
            case_objects.c.object_id,
            case_objects.c.box,
            case_objects.c.view_id,
        )
        .join(
            case_objects,
            (case_objects.c.case_id == cases.c.id) & (case_objects.c.camera_id == cases.c.camera_id),
        )
        .where(cases.c.state == State.HANDLED.value, ~cases.c.needs_person)
        .order_by(cases.c.updated_at, case_objects.c.ended_at.is_(None), case_objects.c.seen_at)
    )
    # The last one of each case stays: what has not left comes after what has, the newest last.
    newest = {row.id: row for row in connection.execute(query)}
    return tuple(
        VerificationTarget(row.id, row.camera_id, row.object_id, tuple(json.loads(row.box)), row.view_id)
        for row in newest.values()
    )
