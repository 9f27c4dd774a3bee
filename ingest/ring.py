"""The last seconds of one stream, always in memory."""

from collections import deque

from ingest.access_unit import AccessUnit
from ingest.gop import Gop


class Ring:
    """Whole groups of pictures, newest last, bounded by time and by bytes.

    It holds at least `max_seconds` (whole groups, so up to one group more) unless `max_bytes` is reached first; a
    group that passes the cap alone is let go and counted in `overflows`. One thread writes, any may read.
    """

    def __init__(self, max_seconds: float, max_bytes: int) -> None:
        self._max_seconds = max_seconds
        self._max_bytes = max_bytes
        self._gops: deque[Gop] = deque()
        self._closed_bytes = 0
        self.overflows = 0

    @property
    def bytes(self) -> int:
        gops = self._gops
        return self._closed_bytes + (gops[-1].bytes if gops else 0)

    @property
    def seconds(self) -> float:
        """Time from the oldest key frame held to the newest data."""
        gops = tuple(self._gops)
        return max(0.0, gops[-1].last_at - gops[0].started_at) if gops else 0.0

    @property
    def newest(self) -> Gop | None:
        gops = self._gops
        return gops[-1] if gops else None

    def begin(self, gop: Gop) -> None:
        """A new group of pictures; `gop` may grow from now on, followed by `grown()`."""
        gops = self._gops
        if gops:
            self._closed_bytes += gops[-1].bytes
        gops.append(gop)
        while len(gops) > 1 and gop.started_at - gops[1].started_at >= self._max_seconds:
            self._closed_bytes -= gops.popleft().bytes
        self.grown()

    def grown(self) -> None:
        """The newest group has grown: keeps the cap."""
        gops = self._gops
        while len(gops) > 1 and self._closed_bytes + gops[-1].bytes > self._max_bytes:
            self._closed_bytes -= gops.popleft().bytes
        if gops and gops[-1].bytes > self._max_bytes:
            gops[-1].drop()
            self.overflows += 1

    def access_units(self, from_at: float, to_at: float) -> list[AccessUnit]:
        """Units received within [from_at, to_at], beginning with the key frame at or before `from_at`.

        Begins with the oldest key frame held when that is younger than `from_at`.
        """
        gops = [gop for gop in tuple(self._gops) if gop.started_at <= to_at]
        first = max((i for i, gop in enumerate(gops) if gop.started_at <= from_at), default=0)
        return [unit for gop in gops[first:] for unit in gop.access_units() if unit.received_at <= to_at]

    def gop_so_far(self) -> list[AccessUnit]:
        """The newest group, as far as it has come: what a viewer needs to join at once."""
        newest = self.newest
        return newest.access_units() if newest is not None else []

    def keyframes(self, since: float) -> list[AccessUnit]:
        """Whole key frames received at or after `since`, oldest first."""
        units = (gop.key_frame() for gop in tuple(self._gops) if gop.started_at >= since)
        return [unit for unit in units if unit is not None]
