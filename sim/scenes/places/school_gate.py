"""A primary school, seen from across the street."""

# fmt: off  (tables in metres, packed by hand)
from sim.scenes import cycles, furniture, street, vehicles
from sim.scenes.catalogue import Frame, Scene
from sim.scenes.facades import Facade
from sim.scenes.figures import CHILD, Look
from sim.scenes.ground import concrete, grass
from sim.scenes.layout import Board, Building, Item, Laid, Layout, Mover, StallPlan
from sim.scenes.light import MORNING
from sim.scenes.motion import stander, walker
from sim.scenes.places.gates import gatepost, guard_hut, sliding_gate, yard_ground, yard_marks
from sim.scenes.plants import Tree
from sim.scenes.solid import joined, panel, rod
from sim.scenes.stalls import Design
from sim.scenes.textures import rgb

P = vehicles.PAINTS


def layout(scene: Scene) -> Layout:
    f = scene.frame
    return Layout(
        light=MORNING,
        base=grass(),
        ground=_ground(f),
        marks=yard_marks(f),
        buildings=_buildings(f),
        trees=_trees(f),
        items=_items(f),
        boards=_boards(f),
        hills=1.2,
        always=_always(f),
        crowds=_crowds(f),
        stall=_stall(f),
    )


def _ground(f: Frame) -> tuple[Laid, ...]:
    angle = f.angle_deg
    return (
        Laid(street.strip(f, -80, 80, -120, -14.6), concrete(angle, rgb("#b4a99c"))),
        *yard_ground(f, -14.6),
        Laid(street.strip(f, -14, -5.5, -14.6, -8.6), concrete(angle, rgb("#a9a8a2"))),
    )


def _buildings(f: Frame) -> tuple[Building, ...]:
    buildings = [
        street.block(f, (-20, -38, 26, -38), 13.5, Facade("office", rgb("#c96f52"), ("好好学习 天天向上",)), depth=12),
        street.block(f, (28, -34, 50, -34), 10, Facade("flats", rgb("#d8c9a8"), seed=2), depth=12),
        street.block(
            f, (-4.6, -14.8, 26, -14.8), 2.2, Facade("wall", rgb("#e0d6c2"), ("立德树人 健康成长",)), depth=0.3
        ),
        street.block(f, (-40, -14.8, -15, -14.8), 2.2, Facade("wall", rgb("#e0d6c2"), ("关爱学生",)), depth=0.3),
    ]
    return tuple(buildings)


def _trees(f: Frame) -> tuple[Tree, ...]:
    trees = [
        *street.trees(f, [(-2, -17.5), (4, -17.5), (10, -17.5), (16, -17.5), (-18, -17.5), (-25, -18)], 6.4, 4.4),
        *street.trees(f, [(10.5, -13.9), (17, -13.9)], 5.2, 3.2, 2.2),
    ]
    return tuple(trees)


def _items(f: Frame) -> tuple[Item, ...]:
    angle = f.angle_deg
    flag = joined(
        [
            rod((0, 0, 0), (0, 0, 11), 0.05, rgb("#d4d6d8")),
            panel([(0, 0.02, 9.6), (1.9, 0.02, 9.5), (1.9, 0.02, 10.8), (0, 0.02, 10.9)], rgb("#d8201c")),
        ]
    )
    items = [
        Item(gatepost(3.4, rgb("#b5523c")), f.at(-5.2, -14.7), angle - 90),
        Item(gatepost(3.4, rgb("#b5523c")), f.at(-14.2, -14.7), angle - 90),
        Item(sliding_gate(3.6), f.at(-12.2, -14.6), angle - 90),
        Item(guard_hut(), f.at(-3.2, -16.6), angle - 90),
        Item(flag, f.at(-9, -27), angle - 90),
        *street.things(f, furniture.bollard(), [(-13 + 1.5 * k, -9.2) for k in range(5)]),
        *street.things(f, cycles.ebike(P[4]), [(11.5, -13.2), (12.4, -13.2), (13.3, -13.1)], -88),
        *street.things(f, vehicles.suv(P[8]), [(14, -7.5)]),
        *street.things(f, furniture.road_sign(round_plate=True), [(-4.2, -9.4)], -90),
    ]
    return tuple(items)


def _boards(f: Frame) -> tuple[Board, ...]:
    boards = (Board(f.at(-14.2, -14.4), f.at(-5.2, -14.4), 3.7, 4.7, "城东中心小学", rgb("#8f2a20"), rgb("#f4d878")),)
    return boards


def _always(f: Frame) -> tuple[Mover, ...]:
    angle = f.angle_deg
    return (
        stander(4, f.at(-2.4, -10.4), angle + 160, phone=True),
        stander(9, f.at(-4.2, -12.6), angle + 200),
        street.ride(f, 2, 1.0, (-18, -7.6), (24, -7.6), speed=4.6, wraps=True),
        street.drive(f, vehicles.sedan(P[0]), 6.0, (30, -3.2), (-24, -3.2), speed=9, wraps=True),
        street.walk(f, 6, 4.0, (-9.5, -22), (-9.0, -15), (-8.6, -22), speed=1.7, wraps=True),
    )


def _crowds(f: Frame) -> tuple[tuple[Mover, ...], ...]:
    return (
        (
            walker(CHILD, street.path(f, (-9, -26), (-9.2, -14), (-5.6, -9.4), (-13.5, -9.2)), 0.3, speed=2.2),
            street.walk(f, 2, 0.6, (15, -10.4), (1.0, -10.0), (-14, -10.0), speed=2.6),
            street.ride(f, 7, 1.2, (-20, -6.4), (26, -6.4), speed=5),
            street.drive(
                f, vehicles.minivan(P[5]), 0.2, (-26, -6.6), (-9, -7.4), (26, -6.4), speed=9.5, pauses={1: 6.0}
            ),
        ),
        (
            street.walk(f, 1, 0.3, (-15, -11.5), (-6, -12.6), (-9.2, -24), speed=1.8),
            walker(CHILD, street.path(f, (-15, -11.0), (-6.6, -12.2), (-9.8, -24)), 0.35, speed=1.8),
            street.drive(f, vehicles.suv(P[3]), 1.5, (30, -3.2), (-24, -3.2), speed=9.5),
        ),
        (
            walker(CHILD, street.path(f, (-9, -26), (-9.2, -14), (-9.0, -9.8), (-16, -9.6)), 0.4, speed=2.0),
            street.ride(f, 12, 1.0, (26, -3.8), (-20, -3.8), speed=4.8),
        ),
    )


def _stall(f: Frame) -> StallPlan:
    return StallPlan(
        Design(
            "goods",
            rgb("#4f7fa8"),
            (rgb("#e07a2a"), rgb("#f2ead6")),
            Look(top=rgb("#3f6f5a"), legs=rgb("#2f3036"), hat=rgb("#c8b078")),
        ),
        enter=street.path(f, (14.5, -9.4), (8.5, -10.8), (4.6, -11.2)),
        leave=street.path(f, (4.6, -11.2), (1.5, -10.6), (4.0, -7.8), (15, -7.4)),
        vendor_at=f.at(4.4, -12.6),
        customers=(
            street.path(f, (-5, -9.8), (3.2, -10.0)),
            street.path(f, (2.5, -3.2), (4.8, -9.7)),
            street.path(f, (12.5, -9.6), (6.2, -10.4)),
        ),
        exits=(street.path(f, (-2, -3.4)), street.path(f, (2.5, -3.2)), street.path(f, (12.8, -9.4))),
    )
