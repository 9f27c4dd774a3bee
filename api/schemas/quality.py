"""Video quality: faults that go on, their history, a day's report."""

from typing import Literal

from pydantic import Field

from api.schemas import Answer

Fault = Literal[
    "lost", "frozen", "black", "overexposed", "colour_cast", "noise", "blurred", "covered", "turned", "wrong_time"
]


class QualityEpisode(Answer):
    id: str
    camera_id: str
    area: str
    area_name: str
    fault: Fault
    began_at: float = Field(description="when it first showed")
    told_at: float = Field(description="when it had held for long enough")
    ended_at: float | None = Field(description="null: it goes on")
    picture: bool = Field(description="whether `picture.jpg` is there")
    healthy: bool = Field(description="whether `healthy.jpg` is there")


class QualityFaults(Answer):
    items: list[QualityEpisode] = Field(description="newest first")
    counts: dict[Fault, int] = Field(description="cameras with each now, within area, whatever `fault` asks for")
    cameras: int = Field(description="in use within area")
    well: int = Field(description="of these, without a fault")


class QualityHistory(Answer):
    items: list[QualityEpisode] = Field(description="newest first")


class AreaQuality(Answer):
    area: str = Field(description="empty: all together")
    area_name: str
    cameras: int
    well: int = Field(description="without a fault at the end of the day, or now")
    well_share: float
    affected: int = Field(description="with a fault at any time of the day")
    online_share: float = Field(description="of the time of all its cameras")
    faults: dict[Fault, int] = Field(description="how many cameras had each")


class QualityReportItem(QualityEpisode):
    camera_name: str
    camera_name_en: str
    seconds: float = Field(description="how long it went on within the day")


class QualityReport(Answer):
    day: str = Field(examples=["2026-09-21"])
    from_at: float
    to_at: float
    until: float = Field(description="`to_at`, or now on the present day")
    total: AreaQuality
    areas: list[AreaQuality]
    items: list[QualityReportItem]
