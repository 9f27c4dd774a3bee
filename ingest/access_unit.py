"""One coded picture, as it came from a camera."""

from dataclasses import dataclass
from typing import Literal

Codec = Literal["h264", "h265"]
Profile = Literal["sub", "main"]
Rendition = Literal["sub", "main", "transcoded"]
"""What a viewer may be sent: a stream as the camera has it, or its sub-stream made H.264 here (`ingest.transcode`)."""


@dataclass(frozen=True, slots=True)
class AccessUnit:
    """An access unit in Annex B form (ITU-T H.264 B.1, H.265 B.1): start code before every NAL unit.

    A key frame (IDR or IRAP) carries its parameter sets in front, whether the camera sent them in band
    or only in SDP, so a decoder may start at any key frame with nothing else.

    `pts_us` is presentation time in microseconds since the session's first access unit: it never wraps,
    and only grows unless `discontinuity` is set (new session, lost packets before this unit).
    `received_at` is Unix time in seconds at which the last byte was read from the socket.
    """

    camera_id: str
    profile: Profile
    codec: Codec
    keyframe: bool
    pts_us: int
    received_at: float
    data: bytes
    discontinuity: bool = False
