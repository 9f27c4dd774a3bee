"""A device's own coordinate spaces, mapped to degrees and magnification. Nobody else knows them."""

from dataclasses import dataclass

from config.camera_device import Ptz
from ingest.onvif.problem import Code, DeviceProblem
from ingest.onvif.ptz import Auxiliary
from ingest.onvif.xml_reply import Node, number, whole

_SPACES = "http://www.onvif.org/ver10/tptz/"
_TOLERANCE = 0.05
"""Degrees beyond an end that count as the end: rounding, not intent."""


@dataclass(frozen=True, slots=True)
class Axis:
    """Two scales on a line: `low`, `high` in the device's space are `first`, `last` in degrees or magnification."""

    low: float
    high: float
    first: float
    last: float

    def to_device(self, value: float) -> float:
        share = (value - self.first) / (self.last - self.first)
        return self.low + share * (self.high - self.low)

    def from_device(self, value: float) -> float:
        share = (value - self.low) / (self.high - self.low)
        return self.first + share * (self.last - self.first)

    @property
    def sign(self) -> float:
        """-1 where the device counts the other way round."""
        return 1.0 if (self.last > self.first) == (self.high > self.low) else -1.0

    @property
    def ends(self) -> tuple[float, float]:
        return min(self.first, self.last), max(self.first, self.last)


@dataclass(frozen=True, slots=True)
class Rates:
    """Ends of a space of velocities or speeds: what is asked for is kept within them."""

    low: float
    high: float

    def velocity(self, share: float) -> float:
        """-1…1 of the fastest that way; 0 where it cannot go that way."""
        return share * (max(self.high, 0.0) if share > 0 else max(-self.low, 0.0))

    def speed(self, share: float) -> float:
        """0…1 of the way from the slowest to the fastest (PTZ 5.8: speeds have no direction)."""
        low = max(self.low, 0.0)
        return low + share * (max(self.high, low) - low)


def within(value: float, ends: tuple[float, float], what: str) -> float:
    """The value, moved onto an end it is beyond by rounding only. Raises DeviceProblem out_of_range."""
    if not ends[0] - _TOLERANCE <= value <= ends[1] + _TOLERANCE:
        raise DeviceProblem(Code.OUT_OF_RANGE, f"{what} {value:.2f}, possible {ends[0]:g} to {ends[1]:g}")
    return min(max(value, ends[0]), ends[1])


def turned_into(pan_deg: float, ends: tuple[float, float]) -> float:
    """The same direction as a pan within the ends, by whole turns. Raises DeviceProblem out_of_range."""
    for turns in (0, -1, 1, -2, 2):
        if ends[0] - _TOLERANCE <= pan_deg + 360 * turns <= ends[1] + _TOLERANCE:
            return within(pan_deg + 360 * turns, ends, "pan")
    return within(pan_deg, ends, "pan")


@dataclass(frozen=True, slots=True)
class PtzNode:
    """A PTZ node (PTZ 5.1): the spaces it moves in; a space is None where it cannot move so."""

    pan: Axis | None
    tilt: Axis | None
    zoom: Axis | None
    position_space: str
    """To be named in requests; "" for the generic one, which Hikvision refuses to see named."""
    translation: tuple[float, float] | None
    zoom_translation: float | None
    velocity: tuple[Rates, Rates] | None
    """Of pan and of tilt."""
    zoom_velocity: Rates | None
    speed: Rates
    """Of pan and tilt on the way to a place, and of zoom."""
    zoom_speed: Rates
    presets: int
    auxiliary: dict[tuple[Auxiliary, bool], str]
    """The device's command for (what, on)."""


def node_in(reply: Node, token: str, settings: Ptz) -> PtzNode:
    """The node `token` of a GetNodes reply, else its first. Raises DeviceProblem broken_reply when there is none."""
    nodes = reply.all("PTZNode")
    if not nodes:
        raise DeviceProblem(Code.BROKEN_REPLY, "no PTZ node")
    node = next((n for n in nodes if n.attribute("token") == token), nodes[0])
    spaces = node.at("SupportedPTZSpaces") or Node("", {})
    place, name = _space(spaces, "AbsolutePanTiltPositionSpace", "PanTiltSpaces/PositionGenericSpace")
    zoom, _ = _space(spaces, "AbsoluteZoomPositionSpace", "ZoomSpaces/PositionGenericSpace")
    step, _ = _space(spaces, "RelativePanTiltTranslationSpace", "PanTiltSpaces/TranslationGenericSpace")
    closer, _ = _space(spaces, "RelativeZoomTranslationSpace", "ZoomSpaces/TranslationGenericSpace")
    speed, _ = _space(spaces, "ContinuousPanTiltVelocitySpace", "PanTiltSpaces/VelocityGenericSpace")
    zooming, _ = _space(spaces, "ContinuousZoomVelocitySpace", "ZoomSpaces/VelocityGenericSpace")
    pace, _ = _space(spaces, "PanTiltSpeedSpace", "PanTiltSpaces/GenericSpeedSpace")
    zoom_pace, _ = _space(spaces, "ZoomSpeedSpace", "ZoomSpaces/ZoomGenericSpeedSpace")
    return PtzNode(
        pan=Axis(*_range(place, "XRange", (-1, 1)), *settings.pan_deg) if place else None,
        tilt=Axis(*_range(place, "YRange", (-1, 1)), *settings.tilt_deg) if place else None,
        zoom=Axis(*_range(zoom, "XRange", (0, 1)), *settings.zoom) if _has_length(zoom) else None,
        position_space=name,
        translation=(_top(step, "XRange"), _top(step, "YRange")) if step else None,
        zoom_translation=_top(closer, "XRange") if closer and _has_length(closer) else None,
        velocity=(_rates(speed, "XRange"), _rates(speed, "YRange")) if speed else None,
        zoom_velocity=_rates(zooming, "XRange") if _has_length(zooming) else None,
        speed=_rates(pace, "XRange", (0, 1)),
        zoom_speed=_rates(zoom_pace, "XRange", (0, 1)),
        presets=whole(node.said("MaximumNumberOfPresets"), 0, 100_000) or 0,
        auxiliary=_auxiliary(node),
    )


def _space(spaces: Node, kind: str, generic: str) -> tuple[Node | None, str]:
    """The generic space of a kind, else its first with the name it has to be asked by."""
    found = spaces.all(kind)
    for space in found:
        if space.said("URI").strip() == _SPACES + generic:
            return space, ""
    return (found[0], found[0].said("URI")[:256]) if found else (None, "")


def _range(space: Node | None, name: str, usual: tuple[float, float]) -> tuple[float, float]:
    """Ends of a range; the usual ones where they are missing, equal or absurd."""
    low = number(space.said(name, "Min")) if space is not None else None
    high = number(space.said(name, "Max")) if space is not None else None
    if low is None or high is None or not 1e-6 < high - low < 1e6:
        return usual
    return low, high


def _has_length(space: Node | None) -> bool:
    """A camera without zoom may list a zoom space all the same, both ends alike (yi-hack-Allwinner-v2 #767)."""
    if space is None:
        return False
    low, high = number(space.said("XRange", "Min")), number(space.said("XRange", "Max"))
    return low is None or low != high


def _rates(space: Node | None, name: str, usual: tuple[float, float] = (-1, 1)) -> Rates:
    return Rates(*_range(space, name, usual))


def _top(space: Node, name: str) -> float:
    return max(abs(end) for end in _range(space, name, (-1, 1)))


def _auxiliary(node: Node) -> dict[tuple[Auxiliary, bool], str]:
    """Commands such as `tt:Wiper|On` (PTZ 5.6); the spelling sent back is the device's own."""
    offered = [command.text[:64] for command in node.all("AuxiliaryCommands")[:64]]
    words: dict[Auxiliary, tuple[str, ...]] = {"wiper": ("wiper",), "light": ("whitelight", "light", "irlamp")}
    found: dict[tuple[Auxiliary, bool], str] = {}
    for what, names in words.items():
        for name in names:
            for command in offered:
                device, _, state = command.lower().removeprefix("tt:").partition("|")
                if device == name and state in ("on", "off"):
                    found.setdefault((what, state == "on"), command)
    return found
