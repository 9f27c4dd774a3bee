"""How a camera's stream stands, as operators see it."""

from dataclasses import dataclass, field
from enum import StrEnum


class StreamState(StrEnum):
    """Published when it changes, never by timer."""

    DISABLED = "disabled"  # switched off in the configuration
    WAITING = "waiting"  # between two attempts, or its turn to connect has not come
    CONNECTING = "connecting"
    LIVE = "live"  # access units are arriving
    STALLED = "stalled"  # connected, but nothing has arrived for longer than the limit
    REFUSED = "refused"  # connection refused, unreachable, or an RTSP error status
    UNAUTHORISED = "unauthorised"  # wrong or missing credentials: retried rarely, so accounts do not lock
    UNSUPPORTED = "unsupported"  # no video we can read in its description


@dataclass(slots=True)
class StreamStatus:
    """State and counters of one stream of one camera. `since` and `*_at` are Unix seconds."""

    camera_id: str
    profile: str = "sub"
    state: StreamState = StreamState.WAITING
    since: float = 0.0
    error: str = ""
    codec: str = ""
    width: int = 0
    height: int = 0
    connects: int = 0
    access_units: int = 0
    keyframes: int = 0
    bytes_received: int = 0
    packets_lost: int = 0
    last_unit_at: float = 0.0
    gop_seconds: float = 0.0
    ring_seconds: float = 0.0
    ring_bytes: int = 0
    sample_interval_s: float = 0.0
    extra: dict[str, float] = field(default_factory=dict)
