"""What a scene is made of, in metres: ground, marks, houses, trees, things, movers. Data; the stage draws it."""
# ruff: noqa: RUF009 (rgb() gives an immutable tuple)

import math
from collections.abc import Callable
from dataclasses import dataclass, field

from sim.scenes.facades import Facade
from sim.scenes.ground import Material
from sim.scenes.light import SUNNY, Light
from sim.scenes.pinhole import Point2
from sim.scenes.plants import Tree
from sim.scenes.solid import Solid
from sim.scenes.stalls import Design, Rubbish
from sim.scenes.textures import Colour, rgb

PERIOD_S = 12.0
"""Length of every segment, and of everything that goes on for ever."""

Polygon = tuple[Point2, ...]


@dataclass(frozen=True)
class Laid:
    polygon: Polygon
    material: Material


@dataclass(frozen=True)
class Mark:
    polygon: Polygon
    colour: Colour = rgb("#d9dbd6")
    strength: float = 0.8


@dataclass(frozen=True)
class Building:
    """Its front runs from `start` to `end`; it extends `depth` metres away from the camera. Roof: flat, or a ridge."""

    start: Point2
    end: Point2
    height: float
    depth: float
    facade: Facade
    ridge_m: float = 0.0
    roof: Colour = rgb("#5b5f64")
    awning: tuple[Colour, Colour] | None = None
    shadow: bool = True


@dataclass(frozen=True)
class Item:
    """A thing that stands still; `at` is where it touches the ground and what orders it among others."""

    solid: Solid
    at: Point2
    turn_deg: float = 0.0


@dataclass(frozen=True)
class Board:
    """An upright lettered board from `start` to `end` (as read from the camera), between two heights."""

    start: Point2
    end: Point2
    low: float
    high: float
    text: str
    ground: Colour = rgb("#1d5fa8")
    ink: Colour = rgb("#f4f4ee")
    glow: float = 0.0


@dataclass(frozen=True)
class Moment:
    """One instant of a mover: seconds since it set out, metres gone, speed in m/s."""

    t: float
    distance: float
    speed: float


@dataclass(frozen=True)
class Route:
    """Waypoints (seconds, x, y) with rising times; `facing_deg` holds where a standing mover looks to."""

    points: tuple[tuple[float, float, float], ...]
    facing_deg: float | None = None

    @property
    def duration(self) -> float:
        return self.points[-1][0]


@dataclass(frozen=True)
class Mover:
    """`look` gives the body at a moment, in its own axes. With `wraps` it crosses the end of the period; else it is
    out of the picture (or standing exactly as another segment has it) at both ends."""

    look: Callable[[Moment], Solid]
    route: Route
    start_s: float = 0.0
    wraps: bool = False
    still: bool = False
    """Looks the same at every moment and does not move: drawn once."""
    slow: bool = False
    """Moves so little that every third frame is enough."""
    passes_by: bool = False
    """Of an event, but a stranger to it: a customer."""
    fades: bool = False
    """Comes and goes softly where the route cannot begin or end out of sight."""
    headlights: bool = False
    steam: bool = False


@dataclass(frozen=True)
class StallPlan:
    """`enter` ends at the spot; `leave` begins there (camera-local metres). The vendor pushes or rides."""

    design: Design
    enter: Polygon
    leave: Polygon
    vendor_at: Point2
    customers: tuple[Polygon, ...]
    """Ways of customers: from out of the picture (or a door) to the counter."""
    exits: tuple[Polygon, ...]
    rides: bool = False


@dataclass(frozen=True)
class DumpPlan:
    kind: Rubbish
    enter: Polygon
    leave: Polygon
    cleaner_enter: Polygon
    cleaner_leave: Polygon
    by_ebike: bool = False


@dataclass(frozen=True)
class Layout:
    light: Light = SUNNY
    base: Material | None = None
    ground: tuple[Laid, ...] = ()
    marks: tuple[Mark, ...] = ()
    buildings: tuple[Building, ...] = ()
    trees: tuple[Tree, ...] = ()
    items: tuple[Item, ...] = ()
    boards: tuple[Board, ...] = ()
    water: tuple[Polygon, ...] = ()
    hills: float = 0.6
    skyline: float = 0.5
    always: tuple[Mover, ...] = ()
    crowds: tuple[tuple[Mover, ...], ...] = field(default=((), (), ()))
    """Movers of the first idle segment, of the second, and of serving; each off the stage at both ends."""
    stall: StallPlan | None = None
    dump: DumpPlan | None = None


def heading_deg(start: Point2, end: Point2) -> float:
    """Clockwise from straight ahead."""
    return math.degrees(math.atan2(end[0] - start[0], end[1] - start[1]))
