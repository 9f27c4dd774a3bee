"""What may be wrong with a camera."""

from dataclasses import dataclass
from enum import StrEnum

from sim.picture_faults import Spoiling


class Fault(StrEnum):
    NONE = "none"
    DROP = "drop"  # its connections are cut, once; it answers again at once
    FREEZE = "freeze"  # sends and answers nothing, and keeps its connections open
    REFUSE = "refuse"  # cuts its connections, and answers new requests with 503 or a reset connection
    SLOW = "slow"  # answers every request after some seconds
    LOSE = "lose"  # loses RTP packets after they were numbered
    RESOLUTION = "resolution"  # changes picture size in the middle of the stream
    SPOIL = "spoil"  # sends a picture that is spoilt, see `sim.picture_faults`
    STILL = "still"  # sends the same picture again and again
    CLOCK = "clock"  # its sender reports tell another time


@dataclass(frozen=True, slots=True)
class FaultSetting:
    """A camera has one at a time. Only the fields of its own fault count."""

    fault: Fault = Fault.NONE
    seconds: float = 5.0
    fraction: float = 0.05
    width: int = 352
    height: int = 288
    reset: bool = False
    what: Spoiling = Spoiling.COVERED
    strength: float = 0.7
    clock_error_s: float = -3600.0


NO_FAULT = FaultSetting()
