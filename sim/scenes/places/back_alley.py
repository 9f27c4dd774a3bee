"""A lane behind the houses, with the bins."""

# fmt: off  (tables in metres, packed by hand)
from sim.scenes import cycles, furniture, street, vehicles
from sim.scenes.catalogue import Frame, Scene
from sim.scenes.facades import Facade
from sim.scenes.ground import concrete, soil
from sim.scenes.layout import Building, DumpPlan, Item, Laid, Layout, Mover
from sim.scenes.light import OVERCAST
from sim.scenes.motion import stander
from sim.scenes.solid import box, joined, rod
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
        light=OVERCAST,
        base=soil(),
        ground=_ground(f),
        marks=(),
        buildings=_buildings(f),
        trees=(),
        items=_items(f),
        hills=0.4,
        always=_always(f),
        crowds=_crowds(f),
        dump=_dump(f),
    )


def _ground(f: Frame) -> tuple[Laid, ...]:
    angle = f.angle_deg
    return (
        Laid(street.strip(f, -5, 70, -4, 4.2), concrete(angle, rgb("#9c9d98"), (4, 4.1))),
        Laid(street.strip(f, -5, 70, 1.2, 1.6), concrete(angle, rgb("#77787a"), (0.6, 5))),
    )


def _buildings(f: Frame) -> tuple[Building, ...]:
    buildings = [
        *street.row(
            f,
            4.3,
            3,
            [
                (9, 8.5, "plain", "#b9a892"),
                (12, 11, "plain", "#c8c2b6"),
                (10, 9, "plain", "#ab9f90"),
                (14, 13, "plain", "#b8b4ac"),
            ],
            names_from=4,
        ),
        *street.row(
            f,
            -4.2,
            5,
            [
                (10, 10, "plain", "#c3bcae"),
                (11, 12, "plain", "#b3a694"),
                (12, 9, "plain", "#c9c4ba"),
                (14, 12, "flats", "#b9ab98"),
            ],
            names_from=30,
        ),
        street.block(f, (52, -8, 52, 10), 12, Facade("flats", rgb("#c1b29c"), seed=2)),
    ]
    return tuple(buildings)


def _items(f: Frame) -> tuple[Item, ...]:
    angle = f.angle_deg
    pipes = joined(
        [rod((0, 0, 0), (0, 0, 8), 0.07, rgb("#a8aaa8")), rod((0, 0.3, 0), (0, 0.3, 6), 0.04, rgb("#8f908e"))]
    )
    line = joined(
        [
            rod((-4, 0, 4.4), (4, 0, 4.4), 0.012, rgb("#4a4a4a")),
            *(
                box((x, x + 0.55), (-0.02, 0.02), (3.6, 4.4), rgb(c))
                for x, c in (
                    (-2.6, "#b84a5a"),
                    (-1.8, "#d8d4c8"),
                    (-0.6, "#4a7296"),
                    (0.6, "#e0cfa0"),
                    (1.6, "#6a8a5a"),
                )
            ),
        ]
    )
    items = [
        *(
            Item(furniture.wheelie_bin(rgb(c)), f.at(14.6 + 0.85 * k, -3.5), angle + 90)
            for k, c in enumerate(("#2f7d4a", "#2f7d4a", "#2d5f9a", "#a83a30", "#6a6f72"))
        ),
        Item(pipes, f.at(12.2, 4.15), angle),
        Item(pipes, f.at(22, -4.1), angle),
        Item(line, f.at(26, 0), angle),
        *street.things(f, cycles.ebike(P[4]), [(17.5, 3.4)], 8),
        *street.things(f, cycles.ebike(P[7]), [(19.6, 3.5)], -4),
        *street.things(f, cycles.bicycle(rgb("#5f6f7a")), [(12.6, 3.7)], 5),
        *street.things(f, vehicles.minivan(P[2]), [(31, 2.9)], 182),
        *street.things(f, furniture.stool(rgb("#2d6fb0")), [(22.5, 3.2)]),
        *street.things(f, furniture.planter(1.2, rgb("#d06080")), [(24, -3.6)], 90),
    ]
    return tuple(items)


def _always(f: Frame) -> tuple[Mover, ...]:
    angle = f.angle_deg
    return (
        stander(16, f.at(22.7, 2.6), angle - 100),
        street.walk(f, 4, 4.0, (36, -0.6), (24, -0.2), (23.5, -4.1), speed=1.35, wraps=True),
    )


def _crowds(f: Frame) -> tuple[tuple[Mover, ...], ...]:
    return (
        (
            street.ride(f, 2, 0.5, (-1, 0.2), (42, 0.0), speed=4.0),
            street.walk(f, 9, 0.4, (13, 4.2), (14.6, -2.2), (13, 4.2), speed=1.7, pauses={1: 1.8}),
            street.walk(f, 1, 2.0, (24, 4.2), (17, 1.0), (12.2, 0.8), (4.6, 1.2), speed=2.1),
        ),
        (
            street.walk(f, 7, 0.5, (4.6, 0.8), (18, 0.8), speed=1.3),
            street.ride(f, 11, 3.0, (40, 0.4), (-2, 0.2), speed=4.9),
            street.walk(f, 12, 5.0, (21, -4.1), (20, 1.8), (21, -4.1), speed=1.9, pauses={1: 0.5}),
        ),
        (),
    )


def _dump(f: Frame) -> DumpPlan:
    return DumpPlan(
        "black",
        enter=street.path(f, (2.6, -0.2), (8, -0.6), (9.6, -2.0)),
        leave=street.path(f, (9.6, -2.0), (9.0, 0.4), (2.6, 0.6)),
        cleaner_enter=street.path(f, (19, -5.6), (14, -1.2), (11, -1.6)),
        cleaner_leave=street.path(f, (8.4, 0.2), (2.6, 0.4)),
    )
