"""The gate of a housing estate, with its bins."""

# fmt: off  (tables in metres, packed by hand)
from sim.scenes import cycles, furniture, street, vehicles
from sim.scenes.catalogue import Frame, Scene
from sim.scenes.facades import Facade
from sim.scenes.figures import CHILD, Look
from sim.scenes.ground import asphalt, grass, paving
from sim.scenes.layout import Board, Building, DumpPlan, Item, Laid, Layout, Mover, StallPlan
from sim.scenes.light import SUNNY
from sim.scenes.motion import stander, walker
from sim.scenes.places.gates import guard_hut, yard_ground, yard_marks
from sim.scenes.plants import Tree
from sim.scenes.solid import box, joined, rod
from sim.scenes.stalls import Design
from sim.scenes.textures import rgb

P = vehicles.PAINTS


def layout(scene: Scene) -> Layout:
    f = scene.frame
    return Layout(
        light=SUNNY,
        base=grass(),
        ground=_ground(f),
        marks=yard_marks(f),
        buildings=_buildings(f),
        trees=_trees(f),
        items=_items(f),
        boards=_boards(f),
        hills=0.8,
        always=_always(f),
        crowds=_crowds(f),
        stall=_stall(f),
        dump=_dump(f),
    )


def _ground(f: Frame) -> tuple[Laid, ...]:
    angle = f.angle_deg
    return (
        Laid(street.strip(f, -80, 80, -120, -14.6), grass()),
        Laid(street.strip(f, -6, 3.5, -70, -14.6), asphalt(angle + 90)),
        *yard_ground(f, -14.6),
        Laid(street.strip(f, -6, 3.5, -14.6, -8.6), paving(angle + 45, rgb("#a8a098"), rgb("#989088"), side=0.3)),
    )


def _buildings(f: Frame) -> tuple[Building, ...]:
    buildings = [
        street.block(f, (-30, -30, -9, -30), 19, Facade("flats", rgb("#cfae8c"), seed=1), depth=12),
        street.block(f, (7, -30, 32, -30), 19, Facade("flats", rgb("#c9a684"), seed=2), depth=12),
        street.block(f, (-8, -62, 16, -62), 22, Facade("flats", rgb("#c4ae98"), seed=3), depth=12),
        street.block(f, (-40, -14.8, -6.6, -14.8), 2.0, Facade("wall", rgb("#d8ccb8")), depth=0.3),
        street.block(
            f, (4.2, -14.8, 40, -14.8), 2.0, Facade("wall", rgb("#d8ccb8"), ("垃圾分类 人人有责",)), depth=0.3
        ),
    ]
    return tuple(buildings)


def _trees(f: Frame) -> tuple[Tree, ...]:
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
    return tuple(trees)


def _items(f: Frame) -> tuple[Item, ...]:
    angle = f.angle_deg
    portal = joined(
        [
            box((-5.4, -4.2), (-0.6, 0.6), (0, 4.6), rgb("#b8a58c")),
            box((4.2, 5.4), (-0.6, 0.6), (0, 4.6), rgb("#b8a58c")),
            box((-6.2, 6.2), (-1.1, 1.1), (4.6, 5.5), rgb("#8f5f48"), lift=0.6),
            box((-5.2, 5.2), (-0.8, 0.8), (5.5, 6.0), rgb("#6d4a3a"), lift=0.8),
        ]
    )
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
        Item(portal, f.at(-1.2, -15.4), angle - 90),
        Item(barrier, f.at(-4.4, -14.2), angle - 90),
        Item(guard_hut(), f.at(5.2, -16.9), angle - 90),
        *(
            Item(furniture.wheelie_bin(rgb(c)), f.at(8.8 + 0.8 * k, -13.9), angle - 90)
            for k, c in enumerate(("#2f7d4a", "#2d5f9a", "#a83a30", "#6a6f72"))
        ),
        *street.things(f, cycles.ebike(P[9]), [(-12.4, -13.6), (-11.5, -13.6), (-10.6, -13.5)], -88),
        *street.things(f, vehicles.sedan(P[3]), [(-14, -7.6)]),
        *street.things(f, vehicles.suv(P[1]), [(15.5, -7.6)]),
    ]
    return tuple(items)


def _boards(f: Frame) -> tuple[Board, ...]:
    boards = (Board(f.at(-6.2, -14.2), f.at(3.8, -14.2), 4.7, 5.45, "春江花园", rgb("#7d4a36"), rgb("#f0cf70")),)
    return boards


def _always(f: Frame) -> tuple[Mover, ...]:
    angle = f.angle_deg
    return (
        stander(18, f.at(3.6, -13.4), angle + 180),
        stander(9, f.at(-9.6, -14.0), angle + 60),
        stander(14, f.at(-8.7, -13.9), angle - 60),
        street.ride(f, 3, 1.0, (-18, -7.0), (22, -7.0), speed=4.4, wraps=True),
        street.drive(f, vehicles.sedan(P[5]), 6.5, (28, -3.2), (-26, -3.2), speed=9, wraps=True),
    )


def _crowds(f: Frame) -> tuple[tuple[Mover, ...], ...]:
    return (
        (
            street.walk(f, 2, 0.4, (0.5, -30), (0.5, -14), (3.0, -9.4), (13, -9.2), speed=2.6),
            walker(CHILD, street.path(f, (1.2, -28), (1.2, -14), (1.4, -4.0)), 0.5, speed=2.1),
            street.drive(
                f,
                vehicles.suv(P[0]),
                0.6,
                (26, -6.4),
                (3, -6.6),
                (-1.6, -10.0),
                (-1.8, -16),
                (-1.8, -58),
                speed=7.6,
                pauses={2: 2.2},
            ),
        ),
        (
            street.walk(f, 1, 0.3, (-14, -9.4), (-2.6, -9.6), (-0.6, -15), (-0.8, -26), speed=2.4),
            street.walk(f, 11, 0.8, (1.8, -24), (1.2, -13), (9.2, -12.8), (12, -9), speed=1.9),
            street.drive(f, vehicles.minivan(P[2]), 2.0, (-26, -6.4), (28, -6.4), speed=8.0),
        ),
        (
            street.walk(f, 7, 0.4, (0.5, -28), (0.6, -13.5), (1.6, -4.0), speed=2.2),
            street.ride(f, 10, 2.0, (20, -3.8), (-18, -3.8), speed=4.6),
        ),
    )


def _stall(f: Frame) -> StallPlan:
    return StallPlan(
        Design(
            "glass",
            rgb("#7a4a9a"),
            (rgb("#6f4fa0"), rgb("#ece8f0")),
            Look(top=rgb("#d0c8b8"), legs=rgb("#31333a"), apron=rgb("#6f4fa0")),
        ),
        enter=street.path(f, (-14.5, -9.4), (-8.8, -11.0), (-4.6, -11.4)),
        leave=street.path(f, (-4.6, -11.4), (-1.5, -10.8), (-4, -8.0), (-14.5, -7.2)),
        vendor_at=f.at(-4.4, -12.6),
        customers=(
            street.path(f, (0.6, -18), (-3.2, -10.4)),
            street.path(f, (-5, -3.6), (-4.8, -10.1)),
            street.path(f, (-13, -9.6), (-6.2, -10.6)),
        ),
        exits=(street.path(f, (0.9, -18)), street.path(f, (-5, -3.6)), street.path(f, (-13, -9.4))),
    )


def _dump(f: Frame) -> DumpPlan:
    return DumpPlan(
        "woven",
        enter=street.path(f, (6.8, -17.6), (3.0, -15.4), (3.2, -12.8), (5.4, -11.0)),
        leave=street.path(f, (5.4, -11.0), (3.2, -12.8), (3.0, -15.4), (7.0, -17.8)),
        cleaner_enter=street.path(f, (14.5, -9.6), (8.4, -10.2)),
        cleaner_leave=street.path(f, (8.4, -10.0), (14.5, -9.4)),
    )
