"""Whom the analysis of a camera asks what it has before it."""

from typing import Protocol

from ingest.frame import Frame
from vision.detection import Box, Seen


class Confirmer(Protocol):
    """May be asked from one thread at a time."""

    def look(self, frame: Frame, box: Box, *, again: bool = False) -> tuple[Seen, ...] | None:
        """What is at `box` (fractions of that picture) and close about it, the surest first; empty: nothing it knows.

        None where it was not asked: there is none, it is broken, or has no time left. `again`: it has answered about
        this thing before; others go first."""
        ...
