"""Feedback forms."""

from typing import Annotated, Literal

from pydantic import Field, StrictFloat, StrictInt

from api.schemas import Answer, Body

Given = StrictInt | StrictFloat | Annotated[str, Field(max_length=2000)] | None


class FeedbackChoiceAnswer(Answer):
    id: str
    zh: str
    en: str


class FeedbackFieldAnswer(Answer):
    id: str
    zh: str
    en: str
    kind: Literal["text", "number", "choice", "photo"]
    required: bool
    choices: list[FeedbackChoiceAnswer]


class FeedbackAnswer(Answer):
    fields: list[FeedbackFieldAnswer]
    answers: dict[str, str | float] = Field(description="by id of the field; a photo by the id of its evidence")
    missing: list[str] = Field(description="ids of required fields without an answer: the case cannot be closed")
    filled_at: float | None = Field(description="newest change of the answers")


class FeedbackRequest(Body):
    answers: dict[Annotated[str, Field(max_length=32)], Given] = Field(max_length=30)
