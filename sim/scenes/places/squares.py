"""Open places: a square and a car park."""
# fmt: off  (tables in metres, packed by hand)

import math

from sim.scenes import cycles, furniture, street, vehicles
from sim.scenes.catalogue import Scene
from sim.scenes.facades import Facade
from sim.scenes.figures import CHILD, Look
from sim.scenes.ground import asphalt, grass, paving
from sim.scenes.layout import Board, DumpPlan, Item, Laid, Layout, StallPlan
from sim.scenes.light import AFTERNOON, OVERCAST
from sim.scenes.motion import stander, walker
from sim.scenes.solid import Face, Solid, box, disc, joined, rod
from sim.scenes.stalls import Design
from sim.scenes.textures import rgb

P = vehicles.PAINTS


def _pavilion() -> Solid:
    """A hexagonal pavilion with a tiled roof."""
    ring = [(2.2 * math.cos(a), 2.2 * math.sin(a)) for a in (math.pi * k / 3 for k in range(6))]
    eaves = [(x * 1.45, y * 1.45, 2.9) for x, y in ring]
    roof = Solid(
        tuple(
            Face((eaves[k], eaves[(k + 1) % 6], (0, 0, 4.6)), rgb("#5a5e60") if k % 2 else rgb("#64686a"))
            for k in range(6)
        )
    )
    posts = [rod((x, y, 0.3), (x, y, 2.9), 0.12, rgb("#8e2f26")) for x, y in ring]
    return joined(
        [
            disc((0, 0, 0.3), 2.6, rgb("#b0aca2"), axis="z"),
            *posts,
            roof,
            rod((0, 0, 4.6), (0, 0, 5.1), 0.12, rgb("#c9a24a"), 0.04),
        ]
    )


def square(scene: Scene) -> Layout:
    f = scene.frame
    angle = f.angle_deg
    centre = f.at(24, -5)
    circle = tuple(
        (centre[0] + 7 * math.cos(a), centre[1] + 7 * math.sin(a)) for a in (2 * math.pi * k / 40 for k in range(40))
    )
    inner = tuple(
        (centre[0] + 4.6 * math.cos(a), centre[1] + 4.6 * math.sin(a))
        for a in (2 * math.pi * k / 40 for k in range(40))
    )
    ground = (
        Laid(street.strip(f, -5, 44, -24, 16), paving(angle, rgb("#bdb3a6"), rgb("#a89c90"), side=0.8)),
        Laid(circle, paving(angle + 30, rgb("#a4998c"), side=0.5)),
        Laid(inner, paving(angle + 30, rgb("#c9b9a4"), side=0.5)),
        Laid(street.strip(f, 44, 52, -90, 90), asphalt(angle + 90)),
        *(Laid(street.strip(f, u, u + 5, v, v + 5), grass(rgb("#5f8a3f"))) for u in (18, 31) for v in (8.5, -20)),
    )
    buildings = [
        street.block(f, (56, -34, 56, -4), 15, Facade("office", rgb("#b9a892"), ("文化活动中心",)), depth=14),
        street.block(f, (56, 0, 56, 24), 12, Facade("shops", rgb("#cdc0aa"), street.shop_names(3, 6), seed=1),
            depth=14), street.block(f, (58, -66, 58, -38), 18, Facade("flats", rgb("#c4ac92"), seed=4)),
        street.block(f, (57, 28, 57, 56), 16, Facade("flats", rgb("#c9b8a2"), seed=6)),
    ]
    trees = street.trees(
        f, [(20.5, 11), (33.5, 11), (20.5, -17.5), (33.5, -17.5), (42, -12), (42, -4), (42, 4), (42, 12)], 6.2, 4.6
    )
    flag = joined(
        [box((-1.2, 1.2), (-1.2, 1.2), (0, 0.5), rgb("#b5ada0")), rod((0, 0, 0.5), (0, 0, 11), 0.06, rgb("#d8dadc"))]
    )
    items = [
        Item(flag, f.at(24, -5)), Item(_pavilion(), f.at(33, 1.5), 15),
        *street.things(f, furniture.bench(), [(15.5, 8.2), (18.2, 7.9), (21, 7.9)], 90),
        *street.things(f, furniture.lamp_post(5, 0.5), [(16, -13), (29, 8), (38, -9)]),
        *street.things(f, furniture.planter(2.2), [(17, -10.5), (20, -12.6), (29.5, -12.0)], 40),
        *street.things(f, cycles.ebike(P[4]), [(41, 8.6), (41, 9.5)], 5),
    ]
    dancers = [stander(k + 20, f.at(20 + 2.0 * (k // 4), -8.5 + 1.8 * (k % 4)), angle + 180) for k in range(8)]
    always = (
        *dancers[::2],
        stander(12, f.at(15.6, 7.4), angle - 90, phone=True),
        street.walk(f, 5, 2.0, (13, -13), (28, -12.4), speed=1.3, wraps=True),
        street.drive(f, vehicles.sedan(P[0]), 3.0, (46.5, -48), (46.5, 48), speed=9, wraps=True),
        street.drive(f, vehicles.bus(rgb("#2d7d5a")), 8.0, (49.5, 48), (49.5, -54), speed=8.8, wraps=True),
        walker(CHILD, street.path(f, (29, -2), (26, 3.4), (30, 5), (32, -2), (29, -2)), 0.0, speed=1.75, wraps=True),
    )
    crowds = (
        (street.walk(f, 1, 0.4, (6.8, -2.4), (20, 1.5), speed=1.4, pauses={}),
            street.walk(f, 8, 0.3, (16, -14), (9.5, -4), (7, 1.0), speed=1.6),
            walker(CHILD, street.path(f, (6.8, 2.0), (12, -3.2), (7.0, -4.0)), 3.0, speed=2.2)),
        (street.walk(f, 2, 0.5, (24, 12.6), (16.6, 0.2), (7, -3.5), speed=2.2),
            street.drive(f, cycles.bicycle(rgb("#d06a2a"), CHILD), 0.8, (20, 13), (17, -3), (10, -10), speed=2.6),
            street.walk(f, 10, 1.5, (7, -5), (13, -6.2), (7, -7), speed=1.6, pauses={1: 3.6})),
        (street.walk(f, 8, 0.3, (16, -14), (9.5, -4), (7, -1.0), speed=1.8),
            walker(CHILD, street.path(f, (6.8, -1.0), (12, -4.2), (7.0, -5.0)), 2.0, speed=2.2)),
    )
    crowds = ((*crowds[0][1:],), crowds[1], crowds[2])
    stall = StallPlan(
        Design("snack", rgb("#d05a8a"), (rgb("#e06a9a"), rgb("#f6eef0")),
            Look(top=rgb("#e0c8d0"), legs=rgb("#3a4258"), apron=rgb("#d05a8a"), hair=rgb("#2a1d19"))),
        enter=street.path(f, (6.6, 1.6), (10.6, 3.0), (14.0, 3.4)),
        leave=street.path(f, (14.0, 3.4), (17, 2.6), (14.5, -0.4), (6.6, -0.6)), vendor_at=f.at(14.2, 4.7),
        customers=(street.path(f, (7.0, 0.4), (13.2, 2.1)), street.path(f, (20, 13.2), (15.6, 4.2)),
            street.path(f, (7.2, 4.4), (11.8, 3.8))),
        exits=(street.path(f, (7.0, -0.4)), street.path(f, (20, 13.2)), street.path(f, (7.2, 5.0))),
    )
    return Layout(
        AFTERNOON,
        grass(),
        ground,
        (),
        tuple(buildings),
        tuple(trees),
        tuple(items),
        hills=0.8,
        always=always,
        crowds=crowds,
        stall=stall,
    )


def car_park(scene: Scene) -> Layout:
    f = scene.frame
    angle = f.angle_deg
    ground = (
        Laid(street.strip(f, -5, 44, -26, 26), asphalt(angle, rgb("#7c7d7c"))),
        Laid(street.strip(f, -5, 44, 4.2, 9.2), paving(angle, rgb("#a8a69c"), side=0.4)),
        Laid(street.strip(f, 17, 24, 4.2, 9.2), grass()),
        Laid(street.strip(f, 30, 44, 4.2, 9.2), grass()),
        Laid(street.strip(f, 44, 52, -90, 90), grass()),
    )
    marks = [*street.kerb(f, 4.2, -5, 44, -1), *street.kerb(f, 9.2, -5, 44, 1)]
    marks += [
        *street.bays(f, 9, 13, -5.6, -0.6, 2.6),
        *street.bays(f, 9, 13, -10.8, -5.8, 2.6),
        *street.bays(f, 9, 13, -23, -18, 2.6),
        *street.bays(f, 9, 13, 15, 20, 2.6),
        *street.arrow(f, 12, 1.8),
        *street.arrow(f, 22, -14.4, -1),
        *street.arrow(f, 32, 1.8),
    ]
    kinds = (vehicles.sedan, vehicles.suv, vehicles.sedan, vehicles.minivan, vehicles.suv)
    parked = []
    for line, (v, turn) in enumerate(((-3.1, 90), (-8.3, -90), (-20.5, 90), (17.5, 90))):
        for k in range(13):
            if (k * 7 + line * 5) % 11 in (2, 6, 9) or (line == 0 and k in (4,)):
                continue
            parked.append(
                Item(
                    kinds[(k * 3 + line) % 5](P[(k * 7 + line * 3) % len(P)]),
                    f.at(10.3 + 2.6 * k, v + 0.15 * math.sin(k * 5 + line)),
                    angle + turn + 1.5 * math.sin(k * 3 + line),
                )
            )
    buildings = [
        street.block(f, (54, -40, 54, -12), 16, Facade("flats", rgb("#c9b59c"), seed=2), depth=12),
        street.block(f, (54, -8, 54, 16), 12, Facade("hall", rgb("#d0c8ba"), ("万家福超市",), seed=1), depth=16),
        street.block(f, (55, 20, 55, 50), 18, Facade("office", rgb("#a9b4ba"), seed=3), depth=12),
    ]
    trees = [
        *street.trees(f, [(19, 6.7), (33, 6.7), (40, 6.7)], 5.6, 4.0),
        *street.trees(f, [(47, -30 + 7.5 * k) for k in range(9)], 5.6, 4.4, 1.6),
    ]
    hut = joined(
        [
            box((-0.9, 0.9), (-0.9, 0.9), (0, 2.4), rgb("#dcdad2")),
            box((-1.2, 1.2), (-1.2, 1.2), (2.4, 2.6), rgb("#c07a2a"), lift=0.4),
        ]
    )
    items = [
        *parked,
        *street.things(f, furniture.lamp_post(8, 1.5), [(26, 6.7)], 90),
        *street.things(f, furniture.cone(), [(21.4, -1.0), (22.4, -1.0)]),
        Item(hut, f.at(27.5, 6.8)),
        *street.things(f, furniture.wheelie_bin(), [(15.6, 8.4), (15.6, 7.6)], 90),
    ]
    boards = (Board(f.at(26.4, 6.0), f.at(26.4, 7.9), 2.7, 3.2, "停车场", rgb("#1d5fa8")),)
    always = (
        stander(14, f.at(25.6, 5.6), angle - 100),
        street.drive(f, vehicles.sedan(P[4]), 2.0, (43, 1.8), (8, 1.8), (3, 1.8), speed=5.0, wraps=True),
        street.walk(f, 3, 6.0, (33, -0.2), (33, 10), (30, 14), speed=1.3, wraps=True),
    )
    crowds = (
        (street.drive(f, vehicles.suv(P[0]), 0.3, (44, -14.4), (21.5, -14.4), (5, -14.4), speed=6.2, pauses={1: 5.0}),
            street.walk(f, 1, 0.4, (24, -0.4), (22, 3.0), (8.5, 3.2), (6.6, 3.2), speed=1.9),
            street.walk(f, 9, 1.0, (8, 10.5), (18, 11), speed=1.3)),
        (street.drive(f, vehicles.minivan(P[5]), 0.4, (3, 12), (27, 12), (50, 12), speed=6.5, pauses={1: 3.8}),
            street.walk(f, 6, 0.5, (7.2, 0.4), (15, 0.2), (20, -0.5), speed=1.3),
            street.walk(f, 12, 1.0, (21, 10.0), (7.6, 10.6), speed=1.5)),
        (),
    )
    crowds = ((crowds[0][0], crowds[0][1]), (crowds[1][0],), ())
    dump = DumpPlan(
        "debris", enter=street.path(f, (6.8, 3.0), (9.4, 4.2), (11.6, 6.6)),
        leave=street.path(f, (11.6, 6.6), (9.2, 3.4), (6.6, 2.6)),
        cleaner_enter=street.path(f, (7.4, 8.6), (10.2, 7.6)), cleaner_leave=street.path(f, (9.6, 8.0), (7.2, 8.8)),
        by_ebike=False,
    )
    return Layout(
        OVERCAST,
        grass(),
        ground,
        tuple(marks),
        tuple(buildings),
        tuple(trees),
        tuple(items),
        boards,
        hills=0.8,
        always=always,
        crowds=crowds,
        dump=dump,
    )


LAYOUTS = {"square": square, "car-park": car_park}
