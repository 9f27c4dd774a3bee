"""Cases, their trace and evidence, and whom to send."""

from typing import Any, Literal

from pydantic import Field

from api.schemas import Answer, Body, Names
from config.case_classes import Level


class PersonAnswer(Answer):
    id: str
    name: str


class AlongAnswer(Answer):
    id: str
    state: Literal["waiting", "accepted", "arrived"]


class RepeatMarkAnswer(Answer):
    """The same thing once more, by its place, class and look."""

    ordinal: int = Field(description="2: the second case of it, counting those the caller may see")
    first_at: float


class EarlierCaseAnswer(Answer):
    id: str
    number: str
    opened_at: float
    closed_at: float | None
    picture_evidence_id: str | None
    likeness: float | None = Field(description="0 to 1; null where one of the two looks is not known")


class RepeatAnswer(RepeatMarkAnswer):
    earlier: list[EarlierCaseAnswer] = Field(description="the newest ten, newest first")


class CaseAnswer(Answer):
    id: str
    number: str
    state: str
    case_class: str
    class_name: Names
    level: int
    title: Names
    source: str
    camera_id: str | None
    zone_id: str | None
    lon: float | None
    lat: float | None
    error_m: float | None
    area: str
    area_name: str
    grid: str | None
    grid_name: str | None
    address: str
    opened_at: float
    updated_at: float
    deadline_at: float | None
    closed_at: float | None
    resolution: str | None
    assignee: PersonAnswer | None
    needs_person: bool = Field(description="the camera could not tell: a person must verify")
    reworks: int
    sightings: int
    last_seen_at: float | None
    gone_at: float | None
    picture_evidence_id: str | None
    clip_evidence_id: str | None
    version: int
    repeat: RepeatMarkAnswer | None = None
    edition: str | None = Field(default=None, description="of the catalogue its class and deadline are from")
    tier: int = Field(default=1, description="whom it has come up to: 1 grid worker, 2 grid leader, 3 town, 4 district")
    extension_until: float | None = Field(default=None, description="asked for, neither granted nor refused yet")
    supervised_at: float | None = Field(default=None, description="newest supervision order or step-up")
    score: int | None = Field(default=None, description="1 to 5, given after closing")
    post: str | None = Field(default=None, description="id of the post that holds it, or leads where several do")
    parts_open: int = Field(default=0, description="parts of other posts that are neither done nor withdrawn")
    people: int = Field(default=1, description="how many are to go together")
    companions: list[AlongAnswer] = Field(default=[], description="sent along with the assignee")
    unanswered: list[str] = Field(default=[], description="ids of who has not accepted in time and is still waited for")


class CaseList(Answer):
    items: list[CaseAnswer]
    total: int = Field(description="all that fit the filter, whatever the page; at least so many where not exact")
    total_exact: bool
    next: str | None = Field(description="`cursor` of the page after; null at the end")


class CaseCountAnswer(Answer):
    key: str = Field(description="code of a grid (of the finest area known where there is none), class, or state")
    n: int
    name: str = Field(description="of the area; else empty")


class CaseCountList(Answer):
    items: list[CaseCountAnswer] = Field(description="the most first; what has none is left out")


class ActorAnswer(Answer):
    kind: Literal["camera", "person", "system"]
    id: str
    name: str


class TraceEntryAnswer(Answer):
    seq: int = Field(validation_alias="case_seq", description="1, 2, 3 … within the case")
    at: float
    action: str
    actor: ActorAnswer
    from_state: str | None
    to_state: str
    detail: dict[str, Any]
    hash: str


class EvidenceAnswer(Answer):
    id: str
    kind: str
    media_type: str
    caption: str
    at: float


class ClassTermsAnswer(Answer):
    """Of its class, as the catalogue had them when the case was opened; null: the catalogue said nothing."""

    national: str | None = Field(description="minor class of GB/T 30428.2")
    files_when: Names | None = Field(description="what must be the case for it to be filed (立案条件)")
    closes_when: Names | None = Field(description="what must be done for it to be closed (结案条件)")


class SeeingCameraAnswer(Answer):
    """A camera that sees the place of a case."""

    id: str
    name: str
    name_en: str
    distance_m: float


class RoutingAnswer(Answer):
    """Who has the case, and why."""

    tier: int = Field(description="1 grid worker, 2 grid leader, 3 town, 4 district")
    holder_kind: Literal["post", "person", "room"]
    holder: str | None = Field(description="id of the post or account; null for the room")
    holder_name: Names | None
    why_zh: str = Field(description="one line: level, class, platform, and where that leads")
    why_en: str


class PartAnswer(Answer):
    """What a post other than the one that leads does of it."""

    post: str = Field(description="id of the post")
    state: Literal["asked", "accepted", "done", "withdrawn"]
    wanted: str = Field(description="what it was asked to do; may be empty")
    asked_at: float
    accepted_at: float | None
    ended_at: float | None
    by: str | None = Field(description="name of who took it on")
    note: str = Field(description="what was said at the end; may be empty")
    actions: list[str] = Field(description="what the caller may do to it now, as path segments")


class CaseDetailAnswer(CaseAnswer):
    trace: list[TraceEntryAnswer]
    evidence: list[EvidenceAnswer]
    actions: list[str] = Field(description="what the caller may do to it now, as path segments")
    terms: ClassTermsAnswer | None = None
    routing: RoutingAnswer | None = Field(default=None, description="null for what has ended")
    parts: list[PartAnswer] = Field(default=[], description="in the order they were asked for")
    repeat: RepeatAnswer | None = None
    same_place: EarlierCaseAnswer | None = Field(
        default=None, description="the newest earlier case there that looks otherwise, or whose look is not known"
    )
    near_cameras: list[SeeingCameraAnswer] = Field(
        default=[], description="of a case no camera told of: those that see its place, the nearest first"
    )


class CaseRequest(Body):
    case_class: str = Field(max_length=16)
    level: Level
    lon: float = Field(ge=-180, le=180)
    lat: float = Field(ge=-85, le=85)
    note: str = Field(default="", max_length=2000)
    camera_id: str | None = Field(default=None, max_length=64)
    error_m: float | None = Field(default=None, ge=0, le=10_000, description="of the place, one sigma, where known")
    people: int = Field(default=1, ge=1, le=4, description="how many are to go, where more than its class says")
    recorded_at: float | None = Field(
        default=None, description="when it was written down, by the phone's own clock (see X-Sent-At)"
    )


class ActionRequest(Body):
    """What an action needs, by action: `assign` worker_id or post, maybe people; `send-along` worker_id, and so do
    `along-…` unless the step is the caller's own; `verify` result; `decline`, `return`, `reopen`, `strike-out` reason;
    `join` post; `part-withdraw` reason, and as `part-accept` and `part-done` the post, unless the caller's own is the
    one meant; `comment` note; `duplicate` of; `triage` case_class or level; `ask-extension` until, reason;
    `refuse-extension`, `supervise` reason; `evaluate` score. `reject` and `strike-out` may name a cause. `version`,
    where given, must be the case's own: two people do not decide over each other."""

    worker_id: str | None = Field(default=None, max_length=64)
    post: str | None = Field(default=None, max_length=40, description="id of a post of `GET /town`")
    reason: str | None = Field(default=None, max_length=2000)
    note: str | None = Field(default=None, max_length=2000)
    result: Literal["gone", "present", "cannot_tell"] | None = None
    found: Literal["removed", "left", "nothing"] | None = Field(
        default=None, description="for `handle`: it was there and was seen to, it had left, or there was no such thing"
    )
    cause: str | None = Field(default=None, max_length=32, description="what it was instead; see GET /detection")
    word: str | None = Field(default=None, max_length=60, description="the same in words; the cause `other` needs it")
    of: str | None = Field(default=None, max_length=64, description="id of the case it doubles")
    case_class: str | None = Field(default=None, max_length=16, description="the right one, for `triage`")
    level: Level | None = Field(default=None, description="the right one, for `triage`")
    until: float | None = Field(default=None, ge=0, le=1e11, description="for `ask-extension`, Unix seconds")
    people: int | None = Field(default=None, ge=1, le=4, description="for `assign`: how many are to go together")
    score: int | None = Field(default=None, ge=1, le=5, description="for `evaluate`")
    lon: float | None = Field(default=None, ge=-180, le=180, description="where the caller stands")
    lat: float | None = Field(default=None, ge=-90, le=90)
    version: int | None = Field(default=None, ge=1)
    recorded_at: float | None = Field(
        default=None, description="when it was done, by the phone's own clock (see X-Sent-At)"
    )


class TraceCheckAnswer(Answer):
    valid: bool
    entries: int
    broken_at: int | None
    problem: str = ""


class CandidateAnswer(Answer):
    """Somebody who could be sent; `reason` is one line for the dispatcher."""

    worker_id: str
    name: str
    distance_m: float | None = Field(description="as the crow flies")
    travel_s: float | None = Field(description="how soon he can be there: by road, or guessed where way_m is null")
    way_m: float | None = Field(description="metres by road; null where no way by road is known")
    lon: float | None
    lat: float | None
    accuracy_m: float | None
    position_age_s: float | None
    grid_match: bool
    available: bool
    reason: Names
    transport: Literal["walk", "bicycle", "e-bike", "car"] = Field(description="how he moves")


class SentAnswer(Answer):
    """One who was sent to a case. How far he has got and whether his phone has it are two things."""

    worker_id: str
    name: str
    state: Literal["waiting", "accepted", "arrived", "declined", "withdrawn", "done"]
    delivery: Literal["pending", "delivered", "dropped"]
    issued_at: float
    delivered_at: float | None
    answered_at: float | None
    ended_at: float | None
    flagged_at: float | None = Field(description="not accepted in time, and told so")
    reason: str = Field(description="given with a refusal; may be empty")


class SentList(Answer):
    items: list[SentAnswer]


class CandidateList(Answer):
    items: list[CandidateAnswer]
