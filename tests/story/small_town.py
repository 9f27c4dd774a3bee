"""The demonstration, with a town of a few cameras, as a process the tests may watch, command and kill."""

import csv
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import httpx
import yaml
from playwright.async_api import Page, expect

from api.server_process import setup_code_file
from gis.plane import distance_m
from sim.demo import town_settings
from sim.free_port import free_port
from sim.geography.town import generate

ROOT = Path(__file__).parent.parent.parent
CLIPS = ROOT / "build" / "clips"
CAMERAS, SEED = 48, 1
PHONES = 6
"""Each costs the centre two slow hashes: its account, and its signing in."""
ACCOUNT = {"username": "zhihui", "password": "qingdu-2026-room"}


def wait_until(condition: Callable[[], Any], seconds: float, what: str) -> Any:
    """The first true answer of `condition`."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if found := condition():
            return found
        time.sleep(0.1)
    raise AssertionError(f"not within {seconds:.0f} s: {what}")


def _keep_nearest(roster: Path, places: Sequence[Mapping[str, float]]) -> None:
    """Leaves `PHONES` workers: by turns those who live nearest to each of `places`."""
    with roster.open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))

    def away(row: Mapping[str, str], place: Mapping[str, float]) -> float:
        return distance_m(float(row["home_lon"]), float(row["home_lat"]), place["lon"], place["lat"])

    ranked = [sorted(range(len(rows)), key=lambda n: away(rows[n], place)) for place in places]
    kept = list(dict.fromkeys(one for turn in zip(*ranked, strict=True) for one in turn))[:PHONES]
    with roster.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, rows[0].keys())
        writer.writeheader()
        writer.writerows(rows[n] for n in sorted(kept))


class SmallTown:
    """`python -m sim.demo` with only those cameras of the default town that show one of `scenes`, and so many domes.

    Nothing happens in it but what `start_event` asks for.
    """

    def __init__(
        self, folder: Path, scenes: Sequence[str], *, dwell: float, phone_speed: float = 1.0, domes: int = 0
    ) -> None:
        self.folder = folder
        self.home = folder / f"demo-{CAMERAS}"
        self.dwell = dwell
        self.phone_speed = phone_speed
        ports = [free_port() for _ in range(5)]
        self.port, self.rtsp_port, self.control_port, self.onvif_port, self.speaker_port = ports
        self.domes = domes
        self.shown = self._make_town(scenes)
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def data(self) -> Path:
        return self.home / "data"

    def _make_town(self, scenes: Sequence[str]) -> dict[str, str]:
        town = self.home / "town"
        ports = {"rtsp_port": self.rtsp_port, "onvif_port": self.onvif_port}
        generate(SEED, CAMERAS, town, dwell_seconds=self.dwell, domes=self.domes, **ports)
        shown = json.loads((town / "sim_cameras.json").read_text())
        kept = {camera_id: row for camera_id, row in shown.items() if row["scene"] in scenes}
        file = yaml.safe_load((town / "cameras.yaml").read_text())
        file["cameras"] = [camera for camera in file["cameras"] if camera["id"] in kept or "ptz" in camera]
        (town / "cameras.yaml").write_text(yaml.safe_dump(file, allow_unicode=True))
        (town / "sim_cameras.json").write_text(json.dumps(kept))
        _keep_nearest(town / "workers.csv", [camera["position"] for camera in file["cameras"]])
        settings = town_settings(CAMERAS, SEED, self.dwell, self.rtsp_port, self.onvif_port, self.speaker_port)
        (town / "made-with.json").write_text(json.dumps(settings))
        return {camera_id: row["scene"] for camera_id, row in kept.items()}

    def start(self, seconds: float = 540.0) -> None:
        """Returns when the centre answers and every camera is live."""
        argv = [
            sys.executable, "-m", "sim.demo", "--no-events", "--everything-first",
            "--folder", str(self.folder), "--clips", str(CLIPS),
            "--cameras", str(CAMERAS), "--seed", str(SEED), "--dwell", str(self.dwell),
            "--port", str(self.port), "--rtsp-port", str(self.rtsp_port), "--control-port", str(self.control_port),
            "--onvif-port", str(self.onvif_port), "--speaker-port", str(self.speaker_port),
            "--phone-speed", str(self.phone_speed),
        ]  # fmt: skip
        with (self.folder / "demo.log").open("ab") as log:
            self._process = subprocess.Popen(argv, cwd=ROOT, stdout=log, stderr=log, start_new_session=True)
        wait_until(self._answers, seconds, f"the centre answers; see {self.folder}")
        wait_until(self._all_playing, 60, "every camera is being received")

    def _answers(self) -> bool:
        assert self._process is not None
        assert self._process.poll() is None, (self.folder / "demo.log").read_text()[-3000:]
        try:
            return httpx.get(f"{self.url}/api/v1/setup", timeout=2).status_code == 200
        except httpx.HTTPError:
            return False

    def _all_playing(self) -> bool:
        return bool(self.control("GET", "/counters")["playing"] >= len(self.shown) + self.domes)

    def stop(self) -> int:
        """Ctrl-C. Returns the exit status."""
        if self._process is None:
            return 0
        if self._process.poll() is None:
            self._process.send_signal(signal.SIGINT)
        code = self._process.wait(60)
        self._process = None
        return code

    def setup_code(self) -> str:
        return setup_code_file(self.data).read_text().strip()

    def control(self, method: str, path: str, **body: Any) -> dict[str, Any]:
        url = f"http://127.0.0.1:{self.control_port}{path}"
        answer = httpx.request(method, url, json=body or None, timeout=10)
        answer.raise_for_status()
        found: dict[str, Any] = answer.json()
        return found

    def start_event(self, camera_id: str, kind: str) -> str:
        return str(self.control("POST", "/events", camera=camera_id, kind=kind)["event_id"])

    def event(self, event_id: str) -> dict[str, Any]:
        return self.control("GET", f"/events/{event_id}")

    def truth(self, event_id: str) -> dict[str, Any]:
        """The last that the ground-truth file says of the event."""
        rows = [json.loads(line) for line in (self.home / "truth.jsonl").read_text().splitlines()]
        return next(row for row in reversed(rows) if row["event_id"] == event_id)

    def pid_of(self, module: str, *words: str) -> int:
        """A process of this town, by the module it runs and words of its command line."""
        for folder in Path("/proc").glob("[0-9]*"):
            try:
                command = (folder / "cmdline").read_bytes().decode().split("\0")
            except OSError:
                continue
            if module in command and any(str(self.home) in word for word in command) and set(words) <= set(command):
                return int(folder.name)
        raise AssertionError(f"no process runs {module} {' '.join(words)}")

    def kill(self, module: str, *words: str) -> int:
        pid = self.pid_of(module, *words)
        os.kill(pid, signal.SIGKILL)
        return pid


class Operator:
    """Somebody at the API, signed in."""

    def __init__(self, town: SmallTown) -> None:
        self.client = httpx.Client(base_url=town.url, headers={"Origin": town.url}, timeout=20)
        self.town = town

    def close(self) -> None:
        self.client.close()

    def sign_in(self) -> None:
        """The first in a town makes its first account."""
        if self.get("/setup")["needed"]:
            self.post("/setup", code=self.town.setup_code(), name="值班员", **ACCOUNT)
        else:
            self.post("/sessions", **ACCOUNT)

    def get(self, path: str) -> Any:
        answer = self.client.get(f"/api/v1{path}")
        answer.raise_for_status()
        return answer.json()

    def post(self, path: str, **body: Any) -> Any:
        answer = self.client.post(f"/api/v1{path}", json=body)
        answer.raise_for_status()
        return answer.json()

    def case_of(self, camera_id: str) -> dict[str, Any] | None:
        items = self.get(f"/cases?camera={camera_id}")["items"]
        return items[0] if items else None


async def sign_in(page: Page, town: SmallTown) -> None:
    """By the page's own forms; who is the first in a town makes its first account."""
    needed = (await (await page.request.get(f"{town.url}/api/v1/setup")).json())["needed"]
    form = "setup" if needed else "login"
    await page.goto(f"{town.url}/#code={town.setup_code()}" if needed else town.url)
    await page.get_by_test_id(f"{form}-username").fill(ACCOUNT["username"])
    if needed:
        await page.get_by_test_id("setup-name").fill("值班员")
    await page.get_by_test_id(f"{form}-password").fill(ACCOUNT["password"])
    await page.get_by_test_id(f"{form}-submit").click()
    await expect(page.get_by_test_id("map")).to_be_visible(timeout=30_000)
