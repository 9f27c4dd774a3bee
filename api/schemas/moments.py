"""The last seconds of a camera, and where on the ground a picture point lies."""

from typing import Literal

from pydantic import Field

from api.schemas import Answer, Body
from api.schemas.town import GridName


class MomentRequest(Body):
    seconds: float = Field(default=20.0, ge=1, le=120, description="how far back from now; the ring may hold less")


class MomentAnswer(Answer):
    id: str
    camera_id: str
    from_at: float = Field(description="of the first picture, a key frame")
    to_at: float
    size: int
    expires_at: float = Field(description="until when it can be added to a case")


class CaseClipRequest(Body):
    moment: str = Field(min_length=1, max_length=64)
    caption: str = Field(default="", max_length=400)


class EllipseAnswer(Answer):
    major_m: float = Field(description="one sigma along the longest direction")
    minor_m: float = Field(description="and across it")
    bearing_deg: float = Field(description="of the longest, 0 to 180 clockwise from north")


class GroundPlace(Answer):
    lon: float
    lat: float
    error_m: float = Field(description="one sigma")
    distance_m: float = Field(description="from the camera's foot")
    ellipse: EllipseAnswer | None = Field(description="the error by direction; null where it is not known so closely")


class CameraPlace(Answer):
    lon: float
    lat: float


class GroundAnswer(Answer):
    place: GroundPlace | None = Field(description="null where it cannot be told; `reason` says why")
    reason: Literal["", "no_pose", "off_ground", "too_uncertain"] = Field(
        description="no_pose: nobody measured the camera; off_ground: above the horizon or beyond the camera's range"
    )
    camera: CameraPlace | None = Field(description="where the camera stands, for want of better")
    grid: GridName | None = Field(default=None, description="of the place, where the caller may know it")
