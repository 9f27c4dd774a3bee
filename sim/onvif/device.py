"""One simulated device: what it is, its clock, account, streams and dome. Services and servers stand around it."""

import base64
from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random

from config.accounts import Account
from runtime.clock import Clock
from sim.domes.dome import Dome
from sim.onvif.brand import GENERIC, Brand, Hostile, Quirk
from sim.onvif.token import TokenGate
from sim.rtsp.digest import DigestRealm

LOCAL_OFFSET_S = 8 * 3600.0
"""China Standard Time, as everywhere in the simulated town."""
GREY_PIXEL = base64.b64decode(
    "/9j/4AAQSkZJRgABAQAAAQABAAD/2wBDAAgGBgcGBQgHBwcJCQgKDBQNDAsLDBkSEw8UHRofHh0aHBwgJC4nICIsIxwcKDcpLDAxNDQ0Hyc5PTgy"
    "PC4zNDL/wAALCAABAAEBAREA/8QAFAABAAAAAAAAAAAAAAAAAAAAA//EABQQAQAAAAAAAAAAAAAAAAAAAAD/2gAIAQEAAD8AR//Z"
)
"""A JPEG of one pixel: the snapshot of a device that has no picture."""


@dataclass(frozen=True, slots=True)
class StreamInfo:
    """`path` on the RTSP server; `codec` as ONVIF spells it: H264 or H265."""

    name: str
    path: str
    width: int
    height: int
    codec: str = "H264"
    fps: float = 15.0
    gop: int = 30
    kbits: int = 512


def usual_streams(camera_id: str) -> tuple[StreamInfo, ...]:
    """Main and sub stream of a camera of the simulated town, in the order devices list them."""
    return (
        StreamInfo("mainStream", f"/cam/{camera_id}/main", 1280, 720, kbits=2048),
        StreamInfo("subStream", f"/cam/{camera_id}/sub", 640, 360),
    )


@dataclass(slots=True)
class DeviceSettings:
    """`clock_error_s`: how far its clock is ahead of true time. `hostile_on`: operations (`GetProfiles`) the hostile
    reply is for; empty: all."""

    id: str
    account: Account
    streams: tuple[StreamInfo, ...] = ()
    brand: Brand = GENERIC
    name: str = ""
    rtsp_address: tuple[str, int] = ("127.0.0.1", 554)
    clock_error_s: float = 0.0
    quirks: frozenset[Quirk] | None = None
    hostile: Hostile | None = None
    hostile_on: frozenset[str] = frozenset()
    serial: str = ""
    private_address: str = "192.168.1.64"
    scopes: tuple[str, ...] = field(default=())


class Device:
    """State of one device. `dome` is None for a camera that does not turn. `calls` counts what was asked of it."""

    def __init__(
        self,
        settings: DeviceSettings,
        *,
        clock: Clock,
        rng: Random,
        dome: Dome | None = None,
        snapshot: Callable[[], bytes] | None = None,
    ) -> None:
        self.settings, self.brand, self.dome = settings, settings.brand, dome
        self.quirks = self.brand.quirks if settings.quirks is None else settings.quirks
        self.hostile = settings.hostile
        self.refusing = False
        self._clock, self._snapshot = clock, snapshot
        self.serial = settings.serial or f"{rng.getrandbits(40):010X}"
        self.mac = "02:" + ":".join(f"{rng.getrandbits(8):02x}" for _ in range(5))
        self.uuid = f"{rng.getrandbits(32):08x}-0000-4000-8000-{self.mac.replace(':', '')}"
        self.tokens = TokenGate(settings.account, self.brand.token_window_s)
        self.realm = DigestRealm(f"IP Camera({self.serial[:5]})", clock, rng, 300.0, qop=True)
        self.calls: dict[str, int] = {}
        self.moved = False

    def now(self) -> float:
        """Unix time as the device believes it to be."""
        return self._clock.now() + self.settings.clock_error_s

    def has(self, quirk: Quirk) -> bool:
        return quirk in self.quirks

    def snapshot(self) -> bytes:
        return self._snapshot() if self._snapshot is not None else GREY_PIXEL

    def hostile_for(self, operation: str) -> Hostile | None:
        wanted = self.settings.hostile_on
        return self.hostile if not wanted or operation in wanted else None

    def profile_token(self, index: int) -> str:
        tokens = self.brand.profile_tokens
        return tokens[index] if index < len(tokens) else f"{tokens[0]}_{index + 1}"

    def profile_index(self, token: str) -> int | None:
        tokens = [self.profile_token(index) for index in range(len(self.settings.streams))]
        return tokens.index(token) if token in tokens else None
