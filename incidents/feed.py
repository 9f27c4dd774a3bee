"""What has changed, told to listeners after it is durable."""

import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

from incidents.rights import Caller, Permission

Topic = Literal["case", "worker", "positions", "session", "display", "alarm"]


@dataclass(frozen=True, slots=True)
class Change:
    """`data` is a CaseView or a WorkerView; for `positions` a tuple of Placed; for `session` the id of the
    account whose sessions were ended or whose rights changed; for `display` and `alarm` what the pages are told. Two
    changes of one case may arrive out of order: the higher `version` is the newer."""

    topic: Topic
    data: Any
    paths: tuple[str, ...] = ()
    assignee_id: str | None = None
    posts: tuple[str, ...] = ()
    """Of a case: the posts that hold it or have a part in it."""
    moved: bool = False
    """Of a worker: only his position is new."""

    def visible_to(self, caller: Caller) -> bool:
        """Whether this caller may be told. Sessions concern the API alone and are for nobody;
        displays and alarms are judged where pages are told."""
        if self.topic not in ("case", "worker"):
            return False
        scope = caller.scope(Permission.CASE_SEE if self.topic == "case" else Permission.WORKER_SEE)
        holders = (*self.posts, None)
        return any(scope.covers(path, self.assignee_id, post) for path in self.paths for post in holders)


class Feed:
    """Listeners are called in the thread that committed and must return at once (hand over to a loop)."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._listeners: list[Callable[[Change], None]] = []

    def listen(self, listener: Callable[[Change], None]) -> Callable[[], None]:
        """Returns what takes the listener off again."""
        with self._lock:
            self._listeners.append(listener)

        def stop() -> None:
            with self._lock:
                if listener in self._listeners:
                    self._listeners.remove(listener)

        return stop

    def publish(self, change: Change) -> None:
        with self._lock:
            listeners = tuple(self._listeners)
        for listener in listeners:
            listener(change)
