"""Turning domes. Directions are pan clockwise and tilt up in degrees of the device, zoom is magnification."""

from typing import Annotated, Any, Literal

from pydantic import Field

from api.schemas import Answer, Body, Names
from api.schemas.ptz_rounds import WatchingAnswer
from wall.ptz.refusal import Words

Share = Annotated[float, Field(ge=-1, le=1)]
Fraction = Annotated[float, Field(ge=0, le=1)]
Degrees = Annotated[float, Field(ge=-360, le=360)]
Magnification = Annotated[float, Field(ge=1, le=500)]
Lon = Annotated[float, Field(ge=-180, le=180)]
Lat = Annotated[float, Field(ge=-85, le=85)]
Height = Annotated[float, Field(ge=-100, le=1000)]
Width = Annotated[float, Field(gt=0, le=10_000)]
Token = Annotated[str, Field(min_length=1, max_length=64)]
CameraId = Annotated[str, Field(min_length=1, max_length=64)]


class SteerBody(Body):
    """Shares of full speed, clockwise, up and closer positive. Holds for 0.7 s; all zero is a stop."""

    pan: Share = 0.0
    tilt: Share = 0.0
    zoom: Share = 0.0


class GoBody(Body):
    pan_deg: Degrees
    tilt_deg: Degrees
    zoom: Magnification | None = None
    speed: Fraction | None = None


class RelativeBody(Body):
    pan_deg: Degrees = 0.0
    tilt_deg: Degrees = 0.0
    zoom: Annotated[float, Field(ge=-500, le=500)] = 0.0


class LockBody(Body):
    minutes: Annotated[float, Field(gt=0, le=60)] = 5.0
    take_over: bool = False


class FocusBody(Body):
    """`speed` farther positive, until 0 comes; or `auto`."""

    speed: Share | None = None
    auto: bool | None = None


class IrisBody(Body):
    opening: Fraction


class AuxiliaryBody(Body):
    what: Literal["wiper", "light"]
    on: bool


class PresetBody(Body):
    name: str = Field(min_length=1, max_length=64)


class GuardBody(Body):
    preset: Token
    idle_s: Annotated[float, Field(ge=15, le=86_400)] = 60.0


class PatrolStepBody(Body):
    preset: Token
    dwell_s: Annotated[float, Field(ge=2, le=86_400)] = 15.0


class PatrolBody(Body):
    steps: list[PatrolStepBody] = Field(max_length=64)
    on: bool


class CentreBody(Body):
    x: Fraction
    y: Fraction


class FrameBody(Body):
    box: list[Fraction] = Field(min_length=4, max_length=4, description="x, y, width, height: fractions of the picture")


class PointBody(Body):
    """`height_m` above the ground there; `width_m` is what is to fill the picture, 15 m if not given."""

    lon: Lon
    lat: Lat
    height_m: Height = 0.0
    width_m: Width | None = None


class PointBestBody(PointBody):
    all: bool = Field(default=False, description="not the best dome alone but all that can look there")
    case: str | None = Field(default=None, max_length=64, description="the case that is looked at, for the log")


class AimBody(Body):
    """A known place, and where the dome said it pointed while that was at (x, y) of its picture."""

    lon: Lon
    lat: Lat
    height_m: Height = 0.0
    pan_deg: Degrees
    tilt_deg: Degrees
    zoom: Magnification = 1.0
    x: Fraction = 0.5
    y: Fraction = 0.5
    place_error_m: Annotated[float, Field(gt=0, le=1000)] | None = None


class CalibrationBody(Body):
    aims: list[AimBody] = Field(min_length=1, max_length=64)
    apply: bool = Field(default=False, description="keep it; needs ptz.calibrate")


class CalibrationUndoBody(Body):
    to: Literal["former", "configuration"] = Field(
        description="the calibration of before, or the mount of cameras.yaml"
    )


class SightBody(Body):
    camera: CameraId
    x: Fraction = 0.5
    y: Fraction = 0.5


class CrossingBody(Body):
    sights: list[SightBody] = Field(min_length=2, max_length=16)


class HolderAnswer(Answer):
    id: str
    name: str


class LockAnswer(Answer):
    """Who turns it. `rank`: administrator 3, supervisor 2, operator 1."""

    holder: HolderAnswer
    rank: int
    since: float
    until: float


class LockState(Answer):
    lock: LockAnswer | None


class PtzSummary(Answer):
    """`can` is empty until the device was asked for the first time."""

    can: list[str]
    limits: dict[str, list[float]]
    wide_hfov_deg: float


class PtzStatusAnswer(Answer):
    pan_deg: float | None
    tilt_deg: float | None
    zoom: float | None
    moving: bool | None
    at: float


class PtzProblem(Answer):
    code: str
    message: Names


def problem_answer(words: Words) -> PtzProblem:
    return PtzProblem(code=words.code, message=Names(zh=words.zh, en=words.en))


class PresetAnswer(Answer):
    token: str
    name: str
    picture: str | None = Field(description="where its picture is had, or null while there is none")


class PresetList(Answer):
    items: list[PresetAnswer]


class PresetMade(Answer):
    token: str


class GuardAnswer(Answer):
    preset: str
    idle_s: float


class PatrolStepAnswer(Answer):
    preset: str
    dwell_s: float


class PatrolAnswer(Answer):
    steps: list[PatrolStepAnswer]
    on: bool


class MountAnswer(Answer):
    heading_deg: float
    pitch_deg: float
    roll_deg: float
    tilt_zero_deg: float


class KeptCalibration(Answer):
    """Who kept it when, from how many aims, and how surely. `by` is empty where that was not written down."""

    at: float
    by: str
    aims: int
    heading_deg: float
    heading_error_deg: float
    lean_error_deg: float


class CalibrationState(Answer):
    """`calibration` null: the mount of cameras.yaml is in force. `former_calibration` was before; null likewise."""

    mount: MountAnswer
    calibration: KeptCalibration | None
    former_calibration: KeptCalibration | None


class PtzAnswer(PtzSummary):
    """`problem`: why the device does not answer now; then its status is the newest known, its presets those kept."""

    camera: str
    status: PtzStatusAnswer | None
    view: dict[str, Any] | None = Field(description="GeoJSON Polygon of the ground seen")
    lock: LockAnswer | None
    my_rank: int
    presets: list[PresetAnswer]
    guard: GuardAnswer | None
    patrol: PatrolAnswer | None
    rounds: Literal["guard", "patrol", "watch", "verify"] | None = Field(
        description="what turns it now, if nobody does"
    )
    watching: WatchingAnswer | None = Field(description="the view it is at for that")
    mount: MountAnswer
    calibration: KeptCalibration | None = Field(description="what is in force; null: the mount of cameras.yaml")
    former_calibration: KeptCalibration | None
    problem: PtzProblem | None


class DirectionAnswer(Answer):
    pan_deg: float
    tilt_deg: float


class Aimed(Answer):
    """Where the dome was sent; `zoom` null: as it is."""

    direction: DirectionAnswer
    zoom: float | None


class PointAnswer(Answer):
    camera: str
    direction: DirectionAnswer
    distance_m: float
    zoom: float
    sent: bool
    problem: PtzProblem | None


class PointedDome(PointAnswer):
    reason: PtzProblem


class PointedDomes(Answer):
    items: list[PointedDome]


class DomePlace(Answer):
    lon: float
    lat: float
    error_m: float
    distance_m: float


class PlaceAnswer(Answer):
    """`place` is null in the sky, out of range, and where the error would be as large as the distance."""

    place: DomePlace | None


class ResidualAnswer(Answer):
    error_deg: float
    error_m: float
    bad: bool


class CalibrationAnswer(Answer):
    mount: MountAnswer
    residuals: list[ResidualAnswer]
    solved: list[str]
    expected_error_deg: float
    applied: bool


class CrossingAnswer(Answer):
    lon: float
    lat: float
    height_m: float
    error_m: float
    agree: bool
    angle_deg: float
    missed_by_m: list[float]


class LogRowAnswer(Answer):
    id: int
    at: float
    camera: str
    actor: HolderAnswer | None = Field(description="null: the system's own rounds")
    action: str
    detail: dict[str, Any]


class LogAnswer(Answer):
    items: list[LogRowAnswer]
