"""What differs between makers, and what may be wrong with a device. Sources stand beside each quirk."""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Literal

Range = tuple[float, float]


class Quirk(StrEnum):
    """Deviations seen in the field, each a switch of one device."""

    STUCK_IDLE = "stuck-idle"  # MoveStatus says IDLE whatever moves (Hikvision)
    STUCK_MOVING = (
        "stuck-moving"  # MoveStatus says MOVING for ever once it has moved (Hikvision; frigate #7958, #21954)
    )
    NO_MOVE_STATUS = "no-move-status"  # GetStatus has no MoveStatus (frigate: "ONVIF MoveStatus not supported")
    NO_POSITION = "no-position"  # GetStatus has no Position, and there is no absolute move
    EMPTY_POSITION = "empty-position"  # Position with an empty PanTilt (Dahua fixed domes; frigate #9222)
    PRIVATE_XADDR = "private-xaddr"  # service addresses name another host (home-assistant #92308)
    HOSTLESS_XADDR = "hostless-xaddr"  # http:///onvif/… (yi-hack-MStar #537)
    LOCAL_TIME = "local-time"  # UTCDateTime holds local time; tokens are judged by true UTC (majestic-webui #292)
    NO_MEDIA2 = "no-media2"
    NO_GET_SERVICES = "no-get-services"  # only GetCapabilities (python-onvif #30)
    NO_NETWORK_INTERFACES = "no-network-interfaces"  # GetNetworkInterfaces: 400 (python-onvif #43)
    TIMEOUT_IGNORED = "timeout-ignored"  # ContinuousMove goes on until Stop
    PRESET_NAMES_LOST = "preset-names-lost"  # presets come back without their names
    SLOWS_WITH_ZOOM = "slows-with-zoom"  # turns slower the closer it looks (Sony CGI manual 8.4; "proportional pan")
    GUARDED_CAPABILITIES = "guarded-capabilities"  # GetCapabilities and GetServices want credentials


class Hostile(StrEnum):
    """Replies no device should give. Every one is cut off only by who reads it."""

    GIGANTIC = "gigantic"  # 64 MB of well-formed XML
    DRIP = "drip"  # a byte a second
    DEEP = "deep"  # a hundred thousand elements within one another
    DTD = "dtd"  # a document type with entities that multiply
    EXTERNAL = "external"  # an entity that names a file
    REDIRECT = "redirect"  # 302 to another host
    CONTENT_TYPE = "content-type"  # a web page
    GARBAGE = "garbage"  # bytes that are no XML
    CUT = "cut"  # ends in the middle
    SILENT = "silent"  # takes the request and says nothing
    LENGTH = "length"  # a Content-Length of 4 GB, then nothing
    HEADERS = "headers"  # header lines without end
    EMPTY = "empty"  # 200 with nothing in it


@dataclass(frozen=True, slots=True)
class Spaces:
    """The device's own spaces for absolute positions, and its steps in them."""

    pan: Range = (-1.0, 1.0)
    tilt: Range = (-1.0, 1.0)
    zoom: Range = (0.0, 1.0)
    pan_step: float = 0.0001
    tilt_step: float = 0.0001
    zoom_step: float = 0.0001
    degrees: bool = False
    """Also SphericalPositionSpaceDegrees (ONVIF PTZ 2.4, section 5.8.1.2), in hundredths."""
    fov: bool = False
    """Also TranslationSpaceFov (section 5.8.2.4): 1 is the edge of the picture brought to its middle."""


@dataclass(frozen=True, slots=True)
class Brand:
    """`prefixes`: how it spells the usual namespace prefixes. `token_window_s`: how old a WS-Security token may be."""

    name: str
    manufacturer: str
    model: str
    firmware: str
    server: str
    envelope: str = "SOAP-ENV"
    prefixes: dict[str, str] = field(default_factory=dict)
    authentication: frozenset[Literal["token", "digest"]] = frozenset({"token", "digest"})
    token_window_s: float = 300.0
    profile_tokens: tuple[str, str] = ("Profile_1", "Profile_2")
    ptz_token: str = "PTZNODETOKEN"
    spaces: Spaces = Spaces()
    longest_timeout_s: float = 10.0
    isapi: bool = False
    quirks: frozenset[Quirk] = frozenset()
    auxiliary: tuple[str, ...] = ("tt:Wiper|On", "tt:Wiper|Off", "tt:IRLamp|On", "tt:IRLamp|Off")


HIKVISION = Brand(
    "hikvision", "HIKVISION", "DS-2DF8425IX-AELW", "V5.7.16 build 230906", "App-webs/",
    envelope="env",
    profile_tokens=("Profile_1", "Profile_2"),
    ptz_token="PTZNODETOKEN",
    spaces=Spaces(pan_step=0.000556, tilt_step=0.001, zoom_step=0.0003, degrees=True),  # tenths of a degree
    isapi=True,
    quirks=frozenset({Quirk.STUCK_IDLE}),
)  # fmt: skip
DAHUA = Brand(
    "dahua", "Dahua", "DH-SD6CE445GB-HNR", "2.800.0000020.0.R, Build Date 2023-05-12", "Http Server",
    envelope="s",
    profile_tokens=("MediaProfile00000", "MediaProfile00001"),
    ptz_token="000",
    spaces=Spaces(fov=True),
    token_window_s=60.0,
    quirks=frozenset({Quirk.GUARDED_CAPABILITIES}),
)  # fmt: skip
UNIVIEW = Brand(
    "uniview", "UNIVIEW", "IPC6858ER-X40-VF", "IPC_Q1207-B0024P43D2208", "Linux/3.10 UNV",
    envelope="SOAP-ENV",
    prefixes={"tt": "ns1", "trt": "ns2", "tptz": "ns3", "tds": "ns4", "timg": "ns5"},
    authentication=frozenset({"token"}),
    profile_tokens=("media_profile1", "media_profile2"),
    ptz_token="ptz_node0",
    quirks=frozenset({Quirk.NO_MEDIA2, Quirk.PRIVATE_XADDR, Quirk.NO_NETWORK_INTERFACES}),
    auxiliary=(),
)  # fmt: skip
GENERIC = Brand(
    "generic", "Gridwatch", "Simulated dome", "1.0", "simulated",
    spaces=Spaces(degrees=True, fov=True), longest_timeout_s=60.0,
)  # fmt: skip

BRANDS = {brand.name: brand for brand in (HIKVISION, DAHUA, UNIVIEW, GENERIC)}
