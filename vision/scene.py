"""The camera's scene as a whole: learnt, watched, upset when nearly everything changes, known again when it returns.

A camera switches to infrared at dusk and back at dawn, a dome turns away and comes home: each look keeps its own
background, and things belong to the look in which they were seen.
"""

from dataclasses import dataclass

import cv2
import numpy as np

from ingest.frame import GrayImage
from vision.background import Comparison, DualBackground, Glimpse, differs_by
from vision.grid import Gray, Grid, Mask

UPSET_SHARE = 0.35
DOUBTFUL_SHARE = 0.2  # from here on an earlier look may fit better
UPSET_SECONDS = 20.0
UPSET_SAMPLES = 3
KNOWN_SHARE = 0.15
KNOWN_THRESHOLD = 20
LEAST_SPREAD = 5.0  # standard deviation in grey levels: below it, night without a lamp, fog, a covered lens
MOST_LOOKS = 2


@dataclass(frozen=True, slots=True)
class EarlierLook:
    """A background put away, as PNG: some 40 kB."""

    number: int
    png: bytes


class Scene:
    """`number` names the present look; it changes when the scene does and comes back when the scene comes back."""

    def __init__(self, grid: Grid, luma: GrayImage) -> None:
        self.grid = grid
        self.background = DualBackground(grid)
        self.background.begin(grid.shrink(luma))
        self.number = 0
        self.earlier: list[EarlierLook] = []
        self.changed = False
        self._newest_number = 0
        self._upset_seconds = 0.0
        self._upset_samples = 0

    def compare(self, picture: Gray, seconds: float, known: Mask | None = None) -> Comparison | None:
        """The sample against the background; None while nothing can be told: learning, blind, or upset.

        `changed` tells afterwards whether the last samples showed another scene than the present look.
        """
        if _is_blind(picture):
            return None
        if not self.background.ready:
            self.background.learn_scene(picture, seconds)
            return None
        seen = self.background.compare(picture, known)
        if seen.foreground_share > DOUBTFUL_SHARE and self._return_to_known(picture, seen.foreground_share):
            return None
        if seen.foreground_share <= UPSET_SHARE:
            self._upset_seconds, self._upset_samples, self.changed = 0.0, 0, False
            return seen
        self._take_upset(picture, seconds)
        return None

    def glance(self, picture: Gray, known: Mask | None = None) -> Glimpse | None:
        """The sample in its light; None as in `compare`. Nothing is learnt from it."""
        if _is_blind(picture) or not self.background.ready:
            return None
        seen, share = self.background.glimpse(picture, known)
        return seen if share <= UPSET_SHARE else None

    def shows_other_view(self, picture: Gray) -> bool:
        """Whether this is a picture of something else than the present look: turned, moved, switched to infrared."""
        if _is_blind(picture) or not self.background.ready:
            return False
        return self.background.compare(picture).foreground_share > UPSET_SHARE

    def restore_looks(self, number: int, newest_number: int, earlier: list[EarlierLook]) -> None:
        self.number, self._newest_number, self.earlier = number, newest_number, earlier

    @property
    def newest_number(self) -> int:
        return self._newest_number

    def _take_upset(self, picture: Gray, seconds: float) -> None:
        self.changed = True
        self._upset_seconds += seconds
        self._upset_samples += 1
        if self._upset_seconds >= UPSET_SECONDS and self._upset_samples >= UPSET_SAMPLES:
            self._put_away()
            self._newest_number += 1
            self.number = self._newest_number
            self.background.begin(picture)
            self._upset_seconds, self._upset_samples = 0.0, 0

    def _return_to_known(self, picture: Gray, present_share: float) -> bool:
        """Take up the earlier look that fits far better than the present one, if there is one."""
        for known in self.earlier:
            reference = cv2.imdecode(np.frombuffer(known.png, np.uint8), cv2.IMREAD_GRAYSCALE)
            if reference is None or reference.shape != picture.shape:
                continue
            strange: Mask = differs_by(picture, np.asarray(reference, np.uint8), KNOWN_THRESHOLD)
            if cv2.countNonZero(strange) > min(KNOWN_SHARE, present_share / 2) * strange.size:
                continue
            self.earlier.remove(known)
            self._put_away()
            self.number = known.number
            self.background.recall(np.asarray(reference, np.uint8), picture)
            self._upset_seconds, self._upset_samples, self.changed = 0.0, 0, False
            return True
        return False

    def _put_away(self) -> None:
        _, png = cv2.imencode(".png", cv2.convertScaleAbs(self.background.slow))
        self.earlier = [EarlierLook(self.number, png.tobytes()), *self.earlier][:MOST_LOOKS]


def _is_blind(picture: Gray) -> bool:
    _, spread = cv2.meanStdDev(picture)
    return float(spread[0, 0]) < LEAST_SPREAD
