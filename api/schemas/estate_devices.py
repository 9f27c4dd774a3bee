"""The estate camera by camera, finding devices, and the accounts they are opened with."""

from typing import Annotated, Any, Literal

from pydantic import Field, SecretStr

from api.schemas import Answer, Body
from config.vault import MAX_PASSWORD_BYTES
from estate.plan import DEFAULT_HEIGHT_M

Name = Annotated[str, Field(min_length=1, max_length=120)]
Port = Annotated[int, Field(ge=1, le=65535)]
Password = Annotated[SecretStr, Field(min_length=1, max_length=MAX_PASSWORD_BYTES)]
MAX_CHOSEN = 1000


class EstateCamera(Answer):
    """A camera as cameras.yaml has it, for those who may change it. It holds no password."""

    id: str
    name: str
    name_en: str
    area: str
    national_code: str
    enabled: bool
    position: dict[str, float] | None = Field(description="lon, lat, height_m")
    host: str
    sub_url: str
    main_url: str = Field(description='"" where it has no main stream')
    credentials: str | None = Field(description="name of the account it is opened with")
    device_url: str
    device_credentials: str | None
    maker: str = Field(description="as the device said when it was last checked, else as its stream address looks")
    model: str
    turns: bool
    zones: int
    checked_at: float | None
    check: dict[str, Any] | None = Field(description="what the last check found, as in `GET /estate/check`")


class EstateCameras(Answer):
    items: list[EstateCamera]


class InterfaceAnswer(Answer):
    name: str
    address: str
    network: str


class Interfaces(Answer):
    items: list[InterfaceAnswer]
    allowed_networks: list[str]


class DiscoveryRequest(Body):
    """Either or both of `interfaces` and `range`."""

    interfaces: list[Annotated[str, Field(max_length=45)]] = Field(default=[], max_length=64)
    range: str = Field(default="", max_length=64, description="10.20.0.0/24, 10.20.0.5-80 or one address")
    ports: list[Port] = Field(default=[80], min_length=1, max_length=4)
    credentials: str = Field(default="", max_length=64, description="the account to try: an entry under credentials")
    username: str = Field(default="", max_length=128, description="or one that is typed, with its password")
    password: Password | None = None


class FoundAnswer(Answer):
    number: int
    address: str
    url: str
    name: str
    hardware: str
    asked: bool = Field(description="false: it announced itself, and its turn to be asked has not come")
    manufacturer: str
    model: str
    firmware: str
    sub: dict[str, Any] | None
    main: dict[str, Any] | None
    turns: bool
    clock_offset_s: float | None
    problem: dict[str, str] | None = Field(description="code, zh, en")
    known_as: list[str] = Field(description="ids of the cameras that are at this address already")


class DiscoveryAnswer(Answer):
    listening: bool = Field(description="waits for devices to announce themselves")
    done: int
    total: int
    left_out: int = Field(description="found beyond what is kept")
    problem: str
    credentials: str
    typed: bool = Field(description="a typed account was tried, and is kept for taking over")
    started_at: float
    ended_at: float | None = Field(description="null while it runs")
    devices: list[FoundAnswer]


class ChosenDevice(Body):
    number: int = Field(ge=1)
    name: str = Field(max_length=120)
    name_en: str = Field(default="", max_length=120)
    area: str = Field(default="", max_length=32)
    lon: float | None = Field(default=None, ge=-180, le=180)
    lat: float | None = Field(default=None, ge=-85, le=85)
    height_m: float | None = Field(default=None, gt=0, le=500)


class DiscoveryImport(Body):
    devices: list[ChosenDevice] = Field(min_length=1, max_length=MAX_CHOSEN)
    height_m: float = Field(default=DEFAULT_HEIGHT_M, gt=0, le=500)


class AccountEntry(Answer):
    name: str
    username: str
    place: Literal["vault", "environment", "file", "nowhere"]
    where: str = Field(description="the environment variable or the file")
    missing: bool = Field(description="the vault has no password for it")
    known: bool = Field(description="false: a password in the vault that cameras.yaml does not name")
    cameras: list[str]


class AccountEntries(Answer):
    items: list[AccountEntry]


class AccountSetting(Body):
    username: str = Field(default="", max_length=128, description="needed for a new one")
    password: Password
