"""Bodies of requests and answers, field by field as in docs/design/contracts.md."""

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field


class Body(BaseModel):
    """A request body: an unknown field is an error, so that a mistyped one is not silently ignored."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Answer(BaseModel):
    """Read from the views of the parts below by attribute."""

    model_config = ConfigDict(from_attributes=True, frozen=True)


class Names(Answer):
    zh: str
    en: str


class Done(Answer):
    """The request was carried out; there is nothing more to say."""

    done: Literal[True] = True


class FeatureCollection(Answer):
    """GeoJSON (RFC 7946), WGS 84, lon lat."""

    type: Literal["FeatureCollection"] = "FeatureCollection"
    features: list[dict[str, Any]]


class Problem(Answer):
    code: str
    message: str
    where: str = ""
    problems: list[dict[str, Any]] | None = Field(default=None, description="of cameras.yaml: file, line, key, rule")
    lock: dict[str, Any] | None = Field(default=None, description="who holds the dome, with code `locked`")
    text: dict[str, str] | None = Field(default=None, description="the message in zh and en, where it is put so")
    reason: str | None = Field(default=None, description="of domes: the code of what the device objects to")


class ErrorAnswer(Answer):
    """Every refusal."""

    error: Problem
