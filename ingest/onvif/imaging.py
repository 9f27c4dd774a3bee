"""Focus and iris of a video source (ONVIF Imaging). What is not offered is not_supported."""

from dataclasses import dataclass
from typing import Any

from ingest.onvif.device import Device
from ingest.onvif.problem import Code, DeviceProblem
from ingest.onvif.xml_reply import Node, number


@dataclass(frozen=True, slots=True)
class ImagingOptions:
    """`focus_speed`: fastest value of Move; `iris`: its range. None where not offered."""

    focus_speed: float | None
    iris: tuple[float, float] | None


NOTHING = ImagingOptions(None, None)


async def imaging_options(device: Device, source: str) -> ImagingOptions:
    """What the source offers; nothing where the device has no imaging service or cannot say. Raises DeviceProblem."""
    if "imaging" not in device.services or not source:
        return NOTHING
    moves = await _or_none(device, "GetMoveOptions", source)
    options = await _or_none(device, "GetOptions", source)
    speed = moves.at("MoveOptions", "Continuous", "Speed") if moves is not None else None
    fastest = number(speed.said("Max")) if speed is not None else None
    iris = options.at("ImagingOptions", "Exposure", "Iris") if options is not None else None
    low, high = (number(iris.said("Min")), number(iris.said("Max"))) if iris is not None else (None, None)
    return ImagingOptions(
        focus_speed=fastest if fastest is not None and 0 < fastest < 1e6 else None,
        iris=(low, high) if low is not None and high is not None and -1e6 < low < high < 1e6 else None,
    )


async def _or_none(device: Device, name: str, source: str) -> Node | None:
    try:
        return await device.ask("imaging", name, VideoSourceToken=source)
    except DeviceProblem as problem:
        if problem.code in (Code.NOT_SUPPORTED, Code.FAULT, Code.BROKEN_REPLY, Code.NOT_ONVIF):
            return None
        raise


async def move_focus(device: Device, source: str, options: ImagingOptions, speed: float) -> None:
    """Imaging 5.3.1; 0 stops. Raises DeviceProblem."""
    if options.focus_speed is None:
        raise DeviceProblem(Code.NOT_SUPPORTED, "focus")
    if speed == 0:
        await device.ask_at_once("imaging", "Stop", VideoSourceToken=source)
        return
    pace = max(-1.0, min(1.0, speed)) * options.focus_speed
    await device.ask("imaging", "Move", fresh=True, VideoSourceToken=source, Focus={"Continuous": {"Speed": pace}})


async def set_autofocus(device: Device, source: str, on: bool) -> None:
    await _set(device, source, {"Focus": {"AutoFocusMode": "AUTO" if on else "MANUAL"}})


async def set_iris(device: Device, source: str, options: ImagingOptions, opening: float) -> None:
    """0 the device's least, 1 its most; ONVIF counts attenuation, so the most open is the low end."""
    if options.iris is None:
        raise DeviceProblem(Code.NOT_SUPPORTED, "iris")
    low, high = options.iris
    value = high + max(0.0, min(1.0, opening)) * (low - high)
    await _set(device, source, {"Exposure": {"Mode": "MANUAL", "Iris": value}})


async def _set(device: Device, source: str, settings: dict[str, Any]) -> None:
    # Elements left out stay as they are (Imaging 5.2.2).
    await device.ask("imaging", "SetImagingSettings", VideoSourceToken=source, ImagingSettings=settings)
