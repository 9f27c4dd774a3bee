"""Presets and tours of the wall."""

from typing import Annotated

from pydantic import Field

from api.schemas import Answer, Body
from incidents.errors import Invalid
from wall.layouts import CODE_MAX
from wall.shelf import CAMERAS_MAX, NAME_MAX, Draft, Kept, Page
from wall.tours import DWELL_MAX_S, DWELL_MIN_S, STEPS_MAX

CameraId = Annotated[str, Field(min_length=1, max_length=64)]
Layout = Annotated[str, Field(min_length=1, max_length=CODE_MAX)]
Name = Annotated[str, Field(min_length=1, max_length=NAME_MAX)]
Cameras = Annotated[list[CameraId | None], Field(max_length=CAMERAS_MAX)]
Version = Annotated[int, Field(ge=1, description="the version this change was made from")]
AreaCode = Annotated[str, Field(max_length=64)]


class PresetRequest(Body):
    name: Name
    area: AreaCode | None = Field(default=None, description="where it is shared; none: the caller's own")
    layout: Layout
    cameras: Cameras

    def draft(self) -> Draft:
        return Draft(self.name, self.area, (Page(self.layout, tuple(self.cameras)),))


class PresetChange(Body):
    """What is left out stays; layout and cameras come together."""

    version: Version
    name: Name | None = None
    layout: Layout | None = None
    cameras: Cameras | None = None

    def pages(self) -> tuple[Page, ...] | None:
        if self.layout is None and self.cameras is None:
            return None
        if self.layout is None or self.cameras is None:
            raise Invalid("layout and cameras come together", "cameras" if self.cameras is None else "layout")
        return (Page(self.layout, tuple(self.cameras)),)


class _KeptAnswer(Answer):
    id: str
    name: str
    area: str | None = Field(description="where it is shared; none: the caller's own")
    area_name: str | None
    may_change: bool
    version: int
    updated_at: float
    updated_by: str = Field(description="name of who changed it last")


class PresetAnswer(_KeptAnswer):
    layout: str
    cameras: list[str | None] = Field(description="null: an empty place, or a camera outside the caller's areas")


class PresetList(Answer):
    items: list[PresetAnswer]


class TourStepBody(Body):
    layout: Layout
    cameras: Cameras
    dwell_s: float = Field(ge=DWELL_MIN_S, le=DWELL_MAX_S, description="how long each page of it stays")

    def page(self) -> Page:
        return Page(self.layout, tuple(self.cameras), self.dwell_s)


Steps = Annotated[list[TourStepBody], Field(min_length=1, max_length=STEPS_MAX)]


class TourRequest(Body):
    name: Name
    area: AreaCode | None = Field(default=None, description="where it is shared; none: the caller's own")
    steps: Steps

    def draft(self) -> Draft:
        return Draft(self.name, self.area, tuple(step.page() for step in self.steps))


class TourChange(Body):
    """What is left out stays."""

    version: Version
    name: Name | None = None
    steps: Steps | None = None

    def pages(self) -> tuple[Page, ...] | None:
        return None if self.steps is None else tuple(step.page() for step in self.steps)


class TourStepAnswer(Answer):
    layout: str
    cameras: list[str | None] = Field(description="null: an empty place, or a camera outside the caller's areas")
    dwell_s: float


class TourAnswer(_KeptAnswer):
    steps: list[TourStepAnswer]


class TourList(Answer):
    items: list[TourAnswer]


def preset_answer(kept: Kept) -> PresetAnswer:
    page = kept.pages[0]
    return PresetAnswer(**_common(kept), layout=page.layout, cameras=list(page.cameras))


def tour_answer(kept: Kept) -> TourAnswer:
    return TourAnswer(**_common(kept), steps=[TourStepAnswer.model_validate(page) for page in kept.pages])


def _common(kept: Kept) -> dict[str, object]:
    return {name: getattr(kept, name) for name in _KeptAnswer.model_fields}
