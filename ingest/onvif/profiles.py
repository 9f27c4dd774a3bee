"""Media profiles of a device, read from Media or Media2, and which of them become the main and the sub stream."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from ingest.onvif.problem import printable
from ingest.onvif.xml_reply import Node, number, whole

MAX_PROFILES = 512
LONGEST_TOKEN = 64
SUB_PIXELS = 640 * 360
"""What a sub stream is best near: ten of them on a wall, and enough for analysis."""
LARGEST_SUB_PIXELS = 1280 * 720
_LARGEST_SIDE = 16384


@dataclass(frozen=True, slots=True)
class VideoProfile:
    """`codec`: H264, H265, JPEG, MPEG4 or what the device wrote; "" and 0 where it says nothing usable."""

    token: str
    name: str
    source: str
    codec: str
    width: int
    height: int
    fps: float
    gop: int
    bitrate_kbps: int
    ptz: str = ""
    """Token of its PTZ configuration."""
    ptz_node: str = ""

    @property
    def pixels(self) -> int:
        return self.width * self.height


@dataclass(frozen=True, slots=True)
class Choice:
    """`sub` is always received; `main` is None where the device has only one stream worth having."""

    sub: VideoProfile | None
    main: VideoProfile | None


def profiles_in(reply: Node) -> list[VideoProfile]:
    """Profiles of a GetProfiles reply (Media 5.2 or Media2 5.2); those without a usable token are left out."""
    found = []
    for node in reply.all("Profiles")[:MAX_PROFILES]:
        token = node.attribute("token")
        if 0 < len(token) <= LONGEST_TOKEN and token.isprintable():
            found.append(_profile(node, token))
    return found


def _profile(node: Node, token: str) -> VideoProfile:
    inner = node.at("Configurations") or node
    encoder = inner.at("VideoEncoder") or inner.at("VideoEncoderConfiguration") or Node("", {})
    source = inner.at("VideoSource") or inner.at("VideoSourceConfiguration") or Node("", {})
    ptz = inner.at("PTZ") or inner.at("PTZConfiguration") or Node("", {})
    codec = _codec(encoder.said("Encoding"))
    details = encoder.at("H264") or encoder.at("H265") or encoder.at("MPEG4") or Node("", {})
    gop = whole(encoder.attribute("GovLength") or details.said("GovLength"), 0, 100_000)
    return VideoProfile(
        token=token,
        name=printable(node.said("Name") or node.attribute("Name"), 64),
        source=source.said("SourceToken")[:LONGEST_TOKEN],
        codec=codec,
        width=whole(encoder.said("Resolution", "Width"), 1, _LARGEST_SIDE) or 0,
        height=whole(encoder.said("Resolution", "Height"), 1, _LARGEST_SIDE) or 0,
        fps=min(max(number(encoder.said("RateControl", "FrameRateLimit")) or 0.0, 0.0), 1000.0),
        gop=gop or 0,
        bitrate_kbps=whole(encoder.said("RateControl", "BitrateLimit"), 0, 10_000_000) or 0,
        ptz=ptz.attribute("token")[:LONGEST_TOKEN],
        ptz_node=ptz.said("NodeToken")[:LONGEST_TOKEN],
    )


def _codec(text: str) -> str:
    plain = text.upper().replace(".", "").replace("-", "").removeprefix("VIDEO/")
    names = {"HEVC": "H265", "AVC": "H264", "MJPEG": "JPEG", "MPEG4VIDEO": "MPEG4", "MP4VES": "MPEG4"}
    return printable(names.get(plain, plain), 16)


def choose_streams(profiles: Sequence[VideoProfile], turning: str = "") -> Choice:
    """Main and sub stream of one picture source: that of the profile `turning`, else that of the first usable one.

    Main: most pixels; of equals the higher frame rate, then H.264, then the device's order. Sub: H.264 before H.265
    and nearest to 640 × 360, among those of at most 1280 × 720 and half of main's pixels; where all are larger, the
    smallest. Only H.264 and H.265 of known size count; where all are of one size there is no main.
    """
    usable = [profile for profile in profiles if profile.codec in ("H264", "H265") and profile.pixels]
    if not usable:
        return Choice(None, None)
    source = next((p.source for p in profiles if p.token == turning), usable[0].source)
    same = [profile for profile in usable if profile.source == source] or usable
    main = max(same, key=lambda p: (p.pixels, p.fps, p.codec == "H264"))
    smaller = [p for p in same if p.pixels <= min(LARGEST_SUB_PIXELS, main.pixels / 2)]
    if not smaller:
        # The sub stream is received all the time, so it is the least of the large ones.
        least = min(same, key=lambda p: (p.pixels, p.codec != "H264", p.fps))
        return Choice(least, main if main.pixels > least.pixels else None)
    sub = min(smaller, key=lambda p: (p.codec != "H264", abs(math.log(p.pixels / SUB_PIXELS))))
    return Choice(sub, main)
