"""People stand in for each other, move and leave. The clock decides what holds; nobody need be there at midnight."""

import json
import logging
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from sqlalchemy import Connection, delete, insert, select, update

from incidents import audit, queries, sessions, trace
from incidents.accounts import RoleGiven, check_grantable, replace_roles
from incidents.acting import SYSTEM_DUTIES, Acting
from incidents.audit import Entry, Kind
from incidents.audit_queries import MoveView, StandInView, get_stand_in, list_moves, list_stand_ins
from incidents.case import IN_HAND, SYSTEM, Action, State
from incidents.errors import Conflict, IncidentError, Invalid, NotFound
from incidents.feed import Change, Feed
from incidents.rights import ROLES, Caller, Permission
from incidents.store import Store, Transaction
from incidents.store.audit_schema import moves, stand_ins
from incidents.store.finding_schema import OPEN_BY_HOLDER
from incidents.store.schema import accounts, cases
from incidents.views import AccountView
from runtime.clock import Clock

logger = logging.getLogger(__name__)
LONGEST_SECONDS = 184 * 86_400.0
MOST_AT_ONCE = 8
"""For so many others somebody stands in at a time."""
OPEN_ORDERS = frozenset(IN_HAND) - {State.HANDLED}
LEFT = "whoever it was sent to has left"


@dataclass(frozen=True, slots=True)
class StandInGiven:
    """`account_id` stands in for `absent_id`."""

    account_id: str
    absent_id: str
    from_at: float
    until_at: float


@dataclass(frozen=True, slots=True)
class Staff:
    """Who stands in for whom, who moves and who leaves."""

    store: Store
    clock: Clock
    feed: Feed
    acting: Acting

    def stand_ins(self, caller: Caller) -> tuple[StandInView, ...]:
        with self.store.read() as connection:
            return list_stand_ins(connection, caller.scope(Permission.ACCOUNT_SEE), self.clock.now())

    def moves(self, caller: Caller) -> tuple[MoveView, ...]:
        with self.store.read() as connection:
            return list_moves(connection, caller.scope(Permission.ACCOUNT_SEE))

    def stand_in(self, caller: Caller, given: StandInGiven) -> StandInView:
        """Both must be accounts the caller manages. Raises NotFound, Invalid, Conflict."""
        now, scope = self.clock.now(), caller.scope(Permission.ACCOUNT_MANAGE)
        if given.account_id == given.absent_id:
            raise Invalid("nobody stands in for himself", "account_id")
        if not now < given.until_at or not given.from_at < given.until_at:
            raise Invalid("until_at must lie after now and after from_at", "until_at")
        if given.until_at - max(given.from_at, now) > LONGEST_SECONDS:
            raise Invalid("somebody stands in for at most 184 days", "until_at")
        with self.store.write() as transaction:
            connection = transaction.connection
            who = queries.get_account(connection, scope, given.account_id)
            absent = queries.get_account(connection, scope, given.absent_id)
            _people(who, absent)
            self._room(connection, given)
            made = uuid4().hex
            connection.execute(
                insert(stand_ins).values(
                    id=made,
                    account_id=who.id,
                    absent_id=absent.id,
                    from_at=max(given.from_at, now),
                    until_at=given.until_at,
                    made_by=caller.name,
                    made_at=now,
                )
            )
            self._note(connection, caller, who, absent, {"from_at": given.from_at, "until_at": given.until_at})
            self._tell(transaction, who.id)
            return get_stand_in(connection, scope, made)

    def end_stand_in(self, caller: Caller, stand_in_id: str) -> None:
        """Raises NotFound."""
        scope, now = caller.scope(Permission.ACCOUNT_MANAGE), self.clock.now()
        with self.store.write() as transaction:
            connection = transaction.connection
            found = get_stand_in(connection, scope, stand_in_id)
            if found.until_at <= now:
                raise NotFound("no such stand-in", "stand_in")
            connection.execute(update(stand_ins).where(stand_ins.c.id == found.id).values(until_at=now))
            who = queries.get_account(connection, scope, found.account_id)
            absent = queries.get_account(connection, scope, found.absent_id)
            self._note(connection, caller, who, absent, {"ended": True})
            self._tell(transaction, who.id)

    def move(self, caller: Caller, account_id: str, at: float, given: tuple[RoleGiven, ...], post: str | None) -> None:
        """From `at` on these are all the account's roles. An earlier plan is replaced. Raises NotFound, Invalid."""
        scope, now = caller.scope(Permission.ACCOUNT_MANAGE), self.clock.now()
        if at <= now:
            raise Invalid("a move lies in the future; change the roles to move at once", "at")
        if account_id == caller.account_id:
            raise Invalid("nobody moves himself: another administrator must", "account")
        if not given or any(one.role not in ROLES for one in given):
            raise Invalid(f"roles: at least one of {', '.join(ROLES)}", "roles")
        with self.store.write() as transaction:
            connection = transaction.connection
            account = queries.get_account(connection, scope, account_id)
            check_grantable(connection, caller, given)
            pairs = [[one.role, one.area] for one in given]
            connection.execute(delete(moves).where(moves.c.account_id == account_id))
            values = {"account_id": account_id, "at": at, "roles": json.dumps(pairs), "post": post or None}
            connection.execute(insert(moves).values(**values, made_by=caller.name))
            told = {"move_at": at, "roles": pairs, "post": post}
            audit.note(connection, audit.by(caller, Kind.ACCOUNT, account_id, account.name, told), now)

    def forget_move(self, caller: Caller, account_id: str) -> None:
        """Raises NotFound."""
        scope = caller.scope(Permission.ACCOUNT_MANAGE)
        with self.store.write() as transaction:
            connection = transaction.connection
            account = queries.get_account(connection, scope, account_id)
            if not connection.execute(delete(moves).where(moves.c.account_id == account_id)).rowcount:
                raise NotFound("no move is planned", "account")
            entry = audit.by(caller, Kind.ACCOUNT, account_id, account.name, {"move_at": None})
            audit.note(connection, entry, self.clock.now())

    def watch(self) -> None:
        """Makes the moves whose time has come, ends the accounts of who has left, and gives back what they had in
        hand. Call every few seconds; done twice it does nothing more."""
        now = self.clock.now()
        with self.store.read() as connection:
            due = connection.execute(select(moves).where(moves.c.at <= now)).all()
            left = select(accounts.c.id, accounts.c.name).where(accounts.c.enabled, accounts.c.leaves_at <= now)
            leavers = connection.execute(left).all()
            held = _held_by_nobody(connection)
        for row in due:
            self._make(row, now)
        for row in leavers:
            self._end(row.id, row.name, now)
        if leavers:
            with self.store.read() as connection:
                held = _held_by_nobody(connection)
        for case_id, version in held:
            self._give_back(case_id, version, now)

    def _make(self, row: Any, now: float) -> None:
        account_id, pairs, post = row.account_id, json.loads(row.roles), row.post
        with self.store.write() as transaction:
            connection = transaction.connection
            if not connection.execute(delete(moves).where(moves.c.account_id == account_id)).rowcount:
                return
            try:
                replace_roles(connection, account_id, tuple(RoleGiven(role, area) for role, area in pairs))
            except Invalid as problem:
                # An area that went from the map since: the old roles must not stay either, so nothing is left to see.
                logger.error("move of account %s: %s; the account is ended", account_id, problem.message)
                connection.execute(update(accounts).where(accounts.c.id == account_id).values(enabled=False))
            connection.execute(update(accounts).where(accounts.c.id == account_id).values(post=post))
            name = connection.execute(select(accounts.c.name).where(accounts.c.id == account_id)).scalar_one()
            told = {"moved": True, "roles": pairs, "post": post}
            entry = Entry(Kind.ACCOUNT, None, row.made_by, about=account_id, subject=name, detail=told)
            audit.note(connection, entry, now)
            self._tell(transaction, account_id)

    def _end(self, account_id: str, name: str, now: float) -> None:
        with self.store.write() as transaction:
            connection = transaction.connection
            connection.execute(update(accounts).where(accounts.c.id == account_id).values(enabled=False))
            sessions.end_all(connection, account_id)
            entry = Entry(Kind.ACCOUNT, None, SYSTEM.name, about=account_id, subject=name, detail={"left": True})
            audit.note(connection, entry, now)
            self._tell(transaction, account_id)

    def _give_back(self, case_id: str, version: int, now: float) -> None:
        try:
            with self.store.write() as transaction:
                trace.lock(transaction.connection)
                self.acting.apply(
                    transaction,
                    case_id,
                    Action.RELEASE,
                    SYSTEM,
                    SYSTEM_DUTIES,
                    at=now,
                    detail={"reason": LEFT},
                    version=version,
                )
        except IncidentError as problem:
            logger.info("case %s is not given back: %s", case_id, problem.message)

    def _room(self, connection: Connection, given: StandInGiven) -> None:
        beside = select(stand_ins.c.absent_id).where(
            stand_ins.c.account_id == given.account_id,
            stand_ins.c.from_at < given.until_at,
            stand_ins.c.until_at > max(given.from_at, self.clock.now()),
        )
        absent = [row.absent_id for row in connection.execute(beside)]
        if given.absent_id in absent:
            raise Conflict("stands in for this account in that time already", "absent_id")
        if len(absent) >= MOST_AT_ONCE:
            raise Conflict(f"stands in for {MOST_AT_ONCE} others in that time already", "account_id")

    def _note(
        self, connection: Connection, caller: Caller, who: AccountView, absent: AccountView, told: dict[str, object]
    ) -> None:
        detail = {"stands_in": who.name, "for": absent.name, **told}
        entry = audit.by(caller, Kind.STAND_IN, absent.id, f"{who.name} → {absent.name}", detail)
        audit.note(connection, entry, self.clock.now())

    def _tell(self, transaction: Transaction, account_id: str) -> None:
        transaction.after_commit(("session", account_id), lambda: self.feed.publish(Change("session", account_id)))


def _people(who: AccountView, absent: AccountView) -> None:
    if not who.enabled:
        raise Invalid("this account has ended", "account_id")
    if any(role.role == "display" for one in (who, absent) for role in one.roles):
        raise Invalid("a display stands in for nobody, and nobody for it", "account_id")


def _held_by_nobody(connection: Connection) -> list[tuple[str, int]]:
    """(case, version) of what is in the hands of accounts that have ended."""
    ended = select(accounts.c.id).where(~accounts.c.enabled)
    states = sorted(state.value for state in OPEN_ORDERS)
    query = select(cases.c.id, cases.c.version).with_hint(cases, f"INDEXED BY {OPEN_BY_HOLDER}", "sqlite")
    query = query.where(cases.c.closed_at.is_(None), cases.c.assignee_id.in_(ended), cases.c.state.in_(states))
    return [(row.id, row.version) for row in connection.execute(query.limit(500))]
