"""Areas named by the ways in and out exist, or the file is refused with what there is instead."""

import asyncio

import pytest

from api.command import main
from tests.api.town import running_town
from tests.estate.town import CAMERAS_YAML, write_estate

EXCHANGE = """
exchange:
  sources:
    - {{id: hotline, kind: webhook, name: "12345", credentials: roadside, area: "{source}"}}
  brokers:
    - {{id: alarms, host: 127.0.0.1, subscriptions: [{{topic: a/+, topic_level: 2, alarm: ["1"]}}]}}
  citizens: {{on: {on}, area: "{page}"}}
  sensors:
    - {{id: smoke-1, name: 烟感, kind: smoke, via: alarms, place: {{lon: 120.47, lat: 30.08}}, case_class: "04-01", area: "{sensor}"}}
"""  # noqa: E501


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setenv("ROADSIDE", "road-pass")
    path = tmp_path / "config"
    path.mkdir()
    return path


def written(folder, **changed):
    known = {"source": "330699101", "page": "330699101001", "sensor": "g1", "on": "true"}
    path = write_estate(folder)
    path.write_text(CAMERAS_YAML + EXCHANGE.format(**known | changed), encoding="utf-8")
    return path


def test_an_area_there_is_not_is_named_with_its_entry_and_what_there_is(folder, capsys):
    assert main(["config", "check", "--config", str(written(folder))]) == 0, capsys.readouterr().err
    capsys.readouterr()
    path = written(folder, source="330699110", page="x", sensor="nowhere at all"[:7])
    for command in (["config", "check"], ["serve", "--port", "0", "--data", str(folder / "data")]):
        assert main([*command, "--config", str(path)]) == 2
        lines = capsys.readouterr().err.strip().splitlines()
        start, files = f"{path}: exchange.", "there is no such area in areas.geojson or grids.geojson"
        known = "there are 330699101 (清渡镇), 330699101001 (清东村), 330699101002 (上坞村) and 1 more"
        assert lines == [
            f"{start}sources[0].area = 330699110: source hotline: {files}; did you mean 330699101?",
            f"{start}sensors[0].area = nowhere: sensor smoke-1: {files}; {known}",
            f"{start}citizens.area = x: {files}; {known}",
        ]
    assert not (folder / "data").exists(), "nothing was begun"
    assert main(["config", "check", "--config", str(written(folder, page="x", on="false"))]) == 0, "it is off"


async def test_a_reload_refuses_it_and_goes_on(folder, tmp_path):
    path = written(folder)
    async with running_town(tmp_path, cameras_file=path) as town:
        await asyncio.to_thread(written, folder, source="elsewhere")
        reply = await town.client("administrator@town").post("/estate/reload")
        (problem,) = reply.json()["error"]["problems"]
        assert (reply.status_code, problem["key"]) == (422, "exchange.sources[0].area")
        assert "there is no such area" in problem["rule"]
