"""Calibration of fixed cameras, what they cover, and who sees a place."""

from typing import Annotated, Any, Self

from pydantic import Field, model_validator

from api.schemas import Answer, Body, Names
from api.schemas.estate_changes import Reloaded
from api.schemas.moments import GroundPlace
from api.schemas.town import GridName
from config.cameras import GroundPoint, Position, View


class PlaceBody(Body):
    lon: float = Field(ge=-180, le=180)
    lat: float = Field(ge=-85, le=85)


Fraction = Annotated[float, Field(ge=0, le=1)]


class PoseMatches(Body):
    matches: list[GroundPoint] = Field(max_length=64, description="points of the picture and their places")
    place_error_m: float = Field(default=0.5, ge=0.05, le=5, description="how sure the places are, one sigma")


class PoseSave(PoseMatches):
    version: str = Field(max_length=64, description="that was loaded")
    position: Position | None = Field(default=None, description="with `view`: taken as they are, nothing is solved")
    view: View | None = None

    @model_validator(mode="after")
    def _both(self) -> Self:
        if (self.position is None) != (self.view is None):
            raise ValueError("position and view go together")
        return self


class PosePoint(Body):
    """One of `picture` and `place`; `position` and `view` as solved, or the camera as it is configured."""

    picture: tuple[Fraction, Fraction] | None = None
    place: PlaceBody | None = None
    position: Position | None = None
    view: View | None = None

    @model_validator(mode="after")
    def _one(self) -> Self:
        if (self.picture is None) == (self.place is None):
            raise ValueError("either picture or place")
        if (self.position is None) != (self.view is None):
            raise ValueError("position and view go together")
        return self


class PosePointAnswer(Answer):
    place: GroundPlace | None = Field(description="on the ground; null where the picture shows none, or too uncertain")
    picture: tuple[float, float] | None = Field(description="null outside the picture or the camera's range")
    grid: GridName | None


class SquareLineAnswer(Answer):
    points: list[tuple[float, float]] = Field(description="of the picture")
    ends: tuple[tuple[float, float], tuple[float, float]] = Field(description="on the map, lon and lat")


class MatchShown(Answer):
    """Where a pose puts the two ends of one match."""

    place: tuple[float, float] | None = Field(description="lon and lat that its picture point shows")
    picture: tuple[float, float] | None = Field(description="point at which its place appears")
    metres: float | None
    pixels: float | None


class PoseShown(Answer):
    """What a pose looks like, in the picture and on the map."""

    squares: list[SquareLineAnswer] = Field(description="lines on the ground every ten metres from the camera's foot")
    horizon: list[tuple[float, float]]
    seen: dict[str, Any] | None = Field(description="the ground in the picture, a GeoJSON Polygon")
    matches: list[MatchShown] = Field(description="in their order")


class PoseAnswer(Answer):
    camera: str
    name: str
    name_en: str
    position: Position | None
    view: View | None
    matches: list[GroundPoint] = Field(description="its ground points, or those that it was solved from")
    version: str
    width: int | None = Field(description="of the live picture")
    height: int | None
    ground_points: bool = Field(description="the matches come before the pose, which was not solved from them")
    shown: PoseShown | None = Field(description="null where the camera has no pose")


class MatchResidualAnswer(Answer):
    metres: float | None = Field(description="between its place and where the picture puts it; null off the ground")
    pixels: float | None
    suspect: bool


class PoseErrorsAnswer(Answer):
    position_m: float
    height_m: float
    heading_deg: float
    tilt_deg: float
    roll_deg: float
    hfov_deg: float
    k1: float
    k2: float


class PoseSolved(Answer):
    position: Position
    view: View
    residuals: list[MatchResidualAnswer] = Field(description="in the order of the matches")
    solved: list[str] = Field(description="what the matches determine; the rest stays about as it was")
    agree: bool = Field(description="false: they contradict each other; one of the suspects is wrong")
    rms_m: float = Field(description="over the matches used")
    rms_pixels: float
    errors: PoseErrorsAnswer = Field(description="one sigma each")
    shown: PoseShown
    before: PoseShown | None = Field(description="the same of the camera as it is configured")
    seen: dict[str, Any] | None = Field(description="the ground it would see, a GeoJSON Polygon")
    zones_unseen: list[str] = Field(description="why zones drawn on the map would not be seen any more")


class PoseSaved(Reloaded):
    version: str


class SightAnswer(Answer):
    camera: str
    name: str
    name_en: str
    kind: str = Field(description="fixed or dome")
    lon: float
    lat: float
    distance_m: float
    dip_deg: float = Field(description="how steeply it looks down at the place")
    pixels_per_metre: float = Field(description="of a dome at full zoom")
    shows: str = Field(description="recognise, detect or presence")
    picture: tuple[float, float] | None = Field(description="where a fixed camera shows the place")
    error_m: float | None = Field(description="how far off that point may be on the ground, one sigma")
    reason: str = Field(description="of the line of sight: clear, likely_clear, likely_hidden, hidden_by_…")
    clear: float = Field(description="how likely nothing stands in between; 0 or 1 where buildings are known")
    why: Names
    pan_deg: float | None = Field(description="where a dome has to turn")
    tilt_deg: float | None


class Sights(Answer):
    items: list[SightAnswer]
    left_out: int = Field(description="further ones")
