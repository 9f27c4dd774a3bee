"""The town, its cameras and workers, and how the system is."""

from typing import Annotated, Any, Literal

from pydantic import Field

from api.schemas import Answer, Body, Names
from api.schemas.cases import CandidateAnswer
from api.schemas.ptz import PtzSummary


class CaseClassAnswer(Answer):
    code: str
    name: Names
    level: int
    platform: str
    people: int = Field(default=1, description="how many are sent together")
    skills: list[str] = Field(default=[], description="ids of what who is sent must have")


class PostAnswer(Answer):
    """Where cases of a tier and platform are sent."""

    id: str
    name: Names
    tier: Literal["town", "district"]
    platform: str | None
    area: str | None = Field(description="it is there for cases of this area; null: for all")


class SkillAnswer(Answer):
    id: str
    name: Names


class TownAnswer(Answer):
    name: str
    name_en: str
    area: str
    timezone: str
    bounds: list[float] = Field(description="west, south, east, north", min_length=4, max_length=4)
    centre: list[float] = Field(description="lon, lat", min_length=2, max_length=2)
    base_layers: list[str]
    case_classes: list[CaseClassAnswer]
    posts: list[PostAnswer]
    skills: list[SkillAnswer] = Field(default=[], description="what people can have that cases want")
    accept_s: float = Field(default=300, description="an order not accepted so long is told")
    dwell: str = Field(description="one line: how long something must stay before a case opens")


class AreaAnswer(Answer):
    code: str
    parent: str | None
    level: str
    name: str
    name_en: str


class ZoneAnswer(Answer):
    id: str
    rule: str
    polygon: list[list[float]] = Field(description="fractions of the picture, from its top left; empty on the map")
    ground: list[list[float]] = Field(description="[lon, lat] on the map; empty where it is given on the picture")


class CameraAnswer(Answer):
    id: str
    name: str
    name_en: str
    area: str
    area_name: str
    grid: str | None = Field(description="where it stands; none outside all grids, or outside the caller's areas")
    grid_name: str
    street: str = Field(description="nearest named road within 60 m, or empty")
    street_en: str
    lon: float | None
    lat: float | None
    heading_deg: float | None
    hfov_deg: float | None
    range_m: float | None
    view: dict[str, Any] | None = Field(description="GeoJSON Polygon of the ground it sees")
    profiles: list[str]
    enabled: bool
    state: str
    since: float
    error: str
    codec: str
    width: int
    height: int
    last_unit_at: float
    sample_interval_s: float
    zones: list[ZoneAnswer]
    ptz: PtzSummary | None = Field(default=None, description="it turns; null for a fixed camera")


class CameraList(Answer):
    items: list[CameraAnswer]


class CameraCounters(Answer):
    connects: int
    access_units: int
    keyframes: int
    bytes_received: int
    packets_lost: int
    gop_seconds: float
    ring_seconds: float
    ring_bytes: int
    extra: dict[str, float]


class CameraDetail(CameraAnswer):
    counters: CameraCounters


class NearCamera(Answer):
    id: str
    name: str
    name_en: str
    distance_m: float
    sees: bool
    state: str
    lon: float
    lat: float


class GridName(Answer):
    code: str
    name: str


class Near(Answer):
    cameras: list[NearCamera]
    workers: list[CandidateAnswer]
    grid: GridName | None


class WorkerAnswer(Answer):
    id: str
    account_id: str
    name: str
    grids: list[str]
    transport: str
    duty: bool
    lon: float | None
    lat: float | None
    accuracy_m: float | None
    position_at: float | None
    case_id: str | None
    skills: list[str] = Field(default=[], description="ids of skills of `GET /town`")
    phone: str = Field(default="", description="digits, perhaps after +; empty where none is known")


class EquipRequest(Body):
    """What is left out stays as it is."""

    transport: Literal["walk", "bicycle", "e-bike", "car"] | None = None
    skills: list[Annotated[str, Field(max_length=32)]] | None = Field(default=None, max_length=64)
    phone: str | None = Field(default=None, max_length=48, description='"" takes it away')


class WorkerList(Answer):
    items: list[WorkerAnswer]


class Sampling(Answer):
    cameras: int = Field(description="live cameras whose pictures are analysed")
    median_interval_s: float
    longest_interval_s: float


class SilentSensor(Answer):
    id: str
    name: str
    kind: str
    heard_at: float | None = Field(description="null: never")


class SensorsHealth(Answer):
    """Sensors in the caller's areas."""

    configured: int
    alarm: int = Field(description="in alarm now")
    silent: int = Field(description="not heard for longer than they are allowed to be")
    silent_ones: list[SilentSensor] = Field(description="the longest first, 200 at most")


class BrokerHealth(Answer):
    """An MQTT broker that is listened to, of the whole system."""

    id: str
    state: Literal["connecting", "connected"]
    since: float
    error: str = Field(description="why it is not connected; empty where it is")
    messages: int = Field(description="read since it was configured")
    unusable: int = Field(description="of these, and too large ones: what could not be used")


class BaseMapHealth(Answer):
    """`kept`: its service fails, and tiles kept before are shown; `down`: nothing of it is."""

    id: str
    name: str
    state: Literal["ok", "kept", "down"]
    problem: str
    bytes_kept: int


class Health(Answer):
    """How the system stands, over the cameras the caller may see."""

    at: float
    cameras: dict[str, int] = Field(description="number of cameras by state")
    workers: list[dict[str, Any]] = Field(description="ingest worker processes")
    keyframes: int
    access_units: int
    packets_lost: int
    sampling: Sampling
    spool_depth: int = Field(description="detections that wait in the workers for being stored")
    sensors: SensorsHealth
    brokers: list[BrokerHealth]
    base_maps: list[BaseMapHealth]
    pages: int
    live_streams: int
    tasks: int = Field(description="asyncio tasks of the API process")
