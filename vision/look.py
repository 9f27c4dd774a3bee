"""One sample as the measures of zones are given it."""

from collections.abc import Callable
from dataclasses import dataclass

from vision.background import Comparison
from vision.grid import Mask

Colour = Callable[[], Mask | None]


@dataclass(frozen=True, slots=True)
class Look:
    """`scene`: number of the scene's look; `seconds`: what the sample stands for. `still`: where things stand that do
    not stir, None: nowhere. `fiery()`: where the picture is orange, on the grid; None where it has no colour."""

    seen: Comparison
    still: Mask | None
    scene: int
    at: float
    seconds: float
    fiery: Colour
