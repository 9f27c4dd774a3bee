"""Turning a dome by ONVIF PTZ, by whichever of absolute, relative and continuous moves it has."""

import datetime
import math
from collections.abc import Iterable
from typing import Any

from config.camera_device import Ptz
from ingest.onvif import imaging
from ingest.onvif.device import Device
from ingest.onvif.problem import Code, DeviceProblem, printable
from ingest.onvif.profiles import LONGEST_TOKEN, VideoProfile
from ingest.onvif.ptz import Auxiliary, MotionJudge, Preset, PtzCapabilities, PtzStatus
from ingest.onvif.spaces import Axis, PtzNode, node_in, turned_into, within
from ingest.onvif.xml_reply import Node, number
from runtime.clock import Clock

MAX_PRESETS = 512
LONGEST_MOVE_S = 10


class OnvifPtz:
    """A `PtzDriver`. Made by `open_onvif_ptz`."""

    def __init__(
        self,
        device: Device,
        profile: VideoProfile,
        node: PtzNode,
        settings: Ptz,
        options: imaging.ImagingOptions,
        clock: Clock,
    ) -> None:
        self._device, self._profile, self._node = device, profile, node
        self._settings, self._options, self._clock = settings, options, clock
        self.judge = MotionJudge()
        self._told = True

    @property
    def capabilities(self) -> PtzCapabilities:
        node = self._node
        place = node.pan is not None and node.tilt is not None
        ordered = [(min(ends), max(ends)) for ends in (self._settings.pan_deg, self._settings.tilt_deg)]
        return PtzCapabilities(
            absolute=place,
            relative=node.translation is not None or (place and self._told),
            continuous=node.velocity is not None,
            presets=node.presets,
            focus=self._options.focus_speed is not None,
            iris=self._options.iris is not None,
            auxiliary=frozenset(what for what, _ in node.auxiliary),
            pan_deg=ordered[0],
            tilt_deg=ordered[1],
            zoom=self._settings.zoom,
        )

    async def status(self) -> PtzStatus:
        reply = await self._device.ask("ptz", "GetStatus", ProfileToken=self._profile.token)
        status = reply.at("PTZStatus") or reply
        pan, tilt, zoom = self._position(status.at("Position") or Node("", {}))
        place = tuple(value for value in (pan, tilt, zoom) if value is not None)
        words = {status.said("MoveStatus", part).upper() for part in ("PanTilt", "Zoom")}
        said = next((word for word in ("MOVING", "IDLE") if word in words), "")
        self._told = pan is not None and tilt is not None
        return PtzStatus(pan, tilt, zoom, self.judge.moving(place or None, said, self._clock.monotonic()))

    async def absolute(
        self, pan_deg: float | None, tilt_deg: float | None, zoom: float | None = None, speed: float | None = None
    ) -> None:
        node = self._node
        position: dict[str, Any] = {}
        if (pan_deg is None) != (tilt_deg is None):
            raise DeviceProblem(Code.OUT_OF_RANGE, "pan and tilt go together")
        if pan_deg is not None and tilt_deg is not None:
            if node.pan is None or node.tilt is None:
                raise DeviceProblem(Code.NOT_SUPPORTED, "absolute moves")
            pan = turned_into(pan_deg, node.pan.ends)
            tilt = within(tilt_deg, node.tilt.ends, "tilt")
            position["PanTilt"] = {"x": node.pan.to_device(pan), "y": node.tilt.to_device(tilt)}
            if node.position_space:
                position["PanTilt"]["space"] = node.position_space
        if zoom is not None and node.zoom is not None:
            low, high = node.zoom.ends
            position["Zoom"] = {"x": node.zoom.to_device(min(max(zoom, low), high))}
        if not position:
            raise DeviceProblem(Code.NOT_SUPPORTED, "absolute zoom")
        await self._move("AbsoluteMove", Position=position, **self._paced(position, speed))

    async def relative(self, pan_deg: float, tilt_deg: float, zoom: float = 0.0, speed: float | None = None) -> None:
        # Where it says where it is, the sum is exact; what a translation of 1 means differs from brand to brand.
        if self._node.pan is not None and self._told:
            now = await self.status()
            if now.pan_deg is not None and now.tilt_deg is not None:
                tilt_ends = self._node.tilt.ends if self._node.tilt is not None else (-90.0, 90.0)
                tilt = min(max(now.tilt_deg + tilt_deg, tilt_ends[0]), tilt_ends[1])
                closer = now.zoom + zoom if now.zoom is not None and zoom else None
                await self.absolute(now.pan_deg + pan_deg, tilt, closer, speed)
                return
        await self._translate(pan_deg, tilt_deg, zoom, speed)

    async def _translate(self, pan_deg: float, tilt_deg: float, zoom: float, speed: float | None) -> None:
        node, own = self._node, self._settings
        if node.translation is None:
            raise DeviceProblem(Code.NOT_SUPPORTED, "relative moves")
        shift: dict[str, Any] = {
            "PanTilt": {
                "x": _shift(pan_deg, node.pan, own.pan_deg, node.translation[0]),
                "y": _shift(tilt_deg, node.tilt, own.tilt_deg, node.translation[1]),
            }
        }
        if zoom and node.zoom_translation is not None:
            shift["Zoom"] = {"x": _share(zoom, own.zoom, node.zoom_translation) / 2}
        await self._move("RelativeMove", Translation=shift, **self._paced(shift, speed))

    async def continuous(self, pan: float, tilt: float, zoom: float, timeout_s: float) -> None:
        node, own = self._node, self._settings
        if node.velocity is None and node.zoom_velocity is None:
            raise DeviceProblem(Code.NOT_SUPPORTED, "continuous moves")
        velocity: dict[str, Any] = {}
        if node.velocity is not None:
            velocity["PanTilt"] = {
                "x": node.velocity[0].velocity(_unit(pan) * _way(own.pan_deg)),
                "y": node.velocity[1].velocity(_unit(tilt) * _way(own.tilt_deg)),
            }
        if node.zoom_velocity is not None:
            velocity["Zoom"] = {"x": node.zoom_velocity.velocity(_unit(zoom))}
        # Whole seconds: many devices read no fractions of a duration, and take 0 for no limit.
        seconds = min(max(math.ceil(timeout_s), 1), LONGEST_MOVE_S)
        await self._move("ContinuousMove", Velocity=velocity, Timeout=datetime.timedelta(seconds=seconds))

    async def stop(self) -> None:
        token = self._profile.token
        try:
            await self._device.ask_at_once("ptz", "Stop", ProfileToken=token, PanTilt=True, Zoom=True)
        except DeviceProblem as problem:
            if problem.code not in (Code.FAULT, Code.NOT_SUPPORTED, Code.BROKEN_REPLY, Code.BROKEN_XML):
                raise
            # Some Hikvision firmware answers Stop with InvalidArgVal; a move of no speed stops it as well.
            still: dict[str, Any] = {}
            if self._node.velocity is not None:
                still["PanTilt"] = {"x": 0, "y": 0}
            if self._node.zoom_velocity is not None:
                still["Zoom"] = {"x": 0}
            if not still:
                raise
            second = datetime.timedelta(seconds=1)
            await self._device.ask_at_once("ptz", "ContinuousMove", ProfileToken=token, Velocity=still, Timeout=second)

    async def presets(self) -> list[Preset]:
        reply = await self._device.ask("ptz", "GetPresets", ProfileToken=self._profile.token)
        found = []
        for node in reply.all("Preset")[:MAX_PRESETS]:
            token = node.attribute("token")
            if 0 < len(token) <= LONGEST_TOKEN and token.isprintable():
                place = self._position(node.at("PTZPosition") or Node("", {}))
                found.append(Preset(token, printable(node.said("Name"), 64) or token, *place))
        return found

    async def set_preset(self, name: str, token: str | None = None) -> str:
        named = {"PresetToken": token} if token is not None else {}
        reply = await self._device.ask(
            "ptz", "SetPreset", fresh=True, ProfileToken=self._profile.token, PresetName=name[:64], **named
        )
        given = reply.said("PresetToken") or token or ""
        if not 0 < len(given) <= LONGEST_TOKEN or not given.isprintable():
            raise DeviceProblem(Code.BROKEN_REPLY, "no token of the preset")
        return given

    async def goto_preset(self, token: str, speed: float | None = None) -> None:
        await self._move("GotoPreset", PresetToken=token, **self._paced(("PanTilt",), speed))

    async def remove_preset(self, token: str) -> None:
        await self._device.ask("ptz", "RemovePreset", ProfileToken=self._profile.token, PresetToken=token)

    async def focus(self, speed: float) -> None:
        await imaging.move_focus(self._device, self._profile.source, self._options, speed)

    async def autofocus(self, on: bool) -> None:
        if self._options.focus_speed is None:
            raise DeviceProblem(Code.NOT_SUPPORTED, "focus")
        await imaging.set_autofocus(self._device, self._profile.source, on)

    async def iris(self, opening: float) -> None:
        await imaging.set_iris(self._device, self._profile.source, self._options, opening)

    async def auxiliary(self, what: Auxiliary, on: bool) -> None:
        command = self._node.auxiliary.get((what, on))
        if command is None:
            raise DeviceProblem(Code.NOT_SUPPORTED, what)
        token = self._profile.token
        await self._device.ask("ptz", "SendAuxiliaryCommand", ProfileToken=token, AuxiliaryData=command)

    async def _move(self, name: str, **values: Any) -> None:
        self.judge.commanded(self._clock.monotonic())
        await self._device.ask("ptz", name, fresh=True, ProfileToken=self._profile.token, **values)

    def _paced(self, parts: Iterable[str], speed: float | None) -> dict[str, Any]:
        """`Speed` of the parts that move, within the device's speed spaces; nothing for the device's own."""
        if speed is None:
            return {}
        pace = max(0.0, _unit(speed))
        turn = self._node.speed.speed(pace)
        full = {"PanTilt": {"x": turn, "y": turn}, "Zoom": {"x": self._node.zoom_speed.speed(pace)}}
        return {"Speed": {part: full[part] for part in parts}}

    def _position(self, node: Node) -> tuple[float | None, float | None, float | None]:
        """Degrees and magnification of a Position; None for what is missing, empty or no number."""
        turn, zoom = node.at("PanTilt") or Node("", {}), node.at("Zoom") or Node("", {})
        x, y, z = number(turn.attribute("x")), number(turn.attribute("y")), number(zoom.attribute("x"))
        own = self._node
        return (
            own.pan.from_device(x) if own.pan is not None and x is not None else None,
            own.tilt.from_device(y) if own.tilt is not None and y is not None else None,
            own.zoom.from_device(z) if own.zoom is not None and z is not None else None,
        )


async def open_onvif_ptz(device: Device, settings: Ptz, clock: Clock) -> OnvifPtz:
    """The driver of an opened device. Raises DeviceProblem; not_supported when nothing of it turns."""
    profiles = await device.profiles()
    if settings.profile:
        profile = next((one for one in profiles if one.token == settings.profile), None)
    else:
        profile = next((one for one in profiles if one.ptz), None)
    if profile is None:
        raise DeviceProblem(Code.NOT_SUPPORTED, f"no profile {settings.profile}" if settings.profile else "PTZ")
    node = node_in(await device.ask("ptz", "GetNodes"), profile.ptz_node, settings)
    options = await imaging.imaging_options(device, profile.source)
    return OnvifPtz(device, profile, node, settings, options, clock)


def _unit(value: float) -> float:
    return max(-1.0, min(1.0, value)) if math.isfinite(value) else 0.0


def _way(ends: tuple[float, float]) -> float:
    return 1.0 if ends[1] > ends[0] else -1.0


def _shift(amount: float, axis: Axis | None, ends: tuple[float, float], largest: float) -> float:
    """Degrees as a translation: in the steps of the position space where it has one (PTZ 5.8.2.2), else half the range
    is the largest value."""
    if axis is not None:
        steps = amount * (axis.high - axis.low) / (axis.last - axis.first)
        return max(-largest, min(largest, steps))
    return _share(amount, ends, largest)


def _share(amount: float, ends: tuple[float, float], largest: float) -> float:
    return max(-1.0, min(1.0, 2 * amount / (ends[1] - ends[0]))) * largest
