"""How a grid worker goes about the day. Seconds of the worker's own time: `speed` makes that time pass faster."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Habits:
    """`speed` 2 walks twice as fast and thinks half as long; how often the phone talks to the API it leaves alone.

    `step_seconds`: how often a body moves and its position is taken. `send_seconds`: how often positions are sent.
    """

    speed: float = 1.0
    step_seconds: float = 2.0
    fix_seconds: float = 4.0
    send_seconds: float = 8.0
    poll_seconds: float = 5.0
    notice_from_s: float = 4.0
    notice_to_s: float = 20.0
    talk_seconds: float = 15.0
    look_seconds: float = 3.0
    linger_to_s: float = 90.0
    decline_share: float = 0.0
    arrive_within_m: float = 20.0
    most_positions_held: int = 5000

    def __post_init__(self) -> None:
        if not 0.01 <= self.speed <= 1000:
            raise ValueError(f"speed {self.speed} must be between 0.01 and 1000")


DEFAULT_HABITS = Habits()
