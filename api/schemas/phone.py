"""The grid worker's phone."""

from pydantic import Field

from api.schemas import Answer, Body
from api.schemas.cases import CaseAnswer


class DutyRequest(Body):
    on: bool


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
