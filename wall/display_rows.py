"""Every read of displays. Rights are applied here: a scope is taken, and nothing from outside it is answered."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, select

from incidents.errors import NotFound
from incidents.rights import Caller, RoleAt, Scope
from incidents.store.display_schema import display_alarms, displays
from incidents.store.schema import accounts, areas
from wall.showing import AnyShowing, from_text

_by = accounts.alias("shown_by_account")
MAX_KEY = 64


@dataclass(frozen=True, slots=True)
class PlacedAlarm:
    """A case that wants a display. `until` None: until it is acknowledged; `shown_at` None: it waits its turn."""

    case_id: str
    level: int
    placed_at: float
    until: float | None
    shown_at: float | None


@dataclass(frozen=True, slots=True)
class DisplayRow:
    id: str
    name: str
    area: str
    area_name: str
    area_path: str
    showing: AnyShowing
    shown_at: float
    shown_by: str | None
    version: int
    paired_at: float
    heard_at: float | None
    health: dict[str, Any] | None
    alarm: PlacedAlarm | None

    def rights(self) -> Caller:
        """What the display itself may see."""
        held = RoleAt("display", self.area, self.area_path, self.area_name)
        return Caller(self.id, "", self.name, "", (held,))


def list_displays(connection: Connection, scope: Scope, only: str | None = None) -> tuple[DisplayRow, ...]:
    """Those whose area lies inside, by area and name."""
    query = (
        select(
            displays,
            accounts.c.name,
            areas.c.name.label("area_name"),
            areas.c.path.label("area_path"),
            _by.c.name.label("shown_by_name"),
        )
        .join(accounts, accounts.c.id == displays.c.id)
        .join(areas, areas.c.code == displays.c.area)
        .outerjoin(_by, _by.c.id == displays.c.shown_by)
        .where(scope.where(areas.c.path))
        .order_by(areas.c.path, accounts.c.name, displays.c.id)
    )
    if only is not None:
        query = query.where(displays.c.id == _key(only))
    rows = connection.execute(query).all()
    shown = _on_view(connection, [row.id for row in rows])
    return tuple(_display(row, shown.get(row.id)) for row in rows)


def get_display(connection: Connection, scope: Scope, display_id: str) -> DisplayRow:
    """Raises NotFound."""
    found = list_displays(connection, scope, display_id)
    if not found:
        raise NotFound("no such display", "display")
    return found[0]


def placed_alarms(connection: Connection, display_id: str) -> tuple[PlacedAlarm, ...]:
    """All that want the display; for the service's own work."""
    rows = connection.execute(select(display_alarms).where(display_alarms.c.display_id == display_id))
    return tuple(_placed(row) for row in rows)


def _on_view(connection: Connection, ids: Sequence[str]) -> dict[str, PlacedAlarm]:
    query = select(display_alarms).where(display_alarms.c.display_id.in_(ids), display_alarms.c.shown_at.is_not(None))
    return {row.display_id: _placed(row) for row in connection.execute(query)}


def _placed(row: Row[Any]) -> PlacedAlarm:
    return PlacedAlarm(row.case_id, row.level, row.placed_at, row.until, row.shown_at)


def _display(row: Row[Any], alarm: PlacedAlarm | None) -> DisplayRow:
    return DisplayRow(
        id=row.id,
        name=row.name,
        area=row.area,
        area_name=row.area_name,
        area_path=row.area_path,
        showing=from_text(row.showing),
        shown_at=row.shown_at,
        shown_by=row.shown_by_name,
        version=row.version,
        paired_at=row.paired_at,
        heard_at=row.heard_at,
        health=json.loads(row.health) if row.health else None,
        alarm=alarm,
    )


def _key(given: str) -> str:
    return given if len(given) <= MAX_KEY and given.isprintable() else ""
