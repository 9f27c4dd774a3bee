"""Length-prefixed messages over a byte stream between our own processes.

`u32 length · u8 kind · payload`, big-endian. Kind 1: JSON and attachments, `u32 n · JSON · attachments`, their
sizes under `"blobs"` in the JSON. Kind 2: opaque binary, for what is sent often.
"""

import asyncio
import json
import struct
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

MAX_MESSAGE_BYTES = 64 << 20
_HEAD = struct.Struct(">IB")
_U32 = struct.Struct(">I")
_JSON, _BINARY = 1, 2


class FramingError(ConnectionError):
    """The other side does not speak this protocol; the connection is of no further use."""


@dataclass(frozen=True, slots=True)
class Note:
    """A JSON message with its attachments."""

    body: dict[str, Any]
    blobs: tuple[bytes, ...] = ()


Message = Note | bytes


def encode_note(body: dict[str, Any], blobs: Sequence[bytes] = ()) -> bytes:
    """Raises `ValueError` where the whole would be over `MAX_MESSAGE_BYTES`."""
    head = json.dumps({**body, "blobs": [len(b) for b in blobs]}, separators=(",", ":"), ensure_ascii=False).encode()
    size = 4 + len(head) + sum(len(b) for b in blobs)
    if size > MAX_MESSAGE_BYTES:
        raise ValueError(f"message of {size} bytes is over the limit of {MAX_MESSAGE_BYTES}")
    return b"".join((_HEAD.pack(size, _JSON), _U32.pack(len(head)), head, *blobs))


def encode_binary(parts: Sequence[bytes]) -> bytes:
    """One opaque message made of these bytes, one after the other."""
    return b"".join((_HEAD.pack(sum(map(len, parts)), _BINARY), *parts))


async def read_message(reader: asyncio.StreamReader) -> Message:
    """Raises `asyncio.IncompleteReadError` at the end of the stream and `FramingError` on anything malformed."""
    size, kind = _HEAD.unpack(await reader.readexactly(_HEAD.size))
    if size > MAX_MESSAGE_BYTES:
        raise FramingError(f"announced {size} bytes, the limit is {MAX_MESSAGE_BYTES}")
    payload = await reader.readexactly(size)
    if kind == _BINARY:
        return payload
    if kind != _JSON or size < 4:
        raise FramingError(f"unknown message kind {kind} of {size} bytes")
    return _decode_note(payload)


def _decode_note(payload: bytes) -> Note:
    (head_size,) = _U32.unpack_from(payload)
    try:
        body = json.loads(payload[4 : 4 + head_size])
        sizes = body.pop("blobs")
    except (ValueError, KeyError, AttributeError, TypeError) as problem:
        raise FramingError(f"unreadable message head: {problem}") from None
    if not isinstance(sizes, list) or 4 + head_size + sum(sizes) != len(payload):
        raise FramingError("attachment sizes do not add up")
    blobs, at = [], 4 + head_size
    for size in sizes:
        blobs.append(payload[at : at + size])
        at += size
    return Note(body, tuple(blobs))
