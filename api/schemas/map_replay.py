"""The map's past, and its sensors."""

from typing import Literal

from pydantic import Field

from api.schemas import Answer


class PastCaseAnswer(Answer):
    id: str
    number: str
    case_class: str
    class_zh: str
    class_en: str
    level: int = Field(description="today's")
    title_zh: str
    title_en: str
    grid: str | None
    lon: float
    lat: float
    opened_at: float
    closed_at: float | None


class PastCasesAnswer(Answer):
    items: list[PastCaseAnswer] = Field(description="open at any moment of the stretch, newest first")
    more: bool = Field(description="there were more than are given")


class TrackAnswer(Answer):
    worker_id: str
    name: str
    fixes: list[tuple[float, float, float]] = Field(description="[at, lon, lat], oldest first")


class TracksAnswer(Answer):
    items: list[TrackAnswer]
    step_s: int = Field(description="of one worker at most a fix every so many seconds")


class SensorAnswer(Answer):
    id: str = Field(description="unique with `via`")
    via: str = Field(description="the broker or source that speaks for it")
    name: str
    name_en: str
    kind: str
    lon: float
    lat: float
    state: Literal["alarm", "silent", "ok"]
    heard_at: float | None = Field(description="null: never")


class SensorsAnswer(Answer):
    items: list[SensorAnswer]
