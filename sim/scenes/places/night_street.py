"""A street of snack shops at night."""

# fmt: off  (tables in metres, packed by hand)
from dataclasses import replace

from sim.scenes import cycles, furniture, street, vehicles
from sim.scenes.catalogue import Frame, Scene
from sim.scenes.figures import Look
from sim.scenes.ground import asphalt, grass, paving
from sim.scenes.layout import Building, Item, Laid, Layout, Mark, Mover, StallPlan
from sim.scenes.light import NIGHT, Lamp
from sim.scenes.motion import stander
from sim.scenes.plants import Tree
from sim.scenes.solid import joined
from sim.scenes.stalls import Design
from sim.scenes.textures import rgb

P = vehicles.PAINTS


def layout(scene: Scene) -> Layout:
    f = scene.frame
    return Layout(
        light=replace(NIGHT, lamps=_lamps(f)),
        base=grass(rgb("#4f5f40")),
        ground=_ground(f),
        marks=_marks(f),
        buildings=_buildings(f),
        trees=_trees(f),
        items=_items(f),
        hills=0.5,
        always=_always(f),
        crowds=_crowds(f),
        stall=_stall(f),
    )


def _lamps(f: Frame) -> tuple[Lamp, ...]:
    heads = [(15.6, -1.8), (33, -1.8), (51, -1.8), (24, -8.6), (42, -8.6)]
    return (
        *(Lamp(*f.at(u, v - 1.4 if v > -5 else v + 1.4), 6.8, rgb("#ffbf78"), 0.62) for u, v in heads),
        *(Lamp(*f.at(u, 3.6), 2.6, rgb("#fff0d4"), 0.42) for u in (7.5, 13.5, 20, 27)),
        *(Lamp(*f.at(u, -11.6), 2.6, rgb("#e8ecff"), 0.35) for u in (12, 19, 27)),
    )


def _ground(f: Frame) -> tuple[Laid, ...]:
    angle = f.angle_deg
    return (
        Laid(street.strip(f, -5, 160, -9, -1.4), asphalt(angle, lane_v=-4.8)),
        Laid(street.strip(f, -5, 160, -1.4, 5), paving(angle, guide_v=-0.4)),
        Laid(street.strip(f, -5, 160, -12.6, -9), paving(angle)),
    )


def _marks(f: Frame) -> tuple[Mark, ...]:
    marks = [
        *street.kerb(f, -1.4, -5, 160, -1),
        *street.kerb(f, -9, -5, 160, 1),
        *street.dashes(f, -5.2, -5, 120),
        street.line(f, -1.8, -5, 160),
        *street.zebra(f, 20.5, -8.7, -1.7),
    ]
    return tuple(marks)


def _buildings(f: Frame) -> tuple[Building, ...]:
    buildings = [
        *street.row(
            f,
            5.2,
            1,
            [(18, 10.5, "shops", "#b8ada0"), (16, 13.5, "shops", "#c0b4a4"), (20, 16, "flats", "#b8a690")],
            names_from=22,
            lit=0.4,
            awnings=((rgb("#8a3030"), rgb("#c8c0b0")), None),
        ),
        *street.row(
            f,
            -12.8,
            8,
            [(15, 10.5, "shops", "#b5a99a"), (18, 14, "shops", "#b0a594"), (20, 17, "flats", "#b0a290")],
            names_from=27,
            lit=0.35,
        ),
    ]
    return tuple(buildings)


def _trees(f: Frame) -> tuple[Tree, ...]:
    trees = street.trees(f, [(29, -0.6), (38, -0.6), (47, -0.6), (16, -10.2), (30, -10.2), (38, -10.2)], 6.0, 3.8)
    return tuple(trees)


def _items(f: Frame) -> tuple[Item, ...]:
    heads = [(15.6, -1.8), (33, -1.8), (51, -1.8), (24, -8.6), (42, -8.6)]
    tables = joined(
        [
            furniture.table(),
            furniture.stool().moved(0.8, 0),
            furniture.stool().moved(-0.8, 0),
            furniture.stool(rgb("#2d6fb0")).moved(0, 0.7),
        ]
    )
    items = [
        *street.things(f, furniture.lamp_post(7, 1.4, lit=True), [p for p in heads if p[1] > -5], -90),
        *street.things(f, furniture.lamp_post(7, 1.4, lit=True), [p for p in heads if p[1] < -5], 90),
        *street.things(f, tables, [(18.8, 3.2), (22.0, 3.4)], 20),
        *street.things(f, cycles.ebike(P[3]), [(24, -8.0), (25, -8.0)], 80),
        *street.things(f, vehicles.sedan(P[1]), [(32, -2.5)]),
        *street.things(f, vehicles.minivan(P[0]), [(39, -2.5)]),
    ]
    return tuple(items)


def _always(f: Frame) -> tuple[Mover, ...]:
    angle = f.angle_deg
    return (
        stander(5, f.at(18.3, 3.9), angle + 120),
        stander(12, f.at(22.8, 3.0), angle - 60),
        street.drive(f, vehicles.sedan(P[0], True), 1.0, (-4, -3.2), (100, -3.2), speed=9.6, wraps=True, lights=True),
        street.drive(f, vehicles.sedan(P[8], True), 7.5, (100, -7.0), (-4, -7.0), speed=10, wraps=True, lights=True),
    )


def _crowds(f: Frame) -> tuple[tuple[Mover, ...], ...]:
    return (
        (
            street.walk(f, 1, 0.4, (6.5, 1.8), (20, 0.2), speed=1.45),
            street.walk(f, 6, 0.6, (22, -9.6), (7, -9.8), speed=1.7),
            street.ride(f, 3, 1.5, (-2, -2.2), (40, -2.2), speed=4.6, lights=True),
            street.walk(f, 9, 3.0, (20, 5.6), (17.0, 1.2), (20, 5.6), speed=2.2, pauses={1: 2.5}),
        ),
        (
            street.walk(f, 2, 0.3, (20.5, -9.6), (20.4, -0.4), (16.6, 5.4), speed=1.7),
            street.ride(f, 10, 0.5, (44, -8.2), (-2, -8.2), speed=5.2, lights=True),
            street.walk(f, 14, 1.0, (19.5, 1.4), (6.4, 2.4), speed=1.5),
        ),
        (
            street.ride(f, 8, 0.4, (44, -8.2), (-2, -8.2), speed=5, lights=True),
            street.walk(f, 16, 0.6, (22, -9.6), (7, -9.8), speed=1.7),
        ),
    )


def _stall(f: Frame) -> StallPlan:
    return StallPlan(
        Design(
            "glass",
            rgb("#c0392b"),
            (rgb("#c23a2c"), rgb("#e8e0cc")),
            Look(top=rgb("#2f3540"), legs=rgb("#26282e"), apron=rgb("#d0ccc0")),
        ),
        enter=street.path(f, (5.6, 2.6), (9.4, 1.6), (12.0, 1.4)),
        leave=street.path(f, (12.0, 1.4), (15.4, 1.0), (14, -1.0), (5.5, -0.6)),
        vendor_at=f.at(11.9, 2.6),
        customers=(
            street.path(f, (19.4, 5.6), (13.2, 0.5)),
            street.path(f, (6.2, 0.0), (11.2, 0.2)),
            street.path(f, (6.4, 2.8), (10.3, 1.3)),
        ),
        exits=(street.path(f, (19.4, 5.6)), street.path(f, (6.2, -0.2)), street.path(f, (6.2, 3.0))),
    )
