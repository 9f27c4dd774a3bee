"""What happens in the town, told to the pages that may know: cases, camera states, workers' positions,
displays, alarms, domes, loudspeakers, and that there are other cameras now or another map."""

import asyncio
import json
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from runtime.clock import Clock

Topic = Literal["case", "camera", "worker", "display", "alarm", "ptz", "estate", "loudspeaker", "town"]
TOPICS: tuple[Topic, ...] = ("case", "camera", "worker", "display", "alarm", "ptz", "estate", "loudspeaker", "town")


@dataclass(frozen=True, slots=True)
class Event:
    """`data` is what the HTTP contract gives for the same thing. Rights are judged by `paths`, the area paths it
    belongs to, and by `assignee_id`, the account it is given to."""

    topic: Topic
    data: dict[str, Any]
    paths: tuple[str, ...] = ()
    assignee_id: str | None = None
    names: tuple[str, ...] = ()
    """Area paths of what else the data names: it is for those whose rights cover them all."""
    reduced: bool = False
    """The same without those names, for the others."""
    posts: tuple[str, ...] = ()
    """Of a case: the posts it is given to."""
    moved: bool = False
    """Of a worker: only his position is new, which pages that get positions in bulk know from there."""
    text: str = field(init=False)

    def __post_init__(self) -> None:
        message = {"type": "event", "topic": self.topic, "data": self.data}
        object.__setattr__(self, "text", json.dumps(message, ensure_ascii=False, separators=(",", ":")))


Listener = Callable[[Event], None]


class EventHub:
    """Fan-out of events on one event loop. Listeners must return at once."""

    def __init__(self) -> None:
        self._listeners: list[Listener] = []

    def listen(self, listener: Listener) -> Callable[[], None]:
        """Adds a listener; call what is returned to take it off again."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    def publish(self, event: Event) -> None:
        for listener in tuple(self._listeners):
            listener(event)


class Coalescer:
    """At most one event per key and interval: the first at once, then the newest of those that came meanwhile."""

    def __init__(self, publish: Listener, clock: Clock, seconds: float = 1.0) -> None:
        self._publish = publish
        self._clock = clock
        self._seconds = seconds
        self._waiting: dict[str, Event | None] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    def put(self, key: str, event: Event) -> None:
        if key in self._waiting:
            before = self._waiting[key]
            # Where what it takes the place of told more than a position, it does so too.
            told_more = event.moved and before is not None and not before.moved
            self._waiting[key] = replace(event, moved=False) if told_more else event
            return
        self._waiting[key] = None
        self._publish(event)
        task = asyncio.create_task(self._flush_later(key), name=f"coalesce {key}")
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def stop(self) -> None:
        tasks = tuple(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _flush_later(self, key: str) -> None:
        while True:
            await self._clock.sleep(self._seconds)
            event = self._waiting[key]
            if event is None:
                del self._waiting[key]
                return
            self._waiting[key] = None
            self._publish(event)
