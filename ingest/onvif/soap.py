"""One device's SOAP: envelope, who asks (WS-Security or HTTP Digest, by the device's clock), answer or fault."""

import asyncio
import base64
import datetime
import hashlib
from enum import Enum
from typing import Any
from xml.sax.saxutils import escape

from config.accounts import Account
from ingest.onvif import wsdl
from ingest.onvif.device_clock import other_offset
from ingest.onvif.http_link import HttpLink, Reply
from ingest.onvif.problem import Code, DeviceProblem, printable
from ingest.onvif.xml_reply import Node, read_xml
from ingest.opening import Door
from ingest.rtsp.authentication import Authenticator
from runtime.clock import Clock

_SOAP = "http://www.w3.org/2003/05/soap-envelope"
_WSSE = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd"
_WSU = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd"
_TOKEN = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-username-token-profile-1.0#PasswordDigest"
_BASE64 = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-soap-message-security-1.0#Base64Binary"
_MIN_OFFSET = 2.0
_LARGE = 64 * 1024
# Dahua: "Wsse authorized time check failed"; Hikvision: ter:NotAuthorized, and wsse:InvalidSecurity on recorders
# (home-assistant/core #93079); Uniview: "Sender not Authorized".
_UNAUTHORIZED = ("notauthorized", "authorizedtime", "unauthorized", "authentic", "invalidsecurity")
_UNSUPPORTED = ("actionnotsupported", "notsupported", "notimplemented", "not implemented", "unknownaction")


class _Way(Enum):
    """How a request says who asks."""

    TOKEN = "WS-Security with the device's time"
    DIGEST = "HTTP Digest"
    OTHER_TIME = "WS-Security with the time it may judge by instead"


class SoapLink:
    """Asks one device, one request at a time. `clock_offset_s`: device minus us, None while unknown."""

    def __init__(self, link: HttpLink, account: Account | None, clock: Clock, door: Door) -> None:
        self.link = link
        self.clock_offset_s: float | None = None
        self._account = account
        self._clock = clock
        self._rng = door.rng
        self._signer = Authenticator(account, door.rng) if account is not None else None
        self._way: _Way | None = None
        self._given_up = False
        self._turn = asyncio.Lock()

    async def ask(
        self, service: str, path: str, name: str, *, anonymous: bool = False, fresh: bool = False, **values: Any
    ) -> Node:
        """The element inside the answer's body. Raises DeviceProblem, also for a SOAP fault."""
        request = wsdl.operation(service, name, **values)
        action = f"{wsdl.NAMESPACES[service]}/{name}"
        async with self._turn:
            if anonymous or self._account is None:
                return await self._read(*await self._send(path, action, request, None, fresh))
            return await self._signed(path, action, request, fresh)

    async def http(self, method: str, path: str, body: bytes, content_type: str, *, fresh: bool = False) -> Reply:
        """A plain HTTP exchange with the same device and account (ISAPI, pictures). Raises DeviceProblem."""
        headers = {"Content-Type": content_type} if body else {}
        async with self._turn:
            for _ in range(3):
                signed = self._digest(method, path)
                reply = await self.link.exchange(method, path, headers | signed, body, fresh=fresh)
                if reply.status != 401:
                    return reply
                if not self._challenged(reply, signed=bool(signed)):
                    break
        raise DeviceProblem(Code.NOT_AUTHORIZED if self._account is not None else Code.NO_ACCOUNT)

    async def _signed(self, path: str, action: str, request: str, fresh: bool) -> Node:
        """By the way that worked; else each way once. Never more: devices lock accounts after five failures."""
        refused: DeviceProblem | None = None
        tried: set[_Way] = set()
        ways = self._ways()
        while ways:
            way = ways.pop(0)
            reply, basic = await self._send(path, action, request, way, fresh)
            # A nonce that ran out is renewed for who was let in before; others are counted as another attempt.
            renewed = way is _Way.DIGEST and reply.status == 401 and self._challenged(reply, signed=True)
            if renewed and self._way is _Way.DIGEST:
                reply, basic = await self._send(path, action, request, way, fresh)
            try:
                node = await self._read(reply, basic)
            except DeviceProblem as problem:
                if problem.code not in (Code.NOT_AUTHORIZED, Code.BASIC_ONLY):
                    raise
                refused = problem
                tried.add(way)
                ways = [other for other in self._others(way, ways, reply) if other not in tried]
                continue
            self._way = way
            return node
        self._given_up = True
        raise refused or DeviceProblem(Code.NOT_AUTHORIZED)

    def _ways(self) -> list[_Way]:
        """The way that worked before the others: it may have worked only where nobody looks, as for GetServices."""
        first = _Way.DIGEST if self._signer is not None and self._signer.ready else _Way.TOKEN
        ways = [self._way or first, first]
        if abs(self.clock_offset_s or 0.0) > _MIN_OFFSET:
            ways.append(_Way.OTHER_TIME)
        unique = list(dict.fromkeys(ways))
        return unique[:1] if self._given_up else unique

    def _others(self, way: _Way, ways: list[_Way], reply: Reply) -> list[_Way]:
        """What is left to try; a challenge makes HTTP Digest the next."""
        if way is not _Way.DIGEST and self._challenged(reply, signed=False):
            return [_Way.DIGEST, *(other for other in ways if other is _Way.OTHER_TIME)]
        return ways

    async def _send(self, path: str, action: str, request: str, way: _Way | None, fresh: bool) -> tuple[Reply, bool]:
        token = self._token(way) if way in (_Way.TOKEN, _Way.OTHER_TIME) else ""
        body = f'<?xml version="1.0" encoding="utf-8"?><s:Envelope xmlns:s="{_SOAP}">{token}<s:Body>{request}</s:Body>'
        headers = {"Content-Type": f'application/soap+xml; charset=utf-8; action="{action}"'}
        if way is _Way.DIGEST:
            headers |= self._digest("POST", path)
        reply = await self.link.exchange("POST", path, headers, f"{body}</s:Envelope>".encode(), fresh=fresh)
        offered = [value for value in reply.headers.get("www-authenticate", ()) if value]
        basic = bool(offered) and all(value.strip().lower().startswith("basic") for value in offered)
        if way is None and reply.status == 401:
            self._challenged(reply, signed=False)
        return reply, basic

    def _digest(self, method: str, path: str) -> dict[str, str]:
        header = self._signer.header(method, path) if self._signer is not None else None
        return {"Authorization": header} if header is not None else {}

    def _challenged(self, reply: Reply, *, signed: bool) -> bool:
        """Takes a Digest challenge. Basic is never answered: it would hand the password to whoever asks."""
        values = reply.headers.get("www-authenticate", ())
        digests = [value for value in values if value.strip().lower().startswith("digest")]
        return bool(digests) and self._signer is not None and self._signer.challenged(digests, signed=signed)

    def _token(self, way: _Way | None) -> str:
        """WS-Security UsernameToken Profile 1.0, section 3.1: SHA-1 of nonce, time and password."""
        if self._account is None:
            return ""
        offset = self.clock_offset_s or 0.0
        if way is _Way.OTHER_TIME:
            offset = other_offset(offset)
        created = timestamp(self._clock.now() + offset)
        nonce = self._rng.randbytes(16)
        digest = hashlib.sha1(nonce + created.encode() + self._account.password.encode(), usedforsecurity=False)
        return (
            f'<s:Header><w:Security xmlns:w="{_WSSE}" s:mustUnderstand="1"><w:UsernameToken>'
            f"<w:Username>{escape(self._account.username)}</w:Username>"
            f'<w:Password Type="{_TOKEN}">{base64.b64encode(digest.digest()).decode()}</w:Password>'
            f'<w:Nonce EncodingType="{_BASE64}">{base64.b64encode(nonce).decode()}</w:Nonce>'
            f'<u:Created xmlns:u="{_WSU}">{created}</u:Created></w:UsernameToken></w:Security></s:Header>'
        )

    async def _read(self, reply: Reply, basic: bool) -> Node:
        """A large answer takes up to 0.15 s, in which others want to go on."""
        if len(reply.body) > _LARGE:
            return await asyncio.to_thread(self._judged, reply, basic)
        return self._judged(reply, basic)

    def _judged(self, reply: Reply, basic: bool) -> Node:
        try:
            return answer_of(reply)
        except DeviceProblem as problem:
            if problem.code is Code.NOT_AUTHORIZED and basic:
                raise DeviceProblem(Code.BASIC_ONLY) from None
            if problem.code is Code.NOT_AUTHORIZED and self._account is None:
                raise DeviceProblem(Code.NO_ACCOUNT) from None
            if self._account is not None and self._account.password.encode() in reply.body:
                raise DeviceProblem(problem.code) from None  # a device that repeats the password is not quoted
            raise


def answer_of(reply: Reply) -> Node:
    """The element inside the SOAP body. Raises DeviceProblem."""
    if reply.status == 401:
        raise DeviceProblem(Code.NOT_AUTHORIZED)
    if not reply.body.strip():
        if reply.status in (404, 405, 501):
            raise DeviceProblem(Code.NOT_ONVIF, f"HTTP {reply.status}")
        raise DeviceProblem(Code.BROKEN_REPLY, f"HTTP {reply.status} without content")
    try:
        root = read_xml(reply.body)
    except DeviceProblem as problem:
        if problem.code is Code.BROKEN_XML and reply.status != 200:
            raise DeviceProblem(Code.NOT_ONVIF, f"HTTP {reply.status}") from None
        raise
    body = root.at("Body") if root.name.lower() == "envelope" else None
    if body is None:
        if reply.status == 200 and root.name.lower() != "html":
            raise DeviceProblem(Code.BROKEN_REPLY, "no SOAP body")
        raise DeviceProblem(Code.NOT_ONVIF, f"HTTP {reply.status}")
    fault = body.at("Fault")
    if fault is not None:
        raise problem_of(fault)
    if not body.children:
        raise DeviceProblem(Code.BROKEN_REPLY, "an empty SOAP body")
    return body.children[0]


def problem_of(fault: Node) -> DeviceProblem:
    """A SOAP fault (1.2 or 1.1) by its subcodes; brands differ in where they put the one that counts."""
    codes = [node.text.rpartition(":")[2] for node in fault.walk() if node.name.lower() in ("value", "faultcode")]
    reason = next((node.text for node in fault.walk() if node.name.lower() in ("text", "faultstring")), "")
    said = " ".join([*codes, reason]).lower()
    detail = printable(f"{reason} ({', '.join(codes[-2:])})" if codes else reason)
    if "locked" in said or "toomany" in said.replace(" ", ""):
        return DeviceProblem(Code.BUSY, detail)
    if any(word in said.replace(" ", "") for word in _UNAUTHORIZED):
        return DeviceProblem(Code.NOT_AUTHORIZED, detail)
    if any(word in said for word in _UNSUPPORTED):
        return DeviceProblem(Code.NOT_SUPPORTED, detail)
    return DeviceProblem(Code.FAULT, detail)


def timestamp(unix: float) -> str:
    """xs:dateTime in UTC with milliseconds, within what a date can say."""
    bounded = min(max(unix, 0.0), 253402300799.0)
    moment = datetime.datetime.fromtimestamp(bounded, datetime.UTC)
    return moment.strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond // 1000:03d}Z"
