"""Further makers' devices over real sockets, each by the fault its owners report."""

import time

import pytest

from config.camera_device import Ptz
from ingest.onvif.probe import probe
from ingest.onvif.problem import Code, DeviceProblem
from runtime.clock import SystemClock
from tests.onvif.brands import ACCOUNT, Scripted
from tests.onvif.more_brands import Amcrest, Recorder, Tapo, Thingino, Xiongmai
from tests.onvif.server import door, serving
from tests.onvif.test_brands import probed, turning


async def test_tapo_turns_by_velocity_and_says_no_position() -> None:
    device = Tapo()
    found, served = await probed(device)
    assert found.problem is None
    assert found.sub is not None
    assert (found.sub.profile.token, found.sub.url, found.turns) == ("profile_2", "rtsp://127.0.0.1:554/stream2", True)
    media = {asked.path for asked in served.asked if asked.operation in ("GetProfiles", "GetStreamUri")}
    assert media == {"/onvif/service"}
    async with turning(device, Ptz()) as (driver, _, _):
        offers = driver.capabilities
        assert (offers.absolute, offers.relative, offers.continuous) == (False, True, True)
        assert (await driver.status()).pan_deg is None
        await driver.continuous(0.5, 0, 1, 1)
        assert 'x="0.5" y="0.0"' in device.moved[-1]
        assert "Zoom" not in device.moved[-1]
        with pytest.raises(DeviceProblem):
            await driver.absolute(10, 0)


async def test_a_recorder_lets_in_by_digest_and_its_turning_channel_counts() -> None:
    device = Recorder()
    found, served = await probed(device)
    assert found.problem is None
    assert found.main is not None
    assert found.sub is not None
    assert (found.main.profile.token, found.sub.profile.token) == ("T2M", "T2S")
    assert found.sub.url == "rtsp://127.0.0.1:554/Streaming/Channels/202"
    assert sum(not asked.headers.get("authorization") for asked in served.asked) == 2  # the clock, and one try
    async with serving(device.answer) as again:
        first = await probe(again.url, ACCOUNT, door(), SystemClock(), turning="T1S")
    assert first.main is not None
    assert first.main.profile.token == "T1M"


async def test_amcrest_without_utc_and_with_two_ports_in_an_address() -> None:
    ahead = -3 * 3600.0
    found, _ = await probed(Amcrest(time.time() + ahead, 80))
    assert found.problem is None
    # Three hours behind in a zone of eight: the other sign of the zone would be thirteen hours.
    assert found.clock_offset_s == pytest.approx(ahead, abs=2.0)
    assert found.main is not None
    assert found.sub is not None
    assert (found.main.profile.bitrate_kbps, found.main.profile.width) == (0, 2688)
    assert found.sub.url == "rtsp://127.0.0.1:554/cam/realmonitor?channel=1&subtype=1"


async def test_xiongmai_keeps_its_password_to_itself() -> None:
    device = Xiongmai()
    found, _ = await probed(device)
    assert found.problem is None
    assert found.sub is not None
    assert found.sub.problem is not None
    assert (found.sub.url, found.sub.problem.code) == (None, Code.SECRET_IN_URI)
    assert "tlJwpbo6" not in repr(found) + str(found.sub.problem)
    async with turning(device, Ptz()) as (driver, _, _):
        await driver.absolute(0, -35, 5)
        assert "Zoom" not in device.moved[-1]


async def test_steps_of_motors_are_degrees_to_us() -> None:
    device = Thingino()
    async with turning(device, Ptz(pan_deg=(0, 355), tilt_deg=(-90, 0))) as (driver, _, _):
        status = await driver.status()
        assert (status.pan_deg, status.tilt_deg, status.zoom) == (177.5, -45, None)
        await driver.absolute(71, -9)
        assert 'x="518.0" y="900.0"' in device.moved[-1]


async def test_no_device_is_told_a_password_or_asked_elsewhere() -> None:
    makers: list[Scripted] = [Tapo(), Recorder(), Amcrest(time.time(), 80), Xiongmai(), Thingino()]
    for maker in makers:
        found, served = await probed(maker)
        assert found.problem is None
        assert not any(ACCOUNT.password in asked.body + str(asked.headers) for asked in served.asked)
        assert {asked.headers["host"] for asked in served.asked} == {f"127.0.0.1:{served.port}"}
