"""Single cameras changed over HTTP, and cameras.yaml read again."""

from pydantic import Field, SecretStr

from api.schemas import Answer, Body
from config.cameras import Position, View


class CameraAccount(Body):
    username: str = Field(min_length=1, max_length=128)
    password: SecretStr = Field(min_length=1, max_length=4096)


class CameraChange(Body):
    """What is left out stays as it is; null or an empty text takes away what a camera need not have."""

    name: str | None = Field(default=None, max_length=120)
    name_en: str | None = Field(default=None, max_length=120)
    area: str | None = Field(default=None, max_length=32, description="code of its village, or the town")
    national_code: str | None = Field(default=None, max_length=20)
    enabled: bool | None = None
    position: Position | None = None
    view: View | None = None
    sub_url: str | None = Field(default=None, max_length=1024)
    main_url: str | None = Field(default=None, max_length=1024)
    device_url: str | None = Field(default=None, max_length=512)
    credentials: str | None = Field(default=None, max_length=64, description="name of an entry there is")
    account: CameraAccount | None = Field(default=None, description="user and password anew, into the vault")


class NewCamera(CameraChange):
    id: str | None = Field(default=None, max_length=64, description="without one it gets one")


class Reloaded(Answer):
    added: list[str] = Field(description="ids")
    changed: list[str]
    removed: list[str]
    next_start: list[str] = Field(description="keys of the file that only the next start takes over")
    unsettled: list[str] = Field(description="ingest workers that could not follow yet, and why")


class CameraChanged(Reloaded):
    id: str
