"""Loudspeakers, talks and announcements."""

from typing import Annotated, Any, Literal, Self

from pydantic import Field, model_validator

from api.schemas import Answer, Body, Names
from talkdown.talk import Talk, Target

SpeakerId = Annotated[str, Field(min_length=1, max_length=64)]
CaseId = Annotated[str, Field(min_length=1, max_length=64)]
Lon = Annotated[float, Field(ge=-180, le=180)]
Lat = Annotated[float, Field(ge=-85, le=85)]
TalkState = Literal["waiting", "opening", "speaking", "played", "stopped", "failed"]


class WhoAnswer(Answer):
    id: str
    name: str


class LoudspeakerAnswer(Answer):
    id: str
    name: str
    name_en: str
    area: str
    area_name: str
    lon: float
    lat: float
    range_m: float
    driver: Literal["onvif", "http"]
    camera: str | None = Field(description="whose loudspeaker it is")
    takes_live: bool
    takes_chinese: bool = Field(description="it reads Chinese text itself, or a program here does")
    takes_english: bool
    may_speak: bool
    may_in_quiet_hours: bool
    state: Literal["idle", "off", "waiting", "opening", "speaking"]
    holder: WhoAnswer | None = Field(description="who speaks there now")
    since: float | None
    quiet: bool = Field(description="these are its quiet hours")
    reached: bool | None = Field(description="whether it answered last; null: not tried yet")
    reached_at: float | None
    problem: Names | None = Field(description="why it did not answer")


class LoudspeakerList(Answer):
    items: list[LoudspeakerAnswer]
    longest_seconds: int
    at_once: int


class PlaceBody(Body):
    lon: Lon
    lat: Lat


class ChoiceBody(Body):
    """Exactly one of them."""

    near: PlaceBody | None = None
    case: CaseId | None = None
    road: str | None = Field(default=None, min_length=1, max_length=120, description="by its name on the road layer")
    grid: str | None = Field(default=None, min_length=1, max_length=64)
    drawn: list[tuple[Lon, Lat]] | None = Field(default=None, min_length=3, max_length=1000)

    @model_validator(mode="after")
    def _one(self) -> Self:
        if sum(getattr(self, name) is not None for name in type(self).model_fields) != 1:
            raise ValueError("must have exactly one of near, case, road, grid and drawn")
        return self


class ReachingAnswer(Answer):
    id: str
    distance_m: float = Field(description="from what was asked for; 0 where it hangs within")


class ReachingList(Answer):
    items: list[ReachingAnswer]


class TalkBody(Body):
    loudspeakers: list[SpeakerId] = Field(min_length=1, max_length=2000)
    text: str | None = Field(default=None, min_length=1, max_length=500)
    announcement: str | None = Field(default=None, min_length=1, max_length=32)
    repeat: int = Field(default=1, ge=1, le=10)
    case: CaseId | None = Field(default=None, description="whose trace is to tell of it")
    take_over: bool = Field(default=False, description="from those of lower rank who speak there now")
    in_quiet_hours: bool = Field(default=False, description="supervisors only")

    @model_validator(mode="after")
    def _one(self) -> Self:
        if (self.text is None) == (self.announcement is None):
            raise ValueError("must have text or announcement, and not both")
        return self


class LiveTalkBody(Body):
    """The first message on `/talks/live`."""

    type: Literal["talk"]
    loudspeakers: list[SpeakerId] = Field(min_length=1, max_length=2000)
    case: CaseId | None = None
    take_over: bool = False
    in_quiet_hours: bool = False


class TargetAnswer(Answer):
    loudspeaker: str
    name: str
    name_en: str
    state: TalkState
    why: str = Field(description="code of the reason; empty where nothing stood against it")
    reason: Names | None
    began_at: float | None
    seconds: float


class TalkAnswer(Answer):
    id: str
    kind: Literal["text", "announcement", "live"]
    text: str
    announcement: str
    by: WhoAnswer
    case: str | None
    began_at: float
    ended_at: float | None
    over: bool
    targets: list[TargetAnswer]


class AnnouncementAnswer(Answer):
    id: str
    area: str
    area_name: str
    name: str
    text: str
    seconds: float
    made_at: float
    made_by: str
    may_change: bool


class AnnouncementList(Answer):
    items: list[AnnouncementAnswer]


def talk_answer(talk: Talk, targets: list[Target]) -> TalkAnswer:
    """With those of its loudspeakers that the caller may know of."""
    message = talk.message
    told: dict[str, Any] = {"text": message.text, "announcement": message.name, "case": talk.case_id}
    return TalkAnswer(
        id=talk.id,
        kind=message.kind,
        by=WhoAnswer(id=talk.account_id, name=talk.name),
        began_at=talk.began_at,
        ended_at=talk.ended_at,
        over=talk.ended_at is not None,
        targets=[_target(target) for target in targets],
        **told,
    )


def _target(target: Target) -> TargetAnswer:
    reason = target.reason
    return TargetAnswer(
        loudspeaker=target.speaker.id,
        name=target.speaker.name,
        name_en=target.speaker.name_en,
        state=target.state.value,
        why=reason.why.value if reason is not None else "",
        reason=Names(zh=reason.zh, en=reason.en) if reason is not None else None,
        began_at=target.began_at,
        seconds=round(target.seconds, 2),
    )
