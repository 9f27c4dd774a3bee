"""The audit, and who stands in for whom."""

from typing import Any

from pydantic import Field

from api.schemas import Answer, Body
from api.schemas.accounts import RoleAt

UnixTime = Field(ge=0, le=1e11, description="Unix time")


class AuditEntry(Answer):
    seq: int
    kind: str
    at: float
    until_at: float | None = Field(description="of looking: last seen to go on; of failed sign-ins: the newest")
    going_on: bool
    seconds: float = Field(description="of looking: so long in all")
    times: int
    actor_id: str | None
    actor_name: str = Field(description="`?` where a sign-in failed for an account that is not there")
    address: str
    camera_id: str | None
    how: str
    subject: str
    detail: dict[str, Any]


class AuditAnswer(Answer):
    items: list[AuditEntry]
    cursor: str | None = Field(description="gives the next page")


class StandInRequest(Body):
    account_id: str = Field(max_length=64, description="who stands in")
    absent_id: str = Field(max_length=64, description="for whom")
    from_at: float = UnixTime
    until_at: float = UnixTime


class StandInAnswer(Answer):
    id: str
    account_id: str
    account_name: str
    absent_id: str
    absent_name: str
    from_at: float
    until_at: float
    made_by: str


class StandInList(Answer):
    items: list[StandInAnswer]


class MoveRequest(Body):
    """From `at` on these are all the roles."""

    at: float = UnixTime
    roles: list[RoleAt] = Field(min_length=1, max_length=64)
    post: str | None = Field(default=None, max_length=64)


class MovedRole(Answer):
    role: str
    area: str


class MoveAnswer(Answer):
    account_id: str
    at: float
    roles: list[MovedRole]
    post: str | None
    made_by: str


class MoveList(Answer):
    items: list[MoveAnswer]
