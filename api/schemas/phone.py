"""The grid worker's phone."""

from pydantic import Field

from api.schemas import Answer, Body
from api.schemas.cases import CaseAnswer


class DutyRequest(Body):
    on: bool
    recorded_at: float | None = Field(default=None, description="when it was said, by the phone's own clock")


class DutySpan(Answer):
    from_at: float
    until_at: float


class PatrolAnswer(Answer):
    """A day of one worker. Only what a phone was heard of counts; see docs/phone.md."""

    worker_id: str
    day: str
    duty: list[DutySpan]
    duty_s: float = Field(description="on duty")
    patrol_s: float = Field(description="on duty and heard of: no gap over 10 minutes")
    distance_m: float
    positions: int
    unsound: int = Field(description="positions too coarse or impossible, which count for nothing")
    long_enough: bool = Field(description="4 hours")
    far_enough: bool = Field(description="3 km")
    places: list[tuple[float, float, float]] = Field(description="lon, lat, at: where the counted way turns")


class PositionReport(Body):
    lon: float = Field(ge=-180, le=180)
    lat: float = Field(ge=-85, le=85)
    accuracy_m: float = Field(ge=0, le=100_000)
    at: float = Field(description="when measured, Unix seconds")


class PositionsRequest(Body):
    positions: list[PositionReport] = Field(min_length=1, max_length=500)


class PositionsAnswer(Answer):
    stored: int


class OrderList(Answer):
    items: list[CaseAnswer]
