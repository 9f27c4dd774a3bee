"""Which displays are there, and what they last said of themselves. In memory: after a restart they report anew."""

import threading
from dataclasses import dataclass

from runtime.clock import Clock
from wall.display_view import Health, HealthReport, Tiles

REPORT_SECONDS = 5.0
SILENT_SECONDS = 13.0
"""Two reports missed and a little more."""
STORE_SECONDS = 60.0
TELL_SECONDS = 15.0


@dataclass(slots=True)
class Heard:
    health: Health
    at: float
    monotonic: float
    """Of the newest report; the wall clock may jump."""
    stored: float
    told: float
    lost: bool = False


@dataclass(frozen=True, slots=True)
class News:
    """What a report gives cause to do."""

    store: bool
    tell: bool


class DisplayPresence:
    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._heard: dict[str, Heard] = {}
        self._lock = threading.Lock()

    def report(self, display_id: str, report: HealthReport, browser: str) -> News:
        health = Health(**report.model_dump(), browser=browser)
        now = self._clock.monotonic()
        with self._lock:
            before = self._heard.get(display_id)
            stored = now if before is None or now - before.stored >= STORE_SECONDS else before.stored
            tell = (
                before is None
                or before.lost
                or now - before.told >= TELL_SECONDS
                or _matters(before.health) != _matters(health)
            )
            told = now if tell or before is None else before.told
            self._heard[display_id] = Heard(health, self._clock.now(), now, stored, told)
        return News(stored == now, tell)

    def of(self, display_id: str) -> tuple[bool, float, Health] | None:
        """Whether it is connected, when it was last heard and what it said; None when it was not heard yet."""
        with self._lock:
            heard = self._heard.get(display_id)
            return None if heard is None else (not self._silent(heard), heard.at, heard.health)

    def newly_lost(self) -> list[str]:
        """Displays that have fallen silent since this was last asked."""
        with self._lock:
            lost = [key for key, heard in self._heard.items() if not heard.lost and self._silent(heard)]
            for key in lost:
                self._heard[key].lost = True
        return lost

    def forget(self, display_id: str) -> None:
        with self._lock:
            self._heard.pop(display_id, None)

    def _silent(self, heard: Heard) -> bool:
        return self._clock.monotonic() - heard.monotonic > SILENT_SECONDS


def _matters(health: Health) -> tuple[Tiles, str, int, str, int]:
    """What operators are told at once when it changes."""
    return health.tiles, health.screen, health.version, health.browser, round(health.fps / 5)
