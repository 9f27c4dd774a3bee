"""Rejected causes, remembered at their camera so that the same thing is not raised again (docs/design/learning.md)."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, Row, func, insert, or_, select, update

from incidents.acting import Step
from incidents.appearance import SURELY_ALIKE, likeness
from incidents.causes import CAUSES, DAY, FOR_EVER, HOUR, NEVER_REMEMBERED
from incidents.errors import Conflict, NotFound
from incidents.evidence_files import EvidenceFiles
from incidents.matching import overlap
from incidents.report import Report
from incidents.store import Transaction
from incidents.store.judgement_schema import judgements, remembered_causes

LEAST_OVERLAP = 0.3
"""Of the boxes, where the looks are compared too."""
LEAST_OVERLAP_UNSEEN = 0.6
"""Where the place alone must do."""
TIME_OF_DAY_SECONDS = 1.5 * HOUR
"""How far from its own time of day a daily cause still counts."""
MOST_COMPARED = 200
"""Causes of one camera and rule that hold at a time; the newest count."""
PICTURE = "picture.jpg"


class Remembered:
    """`folder` holds the newest picture of what each cause kept from being raised."""

    def __init__(self, folder: Path, timezone: ZoneInfo) -> None:
        self._files = EvidenceFiles(folder)
        self._timezone = timezone

    def remember(self, connection: Connection, row: Row[Any], step: Step) -> None:
        """The cause of a rejection by a person (`row` of `judgements`), where it is one to remember."""
        cause = CAUSES.get(str(step.detail.get("cause")))
        kept = cause.kept_seconds if cause is not None else 0.0
        if cause is None or kept <= 0 or row.box is None or row.rule in NEVER_REMEMBERED:
            return
        if row.appearance is None and not cause.fixed:
            return
        connection.execute(
            insert(remembered_causes).values(
                id=uuid4().hex,
                case_id=row.case_id,
                camera_id=row.camera_id,
                area=row.area,
                view_id=row.view_id,
                rule=row.rule,
                zone_id=row.zone_id,
                cause=cause.code,
                word=step.detail.get("word") or "",
                box=row.box,
                appearance=row.appearance,
                seen_at=row.opened_at,
                made_at=step.at,
                made_by=step.actor.id,
                until=None if kept == FOR_EVER else step.at + kept,
                suppressed=0,
            )
        )

    def withdraw(self, connection: Connection, case_id: str, step: Step) -> None:
        """The rejection was none."""
        holds = (remembered_causes.c.case_id == case_id) & remembered_causes.c.forgotten_at.is_(None)
        forgotten = {"forgotten_at": step.at, "forgotten_by": step.actor.id}
        connection.execute(update(remembered_causes).where(holds).values(**forgotten))

    def matching(self, connection: Connection, report: Report, now: float) -> Row[Any] | None:
        """The cause that keeps this detection from being raised: one of its camera, view and rule, at its place, and
        of its look. A different look at the same place is something new."""
        if report.rule in NEVER_REMEMBERED:
            return None
        at = remembered_causes.c
        query = (
            select(remembered_causes)
            .where(
                at.camera_id == report.camera_id,
                at.rule == report.rule,
                at.view_id.is_(None) if report.view_id is None else at.view_id == report.view_id,
                at.forgotten_at.is_(None),
                or_(at.until.is_(None), at.until > now),
            )
            .order_by(at.made_at.desc())
            .limit(MOST_COMPARED)
        )
        return next((row for row in connection.execute(query).all() if self._same(row, report)), None)

    def _same(self, row: Row[Any], report: Report) -> bool:
        cause = CAUSES.get(row.cause)
        if cause is None or (cause.daily and not self._at_its_time(row.seen_at, report.confirmed_at)):
            return False
        shared = overlap(json.loads(row.box), report.box)
        if shared < LEAST_OVERLAP:
            return False  # comparing looks takes milliseconds, and whoever asks may hold up all writers
        alike = likeness(row.appearance, report.appearance)
        if alike is None:
            return cause.fixed and shared >= LEAST_OVERLAP_UNSEEN
        return alike >= SURELY_ALIKE

    def _at_its_time(self, then: float, now: float) -> bool:
        apart = abs(self._second_of_day(then) - self._second_of_day(now))
        return min(apart, DAY - apart) <= TIME_OF_DAY_SECONDS

    def _second_of_day(self, at: float) -> float:
        local = datetime.fromtimestamp(at, UTC).astimezone(self._timezone)
        return local.hour * HOUR + local.minute * 60 + local.second

    def suppress(
        self, transaction: Transaction, row: Row[Any], at: float, picture: bytes | None, area: str | None
    ) -> None:
        """Counts a detection that was not raised, and keeps its picture in place of the one before. `area`: where the
        camera hangs now, if known; the picture is for who may see that."""
        connection, columns = transaction.connection, remembered_causes.c
        values: dict[str, Any] = {"suppressed": columns.suppressed + 1, "last_at": at}
        if area is not None:
            values["area"] = area
        if picture is not None:
            values["last_picture"] = self._files.store(picture, PICTURE).sha256
        connection.execute(update(remembered_causes).where(columns.id == row.id).values(**values))
        old = row.last_picture
        if picture is not None and old is not None and not _named(connection, old):
            transaction.after_commit(("suppressed", old), lambda: self._files.path(old).unlink(missing_ok=True))

    def set_forgotten(self, connection: Connection, cause_id: str, by: str | None, at: float) -> None:
        """Forgets it (`by` an account), or takes that back (None). Raises NotFound, and Conflict where nothing would
        change."""
        which = remembered_causes.c.id == cause_id
        row = connection.execute(select(remembered_causes).where(which)).one_or_none()
        if row is None:
            raise NotFound("no such cause", "cause")
        rejected = (judgements.c.case_id == row.case_id) & (judgements.c.verdict == "rejected")
        if by is None and connection.execute(select(judgements.c.case_id).where(rejected)).first() is None:
            # It would keep back what a person has since said is there.
            raise Conflict("the rejection it came from was withdrawn", "forgotten", "对应的驳回已撤销，不能恢复")
        if (row.forgotten_at is None) == (by is None):
            raise Conflict("is so already", "forgotten", "已经是这样")
        values = {"forgotten_at": at if by is not None else None, "forgotten_by": by}
        connection.execute(update(remembered_causes).where(which).values(**values))

    def picture(self, sha256: str) -> Path:
        """Raises NotFound."""
        return self._files.open_path(sha256)


def _named(connection: Connection, sha256: str) -> bool:
    """Whether any cause still names the picture."""
    query = select(func.count()).where(remembered_causes.c.last_picture == sha256)
    return bool(connection.execute(query).scalar_one())
