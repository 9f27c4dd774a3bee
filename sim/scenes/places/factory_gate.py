"""The gate of a works, seen from across the street."""

# fmt: off  (tables in metres, packed by hand)
from sim.scenes import cycles, furniture, street, vehicles
from sim.scenes.catalogue import Frame, Scene
from sim.scenes.facades import Facade
from sim.scenes.figures import Look
from sim.scenes.ground import concrete, grass
from sim.scenes.layout import Board, Building, Item, Laid, Layout, Mover, StallPlan
from sim.scenes.light import OVERCAST
from sim.scenes.motion import stander
from sim.scenes.places.gates import gatepost, guard_hut, sliding_gate, yard_ground, yard_marks
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
        marks=yard_marks(f),
        buildings=_buildings(f),
        trees=_trees(f),
        items=_items(f),
        boards=_boards(f),
        hills=1.4,
        always=_always(f),
        crowds=_crowds(f),
        stall=_stall(f),
    )


def _ground(f: Frame) -> tuple[Laid, ...]:
    angle = f.angle_deg
    return (
        Laid(street.strip(f, -80, 80, -120, -15), concrete(angle, rgb("#a6a8a6"))),
        *yard_ground(f, -15),
        Laid(street.strip(f, -1.0, 9.5, -15, -8.6), concrete(angle, rgb("#9c9d9a"))),
    )


def _buildings(f: Frame) -> tuple[Building, ...]:
    buildings = [
        street.block(
            f,
            (-34, -34, -4, -34),
            10,
            Facade("works", rgb("#c9d2d6"), ("永固五金有限公司",)),
            depth=25,
            ridge_m=2,
            roof=rgb("#4d6f94"),
        ),
        street.block(
            f,
            (13, -34, 46, -34),
            10,
            Facade("works", rgb("#d6d4ca"), ("恒达工具",), seed=4),
            depth=25,
            ridge_m=2,
            roof=rgb("#4d6f94"),
        ),
        street.block(f, (-3, -60, 14, -60), 17, Facade("office", rgb("#b2b6b4"))),
        street.block(
            f, (-40, -15.2, -1.4, -15.2), 2.3, Facade("wall", rgb("#d9d6cc"), ("质量第一 安全为天",)), depth=0.3
        ),
        street.block(f, (10, -15.2, 40, -15.2), 2.3, Facade("wall", rgb("#d9d6cc"), ("招工启事",)), depth=0.3),
    ]
    return tuple(buildings)


def _trees(f: Frame) -> tuple[Tree, ...]:
    trees = street.trees(
        f,
        [(-22, -18), (-16, -17.5), (-9.5, -17.5), (-4, -17.5), (13, -17.5), (19, -17.5), (26, -18)],
        5.6,
        3.2,
        2.0,
        "#5f8a48",
    )
    return tuple(trees)


def _items(f: Frame) -> tuple[Item, ...]:
    angle = f.angle_deg
    items = [
        Item(gatepost(3.0, rgb("#8f9ea8")), f.at(-0.9, -15.1), angle - 90),
        Item(gatepost(3.0, rgb("#8f9ea8")), f.at(9.5, -15.1), angle - 90),
        Item(sliding_gate(4.0), f.at(7.2, -15.0), angle - 90),
        Item(guard_hut(), f.at(11.2, -17.2), angle - 90),
        Item(vehicles.box_truck(P[4]), f.at(-8, -26), angle + 60),
        Item(vehicles.dump_truck(rgb("#c08a2a")), f.at(16, -28), angle - 100),
        *street.things(f, cycles.ebike(P[3]), [(-12.2, -14.2), (-11.3, -14.2), (-10.4, -14.2), (-9.5, -14.3)], -92),
        *street.things(f, furniture.cone(), [(0.2, -9.2), (8.6, -9.2)]),
        *street.things(f, furniture.utility_pole(8.5), [(12.4, -9.6), (-24, -9.8)]),
    ]
    return tuple(items)


def _boards(f: Frame) -> tuple[Board, ...]:
    return (
        Board(f.at(-1.4, -14.6), f.at(-0.4, -14.6), 0.6, 2.8, "永固", rgb("#d8d4c8"), rgb("#2a2a2a")),
        Board(f.at(-0.9, -15.0), f.at(9.5, -15.0), 3.4, 4.3, "永固五金有限公司", rgb("#c4c8ca"), rgb("#b02a20")),
    )


def _always(f: Frame) -> tuple[Mover, ...]:
    angle = f.angle_deg
    return (
        stander(13, f.at(9.4, -13.6), angle + 150),
        street.ride(f, 4, 2.0, (24, -3.6), (-20, -3.6), speed=4.6, wraps=True),
        street.drive(f, vehicles.box_truck(P[0]), 5.0, (-28, -6.4), (30, -6.4), speed=8.4, wraps=True),
    )


def _crowds(f: Frame) -> tuple[tuple[Mover, ...], ...]:
    return (
        (
            street.walk(f, 1, 0.2, (3, -26), (3.0, -14), (7.5, -9.4), (14, -9.0), speed=2.1),
            street.walk(f, 6, 0.8, (2.2, -26), (2.4, -14), (-2, -9.2), (-9.5, -9.0), speed=2.3),
            street.ride(f, 3, 1.5, (2.6, -30), (2.4, -12), (6, -7.4), (24, -6.8), speed=4.4),
        ),
        (
            street.drive(
                f,
                vehicles.box_truck(P[4]),
                0.3,
                (-26, -6.4),
                (-3, -6.6),
                (4.2, -10.5),
                (4.4, -15),
                (4.6, -48),
                speed=7.0,
                pauses={2: 1.2},
            ),
        ),
        (
            street.ride(f, 8, 0.4, (2.6, -30), (2.4, -12), (-1, -7.4), (-19, -6.8), speed=4.6),
            street.walk(f, 10, 0.8, (3.4, -26), (3.2, -14), (9, -9.2), (15, -9), speed=2.3),
            street.drive(f, vehicles.minivan(P[5]), 4.0, (30, -3.4), (-26, -3.4), speed=8.6),
        ),
    )


def _stall(f: Frame) -> StallPlan:
    return StallPlan(
        Design(
            "steamer",
            rgb("#2f6fa8"),
            (rgb("#3f7fb8"), rgb("#eef0ea")),
            Look(top=rgb("#c0c4c8"), legs=rgb("#34363c"), apron=rgb("#a83a30")),
        ),
        enter=street.path(f, (-15, -9.4), (-9, -11.2), (-4.8, -11.6)),
        leave=street.path(f, (-4.8, -11.6), (-1.6, -11.0), (-4, -8.0), (-15, -7.4)),
        vendor_at=f.at(-4.2, -12.9),
        customers=(
            street.path(f, (4.0, -16.5), (-3.0, -10.6)),
            street.path(f, (-6, -3.4), (-4.8, -10.2)),
            street.path(f, (-13, -9.6), (-6.6, -10.8)),
        ),
        exits=(street.path(f, (1.5, -3.4)), street.path(f, (-6, -3.4)), street.path(f, (-13, -9.2))),
    )
