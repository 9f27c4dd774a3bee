"""Hikvision's own interface for turning a dome, beside ONVIF: XML over HTTP with Digest.

Units as devices of the brand have them: elevation is positive downwards, azimuth runs from 0 to 360. `absoluteEx` is in
degrees and magnification, `status` and `absolute` in tenths of them, `continuous` in percent of the fastest.
"""

import math
from collections.abc import Callable
from xml.etree import ElementTree

from sim.domes.dome import Aim, Dome
from sim.onvif.device import Device
from sim.onvif.http import Request, Response
from sim.onvif.soap import find, leaf, local_name, tag

NAMESPACE = "http://www.hikvision.com/ver20/XMLSchema"
CHANNEL = "/ISAPI/PTZCtrl/channels/1"
_XML = "application/xml; charset=utf-8"


class _Refused(Exception):
    """The order cannot be followed: HTTP status, and the subStatusCode devices give."""

    def __init__(self, status: int, code: int, word: str, reason: str) -> None:
        super().__init__(reason)
        self.status, self.code, self.word, self.reason = status, code, word, reason


class Isapi:
    def __init__(self, device: Device, dome: Dome) -> None:
        self._device, self._dome = device, dome
        self._routes: dict[tuple[str, str], Callable[[Request], str]] = {
            ("GET", f"{CHANNEL}/absoluteEx"): self._absolute_ex,
            ("PUT", f"{CHANNEL}/absoluteEx"): self._go_ex,
            ("GET", f"{CHANNEL}/absoluteEx/capabilities"): self._capabilities_ex,
            ("GET", f"{CHANNEL}/status"): self._status,
            ("PUT", f"{CHANNEL}/absolute"): self._go,
            ("PUT", f"{CHANNEL}/continuous"): self._continuous,
            ("GET", "/ISAPI/System/deviceInfo"): self._information,
        }

    def answer(self, request: Request) -> Response:
        route = self._routes.get((request.method, request.path))
        try:
            if route is None:
                raise _Refused(403, 4, "notSupport", "Invalid Operation")
            text = route(request)
        except _Refused as refused:
            text = _outcome(request.path, refused.code, refused.reason, refused.word)
            return Response(_document(text), refused.status, _XML)
        return Response(_document(text), 200, _XML)

    def _absolute_ex(self, _request: Request) -> str:
        aim = self._dome.aim()
        return _root(
            "PTZAbsoluteEx",
            leaf("elevation", f"{-aim.tilt_deg:.3f}"), leaf("azimuth", f"{round(aim.pan_deg % 360, 3) % 360:.3f}"),
            leaf("absoluteZoom", f"{aim.zoom:.2f}"), leaf("focus", round(self._dome.switches.focus * 65535)),
            leaf("horizontalSpeed", "80.00"), leaf("verticalSpeed", "80.00"), leaf("zoomType", "absoluteZoom"),
        )  # fmt: skip

    def _capabilities_ex(self, _request: Request) -> str:
        limits, aim = self._dome.limits, self._dome.aim()
        return _root(
            "PTZAbsoluteEx",
            tag("elevation", f"{-aim.tilt_deg:.3f}", min=-limits.tilt.high, max=-limits.tilt.low),
            tag("azimuth", f"{aim.pan_deg % 360:.3f}", min=0, max=360),
            tag("absoluteZoom", f"{aim.zoom:.2f}", min=limits.widest, max=limits.narrowest),
            tag("horizontalSpeed", min=0.1, max=limits.pan.speed),
            tag("verticalSpeed", min=0.1, max=limits.tilt.speed),
        )

    def _go_ex(self, request: Request) -> str:
        order = _parsed(request, "PTZAbsoluteEx")
        limits = self._dome.limits
        elevation, azimuth = _number(order, "elevation"), _number(order, "azimuth")
        zoom, speeds = (
            _number(order, "absoluteZoom"),
            (_number(order, "horizontalSpeed"), _number(order, "verticalSpeed")),
        )
        self._turn(
            elevation, azimuth, zoom,
            (1.0 if speeds[0] is None else speeds[0] / limits.pan.speed,
             1.0 if speeds[1] is None else speeds[1] / limits.tilt.speed),
        )  # fmt: skip
        return _outcome(request.path)

    def _status(self, _request: Request) -> str:
        aim = self._dome.aim()
        tenths = [_tenths(-aim.tilt_deg), _tenths(aim.pan_deg % 360) % 3600, _tenths(aim.zoom)]
        names = ("elevation", "azimuth", "absoluteZoom")
        parts = [leaf(name, value) for name, value in zip(names, tenths, strict=True)]
        return _root("PTZStatus", tag("AbsoluteHigh", *parts))

    def _go(self, request: Request) -> str:
        high = find(_parsed(request, "PTZData"), "AbsoluteHigh")
        if high is None:
            raise _Refused(400, 6, "badXmlContent", "AbsoluteHigh is missing")
        tenths = [_number(high, name) for name in ("elevation", "azimuth", "absoluteZoom")]
        elevation, azimuth, zoom = (None if value is None else value / 10 for value in tenths)
        self._turn(elevation, azimuth, zoom, (1.0, 1.0))
        return _outcome(request.path)

    def _turn(
        self, elevation: float | None, azimuth: float | None, zoom: float | None, speed: tuple[float, float]
    ) -> None:
        limits = self._dome.limits
        inside = (
            (elevation is None or -limits.tilt.high <= elevation <= -limits.tilt.low)
            and (azimuth is None or 0 <= azimuth <= 360)
            and (zoom is None or limits.widest <= zoom <= limits.narrowest)
        )
        if not inside:
            raise _Refused(400, 6, "badParameters", "a value lies outside its range")
        self._moved("absoluteEx")
        self._dome.go_to(azimuth, None if elevation is None else -elevation, zoom, turn_speed=speed)

    def _continuous(self, request: Request) -> str:
        order = _parsed(request, "PTZData")
        pan, tilt, zoom = (_number(order, name) for name in ("pan", "tilt", "zoom"))
        if any(value is not None and abs(value) > 100 for value in (pan, tilt, zoom)):
            raise _Refused(400, 6, "badParameters", "a speed lies outside -100 to 100")
        self._moved("continuous")
        turn = None if pan is None and tilt is None else ((pan or 0.0) / 100, (tilt or 0.0) / 100)
        # There is no timeout: it goes on until told to stop, as the devices do.
        self._dome.turn_at(turn, None if zoom is None else zoom / 100, math.inf)
        return _outcome(request.path)

    def _information(self, _request: Request) -> str:
        brand = self._device.brand
        name = self._device.settings.name or "IP DOME"
        return _root("DeviceInfo", leaf("deviceName", name), leaf("model", brand.model),
                     leaf("serialNumber", self._device.serial), leaf("macAddress", self._device.mac),
                     leaf("firmwareVersion", brand.firmware))  # fmt: skip

    def _moved(self, command: str) -> None:
        self._device.moved = True
        self._dome.commands.append(command)
        del self._dome.commands[:-1000]


def position_of(dome: Dome) -> Aim:
    """What `absoluteEx` would tell, as an aim."""
    aim = dome.aim()
    return Aim(round(aim.pan_deg, 3), round(aim.tilt_deg, 3), round(aim.zoom, 2))


def _tenths(value: float) -> int:
    return round(value * 10)


def _root(name: str, *content: str) -> str:
    return tag(name, *content, version="2.0", xmlns=NAMESPACE)


def _document(text: str) -> bytes:
    return b'<?xml version="1.0" encoding="UTF-8"?>\n' + text.encode()


def _outcome(path: str, code: int = 1, status: str = "OK", word: str = "ok") -> str:
    return _root("ResponseStatus", leaf("requestURL", path), leaf("statusCode", code), leaf("statusString", status),
                 leaf("subStatusCode", word))  # fmt: skip


def _parsed(request: Request, name: str) -> ElementTree.Element:
    if b"<!DOCTYPE" in request.body:
        raise _Refused(400, 6, "badXmlFormat", "a document type is not taken")
    try:
        root = ElementTree.fromstring(request.body)
    except ElementTree.ParseError:
        raise _Refused(400, 5, "badXmlFormat", "Invalid XML Format") from None
    if local_name(root) != name:
        raise _Refused(400, 6, "badXmlContent", f"{name} is expected")
    return root


def _number(element: ElementTree.Element, name: str) -> float | None:
    found = find(element, name)
    if found is None:
        return None
    try:
        number = float(found.text or "")
    except ValueError:
        number = math.nan
    if not math.isfinite(number):
        raise _Refused(400, 6, "badParameters", f"{name} is not a number")
    return number
