"""A display as operators see it, and what it is told itself; the same shapes go over HTTP and as events."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from wall.showing import Arrangement, Showing

COUNT = Annotated[int, Field(ge=0, le=10_000)]


class _View(BaseModel):
    model_config = ConfigDict(frozen=True)


class Tiles(BaseModel):
    """How many of its tiles are in which state."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    live: COUNT = 0
    opening: COUNT = 0
    stale: COUNT = 0
    ended: COUNT = 0
    unplayable: COUNT = 0


class HealthReport(BaseModel):
    """What a display says of itself every few seconds."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    fps: float = Field(ge=0, le=1000, description="pictures a second of the tile that has fewest; 0 without tiles")
    tiles: Tiles
    screen: str = Field(pattern=r"^\d{1,5}x\d{1,5}$", description="width x height in device pixels")
    uptime_s: float = Field(ge=0, le=1e9, description="since the page was loaded")
    version: int = Field(ge=0, description="of what it shows, as it was told")


class Health(HealthReport):
    browser: str


class AlarmOnView(_View):
    """An alarm that stands in front of what operators put on the display."""

    case_id: str
    level: int
    since: float
    until: float | None = Field(description="ends then; null: when acknowledged")


class DisplayView(_View):
    id: str
    name: str
    area: str
    area_name: str
    showing: Showing
    shown_at: float
    shown_by: str | None = Field(description="name of who put it there")
    version: int = Field(description="one more with every change of what is to be seen")
    alarm: AlarmOnView | None
    paired_at: float
    connected: bool
    heard_at: float | None
    health: Health | None


class TourStep(_View):
    layout: str
    cameras: list[str | None]
    dwell_s: float


class TourToShow(_View):
    id: str
    name: str
    steps: list[TourStep]


class SeeCamera(_View):
    kind: Literal["camera"] = "camera"
    camera: str


class SeeArrangement(_View):
    kind: Literal["arrangement"] = "arrangement"
    name: str
    arrangement: Arrangement


class SeeTour(_View):
    kind: Literal["tour"] = "tour"
    tour: TourToShow


class SeeCase(_View):
    kind: Literal["case"] = "case"
    case_id: str
    alarm: bool = False


class SeeBlank(_View):
    """`why` is empty where blank was asked for; `gone` or `not_allowed` where what was asked for cannot be shown."""

    kind: Literal["blank"] = "blank"
    why: Literal["", "gone", "not_allowed"] = ""


See = Annotated[SeeCamera | SeeArrangement | SeeTour | SeeCase | SeeBlank, Field(discriminator="kind")]
AnySee = SeeCamera | SeeArrangement | SeeTour | SeeCase | SeeBlank


class Instructions(_View):
    """What a display reads of itself. Cameras that its own rights do not cover are not in it."""

    id: str
    name: str
    area: str
    area_name: str
    version: int
    see: See


class Pushed(_View):
    display: DisplayView
    left_out: list[str] = Field(description="cameras the display will not show, since its area does not cover them")
