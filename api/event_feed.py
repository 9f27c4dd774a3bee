"""From what has changed in the store and at the cameras to events for the pages."""

import asyncio
import logging
from collections.abc import Callable, Iterable
from dataclasses import replace

from api.camera_directory import CameraDirectory
from api.pages import Pages
from api.schemas.alarms import AlarmAnswer
from api.schemas.cases import CaseAnswer
from api.schemas.town import WorkerAnswer
from incidents.feed import Change, Feed
from incidents.telling import Telling, without_camera, without_repeats_elsewhere
from incidents.views import WorkerView
from ingest.live import Live
from ingest.state import StreamStatus
from runtime.clock import Clock
from wall.events import Coalescer, Event, EventHub
from wall.positions import Moved, PositionBoard

logger = logging.getLogger(__name__)


class EventFeed:
    """Cases at once; a worker's position at most once a second; a camera when its state changes."""

    def __init__(
        self, feed: Feed, telling: Telling, live: Live, cameras: CameraDirectory, pages: Pages, clock: Clock
    ) -> None:
        self.hub = EventHub()
        self.positions = PositionBoard(clock)
        self._feed = feed
        self._telling = telling
        self._told: dict[str, str] = {}
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
        self.positions.start()

    async def stop(self) -> None:
        if self._stop_listening:
            self._stop_listening()
        await self.positions.stop()
        await self._workers.stop()

    def _changed(self, change: Change) -> None:
        match change.topic:
            case "case":
                self._case_changed(change)
            case "worker":
                self._worker_changed(change)
            case "positions":
                self.positions.move([Moved(*one) for one in change.data])
            case "display":
                self.hub.publish(Event("display", change.data, change.paths, change.assignee_id))
            case "alarm":
                here = without_repeats_elsewhere(change.data.case, change.paths[0])
                alarm = AlarmAnswer.model_validate(replace(change.data, case=here)).model_dump(mode="json")
                self.hub.publish(Event("alarm", alarm, change.paths))
            case "session":
                # Where he belongs now is known with his next position; until then he is told to nobody.
                self.positions.belongs(change.data, ())
                self._pages.recheck(change.data)

    def _case_changed(self, change: Change) -> None:
        foreign = self._telling.foreign_camera(change.data)
        repeat = change.data.repeat
        elsewhere = set(repeat.paths) - set(change.paths) if repeat is not None else set()
        names = (*(() if foreign is None else (foreign,)), *sorted(elsewhere))
        whole = CaseAnswer.model_validate(change.data).model_dump(mode="json")
        self.hub.publish(Event("case", whole, change.paths, change.assignee_id, names, posts=change.posts))
        if names:
            fewer = without_repeats_elsewhere(without_camera(change.data), change.paths[0])
            less = CaseAnswer.model_validate(fewer).model_dump(mode="json")
            self.hub.publish(Event("case", less, change.paths, change.assignee_id, names, True, change.posts))

    def _worker_changed(self, change: Change) -> None:
        """Whoever's areas hold but one of his grids hears of that grid alone, and of no case elsewhere."""
        worker: WorkerView = change.data
        if worker.lon is not None and worker.lat is not None and change.moved:
            where = worker.lon, worker.lat, worker.accuracy_m or 0.0, worker.position_at or 0.0
            self.positions.move([Moved(worker.id, change.paths, *where)])
        names = tuple({*change.paths, *([worker.case_path] if worker.case_path else [])})
        whole = WorkerAnswer.model_validate(worker).model_dump(mode="json")
        self._workers.put(worker.id, Event("worker", whole, change.paths, names=names, moved=change.moved))
        if len(names) == 1:
            return
        for grid, path in zip(worker.grids, change.paths, strict=True):
            less = Event(
                "worker",
                {**whole, "grids": [grid], "case_id": None},
                (path,),
                names=names,
                reduced=True,
                moved=change.moved,
            )
            key = f"{worker.id} {grid}"
            # What changed elsewhere is not even told as something that has not changed.
            if self._told.get(key) != less.text:
                self._told[key] = less.text
                self._workers.put(key, less)

    def estate_changed(self, area_codes: Iterable[str]) -> None:
        """Those who see cameras of these areas load the list anew. What differs they read there: of a camera that has
        left their areas not even the name is told."""
        paths = tuple(path for code in sorted(area_codes) if (path := self._cameras.area_path(code)) is not None)
        if paths:
            self.hub.publish(Event("estate", {}, paths))

    def town_changed(self, what: Iterable[str]) -> None:
        """Everybody loads these parts of the map anew."""
        self.hub.publish(Event("town", {"changed": sorted(what)}, self._cameras.area_paths()))

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
