"""A bus stop in the morning."""

# fmt: off  (tables in metres, packed by hand)
from sim.scenes import cycles, furniture, street, vehicles
from sim.scenes.catalogue import Frame, Scene
from sim.scenes.figures import Look
from sim.scenes.ground import asphalt, grass, paving
from sim.scenes.layout import Board, Building, Item, Laid, Layout, Mark, Mover, StallPlan
from sim.scenes.light import MORNING
from sim.scenes.motion import stander
from sim.scenes.plants import Tree
from sim.scenes.solid import box, joined, rod
from sim.scenes.stalls import Design
from sim.scenes.textures import rgb

P = vehicles.PAINTS


def layout(scene: Scene) -> Layout:
    f = scene.frame
    return Layout(
        light=MORNING,
        base=grass(),
        ground=_ground(f),
        marks=_marks(f),
        buildings=_buildings(f),
        trees=_trees(f),
        items=_items(f),
        boards=_boards(f),
        hills=0.7,
        always=_always(f),
        crowds=_crowds(f),
        stall=_stall(f),
    )


def _ground(f: Frame) -> tuple[Laid, ...]:
    angle = f.angle_deg
    return (
        Laid(street.strip(f, -5, 160, -10, -0.8), asphalt(angle, lane_v=-3.4)),
        Laid(street.strip(f, -5, 160, -0.8, 6.4), paving(angle, guide_v=0.3)),
        Laid(street.strip(f, -5, 160, -13.4, -10), paving(angle, rgb("#a39d94"))),
    )


def _marks(f: Frame) -> tuple[Mark, ...]:
    marks = [
        *street.kerb(f, -0.8, -5, 160, -1),
        *street.kerb(f, -10, -5, 160, 1),
        *street.dashes(f, -5.4, -5, 120),
        street.line(f, -1.2, 17, 34, 0.14, street.YELLOW),
        street.line(f, -3.6, 17, 34, 0.14, street.YELLOW),
        street.crossline(f, 17, -3.6, -1.2, 0.14, street.YELLOW),
        street.crossline(f, 34, -3.6, -1.2, 0.14, street.YELLOW),
    ]
    return tuple(marks)


def _buildings(f: Frame) -> tuple[Building, ...]:
    buildings = [
        *street.row(
            f,
            6.6,
            3,
            [
                (15, 10.5, "shops", "#d2c6b0"),
                (16, 13.5, "shops", "#c1b4a4"),
                (22, 16, "flats", "#c9ad92"),
                (22, 14, "flats", "#bdb5a6"),
            ],
            names_from=20,
            awnings=((rgb("#2f7a5a"), rgb("#e8e6da")), None),
        ),
        *street.row(
            f,
            -14,
            12,
            [
                (16, 11, "shops", "#cfc9bd"),
                (14, 14, "shops", "#bfae98"),
                (20, 17, "flats", "#c8bba8"),
                (20, 13, "office", "#a5b0b4"),
            ],
            names_from=25,
        ),
    ]
    return tuple(buildings)


def _trees(f: Frame) -> tuple[Tree, ...]:
    trees = [
        *street.trees(f, [(30, 1.6), (38, 1.6), (46, 1.6), (55, 1.6)], 6.2, 3.8),
        *street.trees(f, [(8, -11.4), (16, -11.6), (25, -11.6), (34, -11.6), (44, -11.6), (55, -11.6)], 6.4, 4.0),
    ]
    return tuple(trees)


def _items(f: Frame) -> tuple[Item, ...]:
    angle = f.angle_deg
    steel, glass = rgb("#8f979b"), rgb("#9fb8c4")
    shelter = joined(
        [
            *(rod((x, 0.6, 0), (x, 0.6, 2.5), 0.05, steel) for x in (-2.6, 0, 2.6)),
            box((-3, 3), (-0.7, 0.9), (2.5, 2.66), rgb("#3f7fb8")),
            box((-2.6, 2.6), (0.58, 0.62), (0.5, 2.2), glass),
            box((-2.2, 1.2), (0.15, 0.5), (0.42, 0.48), rgb("#8a6a48"), lift=0.3),
        ]
    )
    items = [
        Item(shelter, f.at(20.5, 1.0), angle + 90),
        *street.things(f, cycles.ebike(P[4]), [(8.2, 5.6)], 84),
        *street.things(f, cycles.ebike(P[7]), [(9.1, 5.6)], 92),
        *street.things(f, furniture.wheelie_bin(), [(16.2, 1.4)], 90),
        *street.things(f, furniture.lamp_post(), [(27, 0.4)], -90),
        *street.things(f, vehicles.sedan(P[2]), [(44, -1.9)]),
        *street.things(f, furniture.road_sign(rgb("#2f7fb8"), 2.6), [(16.8, 0.0)]),
        *street.things(f, vehicles.suv(P[3]), [(24, -9)], 180),
    ]
    return tuple(items)


def _boards(f: Frame) -> tuple[Board, ...]:
    boards = (Board(f.at(17.6, 0.4), f.at(17.6, 2.2), 2.68, 3.1, "城东公交站", rgb("#2b6cb0")),)
    return boards


def _always(f: Frame) -> tuple[Mover, ...]:
    angle = f.angle_deg
    return (
        stander(4, f.at(19.2, 0.8), angle - 90, phone=True),
        stander(7, f.at(21.4, 0.5), angle - 60),
        street.ride(f, 11, 2.0, (-2, -1.6), (44, -1.6), speed=4.7, wraps=True),
        street.drive(f, vehicles.sedan(P[0]), 6.5, (110, -7.8), (-4, -7.8), speed=10.5, wraps=True),
        street.drive(f, vehicles.minivan(P[5]), 9.0, (-3, -4.2), (108, -4.2), speed=10.5, wraps=True),
    )


def _crowds(f: Frame) -> tuple[tuple[Mover, ...], ...]:
    return (
        (
            street.drive(
                f,
                vehicles.bus(rgb("#2d7d5a")),
                0.1,
                (-8, -4.6),
                (16, -3.0),
                (25, -2.5),
                (34, -3.2),
                (74, -4.4),
                speed=11.5,
                pauses={2: 3.8},
            ),
            street.walk(f, 2, 0.6, (23, 7.6), (14, 3.4), (5.2, 3.8), speed=1.9),
            street.walk(f, 13, 2.6, (25, 0.1), (25, 4.0), (17, 4.4), (6, 4.6), speed=2.4),
        ),
        (
            street.walk(f, 5, 0.3, (5.5, 2.6), (17.5, -0.2), (23, 0.0), (29, 4.6), speed=2.2),
            street.drive(f, vehicles.suv(P[1]), 1.0, (-4, -4.2), (108, -4.2), speed=10.8),
            street.ride(f, 13, 3.0, (44, -9), (-2, -9), speed=5.5),
            street.walk(f, 10, 0.9, (5.4, 4.8), (11.5, 4.6), (5.3, 5.4), speed=1.4, pauses={1: 1.5}),
        ),
        (
            street.ride(f, 15, 0.6, (44, -9), (-2, -9), speed=5.2),
            street.drive(f, vehicles.sedan(P[4]), 0.4, (-4, -4.2), (108, -4.2), speed=10.2),
        ),
    )


def _stall(f: Frame) -> StallPlan:
    return StallPlan(
        Design(
            "steamer",
            rgb("#2f8f6a"),
            (rgb("#e0a92c"), rgb("#f4efe0")),
            Look(top=rgb("#7c3f4a"), legs=rgb("#2c2f36"), apron=rgb("#d8d4c8"), skirt=False),
        ),
        enter=street.path(f, (3.0, 3.0), (7.2, 2.0), (10.4, 1.7)),
        leave=street.path(f, (10.4, 1.7), (13.5, 2.4), (9.5, 4.4), (4.0, 4.8)),
        vendor_at=f.at(9.6, 2.9),
        customers=(
            street.path(f, (16, 4.8), (11.4, 0.7)),
            street.path(f, (5.0, 0.2), (9.6, 0.5)),
            street.path(f, (15.6, 6.4), (12.2, 1.8)),
        ),
        exits=(street.path(f, (5.0, 0.2)), street.path(f, (4.8, -0.2)), street.path(f, (15.6, 6.4))),
    )
