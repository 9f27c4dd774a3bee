"""Where makers' cameras are asked for their streams and managed, as their manuals say."""

import functools
import re
from dataclasses import dataclass
from urllib.parse import urlsplit


@dataclass(frozen=True, slots=True)
class Brand:
    """Paths with `{channel}`, counted from 1. `recorder_*`: of a recorder, where they differ from a camera's.
    `onvif`: where the device service is; "" where models differ and only asking tells, at `onvif_port`."""

    name: str
    words: tuple[str, ...]
    model_marks: tuple[str, ...]
    sub: str
    main: str
    recorder_sub: str = ""
    recorder_main: str = ""
    onvif: str = "/onvif/device_service"
    onvif_port: int = 80

    def streams(self, channel: int, *, recorder: bool) -> tuple[str, str]:
        """(sub, main): paths with their query."""
        sub = (self.recorder_sub if recorder else "") or self.sub
        main = (self.recorder_main if recorder else "") or self.main
        return sub.format(channel=channel), main.format(channel=channel)


BRANDS = (
    Brand(
        "Hikvision",
        ("hikvision", "hik", "海康", "海康威视", "萤石", "ezviz"),
        ("ds-", "ids-"),
        "/Streaming/Channels/{channel}02",
        "/Streaming/Channels/{channel}01",
    ),
    Brand(
        "Dahua",
        ("dahua", "大华", "大华股份", "乐橙", "dh"),
        ("dh-", "ipc-hf", "ipc-hd", "sd-", "sd5", "sd6", "nvr4", "nvr5"),
        "/cam/realmonitor?channel={channel}&subtype=1",
        "/cam/realmonitor?channel={channel}&subtype=0",
    ),
    Brand(
        "Uniview",
        ("uniview", "unv", "宇视", "宇视科技"),
        ("ipc2", "ipc3", "ipc6", "ipc-b", "ipc-d", "hic", "nvr30"),
        "/media/video2",
        "/media/video1",
        "/unicast/c{channel}/s1/live",
        "/unicast/c{channel}/s0/live",
    ),
    Brand("TP-Link", ("tplink", "tp-link", "普联"), ("tl-ipc",), "/stream2", "/stream1", onvif="", onvif_port=2020),
)


def brand_of(maker: str, model: str) -> Brand | None:
    """The brand a table means, by the maker's name, else by how its model numbers begin."""
    plain = maker.strip().lower()
    if plain:
        for brand in BRANDS:
            if any(plain == word or (len(word) > 2 and word in plain) or (not word.isascii() and word in plain)
                   for word in brand.words):  # fmt: skip
                return brand
        return None
    kind = model.strip().lower()
    return next((brand for brand in BRANDS if kind.startswith(brand.model_marks)), None)


def maker_by_stream(url: str) -> str:
    """The maker whose pattern a stream address follows, for cameras nobody asked yet; "" where none does."""
    path = urlsplit(url).path
    for brand in BRANDS:
        patterns = (brand.sub, brand.main, brand.recorder_sub, brand.recorder_main)
        if any(re.fullmatch(_as_expression(one), path) for one in patterns if one):
            return brand.name
    return ""


@functools.cache
def _as_expression(pattern: str) -> str:
    return re.escape(pattern.split("?")[0]).replace(re.escape("{channel}"), "[0-9]{1,4}")
