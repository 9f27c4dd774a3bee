"""Where a thing that stands is in the picture and on the ground, by the projection that drew it."""

import numpy as np

from sim.scenes.events import Placed
from sim.scenes.film import Film
from sim.scenes.sprite import Place, picture

Box = tuple[float, float, float, float]


def standing_box(film: Film, placed: Placed) -> tuple[Box, tuple[float, float], tuple[float, float]]:
    """(box in picture fractions, ground point under the near edge, metres across and upwards)."""
    seen = picture(placed.solid, film.stage.backdrop, Place(*placed.at, placed.turn_deg))
    if seen is None:
        raise ValueError("the thing stands outside the picture")
    rows, columns = np.nonzero(seen.keep[..., 0] < 128)
    camera = film.camera
    left, right = seen.left + int(columns.min()), seen.left + int(columns.max()) + 1
    top, bottom = seen.top + int(rows.min()), seen.top + int(rows.max()) + 1
    box = (left / camera.width, top / camera.height, (right - left) / camera.width, (bottom - top) / camera.height)
    points = placed.solid.arrays.placed(*placed.at, placed.turn_deg).points
    base = points[points[:, 2] < 0.35][:, :2]
    towards = -np.array(placed.at) / np.linalg.norm(placed.at)
    across = np.array([towards[1], -towards[0]])
    middle = float(((base - placed.at) @ across).min() + ((base - placed.at) @ across).max()) / 2
    ground = np.array(placed.at) + towards * float(((base - placed.at) @ towards).max()) + across * middle
    wide = float(np.ptp((points[:, :2] - placed.at) @ across))
    return box, (float(ground[0]), float(ground[1])), (round(wide, 2), round(float(points[:, 2].max()), 2))
