"""Other people's clients against the server, with Digest."""

import asyncio
import shutil
from itertools import pairwise
from pathlib import Path

import av
import pytest

from runtime.clock import SystemClock
from sim.rtsp.server import RtspServer
from tests.sim.rtsp_client import ACCOUNT
from tests.sim.tiny_clips import FPS, HEIGHT, WIDTH

OPTIONS = {"rtsp_transport": "tcp", "probesize": "32", "timeout": "5000000"}


def address(server: RtspServer, camera: str) -> str:
    password = ACCOUNT.password.replace(" ", "%20")
    return f"rtsp://{ACCOUNT.username}:{password}@127.0.0.1:{server.port}/cam/{camera}/sub"


@pytest.mark.parametrize("camera", ["c1", "h1"])
async def test_pyav_decodes_every_frame(serve, camera: str) -> None:
    server: RtspServer = await serve(clock=SystemClock())

    def watch() -> list[tuple[int, int, bool, int]]:
        with av.open(address(server, camera), options=OPTIONS) as container:
            frames = []
            for frame in container.decode(video=0):
                frames.append((frame.width, frame.height, frame.is_corrupt, frame.pts))
                if len(frames) == 15:
                    return frames
        raise AssertionError(f"the stream ended after {len(frames)} frames")

    frames = await asyncio.to_thread(watch)
    assert {frame[:3] for frame in frames} == {(WIDTH, HEIGHT, False)}
    stamps = [frame[3] for frame in frames[1:]]  # libavformat leaves the very first without one
    assert {b - a for a, b in pairwise(stamps)} == {90_000 // FPS}
    assert server.counters()["sessions_torn_down"] == 1


@pytest.mark.skipif(shutil.which("ffmpeg") is None, reason="no ffmpeg on this machine")
@pytest.mark.parametrize("camera", ["c1", "h1"])
async def test_ffmpeg_copies_the_stream_without_a_warning(serve, camera: str, tmp_path: Path) -> None:
    server: RtspServer = await serve(clock=SystemClock())
    out = tmp_path / "out.mkv"
    command = ["-v", "warning", "-rtsp_transport", "tcp", "-probesize", "32", "-i", address(server, camera), "-t", "1"]
    process = await asyncio.create_subprocess_exec(
        "ffmpeg", *command, "-c", "copy", str(out), stderr=asyncio.subprocess.PIPE
    )
    _, said = await asyncio.wait_for(process.communicate(), 30)
    assert process.returncode == 0, said.decode()
    assert [line for line in said.decode().splitlines() if "RTP" in line or "missed" in line or "corrupt" in line] == []
    with av.open(str(out)) as container:
        frames = list(container.decode(video=0))
    assert len(frames) >= FPS // 2
    assert not any(frame.is_corrupt for frame in frames)
