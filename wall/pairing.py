"""How a browser becomes a display: it shows a code, an administrator types it, the browser collects its session.

The browser is known by a secret of its own that it keeps in a cookie; the code is only for people. So whoever learns a
code can at most offer the display to an administrator, and whoever guesses one has bound somebody else's screen: he
must be an administrator for that.
"""

import hashlib
import re
import secrets
from dataclasses import dataclass, field

from sqlalchemy import Connection, delete, func, insert, select, update

from incidents import sessions, throttle
from incidents.accounts import CODE_LETTERS
from incidents.errors import Invalid, NotFound, Throttled
from incidents.rights import Caller
from incidents.sessions import SessionRules
from incidents.store.display_schema import display_pairings
from incidents.text import clean_text

CODE_LENGTH = 6
SECRET_BYTES = 32
MAX_SECRET = 128
SCREEN = re.compile(r"\d{1,5}x\d{1,5}\Z")


@dataclass(frozen=True, slots=True)
class PairingRules:
    code_seconds: float = 300.0
    per_address: int = 12
    """Browsers of one address that may wait at once: a room's wall of many screens may stand behind one."""
    in_all: int = 400


@dataclass(frozen=True, slots=True)
class Waiting:
    """The secret is given this once and stored nowhere."""

    code: str
    expires_at: float
    secret: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Asker:
    """The browser behind a code, for the eyes of whoever typed it."""

    secret_hash: str = field(repr=False)
    address: str
    browser: str
    screen: str
    asked_at: float


@dataclass(frozen=True, slots=True)
class Collected:
    display_id: str
    token: str = field(repr=False)


def begin(
    connection: Connection,
    rules: PairingRules,
    former: str | None,
    *,
    address: str,
    browser: str,
    screen: str,
    now: float,
) -> Waiting:
    """A new code for a browser; the one it had (`former`, its secret) is worth nothing any more. Raises Throttled where
    too many wait, Invalid."""
    if not SCREEN.match(screen):
        raise Invalid("screen must be width x height, as 1920x1080", "screen")
    connection.execute(delete(display_pairings).where(display_pairings.c.expires_at <= now))
    if former:
        connection.execute(delete(display_pairings).where(display_pairings.c.secret_hash == _secret_hash(former)))
    address = address[:64]
    waiting = select(func.count()).select_from(display_pairings)
    if connection.execute(waiting.where(display_pairings.c.address == address)).scalar_one() >= rules.per_address:
        raise Throttled(rules.code_seconds / 4)
    if connection.execute(waiting).scalar_one() >= rules.in_all:
        raise Throttled(rules.code_seconds / 4)
    code, secret = _new_code(connection), secrets.token_urlsafe(SECRET_BYTES)
    connection.execute(
        insert(display_pairings).values(
            secret_hash=_secret_hash(secret),
            code_hash=_code_hash(code),
            created_at=now,
            expires_at=now + rules.code_seconds,
            address=address,
            browser=clean_text(_printable(browser)[:300], "browser", 300),
            screen=screen,
        )
    )
    return Waiting(code, now + rules.code_seconds, secret)


def attempt_of(caller: Caller, address: str) -> throttle.Attempt:
    """Typing codes is throttled as signing in is."""
    return throttle.Attempt(f"\x00pairing {caller.account_id}", address)


def asker(connection: Connection, code: str, now: float) -> Asker | None:
    """Who waits with this code; None for a code that is wrong, old or used up."""
    row = connection.execute(
        select(display_pairings).where(
            display_pairings.c.code_hash == _code_hash(code),
            display_pairings.c.expires_at > now,
            display_pairings.c.display_id.is_(None),
        )
    ).one_or_none()
    return Asker(row.secret_hash, row.address, row.browser, row.screen, row.created_at) if row else None


def bind(connection: Connection, found: Asker, display_id: str) -> None:
    """The waiting browser may collect the display's session. Raises NotFound where another was faster."""
    bound = connection.execute(
        update(display_pairings)
        .where(display_pairings.c.secret_hash == found.secret_hash, display_pairings.c.display_id.is_(None))
        .values(display_id=display_id)
    )
    if bound.rowcount != 1:
        raise NotFound("no browser waits with this code", "code")


def is_bound(connection: Connection, secret: str, now: float) -> bool | None:
    """Whether the browser's code was typed; None where it waits no longer."""
    row = connection.execute(
        select(display_pairings.c.display_id).where(
            display_pairings.c.secret_hash == _secret_hash(secret), display_pairings.c.expires_at > now
        )
    ).one_or_none()
    return None if row is None else row.display_id is not None


def collect(connection: Connection, rules: SessionRules, secret: str, *, address: str, now: float) -> Collected | None:
    """The display's session, once: it takes the place of all the display had. None where there is nothing to collect,
    also for whoever comes second."""
    chosen = (
        display_pairings.c.secret_hash == _secret_hash(secret),
        display_pairings.c.expires_at > now,
        display_pairings.c.display_id.is_not(None),
    )
    row = connection.execute(select(display_pairings.c.display_id).where(*chosen)).one_or_none()
    if row is None or connection.execute(delete(display_pairings).where(*chosen)).rowcount != 1:
        return None
    sessions.end_all(connection, row.display_id)
    _, token = sessions.start(connection, rules, row.display_id, device=True, address=address, now=now)
    return Collected(row.display_id, token)


def _new_code(connection: Connection) -> str:
    """One that nobody shows at the moment."""
    while True:
        code = "".join(secrets.choice(CODE_LETTERS) for _ in range(CODE_LENGTH))
        taken = select(display_pairings.c.code_hash).where(display_pairings.c.code_hash == _code_hash(code))
        if connection.execute(taken).first() is None:
            return code


def _code_hash(code: str) -> str:
    letters = re.sub(r"[^A-Z0-9]", "", code[:64].upper())
    return hashlib.sha256(letters.encode()).hexdigest()


def _secret_hash(secret: str) -> str:
    return hashlib.sha256(secret[:MAX_SECRET].encode(errors="replace")).hexdigest()


def _printable(text: str) -> str:
    return "".join(letter for letter in text if letter.isprintable())
