"""Rules of cameras.yaml that reach over more than one key. Each yields its findings; nothing stops at the first."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from ipaddress import ip_address, ip_network
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from pydantic import TypeAdapter, ValidationError

from config.base_maps import BaseMap
from config.cameras import Camera, CamerasFile, Credentials, Network, Stream, Town
from config.case_classes import CaseClasses
from config.detector import Detector, DetectorProblem, names_of
from config.exchange import Exchange
from config.loudspeaker_checks import loudspeaker_credentials, loudspeaker_errors
from config.loudspeakers import Loudspeaker
from config.problem import Problem
from config.redaction import shown_value
from config.vault import Vault, VaultProblem
from config.yaml_document import Document, KeyPath, Value
from config.zones import Zone


@dataclass(frozen=True, slots=True)
class Parts:
    """The parts of a file that are valid taken alone, so that a fault in one does not hide the faults of others."""

    town: Town | None
    credentials: dict[str, Credentials | None]
    """None: the entry exists but is itself faulty."""
    networks: tuple[str, ...] | None
    cameras: dict[int, Camera]
    complete: bool
    detector: Detector | None = None
    exchange: Exchange | None = None
    loudspeakers: dict[int, Loudspeaker] = field(default_factory=dict)
    base_maps: dict[int, BaseMap] = field(default_factory=dict)


def parts_of(file: CamerasFile | None, value: Value) -> Parts:
    """Parts of a validated file, or what can be saved of one that did not validate."""
    if file is not None:
        credentials: dict[str, Credentials | None] = dict(file.credentials)
        cameras = dict(enumerate(file.cameras))
        speakers, maps = dict(enumerate(file.loudspeakers)), dict(enumerate(file.base_maps))
        networks = tuple(file.allowed_networks)
        return Parts(file.town, credentials, networks, cameras, True, file.detector, file.exchange, speakers, maps)
    whole = value if isinstance(value, dict) else {}
    default_networks = CamerasFile.model_fields["allowed_networks"].default
    listened = _valid(list[Network], whole.get("allowed_networks", default_networks))
    entries = whole.get("credentials")
    named = {name: _valid(Credentials, entry) for name, entry in (entries.items() if isinstance(entries, dict) else ())}
    cameras = _each(Camera, whole.get("cameras"))
    speakers = _each(Loudspeaker, whole.get("loudspeakers"))
    exchange = _valid(Exchange, whole.get("exchange", {}))
    town = _valid(Town, whole.get("town"))
    maps = _each(BaseMap, whole.get("base_maps"))
    allowed = tuple(listened) if listened else None
    return Parts(town, named, allowed, cameras, False, exchange=exchange, loudspeakers=speakers, base_maps=maps)


def _each(kind: Any, listed: Value) -> dict[int, Any]:
    tried = {index: _valid(kind, entry) for index, entry in enumerate(listed if isinstance(listed, list) else [])}
    return {index: one for index, one in tried.items() if one is not None}


def _valid(kind: Any, value: Any) -> Any:
    try:
        return TypeAdapter(kind).validate_python(value)
    except ValidationError:
        return None


def errors_in(document: Document, parts: Parts) -> Iterator[Problem]:
    """What makes the file unusable."""
    yield from _repeated_cameras(document, parts)
    yield from _zones(document, parts)
    yield from _zones_without_a_pose(document, parts)
    yield from _views_out_of_reach(document, parts)
    yield from _unknown_credentials(document, parts)
    yield from _foreign_hosts(document, parts)
    ids = frozenset(camera.id for camera in parts.cameras.values()) if parts.complete else None
    yield from loudspeaker_errors(document, parts.loudspeakers, ids, parts.networks)
    yield from _missing_files(document, parts)


def unknown_classes(document: Document, parts: Parts, classes: CaseClasses) -> Iterator[Problem]:
    """Zones, sources and sensors whose case class the catalogue does not have."""
    known = {one.code for one in classes.classes}
    for path, zone in _all_zones(parts):
        if zone.case_class not in known:
            yield _at(document, (*path, "case_class"), zone.case_class, f"is not in the catalogue {classes.profile}")
    for number, source in enumerate(parts.exchange.sources if parts.exchange is not None else []):
        for at, code in enumerate(source.case_classes or []):
            if code not in known:
                where = ("exchange", "sources", number, "case_classes", at)
                yield _at(document, where, code, f"is not in the catalogue {classes.profile}")
    for number, sensor in enumerate(parts.exchange.sensors if parts.exchange is not None else []):
        if sensor.case_class not in known:
            path = ("exchange", "sensors", number, "case_class")
            yield _at(document, path, sensor.case_class, f"is not in the catalogue {classes.profile}")


def warnings_in(document: Document, parts: Parts) -> Iterator[Problem]:
    """What is allowed, and most likely not meant."""
    for index, camera in parts.cameras.items():
        posed = camera.position is not None and camera.view is not None
        if camera.zones and camera.ptz is not None:
            rule = "this camera turns: zones hold for one view of it only and belong into ptz.views"
            yield document.problem(("cameras", index, "zones"), "", rule)
        elif camera.zones and not posed and not camera.homography:
            rule = "sizes in metres and places on the map need position and view, or homography; neither is given"
            yield document.problem(("cameras", index, "zones"), "", rule)
        if camera.view is not None and camera.position is None:
            yield document.problem(("cameras", index, "view"), "", "has no effect without position")
    if parts.complete:
        used = {name for _, name in _named_credentials(parts)}
        for name in parts.credentials:
            if name not in used:
                rule = "is used by no camera, no loudspeaker, no base map and nothing under exchange"
                yield document.problem(("credentials", name), "", rule)
    yield from _repeated_streams(document, parts)
    yield from _detector(document, parts)
    yield from _base_map_files(document, parts)


def _detector(document: Document, parts: Parts) -> Iterator[Problem]:
    """Never more than a warning: everything works without a detector."""
    if parts.detector is None:
        return
    try:
        names_of(parts.detector, document.file.parent)
        if not _is_file(document.file.parent, parts.detector.model):
            raise DetectorProblem(f"no such file: {document.file.parent / parts.detector.model}")
    except DetectorProblem as problem:
        value = getattr(parts.detector, problem.key)
        rule = f"{problem}; what rules find is told without the detector"
        yield _at(document, ("detector", problem.key), value, rule)


def _base_map_files(document: Document, parts: Parts) -> Iterator[Problem]:
    """Never more than a warning: the town's own layers make a map."""
    for number, base_map in parts.base_maps.items():
        for key in ("file", "ca_file"):
            name = getattr(base_map, key)
            if name is not None and not _is_file(document.file.parent, name):
                rule = f"no such file: {document.file.parent / name}; the map is shown without {base_map.id}"
                yield _at(document, ("base_maps", number, key), name, rule)


def _at(document: Document, path: KeyPath, value: object, rule: str) -> Problem:
    return document.problem(path, shown_value(path, value), rule)


def _repeated_cameras(document: Document, parts: Parts) -> Iterator[Problem]:
    first: dict[str, int] = {}
    for index, camera in parts.cameras.items():
        path = ("cameras", index, "id")
        # Case is folded because an id also becomes a file name, and some file systems fold it.
        earlier = first.setdefault(camera.id.casefold(), document.line(path))
        if earlier != document.line(path):
            yield _at(document, path, camera.id, f"is given twice; first on line {earlier}")


def _zones(document: Document, parts: Parts) -> Iterator[Problem]:
    """Within a dome no two views share an id, and no two zones of whichever views: a zone says which view saw it."""
    for index, camera in parts.cameras.items():
        views = camera.views
        named = [(("cameras", index, "ptz", "views", number), view.id) for number, view in enumerate(views)]
        zones = [(path, zone.id) for path, zone in _zones_of(index, camera)]
        for listed in (named, zones):
            seen: set[str] = set()
            for path, id_ in listed:
                if id_ in seen:
                    yield _at(document, (*path, "id"), id_, "is given twice in this camera")
                seen.add(id_)


def _zones_without_a_pose(document: Document, parts: Parts) -> Iterator[Problem]:
    """A zone on the map is found in the picture by where the camera stands and looks."""
    for index, camera in parts.cameras.items():
        posed = bool(camera.homography) or (camera.position is not None and camera.view is not None)
        for path, zone in _zones_of(index, camera):
            of_view = "views" in path
            if zone.ground and not (camera.position is not None if of_view else posed):
                needed = "position" if of_view else "position and view, or homography"
                yield document.problem((*path, "ground"), "", f"needs the camera's {needed}")


def _views_out_of_reach(document: Document, parts: Parts) -> Iterator[Problem]:
    for index, camera in parts.cameras.items():
        for number, view in enumerate(camera.views):
            if view.aim is None or camera.ptz is None:
                continue
            for key in ("pan_deg", "tilt_deg", "zoom"):
                low, high = sorted(getattr(camera.ptz, key))
                if not low <= (value := getattr(view.aim, key)) <= high:
                    path = ("cameras", index, "ptz", "views", number, "aim", key)
                    yield _at(document, path, value, f"is not within this dome's ptz.{key}, {low:g} to {high:g}")


def _all_zones(parts: Parts) -> Iterator[tuple[KeyPath, Zone]]:
    for index, camera in parts.cameras.items():
        yield from _zones_of(index, camera)


def _zones_of(index: int, camera: Camera) -> Iterator[tuple[KeyPath, Zone]]:
    """Those of the camera, and those of its views."""
    for number, zone in enumerate(camera.zones):
        yield ("cameras", index, "zones", number), zone
    for at, view in enumerate(camera.views):
        for number, zone in enumerate(view.zones):
            yield ("cameras", index, "ptz", "views", at, "zones", number), zone


def _unknown_credentials(document: Document, parts: Parts) -> Iterator[Problem]:
    for path, name in _named_credentials(parts):
        if name not in parts.credentials:
            known = ", ".join(parts.credentials) or "none"
            # A name is not a secret, but a password pasted here would be: it is not shown.
            yield document.problem(path, "", f"is not the name of an entry under credentials (there are: {known})")


def _named_credentials(parts: Parts) -> Iterator[tuple[KeyPath, str]]:
    for index, camera in parts.cameras.items():
        if camera.credentials is not None:
            yield ("cameras", index, "credentials"), camera.credentials
        if camera.device is not None and camera.device.credentials is not None:
            yield ("cameras", index, "device", "credentials"), camera.device.credentials
    for number, destination in enumerate(parts.exchange.destinations if parts.exchange is not None else []):
        yield ("exchange", "destinations", number, "credentials"), destination.credentials
    for number, source in enumerate(parts.exchange.sources if parts.exchange is not None else []):
        if source.credentials is not None:
            yield ("exchange", "sources", number, "credentials"), source.credentials
    for number, broker in enumerate(parts.exchange.brokers if parts.exchange is not None else []):
        if broker.credentials is not None:
            yield ("exchange", "brokers", number, "credentials"), broker.credentials
    yield from loudspeaker_credentials(parts.loudspeakers)
    for number, base_map in parts.base_maps.items():
        if base_map.credentials is not None:
            yield ("base_maps", number, "credentials"), base_map.credentials


def _streams(cameras: Iterable[tuple[int, Camera]]) -> Iterator[tuple[KeyPath, Stream]]:
    for index, camera in cameras:
        for profile, stream in (("sub", camera.streams.sub), ("main", camera.streams.main)):
            if stream is not None:
                yield ("cameras", index, "streams", profile, "url"), stream


def _foreign_hosts(document: Document, parts: Parts) -> Iterator[Problem]:
    if parts.networks is None:
        return
    networks = [ip_network(text) for text in parts.networks]
    urls = [(path, stream.url) for path, stream in _streams(parts.cameras.items())]
    urls += [
        (("cameras", index, "device", "url"), camera.device.url)
        for index, camera in parts.cameras.items()
        if camera.device is not None
    ]
    for path, url in urls:
        host = urlsplit(url).hostname or ""
        try:
            address = ip_address(host)
        except ValueError:
            continue  # a name: its address is checked when it is known, on connecting
        if not any(address in network for network in networks if network.version == address.version):
            yield _at(document, path, url, f"host {address} is in none of allowed_networks")


def _missing_files(document: Document, parts: Parts) -> Iterator[Problem]:
    folder = document.file.parent
    yield from _missing_in_vault(document, parts)
    for name, credentials in parts.credentials.items():
        if credentials is not None and credentials.password_file is not None:
            path = ("credentials", name, "password_file")
            if not _is_file(folder, credentials.password_file):
                yield document.problem(path, "", f"no such file: {folder / credentials.password_file}")
    if parts.town is None:
        return
    files = parts.town.files
    named: dict[KeyPath, str | None] = {
        ("areas",): files.areas,
        ("grids",): files.grids,
        ("elevation",): files.elevation,
        ("case_classes",): files.case_classes,
        ("working_calendar",): files.working_calendar,
        ("posts",): files.posts,
        ("escalation",): files.escalation,
    }
    named |= {("base", layer): text for layer, text in files.base.items()}
    for rest, text in named.items():
        if text is not None and not _is_file(folder, text):
            yield _at(document, ("town", "files", *rest), text, f"no such file: {folder / text}")


def _missing_in_vault(document: Document, parts: Parts) -> Iterator[Problem]:
    named = [name for name, credentials in parts.credentials.items() if credentials is not None and credentials.vault]
    if not named:
        return
    try:
        there = set(Vault(document.file.parent, {}).names())
    except VaultProblem as problem:
        yield document.problem(("credentials",), "", str(problem))
        return
    for name in named:
        if name not in there:
            rule = f"has no password in the vault; set it: gridwatch cameras credentials set {name}"
            yield document.problem(("credentials", name, "vault"), "", rule)


def _is_file(folder: Path, text: str) -> bool:
    try:
        return (folder / text).is_file()
    except (OSError, ValueError):  # longer than the file system allows, or a null byte
        return False


def _repeated_streams(document: Document, parts: Parts) -> Iterator[Problem]:
    first: dict[str, int] = {}
    for path, stream in _streams(parts.cameras.items()):
        line = document.line(path)
        earlier = first.setdefault(stream.url, line)
        if earlier != line:
            yield _at(document, path, stream.url, f"is the same stream as on line {earlier}")
