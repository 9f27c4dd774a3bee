"""Signed-in sessions: an opaque random token, of which only a hash is stored."""

import hashlib
import secrets
from dataclasses import dataclass
from uuid import uuid4

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Connection,
    Float,
    and_,
    bindparam,
    delete,
    insert,
    or_,
    select,
    update,
)

from incidents.rights import Caller, RoleAt, StandingIn
from incidents.store.audit_schema import stand_ins
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
    connection: Connection,
    rules: SessionRules,
    account_id: str,
    *,
    device: bool,
    address: str,
    now: float,
    program: str | None = None,
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
            program=program,
        )
    )
    return session_id, token


def find(connection: Connection, rules: SessionRules, token: str, now: float) -> Found | None:
    """Who holds the token, with the rights of this moment; None for a token that is unknown, expired or idle."""
    if len(token) > MAX_TOKEN_LENGTH:
        return None
    row = connection.execute(_FOUND, {"hashed": token_hash(token), "now": now}).one_or_none()
    if row is None or now >= row.expires_at or now - row.used_at >= rules.idle_seconds(row.device):
        return None
    held, others = roles_of(connection, row.account_id), standing_in(connection, row.account_id, now)
    caller = Caller(row.account_id, row.username, row.name, row.id, held, row.post, others, row.program)
    return Found(caller, now - row.used_at >= TOUCH_SECONDS)


def touch(connection: Connection, session_id: str, now: float) -> None:
    connection.execute(update(sessions).where(sessions.c.id == session_id).values(used_at=now))
    owner = select(sessions.c.account_id).where(sessions.c.id == session_id).scalar_subquery()
    connection.execute(update(accounts).where(accounts.c.id == owner).values(seen_at=now))


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


def in_service(now: float | BindParameter[float]) -> ColumnElement[bool]:
    """Of an account: it is enabled, and whoever has it has not left."""
    return and_(accounts.c.enabled, or_(accounts.c.leaves_at.is_(None), accounts.c.leaves_at > now))


def standing_in(connection: Connection, account_id: str, now: float) -> tuple[StandingIn, ...]:
    """For whom the account stands in now, with the roles and the post these have now: who has left lends nothing."""
    rows = connection.execute(_STANDING_IN, {"account": account_id, "now": now}).all()
    return tuple(
        StandingIn(row.absent_id, row.name, row.until_at, roles_of(connection, row.absent_id), row.post) for row in rows
    )


def roles_of(connection: Connection, account_id: str) -> tuple[RoleAt, ...]:
    rows = connection.execute(_ROLES, {"account": account_id})
    return tuple(RoleAt(row.role, row.code, row.path, row.name) for row in rows)


# Built once: every request asks these, and to build them costs more than to ask.
_NOW: BindParameter[float] = bindparam("now", type_=Float)
_FOUND = (
    select(sessions, accounts.c.username, accounts.c.name, accounts.c.post)
    .join(accounts, accounts.c.id == sessions.c.account_id)
    .where(sessions.c.token_hash == bindparam("hashed"), in_service(_NOW))
)
_ROLES = (
    select(roles.c.role, areas.c.code, areas.c.path, areas.c.name)
    .join(areas, areas.c.code == roles.c.area)
    .where(roles.c.account_id == bindparam("account"))
    .order_by(roles.c.role, areas.c.path)
)
_STANDING_IN = (
    select(stand_ins.c.absent_id, stand_ins.c.until_at, accounts.c.name, accounts.c.post)
    .join(accounts, accounts.c.id == stand_ins.c.absent_id)
    .where(
        stand_ins.c.account_id == bindparam("account"),
        stand_ins.c.from_at <= _NOW,
        stand_ins.c.until_at > _NOW,
        in_service(_NOW),
    )
    .order_by(stand_ins.c.from_at, stand_ins.c.id)
)
