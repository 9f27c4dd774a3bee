"""A worker's detection becomes a case, or joins one, in one transaction."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy import Connection, Row, insert, select

from config.repeats import Repeats
from incidents import trace
from incidents.acting import CAMERA_DUTIES, Acting
from incidents.case import ENDED, LEFT_BY_ITSELF, Action, Actor, State
from incidents.earning import EarnedOpening
from incidents.errors import Invalid
from incidents.evidence_files import EvidenceFiles, StoredFile
from incidents.judgements import note_left, open_judgement
from incidents.matching import (
    MatchRules,
    case_of_object,
    end_object,
    matching_case,
    remember_object,
    still_standing,
)
from incidents.opening import Draft, Town, class_of, locate, open_case
from incidents.remembered import PICTURE, Remembered
from incidents.repeats import before
from incidents.report import Report, report_from
from incidents.store import Store, Transaction
from incidents.store.schema import detections_seen
from runtime.clock import Clock

BRINGER = "bringer"
"""Caption of the picture of who or what put a thing down, and its blob's name before `.jpg`; else the rule's name."""

Outcome = Literal["opened", "sighted", "reopened", "gone", "ignored", "suppressed"]


@dataclass(frozen=True, slots=True)
class Taken:
    """`suppressed`: a rejected cause that is remembered. `repeated`: the key was known, and nothing was done again."""

    case_id: str | None
    outcome: Outcome
    repeated: bool = False


@dataclass(frozen=True, slots=True)
class Intake:
    store: Store
    files: EvidenceFiles
    clock: Clock
    town_now: Callable[[], Town]
    """Asked each time: its grids may be drawn anew."""
    acting: Acting
    rules: MatchRules
    remembered: Remembered
    earned: EarnedOpening
    repeats: Callable[[], Repeats]

    @property
    def town(self) -> Town:
        return self.town_now()

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
            quiet = known is None and self._raised(connection, report)[1] is not None
        if known is not None:
            return known
        # What will not be raised is not evidence of anything: its files would belong to nobody.
        stored = [] if quiet else self._store(report, blobs)
        with self.store.write() as transaction:
            trace.lock(transaction.connection)
            known = _seen(transaction.connection, report.key)
            if known is not None:
                return known
            gone = report.phase == "gone"
            taken = self._gone(transaction, report) if gone else self._present(transaction, report, blobs)
            if taken.case_id is not None:
                # Forgotten between the two looks: then it is raised after all.
                stored = stored or self._store(report, blobs)
                self._attach(transaction, taken.case_id, stored, report)
                self.acting.announce(transaction, taken.case_id)
            transaction.connection.execute(
                insert(detections_seen).values(
                    key=report.key, case_id=taken.case_id, outcome=taken.outcome, at=self.clock.now()
                )
            )
        return taken

    def _store(self, report: Report, blobs: Sequence[bytes]) -> list[StoredFile]:
        return [self.files.store(blob, f"blobs.{name}") for name, blob in zip(report.blobs, blobs, strict=True)]

    def _raised(self, connection: Connection, report: Report) -> tuple[Row[Any] | None, Row[Any] | None]:
        """The case it belongs to, and the remembered cause that keeps it from being raised. What belongs to an open
        case, or to one that was rejected, is not raised anew anyway."""
        now = self.clock.now()
        case = matching_case(connection, self.rules, report, now)
        if report.phase == "gone" or (case is not None and case.state != State.CLOSED):
            return case, None
        return case, self.remembered.matching(connection, report, now)

    def _present(self, transaction: Transaction, report: Report, blobs: Sequence[bytes]) -> Taken:
        case, cause = self._raised(transaction.connection, report)
        if cause is not None:
            picture = dict(zip(report.blobs, blobs, strict=True)).get(PICTURE)
            camera = self.town.cameras.get(report.camera_id)
            area = camera.area if camera is not None else None
            self.remembered.suppress(transaction, cause, report.confirmed_at, picture, area)
            return Taken(None, "suppressed")
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
            by_itself = self.earned.opening(transaction.connection, report, self.clock.now()).by_itself
            unreviewed = not by_itself and case.resolution == LEFT_BY_ITSELF
            self._act(transaction, case.id, Action.REOPEN, report, {"reason": "seen_again", "review": unreviewed})
        newest = max(case.last_seen_at or 0.0, report.confirmed_at)
        changes: dict[str, Any] = {"sightings": case.sightings + 1, "last_seen_at": newest}
        if case.camera_id is None:
            # Made by hand, and now seen: from here on this camera is the one to ask whether it is gone.
            changes |= {"camera_id": report.camera_id, "zone_id": report.zone_id, "rule": report.rule}
        self._act(transaction, case.id, Action.SIGHTED, report, changes=changes)
        note_left(transaction.connection, case.id, None)

    def _gone(self, transaction: Transaction, report: Report) -> Taken:
        """A case has left when the last of its objects has."""
        case = case_of_object(transaction.connection, report.object_id)
        if case is None:
            return Taken(None, "ignored")
        end_object(transaction.connection, report.object_id, report.confirmed_at)
        if not still_standing(transaction.connection, case.id):
            note_left(transaction.connection, case.id, report.confirmed_at)
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
        now = self.clock.now()
        opening = self.earned.opening(transaction.connection, report, now)
        draft = Draft(
            state=State.FILED if opening.by_itself else State.REVIEW,
            case_class=report.case_class,
            level=report.level,
            source="camera",
            camera_id=report.camera_id,
            place=place,
            opened_at=now,
            seen_at=report.confirmed_at,
            zone_id=report.zone_id,
            rule=report.rule,
            before=before(transaction.connection, self.repeats(), report, now),
        )
        detail = report.detail()
        if opening.why is not None:
            detail["opening"] = {"zh": opening.why.zh, "en": opening.why.en}
        case_id = open_case(transaction, self.town, draft, self._actor(report), detail)
        camera = self.town.cameras.get(report.camera_id)
        area = camera.area if camera is not None else place.area
        open_judgement(transaction.connection, report, case_id, area, by_itself=opening.by_itself, opened_at=now)
        self.acting.opened(transaction, case_id, draft.level, now)
        return case_id

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
