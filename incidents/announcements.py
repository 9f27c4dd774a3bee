"""The shelf of recorded announcements: one an area. Those of the areas above may be used too; each is changed by those
who speak at its own area."""

from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from sqlalchemy import Connection, Row, Select, delete, func, insert, or_, select
from sqlalchemy.exc import IntegrityError

from incidents import audit, queries
from incidents.audit import Entry, Kind
from incidents.errors import Conflict, Invalid, NotAllowed, NotFound
from incidents.rights import Caller, Permission, Scope
from incidents.store import Store
from incidents.store.announcement_schema import announcements
from incidents.store.schema import accounts, areas
from incidents.text import clean_text
from runtime.clock import Clock

NAME_MAX, TEXT_MAX, SHELF_MAX = 60, 500, 200


@dataclass(frozen=True, slots=True)
class Announcement:
    """`may_change`: by the one who asks."""

    id: str
    area: str
    area_name: str
    name: str
    text: str
    seconds: float
    made_at: float
    made_by: str
    may_change: bool


@dataclass(frozen=True, slots=True)
class Draft:
    """`sound`: 16-bit samples at 8 kHz."""

    area: str
    name: str
    text: str
    sound: bytes
    seconds: float


class Announcements:
    """Synchronous and thread-safe."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store, self._clock = store, clock

    def list(self, caller: Caller) -> tuple[Announcement, ...]:
        """By area from the top, each by name."""
        scope = caller.scope(Permission.LOUDSPEAKER_SPEAK)
        with self._store.read() as connection:
            rows = connection.execute(_usable(scope).order_by(areas.c.path, announcements.c.name_key))
            return tuple(_view(row, scope) for row in rows)

    def get(self, caller: Caller, key: str) -> tuple[Announcement, bytes]:
        """With its sound. Raises NotFound."""
        scope = caller.scope(Permission.LOUDSPEAKER_SPEAK)
        with self._store.read() as connection:
            view = _find(connection, scope, key)
            sound = select(announcements.c.sound).where(announcements.c.id == view.id)
            return view, bytes(connection.execute(sound).scalar_one())

    def create(self, caller: Caller, draft: Draft) -> Announcement:
        """Raises NotFound for an area outside, Invalid, Conflict for a name that is taken or a full shelf."""
        scope = caller.scope(Permission.LOUDSPEAKER_SPEAK)
        name, text = clean_text(draft.name, "name", NAME_MAX), clean_text(draft.text, "text", TEXT_MAX)
        if not name:
            raise Invalid("name must not be empty", "name", "请填写名称")
        key, now = uuid4().hex, self._clock.now()
        values = {"name_key": name.casefold(), "text": text, "sound": draft.sound, "seconds": draft.seconds}
        with self._store.write() as transaction:
            connection = transaction.connection
            area = queries.get_area(connection, scope, draft.area)
            there = select(func.count()).select_from(announcements).where(announcements.c.area == area.code)
            if connection.execute(there).scalar_one() >= SHELF_MAX:
                raise Conflict(f"there are {SHELF_MAX} announcements already", "area", f"已有 {SHELF_MAX} 条录音")
            row = {"id": key, "area": area.code, "name": name, "made_at": now, "made_by": caller.account_id, **values}
            try:
                connection.execute(insert(announcements).values(**row))
            except IntegrityError:
                raise Conflict(f"there is an announcement {name!r} already", "name", "已有同名录音") from None
            self._note(connection, caller, area.path, "made", name, text, now)
            return _find(connection, scope, key)

    def remove(self, caller: Caller, key: str) -> None:
        """Raises NotFound, NotAllowed."""
        scope = caller.scope(Permission.LOUDSPEAKER_SPEAK)
        with self._store.write() as transaction:
            connection = transaction.connection
            view = _find(connection, scope, key)
            if not view.may_change:
                raise NotAllowed("it belongs to an area above yours", "announcement")
            connection.execute(delete(announcements).where(announcements.c.id == view.id))
            path = queries.get_area(connection, scope, view.area).path
            self._note(connection, caller, path, "removed", view.name, view.text, self._clock.now())

    def _note(
        self, connection: Connection, caller: Caller, path: str, what: str, name: str, text: str, now: float
    ) -> None:
        detail = {"what": what, "text": text}
        entry = Entry(Kind.ANNOUNCEMENT, caller.account_id, caller.name, path, subject=name, detail=detail)
        audit.note(connection, entry, now)


def _usable(scope: Scope) -> Select[Any]:
    """Of the scope's areas, and of those above them."""
    above = {
        "/" + "/".join(steps[:count]) + "/"
        for prefix in scope.prefixes
        for steps in [[step for step in prefix.split("/") if step]]
        for count in range(1, len(steps))
    }
    columns = [column for column in announcements.c if column.name != "sound"]
    return (
        select(*columns, areas.c.path, areas.c.name.label("area_name"), accounts.c.name.label("maker"))
        .join(areas, areas.c.code == announcements.c.area)
        .join(accounts, accounts.c.id == announcements.c.made_by)
        .where(or_(scope.where(areas.c.path), areas.c.path.in_(sorted(above))))
    )


def _find(connection: Connection, scope: Scope, key: str) -> Announcement:
    """Raises NotFound."""
    row = connection.execute(_usable(scope).where(announcements.c.id == key[:32])).one_or_none()
    if row is None:
        raise NotFound("no such announcement", "announcement", "没有该录音")
    return _view(row, scope)


def _view(row: Row[Any], scope: Scope) -> Announcement:
    return Announcement(
        id=row.id,
        area=row.area,
        area_name=row.area_name,
        name=row.name,
        text=row.text,
        seconds=row.seconds,
        made_at=row.made_at,
        made_by=row.maker,
        may_change=scope.covers(row.path),
    )
