"""RTP timestamps unwrapped, and when what they stamp arrived, for streams that are read in batches."""

_WRAP = 1 << 32
_RELAX_SECONDS = 1e-4
_MAX_LATENESS = 2.0
_MAX_STEP_SECONDS = 60


def ticks_between(earlier: int, later: int) -> int:
    """later − earlier for 32-bit timestamps, taken the short way round."""
    return (later - earlier + (_WRAP >> 1)) % _WRAP - (_WRAP >> 1)


class MediaClock:
    """One session's media time.

    A batch of packets read at once arrived one by one before that. The smallest seen difference between
    reading time and media time is the path's own delay; adding it to a timestamp says when the packet came,
    within the path's jitter. The minimum relaxes slowly, so a camera clock that drifts is followed.
    """

    def __init__(self, rate: int) -> None:
        self.rate = rate
        self._last = -1
        self._read_at = 0.0
        self._ticks = 0
        self._offset = 0.0

    def ticks(self, timestamp: int) -> int:
        """Ticks since the session's first timestamp, never wrapping; may be negative for what came before it."""
        return self._ticks + ticks_between(self._last, timestamp) if self._last >= 0 else 0

    def observe(self, timestamp: int, read_at: float) -> bool:
        """The newest timestamp read at `read_at`. True when it has jumped: media time then goes on by the clock."""
        if self._last < 0:
            self._last, self._read_at = timestamp, read_at
            self._offset = read_at
            return False
        ahead = ticks_between(self._last, timestamp)
        jumped = not -self.rate <= ahead <= _MAX_STEP_SECONDS * self.rate
        if jumped:
            ahead = max(0, int((read_at - self._read_at) * self.rate))
        self._ticks += ahead
        self._last, self._read_at = timestamp, read_at
        fresh = read_at - self._ticks / self.rate
        if fresh < self._offset or fresh > self._offset + _MAX_LATENESS:
            self._offset = fresh
        else:
            self._offset += _RELAX_SECONDS
        return jumped

    def arrival(self, timestamp: int, read_at: float) -> float:
        """Unix time at which `timestamp` came in, given that it was read at `read_at`."""
        if self._last < 0:
            return read_at
        at = self._offset + self.ticks(timestamp) / self.rate
        return min(read_at, max(at, read_at - _MAX_LATENESS))
