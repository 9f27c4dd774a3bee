"""The imaging service (ONVIF Imaging 16.12): focus and iris of a dome; the rest is only remembered."""

from xml.etree import ElementTree

from sim.domes.dome import Dome
from sim.onvif.device import Device
from sim.onvif.media_service import SOURCE
from sim.onvif.service import Origin, Service, operation
from sim.onvif.soap import Call, find, invalid, leaf, tag

_NEAR, _FAR = 0.0, 1.0


class ImagingService(Service):
    prefix = "timg"

    def __init__(self, device: Device, dome: Dome) -> None:
        super().__init__(device)
        self._switches = dome.switches

    @operation("GetImagingSettings")
    def _settings(self, call: Call, _origin: Origin) -> str:
        self._check_source(call)
        switches = self._switches
        mode = "AUTO" if switches.autofocus else "MANUAL"
        return tag(
            "timg:ImagingSettings",
            leaf("tt:Brightness", switches.brightness), leaf("tt:ColorSaturation", 50.0), leaf("tt:Contrast", 50.0),
            tag("tt:Exposure", leaf("tt:Mode", "AUTO"), leaf("tt:Iris", switches.iris)),
            tag("tt:Focus", leaf("tt:AutoFocusMode", mode), leaf("tt:DefaultSpeed", 1.0)),
            leaf("tt:IrCutFilter", "AUTO"), leaf("tt:Sharpness", 50.0),
        )  # fmt: skip

    @operation("SetImagingSettings")
    def _set(self, call: Call, _origin: Origin) -> str:
        self._check_source(call)
        settings = call.child("ImagingSettings")
        if settings is None:
            raise invalid("ImagingSettings is missing", "SettingsInvalid")
        mode, iris = find(settings, "Focus", "AutoFocusMode"), find(settings, "Exposure", "Iris")
        brightness = find(settings, "Brightness")
        if mode is not None:
            self._switches.autofocus = (mode.text or "").strip() == "AUTO"
        if iris is not None:
            self._switches.iris = _within(iris, 0.0, 1.0)
        if brightness is not None:
            self._switches.brightness = _within(brightness, 0.0, 100.0)
        return ""

    @operation("GetOptions")
    def _options(self, call: Call, _origin: Origin) -> str:
        self._check_source(call)
        speed = _range("tt:DefaultSpeed", 1.0, 1.0)
        modes = leaf("tt:AutoFocusModes", "AUTO") + leaf("tt:AutoFocusModes", "MANUAL")
        return tag(
            "timg:ImagingOptions",
            _range("tt:Brightness", 0.0, 100.0),
            tag("tt:Exposure", leaf("tt:Mode", "AUTO"), leaf("tt:Mode", "MANUAL"), _range("tt:Iris", 0.0, 1.0)),
            tag("tt:Focus", modes, speed),
        )

    @operation("GetMoveOptions")
    def _move_options(self, call: Call, _origin: Origin) -> str:
        self._check_source(call)
        return tag(
            "timg:MoveOptions",
            tag("tt:Absolute", _range("tt:Position", _NEAR, _FAR), _range("tt:Speed", 0.0, 1.0)),
            tag("tt:Relative", _range("tt:Distance", -1.0, 1.0)),
            tag("tt:Continuous", _range("tt:Speed", -1.0, 1.0)),
        )

    @operation("Move")
    def _move(self, call: Call, _origin: Origin) -> str:
        self._check_source(call)
        focus = call.child("Focus")
        if focus is None:
            raise invalid("Focus is missing", "SettingsInvalid")
        position, distance = find(focus, "Absolute", "Position"), find(focus, "Relative", "Distance")
        speed = find(focus, "Continuous", "Speed")
        if position is not None:
            self._switches.focus = _within(position, _NEAR, _FAR)
        elif distance is not None:
            self._turn_focus(_within(distance, -1.0, 1.0))
        elif speed is not None:
            # It goes a step and stands: nothing of the simulation looks at how fast a lens focuses.
            self._turn_focus(_within(speed, -1.0, 1.0) * 0.1)
        else:
            raise invalid("no way to move is named", "SettingsInvalid")
        self._switches.autofocus = False
        return ""

    def _turn_focus(self, by: float) -> None:
        self._switches.focus = min(max(self._switches.focus + by, _NEAR), _FAR)

    @operation("Stop")
    def _stop(self, call: Call, _origin: Origin) -> str:
        self._check_source(call)
        return ""

    @operation("GetStatus")
    def _status(self, call: Call, _origin: Origin) -> str:
        self._check_source(call)
        focus = tag("tt:FocusStatus20", leaf("tt:Position", self._switches.focus), leaf("tt:MoveStatus", "IDLE"))
        return tag("timg:Status", focus)

    @operation("GetServiceCapabilities", open_to_all=True)
    def _capabilities(self, _call: Call, _origin: Origin) -> str:
        return tag("timg:Capabilities", ImageStabilization="false")

    def _check_source(self, call: Call) -> None:
        if call.text("VideoSourceToken") != SOURCE:
            raise invalid("there is no such video source", "NoSource")


def _range(name: str, low: float, high: float) -> str:
    return tag(name, leaf("tt:Min", low), leaf("tt:Max", high))


def _within(element: ElementTree.Element, low: float, high: float) -> float:
    try:
        number = float(element.text or "")
    except ValueError:
        raise invalid("not a number", "SettingsInvalid") from None
    if not low <= number <= high:
        raise invalid(f"must be between {low:g} and {high:g}", "SettingsInvalid")
    return number
