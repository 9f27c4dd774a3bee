"""Cameras that cameras.yaml has already: which row is which of them, and what the row says differently."""

from collections.abc import Sequence
from urllib.parse import urlsplit

from config.cameras import Camera
from config.yaml_document import Value
from estate.addresses import stream_urls
from estate.entry import Entry
from estate.places import Placed
from gis.plane import distance_m

_MOVED_M = 2.0
"""Less is rounding, or another way of computing the same coordinates."""


class KnownCameras:
    """Finds rows by id, national code, stream address, or host where only one camera is there. Gives out new ids."""

    def __init__(self, cameras: Sequence[Camera]) -> None:
        self._by_id = {camera.id.casefold(): n for n, camera in enumerate(cameras)}
        self._by_code = {camera.national_code: n for n, camera in enumerate(cameras) if camera.national_code}
        self._by_url: dict[str, int] = {}
        self._by_host: dict[str, list[int]] = {}
        for n, camera in enumerate(cameras):
            self._by_host.setdefault(urlsplit(camera.streams.sub.url).hostname or "", []).append(n)
            for stream in (camera.streams.sub, camera.streams.main):
                if stream is not None:
                    self._by_url.setdefault(_plain(stream.url), n)
        self._ids = set(self._by_id)

    def find(self, entry: Entry) -> int | None:
        """The index of the camera a row is about."""
        if entry.id and entry.id.casefold() in self._by_id:
            return self._by_id[entry.id.casefold()]
        if entry.national_code and entry.national_code in self._by_code:
            return self._by_code[entry.national_code]
        for url in stream_urls(entry):
            if url and _plain(url) in self._by_url:
                return self._by_url[_plain(url)]
        there = self._by_host.get(entry.host, [])
        return there[0] if entry.host and len(there) == 1 and not (entry.has_channel or any(entry.streams)) else None

    def new_id(self, entry: Entry) -> str:
        """The row's own; else by its address, so that the same table gives the same id again."""
        host = "".join(c if c.isalnum() else "-" for c in entry.host)[:40].strip("-")
        wanted = entry.id or f"cam-{host}" + (f"-ch{entry.channel}" if entry.has_channel else "")
        given, number = wanted, 1
        while given.casefold() in self._ids:
            number += 1
            given = f"{wanted[:60]}-{number}"
        self._ids.add(given.casefold())
        return given


def changes_of(
    camera: Camera, one: Placed, account: str | None, height_m: float
) -> list[tuple[tuple[str, ...], Value]]:
    """(path below the camera, value) of what the row says and the camera does not. What the row leaves open stays."""
    entry = one.entry
    found: list[tuple[tuple[str, ...], Value]] = []
    if entry.name and entry.name != camera.name:
        found.append((("name",), entry.name))
    if one.area is not None and entry.village and one.area.code != camera.area:
        found.append((("area",), one.area.code))
    if entry.national_code and entry.national_code != camera.national_code:
        found.append((("national_code",), entry.national_code))
    if account is not None and entry.username and account != camera.credentials:
        found.append((("credentials",), account))
    if entry.enabled is not None and entry.enabled != camera.enabled:
        found.append((("enabled",), entry.enabled))
    found += _moved_streams(camera, entry)
    if one.place is not None:
        lon, lat = one.place
        if camera.position is None:
            found.append((("position",), {"lon": lon, "lat": lat, "height_m": entry.height_m or height_m}))
        elif distance_m(camera.position.lon, camera.position.lat, lon, lat) > _MOVED_M:
            found += [(("position", "lon"), lon), (("position", "lat"), lat)]
    return found


def _moved_streams(camera: Camera, entry: Entry) -> list[tuple[tuple[str, ...], Value]]:
    """A camera that has another address now. Another path at the same host is left: somebody may have mended it."""
    sub, main = stream_urls(entry)
    if not sub or entry.host == (urlsplit(camera.streams.sub.url).hostname or ""):
        return []
    found: list[tuple[tuple[str, ...], Value]] = [(("streams", "sub", "url"), sub)]
    if main and camera.streams.main is not None:
        found.append((("streams", "main", "url"), main))
    return found


def _plain(url: str) -> str:
    """The same stream written in two ways: the default port, capitals in the host."""
    parts = urlsplit(url)
    query = f"?{parts.query}" if parts.query else ""
    return f"{(parts.hostname or '').lower()}:{parts.port or 554}{parts.path}{query}"
