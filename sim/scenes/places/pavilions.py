"""Gates, huts and what stands before them."""

import math

from sim.scenes.solid import Face, Solid, disc, joined, rod
from sim.scenes.textures import rgb


def pavilion() -> Solid:
    """A hexagonal pavilion with a tiled roof."""
    ring = [(2.2 * math.cos(a), 2.2 * math.sin(a)) for a in (math.pi * k / 3 for k in range(6))]
    eaves = [(x * 1.45, y * 1.45, 2.9) for x, y in ring]
    roof = Solid(
        tuple(
            Face((eaves[k], eaves[(k + 1) % 6], (0, 0, 4.6)), rgb("#5a5e60") if k % 2 else rgb("#64686a"))
            for k in range(6)
        )
    )
    posts = [rod((x, y, 0.3), (x, y, 2.9), 0.12, rgb("#8e2f26")) for x, y in ring]
    return joined(
        [
            disc((0, 0, 0.3), 2.6, rgb("#b0aca2"), axis="z"),
            *posts,
            roof,
            rod((0, 0, 4.6), (0, 0, 5.1), 0.12, rgb("#c9a24a"), 0.04),
        ]
    )
