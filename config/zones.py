"""Zones of a picture and what is looked for there: the key `zones` of a camera, and of a dome's views."""

from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, field_validator, model_validator
from shapely import Polygon

from config.hours import parse_hours
from config.strict import Strict

Fraction = Annotated[float, Field(ge=0.0, le=1.0)]
PicturePoint = tuple[Fraction, Fraction]
"""(x, y) as fractions of the picture's width and height from its top left, so that one zone fits every profile."""

SMALLEST_ZONE = 0.0005
"""Least area of a zone as a share of the picture: about 10 × 12 points of a 640 × 360 stream."""


def _hours(text: str) -> str:
    parse_hours(text)
    return text


Hours = Annotated[str, Field(max_length=11), AfterValidator(_hours)]


class SizeRange(Strict):
    """Size of what a rule looks for, in metres: the longer of width and height on the ground."""

    min_m: float = Field(ge=0)
    max_m: float = Field(gt=0)

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.min_m >= self.max_m:
            raise ValueError("min_m must be smaller than max_m")
        return self


class Zone(Strict):
    id: str = Field(pattern=r"^[a-z0-9][a-z0-9-]{0,63}$")
    rule: Literal["stall", "dumping"]
    polygon: list[PicturePoint] = Field(min_length=3, max_length=64)
    hours: list[Hours] = Field(
        default=["00:00-24:00"],
        min_length=1,
        max_length=24,
        description="local times, e.g. 06:00-22:00; may pass midnight",
    )
    dwell_seconds: float = Field(default=180.0, ge=1, le=86400)
    size: SizeRange = SizeRange(min_m=0.2, max_m=8.0)
    case_class: str = Field(pattern=r"^[0-9]{2}-[0-9]{2}$", description="code in the case-class catalogue")
    level: Literal[1, 2, 3, 4] = 2
    opens_case: bool = Field(default=True, description="false: into the review queue instead")

    @field_validator("polygon")
    @classmethod
    def _simple(cls, polygon: list[PicturePoint]) -> list[PicturePoint]:
        shape = Polygon(polygon)
        if not shape.is_valid:
            raise ValueError("must not cross or touch itself")
        if shape.area < SMALLEST_ZONE:
            raise ValueError(f"must cover at least {SMALLEST_ZONE:.2%} of the picture")
        return polygon
