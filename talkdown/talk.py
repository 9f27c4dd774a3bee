"""One talk: what is said, at which loudspeakers, and how far it is at each."""

import asyncio
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Literal

from config.loudspeakers import Loudspeaker
from talkdown.reason import Reason
from talkdown.sound import Samples
from talkdown.speakers import Voice

LIVE_FRAMES = 25
"""Half a second may wait for a loudspeaker; then the oldest is lost, so that it never speaks later than that."""
Kind = Literal["text", "announcement", "live"]


class State(StrEnum):
    WAITING = "waiting"
    OPENING = "opening"
    SPEAKING = "speaking"
    PLAYED = "played"
    STOPPED = "stopped"
    FAILED = "failed"


OVER = frozenset({State.PLAYED, State.STOPPED, State.FAILED})


@dataclass(frozen=True, slots=True)
class Message:
    """`text`: what is said, or "" where nobody wrote it down; `sound`: an announcement's, with its repetitions."""

    kind: Kind
    text: str = ""
    name: str = ""
    sound: Samples | None = None
    repeat: int = 1


class Ears:
    """Frames of live speech on their way to one loudspeaker. Numbered, so that what was sent can be told."""

    def __init__(self) -> None:
        self._frames: deque[tuple[int, Samples]] = deque(maxlen=LIVE_FRAMES)
        self._came = asyncio.Event()
        self._ended = False
        self.lost = 0
        self.sent = -1

    def put(self, number: int, frame: Samples) -> None:
        if len(self._frames) == LIVE_FRAMES:
            self.lost += 1
        self._frames.append((number, frame))
        self._came.set()

    def end(self) -> None:
        """What waits is still said."""
        self._ended = True
        self._came.set()

    async def next(self) -> tuple[int, Samples] | None:
        """None at the end. The caller bounds the time."""
        while not self._frames:
            if self._ended:
                return None
            self._came.clear()
            await self._came.wait()
        return self._frames.popleft()


@dataclass(slots=True, eq=False)
class Target:
    """One loudspeaker of a talk. `began_at` and `seconds`: since when, and how long, it was heard there."""

    speaker: Loudspeaker
    path: str
    voice: Voice
    state: State = State.WAITING
    reason: Reason | None = None
    began_at: float | None = None
    seconds: float = 0.0
    ears: Ears = field(default_factory=Ears)
    halted: asyncio.Event = field(default_factory=asyncio.Event)
    halt_reason: Reason | None = None
    done: asyncio.Event = field(default_factory=asyncio.Event)
    after: "Target | None" = None
    """Whom this one took over from."""

    def halt(self, why: Reason) -> None:
        """Stops it as soon as a frame allows; the first reason counts."""
        if self.state not in OVER and not self.halted.is_set():
            self.halt_reason = why
            self.halted.set()
            self.ears.end()


@dataclass(slots=True, eq=False)
class Talk:
    id: str
    account_id: str
    name: str
    message: Message
    targets: Sequence[Target]
    began_at: float
    case_id: str | None = None
    ended_at: float | None = None

    @property
    def over(self) -> bool:
        return all(target.state in OVER for target in self.targets)

    def halt(self, why: Reason) -> None:
        for target in self.targets:
            target.halt(why)
