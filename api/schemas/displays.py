"""Displays: their pairing, what they show, how they are. What is answered of them is in wall.display_view."""

from typing import Literal

from pydantic import Field

from api.schemas import Answer, Body
from wall.display_view import DisplayView

Code = Field(min_length=1, max_length=16, description="as the browser shows it; case and hyphens do not matter")
Name = Field(min_length=1, max_length=100)


class PairingRequest(Body):
    screen: str = Field(max_length=16, pattern=r"^\d{1,5}x\d{1,5}$", description="width x height in device pixels")


class PairingAnswer(Answer):
    """The browser's own secret comes as a cookie that scripts cannot read."""

    code: str
    expires_at: float


class PollAnswer(Answer):
    state: Literal["waiting", "paired", "expired"]


class LookUpRequest(Body):
    code: str = Code


class AskerAnswer(Answer):
    address: str
    browser: str
    screen: str
    asked_at: float


class DisplayRequest(Body):
    """A new display (`name`, `area`), or another browser for one there is (`display`)."""

    code: str = Code
    name: str | None = Field(default=None, min_length=1, max_length=100)
    area: str | None = Field(default=None, max_length=64)
    display: str | None = Field(default=None, max_length=64)


class DisplayChange(Body):
    """What is left out stays."""

    name: str | None = Field(default=None, min_length=1, max_length=100)
    area: str | None = Field(default=None, max_length=64)


class DisplayList(Answer):
    items: list[DisplayView]


class ReportAnswer(Answer):
    version: int = Field(description="of what it should be showing")
    ui: str = Field(description="names the web UI the server now holds; a page of another one loads itself anew")
