"""Loudspeakers as data: where they hang, how far they carry, when they keep quiet, and how they are spoken to."""

from typing import Annotated, Literal, Self
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, model_validator

from config.camera_device import Fingerprint, check_device_url
from config.exchange_names import Area, SecretName
from config.hours import parse_hours
from config.redaction import has_secret_parameter, has_user
from config.strict import Strict


def _hours(text: str) -> str:
    parse_hours(text)
    return text


def _http_url(url: str) -> str:
    check_device_url(url)
    return url


def _rtsp_url(url: str) -> str:
    if any(character.isspace() or ord(character) < 32 for character in url):
        raise ValueError("must not contain blanks or control characters")
    if has_user(url) or has_secret_parameter(url):
        raise ValueError("must not contain a user name or password; name an entry under credentials instead")
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise ValueError("is not an address; expected rtsp://host:port/path") from None
    if parts.scheme != "rtsp" or not parts.hostname or port == 0 or parts.fragment:
        raise ValueError("must be an address such as rtsp://host:port/path")
    return url


Hours = Annotated[str, AfterValidator(_hours)]
HttpUrl = Annotated[str, Field(max_length=512), AfterValidator(_http_url)]
RtspUrl = Annotated[str, Field(max_length=1024), AfterValidator(_rtsp_url)]
Word = Annotated[str, Field(min_length=1, max_length=256, pattern=r"^[^\x00-\x1f]+$")]


class SpeakerPlace(Strict):
    """WGS 84."""

    lon: float = Field(ge=-180, le=180)
    lat: float = Field(ge=-85, le=85)


class OnvifSpeaker(Strict):
    """A camera's own loudspeaker, by its audio back channel (ONVIF Streaming Specification, 5.3)."""

    camera: str | None = Field(default=None, max_length=64, description="camera of this file: its main stream, or sub")
    url: RtspUrl | None = Field(default=None, description="or the address of a stream of its own")
    credentials: SecretName | None = Field(default=None, description="entry under credentials; with camera: its own")

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        if (self.camera is None) == (self.url is None):
            raise ValueError("must have camera or url, and not both")
        return self


class HttpSpeaker(Strict):
    """A loudspeaker on the network that is posted to."""

    audio_url: HttpUrl | None = Field(default=None, description="where sound is posted")
    audio: Literal["stream", "wav"] = Field(
        default="stream", description="stream: audio/basic while it is spoken; wav: a whole file, so never live"
    )
    text_url: HttpUrl | None = Field(default=None, description="where text is posted as JSON; it speaks itself")
    auth: Literal["none", "basic", "bearer", "signed"] = "none"
    credentials: SecretName | None = Field(default=None, description="entry under credentials")
    certificate_sha256: Fingerprint = Field(default="", description="https: trust exactly this certificate")

    @model_validator(mode="after")
    def _can_be_told(self) -> Self:
        if self.audio_url is None and self.text_url is None:
            raise ValueError("must have audio_url, text_url or both")
        if (self.auth == "none") != (self.credentials is None):
            raise ValueError("must have auth and credentials together, or neither")
        return self


class Loudspeaker(Strict):
    id: str = Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$")
    name: str = Field(min_length=1, max_length=120)
    name_en: str = Field(default="", max_length=120)
    area: Area = Field(description="code of the village (or town) it belongs to")
    place: SpeakerPlace
    range_m: float = Field(default=60.0, gt=0, le=3000, description="so far it is understood")
    volume_percent: int = Field(default=100, ge=1, le=100, description="never louder than this")
    quiet_hours: list[Hours] | None = Field(default=None, max_length=8, description="instead of talk_down.quiet_hours")
    onvif: OnvifSpeaker | None = None
    http: HttpSpeaker | None = None
    enabled: bool = True

    @model_validator(mode="after")
    def _one_driver(self) -> Self:
        if (self.onvif is None) == (self.http is None):
            raise ValueError("must have onvif or http, and not both")
        return self


class SpeechPrograms(Strict):
    """Programs on this machine that read text on their input and write a WAV file on their output."""

    zh: list[Word] = Field(default=[], max_length=16, description="program and arguments for Chinese")
    en: list[Word] = Field(default=[], max_length=16, description="for everything else")


class TalkDown(Strict):
    """What holds for every loudspeaker."""

    quiet_hours: list[Hours] = Field(default=["22:00-06:00"], max_length=8, description="only supervisors speak then")
    longest_seconds: int = Field(default=60, ge=5, le=300, description="of one talk at one loudspeaker")
    at_once: int = Field(default=200, ge=1, le=2000, description="loudspeakers of one talk")
    speech: SpeechPrograms = SpeechPrograms()
