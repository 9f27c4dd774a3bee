"""A SOAP client of few lines, independent of the product's own: what it sends is spelled out here."""

import base64
import hashlib
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from xml.etree import ElementTree

import httpx

from config.accounts import Account

NAMESPACES = {
    "tds": "http://www.onvif.org/ver10/device/wsdl",
    "trt": "http://www.onvif.org/ver10/media/wsdl",
    "tr2": "http://www.onvif.org/ver20/media/wsdl",
    "tptz": "http://www.onvif.org/ver20/ptz/wsdl",
    "timg": "http://www.onvif.org/ver20/imaging/wsdl",
}
_WSSE = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd"
_WSU = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd"
_DIGEST = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-username-token-profile-1.0#PasswordDigest"


def token(account: Account, at: float, nonce: bytes) -> str:
    """A WS-Security header whose time is `at`."""
    created = datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")
    digest = base64.b64encode(hashlib.sha1(nonce + created.encode() + account.password.encode()).digest()).decode()
    return (
        f'<wsse:Security xmlns:wsse="{_WSSE}" xmlns:wsu="{_WSU}"><wsse:UsernameToken>'
        f'<wsse:Username>{account.username}</wsse:Username><wsse:Password Type="{_DIGEST}">{digest}</wsse:Password>'
        f"<wsse:Nonce>{base64.b64encode(nonce).decode()}</wsse:Nonce><wsu:Created>{created}</wsu:Created>"
        "</wsse:UsernameToken></wsse:Security>"
    )


def envelope(operation: str, inside: str = "", header: str = "") -> str:
    """`operation` with the prefix of its service: `tptz:GetStatus`. `inside` may use that prefix and `tt`."""
    prefix = operation.split(":")[0]
    return (
        '<?xml version="1.0"?><s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope" '
        f'xmlns:tt="http://www.onvif.org/ver10/schema" xmlns:{prefix}="{NAMESPACES[prefix]}">'
        f"<s:Header>{header}</s:Header><s:Body><{operation}>{inside}</{operation}></s:Body></s:Envelope>"
    )


class Answer:
    """A reply, looked into by local names."""

    def __init__(self, reply: httpx.Response) -> None:
        self.status = reply.status_code
        self._root = ElementTree.fromstring(reply.content)

    def all(self, name: str) -> list[ElementTree.Element]:
        return [element for element in self._root.iter() if element.tag.rpartition("}")[2] == name]

    def text(self, name: str) -> str:
        return (self.all(name)[0].text or "").strip()

    def attributes(self, name: str) -> Mapping[str, str]:
        return self.all(name)[0].attrib


class SoapClient:
    """`now` gives the device's time."""

    def __init__(self, http: httpx.AsyncClient, url: str, account: Account, now: Callable[[], float]) -> None:
        self._http, self._url, self._account, self._now = http, url, account, now
        self._sent = 0

    async def ask(self, operation: str, inside: str = "", *, path: str = "device_service") -> Answer:
        self._sent += 1
        header = token(self._account, self._now(), f"nonce-{self._sent}".encode())
        url = self._url.replace("device_service", path)
        return Answer(await self._http.post(url, content=envelope(operation, inside, header)))

    async def ptz(self, operation: str, inside: str = "") -> Answer:
        profile = "<tptz:ProfileToken>Profile_1</tptz:ProfileToken>"
        return await self.ask(f"tptz:{operation}", profile + inside, path="ptz_service")
