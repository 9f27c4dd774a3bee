"""What waits to be sent to one page: bounded in bytes, and honest about what was dropped.

Pictures are dropped as whole GOPs of whole streams, the stream with most bytes waiting first, so that one page
that cannot keep up costs the server at most `limit_bytes` and every stream still shown is decodable.
"""

from collections import Counter, deque
from collections.abc import Callable
from dataclasses import dataclass, replace

from wall.wire import DISCONTINUITY, KEYFRAME, WireUnit

Item = str | WireUnit


class PageOverflow(Exception):
    """Text alone is over its bound: the page does not read, and must come back later."""


@dataclass(frozen=True, slots=True)
class PageLimits:
    waiting_bytes: int = 8 * 1024 * 1024
    text_bytes: int = 1024 * 1024
    batch_bytes: int = 512 * 1024
    """A batch is closed once it holds so much; one larger unit still goes alone."""
    batch_seconds: float = 0.02
    send_timeout_seconds: float = 30.0
    """A page that has not taken one message for so long is closed."""
    streams: int = 64
    message_bytes: int = 4096


class PageBuffer:
    """An ordered queue of text and access units. Not thread-safe: one event loop."""

    def __init__(self, limits: PageLimits) -> None:
        self._limits = limits
        self._items: deque[Item] = deque()
        self._unit_bytes = 0
        self._text_bytes = 0
        self._stream_bytes: Counter[int] = Counter()
        self._lost: Counter[int] = Counter()
        # Both wait for a key frame; only the interrupted lose something by waiting.
        self._starting: set[int] = set()
        self._interrupted: set[int] = set()

    def __bool__(self) -> bool:
        return bool(self._items or self._lost)

    @property
    def waiting_bytes(self) -> int:
        return self._unit_bytes + self._text_bytes

    def put_text(self, text: str) -> None:
        """Text is never dropped silently. Raises `PageOverflow` over the bound."""
        size = len(text.encode())
        if self._text_bytes + size > self._limits.text_bytes:
            raise PageOverflow(f"more than {self._limits.text_bytes} bytes of text wait")
        self._items.append(text)
        self._text_bytes += size

    def put_unit(self, unit: WireUnit) -> None:
        if unit.stream in self._starting or unit.stream in self._interrupted:
            if not unit.flags & KEYFRAME:
                if unit.stream in self._interrupted:
                    self._lost[unit.stream] += 1
                return
            self._starting.discard(unit.stream)
            self._interrupted.discard(unit.stream)
            unit = replace(unit, flags=unit.flags | DISCONTINUITY)
        self._items.append(unit)
        self._count(unit, +1)
        while self._unit_bytes > self._limits.waiting_bytes:
            self._drop(max(self._stream_bytes, key=lambda stream: self._stream_bytes[stream]))

    def start(self, stream: int) -> None:
        """Forgets what waits under this number; nothing more of it is passed before a key frame."""
        self.forget(stream)
        self._starting.add(stream)

    def forget(self, stream: int) -> None:
        """Drops what waits for a stream the page has closed: its units must not reach the number's next user."""
        if self._stream_bytes[stream]:
            self._remove(lambda unit: unit.stream == stream)
        self._lost.pop(stream, None)
        self._starting.discard(stream)
        self._interrupted.discard(stream)

    def take_lost(self) -> dict[int, int]:
        """Units dropped per stream since the last call."""
        lost, self._lost = dict(self._lost), Counter()
        return lost

    def take(self) -> str | list[WireUnit] | None:
        """The next message: one text, or one batch of units; None when nothing waits."""
        batch: list[WireUnit] = []
        size = 0
        while self._items:
            item = self._items[0]
            if isinstance(item, str):
                if batch:
                    break
                self._items.popleft()
                self._text_bytes -= len(item.encode())
                return item
            if batch and size + item.size > self._limits.batch_bytes:
                break
            self._items.popleft()
            self._count(item, -1)
            batch.append(item)
            size += item.size
        return batch or None

    def _count(self, unit: WireUnit, sign: int) -> None:
        self._unit_bytes += sign * unit.size
        self._stream_bytes[unit.stream] += sign * unit.size
        if not self._stream_bytes[unit.stream]:
            del self._stream_bytes[unit.stream]

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
                self._count(item, -1)
            else:
                kept.append(item)
        self._items = kept
