"""Zones of a picture or of the map and what is looked for there: the key `zones` of a camera, and of a dome's views."""

from typing import Annotated, Any, Literal, Self

from pydantic import (
    AfterValidator,
    Field,
    SerializationInfo,
    SerializerFunctionWrapHandler,
    field_validator,
    model_serializer,
    model_validator,
)
from shapely import Polygon

from config.hours import parse_hours
from config.strict import Strict
from config.zone_defaults import ZONE_DEFAULTS

Fraction = Annotated[float, Field(ge=0.0, le=1.0)]
PicturePoint = tuple[Fraction, Fraction]
"""(x, y) as fractions of the picture's width and height from its top left, so that one zone fits every profile."""

GroundPlace = tuple[Annotated[float, Field(ge=-180, le=180)], Annotated[float, Field(ge=-85, le=85)]]
"""(lon, lat) in WGS 84 degrees."""

OpensCase = bool | Literal["earned"]
"""`earned`: whoever takes the detection in decides, by how often this camera's rule was right (`config.earning`)."""

LEAST_CORNERS = 3
LEAST_ROOM = 0.3
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
    """Where it says nothing, its rule's own values hold (`config.zone_defaults`)."""

    id: str = Field(pattern=r"^[a-z0-9][a-z0-9-]{0,63}$")
    rule: Literal["stall", "dumping", "parking", "pile", "crowd", "occupancy", "smoke_fire"]
    polygon: list[PicturePoint] = Field(default=[], max_length=64, description="on the picture; either this or ground")
    ground: list[GroundPlace] = Field(default=[], max_length=64, description="[lon, lat] on the map")
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
    opens_case: OpensCase = Field(
        default=True, description="false: into the review queue instead; earned: by itself where it has earned that"
    )
    people: int = Field(default=20, ge=3, le=1000, description="from how many on it is a crowd; for the rule crowd")
    full_share: float = Field(default=0.9, ge=0.3, le=1.0, description="taken from here on: too full; 1: never told")
    empty_share: float = Field(default=0.1, ge=0.0, le=0.7, description="taken up to here: too empty; 0: never told")
    learning_hours: float = Field(default=48.0, ge=0.0, le=336.0, description="watched before the rule occupancy tells")

    @model_validator(mode="before")
    @classmethod
    def _as_its_rule_has_it(cls, given: Any) -> Any:
        if not isinstance(given, dict) or not isinstance(given.get("rule"), str):
            return given
        return {**ZONE_DEFAULTS.get(given["rule"], {}), **given}

    @model_serializer(mode="wrap")
    def _said_where_its_rule_has_it_otherwise(
        self, handler: SerializerFunctionWrapHandler, info: SerializationInfo
    ) -> dict[str, Any]:
        """Without defaults a key may be left out only where reading fills in the same."""
        plain: dict[str, Any] = handler(self)
        if info.exclude_defaults and info.include is None:
            whole = self.model_dump(mode="json", include=set(ZONE_DEFAULTS.get(self.rule, {})))
            plain = {**whole, **plain}
        return plain

    @field_validator("polygon", "ground")
    @classmethod
    def _simple(cls, corners: list[PicturePoint]) -> list[PicturePoint]:
        if not corners:
            return corners
        if len(corners) < LEAST_CORNERS:
            raise ValueError(f"must have at least {LEAST_CORNERS} corners")
        if not Polygon(corners).is_valid:
            raise ValueError("must not cross or touch itself")
        return corners

    @field_validator("polygon")
    @classmethod
    def _large_enough(cls, polygon: list[PicturePoint]) -> list[PicturePoint]:
        if polygon and Polygon(polygon).area < SMALLEST_ZONE:
            raise ValueError(f"must cover at least {SMALLEST_ZONE:.2%} of the picture")
        return polygon

    @model_validator(mode="after")
    def _room_between(self) -> Self:
        if self.empty_share + LEAST_ROOM > self.full_share:
            raise ValueError(f"full_share must be larger than empty_share by {LEAST_ROOM} at least")
        return self

    @model_validator(mode="after")
    def _one_place(self) -> Self:
        if bool(self.polygon) == bool(self.ground):
            raise ValueError("must have exactly one of polygon and ground")
        return self
