"""The front of a farmers' market."""

# fmt: off  (tables in metres, packed by hand)
from sim.scenes import cycles, furniture, street, vehicles
from sim.scenes.catalogue import Frame, Scene
from sim.scenes.facades import Facade
from sim.scenes.figures import Look
from sim.scenes.ground import asphalt, concrete, grass
from sim.scenes.layout import Building, DumpPlan, Item, Laid, Layout, Mark, Mover, StallPlan
from sim.scenes.light import AFTERNOON
from sim.scenes.motion import stander
from sim.scenes.solid import ball, box, joined
from sim.scenes.stalls import Design
from sim.scenes.textures import rgb

P = vehicles.PAINTS


def layout(scene: Scene) -> Layout:
    f = scene.frame
    return Layout(
        light=AFTERNOON,
        base=grass(),
        ground=_ground(f),
        marks=_marks(f),
        buildings=_buildings(f),
        trees=(),
        items=_items(f),
        hills=1.0,
        always=_always(f),
        crowds=_crowds(f),
        stall=_stall(f),
        dump=_dump(f),
    )


def _ground(f: Frame) -> tuple[Laid, ...]:
    angle = f.angle_deg
    return (
        Laid(street.strip(f, -80, 80, -17, -7.2), concrete(angle, rgb("#b3b0a8"), (3, 3))),
        Laid(street.strip(f, -80, 80, -7.2, 4), asphalt(angle)),
        Laid(street.strip(f, -80, 80, -60, -17), concrete(angle)),
    )


def _marks(f: Frame) -> tuple[Mark, ...]:
    marks = [*street.kerb(f, -7.2, -60, 60, 1), *street.bays(f, 11, 4, -16.4, -12.0, 2.5)]
    return tuple(marks)


def _buildings(f: Frame) -> tuple[Building, ...]:
    buildings = [
        street.block(f, (-15, -17, 15, -17), 7.6, Facade("hall", rgb("#d9cfbc"), ("城西农贸市场",), seed=0), depth=20),
        street.block(
            f,
            (15.2, -19, 36, -19),
            10.5,
            Facade("shops", rgb("#c8b9a2"), street.shop_names(8, 6), seed=2),
            awning=(rgb("#2f7a5a"), rgb("#e8e6da")),
        ),
        street.block(
            f,
            (-38, -18, -15.4, -18),
            10.5,
            Facade("shops", rgb("#cfc6b6"), street.shop_names(18, 6), seed=5),
            awning=(rgb("#b8433a"), rgb("#e8e2d4")),
        ),
    ]
    return tuple(buildings)


def _items(f: Frame) -> tuple[Item, ...]:
    angle = f.angle_deg
    produce = joined(
        [
            box((-0.9, 0.9), (-0.45, 0.45), (0, 0.55), rgb("#8d7454")),
            *(
                ball(
                    (-0.7 + 0.2 * (k % 8), -0.25 + 0.17 * (k // 8), 0.6),
                    0.1,
                    rgb(("#4f8a3c", "#c0392b", "#e0a030", "#d8d8c8", "#7d4f8a")[(k // 2) % 5]),
                )
                for k in range(32)
            ),
        ]
    )
    items = [
        *(Item(produce, f.at(u, -15.9), angle - 90) for u in (-11.5, -8.8, -2.0, 0.4, 8.6, 11.2)),
        *street.things(f, cycles.tricycle(rgb("#2d6fb0")), [(12.6, -13.6)], 20),
        *street.things(f, cycles.tricycle(rgb("#a83a2e")), [(15.6, -13.8)], 10),
        *street.things(f, cycles.ebike(P[3]), [(-12.6, -13.6), (-11.7, -13.6), (-10.8, -13.7), (-13.5, -13.6)], -88),
        *street.things(f, vehicles.minivan(P[5]), [(19.5, -14.2)], 92),
        *street.things(f, furniture.wheelie_bin(), [(9.6, -14.8), (10.5, -14.8)], 0),
        *street.things(f, furniture.utility_pole(7.5), [(10.4, -8.0)]),
    ]
    return tuple(items)


def _always(f: Frame) -> tuple[Mover, ...]:
    angle = f.angle_deg
    return (
        stander(7, f.at(-9.6, -15.0), angle + 100),
        stander(2, f.at(0.0, -15.0), angle - 90),
        stander(15, f.at(8.8, -15.0), angle - 80),
        stander(19, f.at(-2.8, -16.9), angle + 90),
        street.ride(f, 5, 2.0, (-16, -5.6), (18, -5.6), speed=3.6, wraps=True),
        street.walk(f, 8, 3.0, (3.4, -17.5), (2.6, -9.2), (-11, -8.0), speed=2.0, wraps=True),
        street.walk(f, 14, 8.0, (-6.5, -14.6), (-6.2, -17.4), (-5.6, -14.6), speed=0.8, wraps=True),
    )


def _crowds(f: Frame) -> tuple[tuple[Mover, ...], ...]:
    return (
        (
            street.walk(f, 1, 0.3, (-12, -7.8), (0.5, -13.2), (1.0, -17.6), speed=1.8),
            street.walk(f, 12, 0.6, (12, -8.4), (4.2, -13.0), (3.8, -17.6), speed=1.4),
            street.drive(
                f, cycles.tricycle(rgb("#3f7f4a"), Look(hat=rgb("#d8c48a"))), 0.4, (20, -6.0), (-18, -6.0), speed=3.9
            ),
            street.walk(f, 4, 3.0, (1.5, -17.6), (1.8, -13.4), (3.0, -17.6), speed=1.5, pauses={1: 2.5}),
        ),
        (
            street.walk(f, 6, 0.4, (1.0, -17.6), (1.8, -12.6), (11.5, -8.2), speed=1.5),
            street.walk(f, 17, 0.8, (-12, -7.8), (1.6, -9.6), (11.6, -7.8), speed=2.4),
            street.ride(f, 9, 4.0, (18, -5.2), (-16, -5.2), speed=4.6),
        ),
        (
            street.walk(f, 9, 0.4, (2.0, -17.6), (2.4, -12.8), (12, -8), speed=1.6),
            street.drive(f, vehicles.minivan(P[2]), 1.0, (24, -5.0), (-22, -5.0), speed=6.6),
        ),
    )


def _stall(f: Frame) -> StallPlan:
    return StallPlan(
        Design(
            "fruit",
            rgb("#2f7f4f"),
            (rgb("#c8372d"), rgb("#f0ece0")),
            Look(top=rgb("#8a4a5a"), legs=rgb("#30323a"), hat=rgb("#d8c48a")),
        ),
        enter=street.path(f, (-13.5, -7.9), (-8.5, -10.4), (-4.4, -11.0)),
        leave=street.path(f, (-4.4, -11.0), (-1.2, -10.4), (-3.5, -8.0), (-13.5, -6.4)),
        vendor_at=f.at(-4.2, -12.4),
        customers=(
            street.path(f, (3.2, -17.6), (-3.0, -10.0)),
            street.path(f, (-4.5, -4.6), (-4.6, -9.7)),
            street.path(f, (1.5, -4.6), (-2.4, -11.2)),
        ),
        exits=(street.path(f, (1.0, -4.6)), street.path(f, (-4.8, -4.6)), street.path(f, (3.4, -17.6))),
    )


def _dump(f: Frame) -> DumpPlan:
    return DumpPlan(
        "boxes",
        enter=street.path(f, (2.6, -17.6), (4.0, -13.5), (5.6, -11.4)),
        leave=street.path(f, (5.6, -11.4), (4.6, -13.6), (3.2, -17.6)),
        cleaner_enter=street.path(f, (13, -8.2), (8, -9.6)),
        cleaner_leave=street.path(f, (8, -9.4), (13.4, -8.2)),
    )
