"""Accounts: the first one by a code given once, sign-in, and their administration. There is no default password."""

import hashlib
import re
import secrets
from collections.abc import Iterable
from dataclasses import dataclass, field
from uuid import uuid4

from sqlalchemy import Connection, delete, func, insert, select, update
from sqlalchemy.exc import IntegrityError

from incidents import audit, queries, sessions, throttle
from incidents.audit import Entry, Kind
from incidents.errors import Conflict, Invalid, NotAllowed, NotFound, SignInFailed
from incidents.feed import Change, Feed
from incidents.passwords import Passwords, acceptable
from incidents.rights import FIELD_ROLES, ROLES, Caller, Permission
from incidents.sessions import SessionRules
from incidents.store import Store, Transaction
from incidents.store.schema import accounts, areas, roles, settings, workers
from incidents.text import clean_text
from incidents.views import AccountView
from runtime.clock import Clock

SETUP_CODE = "setup_code_sha256"
CODE_LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
NO_PASSWORD = "!"
"""Not a hash: nothing verifies against it."""
POST = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}\Z")
USERNAME = re.compile(r"\S{1,64}\Z")


@dataclass(frozen=True, slots=True)
class SignedIn:
    """The token is given this once and stored nowhere."""

    token: str = field(repr=False)
    caller: Caller


@dataclass(frozen=True, slots=True)
class RoleGiven:
    role: str
    area: str


@dataclass(frozen=True, slots=True)
class NewAccount:
    """Without a password (""), nobody signs in until a code was given for it (`incidents.password_codes`)."""

    username: str
    password: str = field(repr=False)
    name: str
    roles: tuple[RoleGiven, ...]
    post: str | None = None


@dataclass(frozen=True, slots=True)
class AccountChange:
    """Only what is not None is changed; an empty `post` takes the post away."""

    name: str | None = None
    password: str | None = field(default=None, repr=False)
    enabled: bool | None = None
    roles: tuple[RoleGiven, ...] | None = None
    post: str | None = None
    leaves_at: float | None = None
    """When the account ends; 0 takes that back."""

    def told(self) -> dict[str, object]:
        """For the audit: what was changed, and no secret."""
        plain = {"name": self.name, "enabled": self.enabled, "post": self.post, "leaves_at": self.leaves_at}
        told: dict[str, object] = {name: value for name, value in plain.items() if value is not None}
        if self.password is not None:
            told["password"] = True
        if self.roles is not None:
            told["roles"] = [[one.role, one.area] for one in self.roles]
        return told

    def rights(self) -> bool:
        """Whether it takes or gives rights, so that sessions end."""
        return self.enabled is False or self.roles is not None or self.post is not None


@dataclass(frozen=True, slots=True)
class Accounts:
    store: Store
    clock: Clock
    feed: Feed
    passwords: Passwords
    rules: SessionRules

    def setup_needed(self) -> bool:
        with self.store.read() as connection:
            return _administrators(connection) == 0

    def new_setup_code(self) -> str | None:
        """A code with which the first account can be made, once; None when there is an account. Making a new one
        ends the one before. Show it on the console of the machine and nowhere else."""
        letters = "".join(secrets.choice(CODE_LETTERS) for _ in range(16))
        with self.store.write() as transaction:
            if _administrators(transaction.connection):
                return None
            transaction.connection.execute(delete(settings).where(settings.c.key == SETUP_CODE))
            transaction.connection.execute(insert(settings).values(key=SETUP_CODE, value=_code_hash(letters)))
        return "-".join(letters[at : at + 4] for at in range(0, 16, 4))

    def setup(self, code: str, account: NewAccount, *, address: str = "") -> SignedIn:
        """Makes the first administrator and signs him in. Raises SignInFailed, Throttled, Invalid, Conflict."""
        username, key = _username(account.username)
        acceptable(account.password, username)
        if not any(one.role == "administrator" for one in account.roles):
            raise Invalid("the first account must be an administrator", "roles")
        attempt = throttle.Attempt("\x00setup", address)
        now = self.clock.now()
        with self.store.read() as connection:
            throttle.check(connection, attempt, now)
        hashed = self.passwords.hash(account.password)
        with self.store.write() as transaction:
            connection = transaction.connection
            if _administrators(connection):
                raise Conflict("the first account has been made already")
            stored = connection.execute(select(settings.c.value).where(settings.c.key == SETUP_CODE)).scalar()
            right = stored is not None and secrets.compare_digest(stored, _code_hash(code))
            if not right:
                throttle.failed(connection, attempt, now)
            else:
                connection.execute(delete(settings).where(settings.c.key == SETUP_CODE))
                account_id = _insert(connection, (username, key), account, hashed, now)
                session_id, token = sessions.start(
                    connection, self.rules, account_id, device=False, address=address, now=now
                )
                held = sessions.roles_of(connection, account_id)
                self._note_sign_in(connection, account_id, account.name, address, device=False)
        if not right:
            raise SignInFailed("the set-up code is wrong or used up")
        return SignedIn(token, Caller(account_id, username, account.name, session_id, held, _post(account.post)))

    def sign_in(self, username: str, password: str, *, address: str, device: bool = False) -> SignedIn:
        """Raises SignInFailed (the same for every cause) or Throttled."""
        key = username.strip().casefold()[:64].encode(errors="replace").decode().replace("\0", "?")
        attempt = throttle.Attempt(key, address)
        now = self.clock.now()
        with self.store.read() as connection:
            throttle.check(connection, attempt, now)
            row = connection.execute(select(accounts).where(accounts.c.username_key == key)).one_or_none()
        stored = row.password_hash if row is not None and row.password_hash != NO_PASSWORD else None
        right = self.passwords.verify(stored, password)
        gone = row is not None and row.leaves_at is not None and row.leaves_at <= now
        if row is None or not right or not row.enabled or gone:
            with self.store.write() as transaction:
                throttle.failed(transaction.connection, attempt, now)
                known = (row.id, row.name) if row is not None else None
                audit.note_failed_sign_in(transaction.connection, known, address, now)
            raise SignInFailed("user name or password is wrong")
        newer = self.passwords.hash(password) if self.passwords.outdated(row.password_hash) else None
        with self.store.write() as transaction:
            connection = transaction.connection
            still = connection.execute(
                select(accounts.c.id).where(
                    accounts.c.id == row.id, accounts.c.enabled, accounts.c.password_hash == row.password_hash
                )
            ).one_or_none()
            if still is None:
                raise SignInFailed("user name or password is wrong")
            if newer is not None:
                connection.execute(update(accounts).where(accounts.c.id == row.id).values(password_hash=newer))
            throttle.succeeded(connection, attempt)
            sessions.sweep(connection, self.rules, now)
            session_id, token = sessions.start(connection, self.rules, row.id, device=device, address=address, now=now)
            held, others = sessions.roles_of(connection, row.id), sessions.standing_in(connection, row.id, now)
            self._note_sign_in(connection, row.id, row.name, address, device=device)
        return SignedIn(token, Caller(row.id, row.username, row.name, session_id, held, row.post, others))

    def authenticate(self, token: str) -> Caller | None:
        """Who is calling, with the rights of this moment; None when the session is over."""
        now = self.clock.now()
        with self.store.read() as connection:
            found = sessions.find(connection, self.rules, token, now)
        if found is not None and found.stale:
            with self.store.write() as transaction:
                sessions.touch(transaction.connection, found.caller.session_id, now)
        return found.caller if found else None

    def sign_out(self, caller: Caller) -> None:
        with self.store.write() as transaction:
            sessions.end(transaction.connection, caller.session_id)
            entry = Entry(Kind.SIGN_OUT, caller.account_id, caller.name, about=caller.account_id)
            audit.note(transaction.connection, entry, self.clock.now())
            self._tell(transaction, caller.account_id)

    def list(self, caller: Caller) -> tuple[AccountView, ...]:
        with self.store.read() as connection:
            return queries.list_accounts(connection, caller.scope(Permission.ACCOUNT_SEE))

    def create(self, caller: Caller, account: NewAccount) -> AccountView:
        """Raises Invalid, NotAllowed (a role outside the caller's areas), Conflict (the name is taken)."""
        username, key = _username(account.username)
        if account.password:
            acceptable(account.password, username)
        hashed = self.passwords.hash(account.password) if account.password else NO_PASSWORD
        scope = caller.scope(Permission.ACCOUNT_MANAGE)
        with self.store.write() as transaction:
            check_grantable(transaction.connection, caller, account.roles)
            now = self.clock.now()
            account_id = _insert(transaction.connection, (username, key), account, hashed, now)
            told = {"made": True, "roles": [[one.role, one.area] for one in account.roles], "post": account.post}
            audit.note(transaction.connection, audit.by(caller, Kind.ACCOUNT, account_id, account.name, told), now)
            return queries.get_account(transaction.connection, scope, account_id)

    def change(self, caller: Caller, account_id: str, wanted: AccountChange) -> AccountView:
        """Disabling, a new password and new roles end the account's sessions. Raises NotFound, NotAllowed, Invalid."""
        scope = caller.scope(Permission.ACCOUNT_MANAGE)
        with self.store.read() as connection:
            before = queries.get_account(connection, scope, account_id)
        if wanted.password is not None:
            acceptable(wanted.password, before.username)
        hashed = self.passwords.hash(wanted.password) if wanted.password is not None else None
        if account_id == caller.account_id and (wanted.rights() or wanted.leaves_at is not None):
            raise NotAllowed("nobody takes rights from himself: another administrator must")
        with self.store.write() as transaction:
            connection = transaction.connection
            queries.get_account(connection, scope, account_id)
            if wanted.roles is not None:
                check_grantable(connection, caller, wanted.roles)
            now = self.clock.now()
            values = _values(wanted, hashed, now)
            if values:
                connection.execute(update(accounts).where(accounts.c.id == account_id).values(**values))
            entry = audit.by(caller, Kind.ACCOUNT, account_id, before.name, wanted.told())
            audit.note(connection, entry, now)
            if wanted.roles is not None:
                replace_roles(connection, account_id, wanted.roles)
            if hashed is not None or wanted.rights():
                sessions.end_all(connection, account_id, but=caller.session_id)
                self._tell(transaction, account_id)
            return queries.get_account(connection, scope, account_id)

    def change_own_password(self, caller: Caller, old: str, new: str) -> None:
        """Ends the account's other sessions. Raises SignInFailed when the old one is wrong, Throttled, Invalid."""
        acceptable(new, caller.username)
        self.check_password(caller, old, "the old password is wrong")
        hashed, now = self.passwords.hash(new), self.clock.now()
        with self.store.write() as transaction:
            transaction.connection.execute(
                update(accounts)
                .where(accounts.c.id == caller.account_id)
                .values(password_hash=hashed, password_changed_at=now)
            )
            sessions.end_all(transaction.connection, caller.account_id, but=caller.session_id)
            entry = audit.by(caller, Kind.ACCOUNT, caller.account_id, caller.name, {"password": True})
            audit.note(transaction.connection, entry, now)
            self._tell(transaction, caller.account_id)

    def check_password(self, caller: Caller, given: str, refusal: str) -> None:
        """That the caller knows his own password: whoever sits down at a station left open does not. Raises
        SignInFailed with the refusal, Throttled."""
        attempt, now = throttle.Attempt(caller.username.casefold(), "\x00own"), self.clock.now()
        with self.store.read() as connection:
            throttle.check(connection, attempt, now)
            stored = connection.execute(
                select(accounts.c.password_hash).where(accounts.c.id == caller.account_id)
            ).scalar_one()
        if stored == NO_PASSWORD or not self.passwords.verify(stored, given):
            with self.store.write() as transaction:
                throttle.failed(transaction.connection, attempt, now)
            raise SignInFailed(refusal)

    def _note_sign_in(self, connection: Connection, account_id: str, name: str, address: str, *, device: bool) -> None:
        now = self.clock.now()
        connection.execute(update(accounts).where(accounts.c.id == account_id).values(seen_at=now))
        detail = {"device": True} if device else {}
        entry = Entry(Kind.SIGN_IN, account_id, name, about=account_id, address=address, detail=detail)
        audit.note(connection, entry, now)

    def _tell(self, transaction: Transaction, account_id: str) -> None:
        transaction.after_commit(("session", account_id), lambda: self.feed.publish(Change("session", account_id)))


def insert_display(connection: Connection, name: str, area: str, now: float) -> str:
    """An account that no password opens, with the role `display` at the area: its sessions are made by pairing.
    Raises Invalid."""
    username = f"display-{secrets.token_hex(4)}"
    account = NewAccount(username, "", name, (RoleGiven("display", area),))
    return _insert(connection, (username, username), account, NO_PASSWORD, now)


def rename(connection: Connection, account_id: str, name: str) -> None:
    """Raises Invalid."""
    connection.execute(update(accounts).where(accounts.c.id == account_id).values(name=_name(name)))


def _administrators(connection: Connection) -> int:
    """Those ever made: a town whose only administrator is disabled is not open to whoever comes first."""
    query = select(func.count()).select_from(roles).where(roles.c.role == "administrator")
    return connection.execute(query).scalar_one()


def _code_hash(code: str) -> str:
    letters = re.sub(r"[^A-Z0-9]", "", code[:64].upper())
    return hashlib.sha256(letters.encode()).hexdigest()


def _username(given: str) -> tuple[str, str]:
    username = clean_text(given, "username", 64)
    if not USERNAME.match(username):
        raise Invalid("a user name has 1 to 64 characters and no spaces", "username")
    return username, username.casefold()[:64]


def _name(given: str) -> str:
    name = clean_text(given, "name", 100)
    if not name:
        raise Invalid("a name has 1 to 100 characters", "name")
    return name


def _post(given: str | None) -> str | None:
    """The id of a post, or None for none. Raises Invalid."""
    if not given:
        return None
    if not POST.match(given):
        raise Invalid("a post is named by its id: 1 to 64 letters, digits, '.', '_' or '-'", "post")
    return given


def _values(wanted: AccountChange, hashed: str | None, now: float) -> dict[str, object]:
    """The columns to set. Raises Invalid."""
    values: dict[str, object] = {}
    if wanted.name is not None:
        values["name"] = _name(wanted.name)
    if hashed is not None:
        values |= {"password_hash": hashed, "password_changed_at": now}
    if wanted.post is not None:
        values["post"] = _post(wanted.post)
    if wanted.leaves_at is not None:
        values["leaves_at"] = wanted.leaves_at or None
    if wanted.enabled is not None:
        values["enabled"] = wanted.enabled
        if wanted.enabled:
            values.setdefault("leaves_at", None)
    return values


def replace_roles(connection: Connection, account_id: str, given: tuple[RoleGiven, ...]) -> None:
    """Raises Invalid."""
    connection.execute(delete(roles).where(roles.c.account_id == account_id))
    _insert_roles(connection, account_id, given)


def check_grantable(connection: Connection, caller: Caller, given: Iterable[RoleGiven]) -> None:
    scope = caller.scope(Permission.ACCOUNT_MANAGE)
    if not scope.prefixes:
        raise NotAllowed("you may not manage accounts")
    for one in given:
        try:
            queries.get_area(connection, scope, one.area)
        except NotFound:
            raise Invalid(f"no area {one.area}", "roles") from None


def _insert(connection: Connection, names: tuple[str, str], account: NewAccount, hashed: str, now: float) -> str:
    """`names`: the user name and its key."""
    (username, key), account_id = names, uuid4().hex
    if connection.execute(select(accounts.c.id).where(accounts.c.username_key == key)).first():
        raise Conflict(f"the user name {username} is taken", "username")
    try:
        connection.execute(
            insert(accounts).values(
                id=account_id,
                username=username,
                username_key=key,
                name=_name(account.name),
                post=_post(account.post),
                password_hash=hashed,
                enabled=True,
                created_at=now,
                password_changed_at=now,
            )
        )
    except IntegrityError:
        raise Conflict(f"the user name {username} is taken", "username") from None
    _insert_roles(connection, account_id, account.roles)
    return account_id


def _insert_roles(connection: Connection, account_id: str, given: tuple[RoleGiven, ...]) -> None:
    if not given:
        raise Invalid("an account needs at least one role", "roles")
    for one in set(given):
        if one.role not in ROLES:
            raise Invalid(f"role must be one of {', '.join(ROLES)}", "roles")
        if not connection.execute(select(areas.c.code).where(areas.c.code == one.area)).first():
            raise Invalid(f"no area {one.area}", "roles")
        connection.execute(insert(roles).values(account_id=account_id, role=one.role, area=one.area))
    works = any(one.role in FIELD_ROLES for one in given)
    if works and not connection.execute(select(workers).where(workers.c.account_id == account_id)).first():
        connection.execute(insert(workers).values(account_id=account_id, transport="walk", duty=False))
