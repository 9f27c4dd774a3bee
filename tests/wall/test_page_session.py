import asyncio
import itertools
import json

import pytest
import websockets

from ingest.state import StreamState
from tests.wall.clips import encode_clip
from tests.wall.page_client import PageClient, page
from tests.wall.page_server import Rights, serve_wall
from tests.wall.replay_live import ReplayLive, decode_units
from wall.events import Event
from wall.live_hub import HubLimits
from wall.page_buffer import PageLimits
from wall.wire import CATCH_UP, KEYFRAME


def replay(*cameras: str, **options) -> ReplayLive:
    return ReplayLive({(camera, "sub"): encode_clip() for camera in cameras}, **options)


async def test_a_stream_is_announced_then_decodes_to_the_end(tmp_path):
    async with serve_wall(replay("a"), tmp_path) as wall, page(wall.url) as client:
        await client.say(type="open", stream=7, camera="a", profile="sub")
        await client.until(lambda c: len(c.of_stream(7)) >= 30)
    states = [message for kind, message in client.log if kind == "text" and message["type"] == "stream"]
    assert [state["state"] for state in states] == ["opening", "live"]
    assert (states[-1]["codec"][:5], states[-1]["width"], states[-1]["height"]) == ("avc1.", 320, 180)
    kinds = [kind for kind, entry in client.log if kind == "unit" or entry["type"] == "stream"]
    assert kinds.index("unit") == 2
    assert client.units[0].flags & KEYFRAME
    frames = decode_units("h264", [unit.payload for unit in client.units])
    assert len(frames) == len(client.units)
    assert not any(frame.is_corrupt for frame in frames)


async def test_a_further_viewer_gets_the_gop_so_far_at_once_and_no_second_upstream(tmp_path):
    live = replay("a")
    async with serve_wall(live, tmp_path) as wall, page(wall.url) as first, page(wall.url) as second:
        await first.say(type="open", stream=1, camera="a", profile="sub")
        await first.until(lambda c: len([u for u in c.of_stream(1) if not u.flags & CATCH_UP]) >= 15)
        # In the middle of a GOP, and nothing more comes: what is shown can only be the past.
        await first.until(lambda c: not c.of_stream(1)[-1].flags & KEYFRAME)
        live.paused.set()
        await first.read_for(0.1)
        await second.say(type="open", stream=2, camera="a", profile="sub")
        await second.until(lambda c: c.of_stream(2))
        assert live.subscribed == {("a", "sub"): 1}
        assert second.of_stream(2)[0].flags == KEYFRAME | CATCH_UP | (second.of_stream(2)[0].flags & 4)
        assert all(unit.flags & CATCH_UP for unit in second.of_stream(2))
        assert second.of_stream(2)[-1].pts_us == first.of_stream(1)[-1].pts_us
        live.paused.clear()
        await second.until(lambda c: not c.of_stream(2)[-1].flags & CATCH_UP)


async def test_the_upstream_lingers_then_closes(tmp_path):
    live = replay("a")
    async with serve_wall(live, tmp_path, hub_limits=HubLimits(linger_seconds=0.3)) as wall:
        async with page(wall.url) as client:
            await client.say(type="open", stream=1, camera="a")
            await client.until(lambda c: c.of_stream(1))
            await client.say(type="close", stream=1)
            await client.read_for(0.1)
            await client.say(type="open", stream=1, camera="a")
            await client.until(lambda c: c.states(1).count("live") == 2)
        assert live.subscribed["a", "sub"] == 1
        assert len(live.subscriptions) == 1
        await asyncio.sleep(0.6)
        assert live.subscriptions == []
        assert wall.hub.open_streams() == {}
        assert wall.pages == []


async def test_many_streams_come_in_few_messages(tmp_path):
    cameras = [f"c{number}" for number in range(20)]
    async with serve_wall(replay(*cameras), tmp_path) as wall, page(wall.url) as client:
        for number, camera in enumerate(cameras):
            await client.say(type="open", stream=number, camera=camera)
        await client.until(lambda c: {unit.stream for unit in c.units} == set(range(20)))
        messages, units = 0, len(client.units)
        for _ in range(40):
            frame = await client.connection.recv()
            messages += isinstance(frame, bytes)
            client.take(frame)
        assert (len(client.units) - units) / messages > 3


async def test_reusing_a_number_replaces_the_stream(tmp_path):
    async with serve_wall(replay("a", "b"), tmp_path) as wall, page(wall.url) as client:
        await client.say(type="open", stream=1, camera="a")
        await client.until(lambda c: c.of_stream(1))
        await client.say(type="open", stream=1, camera="b")
        await client.until(lambda c: c.states(1).count("live") == 2)
        wall.rights.cameras.discard("a")
        wall.pages[0].set_rights(wall.rights)
        await client.read_for(0.3)
        assert client.states(1)[-1] == "live"


async def test_a_camera_outside_the_rights_does_not_exist(tmp_path):
    live = replay("a", "b")
    async with serve_wall(live, tmp_path) as wall, page(wall.url) as client:
        wall.rights.cameras.discard("b")
        await client.say(type="open", stream=1, camera="b")
        await client.say(type="open", stream=2, camera="no-such")
        await client.until(lambda c: c.states(1) and c.states(2))
        answers = [{**m, "stream": 0} for m in client.of_type("stream")]
        assert answers[0] == answers[1]
        assert answers[0]["state"] == "ended"
        assert not live.subscribed


async def test_rights_taken_away_end_the_stream_at_once(tmp_path):
    async with serve_wall(replay("a", "b"), tmp_path) as wall, page(wall.url) as client:
        await client.say(type="open", stream=1, camera="a")
        await client.say(type="open", stream=2, camera="b")
        await client.until(lambda c: c.of_stream(1) and c.of_stream(2))
        wall.pages[0].set_rights(Rights({"b"}))
        await client.until(lambda c: c.states(1)[-1] == "ended")
        before = len(client.of_stream(1))
        await client.read_for(0.5)
        assert len(client.of_stream(1)) == before
        assert client.of_stream(2)[-1].pts_us > client.of_stream(2)[0].pts_us


async def test_revocation_says_so_and_closes(tmp_path):
    async with serve_wall(replay("a"), tmp_path) as wall, page(wall.url) as client:
        await client.say(type="open", stream=1, camera="a")
        await client.until(lambda c: c.of_stream(1))
        wall.pages[0].revoke()
        with pytest.raises(websockets.ConnectionClosed) as closed:
            await client.read_for(5)
        assert client.messages[-1] == {"type": "revoked"}
        assert closed.value.rcvd.code == 4401


async def test_events_only_of_the_topics_asked_for_and_the_areas_held(tmp_path):
    async with serve_wall(replay("a"), tmp_path) as wall, page(wall.url) as client:
        wall.pages[0].set_rights(Rights(set(), ("/town/east/",)))
        await client.say(type="events", topics=["case", "camera"])
        await client.say(type="ping", at=1.0)
        await client.until(lambda c: c.of_type("pong"))
        wall.events.publish(Event("case", {"id": "1"}, ("/town/west/",)))
        wall.events.publish(Event("worker", {"id": "2"}, ("/town/east/",)))
        wall.events.publish(Event("case", {"id": "3"}, ("/town/east/g7/",)))
        wall.events.publish(Event("camera", {"id": "4"}, ("/town/east/",)))
        await client.until(lambda c: len(c.of_type("event")) >= 2)
        await client.read_for(0.1)
        assert [event["data"]["id"] for event in client.of_type("event")] == ["3", "4"]


async def test_a_stall_is_told_and_ends_with_the_next_picture(tmp_path):
    live = replay("a")
    async with serve_wall(live, tmp_path, hub_limits=HubLimits(stall_seconds=1)) as wall, page(wall.url) as client:
        await client.say(type="open", stream=1, camera="a")
        await client.until(lambda c: c.of_stream(1))
        live.paused.set()
        stalled = await client.until(lambda c: c.states(1)[-1] == "stalled" and c.of_type("stream")[-1])
        assert "no picture" in stalled["reason"]
        live.paused.clear()
        await client.until(lambda c: c.states(1)[-1] == "live")


STATES = [
    ("refused before the first picture", StreamState.REFUSED, "opening"),
    ("switched off", StreamState.DISABLED, "ended"),
    ("no video in its description", StreamState.UNSUPPORTED, "ended"),
]


@pytest.mark.parametrize(("state", "shown"), [row[1:] for row in STATES], ids=[row[0] for row in STATES])
async def test_what_is_wrong_with_the_camera_is_told(tmp_path, state, shown):
    live = replay("a")
    async with serve_wall(live, tmp_path) as wall, page(wall.url) as client:
        live.paused.set()
        live.set_state("a", state, "because")
        await client.say(type="open", stream=1, camera="a")
        await client.until(lambda c: c.of_type("stream"))
        assert (client.states(1)[-1], client.of_type("stream")[-1]["reason"]) == (shown, "because")


WRONG = [
    ("not JSON", "hello"),
    ("unknown type", json.dumps({"type": "shout"})),
    ("stream out of range", json.dumps({"type": "open", "stream": 65536, "camera": "a"})),
    ("unknown profile", json.dumps({"type": "open", "stream": 1, "camera": "a", "profile": "raw"})),
    ("too long", json.dumps({"type": "open", "stream": 1, "camera": "a" * 5000})),
    ("binary", b"\x00\x01"),
]


@pytest.mark.parametrize("message", [row[1] for row in WRONG], ids=[row[0] for row in WRONG])
async def test_a_message_that_cannot_be_read_closes_the_page_with_the_reason(tmp_path, message):
    async with serve_wall(replay("a"), tmp_path) as wall, page(wall.url) as client:
        await client.connection.send(message)
        with pytest.raises(websockets.ConnectionClosed) as closed:
            await client.read_for(5)
        assert closed.value.rcvd.code == 1008
        assert closed.value.rcvd.reason


async def test_a_page_may_open_only_so_many_streams(tmp_path):
    async with serve_wall(replay("a"), tmp_path, page=PageLimits(streams=2)) as wall, page(wall.url) as client:
        for stream in range(3):
            await client.say(type="open", stream=stream, camera="a")
        await client.until(lambda c: c.states(2))
        assert client.states(2) == ["ended"]


async def test_a_slow_page_loses_whole_gops_is_told_and_costs_a_bounded_memory(tmp_path):
    clip = encode_clip("h264", 640, 360, frames=20, gop=10, fps=20)
    live = ReplayLive({(f"c{number}", "sub"): clip for number in range(8)}, speed=20.0)
    limits = PageLimits(waiting_bytes=400_000, batch_bytes=50_000, send_timeout_seconds=60)
    async with serve_wall(live, tmp_path, page=limits) as wall:
        async with page(wall.url) as client, page(wall.url) as quick:
            client.connection.transport.pause_reading()
            for number in range(8):
                await client.say(type="open", stream=number, camera=f"c{number}")
            await quick.say(type="open", stream=0, camera="c0")
            largest = 0
            for turn in range(1500):
                await quick.read_for(0.01)
                # Looked at often: what overflows a second time is dropped as a whole.
                largest = max(largest, wall.pages[0].waiting_bytes)
                # A busy machine needs longer to send so much.
                if turn >= 300 and largest > 200_000 and len(quick.of_stream(0)) > 500:
                    break
            assert 200_000 < largest <= 400_000 + limits.text_bytes
            assert quick.of_type("lost") == []
            assert len(quick.of_stream(0)) > 500
            live.speed = 1.0
            client.connection.transport.resume_reading()
            await client.until(lambda c: len({m["stream"] for m in c.of_type("lost")}) == 8, 20)
            seen = {stream: len(client.of_stream(stream)) for stream in range(8)}
            await client.until(lambda c: all(len(c.of_stream(s)) > seen[s] for s in range(8)), 20)
        lost = sum(message["units"] for message in client.of_type("lost"))
        assert lost > 500
        for stream in range(8):
            assert_decodable_runs(client.of_stream(stream))


def assert_decodable_runs(units) -> None:
    """After every gap the next unit is a key frame: nothing was cut out of the middle of a GOP."""
    step = min(b.pts_us - a.pts_us for a, b in itertools.pairwise(units))
    for before, after in itertools.pairwise(units):
        assert after.pts_us - before.pts_us == step or after.flags & KEYFRAME


async def test_a_page_that_never_reads_is_closed_in_the_end(tmp_path):
    live = ReplayLive({("a", "sub"): encode_clip("h264", 640, 360)}, speed=40.0)
    limits = PageLimits(waiting_bytes=400_000, send_timeout_seconds=1.0)
    hub_limits = HubLimits(linger_seconds=0.1)
    async with serve_wall(live, tmp_path, page=limits, hub_limits=hub_limits) as wall, page(wall.url) as client:
        client.connection.transport.pause_reading()
        await client.say(type="open", stream=1, camera="a")
        async with asyncio.timeout(20):
            while wall.pages:
                await asyncio.sleep(0.1)
        async with asyncio.timeout(30):
            while live.subscriptions:
                await asyncio.sleep(0.05)
        client.connection.transport.abort()


async def test_shutdown_closes_open_pages(tmp_path):
    async with serve_wall(replay("a"), tmp_path) as wall:
        connection = await websockets.connect(wall.url)
        await connection.send(json.dumps({"type": "open", "stream": 1, "camera": "a"}))
        await connection.recv()
    with pytest.raises(websockets.ConnectionClosed) as closed:
        await PageClient(connection).read_for(5)
    assert closed.value.rcvd.code == 1012
