"""RTSP 1.0 messages (RFC 2326): serialised and parsed, every length bounded before anything is kept."""

from collections.abc import Mapping
from dataclasses import dataclass, field

MAX_HEAD_BYTES = 16 * 1024
MAX_LINE_BYTES = 4096
MAX_HEADERS = 64
MAX_BODY_BYTES = 64 * 1024


class RtspError(Exception):
    """The other side broke the protocol, or refused. The text holds no credentials and is fit for an operator."""


class ProtocolError(RtspError):
    """What arrived is not RTSP, or passes a bound."""


@dataclass(frozen=True, slots=True)
class Response:
    status: int
    reason: str
    headers: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    body: bytes = b""

    def header(self, name: str) -> str | None:
        """The first header of that name, case ignored."""
        values = self.headers.get(name.lower())
        return values[0] if values else None

    def all(self, name: str) -> tuple[str, ...]:
        return self.headers.get(name.lower(), ())

    @property
    def cseq(self) -> int | None:
        value = self.header("cseq")
        return int(value) if value is not None and value.isascii() and value.isdigit() and len(value) < 10 else None


def serialise_request(method: str, url: str, headers: Mapping[str, str]) -> bytes:
    lines = [f"{method} {url} RTSP/1.0", *(f"{name}: {value}" for name, value in headers.items()), "", ""]
    text = "\r\n".join(lines)
    if any("\r" in part or "\n" in part for part in (method, url, *headers.keys(), *headers.values())):
        raise ProtocolError("a line break inside a request")
    return text.encode("utf-8")


def find_message_end(buffer: bytes | bytearray | memoryview, start: int, end: int) -> tuple[int, int] | None:
    """(end of head, end of message) of the message at `start`, or None when more bytes are needed.

    Raises ProtocolError as soon as a bound is passed, however much is still to come.
    """
    window = bytes(buffer[start : min(end, start + MAX_HEAD_BYTES + 4)])
    blank, width = _blank_line(window)
    if blank < 0:
        if len(window) >= MAX_HEAD_BYTES:
            raise ProtocolError(f"a message head of more than {MAX_HEAD_BYTES} bytes")
        _bound_lines(window)
        return None
    head_end = blank + width
    length = _content_length(window[:blank])
    if end - start < head_end + length:
        return None
    return start + head_end, start + head_end + length


def parse_response(data: bytes) -> Response:
    """One whole message. Raises ProtocolError."""
    blank, width = _blank_line(data[: MAX_HEAD_BYTES + 4])
    if blank < 0:
        raise ProtocolError("a message without an end")
    head = data[:blank]
    _bound_lines(head)
    lines = head.replace(b"\r\n", b"\n").split(b"\n")
    status, reason = _status_line(lines[0])
    return Response(status, reason, _headers(lines[1:]), data[blank + width :])


def _blank_line(window: bytes) -> tuple[int, int]:
    """Where the head ends. Some cameras end lines with a bare LF."""
    crlf, lf = window.find(b"\r\n\r\n"), window.find(b"\n\n")
    if crlf >= 0 and (lf < 0 or crlf < lf):
        return crlf, 4
    return lf, 2


def _bound_lines(head: bytes) -> None:
    lines = head.split(b"\n")
    if len(lines) > MAX_HEADERS + 1:
        raise ProtocolError(f"more than {MAX_HEADERS} headers")
    if any(len(line) > MAX_LINE_BYTES for line in lines):
        raise ProtocolError(f"a header line of more than {MAX_LINE_BYTES} bytes")


def _content_length(head: bytes) -> int:
    for line in head.split(b"\n")[1 : MAX_HEADERS + 1]:
        name, _, value = line.partition(b":")
        if name.strip().lower() == b"content-length":
            text = value.strip()
            if not text.isdigit() or len(text) > 9:
                raise ProtocolError("a Content-Length that is not a number")
            if int(text) > MAX_BODY_BYTES:
                raise ProtocolError(f"a body of more than {MAX_BODY_BYTES} bytes")
            return int(text)
    return 0


def _status_line(line: bytes) -> tuple[int, str]:
    parts = line.decode("utf-8", "replace").strip().split(None, 2)
    if len(parts) < 2 or not parts[0].startswith("RTSP/1") or not (parts[1].isascii() and parts[1].isdigit()):
        raise ProtocolError("a reply that is not RTSP")
    if len(parts[1]) != 3:
        raise ProtocolError("a status that is not three digits")
    reason = parts[2] if len(parts) == 3 else ""
    return int(parts[1]), "".join(c for c in reason[:120] if c.isprintable())


def _headers(lines: list[bytes]) -> dict[str, tuple[str, ...]]:
    headers: dict[str, tuple[str, ...]] = {}
    for line in lines:
        name, colon, value = line.decode("utf-8", "replace").partition(":")
        if colon:
            key = name.strip().lower()
            headers[key] = (*headers.get(key, ()), value.strip())
    return headers
