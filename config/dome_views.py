"""The key `views` of a dome: what it visits by itself, when, and what is looked for there."""

from typing import Self

from pydantic import Field, model_validator

from config.strict import Strict
from config.zones import Hours, Zone


class ViewAim(Strict):
    """A direction in the device's own degrees: pan clockwise, tilt up positive; zoom as magnification."""

    pan_deg: float = Field(ge=-360, le=360)
    tilt_deg: float = Field(ge=-180, le=180)
    zoom: float = Field(default=1.0, ge=1, le=500)


class DomeView(Strict):
    """Given by a preset of the device, or by a direction. Visited in turn with the others that are due at that hour."""

    id: str = Field(pattern=r"^[a-z0-9][a-z0-9-]{0,63}$")
    name: str = Field(min_length=1, max_length=64)
    name_en: str = Field(default="", max_length=64)
    preset: str | None = Field(default=None, min_length=1, max_length=64, description="token of a preset of the device")
    aim: ViewAim | None = None
    hours: list[Hours] = Field(default=["00:00-24:00"], min_length=1, max_length=24, description="when it is visited")
    dwell_seconds: float = Field(default=60.0, ge=10, le=3600, description="how long the dome stays")
    stay_seconds: float = Field(default=240.0, ge=0, le=3600, description="longer, while something new stands there")
    tolerance_deg: float = Field(default=0.3, gt=0, le=5, description="how far off the direction is still this view")
    zones: list[Zone] = Field(default=[], max_length=32)

    @model_validator(mode="after")
    def _one_direction(self) -> Self:
        if (self.preset is None) == (self.aim is None):
            raise ValueError("must have exactly one of preset and aim")
        return self
