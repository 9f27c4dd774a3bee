"""Tokens for one's own map programs."""

from pydantic import Field

from api.schemas import Answer, Body
from api.schemas.accounts import Password


class NewProgramToken(Body):
    name: str = Field(min_length=1, max_length=60, description="which program on which machine")
    password: str = Password


class ProgramToken(Answer):
    """`ends_at`: then at the latest, and earlier where it is not used for a month."""

    id: str
    name: str
    made_at: float
    used_at: float
    ends_at: float
    address: str


class ProgramTokens(Answer):
    items: list[ProgramToken]


class MadeProgramToken(Answer):
    token: str = Field(repr=False, description="shown this once")
    program: ProgramToken
