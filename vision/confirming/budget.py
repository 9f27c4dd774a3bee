"""How much time the detector may take, on average."""


class Budget:
    """`share` of one core. What was saved up is worth at most `burst_seconds` of looking; a look may overdraw it."""

    def __init__(self, share: float, now: float, burst_seconds: float = 2.0) -> None:
        self._share, self._burst = share, burst_seconds
        self._left, self._at = burst_seconds, now

    def allows(self, now: float, *, patient: bool = False) -> bool:
        """`patient`: who can wait leaves half of it to those who cannot."""
        self._left = min(self._burst, self._left + self._share * max(0.0, now - self._at))
        self._at = max(self._at, now)
        return self._left > (self._burst / 2 if patient else 0.0)

    def spend(self, seconds: float) -> None:
        self._left -= seconds
