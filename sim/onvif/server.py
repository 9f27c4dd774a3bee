"""All simulated devices of a process behind HTTP: a path each on one port, an address each, or both."""

from dataclasses import dataclass
from urllib.parse import urlsplit

from runtime.clock import Clock
from sim.onvif.brand import Quirk
from sim.onvif.device import Device
from sim.onvif.device_service import DeviceService, service_path
from sim.onvif.hostile import hostile_reply
from sim.onvif.http import HttpServer, Request, Response
from sim.onvif.imaging_service import ImagingService
from sim.onvif.isapi import Isapi
from sim.onvif.media_service import Media2Service, MediaService
from sim.onvif.ptz_service import PtzService
from sim.onvif.service import Origin, Service
from sim.onvif.soap import Call, SoapFault, envelope, fault_body, parse
from sim.onvif.token import TokenRefused
from sim.rtsp.digest import Verdict

ELSEWHERE = "http://192.0.2.1/onvif/device_service"
"""Where a hostile redirect leads: an address of the documentation block (RFC 5737)."""
_PREFIX = "/device/"


@dataclass(slots=True)
class _Served:
    device: Device
    services: dict[str, Service]
    isapi: Isapi | None


class DeviceServer:
    """`add` devices, then `listen`; `address` tells where a device is found. One event loop."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._http = HttpServer(self._answer)
        self._served: dict[str, _Served] = {}
        self._own: dict[tuple[str, int], str] = {}
        self._shared: tuple[str, int] | None = None

    @property
    def devices(self) -> dict[str, Device]:
        return {id_: served.device for id_, served in self._served.items()}

    def add(self, device: Device) -> None:
        """Found at `/device/<id>/onvif/…` of the shared port, if there is one."""
        id_ = device.settings.id
        if id_ in self._served:
            raise ValueError(f"device {id_} is served already")
        services: list[Service] = [DeviceService(device), MediaService(device)]
        services += [] if device.has(Quirk.NO_MEDIA2) else [Media2Service(device)]
        isapi = None
        if device.dome is not None:
            services += [PtzService(device, device.dome), ImagingService(device, device.dome)]
            isapi = Isapi(device, device.dome) if device.brand.isapi else None
        self._served[id_] = _Served(device, {service.prefix: service for service in services}, isapi)

    async def listen(self, host: str = "127.0.0.1", port: int = 0) -> int:
        """Opens the port all devices share, a path each. Raises OSError."""
        self._shared = (host, await self._http.listen(host, port))
        return self._shared[1]

    async def listen_alone(self, device_id: str, host: str = "127.0.0.1", port: int = 0) -> int:
        """Opens an address of the device's own, as a real one has: `http://host:port/onvif/device_service`.

        On Linux every 127.x.y.z is there without setting up anything. Raises OSError, KeyError.
        """
        self._served[device_id]
        port = await self._http.listen(host, port)
        self._own[host, port] = device_id
        return port

    def address(self, device_id: str) -> str:
        """Of its device service: its own address where it has one. Raises KeyError."""
        own = next((where for where, id_ in self._own.items() if id_ == device_id), None)
        if own is not None:
            return f"http://{own[0]}:{own[1]}{service_path('tds')}"
        if self._shared is None or device_id not in self._served:
            raise KeyError(device_id)
        return f"http://{self._shared[0]}:{self._shared[1]}{_PREFIX}{device_id}{service_path('tds')}"

    async def stop(self) -> None:
        await self._http.stop()

    def cut(self) -> None:
        """Ends all standing connections, as when the devices' network fails."""
        self._http.cut()

    async def _answer(self, request: Request) -> Response:
        found = self._find(request)
        if found is None:
            return Response(b"not found", 404, "text/plain")
        served, path, root = found
        if served.device.refusing:
            return Response(b"busy", 503, "text/plain")
        if path.startswith("/ISAPI/"):
            return self._isapi(served, request, path)
        if path.startswith("/onvif/snapshot/"):
            return self._snapshot(served.device, request)
        if request.method != "POST":
            return Response(b"only POST", 405, "text/plain")
        return self._soap(served, request, root)

    def _find(self, request: Request) -> tuple[_Served, str, str] | None:
        """The device, the path within it, and what stands in front of that path."""
        own = self._own.get(request.local)
        if own is not None:
            return self._served[own], request.path, ""
        if not request.path.startswith(_PREFIX):
            return None
        id_, slash, rest = request.path.removeprefix(_PREFIX).partition("/")
        return (self._served[id_], slash + rest, _PREFIX + id_) if id_ in self._served else None

    def _soap(self, served: _Served, request: Request, root: str) -> Response:
        device, brand = served.device, served.device.brand
        try:
            call = parse(request.body)
            device.calls[call.operation] = device.calls.get(call.operation, 0) + 1
            hostile = device.hostile_for(call.operation)
            if hostile is not None:
                return hostile_reply(hostile, self._clock, ELSEWHERE)
            service = served.services.get(call.service)
            if service is None:
                raise SoapFault("no such service", "ActionNotSupported", "NoSuchService", code="Receiver", status=500)
            authorised = self._authorise(device, call, request, service.open_to_all(call.operation))
            body = service.answer(call, _origin(device, request, root, authorised))
            return Response(envelope(body, brand.envelope, brand.prefixes))
        except SoapFault as fault:
            text = fault_body(fault, brand.envelope, brand.prefixes.get("ter", "ter"))
            headers = _challenges(device) if fault.status == 401 else []
            return Response(envelope(text, brand.envelope, brand.prefixes), fault.status, headers=headers)

    def _authorise(self, device: Device, call: Call, request: Request, open_to_all: bool) -> bool:
        """Whether the credentials are good. Raises SoapFault where they are not and the operation wants them."""
        kinds = device.brand.authentication
        if "digest" in kinds and _digest_is_good(device, request):
            return True
        problem = _unauthorised(device)
        if "token" in kinds:
            try:
                if device.tokens.judge(call.header, device.now()):
                    return True
            except TokenRefused as refused:
                reason = f"The action requested requires authorization and the sender is not authorized ({refused})"
                problem = SoapFault(reason, "NotAuthorized")
        if not open_to_all:
            raise problem
        return False

    def _isapi(self, served: _Served, request: Request, path: str) -> Response:
        device = served.device
        device.calls[path] = device.calls.get(path, 0) + 1
        hostile = device.hostile_for(path)
        if hostile is not None:
            return hostile_reply(hostile, self._clock, ELSEWHERE)
        if served.isapi is None:
            return Response(b"not found", 404, "text/plain")
        if not _digest_is_good(device, request):
            return Response(b"", 401, "text/html", _challenges(device))
        inner = Request(request.method, path, request.headers, request.body, request.local)
        return served.isapi.answer(inner)

    def _snapshot(self, device: Device, request: Request) -> Response:
        device.calls["snapshot"] = device.calls.get("snapshot", 0) + 1
        if not _digest_is_good(device, request):
            return Response(b"", 401, "text/html", _challenges(device))
        return Response(device.snapshot(), content_type="image/jpeg")


def _origin(device: Device, request: Request, root: str, authorised: bool) -> Origin:
    host, port = request.local
    base = f"http://{host}:{port}{root}"
    shown = base
    if device.has(Quirk.PRIVATE_XADDR):
        shown = f"http://{device.settings.private_address}{root}"
    elif device.has(Quirk.HOSTLESS_XADDR):
        shown = f"http://{root}"
    return Origin(host, base, authorised, shown)


def _digest_is_good(device: Device, request: Request) -> bool:
    given = request.headers.get("authorization", "")
    target = urlsplit(request.target)
    uri = target.path + (f"?{target.query}" if target.query else "")
    return device.realm.judge(given, request.method, uri, device.settings.account) is Verdict.GRANTED


def _challenges(device: Device) -> list[tuple[str, str]]:
    return [("WWW-Authenticate", challenge) for challenge in reversed(device.realm.challenges())]


def _unauthorised(device: Device) -> SoapFault:
    status = 401 if "digest" in device.brand.authentication else 400
    return SoapFault("The action requested requires authorization", "NotAuthorized", status=status)
