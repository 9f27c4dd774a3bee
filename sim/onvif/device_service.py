"""The device management service (ONVIF Core, section 8), as far as clients ask."""

from datetime import UTC, datetime

from sim.onvif.brand import Quirk
from sim.onvif.device import LOCAL_OFFSET_S, Device
from sim.onvif.service import Origin, Service, operation
from sim.onvif.soap import NAMESPACES, Call, SoapFault, leaf, tag

_PATHS = {"tds": "device_service", "trt": "media_service", "tr2": "media2_service", "tptz": "ptz_service",
          "timg": "imaging_service"}  # fmt: skip
_VERSIONS = {"tds": (18, 12), "trt": (2, 60), "tr2": (18, 12), "tptz": (17, 12), "timg": (16, 12)}


def service_path(prefix: str) -> str:
    return f"/onvif/{_PATHS[prefix]}"


class DeviceService(Service):
    prefix = "tds"

    @operation("GetSystemDateAndTime", open_to_all=True)
    def _date_and_time(self, _call: Call, _origin: Origin) -> str:
        now = self.device.now()
        shown = now + LOCAL_OFFSET_S if self.device.has(Quirk.LOCAL_TIME) else now
        return tag(
            "tds:SystemDateAndTime",
            leaf("tt:DateTimeType", "NTP" if self.device.settings.clock_error_s == 0 else "Manual"),
            leaf("tt:DaylightSavings", False),
            tag("tt:TimeZone", leaf("tt:TZ", "CST-8:00:00")),
            _date_time("tt:UTCDateTime", shown),
            _date_time("tt:LocalDateTime", now + LOCAL_OFFSET_S),
        )

    @operation("GetDeviceInformation")
    def _information(self, _call: Call, _origin: Origin) -> str:
        brand = self.device.brand
        return "".join(
            leaf(f"tds:{name}", value)
            for name, value in (
                ("Manufacturer", brand.manufacturer), ("Model", brand.model), ("FirmwareVersion", brand.firmware),
                ("SerialNumber", self.device.serial), ("HardwareId", "88"),
            )
        )  # fmt: skip

    def _guard(self, origin: Origin) -> None:
        if self.device.has(Quirk.GUARDED_CAPABILITIES) and not origin.authorised:
            raise SoapFault("The action requested requires authorization", "NotAuthorized")

    @operation("GetCapabilities", open_to_all=True)
    def _capabilities(self, call: Call, origin: Origin) -> str:
        self._guard(origin)
        wanted = call.text("Category", "All")
        parts = {
            "Device": tag("tt:Device", _address("tds", origin)),
            "Imaging": tag("tt:Imaging", _address("timg", origin)) if self.device.dome else "",
            "Media": tag(
                "tt:Media",
                _address("trt", origin),
                tag(
                    "tt:StreamingCapabilities",
                    leaf("tt:RTPMulticast", False), leaf("tt:RTP_TCP", True), leaf("tt:RTP_RTSP_TCP", True),
                ),
            ),
            "PTZ": tag("tt:PTZ", _address("tptz", origin)) if self.device.dome else "",
        }  # fmt: skip
        chosen = parts.values() if wanted == "All" else [parts.get(wanted, "")]
        if not any(chosen):
            raise SoapFault(f"no capabilities {wanted}", "ActionNotSupported", "NoSuchService", code="Receiver")
        return tag("tds:Capabilities", *chosen)

    @operation("GetServices", open_to_all=True)
    def _services(self, _call: Call, origin: Origin) -> str:
        if self.device.has(Quirk.NO_GET_SERVICES):
            raise SoapFault("not implemented", "ActionNotSupported", code="Receiver", status=500)
        self._guard(origin)
        offered = ["tds", "trt"]
        offered += [] if self.device.has(Quirk.NO_MEDIA2) else ["tr2"]
        offered += ["timg", "tptz"] if self.device.dome else []
        return "".join(
            tag(
                "tds:Service",
                leaf("tds:Namespace", NAMESPACES[prefix]),
                leaf("tds:XAddr", origin.address(service_path(prefix))),
                tag("tds:Version", leaf("tt:Major", _VERSIONS[prefix][0]), leaf("tt:Minor", _VERSIONS[prefix][1])),
            )
            for prefix in offered
        )

    @operation("GetScopes")
    def _scopes(self, _call: Call, _origin: Origin) -> str:
        return "".join(
            tag("tds:Scopes", leaf("tt:ScopeDef", "Fixed"), leaf("tt:ScopeItem", scope))
            for scope in scopes(self.device)
        )

    @operation("GetHostname", open_to_all=True)
    def _hostname(self, _call: Call, _origin: Origin) -> str:
        return tag("tds:HostnameInformation", leaf("tt:FromDHCP", False), leaf("tt:Name", self.device.settings.id))

    @operation("GetNetworkInterfaces")
    def _interfaces(self, _call: Call, origin: Origin) -> str:
        if self.device.has(Quirk.NO_NETWORK_INTERFACES):
            raise SoapFault("Bad Request", "InvalidArgs")
        manual = tag("tt:Manual", leaf("tt:Address", origin.host), leaf("tt:PrefixLength", 24))
        return tag(
            "tds:NetworkInterfaces",
            leaf("tt:Enabled", True),
            tag("tt:Info", leaf("tt:Name", "eth0"), leaf("tt:HwAddress", self.device.mac), leaf("tt:MTU", 1500)),
            tag("tt:IPv4", leaf("tt:Enabled", True), tag("tt:Config", manual, leaf("tt:DHCP", False))),
            token="eth0",
        )

    @operation("GetServiceCapabilities", open_to_all=True)
    def _service_capabilities(self, _call: Call, _origin: Origin) -> str:
        kinds = self.device.brand.authentication
        return tag(
            "tds:Capabilities",
            tag("tds:Network", IPFilter="true", NTP="1"),
            tag("tds:Security", UsernameToken=str("token" in kinds).lower(), HttpDigest=str("digest" in kinds).lower()),
            tag("tds:System", DiscoveryResolve="true", DiscoveryBye="true"),
        )

    @operation("SystemReboot")
    def _reboot(self, _call: Call, _origin: Origin) -> str:
        return leaf("tds:Message", "Rebooting in 30 seconds")


def scopes(device: Device) -> tuple[str, ...]:
    """What it says of itself in discovery, too (ONVIF Core section 7.3.2.2)."""
    base = "onvif://www.onvif.org"
    turning = (f"{base}/type/ptz",) if device.dome else ()
    named = device.brand.manufacturer
    fixed = (f"{base}/type/video_encoder", f"{base}/Profile/Streaming", f"{base}/name/{named}")
    return (*fixed, f"{base}/hardware/{device.brand.model}", f"{base}/location/country/china", *turning,
            *device.settings.scopes)  # fmt: skip


def _address(prefix: str, origin: Origin) -> str:
    return leaf("tt:XAddr", origin.address(service_path(prefix)))


def _date_time(name: str, at: float) -> str:
    time = datetime.fromtimestamp(at, UTC)
    clock = tag("tt:Time", leaf("tt:Hour", time.hour), leaf("tt:Minute", time.minute), leaf("tt:Second", time.second))
    day = tag("tt:Date", leaf("tt:Year", time.year), leaf("tt:Month", time.month), leaf("tt:Day", time.day))
    return tag(name, clock, day)
