"""When a fault has begun and when it has ended: only after it held for a while, either way."""

from dataclasses import dataclass
from typing import Literal

from vision.quality.fault import Holding

FORGET_SECONDS = 1800.0
"""Evidence older than this is none: the camera was away, or nothing could be told."""

Turn = Literal["began", "ended"]


@dataclass(slots=True)
class Hysteresis:
    """Of one fault of one camera. `since`: when it first showed, once it has begun. Times only grow."""

    begun: bool = False
    since: float = 0.0
    _opposed_since: float = 0.0
    _opposed_looks: int = 0
    _opposed_at: float = 0.0

    @property
    def doubtful(self) -> bool:
        """The newest pictures speak against the present state: look again soon."""
        return self._opposed_looks > 0

    def step(self, failing: bool | None, at: float, holding: Holding) -> Turn | None:
        """One judgement; None (cannot tell) changes nothing, and what was in doubt must show anew from the start."""
        if failing is None or failing is self.begun:
            self._opposed_looks = 0
            return None
        if not self._opposed_looks or at - self._opposed_at > FORGET_SECONDS:
            self._opposed_since, self._opposed_looks = at, 0
        self._opposed_looks += 1
        self._opposed_at = at
        seconds, looks = (
            (holding.ends_s, holding.ends_looks) if self.begun else (holding.begins_s, holding.begins_looks)
        )
        if at - self._opposed_since < seconds or self._opposed_looks < looks:
            return None
        self.begun, self._opposed_looks = not self.begun, 0
        self.since = self._opposed_since if self.begun else 0.0
        return "began" if self.begun else "ended"

    def take_up(self, since: float) -> None:
        """It had begun before a restart."""
        self.begun, self.since, self._opposed_looks = True, since, 0
