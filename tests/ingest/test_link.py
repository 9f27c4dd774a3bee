"""Worker and API ends of the link, joined by a real Unix socket."""

import asyncio
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest

from ingest.access_unit import AccessUnit, Profile
from ingest.link import WorkerLinks
from ingest.link_server import Holding, LinkServer
from ingest.live import Configuration, LiveError, LiveUnit, Reply
from ingest.state import StreamState, StreamStatus
from runtime.clock import SystemClock
from runtime.spool import Spool


class Streams:
    """Two cameras whose units the test hands over itself."""

    def __init__(self) -> None:
        self.sinks: dict[str, list[Callable[[LiveUnit], None]]] = {"cam-1": [], "cam-2": []}
        self.status = {name: StreamStatus(name, state=StreamState.LIVE, keyframes=7) for name in self.sinks}

    def subscribe(self, camera_id: str, profile: Profile, sink: Callable[[LiveUnit], None]) -> Any:
        sinks = self.sinks[camera_id]
        sinks.append(sink)

        class Subscription:
            def close(self) -> None:
                sinks.remove(sink)

        return Subscription()

    def statuses(self) -> dict[str, StreamStatus]:
        return self.status


async def _answer(camera_id: str, op: str, arguments: dict[str, Any]) -> Reply:
    if op == "dark":
        raise LiveError("the camera is away")
    if op == "broken":
        raise ValueError("password is 1234")
    return Reply({"camera": camera_id, **arguments}, (b"jpeg", b"mp4"))


class Worker:
    def __init__(self, tmp_path: Path) -> None:
        self.streams = Streams()
        self.spool = Spool(tmp_path / "spool.sqlite")
        self.path = tmp_path / "worker-0.sock"
        self.configured: list[dict[str, Any]] = []
        self.server = self._server()

    def _server(self) -> LinkServer:
        holding = Holding(tuple(self.streams.sinks), "1")
        facts = lambda: {"load": 1}  # noqa: E731
        return LinkServer(self.path, holding, self.streams, _answer, self.spool, facts, SystemClock(), self._configure)

    async def _configure(self, file: dict[str, Any]) -> None:
        if "fault" in file:
            raise LiveError(file["fault"])
        self.configured.append(file)
        names = file["cameras"]
        self.streams.sinks = {name: self.streams.sinks.get(name, []) for name in names}
        self.streams.status = {name: StreamStatus(name, state=StreamState.LIVE) for name in names}
        self.server.holds(Holding(tuple(names), file["fingerprint"]))

    async def restart(self) -> None:
        await self.server.stop()
        self.streams.sinks = {name: [] for name in self.streams.sinks}
        self.server = self._server()
        await self.server.start()


@pytest.fixture
async def worker(tmp_path: Path) -> AsyncIterator[Worker]:
    made = Worker(tmp_path)
    await made.server.start()
    yield made
    await made.server.stop()


@pytest.fixture
async def links(worker: Worker) -> AsyncIterator[WorkerLinks]:
    made = WorkerLinks([worker.path], SystemClock())
    await made.start()
    await _until(lambda: made.workers()[0]["connected"])
    yield made
    await made.stop()


async def _until(condition: Callable[[], Any], seconds: float = 30.0) -> None:
    async with asyncio.timeout(seconds):
        while not condition():
            await asyncio.sleep(0.01)


def _unit(**changes: Any) -> AccessUnit:
    base: dict[str, Any] = {
        "camera_id": "cam-1",
        "profile": "sub",
        "codec": "h265",
        "keyframe": True,
        "pts_us": 1 << 40,
        "received_at": 1790000000.25,
        "data": b"\0\0\0\1abc",
        "discontinuity": True,
    }
    return AccessUnit(**{**base, **changes})


async def test_units_arrive_as_they_were_sent(worker: Worker, links: WorkerLinks) -> None:
    got: list[LiveUnit] = []
    subscription = links.subscribe("cam-1", "sub", got.append)
    await _until(lambda: worker.streams.sinks["cam-1"])
    sent = [LiveUnit(_unit(), catch_up=True), LiveUnit(_unit(keyframe=False, codec="h264", discontinuity=False))]
    for live in sent:
        worker.streams.sinks["cam-1"][0](live)
    await _until(lambda: len(got) == 2)
    assert got == sent
    subscription.close()
    await _until(lambda: not worker.streams.sinks["cam-1"])


async def test_subscriptions_return_with_the_worker(worker: Worker, links: WorkerLinks) -> None:
    got: list[LiveUnit] = []
    links.subscribe("cam-1", "sub", got.append)
    await _until(lambda: worker.streams.sinks["cam-1"])
    await worker.restart()
    await _until(lambda: worker.streams.sinks["cam-1"])
    worker.streams.sinks["cam-1"][0](LiveUnit(_unit()))
    await _until(lambda: got)


async def test_cameras_of_a_lost_worker_are_shown_as_waiting(worker: Worker, links: WorkerLinks) -> None:
    assert links.statuses()["cam-2"].state is StreamState.LIVE
    seen: list[StreamStatus] = []
    links.on_status(seen.append)
    await worker.server.stop()
    await _until(lambda: len(seen) == 2)
    assert {status.state for status in links.statuses().values()} == {StreamState.WAITING}


async def test_status_changes_arrive_at_once(worker: Worker, links: WorkerLinks) -> None:
    seen: list[StreamStatus] = []
    links.on_status(seen.append)
    worker.server.status_changed(StreamStatus("cam-1", state=StreamState.STALLED, error="nothing for 8 s"))
    await _until(lambda: seen)
    assert (seen[0].camera_id, seen[0].state, seen[0].error) == ("cam-1", StreamState.STALLED, "nothing for 8 s")


async def test_requests_are_answered_with_their_attachments(links: WorkerLinks) -> None:
    reply = await links.request("cam-2", "clip", from_at=1.5)
    assert reply == Reply({"camera": "cam-2", "from_at": 1.5}, (b"jpeg", b"mp4"))


@pytest.mark.parametrize(
    ("camera", "op", "message"),
    [
        ("cam-1", "dark", "the camera is away"),
        ("cam-1", "broken", "broken failed: ValueError"),
        ("cam-9", "clip", "no ingest worker for camera cam-9 is connected"),
    ],
)
async def test_a_request_that_fails_says_why(links: WorkerLinks, camera: str, op: str, message: str) -> None:
    with pytest.raises(LiveError) as caught:
        await links.request(camera, op)
    assert str(caught.value) == message


async def test_a_detection_stays_spooled_until_it_is_stored(worker: Worker, links: WorkerLinks) -> None:
    worker.spool.put("k1", {"key": "k1"}, [b"jpeg"])
    worker.server.spooled()
    await asyncio.sleep(0.1)
    assert worker.spool.depth() == 1  # nobody stores yet
    stored: list[tuple[dict[str, Any], tuple[bytes, ...]]] = []

    async def store(body: dict[str, Any], blobs: tuple[bytes, ...]) -> None:
        stored.append((body, blobs))

    links.on_detection(store)
    await _until(lambda: worker.spool.depth() == 0)
    assert stored == [({"key": "k1"}, (b"jpeg",))]


async def test_a_detection_the_store_refuses_does_not_hold_up_the_next(worker: Worker, links: WorkerLinks) -> None:
    stored: list[str] = []

    async def store(body: dict[str, Any], blobs: tuple[bytes, ...]) -> None:
        if body["key"] == "bad":
            raise AttributeError("a fault of our own")
        stored.append(body["key"])

    links.on_detection(store)
    for key in ("bad", *(f"good-{n}" for n in range(20))):
        worker.spool.put(key, {"key": key})
    worker.server.spooled()
    await _until(lambda: len(stored) == 20)
    await _until(lambda: [item.key for item in worker.spool.pending()] == ["bad"])


async def test_detections_left_by_a_dead_worker_are_delivered_by_the_next(worker: Worker, tmp_path: Path) -> None:
    worker.spool.put("k1", {"key": "k1"})
    stored: list[str] = []

    async def store(body: dict[str, Any], blobs: tuple[bytes, ...]) -> None:
        stored.append(body["key"])

    links = WorkerLinks([worker.path], SystemClock())
    links.on_detection(store)
    await links.start()
    await _until(lambda: stored == ["k1"])
    await links.stop()


async def test_only_the_owner_may_open_the_socket(worker: Worker) -> None:
    assert worker.path.stat().st_mode & 0o777 == 0o600


def _configuration(name: str, *cameras: str, **more: str) -> Configuration:
    return Configuration({"cameras": list(cameras), "fingerprint": name, **more}, name)


async def test_cameras_change_while_the_link_stands(worker: Worker, links: WorkerLinks) -> None:
    """What stays goes on under its subscription; what comes is subscribed to if somebody waited for it; what goes is
    forgotten."""
    got: list[str] = []
    for name in ("cam-1", "cam-3"):
        links.subscribe(name, "sub", lambda live: got.append(live.unit.camera_id))
    await _until(lambda: worker.streams.sinks["cam-1"] and "cam-2" in links.statuses())
    before = worker.streams.sinks["cam-1"][0]
    assert await links.configure(_configuration("2", "cam-1", "cam-3")) == []
    await _until(lambda: worker.streams.sinks["cam-3"])
    assert worker.streams.sinks["cam-1"] == [before]
    assert set(links.statuses()) == {"cam-1", "cam-3"}
    for name in ("cam-1", "cam-3"):
        worker.streams.sinks[name][0](LiveUnit(_unit(camera_id=name)))
    await _until(lambda: len(got) == 2)
    with pytest.raises(LiveError, match="cam-2"):
        await links.request("cam-2", "look")
    assert await links.configure(_configuration("3", fault="no such zone")) == ["worker-0: no such zone"]


async def test_a_worker_that_was_away_is_brought_up_to_date(worker: Worker, links: WorkerLinks) -> None:
    links.follow(_configuration("1"))
    await worker.server.stop()
    await _until(lambda: not links.workers()[0]["connected"])
    assert await links.configure(_configuration("2", "cam-1")) == []
    assert worker.configured == []
    await worker.restart()
    await _until(lambda: [one["fingerprint"] for one in worker.configured] == ["2"])
    await _until(lambda: set(links.statuses()) == {"cam-1"})
