"""Places seen from across the street: a school, a factory, a market, an estate, a temple, a bicycle station.

Their frame lies across the view: u to the right, v towards the camera, so what is far has a small v."""
# fmt: off  (tables in metres, packed by hand)

import math

from sim.scenes import cycles, furniture, street, vehicles
from sim.scenes.catalogue import Scene
from sim.scenes.facades import Facade
from sim.scenes.figures import CHILD, Look
from sim.scenes.ground import asphalt, concrete, grass, paving
from sim.scenes.layout import Board, Building, DumpPlan, Item, Laid, Layout, StallPlan
from sim.scenes.light import AFTERNOON, HAZY, MORNING, OVERCAST, SUNNY
from sim.scenes.motion import stander, walker
from sim.scenes.solid import Solid, ball, box, joined, panel, rod
from sim.scenes.stalls import Design
from sim.scenes.textures import Colour, rgb

P = vehicles.PAINTS


def _gatepost(height: float, colour: Colour) -> Solid:
    return joined(
        [
            box((-0.45, 0.45), (-0.45, 0.45), (0, height), colour),
            box((-0.55, 0.55), (-0.55, 0.55), (height, height + 0.2), rgb("#8a8680"), lift=0.2),
        ]
    )


def _sliding_gate(length: float) -> Solid:
    """The folding steel gate that Chinese yards have, along x."""
    half, steel = length / 2, rgb("#c4c8ca")
    parts = []
    for k in range(int(length / 0.45)):
        x = -half + 0.45 * k
        parts += [
            rod((x, 0, 0.1), (x + 0.45, 0, 1.45), 0.022, steel),
            rod((x + 0.45, 0, 0.1), (x, 0, 1.45), 0.022, steel),
            rod((x, 0, 0.05), (x, 0, 1.5), 0.03, steel),
        ]
    return joined(parts)


def _guard_hut() -> Solid:
    return joined([
        box((-1.1, 1.1), (-1.1, 1.1), (0, 2.5), rgb("#e4e2da")),
        box((-1.35, 1.35), (-1.35, 1.35), (2.5, 2.68), rgb("#2f6f9f"), lift=0.4),
        *(panel([(-0.8, s * 1.11, 1.0), (0.8, s * 1.11, 1.0), (0.8, s * 1.11, 2.1), (-0.8, s * 1.11, 2.1)],
            rgb("#5a7684"), lift=1.5, facing=(0, s, 0)) for s in (-1, 1)),
        *(panel([(s * 1.11, -0.8, 1.0), (s * 1.11, 0.8, 1.0), (s * 1.11, 0.8, 2.1), (s * 1.11, -0.8, 2.1)],
            rgb("#4a6472"), lift=1.5, facing=(s, 0, 0)) for s in (-1, 1)),
    ])


def _yard_street(scene: Scene, wall_v: float) -> tuple[tuple[Laid, ...], list[object]]:
    f = scene.frame
    angle = f.angle_deg
    ground = (
        Laid(street.strip(f, -80, 80, wall_v, -8.6), paving(angle, guide_v=-9.8)),
        Laid(street.strip(f, -80, 80, -8.6, 4), asphalt(angle, lane_v=-5.5)),
    )
    marks = [*street.kerb(f, -8.6, -60, 60, 1), *street.dashes(f, -5.0, -50, 50), street.line(f, -8.1, -60, 60)]
    return ground, list(marks)


def school_gate(scene: Scene) -> Layout:
    f = scene.frame
    angle = f.angle_deg
    ground, marks = _yard_street(scene, -14.6)
    ground = (
        Laid(street.strip(f, -80, 80, -120, -14.6), concrete(angle, rgb("#b4a99c"))),
        *ground,
        Laid(street.strip(f, -14, -5.5, -14.6, -8.6), concrete(angle, rgb("#a9a8a2"))),
    )
    buildings = [
        street.block(f, (-20, -38, 26, -38), 13.5, Facade("office", rgb("#c96f52"), ("好好学习 天天向上",)), depth=12),
        street.block(f, (28, -34, 50, -34), 10, Facade("flats", rgb("#d8c9a8"), seed=2), depth=12),
        street.block(f, (-4.6, -14.8, 26, -14.8), 2.2, Facade("wall", rgb("#e0d6c2"), ("立德树人 健康成长",)), depth=0.3),
        street.block(f, (-40, -14.8, -15, -14.8), 2.2, Facade("wall", rgb("#e0d6c2"), ("关爱学生",)), depth=0.3),
    ]
    trees = [
        *street.trees(f, [(-2, -17.5), (4, -17.5), (10, -17.5), (16, -17.5), (-18, -17.5), (-25, -18)], 6.4, 4.4),
        *street.trees(f, [(10.5, -13.9), (17, -13.9)], 5.2, 3.2, 2.2),
    ]
    flag = joined(
        [
            rod((0, 0, 0), (0, 0, 11), 0.05, rgb("#d4d6d8")),
            panel([(0, 0.02, 9.6), (1.9, 0.02, 9.5), (1.9, 0.02, 10.8), (0, 0.02, 10.9)], rgb("#d8201c")),
        ]
    )
    items = [
        Item(_gatepost(3.4, rgb("#b5523c")), f.at(-5.2, -14.7), angle - 90),
        Item(_gatepost(3.4, rgb("#b5523c")), f.at(-14.2, -14.7), angle - 90),
        Item(_sliding_gate(3.6), f.at(-12.2, -14.6), angle - 90),
        Item(_guard_hut(), f.at(-3.2, -16.6), angle - 90), Item(flag, f.at(-9, -27), angle - 90),
        *street.things(f, furniture.bollard(), [(-13 + 1.5 * k, -9.2) for k in range(5)]),
        *street.things(f, cycles.ebike(P[4]), [(11.5, -13.2), (12.4, -13.2), (13.3, -13.1)], -88),
        *street.things(f, vehicles.suv(P[8]), [(14, -7.5)]),
        *street.things(f, furniture.road_sign(round_plate=True), [(-4.2, -9.4)], -90),
    ]
    boards = (Board(f.at(-14.2, -14.4), f.at(-5.2, -14.4), 3.7, 4.7, "城东中心小学", rgb("#8f2a20"), rgb("#f4d878")),)
    always = (
        stander(4, f.at(-2.4, -10.4), angle + 160, phone=True),
        stander(9, f.at(-4.2, -12.6), angle + 200),
        street.ride(f, 2, 1.0, (-18, -7.6), (24, -7.6), speed=4.6, wraps=True),
        street.drive(f, vehicles.sedan(P[0]), 6.0, (30, -3.2), (-24, -3.2), speed=9, wraps=True),
        street.walk(f, 6, 4.0, (-9.5, -22), (-9.0, -15), (-8.6, -22), speed=1.7, wraps=True),
    )
    crowds = (
        (walker(CHILD, street.path(f, (-9, -26), (-9.2, -14), (-5.6, -9.4), (-13.5, -9.2)), 0.3, speed=2.2),
            street.walk(f, 2, 0.6, (15, -10.4), (1.0, -10.0), (-14, -10.0), speed=2.6),
            street.ride(f, 7, 1.2, (-20, -6.4), (26, -6.4), speed=5),
         street.drive(f, vehicles.minivan(P[5]), 0.2, (-26, -6.6), (-9, -7.4), (26, -6.4), speed=9.5, pauses={1: 6.0})),
        (street.walk(f, 1, 0.3, (-15, -11.5), (-6, -12.6), (-9.2, -24), speed=1.8),
            walker(CHILD, street.path(f, (-15, -11.0), (-6.6, -12.2), (-9.8, -24)), 0.35, speed=1.8),
            street.drive(f, vehicles.suv(P[3]), 1.5, (30, -3.2), (-24, -3.2), speed=9.5)),
        (walker(CHILD, street.path(f, (-9, -26), (-9.2, -14), (-9.0, -9.8), (-16, -9.6)), 0.4, speed=2.0),
            street.ride(f, 12, 1.0, (26, -3.8), (-20, -3.8), speed=4.8)),
    )
    stall = StallPlan(
        Design("goods", rgb("#4f7fa8"), (rgb("#e07a2a"), rgb("#f2ead6")),
            Look(top=rgb("#3f6f5a"), legs=rgb("#2f3036"), hat=rgb("#c8b078"))),
        enter=street.path(f, (14.5, -9.4), (8.5, -10.8), (4.6, -11.2)),
        leave=street.path(f, (4.6, -11.2), (1.5, -10.6), (4.0, -7.8), (15, -7.4)), vendor_at=f.at(4.4, -12.6),
        customers=(street.path(f, (-5, -9.8), (3.2, -10.0)), street.path(f, (2.5, -3.2), (4.8, -9.7)),
            street.path(f, (12.5, -9.6), (6.2, -10.4))),
        exits=(street.path(f, (-2, -3.4)), street.path(f, (2.5, -3.2)), street.path(f, (12.8, -9.4))),
    )
    return Layout(
        MORNING,
        grass(),
        ground,
        tuple(marks),
        tuple(buildings),
        tuple(trees),
        tuple(items),
        boards,
        hills=1.2,
        always=always,
        crowds=crowds,
        stall=stall,
    )  # type: ignore[arg-type]


def factory_gate(scene: Scene) -> Layout:
    f = scene.frame
    angle = f.angle_deg
    ground, marks = _yard_street(scene, -15)
    ground = (
        Laid(street.strip(f, -80, 80, -120, -15), concrete(angle, rgb("#a6a8a6"))),
        *ground,
        Laid(street.strip(f, -1.0, 9.5, -15, -8.6), concrete(angle, rgb("#9c9d9a"))),
    )
    buildings = [
        street.block(f, (-34, -34, -4, -34), 10, Facade("works", rgb("#c9d2d6"), ("永固五金有限公司",)), depth=25, ridge_m=2,
            roof=rgb("#4d6f94")), street.block(f, (13, -34, 46, -34), 10,
            Facade("works", rgb("#d6d4ca"), ("恒达工具",), seed=4), depth=25, ridge_m=2, roof=rgb("#4d6f94")),
        street.block(f, (-3, -60, 14, -60), 17, Facade("office", rgb("#b2b6b4"))),
        street.block(f, (-40, -15.2, -1.4, -15.2), 2.3, Facade("wall", rgb("#d9d6cc"), ("质量第一 安全为天",)), depth=0.3),
        street.block(f, (10, -15.2, 40, -15.2), 2.3, Facade("wall", rgb("#d9d6cc"), ("招工启事",)), depth=0.3),
    ]
    trees = street.trees(
        f,
        [(-22, -18), (-16, -17.5), (-9.5, -17.5), (-4, -17.5), (13, -17.5), (19, -17.5), (26, -18)],
        5.6,
        3.2,
        2.0,
        "#5f8a48",
    )
    items = [
        Item(_gatepost(3.0, rgb("#8f9ea8")), f.at(-0.9, -15.1), angle - 90),
        Item(_gatepost(3.0, rgb("#8f9ea8")), f.at(9.5, -15.1), angle - 90),
        Item(_sliding_gate(4.0), f.at(7.2, -15.0), angle - 90), Item(_guard_hut(), f.at(11.2, -17.2), angle - 90),
        Item(vehicles.box_truck(P[4]), f.at(-8, -26), angle + 60),
        Item(vehicles.dump_truck(rgb("#c08a2a")), f.at(16, -28), angle - 100),
        *street.things(f, cycles.ebike(P[3]), [(-12.2, -14.2), (-11.3, -14.2), (-10.4, -14.2), (-9.5, -14.3)], -92),
        *street.things(f, furniture.cone(), [(0.2, -9.2), (8.6, -9.2)]),
        *street.things(f, furniture.utility_pole(8.5), [(12.4, -9.6), (-24, -9.8)]),
    ]
    boards = (
        Board(f.at(-1.4, -14.6), f.at(-0.4, -14.6), 0.6, 2.8, "永固", rgb("#d8d4c8"), rgb("#2a2a2a")),
        Board(f.at(-0.9, -15.0), f.at(9.5, -15.0), 3.4, 4.3, "永固五金有限公司", rgb("#c4c8ca"), rgb("#b02a20")),
    )
    always = (
        stander(13, f.at(9.4, -13.6), angle + 150),
        street.ride(f, 4, 2.0, (24, -3.6), (-20, -3.6), speed=4.6, wraps=True),
        street.drive(f, vehicles.box_truck(P[0]), 5.0, (-28, -6.4), (30, -6.4), speed=8.4, wraps=True),
    )
    crowds = (
        (street.walk(f, 1, 0.2, (3, -26), (3.0, -14), (7.5, -9.4), (14, -9.0), speed=2.1),
            street.walk(f, 6, 0.8, (2.2, -26), (2.4, -14), (-2, -9.2), (-9.5, -9.0), speed=2.3),
            street.ride(f, 3, 1.5, (2.6, -30), (2.4, -12), (6, -7.4), (24, -6.8), speed=4.4)),
        (street.drive(f, vehicles.box_truck(P[4]), 0.3, (-26, -6.4), (-3, -6.6), (4.2, -10.5), (4.4, -15), (4.6, -48),
            speed=7.0, pauses={2: 1.2}), street.walk(f, 12, 0.4, (15, -10), (6, -11.6), (5.6, -13.4), speed=1.6,
            pauses={2: 0.1})),
        (street.ride(f, 8, 0.4, (2.6, -30), (2.4, -12), (-1, -7.4), (-19, -6.8), speed=4.6),
            street.walk(f, 10, 0.8, (3.4, -26), (3.2, -14), (9, -9.2), (15, -9), speed=2.3),
            street.drive(f, vehicles.minivan(P[5]), 4.0, (30, -3.4), (-26, -3.4), speed=8.6)),
    )
    crowds = (crowds[0], (crowds[1][0],), crowds[2])
    stall = StallPlan(
        Design("steamer", rgb("#2f6fa8"), (rgb("#3f7fb8"), rgb("#eef0ea")),
            Look(top=rgb("#c0c4c8"), legs=rgb("#34363c"), apron=rgb("#a83a30"))),
        enter=street.path(f, (-15, -9.4), (-9, -11.2), (-4.8, -11.6)),
        leave=street.path(f, (-4.8, -11.6), (-1.6, -11.0), (-4, -8.0), (-15, -7.4)), vendor_at=f.at(-4.2, -12.9),
        customers=(street.path(f, (4.0, -16.5), (-3.0, -10.6)), street.path(f, (-6, -3.4), (-4.8, -10.2)),
            street.path(f, (-13, -9.6), (-6.6, -10.8))),
        exits=(street.path(f, (1.5, -3.4)), street.path(f, (-6, -3.4)), street.path(f, (-13, -9.2))),
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
        hills=1.4,
        always=always,
        crowds=crowds,
        stall=stall,
    )  # type: ignore[arg-type]


def farmers_market(scene: Scene) -> Layout:
    f = scene.frame
    angle = f.angle_deg
    ground = (
        Laid(street.strip(f, -80, 80, -17, -7.2), concrete(angle, rgb("#b3b0a8"), (3, 3))),
        Laid(street.strip(f, -80, 80, -7.2, 4), asphalt(angle)),
        Laid(street.strip(f, -80, 80, -60, -17), concrete(angle)),
    )
    marks = [*street.kerb(f, -7.2, -60, 60, 1), *street.bays(f, 11, 4, -16.4, -12.0, 2.5)]
    buildings = [
        street.block(f, (-15, -17, 15, -17), 7.6, Facade("hall", rgb("#d9cfbc"), ("城西农贸市场",), seed=0), depth=20),
        street.block(f, (15.2, -19, 36, -19), 10.5, Facade("shops", rgb("#c8b9a2"), street.shop_names(8, 6), seed=2),
            awning=(rgb("#2f7a5a"), rgb("#e8e6da"))),
        street.block(f, (-38, -18, -15.4, -18), 10.5,
            Facade("shops", rgb("#cfc6b6"), street.shop_names(18, 6), seed=5), awning=(rgb("#b8433a"), rgb("#e8e2d4"))),
    ]
    produce = joined(
        [
            box((-0.9, 0.9), (-0.45, 0.45), (0, 0.55), rgb("#8d7454")),
            *(
                ball(
                    (-0.7 + 0.2 * (k % 8), -0.25 + 0.17 * (k // 8), 0.6),
                    0.1,
                    rgb(("#4f8a3c", "#c0392b", "#e0a030", "#d8d8c8", "#7d4f8a")[(k // 2) % 5]),
                )
                for k in range(32)
            ),
        ]
    )
    items = [
        *(Item(produce, f.at(u, -15.9), angle - 90) for u in (-11.5, -8.8, -2.0, 0.4, 8.6, 11.2)),
        *street.things(f, cycles.tricycle(rgb("#2d6fb0")), [(12.6, -13.6)], 20),
        *street.things(f, cycles.tricycle(rgb("#a83a2e")), [(15.6, -13.8)], 10),
        *street.things(f, cycles.ebike(P[3]), [(-12.6, -13.6), (-11.7, -13.6), (-10.8, -13.7), (-13.5, -13.6)], -88),
        *street.things(f, vehicles.minivan(P[5]), [(19.5, -14.2)], 92),
        *street.things(f, furniture.wheelie_bin(), [(9.6, -14.8), (10.5, -14.8)], 0),
        *street.things(f, furniture.utility_pole(7.5), [(10.4, -8.0)]),
    ]
    always = (
        stander(7, f.at(-9.6, -15.0), angle + 100),
        stander(2, f.at(0.0, -15.0), angle - 90),
        stander(15, f.at(8.8, -15.0), angle - 80),
        stander(19, f.at(-2.8, -16.9), angle + 90),
        street.ride(f, 5, 2.0, (-16, -5.6), (18, -5.6), speed=3.6, wraps=True),
        street.walk(f, 8, 3.0, (3.4, -17.5), (2.6, -9.2), (-11, -8.0), speed=2.0, wraps=True),
        street.walk(f, 14, 8.0, (-6.5, -14.6), (-6.2, -17.4), (-5.6, -14.6), speed=0.8, wraps=True),
    )
    crowds = (
        (street.walk(f, 1, 0.3, (-12, -7.8), (0.5, -13.2), (1.0, -17.6), speed=1.8),
            street.walk(f, 12, 0.6, (12, -8.4), (4.2, -13.0), (3.8, -17.6), speed=1.4),
            street.drive(f, cycles.tricycle(rgb("#3f7f4a"), Look(hat=rgb("#d8c48a"))), 0.4, (20, -6.0), (-18, -6.0),
                speed=3.9),
         street.walk(f, 4, 3.0, (1.5, -17.6), (1.8, -13.4), (3.0, -17.6), speed=1.5, pauses={1: 2.5})),
        (street.walk(f, 6, 0.4, (1.0, -17.6), (1.8, -12.6), (11.5, -8.2), speed=1.5),
            street.walk(f, 17, 0.8, (-12, -7.8), (1.6, -9.6), (11.6, -7.8), speed=2.4),
            street.ride(f, 9, 4.0, (18, -5.2), (-16, -5.2), speed=4.6)),
        (street.walk(f, 9, 0.4, (2.0, -17.6), (2.4, -12.8), (12, -8), speed=1.6),
            street.drive(f, vehicles.minivan(P[2]), 1.0, (24, -5.0), (-22, -5.0), speed=6.6)),
    )
    stall = StallPlan(
        Design("fruit", rgb("#2f7f4f"), (rgb("#c8372d"), rgb("#f0ece0")),
            Look(top=rgb("#8a4a5a"), legs=rgb("#30323a"), hat=rgb("#d8c48a"))),
        enter=street.path(f, (-13.5, -7.9), (-8.5, -10.4), (-4.4, -11.0)),
        leave=street.path(f, (-4.4, -11.0), (-1.2, -10.4), (-3.5, -8.0), (-13.5, -6.4)), vendor_at=f.at(-4.2, -12.4),
        customers=(street.path(f, (3.2, -17.6), (-3.0, -10.0)), street.path(f, (-4.5, -4.6), (-4.6, -9.7)),
            street.path(f, (1.5, -4.6), (-2.4, -11.2))),
        exits=(street.path(f, (1.0, -4.6)), street.path(f, (-4.8, -4.6)), street.path(f, (3.4, -17.6))),
    )
    dump = DumpPlan(
        "boxes", enter=street.path(f, (2.6, -17.6), (4.0, -13.5), (5.6, -11.4)),
        leave=street.path(f, (5.6, -11.4), (4.6, -13.6), (3.2, -17.6)),
        cleaner_enter=street.path(f, (13, -8.2), (8, -9.6)), cleaner_leave=street.path(f, (8, -9.4), (13.4, -8.2)),
    )
    return Layout(
        AFTERNOON,
        grass(),
        ground,
        tuple(marks),
        tuple(buildings),
        (),
        tuple(items),
        hills=1.0,
        always=always,
        crowds=crowds,
        stall=stall,
        dump=dump,
    )


def residential_gate(scene: Scene) -> Layout:
    f = scene.frame
    angle = f.angle_deg
    ground, marks = _yard_street(scene, -14.6)
    ground = (
        Laid(street.strip(f, -80, 80, -120, -14.6), grass()),
        Laid(street.strip(f, -6, 3.5, -70, -14.6), asphalt(angle + 90)),
        *ground,
        Laid(street.strip(f, -6, 3.5, -14.6, -8.6), paving(angle + 45, rgb("#a8a098"), rgb("#989088"), side=0.3)),
    )
    buildings = [
        street.block(f, (-30, -30, -9, -30), 19, Facade("flats", rgb("#cfae8c"), seed=1), depth=12),
        street.block(f, (7, -30, 32, -30), 19, Facade("flats", rgb("#c9a684"), seed=2), depth=12),
        street.block(f, (-8, -62, 16, -62), 22, Facade("flats", rgb("#c4ae98"), seed=3), depth=12),
        street.block(f, (-40, -14.8, -6.6, -14.8), 2.0, Facade("wall", rgb("#d8ccb8")), depth=0.3),
        street.block(f, (4.2, -14.8, 40, -14.8), 2.0, Facade("wall", rgb("#d8ccb8"), ("垃圾分类 人人有责",)), depth=0.3),
    ]
    trees = [
        *street.trees(
            f,
            [
                (-24, -18),
                (-17, -18),
                (-10.5, -18),
                (8, -18),
                (14, -18),
                (21, -18),
                (-8, -24),
                (6, -25),
                (-8, -38),
                (6, -40),
            ],
            6.6,
            4.2,
            2.0,
        ),
        *street.trees(
            f, [(-5.2, -17 - 1.2 * k) for k in range(8)] + [(3.0, -17 - 1.2 * k) for k in range(8)], 0.9, 1.1, 0
        ),
    ]
    portal = joined([
        box((-5.4, -4.2), (-0.6, 0.6), (0, 4.6), rgb("#b8a58c")),
        box((4.2, 5.4), (-0.6, 0.6), (0, 4.6), rgb("#b8a58c")),
        box((-6.2, 6.2), (-1.1, 1.1), (4.6, 5.5), rgb("#8f5f48"), lift=0.6),
        box((-5.2, 5.2), (-0.8, 0.8), (5.5, 6.0), rgb("#6d4a3a"), lift=0.8),
    ])
    barrier = joined(
        [
            box((-0.2, 0.2), (-0.2, 0.2), (0, 1.1), rgb("#d8a020")),
            *(
                rod(
                    (0.2 + 0.45 * k, 0, 1.0),
                    (0.65 + 0.45 * k, 0, 1.0),
                    0.045,
                    rgb("#c8281e") if k % 2 else rgb("#eeeeea"),
                )
                for k in range(7)
            ),
        ]
    )
    items = [
        Item(portal, f.at(-1.2, -15.4), angle - 90), Item(barrier, f.at(-4.4, -14.2), angle - 90),
        Item(_guard_hut(), f.at(5.2, -16.9), angle - 90),
        *(Item(furniture.wheelie_bin(rgb(c)), f.at(8.8 + 0.8 * k, -13.9), angle - 90) for k,
            c in enumerate(("#2f7d4a", "#2d5f9a", "#a83a30", "#6a6f72"))),
        *street.things(f, cycles.ebike(P[9]), [(-12.4, -13.6), (-11.5, -13.6), (-10.6, -13.5)], -88),
        *street.things(f, vehicles.sedan(P[3]), [(-14, -7.6)]), *street.things(f, vehicles.suv(P[1]), [(15.5, -7.6)]),
    ]
    boards = (Board(f.at(-6.2, -14.2), f.at(3.8, -14.2), 4.7, 5.45, "春江花园", rgb("#7d4a36"), rgb("#f0cf70")),)
    always = (
        stander(18, f.at(3.6, -13.4), angle + 180),
        stander(9, f.at(-8.6, -13.0), angle + 60),
        stander(14, f.at(-7.6, -12.8), angle - 60),
        street.ride(f, 3, 1.0, (-18, -7.0), (22, -7.0), speed=4.4, wraps=True),
        street.drive(f, vehicles.sedan(P[5]), 6.5, (28, -3.2), (-26, -3.2), speed=9, wraps=True),
    )
    crowds = (
        (street.walk(f, 2, 0.4, (0.5, -30), (0.5, -14), (3.0, -9.4), (13, -9.2), speed=2.6),
            walker(CHILD, street.path(f, (1.2, -28), (1.2, -14), (1.4, -4.0)), 0.5, speed=2.1),
            street.drive(f, vehicles.suv(P[0]), 0.6, (26, -6.4), (3, -6.6), (-1.6, -10.0), (-1.8, -16), (-1.8, -58),
                speed=7.6, pauses={2: 2.2})),
        (street.walk(f, 1, 0.3, (-14, -9.4), (-2.6, -9.6), (-0.6, -15), (-0.8, -26), speed=2.4),
            street.walk(f, 11, 0.8, (1.8, -24), (1.2, -13), (9.2, -12.8), (12, -9), speed=1.9),
            street.drive(f, vehicles.minivan(P[2]), 2.0, (-26, -6.4), (28, -6.4), speed=8.0)),
        (street.walk(f, 7, 0.4, (0.5, -28), (0.6, -13.5), (1.6, -4.0), speed=2.2),
            street.ride(f, 10, 2.0, (20, -3.8), (-18, -3.8), speed=4.6)),
    )
    stall = StallPlan(
        Design("glass", rgb("#7a4a9a"), (rgb("#6f4fa0"), rgb("#ece8f0")),
            Look(top=rgb("#d0c8b8"), legs=rgb("#31333a"), apron=rgb("#6f4fa0"))),
        enter=street.path(f, (-14.5, -9.4), (-8.8, -11.0), (-4.6, -11.4)),
        leave=street.path(f, (-4.6, -11.4), (-1.5, -10.8), (-4, -8.0), (-14.5, -7.2)), vendor_at=f.at(-4.4, -12.6),
        customers=(street.path(f, (0.6, -18), (-3.2, -10.4)), street.path(f, (-5, -3.6), (-4.8, -10.1)),
            street.path(f, (-13, -9.6), (-6.2, -10.6))),
        exits=(street.path(f, (0.9, -18)), street.path(f, (-5, -3.6)), street.path(f, (-13, -9.4))),
    )
    dump = DumpPlan(
        "woven", enter=street.path(f, (1.0, -19), (2.0, -12.6), (5.4, -11.0)),
        leave=street.path(f, (5.4, -11.0), (3.0, -12.8), (0.8, -20)),
        cleaner_enter=street.path(f, (14.5, -9.6), (8.4, -10.2)),
        cleaner_leave=street.path(f, (8.4, -10.0), (14.5, -9.4)),
    )
    return Layout(
        SUNNY,
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
        stall=stall,
        dump=dump,
    )  # type: ignore[arg-type]


def bicycle_station(scene: Scene) -> Layout:
    f = scene.frame
    angle = f.angle_deg
    ground = (
        Laid(street.strip(f, -80, 80, -20, -5.6), paving(angle, guide_v=-7.0)),
        Laid(street.strip(f, -80, 80, -5.6, 4), asphalt(angle, lane_v=-3)),
        Laid(street.strip(f, -12, 12, -13.6, -9.8), concrete(angle, rgb("#8fa08c"), (2, 4))),
    )
    marks = [
        *street.kerb(f, -5.6, -60, 60, 1),
        *(street.crossline(f, -10 + 0.8 * k, -12.4, -10.4, 0.05) for k in range(26)),
    ]
    buildings = [
        *street.row(f, -20.2, -34, [(18, 13.5, "shops", "#cdbfa8"), (16, 10.5, "shops", "#d6cebe"),
            (18, 14, "shops", "#c0ae98"), (20, 11, "shops", "#cbc3b4")], names_from=13,
        awnings=((rgb("#2d6fae"), rgb("#ebe8de")), None, (rgb("#c8402f"), rgb("#efe8d8")))),
    ]
    trees = street.trees(
        f, [(-17, -15.6), (-10, -15.8), (-2.5, -15.6), (5, -15.8), (12.5, -15.6), (20, -15.6)], 6.2, 4.0
    )
    green = rgb("#2fa05a")
    dock = joined(
        [
            box((-0.12, 0.12), (-0.15, 0.15), (0, 0.8), rgb("#d0d4d2")),
            box((-0.13, 0.13), (-0.17, 0.17), (0.8, 0.9), green, lift=0.1),
        ]
    )
    roof = joined(
        [
            *(rod((x, 0, 0), (x, 0, 2.6), 0.06, rgb("#8f979b")) for x in (-8, -2.7, 2.7, 8)),
            box((-9, 9), (-1.2, 1.0), (2.6, 2.74), rgb("#2f9a58")),
        ]
    )
    kiosk = joined(
        [
            box((-0.4, 0.4), (-0.3, 0.3), (0, 1.7), green),
            panel(
                [(-0.28, 0.31, 1.0), (0.28, 0.31, 1.0), (0.28, 0.31, 1.5), (-0.28, 0.31, 1.5)],
                rgb("#1f2a30"),
                lift=1.0,
                facing=(0, 1, 0),
            ),
        ]
    )
    filled = [k for k in range(24) if k not in (3, 4, 9, 15, 16, 17, 22)]
    items = [
        *(Item(dock, f.at(-9.8 + 0.8 * k, -12.6), angle) for k in range(24)),
        *(Item(cycles.bicycle(green), f.at(-9.8 + 0.8 * k, -11.6), angle + 90 + 2 * math.sin(k * 3.3))
            for k in filled), Item(roof, f.at(0, -13.0), angle - 90), Item(kiosk, f.at(-11.2, -12.2), angle + 90),
        *street.things(f, furniture.road_sign(rgb("#2f9a58"), 2.6), [(11.4, -9.4)], -90),
        *street.things(f, furniture.bench(), [(13.4, -13)], 180),
        *street.things(f, cycles.ebike(P[4]), [(14.4, -11.2), (15.2, -11.2)], 86),
    ]
    boards = (Board(f.at(-4.2, -12.0), f.at(4.2, -12.0), 2.78, 3.4, "公共自行车 便民服务点", rgb("#1f8a4c")),)
    always = (
        stander(5, f.at(-11.0, -11.0), angle - 90, phone=True),
        street.walk(f, 8, 2.0, (15, -17.6), (-1, -17.6), speed=1.4, wraps=True),
        street.ride(f, 1, 4.0, (-14, -4.6), (15, -4.6), speed=4.2, wraps=True),
        street.walk(f, 4, 9.0, (-9.5, -8.0), (9, -8.2), speed=1.55, wraps=True),
    )
    rider = Look(top=rgb("#d8d4cc"), legs=rgb("#2b2f3a"))
    crowds = (
        (street.drive(f, cycles.bicycle(green, rider), 0.3, (-7.4, -10.2), (-5, -8.4), (12, -6.4), speed=3.4),
            street.walk(f, 2, 0.6, (10.5, -7.2), (3.2, -9.6), (10.8, -7.0), speed=1.7, pauses={1: 2.5}),
            street.drive(f, vehicles.sedan(P[0]), 2.0, (24, -2.2), (-24, -2.2), speed=8)),
        (street.drive(f, vehicles.minivan(P[0]), 0.2, (-24, -4.4), (-1, -4.8), (24, -4.4), speed=9, pauses={1: 6.0}),
            street.walk(f, 11, 0.5, (-10.5, -8.4), (-1.2, -9.7), (-10.4, -8.0), speed=1.9, pauses={1: 1.2}),
            street.walk(f, 6, 0.4, (13, -17), (-13, -17.2), speed=2.3)),
        (),
    )
    return Layout(
        SUNNY,
        grass(),
        ground,
        tuple(marks),
        tuple(buildings),
        tuple(trees),
        tuple(items),
        boards,
        hills=0.6,
        always=always,
        crowds=crowds,
    )


def temple(scene: Scene) -> Layout:
    f = scene.frame
    angle = f.angle_deg
    ground = (
        Laid(street.strip(f, -5, 24, -16, 16), paving(angle, rgb("#a7a59d"), rgb("#9b988f"), side=0.7)),
        Laid(street.strip(f, -5, 24, -1.4, 1.6), paving(angle, rgb("#b3aea2"), rgb("#a59f92"), side=1.2)),
        Laid(street.strip(f, 24, 60, -16, 16), paving(angle, rgb("#9f9d95"))),
    )
    yellow, red = rgb("#d9a93f"), rgb("#8e2f26")
    hall = f.at(-8, 0), f.at(8, 0)
    del hall
    buildings = [
        Building(f.at(30, -8), f.at(30, 8), 4.6, 9, Facade("hall", rgb("#8e3a2c"), ("大雄宝殿",), (rgb("#26384f"),)), 2.8,
            rgb("#565a5c")), Building(f.at(33, -22), f.at(33, -9.4), 3.6, 6, Facade("plain", yellow, seed=2), 1.8,
            rgb("#565a5c")),
        Building(f.at(33, 9.4), f.at(33, 22), 3.6, 6, Facade("plain", yellow, seed=3), 1.8, rgb("#565a5c")),
        street.block(f, (8, 12.4, 30, 12.4), 2.8, Facade("wall", yellow, ("南无阿弥陀佛",)), depth=0.4, ridge_m=0.5,
            roof=rgb("#45494c")),
        street.block(f, (8, -12.8, 30, -12.8), 2.8, Facade("wall", yellow), depth=0.4, ridge_m=0.5,
            roof=rgb("#45494c")),
    ]
    bronze = rgb("#5f5a48")
    burner = joined([
        *(rod((0.5 * math.cos(a), 0.5 * math.sin(a), 0), (0.4 * math.cos(a), 0.4 * math.sin(a), 0.6), 0.09, bronze)
            for a in (0.8, 2.9, 5.0)), rod((0, 0, 0.65), (0, 0, 1.0), 0.55, bronze, 0.6),
        rod((0, 0, 1.0), (0, 0, 1.06), 0.62, rgb("#7a7358"), 0.62),
        *(rod((0.2 * math.cos(k), 0.2 * math.sin(k), 1.0), (0.22 * math.cos(k), 0.22 * math.sin(k), 1.6), 0.012,
            rgb("#c0402a")) for k in range(7)),
    ])
    lion = joined(
        [
            box((-0.4, 0.4), (-0.5, 0.5), (0, 0.8), rgb("#b0aca0")),
            rod((0, -0.2, 0.9), (0, 0.1, 1.3), 0.28, rgb("#bcb8ac"), 0.24),
            ball((0, 0.2, 1.55), 0.27, rgb("#bcb8ac")),
            rod((-0.15, 0.3, 0.85), (-0.15, 0.25, 1.2), 0.1, rgb("#bcb8ac")),
            rod((0.15, 0.3, 0.85), (0.15, 0.25, 1.2), 0.1, rgb("#bcb8ac")),
        ]
    )
    lantern = joined(
        [
            rod((0, 0, 0), (0, 0, 2.6), 0.05, rgb("#7a6a58")),
            rod((0, 0, 1.9), (0, 0, 2.3), 0.24, rgb("#c8281e"), 0.24),
            box((-0.3, 0.3), (-0.3, 0.3), (2.55, 2.65), rgb("#4a4d50")),
        ]
    )
    items = [
        Item(burner, f.at(22.5, 0.1)), Item(lion, f.at(26.5, -4.6), angle + 180),
        Item(lion, f.at(26.5, 4.6), angle + 180),
        *(Item(lantern, f.at(u, v), angle) for u in (12, 17, 22) for v in (-9.4, 9.4)),
        *street.things(f, furniture.planter(2.0, rgb("#d8a030")), [(19, 6.6), (15, 6.6), (19, -10.6)], 90),
        *street.things(f, cycles.ebike(P[3]), [(10.5, 9.0), (11.4, 9.0)], 85),
    ]
    trees = street.trees(
        f,
        [(14, -14.8), (21, -15.4), (29, -15), (16, 14.6), (23, 14.8), (44, -14), (45, -4), (46, 6), (44, 15)],
        8.0,
        5.6,
        2.4,
        "#3f6a3a",
    )
    always = (
        stander(9, f.at(21.4, 1.4), angle - 60),
        stander(3, f.at(21.3, -1.2), angle + 40),
        street.walk(f, 14, 3.0, (29, 2.2), (18, 2.4), (14.6, 2.4), (14.8, 12), speed=2.2, wraps=True),
    )
    crowds = (
        (street.walk(f, 1, 0.3, (5.4, 1.0), (20, 0.8), speed=1.5, pauses={}),
            street.walk(f, 12, 0.8, (29.4, -1), (16, -1.0), (5.4, -0.4), speed=2.4),
            street.walk(f, 2, 0.5, (11, 12.2), (15.4, 6.0), (11.5, 12.2), speed=2.0, pauses={1: 3.0})),
        (street.walk(f, 7, 0.4, (29.5, 1.2), (24, 2.2), (5.4, 3.4), speed=2.3),
            street.walk(f, 11, 0.3, (9, 12), (16.5, 1.4), (29.5, 0.6), speed=2.4),
            street.ride(f, 4, 5.0, (-1, 5.4), (12, 8.0), (10, 13.6), speed=4.0)),
        (street.walk(f, 8, 0.4, (29.5, 1.2), (24, 2.2), (5.4, 3.4), speed=2.3),
            street.walk(f, 17, 0.6, (9, 12), (16.5, 2.4), (29.5, 0.6), speed=2.4)),
    )
    crowds = ((*crowds[0][1:],), crowds[1], crowds[2])
    stall = StallPlan(
        Design("snack", rgb("#8a5a2a"), (rgb("#d0a030"), rgb("#a83a2a")),
            Look(top=rgb("#5a4a6a"), legs=rgb("#2e2f36"), apron=rgb("#d8cfb8")), rgb("#7a2018")),
        enter=street.path(f, (4.8, -2.6), (8.6, -3.8), (11.6, -4.2)),
        leave=street.path(f, (11.6, -4.2), (15, -3.4), (13.4, 0.4), (4.6, 0.8)), vendor_at=f.at(12.0, -5.4),
        customers=(street.path(f, (16.5, 5.4), (12.8, -2.9)), street.path(f, (5.4, -0.4), (11.2, -2.9)),
            street.path(f, (9.4, -10.0), (10.2, -4.6))),
        exits=(street.path(f, (5.2, 1.0)), street.path(f, (5.2, 0.2)), street.path(f, (9.4, -10.2))),
    )
    stall = StallPlan(
        stall.design,
        stall.enter,
        stall.leave,
        stall.vendor_at,
        (street.path(f, (5.6, 2.4), (12.8, -2.9)), *stall.customers[1:]),
        stall.exits,
    )
    del red
    return Layout(
        HAZY,
        grass(),
        ground,
        (),
        tuple(buildings),
        tuple(trees),
        tuple(items),
        hills=2.8,
        skyline=0.0,
        always=always,
        crowds=crowds,
        stall=stall,
    )


LAYOUTS = {
    "school-gate": school_gate,
    "factory-gate": factory_gate,
    "farmers-market": farmers_market,
    "residential-gate": residential_gate,
    "bicycle-station": bicycle_station,
    "temple": temple,
}
