"""The keys `device` and `ptz` of a camera in `cameras.yaml`: how it is managed, and how it turns."""

import re
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field

from config.dome_views import DomeView
from config.redaction import has_secret_parameter, has_user
from config.strict import Strict

_USER_IN_URL = re.compile(r"(?:^|[^a-z])(?:user|username|usr|login|account|secret)\s*=", re.IGNORECASE)
_EXPECTED = "is not an address; expected http://host:port/onvif/device_service"


def check_device_url(url: str) -> None:
    """Raise ValueError, never repeating the address, unless it is a plain http(s) address without a secret in it."""
    if any(character.isspace() or ord(character) < 32 or ord(character) == 127 for character in url):
        raise ValueError("must not contain blanks or control characters")
    if not url.isascii():
        raise ValueError("must be in ASCII; other letters are written as %E7%90%83")
    if has_user(url):
        raise ValueError("must not contain a user name or password; name an entry under credentials instead")
    if has_secret_parameter(url) or _USER_IN_URL.search(url):
        raise ValueError("must not contain a user or password parameter; name an entry under credentials instead")
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise ValueError(_EXPECTED) from None
    if parts.scheme not in ("http", "https"):
        raise ValueError("must begin with http:// or https://")
    if not parts.hostname or port == 0:
        raise ValueError(_EXPECTED)
    if parts.fragment:
        raise ValueError("must not contain a fragment (#)")


def _device_url(url: str) -> str:
    check_device_url(url)
    return url


def _two_ends(ends: tuple[float, float]) -> tuple[float, float]:
    if ends[0] == ends[1]:
        raise ValueError("must have two different ends")
    return ends


def _at_most_a_turn(ends: tuple[float, float]) -> tuple[float, float]:
    if abs(_two_ends(ends)[1] - ends[0]) > 360:
        raise ValueError("must not be more than a turn (360 degrees) from end to end")
    return ends


def _widening(ends: tuple[float, float]) -> tuple[float, float]:
    if ends[0] >= ends[1]:
        raise ValueError("must be the magnification of the wide end, then that of the narrow end")
    return ends


def _fingerprint(text: str) -> str:
    digits = text.replace(":", "").lower()
    if digits and re.fullmatch("[0-9a-f]{64}", digits) is None:
        raise ValueError("must be the SHA-256 of a certificate: 64 hexadecimal digits, colons allowed")
    return digits


Fingerprint = Annotated[str, Field(max_length=95), AfterValidator(_fingerprint)]
"""Without colons, in small letters."""
_Turn = Annotated[float, Field(ge=-360, le=360)]
_Tilt = Annotated[float, Field(ge=-180, le=180)]
_Magnification = Annotated[float, Field(ge=1, le=500)]


class Device(Strict):
    """Where the camera is managed: its ONVIF device service."""

    url: Annotated[str, Field(max_length=512), AfterValidator(_device_url)]
    credentials: str | None = Field(default=None, description="name of an entry under credentials")
    certificate_sha256: Fingerprint = Field(default="", description="https: trust exactly this certificate")


class Mount(Strict):
    """How the base of a dome stands: what pan 0 and tilt 0 are in the world."""

    heading_deg: float = Field(default=0.0, ge=0, lt=360, description="direction of pan 0, clockwise from north")
    pitch_deg: float = Field(default=0.0, ge=-45, le=45, description="of the base at pan 0, up positive")
    roll_deg: float = Field(default=0.0, ge=-45, le=45, description="clockwise as seen from behind at pan 0")
    tilt_zero_deg: float = Field(default=0.0, ge=-45, le=45, description="added to every tilt that the dome tells")


class Ptz(Strict):
    """It turns. The ends of a device's own spaces in degrees; they may run backwards, as on a dome hung upside down."""

    driver: Literal["onvif", "isapi"] = "onvif"
    profile: str = Field(default="", max_length=64, description="token; empty: the first with a PTZ configuration")
    channel: int = Field(default=1, ge=1, le=1024, description="isapi: the channel that turns, of several")
    pan_deg: Annotated[tuple[_Turn, _Turn], AfterValidator(_at_most_a_turn)] = (-180.0, 180.0)
    tilt_deg: Annotated[tuple[_Tilt, _Tilt], AfterValidator(_two_ends)] = (-90.0, 20.0)
    zoom: Annotated[tuple[_Magnification, _Magnification], AfterValidator(_widening)] = (1.0, 30.0)
    wide_hfov_deg: float = Field(default=60.0, gt=1, lt=170, description="horizontal field of view at magnification 1")
    slows_with_zoom: bool = Field(default=False, description="the dome itself turns slower the closer it looks")
    mount: Mount = Mount()
    range_m: float = Field(default=2000.0, gt=0, le=20000)
    views: list[DomeView] = Field(default=[], max_length=32, description="what it visits by itself")
