"""A farm road between fields, hills behind."""

# fmt: off  (tables in metres, packed by hand)
from dataclasses import replace

from sim.scenes import cycles, furniture, street, vehicles
from sim.scenes.catalogue import Frame, Scene
from sim.scenes.facades import Facade
from sim.scenes.figures import Look
from sim.scenes.ground import concrete, crops, grass, soil
from sim.scenes.layout import Building, DumpPlan, Item, Laid, Layout, Mover, Polygon
from sim.scenes.light import AFTERNOON
from sim.scenes.plants import Tree
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
        light=replace(AFTERNOON, haze_m=260),
        base=grass(rgb("#7d9a52")),
        ground=_ground(f),
        marks=(),
        buildings=_buildings(f),
        trees=_trees(f),
        items=_items(f),
        boards=(),
        water=_water(f),
        hills=2.6,
        skyline=0.0,
        always=_always(f),
        crowds=_crowds(f),
        dump=_dump(f),
    )


def _ground(f: Frame) -> tuple[Laid, ...]:
    angle = f.angle_deg
    return (
        Laid(street.strip(f, -5, 90, -70, -5.2), crops(angle, 0.55, rgb("#8fae4c"), rgb("#74784a"))),
        Laid(street.strip(f, 90, 400, -220, 200), crops(angle + 40, 0.6, rgb("#a3b565"))),
        Laid(street.strip(f, 21, 90, 4.5, 80), crops(angle + 90, 0.8, rgb("#b9b95c"), rgb("#8a7f52"))),
        Laid(street.strip(f, -5, 18, 4.5, 60), crops(angle, 0.9, rgb("#6f9a4a"))),
        Laid(street.strip(f, 18, 20.8, 0, 90), soil(rgb("#a39572"))),
        Laid(street.strip(f, -5, 300, -0.2, 4.5), grass(rgb("#7d9a52"))),
        Laid(street.strip(f, -5, 300, -4.0, -0.2), concrete(angle, rgb("#b4b2a8"), (5, 3.8))),
    )


def _buildings(f: Frame) -> tuple[Building, ...]:
    buildings = [
        street.block(f, (104, -40, 104, -52), 8, Facade("farmhouse", rgb("#e2ded4")), ridge_m=2.2),
        street.block(f, (108, -20, 108, -32), 9, Facade("farmhouse", rgb("#d8d4c8"), seed=2), ridge_m=2.2),
        street.block(f, (106, 10, 106, 24), 8, Facade("farmhouse", rgb("#dcd8cc"), seed=4), ridge_m=2.2),
        street.block(
            f, (28, 9, 36, 9), 2.8, Facade("plain", rgb("#b9a68c")), depth=5, ridge_m=1.0, roof=rgb("#5f6164")
        ),
    ]
    return tuple(buildings)


def _trees(f: Frame) -> tuple[Tree, ...]:
    trees = [
        *street.trees(f, [(38 + 9 * k, 1.6) for k in range(7)], 7.2, 3.2, 2.0, "#557d3c"),
        *street.trees(f, [(96, -14), (99, -22), (100, -32), (98, 16), (101, 26), (103, 40)], 7.5, 6.5, 1.0, "#5a7d48"),
        *street.trees(f, [(10, 3.9), (23, 3.4), (26.5, 3.6)], 1.3, 1.6, 0, "#6c8f44"),
    ]
    return tuple(trees)


def _items(f: Frame) -> tuple[Item, ...]:
    items = [
        *street.things(f, furniture.utility_pole(8), [(15, -4.1 - 1.6), (45, -5.8), (75, -5.8)]),
        *street.things(f, cycles.tricycle(rgb("#3f7f4a")), [(27, 3.4)], 100),
    ]
    return tuple(items)


def _water(f: Frame) -> tuple[Polygon, ...]:
    water = (street.strip(f, -4, 90, -5.2, -4.35),)
    return water


def _always(f: Frame) -> tuple[Mover, ...]:
    always = (street.walk(f, 3, 2.0, (40, 14), (38, 9.5), (44, 8), speed=1.1, wraps=True),)
    return always


def _crowds(f: Frame) -> tuple[tuple[Mover, ...], ...]:
    return (
        (
            street.ride(f, 4, 0.4, (-1, -1.2), (48, -1.6), speed=4.4),
            street.walk(f, 14, 0.6, (7.2, -2.6), (20.5, -2.6), (22, -2.4), speed=1.4, pauses={}),
            street.drive(f, vehicles.minivan(P[5]), 0.8, (110, -2.1), (-3, -2.1), speed=10.5),
        ),
        (
            street.drive(
                f, cycles.tricycle(rgb("#a83a2e"), Look(hat=rgb("#d8c48a"))), 0.4, (52, -2.1), (-3, -2.1), speed=5.0
            ),
        ),
        (),
    )


def _dump(f: Frame) -> DumpPlan:
    return DumpPlan(
        "boxes",
        enter=street.path(f, (4.6, -1.2), (9.8, -0.6), (12.2, 2.0)),
        leave=street.path(f, (12.2, 2.0), (13.6, -1.0), (9.0, -2.2), (4.4, -2.2)),
        by_ebike=True,
        cleaner_enter=street.path(f, (5.2, -0.8), (9.5, 0.2)),
        cleaner_leave=street.path(f, (9.6, -1.2), (5.0, -1.6)),
    )
