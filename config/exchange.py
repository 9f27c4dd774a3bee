"""What is exchanged with other systems: who may report, and where events of cases are sent."""

from collections import Counter
from collections.abc import Sequence
from typing import Any, Literal, Self
from urllib.parse import urlsplit

from pydantic import Field, field_validator, model_validator

from config.case_classes import Level
from config.exchange_names import Area, ClassCode, EventName, ExchangeId, SecretName
from config.feedback import FeedbackField
from config.redaction import has_secret_parameter, has_user
from config.sensors import Broker, Sensor, StateRule
from config.strict import Strict

MAX_URL = 1000
CITIZENS = "citizens"


def check_webhook_url(url: str) -> None:
    """Raise ValueError, never repeating the address, unless it is a plain http or https address without a secret."""
    if any(character.isspace() or ord(character) < 33 or ord(character) > 126 for character in url):
        raise ValueError("must be ASCII without blanks or control characters")
    if has_user(url) or has_secret_parameter(url):
        raise ValueError("must not contain a user name, password or token; requests are signed instead")
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise ValueError("is not an address; expected https://host/path") from None
    if parts.scheme not in ("http", "https"):
        raise ValueError("must begin with https:// or http://")
    if not parts.hostname or port == 0:
        raise ValueError("is not an address; expected https://host/path")
    if parts.fragment:
        raise ValueError("must not contain a fragment (#)")


class Destination(Strict):
    """Where signed events of cases are sent."""

    id: ExchangeId
    url: str = Field(min_length=1, max_length=MAX_URL)
    credentials: SecretName = Field(description="entry under credentials whose password signs what is sent")
    plain_http: bool = Field(default=False, description="http:// is meant: the events cross the network readable")
    ca_file: str | None = Field(default=None, min_length=1, max_length=1024, description="PEM; besides public ones")
    area: Area | None = Field(default=None, description="only cases of this area and below; default: all")
    events: list[EventName] | None = Field(default=None, min_length=1, max_length=64)
    keep_trying_days: float = Field(default=3.0, gt=0, le=30)

    @field_validator("url")
    @classmethod
    def _usable(cls, url: str) -> str:
        check_webhook_url(url)
        return url

    @model_validator(mode="after")
    def _meant(self) -> "Destination":
        if self.url.startswith("http://") and not self.plain_http:
            raise ValueError("has an http:// address: use https://, or say plain_http: true")
        return self


class Source(Strict):
    """A system that reports: by Open311 GeoReport v2, or by signed webhooks."""

    id: ExchangeId
    kind: Literal["open311", "webhook"]
    name: str = Field(min_length=1, max_length=60, description="as the trace names it, such as 12345")
    channel: Literal["hotline", "citizen", "sensor", "order"] = "hotline"
    feedback: list[FeedbackField] = Field(default=[], max_length=30, description="what its orders want to be told")
    key_sha256: str | None = Field(default=None, pattern=r"^[0-9a-f]{64}$", description="of its api_key; open311")
    credentials: SecretName | None = Field(default=None, description="its password is the signing secret; webhook")
    area: Area | None = Field(default=None, description="it may report from here and below; default: the whole town")
    coordinates: Literal["wgs84", "gcj02", "bd09"] = Field(default="wgs84", description="where a report does not say")
    case_classes: list[ClassCode] | None = Field(default=None, min_length=1, max_length=2000)
    level: Level | None = Field(default=None, description="of its cases; default: that of the class")
    files: bool = Field(default=False, description="true: its cases need no review")
    per_minute: int = Field(default=60, ge=1, le=6000)
    sensors: StateRule | None = Field(default=None, description="it speaks for sensors, and this is how; webhook")
    positions: bool = Field(default=False, description="it tells where grid workers of its area are; webhook")

    @model_validator(mode="after")
    def _has_its_secret(self) -> "Source":
        has = self.key_sha256 is not None, self.credentials is not None
        if has != ((True, False) if self.kind == "open311" else (False, True)):
            raise ValueError("must have key_sha256 with kind open311, credentials with kind webhook, and not the other")
        _check_once([one.id for one in self.feedback])
        if self.channel == "order" and self.kind != "webhook":
            raise ValueError("must have kind webhook with channel order")
        if self.feedback and self.channel != "order":
            raise ValueError("must have channel order where it has feedback")
        if self.sensors is not None and self.kind != "webhook":
            raise ValueError("must have kind webhook where it has sensors")
        if self.positions and self.kind != "webhook":
            raise ValueError("must have kind webhook where it tells positions")
        return self


class Citizens(Strict):
    """The page on which anybody may report, without signing in."""

    on: bool = False
    area: Area | None = Field(default=None, description="reports from here and below; default: the whole town")
    case_classes: list[ClassCode] = Field(default=["01-02", "01-03", "05-01", "05-04"], min_length=1, max_length=12)
    per_day: int = Field(default=300, ge=1, le=100_000, description="of the whole town, within 24 hours")
    per_address_per_hour: int = Field(default=10, ge=1, le=1000)


class Exchange(Strict):
    """Ways in and out."""

    sources: list[Source] = Field(default=[], max_length=50)
    destinations: list[Destination] = Field(default=[], max_length=50)
    citizens: Citizens = Citizens()
    brokers: list[Broker] = Field(default=[], max_length=20)
    sensors: list[Sensor] = Field(default=[], max_length=20_000)

    @field_validator("destinations", "sources", "brokers")
    @classmethod
    def _once(cls, listed: list[Any]) -> list[Any]:
        _check_once([one.id for one in listed])
        return listed

    @model_validator(mode="after")
    def _sensors_are_heard(self) -> Self:
        """A sensor is known by its id and who speaks for it."""
        if any(one.id == CITIZENS for one in self.sources):
            raise ValueError(f"has a source {CITIZENS}, which is what the citizens' page is called")
        speakers = [one.id for one in self.brokers] + [one.id for one in self.sources if one.sensors is not None]
        _check_once(speakers)
        _check_once([f"{one.via}/{one.id}" for one in self.sensors])
        if unheard := sorted({one.via for one in self.sensors} - set(speakers)):
            raise ValueError(f"has sensors heard via {unheard[0]}, which is no broker and no source with sensors")
        return self


def _check_once(ids: Sequence[str]) -> None:
    if repeated := sorted(one for one, times in Counter(ids).items() if times > 1):
        raise ValueError(f"has an id more than once: {', '.join(repeated[:10])}")
