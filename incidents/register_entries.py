"""Entries of the registers of vendors and firms: found, made, changed, merged, and forgotten."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from sqlalchemy import Connection, and_, delete, exists, insert, select, update

from config.registers import Registers
from incidents import queries, trace
from incidents.case import ENDED
from incidents.errors import Conflict, Invalid, NotAllowed, NotFound
from incidents.register_identity import NumberKeeper
from incidents.register_log import log_step
from incidents.register_queries import PartyFilter, PartyPage, get_party, list_log, list_parties, list_record
from incidents.register_terms import PERSONAL, LogEntry, NewParty, PartyView, RecordEntry, clean_party
from incidents.rights import EVERYWHERE, Caller, Permission, Scope
from incidents.store import Store
from incidents.store.register_schema import parties, party_cases
from incidents.store.schema import cases
from incidents.text import clean_text
from runtime.clock import Clock

DAY = 86_400.0
FORGOTTEN_AT_ONCE = 500
MERGED_FIELDS = ("phone", "plate", "trade", "id_shown", "id_hash", "photo_evidence_id")


@dataclass(frozen=True, slots=True)
class PartyDetail:
    party: PartyView
    record: tuple[RecordEntry, ...]
    log: tuple[LogEntry, ...]
    may_edit: bool


class Entries:
    """Synchronous and thread-safe, as `incidents.service`. Raises the errors of `incidents.errors`."""

    def __init__(self, store: Store, clock: Clock, numbers: NumberKeeper, rules: Callable[[], Registers]) -> None:
        self._store = store
        self._clock = clock
        self._numbers = numbers
        self._rules = rules

    def parties(self, caller: Caller, wanted: PartyFilter) -> PartyPage:
        with self._store.read() as connection:
            return list_parties(connection, caller.scope(Permission.REGISTER_SEE), wanted, self._clock.now())

    def find_number(self, caller: Caller, kind: str, id_number: str) -> PartyPage:
        """By the number of a document. Raises Invalid for what is none."""
        kept = self._numbers.keep(kind, clean_text(id_number, "id_number", 40))
        return self.parties(caller, PartyFilter(kind=kind, id_hash=kept.hash))

    def party(self, caller: Caller, party_id: str) -> PartyDetail:
        """Raises NotFound."""
        scope = caller.scope(Permission.REGISTER_SEE)
        with self._store.read() as connection:
            view = get_party(connection, scope, party_id, self._clock.now())
            record = list_record(connection, scope, view.id)
            log = list_log(connection, scope, view.id)
            may_edit = _at_home(connection, caller.scope(Permission.REGISTER_EDIT), view.id)
        return PartyDetail(view, record, log, may_edit and not view.anonymous)

    def make(self, caller: Caller, given: NewParty) -> PartyView:
        """Raises Invalid, NotAllowed; Conflict where the document is entered already."""
        with self._store.write() as transaction:
            trace.lock(transaction.connection)
            view = self.write(transaction.connection, caller, given)
            transaction.outcome = view
            return view

    def change(self, caller: Caller, party_id: str, given: NewParty, version: int | None = None) -> PartyView:
        """Everything anew; an empty `id_number` leaves the one that is there. Raises NotFound, NotAllowed, Invalid,
        Conflict."""
        with self._store.write() as transaction:
            connection = transaction.connection
            trace.lock(connection)
            row = self._editable(connection, caller, party_id)
            if version is not None and version != row.version:
                raise Conflict(
                    f"the entry has changed since: it is at version {row.version}", "version", "该条目已被修改，请刷新"
                )
            if given.kind != row.kind:
                raise Invalid("the kind of a party stays", "kind")
            values = self._values(connection, caller, given, but=row.id)
            if not given.id_number:
                del values["id_shown"], values["id_hash"]
            before = row._mapping
            changed = {
                name: "changed" if name in PERSONAL else [before[name], value]
                for name, value in values.items()
                if before[name] != value and name != "id_shown"
            }
            if changed:
                self._set(connection, row, values)
                log_step(connection, caller, row.id, "changed", {"changed": changed}, at=self._clock.now())
            view = get_party(connection, caller.scope(Permission.REGISTER_SEE), row.id, self._clock.now())
            transaction.outcome = view
            return view

    def merge(self, caller: Caller, party_id: str, other_id: str) -> PartyView:
        """The other entry goes into this one: its cases, and what this one lacks. Not to be undone.
        Raises NotFound, NotAllowed, Conflict."""
        with self._store.write() as transaction:
            connection = transaction.connection
            trace.lock(connection)
            kept, gone = (self._editable(connection, caller, one) for one in (party_id, other_id))
            if kept.id == gone.id:
                raise Conflict("an entry cannot be merged with itself", "other", "不能与自身合并")
            if kept.kind != gone.kind:
                raise Conflict("a vendor and a firm cannot be merged", "other", "游商与企业不能合并")
            if kept.id_hash and gone.id_hash and kept.id_hash != gone.id_hash:
                raise Conflict(
                    "the two have different documents: they are two", "other", "两条目证件号码不同，不能合并"
                )
            self._move_cases(connection, kept.id, gone.id)
            self._set(connection, gone, {**_NOBODY, "merged_into": kept.id})
            self._set(connection, kept, _merged_values(kept, gone))
            log_step(connection, caller, kept.id, "merged", {"other": gone.id}, at=self._clock.now())
            log_step(connection, caller, gone.id, "merged_into", {"other": kept.id}, at=self._clock.now())
            view = get_party(connection, caller.scope(Permission.REGISTER_SEE), kept.id, self._clock.now())
            transaction.outcome = view
            return view

    def forget_old(self) -> int:
        """Makes those anonymous who had no case for `keep_days` and are part of no open one; returns how many."""
        now = self._clock.now()
        open_one = (
            select(party_cases.c.case_id)
            .join(cases, cases.c.id == party_cases.c.case_id)
            .where(party_cases.c.party_id == parties.c.id, cases.c.state.not_in(sorted(ENDED)))
        )
        due = (
            select(parties.c.id)
            .where(parties.c.anonymous_at.is_(None), parties.c.merged_into.is_(None))
            .where(parties.c.last_case_at < now - self._rules().keep_days * DAY, ~exists(open_one))
            .limit(FORGOTTEN_AT_ONCE)
        )
        forgotten = 0
        while True:
            with self._store.write() as transaction:
                connection = transaction.connection
                trace.lock(connection)
                ids = list(connection.execute(due).scalars())
                for one in ids:
                    values = {**_NOBODY, "anonymous_at": now, "version": parties.c.version + 1}
                    connection.execute(update(parties).where(parties.c.id == one).values(**values))
                    connection.execute(update(party_cases).where(party_cases.c.party_id == one).values(note=""))
                    log_step(connection, None, one, "anonymous", {}, at=self._clock.now())
            forgotten += len(ids)
            if len(ids) < FORGOTTEN_AT_ONCE:
                return forgotten

    def _editable(self, connection: Connection, caller: Caller, party_id: str) -> Any:
        """The row. Raises NotFound, NotAllowed, Conflict."""
        view = get_party(connection, caller.scope(Permission.REGISTER_SEE), party_id, self._clock.now())
        if not _at_home(connection, caller.scope(Permission.REGISTER_EDIT), view.id):
            raise NotAllowed("this party is entered in another area")
        if view.anonymous:
            raise Conflict("this party was made anonymous", "party", "该条目已匿名化")
        return connection.execute(select(parties).where(parties.c.id == view.id)).one()

    def write(
        self, connection: Connection, caller: Caller, given: NewParty, *, also: tuple[str, ...] = ()
    ) -> PartyView:
        """A new entry, in a transaction that holds the lock of the trace. `also`: areas it may be at home in besides.
        Raises as `make`."""
        now, party_id = self._clock.now(), uuid4().hex
        values = self._values(connection, caller, given, also=also)
        connection.execute(
            insert(parties).values(
                id=party_id,
                kind=given.kind,
                made_at=now,
                made_by=caller.account_id,
                last_case_at=now,
                version=1,
                **values,
            )
        )
        log_step(connection, caller, party_id, "made", {"kind": given.kind}, at=self._clock.now())
        return get_party(connection, EVERYWHERE, party_id, now)

    def _values(
        self, connection: Connection, caller: Caller, given: NewParty, *, but: str = "", also: tuple[str, ...] = ()
    ) -> dict[str, Any]:
        """Columns of what was entered. Raises Invalid, NotFound, NotAllowed, Conflict."""
        clean = clean_party(given)
        if clean.area not in also:
            queries.get_area(connection, caller.scope(Permission.REGISTER_SEE), clean.area)
            if not _covers_area(connection, caller.scope(Permission.REGISTER_EDIT), clean.area):
                raise NotAllowed("you may not enter parties of this area")
        kept = self._numbers.keep(clean.kind, clean.id_number) if clean.id_number else None
        if kept is not None:
            same = PartyFilter(kind=clean.kind, id_hash=kept.hash, limit=2)
            found = list_parties(connection, caller.scope(Permission.REGISTER_SEE), same, self._clock.now()).items
            if any(one.id != but for one in found):
                raise Conflict("this document is entered already", "id_number", "该证件号码已登记")
        fields = {name: getattr(clean, name) for name in ("name", "phone", "plate", "trade", "note", "area")}
        return {**fields, "id_shown": kept.shown if kept else "", "id_hash": kept.hash if kept else None}

    def _set(self, connection: Connection, row: Any, values: Mapping[str, Any]) -> None:
        connection.execute(update(parties).where(parties.c.id == row.id).values(**values, version=row.version + 1))

    def _move_cases(self, connection: Connection, kept: str, gone: str) -> None:
        both = select(party_cases.c.case_id).where(party_cases.c.party_id == kept)
        double = and_(party_cases.c.party_id == gone, party_cases.c.case_id.in_(both))
        for row in connection.execute(select(party_cases).where(double, party_cases.c.measure.is_not(None))).all():
            unmeasured = and_(_part_of(kept, row.case_id), party_cases.c.measure.is_(None))
            connection.execute(update(party_cases).where(unmeasured).values(measure=row.measure))
        connection.execute(delete(party_cases).where(double))
        connection.execute(update(party_cases).where(party_cases.c.party_id == gone).values(party_id=kept))


_NOBODY: Mapping[str, Any] = {name: None if name in ("id_hash", "photo_evidence_id") else "" for name in PERSONAL}


def _at_home(connection: Connection, scope: Scope, party_id: str) -> bool:
    home = connection.execute(select(parties.c.area).where(parties.c.id == party_id)).scalar_one()
    return _covers_area(connection, scope, home)


def _covers_area(connection: Connection, scope: Scope, code: str) -> bool:
    try:
        queries.get_area(connection, scope, code)
    except NotFound:
        return False
    return True


def _part_of(party_id: str, case_id: str) -> Any:
    return and_(party_cases.c.party_id == party_id, party_cases.c.case_id == case_id)


def _merged_values(kept: Any, gone: Any) -> dict[str, Any]:
    filled = {name: getattr(gone, name) for name in MERGED_FIELDS if not getattr(kept, name) and getattr(gone, name)}
    if "id_hash" not in filled:
        filled.pop("id_shown", None)
    alias = f"又名 {gone.name}" if gone.name != kept.name else ""
    note = "\n".join(part for part in (kept.note, alias, gone.note) if part)[:1000]
    return {**filled, "note": note, "last_case_at": max(kept.last_case_at, gone.last_case_at)}
