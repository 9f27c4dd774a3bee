"""A shopping street as the lamps come on."""

# fmt: off  (tables in metres, packed by hand)
from dataclasses import replace

from sim.scenes import cycles, furniture, street, vehicles
from sim.scenes.catalogue import Frame, Scene
from sim.scenes.figures import Look
from sim.scenes.ground import asphalt, grass, paving
from sim.scenes.layout import Building, Item, Laid, Layout, Mark, Mover, StallPlan
from sim.scenes.light import DUSK, Lamp
from sim.scenes.motion import stander
from sim.scenes.plants import Tree
from sim.scenes.stalls import Design
from sim.scenes.textures import rgb

P = vehicles.PAINTS


def layout(scene: Scene) -> Layout:
    f = scene.frame
    return Layout(
        light=replace(DUSK, lamps=_lamps(f)),
        base=grass(rgb("#5f6f44")),
        ground=_ground(f),
        marks=_marks(f),
        buildings=_buildings(f),
        trees=_trees(f),
        items=_items(f),
        hills=0.9,
        always=_always(f),
        crowds=_crowds(f),
        stall=_stall(f),
    )


def _lamps(f: Frame) -> tuple[Lamp, ...]:
    heads = [(20, -4.4), (42, -4.4), (64, -4.4), (30, -13.0), (52, -13.0)]
    lamps = tuple(Lamp(*f.at(u, v - 1.6 if v > -8 else v + 1.6), 7.4, rgb("#ffc98a"), 0.5) for u, v in heads)
    return lamps


def _ground(f: Frame) -> tuple[Laid, ...]:
    angle = f.angle_deg
    return (
        Laid(street.strip(f, -5, 200, -13.5, -3.9), asphalt(angle, lane_v=-6.4)),
        Laid(street.strip(f, -5, 200, -3.9, 4.8), paving(angle, rgb("#9b958e"), guide_v=0.6)),
        Laid(street.strip(f, -5, 200, -17.4, -13.5), paving(angle, rgb("#9b958e"))),
    )


def _marks(f: Frame) -> tuple[Mark, ...]:
    marks = [
        *street.kerb(f, -3.9, -5, 200, -1),
        *street.kerb(f, -13.5, -5, 200, 1),
        street.line(f, -8.8, -5, 200, 0.12, street.YELLOW),
        street.line(f, -8.5, -5, 200, 0.12, street.YELLOW),
        *street.dashes(f, -6.2, -5, 130),
        *street.dashes(f, -11.1, -5, 130),
        *street.zebra(f, 27, -13, -4.3),
    ]
    return tuple(marks)


def _buildings(f: Frame) -> tuple[Building, ...]:
    buildings = [
        *street.row(
            f,
            5,
            4,
            [
                (17, 10.5, "shops", "#bdb2a4"),
                (18, 13.5, "shops", "#c8bba8"),
                (22, 16, "flats", "#bda890"),
                (24, 19, "office", "#a0a8ac"),
            ],
            names_from=5,
            lit=0.45,
            awnings=(None, (rgb("#7a2f3a"), rgb("#d8d0c0"))),
        ),
        *street.row(
            f,
            -17.6,
            8,
            [
                (15, 11, "shops", "#c4b8a6"),
                (18, 14, "shops", "#b3a898"),
                (22, 18, "flats", "#c0ad96"),
                (24, 15, "flats", "#b0a598"),
            ],
            names_from=16,
            lit=0.45,
        ),
    ]
    return tuple(buildings)


def _trees(f: Frame) -> tuple[Tree, ...]:
    trees = [
        *street.trees(f, [(24, -2.9), (33, -2.9), (51, -2.9), (60, -2.9)], 6.4, 4.0),
        *street.trees(f, [(13, -14.6), (23, -14.6), (36, -14.6), (46, -14.6), (58, -14.6)], 6.4, 4.2),
    ]
    return tuple(trees)


def _items(f: Frame) -> tuple[Item, ...]:
    heads = [(20, -4.4), (42, -4.4), (64, -4.4), (30, -13.0), (52, -13.0)]
    items = [
        *street.things(f, furniture.lamp_post(7.6, 1.6, lit=True), [p for p in heads if p[1] > -8], -90),
        *street.things(f, furniture.lamp_post(7.6, 1.6, lit=True), [p for p in heads if p[1] < -8], 90),
        *street.things(f, vehicles.sedan(P[1]), [(36, -4.9)]),
        *street.things(f, vehicles.suv(P[4]), [(43, -4.9)]),
        *street.things(f, cycles.ebike(P[3]), [(11, 4.0)], 82),
        *street.things(f, cycles.ebike(P[0]), [(12, 4.0)], 90),
        *street.things(f, cycles.ebike(P[4]), [(13, 4.0)], 88),
        *street.things(f, furniture.planter(), [(19.5, 3.9)], 90),
    ]
    return tuple(items)


def _always(f: Frame) -> tuple[Mover, ...]:
    angle = f.angle_deg
    return (
        street.drive(f, vehicles.sedan(P[0], True), 0.5, (-4, -6.4), (112, -6.4), speed=10.6, wraps=True, lights=True),
        street.drive(f, vehicles.suv(P[1], True), 5.5, (118, -11.1), (-4, -11.1), speed=11, wraps=True, lights=True),
        street.ride(f, 5, 7.0, (-2, -4.6), (48, -4.6), speed=4.9, wraps=True, lights=True),
        stander(3, f.at(18.6, 4.0), angle - 100, phone=True),
    )


def _crowds(f: Frame) -> tuple[tuple[Mover, ...], ...]:
    return (
        (
            street.walk(f, 4, 0.4, (7, 2.6), (22, 1.4), (23, 6), speed=1.9),
            street.walk(f, 7, 0.8, (25, 5.5), (21, 0.2), (8, -0.4), speed=1.9),
            street.drive(
                f, vehicles.bus(rgb("#2d6f9a"), True), 0.3, (118, -11.2), (-8, -11.2), speed=11.2, lights=True
            ),
        ),
        (
            street.walk(f, 1, 0.3, (8, 0.6), (20.5, 2.0), (8.4, 3.2), speed=2.4),
            street.drive(f, vehicles.minivan(P[5], True), 1.5, (-4, -6.4), (104, -6.4), speed=10.6, lights=True),
            street.ride(f, 9, 1.0, (50, -13.0), (-2, -13.0), speed=5.4, lights=True),
        ),
        (
            street.drive(f, vehicles.sedan(P[3], True), 0.5, (118, -11.1), (-4, -11.1), speed=11.2, lights=True),
            street.walk(f, 15, 1.2, (23, 6.0), (21, 3.2), (8, 3.2), speed=1.8),
        ),
    )


def _stall(f: Frame) -> StallPlan:
    return StallPlan(
        Design(
            "snack",
            rgb("#d0872a"),
            (rgb("#c8432f"), rgb("#f0d9a0")),
            Look(top=rgb("#c9c5b8"), legs=rgb("#2e3138"), apron=rgb("#a63a30")),
        ),
        enter=street.path(f, (6.2, 0.8), (10.8, -1.2), (13.6, -1.6)),
        leave=street.path(f, (13.6, -1.6), (17.5, -1.2), (15.5, 2.2), (7, 2.6)),
        vendor_at=f.at(13.8, -2.7),
        customers=(
            street.path(f, (20.5, 6.0), (14.9, -0.3)),
            street.path(f, (7.6, 0.4), (12.8, -0.4)),
            street.path(f, (7.8, 3.2), (14.0, -0.1)),
        ),
        exits=(street.path(f, (20.5, 6.0)), street.path(f, (7.6, 0.8)), street.path(f, (7.8, 3.4))),
    )
