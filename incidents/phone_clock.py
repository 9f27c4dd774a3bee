"""Times told by phones, whose clocks may be wrong: a request says what the phone's clock showed when it was sent, and
what was recorded before is placed by how long before that was."""

import math
from dataclasses import dataclass

from incidents.errors import Invalid

TRUSTED_SECONDS = 30.0
"""A clock so near to ours is taken as right: the way through the network is in the difference too."""
AHEAD_SECONDS = 120.0
LONGEST_WAIT_SECONDS = 14 * 86400.0


@dataclass(frozen=True, slots=True)
class PhoneClock:
    """`sent_at`: the phone's clock when it sent the request; None where it does not say. `now`: ours."""

    sent_at: float | None
    now: float

    @property
    def behind(self) -> float:
        """What to add to the phone's times. Raises Invalid."""
        if self.sent_at is None:
            return 0.0
        if not math.isfinite(self.sent_at):
            raise Invalid("X-Sent-At is no Unix time in seconds", "X-Sent-At")
        behind = self.now - self.sent_at
        return behind if abs(behind) > TRUSTED_SECONDS else 0.0

    def recorded(self, phone_at: float, where: str = "recorded_at") -> "Recorded":
        """Raises Invalid for what cannot be: recorded after it was sent, or too long ago to be believed."""
        if not math.isfinite(phone_at):
            raise Invalid("a time is a finite number of Unix seconds", where)
        at = phone_at + self.behind
        if at > self.now + AHEAD_SECONDS:
            zh = "记录时间晚于发送时间,请检查手机时钟"
            raise Invalid("recorded after it was sent: check the phone's clock", where, zh)
        if at < self.now - LONGEST_WAIT_SECONDS:
            raise Invalid("recorded more than 14 days before it was sent", where, "记录时间早于发送时间 14 天以上")
        return Recorded(min(at, self.now), phone_at)


@dataclass(frozen=True, slots=True)
class Recorded:
    """When something was done on a phone: by our clock, and as the phone's own showed it."""

    at: float
    phone_at: float

    def detail(self) -> dict[str, float]:
        """For the trace, whose own time is when it reached us."""
        return {"recorded_at": round(self.at, 3), "phone_at": round(self.phone_at, 3)}
