"""The PTZ service (ONVIF PTZ 17.12) on a simulated dome."""

import re
from datetime import UTC, datetime

from sim.domes.dome import MOST_PRESETS, Dome, Preset, PresetsFull
from sim.onvif.brand import Quirk
from sim.onvif.device import Device
from sim.onvif.ptz_spaces import (
    CONFIGURATION,
    PAN_TILT_POSITION,
    ZOOM_POSITION,
    DomeSpaces,
    Vector,
    configuration,
    read_vector,
    spaces_xml,
)
from sim.onvif.service import Origin, Service, operation
from sim.onvif.soap import Call, SoapFault, invalid, leaf, tag

_DURATION = re.compile(r"PT(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:\.\d+)?)S)?")
_LONG_NAME = 64
_FOREVER_SECONDS = 3600.0


class PtzService(Service):
    prefix = "tptz"

    def __init__(self, device: Device, dome: Dome) -> None:
        super().__init__(device)
        self._dome, self._spaces = dome, DomeSpaces(device, dome)

    @operation("GetNodes")
    def _nodes(self, _call: Call, _origin: Origin) -> str:
        return self._node_xml("tptz:PTZNode")

    @operation("GetNode")
    def _node(self, call: Call, _origin: Origin) -> str:
        if call.text("NodeToken") != self.device.brand.ptz_token:
            raise invalid("there is no such node", "NoEntity")
        return self._node_xml("tptz:PTZNode")

    def _node_xml(self, name: str) -> str:
        auxiliary = "".join(leaf("tt:AuxiliaryCommands", command) for command in self.device.brand.auxiliary)
        return tag(
            name, leaf("tt:Name", "PTZNODE"), spaces_xml("tt:SupportedPTZSpaces", self.device),
            leaf("tt:MaximumNumberOfPresets", MOST_PRESETS), leaf("tt:HomeSupported", True), auxiliary,
            token=self.device.brand.ptz_token, FixedHomePosition="false",
        )  # fmt: skip

    @operation("GetConfigurations")
    def _configurations(self, _call: Call, _origin: Origin) -> str:
        return configuration("tptz:PTZConfiguration", self.device)

    @operation("GetConfiguration")
    def _configuration(self, call: Call, _origin: Origin) -> str:
        self._check_configuration(call.text("PTZConfigurationToken"))
        return configuration("tptz:PTZConfiguration", self.device)

    @operation("GetConfigurationOptions")
    def _options(self, call: Call, _origin: Origin) -> str:
        self._check_configuration(call.text("ConfigurationToken"))
        longest = f"PT{self.device.brand.longest_timeout_s:g}S"
        timeout = tag("tt:PTZTimeout", leaf("tt:Min", "PT1S"), leaf("tt:Max", longest))
        return tag("tptz:PTZConfigurationOptions", spaces_xml("tt:Spaces", self.device), timeout)

    def _check_configuration(self, token: str) -> None:
        if token != CONFIGURATION:
            raise invalid("there is no such configuration", "NoConfig")

    @operation("GetStatus")
    def _status(self, call: Call, _origin: Origin) -> str:
        self._check_profile(call)
        parts = []
        if not self.device.has(Quirk.NO_POSITION):
            parts.append(self._position("tt:Position"))
        if not self.device.has(Quirk.NO_MOVE_STATUS):
            turning, zooming = self._moving()
            parts.append(tag("tt:MoveStatus", leaf("tt:PanTilt", turning), leaf("tt:Zoom", zooming)))
        at = datetime.fromtimestamp(self.device.now(), UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        return tag("tptz:PTZStatus", *parts, leaf("tt:UtcTime", at))

    def _moving(self) -> tuple[str, str]:
        if self.device.has(Quirk.STUCK_IDLE):
            return "IDLE", "IDLE"
        if self.device.has(Quirk.STUCK_MOVING) and self.device.moved:
            return "MOVING", "MOVING"
        turning, zooming = self._dome.moving()
        return "MOVING" if turning else "IDLE", "MOVING" if zooming else "IDLE"

    def _position(self, name: str, preset: Preset | None = None) -> str:
        x, y, zoom = self._spaces.position(self._dome.aim() if preset is None else preset.aim)
        turned = tag("tt:PanTilt", x=x, y=y, space=PAN_TILT_POSITION)
        if self.device.has(Quirk.EMPTY_POSITION):
            turned = tag("tt:PanTilt")
        return tag(name, turned, tag("tt:Zoom", x=zoom, space=ZOOM_POSITION))

    @operation("AbsoluteMove")
    def _absolute(self, call: Call, _origin: Origin) -> str:
        self._check_profile(call)
        if self.device.has(Quirk.NO_POSITION):
            raise SoapFault("AbsoluteMove is not supported", "ActionNotSupported", code="Receiver", status=500)
        wanted, speed = read_vector(call.child("Position")), read_vector(call.child("Speed"))
        pan, tilt = None, None
        if wanted.pan_tilt is not None:
            pan, tilt = self._spaces.pan_tilt(*wanted.pan_tilt, wanted.pan_tilt_space)
        zoom = self._spaces.zoom(wanted.zoom) if wanted.zoom is not None else None
        turn_speed, zoom_speed = _speeds(speed)
        self._moves("AbsoluteMove")
        self._dome.go_to(pan, tilt, zoom, turn_speed=turn_speed, zoom_speed=zoom_speed)
        return ""

    @operation("RelativeMove")
    def _relative(self, call: Call, _origin: Origin) -> str:
        self._check_profile(call)
        wanted = read_vector(call.child("Translation"))
        pan = tilt = 0.0
        if wanted.pan_tilt is not None:
            pan, tilt = self._spaces.translation(*wanted.pan_tilt, wanted.pan_tilt_space, self._dome.aim())
        self._moves("RelativeMove")
        self._dome.go_by(pan, tilt, wanted.zoom or 0.0)
        return ""

    @operation("ContinuousMove")
    def _continuous(self, call: Call, _origin: Origin) -> str:
        self._check_profile(call)
        wanted = read_vector(call.child("Velocity"))
        values = [*(wanted.pan_tilt or ()), *([] if wanted.zoom is None else [wanted.zoom])]
        if any(abs(value) > 1 + 1e-6 for value in values):
            raise invalid("the velocity is out of bounds", "InvalidVelocity")
        longest = self.device.brand.longest_timeout_s
        seconds = min(max(_seconds(call.text("Timeout", "PT5S")), 0.0), longest)
        if self.device.has(Quirk.TIMEOUT_IGNORED):
            seconds = _FOREVER_SECONDS
        turn = wanted.pan_tilt
        if turn is not None and self.device.has(Quirk.SLOWS_WITH_ZOOM):
            limits = self._dome.limits
            slower = limits.hfov_deg(self._dome.aim().zoom) / limits.wide_hfov_deg
            turn = turn[0] * slower, turn[1] * slower
        self._moves("ContinuousMove")
        self._dome.turn_at(turn, wanted.zoom, seconds)
        return ""

    @operation("Stop")
    def _stop(self, call: Call, _origin: Origin) -> str:
        self._check_profile(call)
        self._moves("Stop")
        self._dome.stop(call.text("PanTilt", "true") in ("true", "1"), call.text("Zoom", "true") in ("true", "1"))
        return ""

    @operation("GetPresets")
    def _presets(self, call: Call, _origin: Origin) -> str:
        self._check_profile(call)
        named = not self.device.has(Quirk.PRESET_NAMES_LOST)
        return "".join(
            tag(
                "tptz:Preset",
                *([leaf("tt:Name", preset.name)] if named else []),
                *([] if self.device.has(Quirk.NO_POSITION) else [self._position("tt:PTZPosition", preset)]),
                token=token,
            )
            for token, preset in self._dome.presets.items()
        )

    @operation("SetPreset")
    def _set_preset(self, call: Call, _origin: Origin) -> str:
        self._check_profile(call)
        token = call.text("PresetToken", "") or None
        if token is not None and token not in self._dome.presets:
            raise invalid("there is no such preset", "NoToken")
        known = self._dome.presets[token].name if token is not None else f"Preset {len(self._dome.presets) + 1}"
        name = call.text("PresetName", "") or known
        if len(name) > _LONG_NAME:
            raise invalid("the name is too long", "InvalidPresetName")
        try:
            return leaf("tptz:PresetToken", self._dome.set_preset(name, token))
        except PresetsFull as full:
            raise SoapFault(str(full), "Action", "TooManyPresets", code="Receiver", status=500) from full

    @operation("GotoPreset")
    def _goto_preset(self, call: Call, _origin: Origin) -> str:
        self._check_profile(call)
        aim = self._preset(call).aim
        turn_speed, zoom_speed = _speeds(read_vector(call.child("Speed")))
        self._moves("GotoPreset")
        self._dome.go_to(aim.pan_deg, aim.tilt_deg, aim.zoom, turn_speed=turn_speed, zoom_speed=zoom_speed)
        return ""

    @operation("RemovePreset")
    def _remove_preset(self, call: Call, _origin: Origin) -> str:
        self._check_profile(call)
        self._preset(call)
        del self._dome.presets[call.text("PresetToken")]
        return ""

    def _preset(self, call: Call) -> Preset:
        preset = self._dome.presets.get(call.text("PresetToken"))
        if preset is None:
            raise invalid("there is no such preset", "NoToken")
        return preset

    @operation("GotoHomePosition")
    def _go_home(self, call: Call, _origin: Origin) -> str:
        self._check_profile(call)
        home = self._dome.home
        self._moves("GotoHomePosition")
        self._dome.go_to(home.pan_deg, home.tilt_deg, home.zoom)
        return ""

    @operation("SetHomePosition")
    def _set_home(self, call: Call, _origin: Origin) -> str:
        self._check_profile(call)
        self._dome.home = self._dome.aim()
        return ""

    @operation("SendAuxiliaryCommand")
    def _auxiliary(self, call: Call, _origin: Origin) -> str:
        self._check_profile(call)
        command = call.text("AuxiliaryData")
        if command not in self.device.brand.auxiliary:
            raise invalid("there is no such auxiliary command", "NoEntity")
        switched = command.endswith("|On")
        if "Wiper" in command:
            self._dome.switches.wiper = switched
        else:
            self._dome.switches.light = switched
        return leaf("tptz:AuxiliaryResponse", command)

    @operation("GetServiceCapabilities", open_to_all=True)
    def _capabilities(self, _call: Call, _origin: Origin) -> str:
        told = {"MoveStatus": not self.device.has(Quirk.NO_MOVE_STATUS),
                "StatusPosition": not self.device.has(Quirk.NO_POSITION)}  # fmt: skip
        return tag("tptz:Capabilities", EFlip="false", Reverse="false", GetCompatibleConfigurations="false",
                   **{name: str(value).lower() for name, value in told.items()})  # fmt: skip

    def _check_profile(self, call: Call) -> None:
        if self.device.profile_index(call.text("ProfileToken")) is None:
            raise invalid("there is no such profile", "NoProfile")

    def _moves(self, command: str) -> None:
        self.device.moved = True
        self._dome.commands.append(command)
        del self._dome.commands[:-1000]


def _speeds(speed: Vector) -> tuple[tuple[float, float], float]:
    turn = (1.0, 1.0) if speed.pan_tilt is None else (abs(speed.pan_tilt[0]), abs(speed.pan_tilt[1]))
    return turn, 1.0 if speed.zoom is None else abs(speed.zoom)


def _seconds(text: str) -> float:
    """Of an XML Schema duration without days. Raises SoapFault."""
    found = _DURATION.fullmatch(text)
    if found is None or not any(found.groups()):
        raise invalid("the timeout is not a duration", "TimeoutNotSupported")
    hours, minutes, seconds = (float(part or 0) for part in found.groups())
    return hours * 3600 + minutes * 60 + seconds
