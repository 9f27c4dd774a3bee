"""The citizens' page."""

from typing import Literal

from pydantic import Field

from api.schemas import Answer, Body, Names


class CitizenClass(Answer):
    code: str
    name: Names


class CitizenPage(Answer):
    town: Names
    classes: list[CitizenClass]
    bounds: list[float] = Field(description="west, south, east, north of where reports are taken")
    photos: int = Field(description="at most so many")


class CitizenReceipt(Answer):
    number: str
    secret: str = Field(description="told this once; with the number it follows the report up")


class FollowRequest(Body):
    number: str = Field(max_length=16)
    secret: str = Field(max_length=32)


class FollowAnswer(Answer):
    progress: Literal["received", "accepted", "in_hand", "done", "declined"]
