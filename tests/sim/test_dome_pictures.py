import asyncio
import time
from collections.abc import AsyncIterator
from copy import copy
from dataclasses import dataclass, replace
from pathlib import Path
from random import Random

import av
import httpx
import numpy as np
import pytest
import pytest_asyncio

from runtime.clock import SystemClock
from sim.control import control_app
from sim.director import Director
from sim.domes.dome import Aim, Dome
from sim.domes.live import SUB_SIZE, Camera
from sim.domes.mount import Mount
from sim.domes.picture import Ground, Picture, View
from sim.domes.plate import Plate, read_plates
from sim.domes.townscape import read_townscape
from sim.faults import FaultSwitch
from sim.geography.files import CENTRE
from sim.onvif.brand import Quirk
from sim.rtsp.fault import Fault, FaultSetting
from sim.rtsp.server import RtspServer
from sim.town_domes import TownDomes, aim_at, read_domes
from sim.truth import TruthLog
from tests.ingest.hand_clock import HandClock
from tests.sim.rtsp_client import RtspClient, is_keyframe, nal_units
from tests.sim.small_dome_town import ACCOUNT, PLATES, as_json, write_dome_town
from tests.sim.soap_client import SoapClient

LEANING = Mount(0.0, 0.0, 70.0, 40.0, 0.8, -1.1)


@pytest.fixture(scope="module")
def ground(tmp_path_factory: pytest.TempPathFactory) -> Ground:
    files = write_dome_town(tmp_path_factory.mktemp("dome-town"))
    return Ground(
        read_townscape(files.folder, CENTRE, [Plate(p.code, *CENTRE.to_metres(p.lon, p.lat)) for p in files.plates])
    )


def zoom_for(distance_m: float, width_m: float = 30.0) -> float:
    """So that so much fills the picture's width."""
    return float(min(max(np.tan(np.radians(30)) * 2 * distance_m / width_m, 1.0), 30.0))


@pytest.mark.parametrize("size", [(640, 360), (1280, 720)], ids=["sub", "main"])
def test_plates_are_read_zoomed_in_and_not_wide_whatever_the_base(ground: Ground, size: tuple[int, int]) -> None:
    picture = Picture(ground, LEANING, Dome(HandClock()).limits, *size)
    for code, x, y in PLATES:
        aim = LEANING.aim_at(x, y, 1.5, zoom_for(float(np.hypot(x, y))))
        place = read_plates(picture.at(aim))[code]
        assert place == pytest.approx((0.5, 0.5), abs=0.12)
        assert code not in read_plates(picture.at(replace(aim, zoom=1.0)))


def test_the_picture_is_where_the_geometry_says(ground: Ground) -> None:
    """A second way round: the marker's middle projected by hand, one rotation after another."""
    code, x, y = PLATES[0]
    facing = copy(ground)
    turned = float(np.degrees(np.arctan2(-x, -y)))  # one side looks at the dome
    facing.town = replace(ground.town, plates=(Plate(code, x, y, turned),))
    picture = Picture(facing, LEANING, Dome(HandClock()).limits, 1280, 720)
    middle = LEANING.aim_at(x, y, 1.5)
    aim = Aim(middle.pan_deg - 1.3, middle.tilt_deg + 0.5, 12.0)
    seen = read_plates(picture.at(aim))[code]
    nearer = 1 - 1.5 / np.hypot(x, y)
    away = np.array([x * nearer, y * nearer, 0.25 + 3.75 - 1.5]) - (0, 0, 70.0)
    h, p, r = np.radians([40.0, 0.8, -1.1])
    east, north, up = away
    right, ahead = east * np.cos(h) - north * np.sin(h), east * np.sin(h) + north * np.cos(h)
    ahead, up = ahead * np.cos(p) + up * np.sin(p), up * np.cos(p) - ahead * np.sin(p)
    right, up = right * np.cos(r) - up * np.sin(r), up * np.cos(r) + right * np.sin(r)
    pan, tilt = np.radians([aim.pan_deg, aim.tilt_deg])
    across, along = right * np.cos(pan) - ahead * np.sin(pan), right * np.sin(pan) + ahead * np.cos(pan)
    depth, height = along * np.cos(tilt) + up * np.sin(tilt), up * np.cos(tilt) - along * np.sin(tilt)
    focal = 0.5 / np.tan(np.radians(30)) * 12.0
    assert seen == pytest.approx((0.5 + focal * across / depth, 0.5 - focal * height / depth * 16 / 9), abs=0.002)


def test_sky_above_ground_below_and_the_same_picture_while_it_stands(ground: Ground) -> None:
    picture = Picture(ground, LEANING, Dome(HandClock()).limits, *SUB_SIZE)
    level = picture.at(Aim(10.0, 0.0, 1.0))
    assert level[5].mean(axis=0) == pytest.approx((226, 196, 158), abs=3)
    assert level[-5].mean(axis=0)[1] > level[-5].mean(axis=0)[0] + 15  # green over blue
    assert picture.at(Aim(10.0, 0.0, 1.0)) is level
    assert picture.drawn == 1
    up = picture.at(Aim(10.0, 20.0, 5.0))
    assert (up.reshape(-1, 3) == (226, 196, 158)).all()
    down = picture.at(Aim(10.0, -90.0, 1.0))
    assert not (down.reshape(-1, 3) == (226, 196, 158)).all(axis=1).any()
    view = View(LEANING, Aim(10.0, -5.0, 1.0), 60.0, 640, 360)
    horizon = (-view.up()[2] - view.up()[0] * 320) / view.up()[1]
    assert 0 < horizon < 180


def test_a_picture_while_it_turns_costs_little(ground: Ground) -> None:
    """A guard against blunders, far above what it takes on a machine of its own (docs/simulated-town.md)."""
    picture = Picture(ground, LEANING, Dome(HandClock()).limits, *SUB_SIZE)
    picture.at(Aim(0.0, -8.0, 1.0))
    began = time.process_time()
    for step in range(20):
        picture.at(Aim(step * 3.0, -8.0, 1.0 + step / 4))
    assert (time.process_time() - began) / 20 < 0.08


@dataclass
class Served:
    domes: TownDomes
    rtsp: RtspServer
    control: httpx.AsyncClient


@pytest_asyncio.fixture
async def served(tmp_path: Path) -> AsyncIterator[Served]:
    """Domes of a small town with live streams, devices and control, in this process."""
    clock = SystemClock()
    domes = TownDomes(write_dome_town(tmp_path / "town", domes=2), clock, Random(1))
    rtsp = RtspServer([], {}, clock=clock, rng=Random(2), live=domes.live)
    await rtsp.start()
    await domes.start("127.0.0.1", 0, rtsp.port)
    truth = TruthLog(tmp_path / "truth.jsonl")
    app = control_app(rtsp, FaultSwitch(rtsp), Director(rtsp.estate, {}, truth, clock, "run1"), domes)
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as control:
        yield Served(domes, rtsp, control)
    await domes.stop()
    await rtsp.stop()
    truth.close()


class Decoder:
    def __init__(self) -> None:
        self._context = av.CodecContext.create("h264", "r")

    def pictures(self, units: list[list[object]]) -> list[np.ndarray]:
        found = []
        for unit in units:
            data = b"".join(b"\0\0\0\1" + nal for nal in nal_units(unit, "h264"))  # type: ignore[arg-type]
            found += [frame.to_ndarray(format="bgr24") for frame in self._context.decode(av.Packet(data))]
        return found


async def test_click_to_plate_over_the_network(served: Served) -> None:
    """Asked for by ONVIF, seen over RTSP: the whole way a dome is used."""
    plate = served.domes.truth()["plates"][0]
    one = served.domes._standing["dome-1"]
    pan, tilt = aim_at(one.dome, plate["lon"], plate["lat"])
    async with httpx.AsyncClient(trust_env=False) as http, RtspClient(served.rtsp.port, "dome-1") as rtsp:
        decoder = Decoder()
        await rtsp.play()
        first = await rtsp.receive(2)
        assert is_keyframe(first[0])
        wide = decoder.pictures(first)[-1]
        assert wide.shape == (360, 640, 3)
        assert read_plates(wide) == {}
        soap = SoapClient(http, served.domes.server.address("dome-1"), ACCOUNT, one.device.now)
        degrees = "http://www.onvif.org/ver10/tptz/PanTiltSpaces/SphericalPositionSpaceDegrees"
        position = f'<tt:PanTilt x="{pan:.2f}" y="{tilt + 0.2:.2f}" space="{degrees}"/><tt:Zoom x="0.4"/>'
        answer = await soap.ptz("AbsoluteMove", f"<tptz:Position>{position}</tptz:Position>")
        assert answer.status == 200
        read: dict[int, tuple[float, float]] = {}
        for _ in range(60):
            read = read_plates(decoder.pictures(await rtsp.receive(1))[-1])
            if plate["code"] in read:
                break
        assert plate["code"] in read
        truth = (await served.control.get("/domes")).json()["domes"]["dome-1"]
        assert truth["mount"] == {"heading_deg": 40.0, "pitch_deg": 0.8, "roll_deg": -1.1}
        assert truth["commands"] == ["AbsoluteMove"]
        assert truth["aim"]["pan_deg"] == pytest.approx(pan, abs=truth["hfov_deg"] / 2)  # it may turn still
        assert "dome-2" not in {row for row, told in served.rtsp.counters()["cameras"].items() if told["sessions"]}


async def test_pictures_are_made_only_while_somebody_watches(served: Served) -> None:
    drawn = {id_: one.camera._pictures for id_, one in served.domes._standing.items()}
    async with RtspClient(served.rtsp.port, "dome-2", "main") as rtsp:
        reply = await rtsp.request("DESCRIBE", Accept="application/sdp")
        assert b"H264/90000" in reply.body
        await asyncio.sleep(0)
        assert drawn == {"dome-1": {}, "dome-2": {}}
    async with RtspClient(served.rtsp.port, "dome-2", "main") as rtsp:
        await rtsp.play()
        units = await rtsp.receive(3)
        assert Decoder().pictures(units)[-1].shape == (720, 1280, 3)
        stamps = [unit[0].timestamp for unit in units]
        assert stamps == sorted(set(stamps))
        assert list(served.domes._standing["dome-2"].camera._pictures) == [(1280, 720)]
        assert served.domes._standing["dome-1"].camera._pictures == {}
        await FaultSwitch(served.rtsp).set("dome-2", FaultSetting(Fault.RESOLUTION, width=320, height=240))
        decoder = Decoder()
        shapes = [one.shape for _ in range(6) for one in decoder.pictures(await rtsp.receive(1))]
        assert (240, 320, 3) in shapes


async def test_faults_of_the_town_reach_the_device(served: Served) -> None:
    url = served.domes.server.address("dome-1")
    device = served.domes._standing["dome-1"].device
    async with httpx.AsyncClient(trust_env=False, timeout=0.3) as http:
        soap = SoapClient(http, url, ACCOUNT, device.now)
        assert (await soap.ptz("GetStatus")).status == 200
        await served.control.post("/faults", json={"camera": "dome-1", "fault": "refuse"})
        assert (await http.post(url)).status_code == 503
        await served.control.post("/faults", json={"camera": "*", "fault": "freeze"})
        with pytest.raises(httpx.ReadTimeout):
            await soap.ptz("GetStatus")
        await served.control.post("/faults", json={"camera": "*", "fault": "none"})
        told = await served.control.post("/devices/dome-1", json={"quirks": ["stuck-moving"], "hostile": "redirect"})
        assert told.json() == {"device": "dome-1", "quirks": ["stuck-moving"], "hostile": "redirect"}
        assert (await http.post(url, content=b"<a/>")).status_code == 400
        assert device.has(Quirk.STUCK_MOVING)
        assert (await served.control.post("/devices/nobody", json={})).status_code == 404
        picture = await served.control.post("/devices/dome-1", json={})
        assert picture.json()["hostile"] is None


def test_a_snapshot_is_what_the_dome_sees(ground: Ground) -> None:
    code, x, y = PLATES[0]
    aim = LEANING.aim_at(x, y, 1.5, zoom_for(330.0))
    clock = HandClock()
    camera = Camera(Dome(clock, start=aim), LEANING, lambda: ground, clock, "塔")
    decoder = av.CodecContext.create("mjpeg", "r")
    picture = decoder.decode(av.Packet(camera.snapshot()))[0].to_ndarray(format="bgr24")  # type: ignore[attr-defined]
    assert code in read_plates(picture)


def test_the_file_of_domes_is_read_as_it_was_written(tmp_path: Path) -> None:
    files = write_dome_town(tmp_path)
    (tmp_path / "sim_domes.json").write_text(as_json(files))
    bare = tuple(replace(one, account=None, device_account=None) for one in files.domes)
    assert read_domes(tmp_path) == replace(files, domes=bare)
    assert read_domes(tmp_path / "nowhere").domes == ()


async def test_what_is_put_into_the_street_is_seen_by_domes_until_somebody_comes(served: Served) -> None:
    x, y = 60.0, 300.0
    lon, lat = CENTRE.to_degrees(x, y)
    standing = served.domes._standing["dome-1"]
    aim = standing.mount.aim_at(x, y, 0.0, 9.0)
    bare = standing.camera.picture(aim, SUB_SIZE).copy()
    put = (await served.control.post("/wares", json={"kind": "stall", "lon": lon, "lat": lat, "turned_deg": 20})).json()
    (told,) = (await served.control.get("/domes")).json()["wares"]
    assert (told["ware"], told["kind"]) == (put["ware"], "stall")
    assert (told["lon"], told["lat"]) == pytest.approx((lon, lat), abs=1e-6)
    changed = np.argwhere(np.abs(standing.camera.picture(aim, SUB_SIZE).astype(int) - bare).max(axis=2) > 30)
    top, left = changed.min(axis=0)
    bottom, right = changed.max(axis=0)
    middle = ((left + right) / 2, (top + bottom) / 2)
    assert middle == pytest.approx((320, 180), abs=25)
    across_m = (right - left) / SUB_SIZE[0] * 2 * np.tan(np.radians(30)) / 9 * np.hypot(np.hypot(x, y), 70.0)
    assert 2.0 < across_m < 4.5
    far = (await served.control.post("/visits", json={"lon": lon + 0.01, "lat": lat})).json()
    assert far == {"event": None}
    met = (await served.control.post("/visits", json={"lon": lon, "lat": lat})).json()
    assert met == {"event": None, "ware": put["ware"]}
    assert np.array_equal(standing.camera.picture(aim, SUB_SIZE), bare)
    assert (await served.control.get("/domes")).json()["wares"] == []
    wrong = await served.control.post("/wares", json={"kind": "lorry", "lon": lon, "lat": lat})
    assert wrong.status_code == 422
