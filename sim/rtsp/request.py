"""RTSP/1.0 requests out of a client's byte stream (RFC 2326 sections 4, 6 and 10.12)."""

from collections.abc import Callable
from dataclasses import dataclass

MAX_HEADER_BYTES = 8192
MAX_BODY_BYTES = 16384


class BadRequest(Exception):
    """The bytes are no RTSP request within the limits; the connection cannot be read further."""


@dataclass(frozen=True, slots=True)
class Request:
    """Header names are in lower case; the last of several headers of one name counts."""

    method: str
    uri: str
    version: str
    headers: dict[str, str]
    body: bytes


class RequestReader:
    """Bytes in, whole requests out. Interleaved frames (RTCP, and the sound of a back channel) are counted and handed
    on with their channel."""

    def __init__(self, interleaved: Callable[[int, bytes], None] = lambda _channel, _packet: None) -> None:
        self._interleaved = interleaved
        self._held = bytearray()
        self.interleaved_frames = 0

    def feed(self, data: bytes) -> list[Request]:
        self._held += data
        requests: list[Request] = []
        while self._held:
            if self._held[0] == 0x24:
                if not self._skip_interleaved():
                    break
            elif self._held[0] in b"\r\n":
                del self._held[0]
            elif (request := self._cut_request()) is None:
                break
            else:
                requests.append(request)
        return requests

    def _skip_interleaved(self) -> bool:
        if len(self._held) < 4:
            return False
        end = 4 + int.from_bytes(self._held[2:4], "big")
        if len(self._held) < end:
            return False
        channel, packet = self._held[1], bytes(self._held[4:end])
        del self._held[:end]
        self.interleaved_frames += 1
        self._interleaved(channel, packet)
        return True

    def _cut_request(self) -> Request | None:
        end = self._held.find(b"\r\n\r\n", 0, MAX_HEADER_BYTES + 4)
        if end < 0:
            if len(self._held) > MAX_HEADER_BYTES:
                raise BadRequest(f"no end of the header within {MAX_HEADER_BYTES} bytes")
            return None
        request_line, headers = _parse_header(bytes(self._held[:end]))
        length = _content_length(headers)
        if len(self._held) < end + 4 + length:
            return None
        body = bytes(self._held[end + 4 : end + 4 + length])
        del self._held[: end + 4 + length]
        return Request(*request_line, headers, body)


def _parse_header(header: bytes) -> tuple[tuple[str, str, str], dict[str, str]]:
    first, *rest = header.decode("utf-8", "replace").split("\r\n")
    words = first.split(" ")
    if len(words) != 3 or not words[2].startswith("RTSP/"):
        raise BadRequest(f"not a request line: {first[:80]!r}")
    headers: dict[str, str] = {}
    for line in rest:
        name, colon, value = line.partition(":")
        if not colon:
            raise BadRequest(f"not a header: {line[:80]!r}")
        headers[name.strip().lower()] = value.strip()
    return (words[0], words[1], words[2]), headers


def _content_length(headers: dict[str, str]) -> int:
    text = headers.get("content-length", "0")
    if not text.isdecimal() or len(text) > 9 or int(text) > MAX_BODY_BYTES:
        raise BadRequest(f"content length {text[:20]!r} is not a number up to {MAX_BODY_BYTES}")
    return int(text)
