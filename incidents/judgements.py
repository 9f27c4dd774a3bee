"""What people made of each detection: one row for each case a camera began, written with the case's own steps."""

from collections.abc import Callable
from typing import Any

from sqlalchemy import Connection, Row, insert, select, update

from incidents.acting import Step
from incidents.case import DUPLICATE, NOTHING_FOUND, REJECTED, Action, State
from incidents.causes import NOT_FOUND
from incidents.errors import Conflict, NotAllowed
from incidents.remembered import Remembered
from incidents.report import Report
from incidents.store import Transaction
from incidents.store.judgement_schema import judgements

CONFIRMED_VERDICT, REJECTED_VERDICT, DUPLICATE_VERDICT = VERDICTS = ("confirmed", "rejected", "duplicate")
TAKE_BACK_SECONDS = 60.0
"""So long who gave a verdict in the review queue may take it back."""


def open_judgement(
    connection: Connection, report: Report, case_id: str, area: str, *, by_itself: bool, opened_at: float
) -> None:
    """With the facts thresholds are suggested from. `area`: of the camera."""
    connection.execute(
        insert(judgements).values(
            case_id=case_id,
            camera_id=report.camera_id,
            area=area,
            view_id=report.view_id,
            rule=report.rule,
            zone_id=report.zone_id,
            by_itself=by_itself,
            opened_at=opened_at,
            first_seen_at=report.first_seen_at,
            confidence=report.confidence,
            size_m=max(report.size_m) if report.size_m is not None else None,
            box=report.box_text,
            appearance=report.appearance,
        )
    )


def note_left(connection: Connection, case_id: str, at: float | None) -> None:
    """When the last of a case's things left; None where one is seen again."""
    connection.execute(update(judgements).where(judgements.c.case_id == case_id).values(left_at=at))


class Judging:
    """Follows what is done to cases (`Acting.followers`), in the transaction of each step."""

    def __init__(self, remembered: Remembered) -> None:
        self._remembered = remembered
        self._verdicts: dict[Action, Callable[[Transaction, Step, Row[Any]], None]] = {
            Action.CONFIRM: self._confirmed,
            Action.REJECT: self._rejected,
            Action.STRIKE_OUT: self._struck_out,
            Action.DUPLICATE: self._duplicate,
            Action.HANDLE: self._found,
            Action.VERIFY: self._handled,
            Action.CLOSE: self._handled,
            Action.REOPEN: self._reopened,
            Action.TAKE_BACK: self._taken_back,
        }

    def follow(self, transaction: Transaction, step: Step) -> None:
        """Raises Conflict, NotAllowed where a verdict cannot be taken back."""
        verdict = self._verdicts.get(step.action)
        if verdict is None:
            return
        row = row_of(transaction.connection, step.case_id)
        if row is not None:
            verdict(transaction, step, row)
        elif step.action is Action.TAKE_BACK:
            raise Conflict("there is no verdict to take back", "state", "没有可撤销的判定")

    def _confirmed(self, transaction: Transaction, step: Step, _row: Row[Any]) -> None:
        _write(transaction, step, verdict=CONFIRMED_VERDICT)

    def _rejected(self, transaction: Transaction, step: Step, row: Row[Any]) -> None:
        cause, word = step.detail.get("cause"), step.detail.get("word")
        _write(transaction, step, verdict=REJECTED_VERDICT, cause=cause, word=word)
        self._remembered.remember(transaction.connection, row, step)

    def _struck_out(self, transaction: Transaction, step: Step, row: Row[Any]) -> None:
        """Cases are struck out for many reasons; only one that names what was seen instead judges the detection."""
        if step.detail.get("cause") is not None:
            self._rejected(transaction, step, row)

    def _duplicate(self, transaction: Transaction, step: Step, _row: Row[Any]) -> None:
        _write(transaction, step, verdict=DUPLICATE_VERDICT, duplicate_of=step.detail["of"])

    def _found(self, transaction: Transaction, step: Step, row: Row[Any]) -> None:
        """Who went there and found nothing judges what nobody has judged by its picture. It holds until somebody goes
        there again and finds it, or a person overrules him; the camera speaks for itself and does not."""
        if step.detail.get("found") == NOTHING_FOUND:
            if row.verdict is None:
                _write(transaction, step, verdict=REJECTED_VERDICT, cause=NOT_FOUND)
        else:
            self._overruled(transaction, step, row)

    def _handled(self, transaction: Transaction, step: Step, row: Row[Any]) -> None:
        """Somebody was there, or closed it as seen to: it was what it was told as."""
        if step.after.state is State.CLOSED:
            if row.verdict is None:
                _write(transaction, step, verdict=CONFIRMED_VERDICT)
        elif step.actor.kind == "person" and step.detail.get("result") == "present":
            self._overruled(transaction, step, row)

    def _overruled(self, transaction: Transaction, step: Step, row: Row[Any]) -> None:
        if row.verdict == REJECTED_VERDICT and row.cause == NOT_FOUND:
            self._withdrawn(transaction, step, row)

    def _reopened(self, transaction: Transaction, step: Step, row: Row[Any]) -> None:
        if step.before.state is State.INVALID:
            self._withdrawn(transaction, step, row)
        elif step.actor.kind == "person":
            self._overruled(transaction, step, row)

    def _taken_back(self, transaction: Transaction, step: Step, row: Row[Any]) -> None:
        if problem := why_not_taken_back(row, step.actor.id, step.at, step.before.state, step.before.resolution):
            raise problem
        self._withdrawn(transaction, step, row)

    def _withdrawn(self, transaction: Transaction, step: Step, row: Row[Any]) -> None:
        self._remembered.withdraw(transaction.connection, row.case_id, step)
        which = judgements.c.case_id == step.case_id
        transaction.connection.execute(update(judgements).where(which).values(**_NO_VERDICT))


_NO_VERDICT: dict[str, Any] = dict.fromkeys(("verdict", "cause", "word", "duplicate_of", "judged_at", "judged_by"))
_OF_THE_QUEUE = {
    (State.FILED, CONFIRMED_VERDICT, None),
    (State.INVALID, REJECTED_VERDICT, REJECTED),
    (State.INVALID, DUPLICATE_VERDICT, DUPLICATE),
}


def row_of(connection: Connection, case_id: str) -> Row[Any] | None:
    """The case's row; None where no camera began it."""
    return connection.execute(select(judgements).where(judgements.c.case_id == case_id)).one_or_none()


def why_not_taken_back(
    row: Row[Any], account_id: str, now: float, state: State, resolution: str | None
) -> Conflict | NotAllowed | None:
    """None where this person may take the verdict back now."""
    if state is State.ASSIGNED:  # sent by itself after the verdict; by a person, and the case says no
        state = State.FILED
    if (state, row.verdict, resolution) not in _OF_THE_QUEUE:
        return Conflict("there is no verdict of the review queue to take back", "state", "没有可撤销的判定")
    if row.judged_by != account_id:
        return NotAllowed("only who gave a verdict may take it back; reopen the case instead")
    if now - row.judged_at > TAKE_BACK_SECONDS:
        minutes = f"a verdict can be taken back for {TAKE_BACK_SECONDS:.0f} s; reopen the case instead"
        return Conflict(minutes, "state", f"判定后 {TAKE_BACK_SECONDS:.0f} 秒内可撤销，现在请重开事件")
    return None


def _write(transaction: Transaction, step: Step, **verdict: Any) -> None:
    by = step.actor.id if step.actor.kind == "person" else None
    values = {**_NO_VERDICT, **verdict, "judged_at": step.at, "judged_by": by}
    transaction.connection.execute(update(judgements).where(judgements.c.case_id == step.case_id).values(**values))
