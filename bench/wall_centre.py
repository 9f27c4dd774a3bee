"""A whole command centre for measuring the wall: time-code cameras, ingest workers, the API process."""

import json
import os
import re
import subprocess
import sys
import time
from pathlib import Path
from types import TracebackType
from typing import Any

import httpx
import yaml

from api.serve import Installation, prepare, worker_count
from api.server_process import setup_code_file
from bench.process_cost import cpu_seconds, resident_mb
from bench.time_code_cameras import clip_of
from sim.free_port import free_port
from sim.geography.town import generate

START_SECONDS = 180.0
PAGES_PER_ACCOUNT = 16
ACCOUNT = {"username": "bench", "password": "measure-2026-wall", "name": "bench"}


class Centre:
    """Starts everything in `folder` and stops it at the end. No camera has a zone: nothing is decoded on the server."""

    def __init__(self, folder: Path, cameras: int) -> None:
        self.folder, self.cameras = folder, cameras
        self.port, self.rtsp_port = free_port(), free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self._file = self._make_town()
        content = yaml.safe_load(self._file.read_text(encoding="utf-8"))
        self.camera_ids: list[str] = [one["id"] for one in content["cameras"]]
        self.workers = worker_count(cameras)
        self.data = folder / f"data-{os.getpid()}-{cameras}-{self.port}"
        self.client = httpx.Client(base_url=f"{self.url}/api/v1", headers={"Origin": self.url}, timeout=60)
        self._switchboard: subprocess.Popen[str]
        self._servers: list[subprocess.Popen[bytes]] = []

    def _make_town(self) -> Path:
        """Its cameras.yaml, with the RTSP port of this run."""
        town = self.folder / f"town-{self.cameras}"
        if not (town / "made").exists():
            generate(1, self.cameras, town, rtsp_port=self.rtsp_port)
            file = yaml.safe_load((town / "cameras.yaml").read_text(encoding="utf-8"))
            for camera in file["cameras"]:
                camera.pop("zones", None)
                # The time-code cameras have no main stream to ask for.
                camera["streams"].pop("main", None)
            (town / "cameras.yaml").write_text(yaml.safe_dump(file, allow_unicode=True), encoding="utf-8")
            (town / "made").touch()
        file_path = town / "cameras.yaml"
        text = file_path.read_text(encoding="utf-8")
        file_path.write_text(re.sub(r"127\.0\.0\.1:\d+/", f"127.0.0.1:{self.rtsp_port}/", text), encoding="utf-8")
        return file_path

    def clip(self, camera_id: str) -> int:
        """The number in the pictures of this camera."""
        return clip_of(self.camera_ids.index(camera_id))

    def __enter__(self) -> "Centre":
        self._switchboard = subprocess.Popen(
            self._cameras_command(), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        assert self._switchboard.stdout is not None
        self.told = self._switchboard.stdout.readline()
        if not self.told:
            raise RuntimeError("the cameras did not start")
        prepare(Installation(self._file, self.data, workers=self.workers))
        base = ["--config", str(self._file), "--data", str(self.data)]
        for number in range(self.workers):
            shard = f"{number}/{self.workers}"
            self._start("api.worker_process", *base, "--shard", shard)
        self._start("api.server_process", *base, "--port", str(self.port), "--workers", str(self.workers))
        self._enter_room()
        return self

    def _cameras_command(self) -> list[str]:
        """Of the process that is the cameras; it says a line when it is ready."""
        file = ["--cameras", str(self._file), "--port", str(self.rtsp_port)]
        return [sys.executable, "-m", "bench.time_code_cameras", *file]

    def _start(self, module: str, *words: str) -> None:
        log = (self.data / f"{module}.log").open("ab")
        argv = [sys.executable, "-m", module, *words]
        self._servers.append(subprocess.Popen(argv, stdin=subprocess.DEVNULL, stdout=log, stderr=log))

    def _enter_room(self) -> None:
        """Makes the first account and waits for every camera."""
        deadline = time.monotonic() + START_SECONDS
        while True:
            try:
                if self.client.get("/setup").json()["needed"]:
                    break
            except httpx.HTTPError:
                if time.monotonic() > deadline:
                    raise
            time.sleep(0.2)
        code = setup_code_file(self.data).read_text().strip()
        self.client.post("/setup", json={"code": code, **ACCOUNT}).raise_for_status()
        while self.client.get("/health").json()["cameras"].get("live", 0) < self.cameras:
            if time.monotonic() > deadline:
                raise RuntimeError(f"not every camera is live: {self.client.get('/health').json()['cameras']}")
            time.sleep(0.5)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.client.close()
        for server in reversed(self._servers):
            server.terminate()
        for server in self._servers:
            server.wait(30)
        self._switchboard.terminate()
        self._switchboard.wait(30)

    def cookies(self, pages: int) -> list[str]:
        """The Cookie header for each of so many pages, of as few accounts as may have them open."""
        found: list[str] = []
        area = self.client.get("/town").json()["area"]
        while len(found) < pages:
            form = {"username": f"watcher{len(found)}", "password": ACCOUNT["password"], "name": "watcher"}
            roles = [{"role": "operator", "area": area}]
            self.client.post("/accounts", json={**form, "roles": roles}).raise_for_status()
            with httpx.Client(base_url=f"{self.url}/api/v1", headers={"Origin": self.url}, timeout=60) as other:
                form.pop("name")
                other.post("/sessions", json=form).raise_for_status()
                found += ["; ".join(f"{one.name}={one.value}" for one in other.cookies.jar)] * PAGES_PER_ACCOUNT
        return found[:pages]

    def ask(self, *words: str) -> Any:
        """A question to the cameras: see `bench.time_code_cameras`."""
        assert self._switchboard.stdin is not None
        assert self._switchboard.stdout is not None
        self._switchboard.stdin.write(" ".join(words) + "\n")
        self._switchboard.stdin.flush()
        return json.loads(self._switchboard.stdout.readline())

    @property
    def api_pid(self) -> int:
        return self._servers[-1].pid

    @property
    def server_pids(self) -> list[int]:
        """The ingest workers' and, last, the API process's."""
        return [server.pid for server in self._servers]

    def server_seconds(self) -> float:
        """CPU seconds the workers and the API process have used so far."""
        return sum(cpu_seconds(server.pid) for server in self._servers)

    def server_split(self) -> dict[str, float]:
        return {"workers": sum(cpu_seconds(one.pid) for one in self._servers[:-1]), "api": cpu_seconds(self.api_pid)}

    def api_memory_mb(self) -> float:
        return resident_mb(self.api_pid)
