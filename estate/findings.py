"""What is wrong with a camera that was looked at, in the words of whoever has to mend it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

from estate.watching import Outcome, Watched
from ingest.onvif.device_clock import zone_error
from ingest.onvif.probe import Probed, StreamFound
from ingest.onvif.profiles import LARGEST_SUB_PIXELS, VideoProfile

LONG_GOP_SECONDS = 4.0
CLOCK_DRIFT_SECONDS = 5.0
"""Beyond this, pictures' own time stamps and evidence contradict each other; WS-Security tokens fail at some 60 s."""

ZONE_DRIFT_SECONDS = 90.0
"""An offset that is so near to whole half hours is a zone, not a clock that nobody set."""


class Finding(StrEnum):
    """Codes are part of the interface."""

    NO_PASSWORD = "no_password"
    UNREACHABLE = "unreachable"
    UNAUTHORISED = "unauthorised"
    UNSUPPORTED = "unsupported"
    REFUSED = "refused"
    SILENT = "silent"
    GOP_LONG = "gop_long"
    GOP_UNEVEN = "gop_uneven"
    SUB_LARGE = "sub_large"
    SUB_H265 = "sub_h265"
    SWAPPED = "swapped"
    MAIN_NOT_LARGER = "main_not_larger"
    DIFFERS = "differs"
    DEVICE = "device"
    CLOCK_DRIFT = "clock_drift"
    CLOCK_ZONE = "clock_zone"
    NO_CLOCK = "no_clock"


_TEXTS: dict[Finding, tuple[Literal["error", "warning"], str, str]] = {
    Finding.NO_PASSWORD: ("error", "没有可用的密码：{0}", "no password: {0}"),
    Finding.UNREACHABLE: ("error", "{0}无法连接：{1}", "the {0} stream cannot be reached: {1}"),
    Finding.UNAUTHORISED: ("error", "{0}的账号或密码被拒绝：{1}", "the {0} stream refuses the account: {1}"),
    Finding.UNSUPPORTED: ("error", "{0}没有可用的视频：{1}", "the {0} stream has no video we can read: {1}"),
    Finding.REFUSED: ("error", "{0}被拒绝：{1}", "the {0} stream is refused: {1}"),
    Finding.SILENT: ("error", "{0}没有画面：{1}", "the {0} stream sends no picture: {1}"),
    Finding.GOP_LONG: (
        "warning",
        "{0}关键帧间隔 {1} 秒，超过 4 秒：关闭 H.264+/H.265+（智能编码），I 帧间隔设为 2 秒",
        "the {0} stream's key frames are {1} s apart: switch off H.264+/H.265+ (Smart Codec), set the I-frame "
        "interval to 2 s",
    ),
    Finding.GOP_UNEVEN: (
        "warning",
        "{0}关键帧间隔不均匀（{1} 秒）：关闭 H.264+/H.265+（智能编码）",
        "the {0} stream's key frames come unevenly ({1} s): switch off H.264+/H.265+ (Smart Codec)",
    ),
    Finding.SUB_LARGE: (
        "warning",
        "子码流为 {0}，偏大：设为 640×360 左右",
        "the sub stream is {0}, which is large for the wall: set it to about 640×360",
    ),
    Finding.SUB_H265: (
        "warning",
        "子码流为 H.265，部分浏览器需要转码：设为 H.264",
        "the sub stream is H.265, which some browsers need transcoded: set it to H.264",
    ),
    Finding.SWAPPED: (
        "warning",
        "子码流（{0}）大于主码流（{1}）：两个地址可能填反了",
        "the sub stream ({0}) is larger than the main stream ({1}): the two are probably exchanged",
    ),
    Finding.MAIN_NOT_LARGER: (
        "warning",
        "主码流与子码流相同（{0}）",
        "the main stream is no larger than the sub stream ({0})",
    ),
    Finding.DIFFERS: (
        "warning",
        "{0}实际为 {1}，设备上为 {2}（{3}）：cameras.yaml 中的地址可能不对",
        "the {0} stream sends {1}; the device's own is {2} at {3}: the address in cameras.yaml may be wrong",
    ),
    Finding.DEVICE: ("warning", "ONVIF：{0}", "ONVIF: {1}"),
    Finding.CLOCK_DRIFT: (
        "warning",
        "时钟偏差 {0} 秒：请设置 NTP",
        "its clock is off by {0} s: set up NTP",
    ),
    Finding.CLOCK_ZONE: (
        "warning",
        "时钟偏差 {0} 小时：时区或夏令时设置有误",
        "its clock is off by {0} h: its time zone or summer time is set wrong",
    ),
    Finding.NO_CLOCK: ("warning", "设备不告知时间", "the device does not tell its time"),
}
_STREAMS = {"sub": "子码流", "main": "主码流"}
_BY_OUTCOME: dict[Outcome, Finding] = {
    "unreachable": Finding.UNREACHABLE,
    "unauthorised": Finding.UNAUTHORISED,
    "unsupported": Finding.UNSUPPORTED,
    "refused": Finding.REFUSED,
    "silent": Finding.SILENT,
}


@dataclass(frozen=True, slots=True)
class Found:
    code: Finding
    level: Literal["error", "warning"]
    zh: str
    en: str


def found(code: Finding, zh: Sequence[str], en: Sequence[str] | None = None) -> Found:
    level, zh_text, en_text = _TEXTS[code]
    return Found(code, level, zh_text.format(*zh), en_text.format(*(zh if en is None else en)))


def findings_of(sub: Watched | None, main: Watched | None, device: Probed | None) -> list[Found]:
    """Everything, errors first."""
    listed = [one for stream in (sub, main) if stream is not None for one in _of_stream(stream)]
    listed += [*_of_pair(sub, main)]
    if device is not None:
        listed += [
            *_of_device(device),
            *_against_device(sub, device.sub, device),
            *_against_device(main, device.main, device),
        ]
    return sorted(listed, key=lambda one: one.level != "error")


def _of_stream(stream: Watched) -> Iterator[Found]:
    zh = _STREAMS[stream.profile]
    if stream.outcome != "plays":
        yield found(_BY_OUTCOME[stream.outcome], (zh, stream.error), (stream.profile, stream.error))
        return
    if stream.uneven:
        apart = f"{min(stream.apart):.1f}–{max(stream.apart):.1f}"
        yield found(Finding.GOP_UNEVEN, (zh, apart), (stream.profile, apart))
    elif stream.longest_gop > LONG_GOP_SECONDS:
        apart = f"{max(stream.apart):.1f}" if stream.gops else f"> {stream.longest_gop:.0f}"
        yield found(Finding.GOP_LONG, (zh, apart), (stream.profile, apart))
    if stream.profile == "sub" and stream.width * stream.height > LARGEST_SUB_PIXELS:
        yield found(Finding.SUB_LARGE, (size_of(stream),))
    if stream.profile == "sub" and stream.codec == "h265":
        yield found(Finding.SUB_H265, ())


def _of_pair(sub: Watched | None, main: Watched | None) -> Iterator[Found]:
    if sub is None or main is None or not (sub.width and main.width):
        return
    ours, theirs = sub.width * sub.height, main.width * main.height
    if ours > theirs:
        yield found(Finding.SWAPPED, (size_of(sub), size_of(main)))
    elif ours == theirs:
        yield found(Finding.MAIN_NOT_LARGER, (size_of(main),))


def _of_device(device: Probed) -> Iterator[Found]:
    if device.problem is not None:
        yield found(Finding.DEVICE, (device.problem.zh, device.problem.en))
    offset = device.clock_offset_s
    zone = zone_error(offset) if offset is not None else 0.0
    if offset is not None and zone and abs(offset - zone) < ZONE_DRIFT_SECONDS:
        yield found(Finding.CLOCK_ZONE, (f"{zone / 3600:+g}",))
    elif offset is not None and abs(offset) > CLOCK_DRIFT_SECONDS:
        yield found(Finding.CLOCK_DRIFT, (f"{offset:+.0f}",))
    elif offset is None and device.problem is None:
        yield found(Finding.NO_CLOCK, ())


def _against_device(stream: Watched | None, told: StreamFound | None, device: Probed) -> Iterator[Found]:
    """A stream that is none of the device's own by size and codec; addresses alone say nothing, one stream has several.

    Which of its streams are used as sub and main stream is for the township to choose. Nothing is said where one of
    them keeps its codec or size to itself, as Media does with H.265.
    """
    if stream is None or told is None or not stream.width or not told.profile.pixels or told.url is None:
        return
    if any(not (profile.codec and profile.pixels) for profile in device.profiles):
        return
    if any(_alike(stream, profile) for profile in (told.profile, *device.profiles)):
        return
    ours = f"{stream.codec.upper()} {size_of(stream)}"
    said = (ours, f"{told.profile.codec} {size_of(told.profile)}", told.url)
    yield found(Finding.DIFFERS, (_STREAMS[stream.profile], *said), (stream.profile, *said))


def _alike(stream: Watched, profile: VideoProfile) -> bool:
    """Coded sizes are rounded up to whole blocks by some."""
    near = abs(stream.width - profile.width) < 16 and abs(stream.height - profile.height) < 16
    return near and stream.codec.upper() == profile.codec


def size_of(picture: Watched | VideoProfile) -> str:
    return f"{picture.width}×{picture.height}" if picture.width else "?"
