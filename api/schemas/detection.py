"""How often rules are right, what is remembered of what they got wrong, and what would make them better."""

from typing import Literal

from pydantic import Field

from api.schemas import Answer, Body, Names


class CauseKind(Answer):
    code: str
    name: Names
    kept_seconds: float | None = Field(description="how long it is remembered; 0 not at all, null until forgotten")
    fixed: bool = Field(description="it does not move: remembered by its place where no look is known")


class Figures(Answer):
    right: int = Field(description="confirmed")
    judged: int = Field(description="confirmed or rejected")
    precision: float | None = Field(description="right of judged; null where none was")
    low: float = Field(description="lower end of the 95 % interval of precision")
    high: float
    rejected: dict[str, int] = Field(description="by cause; `unsaid` where none was named")
    duplicates: int
    waiting: int = Field(description="in the review queue now")
    remembered: int = Field(description="rejected causes that are not raised again")
    suppressed: int = Field(description="detections that were not raised because of these")
    trend: list[tuple[int, int]] = Field(description="[right, judged] in each sixth of the time, oldest first")


class ZoneFigures(Figures):
    zone_id: str
    opens_case: bool | Literal["earned"] | None = Field(description="null: the zone is there no more")


class RuleFigures(Figures):
    camera_id: str
    rule: str
    zones: list[ZoneFigures]
    earned: bool = Field(description="it may open cases by itself where its zones say `earned`")
    earned_right: int = Field(description="right, in the time that earns")
    earned_judged: int


class EarningRules(Answer):
    least_precision: float
    least_judged: int
    days: int


class DetectionOverview(Answer):
    days: int
    from_at: float
    total: Figures
    items: list[RuleFigures] = Field(description="most false ones first")
    earning: EarningRules
    causes: list[CauseKind] = Field(description="what a rejection may name, in the order they are offered in")


class RejectedDetection(Answer):
    case_id: str
    number: str
    camera_id: str
    rule: str
    zone_id: str | None
    cause: str | None
    word: str | None
    opened_at: float
    judged_at: float
    confidence: float | None
    size_m: float | None
    standing_s: float | None = Field(description="from when it was first seen to when it left")
    picture_evidence_id: str | None


class RejectedDetections(Answer):
    items: list[RejectedDetection] = Field(description="newest first")


class RememberedCause(Answer):
    id: str
    case_id: str = Field(description="the rejected case; empty where the caller may not see it")
    camera_id: str
    view_id: str | None
    rule: str
    zone_id: str | None
    cause: str
    word: str
    made_at: float
    until: float | None
    suppressed: int
    last_at: float | None
    last_picture: bool
    forgotten_at: float | None
    by_look: bool = Field(description="false: its look is not known, and its place alone decides")
    picture_evidence_id: str | None


class RememberedCauses(Answer):
    items: list[RememberedCause] = Field(description="newest first; those forgotten in the last hour among them")


class Forgetting(Body):
    forgotten: bool


class Suggestion(Answer):
    key: Literal["dwell_seconds", "size.min_m", "size.max_m", "hours"]
    now: float | list[str]
    value: float | list[str]
    spared: int = Field(description="false ones it would have spared")
    false: int
    lost: int = Field(description="true ones it would have lost")
    true: int


class ZoneSuggestions(Answer):
    zone_id: str
    rule: str
    items: list[Suggestion]


class SuggestionList(Answer):
    zones: list[ZoneSuggestions]
    changes: list["ThresholdChange"]


class ThresholdChange(Answer):
    camera_id: str
    zone_id: str
    rule: str
    key: str
    before: str
    after: str
    spared: int
    lost: int
    at: float
    by_name: str


class TakeSuggestion(Body):
    zone: str = Field(max_length=64)
    key: Literal["dwell_seconds", "size.min_m", "size.max_m", "hours"]
    value: float | list[str] = Field(description="as suggested: another by now is answered 409")
