"""What one stream needs to know of the configuration."""

from dataclasses import dataclass, field

from config.accounts import Account
from config.cameras import Camera, Defaults
from ingest.access_unit import Profile


@dataclass(frozen=True, slots=True)
class StreamSettings:
    camera_id: str
    profile: Profile
    url: str
    account: Account | None = field(repr=False)
    ring_seconds: float
    ring_bytes: int
    stall_seconds: float
    connect_timeout_seconds: float


def stream_settings(
    camera: Camera, profile: Profile, account: Account | None, defaults: Defaults
) -> StreamSettings | None:
    """None when the camera has no such stream. A main stream keeps only enough to join at once."""
    stream = camera.streams.sub if profile == "sub" else camera.streams.main
    if stream is None:
        return None
    sub_seconds = camera.ring_seconds or defaults.ring_seconds
    return StreamSettings(
        camera_id=camera.id,
        profile=profile,
        url=stream.url,
        account=account,
        ring_seconds=sub_seconds if profile == "sub" else min(2.0, sub_seconds),
        ring_bytes=int(defaults.ring_megabytes * 1_000_000),
        stall_seconds=defaults.stall_seconds,
        connect_timeout_seconds=defaults.connect_timeout_seconds,
    )
