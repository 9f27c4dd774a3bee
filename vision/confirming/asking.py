"""When the detector is asked about a thing, and when again: one camera's memory of its answers."""

from collections.abc import Collection
from dataclasses import dataclass

from ingest.frame import Frame
from vision.confirming.confirmer import Confirmer
from vision.confirming.policy import Verdict, judge
from vision.detection import Box, Seen

FIRST_SECONDS, LONGEST_SECONDS = 5.0, 300.0  # until it is asked again; doubled each time
SOON_SECONDS = 12.0
SAME_PLACE = 0.5  # by overlap: what has become another thing is asked about anew
MOST_THINGS = 64


@dataclass(slots=True)
class _Held:
    box: Box
    verdict: Verdict
    asked_at: float
    wait_seconds: float = FIRST_SECONDS

    @property
    def until(self) -> float:
        return self.asked_at + self.wait_seconds


class Asking:
    """Things by their object id. Nothing is given up for what the detector said: what is held back is asked about
    again, each time after twice as long, for whoever stood before it may have gone."""

    def __init__(self, confirmer: Confirmer | None) -> None:
        self._confirmer = confirmer
        self._held: dict[tuple[str, str], _Held] = {}

    def held(self, object_id: str, box: Box, at: float) -> frozenset[str]:
        """Rules that must wait with this thing now."""
        found = set()
        for (held_id, rule), held in list(self._held.items()):
            if held_id != object_id:
                continue
            if _overlap(held.box, box) < SAME_PLACE:
                del self._held[held_id, rule]
            elif at < held.until:
                found.add(rule)
        return frozenset(found)

    def soon(self, object_id: str, at: float) -> bool:
        """Whether it will be asked about so soon that nobody should look away."""
        return any(one == object_id and held.until - at <= SOON_SECONDS for (one, _), held in self._held.items())

    def ask(
        self, object_id: str, rule: str, box: Box, busy_share: float, frame: Frame, shift: tuple[float, float] = (0, 0)
    ) -> tuple[Seen, ...] | None:
        """What is seen where a thing is that may be told, as far as anybody could be asked; None where it must wait.

        `shift`: fractions of the picture by which `frame` lies beside `box`; the boxes of the answer lie as `box`."""
        if self._confirmer is None:
            return ()
        held = self._held.get((object_id, rule))
        in_frame = box[0] + shift[0], box[1] + shift[1], box[2], box[3]
        seen = self._confirmer.look(frame, in_frame, again=held is not None)
        at = frame.captured_at
        if seen is None:
            if held is not None:
                held.asked_at = at  # nobody could say anything else
            return () if held is None else None
        seen = tuple(_moved(one, shift) for one in seen)
        verdict = judge(rule, box, busy_share, seen)
        if verdict == "tell":
            self._held.pop((object_id, rule), None)
            return tuple(one for one in seen if _overlap(one.box, box) > 0.0)
        if held is None and len(self._held) < MOST_THINGS:
            self._held[object_id, rule] = _Held(box, verdict, at)
        elif held is not None:
            held.verdict, held.asked_at = verdict, at
            held.wait_seconds = min(LONGEST_SECONDS, 2 * held.wait_seconds)
        return None

    def forget_all_but(self, object_ids: Collection[str]) -> None:
        if self._held:
            self._held = {key: held for key, held in self._held.items() if key[0] in object_ids}


def _moved(seen: Seen, shift: tuple[float, float]) -> Seen:
    x, y, width, height = seen.box
    return Seen(seen.name, seen.score, (x - shift[0], y - shift[1], width, height), seen.kind)


def _overlap(first: Box, second: Box) -> float:
    """Intersection over union."""
    width = min(first[0] + first[2], second[0] + second[2]) - max(first[0], second[0])
    height = min(first[1] + first[3], second[1] + second[3]) - max(first[1], second[1])
    if width <= 0 or height <= 0:
        return 0.0
    shared = width * height
    return shared / (first[2] * first[3] + second[2] * second[3] - shared)
