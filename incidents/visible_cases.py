"""The cases a scope shows, for the modules of queries; nothing else may build on rows of cases."""

from functools import lru_cache
from typing import Any

from sqlalchemy import Select, select

from incidents.rights import Scope
from incidents.store.schema import accounts, areas, cases

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
        .where(scope.where(case_place.c.path, cases.c.assignee_id))
    )
