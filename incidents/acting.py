"""Doing something to a case: the state machine, the row, the trace and whoever follows, in one transaction."""

import json
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any
from uuid import uuid4

from sqlalchemy import Row, insert, select, update

from incidents import queries, trace
from incidents.case import ENDED, TRANSITIONS, Action, Actor, Duty, Standing, State, decide
from incidents.errors import Conflict, Invalid, NotAllowed, NotFound
from incidents.evidence_files import StoredFile
from incidents.feed import Change, Feed
from incidents.rights import EVERYWHERE, Caller, Permission
from incidents.store import Transaction
from incidents.store.schema import cases, evidence
from incidents.text import clean_text
from incidents.views import CaseView

MAX_NOTE = 2000
PERSONS_DETAIL: Mapping[Action, frozenset[str]] = {
    Action.CONFIRM: frozenset({"note"}),
    Action.REJECT: frozenset({"note", "reason", "cause", "word"}),
    Action.DUPLICATE: frozenset({"note", "of"}),
    Action.TAKE_BACK: frozenset(),
    Action.ASSIGN: frozenset({"worker_id", "note"}),
    Action.ACCEPT: frozenset({"note"}),
    Action.DECLINE: frozenset({"reason"}),
    Action.ARRIVE: frozenset({"note"}),
    Action.HANDLE: frozenset({"note"}),
    Action.VERIFY: frozenset({"result", "note"}),
    Action.CLOSE: frozenset({"note"}),
    Action.REOPEN: frozenset({"reason"}),
    Action.STRIKE_OUT: frozenset({"reason", "cause", "word"}),
    Action.COMMENT: frozenset({"note"}),
    Action.REMIND: frozenset({"note"}),
    Action.TRIAGE: frozenset({"case_class", "level", "note"}),
    Action.ASK_EXTENSION: frozenset({"until", "reason"}),
    Action.GRANT_EXTENSION: frozenset({"note"}),
    Action.REFUSE_EXTENSION: frozenset({"reason"}),
    Action.SUPERVISE: frozenset({"reason"}),
    Action.EVALUATE: frozenset({"score", "note"}),
}
"""What a person may ask for, and the details each may carry; every person may say from where (lon, lat)."""
NUMBERS: Mapping[str, tuple[float, float]] = {
    "lon": (-180.0, 180.0),
    "lat": (-90.0, 90.0),
    "level": (1, 4),
    "score": (1, 5),
    "until": (0.0, 1e11),
}
"""Details that are numbers, with their bounds; those with whole bounds are whole."""
CHANGING = ("case_class", "level", "tier", "deadline_at", "extension_until", "score")
"""What of a standing the trace gives before and after, where a step changes it; its state has columns of its own."""

DUTY_OF: Mapping[Permission, Duty] = {
    Permission.CASE_TRIAGE: Duty.TRIAGE,
    Permission.CASE_DISPATCH: Duty.DISPATCH,
    Permission.CASE_VERIFY: Duty.VERIFY,
    Permission.CASE_SUPERVISE: Duty.SUPERVISE,
    Permission.CASE_COMMENT: Duty.COMMENT,
}
CAMERA_DUTIES = frozenset({Duty.CAMERA})
SYSTEM_DUTIES = frozenset({Duty.SYSTEM})
LOOK_DUTIES = frozenset({Duty.LOOK})


@dataclass(frozen=True, slots=True)
class Step:
    """One thing done to a case, as told to followers inside the transaction."""

    case_id: str
    action: Action
    actor: Actor
    before: Standing
    after: Standing
    detail: Mapping[str, Any]
    at: float


Follower = Callable[[Transaction, Step], None]
"""Writes its own tables in the case's transaction (dispatch keeps its orders so)."""


@dataclass(slots=True)
class Acting:
    feed: Feed
    followers: list[Follower] = field(default_factory=list)

    def apply(
        self,
        transaction: Transaction,
        case_id: str,
        action: Action,
        actor: Actor,
        duties: frozenset[Duty],
        *,
        at: float,
        detail: Mapping[str, Any] | None = None,
        version: int | None = None,
        changes: Mapping[str, Any] | None = None,
    ) -> CaseView:
        """One step, announced. Raises NotFound, Conflict (state or version), NotAllowed, Invalid."""
        step = self.step(
            transaction, case_id, action, actor, duties, at=at, detail=detail, version=version, changes=changes
        )
        return self.announce(transaction, case_id, {step.before.assignee_id, step.after.assignee_id})

    def step(
        self,
        transaction: Transaction,
        case_id: str,
        action: Action,
        actor: Actor,
        duties: frozenset[Duty],
        *,
        at: float,
        detail: Mapping[str, Any] | None = None,
        version: int | None = None,
        changes: Mapping[str, Any] | None = None,
    ) -> Step:
        """As `apply`, where more follows in the same transaction: announce it at the end. `changes`: further columns
        to set."""
        detail = dict(detail or {})
        trace.lock(transaction.connection)
        row = transaction.connection.execute(select(cases).where(cases.c.id == case_id)).one_or_none()
        if row is None:
            raise NotFound("no such case", "case")
        if version is not None and version != row.version:
            raise Conflict(f"the case has changed since: it is at version {row.version}, not {version}", "version")
        before = standing_of(row)
        after = decide(before, action, actor, duties, detail, at)
        if changed := _changed(before, after):
            detail["changed"] = changed
        values = {**_columns(after), **dict(changes or {}), "updated_at": at, "version": row.version + 1}
        if (after.state in ENDED) != (before.state in ENDED):
            values["closed_at"] = at if after.state in ENDED else None
        transaction.connection.execute(update(cases).where(cases.c.id == case_id).values(**values))
        trace.append(
            transaction.connection,
            case_id=case_id,
            at=at,
            action=action,
            actor=actor,
            from_state=before.state,
            to_state=after.state,
            detail=detail,
        )
        step = Step(case_id, action, actor, before, after, detail, at)
        for follower in self.followers:
            follower(transaction, step)
        return step

    def announce(self, transaction: Transaction, case_id: str, workers: Iterable[str | None] = ()) -> CaseView:
        """Reads the case as it now is and tells the feed once it is durable; so too the workers it concerns."""
        view, path = queries.get_case(transaction.connection, EVERYWHERE, case_id)
        transaction.outcome = view
        change = Change("case", view, (path,), view.assignee.id if view.assignee else None)
        transaction.after_commit(("case", case_id), lambda: self.feed.publish(change))
        announce_workers(transaction, self.feed, [worker for worker in workers if worker is not None])
        return view

    def add_evidence(
        self,
        transaction: Transaction,
        case_id: str,
        stored: StoredFile,
        actor: Actor,
        duties: frozenset[Duty],
        *,
        at: float,
        caption: str = "",
        detail: Mapping[str, Any] | None = None,
    ) -> str:
        """One row and one trace entry that holds the content's hash; the first picture and clip are shown first.
        Announcing the case is the caller's."""
        row = transaction.connection.execute(select(cases).where(cases.c.id == case_id)).one()
        evidence_id = uuid4().hex
        first = f"{stored.media.kind}_evidence_id"
        self.step(
            transaction,
            case_id,
            Action.EVIDENCE,
            actor,
            duties,
            at=at,
            detail={
                "evidence_id": evidence_id,
                "kind": stored.media.kind,
                "sha256": stored.sha256,
                "caption": caption,
                **(detail or {}),
            },
            changes={} if getattr(row, first, evidence_id) else {first: evidence_id},
        )
        insert_evidence(transaction, evidence_id, case_id, stored, actor, at, caption)
        return evidence_id


def announce_workers(transaction: Transaction, feed: Feed, ids: Collection[str]) -> None:
    """Tells the feed, once it is durable, how these workers now stand."""
    for worker, paths in queries.list_workers(transaction.connection, EVERYWHERE, ids) if ids else ():
        transaction.after_commit(("worker", worker.id), partial(feed.publish, Change("worker", worker, paths)))


def insert_evidence(
    transaction: Transaction, evidence_id: str, case_id: str, stored: StoredFile, actor: Actor, at: float, caption: str
) -> None:
    transaction.connection.execute(
        insert(evidence).values(
            id=evidence_id,
            case_id=case_id,
            kind=stored.media.kind,
            media_type=stored.media.media_type,
            caption=caption,
            sha256=stored.sha256,
            size=stored.size,
            at=at,
            added_by=actor.id,
        )
    )


def standing_of(row: Row[Any]) -> Standing:
    """From a row of `cases`."""
    return Standing(
        state=State(row.state),
        assignee_id=row.assignee_id,
        dispatched_by=row.dispatched_by,
        handled_by=row.handled_by,
        gone_at=row.gone_at,
        needs_person=row.needs_person,
        reworks=row.reworks,
        resolution=row.resolution,
        case_class=row.case_class,
        level=row.level,
        tier=row.level if row.tier is None else row.tier,
        **{name: getattr(row, name) for name in _SAME_NAMED},
        **_hands_of(row.hands),
    )


def _hands_of(text: str | None) -> dict[str, Any]:
    return {name: frozenset(ids) for name, ids in json.loads(text or "{}").items()}


_SAME_NAMED = (
    "deadline_at",
    "extension_until",
    "extension_by",
    "extended_until",
    "supervised_at",
    "urged_for",
    "breached_for",
    "score",
)


def _changed(before: Standing, after: Standing) -> dict[str, list[Any]]:
    """[before, after] of what else than the state a step changed."""
    pairs = {name: [getattr(before, name), getattr(after, name)] for name in CHANGING}
    return {name: pair for name, pair in pairs.items() if pair[0] != pair[1]}


def _columns(standing: Standing) -> dict[str, Any]:
    return {
        "state": standing.state.value,
        "assignee_id": standing.assignee_id,
        "dispatched_by": standing.dispatched_by,
        "handled_by": standing.handled_by,
        "gone_at": standing.gone_at,
        "needs_person": standing.needs_person,
        "reworks": standing.reworks,
        "resolution": standing.resolution,
        "case_class": standing.case_class,
        "level": standing.level,
        "tier": None if standing.tier == standing.level else standing.tier,
        **{name: getattr(standing, name) for name in _SAME_NAMED},
        "hands": _hands(standing),
    }


def _hands(standing: Standing) -> str | None:
    both = {"dispatchers": sorted(standing.dispatchers), "handlers": sorted(standing.handlers)}
    return json.dumps(both) if standing.dispatchers or standing.handlers else None


def duties_of(caller: Caller, path: str, assignee_id: str | None) -> frozenset[Duty]:
    """In which capacities a person may act on a case at this place. Whoever may dispatch may also report on the
    worker's behalf (said by radio, phone broken); the trace then names the one who typed it."""
    duties = {duty for permission, duty in DUTY_OF.items() if caller.scope(permission).covers(path)}
    if assignee_id in caller.holders:
        duties |= {Duty.HANDLE, Duty.COMMENT}
    if assignee_id is not None and Duty.DISPATCH in duties:
        duties.add(Duty.HANDLE)
    return frozenset(duties)


def allowed_actions(caller: Caller, path: str, standing: Standing, without: Collection[Action] = ()) -> tuple[str, ...]:
    """What a person may do to the case now, as far as can be said without the details. `without`: what its history
    rules out."""
    duties = duties_of(caller, path, standing.assignee_id)
    probe = {"worker_id": "-", "result": "gone", "reason": "-", "note": "-", "of": "-", "score": 1}
    probe |= {"level": standing.level % 4 + 1, "until": (standing.deadline_at or 0.0) + 1.0}
    allowed = []
    for action in PERSONS_DETAIL:
        if action in without or not TRANSITIONS[action].duties & duties:
            continue
        try:
            decide(standing, action, caller.actor(), duties, probe, 0.0)
        except (Conflict, NotAllowed):
            continue
        allowed.append(action.value)
    return tuple(allowed)


def clean_detail(action: Action, given: Mapping[str, Any]) -> dict[str, Any]:
    """The details of a person's request, checked and bounded. Raises Invalid naming the key."""
    allowed = PERSONS_DETAIL[action] | {"lon", "lat"}
    clean: dict[str, Any] = {}
    for key, value in given.items():
        if key not in allowed:
            raise Invalid(f"{action} takes no {key}", key)
        if value is None:
            continue
        if bounds := NUMBERS.get(key):
            low, high = bounds
            kind = int if isinstance(low, int) else int | float
            if isinstance(value, bool) or not isinstance(value, kind) or not low <= value <= high:
                raise Invalid(f"{key} must be a number between {low} and {high}", key)
            clean[key] = value if kind is int else float(value)
        elif text := clean_text(value, key, MAX_NOTE):
            clean[key] = text
    return clean
