"""Orders from above that are typed in."""

from pydantic import Field

from api.schemas import Answer, Body
from api.schemas.exchange import DoublesAnswer
from config.case_classes import Level


class SenderAnswer(Answer):
    id: str
    name: str
    asks: list[str] = Field(description="Chinese names of the fields of its feedback form; empty: it has none")


class SenderList(Answer):
    items: list[SenderAnswer]


class OrderRequest(Body):
    """`source` of `GET /exchange/orders`, or `sender` in words."""

    source: str | None = Field(default=None, max_length=64)
    sender: str = Field(default="", max_length=60)
    form: str | None = Field(default=None, max_length=64, description="with sender: whose feedback form is asked")
    number: str = Field(default="", max_length=60, description="of the order, by who sent it; taken once")
    case_class: str = Field(max_length=16)
    level: Level | None = Field(default=None, description="null: that of the class")
    area: str = Field(max_length=64, description="code of where it is")
    address: str = Field(default="", max_length=120, description="in words; needed where there is no lon and lat")
    lon: float | None = Field(default=None, ge=-180, le=180, description="WGS 84")
    lat: float | None = Field(default=None, ge=-90, le=90)
    description: str = Field(default="", max_length=2000)
    deadline_at: float | None = Field(default=None, ge=0, le=1e11, description="Unix seconds; null: by the catalogue")


class OrderAnswer(Answer):
    case_id: str
    case_number: str
    repeated: bool = Field(description="it had been typed before, and nothing was done")
    doubles: DoublesAnswer | None = Field(default=None, description="proposed; nothing is merged by itself")
