"""Who turned which dome when: rows that are only added, in the order things happened."""

import asyncio
import json
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.exc import SQLAlchemyError

from incidents.store import Store
from incidents.store.ptz_schema import ptz_log
from runtime.clock import Clock
from wall.ptz.lock import Holder

logger = logging.getLogger(__name__)

MOST_ROWS = 200


@dataclass(frozen=True, slots=True)
class LogRow:
    """`account_id` is None where the system did it."""

    id: int
    at: float
    camera_id: str
    account_id: str | None
    name: str
    action: str
    detail: dict[str, Any]


class PtzLog:
    """`add` returns at once: a hand at the stick does not wait for the disk. Rows are on it moments later."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store, self._clock = store, clock
        self._rows: list[dict[str, Any]] = []
        self._writing = asyncio.Lock()
        self._tasks: set[asyncio.Task[None]] = set()
        self.followers: list[Callable[[str, Holder], None]] = []
        """Told at once of whatever somebody did: camera, who."""

    def add(self, camera_id: str, who: Holder, action: str, **detail: Any) -> None:
        row = {
            "at": self._clock.now(),
            "camera_id": camera_id,
            "account_id": who.id or None,
            "name": who.name,
            "action": action,
            "detail": json.dumps(detail, ensure_ascii=False, separators=(",", ":")),
        }
        self._rows.append(row)
        for follower in self.followers:
            follower(camera_id, who)
        task = asyncio.get_running_loop().create_task(self.settle(), name="log of domes")
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def settle(self) -> None:
        """Returns when all that was added before is written."""
        async with self._writing:
            rows, self._rows = self._rows, []
            if rows:
                await asyncio.to_thread(self._write, rows)

    def _write(self, rows: list[dict[str, Any]]) -> None:
        try:
            with self._store.write() as transaction:
                transaction.connection.execute(insert(ptz_log), rows)
        except SQLAlchemyError:
            logger.exception("%d rows of who turned which dome were not stored", len(rows))

    def rows(self, camera_id: str, before: int | None, limit: int) -> Sequence[LogRow]:
        """Newest first, those with an id below `before`."""
        query = select(ptz_log).where(ptz_log.c.camera_id == camera_id).order_by(ptz_log.c.id.desc())
        if before is not None:
            query = query.where(ptz_log.c.id < before)
        with self._store.read() as connection:
            found = connection.execute(query.limit(min(limit, MOST_ROWS))).all()
        return [LogRow(**{**row._mapping, "detail": json.loads(row.detail)}) for row in found]
