"""The shape of what a camera sees."""

from ingest.state import StreamStatus

_TELEVISION_WIDTH = 720
"""704×576, 352×288 and their like say nothing of the picture's shape, and 640×360 is 16:9."""


def aspect_of(status: StreamStatus | None) -> float:
    """Width over height of what the dome sees. The old television sizes hold a wide picture squeezed."""
    if status is None or not (status.width and status.height) or status.width <= _TELEVISION_WIDTH:
        return 16 / 9
    return status.width / status.height
