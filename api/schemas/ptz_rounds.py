"""Watching rounds of a dome."""

from typing import Literal

from api.schemas import Answer, Body, Names


class RoundsBody(Body):
    on: bool


class ViewAnswer(Answer):
    """`due`: it is visited at this hour. `zones`: how many are watched there."""

    id: str
    name: Names
    hours: list[str]
    dwell_s: float
    zones: int
    due: bool


class WatchingAnswer(Answer):
    view: str
    name: Names


class RoundsAnswer(Answer):
    """`views` is empty for a dome that has none in cameras.yaml. `now`: what turns it, `watching`: at which view."""

    on: bool
    views: list[ViewAnswer]
    now: Literal["guard", "patrol", "watch", "verify"] | None
    watching: WatchingAnswer | None
