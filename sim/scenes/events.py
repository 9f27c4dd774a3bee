"""The stall and the dumping: who comes, what he does, when. Every part begins and ends as the others expect it."""

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from itertools import pairwise

from sim.scenes.cycles import ebike
from sim.scenes.figures import CLEANER, Look, Stance, figure, passer
from sim.scenes.layout import PERIOD_S, DumpPlan, Moment, Mover, Route, StallPlan, heading_deg
from sim.scenes.motion import WALK, along, eased, person, pose
from sim.scenes.pinhole import Point2
from sim.scenes.solid import Solid, joined
from sim.scenes.stalls import cart, rubbish

PUSH_S = 7.0
OPEN_S = 1.4
PLACED_S = 8.8
DUMPED_S = 6.6
CLEARED_S = 7.4
LEFT_S = 8.6

Segments = dict[str, tuple[Mover, ...]]


@dataclass(frozen=True)
class Placed:
    """Where the thing stands, which way it is turned, and its body there."""

    solid: Solid
    at: Point2
    turn_deg: float


def stalled(plan: StallPlan) -> Placed:
    turn = heading_deg(plan.enter[-2], plan.enter[-1])
    return Placed(cart(plan.design, 1.0), plan.enter[-1], turn)


def dumped(plan: DumpPlan) -> Placed:
    return Placed(rubbish(plan.kind), plan.enter[-1], 25.0)


def _held(placed: Placed, *, steam: bool = False) -> Mover:
    at = Route(((0.0, *placed.at), (PERIOD_S, *placed.at)), placed.turn_deg)
    return Mover(lambda _: placed.solid, at, still=True, steam=steam)


def _beyond(points: tuple[Point2, ...], metres: float) -> Point2:
    """A point that lies `metres` behind the start of a way."""
    (x0, y0), (x1, y1) = points[0], points[1]
    length = math.dist(points[0], points[1])
    return x0 - (x1 - x0) / length * metres, y0 - (y1 - y0) / length * metres


def stall_segments(plan: StallPlan) -> Segments:
    placed = stalled(plan)
    return {
        "stall_arrive": (*_arriving(plan, placed),),
        "stall_serve": (_held(placed, steam=True), _vendor(plan, placed), *_customers(plan)),
        "stall_leave": (*_leaving(plan, placed),),
    }


def _facing(placed: Placed, at: Point2) -> float:
    return heading_deg(at, placed.at)


def _vendor(plan: StallPlan, placed: Placed) -> Mover:
    look = plan.design.vendor

    def body(moment: Moment) -> Solid:
        work = math.sin(2 * math.pi * moment.t * 9 / PERIOD_S) * 0.5 + 0.5
        calm = min(1.0, moment.t / 0.8, (PERIOD_S - moment.t) / 0.8)
        return figure(
            look,
            Stance(
                reach=0.45 + 0.35 * work * calm,
                bend=0.08 + 0.06 * work * calm,
                look=0.5 * math.sin(2 * math.pi * moment.t * 2 / PERIOD_S),
            ),
        )

    return Mover(
        body, Route(((0.0, *plan.vendor_at), (PERIOD_S, *plan.vendor_at)), _facing(placed, plan.vendor_at)), slow=True
    )


WAITING = Stance(reach=0.45, bend=0.08)
"""How the vendor stands at every border between segments."""


def _then_waits(look: Look) -> Callable[[Moment], Solid]:
    walk = person(look)
    return lambda moment: walk(moment) if moment.speed > 0.15 else figure(look, WAITING)


def _arriving(plan: StallPlan, placed: Placed) -> list[Mover]:
    way = eased((_beyond(plan.enter, 2.0), *plan.enter), PUSH_S)
    held = Route((*way.points, (PERIOD_S, *placed.at)), None)

    def body(moment: Moment) -> Solid:
        opening = min(max((moment.t - PUSH_S - 0.2) / OPEN_S, 0.0), 1.0)
        return cart(plan.design, opening)

    behind = _pusher_route(way, plan)
    last = math.dist(behind.points[-1][1:], plan.vendor_at)
    points = (*behind.points, (PUSH_S + max(last / WALK, 0.5), *plan.vendor_at), (PERIOD_S, *plan.vendor_at))
    vendor = Mover(_then_waits(plan.design.vendor), Route(points, _facing(placed, plan.vendor_at)))
    return [Mover(body, held), vendor]


GRIP_M = 1.25
"""From the middle of a cart to the middle of whoever pushes it."""


def _pusher_route(way: Route, plan: StallPlan) -> Route:
    points = []
    for t, _, _ in way.points:
        x, y, heading, _, _ = pose(way, t)
        angle = math.radians(heading)
        points.append((t, x - math.sin(angle) * GRIP_M, y - math.cos(angle) * GRIP_M))
    del plan
    return Route(tuple(points))


def _leaving(plan: StallPlan, placed: Placed) -> list[Mover]:
    start = 2.6
    moving = eased((*plan.leave, _beyond(tuple(reversed(plan.leave)), 2.5)), 6.2, starting=True)
    first = placed.at
    points = ((0.0, *first), *((t + start, x, y) for t, x, y in moving.points))
    turn = placed.turn_deg

    def body(moment: Moment) -> Solid:
        return cart(plan.design, 1 - min(max((moment.t - 0.3) / OPEN_S, 0.0), 1.0))

    wagon = Mover(body, Route(points, turn))
    behind = _pusher_route(moving, plan)
    reach = math.dist(plan.vendor_at, behind.points[0][1:]) / WALK
    leave_at = max(start - reach, 0.4)
    steps = ((0.0, *plan.vendor_at), (leave_at, *plan.vendor_at), *((t + start, x, y) for t, x, y in behind.points))
    return [wagon, Mover(_then_waits(plan.design.vendor), Route(steps, _facing(placed, plan.vendor_at)))]


def _customers(plan: StallPlan) -> list[Mover]:
    movers = []
    stays = (4.0, 3.2, 3.6)
    starts = (0.2, 3.0, 0.6)
    for index, (way, out) in enumerate(zip(plan.customers, plan.exits, strict=True)):
        points = (*way, *out)
        pause = len(way) - 1
        speed = WALK * 1.12
        length = sum(math.dist(p, q) for p, q in pairwise(points))
        stay = min(stays[index % 3], PERIOD_S - 0.2 - length / speed)
        if stay < 1.0:
            speed = length / (PERIOD_S - 1.4)
            stay = 1.0
        spare = PERIOD_S - length / speed - stay
        route = along(points, speed, {pause: stay}, heading_deg(way[-1], plan.enter[-1]))
        movers.append(
            Mover(person(passer(index * 3 + 2)), route, min(starts[index % 3], max(spare - 0.1, 0.0)), passes_by=True)
        )
    return movers


def dump_segments(plan: DumpPlan) -> Segments:
    placed = dumped(plan)
    return {"dump_bring": _bringing(plan, placed), "dump_rest": (_held(placed),), "dump_clear": _clearing(plan, placed)}


def _short_of(way: tuple[Point2, ...], metres: float) -> Point2:
    """A point on the last leg of a way, `metres` before its end."""
    (x0, y0), (x1, y1) = way[-2:]
    length = math.dist(way[-2], way[-1])
    share = max(0.0, 1 - metres / length)
    return x0 + (x1 - x0) * share, y0 + (y1 - y0) * share


STOOP_S = 1.1


def _errand(enter: tuple[Point2, ...], leave: tuple[Point2, ...], at_s: float, out_by_s: float) -> Route:
    """To just short of the spot, a stoop there at `at_s`, and off again."""
    stop = _short_of(enter, 0.55)
    coming = (*enter[:-1], stop)
    going = (stop, *leave[1:])
    way_in = sum(math.dist(p, q) for p, q in pairwise(coming))
    way_out = sum(math.dist(p, q) for p, q in pairwise(going))
    come = along(coming, max(way_in / (at_s - STOOP_S - 0.2), 0.5))
    go = along(going, max(way_out / (out_by_s - at_s - STOOP_S), 0.5))
    turned = at_s + STOOP_S
    points = [*((t + at_s - STOOP_S - come.duration, x, y) for t, x, y in come.points)]
    points += [(turned + t, x, y) for t, x, y in go.points]
    offset = points[0][0]
    return Route(tuple((max(t - min(offset, 0.0), 0.0), x, y) for t, x, y in points), heading_deg(stop, enter[-1]))


def _stooping(
    look: Look, at_s: float, before: Callable[[Moment], Solid], after: Callable[[Moment], Solid]
) -> Callable[[Moment], Solid]:
    def body(moment: Moment) -> Solid:
        if moment.speed > 0.15:
            return before(moment) if moment.t < at_s else after(moment)
        depth = max(0.0, 1 - abs(moment.t - at_s) / STOOP_S)
        return figure(look, Stance(reach=0.3 + 0.6 * depth, bend=1.15 * depth))

    return body


def _bringing(plan: DumpPlan, placed: Placed) -> tuple[Mover, ...]:
    look = replace(passer(6), bag=None)
    route = _errand(plan.enter, plan.leave, DUMPED_S - 0.6, 11.7)
    load = placed.solid

    def carrying(moment: Moment) -> Solid:
        if plan.by_ebike:
            return joined([ebike(_BIKE, look), load.moved(0.0, -0.75, 0.62)])
        return joined([person(look)(moment), load.moved(0.0, 0.45, 0.35)])

    def empty(moment: Moment) -> Solid:
        return ebike(_BIKE, look) if plan.by_ebike else person(look)(moment)

    body = _stooping(look, DUMPED_S - 0.6, carrying, empty)
    parts = [Mover(body, route)]
    if plan.by_ebike:
        stop = _stop_of(route)
        aside = Mover(
            lambda _: ebike(_BIKE),
            Route(((0.0, *stop[1]), (stop[2] - stop[0], *stop[1])), stop[3]),
            stop[0],
            still=True,
        )
        parts.append(aside)
    held = Mover(
        lambda _: load,
        Route(((0.0, *placed.at), (PERIOD_S - DUMPED_S + 0.6, *placed.at)), placed.turn_deg),
        DUMPED_S - 0.6,
        still=True,
    )
    return (*parts, held)


_BIKE = (96.0, 60.0, 40.0)


def _stop_of(route: Route) -> tuple[float, Point2, float, float]:
    """(from, place beside, until, heading) of the stand on a route."""
    for (t0, x0, y0), (t1, x1, y1) in pairwise(route.points):
        if math.hypot(x1 - x0, y1 - y0) < 1e-6 and t1 > t0:
            heading = pose(route, max(t0 - 0.8, 0.0))[2]
            angle = math.radians(heading)
            return t0, (x0 - 0.55 * math.cos(angle), y0 + 0.55 * math.sin(angle)), t1, heading
    raise ValueError("the route has no stand")


def _clearing(plan: DumpPlan, placed: Placed) -> tuple[Mover, ...]:
    picked = CLEARED_S - 1.2
    route = _errand((*plan.cleaner_enter, placed.at), (placed.at, *plan.cleaner_leave), picked, 11.7)
    walk = person(CLEANER)

    def carrying(moment: Moment) -> Solid:
        return joined([walk(moment), placed.solid.moved(0.0, 0.45, 0.35)])

    held = Mover(lambda _: placed.solid, Route(((0.0, *placed.at), (picked, *placed.at)), placed.turn_deg), still=True)
    return held, Mover(_stooping(CLEANER, picked, walk, carrying), route)
