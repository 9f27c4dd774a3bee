"""Filing through the HTTP interface: a server process on the store, and clients that file as fast as they can."""

import http.client
import json
import os
import random
import subprocess
import sys
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from api.serve import Installation, prepare
from api.server_process import setup_code_file
from sim.free_port import free_port
from sim.geography.town import generate

START_SECONDS = 180.0
WARM_UP_SECONDS = 3.0
"""One client's, before the clock starts: the server builds its routes when they are first asked."""
ACCOUNT = {"username": "bench", "password": "measure-2026-cases", "name": "bench"}
NOTES = ("流动摊贩占道经营,经劝离后又出现", "建筑垃圾堆放在桥下", "路灯不亮", "河道漂浮物,居民多次反映")


@dataclass(slots=True)
class Filed:
    """`waited`: seconds for each case; `refused`: what was answered instead, the beginning of it."""

    waited: list[float] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)


def filed_per_second(folder: Path, database: str, clients: int, seconds: float) -> dict[str, Any]:
    """`filed_per_second`, how long a client waited for one, and the processor time the server took for it, which other
    work on the machine changes less."""
    town = folder / "town"
    if not (town / "cameras.yaml").exists():
        generate(1, 4, town)
    data, port = folder / "data", free_port()
    prepare(Installation(town / "cameras.yaml", data, workers=1))
    argv = [sys.executable, "-m", "api.server_process", "--config", str(town / "cameras.yaml"), "--data", str(data)]
    argv += ["--port", str(port), "--workers", "1", *(["--database", database] if database else [])]
    with (folder / "server.log").open("wb") as log:
        server = subprocess.Popen(argv, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        try:
            token, middle = _enter(data, port)
            return _file(server.pid, port, token, middle, clients, seconds)
        finally:
            server.terminate()
            server.wait(30)


def _enter(data: Path, port: int) -> tuple[str, tuple[float, float]]:
    """Makes the first account, and says where the town lies."""
    url = f"http://127.0.0.1:{port}"
    until = time.monotonic() + START_SECONDS
    with httpx.Client(base_url=f"{url}/api/v1", headers={"Origin": url}, timeout=60) as client:
        while True:
            try:
                needed = client.get("/setup").json()["needed"]
                break
            except httpx.HTTPError:
                if time.monotonic() > until:
                    raise
            time.sleep(0.2)
        if needed:
            code = setup_code_file(data).read_text().strip()
            client.post("/setup", json={"code": code, **ACCOUNT}).raise_for_status()
        sign_in = {"username": ACCOUNT["username"], "password": ACCOUNT["password"], "device": True}
        token = client.post("/sessions", json=sign_in).raise_for_status().json()["token"]
        west, south, east, north = (
            client.get("/town", headers={"Authorization": f"Bearer {token}"}).raise_for_status().json()["bounds"]
        )
    return token, ((west + east) / 2, (south + north) / 2)


def _processor_seconds(pid: int) -> float:
    """Of the process and its threads so far (proc(5))."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _file(pid: int, port: int, token: str, middle: tuple[float, float], clients: int, seconds: float) -> dict[str, Any]:
    warm = time.perf_counter() + WARM_UP_SECONDS
    _one_client(port, token, middle, -1, warm, Filed())
    filed, used = Filed(), _processor_seconds(pid)
    until = time.perf_counter() + seconds
    threads = [
        threading.Thread(target=_one_client, args=(port, token, middle, number, until, filed))
        for number in range(clients)
    ]
    began = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    took, used = time.perf_counter() - began, _processor_seconds(pid) - used
    if not filed.waited:
        raise RuntimeError(f"no case was filed: {filed.refused[:1]}")
    waited = sorted(filed.waited)
    return {
        "filed_per_second": round(len(waited) / took, 1),
        "filing_median_ms": round(waited[len(waited) // 2] * 1000, 1),
        "filing_p95_ms": round(waited[len(waited) * 19 // 20] * 1000, 1),
        "filing_server_cpu_ms": round(used / len(waited) * 1000, 2),
        "filing_clients": clients,
        "filing_refused": len(filed.refused),
        **({"filing_first_refusal": filed.refused[0]} if filed.refused else {}),
    }


def _one_client(port: int, token: str, middle: tuple[float, float], number: int, until: float, filed: Filed) -> None:
    chance = random.Random(number)
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    while time.perf_counter() < until:
        lon, lat = middle[0] + chance.uniform(-0.01, 0.01), middle[1] + chance.uniform(-0.01, 0.01)
        body = json.dumps({"case_class": "05-01", "level": 1, "lon": lon, "lat": lat, "note": chance.choice(NOTES)})
        began = time.perf_counter()
        connection.request("POST", "/api/v1/cases", body, headers)
        answer = connection.getresponse()
        content = answer.read()
        if answer.status == 201:
            filed.waited.append(time.perf_counter() - began)
        else:
            filed.refused.append(f"{answer.status}: {content[:300]!r}")
    connection.close()
