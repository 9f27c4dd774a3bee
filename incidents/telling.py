"""What of a case may be told to whom. A case lies in one area, but what it says may name things of another: the camera
across the border that saw it, the worker proposed from elsewhere. Those are left out for whoever's areas they are not
in; the case itself, its picture and its progress stay whole."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from config.cameras import Camera
from incidents.rights import Caller, Permission, Scope
from incidents.trace import ActorView, TraceEntry
from incidents.views import CaseView

NAMES_CAMERA = frozenset({"zone_id", "camera_id", "key", "opening"})
"""Beside its names, how often it was right."""
NAMES_DOME = frozenset({"dome_id", "dome"})
NAMES_OTHER_CASE: Mapping[str, frozenset[str]] = {
    "of_place": frozenset({"of", "of_number", "of_place"}),
    "duplicate_place": frozenset({"duplicate_id", "duplicate_number", "duplicate_place"}),
    "repeat_place": frozenset({"repeat_of", "repeat_number", "repeat_place", "repeat_likeness"}),
}
"""By the key that says where the other case lies."""
NAMES_PROPOSED = frozenset({"next_worker_id", "next_worker_name"})


@dataclass(frozen=True, slots=True)
class Telling:
    """`paths`: area path by area code; `town`: code of the whole town."""

    paths: Mapping[str, str]
    cameras: Mapping[str, Camera]
    town: str

    def camera_path(self, camera_id: str) -> str:
        """Area path of a camera; one no longer configured belongs to the town."""
        camera = self.cameras.get(camera_id)
        town = self.paths.get(self.town, "/")
        return self.paths.get(camera.area, town) if camera else town

    def foreign_camera(self, view: CaseView) -> str | None:
        """Area path of the case's camera where it stands in another area than the case; else None."""
        if view.camera_id is None:
            return None
        path = self.camera_path(view.camera_id)
        return None if self.paths.get(view.grid or view.area, "").startswith(path) else path

    def may_name(self, scope: Scope, camera_id: str) -> bool:
        """The camera lies in the caller's areas, or his areas lie in the camera's."""
        path = self.camera_path(camera_id)
        return scope.covers(path) or any(prefix.startswith(path) for prefix in scope.prefixes)

    def case(self, scope: Scope, view: CaseView) -> CaseView:
        if view.repeat is not None:
            seen = view.repeat.within({path for path in view.repeat.paths if scope.covers(path)})
            view = replace(view, repeat=seen)
        foreign = self.foreign_camera(view)
        return view if foreign is None or scope.covers(foreign) else without_camera(view)

    def trace(self, caller: Caller, view: CaseView, entries: tuple[TraceEntry, ...]) -> tuple[TraceEntry, ...]:
        scope = caller.scope(Permission.CASE_SEE)
        place = self.paths.get(view.grid or view.area, "")
        hidden = frozenset() if caller.scope(Permission.CASE_DISPATCH).covers(place) else NAMES_PROPOSED
        return tuple(self._entry(scope, place, one, hidden) for one in entries)

    def _entry(self, scope: Scope, place: str, entry: TraceEntry, hidden: frozenset[str]) -> TraceEntry:
        for where, names in NAMES_OTHER_CASE.items():
            if where in entry.detail and not scope.covers(self.paths.get(str(entry.detail[where]), "/")):
                hidden |= names
        if entry.actor.kind == "camera":
            path = self.camera_path(entry.actor.id)
            if not scope.covers(path) and not place.startswith(path):
                return replace(
                    entry, actor=ActorView("camera", "", ""), detail=_less(entry.detail, NAMES_CAMERA | hidden)
                )
        if dome := entry.detail.get("dome_id"):
            path = self.camera_path(str(dome))
            hidden |= NAMES_DOME if not scope.covers(path) and not place.startswith(path) else frozenset()
        return replace(entry, detail=_less(entry.detail, hidden)) if hidden & entry.detail.keys() else entry


def without_camera(view: CaseView) -> CaseView:
    return replace(view, camera_id=None, zone_id=None)


def without_repeats_elsewhere(view: CaseView, path: str) -> CaseView:
    """`path`: area path of the case's place; who may see that may see the earlier cases that lie in it."""
    return view if view.repeat is None else replace(view, repeat=view.repeat.within({path}))


def _less(detail: Mapping[str, Any], keys: frozenset[str]) -> Mapping[str, Any]:
    return {key: value for key, value in detail.items() if key not in keys}
