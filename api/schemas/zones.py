"""Zones of a camera for whoever draws them."""

from typing import Any

from pydantic import Field

from api.schemas import Answer, Body
from api.schemas.estate_changes import Reloaded
from config.zones import GroundPlace, PicturePoint


class ViewName(Answer):
    id: str
    zh: str
    en: str
    preset: str | None = Field(description="token of the device's preset, to send it there")


class ShownZone(Answer):
    zone: dict[str, Any] = Field(description="as in cameras.yaml, without what its rule has anyway")
    shown: list[PicturePoint] | None = Field(description="where it lies in the picture; null where it is not seen")
    problem: str


class ZonesAnswer(Answer):
    camera: str
    name: str
    name_en: str
    view: str | None
    views: list[ViewName] = Field(description="of a dome; zones belong to one of them")
    standing: bool = Field(description="the live picture is of this view")
    zones: list[ShownZone]
    version: str
    rules: dict[str, dict[str, Any]] = Field(description="by name, what a zone has where it says nothing")
    has_ground: bool = Field(description="places and sizes are known: zones may be on the map")
    enabled: bool
    width: int | None = Field(description="of the live picture")
    height: int | None


class ZonesChange(Body):
    view: str | None = Field(default=None, max_length=64)
    version: str = Field(max_length=64, description="that was loaded")
    zones: list[dict[str, Any]] = Field(max_length=32)


class ZonesSaved(Reloaded):
    version: str


class ZonePlace(Body):
    view: str | None = Field(default=None, max_length=64)
    polygon: list[PicturePoint] = Field(default=[], max_length=64)
    ground: list[GroundPlace] = Field(default=[], max_length=64)


class ZonePlaceAnswer(Answer):
    polygon: list[PicturePoint]
    ground: list[GroundPlace]


class RasterLineAnswer(Answer):
    points: list[tuple[float, float]]
    step_m: float
    metres: float | None


class RasterAnswer(Answer):
    lines: list[RasterLineAnswer]
    rows: int
    columns: int
    person: list[float | None] = Field(description="row by row: height of a person of 1.7 m as a fraction")
    metre: list[float | None] = Field(description="width of a metre as a fraction")
    metres: list[float | None] = Field(description="distance from the camera")


class TrialRequest(Body):
    camera: str = Field(max_length=64)
    view: str | None = Field(default=None, max_length=64)
    zones: list[dict[str, Any]] = Field(min_length=1, max_length=32)
    dwell_seconds: float | None = Field(default=None, ge=1, le=86400, description="in place of every zone's own")
    interval_seconds: float = Field(default=2.0, ge=0.5, le=30, description="of clips: between two pictures looked at")
    evidence: str | None = Field(default=None, max_length=64, description="id of a case's clip to play")
    upload: bool = Field(default=False, description="a clip follows")


class TrialAnswer(Answer):
    id: str
    camera: str
    view: str | None
    state: str = Field(description="waiting, uploading, queued, running, done, failed or cancelled")
    problem: dict[str, str] | None = Field(description="why it failed, in zh and en")
    clip: dict[str, Any] | None = Field(description="width, height, seconds, key_seconds")
    at: float = Field(description="seconds of the clip played")
    found: list[dict[str, Any]] = Field(description="what would have been raised")
    result: dict[str, Any] | None = Field(description="things known at the end and what each zone makes of them")
    pictures: int
