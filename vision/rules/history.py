"""What a rule is told about one thing: plain facts, nothing of pictures."""

from dataclasses import dataclass
from typing import Literal

from vision.detection import Box, Point


@dataclass(frozen=True, slots=True)
class ObjectHistory:
    """Times are Unix seconds; shares 0 to 1; `box` and `foot` fractions of the picture.

    `size_m` is (width, height) in metres on the ground, None where the camera has no pose.
    `visible`: seen standing there in this very sample. `presence`: share of samples, of those that could tell, that
    showed it. `steadiness`: how much of it keeps still.
    `busy_share`: share of its time with movement on it or next to it; `busyness`: the same of its last 8 s, fading.
    `quiet_seconds`: time it was seen with no movement near, in all. `last_busy_at`: when something last moved near.
    `edge_score`: -1 to 1, how surely it is a thing and not a gap where one was.
    `body_share`: how much of the box's width most of its rows take: near 1 for a vehicle, little for what stands
    upright and casts a long shadow beside it.
    `area_m2`: what its silhouette covers, in square metres upright where it stands; None where the camera has no pose.
    `growth`: its silhouette now by what it was a minute after it was found; 1 before.
    `unchanged_at`: since when it has looked as it does: later than it came where it was turned, loaded, or replaced.
    `calm_seconds`: for how long now it has not moved by itself, passers-by apart; `stirs`: how often it has before.
    `upright`: height by width, in the picture.
    """

    now: float
    first_seen_at: float
    box: Box
    foot: Point
    size_m: tuple[float, float] | None
    visible: bool
    presence: float
    steadiness: float
    busy_share: float
    busyness: float
    quiet_seconds: float
    last_busy_at: float
    edge_score: float
    body_share: float = 1.0
    area_m2: float | None = None
    unchanged_at: float = 0.0
    growth: float = 1.0
    calm_seconds: float = 1e9
    stirs: int = 0
    upright: float = 1.0

    @property
    def stay_seconds(self) -> float:
        return self.now - self.first_seen_at

    @property
    def unchanged_seconds(self) -> float:
        return self.now - max(self.first_seen_at, self.unchanged_at)


@dataclass(frozen=True, slots=True)
class Judgement:
    """`reject`: this will never be one (wrong size, say), the thing may become background.
    `confidence`, 0 to 1, counts where the decision is to confirm."""

    decision: Literal["confirm", "wait", "reject"]
    confidence: float = 0.0


WAIT = Judgement("wait")
REJECT = Judgement("reject")
