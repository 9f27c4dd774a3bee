"""Whether a camera's rule has earned to open cases by itself, by what people made of its detections."""

from collections.abc import Callable
from dataclasses import dataclass
from math import sqrt

from sqlalchemy import Connection, case, func, select

from config.earning import Earning
from incidents.report import Report
from incidents.store.judgement_schema import judgements
from incidents.text import Text

DAY = 86_400.0
Z_95 = 1.959964


def wilson(right: int, judged: int, z: float = Z_95) -> tuple[float, float]:
    """The 95 % interval of a share (Wilson, 1927): where the true one lies, however few were judged."""
    if judged <= 0:
        return 0.0, 1.0
    share, spread = right / judged, z * z / judged
    middle = (share + spread / 2) / (1 + spread)
    half = z * sqrt(share * (1 - share) / judged + spread / (4 * judged)) / (1 + spread)
    return max(0.0, middle - half), min(1.0, middle + half)


@dataclass(frozen=True, slots=True)
class Record:
    """How often a camera's rule was right in the last days. Duplicates count neither way: the thing was there."""

    right: int
    judged: int

    def has_earned(self, rules: Earning) -> bool:
        """By the lower end of the interval: right as often as asked for is not sure to be so."""
        return self.judged >= rules.least_judged and wilson(self.right, self.judged)[0] >= rules.least_precision


@dataclass(frozen=True, slots=True)
class Opening:
    """`why`: one line for the trace, None where the zone's own setting decides."""

    by_itself: bool
    why: Text | None = None


class EarnedOpening:
    """`rules`: as configured now."""

    def __init__(self, rules: Callable[[], Earning]) -> None:
        self._rules = rules

    @property
    def rules(self) -> Earning:
        return self._rules()

    def opening(self, connection: Connection, report: Report, now: float) -> Opening:
        if isinstance(report.opens_case, bool):
            return Opening(report.opens_case)
        rules = self.rules
        record = record_of(connection, report.camera_id, report.rule, now - rules.days * DAY)
        return Opening(record.has_earned(rules), why(record, rules))


def record_of(connection: Connection, camera_id: str, rule: str, since: float) -> Record:
    right = func.coalesce(func.sum(case((judgements.c.verdict == "confirmed", 1), else_=0)), 0)
    row = connection.execute(
        select(right.label("right"), func.count().label("judged")).where(
            judgements.c.camera_id == camera_id,
            judgements.c.rule == rule,
            judgements.c.judged_at >= since,
            judgements.c.verdict.in_(("confirmed", "rejected")),
        )
    ).one()
    return Record(int(row.right), int(row.judged))


def why(record: Record, rules: Earning) -> Text:
    days, right, judged = rules.days, record.right, record.judged
    if record.has_earned(rules):
        return Text(
            f"自动立案：{days} 天内 {judged} 条判定中 {right} 条属实",
            f"by itself: {right} of {judged} right in {days} days",
        )
    if judged < rules.least_judged:
        return Text(
            f"待审核：{days} 天内只判定了 {judged} 条，需 {rules.least_judged} 条",
            f"to be reviewed: {judged} judged in {days} days, {rules.least_judged} are needed",
        )
    sure, asked = f"{wilson(right, judged)[0]:.0%}", f"{rules.least_precision:.0%}"
    return Text(
        f"待审核：{days} 天内 {judged} 条判定中 {right} 条属实，准确率有把握的下限 {sure}，要求 {asked}",
        f"to be reviewed: {right} of {judged} right in {days} days, which makes sure of {sure}; {asked} are asked for",
    )
