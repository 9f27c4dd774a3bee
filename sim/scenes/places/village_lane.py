"""A concrete lane between farmhouses."""

# fmt: off  (tables in metres, packed by hand)
from sim.scenes import cycles, furniture, street, vehicles
from sim.scenes.catalogue import Frame, Scene
from sim.scenes.facades import Facade
from sim.scenes.figures import Look
from sim.scenes.ground import concrete, crops, grass, soil
from sim.scenes.layout import Building, DumpPlan, Item, Laid, Layout, Mover
from sim.scenes.light import HAZY
from sim.scenes.motion import stander
from sim.scenes.plants import Tree
from sim.scenes.solid import joined, rod
from sim.scenes.textures import rgb

P = vehicles.PAINTS
STRIPES = (
    (rgb("#c8402f"), rgb("#efe8d8")),
    (rgb("#2f7f5a"), rgb("#e8e8dc")),
    None,
    (rgb("#2d6fae"), rgb("#ebe8de")),
    (rgb("#d09a2e"), rgb("#f0ead8")),
)


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
        hills=2.0,
        skyline=0.0,
        always=_always(f),
        crowds=_crowds(f),
        dump=_dump(f),
    )


def _ground(f: Frame) -> tuple[Laid, ...]:
    angle = f.angle_deg
    return (
        Laid(street.strip(f, -5, 140, -6.4, -4.2), soil()),
        Laid(street.strip(f, -5, 140, -4.2, -0.1), concrete(angle, slab=(4.5, 4.3))),
        Laid(street.strip(f, -5, 18, -0.1, 5.4), soil(rgb("#968a72"))),
        Laid(street.strip(f, -5, 8.5, 0.6, 5.4), grass()),
        Laid(street.strip(f, 18, 32, -0.1, 7), concrete(angle, rgb("#aaa79e"), (3, 3))),
        Laid(street.strip(f, 13.2, 18, 1.6, 5.4), crops(angle + 90, 0.5)),
    )


def _buildings(f: Frame) -> tuple[Building, ...]:
    buildings = [
        street.block(
            f, (19, 8, 31, 8), 9.6, Facade("farmhouse", rgb("#e0dcd2"), storey_m=3.2), ridge_m=1.8, roof=rgb("#8a4a3a")
        ),
        street.block(f, (34, 6.5, 46, 6.5), 9.6, Facade("farmhouse", rgb("#d4d6d4"), seed=3), ridge_m=1.8),
        street.block(
            f, (8, 5.7, 17.6, 5.7), 1.9, Facade("wall", rgb("#d9d5c8"), ("绿水青山就是金山银山",)), depth=0.25
        ),
        street.block(f, (50, 6, 62, 6), 7, Facade("farmhouse", rgb("#cfc6b4"), seed=5), ridge_m=1.6),
        street.block(
            f, (9, -7, 21, -7), 9.6, Facade("farmhouse", rgb("#d8d2c6"), seed=7), ridge_m=2, roof=rgb("#4b4f55")
        ),
        street.block(
            f, (25, -7.5, 36, -7.5), 6.4, Facade("farmhouse", rgb("#c9b9a0"), seed=9), ridge_m=1.6, roof=rgb("#5a5550")
        ),
        street.block(f, (40, -7, 52, -7), 9.6, Facade("farmhouse", rgb("#dcdad2"), seed=11), ridge_m=2),
        street.block(f, (56, -7, 68, -7), 9.6, Facade("farmhouse", rgb("#d0c8b8"), seed=13), ridge_m=1.6),
        street.block(f, (19, 8, 19, 18), 9.6, Facade("plain", rgb("#d0ccc2"), seed=3), depth=6),
    ]
    return tuple(buildings)


def _trees(f: Frame) -> tuple[Tree, ...]:
    trees = [
        *street.trees(f, [(18.4, 4.8), (33, 4.2)], 5.6, 4.2, 1.8, "#587f38"),
        *street.trees(f, [(23, -6.0), (38, -5.8)], 4.2, 2.6, 1.4, "#4c7436"),
        *street.trees(f, [(14.0 + 0.9 * k, 5.1) for k in range(4)], 1.0, 1.2, 0),
    ]
    return tuple(trees)


def _items(f: Frame) -> tuple[Item, ...]:
    angle = f.angle_deg
    logs = joined(
        [
            rod(
                (-0.9, 0.13 * (k % 4) - 0.2, 0.12 + 0.2 * (k // 4)),
                (0.9, 0.13 * (k % 4) - 0.2, 0.12 + 0.2 * (k // 4)),
                0.08,
                rgb("#7d6148"),
            )
            for k in range(8)
        ]
    )
    items = [
        *street.things(f, furniture.utility_pole(8), [(17.2, -5.2), (38, -5.2), (58, -5.2)]),
        Item(logs, f.at(22.5, 6.6), angle + 90),
        *street.things(f, vehicles.minivan(P[0]), [(27.5, 4.4)], 178),
        *street.things(f, cycles.ebike(P[3]), [(22, 3.8)], 60),
        *street.things(f, cycles.tricycle(rgb("#2d6fb0")), [(11.5, -5.6)], 3),
        *street.things(f, furniture.wheelie_bin(), [(19.0, 0.9), (19.8, 0.95)], 100),
    ]
    return tuple(items)


def _always(f: Frame) -> tuple[Mover, ...]:
    angle = f.angle_deg
    return (
        stander(14, f.at(24.5, 2.0), angle - 130),
        stander(19, f.at(24.0, 1.0), angle + 30),
        street.walk(f, 8, 4.0, (24, -3.4), (9.5, -3.4), (6, -3.2), speed=1.6, wraps=True),
    )


def _crowds(f: Frame) -> tuple[tuple[Mover, ...], ...]:
    return (
        (
            street.ride(f, 1, 0.4, (-2, -1.0), (40, -1.4), speed=4.2),
            street.walk(f, 6, 0.5, (5.8, -2.2), (16, -2.2), (22.5, -6.9), speed=1.6),
            street.walk(f, 2, 1.6, (19.5, 7.9), (18.6, 0.2), speed=1.3, pauses={1: 0.1}),
        ),
        (
            street.drive(
                f, cycles.tricycle(rgb("#a83a2e"), Look(hat=rgb("#d8c48a"))), 0.5, (48, -2.2), (-3, -2.2), speed=5.0
            ),
            street.walk(f, 11, 0.6, (23, -6.6), (18.5, -1.2), (24, 3.2), (25, 7.9), speed=1.6, pauses={1: 1.2}),
        ),
        (),
    )


def _dump(f: Frame) -> DumpPlan:
    return DumpPlan(
        "woven",
        enter=street.path(f, (3.4, -0.8), (8.8, -0.2), (11.5, 1.9)),
        leave=street.path(f, (11.5, 1.9), (9.5, -1.2), (3.4, -1.4)),
        cleaner_enter=street.path(f, (21, -9), (16, -1.8), (13, 0.6)),
        cleaner_leave=street.path(f, (9, -1.4), (3.4, -1.6)),
    )
