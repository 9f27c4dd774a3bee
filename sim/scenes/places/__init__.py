"""The layouts of all scenes, one module for each group of places."""

from collections.abc import Callable

from sim.scenes.catalogue import Scene
from sim.scenes.layout import Layout
from sim.scenes.places import crossings, fronts, lanes, roads, squares

_LAYOUTS: dict[str, Callable[[Scene], Layout]] = {
    **crossings.LAYOUTS,
    **roads.LAYOUTS,
    **lanes.LAYOUTS,
    **fronts.LAYOUTS,
    **squares.LAYOUTS,
}


def layout_of(scene: Scene) -> Layout:
    return _LAYOUTS[scene.id](scene)
