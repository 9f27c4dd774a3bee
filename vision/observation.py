"""What the analysis of one camera answers to its caller."""

from dataclasses import dataclass
from typing import Literal

from vision.detection import Box, Detection

Attention = Literal["quiet", "candidate", "burst"]
"""How often the schedule should look next: sparsely, at every key frame, or as often as it can for a moment."""

ObjectState = Literal["candidate", "confirmed"]


@dataclass(frozen=True, slots=True)
class ObjectView:
    """One tracked thing, for display and for finding faults."""

    object_id: str
    state: ObjectState
    box: Box
    first_seen_at: float
    visible: bool


@dataclass(frozen=True, slots=True)
class Observation:
    """`wants_past`: hand the ring's key frames to `CameraAnalysis.look_back` before the next `observe`.

    `displaced`: fractions of the picture, right and down, by which it lies beside the view's background; boxes are
    the background's."""

    detections: tuple[Detection, ...] = ()
    attention: Attention = "quiet"
    wants_past: bool = False
    objects: tuple[ObjectView, ...] = ()
    displaced: tuple[float, float] = (0.0, 0.0)


@dataclass(frozen=True, slots=True)
class Reason:
    """One line for the operator, in both languages; `code` is for programs."""

    code: str
    zh: str
    en: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """`captured_at` is the time of the newest frame looked at, 0 where there was none."""

    result: Literal["gone", "present", "cannot_tell"]
    reason: Reason
    captured_at: float = 0.0
