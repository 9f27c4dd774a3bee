"""A detection as it arrives from a worker, checked; see "Detection as plain data" in the contracts."""

import json
from base64 import b64decode
from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from config.case_classes import Level
from config.zones import OpensCase
from incidents.errors import Invalid

MAX_BLOBS = 8
MAX_SEEN = 8
MAX_APPEARANCE = 256
PLAIN = r"^[^\x00-\x1f\x7f]*$"


def _from_base64(given: Any) -> bytes:
    if not isinstance(given, str) or len(given) > 4 * MAX_APPEARANCE:
        raise ValueError(f"must be base64 of at most {MAX_APPEARANCE} bytes")
    try:
        return b64decode(given, validate=True)
    except ValueError:
        raise ValueError("must be base64") from None


class Where(BaseModel):
    """A place on the ground, WGS 84."""

    model_config = ConfigDict(frozen=True, allow_inf_nan=False)
    lon: float = Field(ge=-180, le=180)
    lat: float = Field(ge=-90, le=90)
    error_m: float = Field(ge=0, le=100_000)


class Named(BaseModel):
    """What the object detector saw at the thing's place: the name as its model has it."""

    model_config = ConfigDict(frozen=True, allow_inf_nan=False)
    name: str = Field(pattern=PLAIN, min_length=1, max_length=64)
    score: float = Field(ge=0, le=1)
    box: tuple[float, float, float, float]


class Report(BaseModel):
    """Unknown keys are left aside, so that a newer worker can talk to an older store."""

    model_config = ConfigDict(frozen=True, allow_inf_nan=False)
    key: str = Field(pattern=PLAIN, min_length=1, max_length=300)
    object_id: str = Field(pattern=PLAIN, min_length=1, max_length=64)
    phase: Literal["present", "gone"]
    camera_id: str = Field(pattern=PLAIN, min_length=1, max_length=64)
    zone_id: str = Field(pattern=PLAIN, max_length=64)
    rule: str = Field(pattern=PLAIN, min_length=1, max_length=32)
    case_class: str = Field(pattern=PLAIN, max_length=16)
    level: Level
    opens_case: OpensCase
    first_seen_at: float
    confirmed_at: float
    box: tuple[float, float, float, float]
    location: Where | None = None
    size_m: tuple[float, float] | None = None
    confidence: float | None = None
    view_id: str | None = Field(default=None, pattern=PLAIN, min_length=1, max_length=64)
    aspect: str | None = Field(default=None, pattern=PLAIN, min_length=1, max_length=32)
    appearance: (
        Annotated[bytes, BeforeValidator(_from_base64), Field(min_length=1, max_length=MAX_APPEARANCE)] | None
    ) = None
    """How the thing looks (`incidents.appearance`); of whatever version."""
    seen_as: tuple[Named, ...] | None = Field(default=None, max_length=MAX_SEEN)
    blobs: tuple[str, ...] = Field(default=(), max_length=MAX_BLOBS)

    @property
    def box_text(self) -> str:
        return json.dumps(list(self.box))

    def detail(self) -> dict[str, Any]:
        """What of it goes into the trace."""
        whole = self.model_dump(
            mode="json", exclude={"phase", "camera_id", "opens_case", "blobs", "level", "appearance"}
        )
        return {key: value for key, value in whole.items() if value is not None}


def report_from(detection: Mapping[str, Any]) -> Report:
    """Raises Invalid naming every field that is wrong."""
    try:
        report = Report.model_validate(dict(detection))
    except ValidationError as error:
        found = error.errors(include_input=False, include_url=False)
        said = "; ".join(f"{'.'.join(map(str, one['loc']))}: {one['msg']}" for one in found[:5])
        raise Invalid(f"detection: {said}", ".".join(map(str, found[0]["loc"]))) from None
    if not all(0.0 <= value <= 1.0 for value in report.box):
        raise Invalid("detection: box: every value must lie between 0 and 1", "box")
    return report
