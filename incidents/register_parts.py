"""The part of vendors and firms in cases: whom it may be, the measure taken, and the next step of the ladder."""

from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from typing import Any

from sqlalchemy import Connection, and_, delete, func, insert, select, update

from config.escalation import Escalation
from config.registers import Registers
from incidents import queries, trace
from incidents.acting import Acting
from incidents.case import Action, Duty
from incidents.errors import Conflict, Invalid, NotAllowed, NotFound
from incidents.register_entries import Entries
from incidents.register_log import log_step
from incidents.register_places import PlaceHistory, place_history
from incidents.register_queries import (
    PartyFilter,
    find_same,
    get_party,
    list_case_parties,
    list_parties,
    list_record,
    parties_met,
)
from incidents.register_terms import (
    KIND_NAMES,
    MAX_PART_NOTE,
    MEASURE_NAMES,
    MEASURES,
    ROLES,
    SUBJECT,
    WITNESS,
    NewParty,
    PartyInCase,
    PartyView,
    Proposal,
    RecordEntry,
    clean_party,
)
from incidents.repeat_queries import get_repeat
from incidents.rights import Caller, Permission, Scope
from incidents.store import Store, Transaction
from incidents.store.register_schema import parties, party_cases
from incidents.store.schema import cases
from incidents.telling import Telling
from incidents.text import clean_text
from incidents.views import CaseView
from runtime.clock import Clock

DAY = 86_400.0
DUTIES = frozenset({Duty.REGISTER})
MOST_SUGGESTED = 8
MOST_PARTIES = 20
"""At one case."""


@dataclass(frozen=True, slots=True)
class Part:
    """A party's part in a case, as a person puts it down. `use_picture`: the case's first picture becomes its photo."""

    role: str = SUBJECT
    measure: str | None = None
    note: str = ""
    use_picture: bool = False


@dataclass(frozen=True, slots=True)
class CaseHistory:
    """`parties` is empty for who may not see the registers; `may_edit`: whether he may put parties down here."""

    place: PlaceHistory
    parties: tuple[PartyInCase, ...]
    may_see_parties: bool
    may_edit: bool


@dataclass(frozen=True, slots=True)
class Suggestion:
    """`reason`: the same thing was theirs before (`repeat`), they were met at the place (`place`), or `text`."""

    party: PartyView
    reason: str


class Parts:
    """Synchronous and thread-safe, as `incidents.service`. Raises the errors of `incidents.errors`."""

    def __init__(
        self,
        store: Store,
        clock: Clock,
        acting: Acting,
        telling: Telling,
        entries: Entries,
        ladders: Callable[[], Escalation],
        rules: Callable[[], Registers],
    ) -> None:
        self._store = store
        self._clock = clock
        self._acting = acting
        self._telling = telling
        self._entries = entries
        self._ladders = ladders
        self._rules = rules

    def history(self, caller: Caller, case_id: str) -> CaseHistory:
        """Of the place and the people of a case. Raises NotFound."""
        scope, register = caller.scope(Permission.CASE_SEE), caller.scope(Permission.REGISTER_SEE)
        with self._store.read() as connection:
            case, path = queries.get_case(connection, scope, case_id)
            place = place_history(connection, scope, case_id, self._rules())
            may_see = _reaches(register, case, path)
            known = list_case_parties(connection, register, case_id) if may_see else ()
            met = tuple(self._in_case(connection, register, case, party_id, entry) for party_id, entry in known)
        place = replace(place, items=tuple(self._telling.case(scope, one) for one in place.items))
        return CaseHistory(place, met, may_see, _reaches(caller.scope(Permission.REGISTER_EDIT), case, path))

    def suggestions(self, caller: Caller, case_id: str, text: str = "") -> tuple[Suggestion, ...]:
        """Whom it may be: of whom the same thing was before, who was met at the place, who fits the words.
        Raises NotFound, NotAllowed."""
        scope = caller.scope(Permission.REGISTER_SEE)
        with self._store.read() as connection:
            self._here(connection, caller, case_id)
            there = {party_id for party_id, _ in list_case_parties(connection, scope, case_id)}
            found = self._fitting(connection, scope, text) if text.strip() else self._likely(connection, scope, case_id)
            chosen = [(party, reason) for party, reason in found.items() if party not in there][:MOST_SUGGESTED]
            now = self._clock.now()
            views = [(get_party(connection, scope, party, now), reason) for party, reason in chosen]
        return tuple(Suggestion(view, reason) for view, reason in views if not view.anonymous)

    def attach(self, caller: Caller, case_id: str, party: str | NewParty, part: Part) -> PartyInCase:
        """Puts a party down at a case, or changes its part there; a new one is entered on the way, unless one of that
        name and plate or phone is known: a phone out of reach cannot look.
        Raises NotFound, NotAllowed, Invalid, Conflict."""
        part = _clean_part(part)
        scope = caller.scope(Permission.REGISTER_SEE)
        with self._store.write() as transaction:
            connection = transaction.connection
            trace.lock(connection)
            case = self._here(connection, caller, case_id)
            now = self._clock.now()
            if isinstance(party, NewParty):
                party = self._known(connection, scope, party)
            if isinstance(party, NewParty):
                # Who meets a vendor outside his own areas enters him where he met him.
                view = self._entries.write(connection, caller, party, also=(case.area, case.grid or case.area))
            else:
                view = get_party(connection, scope, party, now)
            if view.anonymous:
                raise Conflict("this party was made anonymous", "party", "该条目已匿名化")
            known = dict(list_case_parties(connection, scope, case_id))
            if view.id not in known and len(known) >= MOST_PARTIES:
                raise Conflict(
                    f"a case has at most {MOST_PARTIES} parties", "party", f"一个事件最多登记 {MOST_PARTIES} 个当事人"
                )
            self._put_down(connection, caller, case, view.id, part, fresh=view.id not in known)
            entry = dict(list_case_parties(connection, scope, case_id))[view.id]
            found = self._in_case(connection, scope, case, view.id, entry)
            action = "attached" if view.id not in known else "measure"
            self._note(transaction, caller, case, found, action)
            transaction.outcome = found
            return found

    def _known(self, connection: Connection, scope: Scope, party: NewParty) -> str | NewParty:
        """With a document the document alone decides. Raises Invalid."""
        if party.id_number:
            return party
        return find_same(connection, scope, clean_party(party), self._clock.now()) or party

    def detach(self, caller: Caller, case_id: str, party_id: str) -> None:
        """It was somebody else. Traced. Raises NotFound, NotAllowed."""
        scope = caller.scope(Permission.REGISTER_SEE)
        with self._store.write() as transaction:
            connection = transaction.connection
            trace.lock(connection)
            case = self._here(connection, caller, case_id)
            known = dict(list_case_parties(connection, scope, case_id))
            if party_id not in known:
                raise NotFound("this party is not put down at the case", "party")
            found = self._in_case(connection, scope, case, party_id, known[party_id])
            connection.execute(delete(party_cases).where(_part_of(party_id, case_id)))
            newest = select(func.max(cases.c.opened_at)).join(party_cases, party_cases.c.case_id == cases.c.id)
            last = connection.execute(newest.where(party_cases.c.party_id == party_id)).scalar_one()
            own = {} if last is None else {"last_case_at": last}
            photo = {"photo_evidence_id": None} if found.party.photo_evidence_id == case.picture_evidence_id else {}
            connection.execute(
                update(parties).where(parties.c.id == party_id).values(**own, **photo, version=parties.c.version + 1)
            )
            self._note(transaction, caller, case, found, "detached")
            transaction.outcome = None

    def _fitting(self, connection: Connection, scope: Scope, text: str) -> dict[str, str]:
        wanted = PartyFilter(text=text, limit=MOST_SUGGESTED + MOST_PARTIES)
        return {one.id: "text" for one in list_parties(connection, scope, wanted, self._clock.now()).items}

    def _likely(self, connection: Connection, scope: Scope, case_id: str) -> dict[str, str]:
        """By appearance first, then by place."""
        repeat = get_repeat(connection, scope, case_id)
        alike = parties_met(connection, scope, [one.id for one in repeat.earlier] if repeat is not None else [])
        place = place_history(connection, scope, case_id, self._rules())
        near = parties_met(connection, scope, [one.id for one in place.items])
        return {**dict.fromkeys(alike, "repeat"), **{one: "place" for one in near if one not in alike}}

    def _here(self, connection: Connection, caller: Caller, case_id: str) -> CaseView:
        """The case, where the caller may put parties down. Raises NotFound, NotAllowed."""
        case, path = queries.get_case(connection, caller.scope(Permission.CASE_SEE), case_id)
        if not _reaches(caller.scope(Permission.REGISTER_EDIT), case, path):
            raise NotAllowed("you may not enter parties at this case")
        return case

    def _put_down(
        self, connection: Connection, caller: Caller, case: CaseView, party_id: str, part: Part, *, fresh: bool
    ) -> None:
        now = self._clock.now()
        said = {
            "role": part.role,
            "measure": part.measure,
            "note": part.note,
            "by": caller.account_id,
            "changed_at": now,
        }
        if fresh:
            connection.execute(insert(party_cases).values(party_id=party_id, case_id=case.id, at=now, **said))
        else:
            connection.execute(update(party_cases).where(_part_of(party_id, case.id)).values(**said))
        newer = and_(parties.c.id == party_id, parties.c.last_case_at < case.opened_at)
        connection.execute(update(parties).where(newer).values(last_case_at=case.opened_at))
        if part.use_picture and case.picture_evidence_id is not None:
            which = parties.c.id == party_id
            photo = {"photo_evidence_id": case.picture_evidence_id, "version": parties.c.version + 1}
            connection.execute(update(parties).where(which).values(**photo))

    def _in_case(
        self, connection: Connection, scope: Scope, case: CaseView, party_id: str, entry: RecordEntry
    ) -> PartyInCase:
        view = get_party(connection, scope, party_id, self._clock.now())
        record = list_record(connection, scope, party_id)
        others = tuple(one for one in record if one.case_id != case.id)
        proposal = self._proposal(connection, scope, case, view, entry)
        return PartyInCase(view, entry.role, entry.measure, entry.note, entry.at, entry.by_name, proposal, others)

    def _proposal(
        self, connection: Connection, scope: Scope, case: CaseView, party: PartyView, entry: RecordEntry
    ) -> Proposal | None:
        """By the cases up to this one that the scope shows."""
        ladder = self._ladders().ladder(party.kind, case.case_class)
        if ladder is None or entry.role == WITNESS or case.state == "invalid":
            return None
        since = case.opened_at - ladder.within_days * DAY
        seq = connection.execute(select(cases.c.opened_seq).where(cases.c.id == case.id)).scalar_one()
        counted = [
            one
            for one in list_record(connection, scope, party.id, until=seq, counted=True)
            if one.opened_at >= since and ladder.holds_for(one.case_class)
        ]
        step = ladder.step(len(counted))
        if step is None:
            return None
        basis = tuple(one for one in counted if one.case_id != case.id)
        return Proposal(len(counted), ladder.within_days, step.measure, step.level, basis)

    def _note(self, transaction: Transaction, caller: Caller, case: CaseView, found: PartyInCase, action: str) -> None:
        """In the log of the party with what was proposed, in the trace of the case, which more people read, without."""
        detail: dict[str, Any] = {"role": found.role, "measure": found.measure}
        if (proposal := found.proposal) is not None:
            basis = [one.case_id for one in proposal.basis]
            detail |= {"nth": proposal.nth, "proposed": proposal.measure, "basis": basis}
        log_step(transaction.connection, caller, found.party.id, action, detail, at=self._clock.now(), case_id=case.id)
        kind = KIND_NAMES[found.party.kind]
        mark = found.party.id[:6].upper()
        told: dict[str, Any] = {"party_id": found.party.id, "part": action, "party_role": found.role}
        told["party"] = {"zh": f"{kind.zh} {mark}", "en": f"{kind.en} {mark}"}
        if found.measure is not None and action != "detached":
            told["measure"] = asdict(MEASURE_NAMES[found.measure])
        at = self._clock.now()
        self._acting.apply(transaction, case.id, Action.PARTY, caller.actor(), DUTIES, at=at, detail=told)


def _reaches(scope: Scope, case: CaseView, path: str) -> bool:
    return scope.covers(path, case.assignee.id if case.assignee else None, getattr(case, "post", None))


def _part_of(party_id: str, case_id: str) -> Any:
    return and_(party_cases.c.party_id == party_id, party_cases.c.case_id == case_id)


def _clean_part(part: Part) -> Part:
    """Raises Invalid."""
    if part.role not in ROLES:
        raise Invalid(f"role must be one of {', '.join(ROLES)}", "role")
    if part.measure is not None and part.measure not in MEASURES:
        raise Invalid(f"measure must be one of {', '.join(MEASURES)}", "measure")
    return replace(part, note=clean_text(part.note, "note", MAX_PART_NOTE))
