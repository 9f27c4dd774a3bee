"""From what has changed in the store and at the cameras to events for the pages."""

import asyncio
import logging
from collections.abc import Callable

from api.camera_directory import CameraDirectory
from api.pages import Pages
from api.schemas.alarms import AlarmAnswer
from api.schemas.cases import CaseAnswer
from api.schemas.town import WorkerAnswer
from incidents.feed import Change, Feed
from ingest.live import Live
from ingest.state import StreamStatus
from runtime.clock import Clock
from wall.events import Coalescer, Event, EventHub

logger = logging.getLogger(__name__)


class EventFeed:
    """Cases at once; a worker's position at most once a second; a camera when its state changes."""

    def __init__(self, feed: Feed, live: Live, cameras: CameraDirectory, pages: Pages, clock: Clock) -> None:
        self.hub = EventHub()
        self._feed = feed
        self._cameras = cameras
        self._pages = pages
        self._workers = Coalescer(self.hub.publish, clock)
        self._stop_listening: Callable[[], None] | None = None
        live.on_status(self._status_changed)

    def start(self) -> None:
        loop = asyncio.get_running_loop()

        def hand_over(change: Change) -> None:
            if not loop.is_closed():
                loop.call_soon_threadsafe(self._changed, change)

        self._stop_listening = self._feed.listen(hand_over)

    async def stop(self) -> None:
        if self._stop_listening:
            self._stop_listening()
        await self._workers.stop()

    def _changed(self, change: Change) -> None:
        match change.topic:
            case "case":
                data = CaseAnswer.model_validate(change.data).model_dump(mode="json")
                self.hub.publish(Event("case", data, change.paths, change.assignee_id))
            case "worker":
                worker = WorkerAnswer.model_validate(change.data)
                self._workers.put(worker.id, Event("worker", worker.model_dump(mode="json"), change.paths))
            case "display":
                self.hub.publish(Event("display", change.data, change.paths, change.assignee_id))
            case "alarm":
                alarm = AlarmAnswer.model_validate(change.data).model_dump(mode="json")
                self.hub.publish(Event("alarm", alarm, change.paths))
            case "session":
                self._pages.recheck(change.data)

    def _status_changed(self, status: StreamStatus) -> None:
        path = self._cameras.path(status.camera_id)
        if path is None or status.profile != "sub":
            return
        data = {
            "id": status.camera_id,
            "state": status.state.value,
            "since": status.since,
            "error": status.error,
        }
        self.hub.publish(Event("camera", data, (path,)))
