"""The registers: vendors, firms, their parts in cases, and places that keep coming back."""

from typing import Any, Literal

from pydantic import Field

from api.schemas import Answer, Body, Names
from api.schemas.cases import CaseAnswer
from config.escalation import Measure, PartyKind

PartyRole = Literal["subject", "owner", "witness"]


class PartyRequest(Body):
    kind: PartyKind
    name: str = Field(min_length=1, max_length=100)
    area: str = Field(max_length=64, description="code of its home: a town, village or grid")
    phone: str = Field(default="", max_length=40)
    plate: str = Field(default="", max_length=30)
    trade: str = Field(default="", max_length=100, description="goods or business")
    note: str = Field(default="", max_length=1000)
    id_number: str = Field(default="", max_length=40, description="checked and hashed; never told again as a whole")


class PartyChangeRequest(PartyRequest):
    version: int | None = Field(default=None, description="409 when the entry has changed since")


class NumberRequest(Body):
    kind: PartyKind
    id_number: str = Field(min_length=2, max_length=40)


class MergeRequest(Body):
    other: str = Field(max_length=64, description="id of the entry that goes into this one")


class PartRequest(Body):
    """`party_id` of one that is entered, or `party`: a new one."""

    party_id: str | None = Field(default=None, max_length=64)
    party: PartyRequest | None = None
    role: PartyRole = "subject"
    measure: Measure | None = None
    note: str = Field(default="", max_length=400)
    use_picture: bool = Field(default=False, description="the case's first picture becomes the party's photo")


class CountsAnswer(Answer):
    days_30: int
    days_90: int
    days_365: int
    total: int
    last_at: float | None


class PartyAnswer(Answer):
    id: str
    kind: str
    name: str
    phone: str = Field(description="with its middle left out, but on the party's own card")
    plate: str
    trade: str
    note: str
    id_shown: str
    area: str | None = Field(description="null: its home lies outside the caller's areas")
    area_name: str | None
    photo_evidence_id: str | None
    made_at: float
    version: int
    anonymous: bool
    counts: CountsAnswer = Field(description="of cases in the caller's areas")


class PartyList(Answer):
    items: list[PartyAnswer]
    total: int


class RecordAnswer(Answer):
    case_id: str
    number: str
    case_class: str
    class_name: Names
    state: str
    opened_at: float
    area_name: str
    address: str
    role: str
    measure: str | None
    note: str
    at: float
    by_name: str
    picture_evidence_id: str | None


class LogAnswer(Answer):
    at: float
    action: str
    by_name: str
    case_id: str | None
    detail: dict[str, Any]


class PartyDetailAnswer(Answer):
    party: PartyAnswer
    record: list[RecordAnswer] = Field(description="its newest cases, newest first")
    log: list[LogAnswer] = Field(description="what was done to the entry, newest first")
    may_edit: bool


class ProposalAnswer(Answer):
    nth: int
    within_days: int
    measure: str
    level: int | None = Field(description="the level the case should have by then")
    basis: list[RecordAnswer] = Field(description="the earlier cases that lead to it")


class PartyInCaseAnswer(Answer):
    party: PartyAnswer
    role: str
    measure: str | None
    note: str
    at: float
    by_name: str
    proposal: ProposalAnswer | None
    record: list[RecordAnswer] = Field(description="its other cases, newest first")


class PlaceHistoryAnswer(Answer):
    near_m: float | None = Field(description="null: the case has no place on the map, and its camera's cases are told")
    days: int
    total: int
    same_class: int
    items: list[CaseAnswer]


class CaseHistoryAnswer(Answer):
    place: PlaceHistoryAnswer
    parties: list[PartyInCaseAnswer]
    may_see_parties: bool
    may_edit: bool


class SuggestionAnswer(Answer):
    party: PartyAnswer
    reason: str = Field(description="repeat: the same thing was theirs before; place: met there; text: fits the words")


class SuggestionList(Answer):
    items: list[SuggestionAnswer]


class SpotAnswer(Answer):
    lon: float
    lat: float
    case_class: str
    class_name: Names
    n: int
    days_30: int
    first_at: float
    last: CaseAnswer


class SpotList(Answer):
    items: list[SpotAnswer]
