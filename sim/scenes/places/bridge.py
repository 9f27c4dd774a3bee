"""A road bridge over a river, in haze."""

# fmt: off  (tables in metres, packed by hand)
from sim.scenes import furniture, street, vehicles
from sim.scenes.catalogue import Frame, Scene
from sim.scenes.facades import Facade
from sim.scenes.figures import Look
from sim.scenes.ground import asphalt, concrete, grass
from sim.scenes.layout import Building, Item, Laid, Layout, Mark, Mover, Polygon, StallPlan
from sim.scenes.light import HAZY
from sim.scenes.motion import stander
from sim.scenes.plants import Tree
from sim.scenes.stalls import Design
from sim.scenes.textures import rgb

P = vehicles.PAINTS


def layout(scene: Scene) -> Layout:
    f = scene.frame
    return Layout(
        light=HAZY,
        base=grass(rgb("#6b8a4c")),
        ground=_ground(f),
        marks=_marks(f),
        buildings=_buildings(f),
        trees=_trees(f),
        items=_items(f),
        boards=(),
        water=_water(f),
        hills=1.2,
        skyline=0.15,
        always=_always(f),
        crowds=_crowds(f),
        stall=_stall(f),
    )


def _ground(f: Frame) -> tuple[Laid, ...]:
    angle = f.angle_deg
    far = 58.0
    return (
        Laid(street.strip(f, far, 300, -150, 150), grass(rgb("#6b8a4c"))),
        Laid(street.strip(f, -5, 300, -9, 0.6), asphalt(angle, rgb("#7c7d7d"), lane_v=-4.2)),
        Laid(street.strip(f, -5, far, 0.6, 4.6), concrete(angle, rgb("#b5b6b0"), (2.0, 2.0))),
        Laid(street.strip(f, -5, far, -12, -9), concrete(angle, rgb("#b0b1ab"), (2.0, 2.0))),
    )


def _marks(f: Frame) -> tuple[Mark, ...]:
    far = 58.0
    marks = [
        *street.kerb(f, 0.6, -5, far, -1),
        *street.kerb(f, -9, -5, far, 1),
        *street.dashes(f, -4.2, -5, 140),
        street.line(f, 0.2, -5, far),
        street.line(f, -8.6, -5, far),
        *(street.crossline(f, u, -9, 0.6, 0.12, street.GUTTER) for u in (18, 38)),
    ]
    return tuple(marks)


def _buildings(f: Frame) -> tuple[Building, ...]:
    far = 58.0
    buildings = [
        *street.row(
            f,
            14,
            far + 8,
            [(14, 11, "farmhouse", "#dcd8cc"), (12, 9, "farmhouse", "#d8d2c4"), (20, 15, "flats", "#c8b79e")],
            names_from=3,
            gap=3,
            ridge_m=1.6,
        ),
        *street.row(
            f,
            -20,
            far + 6,
            [(16, 12, "shops", "#cdbfa8"), (18, 15, "flats", "#c2b4a2"), (18, 12, "farmhouse", "#dad6cc")],
            names_from=8,
            gap=2,
        ),
        street.block(f, (far + 6, 16, far + 6, 40), 9, Facade("farmhouse", rgb("#dedad0")), ridge_m=2),
        street.block(f, (far + 5, 44, far + 5, 70), 11, Facade("farmhouse", rgb("#d3cabb"), seed=3), ridge_m=2),
        street.block(f, (far + 8, -24, far + 8, -44), 10, Facade("farmhouse", rgb("#d9d3c6"), seed=5), ridge_m=2),
        street.block(f, (far + 5, -48, far + 5, -80), 13, Facade("flats", rgb("#c4b49c"), seed=6)),
    ]
    return tuple(buildings)


def _trees(f: Frame) -> tuple[Tree, ...]:
    far = 58.0
    trees = street.trees(
        f,
        [(far + 2, v) for v in (9, 14, 21, 30, 41, 52, -15, -21, -29, -38, -50)],
        6.5,
        5.2,
        1.5,
        "#5f8a45",
        weeping=True,
    )
    return tuple(trees)


def _items(f: Frame) -> tuple[Item, ...]:
    angle = f.angle_deg
    items = [
        *(Item(furniture.stone_railing(2.4), f.at(7.2 + 2.5 * k, 4.65), angle + 90) for k in range(20)),
        *(Item(furniture.stone_railing(2.5), f.at(8 + 2.5 * k, -12.05), angle + 90) for k in range(19)),
        *street.things(f, furniture.lamp_post(7, 1.5), [(22, 4.3), (42, 4.3)], -90),
        *street.things(f, furniture.lamp_post(7, 1.5), [(16, -11.7), (36, -11.7)], 90),
    ]
    return tuple(items)


def _water(f: Frame) -> tuple[Polygon, ...]:
    far = 58.0
    water = (street.strip(f, 0, far, 4.75, 160), street.strip(f, 0, far, -160, -12.15))
    return water


def _always(f: Frame) -> tuple[Mover, ...]:
    angle = f.angle_deg
    return (
        street.drive(f, vehicles.sedan(P[3]), 1.0, (-4, -2.0), (108, -2.0), speed=10.6, wraps=True),
        street.drive(f, vehicles.suv(P[0]), 6.0, (110, -6.6), (-4, -6.6), speed=10.8, wraps=True),
        street.ride(f, 1, 8.0, (-2, -0.2), (46, -0.2), speed=4.8, wraps=True),
        stander(11, f.at(24.5, 4.0), angle + 100),
    )


def _crowds(f: Frame) -> tuple[tuple[Mover, ...], ...]:
    return (
        (
            street.walk(f, 5, 0.3, (6.5, 1.6), (22, 1.6), speed=1.5),
            street.walk(f, 2, 0.6, (22.5, 2.4), (7, 3.6), speed=1.5),
            street.drive(f, vehicles.dump_truck(rgb("#b9822c")), 0.6, (-4, -2.2), (105, -2.2), speed=10.4),
            street.ride(f, 6, 1.5, (50, -8.2), (-2, -8.2), speed=6),
        ),
        (
            street.walk(f, 9, 0.2, (6.5, 2.0), (17.0, 4.0), (6.8, 4.0), speed=2.6, pauses={1: 2.8}),
            street.drive(f, vehicles.bus(rgb("#b8862b")), 0.4, (112, -6.8), (-8, -6.8), speed=11),
            street.ride(f, 14, 2.2, (-2, -0.2), (44, -0.2), speed=5),
        ),
        (
            street.ride(f, 8, 0.6, (50, -8.2), (-2, -8.2), speed=5.8),
            street.drive(f, vehicles.minivan(P[2]), 1.2, (-4, -2.0), (104, -2.0), speed=10.8),
        ),
    )


def _stall(f: Frame) -> StallPlan:
    return StallPlan(
        Design(
            "fruit",
            rgb("#b03a2e"),
            (rgb("#2f8f4e"), rgb("#f2eee0")),
            Look(top=rgb("#4a5a3a"), legs=rgb("#3b3832"), hat=rgb("#d8c48a")),
        ),
        enter=street.path(f, (4.6, 1.2), (9.5, 2.2), (13.5, 2.6)),
        leave=street.path(f, (13.5, 2.6), (17, 2.0), (15.5, -0.6), (10, -1.0), (5, -1.0)),
        vendor_at=f.at(13.8, 3.9),
        customers=(
            street.path(f, (6.0, 0.8), (12.6, 1.4)),
            street.path(f, (5.8, 2.6), (11.0, 2.9)),
            street.path(f, (6.2, -0.4), (14.6, 1.3)),
        ),
        exits=(street.path(f, (6.0, 0.6)), street.path(f, (5.8, 2.8)), street.path(f, (6.2, 1.2))),
    )
