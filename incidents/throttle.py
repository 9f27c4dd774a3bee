"""Slows down guessing: per account and address, per account, and per address. Names nobody: keys are hashes."""

import hashlib
from dataclasses import dataclass

from sqlalchemy import Connection, delete, insert, select, update

from incidents.errors import Throttled
from incidents.store.schema import sign_in_failures


@dataclass(frozen=True, slots=True)
class Limit:
    """After `free` failures each further one blocks for `first_seconds`, doubled each time up to `longest_seconds`."""

    kind: str
    free: int
    first_seconds: float = 15.0
    longest_seconds: float = 900.0


PAIR = Limit("pair", 5)
ACCOUNT = Limit("account", 30, longest_seconds=120.0)
"""Loose and short: a stranger must not be able to lock somebody out for long."""
ADDRESS = Limit("address", 50)
FORGET_SECONDS = 3600.0


@dataclass(frozen=True, slots=True)
class Attempt:
    """One attempt to sign in; the account need not exist."""

    username_key: str
    address: str

    def buckets(self) -> tuple[tuple[str, Limit], ...]:
        return (
            (_key("pair", self.username_key, self.address), PAIR),
            (_key("account", self.username_key), ACCOUNT),
            (_key("address", self.address), ADDRESS),
        )


def check(connection: Connection, attempt: Attempt, now: float) -> None:
    """Raises Throttled while any of the three is blocked."""
    keys = [key for key, _ in attempt.buckets()]
    rows = connection.execute(select(sign_in_failures.c.blocked_until).where(sign_in_failures.c.key.in_(keys)))
    wait = max((row.blocked_until - now for row in rows), default=0.0)
    if wait > 0:
        raise Throttled(wait)


def failed(connection: Connection, attempt: Attempt, now: float) -> None:
    for key, limit in attempt.buckets():
        row = connection.execute(select(sign_in_failures).where(sign_in_failures.c.key == key)).one_or_none()
        count = 1 if row is None or now - row.last_at > FORGET_SECONDS else row._mapping["count"] + 1
        over = min(count - limit.free, 30)
        block = min(limit.first_seconds * 2.0 ** (over - 1), limit.longest_seconds) if over > 0 else 0.0
        values = {"count": count, "last_at": now, "blocked_until": now + block}
        if row is None:
            connection.execute(insert(sign_in_failures).values(key=key, **values))
        else:
            connection.execute(update(sign_in_failures).where(sign_in_failures.c.key == key).values(**values))
    connection.execute(delete(sign_in_failures).where(sign_in_failures.c.last_at < now - 24 * FORGET_SECONDS))


def succeeded(connection: Connection, attempt: Attempt) -> None:
    """Forgets the account's failures; the address keeps its own, or one good account would cover for guessing."""
    keys = [key for key, limit in attempt.buckets() if limit is not ADDRESS]
    connection.execute(delete(sign_in_failures).where(sign_in_failures.c.key.in_(keys)))


def _key(*parts: str) -> str:
    return hashlib.sha256("\x00".join(parts).encode()).hexdigest()
