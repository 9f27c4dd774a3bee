"""A slightly irregular net of streets. Local metres."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray
from shapely import LineString, MultiLineString

from sim.geography.curve import Points


@dataclass(frozen=True, slots=True)
class Mesh:
    """Nodes by column and row; `plan` holds them before turning and jitter, around (0, 0)."""

    nodes: Points
    plan: Points

    @property
    def columns(self) -> int:
        return int(self.nodes.shape[0])

    @property
    def rows(self) -> int:
        return int(self.nodes.shape[1])

    def inside(self, centre: tuple[float, float], half_width: float, half_height: float) -> NDArray[np.bool_]:
        """Nodes within an ellipse of the plan: a town that thins out at its corners."""
        x, y = (self.plan[..., 0] - centre[0]) / half_width, (self.plan[..., 1] - centre[1]) / half_height
        within: NDArray[np.bool_] = x * x + y * y <= 1.0
        return within

    def row(self, index: int, inside: NDArray[np.bool_] | None, gaps: float, rng: Generator) -> MultiLineString:
        """One street across all columns; `gaps` is the share of its blocks left out."""
        return _chain(self.nodes[:, index], None if inside is None else inside[:, index], gaps, rng)

    def column(self, index: int, inside: NDArray[np.bool_] | None, gaps: float, rng: Generator) -> MultiLineString:
        """One street across all rows."""
        return _chain(self.nodes[index], None if inside is None else inside[index], gaps, rng)


def make_mesh(
    centre: tuple[float, float],
    turn_deg: float,
    xs: Sequence[float],
    ys: Sequence[float],
    jitter: float,
    rng: Generator,
) -> Mesh:
    """A net with columns at `xs` and rows at `ys`, turned and bent a little."""
    plan = np.stack(np.meshgrid(np.asarray(xs, float), np.asarray(ys, float), indexing="ij"), axis=-1)
    bent = plan + rng.normal(0, jitter, plan.shape)
    span = max(float(np.ptp(plan[..., 0])), 1.0)
    bent[..., 1] += 0.03 * span * np.sin(plan[..., 0] / span * 3.0)
    bent[..., 0] += 0.02 * span * np.sin(plan[..., 1] / span * 3.0 + 1.0)
    angle = math.radians(turn_deg)
    turned = np.stack(
        [
            bent[..., 0] * math.cos(angle) - bent[..., 1] * math.sin(angle),
            bent[..., 0] * math.sin(angle) + bent[..., 1] * math.cos(angle),
        ],
        axis=-1,
    )
    return Mesh(turned + np.asarray(centre, float), plan)


def _chain(nodes: Points, inside: NDArray[np.bool_] | None, gaps: float, rng: Generator) -> MultiLineString:
    lines = []
    for index in range(len(nodes) - 1):
        left_out = gaps > 0 and rng.random() < gaps
        if (inside is None or (inside[index] and inside[index + 1])) and not left_out:
            lines.append(LineString(nodes[index : index + 2]))
    return MultiLineString(lines)
