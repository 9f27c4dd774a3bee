"""What a display can be told to show."""

from collections.abc import Iterable
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

from wall.layouts import CODE_MAX
from wall.shelf import CAMERAS_MAX

CameraId = Annotated[str, Field(min_length=1, max_length=64)]
Key = Annotated[str, Field(min_length=1, max_length=64)]
Layout = Annotated[str, Field(min_length=1, max_length=CODE_MAX)]
MAX_NAME = 100


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Arrangement(_Part):
    """A layout code and its cameras in reading order; more cameras than cells are further pages."""

    layout: Layout
    cameras: list[CameraId | None] = Field(max_length=CAMERAS_MAX)


class ShowCamera(_Part):
    kind: Literal["camera"]
    camera: CameraId


class ShowArrangement(_Part):
    kind: Literal["arrangement"]
    name: str = Field(default="", max_length=MAX_NAME)
    arrangement: Arrangement


class ShowTour(_Part):
    kind: Literal["tour"]
    tour_id: Key


class ShowCase(_Part):
    kind: Literal["case"]
    case_id: Key


class ShowBlank(_Part):
    kind: Literal["blank"]


Showing = Annotated[ShowCamera | ShowArrangement | ShowTour | ShowCase | ShowBlank, Field(discriminator="kind")]
SHOWING: TypeAdapter[ShowCamera | ShowArrangement | ShowTour | ShowCase | ShowBlank] = TypeAdapter(Showing)
AnyShowing = ShowCamera | ShowArrangement | ShowTour | ShowCase | ShowBlank
BLANK = ShowBlank(kind="blank")


def to_text(showing: AnyShowing) -> str:
    return SHOWING.dump_json(showing).decode()


def from_text(text: str) -> AnyShowing:
    return SHOWING.validate_json(text)


def named(cameras: Iterable[str | None]) -> list[str]:
    """Each camera once, in order."""
    return list(dict.fromkeys(camera for camera in cameras if camera is not None))
