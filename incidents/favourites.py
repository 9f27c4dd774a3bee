"""The cameras an account has starred. Rights are asked at every call: a camera the account may no longer see is kept
and not told, so that it is there again when the right comes back."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, delete, func, insert, select

from incidents import queries
from incidents.errors import Conflict, NotFound
from incidents.opening import Town
from incidents.rights import Caller, Permission, Scope
from incidents.store import Store
from incidents.store.favourites_schema import favourites
from runtime.clock import Clock

MAX_FAVOURITES = 500


@dataclass(frozen=True, slots=True)
class Favourites:
    store: Store
    clock: Clock
    town: Town

    def list(self, caller: Caller) -> tuple[str, ...]:
        """Ids of the caller's own, in the order they were starred."""
        with self.store.read() as connection:
            rows = connection.execute(
                select(favourites.c.camera_id)
                .where(favourites.c.account_id == caller.account_id)
                .order_by(favourites.c.added_at, favourites.c.camera_id)
            )
            return self._seen(connection, caller.scope(Permission.CAMERA_SEE), rows.scalars().all())

    def add(self, caller: Caller, camera_id: str) -> None:
        """Once or many times is the same. Raises NotFound, Conflict when there are too many."""
        with self.store.write() as transaction:
            connection = transaction.connection
            self._find(connection, caller, camera_id)
            mine = favourites.c.account_id == caller.account_id
            if connection.execute(select(favourites).where(mine, favourites.c.camera_id == camera_id)).first():
                return
            count = connection.execute(select(func.count()).select_from(favourites).where(mine)).scalar_one()
            if count >= MAX_FAVOURITES:
                raise Conflict(f"an account keeps at most {MAX_FAVOURITES} favourites", "camera_id")
            row = {"account_id": caller.account_id, "camera_id": camera_id, "added_at": self.clock.now()}
            connection.execute(insert(favourites).values(**row))

    def remove(self, caller: Caller, camera_id: str) -> None:
        """Also when it was none. Raises NotFound."""
        with self.store.write() as transaction:
            self._find(transaction.connection, caller, camera_id)
            mine = favourites.c.account_id == caller.account_id
            transaction.connection.execute(delete(favourites).where(mine, favourites.c.camera_id == camera_id))

    def _find(self, connection: Connection, caller: Caller, camera_id: str) -> None:
        if not self._seen(connection, caller.scope(Permission.CAMERA_SEE), [camera_id]):
            raise NotFound("no such camera", "camera")

    def _seen(self, connection: Connection, scope: Scope, ids: Sequence[str]) -> tuple[str, ...]:
        area_of = {id_: self.town.cameras[id_].area for id_ in ids if id_ in self.town.cameras}
        inside = {code for code in set(area_of.values()) if _lies_inside(connection, scope, code)}
        return tuple(id_ for id_ in ids if area_of.get(id_) in inside)


def _lies_inside(connection: Connection, scope: Scope, code: str) -> bool:
    try:
        queries.get_area(connection, scope, code)
    except NotFound:
        return False
    return True
