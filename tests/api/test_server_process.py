"""The API process as the supervisor starts it: from files, as a process of its own, stopped by SIGTERM."""

import asyncio
import json
import re
import signal
import stat
import sys
from pathlib import Path

import httpx
import pytest
import yaml

from tests.api.town import CONFIG, GRIDS, PASSWORD, TOWN_MAP

ROOT = Path(__file__).parents[2]


def write_town(folder: Path) -> Path:
    """The test town as the files an operator would have."""
    outlines = {one["properties"]["code"]: one["geometry"] for one in TOWN_MAP.areas["features"]}
    areas = [("d", "", "district"), ("t", "d", "town"), ("east", "t", "village"), ("west", "t", "village")]
    features = [
        {
            "type": "Feature",
            "properties": {"code": code, "parent": parent, "level": level, "name": code},
            "geometry": outlines.get(code, outlines["t"]),
        }
        for code, parent, level in areas
    ]
    grids = GRIDS.geojson()["features"]
    for name, found in (("areas", features), ("grids", grids), ("roads", features[:1])):
        (folder / f"{name}.geojson").write_text(json.dumps({"type": "FeatureCollection", "features": found}))
    content = CONFIG.model_dump(mode="json", exclude_defaults=True)
    content["town"]["files"] = {
        "areas": "areas.geojson",
        "grids": "grids.geojson",
        "base": {"roads": "roads.geojson"},
    }
    path = folder / "cameras.yaml"
    path.write_text(yaml.safe_dump(content))
    return path


async def start(config: Path, data: Path) -> tuple[asyncio.subprocess.Process, str, list[str]]:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", "api.server_process", "--config", str(config), "--data", str(data), "--port", "0"),
        cwd=ROOT,
        stderr=asyncio.subprocess.PIPE,
    )
    assert process.stderr is not None
    lines: list[str] = []
    while line := (await process.stderr.readline()).decode():
        lines.append(line)
        if found := re.search(r"listening on (http://\S+)", line):
            return process, found[1], lines
    raise AssertionError("".join(lines))


@pytest.fixture
def config(tmp_path):
    return write_town(tmp_path)


async def test_from_files_to_the_first_account_to_a_clean_stop(config, tmp_path):
    data = tmp_path / "data"
    process, url, lines = await start(config, data)
    try:
        code_file = data / "run" / "setup-code"
        assert stat.S_IMODE(code_file.stat().st_mode) == 0o600
        async with httpx.AsyncClient(base_url=f"{url}/api/v1", timeout=30) as client:
            for _ in range(100):
                try:
                    assert (await client.get("/setup")).json() == {"needed": True}
                    break
                except httpx.ConnectError:
                    await asyncio.sleep(0.1)
            form = {"code": code_file.read_text().strip(), "username": "chief", "password": PASSWORD, "name": "所长"}
            made = await client.post("/setup", json=form)
            assert made.status_code == 200, made.text
            assert not code_file.exists()
            me = (await client.get("/me")).json()
            assert [(role["role"], role["area"]) for role in me["roles"]] == [("administrator", "t")]
            town = (await client.get("/town")).json()
            assert town["base_layers"] == ["roads"]
            cameras = (await client.get("/cameras")).json()["items"]
            assert {camera["id"] for camera in cameras} == {"east-cam", "west-cam"}
            assert all(camera["view"]["type"] == "Polygon" for camera in cameras)
            lon, lat = cameras[0]["lon"], cameras[0]["lat"]
            near = (await client.get("/near", params={"lon": lon, "lat": lat + 0.00015})).json()
            assert (near["cameras"][0]["id"], near["cameras"][0]["sees"]) == (cameras[0]["id"], True)
            assert near["grid"]["code"] == "east-g1"
            token = client.cookies["gridwatch_session"]
    finally:
        process.send_signal(signal.SIGTERM)
        async with asyncio.timeout(15):
            assert process.stderr is not None
            rest = (await process.stderr.read()).decode()
            assert await process.wait() == 0
    log = "".join(lines) + rest
    assert "stopping" in log
    assert log.rstrip().endswith("the store are closed")
    for secret in (token, PASSWORD, form["code"]):
        assert secret not in log


async def test_what_is_wrong_with_the_files_is_said_and_ends_the_process(config, tmp_path):
    """Each kind of mistake has its test beside the reader; here, that the process says it and ends."""
    config.write_text(config.read_text().replace("grids.geojson", "nowhere.geojson"))
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", "api.server_process", "--config", str(config), "--data", str(tmp_path / "data"), "--port", "0"),
        cwd=ROOT,
        stderr=asyncio.subprocess.PIPE,
    )
    _, log = await asyncio.wait_for(process.communicate(), 60)
    assert process.returncode == 2
    assert "nowhere.geojson" in log.decode()
    assert "Traceback" not in log.decode()
