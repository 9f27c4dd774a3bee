"""What is exchanged with other systems."""

from typing import Annotated, Literal

from pydantic import Field, StrictBool, StrictFloat, StrictInt

from api.schemas import Answer, Body
from config.case_classes import Level


class OutboxEntryAnswer(Answer):
    id: str
    destination: str = Field(description="its id in the configuration")
    event: str = Field(description="CloudEvents type")
    event_id: str = Field(description="CloudEvents id, the same however often it is sent")
    case_id: str
    case_number: str
    state: Literal["pending", "delivered", "dead"]
    queued_at: float
    attempts: int
    next_at: float | None = Field(description="when it is tried next; null where it is not")
    last_at: float | None
    last_error: str = Field(description="why the newest try failed; empty where it did not")
    delivered_at: float | None


class OutboxCountAnswer(Answer):
    destination: str
    state: Literal["pending", "delivered", "dead"]
    count: int


class OutboxAnswer(Answer):
    items: list[OutboxEntryAnswer] = Field(description="newest first")
    counts: list[OutboxCountAnswer] = Field(description="of everything, whatever was asked for")


class ReportRequest(Body):
    reference: str = Field(min_length=1, max_length=128, description="the sender's own id of the report")
    case_class: str = Field(max_length=16)
    level: Level | None = None
    lon: float | None = Field(default=None, allow_inf_nan=False)
    lat: float | None = Field(default=None, allow_inf_nan=False)
    coordinates: Literal["wgs84", "gcj02", "bd09"] | None = Field(
        default=None, description="of lon and lat; null: as configured for the source"
    )
    description: str = Field(default="", max_length=4000)
    address: str = Field(default="", max_length=120, description="in words; needed where there is no lon and lat")
    media_url: str = Field(default="", max_length=1000)
    deadline_at: float | None = Field(default=None, ge=0, le=1e11, description="of an order: Unix seconds")


class DoublesAnswer(Answer):
    """An open case this may be about: same class, near, not long ago."""

    case_number: str
    distance_m: float | None
    opened_at: float


class ReportAnswer(Answer):
    id: str
    reference: str
    case_number: str
    state: str = Field(description="of the case")
    repeated: bool = Field(description="it had been taken before, and nothing was done")
    doubles: DoublesAnswer | None = Field(default=None, description="proposed to a person; nothing is merged by itself")


class ReadingRequest(Body):
    sensor: str = Field(min_length=1, max_length=56, description="its id in the configuration")
    at: float = Field(ge=0, lt=1e11, description="Unix seconds, by the sender's clock; what was overtaken counts not")
    state: StrictBool | StrictInt | StrictFloat | Annotated[str, Field(max_length=64)] = Field(
        description="what it means says `sensors` of the source"
    )


class PositionRequest(Body):
    worker: str = Field(min_length=1, max_length=64, description="user name of the grid worker")
    lon: float = Field(allow_inf_nan=False)
    lat: float = Field(allow_inf_nan=False)
    accuracy_m: float = Field(default=0.0, ge=0, le=100_000)
    at: float = Field(ge=0, lt=1e11, description="when measured, Unix seconds")


class PositionsRequest(Body):
    positions: list[PositionRequest] = Field(max_length=10_000, description="of any number of workers, in any order")
    coordinates: Literal["wgs84", "gcj02", "bd09"] | None = Field(
        default=None, description="of lon and lat; null: as configured for the source"
    )


class PositionsAnswer(Answer):
    taken: int
    unknown: list[str] = Field(description="user names that are no grid workers of its area; 20 at most")


class ReadingAnswer(Answer):
    outcome: Literal["opened", "joined", "cleared", "heard"]
