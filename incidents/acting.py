"""Doing something to a case: the state machine, the row, the trace and whoever follows, in one transaction."""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Protocol
from uuid import uuid4

from sqlalchemy import insert, select, update

from config.case_classes import Level
from incidents import queries, trace
from incidents.case import ENDED, Action, Actor, Duty, Standing, decide
from incidents.case_rows import changed, columns_of, standing_of, write_parts
from incidents.errors import Conflict, NotFound
from incidents.evidence_files import StoredFile
from incidents.feed import Change, Feed
from incidents.rights import EVERYWHERE
from incidents.store import Transaction
from incidents.store.schema import cases, evidence
from incidents.views import CaseView
from incidents.visible_cases import posts_concerned

CAMERA_DUTIES = frozenset({Duty.CAMERA})
SYSTEM_DUTIES = frozenset({Duty.SYSTEM})
LOOK_DUTIES = frozenset({Duty.LOOK})
TALK_DUTIES = frozenset({Duty.TALK_DOWN})


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

    @property
    def people(self) -> set[str]:
        """Whom it concerns: those it was and is sent to."""
        both = (self.before, self.after)
        ids = {one.assignee_id for one in both} | {other.worker_id for one in both for other in one.companions}
        return {one for one in ids if one is not None}


Follower = Callable[[Transaction, Step], None]
"""Writes its own tables in the case's transaction (dispatch keeps its orders so)."""


class Router(Protocol):
    """Called after all followers: what it does to the case is a step of its own, which they follow in turn."""

    def follow(self, transaction: Transaction, step: Step) -> None: ...

    def opened(self, transaction: Transaction, case_id: str, level: Level, at: float) -> None: ...


@dataclass(slots=True)
class Acting:
    feed: Feed
    followers: list[Follower] = field(default_factory=list)
    router: Router | None = None

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
        return self.announce(transaction, case_id, step.people)

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
        before = standing_of(transaction.connection, row)
        after = decide(before, action, actor, duties, detail, at)
        if differences := changed(before, after):
            detail["changed"] = differences
        values = {**columns_of(after), **dict(changes or {}), "updated_at": at, "version": row.version + 1}
        if (after.state in ENDED) != (before.state in ENDED):
            values["closed_at"] = at if after.state in ENDED else None
        transaction.connection.execute(update(cases).where(cases.c.id == case_id).values(**values))
        if after.parts != before.parts:
            told = {"action": action, "at": at, "detail": detail}
            write_parts(transaction.connection, case_id, before, after, actor, told)
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
        if self.router is not None:
            self.router.follow(transaction, step)
        return step

    def opened(self, transaction: Transaction, case_id: str, level: Level, at: float) -> None:
        """A case has been opened: it is sent where it belongs by itself. Announcing it is the caller's."""
        if self.router is not None:
            self.router.opened(transaction, case_id, level, at)

    def announce(self, transaction: Transaction, case_id: str, workers: Iterable[str | None] = ()) -> CaseView:
        """Reads the case as it now is and tells the feed once it is durable; so too the workers it concerns."""
        view, path = queries.get_case(transaction.connection, EVERYWHERE, case_id)
        transaction.outcome = view
        posts = posts_concerned(transaction.connection, view)
        change = Change("case", view, (path,), view.assignee.id if view.assignee else None, posts)
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


def announce_workers(transaction: Transaction, feed: Feed, ids: Collection[str], moved: bool = False) -> None:
    """Tells the feed, once it is durable, how these workers now stand. `moved`: they are elsewhere, and that is all."""
    for worker, paths in queries.list_workers(transaction.connection, EVERYWHERE, ids) if ids else ():
        transaction.after_commit(
            ("worker", worker.id), partial(feed.publish, Change("worker", worker, paths, moved=moved))
        )


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
