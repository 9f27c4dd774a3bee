"""Movers come and go out of sight: routes are lengthened until they do, and fade where they cannot."""

import math
from dataclasses import replace
from itertools import pairwise

from sim.scenes.layout import PERIOD_S, Moment, Mover
from sim.scenes.sprite import Backdrop, Place, picture

STEP_M = 0.5
FARTHEST_M = 4.0
SPECK_PX = 20
"""A sprite of so few pixels may pop up."""
EDGE_S = 0.15
"""Kept free at both ends of the period."""

Timed = tuple[tuple[float, float, float], ...]


def from_off_stage(mover: Mover, backdrop: Backdrop) -> Mover:
    """The mover with its way in and its way out lengthened, and hurried where it would outlast the period."""
    if mover.wraps and mover.route.duration >= PERIOD_S - 0.01:
        return mover
    points = mover.route.points
    head = _lengthened(mover, backdrop, points)
    tail = _lengthened(
        mover, backdrop, tuple((points[-1][0] - t, x, y) for t, x, y in reversed(points)), backwards=True
    )
    added = (tail[-1][0] - tail[-2][0]) if len(tail) > len(points) else 0.0
    lengthened = head if not added else (*head, (head[-1][0] + added, *tail[-1][1:]))
    longest = PERIOD_S if mover.wraps else PERIOD_S - 2 * EDGE_S
    timed = _hurried(lengthened, longest)
    duration = timed[-1][0]
    start = mover.start_s
    if not mover.wraps:
        start = min(max(start, EDGE_S), PERIOD_S - EDGE_S - duration)
    return replace(mover, route=replace(mover.route, points=timed), start_s=start, fades=True)


def _lengthened(mover: Mover, backdrop: Backdrop, points: Timed, *, backwards: bool = False) -> Timed:
    """With a new first point (times from 0 on) far enough back that the mover cannot be seen there.

    Backwards, the points are those of the way out in reverse; then the new point comes last."""
    first = next((k for k in range(len(points) - 1) if math.dist(points[k][1:], points[k + 1][1:]) > 1e-6), None)
    if first is None:
        return points
    (t0, x0, y0), (t1, x1, y1) = points[first], points[first + 1]
    length = math.dist((x0, y0), (x1, y1))
    speed = length / max(t1 - t0, 1e-3)
    away = (x0 - x1) / length, (y0 - y1) / length
    heading = math.degrees(math.atan2(-away[0], -away[1])) + (180.0 if backwards else 0.0)
    reach = 0.0
    while reach <= FARTHEST_M and _seen(mover, backdrop, (x0 + away[0] * reach, y0 + away[1] * reach), heading, speed):
        reach += STEP_M
    if reach == 0.0 or reach > FARTHEST_M:
        return points
    extra = reach / speed
    new = (x0 + away[0] * reach, y0 + away[1] * reach)
    if backwards:
        return (*points, (points[-1][0] + extra, *new))
    return ((0.0, *new), *((t + extra, x, y) for t, x, y in points))


def _seen(mover: Mover, backdrop: Backdrop, at: tuple[float, float], heading: float, speed: float) -> bool:
    patch = picture(mover.look(Moment(0.0, 0.0, speed)), backdrop, Place(*at, heading))
    return patch is not None and int((patch.keep < 128).sum()) > 3 * SPECK_PX


def _hurried(points: Timed, longest: float) -> Timed:
    """Walks faster, and stands shorter only where that does not suffice, so as to be through in time."""
    total = points[-1][0]
    if total <= longest:
        return points
    moving = sum(b[0] - a[0] for a, b in pairwise(points) if math.dist(a[1:], b[1:]) > 1e-6)
    standing = total - moving
    pace = max((longest - standing) / moving, 0.6) if moving > 0 else 1.0
    rest = (longest - moving * pace) / standing if standing > 0 else 1.0
    hurried = [points[0]]
    for a, b in pairwise(points):
        share = pace if math.dist(a[1:], b[1:]) > 1e-6 else rest
        hurried.append((hurried[-1][0] + (b[0] - a[0]) * share, *b[1:]))
    last = hurried[-1][0]
    return tuple((t * min(1.0, longest / last), x, y) for t, x, y in hurried)
