"""The form an order from above asks to be sent back, as data."""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from config.strict import Strict

FieldId = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_-]{0,31}$")]


class FeedbackChoice(Strict):
    id: FieldId
    zh: str = Field(min_length=1, max_length=60)
    en: str = Field(default="", max_length=60)


class FeedbackField(Strict):
    id: FieldId
    zh: str = Field(min_length=1, max_length=60)
    en: str = Field(default="", max_length=60)
    kind: Literal["text", "number", "choice", "photo"] = "text"
    required: bool = False
    choices: list[FeedbackChoice] = Field(default=[], max_length=30, description="with kind choice")

    @model_validator(mode="after")
    def _has_choices(self) -> Self:
        ids = [one.id for one in self.choices]
        if (self.kind == "choice") != bool(ids):
            raise ValueError("must have choices with kind choice, and not with another")
        if len(set(ids)) != len(ids):
            raise ValueError("has an id of choices more than once")
        return self
