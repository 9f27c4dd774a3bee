"""The zones of one camera, or of one view of a dome, changed in cameras.yaml: what stays the same is not touched."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import Any, get_args

from config.cameras import Camera, CamerasFile, Zone
from config.yaml_document import KeyPath
from config.yaml_edit import YamlEdit
from estate.camera_edit import Opened, write_edited

_OWN = frozenset({"id", "rule", "polygon", "ground", "case_class"})
"""What a zone has of its own, whatever its rule."""


class NoSuchView(Exception):
    """The camera has no view of that name."""


def rules() -> tuple[str, ...]:
    """The names a zone may call its rule by."""
    return get_args(Zone.model_fields["rule"].annotation)


def defaults_of(rule: str) -> dict[str, Any]:
    """What holds for a zone of the rule where it says nothing, as plain data."""
    least = {"id": "x", "rule": rule, "polygon": [[0, 0], [1, 0], [1, 1]], "case_class": "00-00"}
    return Zone.model_validate(least).model_dump(mode="json", exclude=set(_OWN))


def plain_zone(zone: Zone) -> dict[str, Any]:
    """As it would be written: without what its rule has anyway."""
    usual = defaults_of(zone.rule)
    plain = zone.model_dump(mode="json")
    kept = {key: value for key, value in plain.items() if key in _OWN or value != usual[key]}
    return {key: _shortest(value) for key, value in kept.items() if value != [] or key not in ("polygon", "ground")}


def version_of(zones: Sequence[Zone]) -> str:
    """The same for the same zones, and another for others."""
    text = json.dumps([zone.model_dump(mode="json") for zone in zones], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def zones_of(camera: Camera, view_id: str | None) -> list[Zone]:
    """Raises NoSuchView."""
    if view_id is None:
        return camera.zones
    return camera.views[_view_index(camera, view_id)].zones


def change_zones(
    opened: Opened, index: int, view_id: str | None, zones: Sequence[Zone], environ: Mapping[str, str]
) -> CamerasFile:
    """Writes the file with these zones for the camera, or for its view; what it says then. Zones are told apart by
    their ids; new ones come last. Raises NoSuchView, ConfigError, YamlEditError, OSError, and nothing was written."""
    camera = opened.file.cameras[index]
    base: KeyPath = ("cameras", index)
    if view_id is not None:
        base = (*base, "ptz", "views", _view_index(camera, view_id))
    edit = YamlEdit(opened.config, opened.raw.decode())
    before = zones_of(camera, view_id)
    wanted = [plain_zone(zone) for zone in zones]
    if list(zones) == list(before):
        return opened.file
    if before and not zones and not edit.in_brackets(base):
        edit.remove(base, "zones")
    elif not before or edit.in_brackets((*base, "zones")):
        edit.put(base, "zones", wanted)  # type: ignore[arg-type]
    else:
        _change_items(edit, (*base, "zones"), before, zones)
    return write_edited(opened, edit, None, environ)


def _change_items(edit: YamlEdit, path: KeyPath, before: Sequence[Zone], zones: Sequence[Zone]) -> None:
    now = {zone.id: zone for zone in zones}
    gone = [number for number, zone in enumerate(before) if zone.id not in now]
    known = {zone.id for zone in before}
    fresh = [plain_zone(zone) for zone in zones if zone.id not in known]
    for number, zone in enumerate(before):
        if zone.id in now and zone != now[zone.id]:
            _change_item(edit, path, number, zone, now[zone.id])
    for number, plain in zip(gone, fresh, strict=False):
        edit.replace_item(path, number, plain)
    for number in reversed(gone[len(fresh) :]):
        edit.remove_item(path, number)
    edit.append(path, fresh[len(gone) :])  # type: ignore[arg-type]


def _change_item(edit: YamlEdit, path: KeyPath, number: int, before: Zone, zone: Zone) -> None:
    """Key by key, so that comments and what is not changed stay."""
    if edit.in_brackets((*path, number)):
        edit.replace_item(path, number, plain_zone(zone))
        return
    written, wanted = edit.keys((*path, number)), plain_zone(zone)
    old, new = before.model_dump(mode="json"), zone.model_dump(mode="json")
    for key in new:
        if old[key] == new[key]:
            continue
        if key in wanted:
            edit.put((*path, number), key, wanted[key], after="rule", over_lines=True)
        elif key in written:
            edit.remove((*path, number), key)
    # A key left out holds what its rule has: with another rule it must be said, or be left out.
    for key in wanted.keys() - written:
        if old[key] == new[key]:
            edit.put((*path, number), key, wanted[key], after="rule")


def _view_index(camera: Camera, view_id: str) -> int:
    found = next((number for number, view in enumerate(camera.views) if view.id == view_id), None)
    if found is None:
        raise NoSuchView(view_id)
    return found


def _shortest(value: Any) -> Any:
    """180 for 180.0."""
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, list):
        return [_shortest(inner) for inner in value]
    return {key: _shortest(inner) for key, inner in value.items()} if isinstance(value, dict) else value
