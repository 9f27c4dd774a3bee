"""The usual design: one ffmpeg process a camera, everything decoded, five small raw pictures a second (Frigate's)."""

import subprocess
import time
from collections.abc import Sequence

from bench.decode_limit import ffmpeg_program
from bench.process_cost import cpu_seconds

_SETTLE_SECONDS = 4.0


def cpu_ms_per_camera_second(urls: Sequence[str], seconds: float) -> float:
    """Measured after a while, so that starting up is not counted. The arguments are Frigate's generic preset."""
    processes = [
        subprocess.Popen(_arguments(url), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) for url in urls
    ]
    try:
        time.sleep(_SETTLE_SECONDS)
        before, begun = [cpu_seconds(process.pid) for process in processes], time.monotonic()
        time.sleep(seconds)
        after, ended = [cpu_seconds(process.pid) for process in processes], time.monotonic()
        if any(process.poll() is not None for process in processes):
            raise RuntimeError("a peer process has ended early")
    finally:
        for process in processes:
            process.kill()
            process.wait()
    return (sum(after) - sum(before)) / (ended - begun) / len(urls) * 1000


def _arguments(url: str) -> list[str]:
    return [
        ffmpeg_program(), "-hide_banner", "-loglevel", "error", "-nostdin", "-threads", "2",
        "-avoid_negative_ts", "make_zero", "-fflags", "+genpts+discardcorrupt", "-timeout", "10000000",
        "-use_wallclock_as_timestamps", "1", "-rtsp_transport", "tcp", "-i", url, "-threads", "2",
        "-f", "rawvideo", "-pix_fmt", "yuv420p", "-r", "5", "-s", "320x180", "pipe:",
    ]  # fmt: skip
