"""Three scripted devices with faults of three makers, as their owners report them; replies written for these tests.

Hikvision: HTTP Digest only (home-assistant/core threads on "digest only" cameras), MoveStatus stuck (frigate #7958),
refuses a named space (langhuihui/monibuca #341), answers Stop with InvalidArgVal (sr99622/libonvif #115).
Dahua: judges tokens by another time than it tells (agsh/onvif #249), an empty PanTilt (frigate #9222), addresses of
another host, an ampersand not escaped (ZoneMinder #3767). Uniview: no GetServices, several addresses in one XAddr,
Media2 without configurations, odd order and codec names, faults in the clothes of SOAP 1.1.
"""

import base64
import hashlib
import re
import time
from dataclasses import dataclass, field

from config.accounts import Account
from tests.onvif.server import Answer, Asked, fault, http, soap

ACCOUNT = Account("admin", "pass&<word>1")
NOT_AUTHORIZED = fault("NotAuthorized", "Sender not Authorized", 400)


def utc(offset: float) -> str:
    now = time.gmtime(time.time() + offset)
    return (
        "<tds:GetSystemDateAndTimeResponse><tds:SystemDateAndTime><tt:UTCDateTime>"
        f"<tt:Time><tt:Hour>{now.tm_hour}</tt:Hour><tt:Minute>{now.tm_min}</tt:Minute><tt:Second>{now.tm_sec}"
        f"</tt:Second></tt:Time><tt:Date><tt:Year>{now.tm_year}</tt:Year><tt:Month>{now.tm_mon}</tt:Month>"
        f"<tt:Day>{now.tm_mday}</tt:Day></tt:Date></tt:UTCDateTime></tds:SystemDateAndTime>"
        "</tds:GetSystemDateAndTimeResponse>"
    )


def token_time(asked: Asked) -> float | None:
    """Unix time of a correctly made WS-Security token, None without one."""
    found = re.search(r"<w:Password[^>]*>([^<]+)</w:Password><w:Nonce[^>]*>([^<]+)<", asked.body)
    if found is None or "<w:Username>admin</w:Username>" not in asked.body:
        return None
    made = base64.b64decode(found[2]) + asked.created.encode() + ACCOUNT.password.encode()
    if base64.b64encode(hashlib.sha1(made).digest()).decode() != found[1]:
        return None
    return time.mktime(time.strptime(asked.created[:19], "%Y-%m-%dT%H:%M:%S")) - time.timezone


def digest_right(asked: Asked, realm: str, nonce: str) -> bool:
    sent = dict(re.findall(r'(\w+)="?([^",]+)"?', asked.headers.get("authorization", "")))
    if sent.get("nonce") != nonce:
        return False

    def md5(text: str) -> str:
        return hashlib.md5(text.encode()).hexdigest()

    secret = md5(f"admin:{realm}:{ACCOUNT.password}")
    target = md5(f"{asked.method}:{asked.path}")
    return sent["response"] == md5(f"{secret}:{nonce}:{sent['nc']}:{sent['cnonce']}:auth:{target}")


def information(maker: str, model: str) -> str:
    return (
        f"<tds:GetDeviceInformationResponse><tds:Manufacturer>{maker}</tds:Manufacturer><tds:Model>{model}</tds:Model>"
        "<tds:FirmwareVersion>V5.8.0</tds:FirmwareVersion><tds:SerialNumber>1</tds:SerialNumber><tds:HardwareId>88"
        "</tds:HardwareId></tds:GetDeviceInformationResponse>"
    )


def space(kind: str, uri: str, x: tuple[float, float], y: tuple[float, float] | None = None) -> str:
    ranges = f"<tt:XRange><tt:Min>{x[0]}</tt:Min><tt:Max>{x[1]}</tt:Max></tt:XRange>"
    if y is not None:
        ranges += f"<tt:YRange><tt:Min>{y[0]}</tt:Min><tt:Max>{y[1]}</tt:Max></tt:YRange>"
    return f"<tt:{kind}><tt:URI>http://www.onvif.org/ver10/tptz/{uri}</tt:URI>{ranges}</tt:{kind}>"


def node(*spaces: str, auxiliary: str = "") -> str:
    return (
        '<tptz:GetNodesResponse><tptz:PTZNode token="N"><tt:Name>n</tt:Name><tt:SupportedPTZSpaces>'
        + "".join(spaces)
        + "</tt:SupportedPTZSpaces><tt:MaximumNumberOfPresets>300</tt:MaximumNumberOfPresets>"
        + "".join(f"<tt:AuxiliaryCommands>{text}</tt:AuxiliaryCommands>" for text in auxiliary.split())
        + "</tptz:PTZNode></tptz:GetNodesResponse>"
    )


PAN_TILT = space("AbsolutePanTiltPositionSpace", "PanTiltSpaces/PositionGenericSpace", (-1, 1), (-1, 1))
ZOOM = space("AbsoluteZoomPositionSpace", "ZoomSpaces/PositionGenericSpace", (0, 1))
VELOCITY = space("ContinuousPanTiltVelocitySpace", "PanTiltSpaces/VelocityGenericSpace", (-1, 1), (-1, 1))
ZOOM_VELOCITY = space("ContinuousZoomVelocitySpace", "ZoomSpaces/VelocityGenericSpace", (-1, 1))
TRANSLATION = space("RelativePanTiltTranslationSpace", "PanTiltSpaces/TranslationGenericSpace", (-1, 1), (-1, 1))


def profile(token: str, codec: str, size: tuple[int, int] | None, *, ptz: bool = True) -> str:
    """A profile of Media."""
    width, height = size or (0, 0)
    resolution = f"<tt:Resolution><tt:Width>{width}</tt:Width><tt:Height>{height}</tt:Height></tt:Resolution>"
    turning = '<tt:PTZConfiguration token="C"><tt:NodeToken>N</tt:NodeToken></tt:PTZConfiguration>' if ptz else ""
    return (
        f'<trt:Profiles token="{token}"><tt:Name>{token}</tt:Name><tt:VideoSourceConfiguration token="V">'
        "<tt:SourceToken>S</tt:SourceToken></tt:VideoSourceConfiguration><tt:VideoEncoderConfiguration>"
        f"<tt:RateControl><tt:FrameRateLimit>25</tt:FrameRateLimit></tt:RateControl>{resolution if size else ''}"
        f"<tt:Encoding>{codec}</tt:Encoding></tt:VideoEncoderConfiguration>{turning}</trt:Profiles>"
    )


def profile2(token: str, codec: str, width: int, height: int) -> str:
    """A profile of Media2."""
    return (
        f'<tr2:Profiles token="{token}"><tr2:Name>{token}</tr2:Name><tr2:Configurations><tr2:VideoSource token="V">'
        '<tt:SourceToken>S</tt:SourceToken></tr2:VideoSource><tr2:VideoEncoder token="E" GovLength="50">'
        f"<tt:Encoding>{codec}</tt:Encoding><tt:Resolution><tt:Width>{width}</tt:Width><tt:Height>{height}</tt:Height>"
        '</tt:Resolution></tr2:VideoEncoder><tr2:PTZ token="C"><tt:NodeToken>N</tt:NodeToken></tr2:PTZ>'
        "</tr2:Configurations></tr2:Profiles>"
    )


@dataclass
class Scripted:
    """Answers by operation; `replies` may be changed by a test while it runs. `x`, `y`, `zoom` as the device counts.
    `told`: how far ahead it says its clock is, unless `replies` has an answer of its own."""

    replies: dict[str, str] = field(default_factory=dict)
    told: float = 0.0
    x: float = 0.0
    y: float = 0.0
    zoom: float = 0.0
    word: str = "IDLE"
    moved: list[str] = field(default_factory=list)

    def permitted(self, asked: Asked) -> Answer | None:
        """What is said to who may not ask, None to who may."""
        return None

    def answer(self, asked: Asked) -> Answer:
        name = asked.operation
        refused = None if name == "GetSystemDateAndTime" else self.permitted(asked)
        if refused is not None:
            return refused
        if name in ("AbsoluteMove", "RelativeMove", "ContinuousMove", "Stop", "SendAuxiliaryCommand", "GotoPreset"):
            self.moved.append(asked.body)
            return self.move(name, asked.body)
        if name == "GetStatus":
            return soap(self.status())
        reply = self.replies.get(name) or (utc(self.told) if name == "GetSystemDateAndTime" else None)
        return soap(reply) if reply is not None else fault("ActionNotSupported", "no such operation", 500)

    def move(self, name: str, body: str) -> Answer:
        return soap(f"<tptz:{name}Response/>")

    def status(self) -> str:
        return (
            f'<tptz:GetStatusResponse><tptz:PTZStatus><tt:Position><tt:PanTilt x="{self.x}" y="{self.y}"/>'
            f'<tt:Zoom x="{self.zoom}"/></tt:Position><tt:MoveStatus><tt:PanTilt>{self.word}</tt:PanTilt>'
            f"<tt:Zoom>{self.word}</tt:Zoom></tt:MoveStatus></tptz:PTZStatus></tptz:GetStatusResponse>"
        )


def services(*rows: tuple[str, str]) -> str:
    inner = "".join(
        f"<tds:Service><tds:Namespace>http://www.onvif.org/{name}</tds:Namespace><tds:XAddr>{xaddr}</tds:XAddr>"
        "</tds:Service>" for name, xaddr in rows
    )  # fmt: skip
    return f"<tds:GetServicesResponse>{inner}</tds:GetServicesResponse>"


class Hikvision(Scripted):
    """A dome with HTTP Digest only; `stale` makes it renew the nonce once."""

    realm, nonce = "DS-2DF8", "n1"

    def __init__(self) -> None:
        super().__init__(word="MOVING")
        at = "http://192.168.1.64/onvif/"
        self.replies = {
            "GetServices": services(
                ("ver10/device/wsdl", f"{at}device_service"), ("ver10/media/wsdl", f"{at}Media"),
                ("ver20/media/wsdl", f"{at}Media2"), ("ver20/ptz/wsdl", f"{at}PTZ"),
                ("ver20/imaging/wsdl", f"{at}Imaging"), ("ver99/new/wsdl", f"{at}New"),
            ),
            "GetDeviceInformation": information("HIKVISION", "DS-2DF8442IXS"),
            "GetProfiles": "<tr2:GetProfilesResponse>" + profile2("P1", "H265", 2560, 1440)
            + profile2("P2", "H264", 704, 576) + "</tr2:GetProfilesResponse>",
            "GetStreamUri": "<tr2:GetStreamUriResponse><tr2:Uri>rtsp://192.168.1.64:554/Streaming/Channels/101?t=u"
            "</tr2:Uri></tr2:GetStreamUriResponse>",
            "GetSnapshotUri": "<tr2:GetSnapshotUriResponse><tr2:Uri>http://admin:x@192.168.1.64/ISAPI/picture?c=1"
            "</tr2:Uri></tr2:GetSnapshotUriResponse>",
            "GetNodes": node(PAN_TILT, ZOOM, VELOCITY, ZOOM_VELOCITY, TRANSLATION,
                auxiliary="tt:Wiper|On tt:Wiper|Off tt:IRLamp|On tt:IRLamp|Off"),
            "GetMoveOptions": "<timg:GetMoveOptionsResponse><timg:MoveOptions><tt:Continuous><tt:Speed><tt:Min>-7"
            "</tt:Min><tt:Max>7</tt:Max></tt:Speed></tt:Continuous></timg:MoveOptions></timg:GetMoveOptionsResponse>",
            "GetOptions": "<timg:GetOptionsResponse><timg:ImagingOptions><tt:Exposure><tt:Iris><tt:Min>-22</tt:Min>"
            "<tt:Max>0</tt:Max></tt:Iris></tt:Exposure></timg:ImagingOptions></timg:GetOptionsResponse>",
            "Move": "<timg:MoveResponse/>", "SetImagingSettings": "<timg:SetImagingSettingsResponse/>",
            "GetPresets": '<tptz:GetPresetsResponse><tptz:Preset token="1"><tt:Name>大桥</tt:Name><tt:PTZPosition>'
            '<tt:PanTilt x="0.5" y="-1"/><tt:Zoom x="1"/></tt:PTZPosition></tptz:Preset><tptz:Preset token="2"/>'
            '<tptz:Preset><tt:Name>none</tt:Name></tptz:Preset></tptz:GetPresetsResponse>',
            "SetPreset": "<tptz:SetPresetResponse><tptz:PresetToken>7</tptz:PresetToken></tptz:SetPresetResponse>",
            "RemovePreset": "<tptz:RemovePresetResponse/>",
        }  # fmt: skip

    def permitted(self, asked: Asked) -> Answer | None:
        if digest_right(asked, self.realm, self.nonce):
            return None
        challenge = f'Digest qop="auth", realm="{self.realm}", nonce="{self.nonce}", stale="FALSE"'
        return http("", 401, WWW_Authenticate=challenge)

    def move(self, name: str, body: str) -> Answer:
        if "space=" in body or name == "Stop":
            return fault("InvalidArgVal", f"{name} failed")
        return super().move(name, body)


class Dahua(Scripted):
    """Tokens only, at most five seconds old by its own clock. `told`: what it says that clock is ahead by."""

    def __init__(self, ahead: float, told: float) -> None:
        super().__init__(told=told)
        self.ahead = ahead
        self.failures = 0
        self.replies = {
            "GetServices": services(
                ("ver10/media/wsdl", "http:///onvif/media_service"), ("ver20/ptz/wsdl", "http://10.9.9.9:8080/onvif/ptz"),
            ),
            "GetDeviceInformation": information("Dahua", "DH-SD59232XA"),
            "GetProfiles": "<trt:GetProfilesResponse>" + profile("MediaProfile000", "H264", (1920, 1080))
            + profile("MediaProfile001", "H264", (352, 288)) + profile("Snap", "JPEG", (1280, 720))
            + profile("Broken", "H264", None) + "</trt:GetProfilesResponse>",
            "GetStreamUri": "<trt:GetStreamUriResponse><trt:MediaUri><tt:Uri>rtsp://admin:secret@8.8.8.8:5544/cam/"
            "realmonitor?channel=1&subtype=0&unicast=true&proto=Onvif</tt:Uri></trt:MediaUri></trt:GetStreamUriResponse>",
            "GetNodes": node(VELOCITY, ZOOM_VELOCITY, TRANSLATION),
        }  # fmt: skip

    def permitted(self, asked: Asked) -> Answer | None:
        if asked.operation == "GetServices":
            return None  # open to all, as the standard has it, so that a wrong token seems to work
        made = token_time(asked)
        if made is not None and abs(made - time.time() - self.ahead) <= 5:
            return None
        self.failures += 1
        return fault("NotAuthorized", "Wsse authorized time check failed.", 500)

    def status(self) -> str:
        return (
            "<tptz:GetStatusResponse><tptz:PTZStatus><tt:Position><tt:PanTilt/></tt:Position></tptz:PTZStatus>"
            "</tptz:GetStatusResponse>"
        )


class Uniview(Scripted):
    """No GetServices; Media2 without configurations; reversed tilt; wants no account for anything."""

    def __init__(self) -> None:
        super().__init__()
        two = "http://[fe80::1]:80/onvif/%s http://127.0.0.1/onvif/%s"
        caps = "".join(
            f"<tt:{name}><tt:XAddr>{two % (name, name)}</tt:XAddr></tt:{name}>" for name in ("Media", "PTZ", "Imaging")
        )
        self.replies = {
            "GetSystemDateAndTime": "<tds:GetSystemDateAndTimeResponse><tds:SystemDateAndTime><tt:UTCDateTime>"
            "<tt:Date><tt:Year>0</tt:Year></tt:Date></tt:UTCDateTime></tds:SystemDateAndTime>"
            "</tds:GetSystemDateAndTimeResponse>",
            "GetCapabilities": f"<tds:GetCapabilitiesResponse><tds:Capabilities>{caps}</tds:Capabilities>"
            "</tds:GetCapabilitiesResponse>",
            "GetDeviceInformation": information("UNIVIEW", "IPC6222"),
            "GetProfiles": "<trt:GetProfilesResponse>" + profile("media_profile1", "H.265", (3840, 2160))
            + profile("media_profile2", "H.264", (720, 576)) + profile("media_profile3", "HEVC", (640, 360))
            + "</trt:GetProfilesResponse>",
            "GetStreamUri": "<trt:GetStreamUriResponse><trt:MediaUri><tt:Uri>RTSP://127.0.0.1/media/video1</tt:Uri>"
            "</trt:MediaUri></trt:GetStreamUriResponse>",
            "GetNodes": node(PAN_TILT, ZOOM),
        }  # fmt: skip

    def answer(self, asked: Asked) -> Answer:
        if asked.operation == "GetServices":
            old = "<faultcode>s:Client</faultcode><faultstring>Action Not Implemented</faultstring>"
            return soap(f"<s:Fault>{old}</s:Fault>", 500)
        return super().answer(asked)
