"""HTTP/1.1 to one device and to nowhere else. Every length and time is bounded; nothing is followed.

Plain sockets and h11 rather than an HTTP client library: the address is resolved once and held against
`allowed_networks` before the connection, a pinned certificate is compared before the first byte is sent, and there are
no proxies, redirects, cookies or pools to switch off.
"""

import asyncio
import hashlib
import socket
import ssl
import zlib
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from urllib.parse import urlsplit

import h11

from config.camera_device import check_device_url
from ingest.onvif.problem import Code, DeviceProblem
from ingest.onvif.xml_reply import MAX_BYTES
from ingest.opening import Door
from ingest.rtsp.address import AddressRefused, CameraUrl, resolve_permitted

MAX_HEAD = 16 * 1024
_READ = 16 * 1024
_LONGEST_IDLE = 1.5
"""A kept connection older than this is not used again: devices close them without a word."""


@dataclass(frozen=True, slots=True)
class Times:
    """Seconds: to connect, to wait for the next bytes, and for one exchange as a whole."""

    connect: float = 3.0
    read: float = 5.0
    whole: float = 10.0


@dataclass(frozen=True, slots=True)
class Reply:
    """`headers` by small letters; those that came twice are in a list of values."""

    status: int
    headers: Mapping[str, tuple[str, ...]]
    body: bytes


class _Closed(Exception):
    """A kept connection was found closed before the first byte of an answer."""


class HttpLink:
    """The configured origin of one device. Not for use by two tasks at once; `close` when done."""

    def __init__(self, url: str, door: Door, certificate_sha256: str = "", times: Times | None = None) -> None:
        """Raises DeviceProblem when `url` cannot be used."""
        try:
            check_device_url(url)
        except ValueError as problem:
            raise DeviceProblem(Code.ADDRESS_REFUSED, str(problem)) from None
        parts = urlsplit(url)
        self.secure = parts.scheme == "https"
        self.host = parts.hostname or ""
        self.port = parts.port or (443 if self.secure else 80)
        self.path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        self._door = door
        self._pin = certificate_sha256.replace(":", "").lower()
        self._times = times or Times()
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None
        self._idle_since = 0.0

    @property
    def authority(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == (443 if self.secure else 80) else f"{host}:{self.port}"

    async def exchange(
        self, method: str, path: str, headers: Mapping[str, str], body: bytes = b"", *, fresh: bool = False
    ) -> Reply:
        """One request, one answer. `fresh`: not over a kept connection, so that it cannot be carried out twice.

        Raises DeviceProblem.
        """
        request = self._request(method, path, headers, len(body))
        try:
            async with asyncio.timeout(self._times.whole):
                return await self._over_a_connection(request, body, fresh)
        except TimeoutError:
            await self.close()
            raise DeviceProblem(Code.TIMED_OUT) from None
        except (DeviceProblem, asyncio.CancelledError):
            await self.close()
            raise
        except ssl.SSLError as error:
            await self.close()
            raise DeviceProblem(
                Code.TLS_UNTRUSTED, getattr(error, "verify_message", "") or error.reason or ""
            ) from None
        except OSError as error:
            await self.close()
            raise DeviceProblem(Code.UNREACHABLE, error.strerror or "") from None

    async def open(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        """A connection of the caller's own, checked as all are, for what is sent piece by piece. Raises
        DeviceProblem."""
        try:
            return await self._connect()
        except ssl.SSLError as error:
            text = getattr(error, "verify_message", "") or error.reason or ""
            raise DeviceProblem(Code.TLS_UNTRUSTED, text) from None
        except OSError as error:
            raise DeviceProblem(Code.UNREACHABLE, error.strerror or "") from None

    def _request(self, method: str, path: str, headers: Mapping[str, str], length: int) -> h11.Request:
        """Raises DeviceProblem for what the device wants to be sent and HTTP cannot hold."""
        own = {"Host": self.authority, "Accept-Encoding": "identity", "Content-Length": str(length)}
        try:
            # A realm comes back to the device as it was told: there are Chinese ones.
            lines = [(name.encode("ascii"), value.encode()) for name, value in {**own, **headers}.items()]
            return h11.Request(method=method, target=path.encode(), headers=lines)
        except h11.LocalProtocolError as error:
            raise DeviceProblem(Code.BROKEN_HTTP, str(error)) from None

    async def close(self) -> None:
        """Closes the kept connection. Does not raise."""
        if self._streams is not None:
            self._streams[1].transport.abort()
            self._streams = None

    async def _over_a_connection(self, request: h11.Request, body: bytes, fresh: bool) -> Reply:
        idle = asyncio.get_running_loop().time() - self._idle_since
        if self._streams is not None and not fresh and idle < _LONGEST_IDLE:
            try:
                return await self._once(self._streams, request, body, kept=True)
            except (_Closed, ConnectionError):
                pass
        await self.close()
        self._streams = await self._connect()
        return await self._once(self._streams, request, body, kept=False)

    async def _connect(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        target = CameraUrl("", self.host, self.port, self.secure)
        try:
            async with asyncio.timeout(self._times.connect):
                address = await resolve_permitted(target, self._door.networks, self._door.resolve)
                sock = await self._door.connect(address, self.port)
        except AddressRefused as problem:
            raise DeviceProblem(Code.ADDRESS_REFUSED, str(problem)) from None
        except TimeoutError:
            raise DeviceProblem(Code.UNREACHABLE, f"no connection within {self._times.connect:g} s") from None
        try:
            streams = await self._secured(sock, pinned=bool(self._pin))
        except ssl.SSLCertVerificationError as error:
            shown = await self._fingerprint(address)
            raise DeviceProblem(Code.TLS_UNTRUSTED, f"{error.verify_message}; its SHA-256 is {shown}") from None
        self._check_certificate(streams[1])
        return streams

    async def _secured(self, sock: socket.socket, *, pinned: bool) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        with ExitStack() as undo:
            undo.callback(sock.close)
            context = _tls(pinned) if self.secure else None
            name = self.host if self.secure else None
            streams = await asyncio.open_connection(sock=sock, limit=_READ, ssl=context, server_hostname=name)
            undo.pop_all()
            return streams

    async def _fingerprint(self, address: str) -> str:
        """Of the certificate that is shown to whoever asks, for a person to compare and pin; nothing is sent."""
        _, writer = await self._secured(await self._door.connect(address, self.port), pinned=True)
        try:
            return _sha256(writer)
        finally:
            writer.transport.abort()

    def _check_certificate(self, writer: asyncio.StreamWriter) -> None:
        if not self.secure or not self._pin:
            return
        shown = _sha256(writer)
        if shown != self._pin:
            writer.transport.abort()
            raise DeviceProblem(Code.CERTIFICATE_CHANGED, f"its SHA-256 is {shown}")

    async def _once(
        self,
        streams: tuple[asyncio.StreamReader, asyncio.StreamWriter],
        request: h11.Request,
        body: bytes,
        *,
        kept: bool,
    ) -> Reply:
        reader, writer = streams
        parser = h11.Connection(h11.CLIENT, max_incomplete_event_size=MAX_HEAD)
        head = parser.send(request) or b""
        writer.write(head + body)
        parser.send(h11.Data(data=body))
        parser.send(h11.EndOfMessage())
        await writer.drain()
        try:
            reply, again = await self._answer(parser, reader, kept)
        except h11.RemoteProtocolError as error:
            raise DeviceProblem(Code.BROKEN_HTTP, str(error)) from None
        self._idle_since = asyncio.get_running_loop().time()
        if not again:
            await self.close()
        return reply

    async def _answer(self, parser: h11.Connection, reader: asyncio.StreamReader, kept: bool) -> tuple[Reply, bool]:
        head: h11.Response | None = None
        pieces: list[bytes] = []
        size = asked = 0
        while True:
            event = parser.next_event()
            if event is h11.NEED_DATA:
                async with asyncio.timeout(self._times.read):
                    data = await reader.read(_READ)
                if not data and kept and asked == 0:
                    raise _Closed
                asked += 1
                parser.receive_data(data)
            elif isinstance(event, h11.Response):
                head = event
                _refuse_redirect(event)
            elif isinstance(event, h11.Data):
                size += len(event.data)
                if size > MAX_BYTES:
                    raise DeviceProblem(Code.TOO_LARGE, f"more than {MAX_BYTES} bytes")
                pieces.append(bytes(event.data))
            elif isinstance(event, h11.InformationalResponse):
                asked += 1
                if asked > 64:
                    raise DeviceProblem(Code.BROKEN_HTTP, "only interim answers")
            elif isinstance(event, h11.EndOfMessage) and head is not None:
                headers = _headers(head)
                body = _unpacked(b"".join(pieces), headers)
                again = parser.their_state is h11.DONE and parser.our_state is h11.DONE
                return Reply(head.status_code, headers, body), again
            else:
                raise DeviceProblem(Code.BROKEN_HTTP, "the connection closed in the middle of the answer")


def _sha256(writer: asyncio.StreamWriter) -> str:
    secured: ssl.SSLObject | None = writer.get_extra_info("ssl_object")
    certificate = secured.getpeercert(binary_form=True) if secured is not None else None
    return hashlib.sha256(certificate or b"").hexdigest()


def _headers(head: h11.Response) -> dict[str, tuple[str, ...]]:
    headers: dict[str, tuple[str, ...]] = {}
    for raw_name, raw_value in head.headers:
        name = raw_name.decode("latin-1").lower()
        headers[name] = (*headers.get(name, ()), _text(raw_value))
    return headers


def _text(value: bytes) -> str:
    try:
        return value.decode()
    except UnicodeDecodeError:
        return value.decode("latin-1")


def _refuse_redirect(head: h11.Response) -> None:
    if 300 <= head.status_code < 400:
        raise DeviceProblem(Code.REDIRECTED, f"HTTP {head.status_code}")


def _unpacked(body: bytes, headers: Mapping[str, tuple[str, ...]]) -> bytes:
    """We ask for no compression; firmware that compresses all the same is read within the same bound."""
    coding = ",".join(headers.get("content-encoding", ())).strip().lower()
    if coding in ("", "identity"):
        return body
    if coding not in ("gzip", "x-gzip", "deflate"):
        raise DeviceProblem(Code.BROKEN_HTTP, f"content encoding {coding}")
    inflater = zlib.decompressobj(zlib.MAX_WBITS | 32)
    try:
        plain = inflater.decompress(body, MAX_BYTES + 1)
    except zlib.error:
        raise DeviceProblem(Code.BROKEN_HTTP, "compressed data that cannot be read") from None
    if len(plain) > MAX_BYTES:
        raise DeviceProblem(Code.TOO_LARGE, f"more than {MAX_BYTES} bytes once unpacked")
    return plain


def _tls(pinned: bool) -> ssl.SSLContext:
    context = ssl.create_default_context()
    if pinned:
        # The certificate itself is compared, which is stricter than any chain, so its names and age do not matter.
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        context.set_ciphers("DEFAULT:@SECLEVEL=1")
    return context
