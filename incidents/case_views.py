"""Views of the case desk kept by name: an account's own, and those shared at an area.

A shared one is seen by those whose `case.see` covers its area, and kept or deleted by those whose `case.triage` does.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, urlencode
from uuid import uuid4

from sqlalchemy import ColumnElement, Connection, Select, and_, delete, func, insert, or_, select, update

from incidents.errors import Conflict, Invalid, NotAllowed, NotFound
from incidents.rights import Caller, Permission
from incidents.store import Store
from incidents.store.case_view_schema import MAX_QUERY, case_views
from incidents.store.schema import accounts, areas
from incidents.text import clean_text
from runtime.clock import Clock

NAME_MAX = 40
SHELF_MAX = 100
FILTERS = frozenset({
    "state", "class", "level", "area", "source", "holder", "post", "tier", "supervised", "overdue", "repeat", "days",
    "from", "to", "text", "sort",
})  # fmt: skip
"""What the address of the desk may say."""
_area = areas.alias("view_area")
_keeper = accounts.alias("keeper")


@dataclass(frozen=True, slots=True)
class CaseView:
    """`area`: where it is shared; None for the reader's own. `query`: as in the desk's address."""

    id: str
    name: str
    area: str | None
    area_name: str | None
    query: str
    may_change: bool
    updated_at: float
    updated_by: str


@dataclass(frozen=True, slots=True)
class CaseViews:
    store: Store
    clock: Clock

    def list(self, caller: Caller) -> tuple[CaseView, ...]:
        """The caller's own first, then shared ones by area; each by name."""
        order = case_views.c.owner_id.is_(None), _area.c.path, case_views.c.name_key
        with self.store.read() as connection:
            return tuple(_view(caller, row) for row in connection.execute(_visible(caller).order_by(*order)))

    def keep(self, caller: Caller, name: str, area: str | None, query: str) -> CaseView:
        """In place of one of that name on the same shelf. Raises Invalid; NotFound and NotAllowed for an area the
        caller may not see, or not share at; Conflict when the shelf is full."""
        called = clean_text(name, "name", NAME_MAX)
        if not called:
            raise Invalid("name must not be empty", "name")
        owner = caller.account_id if area is None else None
        shelf = case_views.c.owner_id == owner if area is None else case_views.c.area == area
        with self.store.write() as transaction:
            connection = transaction.connection
            if area is not None:
                _shareable(connection, caller, area)
            values = {"name": called, "query": _checked(query), "updated_at": self.clock.now(),
                      "updated_by": caller.account_id}  # fmt: skip
            there = and_(shelf, case_views.c.name_key == called.casefold())
            key = connection.execute(select(case_views.c.id).where(there)).scalar()
            if key is None:
                key = self._add(connection, shelf, {**values, "owner_id": owner, "area": area})
            else:
                connection.execute(update(case_views).where(case_views.c.id == key).values(**values))
            return _view(caller, connection.execute(_visible(caller).where(case_views.c.id == key)).one())

    def remove(self, caller: Caller, key: str, updated_at: float | None = None) -> None:
        """Raises NotFound, NotAllowed, Conflict when it was kept anew after `updated_at`."""
        with self.store.write() as transaction:
            connection = transaction.connection
            row = connection.execute(_visible(caller).where(case_views.c.id == key[:32])).one_or_none()
            if row is None:
                raise NotFound("no such view", "view")
            if not _may_change(caller, row):
                raise NotAllowed("a shared view is deleted by those who triage cases there", "view")
            if updated_at is not None and updated_at != row.updated_at:
                raise Conflict(f"{row.keeper} has kept the view anew meanwhile; look at it again", "updated_at")
            connection.execute(delete(case_views).where(case_views.c.id == row.id))

    def _add(self, connection: Connection, shelf: ColumnElement[bool], values: Mapping[str, Any]) -> str:
        there = connection.execute(select(func.count()).select_from(case_views).where(shelf)).scalar_one()
        if there >= SHELF_MAX:
            raise Conflict(f"there are {SHELF_MAX} views already; delete some first", "view")
        key = uuid4().hex
        connection.execute(insert(case_views).values(id=key, name_key=str(values["name"]).casefold(), **values))
        return key


def _visible(caller: Caller) -> Select[Any]:
    shared = and_(case_views.c.area.is_not(None), caller.scope(Permission.CASE_SEE).where(_area.c.path))
    return (
        select(case_views, _area.c.path, _area.c.name.label("area_name"), _keeper.c.name.label("keeper"))
        .outerjoin(_area, _area.c.code == case_views.c.area)
        .join(_keeper, _keeper.c.id == case_views.c.updated_by)
        .where(or_(case_views.c.owner_id == caller.account_id, shared))
    )


def _may_change(caller: Caller, row: Any) -> bool:
    return row.owner_id is not None or caller.scope(Permission.CASE_TRIAGE).covers(row.path)


def _view(caller: Caller, row: Any) -> CaseView:
    return CaseView(
        row.id, row.name, row.area, row.area_name, row.query, _may_change(caller, row), row.updated_at, row.keeper
    )


def _shareable(connection: Connection, caller: Caller, code: str) -> None:
    path = connection.execute(select(areas.c.path).where(areas.c.code == code[:64])).scalar()
    if path is None or not caller.scope(Permission.CASE_SEE).covers(path):
        raise NotFound("no such area", "area")
    if not caller.scope(Permission.CASE_TRIAGE).covers(path):
        raise NotAllowed("your roles do not allow sharing a view at this area", "area")


def _checked(query: str) -> str:
    """In one way of writing, each filter once. Raises Invalid."""
    if len(query) > MAX_QUERY:
        raise Invalid(f"query has more than {MAX_QUERY} characters", "query")
    try:
        said = dict(parse_qsl(query, keep_blank_values=True, strict_parsing=bool(query), max_num_fields=len(FILTERS)))
    except ValueError:
        raise Invalid("query is not what an address may say after its ?, such as state=open&level=3", "query") from None
    if strange := sorted(set(said) - FILTERS):
        raise Invalid(f"query: the desk has no filter {strange[0][:40]!r}", "query")
    for name, value in said.items():
        clean_text(value, f"query.{name}", 100)
    written = urlencode(said)
    if len(written) > MAX_QUERY:
        raise Invalid(f"query has more than {MAX_QUERY} characters as an address writes it", "query")
    return written
