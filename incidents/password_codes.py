"""One-time codes with which somebody sets his own password at the sign-in page: handed over by an administrator, or
by whoever has a shell on the machine. Nobody but the person himself ever knows the password."""

import hashlib
import re
import secrets
from dataclasses import dataclass, field

from sqlalchemy import Connection, delete, insert, select, update

from incidents import audit, queries, sessions, throttle
from incidents.accounts import CODE_LETTERS, Accounts, NewAccount, RoleGiven, replace_roles
from incidents.audit import Entry, Kind
from incidents.errors import Conflict, NotAllowed, NotFound, SignInFailed
from incidents.feed import Change
from incidents.passwords import acceptable
from incidents.rights import CONSOLE, Caller, Permission
from incidents.store.audit_schema import password_codes
from incidents.store.schema import accounts
from incidents.views import AccountView

LETTERS = 12
TRIES = 10
"""Wrong codes before the right one is void too; 12 letters of 32 are 60 bits."""
LASTS_SECONDS = 24 * 3600.0
WRONG = "the user name or the code is wrong, or the code has expired or was used already"
WRONG_ZH = "用户名或一次性代码不正确，或代码已过期、已使用"


@dataclass(frozen=True, slots=True)
class PasswordCode:
    """Shown once; only its hash is kept."""

    code: str = field(repr=False)
    username: str
    expires_at: float


@dataclass(frozen=True, slots=True)
class PasswordCodes:
    accounts: Accounts

    def give(self, caller: Caller, account_id: str) -> PasswordCode:
        """A new code for an account the caller manages; an earlier one ends. The old password and what is signed in
        go on until the code is used. Raises NotFound, NotAllowed (one's own account), Conflict (it has ended)."""
        if account_id == caller.account_id:
            raise NotAllowed("change your own password with the old one")
        with self.accounts.store.write() as transaction:
            connection, now = transaction.connection, self.accounts.clock.now()
            account = queries.get_account(connection, caller.scope(Permission.ACCOUNT_MANAGE), account_id)
            if not account.enabled or (account.leaves_at is not None and account.leaves_at <= now):
                raise Conflict("this account has ended: let it in again first", "account", "账号已停用，请先重新启用")
            return _give(connection, caller, account, now)

    def recover(self, username: str, administrator_of: str | None = None) -> PasswordCode:
        """From the machine's shell: lets an account in again, whoever ended it, and gives a code for it. With
        `administrator_of` it becomes administrator of that area beside what it is. Raises NotFound, Invalid (no such
        area), Conflict (a display)."""
        with self.accounts.store.write() as transaction:
            connection, now = transaction.connection, self.accounts.clock.now()
            account = _named(connection, username)
            told: dict[str, object] = {"recovered": True}
            if not account.enabled or account.leaves_at is not None:
                again = update(accounts).where(accounts.c.id == account.id).values(enabled=True, leaves_at=None)
                connection.execute(again)
                told["enabled"] = True
            if administrator_of is not None:
                held = {RoleGiven(one.role, one.area) for one in account.roles}
                held.add(RoleGiven("administrator", administrator_of))
                replace_roles(connection, account.id, tuple(held))
                told["roles"] = sorted([one.role, one.area] for one in held)
            code = _give(connection, CONSOLE, account, now)
            audit.note(connection, audit.by(CONSOLE, Kind.ACCOUNT, account.id, account.name, told), now)
            return code

    def new_administrator(self, username: str, name: str, area: str) -> PasswordCode:
        """From the machine's shell. Raises Invalid, Conflict (the user name is taken)."""
        account = NewAccount(username, "", name or username, (RoleGiven("administrator", area),))
        return self.give(CONSOLE, self.accounts.create(CONSOLE, account).id)

    def use(self, username: str, code: str, password: str, *, address: str) -> None:
        """Sets the password and ends all sessions of the account. A wrong code costs a try. Raises SignInFailed (the
        same for every cause), Throttled, Invalid (an unacceptable password costs nothing)."""
        acceptable(password, username.strip())
        username_key = username.strip().casefold()[:64].encode(errors="replace").decode().replace("\0", "?")
        attempt = throttle.Attempt(f"\x00code:{username_key}", address)
        account_id = self._right(username_key, code, attempt)
        if account_id is None:
            raise SignInFailed(WRONG, zh=WRONG_ZH)
        hashed = self.accounts.passwords.hash(password)
        with self.accounts.store.write() as transaction:
            connection, now = transaction.connection, self.accounts.clock.now()
            same = (password_codes.c.account_id == account_id, password_codes.c.code_hash == code_hash(code))
            made_by = connection.execute(select(password_codes.c.made_by).where(*same)).scalar()
            if made_by is None:
                raise SignInFailed(WRONG, zh=WRONG_ZH)
            connection.execute(delete(password_codes).where(*same))
            mine = update(accounts).where(accounts.c.id == account_id)
            connection.execute(mine.values(password_hash=hashed, password_changed_at=now))
            sessions.end_all(connection, account_id)
            name = connection.execute(select(accounts.c.name).where(accounts.c.id == account_id)).scalar_one()
            told = {"password": True, "code_from": made_by}
            audit.note(connection, Entry(Kind.ACCOUNT, account_id, name, "", account_id, name, address, told), now)
            for done in (attempt, throttle.Attempt(username_key, address)):
                throttle.succeeded(connection, done)
            feed = self.accounts.feed
            transaction.after_commit(("session", account_id), lambda: feed.publish(Change("session", account_id)))

    def _right(self, username_key: str, code: str, attempt: throttle.Attempt) -> str | None:
        """Whose code it is; None for a wrong one, which is counted. Raises Throttled."""
        with self.accounts.store.write() as transaction:
            connection, now = transaction.connection, self.accounts.clock.now()
            throttle.check(connection, attempt, now)
            row = connection.execute(
                select(accounts.c.id, accounts.c.name, password_codes)
                .outerjoin(password_codes, password_codes.c.account_id == accounts.c.id)
                .where(accounts.c.username_key == username_key, sessions.in_service(now))
            ).one_or_none()
            stored = row.code_hash if row is not None and row.code_hash and row.expires_at > now else ""
            if row is not None and stored and secrets.compare_digest(stored, code_hash(code)):
                account_id: str = row.id
                return account_id
            throttle.failed(connection, attempt, now)
            audit.note_failed_sign_in(connection, (row.id, row.name) if row else None, attempt.address, now)
            if stored and row is not None:
                _one_try_less(connection, row.id)
        return None


def code_hash(code: str) -> str:
    """Whatever case, spaces and dashes it is typed with."""
    return hashlib.sha256(re.sub(r"[^A-Z0-9]", "", code[:64].upper()).encode()).hexdigest()


def _one_try_less(connection: Connection, account_id: str) -> None:
    mine = password_codes.c.account_id == account_id
    connection.execute(update(password_codes).where(mine).values(tries_left=password_codes.c.tries_left - 1))
    connection.execute(delete(password_codes).where(mine, password_codes.c.tries_left <= 0))


def _give(connection: Connection, caller: Caller, account: AccountView, now: float) -> PasswordCode:
    if any(one.role == "display" for one in account.roles):
        raise Conflict("a display is paired; it has no password", "account")
    letters, expires_at = "".join(secrets.choice(CODE_LETTERS) for _ in range(LETTERS)), now + LASTS_SECONDS
    connection.execute(delete(password_codes).where(password_codes.c.account_id == account.id))
    connection.execute(
        insert(password_codes).values(
            account_id=account.id,
            code_hash=code_hash(letters),
            made_by=caller.name,
            expires_at=expires_at,
            tries_left=TRIES,
        )
    )
    audit.note(connection, audit.by(caller, Kind.ACCOUNT, account.id, account.name, {"password_code": True}), now)
    return PasswordCode("-".join(re.findall(".{4}", letters)), account.username, expires_at)


def _named(connection: Connection, username: str) -> AccountView:
    """Raises NotFound."""
    username_key = username.strip().casefold()[:64]
    found = connection.execute(select(accounts.c.id).where(accounts.c.username_key == username_key)).scalar()
    if found is None:
        raise NotFound(f"no account {username}", "username")
    return queries.get_account(connection, CONSOLE.scope(Permission.ACCOUNT_MANAGE), found)
