"""The coordinate spaces of a dome (ONVIF PTZ section 5.8): between the device's own numbers and degrees, and as XML."""

import math
from dataclasses import dataclass
from xml.etree import ElementTree

from sim.domes.dome import Aim, Dome
from sim.onvif.brand import Quirk, Range
from sim.onvif.device import Device
from sim.onvif.soap import find, invalid, leaf, tag

_BASE = "http://www.onvif.org/ver10/tptz"
PAN_TILT_POSITION = f"{_BASE}/PanTiltSpaces/PositionGenericSpace"
PAN_TILT_DEGREES = f"{_BASE}/PanTiltSpaces/SphericalPositionSpaceDegrees"
PAN_TILT_TRANSLATION = f"{_BASE}/PanTiltSpaces/TranslationGenericSpace"
PAN_TILT_FOV = f"{_BASE}/PanTiltSpaces/TranslationSpaceFov"
PAN_TILT_VELOCITY = f"{_BASE}/PanTiltSpaces/VelocityGenericSpace"
PAN_TILT_SPEED = f"{_BASE}/PanTiltSpaces/GenericSpeedSpace"
ZOOM_POSITION = f"{_BASE}/ZoomSpaces/PositionGenericSpace"
ZOOM_TRANSLATION = f"{_BASE}/ZoomSpaces/TranslationGenericSpace"
ZOOM_VELOCITY = f"{_BASE}/ZoomSpaces/VelocityGenericSpace"
ZOOM_SPEED = f"{_BASE}/ZoomSpaces/ZoomGenericSpeedSpace"
CONFIGURATION = "PTZToken"


@dataclass(frozen=True, slots=True)
class Vector:
    """A PTZVector or PTZSpeed as it was sent; None where a part is missing."""

    pan_tilt: tuple[float, float] | None
    pan_tilt_space: str
    zoom: float | None


def read_vector(element: ElementTree.Element | None) -> Vector:
    """Raises SoapFault for what is no number."""
    pan_tilt = find(element, "PanTilt") if element is not None else None
    zoom = find(element, "Zoom") if element is not None else None
    turn = (_number(pan_tilt, "x"), _number(pan_tilt, "y")) if pan_tilt is not None else None
    space = pan_tilt.get("space", "") if pan_tilt is not None else ""
    return Vector(turn, space, _number(zoom, "x") if zoom is not None else None)


def _number(element: ElementTree.Element, name: str) -> float:
    try:
        number = float(element.get(name, ""))
    except ValueError:
        raise invalid(f"{name} is not a number", "InvalidVelocity") from None
    if not math.isfinite(number):
        raise invalid(f"{name} is not a number", "InvalidVelocity")
    return number


class DomeSpaces:
    """Between one device's position spaces and its dome."""

    def __init__(self, device: Device, dome: Dome) -> None:
        self._spaces = device.brand.spaces
        self._limits = dome.limits
        self._pan = (dome.limits.pan.low, dome.limits.pan.high)
        self._tilt = (dome.limits.tilt.low, dome.limits.tilt.high)
        self._zoom = (dome.limits.widest, dome.limits.narrowest)

    def position(self, aim: Aim) -> tuple[float, float, float]:
        """x, y and zoom in the generic spaces, in the device's steps."""
        spaces = self._spaces
        return (
            _stepped(_mapped(aim.pan_deg, self._pan, spaces.pan), spaces.pan_step),
            _stepped(_mapped(aim.tilt_deg, self._tilt, spaces.tilt), spaces.tilt_step),
            _stepped(_mapped(aim.zoom, self._zoom, spaces.zoom), spaces.zoom_step),
        )

    def pan_tilt(self, x: float, y: float, space: str) -> tuple[float, float]:
        """Degrees of an absolute position. Raises SoapFault for another space or what lies outside."""
        if space == PAN_TILT_DEGREES and self._spaces.degrees:
            pan, tilt = round(x, 2), round(y, 2)
            if not (-360 <= pan <= 360 and self._tilt[0] <= tilt <= self._tilt[1]):
                raise invalid("the position is out of bounds", "InvalidPosition")
            return pan, tilt
        if space not in ("", PAN_TILT_POSITION):
            raise invalid("the space is not supported", "SpaceNotSupported")
        _inside(x, self._spaces.pan)
        _inside(y, self._spaces.tilt)
        return (
            _mapped(_stepped(x, self._spaces.pan_step), self._spaces.pan, self._pan),
            _mapped(_stepped(y, self._spaces.tilt_step), self._spaces.tilt, self._tilt),
        )

    def zoom(self, x: float) -> float:
        _inside(x, self._spaces.zoom)
        return _mapped(_stepped(x, self._spaces.zoom_step), self._spaces.zoom, self._zoom)

    def translation(self, x: float, y: float, space: str, aim: Aim) -> tuple[float, float]:
        """Degrees to turn by. A translation of the whole space is a turn of the whole range."""
        if space == PAN_TILT_FOV and self._spaces.fov:
            half = math.radians(self._limits.hfov_deg(aim.zoom)) / 2
            across = math.degrees(math.atan(x * math.tan(half)))
            # Turning about the vertical moves the picture less the farther it looks up or down.
            pan = across / max(math.cos(math.radians(aim.tilt_deg)), 0.05)
            return pan, math.degrees(math.atan(y * math.tan(half) * 9 / 16))
        if space not in ("", PAN_TILT_TRANSLATION):
            raise invalid("the space is not supported", "SpaceNotSupported")
        widths = [(ends[1] - ends[0]) for ends in (self._spaces.pan, self._spaces.tilt)]
        for value, width in ((x, widths[0]), (y, widths[1])):
            _inside(value, (-width, width))
        return x * (self._pan[1] - self._pan[0]) / widths[0], y * (self._tilt[1] - self._tilt[0]) / widths[1]


def _inside(value: float, ends: Range) -> None:
    if not min(ends) - 1e-6 <= value <= max(ends) + 1e-6:
        raise invalid("the position is out of bounds", "InvalidPosition")


def _mapped(value: float, source: Range, target: Range) -> float:
    return target[0] + (value - source[0]) / (source[1] - source[0]) * (target[1] - target[0])


def _stepped(value: float, step: float) -> float:
    return round(round(value / step) * step, 6)


def spaces_xml(name: str, device: Device) -> str:
    """A PTZSpaces element."""
    own = device.brand.spaces
    degrees = _space2("tt:AbsolutePanTiltPositionSpace", PAN_TILT_DEGREES, (-180, 180), (-90, 90))
    absolute = [] if device.has(Quirk.NO_POSITION) else [
        _space2("tt:AbsolutePanTiltPositionSpace", PAN_TILT_POSITION, own.pan, own.tilt),
        *([degrees] if own.degrees else []),
        _space1("tt:AbsoluteZoomPositionSpace", ZOOM_POSITION, own.zoom),
    ]  # fmt: skip
    fov = [_space2("tt:RelativePanTiltTranslationSpace", PAN_TILT_FOV, (-1, 1), (-1, 1))] if own.fov else []
    return tag(
        name,
        *absolute,
        _space2("tt:RelativePanTiltTranslationSpace", PAN_TILT_TRANSLATION, own.pan, own.tilt),
        *fov,
        _space1("tt:RelativeZoomTranslationSpace", ZOOM_TRANSLATION, (-1, 1)),
        _space2("tt:ContinuousPanTiltVelocitySpace", PAN_TILT_VELOCITY, (-1, 1), (-1, 1)),
        _space1("tt:ContinuousZoomVelocitySpace", ZOOM_VELOCITY, (-1, 1)),
        _space1("tt:PanTiltSpeedSpace", PAN_TILT_SPEED, (0, 1)),
        _space1("tt:ZoomSpeedSpace", ZOOM_SPEED, (0, 1)),
    )


def _ends(name: str, ends: Range) -> str:
    return tag(name, leaf("tt:Min", float(ends[0])), leaf("tt:Max", float(ends[1])))


def _space2(name: str, uri: str, x: Range, y: Range) -> str:
    return tag(name, leaf("tt:URI", uri), _ends("tt:XRange", x), _ends("tt:YRange", y))


def _space1(name: str, uri: str, x: Range) -> str:
    return tag(name, leaf("tt:URI", uri), _ends("tt:XRange", x))


def configuration(name: str, device: Device) -> str:
    """A PTZConfiguration element."""
    own = device.brand.spaces
    absolute = [] if device.has(Quirk.NO_POSITION) else [
        leaf("tt:DefaultAbsolutePantTiltPositionSpace", PAN_TILT_POSITION),
        leaf("tt:DefaultAbsoluteZoomPositionSpace", ZOOM_POSITION),
    ]  # fmt: skip
    speed = tag("tt:DefaultPTZSpeed", tag("tt:PanTilt", x=1, y=1, space=PAN_TILT_SPEED),
                tag("tt:Zoom", x=1, space=ZOOM_SPEED))  # fmt: skip
    limits = [] if device.has(Quirk.NO_POSITION) else [
        tag("tt:PanTiltLimits", _space2("tt:Range", PAN_TILT_POSITION, own.pan, own.tilt)),
        tag("tt:ZoomLimits", _space1("tt:Range", ZOOM_POSITION, own.zoom)),
    ]  # fmt: skip
    return tag(
        name,
        leaf("tt:Name", "PTZ"), leaf("tt:UseCount", len(device.settings.streams)),
        leaf("tt:NodeToken", device.brand.ptz_token),
        *absolute,
        leaf("tt:DefaultRelativePanTiltTranslationSpace", PAN_TILT_TRANSLATION),
        leaf("tt:DefaultRelativeZoomTranslationSpace", ZOOM_TRANSLATION),
        leaf("tt:DefaultContinuousPanTiltVelocitySpace", PAN_TILT_VELOCITY),
        leaf("tt:DefaultContinuousZoomVelocitySpace", ZOOM_VELOCITY),
        speed,
        leaf("tt:DefaultPTZTimeout", "PT5S"),
        *limits,
        token=CONFIGURATION,
    )  # fmt: skip
