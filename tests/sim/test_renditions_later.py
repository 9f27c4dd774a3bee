"""Main and H.265 streams made while the town runs: they come into use by themselves, and nobody who watches notices."""

import asyncio
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict
from itertools import pairwise
from pathlib import Path
from random import Random

import av
import httpx
import pytest

from sim.estate_files import SIM_CAMERAS
from sim.faults import FaultSwitch
from sim.renditions.later import make_missing
from sim.renditions.library import Renditions
from sim.rtsp.estate import Camera, SimCamera
from sim.rtsp.fault import NO_FAULT, Fault, FaultSetting
from sim.rtsp.nal import Codec
from sim.rtsp.packetise import packetise_scene
from sim.rtsp.server import RtspServer
from sim.rtsp.timeline import StagedEvent
from sim.scenes.catalogue import SCENES
from sim.scenes.clips import SceneClips, Segment, cache_path, write
from tests.sim.fast_clock import FastClock
from tests.sim.rtsp_client import ACCOUNT, Packet, RtspClient, is_keyframe, nal_units
from tests.sim.tiny_clips import FPS, GOP, HEIGHT, WIDTH, encode_segment, make_clips
from tests.sim.town_files import SCENES as SCENES_OF_TOWN
from tests.sim.town_files import write_town

TEMPLE = SimCamera("t1", "temple", 0, None, sub="h265", main="h264")
MAIN = ("main", "h264")


def drawn(cache: Path) -> SceneClips:
    """Puts into the cache what drawing the scene would have: two short segments."""
    tiny = [encode_segment(name) for name in ("idle", "idle-2")]
    segments = {one.name: Segment(one.name, one.codec, one.fps, one.access_units, one.keyframes) for one in tiny}
    clips = SceneClips("temple", WIDTH, HEIGHT, segments, {})
    write(cache_path(cache, SCENES["temple"], "h264"), clips)
    return clips


def client_of(server: RtspServer, profile: str = "sub") -> RtspClient:
    return RtspClient(server.port, "t1", profile, None)


async def codec_played(client: RtspClient) -> str:
    """Plays a GOP and decodes it as what its description says."""
    described = (await client.request("DESCRIBE")).body.decode()
    codec: Codec = "h265" if "H265/90000" in described else "h264"
    assert (await client.play()).status == 200
    units = await client.receive(GOP)
    assert is_keyframe(units[0], codec)
    width, height = size_of(units, codec)
    return f"{codec} {width}x{height}"


def size_of(units: list[list[Packet]], codec: Codec) -> tuple[int, int]:
    decoder = av.CodecContext.create("hevc" if codec == "h265" else "h264", "r")
    stream = b"".join(b"\0\0\0\1" + unit for packets in units for unit in nal_units(packets, codec))
    pictures = [p for packet in decoder.parse(stream) for p in decoder.decode(packet)] + decoder.decode(None)
    assert pictures
    return pictures[0].width, pictures[0].height


async def test_what_is_made_later_comes_into_use_and_a_running_session_goes_on(tmp_path: Path) -> None:
    library = {"temple": drawn(tmp_path)}
    renditions = Renditions(tmp_path, [TEMPLE])
    assert {one.kind for one in renditions.missing} == {MAIN, ("sub", "h265")}
    server = RtspServer(
        [TEMPLE], library, clock=FastClock(), rng=Random(1), variants=renditions.there, session_timeout_s=3600
    )
    await server.start()
    try:
        async with client_of(server) as running, client_of(server, "main") as refused:
            assert await codec_played(running) == f"h264 {WIDTH}x{HEIGHT}"
            assert (await refused.request("DESCRIBE")).status == 404
            reading = asyncio.create_task(running.receive(1_000_000, within=60))
            await asyncio.wait_for(make_missing(renditions, server.estate, niceness=0), 60)
            assert renditions.missing == []
            async with client_of(server, "main") as main:
                assert await codec_played(main) == "h264 1280x720"
            async with client_of(server) as second:
                assert await codec_played(second) == f"h264 {WIDTH}x{HEIGHT}"
                await second.request("TEARDOWN")
            reading.cancel()
            await asyncio.gather(reading, return_exceptions=True)
            sequence = [packet.sequence for packet in running.packets if packet.channel == 0]
            assert len(sequence) > FPS
            assert {(b - a) & 0xFFFF for a, b in pairwise(sequence)} == {1}
            await running.request("TEARDOWN")
        frames_before = server.counters()["cameras"]["t1"]["frames_sent"]
        async with client_of(server) as later:
            assert await codec_played(later) == f"h265 {WIDTH}x{HEIGHT}"
        assert server.counters()["cameras"]["t1"]["frames_sent"] > frames_before
    finally:
        await server.stop()
    # The next start finds everything.
    again = Renditions(tmp_path, [TEMPLE])
    assert again.missing == []
    assert again.there[MAIN]["temple"].height == 720


async def test_what_cannot_be_made_leaves_the_cameras_as_they_are(tmp_path: Path, caplog) -> None:
    """Nothing was drawn into the cache, so the process that is to make something of it fails."""
    renditions = Renditions(tmp_path, [TEMPLE])
    server = RtspServer(
        [TEMPLE], {"temple": make_clips("temple", names=("idle",))}, clock=FastClock(), rng=Random(1),
        variants=renditions.there,
    )  # fmt: skip
    await asyncio.wait_for(make_missing(renditions, server.estate, processes=1, niceness=0), 30)
    assert "python -m sim.renditions ended with status 1" in caplog.text
    assert "2 main and H.265 streams are not made" in caplog.text
    assert set(server.estate.cameras["t1"].feeds) == {"sub"}


def test_the_process_lets_others_go_first_and_ends_with_who_started_it(tmp_path: Path) -> None:
    drawn(tmp_path)
    argv = [sys.executable, "-m", "sim.renditions", str(tmp_path), "5"]
    made = Renditions(tmp_path, [TEMPLE]).missing[0]
    with subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, start_new_session=True) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        line = json.dumps(asdict(made)).encode() + b"\n"
        process.stdin.write(line)
        process.stdin.flush()
        assert process.stdout.readline() == line
        assert os.getpriority(os.PRIO_PROCESS, process.pid) == 5
        group = Path(f"/proc/{process.pid}/autogroup")
        assert not group.exists() or group.read_text().split()[-1] in ("5", "0"), group.read_text()
        # In the middle of the next ones.
        process.stdin.write(20 * line)
        process.stdin.close()
        assert process.wait(10) == 0


def makers(cache: Path) -> list[int]:
    """Processes that make renditions for this cache."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            words = (folder / "cmdline").read_bytes().decode().split("\0")
            if "sim.renditions" in words and str(cache) in words:
                found.append(int(folder.name))
    return found


def test_the_town_begins_without_them_and_leaves_no_process_behind(tmp_path: Path) -> None:
    town_folder = write_town(tmp_path / "town", ACCOUNT)
    shown = {name: {"scene": "temple", "phase": 0, "sub": "h265", "main": "h264"} for name in SCENES_OF_TOWN}
    (town_folder / SIM_CAMERAS).write_text(json.dumps(shown))
    cache = tmp_path / "clips"
    cache.mkdir()
    drawn(cache)
    argv = [
        sys.executable, "-m", "sim.town_process", "--renditions-later", "--no-events", "--rtsp-port", "0",
        "--cameras-file", str(town_folder / "cameras.yaml"), "--cache", str(cache),
        "--truth", str(tmp_path / "truth.jsonl"),
    ]  # fmt: skip
    with subprocess.Popen(argv, stdout=subprocess.PIPE) as town:
        assert town.stdout is not None
        control = json.loads(town.stdout.readline())["control_url"]
        assert set(httpx.get(f"{control}/counters").json()["cameras"]) == set(SCENES_OF_TOWN)
        deadline = time.monotonic() + 10
        while len(makers(cache)) < 2 and time.monotonic() < deadline:
            time.sleep(0.01)
        assert len(makers(cache)) == 2
        town.terminate()
        assert town.wait(10) == 0
    assert makers(cache) == []


def here(server: RtspServer, camera: Camera, profile: str) -> tuple[str, int, str]:
    """Segment and frame that come next, and the event that is on."""
    station = camera.feeds[profile].station
    event = station.timeline.event
    return station._turn.segment.name, station.next_frame, event.event_id if event is not None else ""


async def _until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(30):
        while not condition():
            await asyncio.sleep(0.002)


@pytest.mark.parametrize("state", ["idle", "coming", "standing", "over"])
async def test_a_main_stream_joins_in_step_whatever_is_going_on(tiny_library, state: str) -> None:
    cameras = [SimCamera("c1", "street", 0, None), SimCamera("c2", "street", 0, None)]
    server = RtspServer(cameras, tiny_library, clock=FastClock(8), rng=Random(1))
    await server.start()
    camera, neighbour = server.estate.cameras["c1"], server.estate.cameras["c2"]
    placed: list[float] = []
    cleared: list[float] = []
    try:
        if state != "idle":
            camera.stage(StagedEvent("e1", "stall", 2.0 if state != "over" else 0.0, placed.append, cleared.append))
            await _until(lambda: {"coming": True, "standing": bool(placed), "over": bool(cleared)}[state])
        server.estate.take_up(MAIN, packetise_scene(tiny_library["street"]))
        assert (camera.feeds["main"].station is neighbour.feeds["main"].station) == (state == "idle")
        if state == "idle":
            camera.stage(StagedEvent("e1", "stall", 0.0, placed.append, cleared.append))
        if state == "standing":
            assert camera.ask_to_leave("e1")
        seen = set()

        def in_step() -> bool:
            for one in (camera, neighbour):
                assert here(server, one, "main") == here(server, one, "sub")
            seen.add(here(server, camera, "main")[0])
            return bool(cleared) and here(server, camera, "sub")[2] == "" and len(seen) > 1

        await _until(in_step)
        assert len(placed) == len(cleared) == 1
    finally:
        await server.stop()


async def test_a_main_stream_joins_a_camera_that_hangs_without_waking_it(tiny_library) -> None:
    server = RtspServer([SimCamera("c1", "street", 0, None)], tiny_library, clock=FastClock(), rng=Random(1))
    await server.start()
    try:
        switch = FaultSwitch(server)
        await switch.set("c1", FaultSetting(Fault.FREEZE))
        server.estate.take_up(MAIN, packetise_scene(tiny_library["street"]))
        async with RtspClient(server.port, "c1", "main", None) as client:
            with pytest.raises(TimeoutError):
                await asyncio.wait_for(client.request("DESCRIBE"), 0.1)
        await switch.set("c1", NO_FAULT)
        async with RtspClient(server.port, "c1", "main", None) as client:
            await client.play()
            await client.receive(GOP)
    finally:
        await server.stop()
