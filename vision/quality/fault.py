"""The faults a camera's video may have, what they are called, and how long each must last to count."""

from dataclasses import dataclass
from enum import StrEnum

from vision.observation import Reason


class Fault(StrEnum):
    LOST = "lost"  # no video arrives
    FROZEN = "frozen"  # the same picture again and again
    BLACK = "black"  # nothing but black, no lamp shows
    OVEREXPOSED = "overexposed"  # most of the picture is clipped white
    COLOUR_CAST = "colour_cast"  # one colour over all
    NOISE = "noise"  # snow, interference, gain far above what is usual here
    BLURRED = "blurred"  # out of focus, or a film on the glass
    COVERED = "covered"  # something on or right before the lens
    TURNED = "turned"  # looks elsewhere than it did
    WRONG_TIME = "wrong_time"  # its clock is off


UNJUDGEABLE = frozenset(
    {Fault.FROZEN, Fault.BLACK, Fault.OVEREXPOSED, Fault.NOISE, Fault.BLURRED, Fault.COVERED, Fault.TURNED}
)
"""With one of these, what stands in the street cannot be told: detection pauses. (A lost camera has no pictures.)"""

NAMES: dict[Fault, tuple[str, str]] = {
    Fault.LOST: ("视频丢失", "no video"),
    Fault.FROZEN: ("画面冻结", "frozen picture"),
    Fault.BLACK: ("黑屏", "black picture"),
    Fault.OVEREXPOSED: ("过曝", "over-exposed"),
    Fault.COLOUR_CAST: ("偏色", "colour cast"),
    Fault.NOISE: ("噪声干扰", "noise"),
    Fault.BLURRED: ("画面模糊", "blurred"),
    Fault.COVERED: ("镜头遮挡", "covered"),
    Fault.TURNED: ("视角偏移", "turned away"),
    Fault.WRONG_TIME: ("时间异常", "wrong time"),
}


@dataclass(frozen=True, slots=True)
class Holding:
    """Seconds a fault must show before it has begun, and must not show before it has ended; and in how many looks."""

    begins_s: float
    ends_s: float
    begins_looks: int = 3
    ends_looks: int = 3


HOLDING: dict[Fault, Holding] = {
    Fault.FROZEN: Holding(60.0, 20.0, begins_looks=4),  # a jam of some seconds is the network's
    Fault.BLACK: Holding(30.0, 30.0),
    Fault.OVEREXPOSED: Holding(90.0, 60.0),  # longer than headlights and the sun between two clouds
    Fault.COLOUR_CAST: Holding(180.0, 120.0),  # longer than a red bus at the stop, or a screen that lights the square
    Fault.NOISE: Holding(120.0, 90.0),
    Fault.BLURRED: Holding(180.0, 90.0),  # longer than a lens takes to find its focus again, or a gust of rain to pass
    Fault.COVERED: Holding(90.0, 45.0),  # longer than a bus at a stop
    Fault.TURNED: Holding(300.0, 60.0),  # longer than a lorry unloads right in front
    Fault.WRONG_TIME: Holding(120.0, 120.0),
}


def reason_of(fault: Fault) -> Reason:
    """For the operator who asked the camera: it cannot tell, because of this."""
    zh, en = NAMES[fault]
    return Reason(fault.value, f"无法判断：{zh}", f"cannot tell: {en}")
