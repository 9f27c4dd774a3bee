"""Hikvision's own absolute moves, fine and coarse, over a real socket."""

import re

import pytest

from config.camera_device import Ptz
from ingest.onvif.device import Device
from ingest.onvif.driver import open_ptz
from ingest.onvif.problem import Code, DeviceProblem
from runtime.clock import SystemClock
from tests.onvif.brands import ACCOUNT, Hikvision
from tests.onvif.server import Answer, Asked, door, http, serving

SETTINGS = Ptz(driver="isapi", channel=3, pan_deg=(-180, 180), tilt_deg=(-90, 20), zoom=(1, 40))
OK = http("<ResponseStatus><statusCode>1</statusCode><statusString>OK</statusString></ResponseStatus>")


class Isapi(Hikvision):
    """`fine`: has absoluteEx. Holds azimuth, elevation (down positive) and zoom in degrees and magnification.

    A recorder: only its third channel turns. Speeds go to 160 degrees a second across and to the usual 100 down.
    """

    def __init__(self, *, fine: bool) -> None:
        super().__init__()
        self.fine = fine
        self.place = [350.0, 10.0, 4.0]
        self.body: str | None = None
        self.paces: list[list[str]] = []

    def answer(self, asked: Asked) -> Answer:
        if not asked.path.startswith("/ISAPI/"):
            return super().answer(asked)
        if not asked.path.startswith("/ISAPI/PTZCtrl/channels/3/"):
            return http("", 404)
        if asked.path.endswith("/absoluteEx/capabilities"):
            return http('<PTZAbsoluteEx><horizontalSpeed min="0.1" max="160"/><verticalSpeed/></PTZAbsoluteEx>')
        refused = self.permitted(asked)
        if refused is not None:
            return refused
        if self.body is not None:
            return http(self.body)
        name = asked.path.rsplit("/", 1)[1]
        if name == "absoluteEx" and not self.fine:
            return http("", 404)
        scale = 1 if name == "absoluteEx" else 10
        names = ("azimuth", "elevation", "absoluteZoom")
        if asked.method == "PUT":
            self.paces.append(re.findall("Speed>([0-9.]+)</", asked.body))
            self.place = [float(re.findall(rf"<{n}>([^<]+)<", asked.body)[0]) / scale for n in names]
            return OK
        values = [value if scale == 1 else int(value * scale) for value in self.place]
        inner = "".join(f"<{n}>{value}</{n}>" for n, value in zip(names, values, strict=True))
        wrapped = inner if scale == 1 else f"<AbsoluteHigh>{inner}</AbsoluteHigh>"
        return http(f'<?xml version="1.0"?><P xmlns="http://www.hikvision.com/ver20/XMLSchema">{wrapped}</P>')


@pytest.mark.parametrize("fine", [True, False], ids=["absoluteEx", "absolute"])
async def test_absolute_moves_in_degrees(fine: bool) -> None:
    device = Isapi(fine=fine)
    async with serving(device.answer) as served:
        opened = Device(served.url, ACCOUNT, door(), SystemClock())
        await opened.open()
        driver = await open_ptz(opened, SETTINGS, SystemClock())
        status = await driver.status()
        assert (status.pan_deg, status.tilt_deg, status.zoom) == (-10, -10, 4)
        await driver.absolute(-90.5, -45.2, 12.5, speed=0.3)
        assert device.place == [269.5, 45.2, 12.5]
        await driver.absolute(None, None, 99)
        assert device.paces == ([["48.00", "30.00"], ["160.00", "100.00"]] if fine else [[], []])
        assert device.place == [269.5, 45.2, 40]
        await driver.relative(100.5, 30)
        assert device.place == [10, 15.2, 40]
        status = await driver.status()
        assert (status.pan_deg, status.tilt_deg, status.moving) == (10, -15.2, True)
        await driver.continuous(1, 0, 0, 1)
        assert "ContinuousMove" in device.moved[-1]
        for body, code in (
            ("<P><azimuth>nan</azimuth></P>", Code.BROKEN_REPLY),
            ("<!DOCTYPE P><P/>", Code.FORBIDDEN_XML),
            ("<ResponseStatus><statusCode>4</statusCode><subStatusCode>notSupport</subStatusCode></ResponseStatus>",
             Code.NOT_SUPPORTED),
        ):  # fmt: skip
            device.body = body
            with pytest.raises(DeviceProblem) as caught:
                await driver.status()
            assert caught.value.code is code
        await opened.close()
