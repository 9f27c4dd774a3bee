"""Streets that run away from the camera: a main road, a bus stop, a bridge, a street at dusk and one at night."""
# fmt: off  (tables in metres, packed by hand)

from dataclasses import replace

from sim.scenes import cycles, furniture, street, vehicles
from sim.scenes.catalogue import Scene
from sim.scenes.facades import Facade
from sim.scenes.figures import Look
from sim.scenes.ground import asphalt, concrete, grass, paving
from sim.scenes.layout import Board, DumpPlan, Item, Laid, Layout, StallPlan
from sim.scenes.light import DUSK, HAZY, MORNING, NIGHT, SUNNY, Lamp
from sim.scenes.motion import stander
from sim.scenes.solid import box, joined, rod
from sim.scenes.stalls import Design
from sim.scenes.textures import rgb

P = vehicles.PAINTS


def main_road(scene: Scene) -> Layout:
    f = scene.frame
    angle = f.angle_deg
    slabs = paving(angle, guide_v=5.2)
    ground = (
        Laid(street.strip(f, -5, 200, -11, -2), asphalt(angle, lane_v=-6.5)),
        Laid(street.strip(f, -5, 200, -22.5, -13.5), asphalt(angle, lane_v=-18)),
        Laid(street.strip(f, -5, 200, -13.5, -11), grass()),
        Laid(street.strip(f, -5, 200, -2, 3.4), grass(rgb("#63823f"))),
        Laid(street.strip(f, -5, 200, 3.4, 7.2), slabs),
        Laid(street.strip(f, -5, 200, -26, -22.5), slabs),
    )
    marks = [
        *street.kerb(f, -2, -5, 200, -1),
        *street.kerb(f, -11, -5, 200, 1),
        *street.kerb(f, -13.5, -5, 200, -1),
        *street.kerb(f, -22.5, -5, 200, 1),
        *street.dashes(f, -6.5, -5, 150),
        *street.dashes(f, -18, -5, 150),
        street.line(f, -2.4, -5, 200),
        street.line(f, -10.7, -5, 200),
        street.line(f, -22.1, -5, 200),
        *street.arrow(f, 14, -4.3),
        *street.arrow(f, 14, -8.6),
        *street.kerb(f, 3.4, -5, 200, -1),
    ]
    buildings = [
        *street.row(f, 11, 14, [(22, 13, "shops", "#cbbda6"), (20, 16, "flats", "#c7a98c"),
            (24, 18, "flats", "#bfb7a8"), (24, 14, "office", "#aab3b6")], names_from=14, gap=4),
        *street.row(f, -29, 20, [(24, 19, "flats", "#c4b6a0"), (24, 19, "flats", "#c9bba6"),
            (24, 23, "office", "#9fb0ba"), (24, 17, "flats", "#b8ae9e")], names_from=2, gap=6),
    ]
    trees = [
        *street.trees(f, [(6 + 8 * k, -12.2) for k in range(2, 13)], 4.6, 2.6, 1.2, "#557c38"),
        *street.trees(f, [(21 + 8 * k, 0.7) for k in range(9)], 6.6, 4.0, 2.5),
        *street.trees(f, [(16 + 9 * k, -24) for k in range(9)], 6.6, 4.2, 2.5, "#5a8140"),
        *street.trees(f, [(9.5 + 1.3 * k, -1.2) for k in range(10)], 0.9, 1.2, 0.0, "#47702f"),
    ]
    items = [
        *street.things(f, furniture.lamp_post(9, 2.4), [(24 + 22 * k, -12.2) for k in range(4)], 90),
        *street.things(f, furniture.road_sign(), [(30, -1.2)]),
        *street.things(f, cycles.ebike(P[4]), [(24, 6.8)], 80), *street.things(f, furniture.bench(), [(17, 6.9)], 90),
    ]
    always = (
        street.drive(f, vehicles.sedan(P[1]), 0.0, (-2, -4.3), (135, -4.3), speed=13, wraps=True),
        street.drive(f, vehicles.suv(P[0]), 4.2, (-2, -8.6), (135, -8.6), speed=14, wraps=True),
        street.drive(f, vehicles.sedan(P[3]), 2.0, (135, -16), (-4, -16), speed=13.5, wraps=True),
        street.drive(f, vehicles.box_truck(P[4]), 7.4, (130, -20.2), (-4, -20.2), speed=12, wraps=True),
        street.ride(f, 3, 5.0, (-2, -2.9), (52, -2.9), speed=5.2, wraps=True),
        street.walk(f, 12, 3.0, (22, 5.6), (7.4, 5.6), speed=1.35, wraps=True),
    )
    crowds = (
        (street.drive(f, vehicles.bus(rgb("#2a6fae")), 0.5, (-8, -4.4), (110, -4.4), speed=10.6),
            street.walk(f, 1, 0.5, (7.2, 4.6), (22, 4.6), (24, 9.5), speed=1.75),
         street.ride(f, 8, 1.0, (56, -21.6), (-2, -21.6), speed=5.6),
         street.drive(f, vehicles.minivan(P[5]), 0.6, (135, -16), (-4, -16), speed=12.8)),
        (street.drive(f, vehicles.dump_truck(rgb("#c08a2a")), 0.8, (-4, -4.4), (120, -4.4), speed=11.4),
            street.walk(f, 9, 0.4, (24, 9.5), (22, 6), (12.6, 6), (6.9, 6), speed=2.0, pauses={}),
         street.drive(f, vehicles.suv(P[9]), 1.6, (130, -20.2), (-4, -20.2), speed=13.5)),
        (),
    )
    dump = DumpPlan(
        "debris", enter=street.path(f, (7.0, 5.4), (12.5, 4.6), (15.5, 1.4)),
        leave=street.path(f, (15.5, 1.4), (14.5, 5.4), (7.0, 6.2)),
        cleaner_enter=street.path(f, (24.5, 9.5), (22.5, 5.4), (16.5, 3.2)),
        cleaner_leave=street.path(f, (13.5, 5.2), (7.0, 5.6)),
    )
    return Layout(
        SUNNY,
        grass(),
        ground,
        tuple(marks),
        tuple(buildings),
        tuple(trees),
        tuple(items),
        hills=0.8,
        always=always,
        crowds=crowds,
        dump=dump,
    )


def bus_stop(scene: Scene) -> Layout:
    f = scene.frame
    angle = f.angle_deg
    ground = (
        Laid(street.strip(f, -5, 160, -10, -0.8), asphalt(angle, lane_v=-3.4)),
        Laid(street.strip(f, -5, 160, -0.8, 6.4), paving(angle, guide_v=0.3)),
        Laid(street.strip(f, -5, 160, -13.4, -10), paving(angle, rgb("#a39d94"))),
    )
    marks = [
        *street.kerb(f, -0.8, -5, 160, -1),
        *street.kerb(f, -10, -5, 160, 1),
        *street.dashes(f, -5.4, -5, 120),
        street.line(f, -1.2, 17, 34, 0.14, street.YELLOW),
        street.line(f, -3.6, 17, 34, 0.14, street.YELLOW),
        street.crossline(f, 17, -3.6, -1.2, 0.14, street.YELLOW),
        street.crossline(f, 34, -3.6, -1.2, 0.14, street.YELLOW),
    ]
    buildings = [
        *street.row(f, 6.6, 3, [(15, 10.5, "shops", "#d2c6b0"), (16, 13.5, "shops", "#c1b4a4"),
            (22, 16, "flats", "#c9ad92"), (22, 14, "flats", "#bdb5a6")], names_from=20,
        awnings=((rgb("#2f7a5a"), rgb("#e8e6da")), None)),
        *street.row(f, -14, 12, [(16, 11, "shops", "#cfc9bd"), (14, 14, "shops", "#bfae98"),
            (20, 17, "flats", "#c8bba8"), (20, 13, "office", "#a5b0b4")], names_from=25),
    ]
    trees = [
        *street.trees(f, [(30, 1.6), (38, 1.6), (46, 1.6), (55, 1.6)], 6.2, 3.8),
        *street.trees(f, [(8, -11.4), (16, -11.6), (25, -11.6), (34, -11.6), (44, -11.6), (55, -11.6)], 6.4, 4.0),
    ]
    steel, glass = rgb("#8f979b"), rgb("#9fb8c4")
    shelter = joined([
        *(rod((x, 0.6, 0), (x, 0.6, 2.5), 0.05, steel) for x in (-2.6, 0, 2.6)),
        box((-3, 3), (-0.7, 0.9), (2.5, 2.66), rgb("#3f7fb8")),
        box((-2.6, 2.6), (0.58, 0.62), (0.5, 2.2), glass),
        box((-2.2, 1.2), (0.15, 0.5), (0.42, 0.48), rgb("#8a6a48"), lift=0.3),
    ])
    items = [
        Item(shelter, f.at(20.5, 1.0), angle + 90), *street.things(f, cycles.ebike(P[4]), [(8.2, 5.6)], 84),
        *street.things(f, cycles.ebike(P[7]), [(9.1, 5.6)], 92),
        *street.things(f, furniture.wheelie_bin(), [(16.2, 1.4)], 90),
        *street.things(f, furniture.lamp_post(), [(27, 0.4)], -90),
        *street.things(f, vehicles.sedan(P[2]), [(44, -1.9)]),
        *street.things(f, furniture.road_sign(rgb("#2f7fb8"), 2.6), [(16.8, 0.0)]),
        *street.things(f, vehicles.suv(P[3]), [(24, -9)], 180),
    ]
    boards = (Board(f.at(17.6, 2.2), f.at(17.6, 0.4), 2.68, 3.1, "城东公交站", rgb("#2b6cb0")),)
    always = (
        stander(4, f.at(19.2, 0.8), angle - 90, phone=True),
        stander(7, f.at(21.4, 0.5), angle - 60),
        street.ride(f, 11, 2.0, (-2, -1.6), (44, -1.6), speed=4.7, wraps=True),
        street.drive(f, vehicles.sedan(P[0]), 6.5, (110, -7.8), (-4, -7.8), speed=10.5, wraps=True),
        street.drive(f, vehicles.minivan(P[5]), 9.0, (-3, -4.2), (108, -4.2), speed=10.5, wraps=True),
    )
    crowds = (
        (street.drive(f, vehicles.bus(rgb("#2d7d5a")), 0.1, (-8, -4.6), (16, -3.0), (25, -2.5), (34, -3.2),
            (74, -4.4), speed=11.5, pauses={2: 3.8}),
         street.walk(f, 2, 0.6, (23, 7.6), (14, 3.4), (5.2, 3.8), speed=1.9),
         street.walk(f, 13, 2.6, (25, 0.1), (25, 4.0), (17, 4.4), (6, 4.6), speed=2.4)),
        (street.walk(f, 5, 0.3, (5.5, 2.6), (17.5, -0.2), (23, 0.0), (29, 4.6), speed=2.2),
            street.drive(f, vehicles.suv(P[1]), 1.0, (-4, -4.2), (108, -4.2), speed=10.8),
            street.ride(f, 13, 3.0, (44, -9), (-2, -9), speed=5.5),
         street.walk(f, 10, 0.9, (5.4, 4.8), (11.5, 4.6), (5.3, 5.4), speed=1.4, pauses={1: 1.5})),
        (street.ride(f, 15, 0.6, (44, -9), (-2, -9), speed=5.2),
            street.drive(f, vehicles.sedan(P[4]), 0.4, (-4, -4.2), (108, -4.2), speed=10.2)),
    )
    stall = StallPlan(
        Design("steamer", rgb("#2f8f6a"), (rgb("#e0a92c"), rgb("#f4efe0")),
            Look(top=rgb("#7c3f4a"), legs=rgb("#2c2f36"), apron=rgb("#d8d4c8"), skirt=False)),
        enter=street.path(f, (3.0, 3.0), (7.2, 2.0), (10.4, 1.7)),
        leave=street.path(f, (10.4, 1.7), (13.5, 2.4), (9.5, 4.4), (4.0, 4.8)), vendor_at=f.at(9.6, 2.9),
        customers=(street.path(f, (16, 4.8), (11.4, 0.7)), street.path(f, (5.0, 0.2), (9.6, 0.5)),
            street.path(f, (15.6, 6.4), (12.2, 1.8))),
        exits=(street.path(f, (5.0, 0.2)), street.path(f, (4.8, -0.2)), street.path(f, (15.6, 6.4))),
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
        hills=0.7,
        always=always,
        crowds=crowds,
        stall=stall,
    )


def bridge(scene: Scene) -> Layout:
    f = scene.frame
    angle = f.angle_deg
    far = 58.0
    ground = (
        Laid(street.strip(f, far, 300, -150, 150), grass(rgb("#6b8a4c"))),
        Laid(street.strip(f, -5, 300, -9, 0.6), asphalt(angle, rgb("#7c7d7d"), lane_v=-4.2)),
        Laid(street.strip(f, -5, far, 0.6, 4.6), concrete(angle, rgb("#b5b6b0"), (2.0, 2.0))),
        Laid(street.strip(f, -5, far, -12, -9), concrete(angle, rgb("#b0b1ab"), (2.0, 2.0))),
    )
    water = (street.strip(f, 0, far, 4.75, 160), street.strip(f, 0, far, -160, -12.15))
    marks = [
        *street.kerb(f, 0.6, -5, far, -1),
        *street.kerb(f, -9, -5, far, 1),
        *street.dashes(f, -4.2, -5, 140),
        street.line(f, 0.2, -5, far),
        street.line(f, -8.6, -5, far),
        *(street.crossline(f, u, -9, 0.6, 0.12, street.GUTTER) for u in (18, 38)),
    ]
    buildings = [
        *street.row(f, 14, far + 8, [(14, 11, "farmhouse", "#dcd8cc"), (12, 9, "farmhouse", "#d8d2c4"),
            (20, 15, "flats", "#c8b79e")], names_from=3, gap=3, ridge_m=1.6),
        *street.row(f, -20, far + 6, [(16, 12, "shops", "#cdbfa8"), (18, 15, "flats", "#c2b4a2"),
            (18, 12, "farmhouse", "#dad6cc")], names_from=8, gap=2),
        street.block(f, (far + 6, 16, far + 6, 40), 9, Facade("farmhouse", rgb("#dedad0")), ridge_m=2),
        street.block(f, (far + 5, 44, far + 5, 70), 11, Facade("farmhouse", rgb("#d3cabb"), seed=3), ridge_m=2),
        street.block(f, (far + 8, -24, far + 8, -44), 10, Facade("farmhouse", rgb("#d9d3c6"), seed=5), ridge_m=2),
        street.block(f, (far + 5, -48, far + 5, -80), 13, Facade("flats", rgb("#c4b49c"), seed=6)),
    ]
    trees = street.trees(
        f,
        [(far + 2, v) for v in (9, 14, 21, 30, 41, 52, -15, -21, -29, -38, -50)],
        6.5,
        5.2,
        1.5,
        "#5f8a45",
        weeping=True,
    )
    items = [
        *(Item(furniture.stone_railing(2.4), f.at(7.2 + 2.5 * k, 4.65), angle + 90) for k in range(20)),
        *(Item(furniture.stone_railing(2.5), f.at(8 + 2.5 * k, -12.05), angle + 90) for k in range(19)),
        *street.things(f, furniture.lamp_post(7, 1.5), [(22, 4.3), (42, 4.3)], -90),
        *street.things(f, furniture.lamp_post(7, 1.5), [(16, -11.7), (36, -11.7)], 90),
    ]
    always = (
        street.drive(f, vehicles.sedan(P[3]), 1.0, (-4, -2.0), (108, -2.0), speed=10.6, wraps=True),
        street.drive(f, vehicles.suv(P[0]), 6.0, (110, -6.6), (-4, -6.6), speed=10.8, wraps=True),
        street.ride(f, 1, 8.0, (-2, -0.2), (46, -0.2), speed=4.8, wraps=True),
        stander(11, f.at(24.5, 4.0), angle + 100),
    )
    crowds = (
        (street.walk(f, 5, 0.3, (6.5, 1.6), (22, 1.6), speed=1.5),
            street.walk(f, 2, 0.6, (22.5, 2.4), (7, 3.6), speed=1.5),
            street.drive(f, vehicles.dump_truck(rgb("#b9822c")), 0.6, (-4, -2.2), (105, -2.2), speed=10.4),
         street.ride(f, 6, 1.5, (50, -8.2), (-2, -8.2), speed=6)),
        (street.walk(f, 9, 0.2, (6.5, 2.0), (17.0, 4.0), (6.8, 4.0), speed=2.6, pauses={1: 2.8}),
            street.drive(f, vehicles.bus(rgb("#b8862b")), 0.4, (112, -6.8), (-8, -6.8), speed=11),
            street.ride(f, 14, 2.2, (-2, -0.2), (44, -0.2), speed=5)),
        (street.ride(f, 8, 0.6, (50, -8.2), (-2, -8.2), speed=5.8),
            street.drive(f, vehicles.minivan(P[2]), 1.2, (-4, -2.0), (104, -2.0), speed=10.8)),
    )
    stall = StallPlan(
        Design("fruit", rgb("#b03a2e"), (rgb("#2f8f4e"), rgb("#f2eee0")),
            Look(top=rgb("#4a5a3a"), legs=rgb("#3b3832"), hat=rgb("#d8c48a"))),
        enter=street.path(f, (4.6, 1.2), (9.5, 2.2), (13.5, 2.6)),
        leave=street.path(f, (13.5, 2.6), (17, 2.0), (15.5, -0.6), (10, -1.0), (5, -1.0)), vendor_at=f.at(13.8, 3.9),
        customers=(street.path(f, (6.0, 0.8), (12.6, 1.4)), street.path(f, (5.8, 2.6), (11.0, 2.9)),
            street.path(f, (6.2, -0.4), (14.6, 1.3))),
        exits=(street.path(f, (6.0, 0.6)), street.path(f, (5.8, 2.8)), street.path(f, (6.2, 1.2))),
    )
    return Layout(
        HAZY,
        grass(rgb("#6b8a4c")),
        ground,
        tuple(marks),
        tuple(buildings),
        tuple(trees),
        tuple(items),
        (),
        water,
        hills=1.2,
        skyline=0.15,
        always=always,
        crowds=crowds,
        stall=stall,
    )


def dusk_street(scene: Scene) -> Layout:
    f = scene.frame
    angle = f.angle_deg
    ground = (
        Laid(street.strip(f, -5, 200, -13.5, -3.9), asphalt(angle, lane_v=-6.4)),
        Laid(street.strip(f, -5, 200, -3.9, 4.8), paving(angle, rgb("#9b958e"), guide_v=0.6)),
        Laid(street.strip(f, -5, 200, -17.4, -13.5), paving(angle, rgb("#9b958e"))),
    )
    marks = [
        *street.kerb(f, -3.9, -5, 200, -1),
        *street.kerb(f, -13.5, -5, 200, 1),
        street.line(f, -8.8, -5, 200, 0.12, street.YELLOW),
        street.line(f, -8.5, -5, 200, 0.12, street.YELLOW),
        *street.dashes(f, -6.2, -5, 130),
        *street.dashes(f, -11.1, -5, 130),
        *street.zebra(f, 27, -13, -4.3),
    ]
    heads = [(20, -4.4), (42, -4.4), (64, -4.4), (30, -13.0), (52, -13.0)]
    lamps = tuple(Lamp(*f.at(u, v - 1.6 if v > -8 else v + 1.6), 7.4, rgb("#ffc98a"), 0.5) for u, v in heads)
    buildings = [
        *street.row(f, 5, 4, [(17, 10.5, "shops", "#bdb2a4"), (18, 13.5, "shops", "#c8bba8"),
            (22, 16, "flats", "#bda890"), (24, 19, "office", "#a0a8ac")], names_from=5, lit=0.45,
        awnings=(None, (rgb("#7a2f3a"), rgb("#d8d0c0")))),
        *street.row(f, -17.6, 8, [(15, 11, "shops", "#c4b8a6"), (18, 14, "shops", "#b3a898"),
            (22, 18, "flats", "#c0ad96"), (24, 15, "flats", "#b0a598")], names_from=16, lit=0.45),
    ]
    trees = [
        *street.trees(f, [(24, -2.9), (33, -2.9), (51, -2.9), (60, -2.9)], 6.4, 4.0),
        *street.trees(f, [(13, -14.6), (23, -14.6), (36, -14.6), (46, -14.6), (58, -14.6)], 6.4, 4.2),
    ]
    items = [
        *street.things(f, furniture.lamp_post(7.6, 1.6, lit=True), [p for p in heads if p[1] > -8], -90),
        *street.things(f, furniture.lamp_post(7.6, 1.6, lit=True), [p for p in heads if p[1] < -8], 90),
        *street.things(f, vehicles.sedan(P[1]), [(36, -4.9)]), *street.things(f, vehicles.suv(P[4]), [(43, -4.9)]),
        *street.things(f, cycles.ebike(P[3]), [(11, 4.0)], 82), *street.things(f, cycles.ebike(P[0]), [(12, 4.0)], 90),
        *street.things(f, cycles.ebike(P[4]), [(13, 4.0)], 88),
        *street.things(f, furniture.planter(), [(19.5, 3.9)], 90),
    ]
    always = (
        street.drive(f, vehicles.sedan(P[0], True), 0.5, (-4, -6.4), (112, -6.4), speed=10.6, wraps=True, lights=True),
        street.drive(f, vehicles.suv(P[1], True), 5.5, (118, -11.1), (-4, -11.1), speed=11, wraps=True, lights=True),
        street.ride(f, 5, 7.0, (-2, -4.6), (48, -4.6), speed=4.9, wraps=True, lights=True),
        stander(3, f.at(18.6, 4.0), angle - 100, phone=True),
    )
    crowds = (
        (street.walk(f, 4, 0.4, (7, 2.6), (22, 1.4), (23, 6), speed=1.9),
            street.walk(f, 7, 0.8, (25, 5.5), (21, 0.2), (8, -0.4), speed=1.9),
            street.drive(f, vehicles.bus(rgb("#2d6f9a"), True), 0.3, (118, -11.2), (-8, -11.2), speed=11.2,
                lights=True)),
        (street.walk(f, 1, 0.3, (8, 0.6), (20.5, 2.0), (8.4, 3.2), speed=2.4),
            street.drive(f, vehicles.minivan(P[5], True), 1.5, (-4, -6.4), (104, -6.4), speed=10.6, lights=True),
            street.ride(f, 9, 1.0, (50, -13.0), (-2, -13.0), speed=5.4, lights=True)),
        (street.drive(f, vehicles.sedan(P[3], True), 0.5, (118, -11.1), (-4, -11.1), speed=11.2, lights=True),
            street.walk(f, 15, 1.2, (23, 6.0), (21, 3.2), (8, 3.2), speed=1.8)),
    )
    stall = StallPlan(
        Design("snack", rgb("#d0872a"), (rgb("#c8432f"), rgb("#f0d9a0")),
            Look(top=rgb("#c9c5b8"), legs=rgb("#2e3138"), apron=rgb("#a63a30"))),
        enter=street.path(f, (6.2, 0.8), (10.8, -1.2), (13.6, -1.6)),
        leave=street.path(f, (13.6, -1.6), (17.5, -1.2), (15.5, 2.2), (7, 2.6)), vendor_at=f.at(13.8, -2.7),
        customers=(street.path(f, (20.5, 6.0), (14.9, -0.3)), street.path(f, (7.6, 0.4), (12.8, -0.4)),
            street.path(f, (7.8, 3.2), (14.0, -0.1))),
        exits=(street.path(f, (20.5, 6.0)), street.path(f, (7.6, 0.8)), street.path(f, (7.8, 3.4))),
    )
    return Layout(
        replace(DUSK, lamps=lamps),
        grass(rgb("#5f6f44")),
        ground,
        tuple(marks),
        tuple(buildings),
        tuple(trees),
        tuple(items),
        hills=0.9,
        always=always,
        crowds=crowds,
        stall=stall,
    )


def night_street(scene: Scene) -> Layout:
    f = scene.frame
    angle = f.angle_deg
    ground = (
        Laid(street.strip(f, -5, 160, -9, -1.4), asphalt(angle, lane_v=-4.8)),
        Laid(street.strip(f, -5, 160, -1.4, 5), paving(angle, guide_v=-0.4)),
        Laid(street.strip(f, -5, 160, -12.6, -9), paving(angle)),
    )
    marks = [
        *street.kerb(f, -1.4, -5, 160, -1),
        *street.kerb(f, -9, -5, 160, 1),
        *street.dashes(f, -5.2, -5, 120),
        street.line(f, -1.8, -5, 160),
        *street.zebra(f, 20.5, -8.7, -1.7),
    ]
    heads = [(15.6, -1.8), (33, -1.8), (51, -1.8), (24, -8.6), (42, -8.6)]
    lamps = (
        *(Lamp(*f.at(u, v - 1.4 if v > -5 else v + 1.4), 6.8, rgb("#ffbf78"), 0.62) for u, v in heads),
        *(Lamp(*f.at(u, 3.6), 2.6, rgb("#fff0d4"), 0.42) for u in (7.5, 13.5, 20, 27)),
        *(Lamp(*f.at(u, -11.6), 2.6, rgb("#e8ecff"), 0.35) for u in (12, 19, 27)),
    )
    buildings = [
        *street.row(f, 5.2, 1, [(18, 10.5, "shops", "#b8ada0"), (16, 13.5, "shops", "#c0b4a4"),
            (20, 16, "flats", "#b8a690")], names_from=22, lit=0.4, awnings=((rgb("#8a3030"), rgb("#c8c0b0")), None)),
        *street.row(f, -12.8, 8, [(15, 10.5, "shops", "#b5a99a"), (18, 14, "shops", "#b0a594"),
            (20, 17, "flats", "#b0a290")], names_from=27, lit=0.35),
    ]
    trees = street.trees(f, [(29, -0.6), (38, -0.6), (47, -0.6), (16, -10.2), (30, -10.2), (38, -10.2)], 6.0, 3.8)
    tables = joined(
        [
            furniture.table(),
            furniture.stool().moved(0.8, 0),
            furniture.stool().moved(-0.8, 0),
            furniture.stool(rgb("#2d6fb0")).moved(0, 0.7),
        ]
    )
    items = [
        *street.things(f, furniture.lamp_post(7, 1.4, lit=True), [p for p in heads if p[1] > -5], -90),
        *street.things(f, furniture.lamp_post(7, 1.4, lit=True), [p for p in heads if p[1] < -5], 90),
        *street.things(f, tables, [(18.8, 3.2), (22.0, 3.4)], 20),
        *street.things(f, cycles.ebike(P[3]), [(24, -8.0), (25, -8.0)], 80),
        *street.things(f, vehicles.sedan(P[1]), [(32, -2.5)]), *street.things(f, vehicles.minivan(P[0]), [(39, -2.5)]),
    ]
    always = (
        stander(5, f.at(18.3, 3.9), angle + 120),
        stander(12, f.at(22.8, 3.0), angle - 60),
        street.drive(f, vehicles.sedan(P[0], True), 1.0, (-4, -3.2), (100, -3.2), speed=9.6, wraps=True, lights=True),
        street.drive(f, vehicles.sedan(P[8], True), 7.5, (100, -7.0), (-4, -7.0), speed=10, wraps=True, lights=True),
    )
    crowds = (
        (street.walk(f, 1, 0.4, (6.5, 1.8), (20, 0.2), speed=1.45),
            street.walk(f, 6, 0.6, (22, -9.6), (7, -9.8), speed=1.7),
            street.ride(f, 3, 1.5, (-2, -2.2), (40, -2.2), speed=4.6, lights=True),
            street.walk(f, 9, 3.0, (20, 5.6), (17.0, 1.2), (20, 5.6), speed=2.2, pauses={1: 2.5})),
        (street.walk(f, 2, 0.3, (20.5, -9.6), (20.4, -0.4), (16.6, 5.4), speed=1.7),
            street.ride(f, 10, 0.5, (44, -8.2), (-2, -8.2), speed=5.2, lights=True),
            street.walk(f, 14, 1.0, (19.5, 1.4), (6.4, 2.4), speed=1.5)),
        (street.ride(f, 8, 0.4, (44, -8.2), (-2, -8.2), speed=5, lights=True),
            street.walk(f, 16, 0.6, (22, -9.6), (7, -9.8), speed=1.7)),
    )
    stall = StallPlan(
        Design("glass", rgb("#c0392b"), (rgb("#c23a2c"), rgb("#e8e0cc")),
            Look(top=rgb("#2f3540"), legs=rgb("#26282e"), apron=rgb("#d0ccc0"))),
        enter=street.path(f, (5.6, 2.6), (9.4, 1.6), (12.0, 1.4)),
        leave=street.path(f, (12.0, 1.4), (15.4, 1.0), (14, -1.0), (5.5, -0.6)), vendor_at=f.at(11.9, 2.6),
        customers=(street.path(f, (19.4, 5.6), (13.2, 0.5)), street.path(f, (6.2, 0.0), (11.2, 0.2)),
            street.path(f, (6.4, 2.8), (10.3, 1.3))),
        exits=(street.path(f, (19.4, 5.6)), street.path(f, (6.2, -0.2)), street.path(f, (6.2, 3.0))),
    )
    return Layout(
        replace(NIGHT, lamps=lamps),
        grass(rgb("#4f5f40")),
        ground,
        tuple(marks),
        tuple(buildings),
        tuple(trees),
        tuple(items),
        hills=0.5,
        always=always,
        crowds=crowds,
        stall=stall,
    )


LAYOUTS = {
    "main-road": main_road,
    "bus-stop": bus_stop,
    "bridge": bridge,
    "dusk-street": dusk_street,
    "night-street": night_street,
}
