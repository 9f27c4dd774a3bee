"""Gates, huts and what stands before them."""

from sim.scenes import street
from sim.scenes.catalogue import Frame
from sim.scenes.ground import asphalt, paving
from sim.scenes.layout import Laid, Mark
from sim.scenes.solid import Solid, box, joined, panel, rod
from sim.scenes.textures import Colour, rgb


def gatepost(height: float, colour: Colour) -> Solid:
    return joined(
        [
            box((-0.45, 0.45), (-0.45, 0.45), (0, height), colour),
            box((-0.55, 0.55), (-0.55, 0.55), (height, height + 0.2), rgb("#8a8680"), lift=0.2),
        ]
    )


def sliding_gate(length: float) -> Solid:
    """The folding steel gate that Chinese yards have, along x."""
    half, steel = length / 2, rgb("#c4c8ca")
    parts = []
    for k in range(int(length / 0.45)):
        x = -half + 0.45 * k
        parts += [
            rod((x, 0, 0.1), (x + 0.45, 0, 1.45), 0.022, steel),
            rod((x + 0.45, 0, 0.1), (x, 0, 1.45), 0.022, steel),
            rod((x, 0, 0.05), (x, 0, 1.5), 0.03, steel),
        ]
    return joined(parts)


def guard_hut() -> Solid:
    return joined(
        [
            box((-1.1, 1.1), (-1.1, 1.1), (0, 2.5), rgb("#e4e2da")),
            box((-1.35, 1.35), (-1.35, 1.35), (2.5, 2.68), rgb("#2f6f9f"), lift=0.4),
            *(
                panel(
                    [(-0.8, s * 1.11, 1.0), (0.8, s * 1.11, 1.0), (0.8, s * 1.11, 2.1), (-0.8, s * 1.11, 2.1)],
                    rgb("#5a7684"),
                    lift=1.5,
                    facing=(0, s, 0),
                )
                for s in (-1, 1)
            ),
            *(
                panel(
                    [(s * 1.11, -0.8, 1.0), (s * 1.11, 0.8, 1.0), (s * 1.11, 0.8, 2.1), (s * 1.11, -0.8, 2.1)],
                    rgb("#4a6472"),
                    lift=1.5,
                    facing=(s, 0, 0),
                )
                for s in (-1, 1)
            ),
        ]
    )


def yard_ground(f: Frame, wall_v: float) -> tuple[Laid, ...]:
    """The pavement before a wall at `wall_v`, and the street the camera hangs over."""
    angle = f.angle_deg
    return (
        Laid(street.strip(f, -80, 80, wall_v, -8.6), paving(angle, guide_v=-9.8)),
        Laid(street.strip(f, -80, 80, -8.6, 4), asphalt(angle, lane_v=-5.5)),
    )


def yard_marks(f: Frame) -> tuple[Mark, ...]:
    return (*street.kerb(f, -8.6, -60, 60, 1), *street.dashes(f, -5.0, -50, 50), street.line(f, -8.1, -60, 60))
