"""Requests that may come twice, told apart by a key of the sender's (`Idempotency-Key`, draft-ietf-httpapi-idempotency-
key-header): key and answer are written in the transaction of what the request does, so neither is there without the
other, whatever fails in between.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

from sqlalchemy import Connection, delete, insert, select, update
from sqlalchemy.exc import IntegrityError

from incidents.errors import Invalid
from incidents.store.phone_schema import request_keys

KEEP_SECONDS = 30 * 86400.0


class AlreadyDone(Exception):
    """Another request with this key was first; its answer can be found."""


class KeyReused(Invalid):
    """The key belongs to another request of this account."""

    def __init__(self) -> None:
        message = "this key was given with another request: a new request needs a new key"
        super().__init__(message, "Idempotency-Key", "该幂等键已用于另一个请求,新请求须用新键")


@dataclass(slots=True)
class KeyedRequest:
    """One request with a key. `fingerprint` stands for all it asks; `answer_of` makes the answer's text from what the
    transaction came to (`Transaction.outcome`); `answer` is there once that is durable."""

    account_id: str
    key: str
    fingerprint: str
    at: float
    answer_of: Callable[[object], str]
    answer: str | None = None
    claimed: bool = False

    def claim(self, connection: Connection) -> None:
        """Call first in the transaction: whoever comes with the same key waits here until it has ended.
        Raises AlreadyDone."""
        values = {"account_id": self.account_id, "key": self.key, "fingerprint": self.fingerprint, "at": self.at}
        try:
            connection.execute(insert(request_keys).values(**values, answer=""))
        except IntegrityError as error:
            raise AlreadyDone from error
        self.claimed = True

    def complete(self, connection: Connection, outcome: object) -> None:
        """Call last in the transaction."""
        self.answer = self.answer_of(outcome)
        mine = (request_keys.c.account_id == self.account_id, request_keys.c.key == self.key)
        connection.execute(update(request_keys).where(*mine).values(answer=self.answer))


_held: ContextVar[KeyedRequest | None] = ContextVar("keyed_request", default=None)


@contextmanager
def holding(request: KeyedRequest) -> Iterator[None]:
    """The first writing transaction of this thread inside is what the request does."""
    token = _held.set(request)
    try:
        yield
    finally:
        _held.reset(token)


def next_claim() -> KeyedRequest | None:
    """The request this thread carries out, until its key is claimed."""
    request = _held.get()
    return None if request is None or request.claimed else request


def find_answer(connection: Connection, request: KeyedRequest) -> str | None:
    """The answer given to this request before. Raises KeyReused."""
    mine = (request_keys.c.account_id == request.account_id, request_keys.c.key == request.key)
    row = connection.execute(select(request_keys).where(*mine)).one_or_none()
    if row is None:
        return None
    if row.fingerprint != request.fingerprint:
        raise KeyReused
    return str(row.answer)


def delete_old_keys(connection: Connection, now: float) -> int:
    """Deletes those whose time is over; returns how many."""
    return connection.execute(delete(request_keys).where(request_keys.c.at < now - KEEP_SECONDS)).rowcount
