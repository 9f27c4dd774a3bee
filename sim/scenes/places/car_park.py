"""A public car park."""

# fmt: off  (tables in metres, packed by hand)
import math

from sim.scenes import furniture, street, vehicles
from sim.scenes.catalogue import Frame, Scene
from sim.scenes.facades import Facade
from sim.scenes.ground import asphalt, grass, paving
from sim.scenes.layout import Board, Building, DumpPlan, Item, Laid, Layout, Mark, Mover
from sim.scenes.light import OVERCAST
from sim.scenes.motion import stander
from sim.scenes.plants import Tree
from sim.scenes.solid import box, joined
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
        boards=_boards(f),
        hills=0.8,
        always=_always(f),
        crowds=_crowds(f),
        dump=_dump(f),
    )


def _ground(f: Frame) -> tuple[Laid, ...]:
    angle = f.angle_deg
    return (
        Laid(street.strip(f, -5, 44, -26, 26), asphalt(angle, rgb("#7c7d7c"))),
        Laid(street.strip(f, -5, 44, 4.2, 9.2), paving(angle, rgb("#a8a69c"), side=0.4)),
        Laid(street.strip(f, 17, 24, 4.2, 9.2), grass()),
        Laid(street.strip(f, 30, 44, 4.2, 9.2), grass()),
        Laid(street.strip(f, 44, 52, -90, 90), grass()),
    )


def _marks(f: Frame) -> tuple[Mark, ...]:
    marks = [*street.kerb(f, 4.2, -5, 44, -1), *street.kerb(f, 9.2, -5, 44, 1)]
    marks += [
        *street.bays(f, 9, 13, -5.6, -0.6, 2.6),
        *street.bays(f, 9, 13, -10.8, -5.8, 2.6),
        *street.bays(f, 9, 13, -23, -18, 2.6),
        *street.bays(f, 9, 13, 15, 20, 2.6),
        *street.arrow(f, 12, 1.8),
        *street.arrow(f, 22, -14.4, -1),
        *street.arrow(f, 32, 1.8),
    ]
    return tuple(marks)


def _buildings(f: Frame) -> tuple[Building, ...]:
    buildings = [
        street.block(f, (54, -40, 54, -12), 16, Facade("flats", rgb("#c9b59c"), seed=2), depth=12),
        street.block(f, (54, -8, 54, 16), 12, Facade("hall", rgb("#d0c8ba"), ("万家福超市",), seed=1), depth=16),
        street.block(f, (55, 20, 55, 50), 18, Facade("office", rgb("#a9b4ba"), seed=3), depth=12),
    ]
    return tuple(buildings)


def _trees(f: Frame) -> tuple[Tree, ...]:
    trees = [
        *street.trees(f, [(19, 6.7), (33, 6.7), (40, 6.7)], 5.6, 4.0),
        *street.trees(f, [(47, -30 + 7.5 * k) for k in range(9)], 5.6, 4.4, 1.6),
    ]
    return tuple(trees)


def _items(f: Frame) -> tuple[Item, ...]:
    angle = f.angle_deg
    kinds = (vehicles.sedan, vehicles.suv, vehicles.sedan, vehicles.minivan, vehicles.suv)
    parked = []
    for line, (v, turn) in enumerate(((-3.1, 90), (-8.3, -90), (-20.5, 90), (17.5, 90))):
        for k in range(13):
            if (k * 7 + line * 5) % 11 in (2, 6, 9) or (line == 0 and k in (4,)):
                continue
            parked.append(
                Item(
                    kinds[(k * 3 + line) % 5](P[(k * 7 + line * 3) % len(P)]),
                    f.at(10.3 + 2.6 * k, v + 0.15 * math.sin(k * 5 + line)),
                    angle + turn + 1.5 * math.sin(k * 3 + line),
                )
            )
    hut = joined(
        [
            box((-0.9, 0.9), (-0.9, 0.9), (0, 2.4), rgb("#dcdad2")),
            box((-1.2, 1.2), (-1.2, 1.2), (2.4, 2.6), rgb("#c07a2a"), lift=0.4),
        ]
    )
    items = [
        *parked,
        *street.things(f, furniture.lamp_post(8, 1.5), [(26, 6.7)], 90),
        *street.things(f, furniture.cone(), [(21.4, -1.0), (22.4, -1.0)]),
        Item(hut, f.at(27.5, 6.8)),
        *street.things(f, furniture.wheelie_bin(), [(15.6, 8.4), (15.6, 7.6)], 90),
    ]
    return tuple(items)


def _boards(f: Frame) -> tuple[Board, ...]:
    boards = (Board(f.at(26.4, 6.0), f.at(26.4, 7.9), 2.7, 3.2, "停车场", rgb("#1d5fa8")),)
    return boards


def _always(f: Frame) -> tuple[Mover, ...]:
    angle = f.angle_deg
    return (
        stander(14, f.at(25.6, 5.6), angle - 100),
        street.drive(f, vehicles.sedan(P[4]), 2.0, (43, 1.8), (8, 1.8), (3, 1.8), speed=5.0, wraps=True),
        street.walk(f, 3, 6.0, (33, -0.2), (33, 10), (30, 14), speed=1.3, wraps=True),
    )


def _crowds(f: Frame) -> tuple[tuple[Mover, ...], ...]:
    return (
        (
            street.drive(
                f, vehicles.suv(P[0]), 0.3, (44, -14.4), (21.5, -14.4), (5, -14.4), speed=6.2, pauses={1: 5.0}
            ),
            street.walk(f, 1, 0.4, (24, -0.4), (22, 3.0), (8.5, 3.2), (6.6, 3.2), speed=1.9),
        ),
        (street.drive(f, vehicles.minivan(P[5]), 0.4, (3, 12), (27, 12), (50, 12), speed=6.5, pauses={1: 3.8}),),
        (),
    )


def _dump(f: Frame) -> DumpPlan:
    return DumpPlan(
        "debris",
        enter=street.path(f, (5.2, 2.6), (9.4, 4.2), (11.6, 6.6)),
        leave=street.path(f, (11.6, 6.6), (9.2, 3.4), (5.2, 2.2)),
        cleaner_enter=street.path(f, (7.4, 8.6), (10.2, 7.6)),
        cleaner_leave=street.path(f, (9.6, 8.0), (7.2, 8.8)),
        by_ebike=False,
    )
