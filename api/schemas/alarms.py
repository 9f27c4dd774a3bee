"""Alarms and the rules that raise them."""

from typing import Annotated

from pydantic import Field

from api.schemas import Answer, Body
from api.schemas.cases import CaseAnswer
from config.case_classes import Level

Hours = Annotated[str, Field(max_length=16)]
ClassCode = Annotated[str, Field(max_length=16)]
CaseId = Annotated[str, Field(min_length=1, max_length=64)]


class RuleRequest(Body):
    area: str = Field(max_length=64)
    name: str = Field(min_length=1, max_length=100)
    enabled: bool = True
    classes: list[ClassCode] = Field(default_factory=list, max_length=64, description="empty: every class")
    min_level: Level = 1
    hours: list[Hours] = Field(default_factory=list, max_length=8, description="HH:MM-HH:MM; empty: all day")
    to_wall: bool = Field(default=True, description="to the reserved tiles of operators' walls")
    display_id: str | None = Field(default=None, max_length=64, description="a display to switch")
    hold_s: float | None = Field(default=None, ge=5, le=3600, description="null: until acknowledged")
    sound: bool = True
    new_cases: bool = True
    step_ups: bool = Field(default=False, description="when a late case is stepped up to the next tier (督办升级)")


class RuleAnswer(Answer):
    id: str
    area: str
    area_name: str
    name: str
    enabled: bool
    classes: list[str]
    min_level: int
    hours: list[str]
    to_wall: bool
    display_id: str | None
    hold_s: float | None
    sound: bool
    new_cases: bool
    step_ups: bool
    updated_at: float
    updated_by: str
    mine: bool = Field(description="false: the caller has switched it off for himself")


class RuleList(Answer):
    items: list[RuleAnswer]


class MineRequest(Body):
    on: bool


class RaisedByAnswer(Answer):
    id: str
    to_wall: bool
    hold_s: float | None
    sound: bool


class AcknowledgementAnswer(Answer):
    at: float
    by: str = Field(description="account; empty where the case ended before anybody did")
    by_name: str


class AlarmAnswer(Answer):
    case: CaseAnswer
    raised_at: float
    stepped_at: float | None = Field(description="the step-up that raised it; null: raised as a new case")
    rules: list[RaisedByAnswer]
    acknowledged: AcknowledgementAnswer | None


class AlarmList(Answer):
    items: list[AlarmAnswer]


class AcknowledgeRequest(Body):
    cases: list[CaseId] = Field(min_length=1, max_length=1000)
