"""Why a device could not be asked, or what is wrong with its answer: a code, and a sentence in Chinese and English."""

from enum import StrEnum

_SHOWN = 160


class Code(StrEnum):
    """Codes are part of the interface: they are stored and shown."""

    ADDRESS_REFUSED = "address_refused"
    UNREACHABLE = "unreachable"
    TIMED_OUT = "timed_out"
    TLS_UNTRUSTED = "tls_untrusted"
    CERTIFICATE_CHANGED = "certificate_changed"
    REDIRECTED = "redirected"
    NOT_ONVIF = "not_onvif"
    BROKEN_HTTP = "broken_http"
    TOO_LARGE = "too_large"
    FORBIDDEN_XML = "forbidden_xml"
    BROKEN_XML = "broken_xml"
    BROKEN_REPLY = "broken_reply"
    NOT_AUTHORIZED = "not_authorized"
    NO_ACCOUNT = "no_account"
    BASIC_ONLY = "basic_only"
    BUSY = "busy"
    NOT_SUPPORTED = "not_supported"
    FAULT = "fault"
    FOREIGN_HOST = "foreign_host"
    SECRET_IN_URI = "secret_in_uri"
    OUT_OF_RANGE = "out_of_range"


_TEXTS = {
    Code.ADDRESS_REFUSED: ("地址不在允许的网段内", "the address is not within allowed_networks"),
    Code.UNREACHABLE: ("设备无法连接", "the device cannot be reached"),
    Code.TIMED_OUT: ("设备响应超时", "the device did not answer in time"),
    Code.TLS_UNTRUSTED: ("证书不受信任", "its certificate is not trusted"),
    Code.CERTIFICATE_CHANGED: ("证书与登记的指纹不符", "its certificate is not the one that is pinned"),
    Code.REDIRECTED: ("设备要求转到别的地址，已拒绝", "the device redirects elsewhere, which is not followed"),
    Code.NOT_ONVIF: ("该地址没有 ONVIF 服务", "there is no ONVIF service at this address"),
    Code.BROKEN_HTTP: ("设备的 HTTP 应答无法理解", "its HTTP answer cannot be understood"),
    Code.TOO_LARGE: ("设备的应答过大，已中止", "its answer is larger than allowed"),
    Code.FORBIDDEN_XML: ("应答含有禁止的 XML 内容", "its answer holds XML that is not allowed"),
    Code.BROKEN_XML: ("应答不是有效的 XML", "its answer is not well-formed XML"),
    Code.BROKEN_REPLY: ("应答内容缺失或有误", "its answer lacks something or holds nonsense"),
    Code.NOT_AUTHORIZED: ("账号或密码被拒绝", "the user name or password is refused"),
    Code.NO_ACCOUNT: ("设备需要账号，但未配置", "the device wants an account and none is configured"),
    Code.BASIC_ONLY: ("设备只接受明文密码，已拒绝", "the device takes passwords in the clear only, which is refused"),
    Code.BUSY: ("设备繁忙或已锁定账号", "the device is busy or has locked the account"),
    Code.NOT_SUPPORTED: ("设备不支持此操作", "the device does not support this"),
    Code.FAULT: ("设备拒绝了请求", "the device refuses the request"),
    Code.FOREIGN_HOST: ("设备给出的地址指向别的主机", "the device names an address at another host"),
    Code.SECRET_IN_URI: ("设备给出的地址含有密码", "the address the device names holds a password"),
    Code.OUT_OF_RANGE: ("超出设备的转动范围", "this is outside the device's range"),
}


class DeviceProblem(Exception):
    """One device, one reason. `detail` is short and printable; the device may have chosen its words."""

    def __init__(self, code: Code, detail: str = "") -> None:
        self.code = code
        self.detail = printable(detail)
        zh, en = _TEXTS[code]
        self.zh = f"{zh}：{self.detail}" if self.detail else zh
        self.en = f"{en}: {self.detail}" if self.detail else en
        super().__init__(self.en)

    def bare(self) -> "DeviceProblem":
        """The same to be kept: an exception that was raised holds on to its frames, and they to the answer."""
        return DeviceProblem(self.code, self.detail)


def printable(text: str, longest: int = _SHOWN) -> str:
    """The text on one line, without control characters, cut to `longest`."""
    kept = "".join(c if c.isprintable() else " " for c in text[: longest * 4])
    line = " ".join(kept.split())
    return line if len(line) <= longest else line[: longest - 1] + "…"
