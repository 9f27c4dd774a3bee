"""What a client is sent: where it begins, how it is numbered, who else gets it, what is counted."""

import asyncio
from itertools import pairwise
from random import Random

import av
import pytest

from sim.rtsp.estate import STATIONS, Estate, SimCamera
from sim.rtsp.nal import Codec
from sim.rtsp.server import RtspServer
from sim.rtsp.timeline import StagedEvent, TimelineError
from tests.sim.fast_clock import FastClock
from tests.sim.rtsp_client import Packet, RtspClient, is_keyframe, nal_units, whole_units
from tests.sim.tiny_clips import FPS, GOP, LEVELS

TICKS = 90_000 // FPS


def gaps(packets: list[Packet]) -> list[int]:
    """Differences between sequence numbers of RTP packets (of channel 0), 1 where none is missing."""
    rtp = [packet for packet in packets if packet.channel == 0]
    return [(b.sequence - a.sequence) & 0xFFFF for a, b in pairwise(rtp)]


@pytest.mark.parametrize("camera", ["c1", "h1"])
async def test_a_session_begins_on_a_key_frame_as_rtp_info_says(serve, camera: str) -> None:
    server = await serve()
    codec: Codec = "h265" if camera == "h1" else "h264"
    for wait in (0.0, 0.013, 0.031):
        await asyncio.sleep(wait)
        async with RtspClient(server.port, camera=camera) as client:
            played = await client.play()
            units = await client.receive(GOP + 1)
            assert is_keyframe(units[0], codec)
            assert [is_keyframe(unit, codec) for unit in units[1:]] == [False] * (GOP - 1) + [True]
            info = played.headers["rtp-info"]
            assert f"seq={units[0][0].sequence};rtptime={units[0][0].timestamp}" in info
            await client.request("TEARDOWN")


async def test_numbers_and_times_run_on_over_segments(serve) -> None:
    server = await serve(clock=FastClock(20))
    async with RtspClient(server.port, camera="q1") as client:
        await client.play()
        units = await client.receive(60)
    assert set(gaps(client.packets)) == {1}
    stamps = [unit[0].timestamp for unit in units]
    assert {(b - a) & 0xFFFFFFFF for a, b in pairwise(stamps)} == {TICKS}
    assert {packet.ssrc for unit in units for packet in unit} == {units[0][0].ssrc}


async def test_cameras_of_one_scene_and_phase_share_a_station_until_something_happens(serve) -> None:
    server: RtspServer = await serve()
    feeds = [server.estate.cameras[id_].feeds["sub"] for id_ in ("c1", "c2")]
    assert feeds[0].station is feeds[1].station
    server.estate.cameras["c1"].stage(StagedEvent("e", "stall", 0))
    assert feeds[0].station is not feeds[1].station


async def test_an_interleaved_channel_of_the_clients_choice(serve) -> None:
    server = await serve()
    async with RtspClient(server.port) as client, RtspClient(server.port) as other:
        await client.play(channel=4)
        await other.play(channel=0)
        units = await client.receive(3)
        await other.receive(3)
        assert {packet.channel for packet in client.packets} <= {4, 5}
        assert {packet.channel for packet in other.packets} <= {0, 1}
        assert is_keyframe(units[0])


async def test_sender_reports_tell_the_time_of_the_pictures(serve) -> None:
    server = await serve(clock=FastClock(10))
    async with RtspClient(server.port) as client:
        await client.play()
        await client.receive(FPS * 11)
    reports = [packet for packet in client.packets if packet.channel == 1]
    assert 2 <= len(reports) <= 4
    first, second = ((packet.data[8:16], packet.data[16:20]) for packet in reports[:2])
    seconds = (int.from_bytes(second[0], "big") - int.from_bytes(first[0], "big")) / 2**32
    ticks = int.from_bytes(second[1], "big") - int.from_bytes(first[1], "big")
    assert ticks / 90_000 == pytest.approx(seconds, rel=0.25)
    assert {packet.data[1] for packet in reports} == {200}


async def test_what_was_counted_is_what_arrived(serve) -> None:
    server: RtspServer = await serve()
    async with RtspClient(server.port) as one, RtspClient(server.port) as two, RtspClient(server.port, "h1") as three:
        for client in (one, two, three):
            await client.play()
        await asyncio.gather(*(client.receive(40) for client in (one, two, three)))
        server.estate.pacer.pause()
        await asyncio.gather(*(client.drain() for client in (one, two, three)))
        counted = server.counters()
        for camera, clients, codec in (("c1", (one, two), "h264"), ("h1", (three,), "h265")):
            units = [unit for client in clients for unit in whole_units(client.packets)]
            assert counted["cameras"][camera]["frames_sent"] == len(units)
            assert counted["cameras"][camera]["keyframes_sent"] == sum(is_keyframe(u, codec) for u in units)
        assert counted["keyframes_sent"] == sum(row["keyframes_sent"] for row in counted["cameras"].values())
        assert counted["skips"] == 0


async def test_a_pause_sends_nothing_and_leaves_a_gap_in_time(serve) -> None:
    server: RtspServer = await serve(clock=FastClock(10))
    async with RtspClient(server.port) as client:
        await client.play()
        await client.receive(3)
        server.estate.pacer.pause()
        await client.drain(0.3)
        before = client.packets[-1]
        assert server.counters()["paused"]
        server.estate.pacer.resume()
        after = (await client.receive(1))[0][0]
        assert (after.sequence - before.sequence) & 0xFFFF == 1
        assert (after.timestamp - before.timestamp) & 0xFFFFFFFF > 20 * TICKS


async def test_time_in_which_the_machine_stood_still_is_left_out_not_made_up_for(serve) -> None:
    clock = FastClock(5)
    server: RtspServer = await serve(clock=clock)
    async with RtspClient(server.port) as client:
        await client.play()
        before = (await client.receive(3))[-1][0]
        clock.jump(50.0)
        await client.drain(0.01)
        units = await client.receive(FPS)
        assert (units[-1][0].timestamp - before.timestamp) & 0xFFFFFFFF > 49 * 90_000
        assert len(whole_units(client.packets)) < 10 * FPS
        assert server.counters()["late_ticks"] > 0


WRITES = {1: 1, 64: 1, 65: 2, 200: 2, 201: 3, 1677: 3}


@pytest.mark.parametrize(("playing", "frames"), WRITES.items())
async def test_few_sessions_get_every_frame_at_its_time(tiny_library, playing: int, frames: int) -> None:
    estate = Estate([SimCamera("q1", "quiet")], tiny_library, clock=FastClock(), rng=Random(1), playing=lambda: playing)
    assert estate.frames_per_write() == frames
    station = estate.cameras["q1"].feeds["sub"].station
    sent = [station.send(estate.frames_per_write()) for _ in range(12)]
    # Never over a key frame, every sixth here, where a session may begin.
    assert sent[: GOP // frames] == [frames] * (GOP // frames)


def test_key_frames_of_a_scenes_phases_fall_at_different_times(tiny_library) -> None:
    cameras = [SimCamera(f"q{i}", "quiet", i) for i in range(200)]
    estate = Estate(cameras, tiny_library, clock=FastClock(), rng=Random(1))
    stations = {camera.feeds["sub"].station for camera in estate.cameras.values()}
    assert len(stations) == STATIONS
    assert len({round(station.due, 4) for station in stations}) == STATIONS


WRONG_ESTATES = {
    "scene": ([SimCamera("a", "moon")], "camera a: no scene moon; there are"),
    "twice": ([SimCamera("a", "quiet"), SimCamera("a", "quiet")], "camera a is listed twice"),
}


@pytest.mark.parametrize(("cameras", "said"), WRONG_ESTATES.values(), ids=WRONG_ESTATES)
def test_a_list_of_cameras_that_cannot_be_shown_is_named(tiny_library, cameras, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        Estate(cameras, tiny_library, clock=FastClock(), rng=Random(1))


async def test_a_client_that_does_not_read_is_skipped_to_a_later_key_frame(serve) -> None:
    server: RtspServer = await serve(clock=FastClock(200), session_timeout_s=1e6)
    async with (
        RtspClient(server.port, camera="c1", receive_buffer=8192) as slow,
        RtspClient(server.port, camera="c2") as other,
    ):
        await slow.play()
        slow.writer.transport.pause_reading()
        await other.play()
        async with asyncio.timeout(20):
            while server.counters()["cameras"]["c1"]["skips"] < 50:
                await other.receive(20)
        slow.writer.transport.resume_reading()
        for _ in range(200):
            await slow.receive(10)
            if 1 not in gaps(slow.packets) or max(gaps(slow.packets)) > 1:
                break
        jumps = [i for i, gap in enumerate(gaps(slow.packets)) if gap > 1]
        assert jumps, "nothing was skipped"
        rtp = [packet for packet in slow.packets if packet.channel == 0]
        await slow.receive(1)
        resumed = [p for p in slow.packets if p.timestamp == rtp[jumps[0] + 1].timestamp and p.channel == 0]
        assert is_keyframe(resumed)
        assert rtp[jumps[0]].marker
        assert set(gaps(other.packets)) == {1}


async def play_event(server: RtspServer, kind: str, stay: float) -> tuple[list[list[Packet]], dict[str, float]]:
    marks: dict[str, float] = {}
    clock = server.clock
    async with RtspClient(server.port) as client:
        await client.play()
        units = await client.receive(3)
        event = StagedEvent(
            "e1",
            kind,
            stay,
            lambda at: marks.update(placed=at),
            lambda at: marks.update(cleared=at),  # type: ignore[arg-type]
        )
        server.estate.cameras["c1"].stage(event)
        with pytest.raises(TimelineError, match="e1 is still in front of this camera"):
            server.estate.cameras["c1"].stage(StagedEvent("e2", "stall", 0))
        marks["staged"] = clock.now()
        units += await client.receive(FPS * 9, within=10)
        assert set(gaps(client.packets)) == {1}
    return units, marks


SHOWN = {
    "stall": ("stall", ["stall_arrive", "stall_serve", "stall_serve", "stall_serve", "stall_leave"]),
    "dumping": ("dumping", ["dump_bring", "dump_rest", "dump_rest", "dump_rest", "dump_clear"]),
}


@pytest.mark.parametrize(("kind", "segments"), SHOWN.values(), ids=SHOWN)
async def test_an_event_is_shown_whole_and_decodes_without_an_error(serve, kind: str, segments: list[str]) -> None:
    server: RtspServer = await serve(clock=FastClock(10))
    units, marks = await play_event(server, kind, stay=3.2)
    decoder = av.CodecContext.create("h264", "r")
    levels = []
    for unit in units:
        annex_b = b"".join(b"\x00\x00\x00\x01" + nal for nal in nal_units(unit, "h264"))
        frames = decoder.decode(av.Packet(annex_b))
        assert len(frames) == 1
        assert not frames[0].is_corrupt
        levels.append(bytes(frames[0].planes[0])[2 * frames[0].planes[0].line_size + 150])
    names = {level: name for name, level in LEVELS.items()}
    seen = [names[min(names, key=lambda level: abs(level - shown))] for shown in levels]
    event = [name for name in seen if not name.startswith("idle")]
    assert event == [name for name in segments for _ in range(FPS)]
    assert seen[-1].startswith("idle")
    # Placed and cleared are half a second into their one-second segments; between them three seconds of staying. A mark
    # is the time its frame was sent: on a busy machine late by a few ms, which this clock makes ten times as much.
    assert 3.2 < marks["cleared"] - marks["placed"] < 8.0
    assert marks["staged"] < marks["placed"]


async def test_an_event_leaves_at_the_next_boundary_when_asked(serve) -> None:
    server: RtspServer = await serve(clock=FastClock(20))
    cleared: list[float] = []
    camera = server.estate.cameras["c2"]
    camera.stage(StagedEvent("e1", "stall", 1e6, on_cleared=cleared.append))
    await asyncio.sleep(0.2)
    assert not cleared
    assert camera.ask_to_leave("e1")
    assert not camera.ask_to_leave("another")
    await asyncio.sleep(0.25)
    assert len(cleared) == 1


@pytest.mark.parametrize(("camera", "kind"), [("q1", "stall"), ("q1", "dumping")])
async def test_a_camera_without_the_clips_says_so(serve, camera: str, kind: str) -> None:
    server: RtspServer = await serve()
    with pytest.raises(TimelineError, match=f"nothing of the kind {kind} can happen in front of {camera}"):
        server.estate.cameras[camera].stage(StagedEvent("e", kind, 0))  # type: ignore[arg-type]


async def test_a_main_stream_shows_the_same_event_at_the_same_time(serve, tiny_library) -> None:
    mains = {("main", "h264"): {"street": tiny_library["street"]}}
    server: RtspServer = await serve(clock=FastClock(10), variants=mains)
    async with RtspClient(server.port, profile="main") as main:
        await main.play()
        feeds = server.estate.cameras["c1"].feeds
        server.estate.cameras["c1"].stage(StagedEvent("e1", "stall", 1e6))
        for _ in range(6):
            await main.receive(FPS // 2)
            shown = [feed.station.timeline.event for feed in feeds.values()]
            assert [event.event_id if event else None for event in shown] == ["e1", "e1"]
        assert server.counters()["cameras"]["c1"]["main"]["frames_sent"] > 0
        assert server.counters()["cameras"]["c1"]["frames_sent"] == 0
