"""Which cameras of a worker are looked at, and which views of its domes: follows the configuration without disturbing
what stays."""

import uuid
from collections.abc import Sequence
from zoneinfo import ZoneInfo

from api.analyst import Analyst
from api.visits import subject_of
from config.cameras import Analysis, Camera
from config.dome_views import DomeView
from gis.ground import ground_model
from ingest.schedule import Schedule
from vision.analysis import CameraAnalysis
from vision.confirming.confirmer import Confirmer

_LOOKED_AT = {"name", "zones", "position", "view", "homography"}
"""What an analysis takes from the configuration; the rest of a camera may change without it."""


Subject = tuple[Camera, DomeView | None]
"""What one analysis is of."""


class Analyses:
    """Methods block while a picture of a camera concerned is being looked at; one call at a time."""

    def __init__(
        self, analyst: Analyst, schedule: Schedule, timezone: ZoneInfo, confirmer: Confirmer | None = None
    ) -> None:
        self._analyst, self._schedule, self._timezone, self._confirmer = analyst, schedule, timezone, confirmer
        self._subjects: dict[str, Subject] = {}
        self._looks: Analysis | None = None

    def ids(self) -> list[str]:
        """The cameras looked at: those that are switched on and have zones, or views with zones."""
        return sorted({camera.id for camera, _ in self._subjects.values()})

    def change(self, cameras: Sequence[Camera], looks: Analysis) -> None:
        """Makes these the cameras of the worker. Raises ValueError, having changed nothing, where the points of a
        homography determine none."""
        before, now = self._subjects, _subjects_of(cameras)
        anew = {name: one for name, one in now.items() if name not in before or _differ(before[name], one)}
        grounds = {name: ground_model(camera) if view is None else None for name, (camera, view) in anew.items()}
        watched, kept = ({camera.id for camera, _ in subjects.values()} for subjects in (before, now))
        for camera_id in watched - kept:
            self._schedule.remove(camera_id)
        for name in before.keys() - now.keys():
            self._analyst.forget(name)
        for name, (camera, view) in anew.items():
            if name in before:
                self._analyst.reconfigure(name, camera, grounds[name], view)
                continue
            analysis = CameraAnalysis(camera, grounds[name], self._timezone, _new_id, view, self._confirmer)
            self._analyst.watch(name, analysis)
        for camera_id in sorted(kept - watched):
            self._schedule.add(camera_id, looks.interval_seconds, looks.candidate_interval_seconds)
        if self._looks is not None and self._looks != looks:
            self._schedule.set_intervals(looks.interval_seconds, looks.candidate_interval_seconds)
        self._subjects, self._looks = now, looks


def _new_id() -> str:
    return uuid.uuid4().hex


def _subjects_of(cameras: Sequence[Camera]) -> dict[str, Subject]:
    found: dict[str, Subject] = {}
    for camera in cameras:
        if camera.enabled and camera.zones:
            found[camera.id] = camera, None
        for view in camera.views if camera.enabled else ():
            if view.zones:
                found[subject_of(camera.id, view)] = camera, view
    return found


def _differ(before: Subject, now: Subject) -> bool:
    return before[1] != now[1] or any(getattr(before[0], name) != getattr(now[0], name) for name in _LOOKED_AT)
