"""The court of a temple."""

# fmt: off  (tables in metres, packed by hand)
import math

from sim.scenes import cycles, furniture, street, vehicles
from sim.scenes.catalogue import Frame, Scene
from sim.scenes.facades import Facade
from sim.scenes.figures import Look
from sim.scenes.ground import grass, paving
from sim.scenes.layout import Building, Item, Laid, Layout, Mover, StallPlan
from sim.scenes.light import HAZY
from sim.scenes.motion import stander
from sim.scenes.plants import Tree
from sim.scenes.solid import ball, box, joined, rod
from sim.scenes.stalls import Design
from sim.scenes.textures import rgb

P = vehicles.PAINTS


def layout(scene: Scene) -> Layout:
    f = scene.frame
    return Layout(
        light=HAZY,
        base=grass(),
        ground=_ground(f),
        marks=(),
        buildings=_buildings(f),
        trees=_trees(f),
        items=_items(f),
        hills=2.8,
        skyline=0.0,
        always=_always(f),
        crowds=_crowds(f),
        stall=_stall(f),
    )


def _ground(f: Frame) -> tuple[Laid, ...]:
    angle = f.angle_deg
    return (
        Laid(street.strip(f, -5, 24, -16, 16), paving(angle, rgb("#a7a59d"), rgb("#9b988f"), side=0.7)),
        Laid(street.strip(f, -5, 24, -1.4, 1.6), paving(angle, rgb("#b3aea2"), rgb("#a59f92"), side=1.2)),
        Laid(street.strip(f, 24, 60, -16, 16), paving(angle, rgb("#9f9d95"))),
    )


def _buildings(f: Frame) -> tuple[Building, ...]:
    yellow = rgb("#d9a93f")
    buildings = [
        Building(
            f.at(30, -8),
            f.at(30, 8),
            4.6,
            9,
            Facade("hall", rgb("#8e3a2c"), ("大雄宝殿",), (rgb("#26384f"),)),
            2.8,
            rgb("#565a5c"),
        ),
        Building(f.at(33, -22), f.at(33, -9.4), 3.6, 6, Facade("plain", yellow, seed=2), 1.8, rgb("#565a5c")),
        Building(f.at(33, 9.4), f.at(33, 22), 3.6, 6, Facade("plain", yellow, seed=3), 1.8, rgb("#565a5c")),
        street.block(
            f,
            (8, 12.4, 30, 12.4),
            2.8,
            Facade("wall", yellow, ("南无阿弥陀佛",)),
            depth=0.4,
            ridge_m=0.5,
            roof=rgb("#45494c"),
        ),
        street.block(
            f, (8, -12.8, 30, -12.8), 2.8, Facade("wall", yellow), depth=0.4, ridge_m=0.5, roof=rgb("#45494c")
        ),
    ]
    return tuple(buildings)


def _trees(f: Frame) -> tuple[Tree, ...]:
    trees = street.trees(
        f,
        [(14, -14.8), (21, -15.4), (29, -15), (16, 14.6), (23, 14.8), (44, -14), (45, -4), (46, 6), (44, 15)],
        8.0,
        5.6,
        2.4,
        "#3f6a3a",
    )
    return tuple(trees)


def _items(f: Frame) -> tuple[Item, ...]:
    angle = f.angle_deg
    bronze = rgb("#5f5a48")
    burner = joined(
        [
            *(
                rod(
                    (0.5 * math.cos(a), 0.5 * math.sin(a), 0), (0.4 * math.cos(a), 0.4 * math.sin(a), 0.6), 0.09, bronze
                )
                for a in (0.8, 2.9, 5.0)
            ),
            rod((0, 0, 0.65), (0, 0, 1.0), 0.55, bronze, 0.6),
            rod((0, 0, 1.0), (0, 0, 1.06), 0.62, rgb("#7a7358"), 0.62),
            *(
                rod(
                    (0.2 * math.cos(k), 0.2 * math.sin(k), 1.0),
                    (0.22 * math.cos(k), 0.22 * math.sin(k), 1.6),
                    0.012,
                    rgb("#c0402a"),
                )
                for k in range(7)
            ),
        ]
    )
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
        Item(burner, f.at(22.5, 0.1)),
        Item(lion, f.at(26.5, -4.6), angle + 180),
        Item(lion, f.at(26.5, 4.6), angle + 180),
        *(Item(lantern, f.at(u, v), angle) for u in (12, 17, 22) for v in (-9.4, 9.4)),
        *street.things(f, furniture.planter(2.0, rgb("#d8a030")), [(19, 6.6), (15, 6.6), (19, -10.6)], 90),
        *street.things(f, cycles.ebike(P[3]), [(10.5, 9.0), (11.4, 9.0)], 85),
    ]
    return tuple(items)


def _always(f: Frame) -> tuple[Mover, ...]:
    angle = f.angle_deg
    return (
        stander(9, f.at(21.4, 1.4), angle - 60),
        stander(3, f.at(21.3, -1.2), angle + 40),
        street.walk(f, 14, 3.0, (29, 2.2), (18, 2.4), (14.6, 2.4), (14.8, 12), speed=2.2, wraps=True),
    )


def _crowds(f: Frame) -> tuple[tuple[Mover, ...], ...]:
    return (
        (
            street.walk(f, 12, 0.8, (29.4, -1), (16, -1.0), (5.4, -0.4), speed=2.4),
            street.walk(f, 2, 0.5, (11, 12.2), (15.4, 6.0), (11.5, 12.2), speed=2.0, pauses={1: 3.0}),
        ),
        (
            street.walk(f, 7, 0.4, (29.5, 1.2), (24, 2.2), (5.4, 3.4), speed=2.3),
            street.walk(f, 11, 0.3, (9, 12), (16.5, 1.4), (29.5, 0.6), speed=2.4),
            street.ride(f, 4, 5.0, (-1, 5.4), (12, 8.0), (10, 13.6), speed=4.0),
        ),
        (
            street.walk(f, 8, 0.4, (29.5, 1.2), (24, 2.2), (5.4, 3.4), speed=2.3),
            street.walk(f, 17, 0.6, (9, 12), (16.5, 2.4), (29.5, 0.6), speed=2.4),
        ),
    )


def _stall(f: Frame) -> StallPlan:
    return StallPlan(
        Design(
            "snack",
            rgb("#8a5a2a"),
            (rgb("#d0a030"), rgb("#a83a2a")),
            Look(top=rgb("#5a4a6a"), legs=rgb("#2e2f36"), apron=rgb("#d8cfb8")),
            rgb("#7a2018"),
        ),
        enter=street.path(f, (4.8, -2.6), (8.6, -3.8), (11.6, -4.2)),
        leave=street.path(f, (11.6, -4.2), (15, -3.4), (13.4, 0.4), (4.6, 0.8)),
        vendor_at=f.at(12.0, -5.4),
        customers=(
            street.path(f, (5.6, 2.4), (12.8, -2.9)),
            street.path(f, (5.4, -0.4), (11.2, -2.9)),
            street.path(f, (9.4, -10.0), (10.2, -4.6)),
        ),
        exits=(street.path(f, (5.2, 1.0)), street.path(f, (5.2, 0.2)), street.path(f, (9.4, -10.2))),
    )
