"""The simulated cameras out of a town's files: `cameras.yaml`, and beside it what they show: `sim_cameras.json` for the
cameras with scenes, `sim_domes.json` for domes on towers."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, get_args
from urllib.parse import urlsplit

from config.accounts import account_named, account_of, device_account_of
from config.cameras import CamerasFile
from config.load import load_cameras
from sim.director import CameraPose
from sim.hearing import Encoding
from sim.loudspeakers import Device
from sim.rtsp.estate import Main, SimCamera
from sim.rtsp.nal import Codec
from sim.town_domes import SIM_DOMES, DomeFiles, read_domes

SIM_CAMERAS = "sim_cameras.json"


class EstateError(Exception):
    """The files do not make a simulated estate; the message names file and camera."""


@dataclass(frozen=True, slots=True)
class SpeakerFiles:
    """Cameras with a loudspeaker, devices on the network, and their one port (0: there are none)."""

    cameras: dict[str, Encoding]
    devices: tuple[Device, ...]
    port: int


@dataclass(frozen=True, slots=True)
class EstateFiles:
    """`port` is the one port of all addresses in cameras.yaml. Layer files are absolute."""

    cameras: tuple[SimCamera, ...]
    poses: dict[str, CameraPose]
    port: int
    timezone: str
    roads: Path | None
    grids: Path
    domes: DomeFiles
    speakers: SpeakerFiles


def read_estate(cameras_file: Path, environ: Mapping[str, str]) -> EstateFiles:
    """Raises EstateError, config.problem.ConfigError, config.accounts.MissingPassword, OSError."""
    file = load_cameras(cameras_file)
    folder = cameras_file.parent
    shown = _read_shown(folder / SIM_CAMERAS)
    domes = _domes(file, environ, folder)
    turning = {dome.id for dome in domes.domes}
    missing = [camera.id for camera in file.cameras if camera.id not in shown and camera.id not in turning]
    if missing:
        raise EstateError(f"{folder / SIM_CAMERAS}: no scene for camera {', '.join(missing[:5])}")
    cameras = tuple(
        replace(shown[camera.id], account=account_of(camera, file, environ, folder))
        for camera in file.cameras
        if camera.id in shown
    )
    roads = file.town.files.base.get("roads")
    return EstateFiles(
        cameras,
        _poses(file),
        _port(file, cameras_file),
        file.town.timezone,
        folder / roads if roads else None,
        folder / file.town.files.grids,
        domes,
        _speakers(file, cameras_file, environ),
    )


def _speakers(file: CamerasFile, path: Path, environ: Mapping[str, str]) -> SpeakerFiles:
    cameras: dict[str, Encoding] = {}
    devices, ports = [], set()
    for one in file.loudspeakers:
        if one.onvif is not None and one.onvif.camera is not None:
            cameras[one.onvif.camera] = "PCMA" if len(cameras) % 2 else "PCMU"
        elif one.http is not None:
            account = account_named(one.http.credentials, file, environ, path.parent)
            devices.append(Device(one.id, one.http.auth, account))
            ports.add(urlsplit(one.http.audio_url or one.http.text_url or "").port or 80)
    if len(ports) > 1:
        raise EstateError(f"{path}: the simulator has one port for loudspeakers, but they have {sorted(ports)}")
    return SpeakerFiles(cameras, tuple(devices), ports.pop() if ports else 0)


def _domes(file: CamerasFile, environ: Mapping[str, str], folder: Path) -> DomeFiles:
    """Those of `sim_domes.json` that cameras.yaml lists."""
    try:
        found = read_domes(folder)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise EstateError(f"{folder / SIM_DOMES}: must hold domes and plates: {error!r}") from error
    listed = {camera.id: camera for camera in file.cameras if camera.device is not None}
    domes, ports = [], set()
    for dome in found.domes:
        camera = listed.get(dome.id)
        if camera is not None and camera.device is not None:
            stream = account_of(camera, file, environ, folder)
            device = device_account_of(camera, file, environ, folder)
            domes.append(replace(dome, account=stream, device_account=device))
            ports.add(urlsplit(camera.device.url).port or 80)
    if len(ports) > 1:
        raise EstateError(f"{folder}: the simulator has one port for devices, but the domes have {sorted(ports)}")
    return replace(found, domes=tuple(domes), port=ports.pop() if ports else 0)


def _read_shown(path: Path) -> dict[str, SimCamera]:
    try:
        entries = json.loads(path.read_text(encoding="utf-8"))
        return {str(id_): _shown(str(id_), entry) for id_, entry in entries.items()}
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise EstateError(f"{path}: must hold an object of camera id to scene and phase: {error!r}") from error


def _shown(id_: str, entry: dict[str, Any]) -> SimCamera:
    """Files of before there were main streams name none."""
    sub, main = entry.get("sub", "h264"), entry.get("main", "none")
    if sub not in get_args(Codec) or main not in get_args(Main):
        raise ValueError(f"camera {id_} cannot have a sub-stream {sub!r} and a main stream {main!r}")
    return SimCamera(id_, str(entry["scene"]), int(entry["phase"]), None, sub, main)


def _poses(file: CamerasFile) -> dict[str, CameraPose]:
    return {
        camera.id: CameraPose(camera.position.lon, camera.position.lat, camera.view.heading_deg)
        for camera in file.cameras
        if camera.position is not None and camera.view is not None
    }


def _port(file: CamerasFile, path: Path) -> int:
    ports = {urlsplit(camera.streams.sub.url).port or 554 for camera in file.cameras}
    if len(ports) != 1:
        raise EstateError(f"{path}: the simulator has one port, but the cameras have {sorted(ports)}")
    return ports.pop()
