"""Sensors as data, the brokers they are heard through (MQTT 3.1.1), and how their messages are read."""

import re
from typing import Annotated, Literal, Self

from pydantic import Field, StrictBool, StrictFloat, StrictInt, StrictStr, field_validator, model_validator

from config.case_classes import Level
from config.exchange_names import Area, ClassCode, ExchangeId, SecretName
from config.strict import Strict

SensorId = Annotated[str, Field(pattern=r"^[^\s\x00-\x1f\x7f/#+]{1,56}$")]
ValuePath = Annotated[str, Field(pattern=r"^[^.\s]{1,64}(\.[^.\s]{1,64}){0,7}$")]
StateValue = StrictBool | StrictInt | StrictFloat | Annotated[StrictStr, Field(max_length=64)]
SensorKind = Literal["smoke", "heat", "gas", "water", "door", "button", "other"]
_HOST = re.compile(r"[A-Za-z0-9]([A-Za-z0-9.-]{0,251}[A-Za-z0-9])?|[0-9A-Fa-f:]{2,45}")


class SensorPlace(Strict):
    """WGS 84."""

    lon: float = Field(ge=-180, le=180)
    lat: float = Field(ge=-85, le=85)


class Sensor(Strict):
    """Something that tells of danger at one place."""

    id: SensorId = Field(description="as its messages name it; not to be given to another one later")
    name: str = Field(min_length=1, max_length=120)
    name_en: str = Field(default="", max_length=120)
    kind: SensorKind
    via: ExchangeId = Field(description="the broker or webhook source it is heard through, and no other")
    place: SensorPlace
    area: Area | None = Field(default=None, description="where its place lies in no grid")
    case_class: ClassCode
    level: Level | None = Field(default=None, description="default: that of the class")
    files: bool = Field(default=True, description="false: its cases wait for review")
    silent_after_minutes: float | None = Field(default=None, gt=0, le=100_000, description="null: it need not be heard")


class StateRule(Strict):
    """How a message says what state its sensor is in. A message that says neither is heard, and no more."""

    state: ValuePath | None = Field(default=None, description="where in the JSON; null: the whole message")
    alarm: list[StateValue] = Field(default=[], max_length=32)
    clear: list[StateValue] = Field(default=[], max_length=32)
    at_least: float | None = Field(default=None, description="a number so large is an alarm")
    below: float | None = Field(default=None, description="a number smaller than this is none")

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if not self.alarm and self.at_least is None:
            raise ValueError("must say what an alarm is: alarm, or at_least")
        if self.below is not None and (self.at_least is None or self.below > self.at_least):
            raise ValueError("below needs at_least, and must not be larger")
        return self


class Subscription(StateRule):
    topic: str = Field(min_length=1, max_length=200, description="MQTT topic filter")
    sensor: ValuePath | None = Field(default=None, description="where in the JSON the sensor's id stands")
    topic_level: int | None = Field(default=None, ge=1, le=32, description="or which level of the topic is its id")
    at: ValuePath | None = Field(default=None, description="where its time stands: Unix s or ms, or ISO 8601 with zone")

    @field_validator("topic")
    @classmethod
    def _a_filter(cls, topic: str) -> str:
        levels = topic.split("/")
        wild = any("+" in level and level != "+" for level in levels) or any("#" in level for level in levels[:-1])
        if wild or ("#" in levels[-1] and levels[-1] != "#") or "\0" in topic:
            raise ValueError("is no topic filter: + stands for one whole level, # for all that follow, last")
        return topic

    @model_validator(mode="after")
    def _names_the_sensor(self) -> Self:
        if (self.sensor is None) == (self.topic_level is None):
            raise ValueError("must say where the sensor's id stands: sensor or topic_level, and not both")
        if self.topic_level is not None and self.topic_level > len(self.topic.split("/")) and "#" not in self.topic:
            raise ValueError("topic_level is more levels than topic has")
        return self


class Broker(Strict):
    """An MQTT broker that is listened to. Nothing is ever published to it."""

    id: ExchangeId
    host: str = Field(min_length=1, max_length=253)
    port: int = Field(default=8883, ge=1, le=65535)
    tls: bool = True
    plain_mqtt: bool = Field(default=False, description="tls: false is meant: messages and password cross readable")
    ca_file: str | None = Field(default=None, min_length=1, max_length=1024, description="PEM; besides public ones")
    credentials: SecretName | None = Field(default=None, description="entry under credentials: user and password")
    client_id: str = Field(default="gridwatch", pattern=r"^[A-Za-z0-9_-]{1,23}$", description="its own for each centre")
    subscriptions: list[Subscription] = Field(min_length=1, max_length=32)
    per_minute: int = Field(default=1200, ge=1, le=60_000, description="more are read later")

    @field_validator("host")
    @classmethod
    def _host(cls, host: str) -> str:
        if not _HOST.fullmatch(host):
            raise ValueError("must be a host name or address, without scheme, port or user")
        return host

    @model_validator(mode="after")
    def _meant(self) -> Self:
        if self.tls == self.plain_mqtt:
            raise ValueError("must have tls: true, or tls: false with plain_mqtt: true")
        return self
