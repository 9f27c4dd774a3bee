"""Group commit: writes of several threads that come together are made durable together, by one sync of the disk.

They run one after the other on one connection, each behind a savepoint of its own, so that what fails undoes nothing
but itself. Whoever ends while others wait leaves the commit to them; with nobody waiting it commits at once, so a lone
write waits for nothing.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from copy import copy
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, Engine, RootTransaction
from sqlalchemy.exc import InvalidRequestError, SQLAlchemyError

from incidents.store.migrate import APPENDED, WRITES

MOST = 32
"""Writes of one commit: the first of them waits for the last, and PostgreSQL remembers so many savepoints cheaply."""
OWN_HAND_SECONDS = 1.0
"""Whoever waits for longer looks whether those it left the commit to are still there."""
SAVE, KEEP, UNDO = ("SAVEPOINT one_write", "RELEASE SAVEPOINT one_write", "ROLLBACK TO SAVEPOINT one_write")
LOST = "the commit these writes were to be part of did not come about"


@dataclass(slots=True, eq=False)
class _Group:
    connection: Connection
    begun: RootTransaction
    writes: int = 0
    over: threading.Event = field(default_factory=threading.Event)
    failure: BaseException | None = None


class GroupCommit:
    """Thread-safe. A thread inside must not write a second time: it would wait for itself."""

    def __init__(self, engine: Engine, own_hand_seconds: float = OWN_HAND_SECONDS) -> None:
        self._engine, self._own_hand_seconds = engine, own_hand_seconds
        self._turn = threading.Lock()
        self._counting = threading.Lock()
        self._open: _Group | None = None
        self.waiting = 0
        """Threads that wait for their turn."""
        self.commits = 0
        """How many there have been."""

    @contextmanager
    def write(self, appended: list[Any]) -> Iterator[Connection]:
        """One write. On return it is durable; what its own body raises undoes it, and is raised once what it may have
        read of the writes before it is durable. `appended`: gets the trace entries.

        When the commit fails, every write of the group raises the failure.
        """
        group, kept = self._enter(appended), False
        try:
            yield group.connection
            kept = True
        finally:
            self._leave(group, kept)
        if group.failure is not None:
            raise copy(group.failure) from group.failure

    def _enter(self, appended: list[Any]) -> _Group:
        with self._counting:
            self.waiting += 1
        try:
            self._turn.acquire()
        finally:
            with self._counting:
                self.waiting -= 1
        joined = False
        try:
            group = self._open or self._begin()
            group.connection.execution_options(**{APPENDED: appended})
            if group.writes:
                group.connection.exec_driver_sql(SAVE)
            joined = True
            return group
        finally:
            if not joined:
                self._end(InvalidRequestError(LOST))
                self._turn.release()

    def _begin(self) -> _Group:
        connection = self._engine.connect()
        try:
            connection.execution_options(**{WRITES: True})
            self._open = _Group(connection, connection.begin())
            return self._open
        finally:
            if self._open is None:
                connection.close()

    def _leave(self, group: _Group, kept: bool) -> None:
        """Ends this thread's turn; returns when the group is over."""
        try:
            self._settle(group, kept)
        finally:
            self._turn.release()
        while not group.over.wait(self._own_hand_seconds):
            with self._turn:
                if self._open is group:
                    self._end()

    def _settle(self, group: _Group, kept: bool) -> None:
        try:
            if group.writes and not kept:
                group.connection.exec_driver_sql(UNDO)
            if group.writes:
                group.connection.exec_driver_sql(KEEP)
        except SQLAlchemyError as error:  # The transaction itself is gone, and with it the writes before this one.
            self._end(error)
            return
        group.writes += kept
        with self._counting:
            others = self.waiting > 0
        if not others or group.writes >= MOST or not group.writes:
            self._end()

    def _end(self, failure: BaseException | None = None) -> None:
        """Commits the open group, or undoes it; with the turn in hand. Raises nothing: each of its writes does."""
        group, self._open = self._open, None
        if group is None:
            return
        group.failure = failure or InvalidRequestError(LOST)
        try:
            if failure is None and group.writes:
                group.begun.commit()
                group.failure = None
                self.commits += 1
        except SQLAlchemyError as error:
            group.failure = error
        finally:
            try:
                if group.writes and group.failure is not None:
                    group.connection.invalidate()  # A commit that failed may have left its transaction open.
                group.connection.close()
            finally:
                group.over.set()
