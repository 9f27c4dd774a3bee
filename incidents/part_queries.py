"""Reads of the parts posts have in cases. Scoped, as `incidents.queries`."""

from sqlalchemy import Connection, select

from incidents.queries import get_case
from incidents.rights import Scope
from incidents.store.joint_schema import case_parts
from incidents.store.schema import accounts
from incidents.views import PartView


def list_parts(connection: Connection, scope: Scope, case_id: str) -> tuple[PartView, ...]:
    """In the order they were asked for. Raises NotFound."""
    view, _ = get_case(connection, scope, case_id)
    if not view.joint:
        return ()
    query = (
        select(case_parts, accounts.c.name.label("by"))
        .outerjoin(accounts, accounts.c.id == case_parts.c.accepted_by)
        .where(case_parts.c.case_id == view.id)
        .order_by(case_parts.c.asked_at, case_parts.c.post)
    )
    return tuple(
        PartView(row.post, row.state, row.wanted, row.asked_at, row.accepted_at, row.ended_at, row.by, row.note)
        for row in connection.execute(query)
    )
