"""One device by ONVIF: what it is, its clock, its services, its streams."""

import asyncio
from dataclasses import dataclass
from typing import Any

from config.accounts import Account
from ingest.onvif import wsdl
from ingest.onvif.device_clock import clock_offset
from ingest.onvif.http_link import HttpLink, Times
from ingest.onvif.problem import Code, DeviceProblem, printable
from ingest.onvif.profiles import VideoProfile, profiles_in
from ingest.onvif.soap import SoapLink
from ingest.onvif.uris import service_path, snapshot_path, stream_address
from ingest.onvif.xml_reply import Node
from ingest.opening import Door
from runtime.clock import Clock

MAX_SERVICES = 64
_NO_CLOCK = {Code.NOT_AUTHORIZED, Code.NO_ACCOUNT, Code.NOT_SUPPORTED, Code.FAULT, Code.BASIC_ONLY}
"""Against the standard, some guard GetSystemDateAndTime or lack it: then our own time has to do."""


@dataclass(frozen=True, slots=True)
class Information:
    """What the device says it is, cut to 64 characters each; "" where it says nothing."""

    manufacturer: str
    model: str
    firmware: str
    serial: str
    hardware: str


class Device:
    """Ask with one task at a time a method; requests queue. `open` first; `close` when done. All raise DeviceProblem.

    `notes` lists what the device said that was put right, such as foreign_host for addresses at another host.
    """

    def __init__(
        self,
        url: str,
        account: Account | None,
        door: Door,
        clock: Clock,
        certificate_sha256: str = "",
        times: Times | None = None,
    ) -> None:
        self._clock = clock
        link = HttpLink(url, door, certificate_sha256, times)
        self.host = link.host
        self.soap = SoapLink(link, account, clock, door)
        self.urgent = SoapLink(HttpLink(url, door, certificate_sha256, times), account, clock, door)
        """A connection of its own, so that a stop never waits behind another answer."""
        self.services: dict[str, str] = {"device": link.path}
        self.notes: list[Code] = []

    @property
    def clock_offset_s(self) -> float | None:
        """The device's clock minus ours; None where it does not tell."""
        return self.soap.clock_offset_s

    async def open(self) -> None:
        """Reads its clock, without an account, and then which services it has and where."""
        await asyncio.to_thread(wsdl.load)
        await self._read_clock()
        try:
            self._take_services(await self.ask("device", "GetServices", IncludeCapability=False))
        except DeviceProblem as problem:
            if problem.code not in (Code.NOT_SUPPORTED, Code.FAULT, Code.BROKEN_REPLY):
                raise
        if "media" not in self.services and "media2" not in self.services:
            self._take_capabilities(await self.ask("device", "GetCapabilities", Category=["All"]))

    async def close(self) -> None:
        await self.soap.link.close()
        await self.urgent.link.close()

    async def ask(self, service: str, name: str, *, fresh: bool = False, **values: Any) -> Node:
        """The answer to one operation of a service the device has."""
        return await self.soap.ask(service, self._path(service), name, fresh=fresh, **values)

    async def ask_at_once(self, service: str, name: str, **values: Any) -> Node:
        """Like `ask`, past everything that waits."""
        self.urgent.clock_offset_s = self.soap.clock_offset_s
        return await self.urgent.ask(service, self._path(service), name, fresh=True, **values)

    async def information(self) -> Information:
        reply = await self.ask("device", "GetDeviceInformation")
        names = ("Manufacturer", "Model", "FirmwareVersion", "SerialNumber", "HardwareId")
        return Information(*(printable(reply.said(name), 64) for name in names))

    async def profiles(self) -> list[VideoProfile]:
        """Through Media2 where there is one, since Media cannot say H.265; else, or where that fails, through Media."""
        if "media2" in self.services:
            try:
                found = profiles_in(await self.ask("media2", "GetProfiles", Type="All"))
            except DeviceProblem as problem:
                if "media" not in self.services or problem.code in (Code.NOT_AUTHORIZED, Code.NO_ACCOUNT):
                    raise
                found = []
            if any(profile.codec for profile in found) or "media" not in self.services:
                return found
            # Heard of: Media2 answering with profiles that hold no configurations.
        return profiles_in(await self.ask("media", "GetProfiles"))

    async def stream_uri(self, profile: str) -> str:
        """The RTSP address of a profile, at this host, without user and password."""
        try:
            reply = await self._media2("GetStreamUri", Protocol="RTSP", ProfileToken=profile)
        except DeviceProblem as problem:
            if "media" not in self.services or problem.code is Code.NOT_AUTHORIZED:
                raise
            setup = {"Stream": "RTP-Unicast", "Transport": {"Protocol": "RTSP"}}
            reply = await self.ask("media", "GetStreamUri", StreamSetup=setup, ProfileToken=profile)
        address, named = stream_address(_uri(reply), self.host)
        self._note_host(named)
        return address

    async def snapshot_path(self, profile: str) -> str:
        """Where a JPEG of a profile is had at the device's own origin: its path."""
        try:
            reply = await self._media2("GetSnapshotUri", ProfileToken=profile)
        except DeviceProblem as problem:
            if "media" not in self.services or problem.code is Code.NOT_AUTHORIZED:
                raise
            reply = await self.ask("media", "GetSnapshotUri", ProfileToken=profile)
        path, named = snapshot_path(_uri(reply))
        self._note_host(named)
        return path

    async def _media2(self, name: str, **values: Any) -> Node:
        return await self.ask("media2", name, **values)

    def _path(self, service: str) -> str:
        path = self.services.get(service)
        if path is None:
            raise DeviceProblem(Code.NOT_SUPPORTED, f"no {service} service")
        return path

    async def _read_clock(self) -> None:
        path = self.services["device"]
        before = self._clock.now()
        try:
            reply = await self.soap.ask("device", path, "GetSystemDateAndTime", anonymous=True)
        except DeviceProblem as problem:
            if problem.code not in _NO_CLOCK:
                raise
            return
        # The reply has whole seconds, and took as long to come as to go.
        self.soap.clock_offset_s = clock_offset(reply, (before + self._clock.now()) / 2 - 0.5)

    def _take_services(self, reply: Node) -> None:
        names = {namespace: name for name, namespace in wsdl.NAMESPACES.items()}
        for node in reply.all("Service")[:MAX_SERVICES]:
            self._take(names.get(node.said("Namespace").rstrip("/"), ""), node.said("XAddr"))

    def _take_capabilities(self, reply: Node) -> None:
        inner = reply.at("Capabilities") or reply
        for name in ("Media", "PTZ", "Imaging"):
            self._take(name.lower(), inner.said(name, "XAddr"))

    def _take(self, name: str, xaddr: str) -> None:
        if not name or not xaddr or name == "device":
            return
        try:
            path, named = service_path(xaddr)
        except DeviceProblem as problem:
            self._note(problem.code)
            return
        self.services.setdefault(name, path)
        self._note_host(named)

    def _note_host(self, named: str) -> None:
        if named and named != self.host:
            self._note(Code.FOREIGN_HOST)

    def _note(self, code: Code) -> None:
        if code not in self.notes:
            self.notes.append(code)


def _uri(reply: Node) -> str:
    node = reply.at("MediaUri", "Uri") or reply.at("Uri") or reply.find("Uri")
    if node is None or not node.text:
        raise DeviceProblem(Code.BROKEN_REPLY, "no Uri")
    return node.text
