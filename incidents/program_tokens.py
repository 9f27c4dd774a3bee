"""Tokens that people make for their map programs (QGIS, GDAL): by name, shown once, listed, withdrawn.

A token is a session of the account that reads the map and nothing else (`api.policy`), so that what lies in the
settings of a desktop program can neither act nor sign in anywhere.
"""

from dataclasses import dataclass, field

from sqlalchemy import Row, func, select

from incidents import audit, sessions
from incidents.accounts import Accounts
from incidents.audit import Kind
from incidents.errors import Conflict, Invalid, NotFound
from incidents.feed import Change
from incidents.rights import Caller
from incidents.store.schema import sessions as table
from incidents.text import clean_text
from incidents.visible_cases import key

MOST_TOKENS = 20
MOST_NAME = 60


@dataclass(frozen=True, slots=True)
class ProgramToken:
    """Times are Unix seconds. `ends_at`: then at the latest, and earlier where it is not used for a month; `address`
    it was made from."""

    id: str
    name: str
    made_at: float
    used_at: float
    ends_at: float
    address: str


@dataclass(frozen=True, slots=True)
class MadeToken:
    """`token` is told this once."""

    program: ProgramToken
    token: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class ProgramTokens:
    """The caller's own; nobody else's are told or touched."""

    accounts: Accounts

    def list(self, caller: Caller) -> tuple[ProgramToken, ...]:
        """Those in force, the newest first."""
        now = self.accounts.clock.now()
        idle = now - self.accounts.rules.device_idle_seconds
        query = select(table).where(
            table.c.account_id == caller.account_id,
            table.c.program.is_not(None),
            table.c.expires_at > now,
            table.c.used_at > idle,
        )
        with self.accounts.store.read() as connection:
            rows = connection.execute(query.order_by(table.c.created_at.desc(), table.c.id)).all()
        return tuple(_told(row) for row in rows)

    def make(self, caller: Caller, name: str, password: str, *, address: str) -> MadeToken:
        """Raises Invalid, Conflict (the name is taken, or there are MOST_TOKENS), SignInFailed, Throttled."""
        name = clean_text(name, "name", MOST_NAME)
        if not name:
            raise Invalid("the name is empty", "name", "请填写名称")
        self.accounts.check_password(caller, password, "the password is wrong")
        rules, now = self.accounts.rules, self.accounts.clock.now()
        own = (table.c.account_id == caller.account_id, table.c.program.is_not(None))
        with self.accounts.store.write() as transaction:
            connection = transaction.connection
            sessions.sweep(connection, rules, now)
            if connection.execute(select(table.c.id).where(*own, table.c.program == name)).first():
                raise Conflict("there is a token of that name", "name", zh="已有同名令牌，请换一个名称")
            if connection.execute(select(func.count()).select_from(table).where(*own)).scalar_one() >= MOST_TOKENS:
                raise Conflict(
                    f"there are {MOST_TOKENS} tokens: withdraw one that is not needed",
                    zh=f"令牌已达 {MOST_TOKENS} 个，请先收回不用的",
                )
            id_, token = sessions.start(
                connection, rules, caller.account_id, device=True, address=address, now=now, program=name
            )
            entry = audit.by(caller, Kind.ACCOUNT, caller.account_id, caller.name, {"token_made": name})
            audit.note(connection, entry, now)
            row = connection.execute(select(table).where(table.c.id == id_)).one()
        return MadeToken(_told(row), token)

    def withdraw(self, caller: Caller, token_id: str) -> None:
        """Ends at once. Raises NotFound."""
        with self.accounts.store.write() as transaction:
            connection = transaction.connection
            query = select(table.c.program).where(
                table.c.id == key(token_id), table.c.account_id == caller.account_id, table.c.program.is_not(None)
            )
            name = connection.execute(query).scalar_one_or_none()
            if name is None:
                raise NotFound("no such token", "token")
            sessions.end(connection, token_id)
            entry = audit.by(caller, Kind.ACCOUNT, caller.account_id, caller.name, {"token_withdrawn": name})
            audit.note(connection, entry, self.accounts.clock.now())
            change = Change("session", caller.account_id)
            transaction.after_commit(("session", caller.account_id), lambda: self.accounts.feed.publish(change))


def _told(row: Row[tuple[object, ...]]) -> ProgramToken:
    return ProgramToken(row.id, row.program, row.created_at, row.used_at, row.expires_at, row.address)
