"""The cases a scope shows, for the modules of queries; nothing else may build on rows of cases."""

from functools import lru_cache
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, or_, select

from incidents.case_terms import PartState
from incidents.rights import Scope
from incidents.store.joint_schema import case_parts
from incidents.store.schema import accounts, areas, cases, orders
from incidents.views import CaseView

LIVE_ORDERS = ("waiting", "accepted", "arrived")
"""States of an order somebody is still to do something about: who leads, and who was sent along."""
case_place = areas.alias("place_area")
_area = areas.alias("case_area")
_grid = areas.alias("grid_area")
_assignee = accounts.alias("assignee")


def key(given: str) -> str:
    """What cannot be a key finds nothing, rather than upset the database."""
    return given if len(given) <= 64 and given.isprintable() else ""


@lru_cache(maxsize=256)
def visible_cases(scope: Scope) -> Select[Any]:
    """Rows that `incidents.views.case_view` takes, with the `path` of their place. Kept, since to build it takes longer
    than to read a case by it."""
    return (
        select(
            cases,
            case_place.c.path,
            _area.c.name.label("area_name"),
            _grid.c.name.label("grid_name"),
            _assignee.c.name.label("assignee_name"),
        )
        .join(case_place, case_place.c.code == cases.c.place)
        .join(_area, _area.c.code == cases.c.area)
        .outerjoin(_grid, _grid.c.code == cases.c.grid)
        .outerjoin(_assignee, _assignee.c.id == cases.c.assignee_id)
        .where(or_(scope.where(case_place.c.path), *held_by(scope)))
    )


def held_by(scope: Scope) -> list[ColumnElement[bool]]:
    """Conditions on `cases` by which the scope reaches beyond its areas: those its accounts and posts hold, those its
    accounts were sent along to, and those its posts have a part in."""
    conditions = scope.held(cases.c.assignee_id, cases.c.post)
    if scope.assignees:
        sent = orders.c.worker_id.in_(sorted(scope.assignees)), orders.c.state.in_(LIVE_ORDERS)
        conditions.append(cases.c.id.in_(select(orders.c.case_id).where(*sent)))
    if scope.posts:
        parts = case_parts.c.post.in_(sorted(scope.posts)), case_parts.c.state != PartState.WITHDRAWN.value
        conditions.append(cases.c.id.in_(select(case_parts.c.case_id).where(*parts)))
    return conditions


def posts_concerned(connection: Connection, case: CaseView) -> tuple[str, ...]:
    """The posts that may see this case, as `held_by` has it."""
    own = (case.post,) if case.post is not None else ()
    if not case.joint:
        return own
    there = case_parts.c.case_id == case.id, case_parts.c.state != PartState.WITHDRAWN.value
    return own + tuple(connection.execute(select(case_parts.c.post).where(*there)).scalars())
