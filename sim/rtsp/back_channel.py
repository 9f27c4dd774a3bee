"""The loudspeaker of a simulated camera: the audio back channel (ONVIF Streaming Specification 5.3) of one session."""

from runtime.clock import Clock
from sim.hearing import Encoding, Hearing, Sound

FEATURE = "www.onvif.org/ver20/backchannel"
TRACK = "trackID=back"
_PAYLOAD_TYPES = {"PCMU": 0, "PCMA": 8}


def described(encoding: Encoding) -> bytes:
    """The media that is added to a description for those who ask for the feature."""
    kind = _PAYLOAD_TYPES[encoding]
    lines = [
        f"m=audio 0 RTP/AVP {kind}",
        f"a=rtpmap:{kind} {encoding}/8000",
        "a=sendonly",
        f"a=control:{TRACK}",
    ]
    return "".join(line + "\r\n" for line in lines).encode()


class Ear:
    """Takes the RTP of one session from its connection, from PLAY on."""

    def __init__(self, camera_id: str, encoding: Encoding, channel: int, hearing: Hearing, clock: Clock) -> None:
        self._camera_id, self._encoding, self.channel = camera_id, encoding, channel
        self._hearing, self._clock = hearing, clock
        self._sound: Sound | None = None
        self._next: int | None = None

    def play(self) -> None:
        if self._sound is None:
            sound = Sound("back_channel", self._clock.now(), self._encoding)
            self._sound = self._hearing.begin(self._camera_id, sound)

    def end(self, how: str) -> None:
        if self._sound is not None and self._sound.ended_at is None:
            self._sound.ended_at, self._sound.ended = self._clock.now(), how

    def take(self, channel: int, packet: bytes) -> None:
        """One interleaved packet; what is no RTP of the right kind is passed over."""
        if self._sound is None or channel != self.channel or len(packet) < 12 or packet[0] != 0x80:
            return
        if packet[1] & 0x7F != _PAYLOAD_TYPES[self._encoding]:
            return
        sequence = int.from_bytes(packet[2:4], "big")
        if self._next is not None and sequence != self._next:
            self._sound.gaps += 1
        self._next = (sequence + 1) & 0xFFFF
        self._sound.take(packet[12:])
