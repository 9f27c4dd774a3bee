"""kill -9 of the API in the middle of writing cases: no case it has acknowledged is lost."""

import json
import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from api.server_process import setup_code_file
from incidents import check
from sim.free_port import free_port
from tests.api.test_server_process import write_town
from tests.api.town import PASSWORD
from tests.story.small_town import ROOT, wait_until

# Each costs two seconds of CPU. `GRIDWATCH_KILLS=50` for the long run.
ROUNDS = int(os.environ.get("GRIDWATCH_KILLS", "8"))

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]


class Api:
    """One API process at a time, on one port, over one data folder."""

    def __init__(self, folder: Path, launcher: "subprocess.Popen[str]") -> None:
        self.data = folder / "data"
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self._arguments = [
            *("--config", str(write_town(folder)), "--data", str(self.data), "--port", str(self.port)),
            *("--workers", "0"),
        ]
        self._launcher = launcher
        self.pid = 0

    def start(self) -> None:
        assert self._launcher.stdin is not None
        self._launcher.stdin.write(json.dumps(self._arguments) + "\n")
        self._launcher.stdin.flush()
        self.pid = int(self._answer("pid"))
        wait_until(self._answers, 60, "the API answers")

    def killed(self) -> None:
        os.kill(self.pid, signal.SIGKILL)
        self._answer("over")

    def _answer(self, word: str) -> str:
        assert self._launcher.stdout is not None
        first, _, rest = self._launcher.stdout.readline().strip().partition(" ")
        assert first == word
        return rest

    def _answers(self) -> bool:
        try:
            return httpx.get(f"{self.url}/api/v1/setup", timeout=5).status_code == 200
        except httpx.HTTPError:
            return False


class Clerk:
    """Writes cases as fast as the API takes them, and keeps the number of each it has acknowledged."""

    def __init__(self, url: str) -> None:
        self.client = httpx.Client(base_url=f"{url}/api/v1", headers={"Origin": url}, timeout=30)
        self.acknowledged: dict[str, str] = {}
        self._count = 0

    def sign_up(self, code: str) -> None:
        form = {"code": code, "username": "chief", "password": PASSWORD, "name": "所长"}
        self.client.post("/setup", json=form).raise_for_status()

    def write_until_cut_off(self, lon: float, lat: float) -> None:
        while True:
            self._count += 1
            note = f"第 {self._count} 件"
            wanted = {"case_class": "05-01", "level": 2, "lon": lon, "lat": lat, "note": note}
            try:
                answer = self.client.post("/cases", json=wanted)
            except httpx.HTTPError:
                return
            assert answer.status_code in {200, 201}, answer.text
            self.acknowledged[answer.json()["id"]] = note


def _place(client: httpx.Client) -> tuple[float, float]:
    west, south, east, north = client.get("/town").json()["bounds"]
    return (west + east) / 2, (south + north) / 2


@pytest.fixture
def launcher(tmp_path: Path) -> Iterator["subprocess.Popen[str]"]:
    command = [sys.executable, "-m", "tests.story.api_forks"]
    with (tmp_path / "api.log").open("wb") as log:
        made = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log, text=True)
        with made:
            yield made
            made.kill()


def test_kills_lose_no_acknowledged_case(tmp_path: Path, launcher: "subprocess.Popen[str]") -> None:
    chance = random.Random(11)
    api = Api(tmp_path, launcher)
    api.start()
    clerk = Clerk(api.url)
    clerk.sign_up(setup_code_file(api.data).read_text().strip())
    lon, lat = _place(clerk.client)
    for turn in range(ROUNDS):
        if turn:
            api.start()
        wanted = len(clerk.acknowledged) + chance.randint(0, 3)
        writing = threading.Thread(target=clerk.write_until_cut_off, args=(lon, lat))
        writing.start()
        wait_until(lambda wanted=wanted: len(clerk.acknowledged) >= wanted, 30, "cases are acknowledged")  # type: ignore[misc]
        time.sleep(chance.uniform(0.0, 0.15))
        api.killed()
        writing.join()
    api.start()
    assert len(clerk.acknowledged) >= ROUNDS
    lost = [
        note for case_id, note in clerk.acknowledged.items() if note not in clerk.client.get(f"/cases/{case_id}").text
    ]
    assert lost == []
    clerk.client.close()
    api.killed()
    assert check.main(["--data", str(api.data)]) == 0
