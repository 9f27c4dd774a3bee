"""Domes that are wanted at one of their views, to look at a case: they come when no hand is on them."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field


@dataclass(eq=False, slots=True)
class Wish:
    """`stands` is set while the dome stands at the view for it."""

    camera_id: str
    view_id: str
    case_id: str
    stands: asyncio.Event = field(default_factory=asyncio.Event)


class Wishes:
    """Those of a dome are served one after the other. All calls belong to the event loop."""

    def __init__(self) -> None:
        self._open: list[Wish] = []

    @contextmanager
    def wish(self, camera_id: str, view_id: str, case_id: str) -> Iterator[Wish]:
        """Open until it is left."""
        wish = Wish(camera_id, view_id, case_id)
        self._open.append(wish)
        try:
            yield wish
        finally:
            self._open.remove(wish)

    def first(self, camera_id: str) -> Wish | None:
        return next((wish for wish in self._open if wish.camera_id == camera_id), None)

    def is_open(self, wish: Wish) -> bool:
        return wish in self._open

    def to_the_end(self, wish: Wish) -> None:
        """Others first: this one did not get anywhere."""
        if wish in self._open:
            self._open.remove(wish)
            self._open.append(wish)
