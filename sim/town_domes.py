"""The domes of a town: read from its files, served by ONVIF, shown live; their faults and truth for the control."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from random import Random
from threading import Lock
from typing import Any

from config.accounts import Account
from gis.plane import Plane
from runtime.clock import Clock
from sim.domes.dome import Dome as Motors
from sim.domes.dome import DomeLimits
from sim.domes.live import MAIN_SIZE, SUB_SIZE, Camera, LivePicture
from sim.domes.mount import Mount
from sim.domes.picture import Ground
from sim.domes.plate import Plate
from sim.domes.townscape import read_townscape
from sim.domes.wares import Ware, WareKind, Wares
from sim.geography.files import CENTRE
from sim.geography.high_points import device_host
from sim.onvif.brand import BRANDS, Hostile, Quirk
from sim.onvif.device import Device, DeviceSettings, usual_streams
from sim.onvif.server import DeviceServer
from sim.rtsp.estate import LiveCamera
from sim.rtsp.fault import Fault, FaultSetting

SIM_DOMES = "sim_domes.json"


class UnknownDevice(Exception):
    """There is no device of this id."""


@dataclass(frozen=True, slots=True)
class SimDome:
    """One dome as it truly stands. `account` opens its streams, `device_account` its device."""

    id: str
    name: str
    brand: str
    lon: float
    lat: float
    height_m: float
    heading_deg: float
    pitch_deg: float
    roll_deg: float
    wide_hfov_deg: float = 60.0
    account: Account | None = None
    device_account: Account | None = None


@dataclass(frozen=True, slots=True)
class SimPlate:
    code: int
    lon: float
    lat: float
    turned_deg: float
    seen_by: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class DomeFiles:
    """What `sim_domes.json` holds, and the folder of the layers its pictures are drawn from."""

    folder: Path
    domes: tuple[SimDome, ...] = ()
    plates: tuple[SimPlate, ...] = ()
    port: int = 0


def read_domes(folder: Path) -> DomeFiles:
    """None at all where there is no `sim_domes.json`. Raises ValueError, KeyError, TypeError for one that is wrong."""
    path = folder / SIM_DOMES
    if not path.exists():
        return DomeFiles(folder)
    content = json.loads(path.read_text(encoding="utf-8"))
    domes = tuple(SimDome(id_, **entry) for id_, entry in content["domes"].items())
    plates = tuple(SimPlate(**{**entry, "seen_by": tuple(entry["seen_by"])}) for entry in content["plates"])
    return DomeFiles(folder, domes, plates)


@dataclass(slots=True)
class _Standing:
    dome: SimDome
    motors: Motors
    mount: Mount
    device: Device
    camera: Camera


@dataclass
class _SharedGround:
    """Painted when first a picture is wanted: a town whose domes nobody watches need not read its layers."""

    files: DomeFiles
    wares: Wares
    ground: Ground | None = None
    lock: Lock = field(default_factory=Lock)

    def __call__(self) -> Ground:
        with self.lock:
            if self.ground is None:
                plates = [Plate(p.code, *CENTRE.to_metres(p.lon, p.lat), p.turned_deg) for p in self.files.plates]
                self.ground = Ground(read_townscape(self.files.folder, CENTRE, plates), self.wares)
            return self.ground


class TownDomes:
    """`live` goes to the RTSP server; `start` serves the devices."""

    def __init__(self, files: DomeFiles, clock: Clock, rng: Random) -> None:
        self._files = files
        self.server = DeviceServer(clock)
        self._put = 0
        self.wares = Wares()
        """What stands in the streets for a while; drawn into every dome's picture."""
        self._ground = _SharedGround(files, self.wares)
        self._standing: dict[str, _Standing] = {}
        for dome in files.domes:
            self._standing[dome.id] = self._stand(dome, clock, Random(rng.random()))
        self.port = 0

    def _stand(self, dome: SimDome, clock: Clock, rng: Random) -> _Standing:
        motors = Motors(clock, DomeLimits(wide_hfov_deg=dome.wide_hfov_deg))
        x, y = CENTRE.to_metres(dome.lon, dome.lat)
        mount = Mount(x, y, dome.height_m, dome.heading_deg, dome.pitch_deg, dome.roll_deg)
        camera = Camera(motors, mount, self._ground, clock, dome.name)
        account = dome.device_account or Account("admin", "")
        brand = BRANDS[dome.brand]
        settings = DeviceSettings(dome.id, account, usual_streams(dome.id), brand, dome.name)
        # A clock that nobody set: a few minutes off, as most are.
        settings.clock_error_s = round(rng.uniform(-240, 240), 1)
        device = Device(settings, clock=clock, rng=rng, dome=motors, snapshot=camera.snapshot)
        self.server.add(device)
        return _Standing(dome, motors, mount, device, camera)

    @property
    def live(self) -> list[LiveCamera]:
        return [
            LiveCamera(
                one.dome.id,
                one.dome.account,
                {"sub": LivePicture(one.camera, SUB_SIZE), "main": LivePicture(one.camera, MAIN_SIZE)},
            )
            for one in self._standing.values()
        ]

    async def start(self, host: str, port: int, rtsp_port: int) -> None:
        """Raises OSError when the port is taken. Nothing is opened where there are no domes."""
        if not self._standing:
            return
        for one in self._standing.values():
            one.device.settings.rtsp_address = (host, rtsp_port)
        self.port = await self.server.listen(host, port)
        for number, id_ in enumerate(self._standing, 1):
            own = device_host(host, number)
            if own != host:
                await self.server.listen_alone(id_, own, self.port)

    async def stop(self) -> None:
        await self.server.stop()

    def apply(self, camera_id: str, setting: FaultSetting) -> None:
        """What a fault of the streams means for the device: `*` is all of them, others than domes are none."""
        for one in self._standing.values():
            if camera_id in ("*", one.dome.id):
                one.device.hostile = Hostile.SILENT if setting.fault is Fault.FREEZE else None
                one.device.refusing = setting.fault is Fault.REFUSE
                if setting.fault is Fault.DROP:
                    self.server.cut()

    def set_device(self, device_id: str, quirks: Iterable[Quirk] | None, hostile: Hostile | None) -> dict[str, Any]:
        """Quirks None leaves them as they are. Raises UnknownDevice."""
        if device_id not in self._standing:
            raise UnknownDevice(f"there is no device {device_id}")
        device = self._standing[device_id].device
        device.hostile = hostile
        if quirks is not None:
            device.quirks = frozenset(quirks)
        return {"device": device_id, "quirks": sorted(device.quirks), "hostile": device.hostile}

    def put_ware(self, kind: WareKind, lon: float, lat: float, turned_deg: float) -> str:
        """Its name, to take it away by."""
        self._put += 1
        name = f"ware-{self._put}"
        self.wares.put(name, Ware(kind, *CENTRE.to_metres(lon, lat), turned_deg))
        return name

    def clear_ware_near(self, lon: float, lat: float, radius_m: float) -> str | None:
        """The name of what stood nearest, if anything did; it is gone now."""
        return self.wares.take_near(*CENTRE.to_metres(lon, lat), radius_m)

    def truth(self) -> dict[str, Any]:
        """How the domes really stand, where each points now, where the plates are, and what stands in the streets."""
        wares = [(name, one, CENTRE.to_degrees(one.x, one.y)) for name, one in self.wares.standing()]
        return {
            "wares": [{"ware": name, "kind": one.kind, "lon": lon, "lat": lat} for name, one, (lon, lat) in wares],
            "domes": {id_: _truth(one, self.server.address(id_)) for id_, one in self._standing.items()},
            "plates": [asdict(plate) for plate in self._files.plates],
        }


def _truth(one: _Standing, address: str) -> Mapping[str, Any]:
    aim, (turning, zooming) = one.motors.aim(), one.motors.moving()
    ground = one.mount.ground_at(aim)
    dome = one.dome
    return {
        "brand": dome.brand,
        "device": address,
        "lon": dome.lon,
        "lat": dome.lat,
        "height_m": dome.height_m,
        "mount": {"heading_deg": dome.heading_deg, "pitch_deg": dome.pitch_deg, "roll_deg": dome.roll_deg},
        "aim": asdict(aim),
        "hfov_deg": one.motors.limits.hfov_deg(aim.zoom),
        "turning": turning,
        "zooming": zooming,
        "looks_at": list(CENTRE.to_degrees(*ground)) if ground else None,
        "commands": one.motors.commands[-20:],
        "presets": {token: {"name": p.name, **asdict(p.aim)} for token, p in one.motors.presets.items()},
        "switches": asdict(one.motors.switches),
    }


def aim_at(dome: SimDome, lon: float, lat: float, plane: Plane = CENTRE) -> tuple[float, float]:
    """Pan and tilt that bring the place into the middle of the picture, by how the dome truly stands."""
    x, y = plane.to_metres(dome.lon, dome.lat)
    mount = Mount(x, y, dome.height_m, dome.heading_deg, dome.pitch_deg, dome.roll_deg)
    aim = mount.aim_at(*plane.to_metres(lon, lat))
    return aim.pan_deg, aim.tilt_deg
