"""Where a camera's streams and device service are: what the row or the device says, else the maker's pattern."""

from collections.abc import Mapping

from estate.entry import Entry
from ingest.onvif.probe import Probed

ONVIF_PATH = "/onvif/device_service"
Answers = Mapping[int, Probed]
"""What devices told when they were asked, by row."""


def stream_urls(entry: Entry, answer: Probed | None = None) -> tuple[str, str]:
    """(sub, main), "" for none. A lone main stream becomes the sub stream: it is the one always received."""
    sub, main = entry.streams
    if not sub and not main and answer is not None:
        sub, main = (found.url or "" if found else "" for found in (answer.sub, answer.main))
    if not sub and not main and entry.brand is not None and entry.host:
        paths = entry.brand.streams(entry.channel, recorder=entry.recorder or entry.has_channel)
        port = "" if entry.rtsp_port == 554 else f":{entry.rtsp_port}"
        sub, main = (f"rtsp://{_shown(entry.host)}{port}{path}" for path in paths)
    return (sub, main) if sub else (main, "")


def device_url(entry: Entry, answer: Probed | None = None) -> str:
    """Of the device service; "" where it is not known, and for a channel of a recorder, whose it is."""
    if not entry.host or entry.recorder or entry.has_channel:
        return ""
    if answer is not None and answer.problem is None:
        return answer.url
    if entry.brand is None or not entry.brand.onvif:
        return ""
    return url_to_ask(entry)


def url_to_ask(entry: Entry) -> str:
    """Where a device service is, if there is one: at the row's port, else where the maker has it."""
    usual = entry.brand.onvif_port if entry.brand is not None else 80
    number = entry.http_port if entry.http_port != 80 else usual
    port = "" if number == 80 else f":{number}"
    return f"http://{_shown(entry.host)}{port}{entry.brand.onvif if entry.brand and entry.brand.onvif else ONVIF_PATH}"


def _shown(host: str) -> str:
    return f"[{host}]" if ":" in host else host
