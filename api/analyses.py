"""Which cameras of a worker are looked at, and how: follows the configuration without disturbing what stays."""

import uuid
from collections.abc import Sequence
from zoneinfo import ZoneInfo

from api.analyst import Analyst
from config.cameras import Analysis, Camera
from gis.ground import ground_model
from ingest.schedule import Schedule
from vision.analysis import CameraAnalysis

_LOOKED_AT = {"name", "zones", "position", "view", "homography"}
"""What an analysis takes from the configuration; the rest of a camera may change without it."""


class Analyses:
    """Methods block while a picture of a camera concerned is being looked at; one call at a time."""

    def __init__(self, analyst: Analyst, schedule: Schedule, timezone: ZoneInfo) -> None:
        self._analyst, self._schedule, self._timezone = analyst, schedule, timezone
        self._cameras: dict[str, Camera] = {}
        self._looks: Analysis | None = None

    def ids(self) -> list[str]:
        """The cameras looked at: those that are switched on and have zones."""
        return list(self._cameras)

    def change(self, cameras: Sequence[Camera], looks: Analysis) -> None:
        """Makes these the cameras of the worker. Raises ValueError, having changed nothing, where the points of a
        homography determine none."""
        before, now = self._cameras, {camera.id: camera for camera in cameras if camera.enabled and camera.zones}
        anew = {id_: one for id_, one in now.items() if id_ not in before or _differ(before[id_], one)}
        grounds = {id_: ground_model(camera) for id_, camera in anew.items()}
        for camera_id in before.keys() - now.keys():
            self._schedule.remove(camera_id)
            self._analyst.forget(camera_id)
        for camera_id, camera in anew.items():
            if camera_id in before:
                self._analyst.reconfigure(camera_id, camera, grounds[camera_id])
                continue
            analysis = CameraAnalysis(camera, grounds[camera_id], self._timezone, lambda: uuid.uuid4().hex)
            self._analyst.watch(camera_id, analysis)
            self._schedule.add(camera_id, looks.interval_seconds, looks.candidate_interval_seconds)
        if self._looks is not None and self._looks != looks:
            self._schedule.set_intervals(looks.interval_seconds, looks.candidate_interval_seconds)
        self._cameras, self._looks = now, looks


def _differ(before: Camera, now: Camera) -> bool:
    return any(getattr(before, name) != getattr(now, name) for name in _LOOKED_AT)
