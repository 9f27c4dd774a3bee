"""What an ingest worker answers on request: the newest picture, a piece of the ring, whether a thing is still there."""

import asyncio
import threading
from collections.abc import Awaitable, Callable
from typing import Any

import cv2

from api.analyst import Analyst
from api.inspector import Inspector
from api.visits import Visits, subject_of
from ingest.decode import Decoder
from ingest.frame import Frame
from ingest.live import LiveError, Reply
from ingest.ring import Ring
from vision import evidence
from vision.clip import ClipError, clip
from vision.observation import Verdict
from vision.quality.fault import reason_of

_VERIFY_FRAMES = 3
_VERIFY_WINDOW_SECONDS = 15.0
_OLDEST_PICTURE_SECONDS = 30.0
_JPEG_QUALITY = 88


class WorkerRequests:
    """Decoding happens in threads, one request at a time: requests are rare and must not starve the analysis."""

    def __init__(
        self,
        ring_of: Callable[[str], Ring],
        analyst: Analyst,
        now: Callable[[], float],
        turn: Callable[[str, dict[str, Any]], Awaitable[Reply]],
        visits: Visits,
        inspector: Inspector,
        trial: Callable[[str, dict[str, Any]], Reply],
    ) -> None:
        self._ring_of, self._analyst, self._now, self._turn = ring_of, analyst, now, turn
        self._visits, self._inspector, self._trial = visits, inspector, trial
        self._decoder = Decoder()
        self._decoding = threading.Lock()

    async def __call__(self, camera_id: str, op: str, arguments: dict[str, Any]) -> Reply:
        """Raises LiveError with a text for the operator."""
        match op:
            case "snapshot":
                return await asyncio.to_thread(self._snapshot, camera_id, arguments.get("width"))
            case "clip":
                return await asyncio.to_thread(self._clip, camera_id, arguments["from_at"], arguments["to_at"])
            case "verify":
                about = arguments["object_id"], arguments["box"], arguments.get("view")
                return await asyncio.to_thread(self._verify, camera_id, *about)
            case "ptz":
                self._visits.turned(camera_id, str(arguments.get("do")))
                return await self._turn(camera_id, arguments)
            case "visit":
                return await self._visits.visit(camera_id, arguments)
            case "healthy_picture":
                return await asyncio.to_thread(self._healthy_picture, camera_id)
            case "accept_view":
                return await asyncio.to_thread(self._accept_view, camera_id)
            case "trial":
                return await asyncio.to_thread(self._trial, camera_id, arguments)
        raise LiveError(f"unknown request {op}")

    def _frames(self, camera_id: str, since: float, most: int) -> list[Frame]:
        try:
            units = self._ring_of(camera_id).keyframes(since)[-most:]
        except KeyError:
            raise LiveError(f"camera {camera_id} is switched off") from None
        with self._decoding:
            return [frame for unit in units if (frame := self._decoder.decode(unit)) is not None]

    def _snapshot(self, camera_id: str, width: int | None) -> Reply:
        """At its own size, or at most `width` pixels wide."""
        frames = self._frames(camera_id, self._now() - _OLDEST_PICTURE_SECONDS, 1)
        if not frames:
            raise LiveError(f"camera {camera_id} has sent no whole picture for {_OLDEST_PICTURE_SECONDS:.0f} s")
        frame = frames[-1]
        picture = frame.colour()
        if width is not None and width < frame.width:
            size = (width, max(1, round(frame.height * width / frame.width)))
            picture = cv2.resize(picture, size, interpolation=cv2.INTER_AREA).astype(picture.dtype, copy=False)
        ok, jpeg = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, _JPEG_QUALITY])
        if not ok:
            raise LiveError("the picture could not be encoded")
        body = {"captured_at": frame.captured_at, "width": picture.shape[1], "height": picture.shape[0]}
        return Reply(body, (jpeg.tobytes(),))

    def _clip(self, camera_id: str, from_at: float, to_at: float) -> Reply:
        try:
            units = self._ring_of(camera_id).access_units(from_at, to_at)
        except KeyError:
            raise LiveError(f"camera {camera_id} is switched off") from None
        if not units:
            raise LiveError(f"camera {camera_id}: nothing of that time is in memory any more")
        body = {"from_at": units[0].received_at, "to_at": units[-1].received_at}
        try:
            return Reply(body, (clip(units),))
        except ClipError as problem:
            raise LiveError(f"camera {camera_id}: {problem}") from None

    def _healthy_picture(self, camera_id: str) -> Reply:
        """How the camera looked when it was well; no blob where that was never seen."""
        picture = self._inspector.healthy_picture(camera_id)
        return Reply({}, (picture,) if picture else ())

    def _accept_view(self, camera_id: str) -> Reply:
        frames = self._frames(camera_id, self._now() - _OLDEST_PICTURE_SECONDS, 1)
        if not frames:
            raise LiveError(f"camera {camera_id} has sent no whole picture for {_OLDEST_PICTURE_SECONDS:.0f} s")
        try:
            self._inspector.accept(frames[-1])
        except KeyError:
            raise LiveError(f"camera {camera_id} is switched off") from None
        return Reply({"captured_at": frames[-1].captured_at})

    def _verify(self, camera_id: str, object_id: str, box: list[float], view_id: str | None) -> Reply:
        name, since = camera_id, self._now() - _VERIFY_WINDOW_SECONDS
        if view_id is not None:
            visit = self._visits.at(camera_id)
            if visit is None or visit.view.id != view_id:
                raise LiveError(f"dome {camera_id} does not stand at its view {view_id}")
            name, since = subject_of(camera_id, visit.view), max(since, visit.since)
        watched = self._analyst.analysis_of(name)
        if watched is None:
            raise LiveError(f"camera {camera_id} is not watched by a rule any more")
        x, y, width, height = (float(value) for value in box)
        frames = self._frames(camera_id, since, _VERIFY_FRAMES)
        fault = self._inspector.look(frames[-1]) if frames else None
        if fault is not None:
            verdict = Verdict("cannot_tell", reason_of(fault), frames[-1].captured_at)
        else:
            with watched.lock:
                verdict = watched.analysis.verify(object_id, (x, y, width, height), frames)
        caption = f"{verdict.reason.zh}  {verdict.reason.en}"
        picture = evidence.marked_picture(frames[-1], (x, y, width, height), caption) if frames else b""
        body = {
            "result": verdict.result,
            "reason": {"code": verdict.reason.code, "zh": verdict.reason.zh, "en": verdict.reason.en},
            "captured_at": verdict.captured_at,
        }
        return Reply(body, (picture,) if picture else ())
