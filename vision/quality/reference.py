"""How a camera's picture is when it is well: a few looks (day, dusk, infrared …), each with a small picture."""

from dataclasses import dataclass, field

import cv2
import numpy as np

from vision.grid import Gray
from vision.quality.blocks import COLUMNS, ROWS, SMALL, Blocks, share
from vision.quality.measure import Measured

DARK_BELOW = 70.0
READY_LOOKS = 4
"""A look learnt from so many pictures may be judged by."""
PICTURE_SECONDS = 120.0
PICTURE_SHARE = 0.15
FEATURE_SHARE = 0.03
FADED = 0.08
"""Share of its variance with which a block shows nothing any more."""
LEAST_TEXTURED = 14
"""Blocks of 144: with fewer (a white wall, a sky) nothing can be said about what is in front of the lens."""
LEAST_SHIFT = 0.03
STEADY = 0.6
"""Share of blocks alike from which two pictures are of the same look."""
MOST_LOOKS = 4


@dataclass(slots=True)
class Look:
    """`small` is 160×90. The others are slow means of `Measured`'s values while the camera was well; `count` of how
    many pictures."""

    small: Gray
    count: int = 0
    pictured_at: float = 0.0
    noise: float = 0.0
    acuity: float = 0.0
    clipped: float = 0.0
    u: float = 0.0
    v: float = 0.0
    _blocks: tuple[Gray, Blocks] | None = field(default=None, init=False, repr=False, compare=False)

    @property
    def blocks(self) -> Blocks:
        """Of `small`, kept until that changes."""
        if self._blocks is None or self._blocks[0] is not self.small:
            self._blocks = self.small, Blocks(self.small)
        return self._blocks[1]

    @property
    def ready(self) -> bool:
        return self.count >= READY_LOOKS

    def learn(self, seen: Measured, at: float) -> None:
        """From a picture known to be good. Slowly, so that a passing lorry leaves no trace."""
        self.count += 1
        rate = max(1.0 / self.count, FEATURE_SHARE)
        for name in ("noise", "acuity", "clipped", "u", "v"):
            before = getattr(self, name)
            setattr(self, name, before + (getattr(seen, name) - before) * rate)
        if self.count == 1:
            self.small, self.pictured_at = seen.small, at
        elif at - self.pictured_at >= PICTURE_SECONDS or self.count <= READY_LOOKS:
            weight = max(1.0 / self.count, PICTURE_SHARE)
            mixed = cv2.addWeighted(seen.small, weight, self.small, 1.0 - weight, 0.0)
            self.small, self.pictured_at = np.asarray(mixed, np.uint8), at


@dataclass(frozen=True, slots=True)
class Likeness:
    """A picture beside a look. Shares are of the blocks in which the reference shows something: `alike` shows the
    same, `flat` shows nothing any more. `gross`: correlation of the block means, what remains when all detail is
    gone. `textured`: share of all blocks that show something now. `moved`: the look fits after a shift by so many
    (x, y) fractions of the picture, where it does not fit in place."""

    alike: float
    flat: float
    gross: float
    textured: float
    moved: tuple[float, float] | None = None


def look_key(seen: Measured) -> str:
    """Pictures of different keys are not compared: by infrared and by lamplight a street is another picture."""
    return f"{'infrared' if seen.mono else 'colour'}-{'dark' if seen.mean < DARK_BELOW else 'bright'}"


def likeness(seen: Measured, look: Look) -> Likeness | None:
    """None where the reference shows too little to compare with."""
    known, now = look.blocks, seen.blocks
    shown = known.shown
    if int(np.count_nonzero(shown)) < LEAST_TEXTURED:
        return None
    # What is left of a street behind a cloth still correlates; it shows nothing all the same.
    faded = (now.variance < FADED * known.variance) & ~now.shown
    fits = known.fits(now) & ~faded
    alike = share(fits, shown)
    return Likeness(
        alike=alike,
        flat=share(faded, shown),
        gross=known.gross(now),
        textured=seen.textured,
        moved=_moved(seen, look.small, alike) if alike < 0.5 else None,
    )


_WINDOW = cv2.createHanningWindow(SMALL, cv2.CV_32F)


def _moved(seen: Measured, known: Gray, alike: float) -> tuple[float, float] | None:
    """By how much the known picture must be shifted to fit far better than in place, if by anything."""
    crisp = [cv2.subtract(one, cv2.blur(one, (15, 15)), dtype=cv2.CV_32F) for one in (known, seen.small)]
    (x, y), _ = cv2.phaseCorrelate(crisp[0], crisp[1], _WINDOW)
    height, width = known.shape
    if max(abs(x) / width, abs(y) / height) < LEAST_SHIFT or abs(x) > 0.75 * width or abs(y) > 0.75 * height:
        return None
    shift = np.array([[1, 0, round(x)], [0, 1, round(y)]], np.float32)
    there = np.asarray(cv2.warpAffine(known, shift, (width, height)), np.uint8)
    inside = np.asarray(cv2.warpAffine(np.full_like(known, 255), shift, (width, height)), np.uint8)
    whole = cv2.resize(inside, (COLUMNS, ROWS), interpolation=cv2.INTER_AREA) == 255
    known_there = Blocks(there)
    shown = whole & known_there.shown
    if int(np.count_nonzero(shown)) < LEAST_TEXTURED:
        return None
    fits = share(known_there.fits(seen.blocks), shown)
    return (x / width, y / height) if fits >= max(0.45, alike + 0.2) else None


@dataclass(slots=True)
class Healthy:
    """All looks of one camera, by `look_key`. At most four, 15 kB each."""

    looks: dict[str, Look] = field(default_factory=dict)

    def look_of(self, seen: Measured) -> Look | None:
        """The look of this light; None while that has not been seen for long enough."""
        look = self.looks.get(look_key(seen))
        return look if look is not None and look.ready else None

    def other_look(self, seen: Measured) -> Look | None:
        """Where this light is not known yet: the look nearest in brightness, good for telling what is hidden."""
        ready = [look for look in self.looks.values() if look.ready]
        return min(ready, key=lambda look: abs(float(look.small.mean()) - seen.mean), default=None)

    def learn(self, seen: Measured, at: float) -> None:
        """A look is ready once so many pictures in a row were alike: what filled the view of the first few, a bus at
        its stop, is not how the street looks."""
        key = look_key(seen)
        look = self.looks.setdefault(key, Look(seen.small))
        if 0 < look.count < READY_LOOKS:
            like = likeness(seen, look)
            if like is not None and like.alike < STEADY:
                look = self.looks[key] = Look(seen.small)
        look.learn(seen, at)

    def forget(self) -> None:
        self.looks.clear()
