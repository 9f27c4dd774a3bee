"""Rules of `loudspeakers` that reach over more than one key."""

from collections.abc import Iterator, Mapping, Sequence
from ipaddress import ip_address, ip_network
from urllib.parse import urlsplit

from config.loudspeakers import Loudspeaker
from config.problem import Problem
from config.redaction import shown_value
from config.yaml_document import Document, KeyPath


def loudspeaker_errors(
    document: Document,
    speakers: Mapping[int, Loudspeaker],
    camera_ids: frozenset[str] | None,
    networks: Sequence[str] | None,
) -> Iterator[Problem]:
    """Ids given twice, cameras that are not there, hosts outside of `networks`; None: these have faults themselves."""
    first: dict[str, int] = {}
    for index, speaker in speakers.items():
        path: KeyPath = ("loudspeakers", index, "id")
        earlier = first.setdefault(speaker.id.casefold(), index)
        if earlier != index:
            line = document.line(("loudspeakers", earlier, "id"))
            yield document.problem(path, shown_value(path, speaker.id), f"is given twice; first on line {line}")
        camera = speaker.onvif.camera if speaker.onvif is not None else None
        if camera is not None and camera_ids is not None and camera not in camera_ids:
            path = ("loudspeakers", index, "onvif", "camera")
            yield document.problem(path, shown_value(path, camera), "is not the id of a camera")
        for path, url in urls_of(index, speaker):
            yield from _foreign(document, path, url, networks)


def urls_of(index: int, speaker: Loudspeaker) -> list[tuple[KeyPath, str]]:
    """The addresses a loudspeaker is spoken to at, each with its place in the file."""
    at: KeyPath = ("loudspeakers", index)
    named: list[tuple[KeyPath, str | None]] = []
    if speaker.onvif is not None:
        named.append(((*at, "onvif", "url"), speaker.onvif.url))
    if speaker.http is not None:
        named.append(((*at, "http", "audio_url"), speaker.http.audio_url))
        named.append(((*at, "http", "text_url"), speaker.http.text_url))
    return [(path, url) for path, url in named if url is not None]


def loudspeaker_credentials(speakers: Mapping[int, Loudspeaker]) -> Iterator[tuple[KeyPath, str]]:
    for index, speaker in speakers.items():
        for driver in ("onvif", "http"):
            way = getattr(speaker, driver)
            if way is not None and way.credentials is not None:
                yield ("loudspeakers", index, driver, "credentials"), way.credentials


def _foreign(document: Document, path: KeyPath, url: str, networks: Sequence[str] | None) -> Iterator[Problem]:
    try:
        address = ip_address(urlsplit(url).hostname or "")
    except ValueError:
        return  # a name: its address is checked when it is known, on connecting
    allowed = [ip_network(text) for text in networks or ()]
    if networks is not None and not any(address in one for one in allowed if one.version == address.version):
        yield document.problem(path, shown_value(path, url), f"host {address} is in none of allowed_networks")
