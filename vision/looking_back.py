"""The way back through the ring's key frames: since when what has just been found has stood, and who was there then."""

from collections.abc import Callable, Sequence

from ingest.frame import Frame
from vision.alignment import Laid
from vision.bringer import Bringer, PastPicture, bringer_of
from vision.scene import Scene
from vision.static_object import StaticObject

STEP_SECONDS = 1.9  # cameras with more key frames than that are not dated more exactly


class Past:
    """The pictures of one look back, newest first, none closer to the next than `STEP_SECONDS`. Each is laid over the
    background and looked at once, and only when it is asked for."""

    def __init__(self, scene: Scene, frames: Sequence[Frame], lay: Callable[[Frame], Laid]) -> None:
        """`frames`: oldest first."""
        self._scene, self._lay = scene, lay
        self._looked_at: dict[float, PastPicture | None] = {}
        self.frames: list[Frame] = []
        for frame in reversed(frames):
            if not self.frames or self.frames[-1].captured_at - frame.captured_at >= STEP_SECONDS:
                self.frames.append(frame)

    def picture(self, frame: Frame) -> PastPicture | None:
        """None where nothing can be told by it."""
        if frame.captured_at not in self._looked_at:
            laid = self._lay(frame)
            seen = self._scene.glance(laid.picture, laid.known)
            self._looked_at[frame.captured_at] = None if seen is None else PastPicture(frame, seen, laid.shift)
        return self._looked_at[frame.captured_at]

    def date(self, things: Sequence[StaticObject]) -> None:
        """By the oldest picture that shows each part of them."""
        open_ends = list(things)
        for thing in things:
            thing.begin_dating()
        for frame in self.frames:
            if not open_ends:
                break
            seen = self.picture(frame)
            if seen is not None:
                open_ends = [thing for thing in open_ends if thing.extend_back(seen.seen, frame.captured_at)]
        for thing in things:
            thing.redate()
            thing.dated = True

    def bringer(self, thing: StaticObject, things: Sequence[StaticObject], within_seconds: float) -> Bringer | None:
        """Of a thing that has been dated; `things`: all that is tracked."""
        near = [one for one in self.frames if abs(one.captured_at - thing.first_seen_at) <= within_seconds]
        wanted = {one.captured_at: one for one in (*reversed(near), *self.frames[:1])}
        pictures = [seen for one in wanted.values() if (seen := self.picture(one)) is not None]
        return bringer_of(thing, things, pictures, self._scene.background.known_ground(), self._scene.grid)
