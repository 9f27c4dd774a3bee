"""What a page may say over its WebSocket (docs/design/contracts.md)."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

from ingest.access_unit import Profile
from wall.events import Topic


class Message(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)


class Open(Message):
    type: Literal["open"]
    stream: int = Field(ge=0, le=65535)
    camera: str = Field(min_length=1, max_length=64)
    profile: Profile = "sub"


class Close(Message):
    type: Literal["close"]
    stream: int = Field(ge=0, le=65535)


CodecString = Annotated[str, Field(min_length=4, max_length=64)]


class Codecs(Message):
    """What the page can decode: beginnings of codec strings, and whole ones it cannot all the same."""

    type: Literal["codecs"]
    decode: list[CodecString] = Field(max_length=32)
    without: list[CodecString] = Field(default=[], max_length=32, alias="not")


class Events(Message):
    type: Literal["events"]
    topics: list[Topic] = Field(max_length=16)


class Positions(Message):
    """Whether the page wants to be told in bulk where people are."""

    type: Literal["positions"]
    on: bool


class Steer(Message):
    """Turns a dome at shares of its full speed; holds for a moment, all zero is a stop."""

    type: Literal["ptz"]
    camera: str = Field(min_length=1, max_length=64)
    pan: float = Field(default=0.0, ge=-1, le=1)
    tilt: float = Field(default=0.0, ge=-1, le=1)
    zoom: float = Field(default=0.0, ge=-1, le=1)


class Ping(Message):
    type: Literal["ping"]
    at: float


AnyMessage = Open | Close | Codecs | Events | Positions | Steer | Ping
ClientMessage = Annotated[AnyMessage, Field(discriminator="type")]
client_message: TypeAdapter[AnyMessage] = TypeAdapter(ClientMessage)
