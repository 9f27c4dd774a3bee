"""Strict models of `cameras.yaml`. Never changed after loading, never read at import."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

Fraction = Annotated[float, Field(ge=0.0, le=1.0)]
PicturePoint = tuple[Fraction, Fraction]
"""(x, y) as fractions of the picture's width and height from its top left, so that one zone fits every profile."""


class Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Credentials(Strict):
    """One account for many cameras. The password stands elsewhere: exactly one of the two is given."""

    username: str = Field(min_length=1, max_length=128)
    password_env: str | None = None
    password_file: str | None = None


class Stream(Strict):
    url: str = Field(max_length=1024, description="rtsp:// or rtsps:// address, without user name or password")


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


class GroundPoint(Strict):
    """A picture point whose place on the ground is known; four or more make a homography."""

    picture: PicturePoint
    lon: float
    lat: float


class SizeRange(Strict):
    """Size of what a rule looks for, in metres: the longer of width and height on the ground."""

    min_m: float = Field(ge=0)
    max_m: float = Field(gt=0)


class Zone(Strict):
    id: str = Field(pattern=r"^[a-z0-9][a-z0-9-]{0,63}$")
    rule: Literal["stall", "dumping"]
    polygon: list[PicturePoint] = Field(min_length=3, max_length=64)
    hours: list[str] = Field(default=["00:00-24:00"], description="local times, e.g. 06:00-22:00; may pass midnight")
    dwell_seconds: float = Field(default=180.0, ge=1, le=86400)
    size: SizeRange = SizeRange(min_m=0.2, max_m=8.0)
    case_class: str = Field(description="code in the case-class catalogue")
    level: Literal[1, 2, 3, 4] = 2
    opens_case: bool = Field(default=True, description="false: into the review queue instead")


class Analysis(Strict):
    interval_seconds: float = Field(default=10.0, gt=0, description="longest time between two looks at a quiet scene")
    candidate_interval_seconds: float = Field(default=2.0, gt=0, description="while something new stands still")


class Defaults(Strict):
    ring_seconds: float = Field(default=20.0, ge=2, le=600)
    ring_megabytes: float = Field(default=8.0, gt=0, le=512, description="cap for one stream")
    analysis: Analysis = Analysis()
    stall_seconds: float = Field(default=8.0, gt=0, description="no data for so long is a stalled stream")
    connect_timeout_seconds: float = Field(default=15.0, gt=0)


class Camera(Strict):
    id: str = Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$")
    name: str = Field(min_length=1, max_length=120)
    name_en: str = Field(default="", max_length=120)
    area: str = Field(description="code of the village (or town) it belongs to")
    national_code: str = ""
    streams: Streams
    credentials: str | None = Field(default=None, description="name of an entry under credentials")
    opener: Literal["native", "pyav"] = "native"
    enabled: bool = True
    position: Position | None = None
    view: View | None = None
    homography: list[GroundPoint] | None = Field(default=None, min_length=4, max_length=64)
    zones: list[Zone] = []
    ring_seconds: float | None = Field(default=None, ge=2, le=600)


class TownFiles(Strict):
    """Paths relative to the file that names them."""

    areas: str = Field(description="GeoJSON of district, town and villages: code, parent, level, name, name_en")
    grids: str = Field(description="anything geopandas reads: code, village, name, name_en, kind")
    base: dict[str, str] = Field(default={}, description="base map layers: roads, water, buildings, green")


class Town(Strict):
    name: str
    name_en: str = ""
    area: str = Field(description="area code of the town")
    timezone: str = "Asia/Shanghai"
    files: TownFiles


class CamerasFile(Strict):
    version: Literal[1]
    town: Town
    credentials: dict[str, Credentials] = {}
    defaults: Defaults = Defaults()
    allowed_networks: list[str] = Field(default=["127.0.0.0/8", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"])
    cameras: list[Camera]
