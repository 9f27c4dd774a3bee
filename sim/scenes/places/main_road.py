"""A dual carriageway with a green belt beside it."""

# fmt: off  (tables in metres, packed by hand)
from sim.scenes import cycles, furniture, street, vehicles
from sim.scenes.catalogue import Frame, Scene
from sim.scenes.ground import asphalt, grass, paving
from sim.scenes.layout import Building, DumpPlan, Item, Laid, Layout, Mark, Mover
from sim.scenes.light import SUNNY
from sim.scenes.plants import Tree
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
        hills=0.8,
        always=_always(f),
        crowds=_crowds(f),
        dump=_dump(f),
    )


def _ground(f: Frame) -> tuple[Laid, ...]:
    angle = f.angle_deg
    slabs = paving(angle, guide_v=5.2)
    return (
        Laid(street.strip(f, -5, 200, -11, -2), asphalt(angle, lane_v=-6.5)),
        Laid(street.strip(f, -5, 200, -22.5, -13.5), asphalt(angle, lane_v=-18)),
        Laid(street.strip(f, -5, 200, -13.5, -11), grass()),
        Laid(street.strip(f, -5, 200, -2, 3.4), grass(rgb("#63823f"))),
        Laid(street.strip(f, -5, 200, 3.4, 7.2), slabs),
        Laid(street.strip(f, -5, 200, -26, -22.5), slabs),
    )


def _marks(f: Frame) -> tuple[Mark, ...]:
    marks = [
        *street.kerb(f, -2, -5, 200, -1),
        *street.kerb(f, -11, -5, 200, 1),
        *street.kerb(f, -13.5, -5, 200, -1),
        *street.kerb(f, -22.5, -5, 200, 1),
        *street.dashes(f, -6.5, -5, 150),
        *street.dashes(f, -18, -5, 150),
        street.line(f, -2.4, -5, 200),
        street.line(f, -10.7, -5, 200),
        street.line(f, -22.1, -5, 200),
        *street.arrow(f, 14, -4.3),
        *street.arrow(f, 14, -8.6),
        *street.kerb(f, 3.4, -5, 200, -1),
    ]
    return tuple(marks)


def _buildings(f: Frame) -> tuple[Building, ...]:
    buildings = [
        *street.row(
            f,
            11,
            14,
            [
                (22, 13, "shops", "#cbbda6"),
                (20, 16, "flats", "#c7a98c"),
                (24, 18, "flats", "#bfb7a8"),
                (24, 14, "office", "#aab3b6"),
            ],
            names_from=14,
            gap=4,
        ),
        *street.row(
            f,
            -29,
            20,
            [
                (24, 19, "flats", "#c4b6a0"),
                (24, 19, "flats", "#c9bba6"),
                (24, 23, "office", "#9fb0ba"),
                (24, 17, "flats", "#b8ae9e"),
            ],
            names_from=2,
            gap=6,
        ),
    ]
    return tuple(buildings)


def _trees(f: Frame) -> tuple[Tree, ...]:
    trees = [
        *street.trees(f, [(6 + 8 * k, -12.2) for k in range(2, 13)], 4.6, 2.6, 1.2, "#557c38"),
        *street.trees(f, [(21 + 8 * k, 0.7) for k in range(9)], 6.6, 4.0, 2.5),
        *street.trees(f, [(16 + 9 * k, -24) for k in range(9)], 6.6, 4.2, 2.5, "#5a8140"),
        *street.trees(f, [(9.5 + 1.3 * k, -1.2) for k in range(10)], 0.9, 1.2, 0.0, "#47702f"),
    ]
    return tuple(trees)


def _items(f: Frame) -> tuple[Item, ...]:
    items = [
        *street.things(f, furniture.lamp_post(9, 2.4), [(24 + 22 * k, -12.2) for k in range(4)], 90),
        *street.things(f, furniture.road_sign(), [(30, -1.2)]),
        *street.things(f, cycles.ebike(P[4]), [(24, 6.8)], 80),
        *street.things(f, furniture.bench(), [(17, 6.9)], 90),
    ]
    return tuple(items)


def _always(f: Frame) -> tuple[Mover, ...]:
    return (
        street.drive(f, vehicles.sedan(P[1]), 0.0, (-2, -4.3), (135, -4.3), speed=13, wraps=True),
        street.drive(f, vehicles.suv(P[0]), 4.2, (-2, -8.6), (135, -8.6), speed=14, wraps=True),
        street.drive(f, vehicles.sedan(P[3]), 2.0, (135, -16), (-4, -16), speed=13.5, wraps=True),
        street.drive(f, vehicles.box_truck(P[4]), 7.4, (130, -20.2), (-4, -20.2), speed=12, wraps=True),
        street.ride(f, 3, 5.0, (-2, -2.9), (52, -2.9), speed=5.2, wraps=True),
        street.walk(f, 12, 3.0, (22, 5.6), (7.4, 5.6), speed=1.35, wraps=True),
    )


def _crowds(f: Frame) -> tuple[tuple[Mover, ...], ...]:
    return (
        (
            street.drive(f, vehicles.bus(rgb("#2a6fae")), 0.5, (-8, -4.4), (110, -4.4), speed=10.6),
            street.walk(f, 1, 0.5, (7.2, 4.6), (22, 4.6), (24, 9.5), speed=1.75),
            street.ride(f, 8, 1.0, (56, -21.6), (-2, -21.6), speed=5.6),
            street.drive(f, vehicles.minivan(P[5]), 0.6, (135, -16), (-4, -16), speed=12.8),
        ),
        (
            street.drive(f, vehicles.dump_truck(rgb("#c08a2a")), 0.8, (-4, -4.4), (120, -4.4), speed=11.4),
            street.walk(f, 9, 0.4, (24, 9.5), (22, 6), (12.6, 6), (6.9, 6), speed=2.0, pauses={}),
            street.drive(f, vehicles.suv(P[9]), 1.6, (130, -20.2), (-4, -20.2), speed=13.5),
        ),
        (),
    )


def _dump(f: Frame) -> DumpPlan:
    return DumpPlan(
        "debris",
        enter=street.path(f, (7.0, 5.4), (12.5, 4.6), (15.5, 1.4)),
        leave=street.path(f, (15.5, 1.4), (14.5, 5.4), (7.0, 6.2)),
        cleaner_enter=street.path(f, (24.5, 13.5), (22.5, 5.4), (16.5, 3.2)),
        cleaner_leave=street.path(f, (13.5, 5.2), (7.0, 5.6)),
    )
