"""The packets of MQTT 3.1.1 (OASIS, 29 October 2014) a subscriber needs. Pure; section numbers are of that document."""

import struct
from collections.abc import Sequence
from dataclasses import dataclass, field

CONNECT, CONNACK, PUBLISH, PUBACK, SUBSCRIBE, SUBACK = 1, 2, 3, 4, 8, 9
PINGREQ, PINGRESP, DISCONNECT = 12, 13, 14
REFUSED = {
    1: "it does not speak MQTT 3.1.1",
    2: "it does not accept this client_id",
    3: "it is not available now",
    4: "user name or password is wrong",
    5: "this user may not connect",
}
"""3.2.2.3"""
NOT_GRANTED = 0x80


class MqttError(Exception):
    """What the broker did that the protocol does not allow, or why it would not have us."""


@dataclass(frozen=True, slots=True)
class Connect:
    """A session that outlives the connection: what comes at QoS 1 meanwhile is kept for us (3.1.2.4)."""

    client_id: str
    keep_alive: int
    username: str | None = None
    password: str | None = field(default=None, repr=False)

    def encoded(self) -> bytes:
        flags = 0x80 * (self.username is not None) | 0x40 * (self.password is not None)
        head = _text("MQTT") + bytes([4, flags]) + struct.pack(">H", self.keep_alive)
        texts = [self.client_id, *(one for one in (self.username, self.password) if one is not None)]
        return packet(CONNECT, 0, head + b"".join(map(_text, texts)))


@dataclass(frozen=True, slots=True)
class Message:
    """`packet_id` None: at QoS 0, nobody waits for an answer. `retained`: it was said some time before we asked."""

    topic: str
    payload: bytes
    packet_id: int | None
    retained: bool


def packet(kind: int, flags: int, body: bytes) -> bytes:
    return bytes([kind << 4 | flags]) + _length(len(body)) + body


def subscribe(packet_id: int, topics: Sequence[str]) -> bytes:
    """At QoS 1 (3.8)."""
    return packet(SUBSCRIBE, 2, struct.pack(">H", packet_id) + b"".join(_text(one) + b"\x01" for one in topics))


def puback(packet_id: int) -> bytes:
    return packet(PUBACK, 0, struct.pack(">H", packet_id))


def publish_head(flags: int, body: bytes) -> tuple[str, int | None, int]:
    """Topic, packet id, and where the payload begins, of a PUBLISH or its beginning (3.3). Raises MqttError."""
    qos = flags >> 1 & 3
    if qos > 1:
        raise MqttError("it sends at a QoS we did not ask for")
    if len(body) < 2 or len(body) < (end := 2 + struct.unpack_from(">H", body)[0]) + 2 * qos:
        raise MqttError("it sends a PUBLISH whose head is cut off")
    try:
        topic = body[2:end].decode()
    except UnicodeDecodeError:
        raise MqttError("it sends a topic that is not UTF-8") from None
    if not qos:
        return topic, None, end
    packet_id = struct.unpack_from(">H", body, end)[0]
    if not packet_id:
        raise MqttError("it sends the packet id 0")
    return topic, int(packet_id), end + 2


def matches(topic_filter: str, topic: str) -> bool:
    """Whether a topic is one of those (4.7); what begins with $ is not among the wildcards of the first level."""
    wanted, given = topic_filter.split("/"), topic.split("/")
    if given[0].startswith("$") and wanted[0] in ("+", "#"):
        return False
    for number, level in enumerate(wanted):
        if level == "#":
            return True
        if number >= len(given) or level not in ("+", given[number]):
            return False
    return len(wanted) == len(given)


def _text(text: str) -> bytes:
    raw = text.encode()
    return struct.pack(">H", len(raw)) + raw


def _length(length: int) -> bytes:
    """2.2.3"""
    out = bytearray()
    while True:
        length, low = divmod(length, 128)
        out.append(low | 0x80 * bool(length))
        if not length:
            return bytes(out)
