"""What cameras and domes see, worked out when first asked for and kept until they change."""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from threading import Lock

from api.domes import Domes
from config.cameras import Camera
from gis.dome import Dome
from gis.dome_choice import Skyline
from gis.dome_shed import dome_lookout
from gis.view_shed import Area, Lookout, lookout, view_sheds

_POSE = {"position", "view", "homography", "ptz"}


@dataclass(frozen=True, slots=True)
class _Kept:
    pose: object
    area: Area | None


class ViewSheds:
    """Methods take seconds for a whole town: not on the event loop. Several threads may ask. `skyline` None: not every
    building says its height, and nothing is cut by them."""

    def __init__(self, skyline: Skyline | None, domes: Domes) -> None:
        self.skyline, self._domes = skyline, domes
        self._kept: dict[str, _Kept] = {}
        self._lock = Lock()

    def fixed(self, cameras: Iterable[Camera]) -> dict[str, Area]:
        """Of those of the cameras that are switched on, stand somewhere and see ground, at 16:9."""
        own = {one.id: one for one in cameras if one.enabled and one.position is not None and one.ptz is None}
        return self._of({id_: (one.model_dump(include=_POSE), one) for id_, one in own.items()})

    def domes(self, cameras: Iterable[Camera]) -> dict[str, Area]:
        """Of those of the cameras that are domes with a place: all they can turn to."""
        own = {one.id: self._domes.placed(one.id) for one in cameras if self._domes.has_place(one.id)}
        return self._of({id_: (_dome_pose(one), one) for id_, one in own.items()})

    def poses(self, cameras: Iterable[Camera]) -> str:
        """Another text when any of them stands or looks otherwise, or is switched on or off."""
        told = []
        for one in cameras:
            dome = _dome_pose(self._domes.placed(one.id)) if self._domes.has_place(one.id) else None
            told.append(repr((one.id, one.enabled, one.model_dump_json(include=_POSE), dome)))
        return hashlib.sha256("".join(told).encode()).hexdigest()

    def _of(self, wanted: Mapping[str, tuple[object, Camera | Dome]]) -> dict[str, Area]:
        with self._lock:
            anew = {
                id_: one for id_, (pose, one) in wanted.items() if id_ not in self._kept or self._kept[id_].pose != pose
            }
            found = {id_: at for id_, one in anew.items() if (at := _lookout(one)) is not None}
            seen = view_sheds(found, self.skyline)
            for id_ in anew:
                self._kept[id_] = _Kept(wanted[id_][0], seen.get(id_))
            kept = {id_: self._kept[id_].area for id_ in wanted}
        return {id_: area for id_, area in kept.items() if area is not None}


def _lookout(one: Camera | Dome) -> Lookout | None:
    return lookout(one) if isinstance(one, Camera) else dome_lookout(one)


def _dome_pose(dome: Dome) -> object:
    return dome.lon, dome.lat, dome.height_m, dome.mount, dome.limits, dome.range_m
