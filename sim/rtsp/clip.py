"""What the server needs to know of a rendered scene; `sim.scenes.clips` makes them."""

from collections.abc import Mapping
from typing import Literal, Protocol

from sim.rtsp.nal import Codec

EventKind = Literal["stall", "dumping"]

PARTS: dict[EventKind, tuple[str, str, str]] = {
    "stall": ("stall_arrive", "stall_serve", "stall_leave"),
    "dumping": ("dump_bring", "dump_rest", "dump_clear"),
}
"""Names of the segments of an event: it comes, it stays (loops), it goes."""


class Segment(Protocol):
    """Whole closed GOPs of Annex B access units, parameter sets in front of each IDR."""

    @property
    def name(self) -> str: ...
    @property
    def codec(self) -> Codec: ...
    @property
    def fps(self) -> float: ...
    @property
    def access_units(self) -> tuple[bytes, ...]: ...


class EventTruth(Protocol):
    """`box`: x, y, width, height as fractions. `ground_xy_m`: metres to the camera's right and ahead of it."""

    @property
    def box(self) -> tuple[float, float, float, float]: ...
    @property
    def ground_xy_m(self) -> tuple[float, float]: ...
    @property
    def placed_offset_s(self) -> float: ...
    @property
    def cleared_offset_s(self) -> float: ...


class SceneClips(Protocol):
    """All segments of a scene, each joining any other at its boundary."""

    @property
    def scene_id(self) -> str: ...
    @property
    def width(self) -> int: ...
    @property
    def height(self) -> int: ...
    @property
    def segments(self) -> Mapping[str, Segment]: ...
    @property
    def truth(self) -> Mapping[str, EventTruth]: ...
