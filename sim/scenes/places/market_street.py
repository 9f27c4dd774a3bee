"""A narrow street of small shops with awnings."""

# fmt: off  (tables in metres, packed by hand)
from sim.scenes import cycles, furniture, street, vehicles
from sim.scenes.catalogue import Frame, Scene
from sim.scenes.figures import CHILD, Look
from sim.scenes.ground import grass, paving
from sim.scenes.layout import Building, Item, Laid, Layout, Mark, Mover, StallPlan
from sim.scenes.light import SUNNY
from sim.scenes.motion import stander, walker
from sim.scenes.solid import box, joined
from sim.scenes.stalls import Design, parasol
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
        light=SUNNY,
        base=grass(),
        ground=_ground(f),
        marks=_marks(f),
        buildings=_buildings(f),
        trees=(),
        items=_items(f),
        hills=0.8,
        skyline=0.2,
        always=_always(f),
        crowds=_crowds(f),
        stall=_stall(f),
    )


def _ground(f: Frame) -> tuple[Laid, ...]:
    angle = f.angle_deg
    return (
        Laid(street.strip(f, -5, 120, -6.5, 5.5), paving(angle, rgb("#aaa69c"), rgb("#8f8a82"), side=0.6)),
        Laid(street.strip(f, -5, 120, -3.6, 2.4), paving(angle, rgb("#9a928a"), rgb("#a39b92"), side=0.3)),
    )


def _marks(f: Frame) -> tuple[Mark, ...]:
    marks = [street.line(f, v, -5, 120, 0.25, rgb("#6f6b66")) for v in (-3.6, 2.4)]
    return tuple(marks)


def _buildings(f: Frame) -> tuple[Building, ...]:
    buildings = [
        *street.row(
            f,
            5.6,
            1,
            [
                (9, 8, "shops", "#c9bda8"),
                (8, 10.5, "shops", "#d6cfc0"),
                (9, 8, "shops", "#b7a58e"),
                (10, 11, "shops", "#c4b8a6"),
                (9, 9, "shops", "#d2c4aa"),
                (12, 12, "shops", "#bcae9a"),
            ],
            names_from=2,
            awnings=STRIPES,
        ),
        *street.row(
            f,
            -6.6,
            4,
            [
                (9, 10.5, "shops", "#d0c8ba"),
                (8, 8, "shops", "#c2ae92"),
                (10, 11, "shops", "#cbbfae"),
                (9, 8, "shops", "#b9b0a2"),
                (11, 11, "shops", "#d3c9b6"),
                (12, 9, "shops", "#c6b8a2"),
            ],
            names_from=11,
            awnings=STRIPES[1:],
        ),
    ]
    return tuple(buildings)


def _items(f: Frame) -> tuple[Item, ...]:
    crates = joined(
        [
            *(box((x - 0.28, x + 0.28), (-0.3, 0.3), (0.35, 0.55), rgb("#a8845a")) for x in (-0.9, -0.3, 0.3, 0.9)),
            *(
                box((x - 0.24, x + 0.24), (-0.26, 0.26), (0.55, 0.64), rgb(c), taper=0.05, lift=0.05)
                for x, c in ((-0.9, "#c0392b"), (-0.3, "#4f8a3c"), (0.3, "#e0a030"), (0.9, "#8c5fa0"))
            ),
            box((-1.2, 1.2), (-0.3, 0.3), (0, 0.35), rgb("#7d6a52")),
        ]
    )
    items = [
        *street.things(f, crates, [(14.5, -5.4), (24, 4.6), (29, -5.6)], 90),
        *street.things(f, parasol((rgb("#2f6fae"), rgb("#e9e6da")), 1.0), [(24, 4.0), (29.5, -5.0), (36, 4.2)]),
        *street.things(f, cycles.ebike(P[3]), [(10.2, -5.2), (11.0, -5.3), (11.8, -5.2), (19.5, 4.6)], 95),
        *street.things(f, cycles.ebike(P[4], None, rgb("#e6b41e")), [(20.4, 4.7)], 85),
        *street.things(f, furniture.planter(flowers=rgb("#d8a030")), [(18.0, -3.2), (26, 2.2), (34, -3.2)], 90),
        *street.things(f, furniture.lamp_post(4.5, 0.6), [(22, -3.8), (38, -3.8)], 90),
        *street.things(f, cycles.tricycle(rgb("#2d6fb0")), [(33, 3.6)], 8),
        *street.things(f, furniture.stool(), [(16.6, 4.7), (17.2, 4.4)]),
    ]
    return tuple(items)


def _always(f: Frame) -> tuple[Mover, ...]:
    angle = f.angle_deg
    return (
        stander(3, f.at(16.2, -4.6), angle + 70),
        stander(10, f.at(23.2, 3.6), angle + 60),
        stander(6, f.at(18.8, 4.2), angle - 90, phone=True),
        street.ride(f, 2, 3.0, (-2, -1.4), (34, -1.0), speed=3.2, wraps=True),
        street.walk(f, 12, 1.0, (25, -2.2), (9, -2.4), (5.4, -2.4), speed=1.75, wraps=True),
        street.walk(f, 5, 7.0, (24, 5.6), (22.5, 0.6), (30, -6.4), speed=1.3, wraps=True),
        street.walk(f, 9, 5.0, (19, -6.5), (20, -2.0), (32, -1.4), (34, 5.4), speed=2.0, wraps=True),
    )


def _crowds(f: Frame) -> tuple[tuple[Mover, ...], ...]:
    return (
        (
            street.walk(f, 1, 0.3, (5.2, -0.8), (20, -0.4), speed=1.3, pauses={}),
            street.walk(f, 14, 0.4, (22, 5.6), (16, 0.0), (5.2, 0.4), speed=1.65),
            walker(CHILD, street.path(f, (22.4, 5.6), (16.3, -0.7), (5.2, -0.3)), 0.5, speed=1.65),
            street.walk(f, 7, 2.0, (13.5, -6.5), (14.3, -3.9), (13.5, -6.5), speed=1.2, pauses={1: 4.5}),
        ),
        (
            street.walk(f, 2, 0.4, (28, -6.4), (20, -1.2), (5.2, -1.4), speed=2.2),
            street.ride(f, 6, 1.0, (36, 0.6), (-2, 0.2), speed=3.8),
            street.walk(f, 17, 1.5, (10, 5.6), (13, 0.2), (22, 0.4), (23, 5.8), speed=1.8),
        ),
        (
            street.walk(f, 4, 0.4, (5.2, -1.4), (19, -1.0), speed=1.4),
            street.walk(f, 11, 1.8, (28, 0.2), (14.5, -0.6), (12, -6.4), speed=2.1),
            street.ride(f, 13, 1.5, (36, -1.8), (-2, -2.2), speed=3.9),
        ),
    )


def _stall(f: Frame) -> StallPlan:
    return StallPlan(
        Design(
            "goods",
            rgb("#7a6a58"),
            (rgb("#8a4fa0"), rgb("#ece6f0")),
            Look(top=rgb("#a8485a"), legs=rgb("#2f3138"), hair=rgb("#2a211c")),
        ),
        enter=street.path(f, (4.8, 1.0), (9.6, 2.0), (12.5, 2.2)),
        leave=street.path(f, (12.5, 2.2), (15.5, 1.4), (12, -0.4), (4.6, -0.4)),
        vendor_at=f.at(12.7, 3.6),
        customers=(
            street.path(f, (20, 5.7), (13.8, 1.1)),
            street.path(f, (5.0, 0.2), (11.8, 0.9)),
            street.path(f, (5.2, 2.8), (12.6, 0.7)),
        ),
        exits=(street.path(f, (20, 5.7)), street.path(f, (5.0, 0.2)), street.path(f, (5.0, -0.6))),
    )
