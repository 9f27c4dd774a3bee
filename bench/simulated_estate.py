"""A simulated estate for measuring: its files, its RTSP server in a process of its own, and its switchboard."""

import json
import os
import re
import subprocess
import sys
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any

import httpx

from sim.free_port import free_port
from sim.geography.town import generate
from sim.scenes.clips import SceneClips, load_library

_ZONE = """    zones:
      - id: whole
        rule: stall
        polygon: [[0.1, 0.4], [0.9, 0.4], [0.9, 0.95], [0.1, 0.95]]
        case_class: 05-01
"""


@dataclass(frozen=True)
class Estate:
    """`scenes` counts the cameras that show each scene."""

    cameras_file: Path
    camera_ids: list[str]
    scenes: Counter[str]
    port: int
    password: str

    def url(self, camera_id: str) -> str:
        return f"rtsp://gridwatch:{self.password}@127.0.0.1:{self.port}/cam/{camera_id}/sub"


def prepare(folder: Path, cameras: int, interval_seconds: float) -> Estate:
    """A town of so many cameras, every one of them with a zone, on a free port. Made once, kept in `folder`."""
    town = folder / "town"
    if not (town / "made").exists():
        generate(1, cameras, town, dwell_seconds=180.0, rtsp_port=1)
        (town / "made").touch()
    port = free_port()
    text = re.sub(r"127\.0\.0\.1:\d+/", f"127.0.0.1:{port}/", (town / "cameras.yaml").read_text(encoding="utf-8"))
    blocks = re.split(r"(?m)^(?=  - id: )", text)
    blocks = [block if index == 0 or "    zones:" in block else block + _ZONE for index, block in enumerate(blocks)]
    candidate = min(2.0, interval_seconds)
    analysis = f"{{interval_seconds: {interval_seconds:g}, candidate_interval_seconds: {candidate:g}}}"
    defaults = f"defaults:\n  analysis: {analysis}\n\ncameras:\n"
    blocks[0] = blocks[0].replace("cameras:\n", defaults)
    cameras_file = town / "bench-cameras.yaml"
    cameras_file.write_text("".join(blocks), encoding="utf-8")
    shown = json.loads((town / "sim_cameras.json").read_text(encoding="utf-8"))
    password = (town / "camera-password.txt").read_text(encoding="utf-8").strip()
    return Estate(cameras_file, list(shown), Counter(entry["scene"] for entry in shown.values()), port, password)


def library(clips: Path, estate: Estate) -> dict[str, SceneClips]:
    """The clips the estate's cameras show, drawn first where they are missing (minutes)."""

    def progress(done: int, total: int) -> None:
        sys.stderr.write(f"\rscenes {done}/{total} ")

    found = load_library(clips, sorted(estate.scenes), progress=progress)
    sys.stderr.write("\n")
    return found


class Server:
    """The estate's cameras, sending, in a process of their own."""

    def __init__(self, estate: Estate, clips: Path, folder: Path) -> None:
        argv = [
            sys.executable, "-m", "sim.town_process", "--no-events", "--log-level", "warning",
            "--cameras-file", str(estate.cameras_file), "--cache", str(clips),
            "--truth", str(folder / "truth.jsonl"), "--rtsp-port", str(estate.port),
        ]  # fmt: skip
        self._process = subprocess.Popen(argv, stdout=subprocess.PIPE, text=True, env=os.environ)
        self._control = ""

    def __enter__(self) -> "Server":
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            raise RuntimeError("the simulated cameras did not start")
        self._control = str(json.loads(line)["control_url"])
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.terminate()
        self._process.wait(20)

    @property
    def pid(self) -> int:
        return self._process.pid

    def counters(self) -> dict[str, Any]:
        return dict(httpx.get(f"{self._control}/counters", timeout=20).json())

    def pause(self) -> dict[str, Any]:
        """Stops between two frames; the counters are then exactly what was sent."""
        return dict(httpx.post(f"{self._control}/pause", timeout=20).json())

    def resume(self) -> None:
        httpx.post(f"{self._control}/resume", timeout=20)
