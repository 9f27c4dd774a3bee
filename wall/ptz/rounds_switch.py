"""Whether a dome visits its views by itself: on, until somebody switches it off."""

from sqlalchemy import insert, select, update

from incidents.store import Store
from incidents.store.ptz_schema import ptz_rounds
from runtime.clock import Clock


class RoundsSwitch:
    """Read once and held; the API process is the only one that writes. `set` blocks: use a thread."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store, self._clock = store, clock
        with store.read() as connection:
            rows = connection.execute(select(ptz_rounds.c.camera_id, ptz_rounds.c.on)).all()
        self._on = {row.camera_id: bool(row.on) for row in rows}

    def is_on(self, camera_id: str) -> bool:
        return self._on.get(camera_id, True)

    def set(self, camera_id: str, on: bool, account_id: str) -> None:
        values = {"on": on, "updated_at": self._clock.now(), "updated_by": account_id}
        with self._store.write() as transaction:
            mine = update(ptz_rounds).where(ptz_rounds.c.camera_id == camera_id).values(**values)
            if transaction.connection.execute(mine).rowcount == 0:
                transaction.connection.execute(insert(ptz_rounds).values(camera_id=camera_id, **values))
        self._on[camera_id] = on
