"""A crossing in the town, in the afternoon: corner shops, traffic lights, zebras."""

# fmt: off  (tables in metres, packed by hand)
from sim.scenes import cycles, furniture, street, vehicles
from sim.scenes.catalogue import Frame, Scene
from sim.scenes.facades import Facade
from sim.scenes.figures import Look
from sim.scenes.ground import asphalt, grass, paving
from sim.scenes.layout import Building, Item, Laid, Layout, Mark, Mover, StallPlan
from sim.scenes.light import AFTERNOON
from sim.scenes.motion import stander
from sim.scenes.plants import Tree
from sim.scenes.stalls import Design
from sim.scenes.textures import rgb

P = vehicles.PAINTS


def layout(scene: Scene) -> Layout:
    f = scene.frame
    return Layout(
        light=AFTERNOON,
        base=grass(),
        ground=_ground(f),
        marks=_marks(f),
        buildings=_buildings(f),
        trees=_trees(f),
        items=_items(f),
        always=_always(f),
        crowds=_crowds(f),
        stall=_stall(f),
    )


def _ground(f: Frame) -> tuple[Laid, ...]:
    angle = f.angle_deg
    slabs = paving(angle, guide_v=-0.6)
    return (
        Laid(street.strip(f, -5, 120, -13, -3), asphalt(angle, lane_v=-5.5)),
        Laid(street.strip(f, 21.5, 31, -120, 120), asphalt(angle + 90)),
        Laid(street.strip(f, -5, 21.5, -3, 7), slabs),
        Laid(street.strip(f, 31, 120, -3, 7), slabs),
        Laid(street.strip(f, -5, 21.5, -17, -13), slabs),
        Laid(street.strip(f, 31, 120, -17, -13), slabs),
    )


def _marks(f: Frame) -> tuple[Mark, ...]:
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
    return tuple(marks)


def _buildings(f: Frame) -> tuple[Building, ...]:
    awnings = ((rgb("#b8433a"), rgb("#e8e2d4")), None, (rgb("#2f6f9a"), rgb("#e4e6e2")))
    buildings = [
        *street.row(f, 6.8, 2.5, [(17, 10.5, "shops", "#cdc3b2")], names_from=1, awnings=awnings),
        *street.row(
            f,
            6.8,
            34,
            [
                (16, 13.5, "shops", "#c4b8a8"),
                (14, 11, "shops", "#d6d0c4"),
                (20, 16, "flats", "#c9b9a2"),
                (20, 14, "flats", "#b9b4ac"),
            ],
            names_from=4,
        ),
        *street.row(
            f,
            -17.6,
            33,
            [
                (15, 14, "shops", "#d8cfc0"),
                (12, 11, "shops", "#b8aca0"),
                (16, 17, "office", "#a8adb0"),
                (22, 15, "flats", "#c8b8a4"),
            ],
            names_from=9,
        ),
        *street.row(
            f, -17.6, -2, [(14, 11, "shops", "#c9c4ba"), (6, 11, "shops", "#d4c8b4")], names_from=12, awnings=awnings
        ),
        street.block(f, (34, 6.8, 34, 18), 13.5, Facade("shops", rgb("#c4b8a8"), street.shop_names(7, 5), seed=3)),
    ]
    return tuple(buildings)


def _trees(f: Frame) -> tuple[Tree, ...]:
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
    return tuple(trees)


def _items(f: Frame) -> tuple[Item, ...]:
    items = [
        *street.things(f, furniture.traffic_light(), [(31.6, -13.2)]),
        *street.things(f, furniture.lamp_post(), [(33, -2.4)], -90),
        *street.things(
            f,
            vehicles.sedan(P[4]),
            [
                (40, -3.9),
            ],
        ),
        *street.things(f, vehicles.suv(P[0]), [(47, -3.9)]),
        *street.things(f, vehicles.minivan(P[2]), [(44, -12.1)], 180),
        *street.things(f, cycles.ebike(P[3]), [(12.6, 5.0)], 80),
        *street.things(f, cycles.ebike(P[4]), [(13.4, 5.0)], 84),
        *street.things(f, cycles.ebike(P[1]), [(14.2, 5.05)], 77),
        *street.things(f, furniture.wheelie_bin(), [(20.4, 5.6), (19.6, 5.6)], 90),
        *street.things(f, furniture.bollard(), [(20.6, -2.6), (20.6, -1.2), (20.6, 0.2)]),
        *street.things(f, furniture.road_sign(), [(20.9, -13.6)]),
    ]
    return tuple(items)


def _always(f: Frame) -> tuple[Mover, ...]:
    angle = f.angle_deg
    return (
        street.drive(f, vehicles.sedan(P[5]), 0.6, (-4, -5.6), (110, -5.6), speed=10.5, wraps=True),
        street.drive(f, vehicles.suv(P[1]), 7.2, (110, -10.4), (-4, -10.4), speed=11, wraps=True),
        street.drive(f, vehicles.minivan(P[0]), 3.6, (24.2, 60), (24.2, -80), speed=12, wraps=True),
        street.walk(f, 3, 2.0, (19, -3.2), (19, -15.5), (26, -15.5), speed=1.55, wraps=True),
        street.ride(f, 4, 8.0, (-3, -3.9), (40, -3.9), speed=4.6, wraps=True),
        stander(8, f.at(18.6, 4.6), angle - 120, phone=True),
    )


def _crowds(f: Frame) -> tuple[tuple[Mover, ...], ...]:
    return (
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


def _stall(f: Frame) -> StallPlan:
    return StallPlan(
        Design(
            "snack",
            rgb("#c8372d"),
            (rgb("#d23b30"), rgb("#f0ece0")),
            Look(top=rgb("#6d7a86"), legs=rgb("#2f3338"), apron=rgb("#e6e4dc"), hat=rgb("#e8e6e0")),
        ),
        enter=street.path(f, (5.0, 0.9), (11.0, -0.9), (14.0, -1.2)),
        leave=street.path(f, (14.0, -1.2), (17.5, -0.9), (19.8, 1.5), (19.8, 12)),
        vendor_at=f.at(14.2, -2.25),
        customers=(
            street.path(f, (19.8, 4.5), (15.2, 0.3)),
            street.path(f, (6.0, 3.0), (13.2, 0.2)),
            street.path(f, (21.5, -15.0), (16.4, -1.6)),
        ),
        exits=(street.path(f, (19.8, 4.5)), street.path(f, (6.0, 3.0)), street.path(f, (19.8, 4.6))),
    )
