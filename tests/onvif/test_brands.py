"""Three makers' devices over real sockets: found out, and turned."""

import dataclasses
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from config.accounts import Account
from config.camera_device import Ptz
from ingest.onvif.device import Device
from ingest.onvif.driver import open_ptz
from ingest.onvif.probe import Probed, probe
from ingest.onvif.problem import Code, DeviceProblem
from ingest.onvif.ptz import PtzDriver
from runtime.clock import SystemClock
from tests.onvif.brands import ACCOUNT, Dahua, Hikvision, Scripted, Uniview
from tests.onvif.server import Asked, Served, door, fault, serving

CLOCK = SystemClock()


async def probed(device: Scripted, account: Account | None = ACCOUNT) -> tuple[Probed, Served]:
    async with serving(device.answer) as served:
        return await probe(served.url, account, door(), CLOCK), served


@asynccontextmanager
async def turning(device: Scripted, settings: Ptz) -> AsyncIterator[tuple[PtzDriver, Served, Device]]:
    async with serving(device.answer) as served:
        opened = Device(served.url, ACCOUNT, door(), CLOCK)
        await opened.open()
        yield await open_ptz(opened, settings, CLOCK), served, opened
        await opened.close()


async def test_hikvision_by_digest_through_media2_at_its_own_host() -> None:
    found, served = await probed(Hikvision())
    assert found.problem is None
    assert found.information is not None
    assert (found.information.manufacturer, found.turns) == ("HIKVISION", True)
    assert found.clock_offset_s == pytest.approx(0, abs=1.1)
    assert found.sub is not None
    assert found.main is not None
    assert (found.main.profile.codec, found.main.profile.gop, found.sub.profile.token) == ("H265", 50, "P2")
    assert found.main.url == "rtsp://127.0.0.1:554/Streaming/Channels/101?t=u"
    assert found.notes == [Code.FOREIGN_HOST]
    assert {asked.headers["host"] for asked in served.asked} == {f"127.0.0.1:{served.port}"}
    # One unsigned try, refused and challenged; after that every request is signed at once, over one connection.
    signed = [bool(asked.headers.get("authorization")) for asked in served.asked[1:]]
    assert signed == [False] + [True] * (len(signed) - 1)
    assert served.connections == 1
    assert not any(ACCOUNT.password in asked.body or asked.created for asked in served.asked[2:])


async def test_dahua_by_its_own_clock_and_an_unescaped_ampersand() -> None:
    found, served = await probed(Dahua(ahead=-7200, told=-7200))
    assert found.problem is None
    assert found.clock_offset_s == pytest.approx(-7200, abs=1.6)
    assert found.main is not None
    assert found.sub is not None
    assert (found.main.profile.token, found.sub.profile.token) == ("MediaProfile000", "MediaProfile001")
    assert found.sub.url == ("rtsp://127.0.0.1:5544/cam/realmonitor?channel=1&subtype=0&unicast=true&proto=Onvif")
    assert [asked.path for asked in served.asked if asked.operation == "GetProfiles"] == ["/onvif/media_service"]


async def test_dahua_that_tells_another_time_than_it_judges_by_is_tried_once_with_ours() -> None:
    device = Dahua(ahead=0, told=3600)
    found, _ = await probed(device)
    assert (found.problem, device.failures) == (None, 1)


async def test_a_wrong_password_is_tried_at_most_three_times() -> None:
    for device in (Dahua(0, 3600), Dahua(0, 0), Hikvision()):
        found, served = await probed(device, Account("admin", "wrong"))
        assert found.problem is not None
        assert found.problem.code is Code.NOT_AUTHORIZED
        assert len(served.asked) - 1 <= 3
        assert "wrong" not in f"{found!r}{found.problem}{served.asked}"
    found, _ = await probed(Hikvision(), None)
    assert found.problem is not None
    assert found.problem.code is Code.NO_ACCOUNT


async def test_uniview_without_services_or_a_clock_worth_the_name() -> None:
    found, served = await probed(Uniview())
    assert found.problem is None
    assert found.clock_offset_s is None
    assert found.main is not None
    assert found.sub is not None
    assert (found.main.profile.codec, found.sub.profile.token) == ("H265", "media_profile2")
    assert found.sub.url == "rtsp://127.0.0.1/media/video1"
    assert served.asked[-1].path == "/onvif/Media"


async def test_a_broken_reply_marks_the_device_and_keeps_what_was_learnt() -> None:
    device = Hikvision()
    device.replies["GetStreamUri"] = "<tr2:GetStreamUriResponse/>"
    found, _ = await probed(device)
    assert found.problem is None
    assert found.sub is not None
    assert found.sub.problem is not None
    assert (found.sub.url, found.sub.problem.code) == (None, Code.BROKEN_REPLY)
    device.replies["GetProfiles"] = "<!DOCTYPE a><a/>"
    del device.replies["GetStreamUri"]
    found, _ = await probed(device)
    assert found.problem is not None
    assert (found.problem.code, found.information is not None) == (Code.BROKEN_XML, True)


async def test_a_password_that_comes_back_is_not_repeated() -> None:
    account = Account("admin", "hunter2")

    class Echo(Scripted):
        def answer(self, asked: Asked) -> bytes:
            return fault("Whatever", "login as admin hunter2 refused", 500)

    found, _ = await probed(Echo(), account)
    assert found.problem is not None
    assert "hunter2" not in f"{found.problem} {found.problem.zh} {found!r}"


HIK = Ptz(pan_deg=(-180, 180), tilt_deg=(-90, 20), zoom=(1, 31))


async def test_hikvision_turns_by_degrees_and_stands_still_whatever_it_says() -> None:
    device = Hikvision()
    async with turning(device, HIK) as (driver, served, opened):
        offers = driver.capabilities
        assert (offers.absolute, offers.relative, offers.continuous, offers.focus, offers.iris) == (True,) * 5
        assert (offers.presets, offers.auxiliary, offers.tilt_deg) == (300, {"wiper", "light"}, (-90, 20))
        await driver.absolute(270, -35, 16, speed=0.5)
        moved = device.moved[-1]
        assert 'x="-0.5" y="0.0"' in moved
        assert 'x="0.5"' in moved.split("Zoom")[1]
        with pytest.raises(DeviceProblem) as caught:
            await driver.absolute(0, 45)
        assert caught.value.code is Code.OUT_OF_RANGE
        device.x, device.y, device.zoom = 0.25, -1.0, 1.0
        status = await driver.status()
        assert (status.pan_deg, status.tilt_deg, status.zoom, status.moving) == (45, -90, 31, True)
        device.x = 0.3
        assert (await driver.status()).moving is True
        await CLOCK.sleep(0.65)
        assert (await driver.status()).moving is False
        await driver.relative(-9, 11)
        assert 'x="0.25" y="-0.8"' in device.moved[-1]
        await driver.continuous(0.5, 2, -1, 0.3)
        assert 'x="0.5" y="1.0"' in device.moved[-1]
        assert "PT1S" in device.moved[-1]
        await driver.stop()  # refused, so a move of no speed
        assert 'x="0" y="0"' in device.moved[-1]
        await driver.auxiliary("wiper", True)
        assert "tt:Wiper|On" in device.moved[-1]
        presets = [(p.token, p.name, p.pan_deg, p.zoom) for p in await driver.presets()]
        assert presets == [("1", "大桥", 90, 31), ("2", "2", None, None)]
        assert await driver.set_preset("塔") == "7"
        await driver.goto_preset("7", 1)
        await driver.remove_preset("7")
        await driver.focus(-1)
        assert "-7.0" in served.asked[-1].body
        await driver.iris(1)
        assert "-22" in served.asked[-1].body
        assert await opened.snapshot_path("P1") == "/ISAPI/picture?c=1"


async def test_dahua_has_no_position_and_turns_by_velocity_only() -> None:
    device = Dahua(0, 0)
    async with turning(device, HIK) as (driver, _, _):
        assert dataclasses.astuple(await driver.status()) == (None, None, None, None)
        assert driver.capabilities.absolute is False
        with pytest.raises(DeviceProblem) as caught:
            await driver.absolute(0, 0)
        assert caught.value.code is Code.NOT_SUPPORTED
        await driver.relative(90, -55)
        assert 'x="0.5" y="-1.0"' in device.moved[-1]
        await driver.stop()
        assert "Stop" in device.moved[-1]


async def test_a_space_that_runs_backwards_turns_the_right_way() -> None:
    device = Uniview()
    device.replies["GetNodes"] = Hikvision().replies["GetNodes"]
    async with turning(device, Ptz(pan_deg=(180, -180), tilt_deg=(20, -90))) as (driver, _, _):
        await driver.absolute(90, 20)
        assert 'x="-0.5" y="-1.0"' in device.moved[-1]
        await driver.continuous(1, 1, 0, 2)
        assert 'x="-1.0" y="-1.0"' in device.moved[-1]
