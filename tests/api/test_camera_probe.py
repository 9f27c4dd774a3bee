"""`cameras import --probe` and `cameras check` with real devices behind them, at addresses of their own."""

import asyncio
import csv
import io
import json
import random
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from api.command import main
from config.accounts import Account
from config.load import load_cameras
from runtime.clock import SystemClock
from sim.onvif.brand import DAHUA, GENERIC, HIKVISION, UNIVIEW, Hostile
from sim.onvif.device import Device, DeviceSettings, StreamInfo, usual_streams
from sim.onvif.server import DeviceServer
from tests.estate.test_import import HEAD, row
from tests.estate.town import csv_of, places, write_estate

ADMIN = Account("admin", "Hik-12345")
HOSTS = {"hik": "127.7.0.1", "odd": "127.7.0.2", "locked": "127.7.0.3", "broken": "127.7.0.4", "dahua": "127.7.0.5"}
TAPO, TAPO_PORT = "127.7.0.6", 2020
NOBODY = "127.7.0.9"


def devices() -> list[DeviceSettings]:
    def one(name: str, **more: object) -> DeviceSettings:
        given = {"account": ADMIN, "streams": usual_streams(name), "brand": GENERIC, "rtsp_address": ("192.0.2.1", 1)}
        return DeviceSettings(name, **(given | more))  # type: ignore[arg-type]

    three = (
        StreamInfo("main", "/live/0", 2560, 1440, "H265"),
        StreamInfo("third", "/live/2", 1280, 720),
        StreamInfo("sub", "/live/1", 640, 360),
    )
    return [
        one("hik", brand=HIKVISION, clock_error_s=8 * 3600.0),
        one("odd", streams=three),
        one("locked", account=Account("admin", "another"), brand=UNIVIEW),
        one("broken", hostile=Hostile.DTD),
        one("dahua", brand=DAHUA, clock_error_s=-300.0),
        one("tapo"),
    ]


@contextmanager
def serving_devices() -> Iterator[int]:
    """The port at which each of HOSTS has its device; served by a thread, since a command has a loop of its own."""
    started: list[int] = []
    ready, loop, clock = threading.Event(), asyncio.new_event_loop(), SystemClock()
    server = DeviceServer(clock)

    async def start() -> None:
        for settings in devices():
            server.add(Device(settings, clock=clock, rng=random.Random(1)))
            host, port = HOSTS.get(settings.id, TAPO), TAPO_PORT if settings.id == "tapo" else (*started, 0)[0]
            started.append(await server.listen_alone(settings.id, host, port))
        ready.set()

    def run() -> None:
        loop.run_until_complete(start())
        loop.run_forever()
        loop.run_until_complete(server.stop())
        loop.close()

    thread = threading.Thread(target=run)
    thread.start()
    assert ready.wait(10)
    yield started[0]
    loop.call_soon_threadsafe(loop.stop)
    thread.join(10)


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    with serving_devices() as port:
        yield port


def test_a_range_is_searched_and_what_is_new_becomes_a_table(
    port: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("ROADSIDE", ADMIN.password)
    config, table = write_estate(tmp_path), tmp_path / "found.csv"

    def command(*words: str | Path) -> tuple[int, str, str]:
        status = main(["cameras", *map(str, words), "--config", str(config)])
        printed = capsys.readouterr()
        return status, printed.out, printed.err

    ports = ("--port", str(port), "--credentials", "roadside")
    status, said, _ = command("find", "127.7.0.0/29", "127.7.0.9", *ports, "--table", table)
    assert status == 0
    assert "5 devices, 5 of them no camera yet" in said
    row_of = {line.split(":")[1][2:]: " ".join(line.split()) for line in said.splitlines() if line.startswith("http:")}
    assert "HIKVISION DS-2DF8425IX-AELW H264 640×360 H264 1280×720 +28" in row_of[HOSTS["hik"]]
    assert "H264 640×360 H265 2560×1440" in row_of[HOSTS["odd"]]
    assert "refused" in row_of[HOSTS["locked"]]
    rows = list(csv.DictReader(io.StringIO(table.read_text(encoding="utf-8-sig"))))
    assert [row["IP地址"] for row in rows] == list(HOSTS.values())
    assert rows[1]["子码流"] == f"rtsp://{HOSTS['odd']}:1/live/1"
    # Filled in by a person, it is imported; then the device is known, and in no table any more.
    lon, lat = places(1, "清东村")[0]
    filled = rows[1] | {"名称": "村口", "村": "清东村", "经度": str(lon), "纬度": str(lat), "账号": "admin"}
    table.write_bytes(csv_of([list(filled), list(filled.values())]))
    assert "1 cameras added" in command("import", table, "--apply", "--coordinates", "wgs84")[2]
    known = json.loads(command("find", "127.7.0.1-2", *ports, "--json", "--table", table)[1])
    assert [one["known_as"] for one in known] == [[], ["cam-127-7-0-2"]]
    assert [one["clock_offset_s"] > 28_000 for one in known] == [True, False]
    assert HOSTS["odd"] not in table.read_text(encoding="utf-8-sig")
    assert ADMIN.password not in said
    for words, why in (
        (("find",), "nothing to look for"),
        (("find", "8.8.8.0/30"), "8.8.8.0/30: 8.8.8.1 is not within allowed_networks"),
        (("find", "127.7.0.1", "--credentials", "nobody"), "no credentials named nobody"),
        (("find", "--interface", "192.0.2.77"), "--interface: "),
    ):
        status, _, said = command(*words)
        assert (status, why in said) == (2, True)


def test_devices_say_where_their_streams_are_and_the_check_what_is_wrong(
    port: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("ROADSIDE", "road-pass")
    monkeypatch.setattr("sys.stdin", io.StringIO(""))
    config, table = write_estate(tmp_path), tmp_path / "点位.csv"

    def command(*words: str | Path) -> tuple[int, str, str]:
        status = main([*map(str, words), "--config", str(config)])
        printed = capsys.readouterr()
        return status, printed.out, printed.err

    rows = [
        [*row(n, 编号=name, IP=host, 品牌="海康威视" if name in ("hik", "locked") else "杂牌"), str(port)]
        for n, (name, host) in enumerate([*HOSTS.items(), ("nobody", NOBODY)])
    ]
    # TP-Link has ONVIF at a port of its own, which no table says.
    rows.append([*row(7, 编号="tapo", IP=TAPO, 品牌="TP-LINK"), ""])
    table.write_bytes(csv_of([[*HEAD, "HTTP端口"], *rows]))
    assert "5 with errors" not in command("cameras", "import", table)[1]
    status, said, _ = command("cameras", "import", table, "--probe", "--apply", "--leave-out-faulty")
    assert status == 0
    assert "user name or password is refused" in said
    assert "holds XML that is not allowed" in said
    assert "cannot be reached" in said
    assert "7 rows: 5 new, 0 known already, 2 with errors" in said  # no maker's pattern stands in for those two
    cameras = {camera.id: camera for camera in load_cameras(config).cameras}
    assert set(cameras) == {"office-01", "hik", "odd", "locked", "dahua", "tapo"}
    tapo = cameras["tapo"].device
    assert tapo is not None
    assert tapo.url == f"http://{TAPO}:{TAPO_PORT}/onvif/device_service"
    odd = cameras["odd"]
    assert odd.streams.main is not None
    # At the address that was asked, whatever the device says its own is.
    assert (odd.streams.sub.url, odd.streams.main.url) == (
        f"rtsp://{HOSTS['odd']}:1/live/1", f"rtsp://{HOSTS['odd']}:1/live/0"
    )  # fmt: skip
    assert odd.device is not None
    assert odd.device.url == f"http://{HOSTS['odd']}:{port}/onvif/device_service"
    assert cameras["locked"].streams.sub.url == f"rtsp://{HOSTS['locked']}/Streaming/Channels/102"

    status, shown, _ = command("cameras", "check", "hik", "odd", "locked", "dahua", "--json", "--seconds", "1")
    checked = {one["id"]: one for one in json.loads(shown)}
    assert status == 1
    codes = {id_: [found["code"] for found in one["findings"]] for id_, one in checked.items()}
    assert codes == {
    "hik": ["unreachable", "clock_zone"], "odd": ["unreachable"],
    "locked": ["unreachable", "device"], "dahua": ["unreachable", "clock_drift"],
    }  # fmt: skip
    assert checked["hik"]["device"]["manufacturer"] == "HIKVISION"
    assert checked["dahua"]["device"]["clock_offset_s"] == pytest.approx(-300, abs=2)
    assert ADMIN.password not in said + shown
