"""Narrow ways: a shopping street, a village lane, a back lane, a farm road, a riverside walk."""
# fmt: off  (tables in metres, packed by hand)

from dataclasses import replace

from sim.scenes import cycles, furniture, street, vehicles
from sim.scenes.catalogue import Scene
from sim.scenes.facades import Facade
from sim.scenes.figures import CHILD, Look
from sim.scenes.ground import asphalt, concrete, crops, grass, paving, soil
from sim.scenes.layout import DumpPlan, Item, Laid, Layout, StallPlan
from sim.scenes.light import AFTERNOON, HAZY, MORNING, OVERCAST, SUNNY
from sim.scenes.motion import stander, walker
from sim.scenes.solid import box, joined, rod
from sim.scenes.stalls import Design, parasol
from sim.scenes.textures import rgb

P = vehicles.PAINTS
STRIPES = (
    (rgb("#c8402f"), rgb("#efe8d8")),
    (rgb("#2f7f5a"), rgb("#e8e8dc")),
    None,
    (rgb("#2d6fae"), rgb("#ebe8de")),
    (rgb("#d09a2e"), rgb("#f0ead8")),
)


def market_street(scene: Scene) -> Layout:
    f = scene.frame
    angle = f.angle_deg
    ground = (
        Laid(street.strip(f, -5, 120, -6.5, 5.5), paving(angle, rgb("#aaa69c"), rgb("#8f8a82"), side=0.6)),
        Laid(street.strip(f, -5, 120, -3.6, 2.4), paving(angle, rgb("#9a928a"), rgb("#a39b92"), side=0.3)),
    )
    marks = [street.line(f, v, -5, 120, 0.25, rgb("#6f6b66")) for v in (-3.6, 2.4)]
    buildings = [
        *street.row(f, 5.6, 1, [(9, 8, "shops", "#c9bda8"), (8, 10.5, "shops", "#d6cfc0"), (9, 8, "shops", "#b7a58e"),
            (10, 11, "shops", "#c4b8a6"), (9, 9, "shops", "#d2c4aa"), (12, 12, "shops", "#bcae9a")], names_from=2,
        awnings=STRIPES),
        *street.row(f, -6.6, 4, [(9, 10.5, "shops", "#d0c8ba"), (8, 8, "shops", "#c2ae92"),
            (10, 11, "shops", "#cbbfae"), (9, 8, "shops", "#b9b0a2"), (11, 11, "shops", "#d3c9b6"),
            (12, 9, "shops", "#c6b8a2")], names_from=11, awnings=STRIPES[1:]),
    ]
    crates = joined([*(box((x - 0.28, x + 0.28), (-0.3, 0.3), (0.35, 0.55), rgb("#a8845a"))
        for x in (-0.9, -0.3, 0.3, 0.9)), *(
        box((x - 0.24, x + 0.24), (-0.26, 0.26), (0.55, 0.64), rgb(c), taper=0.05, lift=0.05) for x,
        c in ((-0.9, "#c0392b"), (-0.3, "#4f8a3c"), (0.3, "#e0a030"), (0.9, "#8c5fa0"))),
    box((-1.2, 1.2), (-0.3, 0.3), (0, 0.35), rgb("#7d6a52"))])
    items = [
        *street.things(f, crates, [(14.5, -5.4), (24, 4.6), (29, -5.6)], 90),
        *street.things(f, parasol((rgb("#2f6fae"), rgb("#e9e6da")), 1.0), [(24, 4.0), (29.5, -5.0), (36, 4.2)]),
        *street.things(f, cycles.ebike(P[3]), [(10.2, -5.2), (11.0, -5.3), (11.8, -5.2), (19.5, 4.6)], 95),
        *street.things(f, cycles.ebike(P[4], None, rgb("#e6b41e")), [(20.4, 4.7)], 85),
        *street.things(f, furniture.planter(flowers=rgb("#d8a030")), [(18.0, -3.2), (26, 2.2), (34, -3.2)], 90),
        *street.things(f, furniture.lamp_post(4.5, 0.6), [(22, -3.8), (38, -3.8)], 90),
        *street.things(f, cycles.tricycle(rgb("#2d6fb0")), [(33, 3.6)], 8),
        *street.things(f, furniture.stool(), [(16.6, 4.7), (17.2, 4.4)]),
    ]
    always = (
        stander(3, f.at(16.2, -4.6), angle + 70),
        stander(10, f.at(23.2, 3.6), angle + 60),
        stander(6, f.at(18.8, 4.2), angle - 90, phone=True),
        street.ride(f, 2, 3.0, (-2, -1.4), (34, -1.0), speed=3.2, wraps=True),
        street.walk(f, 12, 1.0, (25, -2.2), (9, -2.4), (5.4, -2.4), speed=1.75, wraps=True),
        street.walk(f, 5, 7.0, (24, 5.6), (22.5, 0.6), (30, -6.4), speed=1.3, wraps=True),
        street.walk(f, 9, 5.0, (19, -6.5), (20, -2.0), (32, -1.4), (34, 5.4), speed=2.0, wraps=True),
    )
    crowds = (
        (street.walk(f, 1, 0.3, (5.2, -0.8), (20, -0.4), speed=1.3, pauses={}),
            street.walk(f, 14, 0.4, (22, 5.6), (16, 0.0), (5.2, 0.4), speed=1.65),
            walker(CHILD, street.path(f, (22.4, 5.6), (16.3, -0.7), (5.2, -0.3)), 0.5, speed=1.65),
         street.walk(f, 7, 2.0, (13.5, -6.5), (14.3, -3.9), (13.5, -6.5), speed=1.2, pauses={1: 4.5})),
        (street.walk(f, 2, 0.4, (28, -6.4), (20, -1.2), (5.2, -1.4), speed=2.2),
            street.ride(f, 6, 1.0, (36, 0.6), (-2, 0.2), speed=3.8),
            street.walk(f, 17, 1.5, (10, 5.6), (13, 0.2), (22, 0.4), (23, 5.8), speed=1.8)),
        (street.walk(f, 4, 0.4, (5.2, -1.4), (19, -1.0), speed=1.4),
            street.walk(f, 11, 1.8, (28, 0.2), (14.5, -0.6), (12, -6.4), speed=2.1),
            street.ride(f, 13, 1.5, (36, -1.8), (-2, -2.2), speed=3.9)),
    )
    stall = StallPlan(
        Design("goods", rgb("#7a6a58"), (rgb("#8a4fa0"), rgb("#ece6f0")),
            Look(top=rgb("#a8485a"), legs=rgb("#2f3138"), hair=rgb("#2a211c"))),
        enter=street.path(f, (4.8, 1.0), (9.6, 2.0), (12.5, 2.2)),
        leave=street.path(f, (12.5, 2.2), (15.5, 1.4), (12, -0.4), (4.6, -0.4)), vendor_at=f.at(12.7, 3.6),
        customers=(street.path(f, (20, 5.7), (13.8, 1.1)), street.path(f, (5.0, 0.2), (11.8, 0.9)),
            street.path(f, (5.2, 2.8), (12.6, 0.7))),
        exits=(street.path(f, (20, 5.7)), street.path(f, (5.0, 0.2)), street.path(f, (5.0, -0.6))),
    )
    return Layout(
        SUNNY,
        grass(),
        ground,
        tuple(marks),
        tuple(buildings),
        (),
        tuple(items),
        hills=0.8,
        skyline=0.2,
        always=always,
        crowds=crowds,
        stall=stall,
    )


def village_lane(scene: Scene) -> Layout:
    f = scene.frame
    angle = f.angle_deg
    ground = (
        Laid(street.strip(f, -5, 140, -6.4, -4.2), soil()),
        Laid(street.strip(f, -5, 140, -4.2, -0.1), concrete(angle, slab=(4.5, 4.3))),
        Laid(street.strip(f, -5, 18, -0.1, 5.4), soil(rgb("#968a72"))),
        Laid(street.strip(f, -5, 8.5, 0.6, 5.4), grass()),
        Laid(street.strip(f, 18, 32, -0.1, 7), concrete(angle, rgb("#aaa79e"), (3, 3))),
        Laid(street.strip(f, 13.2, 18, 1.6, 5.4), crops(angle + 90, 0.5)),
    )
    buildings = [
        street.block(f, (19, 8, 31, 8), 9.6, Facade("farmhouse", rgb("#e0dcd2"), storey_m=3.2), ridge_m=1.8,
            roof=rgb("#8a4a3a")), street.block(f, (34, 6.5, 46, 6.5), 9.6,
            Facade("farmhouse", rgb("#d4d6d4"), seed=3), ridge_m=1.8),
        street.block(f, (8, 5.7, 17.6, 5.7), 1.9, Facade("wall", rgb("#d9d5c8"), ("绿水青山就是金山银山",)), depth=0.25),
        street.block(f, (50, 6, 62, 6), 7, Facade("farmhouse", rgb("#cfc6b4"), seed=5), ridge_m=1.6),
        street.block(f, (9, -7, 21, -7), 9.6, Facade("farmhouse", rgb("#d8d2c6"), seed=7), ridge_m=2,
            roof=rgb("#4b4f55")), street.block(f, (25, -7.5, 36, -7.5), 6.4,
            Facade("farmhouse", rgb("#c9b9a0"), seed=9), ridge_m=1.6, roof=rgb("#5a5550")),
        street.block(f, (40, -7, 52, -7), 9.6, Facade("farmhouse", rgb("#dcdad2"), seed=11), ridge_m=2),
        street.block(f, (56, -7, 68, -7), 9.6, Facade("farmhouse", rgb("#d0c8b8"), seed=13), ridge_m=1.6),
        street.block(f, (19, 8, 19, 18), 9.6, Facade("plain", rgb("#d0ccc2"), seed=3), depth=6),
    ]
    trees = [
        *street.trees(f, [(18.4, 4.8), (33, 4.2)], 5.6, 4.2, 1.8, "#587f38"),
        *street.trees(f, [(23, -6.0), (38, -5.8)], 4.2, 2.6, 1.4, "#4c7436"),
        *street.trees(f, [(14.0 + 0.9 * k, 5.1) for k in range(4)], 1.0, 1.2, 0),
    ]
    logs = joined(
        [
            rod(
                (-0.9, 0.13 * (k % 4) - 0.2, 0.12 + 0.2 * (k // 4)),
                (0.9, 0.13 * (k % 4) - 0.2, 0.12 + 0.2 * (k // 4)),
                0.08,
                rgb("#7d6148"),
            )
            for k in range(8)
        ]
    )
    items = [
        *street.things(f, furniture.utility_pole(8), [(17.2, -5.2), (38, -5.2), (58, -5.2)]),
        Item(logs, f.at(22.5, 6.6), angle + 90), *street.things(f, vehicles.minivan(P[0]), [(27.5, 4.4)], 178),
        *street.things(f, cycles.ebike(P[3]), [(22, 3.8)], 60),
        *street.things(f, cycles.tricycle(rgb("#2d6fb0")), [(11.5, -5.6)], 3),
        *street.things(f, furniture.wheelie_bin(), [(19.0, 0.9), (19.8, 0.95)], 100),
    ]
    always = (
        stander(14, f.at(24.5, 2.0), angle - 130),
        stander(19, f.at(24.0, 1.0), angle + 30),
        street.walk(f, 8, 4.0, (24, -3.4), (9.5, -3.4), (6, -3.2), speed=1.6, wraps=True),
    )
    crowds = (
        (street.ride(f, 1, 0.4, (-2, -1.0), (40, -1.4), speed=4.2),
            street.walk(f, 6, 0.5, (5.8, -2.2), (16, -2.2), (22.5, -6.9), speed=1.6),
            street.walk(f, 2, 1.6, (19.5, 7.9), (18.6, 0.2), speed=1.3, pauses={1: 0.1})),
        (street.drive(f, cycles.tricycle(rgb("#a83a2e"), Look(hat=rgb("#d8c48a"))), 0.5, (48, -2.2), (-3, -2.2),
            speed=5.0), street.walk(f, 11, 0.6, (23, -6.6), (18.5, -1.2), (24, 3.2), (25, 7.9), speed=1.6,
            pauses={1: 1.2})),
        (),
    )
    dump = DumpPlan(
        "woven", enter=street.path(f, (5.4, -0.8), (8.8, -0.2), (11.5, 1.9)),
        leave=street.path(f, (11.5, 1.9), (9.5, -1.2), (5.2, -1.4)),
        cleaner_enter=street.path(f, (21, -6.9), (16, -1.8), (13, 0.6)),
        cleaner_leave=street.path(f, (9, -1.4), (5.2, -1.6)),
    )
    return Layout(
        HAZY,
        grass(),
        ground,
        (),
        tuple(buildings),
        tuple(trees),
        tuple(items),
        hills=2.0,
        skyline=0.0,
        always=always,
        crowds=crowds,
        dump=dump,
    )


def back_alley(scene: Scene) -> Layout:
    f = scene.frame
    angle = f.angle_deg
    ground = (
        Laid(street.strip(f, -5, 70, -4, 4.2), concrete(angle, rgb("#9c9d98"), (4, 4.1))),
        Laid(street.strip(f, -5, 70, 1.2, 1.6), concrete(angle, rgb("#77787a"), (0.6, 5))),
    )
    marks = [*street.bays(f, 15.5, 1, -4, 4, 0.01)][:0]
    buildings = [
        *street.row(f, 4.3, 3, [(9, 8.5, "plain", "#b9a892"), (12, 11, "plain", "#c8c2b6"),
            (10, 9, "plain", "#ab9f90"), (14, 13, "plain", "#b8b4ac")], names_from=4),
        *street.row(f, -4.2, 5, [(10, 10, "plain", "#c3bcae"), (11, 12, "plain", "#b3a694"),
            (12, 9, "plain", "#c9c4ba"), (14, 12, "flats", "#b9ab98")], names_from=30),
        street.block(f, (52, -8, 52, 10), 12, Facade("flats", rgb("#c1b29c"), seed=2)),
    ]
    pipes = joined(
        [rod((0, 0, 0), (0, 0, 8), 0.07, rgb("#a8aaa8")), rod((0, 0.3, 0), (0, 0.3, 6), 0.04, rgb("#8f908e"))]
    )
    line = joined(
        [
            rod((-4, 0, 4.4), (4, 0, 4.4), 0.012, rgb("#4a4a4a")),
            *(
                box((x, x + 0.55), (-0.02, 0.02), (3.6, 4.4), rgb(c))
                for x, c in (
                    (-2.6, "#b84a5a"),
                    (-1.8, "#d8d4c8"),
                    (-0.6, "#4a7296"),
                    (0.6, "#e0cfa0"),
                    (1.6, "#6a8a5a"),
                )
            ),
        ]
    )
    items = [
        *(Item(furniture.wheelie_bin(rgb(c)), f.at(14.6 + 0.85 * k, -3.5), angle + 90) for k,
            c in enumerate(("#2f7d4a", "#2f7d4a", "#2d5f9a", "#a83a30", "#6a6f72"))),
        Item(pipes, f.at(12.2, 4.15), angle), Item(pipes, f.at(22, -4.1), angle), Item(line, f.at(26, 0), angle),
        *street.things(f, cycles.ebike(P[4]), [(17.5, 3.4)], 8),
        *street.things(f, cycles.ebike(P[7]), [(19.6, 3.5)], -4),
        *street.things(f, cycles.bicycle(rgb("#5f6f7a")), [(12.6, 3.7)], 5),
        *street.things(f, vehicles.minivan(P[2]), [(31, 2.9)], 182),
        *street.things(f, furniture.stool(rgb("#2d6fb0")), [(22.5, 3.2)]),
        *street.things(f, furniture.planter(1.2, rgb("#d06080")), [(24, -3.6)], 90),
    ]
    always = (
        stander(16, f.at(22.7, 2.6), angle - 100),
        street.walk(f, 4, 4.0, (36, -0.6), (24, -0.2), (23.5, -4.1), speed=1.35, wraps=True),
    )
    crowds = (
        (street.ride(f, 2, 0.5, (-1, 0.2), (42, 0.0), speed=4.0),
            street.walk(f, 9, 0.4, (13, 4.2), (14.6, -2.2), (13, 4.2), speed=1.7, pauses={1: 1.8}),
            street.walk(f, 1, 2.0, (24, 4.2), (17, 1.0), (12.2, 0.8), (4.6, 1.2), speed=2.1)),
        (street.walk(f, 7, 0.5, (4.6, 0.8), (18, 0.8), speed=1.3),
            street.ride(f, 11, 3.0, (40, 0.4), (-2, 0.2), speed=4.9),
            street.walk(f, 12, 5.0, (21, -4.1), (20, 1.8), (21, -4.1), speed=1.9, pauses={1: 0.5})),
        (),
    )
    dump = DumpPlan(
        "black", enter=street.path(f, (4.6, -0.2), (8, -0.6), (9.6, -2.0)),
        leave=street.path(f, (9.6, -2.0), (9.0, 0.4), (4.6, 0.6)),
        cleaner_enter=street.path(f, (19, -4.1), (14, -1.2), (11, -1.6)),
        cleaner_leave=street.path(f, (8.4, 0.2), (4.4, 0.4)),
    )
    return Layout(
        OVERCAST,
        soil(),
        ground,
        tuple(marks),
        tuple(buildings),
        (),
        tuple(items),
        hills=0.4,
        always=always,
        crowds=crowds,
        dump=dump,
    )


def field_road(scene: Scene) -> Layout:
    f = scene.frame
    angle = f.angle_deg
    ground = (
        Laid(street.strip(f, -5, 90, -70, -5.2), crops(angle, 0.55, rgb("#8fae4c"), rgb("#74784a"))),
        Laid(street.strip(f, 90, 400, -220, 200), crops(angle + 40, 0.6, rgb("#a3b565"))),
        Laid(street.strip(f, 21, 90, 4.5, 80), crops(angle + 90, 0.8, rgb("#b9b95c"), rgb("#8a7f52"))),
        Laid(street.strip(f, -5, 18, 4.5, 60), crops(angle, 0.9, rgb("#6f9a4a"))),
        Laid(street.strip(f, 18, 20.8, 0, 90), soil(rgb("#a39572"))),
        Laid(street.strip(f, -5, 300, -0.2, 4.5), grass(rgb("#7d9a52"))),
        Laid(street.strip(f, -5, 300, -4.0, -0.2), concrete(angle, rgb("#b4b2a8"), (5, 3.8))),
    )
    water = (street.strip(f, -4, 90, -5.2, -4.35),)
    trees = [
        *street.trees(f, [(38 + 9 * k, 1.6) for k in range(7)], 7.2, 3.2, 2.0, "#557d3c"),
        *street.trees(f, [(96, -14), (99, -22), (100, -32), (98, 16), (101, 26), (103, 40)], 7.5, 6.5, 1.0, "#5a7d48"),
        *street.trees(f, [(10, 3.9), (23, 3.4), (26.5, 3.6)], 1.3, 1.6, 0, "#6c8f44"),
    ]
    buildings = [
        street.block(f, (104, -40, 104, -52), 8, Facade("farmhouse", rgb("#e2ded4")), ridge_m=2.2),
        street.block(f, (108, -20, 108, -32), 9, Facade("farmhouse", rgb("#d8d4c8"), seed=2), ridge_m=2.2),
        street.block(f, (106, 10, 106, 24), 8, Facade("farmhouse", rgb("#dcd8cc"), seed=4), ridge_m=2.2),
        street.block(f, (28, 9, 36, 9), 2.8, Facade("plain", rgb("#b9a68c")), depth=5, ridge_m=1.0,
            roof=rgb("#5f6164")),
    ]
    items = [
        *street.things(f, furniture.utility_pole(8), [(15, -4.1 - 1.6), (45, -5.8), (75, -5.8)]),
        *street.things(f, cycles.tricycle(rgb("#3f7f4a")), [(27, 3.4)], 100),
    ]
    always = (street.walk(f, 3, 2.0, (40, 14), (38, 9.5), (44, 8), speed=1.1, wraps=True),)
    crowds = (
        (street.ride(f, 4, 0.4, (-1, -1.2), (48, -1.6), speed=4.4),
            street.walk(f, 14, 0.6, (7.2, -2.6), (20.5, -2.6), (22, -2.4), speed=1.4, pauses={}),
            street.drive(f, vehicles.minivan(P[5]), 0.8, (110, -2.1), (-3, -2.1), speed=10.5)),
        (street.drive(f, cycles.tricycle(rgb("#a83a2e"), Look(hat=rgb("#d8c48a"))), 0.4, (52, -2.1), (-3, -2.1),
            speed=5.0), street.walk(f, 8, 1.0, (36, 19.4), (20, 19.0 - 18), (19.4, 3.0), (19.4, 18), speed=3.6)),
        (),
    )
    crowds = (crowds[0], crowds[1][:1], ())
    dump = DumpPlan(
        "boxes", enter=street.path(f, (4.6, -1.2), (9.8, -0.6), (12.2, 2.0)),
        leave=street.path(f, (12.2, 2.0), (13.6, -1.0), (9.0, -2.2), (4.4, -2.2)), by_ebike=True,
        cleaner_enter=street.path(f, (5.2, -0.8), (9.5, 0.2)), cleaner_leave=street.path(f, (9.6, -1.2), (5.0, -1.6)),
    )
    return Layout(
        replace(AFTERNOON, haze_m=260),
        grass(rgb("#7d9a52")),
        ground,
        (),
        tuple(buildings),
        tuple(trees),
        tuple(items),
        (),
        water,
        hills=2.6,
        skyline=0.0,
        always=always,
        crowds=crowds,
        dump=dump,
    )


def riverside(scene: Scene) -> Layout:
    f = scene.frame
    angle = f.angle_deg
    ground = (
        Laid(street.strip(f, -5, 200, -6.0, -4.8), grass(rgb("#6f9048"))),
        Laid(street.strip(f, -5, 200, -4.8, -1.0), grass(rgb("#75964c"))),
        Laid(street.strip(f, -5, 200, -1.0, 4.4), paving(angle, rgb("#b5a894"), rgb("#9c8f80"), side=0.5)),
        Laid(street.strip(f, -5, 200, 4.4, 9), grass()),
        Laid(street.strip(f, -5, 200, 9, 16), asphalt(angle)),
        Laid(street.strip(f, -5, 260, -80, -36), grass(rgb("#6f8f50"))),
    )
    water = (street.strip(f, -2, 220, -36, -6.0),)
    marks = [
        street.line(f, -1.0, -5, 200, 0.3, rgb("#c2bdb0")),
        street.line(f, 4.4, -5, 200, 0.3, rgb("#c2bdb0")),
        street.line(f, -6.0, -5, 200, 0.5, rgb("#a9a498")),
        street.line(f, -36, -5, 220, 0.8, rgb("#a9a498")),
    ]
    buildings = [
        street.block(f, (14 + 24 * k, -46, 32 + 24 * k, -46), h, Facade(st, rgb(c), seed=k), depth=12,
            ridge_m=r) for k, (h, st, c, r) in enumerate([(9, "farmhouse", "#e2ded4", 2), (16, "flats", "#c9b59a", 0),
                (9, "farmhouse", "#d6d2c6", 2), (19, "flats", "#bfb3a4", 0), (10, "farmhouse", "#dcd8cc", 2),
                (14, "flats", "#c9bca8", 0)])
    ]
    buildings += street.row(
        f,
        18,
        16,
        [(18, 11, "shops", "#cdc2ae"), (22, 16, "flats", "#c4ab90"), (24, 19, "flats", "#bdb4a6")],
        names_from=6,
        gap=5,
    )
    trees = [
        *street.trees(f, [(17, -5.0), (26, -5.2), (36, -5.2), (47, -5.2), (60, -5.2)], 6.6, 5.0, 2.0, "#6b9448",
            weeping=True), *street.trees(f, [(13, 7.2), (21, 7), (30, 7), (40, 7), (51, 7)], 6.2, 4.2),
        *street.trees(f, [(12 + 14 * k, -39) for k in range(9)], 6.5, 6, 1.0, "#5f8545"),
        *street.trees(f, [(9 + 1.2 * k, 5.0) for k in range(18)], 0.8, 1.1, 0, "#47702f"),
    ]
    items = [
        *(Item(furniture.stone_railing(2.4), f.at(6 + 2.5 * k, -5.8), angle + 90) for k in range(22)),
        *street.things(f, furniture.bench(), [(19.5, 4.0), (31, 4.0)], 90),
        *street.things(f, furniture.lamp_post(4.6, 0.5), [(22.5, -1.2), (38, -1.2)], 90),
        *street.things(f, furniture.wheelie_bin(rgb("#6a5a48")), [(24.5, 3.9)], 90),
        *street.things(f, vehicles.suv(P[4]), [(30, 10.2)]), *street.things(f, vehicles.sedan(P[0]), [(37, 10.2)]),
    ]
    always = (
        stander(10, f.at(20.2, 3.3), angle - 90, phone=True),
        stander(2, f.at(26.5, -4.9), angle - 100),
        street.walk(f, 13, 2.0, (24, 0.2), (9, 0.2), (5.4, 0.2), speed=1.7, wraps=True),
        street.drive(f, vehicles.sedan(P[8]), 4.0, (0, 12.5), (96, 12.5), speed=10.5, wraps=True),
        street.walk(f, 5, 8.0, (30, 2.4), (42, 2.4), speed=1.1, wraps=True),
    )
    crowds = (
        (street.walk(f, 1, 0.3, (6.4, 2.8), (22, 2.6), speed=1.4),
            walker(CHILD, street.path(f, (6.2, 2.1), (22, 1.9)), 0.4, speed=1.42),
            street.walk(f, 7, 0.8, (22, -0.4), (9, -0.4), (6, -0.2), speed=2.5)),
        (street.walk(f, 6, 0.4, (5.6, 0.6), (16, 0.2), (17.4, -4.4), speed=1.5, pauses={2: 0.1}),
            street.drive(f, cycles.bicycle(rgb("#2f9d5a"), Look(top=rgb("#d8d4cc"))), 1.0, (40, 1.4), (-2, 1.0),
                speed=4.2)),
        (street.walk(f, 9, 0.5, (24, -0.2), (6, -0.4), speed=1.75),
            street.drive(f, cycles.bicycle(rgb("#2f9d5a"), Look(top=rgb("#3d5a73"))), 1.5, (-2, -0.4), (36, -0.2),
                speed=4.0)),
    )
    crowds = (crowds[0], (crowds[1][1],), crowds[2])
    stall = StallPlan(
        Design("steamer", rgb("#a8572e"), (rgb("#d8572e"), rgb("#f0dcae")),
            Look(top=rgb("#5a6f5a"), legs=rgb("#33343a"), apron=rgb("#e0dccc"), hat=rgb("#d8c48a"))),
        enter=street.path(f, (4.8, 2.2), (10.6, 2.0), (14.0, 1.8)),
        leave=street.path(f, (14.0, 1.8), (17.4, 1.4), (15, -0.4), (5, -0.2)), vendor_at=f.at(13.4, 3.1),
        customers=(street.path(f, (5.8, 0.4), (13.0, 0.7)), street.path(f, (22, 5.4), (15.2, 0.8)),
            street.path(f, (6, 3.6), (11.9, 2.6))),
        exits=(street.path(f, (5.8, 0.6)), street.path(f, (22, 5.4)), street.path(f, (6, 3.8))),
    )
    dump = DumpPlan(
        "black", enter=street.path(f, (4.2, 0.6), (7.0, -0.4), (9.6, -2.9)),
        leave=street.path(f, (9.6, -2.9), (7.4, 0.0), (4.0, 0.8)),
        cleaner_enter=street.path(f, (21, 5.4), (15, 0.0), (11, -1.4)),
        cleaner_leave=street.path(f, (8, 0.2), (4.2, 0.8)),
    )
    return Layout(
        MORNING,
        grass(),
        ground,
        tuple(marks),
        tuple(buildings),
        tuple(trees),
        tuple(items),
        (),
        water,
        hills=1.6,
        skyline=0.2,
        always=always,
        crowds=crowds,
        stall=stall,
        dump=dump,
    )


LAYOUTS = {
    "market-street": market_street,
    "village-lane": village_lane,
    "back-alley": back_alley,
    "field-road": field_road,
    "riverside": riverside,
}
