"""A square with a pavilion."""

# fmt: off  (tables in metres, packed by hand)
import math

from sim.scenes import cycles, furniture, street, vehicles
from sim.scenes.catalogue import Frame, Scene
from sim.scenes.facades import Facade
from sim.scenes.figures import CHILD, Look
from sim.scenes.ground import asphalt, grass, paving
from sim.scenes.layout import Building, Item, Laid, Layout, Mover, StallPlan
from sim.scenes.light import AFTERNOON
from sim.scenes.motion import stander, walker
from sim.scenes.places.pavilions import pavilion
from sim.scenes.plants import Tree
from sim.scenes.solid import box, joined, rod
from sim.scenes.stalls import Design
from sim.scenes.textures import rgb

P = vehicles.PAINTS


def layout(scene: Scene) -> Layout:
    f = scene.frame
    return Layout(
        light=AFTERNOON,
        base=grass(),
        ground=_ground(f),
        marks=(),
        buildings=_buildings(f),
        trees=_trees(f),
        items=_items(f),
        hills=0.8,
        always=_always(f),
        crowds=_crowds(f),
        stall=_stall(f),
    )


def _ground(f: Frame) -> tuple[Laid, ...]:
    angle = f.angle_deg
    centre = f.at(24, -5)
    circle = tuple(
        (centre[0] + 7 * math.cos(a), centre[1] + 7 * math.sin(a)) for a in (2 * math.pi * k / 40 for k in range(40))
    )
    inner = tuple(
        (centre[0] + 4.6 * math.cos(a), centre[1] + 4.6 * math.sin(a))
        for a in (2 * math.pi * k / 40 for k in range(40))
    )
    return (
        Laid(street.strip(f, -5, 44, -24, 16), paving(angle, rgb("#bdb3a6"), rgb("#a89c90"), side=0.8)),
        Laid(circle, paving(angle + 30, rgb("#a4998c"), side=0.5)),
        Laid(inner, paving(angle + 30, rgb("#c9b9a4"), side=0.5)),
        Laid(street.strip(f, 44, 52, -90, 90), asphalt(angle + 90)),
        *(Laid(street.strip(f, u, u + 5, v, v + 5), grass(rgb("#5f8a3f"))) for u in (18, 31) for v in (8.5, -20)),
    )


def _buildings(f: Frame) -> tuple[Building, ...]:
    buildings = [
        street.block(f, (56, -34, 56, -4), 15, Facade("office", rgb("#b9a892"), ("文化活动中心",)), depth=14),
        street.block(
            f, (56, 0, 56, 24), 12, Facade("shops", rgb("#cdc0aa"), street.shop_names(3, 6), seed=1), depth=14
        ),
        street.block(f, (58, -66, 58, -38), 18, Facade("flats", rgb("#c4ac92"), seed=4)),
        street.block(f, (57, 28, 57, 56), 16, Facade("flats", rgb("#c9b8a2"), seed=6)),
    ]
    return tuple(buildings)


def _trees(f: Frame) -> tuple[Tree, ...]:
    trees = street.trees(
        f, [(20.5, 11), (33.5, 11), (20.5, -17.5), (33.5, -17.5), (42, -12), (42, -4), (42, 4), (42, 12)], 6.2, 4.6
    )
    return tuple(trees)


def _items(f: Frame) -> tuple[Item, ...]:
    flag = joined(
        [box((-1.2, 1.2), (-1.2, 1.2), (0, 0.5), rgb("#b5ada0")), rod((0, 0, 0.5), (0, 0, 11), 0.06, rgb("#d8dadc"))]
    )
    items = [
        Item(flag, f.at(24, -5)),
        Item(pavilion(), f.at(33, 1.5), 15),
        *street.things(f, furniture.bench(), [(15.5, 8.2), (18.2, 7.9), (21, 7.9)], 90),
        *street.things(f, furniture.lamp_post(5, 0.5), [(16, -13), (29, 8), (38, -9)]),
        *street.things(f, furniture.planter(2.2), [(17, -10.5), (20, -12.6), (29.5, -12.0)], 40),
        *street.things(f, cycles.ebike(P[4]), [(41, 8.6), (41, 9.5)], 5),
    ]
    return tuple(items)


def _always(f: Frame) -> tuple[Mover, ...]:
    angle = f.angle_deg
    dancers = [stander(k + 20, f.at(20 + 2.0 * (k // 4), -8.5 + 1.8 * (k % 4)), angle + 180) for k in range(8)]
    return (
        *dancers[::2],
        stander(12, f.at(15.6, 7.4), angle - 90, phone=True),
        street.walk(f, 5, 2.0, (13, -13), (28, -12.4), speed=1.3, wraps=True),
        street.drive(f, vehicles.sedan(P[0]), 3.0, (46.5, -48), (46.5, 48), speed=9, wraps=True),
        street.drive(f, vehicles.bus(rgb("#2d7d5a")), 8.0, (49.5, 48), (49.5, -54), speed=8.8, wraps=True),
        walker(CHILD, street.path(f, (29, -2), (26, 3.4), (30, 5), (32, -2), (29, -2)), 0.0, speed=1.75, wraps=True),
    )


def _crowds(f: Frame) -> tuple[tuple[Mover, ...], ...]:
    return (
        (
            street.walk(f, 8, 0.3, (16, -14), (9.5, -4), (7, 1.0), speed=1.6),
            walker(CHILD, street.path(f, (6.8, 2.0), (12, -3.2), (7.0, -4.0)), 3.0, speed=2.2),
        ),
        (
            street.walk(f, 2, 0.5, (24, 12.6), (16.6, 0.2), (7, -3.5), speed=2.2),
            street.drive(f, cycles.bicycle(rgb("#d06a2a"), CHILD), 0.8, (20, 13), (17, -3), (10, -10), speed=2.6),
            street.walk(f, 10, 1.5, (7, -5), (13, -6.2), (7, -7), speed=1.6, pauses={1: 3.6}),
        ),
        (
            street.walk(f, 8, 0.3, (16, -14), (9.5, -4), (7, -1.0), speed=1.8),
            walker(CHILD, street.path(f, (6.8, -1.0), (12, -4.2), (7.0, -5.0)), 2.0, speed=2.2),
        ),
    )


def _stall(f: Frame) -> StallPlan:
    return StallPlan(
        Design(
            "snack",
            rgb("#d05a8a"),
            (rgb("#e06a9a"), rgb("#f6eef0")),
            Look(top=rgb("#e0c8d0"), legs=rgb("#3a4258"), apron=rgb("#d05a8a"), hair=rgb("#2a1d19")),
        ),
        enter=street.path(f, (6.6, 1.6), (10.6, 3.0), (14.0, 3.4)),
        leave=street.path(f, (14.0, 3.4), (17, 2.6), (14.5, -0.4), (6.6, -0.6)),
        vendor_at=f.at(14.2, 4.7),
        customers=(
            street.path(f, (7.0, 0.4), (13.2, 2.1)),
            street.path(f, (20, 13.2), (15.6, 4.2)),
            street.path(f, (7.2, 4.4), (11.8, 3.8)),
        ),
        exits=(street.path(f, (7.0, -0.4)), street.path(f, (20, 13.2)), street.path(f, (7.2, 5.0))),
    )
