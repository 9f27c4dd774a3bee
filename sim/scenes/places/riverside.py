"""A walk along a river with willows."""

# fmt: off  (tables in metres, packed by hand)
from sim.scenes import cycles, furniture, street, vehicles
from sim.scenes.catalogue import Frame, Scene
from sim.scenes.facades import Facade, Style
from sim.scenes.figures import CHILD, Look
from sim.scenes.ground import asphalt, grass, paving
from sim.scenes.layout import Building, DumpPlan, Item, Laid, Layout, Mark, Mover, Polygon, StallPlan
from sim.scenes.light import MORNING
from sim.scenes.motion import stander, walker
from sim.scenes.plants import Tree
from sim.scenes.stalls import Design
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
        light=MORNING,
        base=grass(),
        ground=_ground(f),
        marks=_marks(f),
        buildings=_buildings(f),
        trees=_trees(f),
        items=_items(f),
        boards=(),
        water=_water(f),
        hills=1.6,
        skyline=0.2,
        always=_always(f),
        crowds=_crowds(f),
        stall=_stall(f),
        dump=_dump(f),
    )


def _ground(f: Frame) -> tuple[Laid, ...]:
    angle = f.angle_deg
    return (
        Laid(street.strip(f, -5, 200, -6.0, -4.8), grass(rgb("#6f9048"))),
        Laid(street.strip(f, -5, 200, -4.8, -1.0), grass(rgb("#75964c"))),
        Laid(street.strip(f, -5, 200, -1.0, 4.4), paving(angle, rgb("#b5a894"), rgb("#9c8f80"), side=0.5)),
        Laid(street.strip(f, -5, 200, 4.4, 9), grass()),
        Laid(street.strip(f, -5, 200, 9, 16), asphalt(angle)),
        Laid(street.strip(f, -5, 260, -80, -36), grass(rgb("#6f8f50"))),
    )


def _marks(f: Frame) -> tuple[Mark, ...]:
    marks = [
        street.line(f, -1.0, -5, 200, 0.3, rgb("#c2bdb0")),
        street.line(f, 4.4, -5, 200, 0.3, rgb("#c2bdb0")),
        street.line(f, -6.0, -5, 200, 0.5, rgb("#a9a498")),
        street.line(f, -36, -5, 220, 0.8, rgb("#a9a498")),
    ]
    return tuple(marks)


def _buildings(f: Frame) -> tuple[Building, ...]:
    far_bank: tuple[tuple[float, Style, str, float], ...] = (
        (9, "farmhouse", "#e2ded4", 2),
        (16, "flats", "#c9b59a", 0),
        (9, "farmhouse", "#d6d2c6", 2),
        (19, "flats", "#bfb3a4", 0),
        (10, "farmhouse", "#dcd8cc", 2),
        (14, "flats", "#c9bca8", 0),
    )
    buildings = [
        street.block(
            f, (14 + 24 * k, -46, 32 + 24 * k, -46), height, Facade(style, rgb(colour), seed=k), depth=12, ridge_m=ridge
        )
        for k, (height, style, colour, ridge) in enumerate(far_bank)
    ]
    buildings += street.row(
        f,
        18,
        16,
        [(18, 11, "shops", "#cdc2ae"), (22, 16, "flats", "#c4ab90"), (24, 19, "flats", "#bdb4a6")],
        names_from=6,
        gap=5,
    )
    return tuple(buildings)


def _trees(f: Frame) -> tuple[Tree, ...]:
    trees = [
        *street.trees(
            f, [(17, -5.0), (26, -5.2), (36, -5.2), (47, -5.2), (60, -5.2)], 6.6, 5.0, 2.0, "#6b9448", weeping=True
        ),
        *street.trees(f, [(13, 7.2), (21, 7), (30, 7), (40, 7), (51, 7)], 6.2, 4.2),
        *street.trees(f, [(12 + 14 * k, -39) for k in range(9)], 6.5, 6, 1.0, "#5f8545"),
        *street.trees(f, [(9 + 1.2 * k, 5.0) for k in range(18)], 0.8, 1.1, 0, "#47702f"),
    ]
    return tuple(trees)


def _items(f: Frame) -> tuple[Item, ...]:
    angle = f.angle_deg
    items = [
        *(Item(furniture.stone_railing(2.4), f.at(6 + 2.5 * k, -5.8), angle + 90) for k in range(22)),
        *street.things(f, furniture.bench(), [(19.5, 4.0), (31, 4.0)], 90),
        *street.things(f, furniture.lamp_post(4.6, 0.5), [(22.5, -1.2), (38, -1.2)], 90),
        *street.things(f, furniture.wheelie_bin(rgb("#6a5a48")), [(24.5, 3.9)], 90),
        *street.things(f, vehicles.suv(P[4]), [(30, 10.2)]),
        *street.things(f, vehicles.sedan(P[0]), [(37, 10.2)]),
    ]
    return tuple(items)


def _water(f: Frame) -> tuple[Polygon, ...]:
    water = (street.strip(f, -2, 220, -36, -6.0),)
    return water


def _always(f: Frame) -> tuple[Mover, ...]:
    angle = f.angle_deg
    return (
        stander(10, f.at(20.2, 3.3), angle - 90, phone=True),
        stander(2, f.at(26.5, -4.9), angle - 100),
        street.walk(f, 13, 2.0, (24, 0.2), (9, 0.2), (5.4, 0.2), speed=1.7, wraps=True),
        street.drive(f, vehicles.sedan(P[8]), 4.0, (0, 12.5), (96, 12.5), speed=10.5, wraps=True),
        street.walk(f, 5, 8.0, (30, 2.4), (42, 2.4), speed=1.1, wraps=True),
    )


def _crowds(f: Frame) -> tuple[tuple[Mover, ...], ...]:
    return (
        (
            street.walk(f, 1, 0.3, (6.4, 2.8), (22, 2.6), speed=1.4),
            walker(CHILD, street.path(f, (6.2, 2.1), (22, 1.9)), 0.4, speed=1.42),
            street.walk(f, 7, 0.8, (22, -0.4), (9, -0.4), (6, -0.2), speed=2.5),
        ),
        (
            street.drive(
                f, cycles.bicycle(rgb("#2f9d5a"), Look(top=rgb("#d8d4cc"))), 1.0, (40, 1.4), (-2, 1.0), speed=4.2
            ),
        ),
        (
            street.walk(f, 9, 0.5, (24, -0.2), (6, -0.4), speed=1.75),
            street.drive(
                f, cycles.bicycle(rgb("#2f9d5a"), Look(top=rgb("#3d5a73"))), 1.5, (-2, -0.4), (36, -0.2), speed=4.0
            ),
        ),
    )


def _stall(f: Frame) -> StallPlan:
    return StallPlan(
        Design(
            "steamer",
            rgb("#a8572e"),
            (rgb("#d8572e"), rgb("#f0dcae")),
            Look(top=rgb("#5a6f5a"), legs=rgb("#33343a"), apron=rgb("#e0dccc"), hat=rgb("#d8c48a")),
        ),
        enter=street.path(f, (4.8, 2.2), (10.6, 2.0), (14.0, 1.8)),
        leave=street.path(f, (14.0, 1.8), (17.4, 1.4), (15, -0.4), (5, -0.2)),
        vendor_at=f.at(13.4, 3.1),
        customers=(
            street.path(f, (5.8, 0.4), (13.0, 0.7)),
            street.path(f, (22, 5.4), (15.2, 0.8)),
            street.path(f, (6, 3.6), (11.9, 2.6)),
        ),
        exits=(street.path(f, (5.8, 0.6)), street.path(f, (22, 5.4)), street.path(f, (6, 3.8))),
    )


def _dump(f: Frame) -> DumpPlan:
    return DumpPlan(
        "black",
        enter=street.path(f, (4.2, 0.6), (7.0, -0.4), (9.6, -2.9)),
        leave=street.path(f, (9.6, -2.9), (7.4, 0.0), (4.0, 0.8)),
        cleaner_enter=street.path(f, (17, 12.4), (15, 0.0), (11, -1.4)),
        cleaner_leave=street.path(f, (8, 0.2), (4.2, 0.8)),
    )
