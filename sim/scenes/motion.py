"""Routes through a scene, and who goes along them."""

import math
from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise

from sim.scenes.cycles import ebike
from sim.scenes.figures import Look, Stance, figure, passer, walking
from sim.scenes.layout import PERIOD_S, Moment, Mover, Route
from sim.scenes.pinhole import Point2
from sim.scenes.solid import Solid
from sim.scenes.textures import Colour

WALK = 1.3
RIDE = 4.2
DRIVE = 7.0


def along(
    points: Sequence[Point2], speed: float, pauses: Mapping[int, float] | None = None, facing_deg: float | None = None
) -> Route:
    """A route through the points at one speed; `pauses[i]` seconds are spent standing at point i."""
    pauses = pauses or {}
    t = 0.0
    timed: list[tuple[float, float, float]] = []
    for index, point in enumerate(points):
        if index:
            t += math.dist(points[index - 1], point) / speed
        timed.append((t, *point))
        if index in pauses:
            t += pauses[index]
            timed.append((t, *point))
    return Route(tuple(timed), facing_deg)


def eased(points: Sequence[Point2], seconds: float, *, starting: bool = False) -> Route:
    """A route that slows down into its last point (or, `starting`, picks up from its first) within `seconds`."""
    lengths = [0.0]
    for first, second in pairwise(points):
        lengths.append(lengths[-1] + math.dist(first, second))
    steps = 24
    timed = []
    for step in range(steps + 1):
        share = step / steps
        gone = 1 - (1 - share) ** 1.6 if not starting else share**1.6
        timed.append((seconds * share, *_at_length(points, lengths, gone * lengths[-1])))
    return Route(tuple(timed))


def _at_length(points: Sequence[Point2], lengths: Sequence[float], gone: float) -> Point2:
    for index in range(len(points) - 1):
        if gone <= lengths[index + 1] or index == len(points) - 2:
            span = max(lengths[index + 1] - lengths[index], 1e-6)
            share = min(max((gone - lengths[index]) / span, 0.0), 1.0)
            (x0, y0), (x1, y1) = points[index], points[index + 1]
            return x0 + (x1 - x0) * share, y0 + (y1 - y0) * share
    return points[-1]


def place(route: Route, t: float) -> tuple[float, float, float, float, float]:
    """(x, y, heading in degrees, metres gone, speed) at `t` seconds; held at both ends."""
    points = route.points
    distance = 0.0
    heading = _first_heading(points) if route.facing_deg is None else route.facing_deg
    for (t0, x0, y0), (t1, x1, y1) in pairwise(points):
        length = math.hypot(x1 - x0, y1 - y0)
        moving = length > 1e-6
        if moving:
            heading = math.degrees(math.atan2(x1 - x0, y1 - y0))
        elif route.facing_deg is not None:
            heading = route.facing_deg
        if t <= t1:
            share = (max(t, t0) - t0) / (t1 - t0) if t1 > t0 else 0.0
            speed = length / (t1 - t0) if t1 > t0 and t > t0 else 0.0
            return x0 + (x1 - x0) * share, y0 + (y1 - y0) * share, heading, distance + length * share, speed
        distance += length
    return points[-1][1], points[-1][2], heading, distance, 0.0


def _first_heading(points: Sequence[tuple[float, float, float]]) -> float:
    for (_, x0, y0), (_, x1, y1) in pairwise(points):
        if math.hypot(x1 - x0, y1 - y0) > 1e-6:
            return math.degrees(math.atan2(x1 - x0, y1 - y0))
    return 0.0


TURN_S = 0.35


def pose(route: Route, t: float) -> tuple[float, float, float, float, float]:
    """As `place`, with the heading smoothed over turns."""
    x, y, heading, distance, speed = place(route, t)
    sin = cos = 0.0
    for shift in (-TURN_S, 0.0, TURN_S):
        angle = math.radians(place(route, min(max(t + shift, 0.0), route.duration))[2])
        sin, cos = sin + math.sin(angle), cos + math.cos(angle)
    if math.hypot(sin, cos) > 0.3:
        heading = math.degrees(math.atan2(sin, cos))
    return x, y, heading, distance, speed


def person(look: Look) -> Callable[[Moment], Solid]:
    """Walks while it moves; stands with a little life in it while it does not."""

    def at(moment: Moment) -> Solid:
        if moment.speed > 0.15:
            return walking(look, moment.distance, min(1.0, moment.speed / WALK))
        sway = math.sin(2 * math.pi * moment.t / 4.0)
        return figure(
            look, Stance(reach=0.12 + 0.06 * sway, lean=0.015 * sway, look=0.5 * math.sin(2 * math.pi * moment.t / 6.0))
        )

    return at


def walker(
    number: int | Look,
    points: Sequence[Point2],
    start_s: float = 0.0,
    *,
    speed: float = WALK,
    pauses: Mapping[int, float] | None = None,
    facing_deg: float | None = None,
    wraps: bool = False,
) -> Mover:
    look = passer(number) if isinstance(number, int) else number
    return Mover(person(look), along(points, speed, pauses, facing_deg), start_s, wraps)


def stander(number: int | Look, at: Point2, facing_deg: float, *, phone: bool = False) -> Mover:
    """Somebody who always stands there, moving a little; repeats with the period."""
    look = passer(number) if isinstance(number, int) else number

    def body(moment: Moment) -> Solid:
        first, second = (math.sin(2 * math.pi * moment.t * k / PERIOD_S) for k in (2, 3))
        return figure(
            look,
            Stance(reach=0.55 + 0.05 * first if phone else 0.15 + 0.1 * first, lean=0.02 * second, look=0.6 * first),
        )

    return Mover(body, Route(((0.0, *at), (PERIOD_S, *at)), facing_deg), 0.0, True, slow=True)


def fixed(solid: Solid) -> Callable[[Moment], Solid]:
    return lambda _: solid


def vehicle(
    solid: Solid,
    points: Sequence[Point2],
    start_s: float = 0.0,
    *,
    speed: float = DRIVE,
    pauses: Mapping[int, float] | None = None,
    wraps: bool = False,
    headlights: bool = False,
) -> Mover:
    return Mover(fixed(solid), along(points, speed, pauses), start_s, wraps, headlights=headlights)


def rider(
    paint: Colour,
    number: int,
    points: Sequence[Point2],
    start_s: float = 0.0,
    *,
    speed: float = RIDE,
    box: Colour | None = None,
    helmet: Colour | None = None,
    wraps: bool = False,
    headlights: bool = False,
) -> Mover:
    return vehicle(
        ebike(paint, passer(number), box, helmet), points, start_s, speed=speed, wraps=wraps, headlights=headlights
    )
