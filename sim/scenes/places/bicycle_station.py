"""A public bicycle station."""

# fmt: off  (tables in metres, packed by hand)
import math

from sim.scenes import cycles, furniture, street, vehicles
from sim.scenes.catalogue import Frame, Scene
from sim.scenes.figures import Look
from sim.scenes.ground import asphalt, concrete, grass, paving
from sim.scenes.layout import Board, Building, Item, Laid, Layout, Mark, Mover
from sim.scenes.light import SUNNY
from sim.scenes.motion import stander
from sim.scenes.plants import Tree
from sim.scenes.solid import box, joined, panel, rod
from sim.scenes.textures import rgb

P = vehicles.PAINTS


def layout(scene: Scene) -> Layout:
    f = scene.frame
    return Layout(
        light=SUNNY,
        base=grass(),
        ground=_ground(f),
        marks=_marks(f),
        buildings=_buildings(f),
        trees=_trees(f),
        items=_items(f),
        boards=_boards(f),
        hills=0.6,
        always=_always(f),
        crowds=_crowds(f),
    )


def _ground(f: Frame) -> tuple[Laid, ...]:
    angle = f.angle_deg
    return (
        Laid(street.strip(f, -80, 80, -20, -5.6), paving(angle, guide_v=-7.0)),
        Laid(street.strip(f, -80, 80, -5.6, 4), asphalt(angle, lane_v=-3)),
        Laid(street.strip(f, -12, 12, -13.6, -9.8), concrete(angle, rgb("#8fa08c"), (2, 4))),
    )


def _marks(f: Frame) -> tuple[Mark, ...]:
    marks = [
        *street.kerb(f, -5.6, -60, 60, 1),
        *(street.crossline(f, -10 + 0.8 * k, -12.4, -10.4, 0.05) for k in range(26)),
    ]
    return tuple(marks)


def _buildings(f: Frame) -> tuple[Building, ...]:
    buildings = [
        *street.row(
            f,
            -20.2,
            -34,
            [
                (18, 13.5, "shops", "#cdbfa8"),
                (16, 10.5, "shops", "#d6cebe"),
                (18, 14, "shops", "#c0ae98"),
                (20, 11, "shops", "#cbc3b4"),
            ],
            names_from=13,
            awnings=((rgb("#2d6fae"), rgb("#ebe8de")), None, (rgb("#c8402f"), rgb("#efe8d8"))),
        ),
    ]
    return tuple(buildings)


def _trees(f: Frame) -> tuple[Tree, ...]:
    trees = street.trees(
        f, [(-17, -15.6), (-10, -15.8), (-2.5, -15.6), (5, -15.8), (12.5, -15.6), (20, -15.6)], 6.2, 4.0
    )
    return tuple(trees)


def _items(f: Frame) -> tuple[Item, ...]:
    angle = f.angle_deg
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
        *(Item(cycles.bicycle(green), f.at(-9.8 + 0.8 * k, -11.6), angle + 90 + 2 * math.sin(k * 3.3)) for k in filled),
        Item(roof, f.at(0, -13.0), angle - 90),
        Item(kiosk, f.at(-11.2, -12.2), angle + 90),
        *street.things(f, furniture.road_sign(rgb("#2f9a58"), 2.6), [(11.4, -9.4)], -90),
        *street.things(f, furniture.bench(), [(13.4, -13)], 180),
        *street.things(f, cycles.ebike(P[4]), [(14.4, -11.2), (15.2, -11.2)], 86),
    ]
    return tuple(items)


def _boards(f: Frame) -> tuple[Board, ...]:
    boards = (Board(f.at(-4.2, -12.0), f.at(4.2, -12.0), 2.78, 3.4, "公共自行车 便民服务点", rgb("#1f8a4c")),)
    return boards


def _always(f: Frame) -> tuple[Mover, ...]:
    angle = f.angle_deg
    return (
        stander(5, f.at(-11.0, -11.0), angle - 90, phone=True),
        street.walk(f, 8, 2.0, (15, -17.6), (-1, -17.6), speed=1.4, wraps=True),
        street.ride(f, 1, 4.0, (-14, -4.6), (15, -4.6), speed=4.2, wraps=True),
        street.walk(f, 4, 9.0, (-9.5, -8.0), (9, -8.2), speed=1.55, wraps=True),
    )


def _crowds(f: Frame) -> tuple[tuple[Mover, ...], ...]:
    green = rgb("#2fa05a")
    rider = Look(top=rgb("#d8d4cc"), legs=rgb("#2b2f3a"))
    return (
        (
            street.drive(f, cycles.bicycle(green, rider), 0.3, (-7.4, -10.2), (-5, -8.4), (12, -6.4), speed=3.4),
            street.walk(f, 2, 0.6, (10.5, -7.2), (3.2, -9.6), (10.8, -7.0), speed=1.7, pauses={1: 2.5}),
            street.drive(f, vehicles.sedan(P[0]), 2.0, (24, -2.2), (-24, -2.2), speed=8),
        ),
        (
            street.drive(f, vehicles.minivan(P[0]), 0.2, (-24, -4.4), (-1, -4.8), (24, -4.4), speed=9, pauses={1: 6.0}),
            street.walk(f, 11, 0.5, (-10.5, -8.4), (-1.2, -9.7), (-10.4, -8.0), speed=1.9, pauses={1: 1.2}),
            street.walk(f, 6, 0.4, (13, -17), (-13, -17.2), speed=2.3),
        ),
        (),
    )
