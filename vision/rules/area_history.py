"""What an area rule is told about one zone as a whole: plain facts over the last minutes, nothing of pictures."""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Plume:
    """The largest patch of the zone that lies like a veil over what is behind it, as smoke does.

    `since`: when this one was first seen; `area`: of the whole picture; `washed`: how much of it lies over what had
    detail and has lost it; `stirring`: how much of it changes from look to look; `top` and `foot`: its upper and lower
    edge in fractions of the picture's height, from above.
    """

    since: float
    area: float
    washed: float
    stirring: float
    top: float
    foot: float


@dataclass(frozen=True, slots=True)
class Glow:
    """The largest glowing patch of the zone: bright in the dark, or orange in daylight.

    `since`: when it was first seen there; `area`: of the whole picture; `whole`: of all that glows in the zone, how
    much it is; `x`, `y`: its middle, fractions of the picture's width; `novelty`: by how much of itself its outline
    differs from any of its last ones: a flame never has the same twice, a lamp, a sign or a lorry always.
    """

    since: float
    area: float
    whole: float
    x: float
    y: float
    novelty: float


@dataclass(frozen=True, slots=True)
class AreaSample:
    """One look. `at` is Unix time; `seconds` is what it stands for, so that a dome's absence counts as nothing.

    `stirring_share`: how much of the zone is taken by what stays there and stirs, people standing about say, over some
    half minute: what only passes holds no place. `people`: the same as a rough head count through the camera's pose,
    None without one. Neither counts things that keep still. `taken_share`: how much of the places in the zone things
    stand on, whoever passes in front; None while nobody can tell. `plume`, `glow`: None where there is none. Each rule
    finds what it asks for, and of the rest what stands here.
    """

    at: float
    seconds: float
    stirring_share: float = 0.0
    people: float | None = None
    taken_share: float | None = None
    plume: Plume | None = None
    glow: Glow | None = None


@dataclass(frozen=True, slots=True)
class AreaHistory:
    """`samples` of the last ten minutes watched, or one and a half dwell times, oldest first, at least one.

    `told`: it was told, and has not ended; `aspect`: what `begin` called it then."""

    samples: tuple[AreaSample, ...]
    told: bool
    aspect: str = ""

    def last(self, seconds: float) -> tuple[AreaSample, ...]:
        """The samples of the last `seconds` watched; empty where it was not watched so long."""
        covered = 0.0
        for index in range(len(self.samples) - 1, -1, -1):
            covered += self.samples[index].seconds
            if covered >= seconds:
                return self.samples[index:]
        return ()


@dataclass(frozen=True, slots=True)
class AreaJudgement:
    """`begin` and `end` count where the other was the case before; `watch`: look closely, it may come to something.
    `aspect`: which of the things the rule looks for it is, a word such as `full`; empty where there is one only."""

    decision: Literal["begin", "end", "watch", "wait"]
    confidence: float = 0.0
    aspect: str = ""


AREA_WAIT = AreaJudgement("wait")
AREA_WATCH = AreaJudgement("watch")
AREA_END = AreaJudgement("end")
