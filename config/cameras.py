"""Strict models of `cameras.yaml`. Never changed after loading, never read at import."""

from collections.abc import Sequence
from ipaddress import ip_network
from typing import Annotated, Literal, Self
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, Field, field_validator, model_validator

from config.audit import AuditKept
from config.base_maps import MOST_BASE_MAPS, BaseMap, check_base_maps
from config.camera_device import Device, Ptz
from config.detector import Detector
from config.dispatch import Dispatching
from config.dome_views import DomeView
from config.earning import Earning
from config.exchange import Exchange
from config.loudspeakers import Loudspeaker, TalkDown
from config.redaction import has_secret_parameter, has_user
from config.registers import Registers
from config.repeats import Repeats
from config.strict import Strict
from config.zones import PicturePoint
from config.zones import SizeRange as SizeRange
from config.zones import Zone as Zone


def _network(text: str) -> str:
    try:
        ip_network(text)
    except ValueError:
        raise ValueError("must be an IP network such as 10.20.0.0/16, without bits after the prefix") from None
    return text


Network = Annotated[str, Field(max_length=64), AfterValidator(_network)]
EnvironmentName = Annotated[str, Field(pattern=r"^[A-Za-z_][A-Za-z0-9_]{0,127}$")]
CredentialsName = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$")]
AreaCode = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9-]{0,31}$")]
FileName = Annotated[str, Field(min_length=1, max_length=1024)]


def check_stream_url(url: str) -> None:
    """Raise ValueError, never repeating the address, unless it is a plain RTSP address without a secret in it."""
    if any(character.isspace() or ord(character) < 32 for character in url):
        raise ValueError("must not contain blanks or control characters")
    if has_user(url):
        raise ValueError("must not contain a user name or password; name an entry under credentials instead")
    if has_secret_parameter(url):
        raise ValueError("must not contain a password parameter; name an entry under credentials instead")
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise ValueError("is not an address; expected rtsp://host:port/path") from None
    if parts.scheme not in ("rtsp", "rtsps"):
        raise ValueError("must begin with rtsp:// or rtsps://")
    if not parts.hostname or port == 0:
        raise ValueError("is not an address; expected rtsp://host:port/path")
    if parts.fragment:
        raise ValueError("must not contain a fragment (#)")


class Credentials(Strict):
    """One account for many cameras. The password stands elsewhere: exactly one of the three is given."""

    username: str = Field(min_length=1, max_length=128)
    password_env: EnvironmentName | None = Field(default=None, description="environment variable that holds it")
    password_file: FileName | None = Field(default=None, description="its first line is the password")
    vault: bool = Field(default=False, description="true: it is in the vault, under the name of this entry")

    @model_validator(mode="after")
    def _one_place(self) -> Self:
        if [self.password_env is not None, self.password_file is not None, self.vault].count(True) != 1:
            raise ValueError("must have exactly one of password_env, password_file and vault: true")
        return self


class Stream(Strict):
    url: str = Field(max_length=1024, description="rtsp:// or rtsps:// address, without user name or password")

    @field_validator("url")
    @classmethod
    def _plain_rtsp(cls, url: str) -> str:
        check_stream_url(url)
        return url


class Streams(Strict):
    sub: Stream
    main: Stream | None = None


class Position(Strict):
    lon: float = Field(ge=-180, le=180)
    lat: float = Field(ge=-85, le=85)
    height_m: float = Field(gt=0, le=500, description="of the lens above the ground it looks at")


class View(Strict):
    """Where the camera looks: heading clockwise from north, tilt downwards from the horizon."""

    heading_deg: float = Field(ge=0, lt=360)
    tilt_deg: float = Field(ge=-30, le=90)
    roll_deg: float = Field(default=0.0, ge=-45, le=45)
    hfov_deg: float = Field(gt=1, lt=170)
    range_m: float = Field(default=60.0, gt=0, le=10000)
    heading_error_deg: float = Field(default=2.0, ge=0, description="one sigma, for the error estimate")
    tilt_error_deg: float = Field(default=1.0, ge=0)
    k1: float = Field(default=0.0, ge=-1, le=1, description="radial distortion; below 0 the barrel of wide lenses")
    k2: float = Field(default=0.0, ge=-1, le=1)


class GroundPoint(Strict):
    """A picture point whose place on the ground is known; four or more make a homography."""

    picture: PicturePoint
    lon: float = Field(ge=-180, le=180)
    lat: float = Field(ge=-85, le=85)


class Analysis(Strict):
    interval_seconds: float = Field(default=10.0, gt=0, description="longest time between two looks at a quiet scene")
    candidate_interval_seconds: float = Field(default=2.0, gt=0, description="while something new stands still")

    @model_validator(mode="after")
    def _candidate_is_sooner(self) -> Self:
        if self.candidate_interval_seconds > self.interval_seconds:
            raise ValueError("candidate_interval_seconds must not be longer than interval_seconds")
        return self


class Defaults(Strict):
    ring_seconds: float = Field(default=20.0, ge=2, le=600)
    ring_megabytes: float = Field(default=8.0, gt=0, le=512, description="cap for one stream")
    analysis: Analysis = Analysis()
    stall_seconds: float = Field(default=8.0, gt=0, description="no data for so long is a stalled stream")
    connect_timeout_seconds: float = Field(default=15.0, gt=0)
    transcoded_streams: int = Field(
        default=4, ge=0, le=64, description="H.265 made H.264 for browsers that cannot decode it, in one ingest worker"
    )


class Camera(Strict):
    id: str = Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$")
    name: str = Field(min_length=1, max_length=120)
    name_en: str = Field(default="", max_length=120)
    area: AreaCode = Field(description="code of the village (or town) it belongs to")
    national_code: str = Field(default="", pattern=r"^([0-9]{20})?$", description="20 digits of GB/T 28181")
    streams: Streams
    credentials: str | None = Field(default=None, description="name of an entry under credentials")
    opener: Literal["native", "pyav"] = "native"
    enabled: bool = True
    position: Position | None = None
    view: View | None = None
    homography: list[GroundPoint] | None = Field(default=None, min_length=4, max_length=64)
    matches: list[GroundPoint] = Field(default=[], max_length=64, description="what position and view were solved from")
    zones: list[Zone] = Field(default=[], max_length=32)
    ring_seconds: float | None = Field(default=None, ge=2, le=600)
    device: Device | None = Field(default=None, description="how it is managed; without it only its streams are used")
    ptz: Ptz | None = Field(default=None, description="it turns; needs device")

    @property
    def views(self) -> Sequence[DomeView]:
        """The views a dome visits; none of a camera that does not turn."""
        return self.ptz.views if self.ptz is not None else ()

    @model_validator(mode="after")
    def _turns_by_its_device(self) -> Self:
        if self.ptz is not None and self.device is None:
            raise ValueError("has ptz, which needs device: a camera is turned through its device service")
        return self

    @model_validator(mode="after")
    def _zones_belong_to_views(self) -> Self:
        if self.views and self.zones:
            raise ValueError("has ptz.views, so its zones belong into them: a zone holds for one view of a dome only")
        return self


BaseLayer = Literal["roads", "water", "green", "buildings"]


class TownFiles(Strict):
    """Paths relative to the file that names them."""

    areas: FileName = Field(description="GeoJSON of district, town and villages: code, parent, level, name, name_en")
    grids: FileName = Field(description="anything geopandas reads: code, village, name, name_en, kind")
    base: dict[BaseLayer, FileName] = Field(default={}, description="base map layers, GeoJSON")
    elevation: FileName | None = Field(default=None, description="ESRI ASCII grid of ground heights, WGS 84")
    case_classes: FileName | None = Field(default=None, description="catalogue; without it the one that comes along")
    working_calendar: FileName | None = Field(default=None, description="without it the one that comes along")
    posts: FileName | None = Field(default=None, description="posts and routing; without it those that come along")
    escalation: FileName | None = Field(default=None, description="step-up ladders; without it those that come along")


class Town(Strict):
    name: str = Field(min_length=1, max_length=120)
    name_en: str = Field(default="", max_length=120)
    area: AreaCode = Field(description="area code of the town")
    timezone: str = Field(default="Asia/Shanghai", max_length=64)
    files: TownFiles

    @field_validator("timezone")
    @classmethod
    def _known(cls, timezone: str) -> str:
        try:
            ZoneInfo(timezone)
        except (KeyError, ValueError, OSError):
            raise ValueError("is not a time zone of the IANA database, such as Asia/Shanghai") from None
        return timezone


class CamerasFile(Strict):
    version: Literal[1]
    town: Town
    credentials: dict[CredentialsName, Credentials] = Field(default={}, max_length=20000)
    defaults: Defaults = Defaults()
    detector: Detector | None = Field(default=None, description="looks at what a rule is about to tell")
    earning: Earning = Earning()
    audit: AuditKept = AuditKept()
    repeats: Repeats = Repeats()
    dispatch: Dispatching = Dispatching()
    registers: Registers = Registers()
    exchange: Exchange = Exchange()
    talk_down: TalkDown = TalkDown()
    loudspeakers: list[Loudspeaker] = Field(default=[], max_length=5000)
    base_maps: list[BaseMap] = Field(default=[], max_length=MOST_BASE_MAPS, description="what the map is drawn on")
    allowed_networks: list[Network] = Field(
        default=["127.0.0.0/8", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"], min_length=1, max_length=256
    )
    cameras: list[Camera] = Field(max_length=20000)

    @field_validator("base_maps")
    @classmethod
    def _base_maps_fit(cls, base_maps: list[BaseMap]) -> list[BaseMap]:
        check_base_maps(base_maps)
        return base_maps
