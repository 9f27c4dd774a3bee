"""What a camera says of its streams (SDP, RFC 8866), as far as one video track needs it. Every count is bounded."""

import base64
import binascii
from dataclasses import dataclass, field
from typing import Literal
from urllib.parse import urljoin, urlsplit

from ingest.access_unit import Codec

MAX_LINES = 512
MAX_MEDIA = 16
MAX_SPROP_SETS = 16
MAX_SPROP_BYTES = 4096
_G711: dict[str, Literal["PCMU", "PCMA"]] = {"PCMU": "PCMU", "PCMA": "PCMA"}
_STATIC = {0: ("PCMU", 8000), 8: ("PCMA", 8000)}
"""Need no rtpmap (RFC 3551 table 4)."""
_CODECS: dict[str, Codec] = {"H264": "h264", "H265": "h265", "HEVC": "h265"}


class UnsupportedStream(Exception):
    """The description holds no video we can read; the text says what it offers."""


@dataclass(frozen=True, slots=True)
class VideoTrack:
    """`control` is absolute. `parameter_sets` are NAL units from SDP, in order, maybe none."""

    codec: Codec
    payload_type: int
    clock_rate: int
    control: str
    parameter_sets: tuple[bytes, ...] = ()
    index: int = 0


@dataclass(frozen=True, slots=True)
class BackChannelTrack:
    """Where sound may be sent to the camera (ONVIF Streaming Specification 5.3). `control` is absolute."""

    encoding: Literal["PCMU", "PCMA"]
    payload_type: int
    control: str


@dataclass(slots=True)
class _Media:
    kind: str
    formats: list[int]
    control: str | None = None
    direction: str = ""
    rtpmap: dict[int, tuple[str, int]] = field(default_factory=dict)
    fmtp: dict[int, dict[str, str]] = field(default_factory=dict)


def parse_video_track(body: bytes, base: str) -> tuple[VideoTrack, str]:
    """The first H.264 or H.265 track, and the aggregate control URL. Raises UnsupportedStream.

    `base` is Content-Base, else Content-Location, else the request's URL (RFC 2326 C.1.1).
    """
    session_control, medias = _parse(body)
    aggregate = base if session_control in (None, "*") else _resolve(base, session_control or "")
    seen = []
    for index, media in enumerate(medias):
        for payload_type in media.formats:
            name, rate = media.rtpmap.get(payload_type, ("", 0))
            codec = _CODECS.get(name)
            seen.append(name or f"payload type {payload_type}")
            if media.kind == "video" and codec is not None:
                control = base if media.control in (None, "*") else _resolve(base, media.control or "")
                sets = _sprop(codec, media.fmtp.get(payload_type, {}))
                return VideoTrack(codec, payload_type, rate or 90000, control, sets, index), aggregate
    raise UnsupportedStream(
        "no H.264 or H.265 video in its description" + (f", only {', '.join(seen[:6])}" if seen else "")
    )


def parse_back_channel(body: bytes, base: str) -> tuple[BackChannelTrack, str]:
    """The first G.711 track that the client is to send (`a=sendonly`), and the aggregate control URL. Raises
    UnsupportedStream."""
    session_control, medias = _parse(body)
    aggregate = base if session_control in (None, "*") else _resolve(base, session_control or "")
    seen = []
    for media in medias:
        if media.kind != "audio" or media.direction != "sendonly":
            continue
        for payload_type in media.formats:
            name, rate = media.rtpmap.get(payload_type, _STATIC.get(payload_type, ("", 0)))
            seen.append(f"{name or f'payload type {payload_type}'}/{rate}")
            encoding = _G711.get(name)
            if rate == 8000 and encoding is not None:
                control = base if media.control in (None, "*") else _resolve(base, media.control or "")
                return BackChannelTrack(encoding, payload_type, control), aggregate
    if seen:
        raise UnsupportedStream(f"its loudspeaker takes no G.711 at 8 kHz, only {', '.join(seen[:6])}")
    raise UnsupportedStream("its description offers no loudspeaker (no audio that the client sends)")


def _parse(body: bytes) -> tuple[str | None, list[_Media]]:
    session_control: str | None = None
    medias: list[_Media] = []
    for line in body.decode("utf-8", "replace").splitlines()[:MAX_LINES]:
        kind, _, value = line.strip().partition("=")
        if kind == "m" and len(medias) < MAX_MEDIA:
            medias.append(_media(value))
        elif kind == "a":
            name, _, rest = value.partition(":")
            if name == "control" and not medias:
                session_control = rest.strip()
            elif medias:
                _attribute(medias[-1], name, rest.strip())
    return session_control, medias


def _media(value: str) -> _Media:
    parts = value.split()
    formats = [int(part) for part in parts[3:19] if part.isascii() and part.isdigit() and len(part) <= 3]
    return _Media(parts[0].lower() if parts else "", [number for number in formats if number < 128])


def _attribute(media: _Media, name: str, rest: str) -> None:
    if name == "control":
        media.control = rest
        return
    if name in ("sendonly", "recvonly", "sendrecv", "inactive"):
        media.direction = name
        return
    number, _, value = rest.partition(" ")
    if not (number.isascii() and number.isdigit() and len(number) <= 3):
        return
    if name == "rtpmap":
        encoding, _, rate = value.strip().partition("/")
        digits = rate.split("/")[0]
        clock_rate = int(digits) if digits.isascii() and digits.isdigit() and len(digits) <= 7 else 0
        media.rtpmap[int(number)] = (encoding.upper()[:20], clock_rate)
    elif name == "fmtp":
        pairs = (part.strip().partition("=") for part in value.split(";")[:32])
        media.fmtp[int(number)] = {key.strip().lower(): text.strip() for key, _, text in pairs}


def _sprop(codec: Codec, fmtp: dict[str, str]) -> tuple[bytes, ...]:
    """sprop-parameter-sets (RFC 6184 8.1) or sprop-vps, -sps, -pps (RFC 7798 7.1). What is broken is left out."""
    names = ["sprop-parameter-sets"] if codec == "h264" else ["sprop-vps", "sprop-sps", "sprop-pps"]
    sets = []
    for text in ",".join(fmtp.get(name, "") for name in names).split(",")[:MAX_SPROP_SETS]:
        try:
            unit = base64.b64decode(text.strip(), validate=True)
        except (binascii.Error, ValueError):
            continue
        # Some cameras put the start code in as well.
        unit = unit.removeprefix(b"\x00\x00\x00\x01").removeprefix(b"\x00\x00\x01")
        if 0 < len(unit) <= MAX_SPROP_BYTES:
            sets.append(unit)
    return tuple(sets)


def _resolve(base: str, control: str) -> str:
    if urlsplit(control).scheme:
        return control
    # urljoin knows rtsp; a base without a slash at its end is a folder all the same (RFC 2326 C.1.1 in practice:
    # Hikvision and Dahua send Content-Base without one and expect "trackID=1" appended).
    if control.startswith("/"):
        return urljoin(base, control)
    return (base if base.endswith("/") else base + "/") + control
