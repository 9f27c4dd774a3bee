"""What is exchanged with other systems: who may report, and where events of cases are sent."""

from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import Field, field_validator, model_validator

from config.case_classes import Level
from config.redaction import has_secret_parameter, has_user
from config.strict import Strict

ExchangeId = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,39}$")]
EventName = Annotated[str, Field(pattern=r"^[a-z][a-z_]{0,31}$")]
SecretName = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$")]
Area = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9-]{0,31}$")]
ClassCode = Annotated[str, Field(pattern=r"^[0-9]{2}-[0-9]{2}$")]
MAX_URL = 1000


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
    channel: Literal["hotline", "citizen", "sensor"] = "hotline"
    key_sha256: str | None = Field(default=None, pattern=r"^[0-9a-f]{64}$", description="of its api_key; open311")
    credentials: SecretName | None = Field(default=None, description="its password is the signing secret; webhook")
    area: Area | None = Field(default=None, description="it may report from here and below; default: the whole town")
    coordinates: Literal["wgs84", "gcj02", "bd09"] = Field(default="wgs84", description="where a report does not say")
    case_classes: list[ClassCode] | None = Field(default=None, min_length=1, max_length=2000)
    level: Level | None = Field(default=None, description="of its cases; default: that of the class")
    files: bool = Field(default=False, description="true: its cases need no review")
    per_minute: int = Field(default=60, ge=1, le=6000)

    @model_validator(mode="after")
    def _has_its_secret(self) -> "Source":
        has = self.key_sha256 is not None, self.credentials is not None
        if has != ((True, False) if self.kind == "open311" else (False, True)):
            raise ValueError("must have key_sha256 with kind open311, credentials with kind webhook, and not the other")
        return self


class Exchange(Strict):
    """Ways in and out."""

    sources: list[Source] = Field(default=[], max_length=50)
    destinations: list[Destination] = Field(default=[], max_length=50)

    @field_validator("destinations", "sources")
    @classmethod
    def _once(cls, listed: list[Destination] | list[Source]) -> list[Destination] | list[Source]:
        ids = [one.id for one in listed]
        if repeated := sorted({one for one in ids if ids.count(one) > 1}):
            raise ValueError(f"has an id more than once: {', '.join(repeated)}")
        return listed
