"""Further scripted devices, each in the shape of what its owners report; replies written for these tests.

Tapo: one path for all services (koush/scrypted #1775, frigate #7893); turns by velocity, says no position.
Recorder: a Hikvision DVR refuses the security header with a subcode of its own (home-assistant/core #93079), knows no
Media2 GetProfiles (rvi/ONVIFCamera #4), and has several pictures of which one turns (frigate #8052).
Amcrest: two ports in the stream address (milg0/onvif-java-lib #19), no UTCDateTime (agsh/onvif #65 tells of such a
camera), a bit rate of 2^31 - 1 (agsh/onvif #233). Xiongmai: the password in the path of the stream (its own address
pattern) and no zoom behind a zoom space (roleoroleo/yi-hack-Allwinner-v2 #767). Thingino: spaces in steps, 0 to 2590.
"""

from tests.onvif.brands import (
    PAN_TILT,
    TRANSLATION,
    VELOCITY,
    ZOOM,
    Scripted,
    digest_right,
    information,
    node,
    profile,
    services,
    space,
    token_time,
)
from tests.onvif.server import Answer, Asked, fault, http
from tests.onvif.test_device_clock import moment, zone


def media_uri(uri: str) -> str:
    return f"<trt:GetStreamUriResponse><trt:MediaUri><tt:Uri>{uri}</tt:Uri></trt:MediaUri></trt:GetStreamUriResponse>"


def profiles(*inner: str) -> str:
    return f"<trt:GetProfilesResponse>{''.join(inner)}</trt:GetProfilesResponse>"


class Tapo(Scripted):
    """A small dome. Everything is at one path; the envelope has no declared prefixes."""

    def __init__(self) -> None:
        super().__init__()
        at = "http://192.168.232.28:2020/onvif/service"
        self.replies = {
            "GetServices": services(("ver10/media/wsdl", at), ("ver20/ptz/wsdl", at), ("ver20/imaging/wsdl", at)),
            "GetDeviceInformation": information("tp-link", "Tapo C220"),
            "GetProfiles": profiles(
                profile("profile_1", "H264", (2560, 1440)), profile("profile_2", "H264", (640, 360)),
                profile("profile_3", "JPEG", (640, 360)),
            ),
            "GetStreamUri": media_uri("rtsp://192.168.232.28:554/stream2"),
            "GetNodes": node(VELOCITY, TRANSLATION),
        }  # fmt: skip

    def permitted(self, asked: Asked) -> Answer | None:
        return None if token_time(asked) is not None else fault("NotAuthorized", "Authority failure")

    def status(self) -> str:
        return "<tptz:GetStatusResponse><tptz:PTZStatus><tt:UtcTime/></tptz:PTZStatus></tptz:GetStatusResponse>"


class Recorder(Scripted):
    """Two channels; the second, a dome, turns. HTTP Digest, and a fault instead of 401 for a token."""

    realm, nonce = "DVR", "n7"

    def __init__(self) -> None:
        super().__init__()
        at = "http://192.168.1.64/onvif/"
        second = profile("T2M", "H265", (2560, 1440)) + profile("T2S", "H264", (704, 576))
        self.replies = {
            "GetServices": services(
                ("ver10/media/wsdl", f"{at}Media"), ("ver20/media/wsdl", f"{at}Media2"), ("ver20/ptz/wsdl", f"{at}PTZ")
            ),
            "GetDeviceInformation": information("HIKVISION", "iDS-7208HUHI"),
            "GetProfiles": profiles(
                profile("T1M", "H264", (3840, 2160), ptz=False), profile("T1S", "H264", (640, 360), ptz=False),
                second.replace(">S<", ">S2<"),
            ),
            "GetStreamUri": media_uri("rtsp://192.168.1.64:554/Streaming/Channels/202"),
            "GetNodes": node(PAN_TILT, ZOOM, VELOCITY),
        }  # fmt: skip

    def answer(self, asked: Asked) -> Answer:
        if asked.operation == "GetProfiles" and asked.path.endswith("Media2"):
            return fault("ActionNotSupported", "Optional Action Not Implemented", 500)
        return super().answer(asked)

    def permitted(self, asked: Asked) -> Answer | None:
        if digest_right(asked, self.realm, self.nonce):
            return None
        refusal = fault("InvalidSecurity", "An error was discovered processing the security header")
        challenge = f'Digest qop="auth", realm="{self.realm}", nonce="{self.nonce}"'
        return http(refusal.partition(b"\r\n\r\n")[2], 400, WWW_Authenticate=challenge)


class Amcrest(Scripted):
    """Tells no UTC; its stream addresses carry the port they were asked at as well."""

    def __init__(self, unix: float, port: int) -> None:
        super().__init__()
        local = moment("LocalDateTime", unix + 8 * 3600) + zone("GMT+08:00")
        rate = "<tt:RateControl><tt:FrameRateLimit>25</tt:FrameRateLimit>"
        self.replies = {
            "GetSystemDateAndTime": f"<r><tds:SystemDateAndTime>{local}</tds:SystemDateAndTime></r>",
            "GetServices": services(("ver10/media/wsdl", f"http://192.168.1.50:{port}/onvif/media_service")),
            "GetDeviceInformation": information("Amcrest", "IP5M"),
            "GetProfiles": profiles(
                profile("MediaProfile00000", "H264", (2688, 1520), ptz=False).replace(
                    rate, f"{rate}<tt:BitrateLimit>2147483647</tt:BitrateLimit>"),
                profile("MediaProfile00001", "H264", (704, 480), ptz=False),
            ),
            "GetStreamUri": media_uri(f"rtsp://192.168.1.50:{port}:554/cam/realmonitor?channel=1&amp;subtype=1"),
        }  # fmt: skip

    def permitted(self, asked: Asked) -> Answer | None:
        return None if token_time(asked) is not None else fault("NotAuthorized", "Sender not Authorized")


class Xiongmai(Scripted):
    """Open to all; what it says of its streams holds the password, and its zoom is none."""

    def __init__(self) -> None:
        super().__init__()
        at = "http://:80/onvif/"
        flat = space("AbsoluteZoomPositionSpace", "ZoomSpaces/PositionGenericSpace", (1, 1))
        self.replies = {
            "GetServices": services(("ver10/media/wsdl", f"{at}media"), ("ver20/ptz/wsdl", f"{at}ptz")),
            "GetDeviceInformation": information("H264", "XM530"),
            "GetProfiles": profiles(profile("000", "H264", (2304, 1296)), profile("001", "H264", (800, 448))),
            "GetStreamUri": media_uri("rtsp://192.168.1.10:554/user=admin_password=tlJwpbo6_channel=1_stream=1.sdp"),
            "GetNodes": node(PAN_TILT, flat, VELOCITY),
        }


class Thingino(Scripted):
    """Positions in steps of its motors (frigate #14170)."""

    def __init__(self) -> None:
        super().__init__(x=1295.0, y=500.0)
        at = "http://127.0.0.1/onvif/"
        steps = space("AbsolutePanTiltPositionSpace", "PanTiltSpaces/PositionGenericSpace", (0, 2590), (0, 1000))
        self.replies = {
            "GetServices": services(("ver10/media/wsdl", f"{at}media"), ("ver20/ptz/wsdl", f"{at}ptz")),
            "GetDeviceInformation": information("Thingino", "T31"),
            "GetProfiles": profiles(profile("P0", "H264", (1920, 1080)), profile("P1", "H264", (640, 360))),
            "GetStreamUri": media_uri("rtsp://127.0.0.1:554/ch1"),
            "GetNodes": node(steps, VELOCITY),
        }
