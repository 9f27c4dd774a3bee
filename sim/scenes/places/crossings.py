"""Crossings."""
# fmt: off  (tables in metres, packed by hand)

from sim.scenes import cycles, furniture, street, vehicles
from sim.scenes.catalogue import Scene
from sim.scenes.facades import Facade
from sim.scenes.figures import Look
from sim.scenes.ground import asphalt, grass, paving
from sim.scenes.layout import Laid, Layout, StallPlan
from sim.scenes.light import AFTERNOON, OVERCAST
from sim.scenes.motion import stander
from sim.scenes.stalls import Design
from sim.scenes.textures import rgb

P = vehicles.PAINTS


def crossing_main(scene: Scene) -> Layout:
    f = scene.frame
    angle = f.angle_deg
    slabs = paving(angle, guide_v=-0.6)
    ground = (
        Laid(street.strip(f, -5, 120, -13, -3), asphalt(angle, lane_v=-5.5)),
        Laid(street.strip(f, 21.5, 31, -120, 120), asphalt(angle + 90)),
        Laid(street.strip(f, -5, 21.5, -3, 7), slabs),
        Laid(street.strip(f, 31, 120, -3, 7), slabs),
        Laid(street.strip(f, -5, 21.5, -17, -13), slabs),
        Laid(street.strip(f, 31, 120, -17, -13), slabs),
    )
    marks = [
        *street.kerb(f, -3, -5, 21.5, -1),
        *street.kerb(f, -13, -5, 21.5, 1),
        *street.kerb(f, -3, 31, 120, -1),
        *street.kerb(f, -13, 31, 120, 1),
        *street.side_kerb(f, 21.5, -3, 40, 1),
        *street.side_kerb(f, 31, -3, 40, -1),
        *street.side_kerb(f, 31, -60, -13, -1),
        *street.side_kerb(f, 21.5, -60, -13, 1),
        street.line(f, -8.1, -5, 16.2, 0.12, street.YELLOW),
        street.line(f, -7.8, -5, 16.2, 0.12, street.YELLOW),
        street.line(f, -8.1, 36, 120, 0.12, street.YELLOW),
        street.line(f, -7.8, 36, 120, 0.12, street.YELLOW),
        *street.zebra(f, 19, -12.6, -3.4),
        *street.zebra(f, 33.4, -12.6, -3.4),
        *street.side_zebra(f, -1, 22, 30.6),
        *street.side_zebra(f, -15, 22, 30.6),
        street.crossline(f, 16.4, -7.7, -3.3),
        *street.arrow(f, 10, -5.6),
        *street.dashes(f, -5.0, 38, 110),
        *street.dashes(f, -10.6, 38, 110),
    ]
    awnings = ((rgb("#b8433a"), rgb("#e8e2d4")), None, (rgb("#2f6f9a"), rgb("#e4e6e2")))
    buildings = [
        *street.row(f, 6.8, 2.5, [(17, 10.5, "shops", "#cdc3b2")], names_from=1, awnings=awnings),
        *street.row(f, 6.8, 34, [(16, 13.5, "shops", "#c4b8a8"), (14, 11, "shops", "#d6d0c4"),
            (20, 16, "flats", "#c9b9a2"), (20, 14, "flats", "#b9b4ac")], names_from=4),
        *street.row(f, -17.6, 33, [(15, 14, "shops", "#d8cfc0"), (12, 11, "shops", "#b8aca0"),
            (16, 17, "office", "#a8adb0"), (22, 15, "flats", "#c8b8a4")], names_from=9),
        *street.row(f, -17.6, -2, [(14, 11, "shops", "#c9c4ba"), (6, 11, "shops", "#d4c8b4")], names_from=12,
            awnings=awnings),
        street.block(f, (34, 6.8, 34, 18), 13.5, Facade("shops", rgb("#c4b8a8"), street.shop_names(7, 5), seed=3)),
    ]
    trees = street.trees(
        f,
        [
            (7.5, -12.4 - 1.4),
            (13.5, -13.9),
            (36, -2.2),
            (43, -2.2),
            (50, -2.2),
            (58, -2.2),
            (36, -14),
            (44, -14),
            (52, -14),
            (61, -14),
            (70, -14),
        ],
        6.4,
        4.2,
    )
    items = [
        *street.things(f, furniture.traffic_light(), [(31.6, -13.2)]),
        *street.things(f, furniture.lamp_post(), [(33, -2.4)], -90),
        *street.things(f, vehicles.sedan(P[4]), [(40, -3.9), ]), *street.things(f, vehicles.suv(P[0]), [(47, -3.9)]),
        *street.things(f, vehicles.minivan(P[2]), [(44, -12.1)], 180),
        *street.things(f, cycles.ebike(P[3]), [(12.6, 5.0)], 80),
        *street.things(f, cycles.ebike(P[4]), [(13.4, 5.0)], 84),
        *street.things(f, cycles.ebike(P[1]), [(14.2, 5.05)], 77),
        *street.things(f, furniture.wheelie_bin(), [(20.4, 5.6), (19.6, 5.6)], 90),
        *street.things(f, furniture.bollard(), [(20.6, -2.6), (20.6, -1.2), (20.6, 0.2)]),
        *street.things(f, furniture.road_sign(), [(20.9, -13.6)]),
    ]
    always = (
        street.drive(f, vehicles.sedan(P[5]), 0.6, (-4, -5.6), (110, -5.6), speed=10.5, wraps=True),
        street.drive(f, vehicles.suv(P[1]), 7.2, (110, -10.4), (-4, -10.4), speed=11, wraps=True),
        street.drive(f, vehicles.minivan(P[0]), 3.6, (24.2, 60), (24.2, -80), speed=12, wraps=True),
        street.walk(f, 3, 2.0, (19, -3.2), (19, -15.5), (26, -15.5), speed=1.55, wraps=True),
        street.ride(f, 4, 8.0, (-3, -3.9), (40, -3.9), speed=4.6, wraps=True),
        stander(8, f.at(18.6, 4.6), angle - 120, phone=True),
    )
    crowds = (
        (
            street.walk(f, 1, 0.3, (8, 5.5), (8.5, -0.2), (20.5, -1.0), speed=1.5),
            street.walk(f, 11, 1.0, (21, -14.8), (4, -14.8), speed=1.6),
            street.drive(f, vehicles.box_truck(P[4]), 0.4, (28.4, -75), (28.4, 55), speed=12.5),
            street.ride(f, 7, 4.6, (60, -12.2), (-3, -12.2), speed=9),
            street.walk(f, 14, 3.2, (19.6, 4.0), (19.6, 0.0), speed=1.2, pauses={1: 5.0}),
        ),
        (
            street.walk(f, 6, 0.5, (19, -15), (19, -2.2), (13, 5.0), speed=1.9),
            street.drive(f, vehicles.sedan(P[3]), 0.8, (28.4, -75), (28.4, 55), speed=13),
            street.ride(f, 3, 1.0, (-3, -4.2), (42, -4.2), speed=5.5),
            street.drive(f, vehicles.bus(rgb("#2d7d5a")), 1.0, (-6, -5.6), (95, -5.6), speed=9.4),
        ),
        (
            street.ride(f, 10, 0.4, (24.4, 40), (24.4, -45), speed=8),
            street.walk(f, 16, 0.5, (21, -14.8), (5, -14.8), speed=1.5),
            street.drive(f, vehicles.suv(P[8]), 0.5, (110, -10.4), (-6, -10.4), speed=11.2),
        ),
    )
    stall = StallPlan(
        Design("snack", rgb("#c8372d"), (rgb("#d23b30"), rgb("#f0ece0")),
            Look(top=rgb("#6d7a86"), legs=rgb("#2f3338"), apron=rgb("#e6e4dc"), hat=rgb("#e8e6e0"))),
        enter=street.path(f, (5.0, 0.9), (11.0, -0.9), (14.0, -1.2)),
        leave=street.path(f, (14.0, -1.2), (17.5, -0.9), (19.8, 1.5), (19.8, 12)),
        vendor_at=f.at(14.2, -2.25),
        customers=(street.path(f, (19.8, 4.5), (15.2, 0.3)), street.path(f, (6.0, 3.0), (13.2, 0.2)),
            street.path(f, (21.5, -15.0), (16.4, -1.6))),
        exits=(street.path(f, (19.8, 4.5)), street.path(f, (6.0, 3.0)), street.path(f, (19.8, 4.6))),
    )
    return Layout(
        AFTERNOON,
        grass(),
        ground,
        tuple(marks),
        tuple(buildings),
        tuple(trees),
        tuple(items),
        always=always,
        crowds=crowds,
        stall=stall,
    )


def crossing_factory(scene: Scene) -> Layout:
    f = scene.frame
    angle = f.angle_deg
    slabs = paving(angle, rgb("#a8a8a0"), rgb("#8f9088"), side=0.5)
    ground = (
        Laid(street.strip(f, -5, 130, -13.5, -1.2), asphalt(angle, rgb("#6f6f6e"), lane_v=-4.2)),
        Laid(street.strip(f, 20.5, 31, -120, 120), asphalt(angle + 90, rgb("#747372"))),
        Laid(street.strip(f, -5, 20.5, -1.2, 4.6), slabs),
        Laid(street.strip(f, 31, 130, -1.2, 4.2), slabs),
        Laid(street.strip(f, -5, 20.5, -17, -13.5), slabs),
        Laid(street.strip(f, 31, 130, -17, -13.5), slabs),
    )
    marks = [
        *street.kerb(f, -1.2, -5, 20.5, -1),
        *street.kerb(f, -13.5, -5, 20.5, 1),
        *street.kerb(f, -1.2, 31, 130, -1),
        *street.kerb(f, -13.5, 31, 130, 1),
        *street.side_kerb(f, 20.5, -1.2, 50, 1),
        *street.side_kerb(f, 31, -1.2, 50, -1),
        *street.side_kerb(f, 20.5, -60, -13.5, 1),
        street.line(f, -7.3, -5, 15.4, 0.13, street.YELLOW),
        street.line(f, -7.3, 36, 130, 0.13, street.YELLOW),
        street.crossline(f, 15.6, -7.1, -1.6),
        *street.zebra(f, 18, -13, -1.7),
        *street.side_zebra(f, 0.8, 21, 30.6),
        *street.arrow(f, 9, -3.2),
        *street.arrow(f, 9, -5.6),
        *street.dashes(f, -4.4, -5, 15),
    ]
    works = ("四海工具厂", "永固五金", "恒达铝业", "宏远电机", "新兴门业")
    buildings = [
        street.block(f, (-4, 12, 19, 12), 9, Facade("works", rgb("#d3d6d4"), (works[0],)), depth=25),
        street.block(f, (1, 6.2, 19.5, 6.2), 2.3, Facade("wall", rgb("#d8d2c2"), ("安全生产人人有责",)), depth=0.3),
        street.block(f, (34, 6, 62, 6), 10, Facade("works", rgb("#b9c6cf"), (works[1],)), depth=25, ridge_m=1.6,
            roof=rgb("#4d6f94")),
        street.block(f, (66, 6, 100, 6), 9, Facade("works", rgb("#d9d4c6"), (works[2],)), depth=25),
        street.block(f, (34, -20, 60, -20), 12, Facade("works", rgb("#c3ccd0"), (works[3],)), depth=25),
        street.block(f, (64, -20, 90, -20), 17, Facade("office", rgb("#b5b3ab"), ("开发区管委会",))),
        street.block(f, (34, 6, 34, 30), 10, Facade("works", rgb("#b9c6cf"), (works[4],), seed=2), depth=20),
        street.block(f, (-4, -20, 18, -20), 8, Facade("works", rgb("#d0d2cc"), (works[3],), seed=4), depth=20),
    ]
    trees = street.trees(
        f,
        [
            (34, 2.6),
            (42, 2.6),
            (50, 2.6),
            (59, 2.6),
            (35, -15),
            (43, -15),
            (52, -15),
            (62, -15),
            (8, -15),
            (16.5, -15.2),
        ],
        6.8,
        3.4,
        2.6,
        "#5d8344",
    )
    items = [
        *street.things(f, furniture.traffic_light(colour=rgb("#d03028")), [(31.8, -13.9)]),
        *street.things(f, furniture.utility_pole(9), [(19.6, 4.4), (40, 4.0), (62, 4.0)]),
        *street.things(f, furniture.bollard(), [(19.9, -0.8), (19.9, 0.6), (19.9, 2.0)]),
        *street.things(f, cycles.ebike(P[9]), [(16.2, 5.2)], 86),
        *street.things(f, cycles.ebike(P[3]), [(17.0, 5.2)], 94),
        *street.things(f, vehicles.box_truck(P[4]), [(46, -2.6)]),
        *street.things(f, vehicles.dump_truck(rgb("#c08a2a")), [(58, -12.2)], 180),
    ]
    always = (
        street.drive(f, vehicles.box_truck(P[0]), 1.0, (-6, -5.8), (100, -5.8), speed=9.4, wraps=True),
        street.ride(f, 2, 4.0, (-2, -2.2), (46, -2.2), speed=4.8, wraps=True),
        street.ride(f, 9, 6.5, (-2, -2.6), (46, -2.6), speed=5.2, wraps=True),
        street.walk(f, 5, 1.0, (18.4, -13.8), (18.2, -0.6), (18.2, 7.0), speed=1.75, wraps=True),
        street.drive(f, vehicles.sedan(P[8]), 5.5, (100, -10.2), (-6, -10.2), speed=10, wraps=True),
    )
    crowds = (
        (street.walk(f, 13, 0.3, (4.6, 4.4), (18.6, 3.4), (28, 2.0), speed=2.1),
            street.walk(f, 1, 0.8, (30, 0.6), (18, 0.2), (10, -0.4), (4, 3.5), speed=2.35),
         street.drive(f, vehicles.dump_truck(rgb("#c9a227")), 0.6, (28.4, -70), (28.4, 50), speed=11),
         street.walk(f, 10, 1.5, (18.6, 7.0), (18.4, 2.8), speed=1.3, pauses={1: 5.5})),
        (street.ride(f, 6, 0.3, (23.0, 45), (23.0, -50), speed=8.4),
            street.drive(f, vehicles.minivan(P[5]), 1.2, (-5, -3.2), (12.0, -3.2), (96, -3.2), speed=11),
         street.walk(f, 4, 0.4, (19, -14), (18, -0.4), (13, 0.4), (12, 5.4), speed=2.1),
         street.walk(f, 15, 2.4, (18, 7), (18, 3.5), (4.8, 3.6), speed=2.1)),
        (street.drive(f, vehicles.suv(P[9]), 0.4, (100, -10.2), (-6, -10.2), speed=10.4),
            street.ride(f, 12, 1.2, (-2, -2.4), (44, -2.4), speed=5),
            street.walk(f, 17, 0.4, (28, 3.2), (17, 3.9), (4, 4.2), speed=2.2)),
    )
    stall = StallPlan(
        Design("glass", rgb("#2f7fb0"), (rgb("#2d6fae"), rgb("#f2f0e6")),
            Look(top=rgb("#b8bcc0"), legs=rgb("#33363c"), apron=rgb("#3b5f8a"))),
        enter=street.path(f, (4.6, 3.0), (10.5, 1.9), (13.5, 1.6)),
        leave=street.path(f, (13.5, 1.6), (17.2, 1.4), (22.0, 4.0), (24, 14)), vendor_at=f.at(13.4, 2.7),
        customers=(street.path(f, (18.2, 7.2), (14.8, 0.6)), street.path(f, (4.8, 0.4), (12.4, 0.4)),
            street.path(f, (18.2, -9), (13.6, 0.2))),
        exits=(street.path(f, (18.4, 7.2)), street.path(f, (4.8, 0.2)), street.path(f, (18.4, 7.0))),
    )
    return Layout(
        OVERCAST,
        grass(),
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


LAYOUTS = {"crossing-main": crossing_main, "crossing-factory": crossing_factory}
