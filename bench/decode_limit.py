"""The least it can cost: libavcodec in C decoding the same key frames from a file, by the ffmpeg program."""

import os
import shutil
import subprocess
from collections import Counter
from collections.abc import Mapping
from pathlib import Path

import imageio_ffmpeg

from sim.scenes.clips import SceneClips

_LEAST_FRAMES = 1200


def ffmpeg_program() -> str:
    """The one on PATH, else the one that comes with imageio-ffmpeg."""
    return shutil.which("ffmpeg") or str(imageio_ffmpeg.get_ffmpeg_exe())  # type: ignore[no-untyped-call,attr-defined]


def key_frames(library: Mapping[str, SceneClips], scenes: Counter[str]) -> list[bytes]:
    """Key frames as the estate's cameras send them while nothing happens, each scene as often as it is shown."""
    found: list[bytes] = []
    per_camera = max(1, -(-_LEAST_FRAMES // max(1, scenes.total())))
    for scene, cameras in sorted(scenes.items()):
        segments = [segment for name, segment in library[scene].segments.items() if name.startswith("idle")]
        keys = [
            unit
            for segment in segments
            for unit, key in zip(segment.access_units, segment.keyframes, strict=True)
            if key
        ]
        found += (keys * (1 + cameras * per_camera // len(keys)))[: cameras * per_camera]
    return found


def seconds_per_key_frame(units: list[bytes], folder: Path) -> float:
    """CPU time of `ffmpeg -threads 1` for one of these key frames, starting and reading the file included."""
    path = folder / "key-frames.h264"
    path.write_bytes(b"".join(units))
    argv = [ffmpeg_program(), "-v", "fatal", "-nostdin", "-threads", "1", "-f", "h264", "-i", str(path)]
    with subprocess.Popen([*argv, "-threads", "1", "-f", "null", "-"], stdout=subprocess.DEVNULL) as process:
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    path.unlink()
    if process.returncode != 0:
        raise RuntimeError(f"ffmpeg ended with status {process.returncode}")
    return (usage.ru_utime + usage.ru_stime) / len(units)
