"""A crossing in the industrial zone under a grey sky."""

# fmt: off  (tables in metres, packed by hand)
from sim.scenes import cycles, furniture, street, vehicles
from sim.scenes.catalogue import Frame, Scene
from sim.scenes.facades import Facade
from sim.scenes.figures import Look
from sim.scenes.ground import asphalt, grass, paving
from sim.scenes.layout import Building, Item, Laid, Layout, Mark, Mover, StallPlan
from sim.scenes.light import OVERCAST
from sim.scenes.plants import Tree
from sim.scenes.stalls import Design
from sim.scenes.textures import rgb

P = vehicles.PAINTS


def layout(scene: Scene) -> Layout:
    f = scene.frame
    return Layout(
        light=OVERCAST,
        base=grass(),
        ground=_ground(f),
        marks=_marks(f),
        buildings=_buildings(f),
        trees=_trees(f),
        items=_items(f),
        hills=0.9,
        always=_always(f),
        crowds=_crowds(f),
        stall=_stall(f),
    )


def _ground(f: Frame) -> tuple[Laid, ...]:
    angle = f.angle_deg
    slabs = paving(angle, rgb("#a8a8a0"), rgb("#8f9088"), side=0.5)
    return (
        Laid(street.strip(f, -5, 130, -13.5, -1.2), asphalt(angle, rgb("#6f6f6e"), lane_v=-4.2)),
        Laid(street.strip(f, 20.5, 31, -120, 120), asphalt(angle + 90, rgb("#747372"))),
        Laid(street.strip(f, -5, 20.5, -1.2, 4.6), slabs),
        Laid(street.strip(f, 31, 130, -1.2, 4.2), slabs),
        Laid(street.strip(f, -5, 20.5, -17, -13.5), slabs),
        Laid(street.strip(f, 31, 130, -17, -13.5), slabs),
    )


def _marks(f: Frame) -> tuple[Mark, ...]:
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
    return tuple(marks)


def _buildings(f: Frame) -> tuple[Building, ...]:
    works = ("四海工具厂", "永固五金", "恒达铝业", "宏远电机", "新兴门业")
    buildings = [
        street.block(f, (-4, 12, 19, 12), 9, Facade("works", rgb("#d3d6d4"), (works[0],)), depth=25),
        street.block(f, (1, 6.2, 19.5, 6.2), 2.3, Facade("wall", rgb("#d8d2c2"), ("安全生产人人有责",)), depth=0.3),
        street.block(
            f,
            (34, 6, 62, 6),
            10,
            Facade("works", rgb("#b9c6cf"), (works[1],)),
            depth=25,
            ridge_m=1.6,
            roof=rgb("#4d6f94"),
        ),
        street.block(f, (66, 6, 100, 6), 9, Facade("works", rgb("#d9d4c6"), (works[2],)), depth=25),
        street.block(f, (34, -20, 60, -20), 12, Facade("works", rgb("#c3ccd0"), (works[3],)), depth=25),
        street.block(f, (64, -20, 90, -20), 17, Facade("office", rgb("#b5b3ab"), ("开发区管委会",))),
        street.block(f, (34, 6, 34, 30), 10, Facade("works", rgb("#b9c6cf"), (works[4],), seed=2), depth=20),
        street.block(f, (-4, -20, 18, -20), 8, Facade("works", rgb("#d0d2cc"), (works[3],), seed=4), depth=20),
    ]
    return tuple(buildings)


def _trees(f: Frame) -> tuple[Tree, ...]:
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
    return tuple(trees)


def _items(f: Frame) -> tuple[Item, ...]:
    items = [
        *street.things(f, furniture.traffic_light(colour=rgb("#d03028")), [(31.8, -13.9)]),
        *street.things(f, furniture.utility_pole(9), [(19.6, 4.4), (40, 4.0), (62, 4.0)]),
        *street.things(f, furniture.bollard(), [(19.9, -0.8), (19.9, 0.6), (19.9, 2.0)]),
        *street.things(f, cycles.ebike(P[9]), [(16.2, 5.2)], 86),
        *street.things(f, cycles.ebike(P[3]), [(17.0, 5.2)], 94),
        *street.things(f, vehicles.box_truck(P[4]), [(46, -2.6)]),
        *street.things(f, vehicles.dump_truck(rgb("#c08a2a")), [(58, -12.2)], 180),
    ]
    return tuple(items)


def _always(f: Frame) -> tuple[Mover, ...]:
    return (
        street.drive(f, vehicles.box_truck(P[0]), 1.0, (-6, -5.8), (100, -5.8), speed=9.4, wraps=True),
        street.ride(f, 2, 4.0, (-2, -2.2), (46, -2.2), speed=4.8, wraps=True),
        street.ride(f, 9, 6.5, (-2, -2.6), (46, -2.6), speed=5.2, wraps=True),
        street.walk(f, 5, 1.0, (18.4, -13.8), (18.2, -0.6), (18.2, 7.0), speed=1.75, wraps=True),
        street.drive(f, vehicles.sedan(P[8]), 5.5, (100, -10.2), (-6, -10.2), speed=10, wraps=True),
    )


def _crowds(f: Frame) -> tuple[tuple[Mover, ...], ...]:
    return (
        (
            street.walk(f, 13, 0.3, (4.6, 4.4), (18.6, 3.4), (28, 2.0), speed=2.1),
            street.walk(f, 1, 0.8, (30, 0.6), (18, 0.2), (10, -0.4), (4, 3.5), speed=2.35),
            street.drive(f, vehicles.dump_truck(rgb("#c9a227")), 0.6, (28.4, -70), (28.4, 50), speed=11),
            street.walk(f, 10, 1.5, (18.6, 7.0), (18.4, 2.8), speed=1.3, pauses={1: 5.5}),
        ),
        (
            street.ride(f, 6, 0.3, (23.0, 45), (23.0, -50), speed=8.4),
            street.drive(f, vehicles.minivan(P[5]), 1.2, (-5, -3.2), (12.0, -3.2), (96, -3.2), speed=11),
            street.walk(f, 4, 0.4, (19, -14), (18, -0.4), (13, 0.4), (12, 5.4), speed=2.1),
            street.walk(f, 15, 2.4, (18, 7), (18, 3.5), (4.8, 3.6), speed=2.1),
        ),
        (
            street.drive(f, vehicles.suv(P[9]), 0.4, (100, -10.2), (-6, -10.2), speed=10.4),
            street.ride(f, 12, 1.2, (-2, -2.4), (44, -2.4), speed=5),
            street.walk(f, 17, 0.4, (28, 3.2), (17, 3.9), (4, 4.2), speed=2.2),
        ),
    )


def _stall(f: Frame) -> StallPlan:
    return StallPlan(
        Design(
            "glass",
            rgb("#2f7fb0"),
            (rgb("#2d6fae"), rgb("#f2f0e6")),
            Look(top=rgb("#b8bcc0"), legs=rgb("#33363c"), apron=rgb("#3b5f8a")),
        ),
        enter=street.path(f, (4.6, 3.0), (10.5, 1.9), (13.5, 1.6)),
        leave=street.path(f, (13.5, 1.6), (17.2, 1.4), (22.0, 4.0), (24, 14)),
        vendor_at=f.at(13.4, 2.7),
        customers=(
            street.path(f, (18.2, 7.2), (14.8, 0.6)),
            street.path(f, (4.8, 0.4), (12.4, 0.4)),
            street.path(f, (18.2, -9), (13.6, 0.2)),
        ),
        exits=(street.path(f, (18.4, 7.2)), street.path(f, (4.8, 0.2)), street.path(f, (18.4, 7.0))),
    )
