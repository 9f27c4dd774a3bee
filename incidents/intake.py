"""A worker's detection becomes a case, or joins one, in one transaction."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy import Connection, Row, insert, select

from config.repeats import Repeats
from incidents import trace
from incidents.acting import CAMERA_DUTIES, Acting
from incidents.case import ENDED, LEFT_BY_ITSELF, Action, Actor, State
from incidents.errors import Invalid
from incidents.evidence_files import EvidenceFiles, StoredFile
from incidents.matching import (
    MatchRules,
    case_of_object,
    end_object,
    matching_case,
    remember_object,
    still_standing,
)
from incidents.opening import Draft, Town, class_of, locate, open_case
from incidents.repeats import before
from incidents.report import Report, report_from
from incidents.store import Store, Transaction
from incidents.store.schema import detections_seen
from runtime.clock import Clock

BRINGER = "bringer"
"""Caption of the picture of who or what put a thing down, and its blob's name before `.jpg`; else the rule's name."""

Outcome = Literal["opened", "sighted", "reopened", "gone", "ignored"]


@dataclass(frozen=True, slots=True)
class Taken:
    """`repeated`: the key was known, and nothing was done again."""

    case_id: str | None
    outcome: Outcome
    repeated: bool = False


@dataclass(frozen=True, slots=True)
class Intake:
    store: Store
    files: EvidenceFiles
    clock: Clock
    town: Town
    acting: Acting
    rules: MatchRules
    repeats: Callable[[], Repeats]

    def take(self, detection: Mapping[str, Any], blobs: Sequence[bytes]) -> Taken:
        """Durable when it returns; called again with the same key it changes nothing and says the same.

        Raises Invalid for a detection that will never be taken (say so and acknowledge it); anything else raised
        means try again.
        """
        report = report_from(detection)
        if len(blobs) != len(report.blobs):
            raise Invalid(f"detection names {len(report.blobs)} blobs and brings {len(blobs)}", "blobs")
        class_of(self.town, report.case_class)
        with self.store.read() as connection:
            known = _seen(connection, report.key)
        if known is not None:
            return known
        stored = [self.files.store(blob, f"blobs.{name}") for name, blob in zip(report.blobs, blobs, strict=True)]
        with self.store.write() as transaction:
            trace.lock(transaction.connection)
            known = _seen(transaction.connection, report.key)
            if known is not None:
                return known
            taken = self._gone(transaction, report) if report.phase == "gone" else self._present(transaction, report)
            if taken.case_id is not None:
                self._attach(transaction, taken.case_id, stored, report)
                self.acting.announce(transaction, taken.case_id)
            transaction.connection.execute(
                insert(detections_seen).values(
                    key=report.key, case_id=taken.case_id, outcome=taken.outcome, at=self.clock.now()
                )
            )
        return taken

    def _present(self, transaction: Transaction, report: Report) -> Taken:
        case = matching_case(transaction.connection, self.rules, report, self.clock.now())
        outcome: Outcome
        if case is None:
            case_id, outcome = self._open(transaction, report), "opened"
        else:
            case_id, outcome = case.id, "reopened" if case.state == State.CLOSED else "sighted"
            self._sight(transaction, case, report)
        remember_object(transaction.connection, self.rules, case_id, report)
        return Taken(case_id, outcome)

    def _sight(self, transaction: Transaction, case: Row[Any], report: Report) -> None:
        if case.state == State.CLOSED:
            unreviewed = not report.opens_case and case.resolution == LEFT_BY_ITSELF
            self._act(transaction, case.id, Action.REOPEN, report, {"reason": "seen_again", "review": unreviewed})
        newest = max(case.last_seen_at or 0.0, report.confirmed_at)
        changes: dict[str, Any] = {"sightings": case.sightings + 1, "last_seen_at": newest}
        if case.camera_id is None:
            # Made by hand, and now seen: from here on this camera is the one to ask whether it is gone.
            changes |= {"camera_id": report.camera_id, "zone_id": report.zone_id, "rule": report.rule}
        self._act(transaction, case.id, Action.SIGHTED, report, changes=changes)

    def _gone(self, transaction: Transaction, report: Report) -> Taken:
        """A case has left when the last of its objects has."""
        case = case_of_object(transaction.connection, report.object_id)
        if case is None:
            return Taken(None, "ignored")
        end_object(transaction.connection, report.object_id, report.confirmed_at)
        if case.state in ENDED:
            return Taken(None, "ignored")
        if still_standing(transaction.connection, case.id):
            return Taken(case.id, "ignored")
        self._act(transaction, case.id, Action.GONE, report)
        return Taken(case.id, "gone")

    def _open(self, transaction: Transaction, report: Report) -> str:
        where = report.location
        place = locate(
            transaction.connection,
            self.town,
            lon=where.lon if where else None,
            lat=where.lat if where else None,
            error_m=where.error_m if where else None,
            camera_id=report.camera_id,
        )
        draft = Draft(
            state=State.FILED if report.opens_case else State.REVIEW,
            case_class=report.case_class,
            level=report.level,
            source="camera",
            camera_id=report.camera_id,
            place=place,
            opened_at=self.clock.now(),
            seen_at=report.confirmed_at,
            zone_id=report.zone_id,
            rule=report.rule,
            before=before(transaction.connection, self.repeats(), report, self.clock.now()),
        )
        return open_case(transaction, self.town, draft, self._actor(report), report.detail())

    def _actor(self, report: Report) -> Actor:
        camera = self.town.cameras.get(report.camera_id)
        return Actor("camera", report.camera_id, camera.name if camera else report.camera_id)

    def _attach(self, transaction: Transaction, case_id: str, stored: Sequence[StoredFile], report: Report) -> None:
        for file, name in zip(stored, report.blobs, strict=True):
            caption = BRINGER if name == f"{BRINGER}.jpg" else report.rule
            self.acting.add_evidence(
                transaction, case_id, file, self._actor(report), CAMERA_DUTIES, at=self.clock.now(), caption=caption
            )

    def _act(
        self,
        transaction: Transaction,
        case_id: str,
        action: Action,
        report: Report,
        detail: Mapping[str, Any] | None = None,
        changes: Mapping[str, Any] | None = None,
    ) -> None:
        self.acting.step(
            transaction,
            case_id,
            action,
            self._actor(report),
            CAMERA_DUTIES,
            at=self.clock.now(),
            detail={**report.detail(), **dict(detail or {})},
            changes=changes,
        )


def _seen(connection: Connection, key: str) -> Taken | None:
    row = connection.execute(select(detections_seen).where(detections_seen.c.key == key)).one_or_none()
    return None if row is None else Taken(row.case_id, row.outcome, repeated=True)
