"""What a search found, for a terminal, as JSON, and as a table to be filled in and imported."""

import csv
import io
from collections.abc import Mapping, Sequence

from config.cameras import Camera
from estate.check_table import aligned
from estate.export import tamed
from estate.found_table import port_of
from estate.search import FoundDevice
from ingest.onvif.probe import StreamFound

HEADINGS = ("名称", "村", "IP地址", "HTTP端口", "品牌", "型号", "子码流", "主码流", "账号", "密码", "经度", "纬度")
"""Each is a heading the import knows; what a person has to fill in is left empty."""
Known = Mapping[str, Sequence[Camera]]
"""Cameras that are there already, by host."""


def lines_of(devices: Sequence[FoundDevice], known: Known) -> list[str]:
    """A line a device, under headings."""
    rows = [("address", "device", "sub", "main", "clock", "turns", "known as", "")]
    return aligned([*rows, *(_row(device, known) for device in devices)])


def as_data(devices: Sequence[FoundDevice], known: Known) -> list[dict[str, object]]:
    """For JSON."""
    return [_data(device, known) for device in devices]


def as_table(devices: Sequence[FoundDevice], known: Known) -> bytes:
    """CSV in UTF-8 with a byte order mark, of the devices that are no camera yet."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(HEADINGS)
    for device in devices:
        if device.address not in known:
            writer.writerow([tamed(cell) for cell in _cells(device)])
    return text.getvalue().encode("utf-8-sig")


def _cells(device: FoundDevice) -> tuple[str, ...]:
    told = device.probed.information if device.probed is not None else None
    maker, model = (told.manufacturer, told.model) if told is not None else ("", device.hardware)
    sub, main = _streams(device)
    name = device.name or " ".join(part for part in (maker, model, device.address) if part)
    return (name, "", device.address, str(port_of(device.url)), maker, model, _url(sub), _url(main), "", "", "", "")


def _row(device: FoundDevice, known: Known) -> tuple[str, ...]:
    probed = device.probed
    told = probed.information if probed is not None else None
    name = f"{told.manufacturer} {told.model}" if told is not None else device.hardware or device.name
    offset = probed.clock_offset_s if probed is not None else None
    sub, main = _streams(device)
    return (
        device.url,
        name,
        _shown(sub),
        _shown(main),
        "" if offset is None else f"{offset:+.1f} s",
        "yes" if probed is not None and probed.turns else "",
        ", ".join(one.id for one in known.get(device.address, ())),
        probed.problem.en if probed is not None and probed.problem is not None else "",
    )


def _data(device: FoundDevice, known: Known) -> dict[str, object]:
    probed = device.probed
    told = probed.information if probed is not None else None
    offset = probed.clock_offset_s if probed is not None else None
    sub, main = _streams(device)
    return {
        "address": device.address,
        "url": device.url,
        "name": device.name,
        "manufacturer": told.manufacturer if told else "",
        "model": told.model if told else device.hardware,
        "firmware": told.firmware if told else "",
        "sub": _url(sub) or None,
        "main": _url(main) or None,
        "turns": probed is not None and probed.turns,
        "clock_offset_s": None if offset is None else round(offset, 1),
        "known_as": [one.id for one in known.get(device.address, ())],
        "problem": probed.problem.code.value if probed is not None and probed.problem is not None else None,
    }


def _streams(device: FoundDevice) -> tuple[StreamFound | None, StreamFound | None]:
    return (device.probed.sub, device.probed.main) if device.probed is not None else (None, None)


def _url(stream: StreamFound | None) -> str:
    return stream.url or "" if stream is not None else ""


def _shown(stream: StreamFound | None) -> str:
    return f"{stream.profile.codec} {stream.profile.width}×{stream.profile.height}" if stream is not None else ""
