"""The audit: what people did that no case tells. Rows are written in the transaction of what they tell; looking at
cameras is gathered in memory (`incidents.looking`) and written from time to time."""

import json
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from itertools import takewhile
from typing import Any

from sqlalchemy import Connection, delete, func, insert, select, update

from incidents.audit_queries import AuditFilter, AuditPage, AuditRow, list_audit
from incidents.looking import How, Look, Looking
from incidents.rights import Caller, Permission, Scope
from incidents.store import Store
from incidents.store.audit_schema import audit
from incidents.store.schema import areas, roles
from incidents.views import WorkerView
from runtime.clock import Clock

MAX_DETAIL = 2000
FAILURES_SECONDS = 3600.0
"""Failed sign-ins of one account from one address within this time are one row."""
SWEEP_ROWS = 20_000
UNKNOWN = "?"


class Kind(StrEnum):
    LOOK = "look"
    SIGN_IN = "sign_in"
    SIGN_IN_FAILED = "sign_in_failed"
    SIGN_OUT = "sign_out"
    ACCOUNT = "account"
    STAND_IN = "stand_in"
    EXPORT = "export"
    GRIDS = "grids"
    TRACKS = "tracks"
    TALK_DOWN = "talk_down"
    ANNOUNCEMENT = "announcement"


@dataclass(frozen=True, slots=True)
class Entry:
    """`path`: of the area it concerns; left out, that of the account named by `about`, else the topmost."""

    kind: Kind
    actor_id: str | None
    actor_name: str
    path: str = ""
    about: str | None = None
    subject: str = ""
    address: str = ""
    detail: Mapping[str, Any] = field(default_factory=dict)


def note(connection: Connection, entry: Entry, now: float) -> None:
    """One row, in the transaction of what it tells."""
    path = entry.path or (account_path(connection, entry.about) if entry.about else top_path(connection))
    connection.execute(
        insert(audit).values(
            kind=entry.kind.value,
            at=now,
            going_on=False,
            seconds=0.0,
            times=1,
            actor_id=entry.actor_id,
            actor_name=entry.actor_name[:200],
            address=entry.address[:64],
            path=path,
            how="",
            subject=entry.subject[:200],
            detail=json.dumps(entry.detail, ensure_ascii=False)[:MAX_DETAIL] if entry.detail else "",
        )
    )


def by(caller: Caller, kind: Kind, about: str, subject: str, detail: Mapping[str, Any] | None = None) -> Entry:
    """What a caller did to an account. The console has no account of its own."""
    console = caller.session_id == ""
    return Entry(kind, None if console else caller.account_id, caller.name, "", about, subject, "", dict(detail or {}))


def note_failed_sign_in(connection: Connection, account: tuple[str, str] | None, address: str, now: float) -> None:
    """`account`: id and name, where there is such an account. What was typed is not kept: people type passwords into
    the wrong field. Repetitions are counted in one row, so that guessing cannot fill the audit."""
    account_id, name = account or (None, UNKNOWN)
    same = (
        audit.c.kind == Kind.SIGN_IN_FAILED.value,
        audit.c.actor_id == account_id if account_id else audit.c.actor_id.is_(None),
        audit.c.address == address[:64],
        audit.c.at > now - FAILURES_SECONDS,
    )
    seq = connection.execute(select(func.max(audit.c.seq)).where(*same)).scalar()
    if seq is not None:
        values = {"times": audit.c.times + 1, "until_at": now}
        connection.execute(update(audit).where(audit.c.seq == seq).values(**values))
        return
    note(connection, Entry(Kind.SIGN_IN_FAILED, account_id, name, about=account_id, address=address), now)


def account_path(connection: Connection, account_id: str) -> str:
    """The area under which all roles of the account lie: who may see that account may see what was done to it."""
    query = select(areas.c.path).join(roles, roles.c.area == areas.c.code).where(roles.c.account_id == account_id)
    paths = [row.path for row in connection.execute(query)]
    return common_path(paths) or top_path(connection)


def common_path(paths: list[str]) -> str:
    """The deepest area path that all of them lie in; empty where there is none."""
    if not paths:
        return ""
    steps = zip(*(path.strip("/").split("/") for path in paths), strict=False)
    shared = [step[0] for step in takewhile(lambda step: step[0] and len(set(step)) == 1, steps)]
    return f"/{'/'.join(shared)}/" if shared else ""


def top_path(connection: Connection) -> str:
    return connection.execute(select(func.min(areas.c.path))).scalar() or "/"


@dataclass(frozen=True, slots=True)
class Audit:
    """`looking` may be told from any thread; `flush` and `forget_old` are called from time to time."""

    store: Store
    clock: Clock
    looking: Looking
    _flushing: threading.Lock = field(default_factory=threading.Lock, repr=False, compare=False)
    """Two at once would write a look twice, or an older state of it over the newer."""

    def begin(self) -> None:
        """At the start: rows that a killed process left open end when they were last seen to go on."""
        with self.store.write() as transaction:
            transaction.connection.execute(update(audit).where(audit.c.going_on).values(going_on=False))

    def flush(self) -> None:
        """Writes what began, went on or ended since the last time. Nothing to write costs nothing."""
        with self._flushing:
            looks = self.looking.due()
            if looks:
                self._write(looks)

    def _write(self, looks: list[Look]) -> None:
        with self.store.write() as transaction:
            for look in looks:
                if look.seq is None:
                    made = transaction.connection.execute(insert(audit).values(**_begun(look)))
                    look.seq = made.inserted_primary_key[0] if made.inserted_primary_key else None
                else:
                    same = audit.c.seq == look.seq
                    transaction.connection.execute(update(audit).where(same).values(**_progress(look)))
        self.looking.written(looks)

    def end(self) -> None:
        """At the stop: nobody looks any more."""
        self.looking.end_all()
        self.flush()

    def forget_old(self, days: int) -> int:
        """Deletes what is older, piece by piece so that nobody waits for it; how many rows."""
        before, gone = self.clock.now() - days * 86_400.0, 0
        while True:
            with self.store.write() as transaction:
                oldest = select(audit.c.seq).where(audit.c.at < before, ~audit.c.going_on).limit(SWEEP_ROWS)
                count = transaction.connection.execute(delete(audit).where(audit.c.seq.in_(oldest))).rowcount
            gone += count
            if count < SWEEP_ROWS:
                return gone

    def list(self, caller: Caller, wanted: AuditFilter) -> AuditPage:
        """Newest first. Raises NotFound for an area outside."""
        with self.store.read() as connection:
            return list_audit(connection, caller.scope(Permission.AUDIT_SEE), wanted)

    def every(self, caller: Caller, wanted: AuditFilter, most: int) -> tuple[AuditRow, ...]:
        """Up to `most` rows, for a table."""
        found: tuple[AuditRow, ...] = ()
        while len(found) < most:
            page = self.list(caller, replace(wanted, limit=min(500, most - len(found))))
            found += page.items
            if page.cursor is None:
                break
            wanted = replace(wanted, cursor=page.cursor)
        return found

    def exported(self, caller: Caller, what: str, scope: Scope, detail: Mapping[str, Any] | None = None) -> None:
        """Somebody took data away as a file."""
        self._note(Kind.EXPORT, caller, scope, what, detail or {})

    def tracks_seen(self, caller: Caller, from_at: float, until_at: float, whose: WorkerView | int) -> None:
        """Somebody had shown to him where people went: so many, or one whom he asked for."""
        one = whose if isinstance(whose, WorkerView) else None
        told = {"name": one.name} if one else {"workers": whose}
        detail = {"from_at": from_at, "until_at": until_at, **told}
        self._note(Kind.TRACKS, caller, caller.scope(Permission.WORKER_SEE), "tracks", detail, one.id if one else None)

    def grids_taken(self, caller: Caller, scope: Scope, detail: Mapping[str, Any]) -> None:
        """Somebody laid down which grids hold from a day on."""
        self._note(Kind.GRIDS, caller, scope, "grids", detail)

    def _note(
        self,
        kind: Kind,
        caller: Caller,
        scope: Scope,
        subject: str,
        detail: Mapping[str, Any],
        about: str | None = None,
    ) -> None:
        """Under the finest area that holds all of the scope."""
        with self.store.write() as transaction:
            path = common_path(sorted(scope.prefixes)) or top_path(transaction.connection)
            entry = Entry(kind, caller.account_id, caller.name, path, about, subject=subject, detail=dict(detail))
            note(transaction.connection, entry, self.clock.now())


def _begun(look: Look) -> dict[str, Any]:
    return {
        "kind": Kind.LOOK.value,
        "at": look.began_at,
        "actor_id": look.who.account_id,
        "actor_name": look.who.name[:200],
        "address": look.who.address[:64],
        "path": look.path,
        "camera_id": look.camera_id,
        "how": How(look.how).value,
        "subject": "",
        "detail": "",
        **_progress(look),
    }


def _progress(look: Look) -> dict[str, Any]:
    return {"until_at": look.last_at, "going_on": look.going_on, "seconds": look.seconds, "times": look.times}
