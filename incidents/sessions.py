"""Signed-in sessions: an opaque random token, of which only a hash is stored."""

import hashlib
import secrets
from dataclasses import dataclass
from uuid import uuid4

from sqlalchemy import Connection, delete, insert, select, update

from incidents.rights import Caller, RoleAt
from incidents.store.schema import accounts, areas, roles, sessions

TOKEN_BYTES = 32
MAX_TOKEN_LENGTH = 128
TOUCH_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class SessionRules:
    """Browsers end after a shift's idleness, phones after a month's."""

    browser_seconds: float = 7 * 86400.0
    browser_idle_seconds: float = 12 * 3600.0
    device_seconds: float = 180 * 86400.0
    device_idle_seconds: float = 30 * 86400.0

    def idle_seconds(self, device: bool) -> float:
        return self.device_idle_seconds if device else self.browser_idle_seconds


@dataclass(frozen=True, slots=True)
class Found:
    """`stale`: the last use should be noted."""

    caller: Caller
    stale: bool


def token_hash(token: str) -> str:
    return hashlib.sha256(token.encode(errors="replace")).hexdigest()


def start(
    connection: Connection, rules: SessionRules, account_id: str, *, device: bool, address: str, now: float
) -> tuple[str, str]:
    """(session id, token). The token cannot be had again."""
    token, session_id = secrets.token_urlsafe(TOKEN_BYTES), uuid4().hex
    lasts = rules.device_seconds if device else rules.browser_seconds
    connection.execute(
        insert(sessions).values(
            id=session_id,
            token_hash=token_hash(token),
            account_id=account_id,
            device=device,
            address=address[:64],
            created_at=now,
            expires_at=now + lasts,
            used_at=now,
        )
    )
    return session_id, token


def find(connection: Connection, rules: SessionRules, token: str, now: float) -> Found | None:
    """Who holds the token, with the rights of this moment; None for a token that is unknown, expired or idle."""
    if len(token) > MAX_TOKEN_LENGTH:
        return None
    row = connection.execute(
        select(sessions, accounts.c.username, accounts.c.name, accounts.c.post)
        .join(accounts, accounts.c.id == sessions.c.account_id)
        .where(sessions.c.token_hash == token_hash(token), accounts.c.enabled)
    ).one_or_none()
    if row is None or now >= row.expires_at or now - row.used_at >= rules.idle_seconds(row.device):
        return None
    caller = Caller(row.account_id, row.username, row.name, row.id, roles_of(connection, row.account_id), row.post)
    return Found(caller, now - row.used_at >= TOUCH_SECONDS)


def touch(connection: Connection, session_id: str, now: float) -> None:
    connection.execute(update(sessions).where(sessions.c.id == session_id).values(used_at=now))


def extend(connection: Connection, rules: SessionRules, session_id: str, now: float) -> None:
    """For a display, which is never asked to sign in: its session begins anew, and ends only by lying idle."""
    values = {"expires_at": now + rules.device_seconds, "used_at": now}
    connection.execute(update(sessions).where(sessions.c.id == session_id).values(**values))


def end(connection: Connection, session_id: str) -> None:
    connection.execute(delete(sessions).where(sessions.c.id == session_id))


def end_all(connection: Connection, account_id: str, but: str | None = None) -> None:
    """Ends the account's sessions, but for one where given."""
    query = delete(sessions).where(sessions.c.account_id == account_id)
    connection.execute(query if but is None else query.where(sessions.c.id != but))


def sweep(connection: Connection, rules: SessionRules, now: float) -> None:
    """Deletes what has ended."""
    idle = (sessions.c.device & (sessions.c.used_at <= now - rules.device_idle_seconds)) | (
        ~sessions.c.device & (sessions.c.used_at <= now - rules.browser_idle_seconds)
    )
    connection.execute(delete(sessions).where((sessions.c.expires_at <= now) | idle))


def roles_of(connection: Connection, account_id: str) -> tuple[RoleAt, ...]:
    rows = connection.execute(
        select(roles.c.role, areas.c.code, areas.c.path, areas.c.name)
        .join(areas, areas.c.code == roles.c.area)
        .where(roles.c.account_id == account_id)
        .order_by(roles.c.role, areas.c.path)
    )
    return tuple(RoleAt(row.role, row.code, row.path, row.name) for row in rows)
