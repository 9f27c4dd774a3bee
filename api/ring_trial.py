"""Zones tried out in an ingest worker: on what it has in mind of a camera and what the ring still shows."""

import threading
from collections.abc import Callable
from typing import Any
from zoneinfo import ZoneInfo

import cv2
from pydantic import TypeAdapter, ValidationError

from api.analyst import Analyst
from api.visits import Visits, subject_of
from config.cameras import Camera, Zone
from config.dome_views import DomeView
from gis.ground import GroundModel, ground_model
from ingest.decode import Decoder
from ingest.frame import Frame
from ingest.live import LiveError, Reply
from ingest.ring import Ring
from vision.snapshot import SnapshotError
from vision.trial import MOST_FRAMES, try_zones, with_zones

_ZONES = TypeAdapter(list[Zone])
_JPEG_QUALITY = 85


class RingTrial:
    """One at a time in a worker, in a thread: some 40 pictures are decoded and looked at, a quarter of a second. The
    analysis that runs is asked for a copy of what it knows, and goes on meanwhile."""

    def __init__(
        self,
        ring_of: Callable[[str], Ring],
        analyst: Analyst,
        visits: Visits,
        camera_of: Callable[[str], Camera | None],
        timezone: ZoneInfo,
    ) -> None:
        self._ring_of, self._analyst, self._visits = ring_of, analyst, visits
        self._camera_of, self._timezone = camera_of, timezone
        self._decoder = Decoder(deblock=False)
        self._busy = threading.Lock()

    def __call__(self, camera_id: str, arguments: dict[str, Any]) -> Reply:
        """`zones` as in cameras.yaml; `view` of a dome; `dwell` in place of theirs. The picture looked at last is
        attached. Raises LiveError."""
        if not self._busy.acquire(blocking=False):
            raise LiveError("another trial is running on this worker; try again", zh="另一个试运行正在进行，请稍候再试")
        try:
            return self._tried(camera_id, arguments)
        finally:
            self._busy.release()

    def _tried(self, camera_id: str, arguments: dict[str, Any]) -> Reply:
        camera = self._camera_of(camera_id)
        if camera is None:
            raise LiveError(f"camera {camera_id} is not on this worker")
        view, name, since = self._standing(camera, arguments.get("view"))
        try:
            zones = _ZONES.validate_python(arguments["zones"])
        except ValidationError as problem:
            raise LiveError(f"not zones this worker knows: {problem.error_count()} problems") from None
        ground, remembered = self._known(name, camera, view)
        frames = self._frames(camera_id, since)
        if not frames:
            raise LiveError(f"camera {camera_id} has sent no whole picture yet", zh="摄像机尚未传来完整画面")
        proposed = with_zones(camera, view, zones, arguments.get("dwell"))
        try:
            trial = try_zones(*proposed, ground, self._timezone, remembered, frames)
        except (SnapshotError, ValueError) as problem:
            raise LiveError(f"camera {camera_id}: {problem}") from None
        newest = frames[-1]
        body = {
            **trial.to_plain(),
            "captured_at": newest.captured_at,
            "from_at": frames[0].captured_at,
            "pictures": len(frames),
            "watched": bool(remembered),
            "width": newest.width,
            "height": newest.height,
        }
        _, jpeg = cv2.imencode(".jpg", newest.colour(), [cv2.IMWRITE_JPEG_QUALITY, _JPEG_QUALITY])
        return Reply(body, (jpeg.tobytes(),))

    def _standing(self, camera: Camera, view_id: str | None) -> tuple[DomeView | None, str, float]:
        """The view, the name of its analysis, and since when pictures are of it."""
        if view_id is None:
            return None, camera.id, 0.0
        visit = self._visits.at(camera.id)
        if visit is None or visit.view.id != view_id:
            raise LiveError(
                f"dome {camera.id} does not stand at its view {view_id}",
                zh=f"球机此刻不在视角 {view_id}，巡视到该视角时才能试运行",
            )
        return visit.view, subject_of(camera.id, visit.view), visit.since

    def _known(self, name: str, camera: Camera, view: DomeView | None) -> tuple[GroundModel | None, bytes]:
        """What pictures are laid onto, and what the analysis that runs has in mind; nothing where none does."""
        watched = self._analyst.analysis_of(name)
        if watched is None:
            return (ground_model(camera) if view is None else None), b""
        with watched.lock:
            return watched.analysis.ground, watched.analysis.snapshot()

    def _frames(self, camera_id: str, since: float) -> list[Frame]:
        try:
            units = self._ring_of(camera_id).keyframes(since)
        except KeyError:
            raise LiveError(f"camera {camera_id} is switched off", zh="摄像机已停用") from None
        step = -(-len(units) // MOST_FRAMES) or 1
        kept = list(reversed(units[::-1][::step]))
        return [frame for unit in kept if (frame := self._decoder.decode(unit)) is not None]
