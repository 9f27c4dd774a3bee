"""A worker's detection becomes a case, or joins one: one stall, one case, however long it stays or flickers."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from sqlalchemy import Connection, Row, insert, or_, select, update

from config.case_classes import Level
from gis.plane import distance_m
from incidents import trace
from incidents.acting import CAMERA_DUTIES, Acting
from incidents.case import ENDED, LEFT_BY_ITSELF, OPEN, Action, Actor, State
from incidents.errors import Invalid
from incidents.evidence_files import EvidenceFiles, StoredFile
from incidents.opening import Draft, Town, class_of, locate, open_case
from incidents.store import Store, Transaction
from incidents.store.schema import case_objects, cases, detections_seen
from runtime.clock import Clock

MAX_BLOBS = 8
METRES_PER_DEGREE = 111_000.0
Outcome = Literal["opened", "sighted", "reopened", "gone", "ignored"]
Fraction = Field(ge=0.0, le=1.0)


class Where(BaseModel):
    model_config = ConfigDict(frozen=True, allow_inf_nan=False)
    lon: float = Field(ge=-180, le=180)
    lat: float = Field(ge=-90, le=90)
    error_m: float = Field(ge=0, le=100_000)


class Report(BaseModel):
    """A detection as it arrives; see "Detection as plain data" in the contracts. Unknown keys are left aside."""

    model_config = ConfigDict(frozen=True, allow_inf_nan=False)
    key: str = Field(min_length=1, max_length=300)
    object_id: str = Field(min_length=1, max_length=64)
    phase: Literal["present", "gone"]
    camera_id: str = Field(min_length=1, max_length=64)
    zone_id: str = Field(max_length=64)
    rule: str = Field(min_length=1, max_length=32)
    case_class: str = Field(max_length=16)
    level: Level
    opens_case: bool
    first_seen_at: float
    confirmed_at: float
    box: tuple[float, float, float, float]
    location: Where | None = None
    size_m: tuple[float, float] | None = None
    confidence: float | None = None
    blobs: tuple[str, ...] = Field(default=(), max_length=MAX_BLOBS)

    @property
    def box_text(self) -> str:
        return json.dumps(list(self.box))


def report_from(detection: Mapping[str, Any]) -> Report:
    """Raises Invalid naming every field that is wrong."""
    try:
        report = Report.model_validate(dict(detection))
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)
        said = "; ".join(f"{'.'.join(map(str, one['loc']))}: {one['msg']}" for one in first[:5])
        raise Invalid(f"detection: {said}", ".".join(map(str, first[0]["loc"]))) from None
    if not all(0.0 <= value <= 1.0 for value in report.box):
        raise Invalid("detection: box: every value must lie between 0 and 1", "box")
    return report


@dataclass(frozen=True, slots=True)
class IntakeRules:
    """When two detections are one thing. `merge_cap_m` bounds what a camera with a bad pose may swallow."""

    overlap: float = 0.3
    merge_m: float = 5.0
    merge_cap_m: float = 30.0
    reopen_seconds: float = 1800.0


@dataclass(frozen=True, slots=True)
class Taken:
    """`repeated`: the key was known, and nothing was done again."""

    case_id: str | None
    outcome: Outcome
    repeated: bool = False


def overlap(a: Sequence[float], b: Sequence[float]) -> float:
    """Intersection over union of two boxes [x, y, width, height]; 0 where either is empty."""
    width = min(a[0] + a[2], b[0] + b[2]) - max(a[0], b[0])
    height = min(a[1] + a[3], b[1] + b[3]) - max(a[1], b[1])
    if width <= 0 or height <= 0:
        return 0.0
    shared = width * height
    return shared / (a[2] * a[3] + b[2] * b[3] - shared)


@dataclass(frozen=True, slots=True)
class Intake:
    store: Store
    files: EvidenceFiles
    clock: Clock
    town: Town
    acting: Acting
    rules: IntakeRules = IntakeRules()

    def take(self, detection: Mapping[str, Any], blobs: Sequence[bytes]) -> Taken:
        """Durable when it returns; called again with the same key it changes nothing and says the same.

        Raises Invalid for a detection that will never be taken (say so and acknowledge it); anything else raised
        means try again.
        """
        report = report_from(detection)
        if len(blobs) > MAX_BLOBS or len(blobs) != len(report.blobs):
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

    def _actor(self, report: Report) -> Actor:
        camera = self.town.cameras.get(report.camera_id)
        return Actor("camera", report.camera_id, camera.name if camera else report.camera_id)

    def _attach(self, transaction: Transaction, case_id: str, stored: Sequence[StoredFile], report: Report) -> None:
        for file in stored:
            self.acting.add_evidence(
                transaction, case_id, file, self._actor(report), CAMERA_DUTIES, at=self.clock.now(), caption=report.rule
            )

    def _present(self, transaction: Transaction, report: Report) -> Taken:
        connection = transaction.connection
        found = self._same_object(connection, report) or self._same_place(connection, report)
        if found is None:
            case_id, outcome = self._open(transaction, report), "opened"
        else:
            case_id = found.id
            outcome = "reopened" if found.state == State.CLOSED else "sighted"
            if outcome == "reopened":
                unreviewed = not report.opens_case and found.resolution == LEFT_BY_ITSELF
                again = {"reason": "seen_again", "review": unreviewed}
                self._act(transaction, case_id, Action.REOPEN, report, again)
            self._act(
                transaction,
                case_id,
                Action.SIGHTED,
                report,
                changes={"sightings": found.sightings + 1, "last_seen_at": report.confirmed_at, "box": report.box_text},
            )
        _remember(connection, case_id, report, self.rules.overlap)
        return Taken(case_id, outcome)  # type: ignore[arg-type]

    def _gone(self, transaction: Transaction, report: Report) -> Taken:
        connection = transaction.connection
        thing = connection.execute(
            select(case_objects).where(case_objects.c.object_id == report.object_id)
        ).one_or_none()
        if thing is None:
            return Taken(None, "ignored")
        connection.execute(
            update(case_objects)
            .where(case_objects.c.object_id == report.object_id, case_objects.c.ended_at.is_(None))
            .values(ended_at=report.confirmed_at)
        )
        case = connection.execute(select(cases).where(cases.c.id == thing.case_id)).one()
        others = connection.execute(
            select(case_objects.c.object_id).where(
                case_objects.c.case_id == thing.case_id, case_objects.c.ended_at.is_(None)
            )
        ).first()
        if case.state in ENDED or others is not None:
            return Taken(None if case.state in ENDED else thing.case_id, "ignored")
        self._act(transaction, thing.case_id, Action.GONE, report)
        return Taken(thing.case_id, "gone")

    def _act(
        self,
        transaction: Transaction,
        case_id: str,
        action: Action,
        report: Report,
        detail: Mapping[str, Any] | None = None,
        changes: Mapping[str, Any] | None = None,
    ) -> None:
        self.acting.apply(
            transaction,
            case_id,
            action,
            self._actor(report),
            CAMERA_DUTIES,
            at=self.clock.now(),
            detail={**_detail(report), **dict(detail or {})},
            changes=changes,
        )

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
            box=report.box_text,
        )
        return open_case(transaction, self.town, draft, self._actor(report), _detail(report))

    def _same_object(self, connection: Connection, report: Report) -> Row[Any] | None:
        """The case this very object belongs to, unless it ended too long ago. One struck out or rejected stays so:
        the thing still standing there is not news."""
        row = connection.execute(
            select(cases)
            .join(case_objects, case_objects.c.case_id == cases.c.id)
            .where(case_objects.c.object_id == report.object_id)
        ).one_or_none()
        if row is None or (row.state == State.CLOSED and not self._lately(row)):
            return None
        return row

    def _same_place(self, connection: Connection, report: Report) -> Row[Any] | None:
        """Open before lately closed, overlapping box before nearness, the newest first."""
        near = self._candidates(connection, report)
        for states in (OPEN, frozenset({State.CLOSED})):
            among = [row for row in near if row.state in states and (row.state in OPEN or self._lately(row))]
            for same in (self._overlaps, self._near):
                for row in among:
                    if same(connection, row, report):
                        return row
        return None

    def _candidates(self, connection: Connection, report: Report) -> list[Row[Any]]:
        same_view = (cases.c.camera_id == report.camera_id) & (cases.c.rule == report.rule)
        either = [same_view]
        if report.location is not None:
            reach = self.rules.merge_cap_m / METRES_PER_DEGREE * 1.1
            either.append(
                (cases.c.case_class == report.case_class)
                & cases.c.lat.between(report.location.lat - reach, report.location.lat + reach)
            )
        since = self.clock.now() - self.rules.reopen_seconds
        live = cases.c.state.in_(sorted(OPEN)) | ((cases.c.state == State.CLOSED.value) & (cases.c.closed_at >= since))
        query = select(cases).where(or_(*either), live).order_by(cases.c.opened_seq.desc())
        return list(connection.execute(query))

    def _lately(self, row: Row[Any]) -> bool:
        return row.closed_at is not None and self.clock.now() - row.closed_at <= self.rules.reopen_seconds

    def _overlaps(self, _connection: Connection, row: Row[Any], report: Report) -> bool:
        if (row.camera_id, row.rule) != (report.camera_id, report.rule) or row.box is None:
            return False
        return overlap(json.loads(row.box), report.box) >= self.rules.overlap

    def _near(self, _connection: Connection, row: Row[Any], report: Report) -> bool:
        where = report.location
        if where is None or row.lon is None or row.lat is None or row.case_class != report.case_class:
            return False
        reach = min(max(self.rules.merge_m, where.error_m, row.error_m or 0.0), self.rules.merge_cap_m)
        return distance_m(where.lon, where.lat, row.lon, row.lat) <= reach


def _seen(connection: Connection, key: str) -> Taken | None:
    row = connection.execute(select(detections_seen).where(detections_seen.c.key == key)).one_or_none()
    return None if row is None else Taken(row.case_id, row.outcome, repeated=True)


def _remember(connection: Connection, case_id: str, report: Report, least: float) -> None:
    """Ties the object to the case. What stood in the same place of the same picture is the same thing under another
    name (a restarted worker counts anew) and would otherwise be waited for for ever."""
    standing = select(case_objects).where(
        case_objects.c.case_id == case_id,
        case_objects.c.camera_id == report.camera_id,
        case_objects.c.rule == report.rule,
        case_objects.c.ended_at.is_(None),
        case_objects.c.object_id != report.object_id,
    )
    for row in connection.execute(standing).all():
        if overlap(json.loads(row.box), report.box) >= least:
            connection.execute(
                update(case_objects)
                .where(case_objects.c.object_id == row.object_id)
                .values(ended_at=report.confirmed_at)
            )
    values = {
        "case_id": case_id,
        "camera_id": report.camera_id,
        "rule": report.rule,
        "box": report.box_text,
        "seen_at": report.confirmed_at,
        "ended_at": None,
    }
    mine = case_objects.c.object_id == report.object_id
    if not connection.execute(update(case_objects).where(mine).values(**values)).rowcount:
        connection.execute(insert(case_objects).values(object_id=report.object_id, **values))


def _detail(report: Report) -> dict[str, Any]:
    return {
        "key": report.key,
        "object_id": report.object_id,
        "rule": report.rule,
        "zone_id": report.zone_id,
        "box": list(report.box),
        "location": report.location.model_dump() if report.location else None,
        "size_m": list(report.size_m) if report.size_m else None,
        "confidence": report.confidence,
        "first_seen_at": report.first_seen_at,
        "confirmed_at": report.confirmed_at,
    }
