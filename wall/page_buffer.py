"""What waits to be sent to one page: bounded in bytes, and honest about what was dropped.

Pictures are dropped as whole GOPs of whole streams, the stream with most bytes waiting first, so that one page
that cannot keep up costs the server at most `waiting_bytes` and every stream still shown is decodable. A page that
takes nothing at all from one overflow to the next is parked: it costs nothing until it reads again.
"""

from collections import Counter, deque
from collections.abc import Callable
from dataclasses import dataclass

from wall.wire import DISCONTINUITY, KEYFRAME, WireUnit

Item = str | WireUnit


class PageOverflow(Exception):
    """Text alone is over its bound: the page does not read, and must come back later."""


@dataclass(frozen=True, slots=True)
class PageLimits:
    waiting_bytes: int = 8 * 1024 * 1024
    text_bytes: int = 1024 * 1024
    batch_bytes: int = 256 * 1024
    """A batch is closed once it holds so much; one larger unit still goes alone."""
    batch_seconds: float = 0.02
    send_timeout_seconds: float = 30.0
    """A page that has not taken one message for so long is closed."""
    streams: int = 160
    """64 tiles, the next page of a tour beside them, and main streams to come."""
    message_bytes: int = 4096


class SharedBudget:
    """What all pages of a process together may have waiting. Over it the page with most is parked."""

    def __init__(self, limit_bytes: int = 48 * 1024 * 1024) -> None:
        self._limit = limit_bytes
        self._buffers: set[PageBuffer] = set()
        self.waiting_bytes = 0

    def join(self, buffer: "PageBuffer") -> None:
        self._buffers.add(buffer)

    def leave(self, buffer: "PageBuffer") -> None:
        self._buffers.discard(buffer)

    def count(self, change: int) -> None:
        self.waiting_bytes += change

    def relieve(self) -> None:
        while self.waiting_bytes > self._limit:
            max(self._buffers, key=lambda buffer: buffer.unit_bytes).park()


class PageBuffer:
    """An ordered queue of text and access units. Not thread-safe: one event loop. `close` it at the end."""

    def __init__(self, limits: PageLimits, budget: SharedBudget | None = None) -> None:
        self._limits = limits
        self._budget = budget or SharedBudget()
        self._budget.join(self)
        self._items: deque[Item] = deque()
        self.unit_bytes = 0
        self._text_bytes = 0
        self._lost: Counter[int] = Counter()
        # Both wait for a key frame; only the interrupted lose something by waiting.
        self._starting: set[int] = set()
        self._interrupted: set[int] = set()
        self._overflowed = False
        """Since a message was last taken."""
        self._parked = False

    def __bool__(self) -> bool:
        return bool(self._items or self._lost)

    @property
    def waiting_bytes(self) -> int:
        return self.unit_bytes + self._text_bytes

    def close(self) -> None:
        self._count(-self.unit_bytes)
        self._items.clear()
        self._budget.leave(self)

    def put_text(self, text: str) -> None:
        """Text is never dropped silently. Raises `PageOverflow` over the bound."""
        size = len(text.encode())
        if self._text_bytes + size > self._limits.text_bytes:
            raise PageOverflow(f"more than {self._limits.text_bytes} bytes of text wait")
        self._items.append(text)
        self._text_bytes += size

    def put_unit(self, unit: WireUnit) -> None:
        stream = unit.stream
        if self._parked:
            self._interrupt(stream)
            return
        if stream in self._starting or stream in self._interrupted:
            if not unit.flags & KEYFRAME:
                self._interrupt(stream)
                return
            self._starting.discard(stream)
            self._interrupted.discard(stream)
            unit = unit._replace(flags=unit.flags | DISCONTINUITY)
        self._items.append(unit)
        self._count(unit.size)
        if self.unit_bytes > self._limits.waiting_bytes:
            self._overflow()
        self._budget.relieve()

    def start(self, stream: int) -> None:
        """Forgets what waits under this number; nothing more of it is passed before a key frame."""
        self.forget(stream)
        self._starting.add(stream)

    def forget(self, stream: int) -> None:
        """Drops what waits for a stream the page has closed: its units must not reach the number's next user."""
        if self.unit_bytes:
            self._remove(lambda unit: unit.stream == stream)
        self._lost.pop(stream, None)
        self._starting.discard(stream)
        self._interrupted.discard(stream)

    def park(self) -> None:
        """Drops every picture that waits, and takes in none until the page has taken a message."""
        for item in self._items:
            if isinstance(item, WireUnit):
                self._interrupt(item.stream)
        self._remove(lambda unit: True)
        self._parked = True

    def take_lost(self) -> dict[int, int]:
        """Units dropped per stream since the last call."""
        lost, self._lost = dict(self._lost), Counter()
        return lost

    def take(self) -> str | list[WireUnit] | None:
        """The next message: one text, or one batch of units; None when nothing waits."""
        self._overflowed = self._parked = False
        items, most = self._items, self._limits.batch_bytes
        batch: list[WireUnit] = []
        size = 0
        while items:
            item = items[0]
            if isinstance(item, str):
                if batch:
                    break
                items.popleft()
                self._text_bytes -= len(item.encode())
                return item
            more = item.size
            if batch and size + more > most:
                break
            items.popleft()
            batch.append(item)
            size += more
        self._count(-size)
        return batch or None

    def _count(self, change: int) -> None:
        self.unit_bytes += change
        self._budget.count(change)

    def _interrupt(self, stream: int) -> None:
        """A unit of the stream is lost, unless the stream has not begun yet."""
        if stream not in self._starting:
            self._lost[stream] += 1
            self._interrupted.add(stream)

    def _overflow(self) -> None:
        if self._overflowed:
            self.park()
            return
        self._overflowed = True
        while self.unit_bytes > self._limits.waiting_bytes:
            waiting: Counter[int] = Counter()
            for item in self._items:
                if isinstance(item, WireUnit):
                    waiting[item.stream] += len(item.payload)
            self._drop(waiting.most_common(1)[0][0])

    def _drop(self, stream: int) -> None:
        """Keeps the stream's newest GOP where an older one waits too; else drops all and waits for a key frame."""
        units = [item for item in self._items if isinstance(item, WireUnit) and item.stream == stream]
        newest = max((at for at, unit in enumerate(units) if unit.flags & KEYFRAME), default=0)
        dropped = {id(unit) for unit in (units[:newest] if newest else units)}
        self._remove(lambda unit: id(unit) in dropped)
        self._lost[stream] += len(dropped)
        if not newest:
            self._interrupted.add(stream)

    def _remove(self, unwanted: Callable[[WireUnit], bool]) -> None:
        kept: deque[Item] = deque()
        for item in self._items:
            if isinstance(item, WireUnit) and unwanted(item):
                self._count(-item.size)
            else:
                kept.append(item)
        self._items = kept
