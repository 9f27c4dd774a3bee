"""How soon, how surely and how falsely the whole system opens cases, against the simulated town's ground truth.

`python -m bench.events --minutes 10 --json` runs the demonstration as it is; `--every` instead starts an event in front
of every camera that can have one, at once. Prints one JSON object; a case no event explains is false.
"""

import argparse
import json
import math
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import httpx

from api.server_process import setup_code_file
from gis.plane import Plane
from sim.free_port import free_port
from sim.truth import read_truth

EXPLAINS_M = 15.0
START_SECONDS = 400.0


class Demonstration:
    """`python -m sim.demo` in a folder of its own."""

    def __init__(self, folder: Path, clips: Path, cameras: int, dwell: float, events: list[str]) -> None:
        self.home = folder / f"demo-{cameras}"
        self.port, self.control_port = free_port(), free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        argv = [
            sys.executable, "-m", "sim.demo", "--everything-first", "--folder", str(folder), "--clips", str(clips),
            "--cameras", str(cameras), "--dwell", str(dwell), "--port", str(self.port),
            "--rtsp-port", str(free_port()), "--control-port", str(self.control_port), *events,
        ]  # fmt: skip
        self.process = subprocess.Popen(argv, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.client = httpx.Client(base_url=f"{self.url}/api/v1", headers={"Origin": self.url}, timeout=60)

    def sign_up(self) -> None:
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            try:
                if self.client.get("/setup").json()["needed"]:
                    break
            except httpx.HTTPError:
                time.sleep(0.5)
        code = setup_code_file(self.home / "data").read_text().strip()
        form = {"code": code, "username": "bench", "password": "measure-2026-town", "name": "bench"}
        self.client.post("/setup", json=form).raise_for_status()

    def live(self) -> int:
        return int(self.client.get("/health").json()["cameras"].get("live", 0))

    def start_every_event(self) -> None:
        control = f"http://127.0.0.1:{self.control_port}/events"
        for camera_id, kinds in httpx.get(control).json()["cameras"].items():
            httpx.post(control, json={"camera": camera_id, "kind": kinds[0]}).raise_for_status()

    def cases(self) -> list[dict[str, Any]]:
        return list(self.client.get("/cases", params={"limit": 500}).json()["items"])

    def truth(self) -> list[Any]:
        return list(read_truth(self.home / "truth.jsonl").values())

    def stop(self) -> None:
        self.client.close()
        self.process.send_signal(signal.SIGINT)
        self.process.wait(60)


def judge(cases: list[dict[str, Any]], events: list[Any], dwell: float, until: float) -> dict[str, Any]:
    """Pairs each event that stood long enough with the first case at its camera and place."""
    delays, errors, missed, explained = [], [], [], set()
    for event in events:
        if event.placed_at is None:
            continue
        plane = Plane(event.lon, event.lat)
        mine = [
            case
            for case in cases
            if case["camera_id"] == event.camera_id
            and case["opened_at"] >= event.placed_at - dwell / 2
            and math.hypot(*plane.to_metres(case["lon"], case["lat"])) < EXPLAINS_M
        ]
        explained |= {case["id"] for case in mine}
        stood_until = event.cleared_at or until
        if mine:
            first = min(mine, key=lambda case: case["opened_at"])
            delays.append(first["opened_at"] - event.placed_at - dwell)
            errors.append(math.hypot(*plane.to_metres(first["lon"], first["lat"])))
        elif stood_until - event.placed_at > dwell + 30:
            missed.append(f"{event.camera_id} {event.kind}")
    false = [f"{case['camera_id']} {case['case_class']}" for case in cases if case["id"] not in explained]
    return {
        "events": len(delays) + len(missed),
        "found": len(delays),
        "missed": missed,
        "false": false,
        "delay_after_dwell_s_median": round(statistics.median(delays), 2) if delays else None,
        "delay_after_dwell_s_max": round(max(delays), 2) if delays else None,
        "place_error_m_median": round(statistics.median(errors), 2) if errors else None,
        "place_error_m_max": round(max(errors), 2) if errors else None,
        "cases": len(cases),
        "cases_by_state": {state: [c["state"] for c in cases].count(state) for state in {c["state"] for c in cases}},
    }


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.events", description=__doc__)
    parser.add_argument("--minutes", type=float, default=10.0)
    parser.add_argument("--cameras", type=int, default=48)
    parser.add_argument("--dwell", type=float, default=60.0)
    parser.add_argument("--clips", type=Path, default=Path(".gridwatch/clips"))
    parser.add_argument("--every", action="store_true", help="an event in front of every camera that can have one")
    parser.add_argument("--json", action="store_true", help="accepted for symmetry; the output is always JSON")
    given = parser.parse_args()
    events = ["--no-events"] if given.every else ["--first-event", "20", "--mean-gap", "60"]
    with tempfile.TemporaryDirectory(prefix="gridwatch-bench-") as folder:
        demonstration = Demonstration(Path(folder), given.clips.resolve(), given.cameras, given.dwell, events)
        try:
            demonstration.sign_up()
            while demonstration.live() < given.cameras:
                time.sleep(1.0)
            time.sleep(20.0)  # every scene has been learnt
            if given.every:
                demonstration.start_every_event()
            time.sleep(given.minutes * 60)
            result = judge(demonstration.cases(), demonstration.truth(), given.dwell, time.time())
        finally:
            demonstration.stop()
    print(json.dumps(result, ensure_ascii=False))


if __name__ == "__main__":
    main()
