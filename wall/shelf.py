"""Shelves of named arrangements: one of each account's own, and shared ones at areas. Presets and tours are kept so.

A shared thing is seen by those whose `camera.see` covers its area, and changed by those whose `wall.arrange` does.
Cameras outside the reader's own areas are answered as empty places, whoever put them there.
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Protocol
from uuid import uuid4

from sqlalchemy import Connection, Select, Table, and_, delete, func, insert, or_, select, update
from sqlalchemy.exc import IntegrityError

from incidents.errors import Conflict, Invalid, NotAllowed, NotFound
from incidents.rights import Caller, Permission, Scope
from incidents.store import Store
from incidents.store.schema import accounts, areas
from incidents.text import clean_text
from runtime.clock import Clock
from wall.layouts import cells_in

NAME_MAX = 100
CAMERAS_MAX = 4096
"""Of one arrangement, all its pages."""
SHELF_MAX = 500


class CameraPlaces(Protocol):
    def path(self, camera_id: str) -> str | None:
        """Area path of a camera; None for one there is not."""
        ...


@dataclass(frozen=True, slots=True)
class Page:
    """An arrangement: a layout and its cameras in reading order, None for an empty place. `dwell_s` only in a tour."""

    layout: str
    cameras: tuple[str | None, ...]
    dwell_s: float | None = None


@dataclass(frozen=True, slots=True)
class Kept:
    """As its reader may see it."""

    id: str
    name: str
    area: str | None
    """Empty where it is the reader's own."""
    area_name: str | None
    pages: tuple[Page, ...]
    may_change: bool
    version: int
    updated_at: float
    updated_by: str
    """The name of whoever changed it last."""


@dataclass(frozen=True, slots=True)
class Draft:
    name: str
    area: str | None
    pages: tuple[Page, ...]


_area = areas.alias("shelf_area")
_changer = accounts.alias("changer")


class Shelf:
    """Raises NotFound for what the caller may not see, NotAllowed for what he may see and not change."""

    def __init__(self, store: Store, clock: Clock, cameras: CameraPlaces, table: Table, noun: str) -> None:
        self._store = store
        self._clock = clock
        self._cameras = cameras
        self._table = table
        self._noun = noun

    def list(self, caller: Caller) -> tuple[Kept, ...]:
        """The caller's own first, then shared ones by area; each by name."""
        with self._store.read() as connection:
            table = self._table
            rows = connection.execute(
                self._visible(caller).order_by(table.c.owner_id.is_(None), _area.c.path, table.c.name_key)
            )
            return tuple(self._seen_by(caller, row) for row in rows)

    def get(self, caller: Caller, key: str) -> Kept:
        with self._store.read() as connection:
            return self._seen_by(caller, self._find(connection, caller, key))

    def pages_of(self, connection: Connection, caller: Caller | None, key: str) -> tuple[str, tuple[Page, ...]]:
        """Name and pages as the caller sees them; all of them without a caller, for a part that judges rights itself.
        Raises NotFound."""
        if caller is not None:
            kept = self._seen_by(caller, self._find(connection, caller, key))
            return kept.name, kept.pages
        row = connection.execute(select(self._table).where(self._table.c.id == key[:32])).one_or_none()
        if row is None:
            raise NotFound(f"no such {self._noun}", self._noun)
        return row.name, _read(row.content)

    def create(self, caller: Caller, draft: Draft) -> Kept:
        name, key, now = self._name(draft.name), uuid4().hex, self._clock.now()
        owner = None if draft.area is not None else caller.account_id
        with self._store.write() as transaction:
            connection = transaction.connection
            if draft.area is not None:
                self._shareable(connection, caller, draft.area)
            self._check(caller, draft.pages)
            self._room_left(connection, owner, draft.area)
            values = {
                "id": key,
                "owner_id": owner,
                "area": draft.area,
                "name": name,
                "name_key": name.casefold(),
                "content": _write(draft.pages),
                "version": 1,
                "created_at": now,
                "created_by": caller.account_id,
                "updated_at": now,
                "updated_by": caller.account_id,
            }
            try:
                connection.execute(insert(self._table).values(**values))
            except IntegrityError:
                raise self._name_taken(name) from None
            return self._seen_by(caller, self._find(connection, caller, key))

    def change(
        self, caller: Caller, key: str, version: int, *, name: str | None = None, pages: Sequence[Page] | None = None
    ) -> Kept:
        """What is None stays. Raises Conflict when somebody changed it after `version`, or the name is taken.

        Cameras the caller may not see, whose places are empty to him, stay unless he puts others there.
        """
        values: dict[str, Any] = {}
        if name is not None:
            values["name"] = self._name(name)
            values["name_key"] = values["name"].casefold()
        if pages is not None:
            self._check(caller, pages)
        with self._store.write() as transaction:
            connection = transaction.connection
            row = self._changeable(connection, caller, key, version)
            if pages is not None:
                values["content"] = _write(self._with_unseen(caller, _read(row.content), pages))
            if values:
                values |= {"version": version + 1, "updated_at": self._clock.now(), "updated_by": caller.account_id}
                right_one = and_(self._table.c.id == key, self._table.c.version == version)
                try:
                    done = connection.execute(update(self._table).where(right_one).values(**values))
                except IntegrityError:
                    raise self._name_taken(values["name"]) from None
                if done.rowcount == 0:
                    raise Conflict(f"the {self._noun} was changed at this very moment; look at it again", "version")
            return self._seen_by(caller, self._find(connection, caller, key))

    def remove(self, caller: Caller, key: str, version: int | None = None) -> None:
        """Raises Conflict when somebody changed it after `version`."""
        with self._store.write() as transaction:
            row = self._changeable(transaction.connection, caller, key, version)
            transaction.connection.execute(delete(self._table).where(self._table.c.id == row.id))

    # --- rows

    def _visible(self, caller: Caller) -> Select[Any]:
        table = self._table
        shared = and_(table.c.area.is_not(None), caller.scope(Permission.CAMERA_SEE).where(_area.c.path))
        return (
            select(table, _area.c.path, _area.c.name.label("area_name"), _changer.c.name.label("changer"))
            .outerjoin(_area, _area.c.code == table.c.area)
            .join(_changer, _changer.c.id == table.c.updated_by)
            .where(or_(table.c.owner_id == caller.account_id, shared))
        )

    def _find(self, connection: Connection, caller: Caller, key: str) -> Any:
        row = connection.execute(self._visible(caller).where(self._table.c.id == key[:32])).one_or_none()
        if row is None:
            raise NotFound(f"no such {self._noun}", self._noun)
        return row

    def _changeable(self, connection: Connection, caller: Caller, key: str, version: int | None) -> Any:
        row = self._find(connection, caller, key)
        if not _may_change(caller, row):
            raise NotAllowed(f"a shared {self._noun} is changed by those who arrange the wall there", self._noun)
        if version is not None and row.version != version:
            raise Conflict(
                f"{row.changer} changed the {self._noun} meanwhile: it is at version {row.version}, not {version}; "
                "open it again, or save under another name",
                "version",
            )
        return row

    def _shareable(self, connection: Connection, caller: Caller, code: str) -> None:
        path = connection.execute(select(areas.c.path).where(areas.c.code == code)).scalar()
        if path is None or not caller.scope(Permission.CAMERA_SEE).covers(path):
            raise NotFound("no such area", "area")
        if not caller.scope(Permission.WALL_ARRANGE).covers(path):
            raise NotAllowed(f"your roles do not allow sharing a {self._noun} at this area", "area")

    def _room_left(self, connection: Connection, owner: str | None, area: str | None) -> None:
        one_shelf = self._table.c.owner_id == owner if owner is not None else self._table.c.area == area
        there = connection.execute(select(func.count()).select_from(self._table).where(one_shelf)).scalar_one()
        if there >= SHELF_MAX:
            raise Conflict(f"there are {SHELF_MAX} {self._noun}s already; delete some first", self._noun)

    def _name(self, given: str) -> str:
        name = clean_text(given, "name", NAME_MAX)
        if not name:
            raise Invalid("name must not be empty", "name")
        return name

    def _name_taken(self, name: str) -> Conflict:
        return Conflict(f"there is a {self._noun} called {name!r} already; choose another name or overwrite it", "name")

    # --- cameras

    def _sees(self, scope: Scope, camera: str) -> bool:
        path = self._cameras.path(camera)
        return path is not None and scope.covers(path)

    def _check(self, caller: Caller, pages: Iterable[Page]) -> None:
        """Raises Invalid for a bad layout, or a camera that is not there for the caller or stands there twice."""
        scope = caller.scope(Permission.CAMERA_SEE)
        for number, page in enumerate(pages):
            cells_in(page.layout, f"steps.{number}.layout" if page.dwell_s is not None else "layout")
            where = f"steps.{number}.cameras" if page.dwell_s is not None else "cameras"
            if len(page.cameras) > CAMERAS_MAX:
                raise Invalid(f"{where}: at most {CAMERAS_MAX} cameras", where)
            seen: set[str] = set()
            for place, camera in enumerate(page.cameras):
                if camera is None:
                    continue
                if not self._sees(scope, camera):
                    raise Invalid(f"{where}.{place}: there is no camera {camera[:64]!r}", f"{where}.{place}")
                if camera in seen:
                    raise Invalid(f"{where}.{place}: camera {camera!r} stands there twice", f"{where}.{place}")
                seen.add(camera)

    def _with_unseen(self, caller: Caller, before: Sequence[Page], after: Sequence[Page]) -> tuple[Page, ...]:
        scope = caller.scope(Permission.CAMERA_SEE)
        merged = []
        for number, page in enumerate(after):
            old = before[number].cameras if number < len(before) else ()
            unseen = {at: camera for at, camera in enumerate(old) if camera and not self._sees(scope, camera)}
            cameras = list(page.cameras) + [None] * (max(unseen, default=-1) + 1 - len(page.cameras))
            for at, camera in unseen.items():
                if cameras[at] is None:
                    cameras[at] = camera
            merged.append(replace(page, cameras=tuple(cameras)))
        return tuple(merged)

    def _seen_by(self, caller: Caller, row: Any) -> Kept:
        scope = caller.scope(Permission.CAMERA_SEE)
        return Kept(
            id=row.id,
            name=row.name,
            area=row.area,
            area_name=row.area_name,
            pages=tuple(
                replace(page, cameras=tuple(one if one and self._sees(scope, one) else None for one in page.cameras))
                for page in _read(row.content)
            ),
            may_change=_may_change(caller, row),
            version=row.version,
            updated_at=row.updated_at,
            updated_by=row.changer,
        )


def _may_change(caller: Caller, row: Any) -> bool:
    if row.owner_id is not None:
        return bool(row.owner_id == caller.account_id)
    return caller.scope(Permission.WALL_ARRANGE).covers(row.path)


def _write(pages: Iterable[Page]) -> str:
    def plain(page: Page) -> dict[str, Any]:
        dwell = {} if page.dwell_s is None else {"dwell_s": page.dwell_s}
        return {"layout": page.layout, "cameras": list(page.cameras), **dwell}

    return json.dumps([plain(page) for page in pages], ensure_ascii=False, separators=(",", ":"))


def _read(content: str) -> tuple[Page, ...]:
    return tuple(Page(one["layout"], tuple(one["cameras"]), one.get("dwell_s")) for one in json.loads(content))
