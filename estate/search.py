"""Looks for devices: who answers a WS-Discovery probe, who is at each address of a range. Each is asked by ONVIF."""

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from config.accounts import Account
from config.cameras import Camera
from estate.addresses import ONVIF_PATH
from ingest.onvif.discovery import GROUP, discover
from ingest.onvif.probe import CONCURRENCY, MAX_ADDRESSES, Probed, RangeRefused, probe_all
from ingest.onvif.problem import Code
from ingest.opening import Door
from runtime.clock import Clock

LISTEN_SECONDS = 4.0
MAX_DEVICES = 4096
"""Of one search; what is found beyond is counted and not kept."""
_NOBODY = {Code.UNREACHABLE, Code.TIMED_OUT, Code.ADDRESS_REFUSED}


@dataclass(frozen=True, slots=True)
class Wanted:
    """`interfaces`: our own addresses to ask from; `addresses`: each is asked at all of `ports`."""

    interfaces: tuple[str, ...] = ()
    addresses: tuple[str, ...] = ()
    ports: tuple[int, ...] = (80,)

    def __post_init__(self) -> None:
        """Raises RangeRefused."""
        if len(self.addresses) * len(self.ports) > MAX_ADDRESSES:
            raise RangeRefused(
                f"addresses times ports may be at most {MAX_ADDRESSES}", f"地址数乘以端口数最多 {MAX_ADDRESSES}"
            )


@dataclass(slots=True)
class FoundDevice:
    """`number` names it within the search. `name`, `hardware`: what it called itself when it announced itself."""

    number: int
    address: str
    url: str
    name: str = ""
    hardware: str = ""
    probed: Probed | None = None


class DeviceSearch:
    """One search. `run` it once; the figures may be read at any time, and stay when it is cancelled."""

    def __init__(
        self, wanted: Wanted, account_for: Callable[[str], Account | None], door: Door, clock: Clock,
        seconds: float = LISTEN_SECONDS, target: tuple[str, int] = GROUP, concurrency: int = CONCURRENCY,
        certificate_for: Callable[[str], str] = lambda _url: "",
    ) -> None:  # fmt: skip
        """`account_for` and `certificate_for` (the pinned SHA-256) are given the address of a device service. Tests
        give another `target` than the multicast."""
        self._wanted, self._account_for, self._door, self._clock = wanted, account_for, door, clock
        self._seconds, self._target, self._concurrency = seconds, target, concurrency
        self._certificate_for = certificate_for
        self.devices: list[FoundDevice] = []
        self.listening = bool(wanted.interfaces)
        self.done, self.total = 0, len(wanted.addresses) * len(wanted.ports)
        self.left_out = 0
        self.problem = ""
        """Why none of the interfaces could be asked from."""

    async def run(self) -> None:
        announced: dict[str, FoundDevice] = {}
        if self._wanted.interfaces:
            announced = await self._listen()
        self.listening = False
        told = {device.address for device in announced.values()}
        urls = list(announced)
        urls += [
            f"http://{address}{'' if port == 80 else f':{port}'}{ONVIF_PATH}"
            for address in self._wanted.addresses
            if address not in told
            for port in self._wanted.ports
        ]
        self.total = len(urls)
        # Cancelled, it is so while it waits in there, which ends what is still being asked.
        asked = (urls, self._account_for, self._door, self._clock, self._concurrency)
        async for progress in probe_all(*asked, certificate_for=self._certificate_for):
            self.done = progress.done
            self._keep(progress.result, announced.get(progress.result.url))

    async def _listen(self) -> dict[str, FoundDevice]:
        """Who announces himself, by the address of his device service."""
        announced: dict[str, FoundDevice] = {}
        networks, rng = self._door.networks, random.Random(self._door.rng.getrandbits(64))
        try:
            async for one in discover(self._wanted.interfaces, networks, rng, self._seconds, self._target):
                device = self._add(one.address, one.url)
                if device is not None:
                    device.name, device.hardware = one.name, one.hardware
                    announced[one.url] = device
        except OSError as error:
            self.problem = error.strerror or str(error)
        return announced

    def _keep(self, result: Probed, device: FoundDevice | None) -> None:
        if device is None:
            if result.problem is not None and result.problem.code in _NOBODY:
                return
            device = self._add(urlsplit(result.url).hostname or "", result.url)
        if device is not None:
            device.probed = result

    def _add(self, address: str, url: str) -> FoundDevice | None:
        if len(self.devices) >= MAX_DEVICES:
            self.left_out += 1
            return None
        device = FoundDevice(len(self.devices) + 1, address, url)
        self.devices.append(device)
        return device


def pins_of(cameras: Sequence[Camera]) -> Callable[[str], str]:
    """The pinned certificate of the device at an address, for those that are in cameras.yaml."""
    pins = {
        urlsplit(camera.device.url).netloc: camera.device.certificate_sha256
        for camera in cameras
        if camera.device is not None
    }
    return lambda url: pins.get(urlsplit(url).netloc, "")


def cameras_by_host(cameras: Sequence[Camera]) -> dict[str, list[Camera]]:
    """Which cameras are at an address already, by their streams or their device service."""
    found: dict[str, list[Camera]] = {}
    for camera in cameras:
        urls = [camera.streams.sub.url, camera.device.url if camera.device is not None else ""]
        for host in {urlsplit(url).hostname or "" for url in urls} - {""}:
            found.setdefault(host, []).append(camera)
    return found
