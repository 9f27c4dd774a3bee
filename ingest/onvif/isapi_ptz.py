"""Hikvision's own absolute moves (ISAPI) beside ONVIF for the rest.

ISAPI speaks degrees: `absoluteEx` with decimals, `absolute` and `status` in tenths; azimuth 0…360 clockwise, elevation
positive downwards, zoom as magnification. So `pan_deg`, `tilt_deg` and `zoom` of the configuration are limits here.
"""

from ingest.onvif.device import Device
from ingest.onvif.onvif_ptz import OnvifPtz
from ingest.onvif.problem import Code, DeviceProblem
from ingest.onvif.ptz import Auxiliary, Preset, PtzCapabilities, PtzStatus
from ingest.onvif.spaces import turned_into, within
from ingest.onvif.xml_reply import Node, number, read_xml
from runtime.clock import Clock

_PATH = "/ISAPI/PTZCtrl/channels"
_NAMESPACE = "http://www.hikvision.com/ver20/XMLSchema"
_TENTHS = 10.0
_USUAL_SPEED = 100.0


class IsapiPtz:
    """A `PtzDriver`. Made by `open_isapi_ptz`."""

    def __init__(
        self, device: Device, beside: OnvifPtz, clock: Clock, channel: int, fastest: tuple[float, float] | None
    ) -> None:
        """`fastest`: largest speeds of `absoluteEx`, None where there is only `absolute`."""
        self._device, self._beside, self._clock, self._fastest = device, beside, clock, fastest
        self._channel = channel

    @property
    def capabilities(self) -> PtzCapabilities:
        other = self._beside.capabilities
        return PtzCapabilities(
            absolute=True,
            relative=True,
            continuous=other.continuous,
            presets=other.presets,
            focus=other.focus,
            iris=other.iris,
            auxiliary=other.auxiliary,
            pan_deg=other.pan_deg,
            tilt_deg=other.tilt_deg,
            zoom=other.zoom,
        )

    async def status(self) -> PtzStatus:
        pan, tilt, zoom = await self._place()
        # ISAPI has no word for moving: only the position tells.
        moving = self._beside.judge.moving((pan, tilt, zoom), "", self._clock.monotonic())
        return PtzStatus(pan, tilt, zoom, moving)

    async def absolute(
        self, pan_deg: float | None, tilt_deg: float | None, zoom: float | None = None, speed: float | None = None
    ) -> None:
        limits = self.capabilities
        if (pan_deg is None) != (tilt_deg is None):
            raise DeviceProblem(Code.OUT_OF_RANGE, "pan and tilt go together")
        now = (0.0, 0.0, 1.0) if None not in (pan_deg, zoom) else await self._place()
        pan = turned_into(pan_deg if pan_deg is not None else now[0], limits.pan_deg)
        tilt = within(tilt_deg if tilt_deg is not None else now[1], limits.tilt_deg, "tilt")
        closer = min(max(zoom if zoom is not None else now[2], limits.zoom[0]), limits.zoom[1])
        self._beside.judge.commanded(self._clock.monotonic())
        await self._send(pan % 360.0, -tilt, closer, speed)

    async def relative(self, pan_deg: float, tilt_deg: float, zoom: float = 0.0, speed: float | None = None) -> None:
        pan, tilt, closer = await self._place()
        low, high = self.capabilities.tilt_deg
        await self.absolute(pan + pan_deg, min(max(tilt + tilt_deg, low), high), closer + zoom, speed)

    async def continuous(self, pan: float, tilt: float, zoom: float, timeout_s: float) -> None:
        await self._beside.continuous(pan, tilt, zoom, timeout_s)

    async def stop(self) -> None:
        await self._beside.stop()

    async def presets(self) -> list[Preset]:
        return await self._beside.presets()

    async def set_preset(self, name: str, token: str | None = None) -> str:
        return await self._beside.set_preset(name, token)

    async def goto_preset(self, token: str, speed: float | None = None) -> None:
        await self._beside.goto_preset(token, speed)

    async def remove_preset(self, token: str) -> None:
        await self._beside.remove_preset(token)

    async def focus(self, speed: float) -> None:
        await self._beside.focus(speed)

    async def autofocus(self, on: bool) -> None:
        await self._beside.autofocus(on)

    async def iris(self, opening: float) -> None:
        await self._beside.iris(opening)

    async def auxiliary(self, what: Auxiliary, on: bool) -> None:
        await self._beside.auxiliary(what, on)

    async def _place(self) -> tuple[float, float, float]:
        """Pan, tilt, zoom now. Raises DeviceProblem broken_reply where one is missing."""
        if self._fastest is not None:
            node, scale = await isapi(self._device, self._channel, "GET", "absoluteEx"), 1.0
        else:
            node, scale = await isapi(self._device, self._channel, "GET", "status"), _TENTHS
            node = node.at("AbsoluteHigh") or node
        found = [number(node.said(name)) for name in ("azimuth", "elevation", "absoluteZoom")]
        azimuth, elevation, zoom = found
        if (
            azimuth is None
            or elevation is None
            or zoom is None
            or not abs(azimuth) <= 3600
            or not abs(elevation) <= 3600
        ):
            raise DeviceProblem(Code.BROKEN_REPLY, "no position")
        if elevation / scale > 180:
            elevation -= 360 * scale  # below the horizon some firmware counts on from 360
        ends = self.capabilities.pan_deg
        pan = azimuth / scale
        inside = next((pan + turn for turn in (0.0, -360.0, 360.0) if ends[0] <= pan + turn <= ends[1]), pan)
        return inside, -elevation / scale, max(1.0, zoom / scale)

    async def _send(self, azimuth: float, elevation: float, zoom: float, speed: float | None) -> None:
        if self._fastest is not None:
            share = 1.0 if speed is None else min(1.0, speed)
            across, down = (max(0.1, share * most) for most in self._fastest)
            inner = (
                f"<elevation>{elevation:.2f}</elevation><azimuth>{azimuth:.2f}</azimuth>"
                f"<absoluteZoom>{zoom:.2f}</absoluteZoom>"
                f"<horizontalSpeed>{across:.2f}</horizontalSpeed><verticalSpeed>{down:.2f}</verticalSpeed>"
                "<zoomType>absoluteZoom</zoomType>"
            )
            await isapi(self._device, self._channel, "PUT", "absoluteEx", _document("PTZAbsoluteEx", inner))
            return
        inner = (
            f"<AbsoluteHigh><elevation>{round(elevation * _TENTHS)}</elevation>"
            f"<azimuth>{round(azimuth * _TENTHS) % 3600}</azimuth>"
            f"<absoluteZoom>{round(zoom * _TENTHS)}</absoluteZoom></AbsoluteHigh>"
        )
        await isapi(self._device, self._channel, "PUT", "absolute", _document("PTZData", inner))


async def open_isapi_ptz(device: Device, beside: OnvifPtz, clock: Clock, channel: int = 1) -> IsapiPtz:
    """Asks whether `absoluteEx` is there, else uses `absolute`. `channel`: of a recorder or a camera of several
    pictures. Raises DeviceProblem."""
    try:
        await isapi(device, channel, "GET", "absoluteEx")
    except DeviceProblem as problem:
        if problem.code is not Code.NOT_SUPPORTED:
            raise
        await isapi(device, channel, "GET", "status")
        return IsapiPtz(device, beside, clock, channel, None)
    return IsapiPtz(device, beside, clock, channel, await _fastest(device, channel))


async def _fastest(device: Device, channel: int) -> tuple[float, float]:
    """Largest horizontal and vertical speed; the usual 100 where the device does not say."""
    try:
        node = await isapi(device, channel, "GET", "absoluteEx/capabilities")
    except DeviceProblem as problem:
        if problem.code not in (Code.NOT_SUPPORTED, Code.FAULT, Code.BROKEN_REPLY, Code.BROKEN_XML):
            raise
        node = Node("", {})
    said = [node.at(name) or Node("", {}) for name in ("horizontalSpeed", "verticalSpeed")]
    most = [number(speed.attribute("max")) for speed in said]
    across, down = (value if value is not None and 0.1 <= value <= 1000 else _USUAL_SPEED for value in most)
    return across, down


async def isapi(device: Device, channel: int, method: str, name: str, body: str = "") -> Node:
    """One ISAPI exchange under a PTZ channel, by HTTP Digest. Raises DeviceProblem."""
    path = f"{_PATH}/{channel}/{name}"
    reply = await device.soap.http(method, path, body.encode(), "application/xml", fresh=method == "PUT")
    if reply.status in (404, 405, 501):
        raise DeviceProblem(Code.NOT_SUPPORTED, f"ISAPI {name}")
    if reply.status == 200 and method == "PUT" and not reply.body.strip():
        return Node("", {})
    if not reply.body.strip():
        raise DeviceProblem(Code.BROKEN_REPLY, f"HTTP {reply.status} without content")
    node = read_xml(reply.body)
    said = node.said("subStatusCode") or node.said("statusString")
    if reply.status != 200 or (node.name == "ResponseStatus" and node.said("statusCode") not in ("", "1")):
        code = Code.NOT_SUPPORTED if "notsupport" in said.lower().replace(" ", "") else Code.FAULT
        raise DeviceProblem(Code.NOT_AUTHORIZED if reply.status == 403 else code, said or f"HTTP {reply.status}")
    return node


def _document(name: str, inner: str) -> str:
    return f'<?xml version="1.0" encoding="UTF-8"?><{name} version="2.0" xmlns="{_NAMESPACE}">{inner}</{name}>'
