"""One small judge for each fault: what is seen, how it is when well, what the neighbours show; a judgement out.

A judge says None where it cannot tell, and then nothing begins and nothing ends. Why each threshold is what it is:
docs/design/quality.md.
"""

from collections.abc import Callable
from dataclasses import dataclass
from math import hypot

from vision.quality.fault import Fault
from vision.quality.measure import Measured
from vision.quality.neighbours import Standing
from vision.quality.reference import Likeness, Look

BLACK_BELOW, BLACK_SPREAD = 48.0, 8.0
CLIPPED_SHARE, CLIPPED_MORE, CLIPPED_UNKNOWN = 0.5, 0.25, 0.7
CAST, CAST_MORE, CAST_UNKNOWN = 16.0, 12.0, 32.0
CAST_OVER_SPREAD = 1.1
UNHIDDEN = 0.7
NOISE, NOISE_FACTOR, NOISE_UNKNOWN = 5.0, 2.5, 8.0
BLURRED_FACTOR, BLURRED_GROSS = 0.4, 0.7
COVERED_FLAT, FOGGY, FEATURELESS = 0.4, 0.2, 0.25
BARE = 0.06
TURNED_ALIKE, TURNED_GROSS, TURNED_FLAT, TURNED_TEXTURED = 0.3, 0.5, 0.4, 0.3
SAME_ROWS, LEAST_ROWS = 0.8, 6
CLOCK_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Evidence:
    """All that is known when a picture is judged. `look`: how it is when well in this light, None while unknown.
    `like`: the picture beside that look, or beside one of another light. `own`: against the healthy state; `around`:
    the same of the neighbours.
    `same_rows`: share of full rows equal to those of the picture before, None where nothing could be compared.
    `clock_offset_s`: the camera's clock less ours; None where unknown."""

    seen: Measured
    look: Look | None = None
    like: Likeness | None = None
    own: Standing | None = None
    around: Standing | None = None
    same_rows: float | None = None
    clock_offset_s: float | None = None

    @property
    def blind(self) -> bool:
        """Nothing to judge a view by: black, dark but for lamps, or burnt out."""
        return self.seen.dark or bool(black(self)) or bool(overexposed(self))


Judge = Callable[[Evidence], bool | None]


def black(now: Evidence) -> bool | None:
    """A dark lane is not black while a lamp shows: its brightest spot is far above black level."""
    return now.seen.brightest < BLACK_BELOW and now.seen.spread < BLACK_SPREAD


def overexposed(now: Evidence) -> bool | None:
    """A white wall is not: exposed by the camera itself it stays below white, and its own history knows it."""
    if now.look is None:
        return now.seen.clipped >= CLIPPED_UNKNOWN
    return now.seen.clipped >= CLIPPED_SHARE and now.seen.clipped >= now.look.clipped + CLIPPED_MORE


def colour_cast(now: Evidence) -> bool | None:
    """Everything is pulled one way, further than the scene's own colours spread; the lamps' and the evening's
    colour is known from before, or comes over the neighbours alike."""
    seen = now.seen
    cast = hypot(seen.u, seen.v)
    if black(now) or seen.dark or (now.like is not None and now.like.alike < UNHIDDEN):
        return None  # a blue lorry before the camera is no cast
    if seen.mono:
        return False
    if cast < max(CAST, CAST_OVER_SPREAD * seen.colour_spread):
        return False
    if now.look is None or now.own is None:
        return cast >= CAST_UNKNOWN if seen.textured >= TURNED_TEXTURED else None
    common_u, common_v = (now.around.u, now.around.v) if now.around else (0.0, 0.0)
    return hypot(now.own.u - common_u, now.own.v - common_v) >= CAST_MORE


def noise(now: Evidence) -> bool | None:
    """Beyond what is usual here in this light; rain and snow, seen all around, are not the camera's noise."""
    if black(now):
        return None
    if now.look is None or now.own is None:
        return now.seen.noise >= NOISE_UNKNOWN
    common = max(1.0, now.around.noise) if now.around else 1.0
    return now.seen.noise >= NOISE and now.own.noise >= NOISE_FACTOR * common


def blurred(now: Evidence) -> bool | None:
    """Detail is gone and the coarse picture is the same. Fog takes detail from everybody's picture."""
    if now.blind or noise(now) or now.look is None or now.like is None or now.own is None:
        return None
    common = min(1.0, now.around.acuity) if now.around else 1.0
    if now.like.gross < BLURRED_GROSS:
        return None if covered(now) or turned(now) else False
    return now.own.acuity < BLURRED_FACTOR * common


def covered(now: Evidence) -> bool | None:
    """Where something showed nothing does any more, and the coarse picture is another too. A lorry in front is
    sharp, has an edge and leaves some of the street. Where most of the neighbours lose sight too it is fog."""
    if now.blind:
        return None
    if now.like is None:
        return _bare_from_the_start(now)
    if now.around is not None and now.around.flat >= FOGGY:
        return None
    if now.look is None and now.seen.textured > FEATURELESS:
        return False  # by night the far end is gone anyway
    return now.like.flat >= COVERED_FLAT and now.like.gross < BLURRED_GROSS


def _bare_from_the_start(now: Evidence) -> bool | None:
    """Covered when it was first seen, so that no reference tells."""
    if now.look is not None or now.around is None or now.around.flat >= FOGGY:
        return None
    return True if now.seen.textured <= BARE else None


def turned(now: Evidence) -> bool | None:
    """Something shows, and it is not what showed before: either the known view fits after a shift, or hardly any
    block of it is to be found. What stands in front leaves some of the view at its place."""
    if now.blind or noise(now) or now.look is None or now.like is None:
        return None
    if now.like.moved is not None:
        return True
    if now.like.flat >= TURNED_FLAT or now.like.textured < TURNED_TEXTURED:
        return None
    return now.like.alike < TURNED_ALIKE and now.like.gross < TURNED_GROSS


def frozen(now: Evidence) -> bool | None:
    """A sensor's noise never repeats over a whole row of pixels; the burnt-in clock may go on in the other rows."""
    if now.same_rows is None or black(now):
        return None
    return now.same_rows >= SAME_ROWS


def wrong_time(now: Evidence) -> bool | None:
    return None if now.clock_offset_s is None else abs(now.clock_offset_s) > CLOCK_SECONDS


JUDGES: dict[Fault, Judge] = {
    Fault.FROZEN: frozen,
    Fault.BLACK: black,
    Fault.OVEREXPOSED: overexposed,
    Fault.COLOUR_CAST: colour_cast,
    Fault.NOISE: noise,
    Fault.BLURRED: blurred,
    Fault.COVERED: covered,
    Fault.TURNED: turned,
    Fault.WRONG_TIME: wrong_time,
}
