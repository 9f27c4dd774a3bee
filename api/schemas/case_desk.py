"""What the command room's desk shows beside its queue, and what it does to many cases at once."""

from typing import Annotated, Any, Literal

from pydantic import Field

from api.schemas import Answer, Body, Names
from api.schemas.cases import CaseAnswer

MOST_AT_ONCE = 500
CaseId = Annotated[str, Field(min_length=1, max_length=64)]
CaseIds = Annotated[list[CaseId], Field(min_length=1, max_length=MOST_AT_ONCE)]


class SimilarCaseAnswer(Answer):
    case: CaseAnswer
    why: Literal["same_thing", "same_place", "near"]
    distance_m: float | None
    doubled: bool = Field(description="proposed as the case it doubles")
    likeness: float | None = Field(description="of the proposed one: how alike cameras saw the two, 0 to 1")


class SimilarCaseList(Answer):
    items: list[SimilarCaseAnswer] = Field(description="the proposed double first; at most 20")


class StuckGroupAnswer(Answer):
    """Open cases in one state with one holder."""

    state: str
    holder_kind: Literal["desk", "person", "post"] = Field(description="desk: nobody was sent, the command room has it")
    holder: str | None
    holder_name: str
    n: int
    overdue: int
    since: float = Field(description="when the one that lies there longest came there")
    case_id: str = Field(description="that one")
    number: str


class StuckAnswer(Answer):
    items: list[StuckGroupAnswer] = Field(description="what lies longest first")
    looked_at: int = Field(description="open cases counted")
    exact: bool = Field(description="false where there are more open ones, opened later")


class TimeLeftAnswer(Answer):
    deadline_at: float
    working: bool = Field(description="only working time counts")
    runs: bool = Field(description="it counts down at this moment")
    given_s: float
    left_s: float = Field(description="below zero by how much it is over")
    state: Literal["ample", "soon", "overdue"]


class DeadlineAnswer(Answer):
    left: TimeLeftAnswer | None = Field(description="null for a case without a deadline, or ended")


class BatchRequest(Body):
    """`assign` needs worker_id or post; `supervise`, `strike-out` a reason (strike-out and reject may name a cause
    instead); `comment` a note; `triage` a level."""

    action: Literal["assign", "supervise", "strike-out", "comment", "confirm", "reject", "triage"]
    cases: CaseIds
    worker_id: str | None = Field(default=None, max_length=64)
    post: str | None = Field(default=None, max_length=40)
    reason: str | None = Field(default=None, max_length=2000)
    note: str | None = Field(default=None, max_length=2000)
    cause: str | None = Field(default=None, max_length=32)
    word: str | None = Field(default=None, max_length=60)
    level: Literal[1, 2, 3, 4] | None = None

    def detail(self) -> dict[str, Any]:
        return self.model_dump(exclude_none=True, exclude={"action", "cases"})


class BatchRefusal(Answer):
    code: str
    message: str
    text: Names | None = Field(default=None, description="the same in both languages, where it has been put so")


class BatchResult(Answer):
    id: str
    number: str | None = Field(description="null where the caller sees no such case")
    done: bool
    case: CaseAnswer | None = Field(description="as it then is")
    refusal: BatchRefusal | None


class BatchAnswer(Answer):
    done: int
    refused: int
    items: list[BatchResult] = Field(description="in the order given, each case once")


class ChosenRequest(Body):
    cases: CaseIds
    form: Literal["csv", "xlsx"] = "xlsx"
